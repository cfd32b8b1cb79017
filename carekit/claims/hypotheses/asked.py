"""Questions of a survey as rows that a claim can be decided on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from carekit.claims.hypotheses.printed import find_figure
from carekit.claims.inquiry import Inquiry
from carekit.claims.replays.survey import question_for
from carekit.errors import CannotAnswer
from carekit.inference.surveys.differences import compare
from carekit.inference.surveys.survey import share
from carekit.survey.questions import Question, Survey, asked_respondents


def question_of(inquiry: Inquiry, figure_id: str, *, answers: Sequence[str] = ()) -> Question:
    """The question of the dataset that replays a figure, with these among its answers."""
    found = question_for(find_figure(inquiry, figure_id), inquiry.dataset)
    lost = [a for a in answers if a not in found.answers]
    if lost:
        raise CannotAnswer(
            f"{lost[0]} is not among the answers to {found.name}: {', '.join(found.answers)}."
        )
    return found


def share_asked(inquiry: Inquiry, question: Question, answers: Sequence[str]) -> dict[str, Any]:
    """Weighted share of those asked who gave one of these answers."""
    asked = asked_respondents(inquiry.dataset, question)
    said = asked.frame[question.columns[0]]
    hit = said.isin(list(answers)).map({True: "yes", False: "no"})
    frame = asked.frame.assign(counted=hit.astype("object").where(said.notna(), None))
    design: dict[str, Any] = {"lonely": "center", **asked.design}
    made = share(frame, "counted", answers=["yes", "no"], conf_level=inquiry.conf_level, **design)
    row = made[made["answer"] == "yes"].iloc[0]
    if not row["n"]:
        raise CannotAnswer(f"Nobody in the survey answered {question.name}.")
    return dict(row)


def difference_asked(
    inquiry: Inquiry,
    asked: Survey,
    frame: pd.DataFrame,
    *,
    column: str,
    by: str,
    first: str,
    psu: str | None = None,
) -> dict[str, Any]:
    """Weighted share of `yes` in the group `first` less that in the other group.

    `psu` is the sampling unit where the design names none.
    """
    groups = [g for g in frame.loc[frame["weight"] > 0, by].dropna().unique() if g != first]
    if len(groups) != 1 or not (frame[by].eq(first) & (frame["weight"] > 0)).any():
        raise CannotAnswer(f"The survey does not hold both groups of {asked.question.name}.")
    design: dict[str, Any] = {"lonely": "center", **({"psu": psu} if psu else {}), **asked.design}
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
        raise CannotAnswer(f"Nobody in the survey answered yes to {column}.")
    row = dict(made.iloc[0])
    return {**row, "n": int(row["n_a"] + row["n_b"])}
