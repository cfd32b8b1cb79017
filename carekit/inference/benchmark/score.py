"""A score out of 20 from several criteria, how sure it is, and how much it owes to its weights.

The weights are a choice, not a finding: the score is always shown with what other weights give.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.benchmark.ranks import Method, rank_sets
from carekit.inference.rates.counts import (
    check_conf_level,
    first_rows,
    join_flags,
    refuse_names,
    require_columns,
)
from carekit.inference.rates.intervals import critical_value

Values = npt.NDArray[np.float64]

TOP = 20
_MOST_MISSING = 1 / 3
MIN_N = 30
_RESULT = [
    *("estimate", "std_error", "ci_low", "ci_high", "conf_level", "bound_low", "bound_high"),
    *("criteria", "missing", "weight_missing", "method", "flags"),
]


def score_brands(
    table: pd.DataFrame,
    *,
    weights: Mapping[str, float],
    by: str = "brand",
    criterion: str = "criterion",
    estimate: str = "estimate",
    std_error: str = "std_error",
    correlation: Mapping[tuple[str, str], float] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Weighted score of each brand, 0 to 20.

    Parameters
    ----------
    table : DataFrame
        One row per brand and criterion. A criterion that a brand lacks has no row or a missing
        estimate.
    weights : mapping
        Criterion → weight; positive, summing to 1. Criteria of the table that are not named are
        refused.
    by, criterion, estimate, std_error : str
        Columns; estimates are shares, 0 (worst) to 1 (best). A missing standard error leaves the
        score of that brand without interval.
    correlation : mapping, optional
        Pair of criteria → correlation of their errors within a brand; other pairs count as
        independent.

    Returns
    -------
    DataFrame
        One row per brand, sorted: `by`, then

        - `estimate`: 20 Σ weight x estimate, in points out of 20; over the criteria that are
          present, their weights rescaled; NaN if more than a third of the weight is missing
        - `std_error`, `ci_low`, `ci_high` (normal, clipped to 0 and 20), `conf_level`
        - `bound_low`, `bound_high`: the score if every missing criterion were 0, or 1
        - `criteria`: number present; `missing`: names of the others; `weight_missing`
        - `method`, `flags` (`incomplete`: some criterion is missing)

    Examples
    --------
    >>> table = pd.DataFrame({"brand": ["a", "a", "b"], "criterion": ["rate", "speed", "rate"],
    ...                       "estimate": [0.62, 0.48, 0.9], "std_error": [0.03, 0.05, 0.02]})
    >>> out = score_brands(table, weights={"rate": 0.7, "speed": 0.3})
    >>> out[["brand", "estimate", "ci_low", "ci_high", "bound_low", "bound_high"]].round(2)
      brand  estimate  ci_low  ci_high  bound_low  bound_high
    0     a     11.56   10.55    12.57      11.56       11.56
    1     b     18.00   17.22    18.78      12.60       18.60
    """
    check_conf_level(conf_level)
    refuse_names([by], _RESULT)
    names, weight = _check_weights(weights)
    brands, values, errors = _criteria(table, names, by, criterion, estimate, std_error)
    link = _correlations(correlation or {}, names)

    present = ~np.isnan(values)
    lost = np.where(present, 0.0, weight).sum(axis=1)
    own = np.where(present, weight, 0.0) / np.where(lost < 1, 1 - lost, np.nan)[:, None]
    known = np.nan_to_num(values)
    # A criterion that is missing has weight 0, so its unknown error must not reach the sum.
    part = np.where(present, own * errors, 0.0)
    error = TOP * np.sqrt(np.einsum("bi,ij,bj->b", part, link, part))
    points = TOP * (own * known).sum(axis=1)
    enough = lost <= _MOST_MISSING + 1e-12
    points, error = np.where(enough, points, np.nan), np.where(enough, error, np.nan)
    margin = critical_value(conf_level) * error
    floor = TOP * (weight * known).sum(axis=1)
    return pd.DataFrame(
        {
            by: brands,
            "estimate": points,
            "std_error": error,
            "ci_low": np.maximum(points - margin, 0.0),
            "ci_high": np.minimum(points + margin, float(TOP)),
            "conf_level": conf_level,
            "bound_low": floor,
            "bound_high": floor + TOP * lost,
            "criteria": present.sum(axis=1),
            "missing": [
                ", ".join(n for n, p in zip(names, row, strict=True) if not p) for row in present
            ],
            "weight_missing": lost,
            "method": np.select(
                [lost == 0, enough],
                ["weighted mean x 20", "weighted mean x 20, weights rescaled"],
                "none: more than a third of the weight is missing",
            ),
            "flags": join_flags(len(brands), {"incomplete": lost > 0}),
        }
    )


def weight_sensitivity(
    table: pd.DataFrame,
    *,
    weights: Mapping[str, float],
    by: str = "brand",
    criterion: str = "criterion",
    estimate: str = "estimate",
    concentration: float = 100.0,
    shift: float = 0.25,
    draws: int = 10_000,
    seed: int = 1,
) -> pd.DataFrame:
    """How far each score and its rank move when the weights do; sampling error left aside.

    Parameters
    ----------
    table, weights, by, criterion, estimate
        As in `score_brands`.
    concentration : float
        Of the Dirichlet distribution that weights are drawn from, centred on `weights`; larger
        is closer. At 100 a weight of 0.25 has a standard deviation of 0.04.
    shift : float
        Each weight in turn is multiplied by 1 - shift and 1 + shift (at most 1), the others
        rescaled.
    draws, seed : int
        Number of draws and the seed of the generator.

    Returns
    -------
    DataFrame
        One row per brand with a score, sorted: `by`, `estimate` and `rank` at the weights given;
        `draw_low`, `draw_high` (2.5th and 97.5th centile of the score over draws), `best_rank`,
        `worst_rank` (smallest and largest rank over draws), `first_share` (draws in which it
        ranks first); `shift_low`, `shift_high` (extremes over shifts) and `shift_criterion` (the
        weight that moves the score most); `draws`, `seed`. Ties share the better rank.

    Examples
    --------
    >>> table = pd.DataFrame({"brand": list("aabb"), "criterion": ["rate", "speed"] * 2,
    ...                       "estimate": [0.8, 0.4, 0.5, 0.6]})
    >>> out = weight_sensitivity(table, weights={"rate": 0.5, "speed": 0.5})
    >>> out[["brand", "estimate", "rank", "worst_rank", "shift_low", "shift_high"]].round(2)
      brand  estimate  rank  worst_rank  shift_low  shift_high
    0     a      12.0     1           2      11.00       13.00
    1     b      11.0     2           2      10.75       11.25
    """
    if not concentration > 0 or not 0 < shift < 1 or draws < 100:
        raise InputError(
            f"`concentration` is {concentration!r}, `shift` {shift!r}, `draws` {draws!r}; a "
            "number above 0, a share between 0 and 1, and at least 100 were expected. Leave them "
            "out for 100, 0.25 and 10000."
        )
    names, weight = _check_weights(weights)
    brands, values, _ = _criteria(table, names, by, criterion, estimate, None)
    lost = np.where(np.isnan(values), weight, 0.0).sum(axis=1)
    kept = lost <= _MOST_MISSING + 1e-12
    brands, values = brands[kept], values[kept]
    drawn = np.random.default_rng(seed).dirichlet(concentration * weight, size=draws)
    scores = _points(values, drawn)
    ranks = 1 + (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    base = _points(values, weight[None, :])[0]
    shifted = _points(values, _shifted(weight, shift))
    moved = np.abs(shifted - base).reshape(len(names), 2, len(brands)).max(axis=1)
    low, high = np.quantile(scores, [0.025, 0.975], axis=0)
    return pd.DataFrame(
        {
            by: brands,
            "estimate": base,
            "rank": 1 + (base[None, :] > base[:, None]).sum(axis=1),
            "draw_low": low,
            "draw_high": high,
            "best_rank": ranks.min(axis=0),
            "worst_rank": ranks.max(axis=0),
            "first_share": (ranks == 1).mean(axis=0),
            "shift_low": shifted.min(axis=0),
            "shift_high": shifted.max(axis=0),
            "shift_criterion": [names[i] for i in moved.argmax(axis=0)],
            "draws": draws,
            "seed": seed,
        }
    )


def rank_scores(
    scores: pd.DataFrame,
    *,
    by: str = "brand",
    n: str | None = None,
    min_n: int = MIN_N,
    method: Method = "simultaneous",
    conf_level: float = 0.95,
    draws: int = 100_000,
    seed: int = 1,
) -> pd.DataFrame:
    """Ranks of scores, withheld where the data do not support one.

    Parameters
    ----------
    scores : DataFrame
        As `score_brands` gives: one row per brand with `estimate` and `std_error`.
    by : str
        Column of brands.
    n : str, optional
        Column with the number of requests behind the score.
    min_n : int
        Brands below it are not ranked and take no place.
    method, conf_level, draws, seed
        As in `carekit.inference.benchmark.ranks.rank_sets`.

    Returns
    -------
    DataFrame
        One row per brand, in the order of `scores`: `by`, `estimate`, `rank`, `best_rank`,
        `worst_rank` (missing where there is none), `ranked` (number of brands that take part),
        `conf_level`, `method`, `flags`: `small_n`; `incomplete` (no score, or none with a
        standard error); `no_rank`, where the rank set is every place.

    Examples
    --------
    >>> scores = pd.DataFrame({"brand": list("abc"), "estimate": [15.0, 12.0, 9.0],
    ...                        "std_error": [0.4, 0.5, 0.4], "n": [400, 300, 12]})
    >>> rank_scores(scores, n="n", method="bonferroni")[["brand", "flags", "rank", "worst_rank"]]
      brand    flags  rank  worst_rank
    0     a              1           1
    1     b              2           2
    2     c  small_n  <NA>        <NA>
    """
    require_columns(scores, [by, "estimate", "std_error", *([n] if n else [])], argument="scores")
    known = scores["estimate"].notna().to_numpy() & (scores["std_error"] > 0).to_numpy()
    small = (scores[n] < min_n).to_numpy() if n else np.full(len(scores), False)
    used = known & ~small
    columns = ["rank", "best_rank", "worst_rank"]
    found = {column: np.full(len(scores), np.nan) for column in columns}
    nowhere = np.full(len(scores), False)
    if used.any():
        sets = rank_sets(
            scores[used], by=by, method=method, conf_level=conf_level, draws=draws, seed=seed
        )
        for column in columns:
            found[column][used] = sets[column]
        width = (sets["worst_rank"] - sets["best_rank"]).to_numpy() + 1
        nowhere[used] = (width == len(sets)) & (len(sets) > 1)
        found["rank"][nowhere] = np.nan
    return pd.DataFrame(
        {
            by: scores[by].to_numpy(),
            "estimate": scores["estimate"].to_numpy(),
            **{column: pd.array(values, dtype="Int64") for column, values in found.items()},
            "ranked": int(used.sum()),
            "conf_level": conf_level,
            "method": f"rank sets, {method}",
            "flags": join_flags(
                len(scores), {"small_n": small, "incomplete": ~known, "no_rank": nowhere}
            ),
        }
    )


def _check_weights(weights: Mapping[str, float]) -> tuple[list[str], Values]:
    names = list(weights)
    weight = np.array([float(weights[name]) for name in names])
    if not names or not (weight > 0).all() or abs(weight.sum() - 1) > 1e-9:
        raise InputError(
            f"`weights` are {dict(weights)!r}; positive numbers that sum to 1 were expected "
            f"(they sum to {weight.sum():g}). Divide each by that sum, and leave out zeros."
        )
    return names, weight


def _criteria(
    table: pd.DataFrame,
    names: list[str],
    by: str,
    criterion: str,
    estimate: str,
    std_error: str | None,
) -> tuple[pd.Index, Values, Values]:
    """Brands, and their estimates and errors with one column a criterion; NaN where missing."""
    require_columns(table, [by, criterion, estimate, *([std_error] if std_error else [])])
    unknown = ~table[criterion].isin(names).to_numpy()
    if unknown.any():
        raise InputError(
            f"`table` column {criterion!r} holds {table[criterion][unknown].iloc[0]!r} in "
            f"{first_rows(table, unknown)}, which `weights` does not name; expected one of: "
            f"{', '.join(names)}. Give it a weight, or leave these rows out."
        )
    if (twice := table.duplicated([by, criterion]).to_numpy()).any():
        raise InputError(
            f"`table` repeats a brand and criterion in {first_rows(table, twice)}; one row each "
            "was expected. Estimate each once."
        )
    values = pd.to_numeric(table[estimate], errors="coerce").to_numpy(float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        wrong = (values < 0) | (values > 1) | (np.isnan(values) & table[estimate].notna())
    if (wrong := np.asarray(wrong)).any():
        raise InputError(
            f"`table` column {estimate!r} is outside 0 to 1 in {first_rows(table, wrong)}; a share "
            "from 0 (worst) to 1 (best) was expected. Rescale that criterion."
        )
    errors = np.full(len(table), np.nan)
    if std_error:
        errors = pd.to_numeric(table[std_error], errors="coerce").to_numpy(float, na_value=np.nan)
        if (wrong := errors < 0).any():
            raise InputError(
                f"`table` column {std_error!r} is negative in {first_rows(table, wrong)}; a "
                "standard error is 0 or more. Check that column."
            )
    brands = pd.Index(table[by].unique()).sort_values()
    row = brands.get_indexer(pd.Index(table[by]))
    column = pd.Index(names).get_indexer(pd.Index(table[criterion]))
    shape = (len(brands), len(names))
    wide, wide_errors = np.full(shape, np.nan), np.full(shape, np.nan)
    wide[row, column], wide_errors[row, column] = values, errors
    return brands, wide, wide_errors


def _correlations(correlation: Mapping[tuple[str, str], float], names: list[str]) -> Values:
    link = np.eye(len(names))
    for (a, b), value in correlation.items():
        if a not in names or b not in names or a == b or not -1 <= value <= 1:
            raise InputError(
                f"`correlation` holds {(a, b)!r}: {value!r}; a pair of different criteria among "
                f"{', '.join(names)} and a number from -1 to 1 were expected. Correct that pair."
            )
        i, j = names.index(a), names.index(b)
        link[i, j] = link[j, i] = value
    if np.linalg.eigvalsh(link).min() < -1e-9:
        raise InputError(
            f"`correlation` is {dict(correlation)!r}; these correlations cannot hold together. "
            "Check how they were computed."
        )
    return link


def _points(values: Values, weights: Values) -> Values:
    """Scores: one row a set of weights, one column a brand; weights rescaled over what is there."""
    present = (~np.isnan(values)).astype(float)
    return TOP * (weights @ np.nan_to_num(values).T) / (weights @ present.T)


def _shifted(weight: Values, shift: float) -> Values:
    """Each weight down, then up, the others rescaled: two rows a criterion."""
    rows = []
    for i, own in enumerate(weight):
        for factor in (1 - shift, 1 + shift):
            changed = min(own * factor, 1.0)
            rest = (1 - changed) / (1 - own) if own < 1 else 0.0
            row = weight * rest
            row[i] = changed
            rows.append(row)
    return np.array(rows)
