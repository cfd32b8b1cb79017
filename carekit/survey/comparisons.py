"""Survey groups, options and questions compared: differences, pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from carekit.errors import CannotAnswer, InputError
from carekit.inference.rates.multiplicity import adjust_p_values
from carekit.inference.surveys.crosstabs import rao_scott
from carekit.inference.surveys.differences import compare
from carekit.inference.surveys.paired import compare_items, mcnemar
from carekit.inference.surveys.tick_tests import mmi_test
from carekit.show.result import Result
from carekit.survey.estimates import answered, one_column
from carekit.survey.questions import Question, asked_respondents, find_question

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

COMPARE = (
    "answer group_a group_b n_a n_b share_a share_b estimate std_error ci_low ci_high conf_level "
    "statistic df p_value p_adjusted method flags"
).split()
PAIRS = (
    "question other n n_missing n_only_first n_only_second share_first share_second estimate "
    "std_error ci_low ci_high conf_level statistic df p_value mcnemar_p_value method flags"
).split()


def differences(
    dataset: Dataset,
    question: str,
    *,
    by: str | None = None,
    reference: str | None = None,
    where: str | None = None,
    missing: Sequence[str] = (),
    lonely: str = "error",
    conf_level: float = 0.95,
) -> Result:
    """Differences between groups; or, without groups, between the options the same people ticked.

    Parameters
    ----------
    dataset, question, where, missing, lonely, conf_level
        As in `answers`.
    by : str, optional
        Column of the groups. Only a question with several answers goes without.
    reference : str, optional
        Group that every other is compared with; all pairs without it.

    Returns
    -------
    Result
        One row per answer and pair: answer, group_a, group_b, n_a, n_b, share_a, share_b, estimate
        (share_a - share_b), std_error, ci_low, ci_high, conf_level, statistic, df, p_value,
        p_adjusted (Holm over all rows of the result), method, flags. Without `by` the groups are
        options, and the difference respects that the same people answered. `facts`: the
        denominator and the test over all groups, or which empty cells leave none.

    Raises
    ------
    InputError
        As `answers`; also without `by` for a question with one answer.

    Examples
    --------
    >>> import carekit
    >>> len(differences(carekit.open_dataset(), "brand_activity_monthly"))
    3
    """
    found = answered(find_question(dataset, question), "compare")
    if by is None:
        return _between_options(dataset, found, where, lonely, conf_level)
    group = one_column(by, "compare")
    survey = asked_respondents(
        dataset, found, by=(group,), missing=missing, where=where, lonely=lonely
    )
    frame, design = survey.frame, survey.design
    parts = []
    for column in found.columns:
        made = compare(
            frame, column, by=group, reference=reference, conf_level=conf_level,
            adjustment="none", **design,
        )  # fmt: skip
        if found.kind == "multiple":
            made = made[made["answer"].astype(bool)].assign(answer=found.item_names[column])
        parts.append(made)
    made = pd.concat(parts, ignore_index=True)
    # Groups that were not asked (another country) have weight 0 and nobody in them.
    made = made[(made["n_a"] > 0) & (made["n_b"] > 0)].reset_index(drop=True)
    made = adjust_p_values(made, adjustment="holm")
    made["answer"] = made["answer"].astype("str")
    if found.kind == "multiple":
        test = (
            f"All groups: {mmi_test(frame, list(found.columns), by=group, base='asked', **design)}"
        )
    elif empty := _empty_cells(frame, found.columns[0], group):
        test = (
            f"No test of all groups: nobody {', nobody '.join(empty)}. Join answers or groups in "
            "the codebook, or leave an answer out with `missing`; the pairs stand."
        )
    else:
        test = f"All groups: {rao_scott(frame, found.columns[0], by=group, **design)}"
    return survey.result(
        made[COMPARE],
        "differences between groups",
        question=f"{found.wording} ({group})",
        unit="points",
        conf_level=conf_level,
        notes=[test],
    )


def pairs(
    dataset: Dataset,
    question: str,
    *,
    other: str,
    where: str | None = None,
    lonely: str = "error",
    conf_level: float = 0.95,
) -> Result:
    """Difference between the shares of yes to two questions that the same people answered.

    Two shares from the same respondents are not two samples: a test for independent samples would
    take their agreement for chance.

    Parameters
    ----------
    dataset, where, lonely, conf_level
        As in `answers`.
    question, other : str
        Two yes/no questions of questions.json, or options of a question with several answers.

    Returns
    -------
    Result
        One row: question, other; n (people who were asked and answered both), n_missing (asked,
        without an answer to one of them; outside the base); n_only_first, n_only_second (people,
        unweighted, who said yes to one alone); share_first, share_second (weighted); estimate
        (share_first - share_second), std_error (linearised with the covariance of the two answers
        over strata and sampling units), ci_low, ci_high, conf_level, statistic, df, p_value
        (weighted, Student's t); mcnemar_p_value (unweighted, exact where fewer than 25 people said
        yes to one alone); method, flags. `facts`: the denominator in words.

    Raises
    ------
    CannotAnswer
        If the dataset holds no survey, no such question, or nobody was asked both.
    InputError
        If a question is not answered yes or no, or both are the same.

    References
    ----------
    McNemar 1947, Psychometrika 12, 153-157.

    Examples
    --------
    >>> import carekit
    >>> row = pairs(
    ...     carekit.open_dataset(), "expects_within_60_minutes_complaint",
    ...     other="expects_within_60_minutes",
    ... ).iloc[0]
    >>> bool(row.share_first > row.share_second), bool(row.mcnemar_p_value < 0.001)
    (True, True)
    """
    first, second = (_yes_no(find_question(dataset, name)) for name in (question, other))
    items = [first.columns[0], second.columns[0]]
    if items[0] == items[1]:
        raise InputError(
            f"`question` and `other` are both {question!r}; two questions were expected. Name the "
            "one to compare with as `other`."
        )
    # Both conditions: one who was asked a single one of them cannot be compared.
    survey = asked_respondents(dataset, first, where=where, lonely=lonely)
    inside = asked_respondents(dataset, second, where=where).frame["weight"].gt(0)
    frame = survey.frame.copy()
    both = inside.reindex(frame.index, fill_value=False)
    frame["weight"] = frame["weight"].where(both, 0.0)
    if not (frame["weight"] > 0).any():
        raise CannotAnswer(
            f"`question` {question!r} and `other` {other!r} were never put to the same people; a "
            "paired comparison needs some. Compare groups with `carekit survey compare`."
        )
    for item in items:
        frame[item] = _ticks(frame[item])
    row = compare_items(
        frame, items, base="asked", conf_level=conf_level, adjustment="none", **survey.design
    ).iloc[0]
    test = mcnemar(frame[frame["weight"] > 0], *items, base="asked", conf_level=conf_level)
    made = {
        **{name: row[name] for name in PAIRS if name in row.index},
        "question": question,
        "other": other,
        "n_only_first": test.n_only_first,
        "n_only_second": test.n_only_second,
        "share_first": row["share_item"],
        "share_second": row["share_other"],
        "mcnemar_p_value": test.p_value,
        "method": f"{row['method']}; {test.method}, unweighted",
    }
    return survey.result(
        pd.DataFrame([made])[PAIRS],
        "difference between two questions",
        question=f"“{first.wording}” less “{second.wording}”",
        unit="points",
        conf_level=conf_level,
        notes=[f"The same people answered “{second.wording}”."],
    )


def _between_options(
    dataset: Dataset, found: Question, where: str | None, lonely: str, conf_level: float
) -> Result:
    if found.kind != "multiple":
        raise InputError(
            f"`by` is missing; {found.name!r} has one answer a person, so groups are compared. Pass "
            "--by, such as --by age_group."
        )
    survey = asked_respondents(dataset, found, where=where, lonely=lonely)
    made = compare_items(
        survey.frame, list(found.columns), base="asked", conf_level=conf_level, **survey.design
    )
    made = made.assign(
        answer="ticked",
        group_a=made["item"].map(found.item_names),
        group_b=made["other_item"].map(found.item_names),
        n_a=made["n"],
        n_b=made["n"],
        share_a=made["share_item"],
        share_b=made["share_other"],
    )
    return survey.result(
        made[COMPARE],
        "differences between options",
        question=found.wording,
        unit="points",
        conf_level=conf_level,
        notes=["The same people answered for all options."],
    )


def _empty_cells(frame: pd.DataFrame, column: str, group: str) -> list[str]:
    """'in 65+ said daily' for each empty cell of a row and a column that somebody is in."""
    inside = frame[(frame["weight"] > 0) & frame[column].notna() & frame[group].notna()]
    table = pd.crosstab(inside[group], inside[column])
    return [
        f"in {row} said {said}"
        for row, counts in table.iterrows()
        for said, count in counts.items()
        if not count
    ]


def _yes_no(question: Question) -> Question:
    if {a.casefold() for a in question.answers} != {"yes", "no"} or len(question.columns) != 1:
        raise InputError(
            f"`question` {question.name!r} is answered by: {', '.join(question.answers) or 'numbers'}"
            "; a question answered yes or no was expected. Name one, or an option of a question "
            "with several answers."
        )
    return question


def _ticks(column: pd.Series) -> pd.Series:
    """yes, no or true, false as true, false and missing."""
    spelled = column.astype("object").map(
        lambda v: v if isinstance(v, bool) else {"yes": True, "no": False}.get(str(v).casefold()),
    )
    return spelled.astype("boolean")
