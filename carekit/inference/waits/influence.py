"""Variances from influence: how far one cluster can move a curve, at every time at once.

A request moves a survival curve at time t in one of two ways. While it is still waiting, all
requests do so alike; once it was answered or lost, by a constant of its own. The influence of a
cluster is therefore a combination of a few running sums, and the sum of squares over clusters can
be carried along the time axis: cost grows with the rows of the table, not with clusters × times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from carekit.inference.rates.counts import FEW_CLUSTERS
from carekit.inference.waits.risk_sets import ClusterRows, Floats, RiskSets, running

Bools = npt.NDArray[np.bool_]

# Below either, t on K - 1 covers less than it says: bench/coverage_survival.py.
ENOUGH_CLUSTERS = 20
EQUAL_SHARE = 0.7


@dataclass(frozen=True)
class ClusterDesign:
    """What the clusters of each group allow; one value per group, `scale` one per cluster row."""

    clusters: npt.NDArray[np.int64]
    single: Bools  # every cluster holds exactly one request: nothing is clustered
    lonely: Bools  # one cluster, of several requests or weighted: no variance
    unequal: Bools  # few clusters, or clusters of very different weight
    factor: Floats  # multiplies the sum of squared influences
    df: Floats
    scale: Floats  # multiplies the influence of a cluster

    @property
    def few(self) -> Bools:
        return (self.clusters > 0) & (self.clusters < FEW_CLUSTERS) & ~self.single

    def quantile(self, tail: float) -> Floats:
        """Upper quantile of Student's t on `df`."""
        return student_quantile(self.df, tail)


def student_quantile(df: Floats, tail: float) -> Floats:
    """Upper quantile of Student's t, NaN without degrees of freedom."""
    return -stdtrit(df, np.full(len(df), tail))


def cluster_design(sets: RiskSets) -> ClusterDesign:
    """Choose correction and degrees of freedom from the number and the weights of the clusters.

    With K clusters of similar weight: K/(K-1) Σ U², Student on K-1. Otherwise each influence is
    divided by 1 minus the cluster's share of the weight, which is what leaving the cluster out
    would do, with (K-1)/K and Student on Kish's number - 1. For equal clusters both agree.
    """
    rows = sets.rows
    assert rows is not None
    groups, k = len(sets.start), rows.per_group
    weight = np.bincount(rows.cluster, weights=rows.weight)
    group = np.zeros(len(weight), dtype=np.int64)
    group[rows.cluster] = sets.group[rows.place]
    total = np.bincount(group, weights=weight, minlength=groups)
    kish = _divide(total**2, np.bincount(group, weights=weight**2, minlength=groups))
    single = np.bincount(group[weight != 1.0], minlength=groups) == 0
    lonely = (k == 1) & ~single
    unequal = (k > 1) & ~single & ((k < ENOUGH_CLUSTERS) | (kish < EQUAL_SHARE * k))
    usual = _divide(k, k - 1.0)
    share = weight / total[group]
    scale = np.where(unequal[group], _divide(np.ones_like(share), 1.0 - share), 1.0)
    return ClusterDesign(
        clusters=k,
        single=single,
        lonely=lonely,
        unequal=unequal,
        factor=np.where(unequal, 1.0 / usual, usual),
        df=np.where(k > 1, np.where(unequal, kish, k) - 1.0, np.nan),
        scale=scale[rows.cluster],
    )


def squared_influence(
    sets: RiskSets,
    gains: list[Floats],
    factors: list[Floats],
    waiting: Floats,
    scale: Floats | float = 1.0,
) -> Floats:
    """Σ over clusters of (Σ_j factor_j(t) · gained_j(t) + waiting(t) · weight still waiting)².

    `gains`: what each cluster row adds to the running sum j of its cluster, from its time on;
    `factors`, one value per risk set: by what running sum j is multiplied; `waiting`: influence of a
    request that waits beyond that time; `scale` multiplies the influence of the row's cluster.
    """
    rows = sets.rows
    assert rows is not None
    gains = [gain * scale for gain in gains]
    after = [running(gain, rows.cluster) for gain in gains]
    before = [total - gain for total, gain in zip(after, gains, strict=True)]
    held, left = (waits * scale for waits in _still_waiting(rows))
    total = waiting**2 * _add_up(sets, held**2 - left**2, backwards=True)
    for i, factor in enumerate(factors):
        cross = _add_up(sets, after[i] * left - before[i] * held)
        total += 2.0 * factor * waiting * cross
        for j, other in enumerate(factors[: i + 1]):
            product = _add_up(sets, after[i] * after[j] - before[i] * before[j])
            total += (1.0 if i == j else 2.0) * factor * other * product
    return np.maximum(total, 0.0)


def count_clusters(sets: RiskSets) -> pd.api.extensions.ExtensionArray:
    """Clusters of each group as a column: missing where the table has no clusters."""
    if sets.rows is None:
        return pd.array([pd.NA] * len(sets.start), dtype="Int64")
    return pd.array(sets.rows.per_group, dtype="Int64")


def say_method(
    n: Floats,
    design: ClusterDesign | None,
    cluster: str | None,
    *,
    estimator: str,
    single: str,
    notes: dict[str, Bools],
    unequal: str = "influence / (1 - share), kish df",
) -> npt.NDArray[np.object_]:
    """The `method` of each group: estimator, variance, and the notes that apply to the group.

    `single` is how the estimator is called where requests are independent, `unequal` what is done
    about clusters that are few or of unequal weight.
    """
    method = np.full(len(n), single, dtype=object)
    if design is not None:
        method[:] = f"{estimator}, clustered by {cluster}"
        method[design.unequal] += f", few or unequal: {unequal}"
        method[design.single] = f"{single}: every {cluster} holds one request"
    for note, where in notes.items():
        method[where] += f"; {note}"
    if design is not None:
        method[design.lonely] = f"{estimator.split(',')[0]}, no limits: one {cluster}"
    method[n == 0] = "none: n = 0"
    return method


def clusters_at_risk(sets: RiskSets) -> Floats:
    """Kish's number of clusters among those still waiting, at each time."""
    rows = sets.rows
    assert rows is not None
    held, left = _still_waiting(rows)
    change = np.bincount(rows.place, weights=held**2 - left**2, minlength=len(sets.group))
    squares = running(change[::-1], sets.group[::-1])[::-1]
    return sets.at_risk**2 / squares


def _still_waiting(rows: ClusterRows) -> tuple[Floats, Floats]:
    """Requests of the row's cluster that wait just before, and just after, the row's time."""
    held = running(rows.weight[::-1], rows.cluster[::-1])[::-1]
    same = rows.cluster[1:] == rows.cluster[:-1]
    left = np.append(np.where(same, held[1:], 0.0), np.zeros(min(1, len(held))))
    return held, left


def _add_up(sets: RiskSets, change: Floats, *, backwards: bool = False) -> Floats:
    """Running total over time, in each group, of the changes at the cluster rows.

    `backwards` gives the changes yet to come instead, which end at exactly zero.
    """
    assert sets.rows is not None
    at_times = np.bincount(sets.rows.place, weights=change, minlength=len(sets.group))
    if not backwards:
        return sets.running(at_times)
    yet = running(at_times[::-1], sets.group[::-1])[::-1]
    same = sets.group[1:] == sets.group[:-1]
    return np.append(np.where(same, yet[1:], 0.0), np.zeros(min(1, len(yet))))


def _divide(top: Floats, bottom: Floats) -> Floats:
    """Quotient, NaN where the divisor is not positive."""
    return np.divide(top, bottom, out=np.full(len(bottom), np.nan), where=bottom > 0)
