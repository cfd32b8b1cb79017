"""The Kaplan-Meier curve of each group, with standard error and limits at every time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from carekit.inference.waits.influence import (
    ClusterDesign,
    cluster_design,
    clusters_at_risk,
    squared_influence,
)
from carekit.inference.waits.risk_sets import Floats, RiskSets

# Below this share of Greenwood's, a variance between clusters is rounding: they do not differ.
NO_VARIANCE = 1e-12


@dataclass(frozen=True)
class Curve:
    """One value per risk set, and what the clusters allow."""

    survival: Floats
    std_error: Floats
    low: Floats
    high: Floats
    exact_low: Floats  # limit of S where nobody was answered yet
    flat: npt.NDArray[np.bool_]  # clusters do not differ: Greenwood's variance instead
    settled: npt.NDArray[np.bool_]  # of each group: nobody is left waiting at the end
    design: ClusterDesign | None


def product_limit(sets: RiskSets) -> tuple[Floats, Floats, Floats]:
    """S(t), H(t) = Σ d/(n(n-d)) and the step of H; the step that takes S to 0 is left out of H."""
    left = sets.censored + sets.remaining
    factor = pd.Series(left / sets.at_risk)
    survival = factor.groupby(sets.group, sort=False).cumprod().to_numpy()
    step = np.divide(sets.events, sets.at_risk * left, out=np.zeros_like(left), where=left > 0)
    return survival, sets.running(step), step


def own_influence(sets: RiskSets, risk: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Influence on ln S, from their time on, of a request answered and of one lost."""
    return risk - step - 1.0 / sets.at_risk, risk


def build_curve(sets: RiskSets, *, conf_level: float, limits: str) -> Curve:
    """The Kaplan-Meier curve with its standard error and limits."""
    survival, risk, step = product_limit(sets)
    tail = (1.0 - conf_level) / 2.0
    groups = len(sets.start)
    quantile = np.full(groups, -ndtri(tail))
    squares, units = risk, sets.at_risk
    robust = np.zeros(groups, dtype=bool)
    flat = np.zeros(len(survival), dtype=bool)
    design = None
    if sets.rows is not None:
        design = cluster_design(sets)
        robust = ~design.single
        at = sets.rows.place
        answered, lost = own_influence(sets, risk, step)
        gain = sets.rows.causes.sum(axis=1) * answered[at] + sets.rows.censored * lost[at]
        clustered = squared_influence(sets, [gain], [np.ones_like(risk)], risk, design.scale)
        clustered *= design.factor[sets.group]
        inside = robust[sets.group] & (survival > 0) & (survival < 1)
        flat = inside & (clustered <= NO_VARIANCE * risk)
        squares = np.where(robust[sets.group] & ~flat, clustered, risk)
        units = np.where(robust[sets.group], clusters_at_risk(sets), units)
        units = np.where(design.lonely[sets.group], np.nan, units)
        quantile = np.where(robust, design.quantile(tail), quantile)
    std_error = np.where(survival > 0, survival * np.sqrt(squares), np.nan)
    del risk, step, squares  # of a million waits 8 MB each, beside what the engine holds
    exact_low = tail ** (1.0 / units)
    low, high = pointwise_limits(survival, std_error, quantile[sets.group], limits, exact_low)
    low, high = _monotone(sets, low, high)
    return Curve(survival, std_error, low, high, exact_low, flat, settled(sets, survival), design)


def _monotone(sets: RiskSets, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Limits that fall as the curve does.

    What still waits at a later time waited before: a lower limit holds for all earlier times, an
    upper one for all later. Pointwise limits rise where few clusters tell little at first; the
    median read off them then contradicts the shares of the same row.
    """
    backwards = pd.Series(low[::-1]).groupby(sets.group[::-1], sort=False).cummax()
    forwards = pd.Series(high).groupby(sets.group, sort=False).cummin()
    return backwards.to_numpy()[::-1], forwards.to_numpy()


def settled(sets: RiskSets, survival: Floats) -> npt.NDArray[np.bool_]:
    """Groups in which follow-up ends with nobody left waiting: the curve is known for ever."""
    return sets.value_at(survival, np.inf, before=1.0) == 0


def pointwise_limits(
    survival: Floats, std_error: Floats, quantile: Floats, limits: str, exact_low: Floats
) -> tuple[Floats, Floats]:
    """Pointwise limits of S; exact at 1, none at 0."""
    inside = (survival > 0) & (survival < 1)
    level = np.where(inside, survival, 0.5)
    half = quantile * std_error / level
    if limits == "log":
        low, high = level * np.exp(-half), np.minimum(1.0, level * np.exp(half))
    else:
        half = np.minimum(half / -np.log(level), 700.0)  # exp(700) is still finite
        low, high = level ** np.exp(half), level ** np.exp(-half)
    none_yet = survival == 1
    return (
        np.select([inside, none_yet], [low, exact_low], np.nan),
        np.select([inside, none_yet], [high, np.where(np.isnan(exact_low), np.nan, 1.0)], np.nan),
    )
