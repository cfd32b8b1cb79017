"""What several writers show: tables as text, tiles, names of fixed parts."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from carekit.report import words
from carekit.report.charts import labels
from carekit.report.format import (
    MISSING,
    cell,
    clean,
    days,
    decimals,
    interval,
    label,
    missing,
    write,
)
from carekit.report.model import Chart, Message, Report, Table, Tiles, Value

MOST_NAMED = 30  # peers on the cover


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
    # A column without any value says nothing here; the workbook and the CSV have it.
    kept = [c for k, c in enumerate(kept) if not k or not all(map(missing, frame[c.name]))]
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
            said = labels([v for v in values if not missing(v)])
            columns.append([MISSING if missing(v) else said[v] for v in values])
        else:
            columns.append([cell(column.kind, v, lang) for v in values])
    return Rows(
        [folded(words.heading(c.heading, lang), c.align == "left") for c in kept],
        [list(row) for row in zip(*columns, strict=True)],
        [c.align == "right" for c in kept],
        mine[0] if mine else -1,
    )


def folded(heading: str, left: bool) -> str:
    """A heading in lines: it must not be wider than the numbers below it."""
    lines = textwrap.wrap(heading, 26 if left else 13, break_long_words=False,
                          break_on_hyphens=False)  # fmt: skip
    return "\n".join(lines)


def tiles_of(tiles: Tiles, lang: str) -> list[tuple[str, str, str]]:
    """Of each headline number its name, the number and its interval ("" without one)."""
    found = []
    for heading, value in tiles.items:
        limits = interval(value.kind, value.low, value.high, lang, places=decimals(value))
        found.append((words.say(heading, lang), write(value, lang), _plain(limits)))
    return found


def spoken(chart: Chart, lang: str) -> str:
    """The alternative text of a chart: never that of its caption, which is read as well."""
    alt, caption = (words.say(m, lang) for m in (chart.alt, chart.caption))
    return alt if alt and alt != caption else f"{words.say(chart.headline, lang)} {alt}"


def cover_lines(report: Report) -> list[Message]:
    """What the cover says below its title."""
    meta = report.meta
    seen = meta.observed_until[:10]
    lines = [Message("cover.observed", {"date": Value("date", seen)})] if seen else []
    if meta.peers:
        more = ["…"] if len(meta.peers) > MOST_NAMED else []
        names = ", ".join([*map(label, meta.peers[:MOST_NAMED]), *more])
        key = "cover.peers" if len(meta.peers) > 1 else "cover.peer"
        lines.append(Message(key, {"names": Value("text", names)}))
        lines.append(Message("cover.anonymous" if meta.anonymised else "cover.names"))
    return lines


def cover(report: Report) -> list[str]:
    """What the cover says below the title: the period, by whom, and the lines of the page."""
    meta, lang = report.meta, report.meta.lang
    period = days(meta.first, meta.last, lang) if meta.first else ""
    author = clean(meta.author)
    lines = [period[:1].upper() + period[1:], author]
    return [line for line in [*lines, *(words.say(m, lang) for m in cover_lines(report))] if line]


def _plain(text: str) -> str:
    return "" if text == MISSING else text
