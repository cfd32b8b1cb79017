"""A question of a survey: shares of answers, several answers, a trend, differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from carekit.errors import InputError
from carekit.requests.value import column_tuple
from carekit.survey.questions import Asked, Question, asked_respondents, find_question

if TYPE_CHECKING:
    import pandas as pd

    from carekit.dataset.folder import Dataset

SHARE = "answer n n_missing estimate std_error ci_low ci_high conf_level deff method".split()
MULTI = (
    "measure item base n n_missing n_ticked n_mentions estimate std_error ci_low ci_high "
    "conf_level deff method"
).split()
TREND = (
    "answer n n_missing estimate std_error ci_low ci_high conf_level unit statistic df p_value "
    "reversals p_monotone method"
).split()
COMPARE = (
    "answer group_a group_b n_a n_b share_a share_b estimate std_error ci_low ci_high conf_level "
    "statistic df p_value p_adjusted method"
).split()


def measure_share(
    dataset: Dataset,
    question: str,
    *,
    by: str | Sequence[str] = (),
    missing: Sequence[str] = (),
    lonely: str = "error",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Weighted share of each answer to a question with one answer, in each group.

    Parameters
    ----------
    dataset : Dataset
    question : str
        A question of questions.json, or one option of a question with several answers.
    by : str or sequence of str
        Columns that define groups, such as ``"age_group"``; a missing value is a group of its own.
    missing : sequence of str
        Answers to leave out of the base, such as ``"don't know"``; they are counted.
    lonely : {"error", "center"}
        What to do with a stratum that holds one sampling unit.
    conf_level : float
        Nominal coverage.

    Returns
    -------
    DataFrame
        One row a group and answer: the `by` columns, answer, n (respondents with an answer, the
        unweighted base), n_missing (asked, without an answer; outside the base), estimate (Σw of
        the answer / Σw of the base, 0 to 1), std_error (linearised over strata and sampling units
        where the table has them), ci_low, ci_high, conf_level, deff, method (with the flags of
        `carekit.inference.surveys.survey.share`). `attrs["note"]`: the denominator in words.

    Raises
    ------
    InputError
        If the question or a column is not there, or the question is of another kind.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> shares = measure_share(open_dataset(), "prefers_social_over_phone")
    >>> shares[["answer", "n", "n_missing"]].values.tolist()[0][0]
    'yes'
    """
    from carekit.inference.surveys.survey import share

    groups = column_tuple(by)
    asked = _single(dataset, question, groups, missing, "share")
    made = share(
        asked.frame,
        asked.question.columns[0],
        by=groups,
        lonely=lonely,
        conf_level=conf_level,
        **_options(asked),
    )
    made = _flagged(made[(made["n"] > 0) | (made["n_missing"] > 0)])
    made["answer"] = made["answer"].astype("str")
    return _tidy(made[[*groups, *SHARE]], asked.note)


def measure_several(
    dataset: Dataset,
    question: str,
    *,
    by: str | Sequence[str] = (),
    base: str = "asked",
    lonely: str = "error",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Share of respondents and share of mentions of each option of a question with several answers.

    Parameters
    ----------
    dataset, question, by, lonely, conf_level
        As in `measure_share`.
    base : {"asked", "all"}
        "asked": those who were asked and answered; "all": everybody (in the question's country),
        one who was not asked counts as not ticking.

    Returns
    -------
    DataFrame
        One row a group, measure and option: the `by` columns, measure ("share_of_respondents",
        which add up to more than 1, or "share_of_mentions", which add up to 1), item, base, n,
        n_missing, n_ticked, n_mentions, estimate, std_error, ci_low, ci_high, conf_level, deff,
        method. `attrs["note"]`: the denominator, and with one `by` column the test of Rao and Scott
        that all groups tick alike.

    Raises
    ------
    InputError
        As `measure_share`; also for an unknown `base`.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> ticks = measure_several(open_dataset(), "uses_platform_for_care")
    >>> float(ticks.loc[ticks.measure == "share_of_mentions", "estimate"].sum().round(6))
    1.0
    """
    import pandas as pd

    from carekit.inference.surveys.multiresponse import share_of_mentions, share_of_respondents
    from carekit.inference.surveys.tick_tests import mmi_test

    groups = column_tuple(by)
    if base not in ("asked", "all"):
        raise InputError(
            f"`base` is {base!r}; expected 'asked' or 'all'. The share of respondents depends on "
            "it: say who is counted."
        )
    found = _multiple(dataset, question, "multi")
    if base == "all":
        found = _everybody(found)
    asked = asked_respondents(dataset, found, by=groups)
    options: dict[str, Any] = {"base": base, "lonely": lonely, **_options(asked)}
    items = list(found.columns)
    parts = [
        measure(asked.frame, items, by=groups, conf_level=conf_level, **options)
        for measure in (share_of_respondents, share_of_mentions)
    ]
    made = pd.concat(parts, ignore_index=True)
    made = _flagged(made[(made["n"] > 0) | (made["n_missing"] > 0)])
    made["item"] = made["item"].map(found.item_names)
    note = asked.note
    if len(groups) == 1:
        test = mmi_test(asked.frame, items, by=groups[0], **options)
        note += f" Do all groups tick alike? {test}"
    return _tidy(made[[*groups, *MULTI]], note)


def measure_trend(
    dataset: Dataset,
    question: str,
    *,
    by: str,
    answer: str | None = None,
    missing: Sequence[str] = (),
    lonely: str = "error",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Does the share of an answer rise or fall over ordered groups, such as ages?

    Parameters
    ----------
    dataset, question, missing, lonely, conf_level
        As in `measure_share`; for a question with several answers each option is one.
    by : str
        Column of the ordered groups, scored 1, 2, 3 …
    answer : str, optional
        The answer followed; each of them without it ("yes" alone for a yes/no question).

    Returns
    -------
    DataFrame
        One row an answer: answer, n, n_missing, estimate (slope of the logit a group), std_error,
        ci_low, ci_high, conf_level, unit, statistic, df, p_value, reversals (neighbouring groups
        that go the other way), p_monotone (isotonic check: how often chance alone leaves as much of
        a monotone sequence), method.

    Raises
    ------
    InputError
        As `measure_share`; also for an unknown answer.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> slope = measure_trend(open_dataset(), "prefers_social_over_phone", by="age_group")
    >>> bool(slope.estimate[0] < 0)
    True
    """
    import pandas as pd

    from carekit.inference.surveys.ordered_groups import check_monotone
    from carekit.inference.surveys.survey import share
    from carekit.inference.surveys.trends import survey_trend

    group = _one(by, "trend")
    found = find_question(dataset, question)
    _refuse_number(found, "trend")
    asked = asked_respondents(dataset, found, by=(group,), missing=missing)
    frame = asked.frame
    options: dict[str, Any] = {"lonely": lonely, **_options(asked)}
    rows = []
    for column, value, label in _followed(found, answer, missing):
        test = survey_trend(frame, column, by=group, answer=value, conf_level=conf_level, **options)
        shares = share(frame, column, by=group, **options)
        shares = shares[(shares["answer"] == value) & shares[group].notna()]
        direction = "falling" if test.estimate < 0 else "rising"
        check = check_monotone(shares, group=group, direction=direction)
        held = {c: getattr(test, c) for c in TREND if hasattr(test, c)}
        rows.append(
            {**held, "answer": label, "reversals": check.reversals, "p_monotone": check.p_value}
        )
    note = f"{asked.note} Groups in order: {', '.join(map(str, shares[group]))}."
    return _tidy(pd.DataFrame(rows)[TREND], note)


def measure_differences(
    dataset: Dataset,
    question: str,
    *,
    by: str | None = None,
    reference: str | None = None,
    missing: Sequence[str] = (),
    lonely: str = "error",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Differences between groups; or, without groups, between the options the same people ticked.

    Parameters
    ----------
    dataset, question, missing, lonely, conf_level
        As in `measure_share`.
    by : str, optional
        Column of the groups. Only a question with several answers goes without.
    reference : str, optional
        Group that every other is compared with; all pairs without it.

    Returns
    -------
    DataFrame
        One row an answer and pair: answer, group_a, group_b, n_a, n_b, share_a, share_b, estimate
        (share_a - share_b), std_error, ci_low, ci_high, conf_level, statistic, df, p_value,
        p_adjusted (Holm over all rows of the result), method. Without `by` the groups are options,
        and the difference respects that the same people answered. `attrs["note"]`: the denominator
        and the test over all groups.

    Raises
    ------
    InputError
        As `measure_share`; also without `by` for a question with one answer.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> pairs = measure_differences(open_dataset(), "brand_activity_monthly")
    >>> len(pairs)
    3
    """
    import pandas as pd

    from carekit.inference.rates.multiplicity import adjust_p_values
    from carekit.inference.surveys.crosstabs import rao_scott
    from carekit.inference.surveys.differences import compare
    from carekit.inference.surveys.tick_tests import mmi_test

    found = find_question(dataset, question)
    _refuse_number(found, "compare")
    if by is None:
        return _between_options(dataset, found, lonely=lonely, conf_level=conf_level)
    group = _one(by, "compare")
    asked = asked_respondents(dataset, found, by=(group,), missing=missing)
    options: dict[str, Any] = {"lonely": lonely, **_options(asked)}
    frame = asked.frame
    parts = []
    for column in found.columns:
        made = compare(
            frame, column, by=group, reference=reference, conf_level=conf_level,
            adjustment="none", **options,
        )  # fmt: skip
        if found.kind == "multiple":
            made = made[made["answer"].astype(bool)].assign(answer=found.item_names[column])
        parts.append(made.drop(columns=["p_adjusted", "adjustment", "family_size"]))
    made = pd.concat(parts, ignore_index=True)
    # Groups that were not asked (another country) have weight 0 and nobody in them.
    made = made[(made["n_a"] > 0) & (made["n_b"] > 0)].reset_index(drop=True)
    made = adjust_p_values(made, adjustment="holm")
    made["answer"] = made["answer"].astype("str")
    if found.kind == "multiple":
        test: Any = mmi_test(frame, list(found.columns), by=group, base="asked", **options)
    else:
        test = rao_scott(frame, found.columns[0], by=group, **options)
    return _tidy(_flagged(made)[COMPARE], f"{asked.note} All groups: {test}")


def _between_options(
    dataset: Dataset, found: Question, *, lonely: str, conf_level: float
) -> pd.DataFrame:
    from carekit.inference.surveys.paired import compare_items

    if found.kind != "multiple":
        raise InputError(
            f"`by` is missing; {found.name!r} has one answer a person, so groups are compared. Pass "
            "--by, such as --by age_group."
        )
    asked = asked_respondents(dataset, found)
    made = compare_items(
        asked.frame,
        list(found.columns),
        base="asked",
        lonely=lonely,
        conf_level=conf_level,
        **_options(asked),
    )
    names = found.item_names
    made = made.assign(
        answer="ticked",
        group_a=made["item"].map(names),
        group_b=made["other_item"].map(names),
        n_a=made["n"],
        n_b=made["n"],
        share_a=made["share_item"],
        share_b=made["share_other"],
    )
    return _tidy(_flagged(made)[COMPARE], f"{asked.note} The same people answered for all options.")


def _options(asked: Asked) -> dict[str, Any]:
    return dict(asked.design)


def _single(
    dataset: Dataset, name: str, by: Sequence[str], missing: Sequence[str], command: str
) -> Asked:
    found = find_question(dataset, name)
    _refuse_number(found, command)
    if found.kind == "multiple":
        raise InputError(
            f"`question` {name!r} takes several answers; `carekit survey {command}` needs one with "
            f"one. Use `carekit survey multi`, or name one option: {', '.join(found.columns)}."
        )
    return asked_respondents(dataset, found, by=by, missing=missing)


def _multiple(dataset: Dataset, name: str, command: str) -> Question:
    found = find_question(dataset, name)
    if found.kind != "multiple":
        raise InputError(
            f"`question` {name!r} is of kind {found.kind!r}; `carekit survey {command}` needs a "
            "question with several answers. Use `carekit survey share`."
        )
    return found


def _refuse_number(found: Question, command: str) -> None:
    if found.kind == "number":
        raise InputError(
            f"`question` {found.name!r} is a number; `carekit survey {command}` needs answers. "
            "Describe classes for it in the codebook and import again."
        )


def _everybody(question: Question) -> Question:
    from dataclasses import replace

    where = f" in {', '.join(question.countries)}" if question.countries else ""
    return replace(question, asked_if={}, base=f"all respondents{where}, asked or not")


def _one(by: str, command: str) -> str:
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


def _flagged(made: pd.DataFrame) -> pd.DataFrame:
    """`method` with the flags raised."""
    flags = made["flags"].map(lambda f: f" [{f}]" if f else "")
    return made.assign(method=made["method"] + flags)


def _tidy(made: pd.DataFrame, note: str) -> pd.DataFrame:
    made = made.reset_index(drop=True)
    made.attrs["note"] = note
    return made
