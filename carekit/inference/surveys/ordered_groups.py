"""Groups that have an order, such as ages: their scores, and whether shares follow the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import require_columns
from carekit.inference.surveys.design import Floats

_DIRECTIONS = ("falling", "rising")


@dataclass(frozen=True, eq=False)
class MonotoneCheck:
    """Whether shares fit a sequence that only falls, or only rises.

    `fitted`: one row per group with n_eff, estimate, monotone (closest monotone sequence) and
    departure; `reversals`: neighbouring groups that go the other way; `statistic`, `p_value`: weighted
    squared distance from the monotone sequence, and how often chance alone gives as much when all
    groups are equal (the hardest case, so p errs on the large side).
    """

    direction: str
    fitted: pd.DataFrame
    reversals: int
    largest_departure: float
    statistic: float
    p_value: float
    draws: int
    seed: int
    method: str

    def __str__(self) -> str:
        return (
            f"Over {len(self.fitted)} groups the shares leave a {self.direction} sequence by "
            f"{self.largest_departure:.3f} at most ({self.reversals} reversal(s)); p = "
            f"{self.p_value:.3g} ({self.method}, {self.draws} draws, seed {self.seed})."
        )


def check_monotone(
    table: pd.DataFrame,
    *,
    group: str,
    direction: str,
    estimate: str = "estimate",
    n_eff: str = "n_eff",
    draws: int = 2000,
    seed: int = 1,
) -> MonotoneCheck:
    """Isotonic check: do the shares of ordered groups only fall (or only rise)?

    A significant slope does not say so: a share can fall on the whole and rise in the middle. `table`:
    one row per group in order, with its share and effective number of units; rows where either is
    missing are left out. `direction`: "falling" or "rising", the claim. NaN where all shares are 0 or
    all 1, or fewer than two groups are left. Barlow, Bartholomew, Bremner and Brunk 1972.

    >>> table = pd.DataFrame({"age": ["18-34", "35-54", "55+"], "estimate": [0.37, 0.24, 0.26],
    ...                       "n_eff": [100, 100, 100]})
    >>> found = check_monotone(table, group="age", direction="falling", draws=500)
    >>> found.reversals, found.fitted["monotone"].round(3).tolist()
    (1, [0.37, 0.25, 0.25])
    """
    from scipy.optimize import isotonic_regression

    if direction not in _DIRECTIONS:
        raise InputError(
            f"`direction` is {direction!r}; one of {', '.join(map(repr, _DIRECTIONS))} was "
            "expected. State the claim before looking at the shares."
        )
    require_columns(table, [group, estimate, n_eff])
    kept = table.dropna(subset=[estimate, n_eff])
    share = kept[estimate].to_numpy(float)
    if ((share < 0) | (share > 1)).any():
        raise InputError(
            f"`table` column {estimate!r} holds {share.min():g} to {share.max():g}; shares from 0 "
            "to 1 were expected. Divide percentages by 100."
        )
    weights = kept[n_eff].to_numpy(float)
    rising = direction == "rising"

    def monotone(values: Floats) -> Floats:
        return np.asarray(isotonic_regression(values, weights=weights, increasing=rising).x)

    fit = monotone(share) if len(share) else share
    pooled = float(np.average(share, weights=weights)) if len(share) else float("nan")
    statistic = p_value = float("nan")
    if len(share) > 1 and 0 < pooled < 1:
        statistic = float((weights * (share - fit) ** 2).sum() / (pooled * (1 - pooled)))
        noise = np.random.default_rng(seed).standard_normal((draws, len(share)))
        noise /= np.sqrt(weights)
        by_chance = np.array([(weights * (row - monotone(row)) ** 2).sum() for row in noise])
        # Rounding leaves a distance of 1e-30 where the sequence is monotone as it stands.
        p_value = float((1 + (by_chance >= statistic - 1e-12).sum()) / (draws + 1))
    steps = np.diff(share)
    return MonotoneCheck(
        direction=direction,
        fitted=pd.DataFrame(
            {
                group: kept[group].to_numpy(),
                "n_eff": weights,
                "estimate": share,
                "monotone": fit,
                "departure": share - fit,
            }
        ),
        reversals=int(((steps < 0) if rising else (steps > 0)).sum()),
        largest_departure=float(np.abs(share - fit).max(initial=0.0)),
        statistic=statistic,
        p_value=p_value,
        draws=draws,
        seed=seed,
        method="isotonic distance" if not np.isnan(statistic) else "none: no variation",
    )


def score_groups(labels: Sequence[Any], scores: Mapping[Any, float] | None, name: str) -> Floats:
    """One number per group: those of `scores`, else 1, 2, 3 …"""
    if scores is None:
        return np.arange(1.0, len(labels) + 1)
    lacking = [label for label in labels if label not in scores]
    if lacking:
        raise InputError(
            f"`scores` has no number for {', '.join(map(str, lacking[:3]))}; the groups of "
            f"{name!r} are: {', '.join(map(str, labels))}. Add the missing ones."
        )
    return np.array([float(scores[label]) for label in labels])
