"""What PDF and PowerPoint both show: tables as text, tiles, names of fixed parts."""

from __future__ import annotations

from dataclasses import dataclass

from carekit.report import words
from carekit.report.charts import labels
from carekit.report.format import MISSING, cell, day, days, interval, moment, write
from carekit.report.model import Chart, Meta, Report, Table, Tiles, Value


@dataclass(frozen=True)
class Rows:
    """A table as text: headings, cells, and the row of the client (-1: none)."""

    headings: list[str]
    cells: list[list[str]]
    right: list[bool]
    highlight: int = -1


def rows_of(table: Table, lang: str, most: int = 0) -> Rows:
    """The cells of a table as a reader sees them; `most` rows, the client's always among them."""
    kept = [c for c in table.columns if c.name in table.frame.columns]
    frame = table.frame.reset_index(drop=True)
    first = kept[0].name
    mine = [i for i, value in enumerate(frame[first]) if table.highlight == str(value)]
    if most and len(frame) > most:
        picked = sorted({*range(most - bool(mine)), *mine[:1]})[:most]
        frame = frame.iloc[picked].reset_index(drop=True)
        mine = [i for i, value in enumerate(frame[first]) if table.highlight == str(value)]
    columns = []
    for column in kept:
        values = list(frame[column.name])
        if column.kind == "text":
            said = labels([v for v in values if _is(v)])
            columns.append([said[v] if _is(v) else MISSING for v in values])
        else:
            columns.append([cell(column.kind, v, lang) for v in values])
    return Rows(
        [words.heading(c.heading, lang) for c in kept],
        [list(row) for row in zip(*columns, strict=True)],
        [c.align == "right" for c in kept],
        mine[0] if mine else -1,
    )


def tiles_of(tiles: Tiles, lang: str) -> list[tuple[str, str, str]]:
    """Of each headline number its name, the number and its interval ("" without one)."""
    found = []
    for heading, value in tiles.items:
        limits = interval(value.kind, value.low, value.high, lang)
        found.append((words.say(heading, lang), write(value, lang), _plain(limits)))
    return found


def spoken(chart: Chart, lang: str) -> str:
    """The alternative text of a chart: never that of its caption, which is read as well."""
    alt, caption = (words.say(m, lang) for m in (chart.alt, chart.caption))
    return alt if alt and alt != caption else f"{words.say(chart.headline, lang)} {alt}"


def cover(meta: Meta) -> list[tuple[str, str]]:
    """What the cover says below the title: name and text."""
    lang = meta.lang
    zone = meta.zone if meta.zone_known else "UTC"
    lines = [
        (words.ui("period", lang), days(meta.first, meta.last, lang) if meta.first else ""),
        (words.ui("observed", lang), _moment(meta.observed_until, lang)),
        (words.ui("zone", lang), zone),
        (words.ui("author", lang), write(Value("text", meta.author), lang) if meta.author else ""),
    ]
    return [(name, text) for name, text in lines if text]


def sources(report: Report, table: Table) -> str:
    """The caption of a table."""
    return words.say(table.caption, report.meta.lang)


def _moment(text: str, lang: str) -> str:
    if not text:
        return ""
    return day(text, lang) if len(text) == 10 else moment(text, lang)


def _is(value: object) -> bool:
    return value is not None and value == value and value != ""


def _plain(text: str) -> str:
    return "" if text == MISSING else text
