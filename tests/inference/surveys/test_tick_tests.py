"""carekit.inference.surveys.tick_tests: independence of items of which several can be ticked."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.surveys.tick_tests import mmi_test, spmi_test
from carekit.inference.weights import poststratify

GOLDEN = Path(__file__).parents[2] / "golden"
PLATFORMS = ["fb_page", "fb_wall", "twitter", "blog"]
CHANNELS = ["phone", "email", "web"]
DESIGN = {"weight": "weight", "psu": "cluster"}
ATTRIBUTES = {
    "X2_S": "x2",
    "rs1_statistic": "first_order_statistic",
    "rs1_p": "first_order_p_value",
    "rs2_statistic": "second_order_statistic",
    "rs2_df": "second_order_df",
    "rs2_p": "second_order_p_value",
    "rs2_nominal_statistic": "nominal_statistic",
    "rs2_nominal_df": "nominal_df",
    "rs2_nominal_p": "nominal_p_value",
    "rs2_F": "statistic",
    "rs2_F_df2": "df_denominator",
    "rs2_F_p": "p_value",
    "sum_eigenvalues": "sum_eigenvalues",
    "sum_squared_eigenvalues": "sum_squared_eigenvalues",
}


def respondents():
    return pd.read_csv(GOLDEN / "in_multi.csv")


def mmi(frame=None, **options):
    frame = respondents() if frame is None else frame
    return mmi_test(frame, PLATFORMS, **{"by": "group", "base": "asked", **options})


def spmi(frame=None, **options):
    frame = respondents() if frame is None else frame
    return spmi_test(frame, PLATFORMS, CHANNELS, **{"base": "asked", **options})


def test_every_frozen_test_value_is_reproduced(golden):
    reference, checked = golden("multi_response"), 0
    cases = {
        "in_multi MMI group x platforms unweighted": mmi(),
        "in_multi MMI group x platforms weighted clustered": mmi(**DESIGN),
        "in_multi SPMI platforms x channels unweighted": spmi(),
    }
    for row in reference.rows:
        if row["case"] not in cases:
            continue  # percentages: test_multiresponse
        found, quantity = cases[row["case"]], row["quantity"]
        if quantity == "bonferroni_p":
            got = found.items["p_adjusted"].min()  # Holm's smallest is Bonferroni's
        elif quantity in ATTRIBUTES:
            got = getattr(found, ATTRIBUTES[quantity])
        else:
            item = quantity.removeprefix("X2_")
            got = found.items.set_index("item").loc[item, "statistic"]
        reference.check(row["case"], quantity, got)
        checked += 1
    assert checked == 31


def test_the_reported_test_is_second_order():
    plain, design = mmi(), mmi(**DESIGN)
    assert (plain.statistic, plain.df) == (plain.nominal_statistic, plain.nominal_df)
    assert plain.p_value == plain.nominal_p_value
    assert np.isnan(plain.df_denominator)
    assert design.statistic == pytest.approx(design.x2 / design.sum_eigenvalues)
    assert np.isnan(design.nominal_p_value)
    assert plain.method == "second order, multinomial"
    assert design.method == "second order F, linearised"


def test_items_add_up_and_agree_with_pearson():
    from scipy.stats import chi2_contingency

    found, frame = mmi(), respondents()
    assert found.items["statistic"].sum() == pytest.approx(found.x2)
    for _, row in found.items.iterrows():
        table = pd.crosstab(frame["group"], frame[row["item"]])
        expected = chi2_contingency(table, correction=False)
        assert (row["statistic"], row["p_value"]) == pytest.approx(
            (expected.statistic, expected.pvalue)
        )
    assert found.items["family_size"].unique().tolist() == [4]


def test_one_item_is_an_ordinary_test_of_a_table():
    frame = respondents()
    from carekit.inference.surveys.crosstabs import rao_scott

    one = mmi_test(frame, ["twitter"], by="group", base="asked")
    table = rao_scott(frame, "twitter", by="group")
    assert one.x2 == pytest.approx(table.chi2)
    assert one.first_order_df == 2


def test_ticks_and_blanks_change_places_without_effect():
    frame = respondents()
    turned = frame.assign(**{p: 1 - frame[p] for p in [*PLATFORMS, *CHANNELS]})
    for options in ({}, DESIGN):
        one, other = mmi(frame, **options), mmi(turned, **options)
        assert (one.statistic, one.p_value) == pytest.approx((other.statistic, other.p_value))
        one, other = spmi(frame, **options), spmi(turned, **options)
        assert (one.statistic, one.p_value) == pytest.approx((other.statistic, other.p_value))


def test_questions_change_places_without_effect():
    one = spmi(**DESIGN)
    other = spmi_test(respondents(), CHANNELS, PLATFORMS, base="asked", **DESIGN)
    assert (one.x2, one.p_value) == pytest.approx((other.x2, other.p_value))


def test_cloned_respondents_in_clusters_add_nothing():
    frame = respondents()
    cloned = pd.concat([frame] * 3, ignore_index=True)
    for test in (mmi, spmi):
        once = test(frame, psu="id", weight="weight")
        thrice = test(cloned, psu="id", weight="weight")
        assert thrice.x2 == pytest.approx(3 * once.x2)
        assert thrice.p_value == pytest.approx(once.p_value)


def test_frequency_weights_equal_repeated_rows():
    frame = respondents().assign(times=lambda f: f["id"] % 3)
    repeated = frame.loc[frame.index.repeat(frame["times"])].reset_index(drop=True)
    for test in (mmi, spmi):
        for options in ({}, {"psu": "cluster"}):
            counted = test(frame, weight="times", freq=True, **options)
            again = test(repeated, **options)
            assert (counted.statistic, counted.p_value, counted.n) == pytest.approx(
                (again.statistic, again.p_value, again.n)
            )


def test_items_that_everybody_or_nobody_ticked_are_left_out_and_listed():
    frame = respondents().assign(none=0, every=1)
    found = mmi_test(frame, ["none", *PLATFORMS, "every"], by="group", base="asked", **DESIGN)
    assert found.left_out == ("none", "every")
    assert found.p_value == pytest.approx(mmi(**DESIGN).p_value)
    both = spmi_test(frame, ["none", *PLATFORMS], ["every", *CHANNELS], base="asked")
    assert both.left_out == ("none", "every")
    assert both.statistic == pytest.approx(spmi().statistic)


def test_nothing_to_compare_is_nan():
    frame = respondents().assign(none=0, same="a")
    for found in (
        mmi_test(frame, ["none"], by="group", base="asked"),
        mmi_test(frame, PLATFORMS, by="same", base="asked"),
        mmi_test(frame.iloc[:0], PLATFORMS, by="group", base="asked"),
        spmi_test(frame, ["none"], CHANNELS, base="asked"),
    ):
        assert np.isnan(found.p_value)
        assert found.method == "none: nothing to compare"
    lonely = mmi(frame, psu="same")
    assert np.isnan(lonely.p_value)
    assert lonely.method == "none: clusters do not vary"


def test_missing_answers_and_groups_are_counted():
    frame = respondents()
    frame["group"] = frame["group"].where(frame["id"] > 4)
    frame["blog"] = frame["blog"].where(frame["id"] < 291)
    found = mmi(frame, weight="weight")
    assert (found.n, found.n_missing) == (286, 14)
    assert set(found.groups) == set(frame["group"].dropna())
    assert spmi(frame).n_missing == 10


def test_ticks_fixed_by_calibration_do_not_vary():
    frame = respondents()
    population = frame.groupby(["group", *PLATFORMS]).size().rename("n").reset_index()
    found = mmi(frame, calibration=poststratify(frame, population))
    assert found.sum_eigenvalues == pytest.approx(0, abs=1e-10)
    assert found.method == "none: clusters do not vary"
    crossed = frame.groupby([*PLATFORMS, *CHANNELS]).size().rename("n").reset_index()
    assert np.isnan(spmi(frame, calibration=poststratify(frame, crossed)).p_value)


def test_five_per_cent_of_independent_groups_are_called_different():
    rng = np.random.default_rng(11)
    rejected = 0
    for _ in range(100):
        mood = rng.random(200)  # the same mood moves all items of a person
        ticks = (rng.random((200, 4)) < 0.15 + 0.5 * mood[:, None]).astype(int)
        frame = pd.DataFrame(ticks, columns=PLATFORMS).assign(group=rng.integers(0, 3, 200))
        rejected += mmi(frame).p_value < 0.05
    assert rejected <= 12  # 5 expected; above 12 has a chance of 1 in 1000


def test_result_reads_as_a_sentence_and_input_is_unchanged():
    frame = respondents()
    before = frame.copy(deep=True)
    assert str(mmi(frame, **DESIGN)) == (
        "4 item(s) over 3 groups, n = 300: F(6.13, 300.6) = 2.235, p = 0.0386 "
        "(second order F, linearised)."
    )
    assert str(spmi(frame)) == (
        "12 item(s), n = 300: chi-squared(9.95) = 41.127, p = 1.03e-05 (second order, multinomial)."
    )
    pd.testing.assert_frame_equal(frame, before)


def test_an_item_of_both_questions_is_refused():
    with pytest.raises(InputError) as error:
        spmi_test(respondents(), PLATFORMS, ["blog", "phone"], base="asked")
    assert str(error.value) == (
        "`items` and `other_items` share 'blog'; two questions with their own items were "
        "expected. Leave it out of one of them."
    )
