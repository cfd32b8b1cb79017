"""Facebook: posts and comments as the Graph API gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Found
from carekit.sources.mappers.facebook import comments


def found(value: Any, options: Options) -> Iterator[Found]:
    """What one value of the file holds; `--brand` may name the page."""
    yield from comments(value, page=options.brand)


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
    items=json_items(found),
    title="Facebook comments",
    network="facebook",
    place=place,
)
