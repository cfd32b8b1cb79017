"""carekit.inference.panels.panels: difference-in-differences at one date."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.panels.panels import brand_changes, difference_in_differences


def panel(treated=5, others=6, periods=6, begin=4, effect=3.0, seed=0):
    rng = np.random.default_rng(seed)
    brands = treated + others
    value = (
        rng.normal(0, 1, (brands, periods)) + rng.normal(40, 5, (brands, 1)) + np.arange(periods)
    )
    value[:treated, begin - 1 :] += effect
    return pd.DataFrame(
        {
            "brand": np.repeat([f"b{i:02d}" for i in range(brands)], periods),
            "period": np.tile(np.arange(1, periods + 1), brands),
            "share": value.ravel(),
            "start": np.repeat([float(begin)] * treated + [np.nan] * others, periods),
        }
    )


def fit(table, **given):
    return difference_in_differences(table, outcome="share", **given)


def message(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_changes_counted_by_hand():
    table = pd.DataFrame(
        {
            "brand": list("aaabbb"),
            "period": [1, 2, 3] * 2,
            "share": [10.0, 12, 20, 8, 10, 11],
            "start": [3.0] * 3 + [np.nan] * 3,
        }
    )
    out = brand_changes(table, outcome="share")
    assert out["change"].tolist() == [9.0, 2.0]
    assert out["treated"].tolist() == [True, False]
    assert out["n_before"].tolist() == [2, 2]
    firms = brand_changes(table.rename(columns={"brand": "firm"}), outcome="share", brand="firm")
    assert list(firms.columns[:2]) == ["firm", "treated"]


def test_three_methods_agree_on_the_effect_of_a_complete_panel():
    out = fit(panel())
    np.testing.assert_allclose(out["estimate"], out["estimate"][0])
    assert out["method"].tolist() == [
        "brand and period effects, cluster by brand, CR2",
        "Welch t of one change per brand",
        "exact permutation of one change per brand",
    ]
    assert (out["ci_low"] < 3).all()
    assert (out["ci_high"] > 3).all()
    assert out.loc[0, ["n", "treated", "controls", "clusters"]].tolist() == [66, 5, 6, 11]


def test_welch_equals_scipy():
    from scipy.stats import ttest_ind

    table = panel()
    changes = brand_changes(table, outcome="share")
    arms = [changes["change"][changes["treated"] == side] for side in (True, False)]
    other = ttest_ind(*arms, equal_var=False)
    interval = other.confidence_interval()
    row = fit(table).iloc[1]
    assert (row["statistic"], row["df"], row["p_value"]) == pytest.approx(
        (other.statistic, other.df, other.pvalue)
    )
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((interval.low, interval.high))


def test_permutation_p_value_and_interval_by_brute_force():
    table = panel(treated=4, others=5, seed=4)
    changes = brand_changes(table, outcome="share")
    change, treated = changes["change"].to_numpy(), changes["treated"].to_numpy()
    groups = [np.isin(np.arange(9), chosen) for chosen in combinations(range(9), 4)]

    def p_value(effect):
        left = change - effect * treated
        apart = np.array([left[g].mean() - left[~g].mean() for g in groups])
        seen = left[treated].mean() - left[~treated].mean()
        return (np.abs(apart) >= abs(seen) - 1e-9).mean()

    row = fit(table).iloc[2]
    assert row["allocations"] == len(groups) == 126
    assert row["p_value"] == pytest.approx(p_value(0.0))
    for end, inward in (("ci_low", 1), ("ci_high", -1)):
        assert p_value(row[end] + inward * 1e-6) > 0.05
        assert p_value(row[end] - inward * 1e-6) <= 0.05


def test_permutation_interval_moves_with_the_effect():
    one, two = fit(panel(seed=2)).iloc[2], fit(panel(seed=2, effect=13.0)).iloc[2]
    assert two["ci_low"] - one["ci_low"] == pytest.approx(10)
    assert two["ci_high"] - one["ci_high"] == pytest.approx(10)


def test_many_allocations_are_drawn_with_a_seed():
    table = panel(treated=10, others=10)
    one, two = fit(table, draws=1999, seed=3).iloc[2], fit(table, draws=1999, seed=3).iloc[2]
    assert one["allocations"] == 2000
    assert one["method"] == "permutation of one change per brand"
    assert (one["ci_low"], one["p_value"]) == (two["ci_low"], two["p_value"])
    assert one["p_value"] >= 1 / 2000


def test_fewer_than_four_treated_brands_leave_the_permutation_alone():
    out = fit(panel(treated=3, others=18))
    assert out["flags"].tolist() == ["few_treated few_clusters"] * 3
    assert out["ci_low"].isna().tolist() == [True, True, False]
    assert out["p_value"].isna().tolist() == [True, True, False]
    assert out["estimate"].notna().all()
    # Of two brands, one treated: nothing can be excluded.
    tiny = fit(panel(treated=1, others=1)).iloc[2]
    assert tiny["p_value"] == 1
    assert np.isnan(tiny["ci_low"])
    assert tiny["flags"] == "few_treated few_controls few_clusters"


def test_changes_without_variation_have_no_limits():
    table = panel()
    table["share"] = 10 + 2.0 * (table["start"] <= table["period"])
    out = fit(table)
    assert out["estimate"].tolist() == pytest.approx([2, 2, 2])
    assert out["flags"][0] == "few_clusters zero_var"
    assert out["std_error"].isna().all()


def test_brands_may_lack_periods():
    table = panel().drop(index=[0, 20, 40])
    out = fit(table)
    assert out["n"][0] == 63
    assert out["estimate"][0] != pytest.approx(out["estimate"][1], abs=1e-6)


def test_units_periods_and_order_do_not_matter_and_the_table_stays_unchanged():
    table = panel()
    before = table.copy()
    base = fit(table)
    pd.testing.assert_frame_equal(table, before)
    shuffled = fit(table.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(shuffled, base, rtol=1e-7)
    scaled = fit(table.assign(share=table["share"] * 10 + 7))
    np.testing.assert_allclose(scaled["ci_low"], base["ci_low"] * 10)
    dates = pd.date_range("2014-01-01", periods=6, freq="MS")
    dated = table.assign(
        period=dates[table["period"] - 1],
        start=table["start"].map({4.0: dates[3]}),
    )
    pd.testing.assert_frame_equal(fit(dated), base, rtol=1e-7)


def test_a_start_after_the_last_period_is_no_start():
    table = panel()
    late = table.assign(start=table["start"].fillna(99))
    pd.testing.assert_frame_equal(fit(late), fit(table))


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    table = panel()
    assert message(lambda: fit(table, correction="cr1")) == (
        "`correction` is 'cr1' with 9999 `draws`; one of none, g, hc1, cr2, and at least 999 "
        "draws, were expected. Leave both out for the usual."
    )
    assert message(lambda: fit(pd.concat([table, table.iloc[:2]], ignore_index=True))) == (
        "`table` repeats a brand and period in 2 rows (first: 66, 67); one row each was expected. "
        "Add up, or average, these rows."
    )
    assert message(lambda: fit(table.assign(share=np.where(table.index < 2, np.nan, 1)))) == (
        "`table` lacks brand, period or outcome 'share' in 2 rows (first: 0, 1); all three were "
        "expected in every row. Leave these rows out and say so."
    )
    assert message(lambda: fit(table.assign(start=table["period"].astype(float)))) == (
        "`table` has 11 brands with several values of the start (first: b00, b01, b02); one was "
        "expected. Correct them, or leave them out and say so."
    )
    assert message(lambda: fit(table.assign(start=1))) == (
        "`table` has 11 brands with no period before their start (first: b00, b01, b02); each "
        "treated brand needs at least one. Correct them, or leave them out and say so."
    )
    for start, count in ((4.0, 11), (np.nan, 0)):
        assert message(lambda start=start: fit(table.assign(start=start))) == (
            f"`start` column 'start' leaves {count} treated brands of 11, with nothing to compare; "
            "brands that start within the periods and brands that do not, or start later, were "
            "expected. Check that column: a missing value means never."
        )
    assert message(lambda: fit(table.assign(start=table["start"].map({4.0: "April"})))) == (
        "`start` column 'start' (such as April) cannot be compared with 'period' (such as "
        "1). Give both in the same form."
    )
    several = table.assign(start=np.where(table["brand"] == "b00", 3.0, table["start"]))
    assert message(lambda: fit(several)) == (
        "`start` has 2 different dates (first: 3, 4); one was expected, for with several, brands "
        "already treated would serve as controls. Use "
        "carekit.inference.panels.staggered.staggered_effect."
    )
    one_sided = table[(table["brand"] != "b10") | (table["period"] > 3)]
    assert message(lambda: fit(one_sided)) == (
        "`table` has 1 brand with no period before 4 or none from then on (first: b10); both are "
        "needed for a change. Leave them out and say so."
    )
