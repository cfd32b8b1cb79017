"""Coverage of the two intervals of a rate: for these brands, and for brands like these.

    python bench/coverage_targets.py [--runs 200] [--model beta|logit-normal] [--seed 1]

Brands have rates of their own (likeness: the share of the variance of one answer that lies between
brands) and uneven numbers of requests. "like these": does the interval hold the mean rate of all
such brands? "these": does it hold the rate of the very brands drawn, given how many requests each
has? Authors write one or several requests, which resemble each other.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit

from carekit.inference.rates.populations import estimate_targets
from carekit.inference.rates.proportions import estimate_rate, mean_of_rates

BRANDS, LIKENESS, RATES, SPREADS = (
    (2, 3, 5, 8, 15),
    (0.05, 0.3, 0.6),
    (0.02, 0.1, 0.4, 0.9),
    (0.3, 1.2),
)


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


def one_table(rng, rates, spread):
    """Requests by brand and author, whose answers resemble each other (likeness 0.2)."""
    rows = []
    for brand, p in enumerate(rates):
        authors = int(max(4, round(rng.lognormal(np.log(45) - spread**2 / 2, spread))))
        n = 1 + rng.poisson(0.4, authors)
        own = rng.beta(np.maximum(4 * p, 1e-6), np.maximum(4 * (1 - p), 1e-6), authors)
        frame = {"brand": brand, "author": brand * 100_000 + np.arange(authors), "n": n}
        rows.append(pd.DataFrame({**frame, "n_answered": rng.binomial(n, own)}))
    return pd.concat(rows, ignore_index=True)


def situation(rng, runs, k, likeness, rate, spread, model):
    held = []
    for rates in brand_rates(rng, (runs, k), rate, likeness, model):
        table = one_table(rng, rates, spread)
        these, like = estimate_targets(table, unit="author").itertuples()
        n = table.groupby("brand")["n"].sum().to_numpy()
        own = float((n * rates).sum() / n.sum())
        brands = table.groupby("brand", as_index=False)[["n", "n_answered"]].sum()
        pooled = estimate_rate(brands, cluster="brand").iloc[0]
        typical = mean_of_rates(brands, cluster="brand").iloc[0]
        held.append(
            {
                "like these": like.ci_low <= rate <= like.ci_high,
                "these": these.ci_low <= own <= these.ci_high,
                "pooled, brands as clusters": pooled.ci_low <= rate <= pooled.ci_high,
                "typical brand": typical.ci_low <= rate <= typical.ci_high,
                "width like": like.ci_high - like.ci_low,
                "width these": these.ci_high - these.ci_low,
            }
        )
    return pd.DataFrame(held).astype(float).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--model", choices=("beta", "logit-normal"), default="beta")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    rows = []
    for k in BRANDS:
        for likeness in LIKENESS:
            for rate in RATES:
                for spread in SPREADS:
                    found = situation(rng, given.runs, k, likeness, rate, spread, given.model)
                    rows.append({"brands": k, "likeness": likeness, "rate": rate, **found})
    table = pd.DataFrame(rows)
    pd.set_option("display.width", 160, "display.max_rows", 200, "display.max_columns", 20)
    print(f"{given.runs} tables a situation, two spreads of sizes; {given.model} brand rates")
    for keys in (["brands", "likeness"], ["rate", "likeness"]):
        shown = table.groupby(keys)[table.columns[3:].tolist()].mean()
        print((100 * shown).round(1).to_string(), "\n")
    print("smallest:", (100 * table.iloc[:, 3:7].min()).round(1).to_dict())


if __name__ == "__main__":
    main()
