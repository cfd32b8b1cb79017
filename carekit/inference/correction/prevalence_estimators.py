"""One share from codes and machine values: PPI++, the coded sample alone, Rogan-Gladen.

The steps behind `prevalence.corrected_prevalence`, on arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit

from carekit.inference.rates.intervals import wilson

# Below these the coverage of PPI++ leaves 93.5-96.5 % (bench/coverage_prevalence.py): the coded
# sample alone is then reported. The last guards very good classifiers, whose few errors say little
# about their number.
MIN_CODED, MIN_EACH, MIN_DISAGREEMENTS = 60, 15, 5

RG_MIN = 1.05
"""Rogan-Gladen needs sensitivity + specificity above this; else it divides by almost nothing."""


@dataclass(frozen=True)
class Part:
    """One stratum of one group: codes, machine values of coded and of other posts."""

    y: np.ndarray
    f: np.ndarray
    rest: np.ndarray
    times: np.ndarray
    coded_cluster: np.ndarray | None = None
    rest_cluster: np.ndarray | None = None

    @property
    def n(self) -> int:
        return len(self.y)

    @property
    def n_rest(self) -> int:
        return int(self.times.sum())

    @property
    def total(self) -> int:
        return self.n + self.n_rest


@dataclass(frozen=True)
class Estimate:
    """A share with its error and limits, and the weight given to the machine."""

    value: float
    std_error: float
    low: float
    high: float
    df: float
    lam: float
    method: str


def fallback_flags(parts: list[Part]) -> list[str]:
    """Why PPI++ is not used, or nothing."""
    y = np.concatenate([p.y for p in parts])
    f = np.concatenate([p.f for p in parts])
    if not len(y):
        return ["n0"]
    flags = []
    if len(y) < MIN_CODED:
        flags.append("small_n")
    if min(y.sum(), len(y) - y.sum()) < MIN_EACH:
        flags.append("rare")
    if (np.abs(y - f) >= 0.5).sum() < MIN_DISAGREEMENTS:
        flags.append("few_errors")
    if sum(p.n_rest for p in parts) < 1:
        flags.append("no_rest")
    return flags


def ppi(parts: list[Part], interval: str, level: float) -> Estimate:
    """PPI++ over strata with one λ; one part without strata is the textbook case."""
    live = [p for p in parts if p.total]
    if not live or min(p.n for p in live) < 2 or sum(p.n_rest for p in live) < 1:
        return Estimate(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, "")
    share = np.array([p.total for p in live]) / sum(p.total for p in live)
    top = bottom = 0.0
    for w, p in zip(share, live, strict=True):
        if p.n_rest:
            cov = np.mean(p.y * p.f) - p.y.mean() * p.f.mean()
            scale = w**2 / p.n
            top += scale * cov
            bottom += scale * (1 + p.n / p.n_rest) * _pooled_variance(p)
    lam = float(np.clip(top / bottom, 0, 1)) if bottom > 0 else 0.0
    value = variance = 0.0
    strata = len(live) > 1
    for w, p in zip(share, live, strict=True):
        # A stratum coded whole has no machine value to add: its codes are its share.
        use = lam if p.n_rest else 0.0
        rest = weighted_mean(p.rest, p.times) if p.n_rest else 0.0
        value += w * (p.y.mean() + use * (rest - p.f.mean()))
        variance += w**2 * _part_variance(p, use, rest, strata or interval == "wilson")
    error = float(np.sqrt(variance))
    df = (n_clusters(live) or sum(p.n for p in live)) - len(live)
    if interval == "normal":
        z = ndtri((1 + level) / 2)
        low, high, how = value - z * error, value + z * error, "normal"
    else:
        low, high = _wilson(value, error, float(stdtrit(df, (1 + level) / 2)))
        how = "Wilson on n_eff"
    method = f"PPI++, {how}" + (", strata" if strata else "")
    method += ", clusters" if live[0].coded_cluster is not None else ""
    return Estimate(float(value), error, float(low), float(high), float(df), lam, method)


def _part_variance(p: Part, lam: float, rest: float, unbiased: bool) -> float:
    """Variance of θ in one stratum: machine values of all posts, and what the codes add."""
    residual = p.y - lam * p.f
    if p.coded_cluster is not None and p.rest_cluster is not None:
        coded = _cluster_variance(residual, np.ones(p.n), p.coded_cluster)
        other = _cluster_variance(p.rest, p.times, p.rest_cluster) if p.n_rest else 0.0
        return lam**2 * other + coded
    coded = residual.var() / p.n
    if unbiased:
        coded *= p.n / (p.n - 1)
    spread = weighted_mean((p.rest - rest) ** 2, p.times) / p.n_rest if p.n_rest else 0.0
    return float(lam**2 * spread + coded)


def _cluster_variance(values: np.ndarray, times: np.ndarray, clusters: np.ndarray) -> float:
    """Variance of a mean whose values come in clusters: K/(K-1) Σ (sum of influences)²."""
    mean = weighted_mean(values, times)
    labels, codes = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    sums = np.bincount(codes, weights=times * (values - mean) / times.sum())
    k = len(labels)
    return float(k / (k - 1) * (sums**2).sum()) if k > 1 else float("nan")


def _pooled_variance(p: Part) -> float:
    """var(f ∪ F) with n + N - 1, as the authors' package has it."""
    values = np.concatenate([p.f, p.rest])
    times = np.concatenate([np.ones(p.n), p.times])
    mean = weighted_mean(values, times)
    return float((times * (values - mean) ** 2).sum() / (times.sum() - 1))


def coded_only(parts: list[Part], level: float) -> Estimate:
    """The coded sample alone: Wilson; with strata or clusters, Wilson on what it is worth."""
    live = [p for p in parts if p.n]
    n = sum(p.n for p in live)
    method = "coded sample only, Wilson"
    if not n:
        return Estimate(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, method)
    plain = len(live) == 1 and live[0].coded_cluster is None
    if plain:
        mean = float(live[0].y.mean())
        low, high = (float(x) for x in wilson(live[0].y.sum(), n, conf_level=level))
        return Estimate(mean, float(np.sqrt(mean * (1 - mean) / n)), low, high, np.inf, 0.0, method)
    share = np.array([p.total for p in live]) / sum(p.total for p in live)
    value = float(sum(w * p.y.mean() for w, p in zip(share, live, strict=True)))
    variance = 0.0
    for w, p in zip(share, live, strict=True):
        if p.coded_cluster is not None:
            part = _cluster_variance(p.y, np.ones(p.n), p.coded_cluster)
        else:
            part = p.y.var() / max(p.n - 1, 1)
        variance += w**2 * part
    df = (n_clusters(live) or n) - len(live)
    error = float(np.sqrt(variance))
    quantile = float(stdtrit(df, (1 + level) / 2)) if df > 0 else float(ndtri((1 + level) / 2))
    # Nothing varies: no variance to be worth anything; the plain sample size stands in.
    if error > 0:
        low, high = _wilson(value, error, quantile)
    else:
        low, high = (float(x) for x in wilson(np.clip(value, 0, 1) * n, n, conf_level=level))
    return Estimate(value, error, low, high, float(df), 0.0, method + " on n_eff")


def _wilson(share: float, error: float, quantile: float) -> tuple[float, float]:
    """Wilson's limits for the sample size whose standard error is `error`."""
    inside = float(np.clip(share, 1e-9, 1 - 1e-9))
    n = max(inside * (1 - inside) / max(error, 1e-12) ** 2, 1.0)
    middle = (inside + quantile**2 / (2 * n)) / (1 + quantile**2 / n)
    half = quantile / (1 + quantile**2 / n)
    half *= np.sqrt(inside * (1 - inside) / n + quantile**2 / (4 * n**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def rogan_gladen(parts: list[Part]) -> dict[str, Any]:
    """(q + Sp - 1) / (Se + Sp - 1) with delta error, from labels only.

    Strata are corrected one by one and weighted by their share of posts; if one of them cannot be,
    nothing is. Sensitivity and specificity are those of all posts, coded ones weighted.
    """
    out: dict[str, Any] = {"rogan_gladen": np.nan, "rogan_gladen_se": np.nan}
    out |= {"sensitivity": np.nan, "specificity": np.nan, "flag": []}
    live = [p for p in parts if p.n]
    if not live or not all(np.isin(p.f, (0, 1)).all() for p in live):
        return out
    y, f = np.concatenate([p.y for p in live]), np.concatenate([p.f for p in live])
    weight = np.concatenate([np.full(p.n, p.total / p.n) for p in live])
    if not 0 < y.sum() < len(y) or not any(p.n_rest for p in live):
        return out
    out["sensitivity"] = weighted_mean(f[y == 1], weight[y == 1])
    out["specificity"] = 1 - weighted_mean(f[y == 0], weight[y == 0])
    found = [_rogan_gladen_of(p) for p in live]
    if any(one is None for one in found):
        return out
    share = np.array([p.total for p in live]) / sum(p.total for p in live)
    value = sum(w * one[0] for w, one in zip(share, found, strict=True) if one)
    variance = sum(w**2 * one[1] for w, one in zip(share, found, strict=True) if one)
    out["rogan_gladen"] = float(np.clip(value, 0, 1))
    out["rogan_gladen_se"] = float(np.sqrt(variance))
    if not 0 <= value <= 1:
        out["flag"] = ["boundary"]
    return out


def _rogan_gladen_of(p: Part) -> tuple[float, float] | None:
    """Estimate and variance in one stratum; None where the machine is no better than chance."""
    if not 0 < p.y.sum() < p.n or not p.n_rest or not np.isin(p.rest, (0, 1)).all():
        return None
    se, sp = p.f[p.y == 1].mean(), 1 - p.f[p.y == 0].mean()
    if se + sp <= RG_MIN:
        return None
    q, n, youden = weighted_mean(p.rest, p.times), p.times.sum(), se + sp - 1
    share = (q + sp - 1) / youden
    variance = q * (1 - q) / n + share**2 * se * (1 - se) / (p.y == 1).sum()
    variance += (1 - share) ** 2 * sp * (1 - sp) / (p.y == 0).sum()
    return float(share), float(variance / youden**2)


def n_clusters(parts: list[Part]) -> int:
    """Number of coded clusters; 0 when posts were drawn one by one."""
    return sum(len(set(p.coded_cluster)) for p in parts if p.coded_cluster is not None)


def weighted_mean(values: np.ndarray, times: np.ndarray) -> float:
    total = times.sum()
    return float((values * times).sum() / total) if total > 0 else float("nan")
