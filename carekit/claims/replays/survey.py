"""Figures that a survey can answer: which question replays them, on which base, with what answer.

**Which question answers a figure.** One whose `source` (questions.json) names the figure, or
another figure of the same measure, country and network: the question that replays one share of a
printed list replays the others. For data of your own, `measure` (a word of the ledger's vocabulary)
in the codebook says the same, with `country`, `network` and `group` where the question is about one
of them (satisfaction with one channel, expectation within one delay). A figure whose group is not
among the answers, or whose age nobody gave, is untestable, and the verdict says which. The base of
the question stands in the verdict's definition; the base of the figure is never assumed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.claims.inquiry import Inquiry
from carekit.claims.ledger import Figure, Ledger, load_ledger
from carekit.claims.replays.registry import Measurement, replays
from carekit.errors import CannotAnswer, InputError
from carekit.inference.surveys.differences import compare
from carekit.inference.surveys.multiresponse import mentions_per_respondent, share_of_respondents
from carekit.inference.surveys.paired import compare_items
from carekit.inference.surveys.survey import share
from carekit.survey.questions import Question, Survey, asked_respondents, load_questions

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

# A figure of the first measure is computed from the question of the second.
ASKED_AS = {
    "prefers_phone_over_social": ("prefers_social_over_phone",),
    "age_gap": ("prefers_social_over_phone",),
    "channels_per_person": ("uses_platform_for_care", "used_channel"),
}
YES_NO = (
    "used_social_care contacted_any_service contacted_brand_on_social complained_on_social "
    "expects_any_answer never_answered satisfied_with_channel prefers_social_over_phone "
    "would_recommend expects_answer_within waits_longer_than"
).split()
ONE_OF = "care_frequency preferred_channel complaint_motive care_outcome issue_resolved".split()
TICKED = (
    "uses_platform_for_care used_channel complaint_channel brand_activity_monthly "
    "reaction_to_silence"
).split()
EXPERIENCE = [f"experience_{level}_expectations" for level in ("below", "met", "above")]
COUNTED = ("contacts_needed", "channels_needed")
# The whole question is about one channel or delay, which must be that of the figure.
ABOUT_ONE = ("satisfied_with_channel", "expects_answer_within", "waits_longer_than", *EXPERIENCE)
# A printed class → the answers that make it up, where its name is none of them.
CLASSES = {
    "several_times_a_month_or_more": ("daily", "weekly", "several_times_a_month"),
    # Printed as monthly, it is what is left of daily and weekly (findings, F06).
    "monthly": ("several_times_a_month", "once_a_month_or_less"),
}
PARENT = "expects_answer"
_AGE = re.compile(r"(\d+)(?:-(\d+)|\+)")
GENDERS = {"women": "woman", "men": "man"}


def question_for(figure: Figure, dataset: Dataset) -> Question:
    """The question of the dataset that replays a figure, by the rule of this module.

    Raises
    ------
    CannotAnswer
        If there is none.
    """
    if not dataset.has("survey"):
        raise CannotAnswer("The dataset holds no survey.")
    wanted = ASKED_AS.get(figure.measure, (figure.measure,))
    ledger = load_ledger()
    best: Question | None = None
    for question in load_questions(dataset).values():
        if figure.figure_id in question.source:
            return question
        if best is None and any(_same(figure, wanted, *a) for a in _about(question, ledger)):
            best = question
    if best is None:
        raise CannotAnswer("The survey does not ask this of such people.")
    return best


def sources_of(question: Question, ledger: Ledger) -> list[Figure]:
    """The figures of the ledger that a question says it replays."""
    found = []
    for source in question.source:
        try:
            found.append(ledger.figure(source))
        except InputError:  # "ours", "design": not from the ledger
            continue
    return found


def _about(question: Question, ledger: Ledger) -> list[tuple[str, str | None, str | None, str]]:
    """(measure, country, network, group) of what a question replays."""
    if question.measure:
        countries: tuple[str | None, ...] = question.countries or (None,)
        network = question.network or None
        return [(question.measure, c, network, question.group) for c in countries]
    return [(f.measure, f.country, f.network, f.group) for f in sources_of(question, ledger)]


def _same(
    figure: Figure,
    wanted: Sequence[str],
    measure: str,
    country: str | None,
    network: str | None,
    group: str,
) -> bool:
    if measure not in wanted or country != figure.country:
        return False
    if figure.measure in ABOUT_ONE and group != figure.group:
        return False
    # An option of a list may stand for a network of its own.
    return figure.measure in (*TICKED, "channels_per_person") or network == figure.network


@replays(*YES_NO, *ONE_OF, *COUNTED, *EXPERIENCE, "prefers_phone_over_social")
def answered(figure: Figure, inquiry: Inquiry) -> Measurement:
    """Weighted share of the answers that make up the figure's group."""
    question = question_for(figure, inquiry.dataset)
    if figure.group_dim in ("weighting", "reading"):
        raise CannotAnswer("The figure is computed from printed shares; it is no measurement.")
    answers = _answers(figure, question)
    only, who = _people(figure, inquiry.dataset, question)
    # A share of all who deal with firms, from a question to those who expect an answer.
    wide = (
        figure.measure == "expects_answer_within"
        and PARENT in question.asked_if
        and bool(figure.conditions)
        and PARENT not in figure.conditions
    )
    if wide:
        reached = {k: v for k, v in question.asked_if.items() if k != PARENT}
        who = "among all who deal with firms: those who expect no answer count as no"
        question = replace(question, asked_if=reached)
    asked = asked_respondents(inquiry.dataset, question, only=only)
    said = asked.frame[question.columns[0]]
    hit = said.isin(answers).map({True: "yes", False: "no"})
    frame = asked.frame.assign(counted=hit.astype("object").where(said.notna(), None))
    if wide:
        none = frame[PARENT].eq("no").fillna(value=False).astype(bool)
        frame["counted"] = frame["counted"].mask(none, "no")
    made = share(frame, "counted", answers=["yes", "no"], **_design(asked))
    row = made[made["answer"] == "yes"].iloc[0]
    return _measurement(row, figure, f"share of {' or '.join(answers)}", question, who)


def _answers(figure: Figure, question: Question) -> tuple[str, ...]:
    level = figure.group
    if figure.measure in YES_NO:
        return _known(("yes",), question)
    if figure.measure == "prefers_phone_over_social":
        return _known(("no",), question)
    if figure.measure in EXPERIENCE:
        return _known((figure.measure.removeprefix("experience_"),), question)
    if figure.measure in COUNTED and level.endswith("+") and level not in question.answers:
        least = int(level[:-1])
        several = [a for a in question.answers if int(a.rstrip("+")) >= least]
        return _known(tuple(several) or (level,), question)
    if level in CLASSES and level not in question.answers:
        return _known(CLASSES[level], question)
    return _known((level,), question)


def _known(answers: tuple[str, ...], question: Question) -> tuple[str, ...]:
    """The answers as the question spells them; upper and lower case are the same."""
    spelled = {a.casefold(): a for a in question.answers}
    lost = [a for a in answers if a.casefold() not in spelled]
    if lost:
        raise CannotAnswer(
            f"{lost[0]} is not among the answers to {question.name}: {', '.join(question.answers)}."
        )
    return tuple(spelled[a.casefold()] for a in answers)


def _people(figure: Figure, dataset: Dataset, question: Question) -> tuple[pd.Series | None, str]:
    """The respondents a figure is about, within those who were asked; and who they are."""
    frame = dataset.read("survey")
    if figure.group_dim == "age":
        return _of_age(frame, figure.group), f"aged {figure.group}"
    if figure.group_dim == "age_x_gender":
        age, _, gender = figure.group.partition(":")
        if "gender" not in frame.columns:
            raise CannotAnswer("The survey does not hold the gender of the respondents.")
        chosen = _of_age(frame, age) & frame["gender"].eq(GENDERS.get(gender, gender))
        return chosen.fillna(value=False).astype(bool), f"{gender} aged {age}"
    if figure.group_dim in ("generation", "generation_x_channel", "age_x_channel"):
        raise CannotAnswer(f"The survey does not hold the group {figure.group}.")
    wanted = dict(figure.conditions)
    if figure.measure == "would_recommend":
        wanted["care_outcome"] = figure.group
    # What the question itself asks first need not be asked again.
    wanted = {k: v for k, v in wanted.items() if question.asked_if.get(k) != [v]}
    only: pd.Series | None = None
    for name, answer in wanted.items():
        met = _after(frame, name, answer)
        only = met if only is None else only & met
    return only, ", ".join(f"{name}: {answer}" for name, answer in wanted.items())


def _after(frame: pd.DataFrame, column: str, answer: str) -> pd.Series:
    if column not in frame.columns:
        raise CannotAnswer(f"The survey does not hold {column}, which the figure's base needs.")
    chosen = frame[column].eq(answer).fillna(value=False).astype(bool)
    if not chosen.any():
        raise CannotAnswer(f"Nobody in the survey answered {answer} to {column}.")
    return chosen


def _of_age(frame: pd.DataFrame, band: str) -> pd.Series:
    """Respondents of an age band: by their age in years, else by an age_group of that name."""
    if frame["age"].notna().any():
        found = _AGE.fullmatch(band)
        if found is None:
            raise CannotAnswer(f"{band} is no band of ages.")
        chosen = frame["age"].between(int(found[1]), int(found[2]) if found[2] else 200)
    else:
        chosen = frame["age_group"].eq(band)
    chosen = chosen.fillna(value=False).astype(bool)
    if not chosen.any():
        raise CannotAnswer(f"The survey holds nobody known to be aged {band}.")
    return chosen


def _design(asked: Survey) -> dict[str, Any]:
    return {"lonely": "center", **asked.design}


@replays(*TICKED)
def ticked(figure: Figure, inquiry: Inquiry) -> Measurement:
    """Weighted share of the base that ticked an option; or its rank among the options."""
    question = question_for(figure, inquiry.dataset)
    if question.kind != "multiple":
        return answered(figure, inquiry)
    covered = [a for a in question.answers if a.startswith(f"{figure.group}_")]
    if len(covered) > 1 or figure.group == "facebook_pages":
        pages = covered or [a for a in question.answers if a.startswith("facebook_")]
        raise CannotAnswer(f"The figure covers several answers at once: {', '.join(pages)}.")
    option = _known((figure.group,), question)[0]
    only, who = _people(figure, inquiry.dataset, question)
    asked = asked_respondents(inquiry.dataset, question, only=only)
    columns = list(question.columns)
    made: Any = share_of_respondents(asked.frame, columns, base="asked", **_design(asked))
    made = made.set_index(made["item"].map(question.item_names))
    if figure.unit == "rank":
        return _rank(asked, option, made)
    what = f"share of respondents who ticked {option}"
    return _measurement(made.loc[option], figure, what, question, who)


def _rank(asked: Survey, option: str, shares: pd.DataFrame) -> Measurement:
    """Rank of an option, from 1 + those surely above to all but those surely below it."""
    columns, names = list(asked.question.columns), asked.question.item_names
    pairs = compare_items(asked.frame, columns, adjustment="holm", base="asked", **_design(asked))
    first, second = pairs["item"].map(names), pairs["other_item"].map(names)
    sign = np.where(first == option, 1.0, -1.0) * pairs["estimate"]
    mine = ((first == option) | (second == option)) & (pairs["p_adjusted"] < 0.05)
    above, below = int((mine & (sign < 0)).sum()), int((mine & (sign > 0)).sum())
    rank = int((shares["estimate"] > shares.loc[option, "estimate"]).sum()) + 1
    row = {"estimate": rank, "ci_low": 1 + above, "ci_high": len(columns) - below}
    return Measurement.of(
        row,
        f"rank of {option} among {len(columns)} options by share of respondents; base: "
        f"{asked.question.base}",
        "Limits: options that differ after Holm's adjustment of all paired comparisons.",
        n=int(shares["n"].iloc[0]),
    )


@replays("age_gap")
def age_gap(figure: Figure, inquiry: Inquiry) -> Measurement:
    """Preference of an age less that of everybody, in points, for the answer the figure counts.

    p(age) - p(all) = (1 - W)(p(age) - p(others)), W being the weight of that age among all; the
    interval is that of the difference between two groups, W taken as known.
    """
    question = question_for(figure, inquiry.dataset)
    inside = _of_age(inquiry.dataset.read("survey"), figure.group)
    phone = figure.counted_answer == "phone"
    asked = asked_respondents(inquiry.dataset, question)
    named = inside.map({True: "inside", False: "others"}).reindex(asked.frame.index)
    column = question.columns[0]
    frame = asked.frame.assign(counted_group=named)
    made = compare(
        frame, column, by="counted_group", reference="others", adjustment="none", **_design(asked)
    )
    row = made[made["answer"] == ("no" if phone else "yes")].iloc[0]
    mass = asked.frame["weight"].where(asked.frame[column].notna(), 0.0)
    rest = 1 - float(mass[named == "inside"].sum() / mass.sum())
    what = "the phone" if phone else "social media"
    return Measurement.of(
        {name: row[name] * rest for name in ("estimate", "ci_low", "ci_high")},
        f"preference for {what}, {figure.group} less everybody, points; base: {question.base}",
        "The share of that age is taken as known.",
        n=int(row["n_a"] + row["n_b"]),
    )


@replays("channels_per_person")
def ticks_per_person(figure: Figure, inquiry: Inquiry) -> Measurement:
    """Mean number of options that a person of the base ticked."""
    question = question_for(figure, inquiry.dataset)
    only, who = _people(figure, inquiry.dataset, question)
    asked = asked_respondents(inquiry.dataset, question, only=only)
    columns = list(question.columns)
    row = mentions_per_respondent(asked.frame, columns, base="asked", **_design(asked)).iloc[0]
    what = f"mean number ticked of {len(columns)} options"
    return _measurement(row, figure, what, question, who)


def _measurement(
    row: pd.Series, figure: Figure, what: str, question: Question, who: str
) -> Measurement:
    if not row["n"]:
        raise CannotAnswer("Nobody of that group answered.")
    people = f", {who}" if who else ""
    period = f", {figure.period}" if figure.period else ""
    return Measurement.of(
        row,
        f"{what}; base: {question.base}{people}; {row['method']}",
        f"The figure's own base: {figure.base_in_words}{period}.",
    )
