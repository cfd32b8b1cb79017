"""Weighted shares of a survey's answers, with limits that respect weights, strata and clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import (
    FEW_CLUSTERS,
    SMALL_N,
    check_conf_level,
    column_names,
    join_flags,
    refuse_names,
)
from carekit.inference.rates.intervals import (
    clopper_pearson,
    korn_graubard,
    logit_interval,
    wald_interval,
    wilson,
    wilson_effective,
)
from carekit.inference.surveys.design import Codes, Design, Floats, Sample, read_sample
from carekit.inference.surveys.linearisation import weighted_shares
from carekit.inference.surveys.respondents import read_answers, read_groups

INTERVALS = ("auto", "beta", "logit", "wilson", "wald")
_RARE = 10  # yes or no answers in effective respondents: bench/coverage_proportions.py
_NO_VARIANCE = 1e-12  # a variance below this share of p(1 - p)/n is rounding
_RESULT = [
    *("answer", "n", "n_missing", "estimate", "std_error", "ci_low", "ci_high", "conf_level"),
    *("df", "n_eff", "clusters", "deff", "method", "flags"),
]


def share(
    frame: pd.DataFrame,
    question: str,
    *,
    by: str | Sequence[str] = (),
    answers: Sequence[Any] | None = None,
    missing: Sequence[Any] = (),
    interval: str = "auto",
    conf_level: float = 0.95,
    **design: Unpack[Design],
) -> pd.DataFrame:
    """Share of each answer to a single-answer question, in each group.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent.
    question : str
        Column of the answers.
    by : str or sequence of str
        Columns that define the groups, domains of the full design; a missing value is a group.
    answers : sequence, optional
        Possible answers, in order; one that nobody gave has a row with the share 0. Without it
        the categories of a categorical column, else the answers found, sorted.
    missing : sequence
        Answers that count as missing, such as "don't know".
    interval : {"auto", "beta", "logit", "wilson", "wald"}
        "auto": Wilson's interval for equal weights without strata and clusters; else "beta" (Korn
        and Graubard), but Wilson's on Kish's effective n where, without clusters, fewer than 10
        effective respondents gave the answer, or fewer than 10 did not. "wilson" uses n_eff =
        p(1-p)/v and Student's t.
    **design
        weight, stratum, psu, lonely: see `carekit.inference.surveys.design.Design`.

    Returns
    -------
    DataFrame
        One row per group and answer: the `by` columns, answer; n (respondents of positive weight
        with an answer, unweighted), n_missing (without one, outside the base); estimate (Σw of the
        answer / Σw of the base, 0 to 1), std_error (linearised), ci_low, ci_high, conf_level, df
        (clusters minus strata; NaN for plain Wilson), n_eff (p(1-p)/v), clusters, deff; method;
        flags: `n0`; `one_cluster` no limits; `zero_var` no variation: exact limits on Kish's
        effective n, optimistic under clustering; `few_clusters` and `small_n` below 30.

    References
    ----------
    Korn and Graubard 1998, Survey Methodology 24, 193-201; Binder 1983, Int. Stat. Rev. 51,
    279-292; Wilson 1927. Coverage: docs/coverage-of-intervals.md.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": ["young"] * 4 + ["old"] * 4, "weight": [1, 2, 1, 1] * 2,
    ...                       "prefers": ["yes", "yes", "no", None, "no", "no", "yes", "no"]})
    >>> out = share(frame, "prefers", by="age", weight="weight")
    >>> out[["age", "answer", "n", "n_missing", "estimate"]]
         age answer  n  n_missing  estimate
    0    old     no  4          0      0.80
    1    old    yes  4          0      0.20
    2  young     no  3          1      0.25
    3  young    yes  3          1      0.75
    """
    check_conf_level(conf_level)
    check_interval(interval)
    groups_by = column_names(by)
    refuse_names(groups_by, _RESULT)
    sample = read_sample(frame, **design)
    said = read_answers(frame, question, answers=answers, missing=missing)
    groups, group = read_groups(frame, groups_by)
    size, k = len(groups), len(said.labels)
    base = np.where(said.codes >= 0, group, -1)
    estimate, variance = weighted_shares(sample, base, said.codes, (size, k))
    part = proportion_limits(
        sample, base, estimate, variance, interval=interval, conf_level=conf_level
    )
    n_missing = sample.n_in(np.where(said.codes < 0, group, -1), size)
    result = groups.loc[groups.index.repeat(k)].reset_index(drop=True)
    labels = pd.Series(said.labels) if said.labels else pd.Series(dtype=object)
    result = result.assign(
        answer=pd.Series(said.labels * size, dtype=labels.dtype),
        n_missing=np.repeat(n_missing, k),
        conf_level=conf_level,
        **part,
    )
    return result[[*groups_by, *_RESULT]]


def check_interval(interval: str) -> None:
    """Raise InputError unless `interval` is one of `INTERVALS`."""
    if interval not in INTERVALS:
        raise InputError(
            f"`interval` is {interval!r}; one of {', '.join(map(repr, INTERVALS))} was expected. "
            "Use 'auto' unless you reproduce a published interval."
        )


def proportion_limits(
    sample: Sample,
    base: Codes,
    estimate: Floats,
    variance: Floats,
    *,
    interval: str,
    conf_level: float,
    counted: Floats | None = None,
) -> dict[str, Any]:
    """Limits and companions of shares (groups × columns), flattened row by row.

    `base` holds the group of each respondent of the base, -1 outside. `counted` is the denominator
    of each group where it is not respondents (mentions).
    """
    size, k = estimate.shape
    n, (clusters, strata) = sample.n_in(base, size), sample.clusters_in(base, size)

    def spread(values: npt.NDArray) -> npt.NDArray:
        return np.repeat(np.asarray(values)[:, None], k, axis=1)

    n_ = spread(n if counted is None else counted).astype(float)
    df = spread(clusters - strata).astype(float)
    binomial = estimate * (1 - estimate)
    plain = sample.independent and interval == "auto" and counted is None
    if plain:
        variance = np.divide(binomial, n_ - 1, out=np.full(n_.shape, np.nan), where=n_ > 1)
    empty = n_ == 0
    one = ~empty & (spread(clusters) == 1) & (not plain)
    thin = ~empty & ~one & (df < 1) & (not plain)
    tiny = variance <= _NO_VARIANCE * binomial / np.maximum(n_, 1)
    flat = ~empty & ~one & ~thin & (not plain) & tiny
    usual = ~(empty | one | thin | flat)
    may_be_rare = interval == "auto" and not sample.clustered and counted is None and not plain
    kish = np.full(n_.shape, np.nan)
    if may_be_rare or flat.any():
        kish = spread(sample.kish(base, size))
    rare = usual & may_be_rare & (kish * np.minimum(estimate, 1 - estimate) < _RARE)
    error = np.sqrt(np.where(one, np.nan, np.where(flat, 0.0, variance)))
    with np.errstate(divide="ignore", invalid="ignore"):
        n_eff = np.where(flat, kish, np.where(usual | thin, binomial / error**2, np.nan))
        deff = np.where(usual | thin, error**2 * (n_ - 1) / binomial, np.nan)
    if plain:
        low, high = wilson(np.where(empty, 0.0, estimate * n_), n_, conf_level=conf_level)
        n_eff, deff = np.where(empty, np.nan, n_), np.where(empty, np.nan, 1.0)
        df, name = np.full(df.shape, np.nan), "wilson"
    else:
        asked = np.where(usual, error, np.nan)
        options: dict[str, Any] = {"df": df, "conf_level": conf_level}
        if interval in ("auto", "beta"):
            low, high = korn_graubard(estimate, asked, n=n_, **options)
            name = "korn-graubard"
        elif interval == "logit":
            low, high = logit_interval(estimate, asked, **options)
            name = "logit, t"
        elif interval == "wilson":
            low, high = wilson_effective(estimate, np.where(usual, n_eff, np.nan), **options)
            name = "wilson on n_eff, t"
        else:
            low, high = wald_interval(estimate, asked, **options)
            name = "wald, t"
        exact = clopper_pearson(
            np.where(flat, estimate * kish, 0.0), np.where(flat, kish, 0.0), conf_level=conf_level
        )
        # With few yes or few no the linearised variance is often too small to cover.
        few = wilson_effective(estimate, np.where(rare, kish, np.nan), **options)
        low, high = (
            np.select([flat, rare], [exact[i], few[i]], limit)
            for i, limit in enumerate((low, high))
        )
        df = np.where(empty | one, np.nan, df)
    method = np.select(
        [empty, one, thin, flat, rare],
        [
            "none: n = 0",
            f"none: one {sample.unit}",
            f"none: one {sample.unit} a stratum",
            "clopper-pearson on kish n_eff: no variance",
            "wilson on kish n_eff: few gave this answer, or few did not",
        ],
        default=name,
    )
    flags = {
        "n0": empty,
        "one_cluster": one | thin,
        "zero_var": flat,
        "few_clusters": ~empty & (spread(clusters) < FEW_CLUSTERS) & sample.clustered,
        "small_n": ~empty & (n_ < SMALL_N),
    }
    shown = pd.array(np.repeat(clusters, k), dtype="Int64")
    if not sample.clustered:
        shown[:] = pd.NA
    return {
        "n": np.repeat(n, k),
        "estimate": estimate.ravel(),
        "std_error": error.ravel(),
        "ci_low": low.ravel(),
        "ci_high": high.ravel(),
        "df": df.ravel(),
        "n_eff": n_eff.ravel(),
        "clusters": shown,
        "deff": deff.ravel(),
        "method": method.ravel(),
        "flags": join_flags(size * k, {name: where.ravel() for name, where in flags.items()}),
    }
