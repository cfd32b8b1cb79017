"""Questions of a survey as rows that a claim can be decided on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from carekit.claims.hypothesis_tests.printed import find_figure
from carekit.claims.hypothesis_tests.registry import Inquiry, Lacking
from carekit.claims.survey_measurers import Unanswerable, question_for
from carekit.errors import NotAskedError
from carekit.survey.questions import Asked, Question, asked_respondents


def question_of(inquiry: Inquiry, figure_id: str, *, answers: Sequence[str] = ()) -> Question:
    """The question of the dataset that replays a figure, with these among its answers."""
    try:
        found = question_for(find_figure(inquiry, figure_id), inquiry.dataset)
    except Unanswerable as reason:
        raise Lacking(str(reason)) from reason
    lost = [a for a in answers if a not in found.answers]
    if lost:
        raise Lacking(
            f"{lost[0]} is not among the answers to {found.name}: {', '.join(found.answers)}."
        )
    return found


def asked_of(inquiry: Inquiry, question: Question, **options: Any) -> Asked:
    """The respondents a question was put to."""
    try:
        return asked_respondents(inquiry.dataset, question, **options)
    except NotAskedError as nobody:
        raise Lacking(str(nobody)) from nobody


def share_asked(inquiry: Inquiry, question: Question, answers: Sequence[str]) -> dict[str, Any]:
    """Weighted share of those asked who gave one of these answers."""
    from carekit.inference.surveys.survey import share

    asked = asked_of(inquiry, question)
    said = asked.frame[question.columns[0]]
    hit = said.isin(list(answers)).map({True: "yes", False: "no"})
    frame = asked.frame.assign(counted=hit.astype("object").where(said.notna(), None))
    design: dict[str, Any] = {"lonely": "center", **asked.design}
    made = share(frame, "counted", answers=["yes", "no"], conf_level=inquiry.conf_level, **design)
    row = made[made["answer"] == "yes"].iloc[0]
    if not row["n"]:
        raise Lacking(f"Nobody in the survey answered {question.name}.")
    return dict(row)


def difference_asked(
    inquiry: Inquiry, asked: Asked, frame: pd.DataFrame, *, column: str, by: str, first: str
) -> dict[str, Any]:
    """Weighted share of `yes` in the group `first` less that in the other group."""
    from carekit.inference.surveys.differences import compare

    groups = [g for g in frame.loc[frame["weight"] > 0, by].dropna().unique() if g != first]
    if len(groups) != 1 or not (frame[by].eq(first) & (frame["weight"] > 0)).any():
        raise Lacking(f"The survey does not hold both groups of {asked.question.name}.")
    design: dict[str, Any] = {"lonely": "center", **asked.design}
    made = compare(
        frame,
        column,
        by=by,
        reference=groups[0],
        adjustment="none",
        conf_level=inquiry.conf_level,
        **design,
    )
    made = made[(made["answer"] == "yes") & (made["group_a"] == first)]
    if made.empty:
        raise Lacking(f"Nobody in the survey answered yes to {column}.")
    return dict(made.iloc[0])
