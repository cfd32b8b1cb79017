"""Truth of the surveys: every planted share, by age and gender where it is planted so."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.sample import survey_plan
from carekit.sample.survey import ITEM_CORRELATION, PANEL_CORRELATION
from carekit.sample.truth.quantity import Entry, quantity

Group = tuple[tuple[str, str], ...]


def survey_quantities(frame: pd.DataFrame) -> list[Entry]:
    """Shares planted in the survey table `frame`; realised ones are weighted."""
    made = [
        entry
        for name, question in survey_plan.QUESTIONS.items()
        if name != "gender"
        for entry in _question(frame, name, question)
    ]
    for name, value, text in (
        ("survey_unit_correlation", PANEL_CORRELATION, "two people of one sampling unit (psu)"),
        ("survey_item_correlation", ITEM_CORRELATION,
         "two items ticked by one person in one multiple question, beside that of the unit"),
    ):  # fmt: skip
        made.append(
            quantity(
                name,
                value,
                unit="correlation",
                definition=f"between the normal variables behind the answers: {text}",
                recover="design effect of a weighted share; Rao-Scott correction",
            )
        )
    both = frame["expects_within_60_minutes"].eq("yes")
    both &= frame["expects_within_60_minutes_complaint"].eq("yes")
    known = frame["expects_within_60_minutes"].notna()
    known &= frame["expects_within_60_minutes_complaint"].notna()
    made.append(
        quantity(
            "expects_within_60_minutes_both",
            survey_plan.WITHIN_60_BOTH,
            definition="weighted share of those who expect an answer within the hour, for any "
            "message and for a complaint / respondents who answered both questions",
            recover="McNemar test of the two questions",
            realised=_weighted(frame, both, known),
        )
    )
    return made


def _question(frame: pd.DataFrame, name: str, question: dict[str, Any]) -> list[Entry]:
    people = frame[frame["country"] == question["country"]]
    made = []
    for answer, plant in question["plant"].items():
        multiple = question["kind"] == "multiple"
        column = people[f"{name}__{answer}" if multiple else name]
        hit = column.eq(True if multiple else answer).fillna(False).astype(bool)
        for group, value in planted_groups(plant, question["country"]).items():
            rows = column.notna()
            for key, level in group:
                rows &= people[key].eq(level).fillna(False).astype(bool)
            made.append(
                quantity(
                    name,
                    value,
                    definition=f"weighted share of that answer; base: {question['base']}",
                    source=tuple(question["source"]),
                    recover=f"carekit survey {'multi' if multiple else 'share'} DIR {name}",
                    by={"country": question["country"], "answer": answer, **dict(group)},
                    realised=_weighted(people, hit, rows),
                )
            )
    return made


def _weighted(people: pd.DataFrame, hit: pd.Series, rows: pd.Series) -> dict[str, Any]:
    weight = people["weight"]
    total = float(weight[rows].sum())
    value = round(float(weight[hit & rows].sum()) / total, 6) if total else None
    return {"n": int(rows.sum()), "k": int((hit & rows).sum()), "value": value}


def planted_groups(plant: Any, country: str) -> dict[Group, float]:
    """The planted share of everybody (empty group) and of each group that has its own."""
    ages, genders, _ = survey_plan.DESIGNS[country].margins()
    if not isinstance(plant, dict):
        return {(): float(plant)}
    made: dict[Group, float] = {}
    first = next(iter(plant))
    if isinstance(first, tuple):
        made[()] = sum(ages[a] * genders[g] * value for (a, g), value in plant.items())
        for age in ages:
            made[(("age_group", age),)] = sum(genders[g] * plant[age, g] for g in genders)
        for (age, gender), value in plant.items():
            made[(("age_group", age), ("gender", gender))] = value
    elif first in ages:
        made[()] = sum(ages[a] * value for a, value in plant.items())
        for age, value in plant.items():
            made[(("age_group", age),)] = value
    else:
        for level, value in plant[first].items():
            made[((first, level),)] = value
    return made
