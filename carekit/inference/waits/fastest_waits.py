"""Mean of the fastest waits: what Facebook prints on a page as its response time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import column_names, refuse_names
from carekit.inference.waits.risk_sets import read_waits

_RESULT = ["n_answered", "n_fastest", "fastest_mean_minutes"]


def fastest_mean(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    share: float = 0.9,
    time: str = "seconds",
    unit: str = "seconds",
    events: str = "events",
) -> pd.DataFrame:
    """Mean of the fastest answers of each group, the slowest left out.

    It flatters: the waits that hurt are the ones left out. Give it only under the name of those who
    publish it. One row per group, sorted: the `by` columns, n_answered, n_fastest (the `share` of them,
    rounded down to whole answers), fastest_mean_minutes; NaN where none is kept.

    >>> table = pd.DataFrame({"seconds": [60, 120, 6000], "events": [8, 1, 1]})
    >>> fastest_mean(table)[["n_fastest", "fastest_mean_minutes"]].round(3)
       n_fastest  fastest_mean_minutes
    0          9                 1.111
    """
    if not 0 < share <= 1:
        raise InputError(
            f"`share` is {share!r}; a share above 0 and at most 1 was expected. Write 0.9 for 90 %."
        )
    groups_by = column_names(by)
    refuse_names(groups_by, _RESULT)
    sets = read_waits(
        table, by=groups_by, time=time, causes=[events], censored=None, cluster=None, unit=unit
    )
    n = sets.n
    # 0.9 x 10 must be 9 whatever the last bit says.
    kept = np.floor(n * share + 1e-9)
    before = np.cumsum(sets.events) - sets.events
    first = np.cumsum(n) - n
    group = sets.group
    used = np.clip(kept[group] - (before - first[group]), 0, sets.events)
    total = np.bincount(group, weights=used * sets.minutes, minlength=len(n))
    return sets.keys.assign(
        n_answered=n.astype(np.int64),
        n_fastest=kept.astype(np.int64),
        fastest_mean_minutes=np.divide(total, kept, out=np.full(len(n), np.nan), where=kept > 0),
    )
