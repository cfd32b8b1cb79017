"""Reddit: listings and trees of comments → drafts, with the stubs that stand for missing ones.

A stub ("load more comments") names how many comments it hides; "continue this thread" names none.
Names of people in texts (u/name) are marked with an @, so that they become pseudonyms as others do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from carekit.sources.found import Draft, Found, LeftOut, Problem
from carekit.sources.gaps import Gap
from carekit.sources.mappers.values import (
    ident,
    listed,
    mapping,
    moment,
    number,
    why_unusable,
    words,
)

NETWORK = "reddit"
STUB = "a stub for comments that were not fetched"
OTHER = "a user, a subreddit or another thing that is no post"
_PREFIXES = {"t1", "t3"}
_GONE = {"[deleted]", "[removed]"}
_PERSON = re.compile(r"(?<![\w@])(/?u/)(?=[A-Za-z0-9_-]{2,})")


def comments(value: Any, *, seen_at: datetime | None = None) -> Iterator[Found]:
    """The posts and comments of a listing, a pair of listings, or single things.

    Parameters
    ----------
    value : object
        What Reddit answers, `{"json": {"data": {"things": …}}}` of more comments included, or
        plain posts and comments, as archives keep them.
    seen_at : datetime, optional
        When it was fetched.

    Yields
    ------
    Found
        In the order of the page, replies after what they answer. A stub is left out and makes a
        gap; so does a post that counts more comments than the value holds.
    """
    stack: list[Any] = [value]
    claimed: dict[str, int] = {}  # post → comments that it counts
    came: Counter[str] = Counter()
    link: str | None = None  # a stub does not say which post it stands under
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
            continue
        kind, data = _thing(each)
        if kind == "Listing":
            stack += reversed(listed(data, "children") or listed(data, "things"))
        elif kind == "more":
            yield from _stub(data, link)
        elif kind not in _PREFIXES:
            problem = why_unusable(each)
            if problem is None and kind is None:
                problem = "it is neither a post nor a comment"
            yield LeftOut(OTHER) if problem is None else Problem(problem)
        else:
            problem = why_unusable(data)
            if problem:
                yield Problem(problem)
            else:
                draft = _draft(data, kind, seen_at)
                link = draft["thread"] or link
                if kind == "t3" and draft["native_id"]:
                    claimed[draft["native_id"]] = number(data.get("num_comments")) or 0
                else:
                    came[draft["thread"]] += 1
                yield draft
            replies = data.get("replies") or data.get("comments")
            if isinstance(replies, list | Mapping):
                stack.append(replies)
    for post, n in claimed.items():
        if n > came[post]:
            yield Gap(NETWORK, post, "reply_count", n - came[post])


def _thing(value: Any) -> tuple[str | None, Mapping[str, Any]]:
    """The kind of a thing and its data, also for one that came without its wrapper."""
    if not isinstance(value, Mapping):
        return None, {}
    kind, data = value.get("kind"), value.get("data")
    if isinstance(kind, str) and isinstance(data, Mapping):
        return kind, data
    if isinstance(value.get("json"), Mapping):
        return "Listing", mapping(value, "json", "data")
    if "children" in value and "count" in value and "body" not in value:
        return "more", value
    for name in ("data", "posts", "submission", "link"):
        wrapped = value.get(name)
        if isinstance(wrapped, list | Mapping) and "created_utc" not in value:
            return "Listing", {"children": [*_many(wrapped), *_many(value.get("comments"))]}
    if isinstance(value.get("children"), list) and "id" not in value:
        return "Listing", value
    if "body" in value or "body_html" in value or "parent_id" in value:
        return "t1", value
    if "title" in value or "selftext" in value or "num_comments" in value:
        return "t3", value
    return ("other", value) if "id" in value else (None, value)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _stub(data: Mapping[str, Any], link: str | None) -> Iterator[Found]:
    yield LeftOut(STUB)
    parent = ident(data.get("parent_id"))
    thread = link or parent
    if thread is not None:
        # A count of 0 is a link to a page of its own: it hides an unknown number.
        yield Gap(NETWORK, thread, "stub", number(data.get("count")) or None)


def _draft(data: Mapping[str, Any], kind: str, seen_at: datetime | None) -> Draft:
    native = ident(data.get("name"))
    if native is None or native[:3] not in ("t1_", "t3_"):
        bare = ident(data.get("id"))
        native = bare if bare is None or bare[:3] in ("t1_", "t3_") else f"{kind}_{bare}"
    author = words(data.get("author"))
    link = ident(data.get("link_id"))
    if link is not None and not link.startswith("t3_"):
        link = f"t3_{link}"
    if kind == "t3":
        body = words(data.get("selftext"))
        lines = [words(data.get("title")), None if body in _GONE else body]
        text = "\n".join(line for line in lines if line) or None
    else:
        body = words(data.get("body"))
        text = None if body in _GONE else body
    made: Draft = {
        "native_id": native,
        "network": NETWORK,
        "author": None if author in _GONE else author,
        "created_at": moment(data.get("created_utc") or data.get("created")),
        "text": None if text is None else _PERSON.sub(r"\1@", text),
        "reply_to": _parent(data.get("parent_id"), link) if kind == "t1" else None,
        "thread": link if kind == "t1" else native,
        "observed_at": seen_at or moment(data.get("retrieved_utc") or data.get("retrieved_on")),
    }
    return made


def _parent(value: Any, link: str | None) -> str | None:
    """The thing answered; old archives write a number in base 36 without its kind."""
    parent = ident(value) or link
    return parent if parent is None or parent[:3] in ("t1_", "t3_") else f"t1_{parent}"
