"""Files that no importer reads: what they look like, and what to do with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TABLE = "`carekit import csv FILE --map OURS=THEIRS,…`."
SAVE_CSV = "Save the sheet as CSV and import that."
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PAR1", "a Parquet file", "Write it as CSV and import that with --map OURS=THEIRS,…."),
    (b"SQLite format 3", "an SQLite database", "Export its table of posts as CSV."),
    (b"%PDF", "a PDF document", "Get the data behind it as CSV or JSON."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", SAVE_CSV),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it and name the file to import."),
    (b"Rar!", "a RAR archive", "Unpack it and name the file to import."),
    (b"BZh", "a bzip2 file", "Unpack it and name the file to import."),
    (b"(\xb5/\xfd", "a zstd file", "Unpack it (`zstd -d`) and name the file to import."),
    (b"\xfd7zXZ", "an xz file", "Unpack it and name the file to import."),
    (b"$FL2", "an SPSS file", "If it is a survey: `carekit import survey FILE`."),
    (b"$FL3", "an SPSS file", "If it is a survey: `carekit import survey FILE`."),
    (b"<stata_dta>", "a Stata file", "If it is a survey: `carekit import survey FILE`."),
    (b"\x89PNG", "an image", "Import the data, not its picture."),
    (b"\xff\xd8\xff", "an image", "Import the data, not its picture."),
)
_TABLE_OF_IT = "Make a table of it (time, author, text) and import that: " + TABLE
_HEADS: tuple[tuple[str, str, str], ...] = (
    (r"^\s*window\.YTD\.", "the archive of an account that X gives its owner",
     "It holds one person's own posts, no customers' conversations; carekit does not read it."),
    (r"(?is)^\s*(<!doctype html|<html)", "an HTML page",
     "A download that failed often leaves one: open it, then get the file again as JSON or CSV."),
    (r"(?is)^\s*<\?xml.*<gexf", "a network graph (GEXF)", "Export the posts, not the graph."),
    (r"(?is)^\s*<\?xml", "an XML file", "Export it as CSV or JSON."),
    (r"(?m)^\[?\d{1,2}[./]\d{1,2}[./]\d{2,4},? \d{1,2}:\d{2}.*?[-\]] .+?: ",
     "a chat exported from WhatsApp", _TABLE_OF_IT),
)  # fmt: skip
_FAILED = "The download failed: read the message in the file and get it again."
_KEYS: tuple[tuple[frozenset[str], str, str], ...] = (
    (frozenset({"participants", "messages", "thread_path"}),
     "a conversation from a download of Facebook or Instagram",
     "It is private; carekit reads public comments of the Graph API."),
    (frozenset({"log"}), "a HAR recording of a browser",
     "Take the answers of the network out of it and import these."),
    (frozenset({"cells", "nbformat"}), "a Jupyter notebook", "Import the data that it reads."),
    (frozenset({"type", "features"}), "a map (GeoJSON)", "carekit reads posts, no maps."),
    (frozenset({"aweme_id"}), "posts of TikTok",
     "carekit has no reader for them. Write a table of them and import that: " + TABLE),
    (frozenset({"error"}), "the error message of a network", _FAILED),
    (frozenset({"errors"}), "the error message of a network", _FAILED),
)  # fmt: skip


def looks_like(path: Path, *, head: str, value: Any = None) -> tuple[str, str] | None:
    """What a file of no known format looks like, and what to do; None if nothing tells."""
    with path.open("rb") as file:
        begin = file.read(16)
    if not begin:
        return "an empty file", "Get it again."
    for magic, what, remedy in _MAGIC:
        if begin.startswith(magic):
            return what, remedy
    if odd := is_odd(value):
        return odd
    first = _first(value)
    if isinstance(first, Mapping):
        names = ", ".join(repr(str(k)) for k in list(first)[:8] if "\0" not in str(k))
        return (
            f"JSON with the keys {names}",
            "Make a CSV table of it and import that: " + TABLE,
        )
    for pattern, what, remedy in _HEADS:
        if re.search(pattern, head[:2_000]):
            return what, remedy
    if value is not None:
        return "JSON without objects", "Make a CSV table of it and import that: " + TABLE
    return None


def is_odd(value: Any) -> tuple[str, str] | None:
    """What JSON with such keys is, if it is known and holds no posts."""
    first = _first(value)
    keys_of = set(first) if isinstance(first, Mapping) else set()
    return next(((what, remedy) for keys, what, remedy in _KEYS if keys <= keys_of), None)


def _first(value: Any) -> Any:
    while isinstance(value, list) and value:
        value = value[0]
    return value
