"""Did events become rarer after a moment, and more so than where nothing happened?

Each unit (a burst of questions) has a rate of its own. Given how many events it had in all, how
many of them fell after the moment depends on the ratio of the two rates alone: a binomial model
with the lengths of the windows as offset, robust to clusters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, stdtr

from carekit.errors import InputError
from carekit.inference.rates.cluster_robust import cluster_contrasts
from carekit.inference.rates.counts import (
    FEW_CLUSTERS,
    check_conf_level,
    first_rows,
    require_columns,
)
from carekit.inference.rates.intervals import critical_value

METHOD = "events given their total, clustered, CR2"
_RESULT = (
    "rate_before rate_after estimate std_error ci_low ci_high conf_level statistic df p_value "
    "ratio ratio_low ratio_high n clusters method flags"
).split()


def compare_rate_changes(
    table: pd.DataFrame,
    *,
    arm: str,
    treated: Any,
    control: Any,
    cluster: str,
    n_before: str = "n_before",
    n_after: str = "n_after",
    before: str = "seconds_before",
    after: str = "seconds_after",
    weight: str | None = None,
    per: float = 86400.0,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Rate after a moment over rate before it, in two arms, and the ratio of these ratios.

    `table`: one row per unit: its arm, its cluster, events before and after, and the time in which they
    were counted, in one unit; rows of other arms are left out. `weight`: a unit that is read several
    times counts once in all. `per`: how much of that unit rates refer to; a day of seconds by default.

    Three rows, arm (treated, control, "treated / control"): rate_before, rate_after; estimate (log of
    the ratio after / before; of the ratio of ratios), std_error, ci_low, ci_high, conf_level,
    statistic, df, p_value; ratio and its limits; n (events, weighted, rounded), clusters, method,
    flags. Without an event before, or after, there is no finite ratio: NaN, and `method` says so.

    Cox and Lewis 1966 (conditioning on the total); Pustejovsky and Tipton 2018 (CR2).

    >>> table = pd.DataFrame({
    ...     "arm": ["answered"] * 4 + ["silent"] * 4, "brand": list("abcd") * 2,
    ...     "n_before": [4, 3, 5, 4, 4, 5, 3, 4], "n_after": [2, 1, 2, 3, 4, 3, 5, 4],
    ...     "seconds_before": 3600, "seconds_after": 3600})
    >>> out = compare_rate_changes(
    ...     table, arm="arm", treated="answered", control="silent", cluster="brand")
    >>> out[["arm", "ratio", "n"]].round(2).to_numpy().tolist()
    [['answered', 0.5, 24], ['silent', 1.0, 32], ['answered / silent', 0.5, 56]]
    """
    check_conf_level(conf_level)
    numbers = [n_before, n_after, before, after, *([weight] if weight else [])]
    require_columns(table, [arm, cluster, *numbers])
    values = table[numbers].apply(pd.to_numeric, errors="coerce")
    wrong = values.isna().any(axis=1) | (values < 0).any(axis=1) | table[cluster].isna()
    if wrong.any():
        raise InputError(
            f"`table` has {first_rows(table, wrong.to_numpy())} with a count or a time that is "
            "missing or negative, or without a cluster; numbers from 0 and a cluster were expected. "
            "Leave these rows out and say so."
        )
    mine = table[arm].isin([treated, control]).to_numpy()
    values, groups = values[mine], table.loc[mine, cluster].astype("str").to_numpy()
    is_treated = (table.loc[mine, arm] == treated).to_numpy()
    size = values[weight].to_numpy(float) if weight else np.ones(len(values))
    counts = {name: values[name].to_numpy(float) for name in numbers}
    arms = {treated: is_treated, control: ~is_treated}
    rows = {
        name: _rates(counts, size, rows_of, n_before, n_after, before, after, per)
        for name, rows_of in arms.items()
    }
    finite = {
        name: row["events_before"] > 0 and row["events_after"] > 0 for name, row in rows.items()
    }
    total = counts[n_before] + counts[n_after]
    with np.errstate(divide="ignore"):
        offset = np.log(counts[after]) - np.log(counts[before])
    used = (total > 0) & np.isfinite(offset)
    made = []
    for name, rows_of in arms.items():
        chosen = used & rows_of
        fit = (
            _fit(np.ones((chosen.sum(), 1)), counts[n_after][chosen], total[chosen],
                 offset[chosen], size[chosen], groups[chosen], [1.0])
            if finite[name]
            else {}
        )  # fmt: skip
        made.append({"arm": name, **rows[name], **fit})
    name = f"{treated} / {control}"
    both: dict[str, Any] = {"arm": name, "rate_before": np.nan, "rate_after": np.nan}
    both["n"] = rows[treated]["n"] + rows[control]["n"]
    if all(finite.values()):
        design = np.column_stack([np.ones(used.sum()), is_treated[used]])
        both |= _fit(
            design, counts[n_after][used], total[used], offset[used], size[used], groups[used],
            [0.0, 1.0],
        )  # fmt: skip
    made.append(both)
    return _frame(made, conf_level)


def _rates(
    counts: dict[str, np.ndarray],
    size: np.ndarray,
    rows: np.ndarray,
    n_before: str,
    n_after: str,
    before: str,
    after: str,
    per: float,
) -> dict[str, Any]:
    sums = {k: float((counts[k] * size)[rows].sum()) for k in (n_before, n_after, before, after)}
    return {
        "events_before": sums[n_before],
        "events_after": sums[n_after],
        "rate_before": per * sums[n_before] / sums[before] if sums[before] else np.nan,
        "rate_after": per * sums[n_after] / sums[after] if sums[after] else np.nan,
        "n": sums[n_before] + sums[n_after],
    }


def _fit(
    design: np.ndarray,
    after: np.ndarray,
    total: np.ndarray,
    offset: np.ndarray,
    size: np.ndarray,
    groups: np.ndarray,
    contrast: list[float],
) -> dict[str, Any]:
    """Log ratio along a contrast of a binomial model with offset, with its robust error."""
    coefficients = _solve(design, after, total, offset, size)
    mean = expit(design @ coefficients + offset)
    slope = mean * (1 - mean)
    found = cluster_contrasts(
        design * slope[:, None],
        size * (after - total * mean),
        cluster=groups,
        contrasts=np.asarray(contrast)[:, None],
        variance=slope,
        size=size * total,
    )
    return {
        "estimate": float(np.asarray(contrast) @ coefficients),
        "std_error": float(found.std_error[0]),
        "df": float(found.df[0]),
        "clusters": found.clusters,
        "method": METHOD,
    }


def _solve(
    design: np.ndarray,
    after: np.ndarray,
    total: np.ndarray,
    offset: np.ndarray,
    size: np.ndarray,
) -> np.ndarray:
    """Maximum likelihood. Each arm has its own level, so each is one equation in one unknown."""
    from scipy.optimize import brentq

    levels = []
    second = design[:, -1] > 0
    for rows in (~second, second) if design.shape[1] == 2 else (second,):
        yes, of, shift, times = (x[rows] for x in (after, total, offset, size))

        def score(
            level: float,
            yes: np.ndarray = yes,
            of: np.ndarray = of,
            shift: np.ndarray = shift,
            times: np.ndarray = times,
        ) -> float:
            return float((times * (yes - of * expit(level + shift))).sum())

        reach = 40.0 + float(np.abs(shift).max())
        levels.append(brentq(score, -reach, reach, xtol=1e-12))
    return np.array([levels[0], *(level - levels[0] for level in levels[1:])])


def _frame(rows: list[dict[str, Any]], conf_level: float) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    for name in ("estimate", "std_error", "df", "clusters", "method"):
        if name not in frame:
            frame[name] = np.nan
    error = frame["std_error"].where(frame["std_error"] > 0).astype(float)
    df = frame["df"].astype(float)
    estimate = frame["estimate"].astype(float)
    reach = pd.Series(critical_value(conf_level, df.fillna(1.0)), index=frame.index) * error
    few = frame["clusters"].fillna(0) < FEW_CLUSTERS
    method = (
        frame["method"]
        .astype("object")
        .where(frame["method"].notna(), "none: no event before, or none after")
    )
    statistic = estimate / error
    return frame.assign(
        std_error=error,
        ci_low=estimate - reach,
        ci_high=estimate + reach,
        conf_level=conf_level,
        statistic=statistic,
        p_value=2 * stdtr(df, -statistic.abs()),
        ratio=np.exp(estimate),
        ratio_low=np.exp(estimate - reach),
        ratio_high=np.exp(estimate + reach),
        n=frame["n"].round().astype(int),
        clusters=frame["clusters"].fillna(0).astype(int),
        method=method,
        flags=np.where(estimate.notna() & few, "few_clusters", ""),
    )[["arm", *_RESULT]]
