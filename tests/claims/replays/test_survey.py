"""Survey figures of the ledger: which question replays them, on which base, with what answer."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from carekit import load_ledger, open_dataset, replay
from carekit.claims.replays.survey import YES_NO, question_for
from carekit.dataset.folder import create_dataset
from carekit.errors import CannotAnswer
from carekit.inference.surveys.survey import share


@pytest.fixture(scope="module")
def ledger():
    return load_ledger()


@pytest.fixture(scope="module")
def sample():
    return open_dataset()


@pytest.fixture(scope="module")
def people(sample):
    return sample.read("survey")


def weighted(people, rows, hit):
    weight = people["weight"]
    return float(weight[rows & hit].sum() / weight[rows].sum())


def test_a_question_is_found_by_the_figure_it_names_or_by_its_siblings(sample, ledger):
    # C009a is replaced by P134, which the question names: same measure, country and network.
    found = {i: question_for(ledger.figure(i), sample).name for i in ("P134", "C009a", "C046")}
    assert found == {
        "P134": "uses_platform_for_care",
        "C009a": "uses_platform_for_care",
        "C046": "used_channel",
    }
    assert question_for(ledger.figure("P129"), sample).name == "satisfied_phone"
    assert question_for(ledger.figure("C029"), sample).name == "experience_phone"


@pytest.mark.parametrize("figure", ["L040a", "L027a", "P033", "L032a", "P015", "P126"])
def test_other_countries_networks_delays_and_channels_are_not_the_same_question(
    sample, ledger, figure
):
    with pytest.raises(CannotAnswer, match="does not ask this of such people"):
        question_for(ledger.figure(figure), sample)


def test_measured_shares_are_weighted_shares_of_the_base(sample, people, ledger):
    asked = people["used_social_care"].notna()
    found = replay("C001", sample, ledger=ledger)
    assert found.estimate == pytest.approx(
        weighted(people, asked, people["used_social_care"] == "yes")
    )
    assert found.n == int(asked.sum())
    young = people["age"].between(18, 24) & people["prefers_social_over_phone"].notna()
    found = replay("C075", sample, ledger=ledger)
    hit = people["prefers_social_over_phone"] == "yes"
    assert found.estimate == pytest.approx(weighted(people, young, hit))


def test_classes_add_up_and_cumulative_groups_hold_the_higher_answers(sample, people, ledger):
    asked = people["contacts_needed"].notna()
    found = replay("P052", sample, ledger=ledger)
    assert found.estimate == pytest.approx(
        weighted(people, asked, people["contacts_needed"].isin(["2", "3", "4+"]))
    )
    three = [replay(i, sample, ledger=ledger).estimate for i in ("C002", "C003", "C004")]
    assert sum(three) == pytest.approx(1)


def test_inverted_preference_is_contradicted_on_its_printed_base(sample, people, ledger):
    found = replay("C005", sample, ledger=ledger)
    base = people["used_social_care"].eq("no") & people["prefers_social_over_phone"].notna()
    assert found.estimate == pytest.approx(
        weighted(people, base, people["prefers_social_over_phone"] == "no")
    )
    assert found.verdict == "contradicted"
    assert "corrects it to P133" in found.why


def test_age_gap_is_the_difference_to_everybody(sample, people, ledger):
    rows = people["prefers_social_over_phone"].notna()
    hit = people["prefers_social_over_phone"] == "yes"
    young = people["age"].between(18, 24)
    want = weighted(people, rows & young, hit) - weighted(people, rows, hit)
    social, phone = (replay(i, sample, ledger=ledger) for i in ("D018", "C007"))
    assert social.estimate == pytest.approx(want)
    assert phone.estimate == pytest.approx(-want)
    assert phone.verdict == "contradicted"


def test_channels_are_counted_among_those_who_contacted_a_service(sample, people, ledger):
    items = [c for c in people if c.startswith("used_channel__")]
    base = people["contacted_any_service"].eq("yes") & people[items].notna().all(axis=1)
    ticks = people.loc[base, items].astype(float).sum(axis=1)
    weight = people.loc[base, "weight"]
    found = replay("P140", sample, ledger=ledger)
    assert found.estimate == pytest.approx(float((weight * ticks).sum() / weight.sum()))
    narrow, wide = (replay(i, sample, ledger=ledger) for i in ("P087", "P105"))
    assert narrow.estimate > wide.estimate
    assert "contacted_any_service: yes" in narrow.definition


def test_those_who_expect_no_answer_count_where_the_base_is_all_who_deal_with_firms(sample, ledger):
    narrow, wide = (replay(i, sample, ledger=ledger) for i in ("P029a", "D009"))
    expects = replay("P030", sample, ledger=ledger)
    assert wide.n > narrow.n
    assert wide.estimate == pytest.approx(narrow.estimate * expects.estimate, abs=0.01)


def test_a_rank_is_as_wide_as_the_comparisons_leave_it(sample, ledger):
    found = replay("C009b", sample, ledger=ledger)
    assert found.ci_low <= found.estimate <= found.ci_high
    assert (found.ci_low, found.ci_high) == (1, 2)  # the two Facebook pages, 29 and 28 % planted
    assert found.verdict == "undecided"


@pytest.mark.parametrize(
    ("figure", "reason"),
    [
        ("D014", "computed from printed shares"),
        ("P125d", "click_to_call is not among the answers to used_channel"),
        ("L018a", "does not hold the group gen_z"),
        ("P009", "covers several answers at once: x_without_handle, x_with_handle"),
    ],
)
def test_what_the_survey_lacks_is_untestable_with_its_reason(sample, ledger, figure, reason):
    found = replay(figure, sample, ledger=ledger)
    assert (found.verdict, reason in found.why) == ("untestable", True)
    assert found.needs


def test_data_of_ones_own_name_the_measure(tmp_path, ledger):
    frame = pd.DataFrame(
        {
            "respondent_id": [f"r{i}" for i in range(80)],
            "weight": 1.0,
            "age_group": ["18-24", "65+"] * 40,
            "happy": (["Yes"] * 3 + ["No"]) * 20,
        }
    )
    question = {"kind": "single", "answers": ["Yes", "No"], "country": "FR"}
    about = {"measure": "satisfied_with_channel", "group": "social_media"}
    with create_dataset(tmp_path / "d", title="Own", licence="CC0-1.0") as out:
        out.set_table("survey", frame, source="test")
        out.set_json("questions.json", {"happy": {**question, **about}})
    dataset = open_dataset(tmp_path / "d")
    found = replay("C045", dataset, ledger=ledger)
    witness = share(frame, "happy").query("answer == 'Yes'").iloc[0]
    assert (found.estimate, found.n) == (0.75, 80)
    assert found.ci_low == pytest.approx(witness["ci_low"])
    assert replay("P129", dataset, ledger=ledger).verdict == "untestable"


def test_a_dataset_without_a_survey_says_so(make_dataset, ledger):
    dataset = make_dataset([{"id": "p1"}])
    found = replay("C001", dataset, ledger=ledger)
    assert found.verdict == "untestable"
    assert found.why.startswith("The dataset holds no survey.")


def test_every_survey_figure_of_the_plan_is_recovered_or_has_a_reason(sample, ledger):
    """What was planted lies in the 95 % interval about 95 times of 100."""
    truth = json.loads((sample.path / "truth.json").read_text(encoding="utf-8"))
    planted = {
        (q["name"], q["by"]["answer"]): q["value"]
        for q in truth["quantities"]
        if set(q["by"]) == {"country", "answer"} and "carekit survey" in q["recover"]
    }
    ids = ["C001", "C002", "C003", "C031", "C046", "C047", "C048", "C049", "C067", "C068", "C069"]
    hits = []
    for key in ids:
        figure = ledger.figure(key)
        question = question_for(figure, sample)
        answer = "yes" if figure.measure in YES_NO else figure.group
        found = replay(key, sample, ledger=ledger)
        hits.append(found.ci_low <= planted[question.name, answer] <= found.ci_high)
    assert sum(hits) >= len(ids) - 1
