"""Files of coded posts that other people made: any delimiter, encoding or packing → a frame."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pandas as pd

from carekit.errors import InputError


class CodedFile(NamedTuple):
    """A file of coded posts: every cell text as it stands (empty: missing), columns as the header
    names them; `notes` say what was mended or left out, one sentence each.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...]


def read_coded_file(path: str | os.PathLike[str]) -> CodedFile:
    """Read a delimited file with a header, as the importers do.

    Comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252; plain, .gz or .zip.
    """
    from carekit.sources.files.opening import Reading, open_file
    from carekit.sources.files.records import EMPTY, read_records
    from carekit.sources.files.table import read_header
    from carekit.sources.files.text import Lines

    file = Path(path)
    if not file.is_file():
        raise InputError(
            f"`FILE` {os.fspath(path)!r} is no file; expected a table of coded posts (CSV). "
            "Check the name."
        )
    with TemporaryDirectory(prefix="carekit-") as folder:
        opened = open_file(file, Path(folder), Reading(remedy="save it as UTF-8"))
        plain = opened.path
        header = read_header(plain)
        if header is None:
            raise InputError(
                f"`FILE` {file.name} has no readable header; expected a text table whose first row "
                "names its columns. Save it as CSV."
            )
        lines = Lines(plain)
        rows: list[list[str]] = []
        n_lost, first = 0, ""
        for record in read_records(
            islice(lines, header.n_lines, None),
            delimiter=header.delimiter,
            n_fields=len(header.names),
            start=header.n_lines,
        ):
            if record.fields is not None:
                rows.append(record.fields)
            elif record.problem != EMPTY:
                n_lost += record.n
                first = first or f"line {record.line}: {record.problem}"
        notes = [*opened.warnings]
        if n_lost:
            notes.append(f"{n_lost:,} rows of {file.name} cannot be read (first {first}).")
        if lines.n_cp1252:
            notes.append(f"{lines.n_cp1252:,} lines of {file.name} were read as Windows-1252.")
    frame = pd.DataFrame(rows, columns=_distinct(header.names), dtype=object)
    return CodedFile(frame.mask(frame == "").astype(object), tuple(notes))


def _distinct(names: tuple[str, ...]) -> list[str]:
    """Names of columns; one that repeats gets a number, so that the first keeps its name."""
    made: list[str] = []
    for at, name in enumerate(names):
        made.append(name if name not in made else f"{name}_{at + 1}")
    return made
