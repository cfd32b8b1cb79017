"""Two questions, the same people: counted by hand, and the law that swapping changes the sign."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.dataset.folder import create_dataset, open_dataset
from carekit.errors import CannotAnswer, InputError
from carekit.survey import pairs

YES_NO = {"kind": "single", "answers": ["yes", "no"]}
QUESTIONS = {
    "user": {**YES_NO, "wording": "Do you?", "base": "all"},
    "fast": {**YES_NO, "wording": "Fast?", "base": "users", "asked_if": {"user": ["yes"]}},
    "faster": {**YES_NO, "wording": "Faster?", "base": "users", "asked_if": {"user": ["yes"]}},
    "rested": {**YES_NO, "wording": "Rest?", "base": "others", "asked_if": {"user": ["no"]}},
    "often": {
        "wording": "How often?",
        "base": "all",
        "kind": "single",
        "answers": ["daily", "less"],
    },
}
# 40 users: 10 say yes to both, 3 to the first alone, 15 to the second alone, 10 to none, 2 skip
# one; 5 are no users, whatever they said.
ROWS = [("yes", "yes")] * 10 + [("yes", "no")] * 3 + [("no", "yes")] * 15 + [("no", "no")] * 10
ROWS += [("yes", None)] * 2


def survey(weights: list[float] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(ROWS, columns=["fast", "faster"]).assign(
        user="yes", often="daily", rested=None
    )
    others = pd.DataFrame({"user": ["no"] * 5, "fast": ["yes"] * 5, "faster": ["no"] * 5})
    others["rested"] = "yes"
    frame = pd.concat([frame, others], ignore_index=True)
    frame["weight"] = weights or [1.0] * len(frame)
    frame["respondent_id"] = [f"r{i}" for i in range(len(frame))]
    return frame


def made(tmp_path, frame: pd.DataFrame):
    with create_dataset(tmp_path / "d", title="Test", licence="CC0-1.0") as out:
        out.set_table("survey", frame, source="test")
        out.set_json("questions.json", QUESTIONS)
    return open_dataset(tmp_path / "d")


def test_counted_by_hand(tmp_path):
    row = pairs(made(tmp_path, survey()), "faster", other="fast").iloc[0]
    assert (row.n, row.n_missing) == (38, 2)
    assert (row.n_only_first, row.n_only_second) == (15, 3)
    assert row.share_first == pytest.approx(25 / 38)
    assert row.share_second == pytest.approx(13 / 38)
    assert row.estimate == pytest.approx(12 / 38)
    assert row.ci_low < row.estimate < row.ci_high
    # Exact McNemar: twice the chance of at most 3 of 18 (SciPy 1.16, binomtest(3, 18)).
    assert row.mcnemar_p_value == pytest.approx(0.0075378, abs=1e-6)


def test_weights_move_the_shares_and_not_the_count_of_people(tmp_path):
    heavy = [5.0 if pair == ("no", "yes") else 1.0 for pair in ROWS] + [1.0] * 5
    row = pairs(made(tmp_path, survey(heavy)), "faster", other="fast").iloc[0]
    total = 38 + 15 * 4
    assert row.share_first == pytest.approx((10 + 75) / total)
    assert row.estimate == pytest.approx((75 - 3) / total)
    assert (row.n, row.n_only_first) == (38, 15)


def test_swapping_the_questions_changes_the_sign_alone(tmp_path):
    dataset = made(tmp_path, survey())
    one = pairs(dataset, "faster", other="fast").iloc[0]
    two = pairs(dataset, "fast", other="faster").iloc[0]
    assert two.estimate == pytest.approx(-one.estimate)
    assert (two.ci_low, two.ci_high) == pytest.approx((-one.ci_high, -one.ci_low))
    assert two.mcnemar_p_value == one.mcnemar_p_value


def test_the_note_names_the_base_and_both_wordings(tmp_path):
    note = pairs(made(tmp_path, survey()), "faster", other="fast").attrs["note"]
    assert note == (
        "Denominator: users; 40 were asked “Faster?”. The same people answered “Fast?”."
    )


def test_questions_that_cannot_be_paired_are_named(tmp_path):
    dataset = made(tmp_path, survey())
    with pytest.raises(InputError) as error:
        pairs(dataset, "often", other="fast")
    assert str(error.value) == (
        "`question` 'often' is answered by: daily, less; a question answered yes or no was "
        "expected. Name one, or an option of a question with several answers."
    )
    with pytest.raises(InputError, match="`question` and `other` are both 'fast'"):
        pairs(dataset, "fast", other="fast")
    with pytest.raises(CannotAnswer):
        pairs(dataset, "fast", other="unknown")
    with pytest.raises(CannotAnswer, match="were never put to the same people"):
        pairs(dataset, "rested", other="fast")
