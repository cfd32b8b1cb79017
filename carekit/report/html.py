"""The report as one HTML page that loads nothing: charts inside, sorting by keyboard, CSP."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from carekit.report import words
from carekit.report.charts import svg
from carekit.report.format import TAGS, cell, clean, label, missing, raised
from carekit.report.model import (
    Block,
    Callout,
    Chart,
    Quotes,
    Report,
    Table,
    Terms,
    Tiles,
    messages_of,
)
from carekit.report.shown import cover_lines, tiles_of

TEMPLATES = Path(__file__).with_name("templates")


def write(report: Report, path: Path) -> None:
    """Write the page."""
    path.write_text(page(report), encoding="utf-8", newline="\n")


def page(report: Report) -> str:
    """The page as text: the same for the same report."""
    import jinja2
    from markupsafe import Markup

    meta, lang = report.meta, report.meta.lang
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        loader=jinja2.FileSystemLoader(TEMPLATES),
    )  # fmt: skip
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8").replace("ACCENT", meta.accent)
    numbers = {"chart": 0, "table": 0}
    sections = [
        {
            "id": f"s-{section.id}",
            "heading": words.say(section.heading, lang),
            "blocks": [_block(block, report, numbers) for block in section.blocks],
        }
        for section in report.sections
    ]
    return environment.get_template("report.html.j2").render(
        tag=TAGS[lang], title=words.say(meta.title, lang), subtitle=words.say(meta.subtitle, lang),
        author=clean(meta.author), logo=meta.logo, synthetic=meta.synthetic,
        cover=[words.say(m, lang) for m in cover_lines(report)], sections=sections,
        css=Markup(css), js=Markup(script), hash=f"sha256-{digest}",
        version=meta.versions.get("carekit", ""),
        ui=lambda key, **values: words.ui(key, lang, **values),
        raised=lambda text: _raised(text, lang),
    )  # fmt: skip


def _raised(text: str, lang: str) -> Any:
    """A text with the "e" of 2e raised."""
    from markupsafe import Markup, escape

    pieces = [escape(p) if not up else Markup("<sup>{}</sup>").format(p)
              for p, up in raised(text, lang)]  # fmt: skip
    return Markup("").join(pieces)


def _block(block: Block, report: Report, numbers: dict[str, int]) -> dict[str, Any]:
    lang = report.meta.lang
    made: dict[str, Any] = {"kind": type(block).__name__}
    if isinstance(block, Tiles):
        made["entries"] = tiles_of(block, lang)
    elif isinstance(block, Terms):
        made["entries"] = [tuple(words.say(m, lang) for m in pair) for pair in block.items]
    elif isinstance(block, Quotes):
        made["heading"] = words.say(block.heading, lang)
        made["texts"] = [clean(text) for text in block.texts]
    elif isinstance(block, Chart):
        numbers["chart"] += 1
        made |= {name: words.say(getattr(block, name), lang)
                 for name in ("headline", "subtitle", "caption", "alt")}  # fmt: skip
        drawn = {name: _inline(block, report, made["alt"], name == "narrow")
                 for name in ("wide", "narrow")}  # fmt: skip
        made |= {"number": numbers["chart"], **drawn}
    elif isinstance(block, Table):
        numbers["table"] += 1
        made |= {"number": numbers["table"], **_table(block, lang)}
    else:
        made["lines"] = [words.say(m, lang) for m in messages_of(block)]
        made["tone"] = block.tone if isinstance(block, Callout) else ""
    return made


def _inline(chart: Chart, report: Report, alt: str, narrow: bool) -> Any:
    """The drawing with its text alternative; its own ids, no size of its own."""
    from markupsafe import Markup, escape

    meta = report.meta
    text = svg(chart, meta.lang, meta.accent, synthetic=meta.synthetic, narrow=narrow)
    box = re.search(r'viewBox="([^"]+)"', text)
    shown = f'<svg class="{"narrow" if narrow else "wide"}" viewBox="{box[1] if box else ""}" '
    shown += f'role="img" aria-label="{escape(alt)}" '
    shown += 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    return Markup(re.sub(r"<svg[^>]*>", lambda _: shown, text, count=1).strip())


def _table(table: Table, lang: str) -> dict[str, Any]:
    columns = [
        {"heading": words.heading(c.heading, lang), "left": c.align == "left"}
        for c in table.columns
    ]
    rows = []
    for record in table.frame.to_dict("records"):
        cells = [_cell(c.kind, record.get(c.name), c.align == "left", lang) for c in table.columns]
        me = bool(table.highlight) and str(record[table.columns[0].name]) == table.highlight
        rows.append({"me": me, "cells": cells})
    return {"columns": columns, "rows": rows, "caption": words.say(table.caption, lang)}


def _cell(kind: Any, raw: Any, left: bool, lang: str) -> dict[str, Any]:
    if isinstance(raw, str) and len(raw) > 200:  # a name that no page holds
        raw = label(raw, 60)
    plain = "" if missing(raw) else clean(raw) if isinstance(raw, str) else f"{float(raw):.12g}"
    return {
        "text": cell(kind, raw, lang), "raw": plain, "left": left, "name": kind == "text",
    }  # fmt: skip
