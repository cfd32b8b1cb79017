"""Bluesky: threads, feeds, search results and single posts, as the AppView or atproto writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Found, LeftOut, Problem
from carekit.sources.gaps import Gap
from carekit.sources.networks.bluesky import posts as bluesky
from carekit.sources.networks.values import CUT, TORN, ident, inner, moment

HIDDEN = "a post that its author hides from this reader"
REPOST = "a repost, or a record that is no post"
_LISTS = ("feed", "posts", "records", "threads", "data", "items")
_SNAKE = re.compile(r"_([a-z])")


def read(value: Any, options: Options) -> Iterator[Found]:
    """What one value of the file holds."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
            continue
        if not isinstance(each, Mapping):
            yield Problem("it is no object")
            continue
        inside = [k for k in _LISTS if isinstance(each.get(k), list)]
        if isinstance(each.get("thread"), Mapping):
            stack.append(each["thread"])
        elif inside and "uri" not in each and "post" not in each:
            stack += [each[k] for k in reversed(inside)]
        elif _is_view(each):
            yield from _thread(each)
        else:
            yield from _one(each)


def _is_view(value: Mapping[str, Any]) -> bool:
    """True for a node of a thread; an entry of a feed has a post too, but neither of these."""
    kind = str(value.get("$type") or value.get("py_type") or "")
    in_thread = "replies" in value or "parent" in value or kind.endswith("#threadViewPost")
    return (
        in_thread
        or kind.endswith(("#notFoundPost", "#blockedPost"))
        or value.get("notFound") is True
        or value.get("blocked") is True
    )


def _thread(view: Mapping[str, Any]) -> Iterator[Found]:
    now = datetime.now(UTC)
    for each in bluesky.thread({"thread": _camel_tree(view)}, seen_at=now):
        if isinstance(each, Gap) and each.reason == "withheld":
            yield LeftOut(HIDDEN)
        yield _unseen(each, now)


def _one(value: Mapping[str, Any]) -> Iterator[Found]:
    """An entry of a feed, a post as it is shown, or a bare record with its address."""
    entry = _camel_tree(value)
    post = entry["post"] if isinstance(entry.get("post"), Mapping) else entry
    if TORN in post:
        yield Problem(CUT)
        return
    if "record" not in post and isinstance(post.get("value"), Mapping):
        # A listing of a repository gives records without their authors: the address names them.
        uri = str(post.get("uri") or "")
        author = {"did": uri.split("/")[2]} if uri.startswith("at://") else {}
        entry = post = {**post, "record": post["value"], "author": author}
    now, n = datetime.now(UTC), 0
    for each in bluesky.feed({"posts": [entry]}, seen_at=now):
        n += 1
        yield _unseen(each, now) | _collected(value) if isinstance(each, dict) else each
    if not n:
        yield LeftOut(REPOST)


def _unseen(each: Any, now: datetime) -> Any:
    """Nobody knows when a file was made: the user says, or its latest post does."""
    if isinstance(each, dict) and each.get("observed_at") == now:
        return each | {"observed_at": None}
    return each


def _collected(post: Mapping[str, Any]) -> dict[str, Any]:
    seen = moment(inner(post, "4CAT_metadata", "collected_at"))
    return {"observed_at": seen} if seen else {}


def _camel_tree(value: Mapping[str, Any]) -> dict[str, Any]:
    """The same tree with the names of the protocol; programs in Python write reply_count."""
    root: dict[str, Any] = {}
    stack: list[tuple[Any, Any, Any]] = [(root, "", value)]
    while stack:
        into, key, each = stack.pop()
        made: Any = each
        if isinstance(each, Mapping):
            made = {}
            stack += [(made, _camel(k), v) for k, v in reversed(list(each.items()))]
        elif isinstance(each, list):
            made = [None] * len(each)
            stack += [(made, at, item) for at, item in enumerate(each)]
        into[key] = made
    return root[""]


def _camel(key: str) -> str:
    if key in ("py_type", "$type"):
        return "$type"
    return _SNAKE.sub(lambda m: m[1].upper(), key) if not key.startswith(("4", "_")) else key


def recognises(sample: Sample) -> bool:
    """True if an address of the protocol stands at the beginning."""
    return looks_like_bluesky(sample.json)


def looks_like_bluesky(value: Any) -> bool:
    """True for posts and threads, in whatever they are wrapped."""
    stack, looked = [value], 0
    while stack and looked < 50:
        each = stack.pop(0)
        looked += 1
        if isinstance(each, list):
            stack += each[:1]
        elif isinstance(each, Mapping):
            uri = ident(each.get("uri"))
            if uri is not None and uri.startswith("at://"):
                return True
            names = ("thread", "post", "parent", "replies", *_LISTS)
            stack += [each[k] for k in names if isinstance(each.get(k), Mapping | list)]
    return False


FORMAT = Format(
    name="bluesky",
    what="Bluesky threads, feeds and posts (JSON)",
    recognises=recognises,
    items=json_items(read),
    title="Bluesky posts",
    network="bluesky",
    place=place,
)
