"""Records of a delimited file, read so that nothing is lost without a word.

Every physical line ends up in exactly one record or one problem. Quotes must be sound (RFC 4180);
where they are not, the reader gives up the record, looks for the next line that makes a whole
record by itself and goes on from there, so that one missing quotation mark does not swallow the
rest of the file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import NamedTuple

EMPTY = "empty row"
BROKEN = "broken quotation marks, or the file ends inside a quoted field"
TOO_LONG = "a line or a field is too long to be a post"


class Record(NamedTuple):
    """One row: where it starts and its fields, or why it could not be read.

    `line` is the physical line of its start, the first line of the file being 1; `last` that of its
    end. For a run of empty rows, `n` is their number.
    """

    line: int
    last: int
    fields: list[str] | None
    problem: str | None = None
    n: int = 1


class _TooLong(Exception):
    """A physical line that the decoder gave up."""


class _Source:
    """Feeds lines to csv.reader, keeps those of the current record, takes some back."""

    def __init__(self, lines: Iterable[str | None]) -> None:
        self.lines = iter(lines)
        self.number = 0  # physical lines handed out
        self.current: list[str] = []
        self.returned: list[str] = []

    def __iter__(self) -> _Source:
        return self

    def __next__(self) -> str:
        line = self.returned.pop() if self.returned else next(self.lines)
        self.number += 1
        if line is None:
            raise _TooLong
        self.current.append(line)
        return line

    def take_back(self, keep: int) -> None:
        """Keep the first lines of the current record; the others will be handed out again."""
        again = self.current[keep:]
        self.number -= len(again)
        self.returned.extend(reversed(again))


def read_records(
    lines: Iterable[str | None], *, delimiter: str, n_fields: int | None, start: int = 0
) -> Iterator[Record]:
    """Every record of a delimited file."""
    source = _Source(lines)
    source.number = start
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    empty_from, n_empty = 0, 0
    while True:
        first = source.number + 1
        source.current.clear()
        fields: list[str] | None = None
        try:
            fields = next(reader)
            problem = None
        except StopIteration:
            break
        except _TooLong:
            problem = TOO_LONG
        except csv.Error as error:
            problem = TOO_LONG if "field limit" in str(error) else BROKEN
        if fields is not None and not any(fields):
            empty_from = empty_from or first
            n_empty += 1
            continue
        if n_empty:
            yield Record(empty_from, first - 1, None, EMPTY, n_empty)
            empty_from = n_empty = 0
        if fields is not None and n_fields is not None and len(fields) != n_fields:
            if len(fields) < n_fields or any(fields[n_fields:]):
                problem = f"expected {n_fields} fields, found {len(fields)}"
            else:
                fields = fields[:n_fields]
        if problem is None:
            yield Record(first, source.number, fields)
            continue
        source.take_back(_sound_from(source.current, delimiter, n_fields))
        # Lines given back and read again must not be joined to what csv.reader holds.
        reader = csv.reader(source, delimiter=delimiter, strict=True)
        yield Record(first, source.number, None, problem)
    if n_empty:
        yield Record(empty_from, source.number, None, EMPTY, n_empty)


def _sound_from(lines: list[str], delimiter: str, n_fields: int | None) -> int:
    """How many lines to give up: up to the first later one that is a whole record by itself."""
    if n_fields is None or n_fields < 2:  # nothing tells a record from a line of text
        return len(lines)
    for n, line in enumerate(lines[1:], start=1):
        try:
            fields = next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        if len(fields) == n_fields:
            return n
    return len(lines)
