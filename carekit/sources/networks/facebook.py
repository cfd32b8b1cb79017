"""Facebook: posts and comments of the Graph API → drafts.

The id of a post begins with that of its page, so the page is known without its name; what the page
writes is the brand's. Comments under a post of the page open a thread each; under a visitor's post
they are replies to it. Names that the API marks in a text become pseudonyms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Draft, Found, LeftOut, Problem
from carekit.sources.gaps import Gap
from carekit.sources.networks.values import (
    ident,
    inner,
    listed,
    moment,
    number,
    why_unusable,
    words,
)

NETWORK = "facebook"
NO_ITEM = "a wrapper without posts or comments"
_WRAPPERS = ("data", "posts", "feed", "published_posts", "visitor_posts", "tagged")
_NESTED = ("comments", "replies")
_POST_ONLY = frozenset(
    "shares status_type story full_picture attachments is_published privacy type promotable_id".split()
)


class _Place(NamedTuple):
    """Where an item stands: the page, what it answers, the thread that it is in."""

    page: str | None = None
    page_name: str | None = None
    parent: str | None = None
    thread: str | None = None


def read(
    value: Any, options: Options | None = None, *, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The posts and comments of what the Graph API answers, nested ones included.

    Parameters
    ----------
    value : object
        `{"data": […], "paging": …}`, a post or a comment, or lists of them.
    seen_at : datetime, optional
        When it was fetched.

    Yields
    ------
    Found
        Posts, then their comments, each followed by its replies. A list of replies that goes on,
        and a count of replies larger than those that came, make gaps.
    """
    page = options.brand if options else None  # its id or name, where the items do not tell it
    stack: list[tuple[Any, _Place]] = [(value, _Place(page=page, page_name=page))]
    while stack:
        each, place = stack.pop()
        if isinstance(each, list):
            stack += [(item, place) for item in reversed(each)]
            continue
        problem = why_unusable(each)
        if _is_item(each) and problem:
            yield Problem(problem)
            stack += [(each[k], place) for k in _NESTED if isinstance(each.get(k), Mapping | list)]
        elif _is_item(each):
            draft, below = _draft(each, place, seen_at)
            yield draft
            stack += [(each[k], below) for k in _NESTED if isinstance(each.get(k), Mapping | list)]
        elif isinstance(each, Mapping):
            inside = [k for k in (*_WRAPPERS, *_NESTED) if isinstance(each.get(k), Mapping | list)]
            if inside:
                place = _wrapped(each, place)
                stack += [(each[k], place) for k in reversed(inside)]
                if place.thread is not None and isinstance(inner(each, "paging", "next"), str):
                    yield Gap(NETWORK, place.thread, "paging")
            elif set(each) <= {"paging", "summary", "id", "name"} and each:
                yield LeftOut(NO_ITEM)
            else:
                yield Problem(problem or "it is neither a post nor a comment")
        else:
            yield Problem(problem or "")


def _is_item(value: Any) -> bool:
    """True for what was written at some time; a wrapper has no time."""
    if not isinstance(value, Mapping):
        return False
    return "created_time" in value or ("message" in value and "error" not in value)


def _wrapped(value: Mapping[str, Any], place: _Place) -> _Place:
    """Where the things inside a wrapper stand: a page, or a post of which little was asked."""
    own = ident(value.get("id"))
    if own is None or place.parent is not None:
        return place
    name = words(value.get("name")) if "_" not in own else None
    return place._replace(page=own.split("_")[0], page_name=name or place.page_name)


def _is_post(item: Mapping[str, Any], native: str | None, author: str | None) -> bool:
    """Posts and comments look alike: ids of PAGE_POST have comments POST_COMMENT below them."""
    first, _, second = (native or "").partition("_")
    for name in _NESTED:
        nested = item.get(name)
        for child in nested if isinstance(nested, list) else listed(nested, "data"):
            below = ident(inner(child, "id")) or ""
            if below.split("_")[0] == second or below.startswith(f"{native}_"):
                return True
            if below.split("_")[0] == first:
                return False
    return bool(_POST_ONLY & set(item)) or (author is not None and author == first)


def _draft(
    item: Mapping[str, Any], place: _Place, seen_at: datetime | None
) -> tuple[Draft, _Place]:
    """An item, and where those below it stand."""
    native = ident(item.get("id"))
    author, name = ident(inner(item, "from", "id")), words(inner(item, "from", "name"))
    is_post = place.parent is None and _is_post(item, native, author)
    page = (native or "").split("_")[0] if is_post else place.page
    is_page = page is not None and page in (author, name)
    is_page = is_page or (name is not None and name == place.page_name)
    # The API hides the names of visitors; a post without one is taken for the page's own.
    own_post = is_post and (is_page or author is None)
    page_name = (name if is_page else None) or place.page_name
    parent = ident(inner(item, "parent", "id")) or place.parent
    claimed = number(item.get("comment_count"))
    if claimed is None:
        claimed = number(inner(item, "comments", "summary", "total_count"))
    made: Draft = {
        "native_id": native,
        "network": NETWORK,
        "surface": "brand_page",
        "author": author or name or (page if own_post else None),
        "author_handle": name or page_name if own_post else name,
        "author_role": "brand" if is_page or own_post else None,
        # The door gives this name to all that was written to the page.
        "brand": page_name or name if is_page else None,
        "account": page,
        "created_at": moment(item.get("created_time")),
        "text": _text(item, page),
        "reply_to": parent,
        "thread": place.thread or parent or native,
        "observed_at": seen_at,
        "n_replies": None if own_post else claimed,
    }
    below = place._replace(page=page, page_name=page_name)
    if not own_post:
        below = below._replace(parent=native, thread=made["thread"])
    return made, below


def _text(item: Mapping[str, Any], page: str | None) -> str | None:
    """The message, with the ids of the people that it names instead of their names."""
    message = words(item.get("message"))
    if message is None:
        message = words(item.get("story"))
    tags = item.get("message_tags")
    if message is None or not isinstance(tags, list | Mapping):
        return message
    # Older versions of the API sort the tags by place: {"0": [tag], "14": [tag]}.
    found = tags if isinstance(tags, list) else [t for v in tags.values() for t in _many(v)]
    spans = []
    for tag in found:
        at, length = number(inner(tag, "offset")), number(inner(tag, "length"))
        who = ident(inner(tag, "id"))
        if at is not None and length and who and who != page and at + length <= len(message):
            spans.append((at, at + length, f"@{who}"))
    for start, end, mark in sorted(spans, reverse=True):
        message = message[:start] + mark + message[end:]
    return message


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def recognises(sample: Sample) -> bool:
    """True for anything with `created_time` and an id."""
    stack, looked = [sample.json], 0
    while stack and looked < 50:
        each = stack.pop(0)
        looked += 1
        if isinstance(each, list):
            stack += each[:1]
        elif isinstance(each, Mapping):
            if "created_time" in each and "id" in each:
                return True
            stack += [each[k] for k in ("data", "posts", "feed", "comments") if k in each]
    return False


FORMAT = Format(
    name="facebook",
    what="Facebook posts and comments of the Graph API (JSON)",
    recognises=recognises,
    items=json_items(read),
    title="Facebook comments",
    network="facebook",
    place=place,
)

FORMATS = (FORMAT,)
