"""Report → a workbook: one table per sheet, raw numbers with formats, every text a cell of text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from carekit.errors import MissingExtraError
from carekit.report import words
from carekit.report.format import TAGS, cell, clean, missing
from carekit.report.model import (
    Bullets,
    Callout,
    Column,
    Finding,
    Kind,
    Message,
    Paragraph,
    Report,
    Table,
    Terms,
    Tiles,
    messages_of,
)

MOST_REQUESTS = 100_000  # rows of a sheet; more are in a CSV
HEADING, WIDE = 16, 100  # letters of a line of a heading, of a column of sentences
LINE = 15  # points
LONGEST = 32_767  # signs of a cell
SAFE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# How Excel writes each kind: in the language of its reader.
FORMATS = {
    "share": "0.0%",
    "points": '+0.000;"\u2212"0.000;0.000',
    "minutes": "#,##0.0",
    "count": "#,##0",
    "score": "0.0",
    "rank": "0",
    "number": "#,##0.00",
    "hour": "0",
}


def write(report: Report, path: Path) -> None:
    """Write the report as a workbook: the same bytes for the same report."""
    path.write_bytes(workbook_of(report))


def workbook_of(report: Report) -> bytes:
    """The workbook as bytes."""
    buffer = io.BytesIO()
    made = open_workbook(buffer)
    meta, lang = report.meta, report.meta.lang
    made.set_properties(
        {
            "title": _text(words.say(meta.title, lang)),
            "author": _text(meta.author),
            "language": TAGS[lang],
            "created": created(meta.observed_until),
        }
    )
    book = _Book(made, lang)
    _read_me(book, report)
    _summary(book, report)
    for table, title in _tables(report):
        book.table(title, table.id, words.say(table.caption, lang), table.frame, table.columns)
    if report.requests is not None and len(report.requests) <= MOST_REQUESTS:
        _requests(book, report.requests)
    _dictionary(book, report)
    _glossary(book, report)
    made.close()
    return buffer.getvalue()


def open_workbook(file: Any) -> Any:
    """A workbook in which no text becomes a formula, a link or a number."""
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise MissingExtraError("xlsxwriter", "report", "A workbook") from error
    return Workbook(file, SAFE)


class _Book:
    """Sheets with their names and styles."""

    def __init__(self, made: Any, lang: str) -> None:
        self.made, self.lang = made, lang
        self.names: set[str] = set()
        self.title = made.add_format({"bold": True, "font_size": 14})
        self.bold = made.add_format({"bold": True})
        look = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
        self.head = {
            "right": made.add_format({**look, "align": "right"}),
            "left": made.add_format({**look, "align": "left", "indent": 1}),
            "first": made.add_format({**look, "align": "left"}),
        }
        self.wrap = made.add_format({"text_wrap": True, "valign": "top"})
        self.formats = {k: made.add_format({"num_format": v}) for k, v in FORMATS.items()}
        self.apart = made.add_format({"indent": 1})  # from the number at its left
        self.date = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})

    def sheet(self, name: str) -> Any:
        """A new sheet: Excel takes 31 signs, some not, and no name twice."""
        base = re.sub(r"[\[\]:*?/\\']", " ", clean(name)).strip()[:28] or "-"
        free, again = base, 1
        while free.lower() in self.names:
            again += 1
            free = f"{base} {again}"
        self.names.add(free.lower())
        sheet = self.made.add_worksheet(free)
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def table(self, name: str, id_: str, title: str, frame: pd.DataFrame,
              columns: Sequence[Column]) -> None:  # fmt: skip
        """Title in A1, the table from A3, the heading and the first column always in sight."""
        sheet = self.sheet(name)
        sheet.write_string(0, 0, _text(title), self.title)
        kept = [c for c in columns if c.name in frame.columns]
        headings = _once(words.heading(c.heading, self.lang) for c in kept)
        for j, (column, heading) in enumerate(zip(kept, headings, strict=True)):
            widest = min(len(heading), HEADING) + 4  # room for the button of the filter
            for i, raw in enumerate(frame[column.name], 3):
                widest = max(widest, self.put(sheet, i, j, raw, column.kind))
            sheet.set_column(j, j, min(widest + 1, 48))
        right = [c.kind in FORMATS for c in kept]
        self.named(sheet, id_, headings, len(frame), right)
        sheet.set_row(2, LINE * max(-(-len(heading) // HEADING) for heading in headings))
        sheet.freeze_panes(3, 1)

    def named(self, sheet: Any, id_: str, headings: Sequence[str], rows: int,
              right: Sequence[bool] = (), top: int = 2) -> None:  # fmt: skip
        """Make a named Excel table of what is written below row `top`."""
        looks = [self.head["right" if right and right[j] else "left" if j else "first"]
                 for j in range(len(headings))]  # fmt: skip
        name = "t_" + re.sub(r"\W", "_", id_, flags=re.ASCII)
        sheet.add_table(
            top,
            0,
            top + max(rows, 1),
            len(headings) - 1,
            {
                "name": name,
                "style": "Table Style Light 1",
                "columns": [
                    {"header": h, "header_format": f} for h, f in zip(headings, looks, strict=True)
                ],
            },
        )

    def put(self, sheet: Any, i: int, j: int, raw: Any, kind: str) -> int:
        """One cell, numbers as numbers; the width that it needs."""
        if isinstance(raw, bool) or type(raw).__name__ == "bool_":
            sheet.write_boolean(i, j, bool(raw))
            return 8
        if missing(raw):
            return 0
        if isinstance(raw, datetime):
            sheet.write_datetime(i, j, raw.replace(tzinfo=None), self.date)
            return 17
        if kind in FORMATS and not isinstance(raw, str):
            sheet.write_number(i, j, float(raw), self.formats[kind])
            return 10
        text = _text(cell(kind, raw, self.lang))
        sheet.write_string(i, j, text, self.apart if j else None)
        return len(text) + bool(j)

    def lines(self, sheet: Any, lines: Iterable[str], row: int) -> int:
        """Texts one below the other, wrapped; the next free row."""
        for text in lines:
            sheet.write_string(row, 0, _text(text), self.wrap)
            sheet.set_row(row, LINE * max(1, -(-len(text) // (WIDE - 5))))
            row += 1
        return row


def _read_me(book: _Book, report: Report) -> None:
    meta, lang = report.meta, report.meta.lang
    sheet = book.sheet(words.ui("readme", lang))
    sheet.set_column(0, 0, WIDE)
    sheet.write_string(0, 0, _text(words.say(meta.title, lang)), book.title)
    lines = [words.say(meta.subtitle, lang), words.ui("sheets_how", lang)]
    if meta.synthetic:
        lines.append(words.ui("synthetic", lang))
    if report.requests is None:
        lines.append(words.ui("sheets_no_ids", lang))
    elif len(report.requests) > MOST_REQUESTS:
        lines.append(words.ui("sheets_too_many", lang))
    row = book.lines(sheet, lines, 1)
    book.lines(sheet, (words.say(m, lang) for m in report.preflight), row)


def _summary(book: _Book, report: Report) -> None:
    """The headline numbers with their intervals, then the sentences of the first section."""
    lang = report.meta.lang
    sheet = book.sheet(words.ui("summary", lang))
    sheet.set_column(0, 0, WIDE)
    sheet.set_column(1, 3, 14)
    first = report.sections[0] if report.sections else None
    sheet.write_string(0, 0, _text(words.say(first.heading, lang) if first else ""), book.title)
    row = 2
    for block in first.blocks if first else ():
        if isinstance(block, Tiles):
            heads = [words.ui(k, lang) for k in ("headline", "estimate", "ci_low", "ci_high")]
            for j, head in enumerate(heads):
                sheet.write_string(row, j, _text(head), book.bold)
            for heading, value in block.items:
                row += 1
                sheet.write_string(row, 0, _text(words.say(heading, lang)))
                for j, raw in enumerate((value.value, value.low, value.high), 1):
                    book.put(sheet, row, j, raw, value.kind)
            row += 2
        elif isinstance(block, Finding | Bullets | Paragraph | Callout):
            row = book.lines(sheet, (words.say(m, lang) for m in messages_of(block)), row) + 1


def _tables(report: Report) -> Iterable[tuple[Table, str]]:
    """Every table once, each under the heading of its section."""
    lang, seen = report.meta.lang, set()
    for section, block in report.blocks():
        if isinstance(block, Table) and block.id not in seen:
            seen.add(block.id)
            yield block, words.say(section.heading, lang)
    for table in report.tables.values():
        if table.id not in seen:
            yield table, words.say(table.caption, lang)


def _requests(book: _Book, frame: pd.DataFrame) -> None:
    kinds: Mapping[str, Kind] = {
        "network": "network",
        "category": "category",
        "weekday": "weekday",
        "hour": "hour",
        "minutes": "minutes",
    }
    columns = []
    for name in map(str, frame.columns):
        usual: Kind = "number" if frame[name].dtype.kind in "if" else "text"
        columns.append(Column(name, kinds.get(name, usual), name))
    title = words.ui("requests", book.lang)
    book.table(title, "requests", title, frame, columns)


def _dictionary(book: _Book, report: Report) -> None:
    """Which table has which columns, and in which unit."""
    lang = book.lang
    sheet = book.sheet(words.ui("columns", lang))
    sheet.write_string(0, 0, _text(words.ui("columns", lang)), book.title)
    row = 3
    for table, title in _tables(report):
        for column in table.columns:
            texts = (
                title,
                f"t_{table.id}",
                words.heading(column.heading, lang),
                column.name,
                words.ui(f"unit_{column.kind}", lang),
            )
            for j, text in enumerate(texts):
                sheet.write_string(row, j, _text(text))
            row += 1
    heads = [words.ui(k, lang) for k in ("sheet", "table", "column", "column_csv", "unit")]
    book.named(sheet, "columns", _once(heads), row - 3)
    sheet.set_column(0, 4, 26)
    sheet.freeze_panes(3, 0)


def _glossary(book: _Book, report: Report) -> None:
    pairs: list[tuple[Message, Message]] = []
    for _, block in report.blocks():
        if isinstance(block, Terms):
            pairs += block.items
    sheet = book.sheet(words.ui("glossary", book.lang))
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, _text(words.ui("glossary", book.lang)), book.title)
    for i, (term, said) in enumerate(pairs, 2):
        sheet.write_string(i, 0, _text(words.say(term, book.lang)), book.bold)
        sheet.write_string(i, 1, _text(words.say(said, book.lang)), book.wrap)


def _text(text: Any) -> str:
    """Text of a cell: cleaned, and as long as Excel takes."""
    return clean(text)[:LONGEST]


def _once(headings: Iterable[str]) -> list[str]:
    """Headings of a named table: Excel takes none twice, whatever their case."""
    found: list[str] = []
    for heading in headings:
        free, again = _text(heading), 1
        while free.lower() in {f.lower() for f in found}:
            again += 1
            free = f"{_text(heading)} {again}"
        found.append(free)
    return found


def created(observed: str) -> datetime:
    """A date for the properties that does not change from run to run."""
    return (
        datetime.fromisoformat(observed).replace(tzinfo=None) if observed else datetime(2000, 1, 1)
    )
