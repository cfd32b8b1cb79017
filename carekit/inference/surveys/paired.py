"""Two or more yes/no items answered by the same people: McNemar, Cochran's Q, differences.

Two shares from the same respondents are not independent: 29 % and 28 % of the same people can
differ for sure, or not at all, depending on how many ticked both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Unpack

import numpy as np
import pandas as pd
from scipy.special import stdtr

from carekit.inference.rates.counts import FEW_CLUSTERS, SMALL_N, check_conf_level, join_flags
from carekit.inference.rates.intervals import wald_interval
from carekit.inference.rates.multiplicity import Adjustment, adjust_p_values, check_adjustment
from carekit.inference.surveys.design import Design, Sample, read_sample
from carekit.inference.surveys.items import Ticks, read_items
from carekit.inference.surveys.linearisation import totals_covariance

_EXACT_BELOW = 25


@dataclass(frozen=True)
class PairedTest:
    """Test that two items ticked by the same people have the same share.

    `estimate` is the difference of shares, first minus second (Wald); `statistic` NaN for the exact
    test; `n_only_first`, `n_only_second`: who ticked one alone; `n_constant`: both or none, who carry
    no information on the difference; `n_missing`: without an answer to some item.
    """

    estimate: float
    std_error: float
    ci_low: float
    ci_high: float
    conf_level: float
    statistic: float
    df: float
    p_value: float
    n: int
    n_missing: int
    n_only_first: int
    n_only_second: int
    n_constant: int
    items: tuple[str, ...]
    method: str

    def __str__(self) -> str:
        if len(self.items) == 2:
            first, second = self.items
            return (
                f"{first} minus {second}: {self.estimate:+.3f} ({self.conf_level * 100:g} % "
                f"interval {self.ci_low:+.3f} to {self.ci_high:+.3f}), n = {self.n}, "
                f"p = {self.p_value:.3g} ({self.method})."
            )
        return (
            f"{len(self.items)} items, n = {self.n}: chi-squared({self.df:g}) = "
            f"{self.statistic:.3f}, p = {self.p_value:.3g} ({self.method})."
        )


def mcnemar(
    frame: pd.DataFrame,
    item: str,
    other: str,
    *,
    base: str,
    exact: bool | None = None,
    correction: bool = False,
    conf_level: float = 0.95,
) -> PairedTest:
    """McNemar's test: do as many of the same people tick one item as the other?

    `base`: see `carekit.inference.surveys.multiresponse.share_of_respondents`. `exact`: binomial test,
    by default where fewer than 25 people ticked one item alone; `correction`: of continuity, else. The
    difference is (b - c)/n with standard error √(b + c - (b - c)²/n)/n; b + c = 0 gives p = 1.
    McNemar 1947, Psychometrika 12, 153-157.

    >>> frame = pd.DataFrame({"page": [1] * 30 + [0] * 20, "blog": [1] * 5 + [0] * 35 + [1] * 10})
    >>> print(mcnemar(frame, "page", "blog", base="asked"))
    page minus blog: +0.300 (95 % interval +0.084 to +0.516), n = 50, p = 0.0112 \
(mcnemar, chi-squared).
    """
    check_conf_level(conf_level)
    ticks = read_items(frame, [item, other], base=base, sample=read_sample(frame))
    rows = ticks.values[ticks.inside].astype(np.int64)
    n = len(rows)
    b = int((rows[:, 0] > rows[:, 1]).sum())
    c = int((rows[:, 0] < rows[:, 1]).sum())
    exact = b + c < _EXACT_BELOW if exact is None else exact
    difference, error = float("nan"), float("nan")
    statistic, p_value, method = float("nan"), float("nan"), "none: n = 0"
    if n:
        from statsmodels.stats.contingency_tables import mcnemar as library_mcnemar

        difference = (b - c) / n
        error = float(np.sqrt(b + c - (b - c) ** 2 / n)) / n
        p_value, method = 1.0, "mcnemar, exact" if exact else "mcnemar, chi-squared"
        if b + c:
            both = int((rows.sum(axis=1) == 2).sum())
            square = [[both, b], [c, n - b - c - both]]
            found = library_mcnemar(square, exact=exact, correction=correction)
            statistic = float("nan") if exact else float(found.statistic)
            p_value = float(found.pvalue)
            method += " with continuity correction" if correction and not exact else ""
    low, high = wald_interval(difference, error, conf_level=conf_level)
    return PairedTest(
        estimate=difference,
        std_error=error,
        ci_low=max(float(low), -1.0) if n else float("nan"),
        ci_high=min(float(high), 1.0) if n else float("nan"),
        conf_level=conf_level,
        statistic=statistic,
        df=float("nan") if exact or not n else 1.0,
        p_value=p_value,
        n=n,
        n_missing=int(ticks.missing.sum()),
        n_only_first=b,
        n_only_second=c,
        n_constant=n - b - c,
        items=(item, other),
        method=method,
    )


def compare_items(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    base: str,
    adjustment: Adjustment = "holm",
    conf_level: float = 0.95,
    **design: Unpack[Design],
) -> pd.DataFrame:
    """Differences between the weighted shares of items that the same people answered.

    `items`, `base`, `**design` as in `carekit.inference.surveys.multiresponse.share_of_respondents`.
    One row per pair: item, other_item, base, n, n_missing, share_item, share_other, estimate (their
    difference), std_error (linearised, with the covariance of the two ticks), ci_low, ci_high,
    conf_level, statistic, df, p_value, p_adjusted, family_size, adjustment (over all pairs), method,
    flags.

    >>> frame = pd.DataFrame({"page": [1] * 30 + [0] * 20, "blog": [1] * 5 + [0] * 35 + [1] * 10})
    >>> out = compare_items(frame, ["page", "blog"], base="asked")
    >>> out[["item", "other_item", "estimate", "ci_low", "ci_high"]].round(3)
       item other_item  estimate  ci_low  ci_high
    0  page       blog       0.3   0.076    0.524
    """
    check_conf_level(conf_level)
    check_adjustment(adjustment)
    sample = read_sample(frame, **design)
    ticks = read_items(frame, items, base=base, sample=sample)
    n, share, covariance = _item_covariance(sample, ticks)
    clusters, df = sample.free_in(ticks.inside)
    pairs = list(combinations(range(len(ticks.names)), 2))
    first = np.array([i for i, _ in pairs], dtype=int)
    second = np.array([j for _, j in pairs], dtype=int)
    difference = share[first] - share[second]
    variance = np.maximum(
        covariance[first, first] + covariance[second, second] - 2 * covariance[first, second], 0
    )
    empty = np.full(len(pairs), n == 0)
    one = np.full(len(pairs), bool(n and (clusters == 1 or df < 1)))
    flat = ~empty & ~one & (variance < 1e-18)
    error = np.where(empty | one, np.nan, np.where(flat, 0.0, np.sqrt(variance)))
    shown = np.where(flat, np.nan, error)
    low, high = wald_interval(difference, shown, df=df, conf_level=conf_level)
    t = difference / shown
    flags = {
        "n0": empty,
        "one_cluster": one,
        "zero_var": flat,
        "few_clusters": ~empty & (clusters < FEW_CLUSTERS) & sample.clustered,
        "small_n": ~empty & (n < SMALL_N),
    }
    out = pd.DataFrame(
        {
            "item": [ticks.names[i] for i in first],
            "other_item": [ticks.names[j] for j in second],
            "base": ticks.base,
            "n": n,
            "n_missing": int(ticks.missing.sum()),
            "share_item": share[first],
            "share_other": share[second],
            "estimate": difference,
            "std_error": error,
            "ci_low": np.maximum(low, -1.0),
            "ci_high": np.minimum(high, 1.0),
            "conf_level": conf_level,
            "statistic": t,
            "df": np.where(empty | one, np.nan, float(df)),
            "p_value": 2 * stdtr(max(df, 1.0), -np.abs(t)),
        }
    )
    return adjust_p_values(out, adjustment=adjustment).assign(
        method=np.where(np.isnan(t), "none", "linearised, t"), flags=join_flags(len(pairs), flags)
    )


def _item_covariance(sample: Sample, ticks: Ticks) -> tuple[int, np.ndarray, np.ndarray]:
    """Respondents, weighted shares of the items, and the covariance of these shares."""
    k, inside = len(ticks.names), ticks.inside
    mass = sample.weight[inside]
    if not len(mass):
        return 0, np.full(k, np.nan), np.full((k, k), np.nan)
    rows = ticks.values[inside]
    share = np.array([mass[rows[:, j] == 1].sum() for j in range(k)]) / mass.sum()
    columns = np.zeros((len(inside), k))
    for j in range(k):
        columns[inside, j] = mass * (rows[:, j] - share[j]) / mass.sum()
    return int(inside.sum()), share, totals_covariance(sample, columns)
