"""carekit.inference.differences: groups compared, from counts and from a survey."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.differences import adjust_p_values, compare, compare_rates
from carekit.inference.intervals import newcombe
from carekit.inference.linearisation import cell_covariance, totals_covariance
from carekit.inference.respondents import read_design
from carekit.inference.survey import share
from carekit.inference.weights import poststratify

GOLDEN = Path(__file__).parents[1] / "golden"
DESIGN = {"weight": "weight", "stratum": "stratum", "psu": "psu"}


def respondents():
    return pd.read_csv(GOLDEN / "in_survey.csv")


def by_platform():
    messages = pd.read_csv(GOLDEN / "in_messages.csv")
    grouped = messages.groupby(["platform", "brand"])["answered"]
    return grouped.agg(n="size", n_answered="sum").reset_index()


def test_difference_over_brands_equals_the_frozen_reference(golden):
    row = compare_rates(by_platform(), by="platform", cluster="brand", reference="tw").iloc[0]
    reference, case = golden("pooled_rate"), "in_messages fb minus tw, cluster=brand"
    reference.check(case, "difference", row["estimate"])
    reference.check(case, "se", row["std_error"])
    assert (row["df"], row["flags"]) == (19, "few_clusters")
    assert row["method"] == "linearised, clustered by brand, t"


def test_a_brand_in_both_groups_makes_the_difference_more_certain():
    # Both brands do the same on both networks: the networks differ, whatever the brand.
    rows = pd.DataFrame(
        {
            "network": ["f", "f", "f", "x", "x", "x"],
            "brand": ["p", "q", "r"] * 2,
            "n": [10] * 6,
            "n_answered": [2, 5, 8, 1, 4, 7],
        }
    )
    paired = compare_rates(rows, by="network", cluster="brand").iloc[0]
    assert paired["estimate"] == pytest.approx(-0.1)
    assert paired["std_error"] == pytest.approx(0, abs=1e-12)
    assert paired["flags"] == "zero_var few_clusters"
    apart = rows.assign(brand=list("pqrstu"))
    alone = compare_rates(apart, by="network", cluster="brand").iloc[0]
    # residuals -3, 0, 3 of 30 in each network: v = 6/5 · (18 + 18)/900
    assert alone["std_error"] == pytest.approx(np.sqrt(6 / 5 * 36 / 900))
    assert alone["df"] == 5


def test_independent_groups_get_newcombe_and_the_score_test():
    rows = pd.DataFrame({"g": ["a", "b", "c"], "n": [70, 80, 90], "n_answered": [56, 48, 45]})
    out = compare_rates(rows, by="g")
    assert out[["group", "reference"]].to_numpy().tolist() == [["b", "a"], ["c", "a"], ["c", "b"]]
    low, high = newcombe(48, 80, 56, 70)
    assert (out["ci_low"][0], out["ci_high"][0]) == (low, high)
    from statsmodels.stats.proportion import proportions_ztest

    z, p = proportions_ztest([48, 56], [80, 70])
    assert (out["statistic"][0], out["p_value"][0]) == pytest.approx((z, p))
    p_values = sorted(out["p_value"])
    expected = [3 * p_values[0], max(2 * p_values[1], 3 * p_values[0])]
    assert sorted(out["p_adjusted"])[:2] == pytest.approx(np.minimum(expected, 1))
    assert out["family_size"].tolist() == [3, 3, 3]
    with_reference = compare_rates(rows, by="g", reference="b", adjust="none")
    assert with_reference["group"].tolist() == ["a", "c"]
    assert with_reference["estimate"][0] == -out["estimate"][0]
    assert with_reference["p_adjusted"].tolist() == with_reference["p_value"].tolist()


def test_clusters_of_one_unit_are_compared_as_independent_units():
    rows = pd.DataFrame(
        {"g": ["a"] * 30 + ["b"] * 30, "author": [f"u{i}" for i in range(60)], "n": 1}
    )
    rows["n_answered"] = [int(i % 3 == 0) for i in range(45)] + [1] * 15
    out = compare_rates(rows, by="g", cluster="author").iloc[0]
    assert out["method"] == "newcombe, score test: every author holds one unit"
    plain = compare_rates(rows, by="g").iloc[0]
    assert (out["ci_low"], out["p_value"]) == (plain["ci_low"], plain["p_value"])


def test_groups_that_cannot_be_compared_are_marked():
    rows = pd.DataFrame(
        {
            "g": ["a", "a", "b", "c", "c", None],
            "brand": list("pqpqrs"),
            "n": [10, 10, 10, 0, 0, 7],
            "n_answered": [1, 5, 3, 0, 0, 7],
        }
    )
    out = compare_rates(rows, by="g", cluster="brand").set_index(["group", "reference"])
    assert out.loc[("b", "a"), "flags"] == "one_cluster few_clusters small_n"
    assert out.loc[("c", "a"), "flags"] == "n0"
    assert out[["ci_low", "p_value", "p_adjusted"]].isna().all(axis=None)
    assert (out["method"] == "none").all()
    assert (out["family_size"] == 0).all()
    assert (out["n_ungrouped"] == 7).all()
    same = compare_rates(
        pd.DataFrame({"g": ["a", "b"], "n": [40, 50], "n_answered": [0, 0]}), by="g"
    ).iloc[0]
    assert np.isnan(same["p_value"])
    assert same["ci_low"] < 0 < same["ci_high"]


def test_one_group_has_nothing_to_be_compared_with():
    rows = pd.DataFrame({"g": ["a"], "n": [40], "n_answered": [3]})
    assert len(compare_rates(rows, by="g")) == 0
    frame = respondents().query("age == '65+'")
    assert len(compare(frame, "prefers", by="age", weight="weight")) == 0


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
    counts = frame.groupby("age")["prefers"].agg(n="size", n_answered="sum").reset_index()
    survey = compare(frame, "prefers", by="age").query("answer == 1").reset_index(drop=True)
    rates = compare_rates(counts, by="age")
    pd.testing.assert_frame_equal(survey.drop(columns="answer"), rates, rtol=1e-9)


def test_yes_and_no_are_one_test_and_three_answers_are_three():
    frame = respondents().assign(third=lambda f: f["id"] % 3)
    two = compare(frame, "prefers", by="age", weight="weight")
    assert two["family_size"].unique().tolist() == [15]
    assert two["estimate"].sum() == pytest.approx(0)
    three = compare(frame, "third", by="age", weight="weight", adjust="bh")
    assert three["family_size"].unique().tolist() == [45]
    assert (three["p_adjusted"] >= three["p_value"]).all()


def test_a_difference_that_the_population_totals_fix_is_certain():
    frame = respondents()
    population = frame.groupby(["sex", "prefers"]).size().mul(4).rename("n").reset_index()
    weights = poststratify(frame, population, weight="weight")
    row = compare(frame, "prefers", by="sex", calibration=weights).iloc[0]
    counts = frame.groupby("sex")["prefers"].mean()
    assert row["estimate"] == pytest.approx(counts["f"] - counts["m"])
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
    frame, rows = respondents(), by_platform()
    before, rows_before = frame.copy(deep=True), rows.copy(deep=True)
    compare(frame, "prefers", by="age", **DESIGN)
    compare_rates(rows, by="platform", cluster="brand")
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(rows, rows_before)


def test_adjusted_p_values_leave_out_what_was_not_tested():
    frame = pd.DataFrame({"p_value": [0.01, np.nan, 0.04]})
    assert adjust_p_values(frame, "holm")["p_adjusted"].fillna(-1).tolist() == [0.02, -1, 0.04]
    assert adjust_p_values(frame, "holm")["family_size"].tolist() == [2, 2, 2]


def test_wrong_options_are_refused():
    with pytest.raises(InputError) as error:
        compare_rates(by_platform(), by="platform", reference="youtube")
    assert str(error.value) == (
        "`reference` is 'youtube'; the groups of 'platform' are: fb, tw. Name one of them."
    )
    with pytest.raises(InputError) as error:
        compare(respondents(), "used", by="age", adjust="sidak")
    assert str(error.value) == (
        "`adjust` is 'sidak'; one of 'holm', 'bh', 'none' was expected. Use 'holm' for figures "
        "that are printed, 'bh' for exploration."
    )
