"""carekit.inference.benchmark.ranks: rank sets and chances of the top places."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.inference.benchmark.ranks import prob_top, rank_probabilities, rank_sets
from carekit.inference.rates.intervals import newcombe
from carekit.inference.rates.proportions import estimate_rate


def frame(estimates, errors=0.05):
    return pd.DataFrame(
        {"brand": range(len(estimates)), "estimate": estimates, "std_error": errors}
    )


def message(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


tables = st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 0.3)), min_size=2, max_size=7).map(
    lambda rows: frame([r[0] for r in rows], [r[1] for r in rows])
)


def test_ties_share_the_better_rank():
    out = rank_sets(frame([0.5, 0.9, 0.5, 0.1]), method="bonferroni")
    assert out["rank"].tolist() == [2, 1, 2, 4]


def counts(yes, n=40):
    return pd.DataFrame({"brand": range(len(yes)), "n": n, "n_answered": yes})


def test_brands_at_0_and_100_per_cent_take_part():
    # Their standard error is 0, their limits are not: as Newcombe compares two shares.
    rates = estimate_rate(counts([40, 38, 20, 1, 0]), by="brand")
    out = rank_sets(rates, draws=20_000)
    assert out["rank"].tolist() == [1, 2, 3, 4, 5]
    assert out["best_rank"].tolist() == [1, 1, 3, 4, 4]
    assert out["worst_rank"].tolist() == [2, 2, 3, 5, 5]
    two = rank_sets(estimate_rate(counts([40, 36]), by="brand"), method="bonferroni")
    low, _ = newcombe(40, 40, 36, 40)
    assert (two["worst_rank"][0] == 1) == (low > 0)


def test_one_brand_alone_has_the_set_it_has_among_all():
    table = frame([0.3, 0.5, 0.52, 0.9, 0.1], 0.04)
    for method in ("marginal", "simultaneous"):
        everyone = rank_sets(table, method=method, draws=5000)
        alone = rank_sets(table, method=method, draws=5000, only=2)
        pd.testing.assert_frame_equal(alone, everyone.iloc[[2]].reset_index(drop=True))
    assert message(lambda: rank_sets(table, only=9)) == (
        "`only` is 9; the groups of 'brand' are: 0, 1, 2, 3, 4. Name one of them."
    )


def test_sets_of_extreme_rates_hold_the_true_ranks():
    rng = np.random.default_rng(6)
    held = []
    for _ in range(60):
        rates = rng.uniform(0.85, 0.99, 6)
        table = estimate_rate(counts(rng.binomial(40, rates)), by="brand")
        out = rank_sets(table, draws=2000)
        true = 1 + (rates[None, :] > rates[:, None]).sum(axis=1)
        held.append(((out["best_rank"] <= true) & (true <= out["worst_rank"])).all())
    assert np.mean(held) >= 0.9


def test_two_groups_need_the_usual_critical_value():
    apart = rank_sets(frame([0.5, 0.5 + 0.05 * np.sqrt(2) * 1.97]), method="bonferroni")
    assert apart["critical_value"][0] == pytest.approx(1.959964)
    assert apart[["best_rank", "worst_rank"]].to_numpy().tolist() == [[2, 2], [1, 1]]
    close = rank_sets(frame([0.5, 0.5 + 0.05 * np.sqrt(2) * 1.95]), method="bonferroni")
    assert close[["best_rank", "worst_rank"]].to_numpy().tolist() == [[1, 2], [1, 2]]


def test_simultaneous_critical_value_is_the_studentised_range():
    from scipy.stats import studentized_range

    out = rank_sets(frame([0.1, 0.2, 0.3, 0.4, 0.5]))
    expected = studentized_range.ppf(0.95, 5, np.inf) / np.sqrt(2)
    assert out["critical_value"][0] == pytest.approx(expected, abs=0.02)


def test_marginal_sets_lie_inside_simultaneous_ones_and_these_inside_bonferroni():
    rng = np.random.default_rng(2)
    for _ in range(5):
        table = frame(rng.uniform(0.2, 0.8, 8), rng.uniform(0.02, 0.1, 8))
        sets = [
            rank_sets(table, method=m, draws=20_000)
            for m in ("marginal", "simultaneous", "bonferroni")
        ]
        for inner, outer in itertools.pairwise(sets):
            assert (inner["best_rank"] >= outer["best_rank"]).all()
            assert (inner["worst_rank"] <= outer["worst_rank"]).all()


@settings(max_examples=25, deadline=None)
@given(tables)
def test_sets_hold_the_rank_and_order_of_rows_does_not_matter(table):
    for method in ("simultaneous", "marginal", "bonferroni"):
        out = rank_sets(table, method=method, draws=1000)
        assert (out["best_rank"] <= out["rank"]).all()
        # A tie holds the better rank, and may end on any of the places it shares.
        assert (out["rank"] <= out["worst_rank"]).all()
    turned = rank_sets(table.iloc[::-1], method="bonferroni").iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(turned, rank_sets(table, method="bonferroni"))


def test_correlated_estimates_are_told_apart_by_their_covariance():
    table = frame([0.50, 0.55], 0.05)
    cov = np.array([[0.0025, 0.00245], [0.00245, 0.0025]])
    assert rank_sets(table, method="bonferroni")["worst_rank"].tolist() == [2, 2]
    linked = rank_sets(table.drop(columns="std_error"), covariance=cov, method="bonferroni")
    assert linked["worst_rank"].tolist() == [2, 1]
    simulated = rank_sets(table, covariance=cov, draws=5000)
    assert simulated["worst_rank"].tolist() == [2, 1]
    np.testing.assert_allclose(simulated["std_error"], 0.05)


def test_one_group_ranks_first():
    out = rank_sets(frame([0.4])).iloc[0]
    assert (out["rank"], out["best_rank"], out["worst_rank"]) == (1, 1, 1)
    assert np.isnan(out["critical_value"])
    assert prob_top(frame([0.4]), k=1)["probability"].tolist() == pytest.approx([1.0])


def test_the_same_seed_gives_the_same_sets_and_the_table_stays_unchanged():
    table = frame([0.1, 0.15, 0.4], [0.02, 0.05, 0.1])
    before = table.copy()
    one, two = (rank_sets(table, draws=2000, seed=9) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    pd.testing.assert_frame_equal(table, before)


def test_two_groups_have_the_normal_chance_of_the_first_place():
    from scipy.stats import norm

    out = prob_top(frame([0.6, 0.5], [0.04, 0.05]), k=1)["probability"]
    assert out[0] == pytest.approx(norm.cdf(0.1 / np.hypot(0.04, 0.05)), abs=1e-10)


@settings(max_examples=30, deadline=None)
@given(tables, st.data())
def test_chances_sum_to_the_number_of_places(table, data):
    k = data.draw(st.integers(1, len(table)))
    out = prob_top(table, k=k)["probability"]
    assert out.sum() == pytest.approx(k, abs=1e-6)
    assert ((out >= 0) & (out <= 1)).all()


def test_chances_equal_those_of_many_draws():
    table = frame([0.6, 0.55, 0.5, 0.2], [0.05, 0.1, 0.02, 0.2])
    rng = np.random.default_rng(0)
    draws = pd.DataFrame(rng.normal(table["estimate"], table["std_error"], (200_000, 4)))
    for k in (1, 2, 3):
        exact = prob_top(table, k=k)["probability"]
        drawn = rank_probabilities(draws, k=k)["probability"]
        np.testing.assert_allclose(exact, drawn, atol=0.004)


def test_ranks_of_draws_counted_by_hand():
    draws = pd.DataFrame({"a": [3.0, 1.0], "b": [3.0, 2.0], "c": [1.0, 3.0]})
    draws.columns.name = "brand"
    out = rank_probabilities(draws, k=2)
    # First draw: a and b share rank 1, c is third. Second: c, b, a.
    assert out["brand"].tolist() == ["a", "b", "c"]
    assert out["probability"].tolist() == [0.5, 1.0, 0.5]
    assert out["rank_low"].tolist() == [1, 1, 1]
    assert out["rank_high"].tolist() == [3, 2, 3]


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    table = frame([0.1, 0.2, 0.3])
    assert message(lambda: rank_sets(table, method="naive")) == (
        "`method` is 'naive'; expected one of: simultaneous, marginal, bonferroni. Choose one of "
        "these."
    )
    assert message(lambda: rank_sets(table, draws=10)) == (
        "`draws` is 10; at least 1000 were expected, 100000 for a figure that is printed. Ask for "
        'more draws, or use `method="bonferroni"`.'
    )
    assert message(lambda: rank_sets(table.assign(std_error=[0.1, 0.0, np.nan]))) == (
        "`table` has no estimate with a positive standard error in 2 rows (first: 1, 2); both are "
        "needed to rank, or limits in ci_low and ci_high. Leave these groups out and say so."
    )
    assert message(lambda: rank_sets(table.assign(brand="a"))) == (
        "`table` repeats a value of 'brand' in 2 rows (first: 1, 2); one row per group was expected. "
        "Estimate each group once."
    )
    assert message(lambda: rank_sets(table, covariance=np.eye(2))) == (
        "`covariance` has shape (2, 2); a symmetric matrix of 3 rows and columns, one per row of "
        "`table`, with positive variances and no negative eigenvalue was expected. Check how it "
        "was computed."
    )
    assert message(lambda: rank_sets(table.iloc[:0])) == (
        "`table` has no rows; ranks need at least one group. Pass your estimates."
    )
    for call in (lambda: prob_top(table, k=4), lambda: rank_probabilities(table, k=4)):
        assert message(call) == (
            "`k` is 4; a number of places from 1 to 3 (the groups) was expected. Choose fewer "
            "places."
        )
    assert message(lambda: rank_probabilities(table.assign(estimate=np.nan), k=1)) == (
        "`draws` has 3 rows with 3 missing values; at least one draw of every group was expected, "
        "none missing. Take them from draw_rates."
    )
