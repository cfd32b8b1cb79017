"""twarc 1 and 2: the same posts of X under the name of the program that wrote them."""

from __future__ import annotations

from dataclasses import replace

from carekit.sources.files import x
from carekit.sources.files.formats import Sample


def recognises(sample: Sample) -> bool:
    """Never by itself: `auto` calls the format x, whoever wrote the file."""
    return False


FORMAT = replace(x.FORMAT, name="twarc", what="twarc 1 or 2 (JSONL)", recognises=recognises)
