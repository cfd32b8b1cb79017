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
    delays = frame[["expects_within_60_minutes", "expects_within_60_minutes_complaint"]]
    said_yes, answered = (delays == "yes").all(axis=1), delays.notna().all(axis=1)
    both = _weighted(frame, said_yes, answered)
    return [
        *made,
        quantity("survey_unit_correlation", PANEL_CORRELATION),
        quantity("survey_item_correlation", ITEM_CORRELATION),
        quantity("expects_within_60_minutes_both", survey_plan.WITHIN_60_BOTH, None, both),
    ]


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
                    f"*:{question['kind']}",
                    value,
                    {"country": question["country"], "answer": answer, **dict(group)},
                    _weighted(people, hit, rows),
                    name=name,
                    source=question["source"],
                    question=name,
                    base=question["base"],
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
    if first in genders:
        made[()] = sum(ages[a] * genders[g] * plant[g][a] for g in genders for a in ages)
        for age in ages:
            made[(("age_group", age),)] = sum(genders[g] * plant[g][age] for g in genders)
        for gender, of_age in plant.items():
            for age, value in of_age.items():
                made[(("age_group", age), ("gender", gender))] = value
    elif first in ages:
        made[()] = sum(ages[a] * value for a, value in plant.items())
        for age, value in plant.items():
            made[(("age_group", age),)] = value
    else:
        for level, value in plant[first].items():
            made[((first, level),)] = value
    return made
