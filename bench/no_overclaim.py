"""What the report claims of seven brands that are equal, and of two that are apart.

    python bench/no_overclaim.py [--runs 2000] [--seed 1]

Draws of requests go through the functions that the report uses: `rates_of`, `differences` and
`ranks` of carekit.report.gaps. Of equal brands, a draw overclaims where any gap is called
established, or where the client's place is narrowed. "level" is tried where it is hardest: at true
gaps of just 2 points, and beyond.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from carekit.report import gaps

CLIENT = "brand 0"
# Name, requests of each brand, rate, likeness of requests by one author, share of authors of all.
EQUAL = (
    ("1,500 requests each, rate .74", [1500] * 7, 0.74, 0.0, 0.0),
    ("1,500 each, authors alike .3", [1500] * 7, 0.74, 0.3, 0.0),
    ("150 to 4,800, authors alike .3", [150, 300, 600, 1200, 2400, 3600, 4800], 0.5, 0.3, 0.0),
    ("1,500 each, a fifth of authors shared", [1500] * 7, 0.74, 0.3, 0.2),
    ("300 each, rate .05", [300] * 7, 0.05, 0.1, 0.0),
    ("60 each, rate .9", [60] * 7, 0.9, 0.1, 0.0),
    ("30 each, rate .5", [30] * 7, 0.5, 0.0, 0.0),
)
APART = (
    ("20,000 each, true gap 2 points", 20_000, 0.5, 0.02),
    ("20,000 each, true gap 2.5 points", 20_000, 0.5, 0.025),
    ("5,000 each, rate .05, true gap 2 points", 5_000, 0.05, 0.02),
)


def drawn(
    rng: np.random.Generator, sizes: list[int], rates: list[float], likeness: float, shared: float
) -> pd.DataFrame:
    """One row a request: brand, unit (author), answered; seven requests in ten have a new author."""
    parts = []
    for i, (n, rate) in enumerate(zip(sizes, rates, strict=True)):
        people = rng.integers(max(int(0.7 * n), 2), size=n)
        common = people < shared * 0.7 * n
        unit = np.where(common, people, people + (i + 1) * 1_000_000)
        leaning = _leaning(unit, rate, likeness, rng)
        answered = rng.random(n) < leaning
        parts.append(pd.DataFrame({"brand": f"brand {i}", "unit": unit, "answered": answered}))
    return pd.concat(parts, ignore_index=True)


def _leaning(
    unit: np.ndarray, rate: float, likeness: float, rng: np.random.Generator
) -> np.ndarray | float:
    """The chance of each author to be answered: of those whom brands share, the same at each."""
    if likeness == 0:
        return rate
    size = 1 / likeness - 1
    names, where = np.unique(unit, return_inverse=True)
    own = rng.beta(rate * size, (1 - rate) * size, len(names))
    common = names < 1_000_000
    steady = np.random.default_rng(7).beta(rate * size, (1 - rate) * size, 1_000_000 // 100)
    own[common] = steady[names[common] % len(steady)]
    return own[where]


def claims(table: pd.DataFrame, ranked: bool = False) -> dict[str, bool]:
    """What the report would say of a draw."""
    rates = gaps.rates_of(table, ["brand"])
    made = gaps.differences(rates, table, CLIENT)
    said = {"established": bool((made["level"] == "established").any()),
            "level": bool((made["level"] == "level").any())}  # fmt: skip
    if ranked:
        own = gaps.ranks(rates, CLIENT).set_index("brand").loc[CLIENT]
        said["placed"] = bool(own["own_worst"] - own["own_best"] + 1 < len(rates))
    return said


def equal(rng: np.random.Generator, runs: int, row: tuple, ranked: int) -> pd.DataFrame:
    """Claims of `runs` draws of equal brands; the first `ranked` are ranked as well."""
    _, sizes, rate, likeness, shared = row
    return pd.DataFrame(
        [claims(drawn(rng, sizes, [rate] * len(sizes), likeness, shared), ranked=i < ranked)
         for i in range(runs)]
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--ranked", type=int, default=500, help="draws that are ranked as well")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    print(f"{given.runs} draws of seven equal brands, {given.ranked} of them ranked; %")
    for row in EQUAL:
        made = equal(rng, given.runs, row, given.ranked)
        error = 100 * np.sqrt(0.05 * 0.95 / given.runs)
        placed = 100 * made["placed"].dropna().astype(float).mean()
        print(f"{row[0]:<42} any gap established {100 * made['established'].mean():4.1f} "
              f"(error {error:.1f})  place narrowed {placed:4.1f}", flush=True)  # fmt: skip
    print(f"\n{given.runs} draws of two brands that are apart; %")
    for name, n, rate, gap in APART:
        said = [claims(drawn(rng, [n, n], [rate, rate + gap], 0.0, 0.0))["level"]
                for _ in range(given.runs)]  # fmt: skip
        print(f"{name:<42} called level {100 * np.mean(said):4.1f}", flush=True)


if __name__ == "__main__":
    main()
