"""Waits given an answer, as the trade reports them.

These describe answered requests only: a brand that answers one request quickly and ignores the rest
looks fast here. `estimate_waits` describes all requests.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from carekit.inference.rates.counts import column_names, refuse_names
from carekit.inference.waits.risk_sets import Floats, RiskSets, read_waits

_RESULT = [
    "n_answered",
    "answered_median_minutes",
    "answered_p90_minutes",
    "answered_mean_minutes",
    "method",
]


def answered_waits(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    time: str = "seconds",
    unit: str = "seconds",
    events: str = "events",
) -> pd.DataFrame:
    """Median, 90th centile and mean of the waits of answered requests alone.

    `table`: one row per group and wait with the number answered after it; other columns are not read.
    One row per group, sorted: the `by` columns, n_answered (the denominator), answered_median_minutes,
    answered_p90_minutes (linear interpolation, type 7 of Hyndman and Fan 1996), answered_mean_minutes,
    method; NaN in a group without answers.

    >>> table = pd.DataFrame({"seconds": [60, 120, 600], "events": [3, 1, 1]})
    >>> answered_waits(table)[["n_answered", "answered_median_minutes", "answered_p90_minutes"]]
       n_answered  answered_median_minutes  answered_p90_minutes
    0           5                      1.0                   6.8
    """
    groups_by = column_names(by)
    refuse_names(groups_by, _RESULT)
    sets = read_waits(
        table, by=groups_by, time=time, causes=[events], censored=None, cluster=None, unit=unit
    )
    n = sets.n
    total = sets.per_group(sets.events * sets.minutes)
    return sets.keys.assign(
        n_answered=n.astype(np.int64),
        answered_median_minutes=_quantile(sets, 0.5),
        answered_p90_minutes=_quantile(sets, 0.9),
        answered_mean_minutes=np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0),
        method=np.where(n > 0, "answered requests only, linear interpolation", "none: n = 0"),
    )


def _quantile(sets: RiskSets, share: float) -> Floats:
    """Linear interpolation between the order statistics around (n - 1) · share."""
    n = sets.n
    full = n > 0
    out = np.full(len(n), np.nan)
    place = (n[full] - 1) * share
    counted = np.cumsum(sets.events)  # over all groups: order statistics by one search
    ahead = (np.cumsum(n) - n)[full]
    below = np.floor(place)
    above = np.minimum(below + 1, n[full] - 1)
    low = sets.minutes[np.searchsorted(counted, ahead + below, side="right")]
    high = sets.minutes[np.searchsorted(counted, ahead + above, side="right")]
    out[full] = low + (high - low) * (place - below)
    return out
