"""Ranks with their uncertainty: sets of ranks that the data allow, and chances of the top places.

A league table of noisy rates prints an order that a second sample would not repeat. A rank set
says which places a brand may hold.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from carekit.errors import InputError
from carekit.inference.rates.counts import (
    check_conf_level,
    first_rows,
    refuse_names,
    require_columns,
)

Values = npt.NDArray[np.float64]
Method = Literal["simultaneous", "marginal", "bonferroni"]
METHODS: tuple[Method, ...] = ("simultaneous", "marginal", "bonferroni")
_CHUNK = 2_000_000  # pairs x draws held at once: 16 MB
_NODES = 24  # Gauss-Legendre points between two break points of the integrand
_BREAKS = np.array([-8.5, -6, -4.5, -3, -2, -1, 0, 1, 2, 3, 4.5, 6, 8.5])

_RESULT = ["rank", "best_rank", "worst_rank", "critical_value", "conf_level", "method"]


def rank_sets(
    table: pd.DataFrame,
    *,
    by: str = "brand",
    estimate: str = "estimate",
    std_error: str = "std_error",
    covariance: npt.ArrayLike | None = None,
    method: Method = "simultaneous",
    only: Any = None,
    conf_level: float = 0.95,
    draws: int = 100_000,
    seed: int = 1,
) -> pd.DataFrame:
    """Ranks that each group may hold; the largest estimate ranks first.

    Parameters
    ----------
    table : DataFrame
        One row per group, with an estimate and its standard error; or with its limits in ci_low and
        ci_high (of conf_level, 95 % if that is no column), which are then used: a difference is
        judged by the limits that face each other, as Newcombe does, so that brands at 0 and 100 %,
        whose standard error is 0, take part.
    covariance : array, one row and column per row of `table`, optional
        Of the estimates, where they are not independent; its diagonal replaces errors and limits.
    method : {"simultaneous", "marginal", "bonferroni"}
        "simultaneous": all sets hold their true ranks together; "marginal": each set by itself,
        narrower, for a brand that was chosen before looking; "bonferroni": simultaneous without
        simulation, wider.
    only : optional
        A value of `by`: the row of that group alone; "marginal" then costs one group's work.
    conf_level : float
        Chance that the sets (the set, for "marginal") hold the true ranks.

    Returns
    -------
    DataFrame
        One row per row of `table`, in its order: `by`, estimate, std_error, rank (by the estimates
        alone; ties share the better rank), best_rank, worst_rank (1 + groups significantly better …
        k - groups significantly worse), critical_value (of a pair's standardised difference; of the
        last step for "marginal"), conf_level, method.

    References
    ----------
    Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91; Newcombe 1998.

    Examples
    --------
    >>> table = pd.DataFrame({"brand": list("abcd"), "estimate": [0.82, 0.74, 0.55, 0.52],
    ...                       "std_error": [0.03, 0.05, 0.06, 0.03]})
    >>> rank_sets(table, method="bonferroni")[["brand", "rank", "best_rank", "worst_rank"]]
      brand  rank  best_rank  worst_rank
    0     a     1          1           2
    1     b     2          1           3
    2     c     3          2           4
    3     d     4          3           4
    """
    check_conf_level(conf_level)
    if method not in METHODS:
        raise InputError(
            f"`method` is {method!r}; expected one of: {', '.join(METHODS)}. Choose one of these."
        )
    _check_draws(draws)
    names, values, below, above = _estimates(table, by, estimate, std_error, covariance is None)
    k = len(values)
    cov = np.diag((below**2 + above**2) / 2)
    if covariance is not None:
        cov = _check_covariance(covariance, k)
    chosen = np.arange(k) if only is None else np.flatnonzero(names == only)
    if not len(chosen):
        raise InputError(
            f"`only` is {only!r}; the groups of {by!r} are: {', '.join(map(str, names))}. Name one "
            "of them."
        )
    best, worst, critical = np.ones(k), np.full(k, float(k)), np.full(k, np.nan)
    if k > 1:
        variance = np.diag(cov)
        scale = np.sqrt(variance[:, None] + variance[None, :] - 2 * cov)
        apart = values[:, None] - values[None, :]
        facing = scale
        if covariance is None:
            facing = np.sqrt(below[:, None] ** 2 + above[None, :] ** 2)
            facing = np.where(apart > 0, facing, facing.T)
        z = np.divide(apart, facing, out=np.zeros_like(apart), where=facing > 0)
        np.fill_diagonal(scale, 1.0)
        if method == "marginal":
            noise = _noise(cov, draws, seed)
            for j in chosen:
                best[j], worst[j], critical[j] = _stepwise(int(j), z, noise, scale, conf_level)
        else:
            limit = (
                -ndtri((1 - conf_level) / (k * (k - 1)))
                if method == "bonferroni"
                else _largest(_noise(cov, draws, seed), scale, conf_level)
            )
            better = z > limit
            best, worst = 1 + better.sum(axis=0), k - better.sum(axis=1)
            critical[:] = limit
    made = pd.DataFrame(
        {
            by: names,
            "estimate": values,
            "std_error": np.sqrt(np.diag(cov)),
            "rank": _ranks(values),
            "best_rank": best.astype(np.int64),
            "worst_rank": worst.astype(np.int64),
            "critical_value": critical,
            "conf_level": conf_level,
            "method": f"rank sets, {method}",
        }
    )
    return made.iloc[chosen].reset_index(drop=True)


def prob_top(
    table: pd.DataFrame,
    *,
    k: int,
    by: str = "brand",
    estimate: str = "estimate",
    std_error: str = "std_error",
) -> pd.DataFrame:
    """Chance that each group is truly among the `k` best, for independent normal estimates.

    One row per row of `table`, in its order: `by`, estimate, std_error, k, probability (they sum to
    k), method. The exact integral of each group's density times the chance that fewer than `k` others
    lie above, before the data every rate being as likely. Few or unequal counts are better served by
    `rank_probabilities` on the draws of `carekit.inference.benchmark.pooling.draw_rates`.

    >>> table = pd.DataFrame({"brand": ["a", "b"], "estimate": [0.6, 0.5],
    ...                       "std_error": [0.04, 0.05]})
    >>> prob_top(table, k=1)["probability"].round(4).tolist()
    [0.9408, 0.0592]
    """
    names, values, below, above = _estimates(table, by, estimate, std_error, True)
    errors = np.sqrt((below**2 + above**2) / 2)
    _check_k(k, len(values))
    points = np.unique((values[:, None] + errors[:, None] * _BREAKS).ravel())
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    half = np.diff(points)[:, None] / 2
    x = (points[:-1, None] + half + half * node).ravel()
    weights = (half * weight).ravel()
    chances = np.zeros(len(values))
    step = max(1, _CHUNK // (len(values) * k))
    for start in range(0, len(x), step):
        part = x[start : start + step, None]
        apart = (values - part) / errors
        density = np.exp(-(apart**2) / 2) / (errors * np.sqrt(2 * np.pi))
        inside = density * _fewer_than(k, ndtr(apart))
        chances += weights[start : start + step] @ inside
    return pd.DataFrame(
        {
            by: names,
            "estimate": values,
            "std_error": errors,
            "k": k,
            "probability": np.clip(chances, 0.0, 1.0),
            "method": "integral over independent normals",
        }
    )


def rank_probabilities(draws: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """Chance of each group to be among the `k` best, and its ranks, from draws of the rates.

    `draws`: one row per draw, one column per group, none missing. One row per group, in the order of
    the columns: the group, k, probability, median_rank, rank_low, rank_high (5th and 95th centile of
    the rank, each a rank that occurs), draws, method. Ties share the better rank.

    >>> draws = pd.DataFrame({"a": [0.9, 0.8, 0.7, 0.9], "b": [0.5, 0.6, 0.8, 0.9]})
    >>> rank_probabilities(draws, k=1)[["group", "probability", "median_rank"]]
      group  probability  median_rank
    0     a         0.75            1
    1     b         0.50            1
    """
    values = draws.to_numpy(float)
    if values.size == 0 or np.isnan(values).any():
        raise InputError(
            f"`draws` has {len(draws)} rows with {int(np.isnan(values).sum())} missing values; at "
            "least one draw of every group was expected, none missing. Take them from draw_rates."
        )
    _check_k(k, values.shape[1])
    rank = pd.DataFrame(values).rank(axis=1, ascending=False, method="min").to_numpy(np.int64)
    low, middle, high = np.quantile(rank, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf")
    return pd.DataFrame(
        {
            draws.columns.name or "group": draws.columns.to_numpy(),
            "k": k,
            "probability": (rank <= k).mean(axis=0),
            "median_rank": middle.astype(np.int64),
            "rank_low": low.astype(np.int64),
            "rank_high": high.astype(np.int64),
            "draws": len(draws),
            "method": "ranks of draws",
        }
    )


def _estimates(
    table: pd.DataFrame, by: str, estimate: str, std_error: str, need_error: bool
) -> tuple[npt.NDArray, Values, Values, Values]:
    """Names, estimates, and errors below and above them, checked; NaN errors if not needed."""
    facing = need_error and {"ci_low", "ci_high"} <= set(table.columns)
    wanted = [] if facing or not need_error else [std_error]
    require_columns(table, [by, estimate, *wanted])
    refuse_names([by], _RESULT)
    if table.empty:
        raise InputError("`table` has no rows; ranks need at least one group. Pass your estimates.")

    def column(name: str) -> Values:
        return pd.to_numeric(table[name], errors="coerce").to_numpy(float, na_value=np.nan)

    values = column(estimate)
    wrong, below = ~np.isfinite(values), np.full(len(table), np.nan)
    above = below
    if facing:
        level = column("conf_level") if "conf_level" in table else np.full(len(table), 0.95)
        quantile = ndtri((1 + level) / 2)
        below, above = (
            (values - column("ci_low")) / quantile,
            (column("ci_high") - values) / quantile,
        )
    elif need_error:
        below = above = column(std_error)
    if need_error:
        with np.errstate(invalid="ignore"):
            wrong |= ~(np.isfinite(below + above) & (below >= 0) & (above >= 0))
            wrong |= ~(below + above > 0)
    if wrong.any():
        raise InputError(
            f"`table` has no estimate with a positive standard error in {first_rows(table, wrong)}"
            "; both are needed to rank, or limits in ci_low and ci_high. Leave these groups out and "
            "say so."
        )
    if (twice := table[by].duplicated().to_numpy()).any():
        raise InputError(
            f"`table` repeats a value of {by!r} in {first_rows(table, twice)}; one row per group was "
            "expected. Estimate each group once."
        )
    return table[by].to_numpy(), values, below, above


def _check_covariance(covariance: npt.ArrayLike, k: int) -> Values:
    cov = np.asarray(covariance, dtype=float)
    if (
        cov.shape != (k, k)
        or not np.allclose(cov, cov.T, rtol=1e-8, atol=0)
        or (np.diag(cov) <= 0).any()
        or np.linalg.eigvalsh(cov).min() < -1e-9 * np.diag(cov).max()
    ):
        raise InputError(
            f"`covariance` has shape {cov.shape}; a symmetric matrix of {k} rows and columns, one "
            "per row of `table`, with positive variances and no negative eigenvalue was expected. "
            "Check how it was computed."
        )
    return cov


def _check_k(k: int, groups: int) -> None:
    if not 1 <= k <= groups:
        raise InputError(
            f"`k` is {k}; a number of places from 1 to {groups} (the groups) was expected. Choose "
            "fewer places."
        )


def _check_draws(draws: int) -> None:
    if draws < 1000:
        raise InputError(
            f"`draws` is {draws}; at least 1000 were expected, 100000 for a figure that is "
            'printed. Ask for more draws, or use `method="bonferroni"`.'
        )


def _ranks(values: Values) -> npt.NDArray[np.int64]:
    """Rank 1 for the largest; ties share the better rank."""
    return 1 + (values[None, :] > values[:, None]).sum(axis=1)


def _noise(cov: Values, draws: int, seed: int) -> Values:
    """Estimates of groups that do not differ: one row per draw."""
    rng = np.random.default_rng(seed)
    size, vectors = np.linalg.eigh(cov)
    root = vectors * np.sqrt(np.maximum(size, 0.0))
    return rng.standard_normal((draws, len(cov))) @ root.T


def _largest(noise: Values, scale: Values, conf_level: float) -> float:
    """Quantile of the largest standardised difference of any pair."""
    k = noise.shape[1]
    largest = np.zeros(len(noise))
    step = max(1, _CHUNK // (8 * k))  # small enough to stay near the processor
    for start in range(0, len(noise), step):
        part = np.ascontiguousarray(noise[start : start + step].T)
        top = largest[start : start + step]
        for i in range(k - 1):
            apart = part[i + 1 :] - part[i]
            apart /= scale[i, i + 1 :, None]
            np.maximum(top, apart.max(axis=0), out=top)
            np.maximum(top, -apart.min(axis=0), out=top)
    return float(np.quantile(largest, conf_level))


def _stepwise(
    j: int, z: Values, noise: Values, scale: Values, conf_level: float
) -> tuple[int, int, float]:
    """Best and worst rank of group j alone, and the last critical value.

    Signed differences that are found significant leave; the others face a smaller maximum.
    """
    others = np.delete(np.arange(len(z)), j)
    apart = (noise[:, others] - noise[:, j, None]) / scale[others, j]
    seen = np.concatenate([z[others, j], z[j, others]])
    active = np.full(len(seen), True)
    critical = np.nan
    while active.any():
        above, below = active[: len(others)], active[len(others) :]
        top = np.full(len(noise), -np.inf)
        if above.any():
            top = apart[:, above].max(axis=1)
        if below.any():
            top = np.maximum(top, -apart[:, below].min(axis=1))
        critical = float(np.quantile(top, conf_level))
        rejected = active & (seen > critical)
        if not rejected.any():
            break
        active &= ~rejected
    above, below = active[: len(others)], active[len(others) :]
    return 1 + int((~above).sum()), len(z) - int((~below).sum()), critical


def _fewer_than(k: int, chance: Values) -> Values:
    """Chance that fewer than k of the *other* events happen: a row a point, a column an event.

    Counts of the events before and after each one are built once, from both ends.
    """
    points, events = chance.shape
    before = np.zeros((events, points, k))
    after = np.zeros((events, points, k))
    before[0, :, 0] = after[-1, :, 0] = 1.0
    for j in range(events - 1):
        before[j + 1] = _one_more(before[j], chance[:, j])
        after[-2 - j] = _one_more(after[-1 - j], chance[:, -1 - j])
    at_most = after.cumsum(axis=2)[:, :, ::-1]
    return (before * at_most).sum(axis=2).T


def _one_more(exactly: Values, chance: Values) -> Values:
    """Distribution of a count, up to k - 1, after one more independent event."""
    moved = np.zeros_like(exactly)
    moved[:, 1:] = exactly[:, :-1]
    return exactly + (moved - exactly) * chance[:, None]
