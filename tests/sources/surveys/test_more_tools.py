"""Surveys of further tools and languages: what is asked, who ticked what, what is a point, who is named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from carekit import survey
from carekit.dataset.folder import open_dataset
from carekit.errors import CannotAnswer
from carekit.sources.surveys.survey import import_survey

from .test_tools import Load, Made, N, load

__all__ = ["load"]
TICKS = {"Telefon": 20, "Chat": 10}


def chosen(i: int, between: str, *options: str) -> str:
    """The first option for half of the people, the second for every fourth."""
    return between.join(o for o, c in zip(options, (i < 20, i % 4 == 0), strict=True) if c)


def apart(i: int, yes: str, no: str = "") -> list[str]:
    return [yes if i < 20 else no, yes if i % 4 == 0 else no]


QUALTRICS = [
    ["StartDate", "ResponseId", "Q1", "Q3_1", "Q3_2"],
    ["Startdatum", "Antwort-ID", "Welche Kanäle? - Ausgewählte Auswahl", "Wie gut? - Telefon",
     "Wie gut? - Chat"],
    [json.dumps({"ImportId": name}) for name in ("startDate", "_recordId", "QID1", "QID3_1", "QID3_2")],
]  # fmt: skip
FILES: dict[str, tuple[list[list[object]], str, str, dict[str, int]]] = {
    "Qualtrics, German, a list of ticks": (
        [*QUALTRICS,
         *(["2025-03-01", f"R_{i}", chosen(i, ",", "Telefon", "Chat"), 1 + i % 5, 2] for i in range(N))],
        "Qualtrics", "Q1", TICKS),
    "SurveyMonkey, French, options alone below": (
        [["Identifiant du répondant", "Collecteur", "Quels canaux ?", "", ""],
         ["", "", "Téléphone", "Chat", "Autre (veuillez préciser)"],
         *([i, 1, "Téléphone" * (i < 20), "Chat" * (i % 4 == 0), "fax" * (i < 2)] for i in range(N))],
        "SurveyMonkey", "quels_canaux", {"Téléphone": 20, "Chat": 10, "Autre (veuillez préciser)": 2}),
    "SurveyMonkey, German": (
        [["Befragten-ID", "Wie wahrscheinlich?", "Welche Kanäle?", ""], ["", "Antwort", "Telefon", "Chat"],
         *([i, i % 11, "Telefon" * (i < 20), "Chat" * (i % 4 == 0)] for i in range(N))],
        "SurveyMonkey", "welche_kanale", TICKS),
    "SurveyMonkey, Spanish": (
        [["ID de encuestado", "Fecha de inicio", "¿Qué canales?", ""], ["", "", "Teléfono", "Chat"],
         *([i, "01/03/2025", "Teléfono" * (i < 20), "Chat" * (i % 4 == 0)] for i in range(N))],
        "SurveyMonkey", "que_canales", {"Teléfono": 20, "Chat": 10}),
    "Google Forms, German": (
        [["Zeitstempel", "Welche Kanäle?"],
         *(["01.03.2025 10:00:00", chosen(i, ", ", "Telefon, Fax", "Chat")] for i in range(N))],
        "Google Forms", "welche_kanale", {"Telefon, Fax": 20, "Chat": 10}),
    "Google Forms, Portuguese": (
        [["Carimbo de data/hora", "Quais canais?"],
         *(["01/03/2025 10:00:00", chosen(i, ", ", "Telefone (fixo, celular)", "Chat")] for i in range(N))],
        "Google Forms", "quais_canais", {"Telefone (fixo, celular)": 20, "Chat": 10}),
    "Jotform, options on lines of their own": (
        [["Submission Date", "Which channels?"],
         *(["Mar 1, 2025", chosen(i, "\n", "Phone", "Chat, video")] for i in range(N))],
        "Jotform", "which_channels", {"Phone": 20, "Chat, video": 10}),
    "Microsoft Forms, Dutch": (
        [["Id", "Begintijd", "Tijd van voltooien", "Welke kanalen?"],
         *([i, "1-3-2025", "1-3-2025", chosen(i, ";", "Telefoon", "Chat")] for i in range(N))],
        "Microsoft Forms", "welke_kanalen", {"Telefoon": 20, "Chat": 10}),
    "LimeSurvey, German, another with a text": (
        [["Antwort ID", "Datum Abgeschickt", "Letzte Seite", "G1[SQ001]. Welche? [Telefon]",
          "G1[SQ002]. Welche? [Chat]", "G1[other]. Welche? [Sonstiges]"],
         *([i, "2025-03-01", 3, *apart(i, "Ja", "Nein"), "Fax" if i < 2 else ""] for i in range(N))],
        "LimeSurvey", "G1", {**TICKS, "Sonstiges": 2}),
    "LimeSurvey, Spanish, another with a text": (
        [["id", "Fecha de envío", "Última página", "q[a]. ¿Cuál? [Tel]", "q[b]. ¿Cuál? [Chat]",
          "q[other]. ¿Cuál? [Otro]"],
         *([i, "2025-03-01", 3, *apart(i, "Sí", "No"), f"fax {i}" if i < 2 else ""] for i in range(N))],
        "LimeSurvey", "q", {"Tel": 20, "Chat": 10, "Otro": 2}),
    "LimeSurvey, codes, another with a text": (
        [["id", "submitdate", "lastpage", "k[SQ1]", "k[SQ2]", "k[other]"],
         *([i, "2025-03-01", 3, *apart(i, "Y"), f"fax {i}" if i < 2 else ""] for i in range(N))],
        "LimeSurvey", "k", {"SQ1": 20, "SQ2": 10, "other": 2}),
    "Sphinx, a list": (
        [["CLE", "DATE_SAISIE", "ORIGINE_SAISIE", "Canaux"],
         *([i, "01/03/2025", "Web", chosen(i, "; ", "Téléphone", "Chat")] for i in range(N))],
        "Sphinx", "Canaux", {"Téléphone": 20, "Chat": 10}),
    "KoboToolbox, the answers joined, and apart": (
        [["start", "channels", "channels/phone", "channels/live_chat", "_id", "_uuid", "_submission_time"],
         *(["2025-03-01", chosen(i, " ", "phone", "live_chat"), *apart(i, "1", "0"), 900 + i, f"u{i}",
            "2025-03-01T10:00:00"] for i in range(N))],
        "KoboToolbox", "channels", {"phone": 20, "live_chat": 10}),
    "LimeSurvey, the answers joined, and apart": (
        [["id", "submitdate", "lastpage", "k", "k[SQ1]", "k[SQ2]"],
         *([i, "2025-03-01", 3, chosen(i, ";", "SQ1", "SQ2"), *apart(i, "Y", "N")] for i in range(N))],
        "LimeSurvey", "k", {"SQ1": 20, "SQ2": 10}),
    "ticks in German words": (
        [["id", "Kanal: Telefon", "Kanal: Chat"],
         *([i, *apart(i, "genannt", "nicht genannt")] for i in range(N))],
        "", "Kanal", TICKS),
    "ticks in Polish": (
        [["id", "Kanał [Telefon]", "Kanał [Chat]"], *([i, *apart(i, "Tak", "Nie")] for i in range(N))],
        "", "kana", TICKS),
    "crosses": (
        [["id", "Kanal - Telefon", "Kanal - Chat"], *([i, *apart(i, "X")] for i in range(N))],
        "", "Kanal", TICKS),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_several_answers_of_further_tools(load: Load, name: str) -> None:
    rows, tool, question, ticked = FILES[name]
    made = load(rows)
    assert len(made.dataset.read("survey")) == N
    found = next((q for q in made.questions if q.casefold() == question.casefold()), None)
    assert found, list(made.questions)
    assert made.ticked(found) == ticked
    assert tool == "" or f"read as an export of {tool}" in made.notes
    assert "fax" not in json.dumps(made.questions).casefold() or "Fax" in str(ticked)


def test_a_question_named_as_options_of_another_stays_beside_them(load: Load) -> None:
    made = load([["id", "visit", "visit/shop", "visit/web"],
                 *([i, ("often", "never")[i % 2], *apart(i, "1", "0")] for i in range(N))])  # fmt: skip
    kinds = {q: entry["kind"] for q, entry in made.questions.items()}
    assert sorted(kinds.values()) == ["multiple", "single"]
    assert made.ticked(next(q for q in kinds if kinds[q] == "multiple")) == {"shop": 20, "web": 10}


@pytest.mark.parametrize(
    ("heading", "cells", "mean", "nps"),
    [
        ("How likely?", ["0 - Not at all likely", *map(str, range(1, 10)), "10 - Extremely likely"],
         5, -5 / 11),
        ("q", ["5", "6", "7", "8", "9", "10 (très probable)"], 7.5, 0),
        ("Weiterempfehlung", ["0", "7", "10"], 17 / 3, 0),
        ("Would you recommend us?", ["10", "9", "3"], 22 / 3, 1 / 3),
        ("Zufriedenheit", ["1 = sehr zufrieden", "2", "3", "4", "5 = sehr unzufrieden"], 3, None),
        ("Satisfaction", ["1: faible", "2: x", "3: y", "4: z", "5: forte"], 3, None),
    ],
)  # fmt: skip
def test_points_with_words_at_their_ends(
    load: Load, heading: str, cells: Sequence[str], mean: float, nps: float | None
) -> None:
    made = load([["id", heading], *([i, cells[i % len(cells)]] for i in range(6 * len(cells)))])
    (question,) = made.questions
    assert survey.mean(made.dataset, question).estimate[0] == pytest.approx(mean)
    if nps is None:
        with pytest.raises(CannotAnswer, match="asked from 0 to 10"):
            survey.nps(made.dataset, question)
    else:
        assert survey.nps(made.dataset, question).estimate[0] == pytest.approx(nps)


@pytest.mark.parametrize(
    "cells",
    [
        ["1 - 2 h", "2 - 3 h", "3 - 4 h", "4 - 5 h", "5 - 6 h"],
        ["1", "2", "3", "4", "5 or more"],
        ["1", "2", "3", "4", "5 und mehr"],
        ["Sehr zufrieden", "Zufrieden", "Neutral", "Unzufrieden", "Sehr unzufrieden"],
    ],
)
def test_ranges_open_ends_and_words_are_no_points(load: Load, cells: Sequence[str]) -> None:
    made = load([["id", "q"], *([i, cells[i % 5]] for i in range(N))])
    with pytest.raises(CannotAnswer, match="no points"):
        survey.mean(made.dataset, "q")


@pytest.mark.parametrize(
    "unsure",
    ["Weiß nicht", "Keine Angabe", "No sabe / No contesta", "Ns/Nc", "Non so", "Weet ik niet",
     "Não sei", "Nie wiem", "わからない", "Ne se prononce pas"],
)  # fmt: skip
def test_dont_know_in_further_languages_is_named(load: Load, unsure: str) -> None:
    made = load([["id", "q"], *([i, ["Ja", "Nein", unsure][i % 3]] for i in range(N))])
    assert "1 question keeps an answer such as don't know" in made.notes


@pytest.mark.parametrize(
    "heading",
    [
        "Your name",
        "Nombre y apellidos",
        "Wie heißen Sie?",
        "Imię i nazwisko",
        "Nome completo",
        "Naam",
    ],
)
@pytest.mark.parametrize("n", [4, 15])
def test_names_enter_no_question_however_few_answered(load: Load, heading: str, n: int) -> None:
    people = ["Ana Musterfrau", "Bo Beispiel", "Cy Exemple", "Di Ejemplo", "Eva Esempio"]
    rows = [[f"{people[i % 5]} {chr(97 + i)}", ["Tel", "Web"][i % 2]] for i in range(n)]
    made = load([[heading, "Kanal"], *rows])
    assert list(made.questions) == ["Kanal"]
    assert f"who somebody is: {heading}" in made.notes


def test_a_question_about_the_name_of_a_brand_is_one(load: Load) -> None:
    rows = [[i, ["Zelt", "Yurt", "Tipi"][i % 3]] for i in range(N)]
    assert list(load([["id", "Name of the brand"], *rows]).questions) == ["name_of_the_brand"]


def test_large_numbers_among_others_are_no_codes(load: Load) -> None:
    made = load([["id", "minutes"], *([i, 960 + i] for i in range(N))])
    assert "the code 99" not in made.notes


def test_a_code_far_beyond_the_numbers_is_named(load: Load) -> None:
    made = load([["id", "minutes"], *([i, 999 if i < 4 else 10 + i] for i in range(N))])
    assert "the code 99 in the base (first: minutes)" in made.notes


@pytest.mark.parametrize(
    ("cells", "mean", "told"),
    [
        ([*(f"{k},500" for k in range(1, 22)), "900"], 242_400 / 22, False),
        (["1.234,5", "2.000", "900", "1,5"], 1034, False),
        (["1,050", "2,150", "3,250", "4,350"], 2.7, True),
        (["0,512", "1,234", "0,9", "1"], 0.9115, False),
    ],
)
def test_thousands_of_numbers_are_told_by_the_column_or_said(
    load: Load, cells: Sequence[str], mean: float, told: bool
) -> None:
    made = load([["id", "income"], *([i, c] for i, c in enumerate([*cells] * 8))])
    found = made.dataset.read("survey").income.astype(float).mean()
    assert found == pytest.approx(mean)
    assert ("a factor of 1,000" in made.notes) == told


@pytest.mark.parametrize(
    ("cells", "kind"),
    [(["1,2", "1,3", "2", "3"], "multiple"), (["0,5", "1,5", "2", "3"], "number"),
     (["2,25", "1,5", "2", "0,75"], "number"), (["1,2,3", "1,3", "2", "1"], "multiple")],
)  # fmt: skip
def test_decimals_with_a_comma_are_no_lists_of_codes(
    load: Load, cells: Sequence[str], kind: str
) -> None:
    made = load([["id", "q"], *([i, cells[i % 4]] for i in range(N))])
    assert made.questions["q"]["kind"] == kind


def test_weights_with_a_decimal_comma(load: Load, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [i, "0,5" if i % 2 else "1,5", ["Web", "Tel"][i % 2]] for i in range(N)
    ]
    made = load([["id", "Gewicht", "Kanal"], *rows])
    shares = survey.answers(made.dataset, "Kanal").set_index("answer").estimate
    assert shares["Tel"] == pytest.approx(0.25)


@pytest.mark.parametrize("ending", ["sav", "dta"])
@pytest.mark.parametrize("codes", [(1, None), (1, 0), (1, 2)])
def test_ticks_of_statistics_files_are_one_question(
    tmp_path: Path, ending: str, codes: tuple[int, int | None]
) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    yes, no = codes
    columns = ["q5_1", "q5_2"]
    said = {c: [float(yes) if t else no for t in ticked] for c, ticked in zip(
        columns, ([i < 20 for i in range(N)], [i % 4 == 0 for i in range(N)]), strict=True)}  # fmt: skip
    said["nps"] = [float(i % 11) for i in range(N)]
    labels = {c: {1: "Ja"} | ({} if no is None else {no: "Nein"}) for c in columns}
    labels["nps"] = {0: "unwahrscheinlich", 10: "wahrscheinlich"}
    path = tmp_path / f"f.{ending}"
    getattr(pyreadstat, f"write_{ending}")(
        pd.DataFrame(said).astype(float),
        str(path),
        column_labels={
            "q5_1": "Genutzt? - Telefon",
            "q5_2": "Genutzt? - Chat",
            "nps": "Empfehlen?",
        },
        variable_value_labels=labels,
    )
    import_survey(path, out=tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    made = Made(dataset.questions(), "", dataset)
    assert made.ticked("q5") == TICKS
    asked = made.questions["nps"]
    assert asked["answers"] == ["unwahrscheinlich", *map(str, range(1, 10)), "wahrscheinlich"]
    assert survey.nps(dataset, "nps").n_promoters[0] == 6
