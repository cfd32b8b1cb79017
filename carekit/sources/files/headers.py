"""Where the header of a table stands: below a preamble, in one row or in several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from carekit.sources.files.records import Record

MOST_HEADER_ROWS = 3
# A cell that no header has: a number, a date, a yes or no, an id of a respondent, an address.
_DATA = re.compile(
    r"[-+(]?[\d .,'\u00a0\u202f]*\d[\d .,%€$£)]*|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|true|false|"
    r"[A-Za-z]{1,3}[_-]?\d+|https?://\S+|\S+@\S+\.\S+|\d{1,2}:\d{2}(:\d{2})?|"
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d{4}.*|\d{1,2} \w{3,9}\.? \d{4}.*",
    re.IGNORECASE,
)
# What SurveyMonkey writes below the wording of a question.
_SECOND = frozenset(
    {"response", "open-ended response", "réponse", "réponse ouverte", "réponse libre", "antwort"}
)


@dataclass(frozen=True)
class Header:
    """The names of the columns of a table.

    `names` are stripped; a column without a name is ''. `n_lines` counts the physical lines up to
    its end, `plain` is true if it is the first line of the file and takes one line. `further` are
    the rows of a header below the first (wordings, ids of questions), `n_skipped` the lines of a
    preamble before it; `rows` are all rows of a header that takes several, in their order.
    """

    names: tuple[str, ...]
    delimiter: str
    n_lines: int
    plain: bool
    further: tuple[tuple[str, ...], ...] = field(default=())
    n_skipped: int = 0
    rows: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def shown(self) -> str:
        """The names of the columns, for a message."""
        return ", ".join(n or "(unnamed)" for n in self.names)[:300]

    @property
    def twins(self) -> str:
        """How columns of one name are told apart, for a message; empty without any."""
        twin = next((n for n in self.names if n and self.names.count(n) > 1), None)
        if twin is None:
            return ""
        return f" Of the columns called {twin!r}, the second is '{twin} (2)', and so on."

    def _numbered(self, name: str) -> int | None:
        """Position of `Date (2)`: the second column of that name."""
        told = re.fullmatch(r"(.+) \((\d)\)", name.strip())
        places = [
            i for i, n in enumerate(self.names) if told and n.casefold() == told[1].casefold()
        ]
        return places[int(told[2]) - 1] if told and 0 < int(told[2]) <= len(places) > 1 else None

    def find(self, *names: str) -> int | None:
        """Position of the first of these columns that is there; case does not matter.

        A column may be called by its name in any row of the header.
        """
        for name in names:
            for row in (self.names, *self.further):
                if name in row:
                    return row.index(name)
                lower = [n.casefold() for n in row]
                if name.strip().casefold() in lower:
                    return lower.index(name.strip().casefold())
            if (place := self._numbered(name)) is not None:
                return place
        return None


def find_header(
    records: Sequence[Record], delimiter: str, *, at_line: int | None = None
) -> Header | None:
    """The header among the first records of a table; None if none of them can be read.

    A preamble is told by its rows, which are narrower than the header below it; further rows of a
    header by columns whose cells are numbers or times in the rows after them.
    """
    rows = [r for r in records if r.fields is not None]
    if not rows:
        return None
    if at_line is not None:
        start = next((i for i, r in enumerate(rows) if r.line <= at_line <= r.last), None)
        if start is None:
            return None
    else:
        if records[0].fields is None and records[0].n == 1:
            return None  # the first row is broken
        start = _below_preamble(rows)
    first = rows[start]
    names = _names(first)
    further: list[tuple[str, ...]] = []
    below = rows[start + 1 : start + MOST_HEADER_ROWS]
    ids = next((i for i, r in enumerate(below) if any("ImportId" in c for c in r.fields or ())), -1)
    for at, row in enumerate(below):
        if at > ids and not _is_header_too(row, names, rows[start + 2 + len(further) :]):
            break
        further.append(_names(row, len(names)))
    every = (names, *further) if further else ()
    # Merged titles above the names: the row that names every column is the better one.
    if further and names.count("") > 0 and further[0].count("") < names.count(""):
        names, further = further[0], [names, *further[1:]]
    last = rows[start + len(further)]
    n_skipped = first.line - 1 if start else 0
    return Header(
        names,
        delimiter,
        last.last,
        plain=last.last == 1,
        further=tuple(further),
        n_skipped=n_skipped,
        rows=every,
    )


def _names(row: Record, width: int | None = None) -> tuple[str, ...]:
    cells = tuple(cell.strip() for cell in row.fields or ())
    return cells if width is None else (cells + ("",) * width)[:width]


def _width(row: Record) -> int:
    """Columns up to the last that is filled."""
    cells = row.fields or []
    return max((i for i, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _below_preamble(rows: Sequence[Record]) -> int:
    """The first row that is wider than all before it together with what follows it."""
    widths = [_width(r) for r in rows]
    best, widest = 0, widths[0]
    for at in range(1, min(len(rows), 40)):
        if widths[at] <= max(widest * 2 - 1, 2) and not (widest <= 2 < widths[at]):
            continue
        below = widths[at + 1 :]
        if all(w <= widths[at] for w in below) and _looks_like_names(rows[at]):
            best, widest = at, widths[at]
            break
    return best


def _looks_like_names(row: Record) -> bool:
    filled = [c.strip() for c in row.fields or () if c.strip()]
    return (
        len(filled) >= 2
        and len(set(filled)) == len(filled)
        and not any(_DATA.fullmatch(c) for c in filled)
        and max(map(len, filled)) <= 300
    )


def _is_header_too(row: Record, names: Sequence[str], later: Sequence[Record]) -> bool:
    """True if the cells of a row are texts where those of all later rows are numbers or times."""
    cells = _names(row, len(names))
    filled = [c for c in cells if c]
    if any("ImportId" in c for c in filled):
        return True
    if {c.casefold() for c in filled} & _SECOND and not any(_DATA.fullmatch(c) for c in filled):
        return True
    if options_below(names, cells) and not any(_DATA.fullmatch(c) for c in filled):
        return True
    if len(later) < 2 or len(filled) * 2 < len(names) or len(filled) < 2:
        return False
    if any(_DATA.fullmatch(c) for c in filled):
        return False
    table = [_names(r, len(names)) for r in later[:50]]
    typed = 0
    for at, cell in enumerate(cells):
        values = [r[at] for r in table if r[at]]
        if cell and len(values) >= 2 and all(_DATA.fullmatch(v) for v in values):
            typed += 1
    return typed > 0


def options_below(names: Sequence[str], cells: Sequence[str]) -> bool:
    """True if a row names every column that the row above leaves without a name, and not the first."""
    unnamed = [cell for name, cell in zip(names, cells, strict=True) if not name]
    return bool(unnamed) and all(unnamed) and bool(names[0]) and not cells[0]
