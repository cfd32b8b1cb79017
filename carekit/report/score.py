"""The score out of 20: points of each request, summed by author, so that criteria that hold
together are never taken for independent ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from carekit.inference.benchmark.score import rank_scores, score_brands, weight_sensitivity
from carekit.inference.rates.intervals import wilson_effective
from carekit.report.asked import MIN_N
from carekit.report.gaps import DRAWS, FEW_DRAWS, MANY
from carekit.report.requests_table import DAY, asked_again, followed_for

HOUR = 3600


def points_of(table: pd.DataFrame, end: pd.Timestamp, *, repeats: bool) -> pd.DataFrame:
    """Each request that can be judged after a day, and which criteria it meets (0 or 1).

    Columns: brand, unit, answered, within_1h, within_24h, not_again (missing where `repeats` is
    False: the data do not tell who asks again).
    """
    kept = table[followed_for(table, DAY, end) & ~table["backwards"]]
    made = kept[["brand", "unit"]].copy()
    made["answered"] = kept["answered"].astype(float)
    made["within_1h"] = (kept["wait"] <= HOUR).astype(float)
    made["within_24h"] = (kept["wait"] <= DAY).astype(float)
    made["not_again"] = 1.0 - asked_again(kept).astype(float) if repeats else np.nan
    return made


def criteria_of(
    points: pd.DataFrame, weights: Mapping[str, float]
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """One row per brand and criterion with its error by authors, and the criteria's covariance."""
    names = [name for name in weights if points[name].notna().any()]
    rows, blocks = [], {}
    for brand, part in points.groupby("brand", observed=True, sort=True):
        values = part[names].to_numpy(float)
        mean = values.mean(axis=0)
        sums = pd.DataFrame(values - mean).groupby(part["unit"].to_numpy()).sum().to_numpy()
        n, units = len(part), len(sums)
        cov = sums.T @ sums / n**2 * (units / max(units - 1, 1))
        block = np.zeros((len(weights), len(weights)))
        places = [list(weights).index(name) for name in names]
        block[np.ix_(places, places)] = cov
        blocks[str(brand)] = block
        error = np.sqrt(np.diag(cov))
        with np.errstate(divide="ignore", invalid="ignore"):
            effective = np.where(error > 0, mean * (1 - mean) / error**2, units)
        low, high = wilson_effective(mean, np.maximum(effective, 1.0), df=max(units - 1, 1))
        for j, name in enumerate(names):
            rows.append((str(brand), name, n, units, mean[j], error[j], low[j], high[j]))
    columns = ["brand", "criterion", "n", "units", "estimate", "std_error", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=columns), blocks


def scores_of(
    points: pd.DataFrame, weights: Mapping[str, float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The score of each brand with its interval, and the criteria behind it."""
    criteria, blocks = criteria_of(points, weights)
    return score_brands(criteria, weights=weights, covariance=blocks), criteria


def places_of(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores with the places that the data allow them together; none below three brands."""
    columns = ["rank", "best_rank", "worst_rank"]
    if len(scores) < 3:
        return scores.assign(**dict.fromkeys(columns, pd.array([pd.NA] * len(scores), "Int64")))
    places = rank_scores(scores, draws=FEW_DRAWS if len(scores) > MANY else DRAWS)
    return scores.assign(**{column: places[column] for column in columns})


def score(
    points: pd.DataFrame, weights: Mapping[str, float], brand: str
) -> dict[str, pd.DataFrame]:
    """The scores, their places and the criteria behind them; empty where too much is missing.

    `scores`: one row per brand, best first: brand, n, estimate, std_error, ci_low, ci_high, rank,
    best_rank, worst_rank, draw_low, draw_high (other reasonable weights). `criteria`: one row a
    brand and criterion, with weight and contribution (points of 20).
    """
    sizes = points.groupby("brand", observed=True).size()
    enough = sizes[sizes >= MIN_N].index
    points = points[points["brand"].isin(enough)]
    if brand not in set(enough):
        return {}
    scores, criteria = scores_of(points, weights)
    if scores.loc[scores["brand"] == brand, "estimate"].isna().all():
        return {}
    moved = weight_sensitivity(criteria, weights=weights).set_index("brand")
    scores["n"] = sizes.reindex(scores["brand"]).to_numpy()
    for column in ("draw_low", "draw_high"):
        scores[column] = moved[column].reindex(scores["brand"]).to_numpy()
    scores = places_of(scores)
    present = [c for c in weights if c in set(criteria["criterion"])]
    total = sum(weights[c] for c in present)
    criteria["weight"] = criteria["criterion"].map(lambda c: weights[c] / total)
    criteria["contribution"] = 20 * criteria["weight"] * criteria["estimate"]
    columns = "brand n estimate std_error ci_low ci_high rank best_rank worst_rank".split()
    ordered = scores.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)
    return {"scores": ordered[[*columns, "draw_low", "draw_high"]], "criteria": criteria}
