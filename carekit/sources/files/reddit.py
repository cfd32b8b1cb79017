"""Reddit: listings, posts with their trees of comments, single things, as JSON or JSONL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Found
from carekit.sources.mappers.reddit import comments
from carekit.sources.mappers.values import inner

KINDS = ("Listing", "t1", "t3", "more")


def found(value: Any, options: Options) -> Iterator[Found]:
    """What one value of the file holds."""
    yield from comments(value)


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
    items=json_items(found),
    title="Reddit posts and comments",
    network="reddit",
    place=place,
)
