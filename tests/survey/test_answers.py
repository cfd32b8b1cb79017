"""Survey estimates: who is in the base, what is missing, what the command prints."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from carekit.cli import main
from carekit.dataset.folder import create_dataset, open_dataset
from carekit.errors import InputError
from carekit.inference.surveys.survey import share
from carekit.survey import answers, differences, ticked, trend
from carekit.survey.questions import asked_respondents, find_question

CONTRACT = (
    "answer n n_missing estimate std_error ci_low ci_high conf_level deff method flags".split()
)  # DESIGN: the JSON of `survey share`, after the `by` columns
QUESTIONS = {
    "uses": {"wording": "Do you?", "base": "all", "kind": "single", "answers": ["yes", "no"]},
    "often": {
        "wording": "How often?",
        "base": "users",
        "kind": "single",
        "answers": ["daily", "less", "don't know"],
        "asked_if": {"uses": ["yes"]},
    },
    "where": {
        "wording": "Where?",
        "base": "users",
        "kind": "multiple",
        "answers": ["page", "blog"],
        "columns": ["where__page", "where__blog"],
        "asked_if": {"uses": ["yes"]},
    },
    "spent": {"wording": "How much?", "base": "all", "kind": "number"},
}
PEOPLE = pd.DataFrame(
    {
        "respondent_id": list("abcdefgh"),
        "weight": [1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0],
        "age_group": ["8-17", "8-17", "18-29", "18-29", "18-29", "65+", "65+", None],
        "uses": ["yes", "yes", "yes", "no", None, "yes", "no", "no"],
        "often": ["daily", "less", "don't know", None, None, None, None, None],
        "where__page": [True, True, False, None, None, None, None, None],
        "where__blog": [False, True, True, None, None, None, None, None],
        "spent": [1.0, 2.0, 3.5, 1.0, 1.0, 2.0, 2.0, 2.0],
    }
)


@pytest.fixture
def small(tmp_path):
    with create_dataset(tmp_path / "d", title="Test", licence="CC0-1.0") as out:
        out.set_table("survey", PEOPLE, source="test")
        out.set_json("questions.json", QUESTIONS)
    return open_dataset(tmp_path / "d")


@pytest.fixture(scope="module")
def sample():
    return open_dataset()


def test_share_counts_the_asked_without_an_answer_outside_the_base(small):
    made = answers(small, "often").set_index("answer")
    # Four were asked (uses = yes): one daily (weight 1), one less (2), one don't know (1), one empty.
    assert made["n"].tolist() == [3, 3, 3]
    assert made["n_missing"].tolist() == [1, 1, 1]
    assert made["estimate"].to_dict() == {"daily": 0.25, "less": 0.5, "don't know": 0.25}
    assert answers(small, "often").attrs["note"].startswith("Denominator: users; 4 were asked")


def test_an_answer_named_missing_leaves_the_base_and_is_counted(small):
    made = answers(small, "often", missing=["don't know"])
    assert made[["answer", "n", "n_missing"]].values.tolist() == [["daily", 2, 2], ["less", 2, 2]]
    assert made["estimate"].tolist() == pytest.approx([1 / 3, 2 / 3])
    with pytest.raises(InputError, match="`missing` names 'dk'; the answers to 'often' are: daily"):
        answers(small, "often", missing=["dk"])


def test_classes_of_age_are_in_order_and_a_missing_one_is_a_group(small):
    made = answers(small, "uses", by="age_group")
    assert made.columns.tolist() == ["age_group", *CONTRACT]
    groups = [None if pd.isna(g) else g for g in made["age_group"].astype("object")]
    assert groups == ["8-17", "8-17", "18-29", "18-29", "65+", "65+", None, None]
    assert made["estimate"].tolist()[2:6] == pytest.approx([0.5, 0.5, 1 / 3, 2 / 3])


def test_groups_that_were_not_asked_have_no_row(sample):
    made = answers(sample, "prefers_social_over_phone", by="country")
    assert made["country"].tolist() == ["US", "US"]


def test_zero_weights_outside_the_domain_equal_an_explicit_domain(sample):
    frame = sample.read("survey")
    frame["domain"] = (frame["country"] == "US") & (frame["used_social_care"] == "yes")
    by_hand = share(
        frame, "never_answered", by="domain", weight="weight", stratum="stratum", psu="psu"
    )
    by_hand = by_hand[by_hand["domain"] & (by_hand["answer"] == "yes")].iloc[0]
    made = answers(sample, "never_answered").query("answer == 'yes'").iloc[0]
    for column in ("n", "estimate", "std_error", "ci_low", "ci_high"):
        assert made[column] == pytest.approx(by_hand[column], rel=1e-9), column


def test_shares_recover_what_was_planted(sample):
    truth = json.loads((sample.path / "truth.json").read_text(encoding="utf-8"))
    planted = {
        q["by"]["age_group"]: q["value"]
        for q in truth["quantities"]
        if q["name"] == "prefers_social_over_phone" and set(q["by"]) >= {"age_group", "answer"}
    }
    made = answers(sample, "prefers_social_over_phone", by="age_group", conf_level=0.99)
    made = made[made["answer"] == "yes"].set_index("age_group")
    assert len(planted) == 6
    for group, value in planted.items():
        assert made.loc[group, "ci_low"] <= value <= made.loc[group, "ci_high"]


def test_equal_weights_without_a_design_give_wilson(small, tmp_path):
    with create_dataset(tmp_path / "e", title="Test", licence="CC0-1.0") as out:
        out.set_table("survey", PEOPLE.assign(weight=1.0), source="test")
        out.set_json("questions.json", QUESTIONS)
    made = answers(open_dataset(tmp_path / "e"), "often")
    assert set(made["method"]) == {"wilson"}
    assert set(made["flags"]) == {"small_n"}
    assert made.attrs["note"] == "Denominator: users; 4 were asked “How often?”."
    assert made["n"].tolist() == [3, 3, 3]


def test_several_answers_have_two_bases_and_two_measures(small):
    made = ticked(small, "where").set_index(["measure", "item"])
    people = made.loc["share_of_respondents"]
    assert people["n"].tolist() == [3, 3]
    assert people["n_missing"].tolist() == [1, 1]
    assert people["estimate"].tolist() == pytest.approx([3 / 4, 3 / 4])
    assert made.loc["share_of_mentions", "estimate"].tolist() == [0.5, 0.5]
    everybody = ticked(small, "where", base="all").set_index(["measure", "item"])
    assert everybody.loc[("share_of_respondents", "page"), "estimate"] == pytest.approx(3 / 10)


def test_an_option_is_a_question_of_its_own(small):
    made = answers(small, "where__page").set_index("answer")
    assert made.loc["yes", "estimate"] == pytest.approx(0.75)
    assert find_question(small, "how often?").name == "often"


def test_trend_and_differences_name_the_groups_they_use(sample):
    slope = trend(sample, "prefers_social_over_phone", by="age_group").iloc[0]
    assert (slope["answer"], slope["reversals"]) == ("yes", 0)
    assert slope["ci_high"] < 0
    pairs = differences(sample, "prefers_social_over_phone", by="age_group", reference="65+")
    assert set(pairs["group_b"]) == {"65+"}
    assert "All groups: 2 answers in 6 groups" in pairs.attrs["note"]
    options = differences(sample, "uses_platform_for_care")
    assert len(options) == 28
    assert {"facebook_company_page", "other_blog"} <= {*options["group_a"], *options["group_b"]}


def test_only_weights_that_differ_are_called_weights(small, sample):
    assert "asked “Do you?” (weighted)." in answers(small, "uses").attrs["note"]
    assert (
        "(weighted, strata and sampling units kept)"
        in answers(sample, "used_social_care").attrs["note"]
    )


def test_a_condition_keeps_the_design_of_the_whole_sample(sample):
    frame = sample.read("survey")
    frame["domain"] = (frame["country"] == "US") & (frame["age"] > 40)
    by_hand = share(
        frame, "used_social_care", by="domain", weight="weight", stratum="stratum", psu="psu"
    )
    by_hand = by_hand[by_hand["domain"] & (by_hand["answer"] == "yes")].iloc[0]
    where = "country = 'US' and age > 40"
    made = answers(sample, "used_social_care", where=where)
    row = made.query("answer == 'yes'").iloc[0]
    for column in ("n", "estimate", "std_error", "ci_low", "ci_high"):
        assert row[column] == pytest.approx(by_hand[column], rel=1e-9), column
    assert f"; only respondents for whom {where}." in made.attrs["note"]
    with pytest.raises(InputError, match="`where` names a column 'sexe' that does not exist"):
        answers(sample, "used_social_care", where="sexe = 1")
    slopes = trend(sample, "used_social_care", by="age_group", where="age > 40")
    assert slopes["n"][0] < trend(sample, "used_social_care", by="age_group")["n"][0]


def test_an_empty_cell_is_named_and_the_pairs_stand(small):
    made = differences(small, "often", by="age_group")
    assert len(made) > 0
    assert (
        "No test of all groups: nobody in 8-17 said don't know, nobody in 18-29 said daily"
        in (made.attrs["note"])
    )
    assert "Join answers or groups in the codebook" in made.attrs["note"]


def test_old_names_say_where_they_went():
    import carekit.survey

    for new in carekit.survey.OLD.values():
        assert callable(getattr(carekit.survey, new))
    with pytest.raises(AttributeError):
        _ = carekit.survey.shares


def test_the_dataset_is_read_and_never_changed(small):
    before = small.read("survey")
    asked_respondents(small, find_question(small, "often"), by=("age_group",))
    pd.testing.assert_frame_equal(small.read("survey"), before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda d: answers(d, "where"),
            "`question` 'where' takes several answers; `carekit survey share` needs one with one. "
            "Use `carekit survey multi`, or name one option: where__page, where__blog.",
        ),
        (
            lambda d: ticked(d, "uses"),
            "`question` 'uses' is of kind 'single'; `carekit survey multi` needs a question with "
            "several answers. Use `carekit survey share`.",
        ),
        (
            lambda d: answers(d, "spent"),
            "`question` 'spent' is a number; `carekit survey share` needs answers. Describe "
            "classes for it in the codebook and import again.",
        ),
        (
            lambda d: answers(d, "use"),
            "`question` is 'use'; the dataset asks: uses, often, where, spent. Name one of these, "
            "or a column of a question with several answers.",
        ),
        (
            lambda d: answers(d, "uses", by="sex"),
            "`by` is 'sex'; expected a column of the survey: age_group, uses, often, spent. Name "
            "one of these.",
        ),
        (
            lambda d: answers(d, "uses", by="country"),
            "`by` 'country' is empty for everybody who was asked; groups were expected. Group by "
            "another column.",
        ),
        (
            lambda d: trend(d, "uses", by="age_group", answer="maybe"),
            "`answer` is 'maybe'; the answers to 'uses' are: yes, no. Name one of them.",
        ),
        (
            lambda d: differences(d, "uses"),
            "`by` is missing; 'uses' has one answer a person, so groups are compared. Pass --by, "
            "such as --by age_group.",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_in_three_parts(small, call, message):
    with pytest.raises(InputError) as caught:
        call(small)
    assert str(caught.value) == message


def test_command_prints_the_contract_as_json(small, capsys):
    line = ["survey", "share", str(small.path), "uses", "--by", "age_group", "--format", "json"]
    assert main(line) == 0
    out, err = capsys.readouterr()
    rows = json.loads(out)
    assert list(rows[0]) == ["age_group", *CONTRACT]
    assert rows[-1]["age_group"] is None
    assert err.startswith("Denominator: all; 8 were asked “Do you?”")


def test_command_refuses_options_of_other_names(small, capsys):
    assert main(["survey", "share", str(small.path), "uses", "--base", "all"]) == 2
    assert "`--base` is given, and `carekit survey share` does not take it" in (
        capsys.readouterr().err
    )
    for name in ("multi", "compare"):
        assert main(["survey", name, str(small.path), "where"]) == 0
    assert main(["survey", "trend", str(small.path), "uses"]) == 2
