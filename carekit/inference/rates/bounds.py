"""Answer rates when some threads are incomplete: bounds instead of a guess.

A thread that was only partly collected may hide the answer. Counting it as unanswered gives the
lowest possible rate, counting it as answered the highest; no assumption is needed in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from carekit.errors import InputError
from carekit.inference.rates.counts import (
    check_conf_level,
    check_counts,
    check_parts,
    column_names,
    refuse_names,
    require_columns,
)
from carekit.inference.rates.proportions import estimate_rate

_INTERVALS = ("outer", "imbens-manski")
_RESULT = [
    *("estimate", "lower_bound", "upper_bound", "ci_low", "ci_high", "conf_level"),
    *("critical_value", "method", "flags"),
]


def rate_bounds(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    cluster: str | None = None,
    n: str = "n",
    n_yes: str = "n_answered",
    n_unknown: str = "n_unknown",
    interval: str = "outer",
    max_unknown: float = 0.02,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Lowest and highest rate that incomplete threads allow, with an interval around both.

    `n_unknown`: column of the units whose answer is unknown; the rest is known as no. `interval`:
    "outer", from the lower limit at the lower bound to the upper limit at the upper bound, covers the
    whole range of possible rates; "imbens-manski", narrower, the one true rate (it falls back where
    both standard errors are 0 or missing). `max_unknown`: largest share of unknown units for which a
    point estimate is given.

    One row per group, sorted: the `by` columns, n, n_yes, n_unknown, estimate (among the known),
    lower_bound, upper_bound (no unknown unit is a yes; every one is), ci_low, ci_high, conf_level,
    critical_value (Imbens and Manski's c, between the one-sided and the two-sided normal quantile),
    method, flags (of `estimate_rate` at either bound, and `incomplete`).

    Manski 2003, Partial Identification of Probability Distributions; Imbens and Manski 2004,
    Econometrica 72, 1845-1857.

    >>> table = pd.DataFrame({"n": [200], "n_answered": [80], "n_unknown": [30]})
    >>> rate_bounds(table)[["lower_bound", "upper_bound", "ci_low", "ci_high"]].round(3)
       lower_bound  upper_bound  ci_low  ci_high
    0          0.4         0.55   0.335    0.617
    """
    check_conf_level(conf_level)
    if interval not in _INTERVALS:
        raise InputError(
            f"`interval` is {interval!r}; one of {', '.join(map(repr, _INTERVALS))} was expected. "
            "Use 'outer' to cover the whole range of possible rates."
        )
    if not 0 <= max_unknown <= 1:
        raise InputError(
            f"`max_unknown` is {max_unknown!r}; a share from 0 to 1 was expected. "
            "Write 0.02 for 2 %."
        )
    groups_by = column_names(by)
    refuse_names(groups_by, [n, n_yes, n_unknown, *_RESULT])
    require_columns(table, [n, n_yes, n_unknown])
    counts = check_counts(table, [n, n_yes, n_unknown])
    check_parts(table, counts, n=n, parts=[n_yes, n_unknown])
    highest = table.assign(**{n_yes: counts[n_yes] + counts[n_unknown]})
    low, high = (
        estimate_rate(t, by=groups_by, cluster=cluster, n=n, n_yes=n_yes, conf_level=conf_level)
        for t in (table, highest)
    )
    unknown = (high[n_yes] - low[n_yes]).to_numpy()
    known = (low[n] - unknown).to_numpy()
    lower, upper = low["estimate"].to_numpy(), high["estimate"].to_numpy()
    ci_low, ci_high = low["ci_low"].to_numpy(), high["ci_high"].to_numpy()

    se_low, se_high = _errors(low, cluster, n), _errors(high, cluster, n)
    c = imbens_manski_value(upper - lower, se_low, se_high, conf_level=conf_level)
    names = np.char.add("outer: ", low["method"].to_numpy(str))
    if interval == "imbens-manski":
        usable = np.isfinite(c)
        ci_low = np.where(usable, np.maximum(lower - c * se_low, 0.0), ci_low)
        ci_high = np.where(usable, np.minimum(upper + c * se_high, 1.0), ci_high)
        names = np.where(usable, "imbens-manski", names)
    share = np.divide(unknown, low[n], out=np.zeros(len(low)), where=low[n].to_numpy() > 0)
    point = np.divide(low[n_yes], known, out=np.full(len(low), np.nan), where=known > 0)
    flags = [
        ", ".join(
            dict.fromkeys(
                filter(None, [*one.split(", "), *other.split(", "), "incomplete" if some else ""])
            )
        )
        for one, other, some in zip(low["flags"], high["flags"], unknown > 0, strict=True)
    ]
    result = low[[*groups_by, n, n_yes]].assign(
        **{n_unknown: unknown},
        estimate=np.where(share <= max_unknown, point, np.nan),
        lower_bound=lower,
        upper_bound=upper,
        ci_low=ci_low,
        ci_high=ci_high,
        conf_level=conf_level,
        critical_value=c,
        method=names,
        flags=pd.array(flags, dtype="str"),
    )
    return result[[*groups_by, n, n_yes, n_unknown, *_RESULT]]


def imbens_manski_value(
    width: Any, se_low: Any, se_high: Any, *, conf_level: float = 0.95
) -> npt.NDArray[np.float64]:
    """The c that solves Φ(c + width / max se) - Φ(-c) = conf_level, one per group.

    `width`: distance between the bounds. NaN where the larger standard error is 0 or missing.

    >>> imbens_manski_value([0.0, 0.15], 0.035, 0.035).round(3).tolist()
    [1.96, 1.645]
    """
    check_conf_level(conf_level)
    width, largest = np.broadcast_arrays(
        np.asarray(width, dtype=float),
        np.fmax(np.asarray(se_low, float), np.asarray(se_high, float)),
    )
    shift = np.divide(width, largest, out=np.full(largest.shape, np.nan), where=largest > 0)
    low = np.full(np.shape(shift), float(ndtri(conf_level)))
    high = np.full(np.shape(shift), float(ndtri((1 + conf_level) / 2)))
    for _ in range(60):  # halving from a width of 0.4 ends far below rounding
        middle = (low + high) / 2
        enough = ndtr(middle + shift) - ndtr(-middle) >= conf_level
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(np.isfinite(shift), (low + high) / 2, np.nan)


def _errors(rates: pd.DataFrame, cluster: str | None, n: str) -> npt.NDArray[np.float64]:
    """Standard error of a bound: √(p(1-p)/n) for independent units, as Imbens and Manski."""
    if cluster is not None:
        return rates["std_error"].to_numpy()
    share, units = rates["estimate"].to_numpy(), rates[n].to_numpy(float)
    return np.sqrt(share * (1 - share) / np.where(units > 0, units, np.nan))
