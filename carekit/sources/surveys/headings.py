"""Headings of what every survey has: who answered, with which weight, how old, from where."""

from __future__ import annotations

import pandas as pd

from carekit.sources.files.headings import folded
from carekit.sources.surveys.questions import read_numbers

HEADINGS: dict[str, tuple[str, ...]] = {
    "respondent_id": (
        "id", "respondent", "resp", "resp id", "respondent number", "response id", "responseid",
        "submission id", "interview id", "case id", "caseid", "id repondant", "id du repondant",
        "numero de repondant", "repondant", "teilnehmer", "teilnehmer id", "interviewnummer",
    ),
    "weight": (
        "weights", "wt", "wgt", "weighting", "sample weight", "survey weight", "final weight",
        "case weight", "poids", "ponderation", "coefficient de ponderation", "poids de redressement",
        "coefficient de redressement", "coef de redressement", "redressement", "gewicht",
        "gewichtung", "gewichtungsfaktor", "ponderacion", "factor de ponderacion", "peso", "weging",
        "weegfactor",
    ),
    "age": ("age en annees", "age in years", "alter", "edad", "eta", "leeftijd"),
    "age_group": (
        "age group", "age band", "age range", "age class", "agegroup", "tranche d age", "classe d age",
        "groupe d age", "altersgruppe", "altersklasse", "grupo de edad", "fascia d eta", "leeftijdsgroep",
    ),
    "country": ("pays", "land", "pais", "paese", "country of residence", "pays de residence"),
    # Not "schicht", also a class of society, nor "cluster", also a segment of a market.
    "stratum": ("strata", "strate", "estrato", "strato"),
    "psu": ("primary sampling unit", "grappe", "unite primaire"),
}  # fmt: skip


# Headings over weights of people too, and the kilograms or pounds that those lie between.
_OF_BODIES = ("weights", "wt", "poids", "gewicht", "peso")
_LIGHTEST, _HEAVIEST = 20, 400


def by_heading(cells: pd.DataFrame, ours: str, notes: list[str]) -> str | None:
    """The one column that such a heading names and whose cells fit it; says so, or why not."""
    names = (folded(ours), *HEADINGS.get(ours, ()))
    found = [c for c in cells.columns if folded(str(c)) in names]
    if len(found) != 1 or not _fits(cells[found[0]], ours):
        return None
    name = found[0]
    if folded(str(name)) in _OF_BODIES and ours == "weight":
        numbers = read_numbers(cells[name])
        if numbers.between(_LIGHTEST, _HEAVIEST).all():
            notes.append(
                f"{name!r} is not read as weight: its numbers, {numbers.min():g} to {numbers.max():g}, "
                f"may be kilograms. If they are weights of the survey: --map weight={name}"
            )
            return None
    notes.append(f"{ours} is the column {name!r}, by its heading; another: --map {ours}=…")
    return name


def _fits(column: pd.Series, ours: str) -> bool:
    if ours == "respondent_id":
        return bool(column.notna().all() and column.is_unique)
    if ours in ("weight", "age"):
        numbers = read_numbers(column)
        enough = numbers.notna().all() if ours == "weight" else numbers.notna().mean() > 0.9
        return bool(enough and (numbers.dropna() >= 0).all())
    return True
