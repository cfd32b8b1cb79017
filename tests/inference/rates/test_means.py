"""Means and medians of counted values against SciPy, expanded rows and a bootstrap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from carekit.errors import InputError
from carekit.inference.rates.means import estimate_mean

VALUES = np.array([3.0, 4, 4, 7, 9, 9, 9, 30])
TABLE = pd.DataFrame({"value": VALUES, "n": 1, "brand": list("aabbccdd")})


def test_the_mean_of_independent_units_has_students_interval():
    row = estimate_mean(TABLE, value="value").iloc[0]
    low, high = stats.t.interval(0.95, len(VALUES) - 1, VALUES.mean(), stats.sem(VALUES))
    assert (row.estimate, row.ci_low, row.ci_high) == pytest.approx((VALUES.mean(), low, high))


def test_one_unit_a_cluster_is_no_clustering():
    single = TABLE.assign(brand=range(8))
    clustered = estimate_mean(single, value="value", cluster="brand").iloc[0]
    plain = estimate_mean(single, value="value").iloc[0]
    assert clustered.std_error == pytest.approx(plain.std_error)


def test_clusters_of_equal_size_give_the_interval_of_their_means():
    row = estimate_mean(TABLE, value="value", cluster="brand").iloc[0]
    means = VALUES.reshape(4, 2).mean(axis=1)
    assert row.std_error == pytest.approx(stats.sem(means))
    assert (row.df, row.clusters) == (3, 4)
    assert row["flags"] == "few_clusters, small_n"


@pytest.mark.slow
def test_few_uneven_clusters_cover_as_they_say():
    # Linearised limits on K - 1 covered 82 to 87 %.
    rng = np.random.default_rng(8)
    runs, k = 600, 5
    n = np.maximum(2, rng.lognormal(3.4 - 0.72, 1.2, (runs, k)).round()).astype(int)
    run = np.repeat(np.repeat(np.arange(runs), k), n.ravel())
    brand = np.repeat(np.tile(np.arange(k), runs), n.ravel())
    level = np.repeat(rng.normal(0, 20, (runs, k)).ravel(), n.ravel())
    value = np.round(100 + level + rng.normal(0, 40, len(run)))
    table = pd.DataFrame({"run": run, "brand": brand, "v": value, "n": 1})
    out = estimate_mean(table, value="v", by="run", cluster="brand")
    covered = ((out["ci_low"] <= 100) & (out["ci_high"] >= 100)).mean()
    assert 0.935 <= covered <= 0.985
    assert out["method"].str.endswith("CR2").mean() > 0.8


def test_even_clusters_keep_students_t_on_their_number():
    table = pd.DataFrame({"brand": list("aabbccdd"), "v": [1, 3, 2, 6, 5, 9, 4, 4], "n": 1})
    out = estimate_mean(table, value="v", cluster="brand").iloc[0]
    assert (out["df"], out["method"]) == (3, "mean, t, clustered by brand")
    assert out["std_error"] == pytest.approx(np.std([2, 4, 7, 4], ddof=1) / 2)


def test_counts_are_copies():
    counted = pd.DataFrame({"value": [3.0, 9], "n": [4, 6]})
    rows = pd.DataFrame({"value": [3.0] * 4 + [9] * 6, "n": 1})
    for statistic in ("mean", "median"):
        one = estimate_mean(counted, value="value", statistic=statistic)
        assert one.equals(estimate_mean(rows, value="value", statistic=statistic))


def test_the_interval_of_a_median_is_made_of_values_that_occur():
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"value": rng.exponential(50, 400).round(), "n": 1})
    row = estimate_mean(table, value="value", statistic="median").iloc[0]
    assert {row.estimate, row.ci_low, row.ci_high} <= set(table.value)
    order = np.sort(table.value)
    # binomial order statistics: the usual exact interval for a median of 400
    assert row.ci_low == pytest.approx(order[179], rel=0.05)
    assert row.ci_high == pytest.approx(order[220], rel=0.05)


@pytest.mark.slow
def test_the_interval_of_a_clustered_median_covers_it():
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(60):
        shift = np.repeat(rng.normal(0, 0.5, 40), 8)
        table = pd.DataFrame({"value": np.exp(shift + rng.normal(0, 1, 320)).round(4), "n": 1})
        table["brand"] = np.repeat(np.arange(40), 8)
        row = estimate_mean(table, value="value", cluster="brand", statistic="median").iloc[0]
        hits += row.ci_low <= 1 <= row.ci_high
    assert hits >= 52  # 95 % less three standard errors


def test_groups_are_those_of_each_alone_and_empty_ones_have_no_mean():
    table = pd.concat([TABLE.assign(g="x"), TABLE.assign(g="y", value=VALUES * 2)])
    table = pd.concat([table, pd.DataFrame({"value": [1.0], "n": [0], "brand": ["a"], "g": ["z"]})])
    out = estimate_mean(table, value="value", by="g", cluster="brand")
    alone = estimate_mean(TABLE, value="value", cluster="brand").iloc[0]
    assert out.estimate.tolist()[:2] == [alone.estimate, 2 * alone.estimate]
    assert out.isna().estimate[2]
    assert "n0" in out["flags"][2]


@given(st.lists(st.integers(0, 100), min_size=2, max_size=30))
def test_the_median_is_the_smallest_value_that_half_do_not_exceed(values):
    table = pd.DataFrame({"value": values, "n": 1})
    got = estimate_mean(table, value="value", statistic="median").estimate[0]
    assert got == np.sort(values)[(len(values) - 1) // 2]


def test_what_cannot_be_averaged_is_refused():
    before = TABLE.copy()
    with pytest.raises(InputError) as error:
        estimate_mean(TABLE, value="value", statistic="mode")
    assert str(error.value) == (
        "`statistic` is 'mode'; expected one of: mean, median. Choose one of these."
    )
    with pytest.raises(InputError, match="`value` 'value' is missing or infinite in 1 rows"):
        estimate_mean(TABLE.assign(value=[np.nan, *VALUES[1:]]), value="value")
    assert TABLE.equals(before)
