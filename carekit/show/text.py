"""Frames → what a terminal, a spreadsheet or a program reads: table, csv or json."""

from __future__ import annotations

import io
import json
import math
import numbers
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from carekit.dataset.csv_files import csv_text
from carekit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("table", "csv", "json")
MOST_COLUMNS = 10
# Columns that often hold one text for all rows: then they go below the table.
FOOTNOTES = ("method", "comparable", "definition", "conf_level")


def format_frame(frame: pd.DataFrame, *, format: str = "table") -> str:
    """A tidy frame as text: "table", "csv" or "json".

    A table rounds for reading (shares as they are, 0 to 1); CSV and JSON keep full precision. JSON
    is a list of records, a missing value is null. Text cells of a CSV that a spreadsheet would take
    for a formula get an apostrophe in front.

    >>> import pandas as pd
    >>> print(format_frame(pd.DataFrame({"brand": ["=1+1"], "n": [2]}), format="csv"))
    brand,n
    '=1+1,2
    """
    if format not in FORMATS:
        raise InputError(f"`format` is {format!r}; expected one of: {', '.join(FORMATS)}.")
    if format == "json":
        records = [
            {str(c): plain(v) for c, v in zip(frame.columns, row, strict=True)}
            for row in frame.itertuples(index=False, name=None)
        ]
        return json.dumps(records, ensure_ascii=False, indent=1)
    if format == "csv":
        return csv_text(frame).rstrip("\n")
    return _as_table(frame)


def plain(value: Any) -> Any:
    """A cell as JSON knows it: missing values become None, numpy numbers Python numbers."""
    import pandas as pd

    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (bool, str)):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        number = float(value)
        return number if math.isfinite(number) else None
    return value.item() if hasattr(value, "item") else str(value)


def _as_table(frame: pd.DataFrame) -> str:
    """Columns with one text for all rows go below the table; a single row stands upright."""
    if frame.empty:
        return "no rows"
    if len(frame) == 1 and len(frame.columns) > MOST_COLUMNS:
        width = max(len(str(c)) for c in frame.columns)
        cells = zip(frame.columns, frame.iloc[0], strict=True)
        return "\n".join(f"{name!s:<{width}}  {readable(value)}" for name, value in cells)
    notes, body = _footnotes(frame)
    right = [bool(body[c].map(lambda v: isinstance(v, numbers.Number)).any()) for c in body.columns]
    rows = [[readable(v) for v in row] for row in body.itertuples(index=False, name=None)]
    drawn = draw_table([str(c).replace("_", " ") for c in body.columns], rows, right)
    return "\n".join([drawn, *notes]).strip("\n")


def draw_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[bool]
) -> str:
    """Cells of text under their headings, as wide as the terminal, or 160 signs elsewhere."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading, to_the_right in zip(headings, right, strict=True):
        # Words may break: a header is often wider than its numbers.
        table.add_column(Text(heading), justify="right" if to_the_right else "left", no_wrap=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out = io.StringIO()
    width = max(shutil.get_terminal_size().columns, 80) if sys.stdout.isatty() else 160
    # Inside Jupyter, rich would display the table by itself, and write the colours of a terminal.
    Console(file=out, width=width, force_jupyter=False, force_terminal=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).strip("\n")


def _footnotes(frame: pd.DataFrame) -> tuple[list[str], pd.DataFrame]:
    """Long texts that repeat: one line below the table, a number in its cells."""
    notes: list[str] = []
    body = frame.copy()
    for name in (c for c in FOOTNOTES if c in frame.columns):
        texts = list(dict.fromkeys(frame[name]))
        if len(texts) == 1:
            notes.append(f"{name}: {readable(texts[0])}")
            body = body.drop(columns=name)
        elif name in {"method", "comparable"}:
            notes += [f"{name} {i}: {readable(t)}" for i, t in enumerate(texts, 1)]
            body[name] = frame[name].map({t: str(i) for i, t in enumerate(texts, 1)})
    return notes, body


def readable(value: Any) -> str:
    """A cell for people: four digits after the point below 10, fewer above; control signs out."""
    value = plain(value)
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        digits = 4 if abs(value) < 10 else 2 if abs(value) < 1000 else 1
        return f"{value:,.{digits}f}"
    if isinstance(value, int):
        return f"{value:,}"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    # A no-break space is not printable to Python, and may stay.
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else " " for c in text)
