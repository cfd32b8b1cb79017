"""Differences between groups of the weighted shares of a survey."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, stdtr

from carekit.errors import InputError
from carekit.inference.rates.counts import (
    FEW_CLUSTERS,
    SMALL_N,
    check_conf_level,
    group_sums,
    join_flags,
)
from carekit.inference.rates.intervals import newcombe, wald_interval
from carekit.inference.rates.multiplicity import Adjustment, adjust_p_values, check_adjustment
from carekit.inference.surveys.design import Design, Floats, read_sample
from carekit.inference.surveys.linearisation import cell_covariance, weighted_shares
from carekit.inference.surveys.respondents import read_answers, read_groups

_NO_VARIANCE = 1e-18
_PAIR = ["group_a", "group_b", "n_a", "n_b", "share_a", "share_b"]
_TEST = [
    *("estimate", "std_error", "ci_low", "ci_high", "conf_level", "statistic", "df", "p_value"),
    *("p_adjusted", "adjustment", "family_size", "method", "flags"),
]


def compare(
    frame: pd.DataFrame,
    question: str,
    *,
    by: str,
    reference: Any = None,
    answers: Sequence[Any] | None = None,
    missing: Sequence[Any] = (),
    adjustment: Adjustment = "holm",
    conf_level: float = 0.95,
    **design: Unpack[Design],
) -> pd.DataFrame:
    """Differences of each answer's weighted share between the groups of one column.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent; those without a group are left out and counted.
    question, by : str
        Columns of the answers and of the groups.
    reference : optional
        Group that every other is compared with; without it all pairs.
    answers, missing, conf_level, **design
        As in `carekit.inference.surveys.survey.share`.
    adjustment : {"holm", "none"}
        How p-values are adjusted. The family is all rows of the result; of a question with two
        answers only half of them, since yes and no are one test.

    Returns
    -------
    DataFrame
        One row per answer and pair: answer, group_a, group_b, n_a, n_b (respondents), share_a,
        share_b, n_ungrouped; estimate (share_a - share_b), std_error, ci_low, ci_high, conf_level,
        statistic, df, p_value, p_adjusted, adjustment, family_size, method, flags. Equal weights
        without strata and clusters: Newcombe's interval and the score test. Else linearised, with
        the covariance that shared clusters bring, Student's t on clusters minus strata of both.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": ["young"] * 50 + ["old"] * 50,
    ...                       "prefers": ["yes"] * 20 + ["no"] * 30 + ["yes"] * 10 + ["no"] * 40})
    >>> out = compare(frame, "prefers", by="age", reference="old")
    >>> out[["answer", "group_a", "estimate", "ci_low", "ci_high", "p_value"]].round(3)
      answer group_a  estimate  ci_low  ci_high  p_value
    0     no   young      -0.2  -0.364   -0.020    0.029
    1    yes   young       0.2   0.020    0.364    0.029
    """
    check_conf_level(conf_level)
    check_adjustment(adjustment)
    sample = read_sample(frame, **design)
    said = read_answers(frame, question, answers=answers, missing=missing)
    groups, group = read_groups(frame, [by])
    known = groups[by].notna().to_numpy()
    labels, size, k = list(groups[by][known]), int(known.sum()), len(said.labels)
    group = np.where(group < size, group, -1)  # a missing group is sorted last
    base = np.where(said.codes >= 0, group, -1)
    ungrouped = int(sample.n_in(np.where((group < 0) & (said.codes >= 0), 0, -1), 1)[0])
    n = sample.n_in(base, size).astype(float)
    share, _ = weighted_shares(sample, base, said.codes, (size, k))
    pairs = _pairs(labels, reference, by)
    if not sample.independent:
        cells = cell_covariance(sample, np.where(base >= 0, base * k + said.codes, -1), size * k)
        total = group_sums(base[base >= 0], sample.weight[base >= 0], size)
        clusters, _ = sample.clusters_in(base, size)
        df = np.array([sample.free_in(np.isin(base, pair))[1] for pair in pairs], dtype=float)
    parts = []
    for a, answer in enumerate(said.labels):
        if sample.independent:
            tests = _independent_tests(np.nan_to_num(share[:, a] * n), n, pairs, conf_level)
        else:
            slope = _share_slopes(share[:, a], total, a, k)
            tests = _linearised_tests(
                share[:, a],
                slope @ cells @ slope.T,
                n,
                pairs,
                df,
                clusters,
                conf_level,
                clustered=sample.clustered,
            )
        one = _pair_frame(labels, n, share[:, a], pairs)
        parts.append(one.assign(**tests).assign(answer=answer))
    columns = ["answer", *_PAIR, "n_ungrouped", *_TEST]
    if not parts:
        return pd.DataFrame(columns=columns)
    method = "newcombe, score test" if sample.independent else "linearised, t"
    mirrored = k == 2
    if mirrored:
        parts = [adjust_p_values(part, adjustment=adjustment) for part in parts]
    out = pd.concat(parts, ignore_index=True).assign(n_ungrouped=ungrouped, conf_level=conf_level)
    out["method"] = np.where(out["ci_low"].isna(), "none", method)
    return (out if mirrored else adjust_p_values(out, adjustment=adjustment))[columns]


def _pairs(labels: list[Any], reference: Any, by: str) -> list[tuple[int, int]]:
    """Positions of the two groups of each pair."""
    if reference is None:
        return list(combinations(range(len(labels)), 2))
    if reference not in labels:
        raise InputError(
            f"`reference` is {reference!r}; the groups of {by!r} are: "
            f"{', '.join(map(str, labels))}. Name one of them."
        )
    at = labels.index(reference)
    return [(i, at) for i in range(len(labels)) if i != at]


def _pair_frame(
    labels: list[Any], n: Floats, share: Floats, pairs: list[tuple[int, int]]
) -> pd.DataFrame:
    first, second = _sides(pairs)
    label = pd.Series(labels, dtype=None if labels else object)
    return pd.DataFrame(
        {
            "group_a": label.iloc[first].to_numpy(),
            "group_b": label.iloc[second].to_numpy(),
            "n_a": n[first].astype(np.int64),
            "n_b": n[second].astype(np.int64),
            "share_a": share[first],
            "share_b": share[second],
            "estimate": share[first] - share[second],
        }
    )


def _independent_tests(
    yes: Floats, n: Floats, pairs: list[tuple[int, int]], conf_level: float
) -> dict[str, Any]:
    first, second = _sides(pairs)
    # Σ of equal weights may miss the whole number by rounding.
    yes = np.minimum(np.round(yes, 9), n)
    low, high = newcombe(yes[first], n[first], yes[second], n[second], conf_level=conf_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = yes / n
        own = share * (1 - share) / (n - 1)
        pooled = (yes[first] + yes[second]) / (n[first] + n[second])
        spread = np.sqrt(pooled * (1 - pooled) * (1 / n[first] + 1 / n[second]))
        z = np.where(spread > 0, (share[first] - share[second]) / spread, np.nan)
    empty = (n[first] == 0) | (n[second] == 0)
    small = ~empty & (np.minimum(n[first], n[second]) < SMALL_N)
    return {
        "std_error": np.sqrt(own[first] + own[second]),
        "ci_low": low,
        "ci_high": high,
        "statistic": z,
        "df": np.nan,
        "p_value": 2 * ndtr(-np.abs(z)),
        "flags": join_flags(len(pairs), {"n0": empty, "small_n": small}),
    }


def _linearised_tests(
    share: Floats,
    covariance: Floats,
    n: Floats,
    pairs: list[tuple[int, int]],
    df: npt.NDArray,
    clusters: npt.NDArray,
    conf_level: float,
    *,
    clustered: bool,
) -> dict[str, Any]:
    """Student's t for differences; `clusters` counts those of each group, `df` is one per pair."""
    first, second = _sides(pairs)
    variance = covariance[first, first] + covariance[second, second] - 2 * covariance[first, second]
    empty = (n[first] == 0) | (n[second] == 0)
    one = ~empty & ((np.minimum(clusters[first], clusters[second]) == 1) | (df < 1))
    flat = ~empty & ~one & ~(variance > _NO_VARIANCE)
    usable = ~(empty | one | flat)
    error = np.where(empty | one, np.nan, np.sqrt(np.where(flat, 0.0, np.maximum(variance, 0))))
    shown = np.where(usable, error, np.nan)
    difference = share[first] - share[second]
    df = np.where(usable | flat, df, np.nan)
    low, high = wald_interval(difference, shown, df=df, conf_level=conf_level)
    t = difference / shown
    few = ~empty & (np.minimum(clusters[first], clusters[second]) < FEW_CLUSTERS) & clustered
    small = ~empty & (np.minimum(n[first], n[second]) < SMALL_N)
    flags = {"n0": empty, "one_cluster": one, "zero_var": flat, "few_clusters": few}
    return {
        "std_error": error,
        "ci_low": np.maximum(low, -1.0),
        "ci_high": np.minimum(high, 1.0),
        "statistic": t,
        "df": df,
        "p_value": 2 * stdtr(np.where(np.isnan(df), 1.0, df), -np.abs(t)),
        "flags": join_flags(len(pairs), {**flags, "small_n": small}),
    }


def _sides(pairs: list[tuple[int, int]]) -> tuple[npt.NDArray, npt.NDArray]:
    array = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def _share_slopes(share: Floats, total: Floats, answer: int, k: int) -> Floats:
    """Slopes of each group's share in the totals of the groups × answers cells."""
    size = len(share)
    slopes = np.zeros((size, size, k))
    for g in np.flatnonzero(total > 0):
        slopes[g, g] = -share[g] / total[g]
        slopes[g, g, answer] += 1 / total[g]
    return slopes.reshape(size, size * k)
