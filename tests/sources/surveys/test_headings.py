"""What every survey has, under the headings of several languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from carekit.dataset.folder import open_dataset
from carekit.sources.surveys.survey import import_survey
from carekit.survey import answers

# Weights of 3 and 1: half of the people, three quarters of the weight, prefer the phone.
ROWS = [(f"p{i}", 3 if i % 2 else 1, 20 + i, "phone" if i % 2 else "web") for i in range(40)]


@pytest.mark.parametrize(
    "header", ["Resp;Poids;Âge;Canal", "respondent;wt;age;Canal", "Teilnehmer;Gewicht;Alter;Canal"]
)
def test_weights_are_taken_by_their_headings_and_that_is_said(tmp_path: Path, header: str) -> None:
    file = tmp_path / "s.csv"
    text = "\n".join([header, *(";".join(map(str, row)) for row in ROWS)])
    file.write_text(text, encoding="utf-8")
    report = import_survey(file, out=tmp_path / "d")
    assert any(n.startswith("weight is the column") for n in report.notes)
    assert report.n_questions == 1
    dataset = open_dataset(tmp_path / "d")
    shares = answers(dataset, "canal").set_index("answer").estimate
    assert shares["phone"] == pytest.approx(0.75)
    assert set(dataset.read("survey").age_group) == {"18-29", "30-49", "50-64"}


def test_a_column_that_does_not_fit_its_heading_stays_a_question(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text("id,poids,q\n1,lourd,a\n1,lourd,b\n2,léger,a\n", encoding="utf-8")
    report = import_survey(file, out=tmp_path / "d")
    assert report.n_questions == 3
    assert "No column was named as weight: every respondent weighs 1." in report.notes
