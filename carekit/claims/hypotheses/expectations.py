"""What people expect of an answer, and what silence does (H09, H10, H16)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.hypotheses.asked import difference_asked, question_of
from carekit.claims.hypotheses.printed import (
    assumption,
    difference_row,
    percent,
    share_row,
    told,
    value_of,
)
from carekit.claims.hypotheses.registry import Row, cannot_test, tests
from carekit.claims.inquiry import Inquiry
from carekit.errors import CannotAnswer
from carekit.inference.surveys.paired import compare_items, mcnemar
from carekit.survey.questions import Survey, asked_respondents

TWO_QUESTIONS = (
    "two questions to the same people who deal with firms there: an answer expected within 60 "
    "minutes in general, and for a complaint"
)
FASTER = "Expect an answer within 60 minutes for a complaint, less in general"
RECOMMEND = "questions to the same people on how the last contact went and on recommending the firm"
POINTS = "difference of shares"


@tests("H09", on="figures", measured=FASTER, unit=POINTS, means="faster means above 0",
       needs=TWO_QUESTIONS)  # fmt: skip
def faster_for_complaints_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    return {"estimate": value_of(inquiry, "C026") - value_of(inquiry, "C025")}, (
        f"{told(inquiry, 'C026')} for a complaint and {told(inquiry, 'C025')} in general are "
        "printed, of bases that differ or are not stated: the one of users who expect any answer, "
        "the other of users when they complain. No test of two samples fits."
    )


@tests(
    "H09",
    on="survey",
    measured=f"{FASTER}: McNemar's test on the same respondents, unweighted",
    unit=POINTS,
    means="faster",
    claim="above",
    needs=TWO_QUESTIONS,
)
def faster_for_complaints(inquiry: Inquiry) -> tuple[Row, str]:
    asked, frame = _both_delays(inquiry)
    counted = frame[frame["weight"] > 0]
    made = mcnemar(counted, "complaint", "general", base="asked", conf_level=inquiry.conf_level)
    return vars(made), (
        f"Of {made.n} respondents who answered both questions ({asked.question.base}) "
        f"{made.n_only_first} expect it for a complaint only and {made.n_only_second} in general "
        f"only ({made.method}; {made.n_missing} without an answer left out)."
    )


@tests(
    "H09",
    on="survey",
    measured=f"{FASTER}: weighted, within the same respondents",
    unit=POINTS,
    means="faster",
    claim="above",
    needs=TWO_QUESTIONS,
)
def faster_for_complaints_weighted(inquiry: Inquiry) -> tuple[Row, str]:
    asked, frame = _both_delays(inquiry)
    design: dict[str, Any] = {"lonely": "center", **asked.design}
    both = ["complaint", "general"]
    row = compare_items(frame, both, base="asked", conf_level=inquiry.conf_level, **design).iloc[0]
    return dict(row), (
        f"Weighted, of {int(row['n']):,} respondents ({asked.question.base}) "
        f"{percent(row['share_item'])} for a complaint and {percent(row['share_other'])} in "
        "general."
    )


def _both_delays(inquiry: Inquiry) -> tuple[Survey, pd.DataFrame]:
    """Respondents who were asked both, with what they expect as 1 or 0."""
    general = question_of(inquiry, "C025", answers=["yes", "no"])
    complaint = question_of(inquiry, "C026", answers=["yes", "no"])
    if general.name == complaint.name:
        raise CannotAnswer(
            f"The survey asks {general.name} in general and for a complaint at once."
        )
    asked = asked_respondents(inquiry.dataset, general)
    other = asked_respondents(inquiry.dataset, complaint).frame
    said = {
        "general": asked.frame[general.columns[0]],
        "complaint": other[complaint.columns[0]].reindex(asked.frame.index),
    }
    flags = {
        name: pd.Series(column.eq("yes"), dtype="boolean").mask(column.isna())
        for name, column in said.items()
    }
    return asked, asked.frame.assign(**flags)


@tests(
    "H10",
    on="figures",
    measured="Share of people who deal with firms on Twitter and say they would act against a firm "
    "that does not answer in time",
    unit="share",
    means="paying for it means more than half",
    needs="what customers did later, with and without an answer",
)
def would_act_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    row = share_row(inquiry, "P034b")
    return row, (
        f"Of {row['n']} people {told(inquiry, 'P034b')} would act and {told(inquiry, 'P034a')} "
        "would think worse of it: stated in advance. What people say they would do is not what the "
        "firm pays."
    )


@tests(
    "H10",
    on="survey",
    measured="Would recommend the firm after no answer, less after any answer",
    unit=POINTS,
    means="paying for silence would mean below 0",
    needs=f"{RECOMMEND}; or what customers did later",
)
def silence_costs_recommendation(inquiry: Inquiry) -> tuple[Row, str]:
    row = _recommend(inquiry)
    return row, (
        f"Weighted: {percent(row['share_a'])} of {int(row['n_a']):,} left without an answer and "
        f"{percent(row['share_b'])} of {int(row['n_b']):,} with one. From memory, not dealt at "
        "random; what people say, not what they bought."
    )


cannot_test(
    "H10",
    on="posts",
    measured="Later tone or buying of customers with and without an answer, matched on brand, time "
    "and first tone",
    needs="posts joined with purchases or with later surveys of the same customers",
    why="Whether a customer came back or bought is not in posts; who writes again is a selection "
    "by the answer itself.",
)


@tests(
    "H16",
    on="figures",
    measured="Would recommend the firm after no answer, less after a quick and effective one",
    unit=POINTS,
    means="harm would mean below 0",
    needs="customers dealt an answer or silence at random, and all answers beside silence",
)
def silence_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    return difference_row(inquiry, "P014", "P013"), (
        f"{told(inquiry, 'P014')} after silence and {told(inquiry, 'P013')} after a quick and "
        f"effective answer.{assumption(inquiry, 'P014', 'P013')} From memory and not dealt at "
        "random, against the best of answers: it shows no harm."
    )


@tests(
    "H16",
    on="survey",
    measured="Would recommend the firm after no answer, less after any answer",
    unit=POINTS,
    means="harm would mean below 0",
    needs="customers dealt an answer or silence at random",
)
def silence_harms(inquiry: Inquiry) -> tuple[Row, str]:
    row = _recommend(inquiry)
    return row, (
        f"Weighted: {percent(row['share_a'])} of {int(row['n_a']):,} left without an answer and "
        f"{percent(row['share_b'])} of {int(row['n_b']):,} with one. From memory and not dealt at "
        "random: whoever is left without an answer may differ in other things."
    )


cannot_test(
    "H16",
    on="posts",
    measured="Opinion of people who saw a public question answered, less of those who saw silence",
    needs="survey: people shown the same question with and without an answer, at random",
    why="Posts do not show what readers thought, nor what the firm lost.",
)


def _recommend(inquiry: Inquiry) -> dict[str, Any]:
    """Recommending after silence, less after an answer."""
    question = question_of(inquiry, "P014", answers=["yes", "no"])
    outcome = question_of(inquiry, "P011")
    asked = asked_respondents(inquiry.dataset, question)
    said = asked.frame[outcome.columns[0]].astype("object")
    if not said.eq("no_response").any():
        raise CannotAnswer(f"no_response is not among the answers to {outcome.name}.")
    met = said.map(lambda a: "silence" if a == "no_response" else "answer", na_action="ignore")
    frame = asked.frame.assign(met=met)
    return difference_asked(
        inquiry, asked, frame, column=question.columns[0], by="met", first="silence"
    )
