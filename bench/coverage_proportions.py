"""Simulated coverage of the 95 % intervals of shares and rates, over the range each is meant for.

    python bench/coverage_proportions.py [--runs 4000] [--only NAME]

One line per situation: coverage in per cent, with its Monte Carlo error. Inside its stated range an
interval must lie between 93.5 and 96.5, but for that error (three standard errors); situations
outside the range are shown with the fallback that `carekit` takes there, or as a warning. Shares of
a few people are lumpy, and no interval covers 95 % at every true share: the true share is drawn
from a band, and the coverage is the mean over it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from carekit.inference.rates.intervals import clopper_pearson, newcombe, wilson
from carekit.inference.rates.proportions import estimate_rate, mean_of_rates
from carekit.inference.surveys.differences import compare
from carekit.inference.surveys.multiresponse import share_of_mentions
from carekit.inference.surveys.survey import share

LOW, HIGH = 93.5, 96.5
Situation = tuple[str, str, Callable[[np.random.Generator, int], float]]

# Requests of twenty brands as uneven as in practice: three hold 44 % of all.
BRAND_SIZES = np.array([3, 3, 6, 6, *[12] * 5, *[20] * 4, 35, 35, 60, 60, 90, 90, 90])


def independent(interval: Callable, n: int, band: tuple[float, float]) -> Situation:
    def run(rng: np.random.Generator, runs: int) -> float:
        p = rng.uniform(*band, size=runs * 25)
        low, high = interval(rng.binomial(n, p), n)
        return float(np.mean((low <= p) & (p <= high)))

    return interval.__name__, f"n = {n}, share {band[0]:g} to {band[1]:g}", run


def two_groups(n: int, other: int, band: tuple[float, float]) -> Situation:
    def run(rng: np.random.Generator, runs: int) -> float:
        p, q = rng.uniform(*band, size=(2, runs * 25))
        low, high = newcombe(rng.binomial(n, p), n, rng.binomial(other, q), other)
        return float(np.mean((low <= p - q) & (p - q <= high)))

    return "newcombe", f"n = {n} and {other}, shares {band[0]:g} to {band[1]:g}", run


def brands(interval: str, k: int, likeness: float, p: float, spread: float | None) -> Situation:
    """Beta-binomial brands; sizes like `BRAND_SIZES`, or lognormal with that spread."""

    def run(rng: np.random.Generator, runs: int) -> float:
        if spread is None:
            size = rng.choice(BRAND_SIZES, (runs, k))
        else:
            mean = 31 * np.exp(rng.normal(-(spread**2) / 2, spread, (runs, k)))
            size = np.maximum(1, rng.poisson(mean))
        strength = 1 / likeness - 1
        own = rng.beta(p * strength, (1 - p) * strength, size.shape)
        table = pd.DataFrame(
            {
                "run": np.repeat(np.arange(runs), k),
                "brand": np.tile(np.arange(k), runs),
                "n": size.ravel(),
                "n_answered": rng.binomial(size, own).ravel(),
            }
        )
        if interval == "mean":
            out = mean_of_rates(table, by="run", cluster="brand")
        else:
            out = estimate_rate(table, by="run", cluster="brand", interval=interval)
        return float(np.mean((out["ci_low"] <= p) & (p <= out["ci_high"])))

    sizes = "like in practice" if spread is None else f"spread {spread:g}"
    text = f"{k} brands, sizes {sizes}, likeness {likeness:g}, rate {p:g}"
    return {"mean": "mean of brands"}.get(interval, f"pooled {interval}"), text, run


def survey(
    interval: str, n: int, p: float, cv: float, clusters: int = 0, likeness: float = 0.0
) -> Situation:
    """Weights of a coefficient of variation `cv`, related to the answer; towns of equal size."""

    def run(rng: np.random.Generator, runs: int) -> float:
        covered = 0
        for _ in range(runs // 4):
            odds = np.full(n, p)
            if clusters:
                strength = 1 / likeness - 1
                town = np.arange(n) % clusters
                odds = rng.beta(p * strength, (1 - p) * strength, clusters)[town]
            y = rng.random(n) < odds
            shape = 1 / cv**2 if cv else 1.0
            frame = pd.DataFrame({"q": y, "w": rng.gamma(shape, 1 / shape, n) if cv else 1.0})
            options = {"weight": "w"} if cv else {}
            if clusters:
                frame["town"] = town
                options["psu"] = "town"
            out = share(frame, "q", answers=[False, True], interval=interval, **options).iloc[1]
            covered += out["ci_low"] <= p <= out["ci_high"]
        return covered / (runs // 4)

    text = f"n = {n}, share {p:g}, weights vary by {cv:g}"
    if clusters:
        text += f", {clusters} towns, likeness {likeness:g}"
    return f"survey {interval}", text, run


def difference(n: int, clusters: int, likeness: float) -> Situation:
    """Two groups in every town; the true difference is 0.1."""

    def run(rng: np.random.Generator, runs: int) -> float:
        covered = 0
        for _ in range(runs // 4):
            town, group = np.arange(n) % clusters, np.arange(n) // clusters % 2
            shift = rng.normal(0, np.sqrt(likeness * 0.24), clusters)[town]
            y = rng.random(n) < np.clip(0.35 + 0.1 * group + shift, 0, 1)
            frame = pd.DataFrame({"q": y, "group": group, "town": town})
            frame["w"] = rng.gamma(4, 0.25, n)
            out = compare(frame, "q", by="group", weight="w", psu="town", reference=0)
            row = out[out["answer"] == True].iloc[0]  # noqa: E712
            covered += row["ci_low"] <= 0.1 <= row["ci_high"]
        return covered / (runs // 4)

    return "survey difference", f"n = {n}, {clusters} towns, likeness {likeness:g}", run


def mentions(n: int, items: int) -> Situation:
    """Ticks moved by one mood of each person; the truth is a simulation of a million people."""

    def ticks(rng: np.random.Generator, size: int) -> np.ndarray:
        levels = np.linspace(0.1, 0.5, items)
        return rng.random((size, items)) < levels * 2 * rng.random((size, 1))

    def run(rng: np.random.Generator, runs: int) -> float:
        levels = np.linspace(0.1, 0.5, items)
        truth = levels[0] / levels.sum()
        covered = 0
        names = [f"item_{j}" for j in range(items)]
        for _ in range(runs // 4):
            frame = pd.DataFrame(ticks(rng, n), columns=names)
            out = share_of_mentions(frame, names, base="asked").iloc[0]
            covered += out["ci_low"] <= truth <= out["ci_high"]
        return covered / (runs // 4)

    return "share of mentions", f"n = {n}, {items} items", run


def situations() -> Iterator[tuple[bool, Situation]]:
    """Each situation, and whether it lies in the range its interval is stated for."""
    for n in (10, 30, 100, 1000):
        yield True, independent(wilson, n, (0.1, 0.9))
    for n in (100, 1000):
        yield True, independent(wilson, n, (0.02, 0.1))
    yield False, independent(clopper_pearson, 100, (0.1, 0.9))
    for n, other in ((20, 20), (50, 200), (500, 500)):
        yield True, two_groups(n, other, (0.1, 0.9))
    for k in (8, 20, 50):
        for likeness in (0.05, 0.25):
            for p in (0.2, 0.56, 0.8):
                # Few brands and a rate near the ends: the model's limits, rather too wide.
                stated = k >= 30 or p == 0.56
                for spread in (None, 0.3, 0.8):
                    yield stated, brands("auto", k, likeness, p, spread)
    for p in (0.1, 0.9):
        yield True, brands("auto", 40, 0.25, p, None)
        yield False, brands("auto", 8, 0.25, p, None)
    yield True, brands("beta", 20, 0.25, 0.56, 0.3)
    for p in (0.2, 0.56):
        yield False, brands("beta", 20, 0.25, p, None)
        yield False, brands("beta", 8, 0.25, p, None)
    yield False, brands("auto", 5, 0.25, 0.56, None)
    yield True, brands("mean", 20, 0.25, 0.56, None)
    for interval in ("beta", "logit", "wilson"):
        yield True, survey(interval, 200, 0.3, 0.6)
        yield True, survey(interval, 400, 0.3, 0.6, clusters=20, likeness=0.05)
    yield True, survey("auto", 60, 0.5, 1.0)
    # Few said yes: the stated fallback, rather too wide than too narrow.
    for n, p, cv in ((60, 0.1, 0.6), (100, 0.1, 1.0), (400, 0.03, 0.6)):
        yield False, survey("auto", n, p, cv)
    yield False, survey("beta", 100, 0.1, 1.0)
    yield True, survey("beta", 400, 0.5, 0.6, clusters=10, likeness=0.05)
    yield True, difference(600, 20, 0.05)
    yield True, mentions(200, 6)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=4000)
    parser.add_argument("--only", default="", help="part of an interval's name")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    missed = 0
    print(f"{'interval':20}{'situation':66}{'covers %':>9}{'error':>7}")
    for stated, (name, text, run) in situations():
        if chosen.only not in name:
            continue
        coverage = 100 * run(np.random.default_rng(chosen.seed), chosen.runs)
        draws = chosen.runs // 4 if "survey" in name or "mentions" in name else chosen.runs
        error = np.sqrt(coverage * (100 - coverage) / draws)
        inside = LOW - 3 * error <= coverage <= HIGH + 3 * error
        verdict = ("" if inside else "  MISSED") if stated else "  outside the stated range"
        missed += stated and not inside
        print(f"{name:20}{text:66}{coverage:9.1f}{error:7.1f}{verdict}", flush=True)
    print(f"{missed} situation(s) of a stated range outside {LOW} to {HIGH} %")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
