"""What a survey question says: shares of answers, ticks, a trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from carekit.errors import InputError
from carekit.inference.surveys.multiresponse import share_of_mentions, share_of_respondents
from carekit.inference.surveys.ordered_groups import check_monotone
from carekit.inference.surveys.survey import share
from carekit.inference.surveys.tick_tests import mmi_test
from carekit.inference.surveys.trends import survey_trend
from carekit.requests.value import column_tuple
from carekit.show.result import Result
from carekit.survey.questions import Question, asked_respondents, find_question

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

SHARE = (
    "answer n n_missing estimate std_error ci_low ci_high conf_level deff method flags"
).split()
MULTI = (
    "measure item base n n_missing n_ticked n_mentions estimate std_error ci_low ci_high "
    "conf_level deff method flags"
).split()
TREND = (
    "answer n n_missing estimate std_error ci_low ci_high conf_level unit statistic df p_value "
    "reversals p_monotone method"
).split()


def answers(
    dataset: Dataset,
    question: str,
    *,
    by: str | Sequence[str] = (),
    where: str | None = None,
    missing: Sequence[str] = (),
    lonely: str = "error",
    conf_level: float = 0.95,
) -> Result:
    """Weighted share of each answer to a question with one answer, in each group.

    Parameters
    ----------
    dataset : Dataset
    question : str
        A question of questions.json, or one option of a question with several answers.
    by : str or sequence of str
        Columns that define groups, such as ``"age_group"``; a missing value is a group of its own.
    where : str, optional
        Only respondents for whom this holds, such as ``"country = 'FR' and age > 30"``; weights,
        strata and sampling units stay those of the whole sample.
    missing : sequence of str
        Answers to leave out of the base, such as ``"don't know"``; they are counted.
    lonely : {"error", "center"}
        What to do with a stratum that holds one sampling unit.
    conf_level : float
        Nominal coverage.

    Returns
    -------
    Result
        One row per group and answer: the `by` columns, answer, n (respondents with an answer, the
        unweighted base), n_missing (asked, without an answer; outside the base), estimate (Σw of
        the answer / Σw of the base, 0 to 1), std_error (linearised over strata and sampling units
        where the table has them), ci_low, ci_high, conf_level, deff, method, flags (those of
        `carekit.inference.surveys.survey.share`). `facts`: the denominator in words.

    Raises
    ------
    InputError
        If the question or a column is not there, or the question is of another kind.

    Examples
    --------
    >>> import carekit
    >>> shares = answers(carekit.open_dataset(), "prefers_social_over_phone")
    >>> shares[["answer", "n", "n_missing"]].values.tolist()[0][0]
    'yes'
    """
    groups = column_tuple(by)
    found = answered(find_question(dataset, question), "share")
    if found.kind == "multiple":
        raise InputError(
            f"`question` {question!r} takes several answers; `carekit survey share` needs one with "
            f"one. Use `carekit survey multi`, or name one option: {', '.join(found.columns)}."
        )
    survey = asked_respondents(
        dataset, found, by=groups, missing=missing, where=where, lonely=lonely
    )
    made = share(survey.frame, found.columns[0], by=groups, conf_level=conf_level, **survey.design)
    made = made[(made["n"] > 0) | (made["n_missing"] > 0)]
    made = made.assign(answer=made["answer"].astype("str"))
    return survey.result(
        made[[*groups, *SHARE]],
        "share of each answer",
        question=found.wording,
        by=groups,
        conf_level=conf_level,
    )


def ticked(
    dataset: Dataset,
    question: str,
    *,
    by: str | Sequence[str] = (),
    where: str | None = None,
    base: str = "asked",
    lonely: str = "error",
    conf_level: float = 0.95,
) -> Result:
    """Share of respondents and share of mentions of each option of a question with several answers.

    Parameters
    ----------
    dataset, question, by, where, lonely, conf_level
        As in `answers`.
    base : {"asked", "all"}
        "asked": those who were asked and answered; "all": everybody (in the question's country),
        one who was not asked counts as not ticking.

    Returns
    -------
    Result
        One row per group, measure and option: the `by` columns, measure ("share_of_respondents",
        which add up to more than 1, or "share_of_mentions", which add up to 1), item, base, n,
        n_missing, n_ticked, n_mentions, estimate, std_error, ci_low, ci_high, conf_level, deff,
        method, flags. `facts`: the denominator, and with one `by` column the test of Rao
        and Scott that all groups tick alike.

    Raises
    ------
    InputError
        As `answers`; also for an unknown `base`.

    Examples
    --------
    >>> import carekit
    >>> ticks = ticked(carekit.open_dataset(), "uses_platform_for_care")
    >>> float(ticks.loc[ticks.measure == "share_of_mentions", "estimate"].sum().round(6))
    1.0
    """
    groups = column_tuple(by)
    if base not in ("asked", "all"):
        raise InputError(
            f"`base` is {base!r}; expected 'asked' or 'all'. The share of respondents depends on "
            "it: say who is counted."
        )
    found = find_question(dataset, question)
    if found.kind != "multiple":
        raise InputError(
            f"`question` {question!r} is of kind {found.kind!r}; `carekit survey multi` needs a "
            "question with several answers. Use `carekit survey share`."
        )
    if base == "all":
        place = f" in {', '.join(found.countries)}" if found.countries else ""
        found = replace(found, asked_if={}, base=f"all respondents{place}, asked or not")
    survey = asked_respondents(dataset, found, by=groups, where=where, lonely=lonely)
    items = list(found.columns)
    made = pd.concat(
        [
            measure(
                survey.frame, items, base=base, by=groups, conf_level=conf_level, **survey.design
            )
            for measure in (share_of_respondents, share_of_mentions)
        ],
        ignore_index=True,
    )
    made = made[(made["n"] > 0) | (made["n_missing"] > 0)]
    made = made.assign(item=made["item"].map(found.item_names))
    notes = []
    if len(groups) == 1:
        test = mmi_test(survey.frame, items, by=groups[0], base=base, **survey.design)
        notes = [f"Do all groups tick alike? {test}"]
    return survey.result(
        made[[*groups, *MULTI]],
        "share of each option",
        question=found.wording,
        by=groups,
        conf_level=conf_level,
        notes=notes,
    )


def trend(
    dataset: Dataset,
    question: str,
    *,
    by: str,
    answer: str | None = None,
    where: str | None = None,
    missing: Sequence[str] = (),
    lonely: str = "error",
    conf_level: float = 0.95,
) -> Result:
    """Does the share of an answer rise or fall over ordered groups, such as ages?

    Parameters
    ----------
    dataset, question, where, missing, lonely, conf_level
        As in `answers`; for a question with several answers each option is one.
    by : str
        Column of the ordered groups, scored 1, 2, 3 …
    answer : str, optional
        The answer followed; each of them without it ("yes" alone for a yes/no question).

    Returns
    -------
    Result
        One row per answer: answer, n, n_missing, estimate (slope of the logit a group), std_error,
        ci_low, ci_high, conf_level, unit, statistic, df, p_value, reversals (neighbouring groups
        that go the other way), p_monotone (isotonic check: how often chance alone leaves as much of
        a monotone sequence), method.

    Raises
    ------
    InputError
        As `answers`; also for an unknown answer.

    Examples
    --------
    >>> import carekit
    >>> slope = trend(carekit.open_dataset(), "prefers_social_over_phone", by="age_group")
    >>> bool(slope.estimate[0] < 0)
    True
    """
    group = one_column(by, "trend")
    found = answered(find_question(dataset, question), "trend")
    survey = asked_respondents(
        dataset, found, by=(group,), missing=missing, where=where, lonely=lonely
    )
    rows, frame, design = [], survey.frame, survey.design
    for column, value, label in _followed(found, answer, missing):
        test = survey_trend(frame, column, by=group, answer=value, conf_level=conf_level, **design)
        shares = share(frame, column, by=group, **design)
        shares = shares[(shares["answer"] == value) & shares[group].notna()]
        direction = "falling" if test.estimate < 0 else "rising"
        check = check_monotone(shares, group=group, direction=direction)
        held = {c: getattr(test, c) for c in TREND if hasattr(test, c)}
        rows.append(
            {**held, "answer": label, "reversals": check.reversals, "p_monotone": check.p_value}
        )
    return survey.result(
        pd.DataFrame(rows)[TREND],
        "trend",
        question=f"does the share of an answer to “{found.wording}” rise or fall with {group}",
        unit="number",
        conf_level=conf_level,
        notes=[f"Groups in order: {', '.join(map(str, shares[group]))}."],
    )


def answered(found: Question, command: str) -> Question:
    if found.kind == "number":
        raise InputError(
            f"`question` {found.name!r} is a number; `carekit survey {command}` needs answers. "
            "Describe classes for it in the codebook and import again."
        )
    return found


def one_column(by: str, command: str) -> str:
    columns = column_tuple(by or "")
    if len(columns) != 1:
        raise InputError(
            f"`by` is {by!r}; `carekit survey {command}` needs one column of groups. Pass one, such "
            "as --by age_group."
        )
    return columns[0]


def _followed(
    found: Question, answer: str | None, missing: Sequence[str]
) -> list[tuple[str, Any, str]]:
    """Column, value and label of the answers whose trend is asked for."""
    if found.kind == "multiple":
        options = [(c, True, a) for c, a in found.item_names.items() if answer in (None, a)]
        if options:
            return options
    else:
        listed = [a for a in found.answers if a not in missing]
        if answer is None:
            # The slope of "no" is that of "yes" with the other sign.
            wanted = ["yes"] if {a.casefold() for a in listed} == {"yes", "no"} else None
            chosen = [a for a in listed if wanted is None or a.casefold() in wanted]
            return [(found.columns[0], a, a) for a in chosen]
        if answer in listed:
            return [(found.columns[0], answer, answer)]
    raise InputError(
        f"`answer` is {answer!r}; the answers to {found.name!r} are: {', '.join(found.answers)}. "
        "Name one of them."
    )
