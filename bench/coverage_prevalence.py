"""Simulated coverage of corrected shares: how often the 95 % interval holds the true share.

    python bench/coverage_prevalence.py [--draws 2000] [--part share] [--out FILE]

Results are kept in `coverage_prevalence.csv`; its column draws says how many data sets each setting
had. With `--part`, the rows of that part replace those in FILE and the others stay.

One row a setting: share, sensitivity and specificity of the classifier, coded and uncoded posts;
how often PPI++ was used rather than its fallback, coverage of the whole procedure, mean width over
that of the coded sample alone where PPI++ was used. `rare`: shares at which the coded sample alone
is the rule. Then the difference of two groups, a sample drawn in two strata, and one of threads.
Exits with 1 when coverage leaves 93.5-96.5 % by more than the Monte Carlo error where PPI++ is used
in most draws.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep

from carekit.inference.correction.prevalence import compare_groups, corrected_prevalence

LOW, HIGH = 0.935, 0.965
UNCODED = 2_000
PARTS = ("share", "difference", "strata", "rare", "threads")


def posts(
    rng: np.random.Generator, share: float, se: float, sp: float, n: int, rest: int
) -> pd.DataFrame:
    """One drawn data set; uncoded posts as two counted rows, which gives the same numbers."""
    truth = rng.random(n) < share
    machine = np.where(truth, rng.random(n) < se, rng.random(n) >= sp).astype(int)
    ones = rng.binomial(rest, share * se + (1 - share) * (1 - sp))
    coded = pd.DataFrame({"code": truth.astype(float), "machine": machine, "count": 1})
    other = pd.DataFrame({"code": np.nan, "machine": [0, 1], "count": [rest - ones, ones]})
    return pd.concat([coded, other], ignore_index=True)


def one_share(rng: np.random.Generator, draws: int) -> list[dict[str, object]]:
    classifiers = ((0.8, 0.85), (0.9, 0.9), (0.95, 0.95), (0.6, 0.6), (0.5, 0.9))
    settings = itertools.product((60, 100, 200, 400), (0.1, 0.2, 0.35, 0.5), classifiers)
    return [_share(rng, draws, "share", n, share, *c) for n, share, c in settings]


def rare(rng: np.random.Generator, draws: int) -> list[dict[str, object]]:
    """Below 15 coded posts of a class the procedure falls back on the coded sample alone."""
    settings = itertools.product((100, 200, 400), (0.02, 0.05), ((0.8, 0.85), (0.9, 0.9)))
    return [_share(rng, draws, "rare", n, share, *c) for n, share, c in settings]


def _share(
    rng: np.random.Generator, draws: int, what: str, n: int, share: float, se: float, sp: float
) -> dict[str, object]:
    hits = used = 0
    width = human = 0.0
    for _ in range(draws):
        row = corrected_prevalence(
            posts(rng, share, se, sp, n, UNCODED), code="code", machine="machine", count="count"
        ).iloc[0]
        hits += row["ci_low"] <= share <= row["ci_high"]
        if row["method"].startswith("PPI++"):
            used += 1
            width += row["ci_high"] - row["ci_low"]
            human += row["human_ci_high"] - row["human_ci_low"]
    found = {
        "what": what,
        "n_coded": n,
        "share": share,
        "sensitivity": se,
        "specificity": sp,
        "ppi_used": used / draws,
        "coverage": hits / draws,
        "width_ratio": width / human if human else np.nan,
    }
    print(found, file=sys.stderr)
    return found


def difference(rng: np.random.Generator, draws: int) -> list[dict[str, object]]:
    rows = []
    for n, (a, b) in itertools.product((100, 200), ((0.3, 0.3), (0.2, 0.4), (0.5, 0.6))):
        hits = used = 0
        width = human = 0.0
        for _ in range(draws):
            frame = pd.concat(
                [
                    posts(rng, a, 0.8, 0.85, n, UNCODED).assign(brand="a"),
                    posts(rng, b, 0.75, 0.9, n, UNCODED).assign(brand="b"),
                ],
                ignore_index=True,
            )
            row = compare_groups(
                frame, code="code", machine="machine", group="brand", count="count"
            ).iloc[0]
            hits += row["ci_low"] <= a - b <= row["ci_high"]
            if "coded sample only" not in row["method"]:
                used += 1
                width += row["ci_high"] - row["ci_low"]
                yes = [frame["code"][frame["brand"] == brand].sum() for brand in "ab"]
                low, high = confint_proportions_2indep(yes[0], n, yes[1], n, method="newcomb")
                human += high - low
        rows.append(
            {
                "what": "difference",
                "n_coded": n,
                "share": a - b,
                "ppi_used": used / draws,
                "coverage": hits / draws,
                "width_ratio": width / human if human else np.nan,
            }
        )
        print(rows[-1], file=sys.stderr)
    return rows


def strata(rng: np.random.Generator, draws: int) -> list[dict[str, object]]:
    """Half of the sample from the tenth of the posts that is mostly positive."""
    rows = []
    for n in (100, 200):
        hits = used = 0
        width = human = 0.0
        for _ in range(draws):
            frame = pd.concat(
                [
                    posts(rng, 0.7, 0.8, 0.8, n // 2, 200 - n // 2).assign(s="rich"),
                    posts(rng, 0.2, 0.8, 0.85, n // 2, 1800 - n // 2).assign(s="poor"),
                ],
                ignore_index=True,
            )
            row = corrected_prevalence(
                frame, code="code", machine="machine", count="count", stratum="s"
            ).iloc[0]
            truth = 0.1 * 0.7 + 0.9 * 0.2
            hits += row["ci_low"] <= truth <= row["ci_high"]
            if row["method"].startswith("PPI++"):
                used += 1
                width += row["ci_high"] - row["ci_low"]
                human += row["human_ci_high"] - row["human_ci_low"]
        rows.append(
            {
                "what": "strata",
                "n_coded": n,
                "share": 0.25,
                "ppi_used": used / draws,
                "coverage": hits / draws,
                "width_ratio": width / human if human else np.nan,
            }
        )
        print(rows[-1], file=sys.stderr)
    return rows


def threads(rng: np.random.Generator, draws: int) -> list[dict[str, object]]:
    """Whole threads are drawn: four posts each, whose shares vary from thread to thread."""
    rows = []
    for n_threads in (50, 100):
        hits = used = 0
        width = human = 0.0
        for _ in range(draws):
            every = n_threads + 500
            share = np.repeat(rng.beta(1.2, 2.8, every), 4)
            truth = rng.random(len(share)) < share
            machine = np.where(truth, rng.random(len(share)) < 0.8, rng.random(len(share)) >= 0.85)
            thread = np.repeat(np.arange(every), 4)
            frame = pd.DataFrame({"thread": thread, "machine": machine.astype(int)})
            frame["code"] = pd.Series(truth.astype(float)).where(thread < n_threads)
            row = corrected_prevalence(
                frame, code="code", machine="machine", cluster="thread"
            ).iloc[0]
            hits += row["ci_low"] <= 0.3 <= row["ci_high"]
            if row["method"].startswith("PPI++"):
                used += 1
                width += row["ci_high"] - row["ci_low"]
                human += row["human_ci_high"] - row["human_ci_low"]
        rows.append(
            {
                "what": "threads",
                "n_coded": 4 * n_threads,
                "share": 0.3,
                "sensitivity": 0.8,
                "specificity": 0.85,
                "ppi_used": used / draws,
                "coverage": hits / draws,
                "width_ratio": width / human if human else np.nan,
            }
        )
        print(rows[-1], file=sys.stderr)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    # Each part has its own stream, so that one can be drawn again without the others.
    draw = (one_share, difference, strata, rare, threads)
    rows = [
        row
        for number, (name, one) in enumerate(zip(PARTS, draw, strict=True))
        if given.part in (None, name)
        for row in one(np.random.default_rng([given.seed, number]), given.draws)
    ]
    table = pd.DataFrame(rows).assign(draws=given.draws)
    if given.out:
        kept = table
        if given.part and given.out.is_file():
            before = pd.read_csv(given.out)
            kept = pd.concat([before[before["what"] != given.part], table], ignore_index=True)
        kept.round(4).to_csv(given.out, index=False)
    error = 2.6 * np.sqrt(0.95 * 0.05 / given.draws)
    used = table[table["ppi_used"] > 0.5]
    outside = used[(used["coverage"] < LOW - error) | (used["coverage"] > HIGH + error)]
    print(table.round(4).to_string(index=False))
    print(f"{len(used)} settings with PPI++, {len(outside)} outside {LOW}-{HIGH} (± {error:.3f})")
    return int(len(outside) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
