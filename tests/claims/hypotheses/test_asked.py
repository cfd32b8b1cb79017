"""Hypotheses on a survey small enough to count by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.claims.hypotheses.judge import judge_hypotheses
from carekit.dataset.folder import create_dataset, open_dataset
from carekit.inference.rates.intervals import wilson

YES_NO = {"kind": "single", "answers": ["yes", "no"], "country": "US"}
QUESTIONS = {
    "hour": {"wording": "Within an hour?", "base": "all", "source": ["C025"], **YES_NO},
    "hour_complaint": {"wording": "A complaint?", "base": "all", "source": ["C026"], **YES_NO},
    "prefers": {"wording": "Rather social?", "base": "all", "source": ["P133", "C075"], **YES_NO},
    "outcome": {
        "wording": "How was it?", "base": "all", "source": ["P011"], "kind": "single",
        "country": "US", "answers": ["quick_and_effective", "slow_and_ineffective", "no_response"],
    },
    "recommends": {"wording": "Recommend?", "base": "all", "source": ["P014"], **YES_NO},
    "channels": {
        "wording": "How many?", "base": "all", "source": ["P053a"], "kind": "single",
        "country": "US", "answers": ["1", "2", "3+"],
    },
}  # fmt: skip


def people(n=100):
    """60 want it within an hour for a complaint, 40 in general, 35 both; 90 answered both."""
    rows = range(n)
    both, complaint_only, general_only = 35, 25, 5
    complaint = ["yes" if i < both + complaint_only else "no" for i in rows]
    general = [
        "yes" if i < both or both + complaint_only <= i < both + complaint_only + general_only
        else "no"
        for i in rows
    ]  # fmt: skip
    general = [g if i < 90 else None for i, g in enumerate(general)]
    outcome = ["no_response"] * 40 + ["quick_and_effective"] * 40 + ["slow_and_ineffective"] * 20
    # 10 of 40 left without an answer recommend, 30 of 40 served at once, 4 of 20 others
    recommends = ["yes"] * 10 + ["no"] * 30 + ["yes"] * 30 + ["no"] * 10 + ["yes"] * 4 + ["no"] * 16
    return pd.DataFrame(
        {
            "respondent_id": [f"r{i}" for i in rows],
            "weight": 1.0,
            "country": "US",
            "age_group": ["18-34", "35-54", "55+", "55+"] * (n // 4),
            "hour": general,
            "hour_complaint": complaint,
            "prefers": ["yes", "no", "no", "no"] * (n // 4),
            "outcome": outcome,
            "recommends": recommends,
            "channels": ["1", "2", "3+", "1"] * (n // 4),
        }
    )


@pytest.fixture
def ask(tmp_path, ledger):
    def make(*keys, frame=None, questions=None):
        path = tmp_path / f"d{len(list(tmp_path.iterdir()))}"
        with create_dataset(path, title="Test", licence="CC0-1.0") as out:
            out.set_table("survey", people() if frame is None else frame, source="test")
            out.set_json("questions.json", QUESTIONS if questions is None else questions)
        table = judge_hypotheses(open_dataset(path), only=keys, ledger=ledger)
        return table[table["evidence"] == "survey"].reset_index(drop=True)

    return make


def test_a_faster_answer_to_complaints_is_a_paired_comparison(ask):
    """By hand: 25 of 90 for a complaint only, 5 in general only."""
    mcnemar, weighted = (row for _, row in ask("H09").iterrows())
    assert mcnemar["estimate"] == pytest.approx((25 - 5) / 90)
    # (b - c)² / (b + c) = 13.3 on one degree of freedom
    assert mcnemar["p_value"] == pytest.approx(0.000261, rel=0.01)
    assert (mcnemar["n"], mcnemar["verdict"], mcnemar["synthetic"]) == (90, "holds", False)
    assert "25 expect it for a complaint only and 5 in general only" in mcnemar["why"]
    assert "10 without an answer left out" in mcnemar["why"]
    # equal weights: the same difference
    assert weighted["estimate"] == pytest.approx(mcnemar["estimate"])
    assert weighted["verdict"] == "holds"


def test_weights_move_the_weighted_difference_alone(ask):
    frame = people()
    frame.loc[:34, "weight"] = 4.0  # those who said yes to both
    mcnemar, weighted = (row for _, row in ask("H09", frame=frame).iterrows())
    assert mcnemar["estimate"] == pytest.approx(20 / 90)
    assert weighted["estimate"] == pytest.approx((25 - 5) / (35 * 4 + 55))


def test_people_who_want_complaints_later_contradict(ask):
    frame = people().rename(columns={"hour": "hour_complaint", "hour_complaint": "hour"})
    assert ask("H09", frame=frame)["verdict"].tolist() == ["contradicted", "contradicted"]


def test_silence_is_compared_with_any_answer_and_what_people_recall_is_a_hint(ask):
    for key in ("H10", "H16"):
        row = ask(key).iloc[0]
        assert row["estimate"] == pytest.approx(10 / 40 - 34 / 60)
        assert (row["n"], row["verdict"]) == (100, "hint")
        assert row["ci_high"] < 0  # the direction is as claimed, the test is no test of harm
        assert row["needs"]


def test_shares_of_answers_are_held_against_what_the_words_mean(ask):
    table = ask("H21")
    assert table.loc[0, "estimate"] == pytest.approx(0.25)
    assert table.loc[0, "verdict"] == "undecided"  # 25 % is where "many" begins
    assert (table.loc[1, "verdict"], table.loc[1, "needs"]) == (
        "untestable",
        "a question on the preferred channel, social_media among the answers",
    )
    several = ask("H30").iloc[0]
    assert several["estimate"] == pytest.approx(0.5)
    assert several["verdict"] == "holds"
    low = wilson(50, 100)[0]
    assert several["ci_low"] == pytest.approx(low, abs=0.02)


def test_a_trend_over_ages_follows_their_order(ask):
    frame = people()
    frame["prefers"] = ["yes", "no", "no", "no"] * 20 + ["no", "yes", "yes", "no"] * 5
    row = ask("H22", frame=frame).iloc[0]
    assert (row["n"], row["verdict"]) == (100, "holds")  # 20, 5 and 5 say yes
    alone = ask("H22").iloc[0]  # only the youngest say yes: the slope has no end
    assert alone["verdict"] == "untestable"
    assert alone["why"].endswith("No estimate can be made of these.")


@pytest.mark.parametrize("lost", list(QUESTIONS))
def test_a_question_that_was_not_asked_makes_its_tests_untestable(ask, lost):
    questions = {k: v for k, v in QUESTIONS.items() if k != lost}
    frame = people().drop(columns=lost)
    table = ask("H09", "H10", "H16", "H21", "H22", "H30", frame=frame, questions=questions)
    untestable = table[table["verdict"] == "untestable"]
    touched = {
        "hour": {"H09"}, "hour_complaint": {"H09"}, "prefers": {"H21", "H22"},
        "outcome": {"H10", "H16"}, "recommends": {"H10", "H16"}, "channels": {"H30"},
    }[lost]  # fmt: skip
    assert touched <= set(untestable["hypothesis_id"])
    assert (untestable["why"] != "").all()
