"""Exports of survey tools: what is asked, who ticked what, what is left out, and which tool is said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.errors import InputError
from carekit.sources.surveys.survey import import_survey

N = 40


@dataclass(frozen=True)
class Made:
    questions: dict[str, Any]
    notes: str
    dataset: Any

    def ticked(self, question: str) -> dict[str, int]:
        """Answer → respondents."""
        asked, people = self.questions[question], self.dataset.read("survey")
        if asked["kind"] != "multiple":
            return {str(a): int(n) for a, n in people[question].value_counts().items()}
        options = zip(asked["answers"], asked["columns"], strict=True)
        return {a: int(people[c].astype("boolean").fillna(False).sum()) for a, c in options}


Load = Callable[..., Made]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def run(rows: Sequence[Sequence[object]], name: str = "s.csv", **options: Any) -> Made:
        made = io.StringIO(newline="")
        csv.writer(made, lineterminator="\n").writerows(rows)
        (tmp_path / name).write_text(made.getvalue(), encoding="utf-8")
        report = import_survey(tmp_path / name, out=tmp_path / "d", **options)
        questions = json.loads((tmp_path / "d" / "questions.json").read_text(encoding="utf-8"))
        return Made(questions, "\n".join(report.notes), open_dataset(tmp_path / "d"))

    return run


def ticks(i: int) -> tuple[str, str]:
    return ("Phone" if i < 20 else "", "Chat" if i % 4 == 0 else "")


QUALTRICS = [
    ["StartDate", "IPAddress", "RecipientEmail", "ResponseId", "Q1", "Q2_1", "Q2_2"],
    ["Start Date", "IP Address", "Recipient Email", "Response ID", "Did you?", "Which - Phone",
     "Which - Chat"],
    [json.dumps({"ImportId": name}) for name in ("a", "b", "c", "d", "QID1", "QID2_1", "QID2_2")],
]  # fmt: skip


def qualtrics(first: int = 0) -> list[list[object]]:
    rows = [
        [
            "2025-03-01",
            "192.0.2.7",
            "p@mail.example",
            f"R_{i}",
            "Yes" if i < 10 else "No",
            *ticks(i),
        ]
        for i in range(N)
    ]
    return [*QUALTRICS[first:], *rows]


def test_three_rows_of_qualtrics_are_one_header(load: Load) -> None:
    made = load(qualtrics())
    assert "export of Qualtrics, with a header of 3 rows" in made.notes
    assert made.questions["Q1"]["wording"] == "Did you?"
    assert made.ticked("Q1") == {"Yes": 10, "No": 30}
    assert made.questions["Q2"]["kind"] == "multiple"
    assert made.ticked("Q2") == {"Phone": 20, "Chat": 10}


def test_what_says_who_somebody_is_enters_no_question(load: Load) -> None:
    made = load(qualtrics())
    assert "IPAddress" in made.notes
    held = json.dumps(made.questions)
    assert "192.0.2.7" not in held
    assert "mail.example" not in held


def test_two_rows_of_surveymonkey_are_questions_over_options(load: Load) -> None:
    head = ["Respondent ID", "Collector ID", "How likely?", "Which channels?", "", ""]
    below = ["", "", "Response", "Phone", "Chat", "Other (please specify)"]
    rows = [[i, 1, i % 11, *ticks(i), "fax" if i == 3 else ""] for i in range(N)]
    made = load([head, below, *rows])
    assert "export of SurveyMonkey, with a header of 2 rows" in made.notes
    assert made.ticked("which_channels") == {"Phone": 20, "Chat": 10, "Other (please specify)": 1}
    assert made.questions["how_likely"]["points"] == [float(p) for p in range(11)]


def test_options_of_google_forms_may_hold_commas(load: Load) -> None:
    cells = ["Phone, at any hour", "Chat", "Phone, at any hour, Chat", "Chat"] * 10
    rows = [[f"2025/03/01 10:{i:02d}:00", cell, 1 + i % 5] for i, cell in enumerate(cells)]
    made = load([["Timestamp", "Which channels?", "Satisfied?"], *rows])
    assert "export of Google Forms" in made.notes
    assert made.ticked("which_channels") == {"Chat": 30, "Phone, at any hour": 20}
    assert made.questions["satisfied"]["kind"] == "scale"


@pytest.mark.parametrize("yes", ["Y", "Yes", "Oui"])
def test_yes_and_blank_of_limesurvey_are_ticks_and_other_holds_a_text(load: Load, yes: str) -> None:
    head = ["id", "submitdate", "lastpage", "q1[SQ001]", "q1[SQ002]", "q1[other]"]
    rows = [[i, "2025-03-01", 3, yes if i < 20 else "", yes if i % 4 == 0 else "", "fax" if i < 2 else ""]
            for i in range(N)]  # fmt: skip
    made = load([head, *rows])
    assert "export of LimeSurvey" in made.notes
    assert list(made.ticked("q1").values()) == [20, 10, 2]
    assert "fax" not in json.dumps(made.questions)


def test_codes_and_wordings_of_limesurvey_are_taken_apart(load: Load) -> None:
    head = ["Response ID", "Date submitted", "Last page", "q1[SQ001]. Which? [Phone]",
            "q1[SQ002]. Which? [Chat]", "q2. How old?"]  # fmt: skip
    rows = [[i, "2025-03-01", 3, "Yes" if i < 20 else "No", "Yes" if i % 4 == 0 else "No", "25-34"]
            for i in range(N)]  # fmt: skip
    made = load([head, *rows])
    assert made.questions["q1"]["wording"] == "Which?"
    assert made.ticked("q1") == {"Phone": 20, "Chat": 10}
    assert set(made.questions) == {"q1", "q2_how_old"}


def test_columns_of_sphinx_and_of_microsoft_forms_are_no_questions(
    load: Load, tmp_path: Path
) -> None:
    rows = [["2025-03-01", "Web", "Oui" if i < 10 else "Non"] for i in range(N)]
    made = load([["DATE_SAISIE", "ORIGINE_SAISIE", "Contact"], *rows])
    assert "export of Sphinx" in made.notes
    assert made.ticked("Contact") == {"Oui": 10, "Non": 30}


def test_a_code_that_stands_apart_from_a_scale_is_named(load: Load) -> None:
    rows = [[i, 99 if i < 5 else 1 + i % 5, 1 + i % 5] for i in range(N)]
    made = load([["id", "q1", "q2"], *rows])
    assert "1 question keeps an answer such as don't know, refused or the code 99" in made.notes
    assert "first: q1" in made.notes


def test_a_row_of_totals_is_no_respondent(load: Load) -> None:
    rows = [[i, "Phone" if i < 10 else "Chat"] for i in range(N)]
    made = load([["id", "channel"], *rows, ["Total", 40]])
    assert made.ticked("channel") == {"Phone": 10, "Chat": 30}
    assert "1 row of totals" in made.notes


def test_columns_of_one_name_without_a_known_tool_stop(load: Load) -> None:
    with pytest.raises(InputError, match="several columns named 'Other'"):
        load([["id", "Other", "Other"], [1, "a", "b"], [2, "a", "b"]])
