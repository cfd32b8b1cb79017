"""Do two coders agree? Percent agreement, Cohen's kappa, Krippendorff's alpha for named classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from carekit.errors import InputError
from carekit.inference.rates.intervals import wilson

DRAWS = 2_000


def compare_coders(
    codes: pd.DataFrame,
    *,
    coders: Sequence[str],
    conf_level: float = 0.95,
    n_draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Agreement of two coders or more on the same posts.

    `codes`: one row per post, one column per coder; missing where a coder gave no code. One row per measure
    and pair of coders ("a v b"), then one for alpha over all: measure (percent_agreement, kappa,
    alpha), coders, estimate (NaN for kappa and alpha when only one class was used: chance agreement is
    then certain), std_error (of kappa, Fleiss, Cohen and Everitt 1969), ci_low, ci_high (Wilson;
    normal; percentile bootstrap of posts), conf_level, n (posts with both codes; alpha: two or more),
    n_values (codes compared), n_classes, method. Cohen 1960; Krippendorff 2004, chapter 11.

    >>> codes = pd.DataFrame({"a": ["x", "y", "x", "y"], "b": ["x", "y", "y", "y"]})
    >>> compare_coders(codes, coders=["a", "b"]).estimate.round(3).to_list()
    [0.75, 0.5, 0.533]
    """
    names = list(coders)
    absent = [c for c in names if c not in codes.columns]
    if len(names) < 2 or absent:
        raise InputError(
            f"`coders` is {names}; expected two columns or more of "
            f"{list(map(str, codes.columns))}. "
            "Give one column per coder."
        )
    rows: list[dict[str, Any]] = []
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            rows += _pair(codes[first], codes[second], f"{first} v {second}", conf_level)
    alpha, units, values, classes = _alpha(codes[names])
    if units == 0:
        raise InputError(
            f"`codes` holds no post with two codes; expected posts that {' and '.join(names)} both "
            "coded. Let both code the same posts."
        )
    low, high = _alpha_interval(codes[names], conf_level, n_draws, seed)
    rows.append(
        {
            "measure": "alpha",
            "coders": ", ".join(names),
            "estimate": alpha,
            "std_error": np.nan,
            "ci_low": low,
            "ci_high": high,
            "conf_level": conf_level,
            "n": units,
            "n_values": values,
            "n_classes": classes,
            "method": f"Krippendorff alpha, nominal; bootstrap of posts ({n_draws} draws)",
        }
    )
    return pd.DataFrame(rows)


def kappa_of(first: Any, second: Any) -> float:
    """Cohen's kappa of two arrays of codes; NaN when both use one class only.

    >>> kappa_of(["x", "y", "x", "y"], ["x", "y", "y", "y"])
    0.5
    """
    table = pd.crosstab(
        pd.Series(np.asarray(first, object), name="first"),
        pd.Series(np.asarray(second, object), name="second"),
    )
    classes = sorted({*table.index, *table.columns}, key=str)
    table = table.reindex(index=classes, columns=classes, fill_value=0)
    share = table.to_numpy() / max(table.to_numpy().sum(), 1)
    observed, expected = np.trace(share), share.sum(axis=1) @ share.sum(axis=0)
    return float((observed - expected) / (1 - expected)) if expected < 1 else float("nan")


def _pair(first: pd.Series, second: pd.Series, name: str, level: float) -> list[dict[str, Any]]:
    from statsmodels.stats.inter_rater import cohens_kappa

    both = (first.notna() & second.notna()).to_numpy()
    a, b = first[both].astype(object).to_numpy(), second[both].astype(object).to_numpy()
    n, same = len(a), int((a == b).sum())
    classes = sorted({*a, *b}, key=str)
    kappa, error = np.nan, np.nan
    if len(classes) > 1:
        table = pd.crosstab(pd.Series(a), pd.Series(b))
        table = table.reindex(index=classes, columns=classes, fill_value=0)
        found = cohens_kappa(table.to_numpy())
        kappa, error = float(found.kappa), float(found.std_kappa)
    z = ndtri((1 + level) / 2)
    low, high = wilson(same, n, conf_level=level)
    shared = {"coders": name, "conf_level": level, "n": n, "n_values": 2 * n}
    shared["n_classes"] = len(classes)
    return [
        {
            "measure": "percent_agreement",
            "estimate": same / n if n else np.nan,
            "std_error": np.nan,
            "ci_low": float(low),
            "ci_high": float(high),
            "method": "Wilson",
            **shared,
        },
        {
            "measure": "kappa",
            "estimate": kappa,
            "std_error": error,
            "ci_low": max(kappa - z * error, -1.0),
            "ci_high": min(kappa + z * error, 1.0),
            "method": "Cohen kappa, Fleiss-Cohen-Everitt error",
            **shared,
        },
    ]


def _counts(codes: pd.DataFrame) -> np.ndarray:
    """Units with two codes or more (rows) × classes: how often each class was given."""
    numbers, _ = pd.factorize(codes.astype(object).to_numpy().ravel())
    numbers = numbers.reshape(codes.shape)
    width = max(int(numbers.max(initial=-1)) + 1, 1)
    counts = np.zeros((len(codes), width))
    unit, coder = np.nonzero(numbers >= 0)
    np.add.at(counts, (unit, numbers[unit, coder]), 1)
    return counts[counts.sum(axis=1) > 1]


def _alpha_of(counts: np.ndarray, times: np.ndarray | None = None) -> float:
    """Nominal alpha from counts by unit; `times`: how often each unit was drawn."""
    times = np.ones(len(counts)) if times is None else times
    given = counts.sum(axis=1)
    agreeing = (counts * (counts - 1)).sum(axis=1) / np.maximum(given - 1, 1)
    total = times @ given
    by_class = times @ counts
    expected = (by_class * (total - by_class)).sum()
    if expected <= 0:
        return float("nan")
    return float(1 - (1 - (times @ agreeing) / total) * total * (total - 1) / expected)


def _alpha(codes: pd.DataFrame) -> tuple[float, int, int, int]:
    counts = _counts(codes)
    used = int((counts.sum(axis=0) > 0).sum())
    return _alpha_of(counts) if len(counts) else np.nan, len(counts), int(counts.sum()), used


def _alpha_interval(
    codes: pd.DataFrame, level: float, n_draws: int, seed: int
) -> tuple[float, float]:
    counts = _counts(codes)
    if np.isnan(_alpha_of(counts)):
        return np.nan, np.nan
    rng = np.random.default_rng(seed)
    n = len(counts)
    drawn = [
        _alpha_of(counts, np.bincount(rng.integers(0, n, n), minlength=n)) for _ in range(n_draws)
    ]
    # A resample in which everyone chose one class has no alpha; it is left out.
    kept = np.array(drawn)[~np.isnan(drawn)]
    if not len(kept):
        return np.nan, np.nan
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
