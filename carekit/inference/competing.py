"""Requests that end in another way before an answer: Aalen-Johansen incidence.

A request that its author deletes can no longer be answered. If deletion depends on waiting, calling
it censored says that it would have been answered like the rest; incidence says what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from carekit.errors import InputError
from carekit.inference.rates.counts import check_conf_level, column_names, join_flags, refuse_names
from carekit.inference.waits.horizons import share_within, with_limits, within_columns
from carekit.inference.waits.influence import (
    cluster_design,
    clusters_at_risk,
    count_clusters,
    say_method,
    squared_influence,
    squared_single_influence,
)
from carekit.inference.waits.kaplan_meier import (
    NO_VARIANCE,
    Curve,
    own_influence,
    pointwise_limits,
    product_limit,
    settled,
)
from carekit.inference.waits.risk_sets import RiskSets, read_waits

SMALL_N = 30


def estimate_incidence(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    causes: Sequence[str] = ("events", "deleted"),
    cluster: str | None = None,
    within: Sequence[float] = (60, 480, 1440),
    conf_level: float = 0.95,
    time: str = "seconds",
    unit: str = "seconds",
    censored: str = "censored",
) -> pd.DataFrame:
    """Shares of all requests that ended in each way within given times.

    Parameters
    ----------
    table : DataFrame
        One row per group, wait (and cluster): how many requests ended in each way after that
        wait, and how many were last seen waiting after it. Rows that share all of these are
        added up.
    by : str or sequence of str
        Columns that define the groups; none takes the whole table as one. A missing value is a
        group of its own.
    causes : sequence of str
        Columns of the counts, one for each way to end: answered, deleted, withdrawn.
    cluster : str, optional
        Column of the independent units (author, brand). Without it every request counts as
        independent.
    within : sequence of float
        Times, in minutes, by which the shares are wanted.
    conf_level : float
        Nominal coverage.
    time, unit : str
        Column of the wait, counted from the request, and its unit: seconds, minutes, hours, days.
    censored : str
        Column of the requests last seen waiting. With `cluster` all counts may hold sums of
        sampling weights.

    Returns
    -------
    DataFrame
        One row per group and cause, sorted by group, causes in the order given: the `by`
        columns, then

        - `cause`: name of the column
        - `n`, `n_cause`: requests, and those that ended in this way
        - `within_60_minutes`, and so on for each value of `within`: share of all requests that
          had ended in this way by then; over the causes and those still waiting the shares add
          up to 1; NaN beyond the last follow-up, unless nobody was left waiting; followed by its
          limits `within_60_minutes_low`, `within_60_minutes_high`
        - `conf_level`
        - `clusters`: clusters with at least one request; missing without `cluster`
        - `method`: which variance; limits are symmetric for ln(-ln(1 - share))
        - `flags`: words separated by spaces. `n0` no request; `one_cluster` no limits;
          `zero_var` nobody had ended so by one of the times: exact upper limit on those still
          followed, or no variance between clusters: independent requests' there; `boundary`
          everybody had; `few_clusters` below 30; `small_n` below 30 requests

        The variance is the sum of squared influences of requests, or of clusters with the
        corrections and degrees of freedom of `estimate_waits`. With one cause both functions
        agree.

    Raises
    ------
    SchemaError
        If a named column is missing.
    InputError
        As for `estimate_waits`; or if `causes` names no column, or one twice.

    References
    ----------
    Aalen and Johansen 1978; Andersen, Borgan, Gill and Keiding 1993, section IV.4; Therneau's
    `survival` for R (influence).

    Examples
    --------
    >>> table = pd.DataFrame({"seconds": [600, 1200, 1800], "events": [2, 0, 1],
    ...                       "deleted": [0, 1, 0], "censored": [0, 0, 1]})
    >>> incidence = estimate_incidence(table, within=[30])
    >>> incidence[["cause", "n", "n_cause", "within_30_minutes"]]
         cause  n  n_cause  within_30_minutes
    0   events  5        3                0.6
    1  deleted  5        1                0.2
    """
    groups_by, names = column_names(by), within_columns(within)
    columns = ["cause", "n", "n_cause", *with_limits(names)]
    columns += ["conf_level", "clusters", "method", "flags"]
    refuse_names(groups_by, columns)
    sets, curves = _read_incidence(
        table, groups_by, time, unit, list(causes), censored, cluster, conf_level
    )
    n = sets.n
    dtype = np.int64 if sets.whole else np.float64
    false = np.zeros(len(n), dtype=bool)
    parts = []
    for j, (cause, curve) in enumerate(curves.items()):
        part: dict[str, Any] = {
            "cause": cause,
            "n": n.astype(dtype),
            "n_cause": sets.per_group(sets.causes[:, j]).astype(dtype),
        }
        none_yet, all_done = false.copy(), false.copy()
        for name, minutes in names.items():
            share, low, high = share_within(sets, curve, minutes)
            part |= {name: share, name + "_low": low, name + "_high": high}
            none_yet |= share == 0
            all_done |= share == 1
        design, flat = curve.design, sets.per_group(curve.flat) > 0
        part |= {
            "conf_level": conf_level,
            "clusters": count_clusters(sets),
            "method": say_method(
                n,
                design,
                cluster,
                estimator="aalen-johansen, log-log",
                single="aalen-johansen, log-log",
                notes={
                    "independent requests where clusters do not differ": flat,
                    "exact before the first": none_yet,
                },
            ),
            "flags": join_flags(
                len(n),
                {
                    "n0": n == 0,
                    "one_cluster": false if design is None else design.lonely,
                    "zero_var": none_yet | flat,
                    "boundary": all_done,
                    "few_clusters": false if design is None else design.few,
                    "small_n": (n > 0) & (n < SMALL_N) & sets.whole,
                },
            ),
        }
        parts.append(sets.keys.assign(**part))
    return _interleave(parts)


def incidence_curve(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    causes: Sequence[str] = ("events", "deleted"),
    cluster: str | None = None,
    conf_level: float = 0.95,
    time: str = "seconds",
    unit: str = "seconds",
    censored: str = "censored",
) -> pd.DataFrame:
    """Share of requests that ended in each way by every observed time, with limits.

    The table, its columns, the variance and the errors are those of `estimate_incidence`.

    Returns
    -------
    DataFrame
        One row per group, observed time and cause, sorted so: the `by` columns, then `minutes`,
        `cause`, `at_risk` (still waiting just before), `events` (ended in this way at that time),
        `incidence` (share that ended in this way by then; 0 before the first row), `std_error`,
        `ci_low`, `ci_high`, `conf_level`.

    Examples
    --------
    >>> table = pd.DataFrame({"seconds": [60, 120], "events": [1, 1], "deleted": [0, 1],
    ...                       "censored": [0, 1]})
    >>> incidence_curve(table)[["minutes", "cause", "at_risk", "events", "incidence"]]
       minutes    cause  at_risk  events  incidence
    0      1.0   events        4       1       0.25
    1      1.0  deleted        4       0       0.00
    2      2.0   events        3       1       0.50
    3      2.0  deleted        3       1       0.25
    """
    groups_by = column_names(by)
    columns = ["minutes", "cause", "at_risk", "events", "incidence", "std_error", "ci_low"]
    refuse_names(groups_by, [*columns, "ci_high", "conf_level"])
    sets, curves = _read_incidence(
        table, groups_by, time, unit, list(causes), censored, cluster, conf_level
    )
    dtype = np.int64 if sets.whole else np.float64
    keys = sets.keys.iloc[sets.group].reset_index(drop=True)
    return _interleave(
        [
            keys.assign(
                minutes=sets.minutes,
                cause=cause,
                at_risk=sets.at_risk.astype(dtype),
                events=sets.causes[:, j].astype(dtype),
                incidence=1.0 - curve.survival,
                std_error=curve.std_error,
                ci_low=1.0 - curve.high,
                ci_high=1.0 - curve.low,
                conf_level=conf_level,
            )
            for j, (cause, curve) in enumerate(curves.items())
        ]
    )


def _interleave(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Row 0 of every part, then row 1 of every part, …"""
    stacked = pd.concat(parts, ignore_index=True)
    order = np.arange(len(stacked)).reshape(len(parts), -1).T.ravel()
    return stacked.iloc[order].reset_index(drop=True)


def _read_incidence(
    table: pd.DataFrame,
    by: list[str],
    time: str,
    unit: str,
    causes: list[str],
    censored: str,
    cluster: str | None,
    conf_level: float,
) -> tuple[RiskSets, dict[str, Curve]]:
    check_conf_level(conf_level)
    if not causes or len(set(causes)) < len(causes):
        raise InputError(
            f"`causes` is {causes!r}; the names of different columns, at least one, were expected. "
            "Give one column of counts for each way a request can end."
        )
    sets = read_waits(
        table, by=by, time=time, causes=causes, censored=censored, cluster=cluster, unit=unit
    )
    return sets, dict(zip(causes, _incidence(sets, conf_level), strict=True))


def _incidence(sets: RiskSets, conf_level: float) -> list[Curve]:
    """One curve a cause: `survival` is the share that did not end in this way."""
    survival, risk, step = product_limit(sets)
    first = np.append(-1, sets.group)[:-1] != sets.group
    waiting = np.where(first, 1.0, np.append(1.0, survival)[:-1])
    done = settled(sets, survival)
    answered, lost = own_influence(sets, risk, step)
    tail = (1.0 - conf_level) / 2.0
    quantile, units = np.full(len(sets.start), -ndtri(tail)), sets.at_risk
    robust = np.zeros(len(sets.start), dtype=bool)
    design = None
    if sets.rows is not None:
        design = cluster_design(sets)
        robust = ~design.single
        quantile = np.where(robust, design.quantile(tail), quantile)
        units = np.where(robust[sets.group], clusters_at_risk(sets), units)
        units = np.where(design.lonely[sets.group], np.nan, units)
    curves = []
    for j in range(sets.causes.shape[1]):
        share = sets.running(waiting * sets.causes[:, j] / sets.at_risk)
        # What one more waiting request does to the share: it dilutes, and delays those after it.
        dilution = waiting * sets.causes[:, j] / sets.at_risk * answered
        common = sets.running(dilution)
        # From its end on, a request moves the share by a constant plus a multiple of the share.
        multiples = [answered] * sets.causes.shape[1] + [lost]
        constants = [common - multiple * share for multiple in multiples]
        constants[j] = constants[j] + waiting / sets.at_risk
        gains, factors = [constants, multiples], [np.ones_like(share), share]
        columns = [np.column_stack(gain) for gain in gains]
        variance = squared_single_influence(sets, columns, factors, common)
        flat = np.zeros(len(share), dtype=bool)
        if sets.rows is not None and design is not None:
            at, counts = sets.rows.place, np.column_stack([sets.rows.causes, sets.rows.censored])
            moved = [(counts * column[at]).sum(axis=1) for column in columns]
            clustered = squared_influence(sets, moved, factors, common, design.scale)
            clustered *= design.factor[sets.group]
            inside = robust[sets.group] & (share > 0) & (share < 1)
            flat = inside & (clustered <= NO_VARIANCE * variance)
            variance = np.where(robust[sets.group] & ~flat, clustered, variance)
        # Sums of shares reach 1 only up to rounding.
        not_so = np.where(1.0 - share < 1e-12, 0.0, 1.0 - share)
        std_error = np.where(not_so > 0, np.sqrt(variance), np.nan)
        exact_low = tail ** (1.0 / units)
        low, high = pointwise_limits(not_so, std_error, quantile[sets.group], "log-log", exact_low)
        curves.append(Curve(not_so, std_error, low, high, exact_low, flat, done, design))
    return curves
