"""Coverage of the intervals of a rate: for these brands, for brands like these, for one more brand.

    python bench/coverage_targets.py [--runs 2000] [--model beta|logit-normal] [--seed 1]

Brands have rates of their own (likeness: the share of the variance of one answer that lies between
brands) and uneven numbers of requests. "like these": does the interval hold the mean rate of all
such brands? "these": does it hold the rate of the very brands drawn, given how many requests each
has? "next": does it hold the rate of one more such brand? "pooled" and "typical" are the rate of
requests and the mean of brands with brands as clusters. Authors write one or several requests,
which resemble each other. A table without limits counts as a miss, and is counted beside.
"""

from __future__ import annotations

import argparse
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit

from carekit.inference.rates import populations, proportions
from carekit.inference.rates.beta_binomial import population_of

BRANDS, LIKENESS, RATES, SPREADS = (
    (2, 3, 5, 8, 15),
    (0.05, 0.3, 0.6),
    (0.02, 0.1, 0.4),  # 0.6, 0.9 and 0.98 are their mirror images: tests/inference/rates
    (0.3, 1.2),
)
CHUNK = 250  # tables at a time


@lru_cache(maxsize=2 * CHUNK)
def _fitted(yes: bytes, units: bytes, conf_level: float):
    return population_of(np.frombuffer(yes), np.frombuffer(units), conf_level)


def fitted_once(yes, units, conf_level):
    """`population_of`; three of the intervals ask for the same one."""
    return _fitted(yes.astype(float).tobytes(), units.astype(float).tobytes(), conf_level)


populations.population_of = proportions.population_of = fitted_once


def brand_rates(rng, shape, rate, likeness, model):
    """Rates with that mean and that share of variance between brands."""
    if model == "beta":
        m = 1 / likeness - 1
        return rng.beta(rate * m, (1 - rate) * m, shape)
    z = np.random.default_rng(0).normal(size=100_000)

    def centre(sd):
        return brentq(lambda a: expit(a + sd * z).mean() - rate, -200, 200)

    def apart(sd):
        p = expit(centre(sd) + sd * z)
        return p.var() / (p.mean() * (1 - p.mean())) - likeness

    sd = brentq(apart, 0.01, 100, xtol=0.01)
    return expit(centre(sd) + sd * rng.normal(size=shape))


def tables(rng, rates, spread):
    """Requests by table, brand and author, whose answers resemble each other (likeness 0.2)."""
    runs, k = rates.shape
    authors = np.maximum(
        4, np.round(rng.lognormal(np.log(45) - spread**2 / 2, spread, (runs, k)))
    ).astype(int)
    brand = np.repeat(np.arange(runs * k), authors.ravel())
    p = rates.ravel()[brand]
    n = 1 + rng.poisson(0.4, len(brand))
    own = rng.beta(np.maximum(4 * p, 1e-6), np.maximum(4 * (1 - p), 1e-6))
    frame = {"run": brand // k, "brand": brand % k, "author": np.arange(len(brand)), "n": n}
    return pd.DataFrame({**frame, "n_answered": rng.binomial(n, own)})


def situation(rng, runs, k, likeness, rate, spread, model):
    """One row a table: which of the intervals hold their truth."""
    rates = brand_rates(rng, (runs, k), rate, likeness, model)
    table = tables(rng, rates, spread)
    both = populations.estimate_targets(table, by="run", unit="author")
    these, like = (
        both[both["target"] == name].set_index("run")
        for name in ("these brands", "brands like these")
    )
    brands = table.groupby(["run", "brand"], as_index=False)[["n", "n_answered"]].sum()
    n = brands["n"].to_numpy().reshape(runs, k)
    pooled = proportions.estimate_rate(brands, by="run", cluster="brand")
    typical = proportions.mean_of_rates(brands, by="run", cluster="brand")
    more = brand_rates(rng, runs, rate, likeness, model)

    def holds(low, high, truth):
        return np.where(low.isna(), 0.0, (low.to_numpy() <= truth) & (truth <= high.to_numpy()))

    return pd.DataFrame(
        {
            "like these": holds(like.ci_low, like.ci_high, rate),
            "these": holds(these.ci_low, these.ci_high, (n * rates).sum(axis=1) / n.sum(axis=1)),
            "pooled": holds(pooled.ci_low, pooled.ci_high, rate),
            "typical": holds(typical.ci_low, typical.ci_high, rate),
            # Where nobody answered there is no saying how brands differ, and none is given.
            "next": np.where(
                like.next_low.isna(), np.nan, holds(like.next_low, like.next_high, more)
            ),
            "no limits": pooled.ci_low.isna().to_numpy() | typical.ci_low.isna().to_numpy(),
            "nothing varies": (like["flags"].str.contains("zero_var")).to_numpy(),
            "width like": (like.ci_high - like.ci_low).to_numpy(),
            "width these": (these.ci_high - these.ci_low).to_numpy(),
        }
    ).astype(float)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=2000, help="tables a row")
    parser.add_argument("--model", choices=("beta", "logit-normal"), default="beta")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    chunk = min(CHUNK, given.runs // len(SPREADS))
    print(f"{given.runs} tables a row, two spreads of sizes; {given.model} brand rates")
    for k in BRANDS:
        for likeness in LIKENESS:
            for rate in RATES:
                done = [
                    situation(rng, chunk, k, likeness, rate, spread, given.model)
                    for spread in SPREADS
                    for _ in range(given.runs // len(SPREADS) // chunk)
                ]
                row = (100 * pd.concat(done).mean()).round(1)
                if (k, likeness, rate) == (BRANDS[0], LIKENESS[0], RATES[0]):
                    print("| brands | likeness | rate | " + " | ".join(row.index) + " |")
                    print("|---" * (3 + len(row)) + "|")
                print(
                    f"| {k} | {likeness} | {rate} | " + " | ".join(map(str, row)) + " |", flush=True
                )


if __name__ == "__main__":
    main()
