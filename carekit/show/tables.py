"""Tidy frames → tables that people read. A table formats; it never calculates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from carekit.dataset.schema import require_columns
from carekit.errors import InputError
from carekit.show.text import format_frame, plain

if TYPE_CHECKING:
    import pandas as pd

NARROW = "\u202f"  # narrow no-break space: groups digits, stands before the sign
NO_BREAK = "\u00a0"
SHARES = frozenset(
    "estimate share published unweighted weighted share_first share_second lower_bound "
    "upper_bound naive uncorrected human_estimate truth share_leaving".split()
)
# Estimates in minutes: their interval is one of times.
IN_MINUTES = frozenset({"median_minutes", "wait_minutes", "restricted_mean_minutes"})
UNITS = ("share", "number")
MISSING = "–"


@dataclass(frozen=True)
class ReadableTable:
    """A formatted table with its caption: HTML in a notebook, plain text elsewhere."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    text: str

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col" style="text-align:{_side(right)}">{escape(h)}</th>'
            for h, right in zip(self.headings, self.numeric, strict=True)
        )
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align:{_side(right)}">{escape(cell)}</td>'
                for cell, right in zip(row, self.numeric, strict=True)
            )
            + "</tr>"
            for row in self.rows
        )
        # The caption is no <caption>, which would be as narrow as the table.
        return (
            f'<p style="max-width:52em;margin:.3em 0"><em>{escape(self.caption)}</em></p>'
            f'<table aria-label="{escape(self.caption)}"><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table>"
        )

    def __repr__(self) -> str:
        return f"{self.caption}\n{self.text}"


def table_estimates(
    frame: pd.DataFrame,
    *,
    caption: str,
    columns: Sequence[str] | None = None,
    unit: str = "share",
) -> ReadableTable:
    """Estimates for reading: shares in per cent, the interval in one cell, times in minutes.

    Parameters
    ----------
    frame : pandas.DataFrame
        A tidy frame. Columns are shown by their names: those that end in ``_minutes`` as times,
        ``estimate``, ``share``, ``published`` and ``within_…`` as per cents, ``ci_low`` and
        ``ci_high`` together, whole numbers with their digits in groups.
    caption : str
        Above the table: the denominator in words, the source and the date.
    columns : sequence of str, optional
        Which columns, in which order; all by default. ``ci_low`` stands for the interval.
    unit : {"share", "number"}
        What ``estimate`` and its interval are: a number (kappa, a mean) is shown as it is.

    Returns
    -------
    ReadableTable

    Raises
    ------
    InputError
        If `unit` is neither.
    SchemaError
        If a column is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"network": ["x"], "n": [1200], "estimate": [0.301],
    ...                       "ci_low": [0.276], "ci_high": [0.328]})
    >>> table_estimates(rates, caption="Of requests on X").rows
    (('x', '1\u202f200', '30.1\xa0%', '27.6 to 32.8\xa0%'),)
    """
    if unit not in UNITS:
        raise InputError(f"`unit` is {unit!r}; expected one of: {', '.join(UNITS)}. Use one.")
    shown = list(columns) if columns is not None else [str(c) for c in frame.columns]
    require_columns(frame, shown, what="frame", hint="Choose among the columns found.")
    paired = "ci_low" in shown and "ci_high" in frame.columns
    if paired:
        shown = [c for c in shown if c != "ci_high"]
    # Beside an estimate, the interval is that of the estimate.
    in_minutes = "estimate" not in frame.columns and not IN_MINUTES.isdisjoint(frame.columns)
    kind = "minutes" if in_minutes else unit
    headings, cells, numeric = [], [], []
    for name in shown:
        if name == "ci_low" and paired:
            headings.append(_interval_heading(frame))
            pairs = zip(frame["ci_low"], frame["ci_high"], strict=True)
            cells.append([_interval(low, high, kind) for low, high in pairs])
            numeric.append(True)
        else:
            headings.append(name.replace("_", " "))
            as_it_is = unit == "number" and name == "estimate"
            cells.append([_cell("" if as_it_is else name, value) for value in frame[name]])
            numeric.append(frame[name].dtype.kind in "iuf")
    rows = tuple(zip(*cells, strict=True)) if cells else ()
    text = format_frame(frame[[c for c in frame.columns if c in shown or c == "ci_high"]])
    return ReadableTable(caption, tuple(headings), rows, tuple(numeric), text)


def _side(right: bool) -> str:
    return "right" if right else "left"


def _interval_heading(frame: pd.DataFrame) -> str:
    levels = set(frame["conf_level"]) if "conf_level" in frame.columns else {0.95}
    level = f"{100 * levels.pop():g}{NO_BREAK}% " if len(levels) == 1 else ""
    return f"{level}interval"


def _interval(low: Any, high: Any, kind: str) -> str:
    low, high = plain(low), plain(high)
    if kind == "minutes":
        ends = [MISSING if v is None else duration(v) for v in (low, high)]
        return f"{ends[0]} to {ends[1]}"
    if low is None or high is None:
        return MISSING
    if kind == "number":
        return f"{low:.3g} to {high:.3g}"
    return f"{100 * low:.1f} to {100 * high:.1f}{NO_BREAK}%"


def _cell(name: str, value: Any) -> str:
    value = plain(value)
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if name in SHARES or name.startswith("within_"):
        return percent(value)
    if name == "conf_level":
        return f"{100 * value:g}{NO_BREAK}%"
    if name.endswith("_minutes"):
        return duration(value)
    if isinstance(value, int):
        return f"{value:,}".replace(",", NARROW)
    return f"{value:.4g}"


def percent(share: float) -> str:
    """A share as a per cent with one decimal.

    Examples
    --------
    >>> percent(0.3)
    '30.0\\xa0%'
    """
    return f"{100 * share:.1f}{NO_BREAK}%"


def duration(minutes: float) -> str:
    """Minutes as people say them: minutes below two hours, hours below two days, then days.

    Examples
    --------
    >>> duration(11.99), duration(355.5), duration(4320)
    ('12.0\\xa0min', '5.9\\xa0h', '3.0\\xa0d')
    """
    for unit, size, limit in (("min", 1, 120), ("h", 60, 2880)):
        if abs(minutes) < limit:
            return f"{minutes / size:.1f}{NO_BREAK}{unit}"
    return f"{minutes / 1440:.1f}{NO_BREAK}d"
