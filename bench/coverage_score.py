"""Coverage of the scores of the report and of the places that it allows.

    python bench/coverage_score.py [--runs 2000] [--ranked 500] [--seed 1]

Requests of seven brands are drawn with nested criteria (answered within an hour, within a day, at
all), a fourth that hangs on them (the author did not have to ask again first), and authors who write
several times and are treated alike. They go through `points_of`, `scores_of` and `places_of` of
carekit.report.score and `ranks` of carekit.report.gaps. The truth is the mean over the authors'
population, by arithmetic on a draw of two million requests a brand.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from carekit.report import gaps, score
from carekit.report.asked import WEIGHTS

END = pd.Timestamp("2026-07-01", tz="UTC")
CLIENT = "brand 2"
POPULATION = 2_000_000
# Name, requests of each brand, rates, medians of the wait in minutes, likeness of one author's requests.
RATES = [0.55, 0.60, 0.65, 0.65, 0.70, 0.75, 0.80]
WAITS = [200.0, 180, 120, 120, 90, 60, 40]
SITUATIONS = (
    ("1,500 each, apart", [1500] * 7, RATES, WAITS, 0.0),
    ("1,500 each, apart, authors alike .3", [1500] * 7, RATES, WAITS, 0.3),
    ("200 each, apart, authors alike .3", [200] * 7, RATES, WAITS, 0.3),
    ("60 each, apart, authors alike .3", [60] * 7, RATES, WAITS, 0.3),
    ("150 to 4,800, equal, authors alike .3", [150, 300, 600, 1200, 2400, 3600, 4800],
     [0.7] * 7, [90.0] * 7, 0.3),
    ("300 each, equal, nearly all answered", [300] * 7, [0.96] * 7, [20.0] * 7, 0.1),
    ("300 each, equal, few answered", [300] * 7, [0.06] * 7, [300.0] * 7, 0.1),
    ("30 each, equal", [30] * 7, [0.7] * 7, [90.0] * 7, 0.0),
)  # fmt: skip


def drawn(
    rng: np.random.Generator, sizes: list[int], rates: list[float], waits: list[float],
    likeness: float, often: float = 0.7,
) -> pd.DataFrame:  # fmt: skip
    """Requests as `read_requests` gives them; `often`: authors to requests, at most."""
    parts = []
    for i, (n, rate, middle) in enumerate(zip(sizes, rates, waits, strict=True)):
        unit = rng.integers(max(int(often * n), 2), size=n)
        leaning: np.ndarray | float = rate
        if likeness:
            size = 1 / likeness - 1
            names, where = np.unique(unit, return_inverse=True)
            leaning = rng.beta(rate * size, (1 - rate) * size, len(names))[where]
        answered = rng.random(n) < leaning
        wait = np.where(answered, 60 * np.exp(rng.normal(np.log(middle), 1.2, n)), np.nan)
        again = rng.random(n) < 0.3
        after = np.where(again, 60 * np.exp(rng.normal(np.log(300), 0.8, n)), np.nan)
        parts.append(
            pd.DataFrame({"brand": f"brand {i}", "unit": unit + i * 10_000_000,
                          "answered": answered, "wait": wait, "wait_thread": wait,
                          "again": again.astype(float), "again_after": after})
        )  # fmt: skip
    made = pd.concat(parts, ignore_index=True)
    return made.assign(
        created_at=END - pd.Timedelta(days=30), followed=np.nan, backwards=False, known=True
    )


def truth(rates: list[float], waits: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Scores and rates of the brands without chance: one author a request, many of them."""
    found = {}
    for pair in dict.fromkeys(zip(rates, waits, strict=True)):
        rng = np.random.default_rng(99)
        many = drawn(rng, [POPULATION], [pair[0]], [pair[1]], 0.0)
        points = score.points_of(many, END, repeats=True)
        found[pair] = 20 * sum(w * points[name].mean() for name, w in WEIGHTS.items())
    return np.array([found[p] for p in zip(rates, waits, strict=True)]), np.array(rates)


def holds(places: pd.DataFrame, true: np.ndarray, low: str, high: str) -> np.ndarray:
    """Whether each set holds the true places: of equals, all that they share."""
    names = [f"brand {i}" for i in range(len(true))]
    best = 1 + (true[None, :] > true[:, None] + 1e-9).sum(axis=1)
    worst = len(true) - (true[None, :] < true[:, None] - 1e-9).sum(axis=1)
    found = places.set_index("brand").loc[names]
    return ((found[low] <= best) & (found[high] >= worst)).to_numpy(bool)


def one(
    rng: np.random.Generator, row: tuple, scores: np.ndarray, rates: np.ndarray, ranked: bool
) -> dict[str, float]:
    """What held in one draw."""
    _, sizes, wanted, waits, likeness = row
    table = drawn(rng, sizes, wanted, waits, likeness)
    points = score.points_of(table, END, repeats=True)
    made, _ = score.scores_of(points, WEIGHTS)
    low, high = made["ci_low"].to_numpy(float), made["ci_high"].to_numpy(float)
    said = {"score": float(((low <= scores) & (scores <= high)).mean())}
    if ranked:
        shown = score.places_of(made)
        whole = shown.assign(best_rank=shown["best_rank"].fillna(1),
                             worst_rank=shown["worst_rank"].fillna(len(sizes)))  # fmt: skip
        said["places by score"] = float(holds(whole, scores, "best_rank", "worst_rank").all())
        own = gaps.ranks(gaps.rates_of(table, ["brand"]), CLIENT)
        said["places by rate"] = float(holds(own, rates, "best_rank", "worst_rank").all())
        at = int(CLIENT.split()[1])
        said["own place"] = float(holds(own, rates, "own_best", "own_worst")[at])
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--ranked", type=int, default=500, help="draws that are ranked as well")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    print(f"{given.runs} draws a situation, {given.ranked} of them ranked; % of intervals of seven "
          "scores, of sets that hold together, of the client's own set")  # fmt: skip
    for row in SITUATIONS:
        scores, rates = truth(row[2], row[3])
        made = pd.DataFrame([one(rng, row, scores, rates, i < given.ranked)
                             for i in range(given.runs)])  # fmt: skip
        print(f"{row[0]:<40}", *(f"{name} {100 * made[name].mean():5.1f}" for name in made),
              sep="  ", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
