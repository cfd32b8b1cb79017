"""Codes of other people: mapped when they are clear, listed when they are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.triage.labels import map_labels


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
        "`colour` holds 'blue', 'red'; expected tones (negative, neutral, positive), or "
        "complaint / "
        "not complaint, question / not question, or yes / no with a column or `task` that says of "
        "what. Rename the codes."
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
