"""Two yes/no questions put to the same people: which is answered yes more often?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carekit.errors import InputError, NotAskedError
from carekit.survey.questions import Question, asked_respondents, find_question

if TYPE_CHECKING:
    import pandas as pd

    from carekit.dataset.folder import Dataset

COLUMNS = (
    "question other n n_missing n_only_first n_only_second share_first share_second estimate "
    "std_error ci_low ci_high conf_level statistic df p_value mcnemar_p_value method"
).split()


def measure_paired_questions(
    dataset: Dataset,
    question: str,
    *,
    other: str,
    lonely: str = "error",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Difference between the shares of yes to two questions that the same people answered.

    Two shares from the same respondents are not two samples: a test for independent samples would
    take their agreement for chance.

    Parameters
    ----------
    dataset : Dataset
    question, other : str
        Two yes/no questions of questions.json, or options of a question with several answers.
    lonely : {"error", "center"}
        What to do with a stratum that holds one sampling unit.
    conf_level : float
        Nominal coverage.

    Returns
    -------
    DataFrame
        One row: question, other; n (people who were asked and answered both), n_missing (asked,
        without an answer to one of them; outside the base); n_only_first, n_only_second (people,
        unweighted, who said yes to one alone); share_first, share_second (weighted); estimate
        (share_first - share_second), std_error (linearised with the covariance of the two answers
        over strata and sampling units), ci_low, ci_high, conf_level, statistic, df, p_value
        (weighted, Student's t); mcnemar_p_value (unweighted, exact where fewer than 25 people said
        yes to one alone); method. `attrs["note"]`: the denominator in words.

    Raises
    ------
    NotAskedError
        If the dataset holds no survey, no such question, or nobody was asked both.
    InputError
        If a question is not answered yes or no, or both are the same.

    References
    ----------
    McNemar 1947, Psychometrika 12, 153-157.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> row = measure_paired_questions(
    ...     open_dataset(), "expects_within_60_minutes_complaint", other="expects_within_60_minutes"
    ... ).iloc[0]
    >>> bool(row.share_first > row.share_second), bool(row.mcnemar_p_value < 0.001)
    (True, True)
    """
    import pandas as pd

    from carekit.inference.surveys.paired import compare_items, mcnemar

    first, second = (_yes_no(find_question(dataset, name)) for name in (question, other))
    items = [first.columns[0], second.columns[0]]
    if items[0] == items[1]:
        raise InputError(
            f"`question` and `other` are both {question!r}; two questions were expected. Name the "
            "one to compare with as `other`."
        )
    # Both conditions: one who was asked a single one of them cannot be compared.
    asked = asked_respondents(dataset, first)
    inside = asked_respondents(dataset, second).frame["weight"].gt(0)
    frame = asked.frame.copy()
    both = inside.reindex(frame.index, fill_value=False)
    frame["weight"] = frame["weight"].where(both, 0.0)
    if not (frame["weight"] > 0).any():
        raise NotAskedError(
            f"`question` {question!r} and `other` {other!r} were never put to the same people; a "
            "paired comparison needs some. Compare groups with `carekit survey compare`."
        )
    for item in items:
        frame[item] = _ticks(frame[item])
    options: dict[str, Any] = {"base": "asked", "conf_level": conf_level}
    design: dict[str, Any] = {**asked.design, "lonely": lonely, "adjustment": "none"}
    row = compare_items(frame, items, **options, **design).iloc[0]
    test = mcnemar(frame[frame["weight"] > 0], *items, **options)
    made = {
        "question": question,
        "other": other,
        "n": int(row["n"]),
        "n_missing": int(row["n_missing"]),
        "n_only_first": test.n_only_first,
        "n_only_second": test.n_only_second,
        "share_first": row["share_item"],
        "share_second": row["share_other"],
        "mcnemar_p_value": test.p_value,
        "method": f"{row['method']}; {test.method}, unweighted"
        + (f" [{row['flags']}]" if row["flags"] else ""),
    }
    kept = "estimate std_error ci_low ci_high conf_level statistic df p_value".split()
    result = pd.DataFrame([{**made, **{name: row[name] for name in kept}}])[COLUMNS]
    result.attrs["note"] = f"{asked.note} The same people answered “{second.wording}”."
    return result


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
