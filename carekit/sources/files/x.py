"""Posts of X as JSON: API v2 pages or flat (twarc 2), API v1.1 (twarc 1, search results), 4CAT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Found
from carekit.sources.mappers.values import inner, listed
from carekit.sources.mappers.x import posts


def found(value: Any, options: Options) -> Iterator[Found]:
    """What one value of the file holds."""
    yield from posts(value)


def recognises(sample: Sample) -> bool:
    """True if the first thing in the file is a post of X, or a page of posts."""
    return looks_like_x(sample.json)


def looks_like_x(value: Any) -> bool:
    """True for a post or a page of any version of the API."""
    first = value
    for _ in range(4):
        if isinstance(first, list):
            first = first[0] if first else None
        elif listed(first, "statuses") or listed(first, "tweets"):
            first = (listed(first, "statuses") or listed(first, "tweets"))[0]
        elif isinstance(first, Mapping) and "__twarc" in first:
            return True
        elif listed(first, "data") and ("meta" in first or "includes" in first):
            first = first["data"][0]
        else:
            break
    if not isinstance(first, Mapping):
        return False
    if "legacy" in first or inner(first, "data", "legacy") is not None:
        return True
    older = ("id_str" in first or "user" in first) and "created_at" in first
    newer = any(
        key in first
        for key in ("conversation_id", "edit_history_tweet_ids", "edit_history_post_ids")
    )
    flat = "author_id" in first and "text" in first
    return (
        (older and ("text" in first or "full_text" in first))
        or newer
        or flat
        or ("delete" in first and inner(first, "delete", "status") is not None)
    )


FORMAT = Format(
    name="x",
    what="posts of X as JSON: API v2, v1.1, twarc",
    recognises=recognises,
    items=json_items(found),
    title="Posts of X",
    network="x",
    place=place,
)
