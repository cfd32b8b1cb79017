"""The questions of a dataset, and the respondents to whom one of them was put."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from carekit.dataset.folder import given_dataset
from carekit.errors import CannotAnswer, InputError
from carekit.inference.surveys.design import Design
from carekit.show.result import Facts, Result

if TYPE_CHECKING:
    import pandas as pd

    from carekit.dataset.folder import Dataset

_AGES = re.compile(r"\s*(\d+)\s*(?:[-–].*|\+)?\s*")


@dataclass(frozen=True)
class Question:
    """One entry of questions.json.

    Attributes
    ----------
    name, wording, base, kind : str
        Kind: single, multiple, scale or number.
    answers, columns : tuple of str
        Answers in order; columns of the survey table, for several answers one an answer.
    asked_if : dict
        Column, or question, to the answers that lead here; empty if everybody was asked.
    countries : tuple of str
        Where it was asked; empty for everywhere.
    source : tuple of str
        Published figures whose measure the question replays.
    measure, group, network : str
        The same for data of one's own: see `carekit.claims.replays.survey`.
    """

    name: str
    wording: str
    base: str
    kind: str
    answers: tuple[str, ...]
    columns: tuple[str, ...]
    asked_if: dict[str, list[Any]]
    countries: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    measure: str = ""
    group: str = ""
    network: str = ""

    @property
    def item_names(self) -> dict[str, str]:
        """Column of each answer that can be ticked → the answer."""
        return dict(zip(self.columns, self.answers, strict=True))


def load_questions(dataset: Dataset) -> dict[str, Question]:
    """The questions of a dataset by name, in the order of questions.json.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> load_questions(open_dataset())["care_frequency"].answers[:2]
    ('daily', 'weekly')
    """
    return {name: _question(name, held) for name, held in dataset.questions().items()}


def _question(name: str, held: dict[str, Any]) -> Question:
    country = held.get("country") or ""
    return Question(
        name,
        held.get("wording") or name,
        held.get("base") or "respondents with an answer",
        held.get("kind") or "single",
        tuple(map(str, held.get("answers") or ())),
        tuple(held.get("columns") or (name,)),
        dict(held.get("asked_if") or {}),
        tuple(c for c in str(country).split(";") if c),
        tuple(held.get("source") or ()),
        held.get("measure") or "",
        held.get("group") or "",
        held.get("network") or "",
    )


def find_question(dataset: Dataset, name: str) -> Question:
    """A question by its name, its wording, or one column of a question with several answers.

    A single option becomes a question of its own, answered yes or no.

    Raises
    ------
    CannotAnswer
        If the dataset holds no survey or no such question; the message lists those there are.
    """
    given_dataset(dataset)
    if not dataset.has("survey"):
        raise CannotAnswer(
            f"`dataset` {dataset.path} holds no survey; expected one made by `carekit import "
            "survey FILE --out DIR`. Name another folder."
        )
    questions = load_questions(dataset)
    if name in questions:
        return questions[name]
    for question in questions.values():
        if question.wording.casefold() == name.casefold():
            return question
        if question.kind == "multiple" and name in question.columns:
            option = question.item_names[name]
            return Question(
                name,
                f"{question.wording} {option}",
                question.base,
                "single",
                ("yes", "no"),
                (name,),
                question.asked_if,
                question.countries,
            )
    raise CannotAnswer(
        f"`question` is {name!r}; the dataset asks: {', '.join(questions) or 'nothing'}. Name one "
        "of these, or a column of a question with several answers."
    )


@dataclass(frozen=True, eq=False)
class Survey:
    """A question, the respondents to whom it was put, and how they were drawn.

    Attributes
    ----------
    question : Question
    frame : DataFrame
        One row per respondent. Where strata, clusters or unequal weights make the design, those
        who were not asked stay with weight 0: they are no respondents, and the domain keeps the
        design of the whole sample, as R's `subset` of a design does.
    design : Design
        `weight`, `stratum`, `psu` and `lonely`, as the functions of carekit.inference.surveys take
        them.
    n_asked : int
        Respondents of positive weight to whom it was put.
    n_zero_weight : int
        Respondents of weight 0 to whom it was put: they are outside every estimate.
    where : str
        The condition on respondents, if any.
    source, synthetic
        Title of the dataset, and whether it is generated.
    """

    question: Question
    frame: pd.DataFrame
    design: Design
    n_asked: int
    n_zero_weight: int = 0
    where: str = ""
    source: str = ""
    synthetic: bool = False

    @property
    def denominator(self) -> str:
        """Who was asked, and how they were drawn, in words."""
        parts = {"stratum": "strata", "psu": "sampling units"}
        kept = " and ".join(word for key, word in parts.items() if key in self.design)
        weights = self.frame["weight"][self.frame["weight"] > 0]
        how = ["weighted"] * bool((weights != weights.iloc[0]).any()) + [f"{kept} kept"] * bool(
            kept
        )
        drawn = f" ({', '.join(how)})" if how else ""
        only = f"; only respondents for whom {self.where}" if self.where else ""
        asked = f"{self.n_asked:,} were asked “{self.question.wording}”"
        return f"{self.question.base}; {asked}{drawn}{only}"

    def result(
        self,
        frame: pd.DataFrame,
        measure: str,
        *,
        question: str,
        conf_level: float,
        by: Sequence[str] = (),
        unit: str = "share",
        notes: Sequence[str] = (),
    ) -> Result:
        """A frame of estimates with what it is of."""
        facts = Facts(
            measure=measure,
            question=question,
            denominator=self.denominator,
            unit=unit,
            by=tuple(by),
            conf_level=conf_level,
            independent_unit="sampling unit" if "psu" in self.design else "respondent",
            left_out={"of weight 0": self.n_zero_weight},
            notes=tuple(notes),
            synthetic=self.synthetic,
            source=self.source,
        )
        return Result(frame.reset_index(drop=True), facts=facts)


def asked_respondents(
    dataset: Dataset,
    question: Question,
    *,
    by: Sequence[str] = (),
    missing: Sequence[str] = (),
    where: str | None = None,
    only: pd.Series | None = None,
    lonely: str | None = None,
) -> Survey:
    """The respondents a question was put to, their answers in order, their groups in order.

    Parameters
    ----------
    dataset : Dataset
    question : Question
    by : sequence of str
        Columns that will define groups: fixed columns, or other questions in one column. Classes
        such as 18-29 and 65+ are ordered by their first number.
    missing : sequence of str
        Answers to leave out of the base.
    where : str, optional
        A condition on the respondents, such as ``"country = 'FR' and age > 30"``.
    only : Series of bool, optional
        A further one, aligned with the survey table.
    lonely : {"error", "center"}, optional
        What to do with a stratum that holds one sampling unit.

    Raises
    ------
    CannotAnswer
        If a column of `by` does not exist or is empty, or nobody was asked.
    InputError
        If `missing` names something that is no answer, or `where` is no condition.
    """
    frame = dataset.read("survey")
    asked = np.ones(len(frame), dtype=bool)
    if question.countries and "country" in frame.columns and frame["country"].notna().any():
        asked &= frame["country"].isin(question.countries).to_numpy()
    questions = load_questions(dataset)
    for name, answers in question.asked_if.items():
        column = questions[name].columns[0] if name in questions else name
        if column in frame.columns:
            asked &= frame[column].isin(answers).to_numpy(dtype=bool, na_value=False)
    if where:
        asked &= _holds(frame, where)
    if only is not None:
        asked &= only.to_numpy(dtype=bool, na_value=False)
    held = [name for name in ("weight", "stratum", "psu") if frame[name].notna().all()]
    design = cast(Design, {name: name for name in held})
    if lonely is not None:
        design["lonely"] = lonely
    for name in by:
        frame[name] = _ordered(frame, name, questions, asked)
    for column in question.columns:
        frame[column] = _answers(frame[column], question, missing)
    n_zero_weight = int((asked & (frame["weight"] == 0)).sum())
    weights = frame["weight"][frame["weight"] > 0]
    if held == ["weight"] and weights.min() == weights.max():
        frame = frame[asked & (frame["weight"] > 0)]
        n_asked = len(frame)
    else:
        frame["weight"] = frame["weight"].where(asked, 0.0)
        n_asked = int((frame["weight"] > 0).sum())
    if not n_asked:
        under = " under this condition" if where or only is not None else ""
        raise CannotAnswer(
            f"`question` {question.name!r} was put to nobody in {dataset.path}{under}; some "
            "respondent was expected. Check `asked_if` and `country` in questions.json."
        )
    return Survey(
        question,
        frame,
        design,
        n_asked,
        n_zero_weight,
        where or "",
        dataset.manifest.title,
        dataset.is_sample,
    )


def _holds(frame: pd.DataFrame, where: str) -> np.ndarray:
    """For which respondents a condition holds; an unknown value is no."""
    import ibis

    from carekit.requests.where import condition

    table = ibis.memtable(frame)
    held = table.filter(condition(table, where)).select("respondent_id").execute()
    return frame["respondent_id"].isin(held["respondent_id"]).to_numpy()


def _answers(column: pd.Series, question: Question, missing: Sequence[str]) -> pd.Series:
    import pandas as pd

    if question.kind == "multiple":
        return column.astype("boolean")
    if question.kind == "number":
        return column
    if pd.api.types.is_bool_dtype(column) or set(column.dropna().unique()) <= {True, False}:
        column = column.map({True: "yes", False: "no"}, na_action="ignore")
    unknown = [m for m in missing if m not in question.answers]
    if unknown:
        raise InputError(
            f"`missing` names {unknown[0]!r}; the answers to {question.name!r} are: "
            f"{', '.join(question.answers)}. Name one of them."
        )
    text = column.astype("object").where(column.notna(), None)
    kept = [a for a in question.answers if a not in missing]
    found = [a for a in text.dropna().unique() if a not in question.answers]
    told = [*kept, *sorted(map(str, found))]
    return pd.Series(pd.Categorical(text.where(text.isin(told)), told), index=column.index)


def _ordered(
    frame: pd.DataFrame, name: str, questions: dict[str, Question], asked: np.ndarray
) -> pd.Series:
    import pandas as pd

    known = questions.get(name)
    column = known.columns[0] if known and known.kind != "multiple" else name
    if column not in frame.columns:
        single = [q.name for q in questions.values() if q.kind != "multiple"]
        fixed = [c for c in ("age_group", "country", "stratum", "psu") if frame[c].notna().any()]
        raise CannotAnswer(
            f"`by` is {name!r}; expected a column of the survey: "
            f"{', '.join([*fixed, *single])}. Name one of these."
        )
    values = frame[column]
    if not values[asked].notna().any():
        hint = (
            "Import the survey again with an age (--map age=…) and --age-groups."
            if name == "age_group"
            else "Group by another column."
        )
        raise CannotAnswer(
            f"`by` {name!r} is empty for everybody who was asked; groups were expected. {hint}"
        )
    if known is not None and known.answers and known.kind in ("single", "scale"):
        used = [a for a in known.answers if (values == a).any()]
        return pd.Series(pd.Categorical(values, used), index=values.index)
    levels = [str(v) for v in values.dropna().unique()]
    if pd.api.types.is_string_dtype(values) and all(_AGES.fullmatch(v) for v in levels):
        levels.sort(key=lambda v: (int(_AGES.fullmatch(v)[1]), v))  # type: ignore[index]
        return pd.Series(pd.Categorical(values, levels), index=values.index)
    return values
