"""4CAT: its NDJSON, the items of a network as they came, a line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from carekit.sources.files import bluesky, mastodon, telegram, x, youtube
from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Found, Problem
from carekit.sources.mappers.values import why_unusable

OTHER = "an item of a network that carekit does not read from 4CAT"
MARKS = ("4CAT_metadata", "__import_meta", "timestamp_collected")
_Reader = Callable[[Any, Options], Iterator[Found]]
_READERS: tuple[tuple[Callable[[Sample], bool], _Reader], ...] = (
    (x.recognises, x.found),
    (bluesky.recognises, bluesky.found),
    (youtube.recognises, youtube.found),
    (mastodon.recognises, mastodon.found),
    (telegram.recognises, telegram.found),
)


def found(value: Any, options: Options) -> Iterator[Found]:
    """What one line holds: every item goes to the reader of its network."""
    for item in value if isinstance(value, list) else [value]:
        problem = why_unusable(item)
        if problem:
            yield Problem(problem)
            continue
        sample = Sample(path=None, header=None, head="", json=item)  # type: ignore[arg-type]
        read = next((read for recognises, read in _READERS if recognises(sample)), None)
        if read is None:
            yield Problem(OTHER)
        else:
            yield from read(item, options)


def recognises(sample: Sample) -> bool:
    """True if the first item holds what 4CAT, or Zeeschuimer before it, notes of its coming."""
    first = sample.json
    if isinstance(first, list) and first:
        first = first[0]
    if not isinstance(first, Mapping):
        return False
    return any(mark in first for mark in MARKS) or "author_user" in first


FORMAT = Format(
    name="4cat-ndjson",
    what="4CAT items as they came (NDJSON)",
    recognises=recognises,
    items=json_items(found),
    title="Posts collected with 4CAT",
    place=place,
)
