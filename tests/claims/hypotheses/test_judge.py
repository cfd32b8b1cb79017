"""Every hypothesis gets a row a test, whatever the dataset holds."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from carekit.claims.hypotheses.evidence import KINDS
from carekit.claims.hypotheses.judge import (
    COLUMNS,
    evidence_of,
    judge_hypotheses,
    judge_hypothesis,
    table_hypotheses,
)
from carekit.claims.hypotheses.registry import Test as HypothesisTest
from carekit.claims.hypotheses.registry import cannot_test
from carekit.claims.hypotheses.registry import tests_of as declared
from carekit.claims.inquiry import Inquiry
from carekit.dataset.folder import open_dataset
from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.errors import CannotAnswer, InputError, SelectionError

IDS = [f"H{n:02d}" for n in range(1, 32)]
ROWS = [
    {"id": "a", "at": 0, "account": "acme", "brand": "Acme", "author_id": "u1", "text": "Where?"},
    {"id": "ra", "at": 9, "reply_to": "a", "account": "acme", "brand": "Acme",
     "author_role": "brand", "text": "Please DM us", "lang": "en"},
    {"id": "b", "at": 20, "account": "acme", "brand": "Acme", "author_id": "u2", "text": None},
]  # fmt: skip


@pytest.fixture
def only_test(monkeypatch):
    """`only_test(run, evidence=…)` makes H09 have one test."""

    def make(run, evidence="posts", part=""):
        one = HypothesisTest(
            "H09", on=evidence, measured="A share", unit="share", means="many", claim="above",
            reference=0.25, needs="more posts", part=part, run=run,
        )  # fmt: skip
        monkeypatch.setattr("carekit.claims.hypotheses.judge.tests_of", lambda key: [one])

    return make


def test_every_hypothesis_has_a_test_that_names_what_it_needs(ledger):
    assert ledger.hypotheses["hypothesis_id"].tolist() == IDS
    for key in IDS:
        found = declared(key)
        assert found, key
        for one in found:
            assert one.hypothesis_id == key
            assert one.on in KINDS
            assert one.text.endswith(".")
            assert len(one.needs) > 15
            assert one.run or one.why.endswith(".")


def test_a_test_on_each_kind_of_data_that_the_ledger_asks_for(ledger):
    """Where hypotheses.csv says that figures, posts or a survey decide, there is such a row."""
    for key, needs in zip(
        ledger.hypotheses["hypothesis_id"], ledger.hypotheses["needs"], strict=True
    ):
        have = {one.on for one in declared(key)}
        missing = {word.strip() for word in needs.split(";")} - {"calls"} - have
        # what is asked of a survey of firms or readers is named in `needs` of the row for posts
        assert missing <= {"survey"} if key in ("H23", "H26", "H31") else not missing, key


def test_a_dataset_of_three_posts_gets_a_row_for_every_test(make_dataset, ledger):
    dataset = make_dataset(ROWS)
    table = judge_hypotheses(dataset, ledger=ledger)
    assert table.columns.tolist() == COLUMNS
    assert table["hypothesis_id"].unique().tolist() == IDS
    asked = table[table["evidence"] == "survey"]
    assert set(asked["verdict"]) == {"untestable"}
    assert (table.loc[table["verdict"].isin(["untestable", "undecided"]), "needs"] != "").all()
    assert not table["synthetic"].any()
    told = table[table["evidence"].isin(["figures", "measured"])]
    assert (told["verdict"] != "untestable").sum() > 20
    posts = table[table["evidence"] == "posts"]
    assert set(posts["verdict"]) <= {"untestable", "undecided"}  # three posts decide nothing


def test_answered_conversations_alone_cannot_say_who_is_answered(make_dataset, ledger):
    dataset = make_dataset(ROWS, selection=ANSWERED_ONLY)
    table = judge_hypotheses(dataset, only=["H07", "H08", "H17", "H28"], ledger=ledger)
    posts = table[table["evidence"] == "posts"]
    assert set(posts["verdict"]) == {"untestable"}
    assert posts["why"].str.contains("its selection is 'answered_only'").all()


def test_the_dataset_and_the_ledger_are_left_as_they_were(make_dataset, ledger):
    dataset = make_dataset(ROWS)
    before = ledger.figures
    judge_hypotheses(dataset, only=["H05", "H08", "H11", "H15"], ledger=ledger)
    pd.testing.assert_frame_equal(ledger.figures, before)
    assert len(dataset.read("posts")) == 3


SHARE = {"estimate": 0.5, "ci_low": 0.4, "ci_high": 0.6, "p_value": 0.01, "n": 40}


def test_a_row_is_decided_by_its_declaration(only_test, make_dataset, ledger):
    only_test(lambda inquiry: (SHARE, "Of 40."))
    dataset = make_dataset(ROWS)
    verdict = judge_hypothesis("H09", dataset, ledger=ledger, conf_level=0.9)
    assert (verdict.verdict, verdict.decided_by) == ("holds", "posts")
    row = verdict.evidence[0]
    assert (row.estimate, row.ci_low, row.ci_high, row.conf_level) == (0.5, 0.4, 0.6, 0.9)
    assert (row.p_value, row.n, row.needs) == (0.01, 40, "")
    assert row.test == "A share; many means more than 25 %."
    assert row.why == "Of 40. The interval 0.4 to 0.6 lies wholly above 0.25."


def test_what_a_generated_dataset_shows_is_no_evidence(only_test, ledger):
    sample = open_dataset()
    only_test(lambda inquiry: (SHARE, "Of 40."))
    verdict = judge_hypothesis("H09", sample, ledger=ledger)
    assert verdict.decided_by == "posts (synthetic)"
    assert verdict.evidence[0].synthetic
    only_test(lambda inquiry: (SHARE, "Of 40."), "measured")
    assert not judge_hypothesis("H09", sample, ledger=ledger).evidence[0].synthetic


@pytest.mark.parametrize(
    "error", [CannotAnswer("No posts on X."), SelectionError("No posts on X.")]
)
def test_a_test_that_lacks_something_is_untestable_and_says_why(
    only_test, make_dataset, ledger, error
):
    def run(inquiry):
        raise error

    only_test(run)
    row = judge_hypothesis("H09", make_dataset(ROWS), ledger=ledger).evidence[0]
    assert (row.verdict, row.why, row.needs) == ("untestable", "No posts on X.", "more posts")


def test_a_fault_of_carekit_is_no_reason_to_call_a_hypothesis_untestable(
    only_test, make_dataset, ledger
):
    def run(inquiry):
        raise ZeroDivisionError

    only_test(run)
    with pytest.raises(ZeroDivisionError):
        judge_hypothesis("H09", make_dataset(ROWS), ledger=ledger)


def test_an_undecided_row_says_what_would_decide(only_test, make_dataset, ledger):
    only_test(lambda inquiry: ({**SHARE, "ci_low": 0.2}, "Wide."))
    assert judge_hypothesis("H09", make_dataset(ROWS), ledger=ledger).evidence[0].needs == (
        "more posts"
    )


def test_an_unknown_hypothesis_is_refused(make_dataset, ledger):
    with pytest.raises(InputError) as caught:
        judge_hypotheses(make_dataset(ROWS), only=["H99"], ledger=ledger)
    assert str(caught.value) == (
        f"`hypothesis_id` is 'H99', which is not a hypothesis of the ledger; expected one of: "
        f"{', '.join(IDS)}. List them with `carekit claims hypotheses`."
    )


def test_a_hypothesis_without_a_test_says_so(make_dataset, ledger):
    frame = ledger.hypotheses
    frame.loc[0, "hypothesis_id"] = "H77"
    other = ledger.replace(hypotheses=frame)
    row = judge_hypothesis("H77", make_dataset(ROWS), ledger=other).evidence[0]
    assert row.verdict == "untestable"
    assert row.test == "No test of this hypothesis is known to carekit."


def test_a_ledger_without_the_figures_is_untestable_too(make_dataset, ledger):
    figures = ledger.figures
    kept = ledger.replace(figures=figures[figures["study_id"] == "pew-2012"])
    table = judge_hypotheses(make_dataset(ROWS), ledger=kept)
    told = table[table["evidence"] == "figures"]
    assert set(told["verdict"]) == {"untestable"}


def test_a_test_is_of_a_known_kind():
    with pytest.raises(InputError) as caught:
        cannot_test("H01", on="rumour", measured="t", needs="n", why="w")
    assert str(caught.value) == (
        "`on` is 'rumour'; expected one of: figures, measured, posts, survey. Choose one."
    )


def test_an_inquiry_computes_once(make_dataset, ledger):
    calls = []
    inquiry = Inquiry(make_dataset(ROWS), ledger)
    for _ in range(2):
        assert inquiry.once("a", lambda: calls.append(1) or 7) == 7
    assert calls == [1]


def test_a_table_for_reading_shows_each_estimate_in_its_unit(make_dataset, ledger):
    table = judge_hypotheses(make_dataset(ROWS), only=["H06", "H11", "H18", "H20"], ledger=ledger)
    made = table_hypotheses(table, caption="Verdicts.")
    told = {(row[0], row[1]): row[3] for row in reversed(made.rows)}  # the first of each kind
    assert told["H06", "posts"] == "–"
    assert told["H11", "measured"] == "odds × 0.56 an age group (0.50 to 0.63)"
    assert told["H18", "figures"] == "-1.311 to 1.8 points of 20"
    assert told["H20", "figures"] == "-43.0 points (-47.4 to -38.6)"
    assert [one.verdict for one in evidence_of(table)] == table["verdict"].tolist()


def test_an_unknown_unit_is_refused():
    with pytest.raises(InputError) as caught:
        HypothesisTest("H01", on="posts", unit="stars", measured="t", needs="n")
    assert str(caught.value).startswith("`unit` is 'stars'; expected one of: share, difference of")


def test_the_frame_can_be_written_as_json(make_dataset, ledger):
    from carekit.show.text import format_frame

    table = judge_hypotheses(make_dataset(ROWS), only=["H06", "H21"], ledger=ledger)
    rows = json.loads(format_frame(table, format="json"))
    assert rows[0]["estimate"] is None
    assert rows[0]["verdict"] == "untestable"
