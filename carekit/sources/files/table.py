"""Delimited files: header, delimiter, and two ways to their rows.

A sound file is read by DuckDB at full speed and its rows are counted against its physical lines.
Any other file goes through the careful reader of `records`, which knows the line of every row and
says why a row cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset.folder import Rejected
from carekit.errors import InputError
from carekit.sources.drafts import text
from carekit.sources.files.records import EMPTY, Record, read_records
from carekit.sources.files.text import Facts, Lines, facts

if TYPE_CHECKING:
    from carekit.sources.files.formats import Derived

DELIMITERS = ",;\t|"
_BATCH = 20_000
_HEADER_LINES = 200  # a header may hold line breaks, as survey exports do


@dataclass(frozen=True)
class Header:
    """The first row of a delimited file.

    `names` are stripped; a column without a name is ''. `n_lines` counts the physical lines up to
    its end, `plain` is true if it is the first line of the file and takes one line.
    """

    names: tuple[str, ...]
    delimiter: str
    n_lines: int
    plain: bool

    def find(self, *names: str) -> int | None:
        """Position of the first of these columns that is there; case does not matter."""
        lower = [n.casefold() for n in self.names]
        for name in names:
            if name in self.names:
                return self.names.index(name)
            if name.casefold() in lower:
                return lower.index(name.casefold())
        return None


def read_header(path: Path) -> Header | None:
    """The header of a delimited file: the delimiter is the one that makes the most columns.

    Blank lines and the line `sep=;` of a spreadsheet may stand before it. None if the file holds
    no line, or if its first row cannot be read.
    """
    lines = list(islice(Lines(path), _HEADER_LINES))
    if any(line is None for line in lines[:1]):
        return None
    start, delimiters = 0, DELIMITERS
    while start < len(lines) and not (lines[start] or "x").strip():
        start += 1
    if start < len(lines) and (told := re.fullmatch(r"sep=(.)\s*", lines[start] or "")):
        start, delimiters = start + 1, told[1]
    best: Header | None = None
    for delimiter in delimiters:
        found = read_records(lines[start:], delimiter=delimiter, n_fields=None, start=start)
        record = next(found, None)
        if record is None or record.fields is None:
            continue
        names = tuple(name.strip() for name in record.fields)
        if best is None or len(names) > len(best.names):
            best = Header(names, delimiter, record.last, plain=record.last == 1)
    return best


@dataclass
class TableFile:
    """One delimited file on its way into a dataset."""

    path: Path
    name: str
    header: Header
    facts: Facts
    warnings: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """SQL names of the columns, in the order of the header."""
        return [f"c{i}" for i in range(len(self.header.names))]

    @property
    def looks_sound(self) -> bool:
        """True if DuckDB may read it: one header line, no odd characters, a path it takes."""
        globbing = any(c in str(self.path) for c in "*?[")
        return self.header.plain and self.facts.plain and not globbing

    def relation(self) -> str:
        """SQL of its rows, by DuckDB; nothing is guessed from the values."""
        columns = ", ".join(f"'{c}': 'VARCHAR'" for c in self.columns)
        return (
            f"(SELECT NULL::BIGINT AS line, * FROM read_csv({text(str(self.path))}, "
            f"auto_detect=false, header=true, delim={text(self.header.delimiter)}, quote='\"', "
            f"escape='\"', strict_mode=true, null_padding=false, columns={{{columns}}}))"
        )

    def is_whole(self, *, n_rows: int, n_breaks: int) -> bool:
        """True if the header, the rows and the line breaks inside them make up every line."""
        return self.facts.n_lines == self.header.n_lines + n_rows + n_breaks

    def stage(self, folder: Path, *, derived: Derived | None = None) -> str:
        """Read it carefully into a Parquet file; the SQL of its rows, with their lines.

        Rows that cannot be read are put in `rejected`, what was mended in `warnings`.
        """
        staged = folder / f"{self.facts.sha256[:16]}.rows.parquet"
        names = [name.casefold() for name in self.header.names]
        columns = self.columns + [f"d{i}" for i in range(len(derived.names) if derived else 0)]
        schema = pa.schema([("line", pa.int64()), *((c, pa.string()) for c in columns)])
        with pq.ParquetWriter(staged, schema, compression="lz4") as writer:
            batch: list[tuple[int, list[str]]] = []
            for record in self._records(len(names)):
                fields, problem = record.fields, record.problem
                if fields is not None and derived is not None:
                    try:
                        fields = [*fields, *derived.make(dict(zip(names, fields, strict=True)))]
                    except ValueError as error:
                        fields, problem = None, str(error)
                if fields is None:
                    span = f"{record.line}-{record.last}" if record.n > 1 else str(record.line)
                    self.rejected.append(Rejected(span, problem or "", record.n, self.name))
                    continue
                batch.append((record.line, fields))
                if len(batch) == _BATCH:
                    writer.write_table(_arrow(batch, schema))
                    batch = []
            writer.write_table(_arrow(batch, schema))
        empty_is_null = ", ".join(f"nullif({c}, '') AS {c}" for c in columns)
        return f"(SELECT line, {empty_is_null} FROM read_parquet({text(str(staged))}))"

    def _records(self, n_fields: int) -> Iterator[Record]:
        lines = Lines(self.path)
        rest = islice(lines, self.header.n_lines, None)
        yield from read_records(
            rest, delimiter=self.header.delimiter, n_fields=n_fields, start=self.header.n_lines
        )
        for count, what in (
            (lines.n_cp1252, "are no valid UTF-8 and were read as Windows-1252"),
            (lines.n_replaced, "hold bytes that are no valid text; these became U+FFFD"),
            (lines.n_nul, "held NUL characters, which were removed"),
        ):
            if count:
                self.warnings.append(f"{count:,} lines of {self.name} {what}.")


def _arrow(batch: list[tuple[int, list[str]]], schema: pa.Schema) -> pa.Table:
    if not batch:
        return schema.empty_table()
    lines = [line for line, _ in batch]
    columns = zip(*(fields for _, fields in batch), strict=True)
    arrays = [pa.array(lines, pa.int64()), *(pa.array(c, pa.string()) for c in columns)]
    return pa.Table.from_arrays(arrays, schema=schema)


def open_table(path: Path, *, name: str) -> TableFile:
    """A delimited file, its header read and its bytes counted.

    Raises
    ------
    InputError
        If it is empty or has no header that can be read.
    """
    header = read_header(path)
    if header is None:
        raise InputError(
            f"`files`: {name} {'is empty' if not path.stat().st_size else 'has no readable header'}"
            ". Expected a text table whose first row names its columns. Check that this is the "
            "right file."
        )
    return TableFile(path, name, header, facts(path))


def read_small(path: Path, *, what: str) -> list[tuple[int, dict[str, str]]]:
    """Every row of a small delimited file, with its line; any row that cannot be read is an error.

    Parameters
    ----------
    path : path
        The file.
    what : str
        The argument, as messages name it.

    Returns
    -------
    list of (int, dict)
        Line and values by column, the names in lower case.
    """
    if not path.is_file():
        raise InputError(f"`{what}`: there is no file {path}. Give the path of a CSV file.")
    header = read_header(path)
    if header is None:
        raise InputError(
            f"`{what}`: {path.name} has no readable header. Expected a CSV file whose first row "
            "names its columns."
        )
    names = [name.lower() for name in header.names]
    rest = islice(Lines(path), header.n_lines, None)
    rows = []
    for record in read_records(
        rest, delimiter=header.delimiter, n_fields=len(names), start=header.n_lines
    ):
        if record.fields is not None:
            rows.append((record.line, dict(zip(names, record.fields, strict=True))))
        elif record.problem != EMPTY:
            raise InputError(
                f"`{what}`: line {record.line} of {path.name} cannot be read ({record.problem}). "
                "Correct that line."
            )
    return rows
