"""YouTube: pages of commentThreads or comments of the Data API v3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Found
from carekit.sources.mappers.values import inner
from carekit.sources.mappers.youtube import comments


def found(value: Any, options: Options) -> Iterator[Found]:
    """What one value of the file holds."""
    yield from comments(value)


def recognises(sample: Sample) -> bool:
    """True for a page or a resource of comments."""
    first = sample.json
    for _ in range(4):
        if isinstance(first, list) and first:
            first = first[0]
        elif isinstance(inner(first, "items"), list) and first["items"]:
            first = first["items"][0]
    if not isinstance(first, Mapping):
        return False
    kind = str(first.get("kind", ""))
    return kind.startswith(("youtube#comment", "youtube#commentThread")) or (
        isinstance(inner(first, "snippet", "topLevelComment"), Mapping)
        or inner(first, "snippet", "textDisplay") is not None
    )


FORMAT = Format(
    name="youtube",
    what="YouTube comment threads (JSON)",
    recognises=recognises,
    items=json_items(found),
    title="YouTube comments",
    network="youtube",
    place=place,
)
