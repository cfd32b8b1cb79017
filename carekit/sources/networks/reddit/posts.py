"""Reddit: listings, trees of comments and dumps → drafts, with the stubs for missing ones.

A stub ("load more comments") names how many comments it hides, and some of them; "continue this
thread" names none. Names of people in texts (u/name) are marked with an @, so that they become
pseudonyms as others do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Draft, Found, LeftOut, Problem, guarded
from carekit.sources.gaps import Gap
from carekit.sources.networks.values import (
    PLACEHOLDERS,
    ident,
    inner,
    listed,
    mapping,
    moment,
    number,
    plain_text,
    somebody,
    why_unusable,
    words,
)

NETWORK = "reddit"
STUB = "a stub for comments that were not fetched"
OTHER = "a user, a subreddit or another thing that is no post"
KINDS = ("Listing", "t1", "t3", "more")
_PREFIXES = ("t1_", "t3_")
_PERSON = re.compile(r"(?<![\w@])(/?u/)(?=[A-Za-z0-9_-]{2,})")


def read(
    value: Any, options: Options | None = None, *, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The posts and comments of a listing, a pair of listings, more comments, or of archives.

    In the order of the page, replies after what they answer. A stub is left out and makes a gap; so
    does a post that counts more comments than come, from this value or another.
    """
    stack: list[Any] = [value]
    link: str | None = None  # a stub does not say which post it stands under
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
            continue
        kind, data = _thing(each)
        if kind == "more":
            yield from guarded(_stub, data, link)
            continue
        if kind in ("t1", "t3"):
            for found in guarded(_post, data, kind, seen_at):
                link = found["thread"] or link if isinstance(found, dict) else link
                yield found
            stack += _below(data, "replies", "comments")
            continue
        inside = _below(data, "children", "things")
        stack += inside
        if kind != "Listing" and not inside:
            problem = why_unusable(each)
            if problem is None and kind is None:
                problem = "it is neither a post nor a comment"
            yield LeftOut(OTHER) if problem is None else Problem(problem)


def _below(data: Mapping[str, Any], *names: str) -> list[Any]:
    """What stands below a thing, to be put on the stack; "" stands for no replies."""
    found = [data.get(name) for name in names]
    return [f for f in found if isinstance(f, list | Mapping) and f][:1]


def _thing(value: Any) -> tuple[str | None, Mapping[str, Any]]:
    """The kind of a thing and its data, also for one that came without its wrapper."""
    if not isinstance(value, Mapping):
        return None, {}
    kind, data = value.get("kind"), value.get("data")
    if isinstance(kind, str) and isinstance(data, Mapping):
        return "Listing" if kind.lower() == "listing" else kind, data
    if kind in ("t1", "t3"):
        return None, {}  # a post or comment without its data
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
    if {"body", "body_html", "parent_id"} & set(value):
        return "t1", value
    if {"title", "selftext", "num_comments"} & set(value):
        return "t3", value
    return ("other", value) if "id" in value else (None, value)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _stub(data: Mapping[str, Any], link: str | None) -> Iterator[Found]:
    yield LeftOut(STUB)
    thread = link or ident(data.get("parent_id"))
    if thread is not None:
        hidden = tuple(f"t1_{i}" for c in listed(data, "children") if (i := ident(c)))
        # A count of 0 is a link to a page of its own: it hides an unknown number.
        yield Gap(NETWORK, thread, "stub", number(data.get("count")) or None, hidden)


def _post(data: Mapping[str, Any], kind: str, seen_at: datetime | None) -> Iterator[Found]:
    problem = why_unusable(data)
    if problem:
        yield Problem(problem)
        return
    native = ident(data.get("name"))
    if native is None or not native.startswith(_PREFIXES):
        bare = ident(data.get("id"))
        native = bare if bare is None or bare.startswith(_PREFIXES) else f"{kind}_{bare}"
    link = ident(data.get("link_id"))
    if link is not None and not link.startswith("t3_"):
        link = f"t3_{link}"
    names = ("title", "selftext") if kind == "t3" else ("body",)
    lines = [t for name in names if (t := words(data.get(name))) and t not in PLACEHOLDERS]
    text = "\n".join(lines) or (plain_text(data.get("body_html")) if kind == "t1" else None)
    if words(data.get("body")) in PLACEHOLDERS:
        text = None
    draft: Draft = {
        "native_id": native,
        "network": NETWORK,
        "author": somebody(data.get("author")),
        "created_at": moment(data.get("created_utc") or data.get("created")),
        "text": _PERSON.sub(r"\1@", text) if text else None,
        "reply_to": _parent(data.get("parent_id"), link) if kind == "t1" else None,
        "thread": link if kind == "t1" else native,
        "observed_at": seen_at or moment(data.get("retrieved_utc") or data.get("retrieved_on")),
    }
    yield draft
    counted = number(data.get("num_comments"))
    if kind == "t3" and native and counted:
        yield Gap(NETWORK, native, "reply_count", total=counted)


def _parent(value: Any, link: str | None) -> str | None:
    """The thing answered; old archives write a number in base 36 without its kind."""
    parent = ident(value) or link
    return parent if parent is None or parent.startswith(_PREFIXES) else f"t1_{parent}"


def recognises(sample: Sample) -> bool:
    """True for a thing of Reddit, wrapped or as archives keep it."""
    first = sample.json
    for _ in range(4):
        if isinstance(first, list) and first:
            first = first[0]
    if not isinstance(first, Mapping):
        return False
    wrapped = first.get("kind") in KINDS and isinstance(first.get("data"), Mapping)
    more = isinstance(inner(first, "json", "data", "things"), list)
    return wrapped or more or ("subreddit" in first and "created_utc" in first)


FORMAT = Format(
    name="reddit",
    what="Reddit posts and comments (JSON)",
    recognises=recognises,
    items=json_items(read),
    title="Reddit posts and comments",
    network="reddit",
    place=place,
)
