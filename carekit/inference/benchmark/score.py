"""A score out of 20 from several criteria, how sure it is, and how much it owes to its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
from carekit.inference.rates.intervals import critical_value, wilson_effective

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
    covariance: Mapping[Any, npt.ArrayLike] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Weighted score of each brand, 0 to 20.

    `table`: one row per brand and criterion; estimates are shares, 0 (worst) to 1 (best), with a
    standard error, and best with their limits in ci_low and ci_high (of `conf_level`): without them
    Wilson's on estimate · (1 - estimate) / std_error² units stand in. A criterion that a brand
    lacks has no row or a missing estimate. `weights`: positive, summing to 1; other criteria are
    refused. `correlation`: pair of criteria → that of their errors within a brand. `covariance`:
    brand → covariance matrix of its estimates in the order of `weights`, of criteria that are
    nested or counted on the same requests; it replaces error and correlation, limits stay.

    One row per brand, sorted: `by`; estimate (20 Σ weight x estimate, over the criteria present,
    weights rescaled; NaN if more than a third of the weight is missing); std_error; ci_low, ci_high
    (distances of the criteria to their limits squared and added, MOVER: no collapse at 0 or 1);
    conf_level; bound_low, bound_high (if every missing criterion were 0, or 1); criteria, missing,
    weight_missing; method, flags (`incomplete`; `zero_var` some criterion came without error or
    limits: the interval leaves it out, and where none has one there is none).

    References
    ----------
    Zou and Donner 2008, Statistics in Medicine 27; Newcombe 1998.

    Examples
    --------
    >>> table = pd.DataFrame({"brand": ["a", "a", "b"], "criterion": ["rate", "speed", "rate"],
    ...                       "estimate": [0.62, 0.48, 0.9], "std_error": [0.03, 0.05, 0.02]})
    >>> out = score_brands(table, weights={"rate": 0.7, "speed": 0.3})
    >>> out[["brand", "estimate", "ci_low", "ci_high", "bound_low", "bound_high"]].round(2)
      brand  estimate  ci_low  ci_high  bound_low  bound_high
    0     a     11.56   10.54    12.54      11.56       11.56
    1     b     18.00   17.08    18.65      12.60       18.60
    """
    check_conf_level(conf_level)
    refuse_names([by], _RESULT)
    names, weight = _check_weights(weights)
    wanted = [std_error, *(c for c in ("ci_low", "ci_high") if c in table.columns)]
    brands, values, errors, *limits = _criteria(table, names, by, criterion, estimate, wanted)
    links, errors = _links(brands, names, errors, correlation or {}, covariance or {})
    if len(limits) < 2:
        limits = _wilson_limits(values, errors, conf_level)
    present = ~np.isnan(values)
    lost = np.where(present, 0.0, weight).sum(axis=1)
    own = np.where(present, weight, 0.0) / np.where(lost < 1, 1 - lost, np.nan)[:, None]
    known = np.nan_to_num(values)
    # A missing criterion has weight 0: its unknown error must not reach the sum.
    error, below, above = (
        TOP * np.sqrt(np.einsum("bi,bij,bj->b", part, links, part))
        for part in (
            np.where(present, own * distance, 0.0)
            for distance in (errors, values - limits[0], limits[1] - values)
        )
    )
    enough = lost <= _MOST_MISSING + 1e-12
    points = np.where(enough, TOP * (own * known).sum(axis=1), np.nan)
    flat = enough & (present & (limits[0] == limits[1])).any(axis=1)
    usable = enough & (below + above > 0)
    floor = TOP * (weight * known).sum(axis=1)
    return pd.DataFrame(
        {
            by: brands,
            "estimate": points,
            "std_error": np.where(enough, error, np.nan),
            "ci_low": np.where(usable, np.maximum(points - below, 0.0), np.nan),
            "ci_high": np.where(usable, np.minimum(points + above, float(TOP)), np.nan),
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
            "flags": join_flags(len(brands), {"incomplete": lost > 0, "zero_var": flat}),
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

    `concentration` of the Dirichlet distribution that weights are drawn from, centred on `weights` (at
    100 a weight of 0.25 has a standard deviation of 0.04); `shift`: each weight in turn is multiplied
    by 1 - shift and 1 + shift (at most 1), the others rescaled. One row per brand with a score, sorted:
    `by`, estimate and rank at the weights given; draw_low, draw_high (2.5th and 97.5th centile over
    draws), best_rank, worst_rank, first_share (draws in which it ranks first); shift_low, shift_high,
    shift_criterion (the weight that moves the score most); draws, seed. Ties share the better rank.

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
    brands, values = _criteria(table, names, by, criterion, estimate)
    lost = np.where(np.isnan(values), weight, 0.0).sum(axis=1)
    kept = lost <= _MOST_MISSING + 1e-12
    brands, values = brands[kept], values[kept]
    drawn = np.random.default_rng(seed).dirichlet(concentration * weight, size=draws)
    scores = _points(values, drawn)
    ranks = pd.DataFrame(scores).rank(axis=1, ascending=False, method="min").to_numpy(np.int64)
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
    only: Any = None,
    conf_level: float = 0.95,
    draws: int = 100_000,
    seed: int = 1,
) -> pd.DataFrame:
    """Ranks of scores, withheld where the data do not support one.

    `scores` as `score_brands` gives; `n`: column with the number of requests behind the score;
    brands below `min_n` are not ranked and take no place. `only`: a brand, whose row alone is
    given. One row per brand, in the order of `scores`: `by`, estimate, rank, best_rank, worst_rank
    (missing where there is none), ranked (brands that take part), conf_level, method, flags:
    `small_n`; `incomplete` (no score, or none with limits); `no_rank`, where the rank set is every
    place.

    >>> scores = pd.DataFrame({"brand": list("abc"), "estimate": [15.0, 12.0, 9.0],
    ...                        "std_error": [0.4, 0.5, 0.4], "n": [400, 300, 12]})
    >>> rank_scores(scores, n="n", method="bonferroni")[["brand", "flags", "rank", "worst_rank"]]
      brand    flags  rank  worst_rank
    0     a              1           1
    1     b              2           2
    2     c  small_n  <NA>        <NA>
    """
    require_columns(scores, [by, "estimate", "std_error", *([n] if n else [])], argument="scores")
    known = scores["estimate"].notna().to_numpy(copy=True)
    if {"ci_low", "ci_high"} <= set(scores.columns):
        known &= (scores["ci_high"] > scores["ci_low"]).to_numpy()
    else:
        known &= (scores["std_error"] > 0).to_numpy()
    small = (scores[n] < min_n).to_numpy() if n else np.full(len(scores), False)
    used = known & ~small
    columns = ["rank", "best_rank", "worst_rank"]
    found = {column: np.full(len(scores), np.nan) for column in columns}
    nowhere = np.full(len(scores), False)
    asked = (
        np.full(len(scores), True)
        if only is None
        else (scores[by] == only).fillna(False).to_numpy()
    )
    if (shown := used & asked).any():
        sets = rank_sets(
            scores[used],
            by=by,
            method=method,
            only=only,
            conf_level=conf_level,
            draws=draws,
            seed=seed,
        )
        for column in columns:
            found[column][shown] = sets[column]
        width = (sets["worst_rank"] - sets["best_rank"]).to_numpy() + 1
        nowhere[shown] = (width == used.sum()) & (used.sum() > 1)
        found["rank"][nowhere] = np.nan
    made = pd.DataFrame(
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
    return made[asked].reset_index(drop=True)


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
    others: Sequence[str] = (),
) -> tuple[Any, ...]:
    """Brands, their estimates with one column per criterion, then the other columns; NaN: missing."""
    require_columns(table, [by, criterion, estimate, *others])
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
    brands = pd.Index(table[by].unique()).sort_values()
    row = brands.get_indexer(pd.Index(table[by]))
    column = pd.Index(names).get_indexer(pd.Index(table[criterion]))
    wide = []
    for name in (estimate, *others):
        values = pd.to_numeric(table[name], errors="coerce").to_numpy(float, na_value=np.nan)
        error = name == others[0] if others else False
        with np.errstate(invalid="ignore"):
            wrong = (values < 0) | ((values > 1) & (not error))
        wrong |= np.isnan(values) & table[name].notna().to_numpy()
        if wrong.any() and error:
            raise InputError(
                f"`table` column {name!r} is negative in {first_rows(table, wrong)}; a standard "
                "error is 0 or more. Check that column."
            )
        if wrong.any():
            raise InputError(
                f"`table` column {name!r} is outside 0 to 1 in {first_rows(table, wrong)}; a share "
                "from 0 (worst) to 1 (best) was expected. Rescale that criterion."
            )
        grid = np.full((len(brands), len(names)), np.nan)
        grid[row, column] = values
        wide.append(grid)
    return (brands, *wide)


def _wilson_limits(values: Values, errors: Values, conf_level: float) -> list[Values]:
    """Limits of criteria that came with an error alone; at 0 and 1 the error as it is."""
    reach = critical_value(conf_level) * errors
    plain = np.maximum(values - reach, 0.0), np.minimum(values + reach, 1.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        units = values * (1 - values) / errors**2
    inside = np.isfinite(units) & (units > 1e-6) & (errors > 0)
    wilson = wilson_effective(values, np.where(inside, units, np.nan), conf_level=conf_level)
    return [np.where(inside, one, other) for one, other in zip(wilson, plain, strict=True)]


def _links(
    brands: pd.Index,
    names: list[str],
    errors: Values,
    correlation: Mapping[tuple[str, str], float],
    covariance: Mapping[Any, npt.ArrayLike],
) -> tuple[Values, Values]:
    """Correlations of the criteria in each brand, and their standard errors."""
    link, errors = np.eye(len(names)), errors.copy()
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
    links = np.repeat(link[None], len(brands), axis=0)
    for brand, block in covariance.items():
        cov = np.asarray(block, dtype=float)
        if (
            brand not in brands
            or cov.shape != link.shape
            or not np.allclose(cov, cov.T)
            or np.linalg.eigvalsh(cov).min() < -1e-9 * max(np.diag(cov).max(), 1e-300)
        ):
            raise InputError(
                f"`covariance` of {brand!r} has shape {cov.shape}; a brand of `table` and a "
                f"covariance matrix of its {len(names)} criteria, in the order of `weights`, were "
                "expected. Check how it was computed."
            )
        at, own = brands.get_loc(brand), np.sqrt(np.diag(cov))
        errors[at] = own
        outer = np.outer(own, own)
        links[at] = np.divide(cov, outer, out=np.eye(len(names)), where=outer > 0)
    return links, errors


def _points(values: Values, weights: Values) -> Values:
    """Scores: one row per set of weights, one column per brand; weights rescaled over what is there."""
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
