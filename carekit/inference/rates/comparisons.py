"""Do groups answer at different rates? Differences of clustered rates, pair by pair.

Two proportions of independent requests are `newcombe` in carekit.inference.rates.intervals; here the
requests of one brand (or author) depend on each other, and one brand may serve several groups.
Adjusting for several predictors at once is carekit.inference.rates.rate_model.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr

from carekit.errors import InputError
from carekit.inference.rates.cluster_robust import cluster_contrasts
from carekit.inference.rates.counts import (
    FEW_CLUSTERS,
    SMALL_N,
    check_conf_level,
    first_rows,
    name_flags,
    sum_counts,
)
from carekit.inference.rates.intervals import critical_value
from carekit.inference.rates.multiplicity import Adjustment, adjust_p_values, check_adjustment

_NO_VARIANCE = 1e-18


def compare_rates(
    table: pd.DataFrame,
    *,
    by: str,
    cluster: str,
    n: str = "n",
    n_yes: str = "n_answered",
    reference: Any = None,
    adjustment: Adjustment = "holm",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Differences between the pooled rates of groups, with clusters.

    `table`: one row per group and cluster, with whole counts. A cluster may appear in several groups:
    what it does in common cancels in the difference. `reference`: a value of `by` that every other is
    compared with; without it, all pairs. Bias-reduced variance, degrees of freedom by Satterthwaite
    for clusters as unequal and as alike inside as those seen: the linearised variance covers 84 to 93 %
    with 20 and 20 brands.

    One row per pair, in sorted order: group_a, group_b; rate_a, rate_b (Σ yes / Σ n); n_a, n_b;
    estimate (rate_a - rate_b), std_error, ci_low, ci_high, conf_level, statistic (t), df, p_value; n,
    clusters (in either group), method, flags (`one_cluster` a group with a single cluster, no limits;
    `zero_var` a group whose clusters all have the same rate, limits are optimistic, none if both have);
    p_adjusted, adjustment, family_size. Bell and McCaffrey 2002; Pustejovsky and Tipton 2018.

    >>> table = pd.DataFrame({
    ...     "network": ["x"] * 5 + ["facebook"] * 5, "brand": list("abcdeabcde"),
    ...     "n": [40, 25, 60, 12, 30, 20, 44, 31, 28, 19],
    ...     "n_answered": [10, 8, 30, 3, 9, 11, 30, 20, 12, 10]})
    >>> out = compare_rates(table, by="network", cluster="brand")
    >>> out[["group_a", "group_b", "estimate", "ci_low", "ci_high", "df", "p_value"]].round(3)
        group_a group_b  estimate  ci_low  ci_high     df  p_value
    0  facebook       x     0.225   0.008    0.443  3.487    0.046
    """
    check_conf_level(conf_level)
    check_adjustment(adjustment)
    if by == cluster:
        raise InputError(
            f"`by` and `cluster` are both {by!r}; a group that is a single cluster shows no "
            "variation. Compare brands with carekit.inference.benchmark.ranks, or name another column."
        )
    cells, _, counts = sum_counts(table, by=[by, cluster], cluster=None, n=n, parts=[n_yes])
    for argument, column in (("by", by), ("cluster", cluster)):
        if (lost := table[column].isna().to_numpy()).any():
            raise InputError(
                f"`{argument}` {column!r} is missing in {first_rows(table, lost)}; every count "
                "must belong to one group and one cluster. Name them, or leave the rows out and "
                "say so."
            )
    labels = pd.factorize(cells[cluster])[0]
    code, names = pd.factorize(cells[by])
    yes, units = counts[n_yes].to_numpy(), counts[n].to_numpy()
    rows = []
    for a, b in _pairs(list(names), reference, by):
        mine = np.isin(code, (a, b)) & (units > 0)
        row = _difference(yes[mine], units[mine], code[mine] == a, labels[mine], conf_level)
        rows.append({"group_a": names[a], "group_b": names[b], **row})
    return adjust_p_values(pd.DataFrame(rows), adjustment=adjustment)


def _pairs(names: list[Any], reference: Any, by: str) -> list[tuple[int, int]]:
    """Which groups to compare, as positions."""
    if len(names) < 2:
        raise InputError(
            f"`by` {by!r} has {len(names)} group{'s' if len(names) != 1 else ''}; at least two "
            "are needed to compare. Name another column."
        )
    if reference is None:
        return list(combinations(range(len(names)), 2))
    if reference not in names:
        raise InputError(
            f"`reference` is {reference!r}; expected one of: "
            f"{', '.join(str(name) for name in names)}. Choose one of these groups."
        )
    at = names.index(reference)
    return [(i, at) for i in range(len(names)) if i != at]


def _difference(
    yes: np.ndarray,
    units: np.ndarray,
    in_a: np.ndarray,
    cluster: np.ndarray,
    conf_level: float,
) -> dict[str, Any]:
    """One pair: rows are clusters of group a or b with at least one unit."""
    total = np.array([units[in_a].sum(), units[~in_a].sum()])
    seen = total > 0
    rate = np.divide([yes[in_a].sum(), yes[~in_a].sum()], total, out=np.full(2, np.nan), where=seen)
    k = len(np.unique(cluster))
    inside = np.array([in_a.sum(), (~in_a).sum()])
    residual = yes - units * np.where(in_a, *np.where(seen, rate, 0.0))
    squares = np.array([(residual[in_a] ** 2).sum(), (residual[~in_a] ** 2).sum()])
    flat = squares <= _NO_VARIANCE * np.maximum(total, 1)
    error = df = np.nan
    if seen.all() and (inside > 1).all() and not flat.all():
        error, df = _error_and_df(residual, units, in_a, cluster, total, rate)
    # Brands that serve both groups may differ by the same amount everywhere: nothing is seen either.
    alike = bool(error**2 <= _NO_VARIANCE)
    if alike:
        error = df = np.nan
    flags = {
        "n0": not seen.all(),
        "one_cluster": bool((inside[seen] == 1).any()),
        "zero_var": alike or bool((flat & (inside > 1)).any()),
        "few_clusters": k < FEW_CLUSTERS,
        "small_n": bool((total[seen] < SMALL_N).any()),
    }
    estimate = rate[0] - rate[1]
    margin = critical_value(conf_level, df) * error if np.isfinite(error) else np.nan
    statistic = estimate / error if error > 0 else np.nan
    return {
        "rate_a": rate[0],
        "rate_b": rate[1],
        "n_a": int(total[0]),
        "n_b": int(total[1]),
        "estimate": estimate,
        "std_error": error,
        "ci_low": max(estimate - margin, -1.0) if np.isfinite(margin) else np.nan,
        "ci_high": min(estimate + margin, 1.0) if np.isfinite(margin) else np.nan,
        "conf_level": conf_level,
        "statistic": statistic,
        "df": df,
        "p_value": 2 * stdtr(df, -abs(statistic)) if np.isfinite(statistic) else np.nan,
        "n": int(total.sum()),
        "clusters": k,
        "method": "difference of rates, CR2",
        "flags": name_flags(**flags),
    }


def _error_and_df(
    residual: np.ndarray,
    units: np.ndarray,
    in_a: np.ndarray,
    cluster: np.ndarray,
    total: np.ndarray,
    rate: np.ndarray,
) -> tuple[float, float]:
    # With equal working variances the degrees of freedom would be those of clusters whose
    # requests are independent; where requests of a brand are alike, large brands weigh more.
    alike = _intraclass(residual, units, in_a, total, rate)
    fit = cluster_contrasts(
        np.column_stack([in_a, ~in_a]).astype(float),
        residual,
        cluster=cluster,
        contrasts=[[1.0], [-1.0]],
        size=units,
        df_variance=1 - alike + alike * units,
    )
    return float(fit.std_error[0]), float(fit.df[0])


def _intraclass(
    residual: np.ndarray, units: np.ndarray, in_a: np.ndarray, total: np.ndarray, rate: np.ndarray
) -> float:
    """Likeness of two units of one cluster and group (analysis of variance), 0 to 0.99."""
    free = len(units) - 2
    if total.sum() <= len(units):
        return 0.0
    between = (residual**2 / units).sum() / free
    own = residual / units + np.where(in_a, *rate)
    within = (units * own * (1 - own)).sum() / (total.sum() - len(units))
    sizes = [(part**2).sum() / part.sum() for part in (units[in_a], units[~in_a])]
    size = (total.sum() - sum(sizes)) / free
    spread = between + (size - 1) * within
    return float(np.clip((between - within) / spread, 0.0, 0.99)) if spread > 0 else 0.0
