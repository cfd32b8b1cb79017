"""Mean wait within a horizon: the area under the Kaplan-Meier curve.

Where half of the requests are never answered there is no median; the mean of min(wait, horizon)
exists wherever follow-up reaches the horizon.
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
from carekit.inference.waits.influence import (
    ClusterDesign,
    cluster_design,
    count_clusters,
    say_method,
    student_quantile,
)
from carekit.inference.waits.kaplan_meier import (
    NO_VARIANCE,
    build_curve,
    own_influence,
    pointwise_limits,
    product_limit,
)
from carekit.inference.waits.risk_sets import Floats, RiskSets, read_waits, running

# Clusters × times of a group up to which each cluster is really left out: some thousandths of a
# second. Beyond, clusters are so many that the influence says the same.
JACKKNIFE_CELLS = 250_000
_CHUNK = 250_000


def restricted_mean(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    until: float | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
    time: str = "seconds",
    unit: str = "seconds",
    events: str = "events",
    censored: str = "censored",
) -> pd.DataFrame:
    """Mean time that a request waits within `until` minutes, over all requests; table as `estimate_waits`.

    `until`: the same for all groups; by default the shortest follow-up of the groups, those in which
    everybody was answered aside.

    One row per group, sorted: the `by` columns, n, n_answered, n_censored, restricted_mean_minutes
    (area under the curve; an unanswered request waits all that time; NaN where follow-up is shorter),
    std_error, ci_low, ci_high (symmetric for ln(-ln(mean/until)), Student's t on `df`, for independent
    requests with √(n/(n-1)) times the error), conf_level, df, until_minutes, clusters, method (area
    formula; with `cluster` leaving out one cluster after the other or, where that takes too long, the
    influence of each), flags as `estimate_waits`.

    Irwin 1949; Klein and Moeschberger 2003, section 4.5: the variance of the estimate, not of the
    truncated wait.

    >>> table = pd.DataFrame({"seconds": [600, 1800, 3600], "events": [1, 1, 0],
    ...                       "censored": [0, 0, 2]})
    >>> restricted_mean(table, until=60)[["n", "restricted_mean_minutes"]]
       n  restricted_mean_minutes
    0  4                     40.0
    """
    groups_by = column_names(by)
    columns = ["n", "n_answered", "n_censored", "restricted_mean_minutes", "std_error", "ci_low"]
    columns += ["ci_high", "conf_level", "df", "until_minutes", "clusters", "method", "flags"]
    refuse_names(groups_by, columns)
    check_conf_level(conf_level)
    if until is not None and not (np.isfinite(until) and until > 0):
        raise InputError(
            f"`until` is {until!r}; a number of minutes above 0 was expected. "
            "Write, for example, until=1440 for one day."
        )
    sets = read_waits(
        table,
        by=groups_by,
        time=time,
        causes=[events],
        censored=censored,
        cluster=cluster,
        unit=unit,
    )
    survival, risk, step = product_limit(sets)
    n = sets.n
    ends = sets.value_at(survival, np.inf, before=np.nan)
    horizon = (_horizon(sets, ends) if until is None else float(until)) or np.nan
    short = (n > 0) & (ends > 0) & ~(horizon <= sets.last)
    mean, area_left, area = _areas(sets, survival, horizon)
    variance = sets.per_group(area_left**2 * step)
    # Normal limits without n/(n-1) cover 87 to 92 % at 30 requests: bench/coverage_survival.py.
    df, wider = np.where(n > 1, n - 1, np.nan), n / np.where(n > 1, n - 1, np.nan)
    design: ClusterDesign | None = None
    flat = jackknife = influence = np.zeros(len(n), dtype=bool)
    if sets.rows is not None:
        design = cluster_design(sets)
        robust = ~design.single & (n > 0)
        influence = robust & (sets.size * design.clusters > JACKKNIFE_CELLS)
        jackknife = robust & ~influence
        clustered = _influence_variance(sets, design, risk, step, area, area_left)
        for g in np.flatnonzero(jackknife & ~design.lonely & ~short):
            clustered[g] = _jackknife_variance(sets, int(g), horizon)
        flat = robust & (variance > 0) & (clustered <= NO_VARIANCE * variance)
        variance = np.where(robust & ~flat, clustered, variance)
        df, wider = np.where(robust, design.df, df), np.where(robust, 1.0, wider)
    none_yet = (n > 0) & ~short & ~(sets.first_time(sets.events > 0) < horizon)
    std_error = np.sqrt(np.where(short | (n == 0), np.nan, variance))
    curve = build_curve(sets, conf_level=conf_level, limits="log-log")
    low, high = pointwise_limits(
        np.where(short | (n == 0), np.nan, np.where(none_yet, 1.0, mean / horizon)),
        std_error * np.sqrt(wider) / horizon,
        student_quantile(df, (1 - conf_level) / 2),
        "log-log",
        sets.next_value(curve.exact_low, horizon),
    )
    dtype = np.int64 if sets.whole else np.float64
    false = np.zeros(len(n), dtype=bool)
    part: dict[str, Any] = {
        "n": n.astype(dtype),
        "n_answered": sets.per_group(sets.events).astype(dtype),
        "n_censored": sets.per_group(sets.censored).astype(dtype),
        "restricted_mean_minutes": np.where(short | (n == 0), np.nan, mean),
        "std_error": std_error,
        "ci_low": low * horizon,
        "ci_high": high * horizon,
        "conf_level": conf_level,
        "df": df,
        "until_minutes": horizon,
        "clusters": count_clusters(sets),
        "method": say_method(
            n,
            design,
            cluster,
            estimator="area under kaplan-meier",
            single="area under kaplan-meier",
            unequal="kish df",
            notes={
                "jackknife": jackknife,
                "influence": influence,
                "independent requests where clusters do not differ": flat,
                "exact before the first answer": none_yet,
            },
        ),
        "flags": join_flags(
            len(n),
            {
                "n0": n == 0,
                "one_cluster": false if design is None else design.lonely,
                "zero_var": none_yet | flat,
                "not_reached": short,
                "few_clusters": false if design is None else design.few,
                "small_n": (n > 0) & (n < SMALL_N) & sets.whole,
            },
        ),
    }
    return sets.keys.assign(**part)


def _horizon(sets: RiskSets, ends: Floats) -> float:
    """The longest time up to which every curve is known; curves that reach 0 are known for ever."""
    open_ended = sets.last[(sets.size > 0) & (ends > 0)]
    if len(open_ended):
        return float(open_ended.min())
    return float(np.nanmax(sets.last)) if (sets.size > 0).any() else np.nan


def _areas(sets: RiskSets, survival: Floats, horizon: float) -> tuple[Floats, Floats, Floats]:
    """Area under each curve up to the horizon; after each time; from each time to the next."""
    times = np.minimum(sets.minutes, horizon)
    following = np.append(times, horizon)[1:]
    last = np.append(sets.group, -1)[1:] != sets.group
    area = survival * (np.where(last, horizon, following) - times)
    left = running(area[::-1], sets.group[::-1])[::-1]
    before_first = np.full(len(sets.start), np.nan)
    before_first[sets.size > 0] = times[sets.start[sets.size > 0]]
    return before_first + sets.per_group(area), left, area


def _influence_variance(
    sets: RiskSets,
    design: ClusterDesign,
    risk: Floats,
    step: Floats,
    area: Floats,
    area_left: Floats,
) -> Floats:
    """Sum over clusters of the squared influence on the area, with the design's correction."""
    rows = sets.rows
    assert rows is not None
    # ∫ S·H up to each time: while it waits, a request moves ln S by H
    waited = sets.running(risk * area) - risk * area
    answered, lost = own_influence(sets, risk, step)
    if_answered, if_lost = waited + answered * area_left, waited + lost * area_left
    at = rows.place
    moved = rows.causes.sum(axis=1) * if_answered[at] + rows.censored * if_lost[at]
    sums = np.bincount(rows.cluster, weights=moved * design.scale)
    group = np.zeros(len(sums), dtype=np.int64)
    group[rows.cluster] = sets.group[at]
    return design.factor * np.bincount(group, weights=sums**2, minlength=len(sets.start))


def _jackknife_variance(sets: RiskSets, g: int, horizon: float) -> float:
    """(K-1)/K Σ (θ without cluster c - their mean)²."""
    rows = sets.rows
    assert rows is not None
    here = slice(sets.start[g], sets.start[g] + sets.size[g])
    times = np.minimum(sets.minutes[here], horizon)
    width = np.diff(np.append(times, horizon))
    events, at_risk = sets.events[here], sets.at_risk[here]
    mine = np.flatnonzero(sets.group[rows.place] == g)
    names, cluster = np.unique(rows.cluster[mine], return_inverse=True)
    at = rows.place[mine] - sets.start[g]
    k, size = len(names), len(times)
    happened, weight = rows.causes[mine].sum(axis=1), rows.weight[mine]
    means = np.empty(k)
    chunk = max(1, _CHUNK // size)
    for first in range(0, k, chunk):
        part = (cluster >= first) & (cluster < first + chunk)
        place = (cluster[part] - first, at[part])
        own_events, own = np.zeros((2, min(chunk, k - first), size))
        own_events[place] = happened[part]
        own[place] = weight[part]
        own = own[:, ::-1].cumsum(axis=1)[:, ::-1]
        left, died = at_risk - own, events - own_events
        # rounding may leave a crumb of a cluster that is gone
        gone = left <= 1e-9 * at_risk
        factor = 1.0 - np.divide(died, left, out=np.zeros_like(left), where=~gone)
        means[first : first + chunk] = times[0] + np.cumprod(factor, axis=1) @ width
    return (k - 1) / k * float(np.square(means - means.mean()).sum())
