"""Measures of the ledger that a survey can answer: how each is measured on a dataset.

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
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.claims.figure import Figure
from carekit.claims.ledger import load_ledger
from carekit.claims.measurement import Measurement, register_measure
from carekit.errors import InputError, NotAskedError
from carekit.survey.questions import Asked, Question, asked_respondents, load_questions

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


class Unanswerable(Exception):
    """The survey lacks something; the message is the reason in the verdict."""


def register_all() -> None:
    """Register every measurer of this file under its measure."""
    measurers: dict[str, Callable[[Figure, Dataset], Measurement]] = {
        **dict.fromkeys((*YES_NO, *ONE_OF, *COUNTED, *EXPERIENCE), measure_answer),
        **dict.fromkeys(TICKED, measure_ticks),
        "prefers_phone_over_social": measure_answer,
        "age_gap": measure_age_gap,
        "channels_per_person": measure_ticks_a_person,
    }
    for name, function in measurers.items():
        register_measure(name, _guarded(function))


def _guarded(
    function: Callable[[Figure, Dataset], Measurement],
) -> Callable[[Figure, Dataset], Measurement]:
    """A reason instead of an estimate where the dataset holds no survey, or the survey lacks it."""

    def measure(figure: Figure, dataset: Dataset) -> Measurement:
        if not dataset.has("survey"):
            return Measurement.untestable(needs="", why="The dataset holds no survey.")
        try:
            return function(figure, dataset)
        except Unanswerable as reason:
            return Measurement.untestable(needs="", why=str(reason))

    return measure


def question_for(figure: Figure, dataset: Dataset) -> Question:
    """The question of the dataset that replays a figure, by the rule of this module.

    Raises
    ------
    Unanswerable
        If there is none.
    """
    wanted = ASKED_AS.get(figure.measure, (figure.measure,))
    best: Question | None = None
    for question in load_questions(dataset).values():
        if figure.figure_id in question.source:
            return question
        if best is None and any(_same(figure, wanted, *about) for about in _about(question)):
            best = question
    if best is None:
        raise Unanswerable("The survey does not ask this of such people.")
    return best


def _about(question: Question) -> list[tuple[str, str | None, str | None, str]]:
    """(measure, country, network, group) of what a question replays."""
    if question.measure:
        countries: tuple[str | None, ...] = question.countries or (None,)
        network = question.network or None
        return [(question.measure, c, network, question.group) for c in countries]
    return [a for source in question.source if (a := _ledger_about(source)) is not None]


@cache
def _ledger_about(source: str) -> tuple[str, str | None, str | None, str] | None:
    try:
        figure = load_ledger().figure(source)
    except InputError:  # "ours", "design": not from the ledger
        return None
    return figure.measure, figure.country, figure.network, figure.group


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


def measure_answer(figure: Figure, dataset: Dataset) -> Measurement:
    """Weighted share of the answers that make up the figure's group."""
    question = question_for(figure, dataset)
    if figure.group_dim in ("weighting", "reading"):
        raise Unanswerable("The figure is computed from printed shares; it is no measurement.")
    answers = _answers(figure, question)
    only, who = _people(figure, dataset)
    return _share(figure, dataset, question, answers, only=only, who=who)


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
        counted = [a for a in question.answers if int(a.rstrip("+")) >= least]
        return _known(tuple(counted) or (level,), question)
    if level in CLASSES and level not in question.answers:
        return _known(CLASSES[level], question)
    return _known((level,), question)


def _known(answers: tuple[str, ...], question: Question) -> tuple[str, ...]:
    """The answers as the question spells them; upper and lower case are the same."""
    spelled = {a.casefold(): a for a in question.answers}
    lost = [a for a in answers if a.casefold() not in spelled]
    if lost:
        raise Unanswerable(
            f"{lost[0]} is not among the answers to {question.name}: {', '.join(question.answers)}."
        )
    return tuple(spelled[a.casefold()] for a in answers)


def _people(figure: Figure, dataset: Dataset) -> tuple[pd.Series | None, str]:
    """The respondents a figure is about, within those who were asked; and who they are."""
    frame = dataset.read("survey")
    if figure.group_dim == "age":
        return _of_age(frame, figure.group), f"aged {figure.group}"
    if figure.group_dim == "age_x_gender":
        age, _, gender = figure.group.partition(":")
        if "gender" not in frame.columns:
            raise Unanswerable("The survey does not hold the gender of the respondents.")
        chosen = _of_age(frame, age) & frame["gender"].eq(GENDERS.get(gender, gender))
        return chosen.fillna(value=False).astype(bool), f"{gender} aged {age}"
    if figure.group_dim in ("generation", "generation_x_channel", "age_x_channel"):
        raise Unanswerable(f"The survey does not hold the group {figure.group}.")
    if figure.measure == "would_recommend":
        return _after(frame, "care_outcome", figure.group), f"after {figure.group}"
    if figure.measure == "prefers_phone_over_social" and "do not use social care" in figure.base:
        return _after(frame, "used_social_care", "no"), "who do not use social care, as printed"
    if figure.measure == "used_channel" and "who contacted" in figure.base:
        return _after(frame, "contacted_any_service", "yes"), "who contacted a service"
    return None, ""


def _after(frame: pd.DataFrame, column: str, answer: str) -> pd.Series:
    if column not in frame.columns:
        raise Unanswerable(f"The survey does not hold {column}, which the figure's base needs.")
    chosen = frame[column].eq(answer).fillna(value=False).astype(bool)
    if not chosen.any():
        raise Unanswerable(f"Nobody in the survey answered {answer} to {column}.")
    return chosen


def _of_age(frame: pd.DataFrame, band: str) -> pd.Series:
    """Respondents of an age band: by their age in years, else by an age_group of that name."""
    if frame["age"].notna().any():
        found = _AGE.fullmatch(band)
        if found is None:
            raise Unanswerable(f"{band} is no band of ages.")
        last = int(found[2]) if found[2] else 200
        chosen = frame["age"].between(int(found[1]), last)
    else:
        chosen = frame["age_group"].eq(band)
    chosen = chosen.fillna(value=False).astype(bool)
    if not chosen.any():
        raise Unanswerable(f"The survey holds nobody known to be aged {band}.")
    return chosen


def _asked(
    dataset: Dataset, question: Question, *, only: pd.Series | None, by: Sequence[str] = ()
) -> Asked:
    try:
        return asked_respondents(dataset, question, only=only, by=by)
    except NotAskedError as nobody:
        raise Unanswerable(str(nobody)) from nobody


def _share(
    figure: Figure,
    dataset: Dataset,
    question: Question,
    answers: tuple[str, ...],
    *,
    only: pd.Series | None,
    who: str,
) -> Measurement:
    from carekit.inference.surveys.survey import share

    if wide := _is_wide(figure, question):
        reached = {k: v for k, v in question.asked_if.items() if k != PARENT}
        who = "among all who deal with firms: those who expect no answer count as no"
        question = replace(question, asked_if=reached)
    asked = _asked(dataset, question, only=only)
    said = asked.frame[question.columns[0]]
    hit = said.isin(answers).map({True: "yes", False: "no"})
    frame = asked.frame.assign(counted=hit.astype("object").where(said.notna(), None))
    if wide:
        none = frame[PARENT].eq("no").fillna(value=False).astype(bool)
        frame["counted"] = frame["counted"].mask(none, "no")
    options: dict[str, Any] = {"lonely": "center", **asked.design}
    made = share(frame, "counted", answers=["yes", "no"], **options)
    row = made[made["answer"] == "yes"].iloc[0]
    what = " or ".join(answers)
    return _measurement(row, figure, f"share of {what}", question, who)


def _is_wide(figure: Figure, question: Question) -> bool:
    """A share of all who deal with firms, from a question to those who expect an answer."""
    return (
        figure.measure == "expects_answer_within"
        and figure.base.startswith("people who deal with firms")
        and PARENT in question.asked_if
    )


def measure_ticks(figure: Figure, dataset: Dataset) -> Measurement:
    """Weighted share of the base that ticked an option; or its rank among the options."""
    question = question_for(figure, dataset)
    if question.kind != "multiple":
        return measure_answer(figure, dataset)
    covered = [a for a in question.answers if a.startswith(f"{figure.group}_")]
    if len(covered) > 1 or figure.group == "facebook_pages":
        pages = covered or [a for a in question.answers if a.startswith("facebook_")]
        raise Unanswerable(f"The figure covers several answers at once: {', '.join(pages)}.")
    option = _known((figure.group,), question)[0]
    only, who = _people(figure, dataset)
    asked = _asked(dataset, question, only=only)
    if figure.unit == "rank":
        return _rank(asked, option)
    from carekit.inference.surveys.multiresponse import share_of_respondents

    options: dict[str, Any] = {"base": "asked", "lonely": "center", **asked.design}
    made = share_of_respondents(asked.frame, list(question.columns), **options)
    row = made[made["item"].map(question.item_names) == option].iloc[0]
    return _measurement(row, figure, f"share of respondents who ticked {option}", question, who)


def _rank(asked: Asked, option: str) -> Measurement:
    """Rank of an option, from 1 + those surely above to all but those surely below it."""
    from carekit.inference.surveys.multiresponse import share_of_respondents
    from carekit.inference.surveys.paired import compare_items

    columns, names = list(asked.question.columns), asked.question.item_names
    options: dict[str, Any] = {"base": "asked", "lonely": "center", **asked.design}
    shares = share_of_respondents(asked.frame, columns, **options)
    shares = shares.set_index(shares["item"].map(names))
    pairs = compare_items(asked.frame, columns, adjustment="holm", **options)
    first, second = pairs["item"].map(names), pairs["other_item"].map(names)
    sign = np.where(first == option, 1.0, -1.0) * pairs["estimate"]
    mine = ((first == option) | (second == option)) & (pairs["p_adjusted"] < 0.05)
    above, below = int((mine & (sign < 0)).sum()), int((mine & (sign > 0)).sum())
    rank = int((shares["estimate"] > shares.loc[option, "estimate"]).sum()) + 1
    return Measurement(
        estimate=float(rank),
        ci_low=float(1 + above),
        ci_high=float(len(columns) - below),
        n=int(shares["n"].iloc[0]),
        definition=f"rank of {option} among {len(columns)} options by share of respondents; base: "
        f"{asked.question.base}",
        why="Limits: options that differ after Holm's adjustment of all paired comparisons.",
    )


def measure_age_gap(figure: Figure, dataset: Dataset) -> Measurement:
    """Preference of an age less that of everybody, in points; the sign follows the figure's base.

    p(age) - p(all) = (1 - W)(p(age) - p(others)), W being the weight of that age among all; the
    interval is that of the difference between two groups, W taken as known.
    """
    from carekit.inference.surveys.differences import compare

    question = question_for(figure, dataset)
    frame = dataset.read("survey")
    inside = _of_age(frame, figure.group)
    phone = "preference for the phone" in figure.base
    answer = "no" if phone else "yes"
    asked = _asked(dataset, question, only=None)
    named = inside.map({True: "inside", False: "others"}).reindex(asked.frame.index)
    column = question.columns[0]
    options: dict[str, Any] = {"adjustment": "none", "lonely": "center", **asked.design}
    frame = asked.frame.assign(counted_group=named)
    made = compare(frame, column, by="counted_group", reference="others", **options)
    row = made[made["answer"] == answer].iloc[0]
    mass = asked.frame["weight"].where(asked.frame[column].notna(), 0.0)
    rest = 1 - float(mass[named == "inside"].sum() / mass.sum())
    what = "the phone" if phone else "social media"
    return Measurement(
        estimate=float(row["estimate"]) * rest,
        ci_low=_limit(row["ci_low"] * rest),
        ci_high=_limit(row["ci_high"] * rest),
        n=int(row["n_a"] + row["n_b"]),
        definition=f"preference for {what}, {figure.group} less everybody, points; base: "
        f"{question.base}",
        why="The share of that age is taken as known.",
    )


def measure_ticks_a_person(figure: Figure, dataset: Dataset) -> Measurement:
    """Mean number of options ticked a person of the base."""
    from carekit.inference.surveys.multiresponse import mentions_per_respondent

    question = question_for(figure, dataset)
    contacted = figure.country == "FR" and "who contacted" in figure.base
    only = _after(dataset.read("survey"), "contacted_any_service", "yes") if contacted else None
    asked = _asked(dataset, question, only=only)
    options: dict[str, Any] = {"base": "asked", "lonely": "center", **asked.design}
    row = mentions_per_respondent(asked.frame, list(question.columns), **options).iloc[0]
    listed = f"mean number ticked of {len(question.columns)} options"
    return _measurement(row, figure, listed, question, "who contacted a service" * contacted)


def _measurement(
    row: pd.Series, figure: Figure, what: str, question: Question, who: str
) -> Measurement:
    if not row["n"]:
        raise Unanswerable("Nobody of that group answered.")
    people = f", {who}" if who else ""
    return Measurement(
        estimate=float(row["estimate"]),
        ci_low=_limit(row["ci_low"]),
        ci_high=_limit(row["ci_high"]),
        n=int(row["n"]),
        definition=f"{what}; base: {question.base}{people}; {row['method']}",
        why=_own(figure),
    )


def _own(figure: Figure) -> str:
    """Base and period of the figure: a survey of other people or another year may well differ."""
    period = f", {figure.period}" if figure.period else ""
    return f"The figure's own base: {figure.base.removeprefix('printed as: ')}{period}."


def _limit(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
