"""carekit.inference.rates.growth: limits of a growth over uneven accounts."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from carekit.inference.rates.growth import split_growth


def accounts(before, after):
    return pd.DataFrame(
        {
            "n_before": before,
            "n_after": after,
            "open_before": True,
            "open_after": True,
            "open_throughout": True,
        }
    )


def like_for_like(before, after):
    return split_growth(accounts(before, after)).set_index("component").loc["like for like"]


def test_even_accounts_have_the_interval_of_a_ratio():
    # Shares of both periods are 1/4 each but for the growth: scaled by 1 / (1 - 1/4) = K / (K - 1).
    before, after = np.full(4, 100), np.array([120, 140, 130, 130])
    row = like_for_like(before, after)
    assert row["estimate"] == pytest.approx(0.3)
    influence = after / 520 - 0.25
    share = (after / 520 + 0.25) / 2
    error = np.sqrt((influence**2 / (1 - share)).sum())
    assert row["df"] == pytest.approx(3, abs=0.02)
    high = np.log(1.3) + t.ppf(0.975, row["df"]) * error
    assert row["ci_high"] == pytest.approx(np.expm1(high))


@pytest.mark.slow
def test_few_uneven_accounts_cover_as_they_say():
    # Linearised limits on accounts - 1 covered 85 to 89 %.
    rng = np.random.default_rng(8)
    held, runs, true = 0, 300, 1.3 * np.exp(0.045) - 1
    for _ in range(runs):
        size, growth = rng.lognormal(3, 1.2, 10), rng.lognormal(np.log(1.3), 0.3, 10)
        before, after = rng.poisson(size), rng.poisson(size * growth)
        kept = (before > 0) | (after > 0)
        row = like_for_like(before[kept], after[kept])
        held += row["ci_low"] <= true <= row["ci_high"]
    assert 0.92 <= held / runs <= 0.985


def test_accounts_that_grew_alike_leave_no_limits():
    row = like_for_like([10, 20, 40], [20, 40, 80])
    assert row["estimate"] == pytest.approx(1)
    assert np.isnan(row["ci_low"])
    assert row["flags"] == "zero_var, few_clusters"
