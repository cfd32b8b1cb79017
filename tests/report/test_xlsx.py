import dataclasses
import io
import zipfile

import openpyxl
import pytest

from carekit.report import words, xlsx


@pytest.fixture
def book(written):
    return openpyxl.load_workbook(io.BytesIO(written("xlsx", "fr")))


def column(sheet, name):
    heads = [cell.value for cell in sheet[3]]
    return [row[heads.index(name)].value for row in sheet.iter_rows(min_row=4)]


def test_every_table_has_a_sheet_with_title_named_table_and_raw_numbers(handmade, book):
    report = handmade("fr")
    named = {t.name: sheet for sheet in book for t in sheet.tables.values()}
    for table in report.tables.values():
        sheet = named[f"t_{table.id}"]
        assert sheet["A1"].value == words.say(table.caption, "fr")
        assert sheet.freeze_panes == "B4"
        for j, kept in enumerate(table.columns, 1):
            shown = [row[0].value for row in sheet.iter_rows(min_row=4, min_col=j, max_col=j)]
            raw = list(table.frame[kept.name])
            if kept.kind == "text":
                assert shown == raw
            else:
                assert shown == [pytest.approx(v, nan_ok=True) if v == v else None for v in raw]


def test_both_ends_of_an_interval_are_columns_of_their_own(book):
    sheet = next(s for s in book if "t_rate" in s.tables)
    heads = [cell.value for cell in sheet[3]]
    asked = [words.heading(c, "fr") for c in ("estimate", "ci_low", "ci_high", "n")]
    assert set(asked) <= set(heads)
    assert sheet.cell(4, heads.index(asked[0]) + 1).number_format == "0.0%"


def test_requests_are_there_with_ids_and_not_without(handmade):
    def texts(report):
        made = zipfile.ZipFile(io.BytesIO(xlsx.workbook_of(report)))
        return made.read("xl/sharedStrings.xml").decode()

    assert "x:1000" in texts(handmade("fr"))
    assert "x:1000" not in texts(handmade("fr", ids=False))


def test_hours_and_minutes_of_requests_are_written_as_such(book):
    sheet = next(s for s in book if "t_requests" in s.tables)
    heads = [cell.value for cell in sheet[3]]
    forms = {n: sheet.cell(4, heads.index(words.heading(n, "fr")) + 1).number_format
             for n in ("hour", "minutes")}  # fmt: skip
    assert forms == {"hour": "0", "minutes": "#,##0.0"}


def test_a_table_that_no_section_shows_is_named_by_its_caption(handmade):
    report = handmade("fr")
    table = next(iter(report.tables.values()))
    bare = dataclasses.replace(report, sections=(), tables={"curves": table})
    made = openpyxl.load_workbook(io.BytesIO(xlsx.workbook_of(bare)))
    assert words.say(table.caption, "fr")[:28] in made.sheetnames


def test_too_many_requests_are_not_a_sheet(handmade, monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_REQUESTS", 10)
    made = openpyxl.load_workbook(io.BytesIO(xlsx.workbook_of(handmade("en"))))
    assert not any("t_requests" in s.tables for s in made)
    said = [row[0].value for row in made.worksheets[0].iter_rows()]
    assert words.ui("sheets_too_many", "en") in said


def test_the_summary_holds_the_headline_numbers(book):
    cells = [[c.value for c in row] for row in book.worksheets[1].iter_rows()]
    assert ["Note sur 20", 14.38, 14.12, 14.64] in cells


def test_the_same_bytes_twice(handmade, written):
    assert xlsx.workbook_of(handmade("fr")) == written("xlsx", "fr")


def test_names_of_sheets_that_excel_takes():
    made = xlsx.open_workbook(io.BytesIO())
    book = xlsx._Book(made, "fr")
    names = [book.sheet(n).name for n in ("A/B:C*?[x]", "a/b:c*?[x]", "Y" * 60, "Y" * 60, "'")]
    assert len({n.lower() for n in names}) == 5
    assert all(len(n) <= 31 and not set(n) & set("[]:*?/\\'") for n in names)
    made.close()


def test_the_first_sheets_and_the_last(written):
    for lang in ("fr", "en"):
        made = openpyxl.load_workbook(io.BytesIO(written("xlsx", lang)))
        asked = [words.ui(k, lang) for k in ("readme", "summary", "columns", "glossary")]
        assert [made.sheetnames[i] for i in (0, 1, -2, -1)] == asked
        assert not any("_" in name for name in made.sheetnames)
