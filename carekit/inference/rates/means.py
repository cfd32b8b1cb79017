"""Means and medians of counted values, with intervals that respect clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import (
    FEW_CLUSTERS,
    SMALL_N,
    check_conf_level,
    check_counts,
    column_names,
    group_sums,
    join_flags,
    refuse_names,
    require_columns,
)
from carekit.inference.rates.intervals import critical_value
from carekit.inference.rates.proportions import EVEN, estimate_rate
from carekit.inference.rates.uneven_clusters import bias_reduced_variance, satterthwaite_df

_RESULT = [
    *("n", "estimate", "std_error", "ci_low", "ci_high", "conf_level", "df", "clusters"),
    *("method", "flags"),
]
STATISTICS = ("mean", "median")


def estimate_mean(
    table: pd.DataFrame,
    *,
    value: str,
    n: str = "n",
    by: str | Sequence[str] = (),
    cluster: str | None = None,
    statistic: str = "mean",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Mean or median of a counted value in each group.

    Parameters
    ----------
    table : DataFrame
        One row per group (and cluster) and value, with the number of units that have it.
    value, n : str
        Columns of the value, in any unit, and of the whole counts.
    statistic : {"mean", "median"}
        The median is the smallest value that at least half of the units do not exceed.

    Returns
    -------
    DataFrame
        One row per group, sorted: the `by` columns; n (units); estimate; std_error (NaN for the
        median); ci_low, ci_high, conf_level; df; clusters; method; flags. The interval of a mean is
        Student's t on clusters - 1 with linearised error; where clusters are uneven (Satterthwaite
        degrees of freedom below 80 % of that) bias-reduced, on these. That of a median is
        Woodruff's: the values at which the share of units not above them passes the limits of an
        interval for one half; NaN where it does not.

    References
    ----------
    Cochran 1977, ch. 6 (ratio of totals over clusters); Bell and McCaffrey 2002; Woodruff 1952,
    JASA 47, 635-646.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"brand": list("aabb"), "minutes": [10, 20, 30, 100], "n": [5, 5, 9, 1]})
    >>> estimate_mean(table, value="minutes", cluster="brand")[["n", "estimate"]]
        n  estimate
    0  20      26.0
    >>> estimate_mean(table, value="minutes", statistic="median").estimate.tolist()
    [20.0]
    """
    check_conf_level(conf_level)
    if statistic not in STATISTICS:
        raise InputError(
            f"`statistic` is {statistic!r}; expected one of: {', '.join(STATISTICS)}. "
            "Choose one of these."
        )
    groups_by = column_names(by)
    refuse_names(groups_by, _RESULT)
    wanted = [*groups_by, *([cluster] if cluster else []), value]
    require_columns(table, [*wanted, n])
    counts = check_counts(table, [n])[n].to_numpy()
    values = table[value].to_numpy(float)
    if (wrong := ~np.isfinite(values) & (counts > 0)).any():
        raise InputError(
            f"`value` {value!r} is missing or infinite in {int(wrong.sum())} rows of `table`; a "
            "number was expected. Leave these rows out and say so."
        )
    used = counts > 0
    frame = table.loc[used, wanted].assign(_n=counts[used], _value=values[used])
    if groups_by:
        groups = table[groups_by].drop_duplicates().sort_values(groups_by, ignore_index=True)
        grouped = frame.merge(groups.assign(_group=np.arange(len(groups))), on=groups_by)
    else:
        groups = pd.DataFrame(index=pd.RangeIndex(1))
        grouped = frame.assign(_group=0)
    unit = (
        np.arange(len(grouped))
        if cluster is None
        else pd.factorize(pd.MultiIndex.from_frame(grouped[["_group", cluster]]))[0]
    )
    how = _mean if statistic == "mean" else _median
    part = how(
        grouped["_group"].to_numpy(),
        unit,
        grouped["_value"].to_numpy(),
        grouped["_n"].to_numpy(float),
        len(groups),
        cluster,
        conf_level,
    )
    return groups.assign(**part, conf_level=conf_level)[[*groups_by, *_RESULT]]


def _mean(
    group: npt.NDArray,
    unit: npt.NDArray,
    value: npt.NDArray[np.float64],
    n: npt.NDArray[np.float64],
    size: int,
    cluster: str | None,
    conf_level: float,
) -> dict[str, Any]:
    total = group_sums(group, n, size)
    reduced = np.zeros(size, dtype=bool)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = group_sums(group, n * value, size) / total
        residual = n * (value - mean[group])
        if cluster is None:
            k = total
            squares = group_sums(group, n * (value - mean[group]) ** 2, size)
        else:
            units = int(unit.max(initial=-1)) + 1
            owner = np.zeros(units, dtype=int)
            owner[unit] = group
            k = np.bincount(owner, minlength=size).astype(float)
            sums, weights = group_sums(unit, residual, units), group_sums(unit, n, units)
            squares = group_sums(owner, sums**2, size)
        error = np.sqrt(np.where(k > 1, k / (k - 1) * squares, np.nan)) / total
        df = np.where(k > 1, k - 1, np.nan)
        if cluster is not None and (k > 1).any():
            own = satterthwaite_df(weights, owner, size)
            reduced = (k > 1) & (own < EVEN * (k - 1))
            narrow = bias_reduced_variance(sums, weights, owner, size)
            error, df = np.where(reduced, np.sqrt(narrow), error), np.where(reduced, own, df)
    reach = critical_value(conf_level, df) * error
    name = "t, units independent" if cluster is None else f"t, clustered by {cluster}"
    return {
        "n": total.astype(np.int64),
        "estimate": mean,
        "std_error": error,
        "ci_low": mean - reach,
        "ci_high": mean + reach,
        "df": df,
        "clusters": _clusters(k, cluster),
        "method": np.select(
            [total == 0, reduced], ["none: n = 0", f"mean, {name}, CR2"], f"mean, {name}"
        ),
        "flags": _flags(total, k, cluster),
    }


def _median(
    group: npt.NDArray,
    unit: npt.NDArray,
    value: npt.NDArray[np.float64],
    n: npt.NDArray[np.float64],
    size: int,
    cluster: str | None,
    conf_level: float,
) -> dict[str, Any]:
    out = {name: np.full(size, np.nan) for name in ("estimate", "ci_low", "ci_high", "df")}
    total, k = group_sums(group, n, size), np.full(size, np.nan)
    for g in np.flatnonzero(total):
        mine = group == g
        rows = pd.DataFrame({"unit": unit[mine], "value": value[mine], "n": n[mine]})
        steps = rows.groupby("value")["n"].sum()
        reached = steps.cumsum() / total[g]
        half = float(steps.index[int(np.searchsorted(reached.to_numpy(), 0.5 - 1e-9))])
        below = rows.assign(yes=rows["n"].where(rows["value"] <= half, 0)).astype({"n": int})
        rate = estimate_rate(
            below.astype({"yes": int}),
            cluster=None if cluster is None else "unit",
            n_yes="yes",
            conf_level=conf_level,
        ).iloc[0]
        out["estimate"][g] = half
        # Woodruff: the spread of the share at the median, laid around one half.
        low = 0.5 - (rate["estimate"] - rate["ci_low"])
        high = 0.5 + (rate["ci_high"] - rate["estimate"])
        for name, share in (("ci_low", low), ("ci_high", high)):
            at = np.searchsorted(reached.to_numpy(), share - 1e-9) if np.isfinite(share) else None
            if at is not None and 0 < share < 1:
                out[name][g] = float(steps.index[min(at, len(steps) - 1)])
        k[g] = total[g] if cluster is None else rows["unit"].nunique()
        out["df"][g] = rate["df"]
    name = "units independent" if cluster is None else f"clustered by {cluster}"
    return {
        **out,
        "n": total.astype(np.int64),
        "std_error": np.full(size, np.nan),
        "clusters": _clusters(np.nan_to_num(k), cluster),
        "method": np.where(total > 0, f"median, woodruff, {name}", "none: n = 0"),
        "flags": _flags(total, k, cluster),
    }


def _clusters(k: npt.NDArray[np.float64], cluster: str | None) -> Any:
    if cluster is None:
        return pd.array([pd.NA] * len(k), dtype="Int64")
    return pd.array(k.astype(np.int64), dtype="Int64")


def _flags(total: Any, k: npt.NDArray[np.float64], cluster: str | None) -> np.ndarray:
    clustered = cluster is not None
    return join_flags(
        len(total),
        {
            "n0": total == 0,
            "one_cluster": clustered & (k == 1),
            "few_clusters": clustered & (k > 0) & (k < FEW_CLUSTERS),
            "small_n": (total > 0) & (total < SMALL_N),
        },
    )
