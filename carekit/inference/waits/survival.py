"""Waits for an answer as censored times: Kaplan-Meier curves, medians, shares answered by a time.

A request without an answer is not missing and not infinitely slow: it was still waiting when it
was last looked at. Leaving it out makes a brand look faster the fewer requests it answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import (
    SMALL_N,
    check_conf_level,
    column_names,
    join_flags,
    refuse_names,
)
from carekit.inference.waits.horizons import share_within, with_limits, within_columns
from carekit.inference.waits.influence import count_clusters, say_method
from carekit.inference.waits.kaplan_meier import Curve, build_curve
from carekit.inference.waits.risk_sets import RiskSets, read_waits

LIMITS = ("log-log", "log")
# The product of many quotients reaches one half only up to rounding.
HALF = 0.5 + 1e-9


def estimate_waits(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    cluster: str | None = None,
    within: Sequence[float] = (60, 480, 1440),
    conf_level: float = 0.95,
    limits: str = "log-log",
    time: str = "seconds",
    unit: str = "seconds",
    events: str = "events",
    censored: str = "censored",
) -> pd.DataFrame:
    """Median wait and shares answered within given times, over all requests (Kaplan-Meier).

    `table`: one row per group, wait (and cluster), with how many requests were answered after that
    wait (`events`), and how many were last seen unanswered after it (`censored`). Rows that share all
    of these are added up; a request lost at the very time of an answer still counts as waiting then.
    `within`: minutes by which the share answered is wanted. `limits`: "log-log", symmetric for
    ln(-ln S), or "log", as R's `survfit` has it.

    One row per group, sorted: the `by` columns; n, n_answered, n_censored (sums of weights where the
    counts are weighted); median_minutes (smallest t with S(t) ≤ 1/2; NaN where follow-up ends before
    that), ci_low, ci_high (where the limits of S(t) cross 1/2, Brookmeyer and Crowley); for each value
    of `within` within_60_minutes (1 - S(t); NaN beyond the last follow-up, unless all were answered
    before) and its limits _low, _high; conf_level, clusters, method; flags: `not_reached` no median;
    `one_cluster` no limits; `zero_var` nobody answered by one of the times: exact upper limit
    1 - (α/2)^(1/k) on the k still followed (requests, or Kish's number of clusters), or clusters do not
    differ at some time: Greenwood's there; `boundary` everybody answered: no limits there.

    Greenwood's variance, or with `cluster` the sum over clusters of squared influences times K/(K-1),
    with Student's t on K-1; below 20 clusters, or where Kish's number is below 0.7 K, each influence
    divided by 1 minus the cluster's share, with (K-1)/K and t on Kish's number - 1. Limits are made to
    fall as the curve does, so that the median and the shares of one row agree.

    Kaplan and Meier 1958; Greenwood 1926; Kalbfleisch and Prentice 1980; Brookmeyer and Crowley 1982;
    Lin and Wei 1989 and Therneau's `survival` for R (influence).

    Five requests: answered after 10, 20 and 50 minutes, unanswered when last seen after 30 and 90.

    >>> table = pd.DataFrame({"seconds": [600, 1200, 1800, 3000, 5400],
    ...                       "events": [1, 1, 0, 1, 0], "censored": [0, 0, 1, 0, 1]})
    >>> waits = estimate_waits(table, within=[60])
    >>> waits[["n", "n_answered", "median_minutes", "within_60_minutes"]]
       n  n_answered  median_minutes  within_60_minutes
    0  5           3            50.0                0.7
    """
    groups_by, names = column_names(by), within_columns(within)
    columns = ["n", "n_answered", "n_censored", "median_minutes", "ci_low", "ci_high"]
    columns += with_limits(names)
    columns += ["conf_level", "clusters", "method", "flags"]
    refuse_names(groups_by, columns)
    sets, curve = _read_curve(
        table, groups_by, time, unit, events, censored, cluster, conf_level, limits
    )
    n, answered = sets.n, sets.per_group(sets.events)
    median = sets.first_time(curve.survival <= HALF)
    dtype = np.int64 if sets.whole else np.float64
    part: dict[str, Any] = {
        "n": n.astype(dtype),
        "n_answered": answered.astype(dtype),
        "n_censored": sets.per_group(sets.censored).astype(dtype),
        "median_minutes": median,
        "ci_low": sets.first_time(curve.low <= 0.5),
        "ci_high": sets.first_time(curve.high <= 0.5),
    }
    design, false = curve.design, np.zeros(len(n), dtype=bool)
    none_yet, all_done = false.copy(), false.copy()
    for name, minutes in names.items():
        share, low, high = share_within(sets, curve, minutes)
        part |= {name: share, name + "_low": low, name + "_high": high}
        none_yet |= share == 0
        all_done |= share == 1
    flat = sets.per_group(curve.flat) > 0
    part |= {
        "conf_level": conf_level,
        "clusters": count_clusters(sets),
        "method": say_method(
            n,
            design,
            cluster,
            estimator=f"kaplan-meier, {limits}",
            single=f"kaplan-meier, greenwood, {limits}",
            notes={
                "greenwood where clusters do not differ": flat,
                "exact before the first answer": none_yet,
            },
        ),
        "flags": join_flags(
            len(n),
            {
                "n0": n == 0,
                "one_cluster": false if design is None else design.lonely,
                "zero_var": none_yet | flat,
                "boundary": all_done,
                "not_reached": (n > 0) & np.isnan(median),
                "few_clusters": false if design is None else design.few,
                "small_n": (n > 0) & (n < SMALL_N) & sets.whole,
            },
        ),
    }
    return sets.keys.assign(**part)


def survival_curve(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    cluster: str | None = None,
    conf_level: float = 0.95,
    limits: str = "log-log",
    time: str = "seconds",
    unit: str = "seconds",
    events: str = "events",
    censored: str = "censored",
) -> pd.DataFrame:
    """Share still waiting at every observed time, with limits; table and variance as `estimate_waits`.

    One row per group and observed time, sorted: the `by` columns, minutes (since the request), at_risk
    (still waiting just before), events, censored, survival (this time included; 1 before the first
    row), std_error (NaN at survival 0), ci_low, ci_high (pointwise, falling as the curve does; exact
    before the first answer, NaN at survival 0), conf_level.

    >>> table = pd.DataFrame({"seconds": [60, 120, 180], "events": [1, 1, 0],
    ...                       "censored": [0, 1, 1]})
    >>> survival_curve(table)[["minutes", "at_risk", "survival", "ci_low", "ci_high"]].round(3)
       minutes  at_risk  survival  ci_low  ci_high
    0      1.0        4      0.75   0.128    0.961
    1      2.0        3      0.50   0.058    0.845
    2      3.0        1      0.50   0.058    0.845
    """
    groups_by = column_names(by)
    columns = "minutes at_risk events censored survival std_error ci_low ci_high conf_level"
    refuse_names(groups_by, columns.split())
    sets, curve = _read_curve(
        table, groups_by, time, unit, events, censored, cluster, conf_level, limits
    )
    dtype = np.int64 if sets.whole else np.float64
    return (
        sets.keys.iloc[sets.group]
        .reset_index(drop=True)
        .assign(
            minutes=sets.minutes,
            at_risk=sets.at_risk.astype(dtype),
            events=sets.events.astype(dtype),
            censored=sets.censored.astype(dtype),
            survival=curve.survival,
            std_error=curve.std_error,
            ci_low=curve.low,
            ci_high=curve.high,
            conf_level=conf_level,
        )
    )


def _read_curve(
    table: pd.DataFrame,
    by: list[str],
    time: str,
    unit: str,
    events: str,
    censored: str,
    cluster: str | None,
    conf_level: float,
    limits: str,
) -> tuple[RiskSets, Curve]:
    check_conf_level(conf_level)
    if limits not in LIMITS:
        raise InputError(
            f"`limits` is {limits!r}; one of {', '.join(map(repr, LIMITS))} was expected. "
            "Leave it out for carekit's default, 'log-log'."
        )
    sets = read_waits(
        table, by=by, time=time, causes=[events], censored=censored, cluster=cluster, unit=unit
    )
    return sets, build_curve(sets, conf_level=conf_level, limits=limits)
