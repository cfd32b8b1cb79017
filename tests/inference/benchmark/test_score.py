"""carekit.inference.benchmark.score: scores out of 20."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.inference.benchmark.score import rank_scores, score_brands, weight_sensitivity
from carekit.inference.rates.intervals import wilson
from carekit.inference.rates.proportions import estimate_rate

WEIGHTS = {"rate": 0.5, "speed": 0.3, "tone": 0.2}


def frame(**brands):
    rows = [
        (brand, name, value, 0.05)
        for brand, values in brands.items()
        for name, value in zip(WEIGHTS, values, strict=True)
        if value is not None
    ]
    return pd.DataFrame(rows, columns=["brand", "criterion", "estimate", "std_error"])


def message(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_score_and_error_counted_by_hand():
    out = score_brands(frame(a=(0.6, 0.5, 1.0)), weights=WEIGHTS).iloc[0]
    assert out["estimate"] == pytest.approx(20 * (0.3 + 0.15 + 0.2))
    assert out["std_error"] == pytest.approx(20 * 0.05 * np.sqrt(0.25 + 0.09 + 0.04))
    assert out["bound_low"] == out["bound_high"] == pytest.approx(out["estimate"])
    assert (out["criteria"], out["missing"], out["flags"]) == (3, "", "")


def counted(**brands):
    """(yes, n) of each criterion → a table with Wilson's limits."""
    rows = [
        {"brand": brand, "criterion": name, "n": n, "n_answered": yes}
        for brand, values in brands.items()
        for name, (yes, n) in zip(WEIGHTS, values, strict=True)
    ]
    return estimate_rate(pd.DataFrame(rows), by=["brand", "criterion"])


def test_limits_do_not_collapse_where_every_criterion_is_0_or_1():
    table = counted(a=((30, 30),) * 3, b=((0, 30),) * 3, c=((15, 30),) * 3)
    out = score_brands(table, weights=WEIGHTS).set_index("brand")
    low, _ = wilson(30, 30)
    assert out.loc["a", "ci_high"] == 20
    assert out.loc["a", "ci_low"] == pytest.approx(
        20 - 20 * (1 - float(low)) * np.sqrt(0.25 + 0.09 + 0.04)
    )
    assert (out.loc["b", "ci_low"], out.loc["b", "ci_high"]) == pytest.approx(
        (0, 20 - out.loc["a", "ci_low"])
    )
    ranks = rank_scores(out.reset_index(), method="bonferroni")
    assert ranks["rank"].tolist() == [1, 3, 2]
    bare = table.drop(columns=["ci_low", "ci_high"])
    alone = score_brands(bare, weights=WEIGHTS).set_index("brand")
    assert alone.loc["a", "flags"] == "zero_var"
    assert np.isnan(alone.loc["a", "ci_low"])
    assert alone.loc["c", "ci_low"] == pytest.approx(out.loc["c", "ci_low"], abs=0.05)


@pytest.mark.parametrize(("n", "rates"), [(30, (0.97, 0.95)), (30, (0.9, 0.8)), (60, (0.05, 0.03))])
def test_scores_near_the_ends_cover_as_they_say(n, rates):
    # Normal limits covered 69 to 89 %.
    rng = np.random.default_rng(3)
    weights, held = {"rate": 0.6, "speed": 0.4}, 0
    yes = rng.binomial(n, rates, (400, 2))
    low, high = wilson(yes, n)
    table = pd.DataFrame(
        {
            "brand": np.repeat(np.arange(400), 2),
            "criterion": ["rate", "speed"] * 400,
            "estimate": (yes / n).ravel(),
            "std_error": 0.0,
            "ci_low": low.ravel(),
            "ci_high": high.ravel(),
        }
    )
    out = score_brands(table, weights=weights)
    true = 20 * (0.6 * rates[0] + 0.4 * rates[1])
    held = ((out["ci_low"] <= true) & (true <= out["ci_high"])).mean()
    assert 0.92 <= held <= 0.99


def test_a_covariance_of_nested_criteria_replaces_independence():
    table = frame(a=(0.6, 0.5, 0.8), b=(0.6, 0.5, 0.8))
    cov = 0.05**2 * np.array([[1, 0.8, 0.5], [0.8, 1, 0.3], [0.5, 0.3, 1]])
    out = score_brands(table, weights=WEIGHTS, covariance={"a": cov}).set_index("brand")
    w = np.array(list(WEIGHTS.values()))
    assert out.loc["a", "std_error"] == pytest.approx(20 * np.sqrt(w @ cov @ w))
    assert out.loc["b", "std_error"] == pytest.approx(20 * 0.05 * np.sqrt((w**2).sum()))
    width = out["ci_high"] - out["ci_low"]
    assert width["a"] / width["b"] == pytest.approx(
        out.loc["a", "std_error"] / out.loc["b", "std_error"], rel=0.02
    )
    assert message(lambda: score_brands(table, weights=WEIGHTS, covariance={"z": cov})) == (
        "`covariance` of 'z' has shape (3, 3); a brand of `table` and a covariance matrix of its 3 "
        "criteria, in the order of `weights`, were expected. Check how it was computed."
    )


def test_a_missing_criterion_gives_a_rescaled_score_and_its_bounds():
    out = score_brands(frame(a=(0.6, None, 1.0)), weights=WEIGHTS).iloc[0]
    assert out["estimate"] == pytest.approx(20 * (0.3 + 0.2) / 0.7)
    assert out["std_error"] == pytest.approx(20 * 0.05 * np.sqrt(0.25 + 0.04) / 0.7)
    assert (out["bound_low"], out["bound_high"]) == pytest.approx((10, 16))
    assert (out["missing"], out["flags"]) == ("speed", "incomplete")
    blank = frame(a=(0.6, 0.1, 1.0))
    blank.loc[1, ["estimate", "std_error"]] = np.nan
    pd.testing.assert_series_equal(score_brands(blank, weights=WEIGHTS).iloc[0], out)


def test_more_than_a_third_of_the_weight_missing_gives_no_score():
    out = score_brands(frame(a=(None, 0.4, 1.0)), weights=WEIGHTS).iloc[0]
    assert np.isnan([out["estimate"], out["std_error"], out["ci_low"]]).all()
    assert (out["bound_low"], out["bound_high"]) == pytest.approx((6.4, 16.4))
    assert out["method"] == "none: more than a third of the weight is missing"
    third = score_brands(
        frame(a=(0.5, None, 0.5)), weights={"rate": 1 / 3, "speed": 1 / 3, "tone": 1 / 3}
    )
    assert third["estimate"][0] == pytest.approx(10)


def test_correlated_errors_add_up():
    linked = score_brands(
        frame(a=(0.6, 0.5, 1.0)), weights=WEIGHTS, correlation={("rate", "speed"): 1.0}
    )
    assert linked["std_error"][0] == pytest.approx(20 * 0.05 * np.sqrt(0.8**2 + 0.04))


def test_an_unknown_error_leaves_that_brand_without_limits():
    table = frame(a=(0.6, 0.5, 1.0), b=(0.6, 0.5, 1.0))
    table.loc[0, "std_error"] = np.nan
    out = score_brands(table, weights=WEIGHTS)
    assert out["ci_low"].isna().tolist() == [True, False]
    assert out["estimate"].notna().all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=3, max_size=3))
def test_scores_and_limits_stay_within_0_and_20_and_scores_within_their_bounds(values):
    if values == [None] * 3:
        return
    out = score_brands(frame(a=values), weights=WEIGHTS).iloc[0]
    assert -1e-9 <= out["bound_low"] <= out["bound_high"] <= 20 + 1e-9
    if not np.isnan(out["estimate"]):
        assert 0 <= out["ci_low"] <= out["estimate"] + 1e-9
        assert out["estimate"] <= out["ci_high"] + 1e-9
        assert out["ci_high"] <= 20
        assert out["bound_low"] - 1e-9 <= out["estimate"] <= out["bound_high"] + 1e-9


def test_weights_drawn_around_the_given_ones_move_scores_that_depend_on_them():
    table = frame(even=(0.5, 0.5, 0.5), uneven=(0.9, 0.1, 0.2))
    before = table.copy()
    out = weight_sensitivity(table, weights=WEIGHTS, draws=4000).set_index("brand")
    pd.testing.assert_frame_equal(table, before)
    even = out.loc["even", ["draw_low", "draw_high", "shift_low", "shift_high"]].to_numpy(float)
    np.testing.assert_allclose(even, 10)
    assert out.loc["uneven", "draw_low"] < 10.4 < out.loc["uneven", "draw_high"]
    assert out.loc["uneven", "estimate"] == pytest.approx(20 * 0.52)
    # Dirichlet mean 0.52, variance sum w s^2 - (sum w s)^2 over 101.
    spread = 20 * np.sqrt((0.5 * 0.81 + 0.3 * 0.01 + 0.2 * 0.04 - 0.52**2) / 101)
    width = out.loc["uneven", "draw_high"] - out.loc["uneven", "draw_low"]
    assert width == pytest.approx(2 * 1.96 * spread, rel=0.05)
    assert out["first_share"].sum() == pytest.approx(1, abs=0.001)


def test_shifts_of_one_weight_counted_by_hand():
    out = weight_sensitivity(frame(a=(1.0, 0.0, 0.0)), weights=WEIGHTS, draws=100).iloc[0]
    assert (out["shift_low"], out["shift_high"]) == pytest.approx((20 * 0.375, 20 * 0.625))
    assert out["shift_criterion"] == "rate"
    # Only one criterion: its weight is 1 whatever the shift.
    one = pd.DataFrame({"brand": ["a"], "criterion": ["rate"], "estimate": [0.4]})
    single = weight_sensitivity(one, weights={"rate": 1.0}, draws=100).iloc[0]
    assert (single["draw_low"], single["shift_high"]) == pytest.approx((8, 8))


def test_brands_that_lack_a_third_of_the_weight_are_left_out_of_the_sensitivity():
    table = frame(a=(0.6, 0.5, 1.0), b=(None, 0.5, 1.0), c=(0.6, 0.5, None))
    out = weight_sensitivity(table, weights=WEIGHTS, draws=100)
    assert out["brand"].tolist() == ["a", "c"]
    assert out["estimate"][1] == pytest.approx(20 * 0.45 / 0.8)


def test_ranks_are_withheld_where_the_data_do_not_support_them():
    scores = pd.DataFrame(
        {
            "brand": list("abcde"),
            "estimate": [15.0, 12.0, 9.0, 13.5, np.nan],
            "std_error": [0.3, 0.3, 0.3, 3.0, np.nan],
            "n": [400, 300, 12, 50, 90],
        }
    )
    out = rank_scores(scores, n="n", method="bonferroni")
    assert out["flags"].tolist() == ["", "", "small_n", "no_rank", "incomplete"]
    assert out["rank"].fillna(-1).tolist() == [1, 3, -1, -1, -1]
    assert out["best_rank"].fillna(-1).tolist() == [1, 2, -1, 1, -1]
    assert out["worst_rank"].fillna(-1).tolist() == [2, 3, -1, 3, -1]
    assert out["ranked"].tolist() == [3] * 5
    alone = rank_scores(scores.iloc[:1], method="bonferroni")
    assert alone["rank"].tolist() == [1]
    assert rank_scores(scores.iloc[4:], method="bonferroni")["ranked"].tolist() == [0]


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    table = frame(a=(0.6, 0.5, 1.0))
    assert message(lambda: score_brands(table, weights={"rate": 0.5, "speed": 0.6})) == (
        "`weights` are {'rate': 0.5, 'speed': 0.6}; positive numbers that sum to 1 were expected "
        "(they sum to 1.1). Divide each by that sum, and leave out zeros."
    )
    assert message(lambda: score_brands(table, weights={"rate": 0.5, "speed": 0.5})) == (
        "`table` column 'criterion' holds 'tone' in 1 row (first: 2), which `weights` does not "
        "name; expected one of: rate, speed. Give it a weight, or leave these rows out."
    )
    doubled = pd.concat([table, table], ignore_index=True)
    assert message(lambda: score_brands(doubled, weights=WEIGHTS)) == (
        "`table` repeats a brand and criterion in 3 rows (first: 3, 4, 5); one row each was "
        "expected. Estimate each once."
    )
    assert message(lambda: score_brands(table.assign(estimate=13.2), weights=WEIGHTS)) == (
        "`table` column 'estimate' is outside 0 to 1 in 3 rows (first: 0, 1, 2); a share from 0 "
        "(worst) to 1 (best) was expected. Rescale that criterion."
    )
    assert message(lambda: score_brands(table.assign(std_error=-0.1), weights=WEIGHTS)) == (
        "`table` column 'std_error' is negative in 3 rows (first: 0, 1, 2); a standard error is 0 "
        "or more. Check that column."
    )
    assert message(
        lambda: score_brands(table, weights=WEIGHTS, correlation={("rate", "price"): 0.1})
    ) == (
        "`correlation` holds ('rate', 'price'): 0.1; a pair of different criteria among rate, "
        "speed, tone and a number from -1 to 1 were expected. Correct that pair."
    )
    impossible = {("rate", "speed"): 1.0, ("speed", "tone"): 1.0, ("rate", "tone"): -1.0}
    assert message(lambda: score_brands(table, weights=WEIGHTS, correlation=impossible)) == (
        f"`correlation` is {impossible!r}; these correlations cannot hold together. Check how "
        "they were computed."
    )
    assert message(lambda: weight_sensitivity(table, weights=WEIGHTS, shift=1.5)) == (
        "`concentration` is 100.0, `shift` 1.5, `draws` 10000; a number above 0, a share between 0 "
        "and 1, and at least 100 were expected. Leave them out for 100, 0.25 and 10000."
    )
