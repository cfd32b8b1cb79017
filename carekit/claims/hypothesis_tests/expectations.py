"""What people expect of an answer, and what silence does (H09, H10, H16)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.hypothesis_tests.asked import asked_of, difference_asked, question_of
from carekit.claims.hypothesis_tests.printed import difference_row, percent, share_row, value_of
from carekit.claims.hypothesis_tests.registry import (
    Finding,
    Inquiry,
    Lacking,
    cannot_test,
    decided,
    decides,
)
from carekit.survey.questions import Asked

TWO_QUESTIONS = (
    "two questions to the same people who deal with firms there: an answer expected within 60 "
    "minutes in general, and for a complaint"
)
FASTER = "Expect an answer within 60 minutes for a complaint, less in general"
RECOMMEND = "questions to the same people on how the last contact went and on recommending the firm"
# Nobody published how many were left without an answer; with fewer than this a share of 19 % would
# hardly be printed.
SILENT_N = 30


@decides(
    "H09",
    evidence="figures",
    unit="difference of shares",
    test=f"{FASTER}, difference of shares; faster means above 0.",
    needs=TWO_QUESTIONS,
)
def faster_for_complaints_in_print(inquiry: Inquiry) -> Finding:
    general, complaint = value_of(inquiry, "C025"), value_of(inquiry, "C026")
    return Finding(
        "undecided",
        f"{percent(complaint)} for a complaint and {percent(general)} in general are printed, of "
        "bases that differ or are not stated: the one of users who expect any answer, the other of "
        "users when they complain. No test of two samples fits.",
        complaint - general,
    )


@decides(
    "H09",
    evidence="survey",
    unit="difference of shares",
    test=f"{FASTER}: McNemar's test on the same respondents, unweighted, difference of shares; "
    "faster means above 0.",
    needs=TWO_QUESTIONS,
)
def faster_for_complaints(inquiry: Inquiry) -> Finding:
    from carekit.inference.surveys.paired import mcnemar

    asked, frame = _both_delays(inquiry)
    counted = frame[frame["weight"] > 0]
    made = mcnemar(counted, "complaint", "general", base="asked", conf_level=inquiry.conf_level)
    return decided(
        vars(made),
        claim="above",
        why=f"Of {made.n} respondents who answered both questions ({asked.question.base}) "
        f"{made.n_only_first} expect it for a complaint only and {made.n_only_second} in general "
        f"only ({made.method}; {made.n_missing} without an answer left out).",
    )


@decides(
    "H09",
    evidence="survey",
    unit="difference of shares",
    test=f"{FASTER}: weighted difference of shares within the same respondents; faster means "
    "above 0.",
    needs=TWO_QUESTIONS,
)
def faster_for_complaints_weighted(inquiry: Inquiry) -> Finding:
    from carekit.inference.surveys.paired import compare_items

    asked, frame = _both_delays(inquiry)
    design: dict[str, Any] = {"lonely": "center", **asked.design}
    row = compare_items(
        frame,
        ["complaint", "general"],
        base="asked",
        conf_level=inquiry.conf_level,
        **design,
    ).iloc[0]
    return decided(
        row,
        claim="above",
        why=f"Weighted, of {int(row['n']):,} respondents ({asked.question.base}) "
        f"{percent(row['share_item'])} for a complaint and {percent(row['share_other'])} in "
        "general.",
    )


def _both_delays(inquiry: Inquiry) -> tuple[Asked, pd.DataFrame]:
    """Respondents who were asked both, with what they expect as 1 or 0."""
    general = question_of(inquiry, "C025", answers=["yes", "no"])
    complaint = question_of(inquiry, "C026", answers=["yes", "no"])
    if general.name == complaint.name:
        raise Lacking(f"The survey asks {general.name} in general and for a complaint at once.")
    asked = asked_of(inquiry, general)
    other = asked_of(inquiry, complaint).frame
    frame = asked.frame.assign(complaint_said=other[complaint.columns[0]])
    said = {"general": frame[general.columns[0]], "complaint": frame["complaint_said"]}
    flags = {
        name: pd.Series(column.eq("yes"), dtype="boolean").mask(column.isna())
        for name, column in said.items()
    }
    return asked, frame.assign(**flags)


@decides(
    "H10",
    evidence="figures",
    unit="share",
    test="Share of people who deal with firms on Twitter and say they would act against a firm that "
    "does not answer in time; paying for it means more than half.",
    needs="what customers did later, with and without an answer",
)
def would_act_in_print(inquiry: Inquiry) -> Finding:
    row = share_row(inquiry, "P034b")
    made = decided(row, claim="above", reference=0.5, why="")
    return Finding(
        "undecided",
        f"Of {row['n']} people {percent(row['estimate'])} would act and "
        f"{percent(value_of(inquiry, 'P034a'))} would think worse of it: stated in advance. "
        f"{made.why.strip()} But what people say they would do is not what the firm pays.",
        made.estimate,
        made.ci_low,
        made.ci_high,
        n=made.n,
    )


@decides(
    "H10",
    evidence="survey",
    unit="difference of shares",
    test="Would recommend the firm after no answer, less after any answer, difference of shares; "
    "paying for silence means below 0.",
    needs=RECOMMEND,
)
def silence_costs_recommendation(inquiry: Inquiry) -> Finding:
    row = _recommend(inquiry, quick_only=False)
    return decided(
        row,
        claim="below",
        n=int(row["n_a"] + row["n_b"]),
        why=f"Weighted: {percent(row['share_a'])} of {int(row['n_a']):,} left without an answer and "
        f"{percent(row['share_b'])} of {int(row['n_b']):,} with one. From memory, not dealt at "
        "random; what people say, not what they bought.",
    )


cannot_test(
    "H10",
    evidence="posts",
    test="Later tone or buying of customers with and without an answer, matched on brand, time and "
    "first tone.",
    needs="posts joined with purchases or with later surveys of the same customers",
    why="Whether a customer came back or bought is not in posts; who writes again is a selection "
    "by the answer itself.",
)


@decides(
    "H16",
    evidence="figures",
    unit="difference of shares",
    test="Would recommend the firm after no answer, less after a quick and effective one, difference "
    "of shares; harm means below 0.",
    needs="the number of people behind both shares; or customers dealt an answer at random",
)
def silence_in_print(inquiry: Inquiry) -> Finding:
    quick = round(940 * value_of(inquiry, "P011"))
    row = difference_row(inquiry, "P014", "P013", n_first=SILENT_N, n_second=quick)
    return decided(
        row,
        claim="below",
        why=f"{percent(value_of(inquiry, 'P014'))} after silence and "
        f"{percent(value_of(inquiry, 'P013'))} of {quick} after a quick and effective answer; how "
        f"many met silence was not published, {SILENT_N} are assumed. From memory, not dealt at "
        "random, and quick and effective is the best of answers.",
    )


@decides(
    "H16",
    evidence="survey",
    unit="difference of shares",
    test="Would recommend the firm after no answer, less after a quick and effective one, difference "
    "of shares; harm means below 0.",
    needs=RECOMMEND,
)
def silence_harms(inquiry: Inquiry) -> Finding:
    row = _recommend(inquiry, quick_only=True)
    return decided(
        row,
        claim="below",
        n=int(row["n_a"] + row["n_b"]),
        why=f"Weighted: {percent(row['share_a'])} of {int(row['n_a']):,} left without an answer and "
        f"{percent(row['share_b'])} of {int(row['n_b']):,} after a quick and effective one. From "
        "memory, not dealt at random.",
    )


cannot_test(
    "H16",
    evidence="posts",
    test="Opinion of people who saw a public question answered, less of those who saw silence.",
    needs="survey: people shown the same question with and without an answer, at random",
    why="Posts do not show what readers thought, nor what the firm lost.",
)


def _recommend(inquiry: Inquiry, *, quick_only: bool) -> dict[str, float]:
    """Recommending after silence, less after an answer."""
    question = question_of(inquiry, "P014", answers=["yes", "no"])
    outcome = question_of(inquiry, "P011", answers=["quick_and_effective"])
    asked = asked_of(inquiry, question)
    said = asked.frame[outcome.columns[0]].astype("object")
    if not said.eq("no_response").any():
        raise Lacking(f"no_response is not among the answers to {outcome.name}.")
    met = said.map(lambda a: "silence" if a == "no_response" else "answer", na_action="ignore")
    if quick_only:
        met = met.where(said.isin(["no_response", "quick_and_effective"]), None)
    frame = asked.frame.assign(met=met)
    return difference_asked(
        inquiry, asked, frame, column=question.columns[0], by="met", first="silence"
    )
