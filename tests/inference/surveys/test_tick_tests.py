"""carekit.inference.surveys.tick_tests: independence of items of which several can be ticked."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.inference.surveys.tick_tests import mmi_test

GOLDEN = Path(__file__).parents[2] / "golden"
PLATFORMS = ["fb_page", "fb_wall", "twitter", "blog"]
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


def test_every_frozen_test_value_is_reproduced(golden):
    reference, checked = golden("multi_response"), 0
    cases = {
        "in_multi MMI group x platforms unweighted": mmi(),
        "in_multi MMI group x platforms weighted clustered": mmi(**DESIGN),
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
    assert checked == 31 - 4  # SPMI is not in carekit


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
    turned = frame.assign(**{p: 1 - frame[p] for p in PLATFORMS})
    for options in ({}, DESIGN):
        one, other = mmi(frame, **options), mmi(turned, **options)
        assert (one.statistic, one.p_value) == pytest.approx((other.statistic, other.p_value))


def test_cloned_respondents_in_clusters_add_nothing():
    frame = respondents()
    cloned = pd.concat([frame] * 3, ignore_index=True)
    once = mmi(frame, psu="id", weight="weight")
    thrice = mmi(cloned, psu="id", weight="weight")
    assert thrice.x2 == pytest.approx(3 * once.x2)
    assert thrice.p_value == pytest.approx(once.p_value)


def test_items_that_everybody_or_nobody_ticked_are_left_out_and_listed():
    frame = respondents().assign(none=0, every=1)
    found = mmi_test(frame, ["none", *PLATFORMS, "every"], by="group", base="asked", **DESIGN)
    assert found.left_out == ("none", "every")
    assert found.p_value == pytest.approx(mmi(**DESIGN).p_value)


def test_nothing_to_compare_is_nan():
    frame = respondents().assign(none=0, same="a")
    for found in (
        mmi_test(frame, ["none"], by="group", base="asked"),
        mmi_test(frame, PLATFORMS, by="same", base="asked"),
        mmi_test(frame.iloc[:0], PLATFORMS, by="group", base="asked"),
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
    pd.testing.assert_frame_equal(frame, before)
