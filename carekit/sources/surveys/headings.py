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
    "stratum": ("strata", "strate", "schicht", "estrato", "strato"),
    "psu": ("cluster", "primary sampling unit", "grappe", "unite primaire"),
}  # fmt: skip


def by_heading(cells: pd.DataFrame, ours: str) -> str | None:
    """The one column that such a heading names and whose cells fit it."""
    names = (folded(ours), *HEADINGS.get(ours, ()))
    found = [c for c in cells.columns if folded(str(c)) in names]
    if len(found) != 1:
        return None
    column = cells[found[0]]
    if ours == "respondent_id":
        return found[0] if column.notna().all() and column.is_unique else None
    if ours in ("weight", "age"):
        numbers = read_numbers(column)
        enough = numbers.notna().all() if ours == "weight" else numbers.notna().mean() > 0.9
        return found[0] if enough and (numbers.dropna() >= 0).all() else None
    return found[0]
