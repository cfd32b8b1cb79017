"""A report read part by part, as in a notebook: its drawings, its tables and its sentences."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from carekit.errors import InputError
from carekit.report.gaps import FUNNEL_FROM
from carekit.report.model import (
    Chart,
    Message,
    Quotes,
    Report,
    Table,
    Terms,
    Tiles,
    Value,
    messages_of,
)
from carekit.report.words import say, ui
from carekit.show.pictures import Picture
from carekit.show.refused import Refused
from carekit.show.style import MUTED
from carekit.show.tables import ReadableTable

if TYPE_CHECKING:
    from collections.abc import Collection

WIDTH = 5.8  # inches, as the other figures of a notebook
MOST_PERIODS = 6  # named on the axis of a trend of that width
# Drawing, or table that stands in no other section → the section where a report has it.
CHARTS = {
    "rate": "rate", "diff": "gaps", "rank": "gaps", "funnel": "gaps", "networks": "networks",
    "stars": "stars", "curves": "waits", "bins": "waits", "heat": "hours", "repeats": "contacts",
    "handoffs": "contacts", "categories": "reasons", "scores": "score", "trend": "trend",
    "definitions": "published", "csat": "csat",
}  # fmt: skip
TABLES = {
    "rates": "rate", "differences": "gaps", "ranks": "gaps", "shrunk": "gaps",
    "category_rates": "reasons", "criteria": "score", "published": "published", "waits": "waits",
    "actions": "main",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """Sentences of a section: a list in a notebook, lines elsewhere."""

    heading: str
    lines: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join([self.heading, *(f"- {line}" for line in self.lines)])

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(line)}</li>" for line in self.lines)
        return (
            f'<p><strong>{escape(self.heading)}</strong></p><ul class="tex2jax_ignore">{items}</ul>'
        )


def sentences(report: Report, name: str) -> Said | Refused:
    """What a section says, but for headlines of drawings and captions: these stand with them."""
    if name not in [s.id for s in report.sections]:
        _must_know(name, "section", CHARTS.values())
        return Refused(_why(report, name))
    section, lang = report.section(name), report.meta.lang
    told, heads = [], []
    for block in section.blocks:
        heads += [say(block.headline, lang)] if isinstance(block, Chart) else []
        if isinstance(block, Terms):
            told += [": ".join(say(m, lang) for m in pair) for pair in block.items]
        elif not isinstance(block, (Chart, Table, Tiles, Quotes)):
            told += [say(m, lang) for m in messages_of(block)]
    return Said(say(section.heading, lang), tuple(told or heads))


def picture(report: Report, name: str, file: str) -> Picture | Refused:
    """A drawing of the report under its headline, subtitle and source; or why there is none."""
    from carekit.report import charts

    found = {chart.id: chart for chart in report.charts()}
    if name not in found:
        _must_know(name, "chart", CHARTS)
        return Refused(_why(report, CHARTS[name], name))
    chart, meta = found[name], report.meta
    made = charts.figure(chart, meta.lang, meta.accent, synthetic=meta.synthetic)
    made.set_size_inches(WIDTH, made.get_size_inches()[1] + 0.3)
    ticks = made.axes[0].get_xticklabels()
    if chart.kind == "trend" and len(ticks) > MOST_PERIODS:
        made.axes[0].set_xticks(made.axes[0].get_xticks()[::2], [t.get_text() for t in ticks[::2]])
    around = [say(m, meta.lang) for m in (chart.headline, chart.subtitle, chart.caption)]
    around += [ui("synthetic", meta.lang)] if meta.synthetic else []
    around = [text if text[-1:] in ".!?" else f"{text}." for text in around]
    # What the drawing says of itself when it is copied without its caption.
    below = textwrap.fill(" ".join(around[2:]), int(WIDTH * 17.5))
    made.supxlabel(below, x=0.01, ha="left", fontsize=7, color=MUTED)
    # No table below has the values here: they stand in the words.
    alt = f"{around[0]} {getattr(made, 'carekit_alt', '')}".strip()
    return Picture(made.axes[0], alt, " ".join(around), file)


def table(report: Report, name: str) -> ReadableTable | Refused:
    """A table of the report as the report writes it; or why there is none."""
    from carekit.report.shown import rows_of
    from carekit.show.text import draw_table, readable

    if name not in report.tables:
        _must_know(name, "table", CHARTS | TABLES)
        return Refused(_why(report, (CHARTS | TABLES)[name], name))
    lang, given = report.meta.lang, report.tables[name]
    made = rows_of(given, lang)
    headings = [heading.replace("\n", " ") for heading in made.headings]
    rows = [tuple(row) for row in made.cells]
    text = draw_table(headings, [list(map(readable, row)) for row in rows], made.right)
    about = [say(chart.caption, lang) for chart in report.charts() if chart.id == name]
    about += [ui("synthetic", lang) + "."] if report.meta.synthetic else []
    return ReadableTable(say(given.caption, lang), tuple(headings), tuple(rows), tuple(made.right),
                         text, tuple(about))  # fmt: skip


def _must_know(name: str, option: str, known: Collection[str]) -> None:
    if name not in known:
        raise InputError(
            f"`{option}` is {name!r}; expected one of: {', '.join(dict.fromkeys(known))}. Name one."
        )


def _why(report: Report, section: str, name: str = "") -> str:
    """Why a part is not there: what its section says instead, else what closed the section."""
    lang, ids = report.meta.lang, [s.id for s in report.sections]
    if name in {"funnel", "shrunk"} and "ranks" in report.tables:
        values = {"k": len(report.tables["ranks"].frame), "min": FUNNEL_FROM}
        counts = {k: Value("count", n) for k, n in values.items()}
        return say(Message("funnel.few", counts), lang)
    if section in ids and name in {"rank", "ranks"}:
        blocks = [m for block in report.section(section).blocks for m in messages_of(block)]
        if few := [m for m in blocks if m.key.startswith("rank.")]:
            return say(few[0], lang)
    told = sentences(report, section) if section in ids else None
    if isinstance(told, Said) and told.lines:
        return told.lines[0]
    return " ".join(say(f, lang) for f in report.preflight) or ui("nothing", lang)
