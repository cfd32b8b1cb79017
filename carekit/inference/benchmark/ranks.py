"""Ranks with their uncertainty: sets of ranks that the data allow, and chances of the top places.

A league table of noisy rates prints an order that a second sample would not repeat. A rank set
says which places a brand may hold.
"""

from __future__ import annotations

from typing import Literal

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
    conf_level: float = 0.95,
    draws: int = 100_000,
    seed: int = 1,
) -> pd.DataFrame:
    """Ranks that each group may hold; the largest estimate ranks first.

    Parameters
    ----------
    table : DataFrame
        One row per group, with an estimate and its standard error.
    by, estimate, std_error : str
        Columns. Standard errors are positive.
    covariance : array, one row and column per row of `table`, optional
        Of the estimates, where they are not independent; its diagonal replaces `std_error`.
    method : {"simultaneous", "marginal", "bonferroni"}
        - "simultaneous": all sets hold their true ranks together
        - "marginal": each set by itself, narrower; for a brand that was chosen before looking
        - "bonferroni": simultaneous without simulation, wider
    conf_level : float
        Chance that the sets (the set, for "marginal") hold the true ranks.
    draws, seed : int
        Simulated tables behind the critical value, and the seed; unused by "bonferroni".

    Returns
    -------
    DataFrame
        One row per row of `table`, in its order: `by`, `estimate`, `std_error`, then

        - `rank`: by the estimates alone; ties share the better rank
        - `best_rank`, `worst_rank`: 1 + groups significantly better … k - groups significantly
          worse
        - `critical_value`: of a pair's standardised difference (of the last step for "marginal")
        - `conf_level`, `method`

    References
    ----------
    Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91.

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
    names, values, errors = _estimates(table, by, estimate, std_error, covariance is None)
    cov = np.diag(errors**2) if covariance is None else _check_covariance(covariance, len(values))
    k = len(values)
    best, worst, critical = np.ones(k), np.full(k, float(k)), np.full(k, np.nan)
    if k > 1:
        variance = np.diag(cov)
        scale = np.sqrt(variance[:, None] + variance[None, :] - 2 * cov)
        np.fill_diagonal(scale, 1.0)
        z = (values[:, None] - values[None, :]) / scale
        if method == "marginal":
            noise = _noise(cov, draws, seed)
            for j in range(k):
                best[j], worst[j], critical[j] = _stepwise(j, z, noise, scale, conf_level)
        else:
            limit = (
                -ndtri((1 - conf_level) / (k * (k - 1)))
                if method == "bonferroni"
                else _largest(_noise(cov, draws, seed), scale, conf_level)
            )
            better = z > limit
            best, worst = 1 + better.sum(axis=0), k - better.sum(axis=1)
            critical[:] = limit
    return pd.DataFrame(
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


def prob_top(
    table: pd.DataFrame,
    *,
    k: int,
    by: str = "brand",
    estimate: str = "estimate",
    std_error: str = "std_error",
) -> pd.DataFrame:
    """Chance that each group is truly among the `k` best, for independent normal estimates.

    Parameters
    ----------
    table : DataFrame
        One row per group, with an estimate and its standard error.
    k : int
        How many places count as top.
    by, estimate, std_error : str
        Columns. Standard errors are positive.

    Returns
    -------
    DataFrame
        One row per row of `table`, in its order: `by`, `estimate`, `std_error`, `k`,
        `probability`, `method`. Probabilities sum to `k`.

    Notes
    -----
    The exact integral of each group's density times the chance that fewer than `k` others lie
    above, before the data every rate being as likely. Few or unequal counts are better served by
    `rank_probabilities` on the draws of `carekit.inference.benchmark.pooling.draw_rates`.

    Examples
    --------
    >>> table = pd.DataFrame({"brand": ["a", "b"], "estimate": [0.6, 0.5],
    ...                       "std_error": [0.04, 0.05]})
    >>> prob_top(table, k=1)["probability"].round(4).tolist()
    [0.9408, 0.0592]
    """
    names, values, errors = _estimates(table, by, estimate, std_error, True)
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

    Parameters
    ----------
    draws : DataFrame
        One row per draw, one column per group, as `carekit.inference.benchmark.pooling.draw_rates` gives.
    k : int
        How many places count as top.

    Returns
    -------
    DataFrame
        One row per group, in the order of the columns: the group (under the name of the columns'
        index, else `group`), `k`, `probability`, `median_rank`, `rank_low`, `rank_high` (5th and
        95th centile of the rank, each a rank that occurs), `draws`, `method`. Ties share the
        better rank.

    Examples
    --------
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
) -> tuple[npt.NDArray, Values, Values]:
    """Names, estimates and standard errors, checked; errors are NaN if not needed."""
    require_columns(table, [by, estimate, *([std_error] if need_error else [])])
    refuse_names([by], _RESULT)
    if table.empty:
        raise InputError("`table` has no rows; ranks need at least one group. Pass your estimates.")
    values = pd.to_numeric(table[estimate], errors="coerce").to_numpy(float, na_value=np.nan)
    wrong = ~np.isfinite(values)
    errors = np.full(len(table), np.nan)
    if need_error:
        errors = pd.to_numeric(table[std_error], errors="coerce").to_numpy(float, na_value=np.nan)
        with np.errstate(invalid="ignore"):
            wrong |= ~np.isfinite(errors) | (errors <= 0)
    if wrong.any():
        raise InputError(
            f"`table` has no estimate with a positive standard error in {first_rows(table, wrong)}"
            "; both are needed to rank. Leave these groups out and say so."
        )
    if (twice := table[by].duplicated().to_numpy()).any():
        raise InputError(
            f"`table` repeats a value of {by!r} in {first_rows(table, twice)}; one row a group was "
            "expected. Estimate each group once."
        )
    return table[by].to_numpy(), values, errors


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
    """Estimates of groups that do not differ: one row a draw."""
    rng = np.random.default_rng(seed)
    size, vectors = np.linalg.eigh(cov)
    root = vectors * np.sqrt(np.maximum(size, 0.0))
    return rng.standard_normal((draws, len(cov))) @ root.T


def _largest(noise: Values, scale: Values, conf_level: float) -> float:
    """Quantile of the largest standardised difference of any pair."""
    k = noise.shape[1]
    largest = np.zeros(len(noise))
    step = max(1, _CHUNK // k)
    for start in range(0, len(noise), step):
        part = noise[start : start + step]
        top = largest[start : start + step]
        for i in range(k - 1):
            apart = np.abs(part[:, i, None] - part[:, i + 1 :]) / scale[i, i + 1 :]
            np.maximum(top, apart.max(axis=1), out=top)
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
