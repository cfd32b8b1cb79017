"""Codes of other people: mapped when they are clear, listed when they are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carekit.coding.labels import map_labels
from carekit.errors import InputError


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["negative", "neutral", "positive"], ["negative", "neutral", "positive"]),
        (["neg", "neu", "pos"], ["negative", "neutral", "positive"]),
        (["Négatif", "Neutre", "Positif"], ["negative", "neutral", "positive"]),
        (["négative", "neutre", "positive"], ["negative", "neutral", "positive"]),
        (["NEG", " Pos ", "objective"], ["negative", "positive", "neutral"]),
        ([-1, 0, 1], ["negative", "neutral", "positive"]),
        ([0, 1, 2], ["negative", "neutral", "positive"]),
        ([0.0, 1.0, 2.0], ["negative", "neutral", "positive"]),
        ([1, 2, 3, 5], ["negative", "negative", "neutral", "positive"]),
        (["0", "4"], ["negative", "positive"]),
        (["pos", "neg"], ["positive", "negative"]),
    ],
)
def test_tones(codes, expected):
    mapped = map_labels(pd.Series(codes))
    assert mapped.task == "tone"
    assert mapped.values.to_list() == expected


@pytest.mark.parametrize(
    ("codes", "column", "task", "expected"),
    [
        (["complaint", "not complaint"], "label", "complaint", ["complaint", "other"]),
        (
            ["complaint", "not_complaint", "no-complaint"],
            "y",
            "complaint",
            ["complaint", *["other"] * 2],
        ),
        (["réclamation", "autre"], "code", "complaint", ["complaint", "other"]),
        (
            ["whQuestion", "Statement", "ynQuestion"],
            "class",
            "question",
            ["question", "other", "question"],
        ),
        (["question", "non question"], "label", "question", ["question", "other"]),
        ([1, 0], "is_question", "question", ["question", "other"]),
        ([True, False], "complaint", "complaint", ["complaint", "other"]),
        (["oui", "non"], "réclamation", "complaint", ["complaint", "other"]),
        (["yes", "no"], "Question", "question", ["question", "other"]),
    ],
)
def test_complaints_and_questions(codes, column, task, expected):
    mapped = map_labels(pd.Series(codes, dtype=object), column=column)
    assert mapped.task == task
    assert mapped.values.to_list() == expected


def test_missing_codes_stay_missing():
    mapped = map_labels(pd.Series(["neg", None, "pos", np.nan]))
    assert mapped.values.isna().to_list() == [False, True, False, True]


def test_yes_and_no_of_an_unnamed_thing_are_left_open_until_the_task_is_given():
    assert map_labels(pd.Series([0, 1, 0]), column="label") is None
    mapped = map_labels(pd.Series([0, 1, 0]), column="label", task="question")
    assert mapped.values.to_list() == ["other", "question", "other"]


def test_codes_that_fit_no_task_are_listed():
    with pytest.raises(InputError) as error:
        map_labels(pd.Series(["blue", "red", "red"]), column="colour")
    assert str(error.value) == (
        "`colour` holds codes that are not known: 'red' (2 rows), 'blue' (1 rows); expected tones "
        "(negative, neutral, positive), complaint / not complaint, question / not question, or "
        "yes / no in a column that says of what. Say what each means with --map 'red=negative' "
        "(several: THEIRS=OURS,THEIRS=OURS; nothing after = leaves the rows out), or give `task`."
    )
    with pytest.raises(InputError) as error:
        map_labels(pd.Series([None, None]), column="label")
    assert str(error.value) == (
        "`label` holds no code; expected codes of posts. Check the column's name."
    )
    with pytest.raises(InputError) as error:
        map_labels(pd.Series(["neg"]), task="mood")
    assert str(error.value) == (
        "`task` is 'mood'; expected one of tone, complaint, question. Say what was coded."
    )


@pytest.mark.parametrize(
    ("codes", "column", "tones"),
    [
        (["1.0", "0.0", "-1.0"], "label", ["positive", "neutral", "negative"]),
        (["0", "4"], "target", ["negative", "positive"]),
        (["0", "1"], "polarity", ["negative", "positive"]),
        (["2", "1", "0"], "label", ["positive", "neutral", "negative"]),
        (["1", "2", "3"], "sentiment", ["negative", "neutral", "positive"]),
        (["-2", "0", "2"], "score", ["negative", "neutral", "positive"]),
        (["1 star", "3 stars", "5 stars"], "stars", ["negative", "neutral", "positive"]),
        (["Très positif", "plutôt négatif", "mixte"], "avis", ["positive", "negative", "neutral"]),
        (["POS", "NEG", "NEU"], "y", ["positive", "negative", "neutral"]),
        (["good", "bad"], "y", ["positive", "negative"]),
        (["mécontent", "satisfait", "neutre"], "y", ["negative", "positive", "neutral"]),
    ],
)
def test_tones_of_many_kinds_are_known(codes, column, tones):
    mapped = map_labels(pd.Series(codes), column=column)
    assert mapped is not None
    assert (mapped.task, mapped.values.to_list()) == ("tone", tones)


@pytest.mark.parametrize(
    ("codes", "task", "classes"),
    [
        (["whQuestion", "ynQuestion", "Statement", "Greet"], "question", ["question"] * 2),
        (["question", "statement"], "question", ["question"]),
        (["Complaint", "Not Complaint"], "complaint", ["complaint"]),
        (["réclamation", "autre"], "complaint", ["complaint"]),
    ],
)
def test_questions_and_complaints_stand_against_all_other_codes(codes, task, classes):
    mapped = map_labels(pd.Series(codes))
    assert mapped is not None
    others = ["other"] * (len(codes) - len(classes))
    assert (mapped.task, mapped.values.to_list()) == (task, classes + others)


def test_a_mapping_comes_first_and_may_leave_rows_out():
    codes = pd.Series(["angry bird", "neutral", "spam", None])
    mapped = map_labels(codes, mapping={"Angry Bird": "negative", "spam": ""})
    assert mapped is not None
    assert mapped.values.to_list()[:2] == ["negative", "neutral"]
    assert mapped.values.isna().to_list() == [False, False, True, True]


def test_a_mapping_to_no_class_is_an_error():
    with pytest.raises(InputError) as error:
        map_labels(pd.Series(["a", "b"]), mapping={"a": "furious", "b": "calm"})
    assert str(error.value) == (
        "`mapping` leads to 'calm', 'furious'; expected classes of one task (tone: negative, "
        "neutral, positive; complaint: complaint, other; question: question, other), or nothing "
        "after = to leave rows out. Correct the mapping."
    )


def test_only_the_codes_without_a_meaning_are_listed():
    with pytest.raises(InputError, match=r"not known: 'irrelevant' \(2 rows\); expected"):
        map_labels(pd.Series(["positive", "negative", "irrelevant", "irrelevant"]))
