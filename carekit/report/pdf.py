"""Report → PDF/UA-1 by typst: tagged, with a language, an alternative text for every drawing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from carekit.errors import MissingExtraError
from carekit.report import charts, words
from carekit.report.format import TAGS, clean, days, label, raised
from carekit.report.model import (
    Block,
    Bullets,
    Callout,
    Chart,
    Finding,
    Message,
    Paragraph,
    Quotes,
    Report,
    Section,
    Table,
    Terms,
    Tiles,
    messages_of,
)
from carekit.report.shown import Rows, cover, rows_of, spoken, tiles_of

TEMPLATE = Path(__file__).with_name("templates") / "report.typ"
LONG = 32  # letters of a cell that may wrap
BRIEF = 8  # letters that never wrap
FEW = 6  # columns that stand apart easily
Pieces = list[tuple[str, bool]]


def write(report: Report, path: Path) -> None:
    """Write the report as PDF: the same bytes for the same report."""
    path.write_bytes(compiled(report))


def compiled(report: Report, **options: Any) -> Any:
    """The bytes of the PDF; `options` of typst, such as format="png" (then a list of pages)."""
    return compiling(report, **options)()


def compiling(report: Report, **options: Any) -> Callable[[], Any]:
    """What is left to typst, which may work beside Python: everything is drawn and said."""
    try:
        import typst
    except ImportError as error:
        raise MissingExtraError("typst", "report", "A PDF") from error
    asked = {"pdf_standards": ["ua-1"]} if options.get("format", "pdf") == "pdf" else {}
    return partial(
        typst.compile,
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=font_folders(),
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(tree(report), ensure_ascii=True)},
        **{**asked, **options},
    )


def font_folders() -> list[str]:
    """Inter, then the fonts that come with matplotlib: DejaVu, and boxes for all other signs."""
    from matplotlib import get_data_path

    return [str(charts.FONTS), str(Path(get_data_path()) / "fonts" / "ttf")]


def tree(report: Report) -> dict[str, Any]:
    """All texts and drawings, in the order of the pages."""
    meta = report.meta
    lang, region = TAGS[meta.lang].split("-")
    title = words.say(meta.title, lang)
    return {
        "title": title,
        "running": label(title, 80),
        "subtitle": _say(meta.subtitle, lang),
        "authors": [clean(meta.author)] if meta.author else [],
        "period": days(meta.first, meta.last, meta.lang) if meta.first else "",
        "lang": lang,
        "region": region,
        "accent": meta.accent,
        "logo": logo(meta.logo, words.ui("logo", lang)),
        "synthetic": raised(words.ui("synthetic", lang), lang) if meta.synthetic else None,
        "cover": [raised(text, lang) for text in cover(report)],
        "contents": words.ui("contents", lang),
        "sections": [
            {
                "heading": words.say(section.heading, lang),
                "apart": _apart(report, k),
                "blocks": [made for block in section.blocks if (made := _block(block, report))],
            }
            for k, section in enumerate(report.sections)
        ],
    }


def _apart(report: Report, k: int) -> bool:
    """Whether a section starts a page: one with a chart does, unless a short one is before it."""

    def drawn(section: Section) -> bool:
        return any(isinstance(b, Chart) for b in section.blocks)

    def short(section: Section) -> bool:
        said = [m for b in section.blocks for m in messages_of(b)]
        return not drawn(section) and sum(len(words.say(m, report.meta.lang)) for m in said) < 400

    if k < 2:
        return True
    follows_a_drawing = drawn(report.sections[k - 1])
    return (drawn(report.sections[k]) or follows_a_drawing) and not short(report.sections[k - 1])


def logo(address: str, alt: str) -> dict[str, Any] | None:
    """The picture of a data: address, as typst takes it."""
    if not address:
        return None
    head, _, data = address.partition(",")
    content = base64.b64decode(data)
    if "svg" in head:
        return {"svg": True, "text": content.decode("utf-8", errors="replace"), "alt": alt}
    return {"svg": False, "data": list(content), "alt": alt}


def _say(message: Message, lang: str) -> Pieces:
    return raised(words.say(message, lang), lang)


def _block(block: Block, report: Report) -> dict[str, Any]:
    lang = report.meta.lang
    match block:
        case Finding():
            return {"kind": "par", "text": _say(block, lang)}
        case Paragraph():
            return {"kind": "par", "text": raised(_joined(block.messages, lang), lang)}
        case Bullets():
            return {"kind": "list", "items": [_say(m, lang) for m in block.items]}
        case Tiles():
            items = [(name, raised(value, lang), limits)
                     for name, value, limits in tiles_of(block, lang)]  # fmt: skip
            return {"kind": "tiles", "items": items}
        case Chart():
            return {
                "kind": "chart",
                "headline": _say(block.headline, lang),
                "subtitle": _say(block.subtitle, lang),
                "caption": _say(block.caption, lang),
                "alt": spoken(block, lang),
                "svg": charts.svg(block, lang, report.meta.accent, synthetic=report.meta.synthetic),
            }
        case Table():
            return _table(block, lang)
        case Callout():
            texts = [_say(m, lang) for m in block.messages]
            return {"kind": "callout", "warning": block.tone == "warning", "texts": texts}
        case Terms():
            terms = [(_say(term, lang), _say(said, lang)) for term, said in block.items]
            return {"kind": "terms", "items": terms}
        case Quotes():
            quoted = [clean(text) for text in block.texts]
            return {"kind": "quotes", "heading": _say(block.heading, lang), "texts": quoted}


def _joined(messages: tuple[Message, ...], lang: str) -> str:
    return " ".join(words.say(m, lang) for m in messages)


def _wide(rows: Rows) -> list[float]:
    """How the columns share the room that numbers leave: texts by their lengths; 0: as needed."""
    longest = [max((len(row[j]) for row in rows.cells), default=0) for j in range(len(rows.right))]
    crowded = len(longest) > FEW
    shares = [float(min(n, LONG) + 2) if not right and ((crowded and n > BRIEF) or n > LONG) else 0.0
              for right, n in zip(rows.right, longest, strict=True)]  # fmt: skip
    return shares if any(shares) else [float(j == 0) for j in range(len(shares))]


def _table(table: Table, lang: str) -> dict[str, Any]:
    rows = rows_of(table, lang)
    return {
        "kind": "table",
        "headings": rows.headings,
        "cells": [[raised(text, lang) for text in row] for row in rows.cells],
        "right": rows.right,
        "wide": _wide(rows),
        "highlight": rows.highlight,
        "caption": _say(table.caption, lang),
    }
