"""carekit.inference.panels.staggered: several start dates, and period by period."""

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.panels.staggered import event_time, imputed_effect, staggered_effect

FEW = {"outcome": "share", "draws": 999}


def panel(starts, periods=7, effect=3.0, seed=0, noise=1.0):
    """One brand per value of `starts` (None: never)."""
    rng = np.random.default_rng(seed)
    begun = np.array([np.nan if s is None else s for s in starts], dtype=float)
    time = np.arange(1, periods + 1)
    value = (
        rng.normal(0, noise, (len(starts), periods)) + rng.normal(40, 5, (len(starts), 1)) + time
    )
    value += effect * (time >= begun[:, None])
    return pd.DataFrame(
        {
            "brand": np.repeat([f"b{i:02d}" for i in range(len(starts))], periods),
            "period": np.tile(time, len(starts)),
            "share": value.ravel(),
            "start": np.repeat(begun, periods),
        }
    )


def message(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_one_start_date_is_welchs_test_of_one_change_per_brand():
    from scipy.stats import ttest_ind

    table = panel([4] * 5 + [None] * 7)
    wide = table.pivot_table(index="brand", columns="period", values="share")
    change = (wide.loc[:, 4:].mean(axis=1) - wide.loc[:, :3].mean(axis=1)).to_numpy()
    welch = ttest_ind(change[:5], change[5:], equal_var=False)
    limits = welch.confidence_interval()
    ours = staggered_effect(table, **FEW).iloc[0]
    assert ours["estimate"] == pytest.approx(change[:5].mean() - change[5:].mean())
    assert (ours["df"], ours["p_value"]) == pytest.approx((welch.df, welch.pvalue))
    assert (ours["ci_low"], ours["ci_high"]) == pytest.approx((limits.low, limits.high))


def staggered(groups, never, effect, sizes=None, seed=1):
    """Brands of several start dates whose share moves by `effect(periods since the start)`."""
    rng = np.random.default_rng(seed)
    starts = [start for start, k in groups for _ in range(k)] + [None] * never
    rows = []
    for i, start in enumerate(starts):
        size = 20 if sizes is None else int(sizes[i])
        for t in range(18):
            since = -1 if start is None else t - start
            share = 0.5 + 0.002 * t + 0.01 * (i % 5) + (effect(since) if since >= 0 else 0.0)
            rows.append((f"b{i:02d}", t, share + rng.normal(0, 1e-4), start, size))
    return pd.DataFrame(rows, columns=["brand", "period", "share", "start", "requests"])


@pytest.mark.parametrize(
    ("groups", "never", "effect"),
    [
        ([(4, 8), (12, 8)], 8, lambda s: -0.02 - 0.015 * s),
        ([(3, 10), (9, 10), (14, 10)], 2, lambda s: -0.02 * s),
        ([(3, 12), (12, 12)], 1, lambda s: -0.10 + 0.012 * s),
    ],
    ids=["grows", "grows from 0, most brands start", "fades"],
)
@pytest.mark.parametrize("uneven", [False, True])
def test_effects_that_grow_or_fade_are_found_per_request(groups, never, effect, uneven):
    # A regression on all brand-periods said +0.5 points where -10.5 are true.
    brands = sum(k for _, k in groups) + never
    sizes = 5 + np.arange(brands) * 7 % 50 if uneven else None
    table = staggered(groups, never, effect, sizes)
    under_way = table[table["period"] >= table["start"].fillna(99)]
    true = np.average(
        [effect(s) for s in under_way["period"] - under_way["start"]],
        weights=under_way["requests"],
    )
    out = imputed_effect(table, outcome="share", size="requests").iloc[0]
    assert out["estimate"] == pytest.approx(true, abs=5e-4)
    assert out["ci_low"] < true < out["ci_high"]
    assert out["n"] == len(under_way)


def test_imputed_effect_is_what_statsmodels_foretells():
    import statsmodels.formula.api as smf

    rng = np.random.default_rng(7)
    table = panel([3, 3, 4, 5, 5, None, None, None, None], seed=8).assign(
        requests=rng.integers(5, 60, 63)
    )
    table = table.drop(index=[2, 40])  # brands may lack periods
    late = table["period"] >= table["start"].fillna(99)
    fit = smf.wls(
        "share ~ C(brand) + C(period)", table[~late], weights=table.loc[~late, "requests"]
    ).fit()
    apart = table.loc[late, "share"] - fit.predict(table[late])
    out = imputed_effect(table, outcome="share", size="requests").iloc[0]
    expected = np.average(apart, weights=table.loc[late, "requests"])
    assert out["estimate"] == pytest.approx(expected)


def test_constant_effects_per_request_are_those_of_a_panel_regression():
    from linearmodels.panel import PanelOLS

    table = staggered([(4, 8), (12, 8)], 8, lambda s: -0.15, 5 + np.arange(24) * 7 % 50)
    under = (table["period"] >= table["start"].fillna(99)).astype(float)
    indexed = table.assign(under=under).set_index(["brand", "period"])
    fit = PanelOLS(
        indexed["share"],
        indexed[["under"]],
        weights=indexed["requests"],
        entity_effects=True,
        time_effects=True,
    ).fit()
    out = imputed_effect(table, outcome="share", size="requests").iloc[0]
    assert out["estimate"] == pytest.approx(fit.params["under"], abs=2e-4)


def test_periods_in_which_everybody_has_started_are_no_part_of_the_effect():
    table = panel([3] * 6 + [6] * 6, noise=0.1).assign(requests=10)
    out = imputed_effect(table, outcome="share", size="requests").iloc[0]
    assert out["n"] == 18
    assert out["ci_low"] < 3 < out["ci_high"]
    with pytest.raises(InputError) as error:
        imputed_effect(table.assign(requests=0), outcome="share", size="requests")
    assert "is no number above 0 in 84 rows (first: 0, 1, 2)" in str(error.value)


def test_brands_already_under_way_are_never_controls():
    # Effects that grow with time: comparing late starters with early ones would subtract them.
    starts = [3, 3, 3, 3, 6, 6, 6, 6, None, None, None, None]
    table = panel(starts, noise=1e-6, effect=0.0)
    grown = np.maximum(table["period"] - table["start"] + 1, 0).fillna(0)
    table["share"] += grown
    out = staggered_effect(table, **FEW).iloc[0]
    # Started at 3: 1 to 5 over five periods; at 6: 1 and 2 over two, four brands each.
    assert out["estimate"] == pytest.approx((1 + 2 + 3 + 4 + 5 + 1 + 2) / 7, abs=1e-4)
    assert out["n"] == 28


def test_without_brands_that_never_start_later_ones_serve_as_controls():
    table = panel([3] * 6 + [6] * 6, noise=0.1)
    out = staggered_effect(table, **FEW).iloc[0]
    # From period 6 on nobody is left to compare with: three periods of the first six brands.
    assert out["n"] == 18
    assert out["controls"] == 0
    assert out["ci_low"] < 3 < out["ci_high"]
    assert "few_controls" in out["flags"]


def test_event_times_counted_by_hand():
    table = pd.DataFrame(
        {
            "brand": list("aaabbb"),
            "period": [1, 2, 3] * 2,
            "share": [10.0, 12, 20, 8, 10, 11],
            "start": [3.0] * 3 + [np.nan] * 3,
        }
    )
    out = event_time(table, outcome="share").set_index("event_time")
    # Against period 2: a -2, 0, +8; b -2, 0, +1.
    assert out["estimate"].to_dict() == {-2: 0.0, -1: 0.0, 0: 7.0}
    assert out.loc[-1, "method"] == "reference"
    assert out["std_error"].isna().all()
    assert out["flags"][0] == "few_treated, few_controls, few_clusters"


def test_event_times_before_the_start_show_groups_that_were_moving_apart():
    quiet = panel([5] * 8 + [None] * 10, noise=0.5, seed=3)
    drifting = quiet.assign(share=quiet["share"] + 1.5 * quiet["period"] * quiet["start"].notna())
    before = {
        name: event_time(table, outcome="share").query("event_time < -1")
        for name, table in (("quiet", quiet), ("drifting", drifting))
    }
    assert (before["quiet"]["p_adjusted"] > 0.05).all()
    assert (before["drifting"]["p_adjusted"] < 0.05).all()
    np.testing.assert_allclose(
        before["drifting"]["estimate"] - before["quiet"]["estimate"],
        1.5 * (before["quiet"]["event_time"] + 1),
    )


def test_event_times_form_two_families_and_count_the_brands_behind_them():
    out = event_time(panel([3] * 4 + [6] * 5 + [None] * 6), outcome="share")
    assert out["event_time"].tolist() == list(range(-5, 5))
    sizes = out.set_index("event_time")["n"]
    assert (sizes[-5], sizes[-2], sizes[0], sizes[2], sizes[4]) == (5, 9, 9, 4, 4)
    assert out["family_size"].tolist() == [4] * 5 + [5] * 5


def test_permutation_of_start_dates_finds_an_effect_and_repeats_with_its_seed():
    table = panel([4] * 5 + [5] * 5 + [None] * 8)
    one, two = (staggered_effect(table, **FEW, seed=5).iloc[1] for _ in range(2))
    assert one["p_value"] == two["p_value"] == pytest.approx(1 / 1000)
    assert one["method"] == "permutation of the start dates, 999 draws"
    assert np.isnan(one["ci_low"])
    nothing = staggered_effect(panel([4] * 5 + [5] * 5 + [None] * 8, effect=0.0), **FEW)
    assert nothing["p_value"][1] > 0.05


def test_order_and_missing_periods_do_not_matter_and_the_table_stays_unchanged():
    table = panel([4] * 5 + [5] * 5 + [None] * 8)
    before = table.copy()
    base = staggered_effect(table, **FEW)
    pd.testing.assert_frame_equal(table, before)
    shuffled = staggered_effect(table.sample(frac=1, random_state=1), **FEW)
    pd.testing.assert_frame_equal(shuffled, base)
    holes = staggered_effect(table.drop(index=[1, 30, 90]), **FEW).iloc[0]
    assert holes["ci_low"] < 3 < holes["ci_high"]


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    assert message(lambda: staggered_effect(panel([4, 4, None]), outcome="share", draws=10)) == (
        "`draws` is 10; at least 999 were expected. Ask for more draws."
    )
    gap = panel([3, 3, 7, 7]).query("not (start == 7 and period in (3, 4, 5, 6))")
    assert message(lambda: staggered_effect(gap, **FEW)) == (
        "`start` column 'start' leaves no treated period with a brand that has not started yet; "
        "controls are missing. Add brands that start later or never."
    )


def test_without_draws_the_effect_is_the_same_and_the_permutation_left_out():
    rows = [
        (brand, t, i * t % 3 + 5.0 * (i < 4 and t >= 3 + i % 2), 3 + i % 2 if i < 4 else None)
        for i, brand in enumerate("abcdefgh")
        for t in (1, 2, 3, 4, 5)
    ]
    panel = pd.DataFrame(rows, columns=["brand", "period", "share", "start"])
    with_draws = staggered_effect(panel, outcome="share", draws=999)
    without = staggered_effect(panel, outcome="share", draws=0)
    pd.testing.assert_frame_equal(without.head(1), with_draws.head(1))
    assert np.isnan(without["p_value"][1])
