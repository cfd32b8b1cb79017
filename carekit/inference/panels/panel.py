"""A panel of brands by period: read from a table, checked, and put into a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import first_rows, require_columns

Values = npt.NDArray[np.float64]
# Fewer treated (or other) brands than this show no variation worth an interval.
MIN_TREATED = 4
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Panel:
    """Outcomes of brands by period.

    Attributes
    ----------
    brands, periods : Index
        Sorted.
    outcome : array, one row per brand, one column per period
        NaN where the table has no row.
    size : array of the same shape
        Requests behind each outcome; 1 where they do not count.
    start : array of int, one value a brand
        Position of its first treated period; NEVER if that is none of the periods.
    """

    brands: pd.Index
    periods: pd.Index
    outcome: Values
    size: Values
    start: npt.NDArray[np.int64]

    @property
    def treated(self) -> npt.NDArray[np.bool_]:
        """Which brands are treated in some period."""
        return self.start != NEVER

    @property
    def starts(self) -> list[int]:
        """The different starts, in order."""
        return sorted(int(s) for s in np.unique(self.start[self.treated]))


def read_panel(
    table: pd.DataFrame,
    *,
    outcome: str,
    brand: str,
    period: str,
    start: str,
    size: str | None = None,
) -> Panel:
    """Check a table of one row per brand and period, and lay it out as a grid."""
    require_columns(table, [outcome, brand, period, start])
    values = pd.to_numeric(table[outcome], errors="coerce").to_numpy(float, na_value=np.nan)
    wrong = ~np.isfinite(values) | table[[brand, period]].isna().any(axis=1).to_numpy()
    if wrong.any():
        raise InputError(
            f"`table` lacks brand, period or outcome {outcome!r} in {first_rows(table, wrong)}; "
            "all three were expected in every row. Leave these rows out and say so."
        )
    if (twice := table.duplicated([brand, period]).to_numpy()).any():
        raise InputError(
            f"`table` repeats a brand and period in {first_rows(table, twice)}; one row each was "
            "expected. Add up, or average, these rows."
        )
    pairs = table[[brand, start]].drop_duplicates()
    if (several := pairs[brand].duplicated()).any():
        raise _brands(
            "several values of the start",
            pd.Index(pairs[brand][several]).unique(),
            "one was expected",
        )
    brands = pd.Index(table[brand].unique()).sort_values()
    periods = pd.Index(table[period].unique()).sort_values()
    begun = table.drop_duplicates(brand).set_index(brand)[start].reindex(brands)
    position = np.full(len(brands), NEVER, dtype=np.int64)
    known = begun.notna().to_numpy()
    try:
        position[known] = periods.searchsorted(pd.Index(begun[known]), side="left")
    except (TypeError, ValueError) as error:
        raise InputError(
            f"`start` column {start!r} (such as {begun[known].iloc[0]}) cannot be compared with "
            f"{period!r} (such as {periods[0]}). Give both in the same form."
        ) from error
    position[position == len(periods)] = NEVER  # starts after the last period
    grid = np.full((len(brands), len(periods)), np.nan)
    row, column = (
        brands.get_indexer(pd.Index(table[brand])),
        periods.get_indexer(pd.Index(table[period])),
    )
    grid[row, column] = values
    sizes = np.ones(grid.shape)
    if size is not None:
        require_columns(table, [size])
        counts = pd.to_numeric(table[size], errors="coerce").to_numpy(float, na_value=np.nan)
        if (wrong := ~(counts > 0)).any():
            raise InputError(
                f"`table` column {size!r} is no number above 0 in {first_rows(table, wrong)}; the "
                "requests behind each outcome were expected. Leave empty periods out."
            )
        sizes[row, column] = counts
    panel = Panel(brands, periods, grid, sizes, position)
    before = np.arange(len(periods)) < position[:, None]
    early = panel.treated & ~(np.isfinite(grid) & before).any(axis=1)
    if early.any():
        raise _brands(
            "no period before their start", brands[early], "each treated brand needs at least one"
        )
    if not panel.treated.any() or (~panel.treated).sum() + len(panel.starts) < 2:
        raise InputError(
            f"`start` column {start!r} leaves {int(panel.treated.sum())} treated brands of "
            f"{len(brands)}, with nothing to compare; brands that start within the periods and "
            "brands that do not, or start later, were expected. Check that column: a missing "
            "value means never."
        )
    return panel


def _brands(what: str, names: pd.Index, expected: str) -> InputError:
    shown = ", ".join(str(name) for name in names[:3])
    return InputError(
        f"`table` has {len(names)} brand{'s' if len(names) > 1 else ''} with {what} (first: "
        f"{shown}); {expected}. Correct them, or leave them out and say so."
    )


def add_variances(variances: npt.ArrayLike, free: npt.ArrayLike) -> tuple[float, float]:
    """Standard error and Welch-Satterthwaite degrees of freedom of a sum of independent parts."""
    parts, degrees = np.asarray(variances, dtype=float), np.asarray(free, dtype=float)
    total = parts.sum()
    if not total > 0:
        return float(total), float("nan")
    return float(np.sqrt(total)), float(total**2 / (parts**2 / degrees).sum())
