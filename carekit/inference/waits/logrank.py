"""Do groups wait differently? The log-rank test, for single requests and for repeated authors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc

from carekit.errors import InputError
from carekit.inference.rates.counts import FEW_CLUSTERS, SMALL_N, name_flags, require_columns
from carekit.inference.waits.risk_sets import Floats, Ints, RiskSets, read_waits

# Labels shuffled at once: bounds memory, and changes no result.
_CHUNK = 4_000_000


@dataclass(frozen=True)
class WaitComparison:
    """Result of `compare_waits`; its `str()` is a sentence.

    `statistic` is χ² on `df`. With K clusters the robust χ² cannot pass K whatever the data, since the
    scores' own mean is part of their squares: the tail is that of F on `df` and `df_residual` with this
    taken out, as in Hotelling's T² (clusters in several groups: K - df) or the analysis of variance
    (each in one group: K - groups). `observed` answers and those `expected` if all waited alike; more
    than expected means shorter waits. `p_value_permutation`: share of relabellings at least as far
    apart, the data counted as one.
    """

    statistic: float
    df: float
    df_residual: float
    p_value: float
    n: float
    n_answered: float
    groups: tuple
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    clusters: int | None
    permutations: int
    p_value_permutation: float
    method: str
    flags: str

    def __str__(self) -> str:
        shown = [
            f"{name}: {seen:g} answered, {due:.1f} expected"
            for name, seen, due in zip(self.groups, self.observed, self.expected, strict=True)
        ]
        if len(shown) > 5:
            shown = [*shown[:5], f"and {len(shown) - 5} more groups"]
        units = "" if self.clusters is None else f" of {self.clusters} clusters"
        who = f"{self.n:g} requests{units} ({'; '.join(shown)})"
        if np.isnan(self.statistic):
            return f"Waits cannot be compared: {who}; {self.method}."
        drawn = (
            f"; p = {self.p_value_permutation:.3g} by {self.permutations} relabellings"
            if self.permutations
            else ""
        )
        tail = "" if np.isnan(self.df_residual) else f" (tail of F on {self.df_residual:g})"
        return (
            f"Waits compared by {self.method}: χ² = {self.statistic:.2f} on {self.df:g} df{tail}, "
            f"p = {self.p_value:.3g}{drawn}; {who}."
        )


def compare_waits(
    table: pd.DataFrame,
    *,
    group: str,
    cluster: str | None = None,
    permutations: int = 0,
    seed: int = 0,
    time: str = "seconds",
    unit: str = "seconds",
    events: str = "events",
    censored: str = "censored",
) -> WaitComparison:
    """Test whether groups wait differently, unanswered requests censored (log-rank).

    `table` as for `estimate_waits`; `group`: two groups or more. `cluster` may appear in several
    groups; the variance is then the sum over clusters of squared score residuals. `permutations`:
    random relabellings of requests, or of clusters that lie in one group each, as a check that needs
    no large numbers but groups followed equally long. Without an answer statistic and p are NaN.

    Mantel 1966; Peto and Peto 1972. Clusters: Lin and Wei 1989, Lee, Wei and Amato 1992 (score test of
    Cox regression with Breslow's ties), with the tail of `WaitComparison`.

    >>> table = pd.DataFrame({"account": ["main"] * 3 + ["care"] * 3,
    ...                       "minutes": [30, 60, 90, 5, 10, 90],
    ...                       "events": [4, 4, 0, 9, 6, 0], "censored": [0, 0, 12, 0, 0, 5]})
    >>> print(compare_waits(table, group="account", time="minutes", unit="minutes"))
    Waits compared by log-rank: χ² = 10.66 on 1 df, p = 0.0011; 40 requests (care: 15 answered, \
8.4 expected; main: 8 answered, 14.6 expected).
    """
    if permutations < 0 or int(permutations) != permutations:
        raise InputError(
            f"`permutations` is {permutations!r}; a whole number from 0 on was expected. "
            "Use 0 for none, or 9999 for a check."
        )
    require_columns(table, [group])
    sets = read_waits(
        table,
        by=[group],
        time=time,
        causes=[events],
        censored=censored,
        cluster=cluster,
        unit=unit,
    )
    names = tuple(sets.keys[group])
    if len(names) < 2:
        raise InputError(
            f"`group` {group!r} holds {len(names)} group{'' if len(names) == 1 else 's'} "
            f"({', '.join(map(str, names)) or 'the table is empty'}); two or more were expected. "
            "Name a column that tells the groups apart."
        )
    pooled = _pool(sets)
    observed, expected = pooled.answered.sum(axis=0), pooled.expected.sum(axis=0)
    if sets.rows is None:
        variance, clusters = _hypergeometric_variance(pooled), None
        method = "log-rank"
    else:
        residuals = _score_residuals(sets, pooled)
        variance, clusters = residuals.T @ residuals, len(residuals)
        method = f"log-rank, clustered by {cluster} (robust score)"
    statistic, df = _quadratic_form(observed - expected, variance)
    p_value, rest = chdtrc(df, statistic) if df else np.nan, np.nan
    if clusters is not None and df:
        p_value, rest = _clustered_tail(statistic, df, clusters, len(names), _nested(sets))
        if np.isnan(p_value):
            method += ", none: too few clusters, or they do not vary"
    shuffled = np.nan
    if permutations and df > 0:
        shuffled = _permutation_p(sets, pooled, int(permutations), seed, cluster)
    flags = name_flags(
        n0=observed.sum() == 0,
        few_clusters=clusters is not None and clusters < FEW_CLUSTERS,
        small_n=sets.whole and 0 < sets.n.sum() < SMALL_N,
    )
    return WaitComparison(
        statistic=statistic,
        df=float(df),
        df_residual=rest,
        p_value=float(p_value),
        n=float(sets.n.sum()),
        n_answered=float(observed.sum()),
        groups=names,
        observed=tuple(observed.tolist()),
        expected=tuple(expected.tolist()),
        clusters=clusters,
        permutations=int(permutations) if df > 0 else 0,
        p_value_permutation=float(shuffled),
        method=method if df > 0 else "no answer, or nobody left to compare with",
        flags=flags,
    )


def _nested(sets: RiskSets) -> bool:
    """Whether every cluster lies in one group."""
    rows = sets.rows
    assert rows is not None
    pairs = np.unique(np.column_stack([rows.unit, sets.group[rows.place]]), axis=0)
    return len(np.unique(pairs[:, 0])) == len(pairs)


def _clustered_tail(
    statistic: float, df: int, clusters: int, groups: int, nested: bool
) -> tuple[float, float]:
    """p-value and residual degrees of freedom of the robust score statistic of few clusters."""
    free = clusters - groups if nested else clusters - 1
    rest = float(free if nested else free - df + 1)
    spare = clusters - statistic
    if rest < 1 or spare <= 1e-9 * clusters:
        return np.nan, np.nan
    ratio = statistic / spare * (free if nested else rest) / df
    return float(fdtrc(df, rest, ratio)), rest


@dataclass(frozen=True)
class _Pooled:
    """One row per time at which anything happened in any group, one column per group."""

    place: Ints  # of each risk set: its row here
    answered: Floats
    at_risk: Floats
    expected: Floats
    hazard: Floats  # answered / at risk, all groups together

    @property
    def share(self) -> Floats:
        """Each group's share of those at risk."""
        return self.at_risk / self.at_risk.sum(axis=1, keepdims=True)


def _pool(sets: RiskSets) -> _Pooled:
    """Lay the groups side by side on one time axis."""
    times, place = np.unique(sets.minutes, return_inverse=True)
    shape = (len(times), len(sets.start))
    answered, leaving = np.zeros(shape), np.zeros(shape)
    answered[place, sets.group] = sets.events
    leaving[place, sets.group] = sets.events + sets.censored
    at_risk = leaving[::-1].cumsum(axis=0)[::-1]
    hazard = answered.sum(axis=1) / at_risk.sum(axis=1)
    return _Pooled(place, answered, at_risk, at_risk * hazard[:, None], hazard)


def _hypergeometric_variance(pooled: _Pooled) -> Floats:
    """Variance of observed - expected for single requests, ties as drawn without replacement."""
    total, answered = pooled.at_risk.sum(axis=1), pooled.answered.sum(axis=1)
    scale = np.divide(
        answered * (total - answered), total - 1, out=np.zeros_like(total), where=total > 1
    )
    share = pooled.share
    return np.diag(scale @ share) - share.T @ (scale[:, None] * share)


def _score_residuals(sets: RiskSets, pooled: _Pooled) -> Floats:
    """What each cluster adds to observed - expected, one row per cluster, one column per group."""
    rows = sets.rows
    assert rows is not None
    share = pooled.share
    common = np.cumsum(share * pooled.hazard[:, None], axis=0)
    hazard = np.cumsum(pooled.hazard)
    time, group = pooled.place[rows.place], sets.group[rows.place]
    answered, weight = rows.causes.sum(axis=1), rows.weight
    units, unit = np.unique(rows.unit, return_inverse=True)
    out = np.empty((len(units), len(sets.start)))
    for g in range(len(sets.start)):
        mine = group == g
        row = answered * (mine - share[time, g]) - weight * (mine * hazard[time] - common[time, g])
        out[:, g] = np.bincount(unit, weights=row, minlength=len(units))
    return out


def _quadratic_form(difference: Floats, variance: Floats) -> tuple[float, int]:
    """d' V⁻ d over the directions that vary, and how many there are."""
    values, vectors = np.linalg.eigh(variance)
    kept = values > 1e-10 * max(values.max(initial=0.0), 1e-300)
    kept[0] = False  # the groups' differences add up to 0
    if not kept.any():
        return np.nan, 0
    along = vectors[:, kept].T @ difference
    return float((along**2 / values[kept]).sum()), int(kept.sum())


def _permutation_p(
    sets: RiskSets, pooled: _Pooled, draws: int, seed: int, cluster: str | None
) -> float:
    """Deal the groups anew to the units; how often are they as far apart as they are?

    Observed - expected of a group is the sum over its units of answers minus pooled hazard lived
    through, and these do not depend on the labels.
    """
    hazard = np.cumsum(pooled.hazard)[pooled.place]
    if sets.rows is None:
        counts = np.column_stack([sets.events, sets.censored]).ravel().astype(np.int64)
        score = np.repeat(np.column_stack([1.0 - hazard, -hazard]).ravel(), counts)
        label = np.repeat(np.repeat(sets.group, 2), counts)
    else:
        rows = sets.rows
        at, group = hazard[rows.place], sets.group[rows.place]
        pairs = pd.DataFrame(
            {"unit": rows.unit, "group": group, "score": rows.causes.sum(axis=1) - rows.weight * at}
        )
        units = pairs.groupby("unit")["group"].nunique()
        if (units > 1).any():
            raise InputError(
                f"`permutations` deals whole clusters to groups, but {int((units > 1).sum())} of "
                f"{len(units)} values of {cluster!r} lie in several groups. Leave `permutations` "
                "out: the clustered test itself allows for them."
            )
        sums = pairs.groupby("unit").agg(group=("group", "first"), score=("score", "sum"))
        score, label = sums["score"].to_numpy(), sums["group"].to_numpy()
    size = np.bincount(label, minlength=len(sets.start))
    present = np.flatnonzero(size)

    def distance(shuffled: Floats) -> Floats:
        """Σ over groups of (sum of scores)² / units: the χ² of relabellings, up to a factor."""
        ends = np.cumsum(size[present])
        sums = np.add.reduceat(shuffled, np.append(0, ends[:-1]), axis=1)
        return (sums**2 / size[present]).sum(axis=1)

    ordered = score[np.argsort(label, kind="stable")]
    seen = distance(ordered[None, :])[0]
    rng = np.random.default_rng(seed)
    far, chunk = 0, max(1, _CHUNK // len(ordered))
    for first in range(0, draws, chunk):
        many = np.tile(ordered, (min(chunk, draws - first), 1))
        far += int((distance(rng.permuted(many, axis=1)) >= seen * (1 - 1e-12)).sum())
    return (1 + far) / (1 + draws)
