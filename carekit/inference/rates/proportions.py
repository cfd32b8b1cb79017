"""Rates from small tables of counts: pooled over clusters, or averaged over them.

A cluster is what was drawn independently: the brand when the claim is about brands in general, the
author when one brand is described. Counting clustered requests as independent gives a nominal 95 %
interval that covers 37 % of the time with twenty unequal brands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.beta_binomial import Population, population_of
from carekit.inference.rates.counts import (
    FEW_CLUSTERS,
    SMALL_N,
    check_conf_level,
    column_names,
    group_sums,
    join_flags,
    refuse_names,
    sum_counts,
)
from carekit.inference.rates.intervals import clopper_pearson, korn_graubard, wald_interval, wilson
from carekit.inference.rates.uneven_clusters import (
    bias_reduced_variance,
    intraclass,
    kish_number,
    satterthwaite_df,
)

# A variance below this share of p(1 - p) is rounding, not variation: n_eff would pass 1e18.
_NO_VARIANCE = 1e-18
# Where the linearised variance still covers: bench/coverage_proportions.py.
EVEN, _RARE = 0.8, 0.1
# With few clusters and a rate beyond this it does not: bench/coverage_targets.py.
_EXTREME = 0.2
_INTERVALS = ("auto", "beta", "cr2")

_RESULT = [
    *("estimate", "std_error", "ci_low", "ci_high", "conf_level", "df"),
    *("n_eff", "clusters", "deff", "method", "flags"),
]


def estimate_rate(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    cluster: str | None = None,
    n: str = "n",
    n_yes: str = "n_answered",
    interval: str = "auto",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Pooled rate of each group, Σ yes / Σ n, with an interval that respects clusters.

    Parameters
    ----------
    table : DataFrame
        One row per group, or per group and cluster, with whole counts. Rows that share both are
        added up first.
    by, cluster, n, n_yes, conf_level
        As everywhere: see `carekit.inference`. With brands as clusters the limits are for brands
        like these; for these brands themselves: `carekit.inference.rates.populations`.
    interval : {"auto", "beta", "cr2"}
        For clusters. "beta": Korn and Graubard's interval with the linearised variance, as R's
        `svyciprop`. "cr2": the same interval with a bias-reduced variance and Satterthwaite
        degrees of freedom. "auto": "beta" while clusters are even (Satterthwaite degrees of
        freedom at least 80 % of clusters - 1) and the rate lies between 10 and 90 %, else "cr2";
        below 30 clusters and 20 %, or above 80 %, limits of the mean over clusters like these
        from the beta-binomial model (drawn out to the rate itself): linearised ones cover 55 to
        90 % there. `method` says which.

    Returns
    -------
    DataFrame
        One row per group, sorted: the `by` columns, n and n_yes under the names given, estimate
        (NaN where n = 0), std_error (√(p(1-p)/(n-1)) for independent units), ci_low, ci_high,
        conf_level (Wilson for independent units), df (NaN without Student's t), n_eff (units that
        would be as precise if they were independent), clusters (with at least one unit), deff,
        method, flags: `n0`; `one_cluster` no limits, since variation between clusters cannot be
        seen; `zero_var` all clusters have the same rate: exact limits on Kish's number of clusters;
        `few_clusters` and `small_n` below 30. Where every cluster of a group holds one unit, the
        units are independent: Wilson, and `method` says so.

    References
    ----------
    Wilson 1927; Korn and Graubard 1998; Cochran 1977, Sampling Techniques, ch. 9 (ratio of two
    totals over clusters); Bell and McCaffrey 2002. Coverage: docs/coverage-of-intervals.md.

    Examples
    --------
    >>> table = pd.DataFrame({"network": ["x", "x", "facebook"], "brand": ["a", "b", "a"],
    ...                       "n": [40, 60, 50], "n_answered": [10, 30, 31]})
    >>> rates = estimate_rate(table, by="network")
    >>> rates[["network", "n", "estimate", "ci_low", "ci_high", "method"]].round(3)
        network    n  estimate  ci_low  ci_high  method
    0  facebook   50      0.62   0.482    0.741  wilson
    1         x  100      0.40   0.309    0.498  wilson
    """
    groups_by = column_names(by)
    check_conf_level(conf_level)
    if interval not in _INTERVALS:
        raise InputError(
            f"`interval` is {interval!r}; one of {', '.join(map(repr, _INTERVALS))} was expected. "
            "Use 'auto' unless you reproduce a published interval."
        )
    refuse_names(groups_by, [n, n_yes, *_RESULT])
    groups, code, counts = sum_counts(table, by=groups_by, cluster=cluster, n=n, parts=[n_yes])
    size = len(groups)
    units, yes = counts[n].to_numpy(), counts[n_yes].to_numpy()
    total = group_sums(code, units, size)
    total_yes = group_sums(code, yes, size)
    if cluster is None:
        part = _independent(total_yes, total, conf_level)
        part["clusters"] = pd.array([pd.NA] * size, dtype="Int64")
        part["flags"] = join_flags(size, {"n0": total == 0, "small_n": _small(total)})
    else:
        part = _clustered(code, yes, units, total_yes, total, cluster, interval, conf_level)
    result = groups.assign(
        **{n: total.astype(np.int64), n_yes: total_yes.astype(np.int64)},
        **part,
        conf_level=conf_level,
    )
    return result[[*groups_by, n, n_yes, *_RESULT]]


def _small(total: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    return (total > 0) & (total < SMALL_N)


def _divide(top: npt.ArrayLike, bottom: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Quotient, NaN where the divisor is not positive."""
    top, bottom = np.asarray(top, dtype=float), np.asarray(bottom, dtype=float)
    shape = np.broadcast_shapes(top.shape, bottom.shape)
    return np.divide(top, bottom, out=np.full(shape, np.nan), where=bottom > 0)


def _independent(
    yes: npt.NDArray[np.float64], total: npt.NDArray[np.float64], conf_level: float
) -> dict[str, Any]:
    """Wilson's interval and its companions, one value per group."""
    share = _divide(yes, total)
    low, high = wilson(yes, total, conf_level=conf_level)
    return {
        "estimate": share,
        "std_error": np.sqrt(_divide(share * (1 - share), total - 1)),
        "ci_low": low,
        "ci_high": high,
        "df": np.full(len(total), np.nan),
        "n_eff": np.where(total > 0, total, np.nan),
        "deff": np.where(total > 0, 1.0, np.nan),
        "method": np.where(total > 0, "wilson", "none: n = 0"),
    }


def _clustered(
    code: npt.NDArray[np.int64],
    yes: npt.NDArray[np.float64],
    units: npt.NDArray[np.float64],
    total_yes: npt.NDArray[np.float64],
    total: npt.NDArray[np.float64],
    cluster: str,
    interval: str,
    conf_level: float,
) -> dict[str, Any]:
    """Ratio of totals over clusters, one value per group; rows are clusters."""
    size = len(total)
    share = _divide(total_yes, total)
    k = np.bincount(code[units > 0], minlength=size)
    residual = yes - np.where(np.isnan(share), 0.0, share)[code] * units
    squares = group_sums(code, residual**2, size)
    variance = _divide(k * squares, (k - 1) * total**2)
    binomial = share * (1 - share)

    single = (total > 0) & (np.bincount(code[units > 1], minlength=size) == 0)
    one = (k == 1) & ~single
    flat = (k > 1) & ~single & (variance <= _NO_VARIANCE * binomial)
    usual = (k > 1) & ~single & ~flat
    variance, df = np.where(flat, 0.0, variance), k - 1.0
    reduced = np.zeros(size, dtype=bool)
    if interval != "beta" and usual.any():
        reduced = usual & (interval == "cr2")
        used = (units > 0) & usual[code]
        parts = (units[used], code[used], size)
        own_df = satterthwaite_df(*parts)
        rare = np.minimum(share, 1 - share) < _RARE
        if interval == "auto":
            reduced = usual & (rare | (own_df < EVEN * (k - 1)))
        likeness = intraclass(yes[used], *parts)[code[used]]
        working = units[used] * (1 + (units[used] - 1) * likeness)
        own_df = np.where(rare, satterthwaite_df(*parts, working=working), own_df)
        variance = np.where(reduced, bias_reduced_variance(residual[used], *parts), variance)
        df = np.where(reduced, own_df, df)

    kish = np.nan_to_num(kish_number(units, code, size))
    models = {}
    if interval == "auto":
        models = _models(usual, share, k, code, yes, units, conf_level)
    modelled = np.isin(np.arange(size), list(models))
    out = _independent(total_yes, total, conf_level)
    beta = korn_graubard(share, np.sqrt(variance), n=total, df=df, conf_level=conf_level)
    exact = clopper_pearson(np.nan_to_num(share) * kish, kish, conf_level=conf_level)
    for column, side in (("ci_low", 0), ("ci_high", 1)):
        out[column] = np.select(
            [single, usual, flat], [out[column], beta[side], exact[side]], np.nan
        )
    for g, model in models.items():
        out["ci_low"][g], out["ci_high"][g] = min(model.low, share[g]), max(model.high, share[g])
        variance[g], df[g] = model.std_error**2, np.nan
    out["std_error"] = np.where(single, out["std_error"], np.sqrt(variance))
    out["df"] = np.where(usual | flat, df, np.nan)
    out["n_eff"] = np.select(
        [single, flat, usual], [total, kish, _divide(binomial, variance)], default=np.nan
    )
    deff = _divide(variance * (total - 1), binomial)
    out["deff"] = np.select([single, usual], [out["deff"], deff], default=np.nan)
    out["clusters"] = pd.array(k, dtype="Int64")
    out["method"] = np.select(
        [total == 0, single, one, flat, modelled, reduced],
        [
            "none: n = 0",
            f"wilson: every {cluster} holds one unit",
            f"none: one {cluster}",
            f"clopper-pearson on kish's number, clustered by {cluster}: no variance",
            f"beta-binomial, integrated, clustered by {cluster}",
            f"korn-graubard, clustered by {cluster}, CR2",
        ],
        default=f"korn-graubard, clustered by {cluster}",
    )
    out["flags"] = join_flags(
        size,
        {
            "n0": total == 0,
            "one_cluster": one,
            "zero_var": flat,
            "few_clusters": (k < FEW_CLUSTERS) & ~single & (total > 0),
            "small_n": _small(total),
        },
    )
    return out


def _models(
    usual: npt.NDArray[np.bool_],
    share: npt.NDArray[np.float64],
    k: npt.NDArray[np.int64],
    code: npt.NDArray[np.int64],
    yes: npt.NDArray[np.float64],
    units: npt.NDArray[np.float64],
    conf_level: float,
) -> dict[int, Population]:
    """Groups whose few clusters and extreme rate leave a variance nothing to stand on."""
    extreme = np.nan_to_num(np.minimum(share, 1 - share), nan=0.5) < _EXTREME
    seen = units > 0
    return {
        int(g): population_of(yes[seen & (code == g)], units[seen & (code == g)], conf_level)
        for g in np.flatnonzero(usual & (k < FEW_CLUSTERS) & extreme)
    }


_MEAN_RESULT = [
    *("estimate", "std_error", "ci_low", "ci_high", "conf_level", "df", "median_rate"),
    *("clusters", "clusters_empty", "method", "flags"),
]


def mean_of_rates(
    table: pd.DataFrame,
    *,
    cluster: str,
    by: str | Sequence[str] = (),
    n: str = "n",
    n_yes: str = "n_answered",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Mean and median of the clusters' own rates: what a typical brand does, not a typical request.

    It differs from the pooled rate whenever large and small brands differ. Print both.

    One row per group, sorted: the `by` columns, the sums of `n` and `n_yes`, estimate (Σ r_b / k
    over the k clusters that have units), std_error, ci_low, ci_high, conf_level, df (Student's t on
    k - 1, cut at 0 and 1 with the flag `boundary`; below 30 clusters and 20 %, or above 80 %, from
    the beta-binomial model as in `estimate_rate`), median_rate, clusters, clusters_empty (n = 0: no
    rate), method, flags (`n0`, `one_cluster`, `zero_var` all rates are the same: exact limits on
    Kish's number of clusters; `few_clusters` below 30).

    >>> table = pd.DataFrame({"brand": ["a", "b", "c"], "n": [100, 10, 0],
    ...                       "n_answered": [20, 8, 0]})
    >>> mean_of_rates(table, cluster="brand")[["estimate", "median_rate", "clusters_empty"]]
       estimate  median_rate  clusters_empty
    0       0.5          0.5               1
    """
    groups_by = column_names(by)
    check_conf_level(conf_level)
    refuse_names(groups_by, [n, n_yes, *_MEAN_RESULT])
    groups, code, counts = sum_counts(table, by=groups_by, cluster=cluster, n=n, parts=[n_yes])
    size = len(groups)
    units, yes = counts[n].to_numpy(), counts[n_yes].to_numpy()
    used = units > 0
    rate, of = yes[used] / units[used], code[used]
    k = np.bincount(of, minlength=size)
    mean = _divide(group_sums(of, rate, size), k)
    # Rates that are equal on paper differ by rounding; their deviations are not variation.
    deviation = rate - mean[of]
    deviation[np.abs(deviation) < 1e-12] = 0.0
    variance = _divide(group_sums(of, deviation**2, size), k * (k - 1))
    flat = (k > 1) & (variance == 0)
    error = np.sqrt(variance)
    low, high = wald_interval(mean, np.where(flat, np.nan, error), df=k - 1, conf_level=conf_level)
    # Limits of one fact are the same wherever it is asked for: nobody answered.
    kish = np.nan_to_num(kish_number(units, code, size))
    exact = clopper_pearson(np.nan_to_num(mean) * kish, kish, conf_level=conf_level)
    low, high = np.where(flat, exact[0], low), np.where(flat, exact[1], high)
    df = np.where(k > 1, k - 1.0, np.nan)
    models = _models((k > 1) & ~flat, mean, k, code, yes, units, conf_level)
    for g, model in models.items():
        low[g], high[g] = min(model.low, mean[g]), max(model.high, mean[g])
        error[g], df[g] = model.std_error, np.nan
    part = {
        "estimate": mean,
        "std_error": error,
        "ci_low": np.maximum(low, 0.0),
        "ci_high": np.minimum(high, 1.0),
        "df": df,
        "median_rate": _medians(of, rate, k),
        "clusters": k,
        "clusters_empty": np.bincount(code[~used], minlength=size),
        "method": np.select(
            [k == 0, k == 1, flat, np.isin(np.arange(size), list(models))],
            [
                "none: n = 0",
                f"none: one {cluster}",
                f"clopper-pearson on kish's number of {cluster}: every rate is the same",
                f"mean over {cluster}, beta-binomial, integrated",
            ],
            default=f"mean over {cluster}, t",
        ),
        "flags": join_flags(
            size,
            {
                "n0": k == 0,
                "one_cluster": k == 1,
                "zero_var": flat,
                "few_clusters": (k > 0) & (k < FEW_CLUSTERS),
                "boundary": (low < 0) | (high > 1),
            },
        ),
    }
    sums = {
        name: group_sums(code, values, size).astype(np.int64)
        for name, values in ((n, units), (n_yes, yes))
    }
    result = groups.assign(**sums, **part, conf_level=conf_level)
    return result[[*groups_by, n, n_yes, *_MEAN_RESULT]]


def _medians(
    code: npt.NDArray, values: npt.NDArray[np.float64], k: npt.NDArray
) -> npt.NDArray[np.float64]:
    """Median of each group; NaN for a group without values."""
    medians = np.full(len(k), np.nan)
    present = k > 0
    if present.any():
        ordered = values[np.lexsort((values, code))]
        start = (np.cumsum(k) - k)[present]
        size = k[present]
        medians[present] = (ordered[start + (size - 1) // 2] + ordered[start + size // 2]) / 2
    return medians
