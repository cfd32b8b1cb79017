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


@pytest.mark.parametrize("heading", ["Poids", "Peso", "wt"])
def test_kilograms_are_no_weights_of_a_survey(tmp_path: Path, heading: str) -> None:
    rows = [f"{i};{48 + i};{'ab'[i % 2]}" for i in range(40)]
    file = tmp_path / "s.csv"
    file.write_text("\n".join([f"id;{heading};q", *rows]), encoding="utf-8")
    report = import_survey(file, out=tmp_path / "d")
    assert (
        f"{heading!r} is not read as weight: its numbers, 48 to 87, may be kilograms. If they are "
        f"weights of the survey: --map weight={heading}"
    ) in report.notes
    assert set(open_dataset(tmp_path / "d").read("survey").weight) == {1}
    import_survey(file, out=tmp_path / "e", mapping={"weight": heading})
    assert open_dataset(tmp_path / "e").read("survey").weight.max() == 87


def test_segments_of_a_market_are_no_clusters_of_the_sample(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    rows = [f"{i};{i % 4};{'ab'[i % 2]}" for i in range(40)]
    file.write_text("\n".join(["id;cluster;q", *rows]), encoding="utf-8")
    report = import_survey(file, out=tmp_path / "d")
    assert report.n_questions == 2
    assert open_dataset(tmp_path / "d").read("survey").psu.isna().all()


def test_a_column_that_is_said_to_be_something_else_is_not_taken(tmp_path: Path) -> None:
    file, book = tmp_path / "s.csv", tmp_path / "book.json"
    rows = [f"{i};{1 + i % 2};{i % 4}" for i in range(40)]
    file.write_text("\n".join(["id;Poids;grappe", *rows]), encoding="utf-8")
    book.write_text('{"questions": {"Poids": {"wording": "Votre poids"}}}', encoding="utf-8")
    report = import_survey(file, out=tmp_path / "d", codebook=book, mapping={"stratum": "Grappe"})
    assert report.n_questions == 1
    assert not [n for n in report.notes if n.startswith(("weight is", "psu is"))]
    survey = open_dataset(tmp_path / "d").read("survey")
    assert (set(survey.weight), survey.psu.isna().all()) == ({1}, True)
    assert set(survey.stratum) == {"0", "1", "2", "3"}
