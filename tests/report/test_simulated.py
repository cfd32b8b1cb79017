"""Short, seeded versions of bench/no_overclaim.py and bench/coverage_score.py."""

import numpy as np
import pandas as pd

from ..scripts import load_script


def test_equal_brands_are_seldom_told_apart_and_a_gap_of_two_points_is_not_called_level():
    bench = load_script("bench/no_overclaim.py")
    rng = np.random.default_rng(5)
    for row in (bench.EQUAL[2], bench.EQUAL[3], bench.EQUAL[5]):
        found = bench.equal(rng, 60, row, ranked=15)
        # Of 60 draws at 5 % eight or more would come in one of 70 such tests.
        assert found["established"].sum() < 8
        assert found["placed"].sum() < 5
    name, n, rate, gap = bench.APART[0]
    level = [bench.claims(bench.drawn(rng, [n, n], [rate, rate + gap], 0.0, 0.0))["level"]
             for _ in range(40)]  # fmt: skip
    assert sum(level) < 6, name


def test_scores_and_places_hold_the_truth_with_nested_criteria_and_repeated_authors():
    bench = load_script("bench/coverage_score.py")
    rng = np.random.default_rng(6)
    row = bench.SITUATIONS[1]
    scores, rates = bench.truth(row[2], row[3])
    held = pd.DataFrame([bench.one(rng, row, scores, rates, i < 10) for i in range(60)])
    assert 0.91 < held["score"].mean() < 0.985  # of 420 intervals, five errors either way
    assert held[["places by score", "places by rate", "own place"]].mean().min() >= 0.8
