"""Coding sheets: what a person fills in comes back, faults are explained, no formula runs."""

from __future__ import annotations

import csv

import pandas as pd
import pytest

from carekit.coding.coding_sheet import (
    load_codebook,
    read_coding_sheet,
    safe_cell,
    write_coding_sheet,
)
from carekit.coding.sampling import sample_for_coding
from carekit.errors import InputError

openpyxl = pytest.importorskip("openpyxl")

POSTS = pd.DataFrame(
    {
        "post_id": [f"x:{10**17 + i}" for i in range(4)],
        "text": ['=HYPERLINK("http://e.example","x")', "@acme où est mon colis ?", "merci", "-1+1"],
    }
)


@pytest.fixture
def sample():
    return sample_for_coding(POSTS, n=4)


def _fill_csv(path, rows, *, separator=",", encoding="utf-8-sig"):
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    for line, codes in zip(table[1:], rows, strict=True):
        line[2 : 2 + len(codes)] = codes
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows(table)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_sheet_comes_back_whatever_the_spreadsheet_program_made_of_it(
    tmp_path, sample, separator, encoding
):
    path = write_coding_sheet(sample, tmp_path / "a.csv", lang="fr")
    rows = [["négatif", "oui"], ["NEG", "non"], ["Positif", "1"], ["", ""]]
    _fill_csv(path, rows, separator=separator, encoding=encoding)
    found = read_coding_sheet(path)
    assert found.codes["tone"].to_list()[:3] == ["negative", "negative", "positive"]
    assert found.codes["is_question"].to_list()[:3] == ["yes", "no", "yes"]
    assert found.codes["post_id"].to_list() == sample["post_id"].to_list()
    assert str(found) == "3 of 4 posts coded, 1 without a code."


def test_an_xlsx_sheet_comes_back_and_offers_the_codes(tmp_path, sample):
    path = write_coding_sheet(sample, tmp_path / "a.xlsx", lang="en", coder="A")
    book = openpyxl.load_workbook(path)
    sheet = book["coding"]
    assert [c.value for c in sheet[1]][2:6] == ["tone", "is_question", "is_complaint", "is_abuse"]
    assert len(sheet.data_validations.dataValidation) == 4
    assert book["codebook"]["A2"].value == "tone"
    for row, code in zip(range(2, 6), ["negative", "neutral", "positive", "n"], strict=True):
        sheet.cell(row, 3).value = code
        sheet.cell(row, 4).value = True
    book.save(path)
    found = read_coding_sheet(path).codes
    assert found["tone"].to_list() == ["negative", "neutral", "positive", "negative"]
    assert found["is_question"].to_list() == ["yes"] * 4


def test_no_cell_is_a_formula(tmp_path, sample):
    for name in ("a.csv", "a.xlsx"):
        path = write_coding_sheet(sample, tmp_path / name)
        if name.endswith("csv"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                cells = [c for row in csv.reader(file) for c in row]
        else:
            sheet = openpyxl.load_workbook(path)["coding"]
            assert all(c.data_type != "f" for row in sheet for c in row)
            cells = [str(c.value or "") for row in sheet for c in row]
        assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "  =1", "\x00=1", "%x", "|x"])
def test_dangerous_beginnings_are_quoted(text):
    assert safe_cell(text).startswith("'")


def test_sheet_shows_no_machine_label(tmp_path):
    posts = POSTS.assign(tone_machine="positive")
    drawn = sample_for_coding(posts, n=4, keep=["tone_machine"])
    path = write_coding_sheet(drawn, tmp_path / "a.csv")
    assert "positive" not in path.read_text(encoding="utf-8-sig")


def test_codebooks_say_the_same_in_both_languages():
    french, english = load_codebook(lang="fr"), load_codebook(lang="en")
    pd.testing.assert_frame_equal(french[["column", "code"]], english[["column", "code"]])
    assert french["definition"].notna().all()
    assert (french["definition"] != english["definition"]).all()


def test_unknown_codes_are_listed_with_their_rows(tmp_path, sample):
    path = write_coding_sheet(sample, tmp_path / "a.csv")
    _fill_csv(path, [["bad", "oui"], ["neg", "peut-être"], ["pos", ""], ["awful", ""]])
    with pytest.raises(InputError) as error:
        read_coding_sheet(path)
    assert str(error.value) == (
        f"`path` {str(path)!r} holds codes that are not in the codebook: tone (2 cells; row 2: "
        "'bad', row 5: 'awful'; expected negative, neutral, positive); is_question (1 "
        "cells; row 3: "
        "'peut-être'; expected yes, no). Mend these cells and save the sheet."
    )


def test_repeated_and_empty_ids_are_found(tmp_path, sample):
    path = write_coding_sheet(sample, tmp_path / "a.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    table[2][0], table[3][0], table[3][2] = table[1][0], "", "neg"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    with pytest.raises(InputError) as error:
        read_coding_sheet(path)
    assert str(error.value) == (
        f"`post_id` is empty in 1 rows and repeats in 1 (row 4, '{table[1][0]}' again); expected "
        "each post once. Restore the column from the sheet that was handed out."
    )


def test_files_that_are_no_sheet_are_errors(tmp_path, sample):
    with pytest.raises(InputError, match="is no file; expected a coded sheet"):
        read_coding_sheet(tmp_path / "none.csv")
    (tmp_path / "a.xlsx").write_bytes(b"not a zip")
    with pytest.raises(InputError, match="could not be opened as a spreadsheet"):
        read_coding_sheet(tmp_path / "a.xlsx")
    (tmp_path / "b.csv").write_bytes(b"\x00\x01\x02")
    with pytest.raises(InputError, match="is empty or no text file"):
        read_coding_sheet(tmp_path / "b.csv")
    (tmp_path / "c.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="has no column 'post_id'; found: a, b"):
        read_coding_sheet(tmp_path / "c.csv")
    with pytest.raises(InputError) as error:
        write_coding_sheet(sample, tmp_path / "a.ods")
    assert str(error.value) == (
        f"`path` is {str(tmp_path / 'a.ods')!r}; expected a name ending in .xlsx or .csv. "
        f"Rename it."
    )
    with pytest.raises(InputError) as error:
        write_coding_sheet(sample, tmp_path / "a.csv", columns=["mood"])
    assert str(error.value) == (
        "`columns` is ['mood']; expected some of tone, is_question, is_complaint, is_abuse. "
        "Name what is to be coded."
    )
