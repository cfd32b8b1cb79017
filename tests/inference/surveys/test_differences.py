"""carekit.inference.surveys.differences: groups compared, from counts and from a survey."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.surveys.design import read_sample
from carekit.inference.surveys.differences import compare
from carekit.inference.surveys.linearisation import cell_covariance, totals_covariance
from carekit.inference.surveys.survey import share

GOLDEN = Path(__file__).parents[2] / "golden"
DESIGN = {"weight": "weight", "stratum": "stratum", "psu": "psu"}


def respondents():
    return pd.read_csv(GOLDEN / "in_survey.csv")


def people(**groups):
    """(n, n_yes) of each group → one row a person, unweighted."""
    rows = [(g, int(i < yes)) for g, (n, yes) in groups.items() for i in range(n)]
    return pd.DataFrame(rows, columns=["g", "q"])


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
    assert paired["flags"] == "zero_var, few_clusters"
    apart = frame.assign(town=frame["group"] + frame["town"])
    alone = compare(apart, "q", by="group", psu="town").query("answer == 1").iloc[0]
    # residuals -3, 0, 3 of 30 in each group: v = 6/5 · (18 + 18)/900
    assert alone["std_error"] == pytest.approx(np.sqrt(6 / 5 * 36 / 900))
    assert alone["df"] == 5


def test_independent_groups_get_newcombe_and_the_score_test():
    from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

    frame = people(a=(70, 56), b=(80, 48), c=(90, 45))
    out = compare(frame, "q", by="g").query("answer == 1").reset_index(drop=True)
    assert out[["group_a", "group_b"]].to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    other = confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff")
    assert (out["ci_low"][0], out["ci_high"][0]) == pytest.approx(other, abs=2e-15)
    z, p = proportions_ztest([56, 48], [70, 80])
    assert (out["statistic"][0], out["p_value"][0]) == pytest.approx((z, p))
    assert out["family_size"].tolist() == [3, 3, 3]
    assert (out["p_adjusted"] >= out["p_value"]).all()
    one = compare(frame, "q", by="g", reference="a", adjustment="none").query("answer == 1")
    assert one["group_a"].tolist() == ["b", "c"]
    assert one["estimate"].iloc[0] == -out["estimate"][0]
    assert one["p_adjusted"].tolist() == one["p_value"].tolist()


def test_groups_that_cannot_be_compared_are_marked():
    frame = people(a=(30, 6), b=(10, 3))
    frame.loc[len(frame)] = (None, 1)
    out = compare(frame, "q", by="g").iloc[0]
    assert (out["flags"], out["n_ungrouped"]) == ("small_n", 1)
    same = compare(people(a=(40, 0), b=(50, 0)), "q", by="g", answers=[0, 1]).iloc[0]
    assert np.isnan(same["p_value"])
    assert same["ci_low"] < 0 < same["ci_high"]
    frame = respondents().assign(town=lambda f: np.where(f["sex"] == "f", "t", f["psu"]))
    lonely = compare(frame, "prefers", by="sex", psu="town").iloc[0]
    assert lonely["flags"] == "one_cluster, few_clusters"
    assert np.isnan(lonely["ci_low"])
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


def test_yes_and_no_are_one_test_and_three_answers_are_three():
    frame = respondents().assign(third=lambda f: f["id"] % 3)
    two = compare(frame, "prefers", by="age", weight="weight")
    assert two["family_size"].unique().tolist() == [15]
    assert two["estimate"].sum() == pytest.approx(0)
    three = compare(frame, "third", by="age", weight="weight", adjustment="bh")
    assert three["family_size"].unique().tolist() == [45]
    assert (three["p_adjusted"] >= three["p_value"]).all()


def test_cell_totals_vary_as_their_indicator_columns_do():
    frame = respondents()
    cell = (frame["age_score"] * 2 + frame["prefers"]).to_numpy() % 5
    cell[::7] = -1
    for options in ({}, {"weight": "weight"}, {"stratum": "stratum"}, DESIGN):
        design = read_sample(frame, **options)
        columns = (cell[:, None] == np.arange(5)) * design.weight[:, None]
        assert np.allclose(
            cell_covariance(design, cell, 5), totals_covariance(design, columns), rtol=1e-10
        )


def test_input_is_unchanged():
    frame = respondents()
    before = frame.copy(deep=True)
    compare(frame, "prefers", by="age", **DESIGN)
    pd.testing.assert_frame_equal(frame, before)


def test_wrong_options_are_refused():
    with pytest.raises(InputError) as error:
        compare(people(a=(40, 3), b=(50, 9)), "q", by="g", reference="c")
    assert str(error.value) == (
        "`reference` is 'c'; the groups of 'g' are: a, b. Name one of them."
    )
    with pytest.raises(InputError) as error:
        compare(respondents(), "used", by="age", adjustment="sidak")
    assert str(error.value) == (
        "`adjustment` is 'sidak'; expected one of: holm, bh, bonferroni, none. Choose one of these."
    )
