"""Coverage where few uneven clusters, rates near the ends or a printed figure make it hard.

    python bench/coverage_edges.py [--runs 2000] [--only means|growth|waits|scores|replays]

Five tables: means and medians over few uneven clusters; growth of few accounts; waits of few brands
compared; scores of brands near 0 and 100 %; the verdict on a published figure whose truth is known.
"""

from __future__ import annotations

import argparse
from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import binom

from carekit.claims.decide import decide_verdict, default_margin
from carekit.inference.benchmark.score import score_brands
from carekit.inference.rates.growth import split_growth
from carekit.inference.rates.intervals import wilson
from carekit.inference.rates.means import estimate_mean
from carekit.inference.waits.logrank import compare_waits


def head(*cells: str) -> None:
    print("\n| " + " | ".join(cells) + " |\n" + "|---" * len(cells) + "|", flush=True)


def row(*cells: object) -> None:
    shown = [f"{100 * c:.1f}" if isinstance(c, float) else str(c) for c in cells]
    print("| " + " | ".join(shown) + " |", flush=True)


def held(low: pd.Series, high: pd.Series, truth: float) -> float:
    """An open limit excludes nothing."""
    return float(((low.fillna(-np.inf) <= truth) & (truth <= high.fillna(np.inf))).mean())


def means(rng: np.random.Generator, runs: int) -> None:
    head("clusters", "sizes spread", "mean", "median", "no limit of the median")
    for k, spread in product((3, 5, 8, 15, 30), (0.3, 1.2)):
        size = np.maximum(2, np.round(rng.lognormal(3.4 - spread**2 / 2, spread, runs * k)))
        size = size.astype(int)
        own = np.repeat(np.arange(runs * k), size)
        level = rng.normal(0, 20, runs * k)[own]
        table = pd.DataFrame({"run": own // k, "brand": own % k, "n": 1})
        table["v"] = np.round(100 + level + rng.normal(0, 40, len(own)))
        mean = estimate_mean(table, value="v", by="run", cluster="brand")
        few = table[table["run"] < max(200, runs // 2)]
        median = estimate_mean(few, value="v", by="run", cluster="brand", statistic="median")
        open_end = float((median.ci_low.isna() | median.ci_high.isna()).mean())
        ends = (median.ci_low, median.ci_high)
        row(k, f"{spread:g}", held(mean.ci_low, mean.ci_high, 100), held(*ends, 100), open_end)


def growth(rng: np.random.Generator, runs: int) -> None:
    head("accounts", "sizes spread", "like for like", "no limits")
    truth = 1.3 * np.exp(0.045) - 1
    for k, spread in product((3, 5, 10, 25), (0.3, 1.2)):
        mean = rng.lognormal(3, spread, (runs, k))
        table = pd.DataFrame(
            {
                "run": np.repeat(np.arange(runs), k),
                "n_before": rng.poisson(mean).ravel(),
                "n_after": rng.poisson(mean * rng.lognormal(np.log(1.3), 0.3, (runs, k))).ravel(),
                **dict.fromkeys(("open_before", "open_after", "open_throughout"), True),
            }
        )
        grown = split_growth(table, by="run")
        like = grown[grown["component"] == "like for like"]
        known = like[like["ci_low"].notna()]
        row(k, f"{spread:g}", held(known.ci_low, known.ci_high, truth), 1 - len(known) / len(like))


def _waits(rng: np.random.Generator, k: int, nested: bool, sd: float, apart: float) -> float:
    """p-value of one comparison: brands of their own level, two groups, follow-up that ends."""
    level = rng.normal(4, sd, k)
    brand = np.arange(k) if nested else np.repeat(np.arange(k), 2)
    group = np.arange(k) % 2 if nested else np.tile([0, 1], k)
    size = np.maximum(3, rng.lognormal(3, 0.8, len(brand))).astype(int)
    brand, group = np.repeat(brand, size), np.repeat(group, size)
    wait = np.exp(level[brand] + apart * group + rng.normal(0, 1.2, len(brand)))
    end = rng.uniform(50, 800, len(brand))
    answered = (wait <= end).astype(int)
    table = {"g": group, "brand": brand, "t": np.minimum(wait, end).round(2)}
    table |= {"events": answered, "censored": 1 - answered}
    found = compare_waits(pd.DataFrame(table), group="g", cluster="brand", time="t", unit="minutes")
    return found.p_value


def waits(rng: np.random.Generator, runs: int) -> None:
    head("brands", "each in", "spread", "rejects: equal", "rejects: apart", "no test")
    settings = [(k, True) for k in (4, 6, 10, 20, 40)] + [(k, False) for k in (3, 5, 8, 15)]
    for (k, nested), sd in product(settings, (0.5, 1.5)):
        equal = np.array([_waits(rng, k, nested, sd, 0.0) for _ in range(runs)])
        apart = np.array([_waits(rng, k, nested, sd, 1.5) for _ in range(runs // 10)])
        where = "one group" if nested else "both groups"
        row(k, where, f"{sd:g}", float((equal < 0.05).mean()), float((apart < 0.05).mean()),
            float(np.isnan(equal).mean()))  # fmt: skip


def scores(rng: np.random.Generator, runs: int) -> None:
    """Exact, over every pair of counts; rates from a band, since counts are lumpy."""
    head("n", "rates", "covers", "least, for one pair of rates in the band")
    weights = {"rate": 0.6, "speed": 0.4}
    for n in (15, 30, 60, 200):
        counts = np.arange(n + 1)
        low, high = wilson(counts, n)
        first, second = (part.ravel() for part in np.meshgrid(counts, counts, indexing="ij"))
        table = pd.concat(
            pd.DataFrame(
                {"brand": np.arange(len(at)), "criterion": name, "estimate": at / n,
                 "std_error": 0.1, "ci_low": low[at], "ci_high": high[at]}
            )
            for name, at in (("rate", first), ("speed", second))
        )  # fmt: skip
        found = score_brands(table, weights=weights).sort_values("brand")
        for middle in ((0.5, 0.6), (0.9, 0.8), (0.97, 0.95), (0.05, 0.03)):
            cover = []
            for shift in np.linspace(-0.02, 0.02, 21):
                p, q = middle[0] + shift, middle[1] + shift / 2
                truth = 20 * (0.6 * p + 0.4 * q)
                inside = ((found.ci_low <= truth) & (truth <= found.ci_high)).to_numpy()
                chance = np.outer(binom.pmf(counts, n, p), binom.pmf(counts, n, q)).ravel()
                cover.append(chance[inside].sum())
            row(n, f"{middle[0]:g}, {middle[1]:g}, ± .02", float(np.mean(cover)), float(min(cover)))


def _verdicts(rng, runs, *, truth, now, published_n, n, told_n) -> pd.Series:
    """Shares of the verdicts on a figure that is printed in whole per cent."""
    printed = np.round(rng.binomial(published_n, truth, runs) / published_n, 2)
    found = rng.binomial(n, now, runs)
    low, high = wilson(found, n)
    said = [
        decide_verdict(
            published=float(was), published_n=told_n, estimate=float(k / n), ci_low=float(a),
            ci_high=float(b), margin=default_margin("proportion", float(was)), n=n, rounding=0.005,
        ).verdict
        for was, k, a, b in zip(printed, found, low, high, strict=True)
    ]  # fmt: skip
    return pd.Series(said).value_counts(normalize=True)


def replays(rng: np.random.Generator, runs: int) -> None:
    sizes = (300, 1000, 5000), (200, 1000, 5000, 50_000, 1_000_000)
    head(
        "published n", "measured n", "truth", "differs (by more)", "differs slightly", "equivalent"
    )
    for published_n, n, truth in product(*sizes, (0.1, 0.3, 0.5)):
        said = _verdicts(
            rng, runs, truth=truth, now=truth, published_n=published_n, n=n, told_n=published_n
        )
        row(published_n, n, f"{truth:g}, the same",
            *(float(said.get(v, 0)) for v in ("differs", "differs_slightly", "equivalent")))  # fmt: skip
    for told, n in product((300, 1000), (1000, 50_000)):
        said = _verdicts(rng, runs, truth=0.3, now=0.3, published_n=300, n=n, told_n=told)
        row(f"300, taken for {told}", n, "0.3, the same",
            *(float(said.get(v, 0)) for v in ("differs", "differs_slightly", "equivalent")))  # fmt: skip
    for published_n, n, truth in product((1000, 5000), (1000, 50_000), (0.3, 0.5)):
        said = _verdicts(
            rng,
            runs,
            truth=truth,
            now=truth + 0.05,
            published_n=published_n,
            n=n,
            told_n=published_n,
        )
        row(published_n, n, f"{truth:g}, now 5 points more",
            *(float(said.get(v, 0)) for v in ("differs", "differs_slightly", "equivalent")))  # fmt: skip


TABLES = {"means": means, "growth": growth, "waits": waits, "scores": scores, "replays": replays}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--only", choices=sorted(TABLES))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{given.runs} draws a row; shares in per cent")
    for name, table in TABLES.items():
        if given.only in (None, name):
            table(np.random.default_rng(given.seed), given.runs)


if __name__ == "__main__":
    main()
