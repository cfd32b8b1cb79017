"""Facebook: posts and comments of the Graph API, as JSON or as Facepager's table → drafts.

The id of a post begins with that of its page, so the page is known without its name; what the page
writes is the brand's. A name is no proof of that: anybody may bear it. Comments under a post of the
page open a thread each; under a visitor's post they are replies to it. Names that the API marks in
a text become pseudonyms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from carekit.sources.files.formats import Format, Item, Options, Sample, has_columns
from carekit.sources.files.json_items import json_format, place, table_items
from carekit.sources.found import Draft, Found, LeftOut, Problem, Remark, guarded
from carekit.sources.gaps import Gap
from carekit.sources.networks.values import (
    ident,
    inner,
    listed,
    many,
    moment,
    number,
    why_unusable,
    words,
)

NETWORK = "facebook"
NO_ITEM = "a wrapper without posts or comments"
SEED = "a row of Facepager without a post: a seed, or what came with another row"
FAILED = "a row of Facepager whose request failed"
NAMESAKE = (
    "its author bears the name of the brand, which proves nothing: it counts as a customer's, and "
    "the answer rate is too low if it is the brand (list its id among the accounts)"
)
_WRAPPERS = ("data", "posts", "feed", "published_posts", "visitor_posts", "tagged")
_NESTED = ("comments", "replies")
_IDS = re.compile(r"\d+(_\d+)*")
_POST_ONLY = frozenset(
    "shares status_type story full_picture attachments is_published privacy type promotable_id".split()
)


class _Place(NamedTuple):
    """Where an item stands: the page, what it answers, the thread that it is in."""

    page: str | None = None
    page_name: str | None = None
    parent: str | None = None
    thread: str | None = None


def read(value: Any, options: Options) -> Iterator[Found]:
    """The posts and comments of what the Graph API answers, nested ones included.

    Posts, then their comments, each followed by its replies; also objects of them by their ids, as the
    API answers `?ids=`. A list of replies that goes on, and a count of replies larger than those that
    came, make gaps. The brand of the options may be the id of the page, where the items do not tell it.
    """
    brand = options.brand
    start = _Place(page=brand if brand and brand.isdecimal() else None)
    stack: list[tuple[Any, _Place]] = [(value, start)]
    while stack:
        each, place = stack.pop()
        if isinstance(each, list):
            stack += [(item, place) for item in reversed(each)]
            continue
        problem = why_unusable(each)
        if _is_item(each):
            below = place
            if problem:
                yield Problem(problem)
            else:
                for found in guarded(_item, each, place, brand):
                    if isinstance(found, _Place):
                        below = found
                    else:
                        yield found
            stack += [(each[k], below) for k in _NESTED if isinstance(each.get(k), Mapping | list)]
        elif not isinstance(each, Mapping):
            yield Problem(problem or "")
        elif by_id := _by_id(each):
            stack += [(each[k], _wrapped({"id": k}, place)) for k in reversed(by_id)]
        else:
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


def _is_item(value: Any) -> bool:
    """True for what was written at some time; a wrapper has no time."""
    if not isinstance(value, Mapping):
        return False
    return "created_time" in value or ("message" in value and "error" not in value)


def _by_id(value: Mapping[str, Any]) -> list[str]:
    """The ids under which an object holds things, if it holds nothing else."""
    keys = [k for k in value if _IDS.fullmatch(k) and isinstance(value[k], Mapping)]
    return keys if len(keys) == len([k for k in value if not k.startswith("__")]) else []


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


def _item(
    item: Mapping[str, Any],
    place: _Place,
    brand: str | None = None,
    is_post: bool | None = None,
    seen_at: datetime | None = None,
) -> Iterator[Any]:
    """An item, and where those below it stand."""
    native = ident(item.get("id"))
    author, name = ident(inner(item, "from", "id")), words(inner(item, "from", "name"))
    if is_post is None:
        is_post = place.parent is None and _is_post(item, native, author)
    page = (native or "").split("_")[0] if is_post else place.page
    is_page = page is not None and page == author
    # The API hides the names of visitors; a post without one is taken for the page's own.
    own_post = is_post and (is_page or (author is None and name is None))
    page_name = (name if is_page else None) or place.page_name
    if name is not None and not is_page and name in (brand, place.page_name):
        yield Remark(NAMESAKE, biases=True)
    parent = ident(inner(item, "parent", "id")) or place.parent
    claimed = number(item.get("comment_count"))
    if claimed is None:
        claimed = number(inner(item, "comments", "summary", "total_count"))
    thread = place.thread or parent or native
    made: Draft = {
        "native_id": native,
        "network": NETWORK,
        "surface": "brand_page",
        "author": author or (page if own_post else name),
        "author_handle": page_name if is_page or own_post else None,
        "author_role": "brand" if is_page or own_post else None,
        # The door gives this name to all that was written to the page.
        "brand": page_name or name if is_page else None,
        "account": page,
        "created_at": moment(item.get("created_time")),
        "text": _text(item, page),
        "reply_to": parent,
        "thread": thread,
        "observed_at": seen_at,
        "n_replies": None if own_post else claimed,
    }
    yield made
    below = place._replace(page=page, page_name=page_name)
    yield below if own_post else below._replace(parent=native, thread=thread)


def _text(item: Mapping[str, Any], page: str | None) -> str | None:
    """The message, with the ids of the people that it names instead of their names."""
    message = words(item.get("message"))
    if message is None:
        message = words(item.get("story"))
    tags = item.get("message_tags")
    if message is None or not isinstance(tags, list | Mapping):
        return message
    # Older versions of the API sort the tags by place: {"0": [tag], "14": [tag]}.
    found = tags if isinstance(tags, list) else [t for v in tags.values() for t in many(v)]
    spans = []
    for tag in found:
        at, length = number(inner(tag, "offset")), number(inner(tag, "length"))
        who = ident(inner(tag, "id"))
        if at is not None and length and who and who != page and at + length <= len(message):
            spans.append((at, at + length, f"@{who}"))
    for start, end, mark in sorted(spans, reverse=True):
        message = message[:start] + mark + message[end:]
    return message


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
            stack += [each[k] for k in _by_id(each)[:1]]
    return False


def read_facepager(
    nodes: dict[str, _Place], row: Mapping[str, str], options: Options | None = None
) -> Iterator[Found]:
    """A row of Facepager's table: a node of its tree; `nodes` keeps where those below it stand."""
    node, above = row.get("id", ""), row.get("parent_id", "")
    kind, fetched = row.get("object_type", ""), row.get("query_status", "")
    nodes[node] = place = nodes.get(above, _Place())
    if kind not in ("data", ""):
        yield LeftOut(SEED)
        return
    if row.get("error.message") or not fetched.startswith("fetched (200"):
        yield LeftOut(FAILED if fetched else SEED)
        return
    if not row.get("query_type", "").lower().startswith("facebook"):
        yield Problem("a row of Facepager that is not of Facebook")
        return
    item = {
        "id": row.get("object_id"),
        "message": row.get("message") or row.get("story"),
        "created_time": row.get("created_time"),
        "from": {"id": row.get("from.id"), "name": row.get("from.name")},
        "comment_count": row.get("comment_count") or row.get("comments.summary.total_count"),
    }
    asked = row.get("query_type", "").rsplit("/", 1)[-1]
    is_post = "comment" not in asked and "repl" not in asked and place.parent is None
    for found in guarded(_item, item, place, None, is_post, moment(row.get("query_time"))):
        if isinstance(found, _Place):
            nodes[node] = found
        else:
            yield found


def facepager(path: Path, name: str, options: Options) -> Iterator[Item]:
    """The rows of a table; a node stands below one that came before it."""
    return table_items(partial(read_facepager, {}))(path, name, options)


FORMATS = (
    json_format(
        "facebook",
        "Facebook posts and comments of the Graph API (JSON)",
        recognises,
        read,
        title="Facebook comments",
        network=NETWORK,
    ),
    Format(
        "facepager",
        "Facebook posts and comments in Facepager's table (CSV)",
        has_columns("object_id", "object_type", "query_status", "query_type", "parent_id"),
        items=facepager,
        title="Facebook comments",
        network=NETWORK,
        place=place,
    ),
)
