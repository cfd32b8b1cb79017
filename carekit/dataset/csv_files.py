"""CSV that a spreadsheet opens without running anything, and that every reader cuts alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# A spreadsheet takes a cell that starts with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Signs that would command a terminal; tabs and line ends stay.
_COMMANDS = {c: "\ufffd" for c in (*range(32), *range(127, 160)) if chr(c) not in "\t\n\r"}


def no_formula(value: Any) -> Any:
    """A cell that no spreadsheet runs: an apostrophe in front of what looks like a formula."""
    if not isinstance(value, str):
        return value
    value = value.translate(_COMMANDS)
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def plain_cell(value: Any) -> Any:
    """A cell as it was before `no_formula`."""
    marked = isinstance(value, str) and value[:1] == "'" and value[1:].startswith(FORMULA_STARTS)
    return value[1:] if marked else value


def csv_text(frame: pd.DataFrame) -> str:
    """A frame as CSV: UTF-8 signs, `\\n` line ends, cells that hold a line end in quotes.

    Examples
    --------
    >>> import pandas as pd
    >>> print(csv_text(pd.DataFrame({"brand": ["=1+1", "a, b"], "n": [2, 3]})))
    brand,n
    '=1+1,2
    "a, b",3
    <BLANKLINE>
    """
    safe = frame.apply(lambda column: column.map(no_formula) if _has_text(column) else column)
    rows = _Rows()
    safe.rename(columns=no_formula).to_csv(rows, index=False, lineterminator="\r\n")
    return rows.getvalue()


def rows_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV, as `csv_text` writes them."""
    made = _Rows()
    csv.writer(made, lineterminator="\r\n").writerows([no_formula(v) for v in row] for row in rows)
    return made.getvalue()


def _has_text(column: pd.Series) -> bool:
    return column.dtype.kind not in "biufcmM"


class _Rows(io.StringIO):
    """Rows that end in `\\n`, written with another end: csv quotes cells for the signs of that."""

    def __init__(self) -> None:
        super().__init__(newline="")

    def write(self, row: str) -> int:
        return super().write(row.removesuffix("\r\n") + "\n")
