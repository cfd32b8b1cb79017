"""Intervals cover what they say: a short, seeded version of bench/coverage_proportions.py."""

import numpy as np
import pytest

from carekit.inference.rates.intervals import wilson

from ..scripts import load_script

bench = load_script("bench/coverage_proportions.py")

SITUATIONS = [
    (bench.independent(wilson, 30, (0.1, 0.9)), 200),
    (bench.independent(wilson, 100, (0.02, 0.1)), 200),
    (bench.two_groups(50, 200, (0.1, 0.9)), 200),
    (bench.brands("auto", 8, 0.25, 0.56, None), 1500),
    (bench.brands("auto", 20, 0.25, 0.2, None), 1500),
    (bench.brands("auto", 20, 0.05, 0.8, 0.3), 1500),
    (bench.brands("mean", 20, 0.25, 0.56, None), 1500),
    (bench.survey("beta", 200, 0.3, 0.6), 600),
]


@pytest.mark.parametrize(("situation", "runs"), SITUATIONS, ids=lambda x: str(x)[:60])
def test_coverage_lies_within_the_promise_but_for_chance(situation, runs):
    name, text, run = situation
    coverage = 100 * run(np.random.default_rng(2), runs)
    draws = {"wilson": 25 * runs, "newcombe": 25 * runs, "survey beta": runs // 4}.get(name, runs)
    error = np.sqrt(95 * 5 / draws)
    assert bench.LOW - 3 * error <= coverage <= bench.HIGH + 3 * error, (name, text, coverage)


def test_the_simulation_sees_an_interval_that_covers_too_little():
    _, _, run = bench.brands("beta", 8, 0.25, 0.2, None)
    assert run(np.random.default_rng(2), 1500) < 0.925
