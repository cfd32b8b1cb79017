"""snscrape JSONL: items of any of its modules, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Found
from carekit.sources.mappers.snscrape import PREFIX, items


def found(value: Any, options: Options) -> Iterator[Found]:
    """What one value of the file holds."""
    yield from items(value)


def recognises(sample: Sample) -> bool:
    """True if the first item names its module, or is a post as versions before 0.4 wrote it."""
    first = sample.json
    if isinstance(first, list) and first:
        first = first[0]
    if not isinstance(first, Mapping):
        return False
    old = {"conversationId", "renderedContent", "replyCount", "date"}
    return str(first.get("_type", "")).startswith(PREFIX) or old <= set(first)


FORMAT = Format(
    name="snscrape",
    what="snscrape (JSONL), all modules",
    recognises=recognises,
    items=json_items(found),
    title="Posts scraped with snscrape",
    place=place,
)
