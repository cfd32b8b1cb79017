"""Checks on a pooled rate that redraw its clusters: bootstrap and jackknife.

They use no variance formula, so they confirm or question the intervals of
`carekit.inference.rates.proportions`. With few clusters the percentile bootstrap covers less than it
says (91 % instead of 95 with twenty unequal brands): a check, not the interval to print.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import (
    check_conf_level,
    column_names,
    group_sums,
    join_flags,
    refuse_names,
    sum_counts,
)
from carekit.inference.rates.intervals import wald_interval
from carekit.inference.rates.proportions import FEW_CLUSTERS

_CELLS = 2_000_000  # draws × clusters held at once: 16 MB
_RESULT = [
    *("estimate", "std_error", "ci_low", "ci_high", "conf_level", "clusters"),
    *("draws", "seed", "method", "flags"),
]


def bootstrap_rate(
    table: pd.DataFrame,
    *,
    cluster: str,
    by: str | Sequence[str] = (),
    stratum: str | None = None,
    n: str = "n",
    n_yes: str = "n_answered",
    conf_level: float = 0.95,
    draws: int = 2000,
    seed: int = 1,
) -> pd.DataFrame:
    """Percentile interval of a pooled rate from clusters drawn with replacement.

    Parameters
    ----------
    table : DataFrame
        One row per group and cluster, with whole counts.
    cluster : str
        Column of the independent units.
    by : str or sequence of str
        Columns that define the groups; none gives one row.
    stratum : str, optional
        Column within whose values clusters are drawn; a cluster in two strata counts as two.
    n, n_yes : str
        Columns of the counts. Clusters with n = 0 are not drawn.
    conf_level : float
        Nominal coverage.
    draws, seed : int
        Number of draws and the seed of the generator; both are columns of the result. Every
        group starts from the same seed, so a group alone gives the same limits.

    Returns
    -------
    DataFrame
        One row per group, sorted: the `by` columns, the sums of `n` and `n_yes`, `estimate` (the
        pooled rate, 0 to 1), `std_error` (standard deviation over draws), `ci_low`, `ci_high`
        (percentiles, linear interpolation), `conf_level`, `clusters`, `draws`, `seed`, `method`,
        `flags` (`n0`, `one_cluster`, `zero_var`, `few_clusters`); NaN limits for fewer than two
        clusters.

    Raises
    ------
    SchemaError, InputError
        As in `estimate_rate`; also for fewer than 100 draws.

    References
    ----------
    Davison and Hinkley 1997, Bootstrap Methods and their Application, section 3.8.

    Examples
    --------
    >>> table = pd.DataFrame({"brand": list("abcd"), "n": [9, 20, 40, 7],
    ...                       "n_answered": [1, 8, 22, 6]})
    >>> out = bootstrap_rate(table, cluster="brand", draws=500, seed=7)
    >>> bool(out["ci_low"][0] < out["estimate"][0] < out["ci_high"][0])
    True
    """
    check_conf_level(conf_level)
    if draws < 100:
        raise InputError(
            f"`draws` is {draws}; at least 100 were expected, 2000 for a figure that is printed. "
            "Ask for more draws."
        )
    groups_by = column_names(by)
    refuse_names(groups_by, [n, n_yes, *_RESULT])
    inner = [stratum] if stratum is not None and stratum not in groups_by else []
    cells, cell, counts = sum_counts(
        table, by=[*groups_by, *inner], cluster=cluster, n=n, parts=[n_yes]
    )
    groups, group = _groups_of(cells, groups_by)
    drawn = counts[n].to_numpy() > 0
    units, yes, cell = counts[n].to_numpy()[drawn], counts[n_yes].to_numpy()[drawn], cell[drawn]
    tails = [(1 - conf_level) / 2, (1 + conf_level) / 2]
    size = len(groups)
    k = np.bincount(group[cell], minlength=size)
    errors, lows, highs = np.full((3, size), np.nan)
    for i in np.flatnonzero(k > 1):
        mine = group[cell] == i
        rates = _redrawn_rates(yes[mine], units[mine], cell[mine], draws, seed)
        errors[i] = np.std(rates, ddof=1)
        lows[i], highs[i] = np.quantile(rates, tails)
    flat = errors == 0
    sums = {
        name: group_sums(group[cell], values, size).astype(np.int64)
        for name, values in ((n, units), (n_yes, yes))
    }
    result = groups.assign(
        **sums,
        estimate=sums[n_yes] / np.where(sums[n] > 0, sums[n], np.nan),
        std_error=errors,
        ci_low=np.where(flat, np.nan, lows),
        ci_high=np.where(flat, np.nan, highs),
        conf_level=conf_level,
        clusters=k,
        draws=draws,
        seed=seed,
        method=np.where(k > 1, f"percentile bootstrap of {cluster}", f"none: {cluster} < 2"),
        flags=join_flags(
            size,
            {
                "n0": k == 0,
                "one_cluster": k == 1,
                "zero_var": flat,
                "few_clusters": (k > 0) & (k < FEW_CLUSTERS),
            },
        ),
    )
    return result[[*groups_by, n, n_yes, *_RESULT]]


def jackknife_rate(
    table: pd.DataFrame,
    *,
    cluster: str,
    by: str | Sequence[str] = (),
    n: str = "n",
    n_yes: str = "n_answered",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Pooled rate with the delete-one-cluster jackknife: how much hangs on a single brand.

    Parameters
    ----------
    table : DataFrame
        One row per group and cluster, with whole counts.
    cluster : str
        Column of the independent units; clusters with n = 0 are left out.
    by : str or sequence of str
        Columns that define the groups; none gives one row.
    n, n_yes : str
        Columns of the counts.
    conf_level : float
        Nominal coverage.

    Returns
    -------
    DataFrame
        One row per group, sorted: the `by` columns, the sums of `n` and `n_yes`, `estimate` (the
        pooled rate, 0 to 1), `std_error` (√((k-1)/k Σ(r_(-b) - mean)²)), `ci_low`, `ci_high`
        (Student's t on k - 1, not cut at 0 and 1), `conf_level`, `clusters`, `rate_low`,
        `rate_high` (smallest and largest rate when one cluster is left out), `method`, `flags`
        (`n0`, `one_cluster`, `few_clusters`); NaN for fewer than two clusters.

    Raises
    ------
    SchemaError, InputError
        As in `estimate_rate`.

    Examples
    --------
    >>> table = pd.DataFrame({"brand": list("abc"), "n": [10, 10, 80], "n_answered": [2, 4, 64]})
    >>> jackknife_rate(table, cluster="brand")[["estimate", "rate_low", "rate_high"]].round(2)
       estimate  rate_low  rate_high
    0       0.7       0.3       0.76
    """
    check_conf_level(conf_level)
    groups_by = column_names(by)
    own = [c for c in _RESULT if c not in ("draws", "seed")]
    own[6:6] = ["rate_low", "rate_high"]
    refuse_names(groups_by, [n, n_yes, *own])
    groups, code, counts = sum_counts(table, by=groups_by, cluster=cluster, n=n, parts=[n_yes])
    size = len(groups)
    used = counts[n].to_numpy() > 0
    code, units, yes = code[used], counts[n].to_numpy()[used], counts[n_yes].to_numpy()[used]
    k = np.bincount(code, minlength=size)
    total, total_yes = group_sums(code, units, size), group_sums(code, yes, size)
    several = k > 1
    rest = np.where(several[code], total[code] - units, np.nan)
    without = (total_yes[code] - yes) / rest
    mean = group_sums(code, without, size) / np.maximum(k, 1)
    squares = group_sums(code, (without - mean[code]) ** 2, size)
    error = np.sqrt(np.where(several, (k - 1) / np.maximum(k, 1) * squares, np.nan))
    estimate = total_yes / np.where(total > 0, total, np.nan)
    low, high = wald_interval(estimate, error, df=k - 1, conf_level=conf_level)
    rate_low, rate_high = np.full(size, np.inf), np.full(size, -np.inf)
    shown = several[code]
    np.minimum.at(rate_low, code[shown], without[shown])
    np.maximum.at(rate_high, code[shown], without[shown])
    result = groups.assign(
        **{n: total.astype(np.int64), n_yes: total_yes.astype(np.int64)},
        estimate=estimate,
        std_error=error,
        ci_low=low,
        ci_high=high,
        conf_level=conf_level,
        clusters=k,
        rate_low=np.where(several, rate_low, np.nan),
        rate_high=np.where(several, rate_high, np.nan),
        method=np.where(several, f"jackknife over {cluster}, t", f"none: {cluster} < 2"),
        flags=join_flags(
            size,
            {"n0": k == 0, "one_cluster": k == 1, "few_clusters": (k > 0) & (k < FEW_CLUSTERS)},
        ),
    )
    return result[[*groups_by, n, n_yes, *own]]


def _groups_of(cells: pd.DataFrame, by: list[str]) -> tuple[pd.DataFrame, npt.NDArray]:
    """The groups of sorted cells, and the group number of each cell."""
    if not by:
        return pd.DataFrame(index=pd.RangeIndex(1)), np.zeros(len(cells), dtype=np.int64)
    group = cells.groupby(by, dropna=False, observed=True).ngroup().to_numpy()
    first = np.flatnonzero(np.diff(group, prepend=-1))
    return cells[by].iloc[first].reset_index(drop=True), group


def _redrawn_rates(
    yes: npt.NDArray, units: npt.NDArray, stratum: npt.NDArray, draws: int, seed: int
) -> npt.NDArray[np.float64]:
    """Pooled rate of each draw: as many clusters as there are, with replacement, per stratum."""
    rng = np.random.default_rng(seed)
    top, bottom = np.zeros(draws), np.zeros(draws)
    for value in np.unique(stratum):
        mine = stratum == value
        k = int(mine.sum())
        step = max(1, _CELLS // k)
        for start in range(0, draws, step):
            part = slice(start, min(start + step, draws))
            times = rng.multinomial(k, np.full(k, 1 / k), size=part.stop - part.start)
            top[part] += times @ yes[mine]
            bottom[part] += times @ units[mine]
    return top / bottom
