"""Bootstrap and jackknife of brands: witnesses that use no variance formula."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.inference.rates.proportions import estimate_rate

GOLDEN = Path(__file__).parents[1] / "golden"


def brands():
    return pd.read_csv(GOLDEN / "in_brands.csv").rename(
        columns={"asked": "n", "answered": "n_answered"}
    )


def bootstrap(table, draws, seed):
    """Pooled rates of tables whose brands are drawn with replacement."""
    yes, units = table["n_answered"].to_numpy(float), table["n"].to_numpy(float)
    drawn = np.random.default_rng(seed).integers(0, len(units), (draws, len(units)))
    return yes[drawn].sum(axis=1) / units[drawn].sum(axis=1)


def jackknife(table):
    """Standard error from leaving out one brand after the other."""
    yes, units = table["n_answered"].to_numpy(float), table["n"].to_numpy(float)
    without = (yes.sum() - yes) / (units.sum() - units)
    k = len(units)
    return np.sqrt((k - 1) / k * ((without - without.mean()) ** 2).sum())


def test_the_linearised_error_lies_between_bootstrap_and_jackknife():
    out = estimate_rate(brands(), cluster="brand", interval="beta").iloc[0]
    assert bootstrap(brands(), 20_000, 1).std() < out["std_error"] < jackknife(brands())
    reduced = estimate_rate(brands(), cluster="brand", interval="cr2").iloc[0]
    assert reduced["std_error"] == pytest.approx(jackknife(brands()), rel=0.05)


def test_bootstrap_agrees_with_two_independent_simulations(golden):
    rates = bootstrap(brands(), 60_000, 3)
    reference, case = golden("pooled_rate"), "in_messages cluster=brand"
    low, high = np.quantile(rates, [0.025, 0.975])
    for quantity, value in {
        "bootstrap_percentile_low": low,
        "bootstrap_percentile_high": high,
        "bootstrap_se": rates.std(ddof=1),
    }.items():
        assert value == pytest.approx(reference.value(case, quantity), abs=0.003)


def test_jackknife_equals_the_frozen_standard_error(golden):
    golden("pooled_rate").check("in_messages cluster=brand", "se_jackknife", jackknife(brands()))
