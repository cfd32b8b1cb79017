"""Delimited files: header, delimiter, and two ways to their rows.

A sound file is read by DuckDB at full speed and its rows are counted against its physical lines.
Any other file goes through the careful reader of `records`, which knows the line of every row and
says why a row cannot be read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset.folder import Rejected
from carekit.errors import InputError
from carekit.sources.drafts import text
from carekit.sources.files.headers import Header, find_header
from carekit.sources.files.opening import Opened, Reading, open_file
from carekit.sources.files.records import EMPTY, Record, read_records
from carekit.sources.files.text import Facts, Lines, facts, repairs
from carekit.sources.found import NoPost
from carekit.sources.report import counted

if TYPE_CHECKING:
    from carekit.sources.files.formats import Derived

__all__ = ["Header", "TableFile", "open_table", "read_header", "read_small"]
DELIMITERS = ",;\t|"
_BATCH = 20_000
OUTSIDE = "a line outside of the table"
_HEADER_LINES = 300  # a header may hold line breaks, as survey exports do


def read_header(path: Path, *, at_line: int | None = None) -> Header | None:
    """The header of a delimited file: the delimiter is the one that makes the most columns.

    Blank lines, a preamble and the line `sep=;` of a spreadsheet may stand before it; `at_line`
    says in which line it stands. None if the file holds no line, or if its first row cannot be
    read.
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
        found = list(read_records(lines[start:], delimiter=delimiter, n_fields=None, start=start))
        if len(lines) == _HEADER_LINES:
            found = found[:-1]  # its end may lie beyond
        header = find_header(found, delimiter, at_line=at_line)
        if header is not None and (best is None or len(header.names) > len(best.names)):
            best = header
    return best


@dataclass
class TableFile:
    """One delimited file on its way into a dataset; `by_rows` if its lines are rows of a sheet."""

    path: Path
    name: str
    header: Header
    facts: Facts
    by_rows: bool = False
    warnings: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def columns(self) -> list[str]:
        """SQL names of the columns, in the order of the header."""
        return [f"c{i}" for i in range(len(self.header.names))]

    @property
    def looks_sound(self) -> bool:
        """True if DuckDB may read it: one header line, no odd characters, a path it takes."""
        globbing = any(c in str(self.path) for c in "*?[")
        return self.header.plain and self.facts.plain and not globbing

    def relation(self, *, numbered: bool = False) -> str:
        """SQL of its rows, by DuckDB; nothing is guessed from the values.

        `numbered` ones say in `line` where they stand, which takes the reader one core.
        """
        columns = ", ".join(f"'{c}': 'VARCHAR'" for c in self.columns)
        line = "row_number() OVER ()" if numbered else "NULL::BIGINT"
        return (
            f"(SELECT {line} AS line, * FROM read_csv({text(str(self.path))}, "
            f"auto_detect=false, header=true, delim={text(self.header.delimiter)}, quote='\"', "
            f"escape='\"', strict_mode=true, null_padding=false, columns={{{columns}}}))"
        )

    def is_whole(self, *, n_rows: int, n_breaks: int) -> bool:
        """True if the header, the rows and the line breaks inside them make up every line."""
        return self.facts.n_lines == self.header.n_lines + n_rows + n_breaks

    def stage(self, folder: Path, *, derived: Derived | None = None) -> str:
        """Read it carefully into a Parquet file; the SQL of its rows, with their lines.

        Rows that cannot be read are put in `rejected`, what was repaired in `warnings`.
        """
        staged = folder / f"{self.facts.sha256[:16]}.rows.parquet"
        names = [name.casefold() for name in self.header.names]
        columns = self.columns + [f"d{i}" for i in range(len(derived.names) if derived else 0)]
        schema = pa.schema([("line", pa.int64()), *((c, pa.string()) for c in columns)])
        with pq.ParquetWriter(staged, schema, compression="lz4") as writer:
            batch: list[tuple[int, list[str]]] = []
            below = False  # a blank row ends the table; lines of one cell after it are no rows
            for record in self.records():
                fields, problem = record.fields, record.problem
                alone = fields is None and str(problem).endswith("fields, found 1")
                if below and alone:
                    self.left_out[OUTSIDE] += record.n
                    continue
                below = problem == EMPTY
                if fields is not None and derived is not None:
                    try:
                        fields = [*fields, *derived.make(dict(zip(names, fields, strict=True)))]
                    except NoPost as reason:
                        self.left_out[str(reason)] += record.n
                        continue
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

    def records(self) -> Iterator[Record]:
        """Every row below the header; notes in `warnings` what had to be repaired."""
        lines, header = Lines(self.path), self.header
        rest = islice(lines, header.n_lines, None)
        found = read_records(
            rest, delimiter=header.delimiter, n_fields=len(header.names), start=header.n_lines
        )
        yield from _numbered(found, self._first_row()) if self.by_rows else found
        self.warnings += repairs(
            self.name,
            n_cp1252=lines.n_cp1252,
            n_replaced=lines.n_replaced,
            n_nul=lines.n_nul,
        )

    def _first_row(self) -> int:
        """The row of a sheet below its header, whose cells may hold line breaks."""
        lines = islice(Lines(self.path), self.header.n_lines)
        above = read_records(lines, delimiter=self.header.delimiter, n_fields=None)
        return 1 + sum(r.n for r in above)

    def peek(self, n: int = 2_000) -> list[list[str]]:
        """The first rows, as far as they can be read; to see what its columns hold."""
        kept = list(self.warnings)
        rows = [r.fields for r in islice(self.records(), n) if r.fields is not None]
        self.warnings = kept
        names = {*self.header.names, ""}
        return [row for row in rows if not names.issuperset(c.strip(" \ufeff") for c in row)]


def _numbered(records: Iterator[Record], first: int) -> Iterator[Record]:
    for record in records:
        yield record._replace(line=first, last=first + record.n - 1)
        first += record.n


def _arrow(batch: list[tuple[int, list[str]]], schema: pa.Schema) -> pa.Table:
    if not batch:
        return schema.empty_table()
    lines = [line for line, _ in batch]
    columns = zip(*(fields for _, fields in batch), strict=True)
    arrays = [pa.array(lines, pa.int64()), *(pa.array(c, pa.string()) for c in columns)]
    return pa.Table.from_arrays(arrays, schema=schema)


def open_table(opened: Opened | Path, *, name: str, header: int | None = None) -> TableFile:
    """A delimited file, its header read and its bytes counted."""
    file = opened if isinstance(opened, Opened) else Opened(opened, name)
    found = read_header(file.path, at_line=header)
    if found is None:
        empty = not file.path.stat().st_size
        where = f" in line {header}" if header is not None else ""
        raise InputError(
            f"`files`: {name} {'is empty' if empty else f'has no readable header{where}'}. "
            "Expected a table with a row that names its columns. Check that this is the right "
            "file, or say in which line the header stands (--header-row)."
        )
    known = facts(file.path)
    if file.sha256:
        known = Facts(file.sha256, known.n_lines, known.plain)
    warnings = list(file.warnings)
    if found.n_skipped:
        warnings.append(
            f"The first {counted(found.n_skipped, 'line of ' + name + ' is', 'lines of ' + name + ' are')} "
            "no table; its header was found in "
            f"line {found.n_skipped + 1}. If that is wrong, name the line with --header-row."
        )
    if found.further:
        warnings.append(
            f"The header of {name} takes {len(found.further) + 1} rows; they were read as one."
        )
    return TableFile(file.path, name, found, known, file.by_rows, warnings)


def read_small(path: Path, *, what: str) -> list[tuple[int, dict[str, str]]]:
    """Every row of a small table, with its line; any row that cannot be read is an error."""
    if not path.is_file():
        raise InputError(f"`{what}`: there is no file {path}. Give the path of a CSV file.")
    with TemporaryDirectory(prefix="carekit-") as folder:
        opened = open_file(path, Path(folder), Reading())
        header = read_header(opened.path)
        if header is None:
            raise InputError(
                f"`{what}`: {path.name} has no readable header. Expected a CSV file whose first "
                "row names its columns."
            )
        table = TableFile(opened.path, path.name, header, Facts("", 0, False), opened.by_rows)
        names = [name.lower() for name in header.names]
        rows = []
        for record in table.records():
            if record.fields is not None:
                rows.append((record.line, dict(zip(names, record.fields, strict=True))))
            elif record.problem != EMPTY:
                raise InputError(
                    f"`{what}`: line {record.line} of {path.name} cannot be read "
                    f"({record.problem}). Correct that line."
                )
    return rows
