"""Confidence intervals of one proportion, each as a function of arrays.

All take and return arrays (or plain numbers, which come back as 0-dimensional arrays), broadcast
like NumPy, and give NaN where there is nothing to estimate. Shares run from 0 to 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, expit, logit, ndtri, stdtrit

from carekit.errors import InputError
from carekit.inference.rates.counts import check_conf_level

Limits = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def critical_value(conf_level: float, df: Any = None) -> npt.NDArray[np.float64]:
    """Two-sided quantile: Student's t on `df` degrees of freedom, the normal one without `df`.

    A `df` below 1 or missing gives NaN: such an interval does not exist.

    >>> critical_value(0.95).round(4).item(), critical_value(0.95, 9).round(4).item()
    (1.96, 2.2622)
    """
    upper = 0.5 + check_conf_level(conf_level) / 2
    if df is None:
        return np.asarray(ndtri(upper))
    df = np.asarray(df, dtype=float)
    return np.where(df >= 1, stdtrit(np.where(df >= 1, df, 1.0), upper), np.nan)


def wilson(n_yes: Any, n: Any, *, conf_level: float = 0.95) -> Limits:
    """Wilson's interval for independent yes/no units: the default of carekit.

    Counts need not be whole. 0 of n gives a lower limit of exactly 0, n of n an upper limit of exactly
    1; n = 0 gives NaN. Equal to statsmodels' `proportion_confint` to 2e-15; our own because importing
    that takes a second and a half. Wilson 1927, J. Am. Stat. Assoc. 22, 209-212.

    >>> low, high = wilson([0, 61], [10, 70])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.773], [0.278, 0.931])
    """
    n_yes, n = _counts(n_yes, n)
    share = np.divide(n_yes, n, out=np.full(n.shape, np.nan), where=n > 0)
    return _wilson(share, n, critical_value(conf_level))


def wilson_effective(
    estimate: Any, n_eff: Any, *, df: Any = None, conf_level: float = 0.95
) -> Limits:
    """Wilson's interval on an effective number of units, for weighted or clustered shares.

    `df`: degrees of freedom of the design: Student's t then replaces the normal quantile. NaN where
    `n_eff` is not a positive number.

    >>> low, high = wilson_effective(0.3, 63.7, df=9)
    >>> low.round(3).item(), high.round(3).item()
    (0.189, 0.441)
    """
    estimate, n_eff, quantile = np.broadcast_arrays(
        np.asarray(estimate, dtype=float),
        np.asarray(n_eff, dtype=float),
        critical_value(conf_level, df),
    )
    usable = np.isfinite(n_eff) & (n_eff > 0)
    return _wilson(np.where(usable, estimate, np.nan), np.where(usable, n_eff, 1.0), quantile)


def clopper_pearson(n_yes: Any, n: Any, *, conf_level: float = 0.95) -> Limits:
    """The exact binomial interval; counts need not be whole, so it serves an effective n too.

    0 and 1 exactly at the ends, NaN where n = 0. Clopper and Pearson 1934, Biometrika 26, 404-413.

    >>> low, high = clopper_pearson(0, 10)
    >>> low.item(), high.round(4).item()
    (0.0, 0.3085)
    """
    n_yes, n = _counts(n_yes, n)
    n = np.where(n > 0, n, np.nan)
    return _beta_limits(n_yes, n - n_yes, check_conf_level(conf_level))


def korn_graubard(
    estimate: Any, std_error: Any, *, n: Any, df: Any, conf_level: float = 0.95
) -> Limits:
    """The `beta` interval for weighted or clustered shares: an exact one on an effective n.

    The effective number n* = p(1 - p)/v · (t_{n-1} / t_df)² stands in for n in the exact binomial
    interval; the ratio of quantiles pays for a variance estimated from few clusters. `n`: units in the
    base, not clusters; `df`: of the design, clusters minus strata. NaN where the standard error is 0 or
    missing, or `df` below 1. Korn and Graubard 1998, Survey Methodology 24, 193-201.

    >>> low, high = korn_graubard(0.5696, 0.0759, n=618, df=19)
    >>> low.round(3).item(), high.round(3).item()
    (0.398, 0.73)
    """
    estimate, std_error, n, df = np.broadcast_arrays(
        *(np.asarray(x, dtype=float) for x in (estimate, std_error, n, df))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = critical_value(conf_level, n - 1) / critical_value(conf_level, df)
        n_star = estimate * (1 - estimate) / std_error**2 * ratio**2
    n_star = np.where(np.isfinite(n_star) & (n_star > 0), n_star, np.nan)
    return _beta_limits(n_star * estimate, n_star * (1 - estimate), conf_level)


def logit_interval(
    estimate: Any, std_error: Any, *, df: Any = None, conf_level: float = 0.95
) -> Limits:
    """Limits computed on the logit scale and carried back: never outside 0 and 1.

    NaN where the share is 0 or 1 (its logit is infinite) or the standard error is 0.

    >>> low, high = logit_interval(0.5696, 0.0759, df=19)
    >>> low.round(3).item(), high.round(3).item()
    (0.409, 0.717)
    """
    estimate, std_error = np.broadcast_arrays(
        np.asarray(estimate, dtype=float), np.asarray(std_error, dtype=float)
    )
    inside = (estimate > 0) & (estimate < 1) & (std_error > 0)
    share = np.where(inside, estimate, np.nan)
    reach = critical_value(conf_level, df) * std_error / (share * (1 - share))
    return expit(logit(share) - reach), expit(logit(share) + reach)


def wald_interval(
    estimate: Any, std_error: Any, *, df: Any = None, conf_level: float = 0.95
) -> Limits:
    """Estimate ± quantile · standard error: to reproduce old tables, and for differences.

    For one share it leaves 0 to 1 and covers badly near the ends: prefer the others.

    >>> low, high = wald_interval(0.05, 0.04)
    >>> low.round(3).item(), high.round(3).item()
    (-0.028, 0.128)
    """
    reach = critical_value(conf_level, df) * np.asarray(std_error, dtype=float)
    estimate = np.asarray(estimate, dtype=float)
    return estimate - reach, estimate + reach


def newcombe(
    n_yes: Any, n: Any, n_yes_other: Any, n_other: Any, *, conf_level: float = 0.95
) -> Limits:
    """Newcombe's interval for the difference of two independent shares (his method 10).

    Of n_yes / n - n_yes_other / n_other, from the two Wilson intervals by squaring and adding; it never
    leaves -1 to 1, and is defined for 0 of n; NaN where a group is empty. Newcombe 1998, Statistics in
    Medicine 17, 873-890.

    >>> low, high = newcombe(56, 70, 48, 80)
    >>> low.round(4).item(), high.round(4).item()
    (0.0524, 0.3339)
    """
    low, high = wilson(n_yes, n, conf_level=conf_level)
    other_low, other_high = wilson(n_yes_other, n_other, conf_level=conf_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.asarray(n_yes, dtype=float) / np.asarray(n, dtype=float)
        other = np.asarray(n_yes_other, dtype=float) / np.asarray(n_other, dtype=float)
    return (
        one - other - np.sqrt((one - low) ** 2 + (other_high - other) ** 2),
        one - other + np.sqrt((high - one) ** 2 + (other - other_low) ** 2),
    )


def _counts(n_yes: Any, n: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    n_yes, n = np.broadcast_arrays(np.asarray(n_yes, dtype=float), np.asarray(n, dtype=float))
    wrong = (n_yes < 0) | (n < 0) | (n_yes > n)
    if wrong.any():
        where = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"`n_yes` and `n` do not fit in {int(wrong.sum())} place(s), first "
            f"{n_yes.ravel()[where]:g} of {n.ravel()[where]:g}; 0 <= n_yes <= n was expected. "
            "Check which of the two is the total."
        )
    return n_yes, n


def _wilson(share: npt.NDArray[np.float64], n: npt.NDArray[np.float64], quantile: Any) -> Limits:
    square = np.asarray(quantile) ** 2
    n = np.where(n > 0, n, np.nan)
    centre = share + square / (2 * n)
    half = np.sqrt(square) * np.sqrt(share * (1 - share) / n + square / (4 * n**2))
    scale = 1 + square / n
    # Rounding leaves 1e-17 where the formula gives exactly 0 or 1.
    low = np.where(share == 0, 0.0 * half, (centre - half) / scale)
    high = np.where(share == 1, 1.0 + 0.0 * half, (centre + half) / scale)
    return low, high


def _beta_limits(
    yes: npt.NDArray[np.float64], no: npt.NDArray[np.float64], conf_level: float
) -> Limits:
    tail = (1 - conf_level) / 2
    usable = np.isfinite(yes) & np.isfinite(no)
    a, b = np.where(usable, yes, 1.0), np.where(usable, no, 1.0)
    low = np.where(a > 0, betaincinv(np.where(a > 0, a, 1.0), b + 1, tail), 0.0)
    high = np.where(b > 0, betaincinv(a + 1, np.where(b > 0, b, 1.0), 1 - tail), 1.0)
    return np.where(usable, low, np.nan), np.where(usable, high, np.nan)
