"""Simulated coverage of the intervals behind benchmarks: how often they hold the truth.

    python bench/coverage_benchmarks.py [--only NAME] [--repeats 400] [--seed 1]

Prints one table a family, in per cent at nominal 95 %; Monte Carlo error is about 1 point at 400
repeats for one interval a repeat. The figures quoted in docstrings come from here.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from scipy.special import expit

from carekit.errors import InputError
from carekit.inference.benchmark.funnel import funnel
from carekit.inference.benchmark.pooling import shrink_rates
from carekit.inference.benchmark.ranks import rank_sets
from carekit.inference.benchmark.score import score_brands
from carekit.inference.panels.staggered import staggered_effect
from carekit.inference.rates.comparisons import compare_rates
from carekit.inference.rates.rate_model import model_rates

Row = dict[str, object]


def brand_counts(
    rng: np.random.Generator,
    means: np.ndarray,
    rho: float,
    spread: float = 1.0,
    centre: float = 3.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True rates, requests and answers of brands: Beta rates, lognormal numbers of requests."""
    strength = 1 / rho - 1
    rates = rng.beta(means * strength, (1 - means) * strength)
    units = np.maximum(np.round(rng.lognormal(centre, spread, len(means))), 2).astype(int)
    return rates, units, rng.binomial(units, rates)


def covers(low: object, truth: object, high: object) -> np.ndarray:
    return (np.asarray(low) <= truth) & (np.asarray(truth) <= high)


def pooling(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    for groups in (5, 8, 12, 20, 50, 99, 150):
        for mean, rho in ((0.56, 0.25), (0.2, 0.25), (0.56, 0.05), (0.3, 0.1)):
            held: dict[str, list[float]] = {"auto": [], "plug-in": []}
            for _ in range(max(repeats // 4, 20)):
                rates, units, yes = brand_counts(rng, np.full(groups, mean), rho)
                table = pd.DataFrame({"brand": range(groups), "n": units, "n_answered": yes})
                for interval, list_ in held.items():
                    out = shrink_rates(table, interval=interval)
                    list_.append(covers(out["ci_low"], rates, out["ci_high"]).mean())
            yield {"groups": groups, "mean": mean, "rho": rho, **percent(held)}


def comparisons(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    nested = [(5, 5), (8, 8), (4, 20), (20, 20), (10, 40), (40, 40)]
    for sizes in nested:
        for means, rho, spread in (
            ((0.56, 0.56), 0.25, 1),
            ((0.5, 0.2), 0.25, 1),
            ((0.5, 0.3), 0.05, 0.5),
        ):
            held: dict[str, list[float]] = {"cr2": []}
            for _ in range(repeats):
                group = np.repeat(["a", "b"], sizes)
                mean = np.where(group == "a", *means)
                _, units, yes = brand_counts(rng, mean, rho, spread)
                table = pd.DataFrame(
                    {"group": group, "brand": range(sum(sizes)), "n": units, "n_answered": yes}
                )
                compare(table, means[0] - means[1], held)
            yield {
                "brands": f"{sizes[0]} + {sizes[1]}",
                "rates": means,
                "rho": rho,
                **percent(held),
            }
    for brands in (8, 20, 40):
        held = {"cr2": []}
        for _ in range(repeats):
            own = rng.normal(0, 0.8, brands)
            logit = np.tile(own, 2) + rng.normal(0, 0.4, 2 * brands)
            units = np.maximum(np.round(rng.lognormal(3, 1, 2 * brands)), 2).astype(int)
            table = pd.DataFrame(
                {
                    "group": np.repeat(["a", "b"], brands),
                    "brand": np.tile(range(brands), 2),
                    "n": units,
                    "n_answered": rng.binomial(units, expit(logit)),
                }
            )
            compare(table, 0.0, held)
        yield {"brands": f"{brands} in both", "rates": (0.5, 0.5), "rho": "-", **percent(held)}


def compare(table: pd.DataFrame, truth: float, held: dict[str, list[float]]) -> None:
    for list_ in held.values():
        row = compare_rates(table, by="group", cluster="brand").iloc[0]
        list_.append(bool(covers(row["ci_low"], truth, row["ci_high"])))


def models(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    for brands in (10, 20, 40):
        held: dict[str, list[float]] = {
            "message cr2": [],
            "brand cr2": [],
            "message hc1": [],
            "brand hc1": [],
        }
        lost = 0
        for _ in range(repeats):
            kind = (np.arange(brands) % 2).repeat(2)
            complaint = np.tile([0, 1], brands)
            mean = np.array([[0.55, 0.45], [0.55, 0.45]])[kind, complaint]
            rates, units, _ = brand_counts(rng, mean, 0.2)
            shared = np.repeat(rng.normal(0, 0.5, brands), 2)
            del rates
            # A brand effect on the logit leaves the marginal odds ratio of complaints close to its
            # own, and that of the brand's kind at 1.
            yes = rng.binomial(units, expit(np.log(mean / (1 - mean)) + shared))
            table = pd.DataFrame(
                {
                    "brand": np.repeat(range(brands), 2),
                    "kind": kind,
                    "complaint": complaint,
                    "n": units,
                    "n_answered": yes,
                }
            )
            for correction in ("cr2", "hc1"):
                try:
                    out = model_rates(
                        table,
                        predictors=["kind", "complaint"],
                        cluster="brand",
                        correction=correction,
                    )
                except InputError:
                    lost += 1
                    continue
                # shrinkage of a logit slope by a normal effect of sd 0.5 (Zeger et al. 1988)
                truth = np.log(0.45 / 0.55) * 2 / np.sqrt(1 + 0.346 * 0.25)
                held[f"message {correction}"].append(
                    bool(covers(out["ci_low"][2], truth, out["ci_high"][2]))
                )
                held[f"brand {correction}"].append(
                    bool(covers(out["ci_low"][1], 0.0, out["ci_high"][1]))
                )
        yield {"brands": brands, "refused": lost, **percent(held)}


def panel(
    rng: np.random.Generator,
    treated: int,
    others: int,
    noisier: float,
    starts: tuple[int, ...] = (6,),
) -> pd.DataFrame:
    """Ten periods, autocorrelation 0.5, a true effect of 5."""
    brands, periods = treated + others, 10
    errors = lfilter([1.0], [1.0, -0.5], rng.standard_normal((brands, periods + 50)), axis=1)[
        :, 50:
    ]
    is_treated = np.arange(brands) < treated
    errors[is_treated] *= noisier
    begun = np.where(is_treated, np.resize(starts, brands), np.nan)
    value = 3 * errors + rng.normal(40, 10, (brands, 1)) + np.arange(periods)
    value += 5.0 * (np.arange(periods) + 1 >= begun[:, None])
    return pd.DataFrame(
        {
            "brand": np.repeat(range(brands), periods),
            "period": np.tile(np.arange(periods) + 1, brands),
            "value": value.ravel(),
            "start": np.repeat(begun, periods),
        }
    )


def staggered(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    for treated, others in ((6, 6), (8, 12), (12, 30), (12, 0)):
        held: dict[str, list[float]] = {"jackknife": []}
        for _ in range(max(repeats // 2, 20)):
            table = panel(rng, treated, others, 1, starts=(4, 6, 8))
            row = staggered_effect(table, outcome="value", draws=999).iloc[0]
            if np.isfinite(row["ci_low"]):
                held["jackknife"].append(bool(covers(row["ci_low"], 5.0, row["ci_high"])))
        yield {"treated": treated, "never": others, **percent(held)}


def ranks(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    for name, truth in (
        ("6 apart", np.array([0.82, 0.74, 0.71, 0.55, 0.52, 0.33])),
        ("6 equal", np.full(6, 0.5)),
        ("20 close", np.linspace(0.4, 0.7, 20)),
    ):
        held: dict[str, list[float]] = {"simultaneous": [], "bonferroni": [], "marginal": []}
        k = len(truth)
        best = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
        worst = k - (truth[None, :] < truth[:, None]).sum(axis=1)
        for i in range(repeats):
            errors = rng.uniform(0.02, 0.06, k)
            table = pd.DataFrame(
                {"brand": range(k), "estimate": rng.normal(truth, errors), "std_error": errors}
            )
            for method, list_ in held.items():
                out = rank_sets(table, method=method, draws=4000, seed=i)
                # Tied brands may hold any of their places, so the set must reach one of them.
                inside = ((out["best_rank"] <= best) & (out["worst_rank"] >= worst)).to_numpy()
                list_.append(inside.mean() if method == "marginal" else inside.all())
        yield {"groups": name, **percent(held)}


def funnels(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    for groups, mean, rho in (
        (20, 0.56, 1e-9),
        (20, 0.56, 0.05),
        (60, 0.56, 0.05),
        (60, 0.56, 0.25),
        (60, 0.2, 0.1),
    ):
        held: dict[str, list[float]] = {"inner 95": [], "outer 99.8": [], "inner, published": []}
        for _ in range(repeats):
            _, units, yes = brand_counts(rng, np.full(groups, mean), rho, centre=3.5)
            table = pd.DataFrame({"brand": range(groups), "n": units, "n_answered": yes})
            out = funnel(table)
            held["inner 95"].append((out["outside"] == "").mean())
            held["outer 99.8"].append((out["outside"] != "outer").mean())
            held["inner, published"].append(
                (funnel(table, consistent=False)["outside"] == "").mean()
            )
        yield {"groups": groups, "mean": mean, "rho": rho, **percent(held)}


def scores(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    weights = {"answered": 0.5, "fast": 0.3, "resolved": 0.2}
    truth = np.array([0.6, 0.45, 0.8])
    for n in (30, 100, 400):
        held: dict[str, list[float]] = {"score": []}
        for _ in range(repeats):
            seen = rng.binomial(n, truth) / n
            table = pd.DataFrame(
                {
                    "brand": "a",
                    "criterion": list(weights),
                    "estimate": seen,
                    "std_error": np.sqrt(seen * (1 - seen) / (n - 1)),
                }
            )
            row = score_brands(table, weights=weights).iloc[0]
            held["score"].append(
                bool(covers(row["ci_low"], 20 * truth @ list(weights.values()), row["ci_high"]))
            )
        yield {"n a criterion": n, **percent(held)}


def percent(held: dict[str, list[float]]) -> dict[str, object]:
    return {
        name: f"{100 * np.mean(values):.1f}" if values else "-" for name, values in held.items()
    }


FAMILIES: dict[str, Callable[[np.random.Generator, int], Iterator[Row]]] = {
    f.__name__: f for f in (pooling, comparisons, models, staggered, ranks, funnels, scores)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=list(FAMILIES), action="append")
    parser.add_argument("--repeats", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("error")
    for name in options.only or FAMILIES:
        began = time.perf_counter()
        rows = pd.DataFrame(FAMILIES[name](np.random.default_rng(options.seed), options.repeats))
        print(f"\n{name} ({options.repeats} repeats)\n{rows.to_string(index=False)}", flush=True)
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
