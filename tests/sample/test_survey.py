"""The two surveys of the sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carekit.sample import survey_plan
from carekit.sample.survey import rake
from carekit.sample.truth.surveys import planted_groups


@pytest.fixture(scope="module")
def survey(committed) -> pd.DataFrame:
    return committed.read("survey")


def test_weights_give_the_margins_of_the_population(survey):
    for country, design in survey_plan.DESIGNS.items():
        people = survey[survey["country"] == country]
        ages, genders, regions = design.margins()
        for column, margin in (("age_group", ages), ("gender", genders), ("stratum", regions)):
            got = people.groupby(column)["weight"].sum() / people["weight"].sum()
            for level, wanted in margin.items():
                assert got[level] == pytest.approx(wanted, abs=1e-4)
        assert people["weight"].mean() == pytest.approx(1, abs=1e-4)
        assert people["weight"].std() > 0.2  # the sample is skewed before it is weighted


def test_unweighted_answers_are_biased_and_weights_mend_it(survey):
    us = survey[survey["country"] == "US"]
    young = us["age_group"].eq("18-24")
    wanted = survey_plan.DESIGNS["US"].margins()[0]["18-24"]
    assert young.mean() < wanted - 0.04
    assert (young * us["weight"]).sum() / us["weight"].sum() == pytest.approx(wanted, abs=1e-4)


def test_every_column_is_described_and_every_described_column_is_there(survey, committed):
    described = {c for q in committed.questions().values() for c in q["columns"]}
    fixed = {"respondent_id", "weight", "stratum", "psu", "country", "age", "age_group"}
    assert set(survey.columns) - fixed == described


def test_questions_carry_wording_base_kind_answers_country_and_source(committed):
    for name, question in committed.questions().items():
        assert question["wording"], name
        assert question["base"], name
        assert question["kind"] in {"single", "multiple"}, name
        assert len(question["answers"]) >= 2, name
        assert question["country"] in {"US", "FR", "US;FR"}, name
        assert question["source"], name
        assert "plant" not in question, name


def test_answers_are_null_where_the_question_was_not_asked(survey, committed):
    for name, question in committed.questions().items():
        asked = survey["country"].isin(question["country"].split(";"))
        for condition, answers in question["asked_if"].items():
            asked &= survey[condition].isin(answers).fillna(False)
        for column in question["columns"]:
            given = survey[column].notna()
            assert not (given & ~asked).any(), name
            assert given[asked].mean() > 0.95, name
            if question["kind"] == "single":
                assert set(survey[column].dropna()) <= set(question["answers"]), name


def test_multiple_answers_are_booleans_asked_together(survey, committed):
    for name, question in committed.questions().items():
        if question["kind"] == "multiple":
            block = survey[question["columns"]]
            assert question["columns"] == [f"{name}__{a}" for a in question["answers"]]
            assert (block.notna().all(axis=1) | block.isna().all(axis=1)).all()
            assert set(np.unique(block.dropna().astype(bool).to_numpy())) == {False, True}


def test_who_contacted_no_service_used_no_channel(survey):
    silent = survey[survey["contacted_any_service"].eq("no")]
    columns = [c for c in survey.columns if c.startswith("used_channel__")]
    assert len(silent) > 100
    assert not silent[columns].fillna(False).astype(bool).to_numpy().any()


def test_complaints_are_wanted_faster_by_the_same_people(survey):
    both = survey.dropna(
        subset=["expects_within_60_minutes", "expects_within_60_minutes_complaint"]
    )
    usual = both["expects_within_60_minutes"].eq("yes")
    complaint = both["expects_within_60_minutes_complaint"].eq("yes")
    assert len(both) > 250
    assert (complaint & ~usual).sum() > 1.5 * (usual & ~complaint).sum() > 0


def test_rake_reaches_a_margin_that_can_be_computed_by_hand():
    frame = pd.DataFrame({"sex": ["w", "w", "w", "m"]})
    assert rake(frame, {"sex": {"w": 0.5, "m": 0.5}}).tolist() == [0.6667, 0.6667, 0.6667, 2.0]


def test_planted_groups_average_to_the_whole():
    plant = survey_plan.QUESTIONS["used_social_care"]["plant"]["yes"]
    groups = planted_groups(plant, "US")
    ages, genders, _ = survey_plan.DESIGNS["US"].margins()
    by_hand = sum(ages[a] * genders[g] * plant[g][a] for a in ages for g in genders)
    assert groups[()] == pytest.approx(by_hand)
    by_age = sum(ages[a] * groups[(("age_group", a),)] for a in ages)
    assert by_age == pytest.approx(by_hand)
