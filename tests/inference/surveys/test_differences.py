"""carekit.inference.surveys.differences: groups compared, from counts and from a survey."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.rates.intervals import newcombe
from carekit.inference.surveys.differences import compare, compare_independent_rates
from carekit.inference.surveys.linearisation import cell_covariance, totals_covariance
from carekit.inference.surveys.respondents import read_design
from carekit.inference.surveys.survey import share
from carekit.inference.weights import poststratify

GOLDEN = Path(__file__).parents[2] / "golden"
DESIGN = {"weight": "weight", "stratum": "stratum", "psu": "psu"}


def respondents():
    return pd.read_csv(GOLDEN / "in_survey.csv")


def counts(*rows):
    return pd.DataFrame(list(rows), columns=["g", "n", "n_answered"])


def test_difference_over_brands_equals_the_frozen_reference(golden):
    messages = pd.read_csv(GOLDEN / "in_messages.csv")
    out = compare(messages, "answered", by="platform", psu="brand", reference="tw")
    row = out.query("answer == 1").iloc[0]
    reference, case = golden("pooled_rate"), "in_messages fb minus tw, cluster=brand"
    reference.check(case, "difference", row["estimate"])
    reference.check(case, "se", row["std_error"])
    assert (row["df"], row["flags"]) == (19, "few_clusters")
    assert row["method"] == "linearised, t"


def test_a_town_in_both_groups_makes_the_difference_more_certain():
    # Towns p, q, r: 2, 5, 8 of 10 yes in group f and 1, 4, 7 of 10 in group x.
    rows = [
        (group, town, int(i < yes))
        for group, all_yes in (("f", (2, 5, 8)), ("x", (1, 4, 7)))
        for town, yes in zip("pqr", all_yes, strict=True)
        for i in range(10)
    ]
    frame = pd.DataFrame(rows, columns=["group", "town", "q"])
    paired = compare(frame, "q", by="group", psu="town").query("answer == 1").iloc[0]
    assert paired["estimate"] == pytest.approx(0.1)
    assert paired["std_error"] == pytest.approx(0, abs=1e-12)
    assert paired["flags"] == "zero_var few_clusters"
    apart = frame.assign(town=frame["group"] + frame["town"])
    alone = compare(apart, "q", by="group", psu="town").query("answer == 1").iloc[0]
    # residuals -3, 0, 3 of 30 in each group: v = 6/5 · (18 + 18)/900
    assert alone["std_error"] == pytest.approx(np.sqrt(6 / 5 * 36 / 900))
    assert alone["df"] == 5


def test_independent_groups_get_newcombe_and_the_score_test():
    rows = counts(("a", 70, 56), ("b", 80, 48), ("c", 90, 45))
    out = compare_independent_rates(rows, by="g")
    assert out[["group_a", "group_b"]].to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    low, high = newcombe(56, 70, 48, 80)
    assert (out["ci_low"][0], out["ci_high"][0]) == (low, high)
    from statsmodels.stats.proportion import proportions_ztest

    z, p = proportions_ztest([56, 48], [70, 80])
    assert (out["statistic"][0], out["p_value"][0]) == pytest.approx((z, p))
    assert out["family_size"].tolist() == [3, 3, 3]
    assert (out["p_adjusted"] >= out["p_value"]).all()
    one = compare_independent_rates(rows, by="g", reference="a", adjustment="none")
    assert one["group_a"].tolist() == ["b", "c"]
    assert one["estimate"][0] == -out["estimate"][0]
    assert one["p_adjusted"].tolist() == one["p_value"].tolist()


def test_groups_that_cannot_be_compared_are_marked():
    out = compare_independent_rates(
        counts(("a", 20, 6), ("a", 10, 0), ("b", 10, 3), ("c", 0, 0), (None, 7, 7)), by="g"
    )
    assert out["flags"].tolist() == ["small_n", "n0", "n0"]
    assert out["method"].tolist() == ["newcombe, score test", "none", "none"]
    assert out["p_adjusted"].isna().tolist() == [False, True, True]
    assert (out["family_size"] == 1).all()
    assert (out["n_ungrouped"] == 7).all()
    same = compare_independent_rates(counts(("a", 40, 0), ("b", 50, 0)), by="g").iloc[0]
    assert np.isnan(same["p_value"])
    assert same["ci_low"] < 0 < same["ci_high"]
    frame = respondents().assign(town=lambda f: np.where(f["sex"] == "f", "t", f["psu"]))
    lonely = compare(frame, "prefers", by="sex", psu="town").iloc[0]
    assert lonely["flags"] == "one_cluster few_clusters"
    assert np.isnan(lonely["ci_low"])


def test_one_group_has_nothing_to_be_compared_with():
    assert len(compare_independent_rates(counts(("a", 40, 3)), by="g")) == 0
    frame = respondents().query("age == '65+'")
    assert len(compare(frame, "prefers", by="age", weight="weight")) == 0


def test_missing_answers_and_groups_are_left_out_and_counted():
    frame = respondents()
    frame["sex"] = frame["sex"].where(frame["id"] > 6)
    frame["prefers"] = frame["prefers"].where(frame["id"] < 240)
    row = compare(frame, "prefers", by="sex", weight="weight").iloc[0]
    assert row["n_a"] + row["n_b"] == 233
    assert row["n_ungrouped"] == 6


def test_survey_differences_agree_with_shares_and_a_direct_computation():
    frame = respondents()
    shares = share(frame, "prefers", by="sex", **DESIGN).query("answer == 1")["estimate"]
    out = compare(frame, "prefers", by="sex", reference="f", **DESIGN)
    row = out.query("answer == 1").iloc[0]
    assert row["estimate"] == pytest.approx(shares.iloc[1] - shares.iloc[0])
    # Direct: one influence value per respondent, added up by cluster.
    u = np.zeros(len(frame))
    for sex, sign in (("m", 1), ("f", -1)):
        mine = (frame["sex"] == sex).to_numpy()
        w, y = frame["weight"].to_numpy()[mine], frame["prefers"].to_numpy()[mine]
        u[mine] = sign * w * (y - np.average(y, weights=w)) / w.sum()
    totals = frame.assign(u=u).groupby(["stratum", "psu"])["u"].sum()
    variance = sum(t.var() * len(t) for _, t in totals.groupby("stratum"))
    assert row["std_error"] == pytest.approx(np.sqrt(variance))
    assert row["df"] == 9
    other = compare(frame, "prefers", by="sex", reference="m", **DESIGN).query("answer == 1")
    assert other["estimate"].iloc[0] == pytest.approx(-row["estimate"])


def test_equal_weights_without_design_give_the_same_as_counts():
    frame = respondents()
    table = frame.groupby("age")["prefers"].agg(n="size", n_answered="sum").reset_index()
    survey = compare(frame, "prefers", by="age").query("answer == 1").reset_index(drop=True)
    rates = compare_independent_rates(table, by="age")
    pd.testing.assert_frame_equal(survey.drop(columns="answer"), rates, rtol=1e-9)


def test_yes_and_no_are_one_test_and_three_answers_are_three():
    frame = respondents().assign(third=lambda f: f["id"] % 3)
    two = compare(frame, "prefers", by="age", weight="weight")
    assert two["family_size"].unique().tolist() == [15]
    assert two["estimate"].sum() == pytest.approx(0)
    three = compare(frame, "third", by="age", weight="weight", adjustment="bh")
    assert three["family_size"].unique().tolist() == [45]
    assert (three["p_adjusted"] >= three["p_value"]).all()


def test_a_difference_that_the_population_totals_fix_is_certain():
    frame = respondents()
    population = frame.groupby(["sex", "prefers"]).size().mul(4).rename("n").reset_index()
    weights = poststratify(frame, population, weight="weight")
    row = compare(frame, "prefers", by="sex", calibration=weights).query("answer == 1").iloc[0]
    share_of = frame.groupby("sex")["prefers"].mean()
    assert row["estimate"] == pytest.approx(share_of["f"] - share_of["m"])
    assert row["std_error"] == pytest.approx(0, abs=1e-9)
    assert row["flags"] == "zero_var"


def test_cell_totals_vary_as_their_indicator_columns_do():
    frame = respondents()
    cell = (frame["age_score"] * 2 + frame["prefers"]).to_numpy() % 5
    cell[::7] = -1
    for options in ({}, {"weight": "weight"}, {"stratum": "stratum"}, DESIGN):
        design = read_design(frame, **options)
        columns = (cell[:, None] == np.arange(5)) * design.weight[:, None]
        assert np.allclose(
            cell_covariance(design, cell, 5), totals_covariance(design, columns), rtol=1e-10
        )


def test_input_is_unchanged():
    frame, rows = respondents(), counts(("a", 40, 3), ("b", 50, 9))
    before, rows_before = frame.copy(deep=True), rows.copy(deep=True)
    compare(frame, "prefers", by="age", **DESIGN)
    compare_independent_rates(rows, by="g")
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(rows, rows_before)


def test_wrong_options_are_refused():
    with pytest.raises(InputError) as error:
        compare_independent_rates(counts(("a", 40, 3), ("b", 50, 9)), by="g", reference="c")
    assert str(error.value) == (
        "`reference` is 'c'; the groups of 'g' are: a, b. Name one of them."
    )
    with pytest.raises(InputError) as error:
        compare(respondents(), "used", by="age", adjustment="sidak")
    assert str(error.value) == (
        "`adjustment` is 'sidak'; expected one of: holm, bh, bonferroni, none. Choose one of these."
    )
