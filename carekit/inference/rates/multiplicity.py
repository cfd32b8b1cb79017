"""Many tests at once: p-values adjusted for the size of their family.

A family is one table or one figure: everything that a reader could pick from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import column_names, first_rows, refuse_names, require_columns

Adjustment = Literal["holm", "bh", "bonferroni", "none"]

ADJUSTMENTS: tuple[str, ...] = ("holm", "bh", "bonferroni")
_RESULT = ["p_adjusted", "adjustment", "family_size"]


def adjust_p_values(
    table: pd.DataFrame,
    *,
    adjustment: Adjustment = "holm",
    by: str | Sequence[str] = (),
    p_value: str = "p_value",
) -> pd.DataFrame:
    """Add adjusted p-values beside the raw ones.

    `adjustment`: "holm" and "bonferroni" bound the chance of any false finding in the family, Holm at no
    loss; "bh" (Benjamini-Hochberg) the expected share of false findings, for exploration. `by`: columns
    that define families; none makes the whole table one. A missing p-value is a test that was not made:
    it stays missing and is not counted. A copy of `table` with p_adjusted, adjustment and family_size
    behind its columns; any such columns that it had are replaced. Holm 1979; Benjamini and Hochberg
    1995.

    >>> tests = pd.DataFrame({"pair": ["a-b", "a-c", "b-c"], "p_value": [0.01, 0.04, 0.03]})
    >>> adjust_p_values(tests)
      pair  p_value  p_adjusted adjustment  family_size
    0  a-b     0.01        0.03       holm            3
    1  a-c     0.04        0.06       holm            3
    2  b-c     0.03        0.06       holm            3
    """
    check_adjustment(adjustment)
    families = column_names(by)
    require_columns(table, [*families, p_value])
    refuse_names(families, _RESULT)
    raw = pd.to_numeric(table[p_value], errors="coerce").to_numpy(float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        wrong = (raw < 0) | (raw > 1) | (np.isnan(raw) & table[p_value].notna().to_numpy())
    if wrong.any():
        raise InputError(
            f"`table` column {p_value!r} is not a probability in {first_rows(table, wrong)}; "
            "values from 0 to 1 were expected, or none for a test that was not made. Check that "
            "column."
        )
    code: npt.NDArray = np.zeros(len(table))
    if families:
        code = table.groupby(families, dropna=False, observed=True).ngroup().to_numpy(float)
    made = ~np.isnan(raw)
    adjusted = np.full(len(table), np.nan)
    sizes = np.zeros(len(table), dtype=np.int64)
    for family in np.unique(code):
        mine = made & (code == family)
        sizes[code == family] = mine.sum()
        if mine.any():
            adjusted[mine] = _adjust(raw[mine], adjustment)
    kept = table.drop(columns=_RESULT, errors="ignore")
    return kept.assign(p_adjusted=adjusted, adjustment=adjustment, family_size=sizes)


def check_adjustment(adjustment: str) -> None:
    """Raise InputError unless `adjustment` is known."""
    if adjustment not in (*ADJUSTMENTS, "none"):
        raise InputError(
            f"`adjustment` is {adjustment!r}; expected one of: {', '.join(ADJUSTMENTS)}, none. "
            "Choose one of these."
        )


def _adjust(raw: np.ndarray, adjustment: str) -> np.ndarray:
    # statsmodels' multipletests gives the same, but collects garbage at every call: a quarter of
    # a second in a session that holds data.
    if adjustment == "none":
        return raw
    size = len(raw)
    if adjustment == "bonferroni":
        return np.minimum(raw * size, 1.0)
    order = np.argsort(raw, kind="stable")
    steps = np.arange(1, size + 1)
    if adjustment == "holm":
        climbing = np.maximum.accumulate(raw[order] * (size + 1 - steps))
    else:
        climbing = np.minimum.accumulate((raw[order] * size / steps)[::-1])[::-1]
    adjusted = np.empty(size)
    adjusted[order] = np.minimum(climbing, 1.0)
    return adjusted
