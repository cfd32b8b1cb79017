"""Report → slides, one message each: native charts and tables, alternative texts, notes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from carekit.errors import MissingExtraError
from carekit.report import charts, words
from carekit.report.format import TAGS, clean, label, raised
from carekit.report.model import (
    Bullets,
    Callout,
    Chart,
    Evidence,
    Finding,
    Message,
    Paragraph,
    Report,
    Section,
    Table,
    Tiles,
    messages_of,
)
from carekit.report.pptx_charts import add_chart
from carekit.report.pptx_parts import (
    INK,
    MUTED,
    bullet,
    describe,
    evidence_of,
    line_below,
    logo_png,
    without_thumbnail,
)
from carekit.report.shown import cover, rows_of, spoken, tiles_of
from carekit.report.xlsx import created

WIDTH, HEIGHT, SIDE = 33.867, 19.05, 1.6  # centimetres
TEXT = WIDTH - 2 * SIDE
TOP, BOTTOM = 4.5, 17.2  # of what a slide shows
MOST_ROWS, MOST_COLUMNS = 9, 11
MOST_TITLE = 64  # signs of a title in its largest letters
LETTERS = 1400  # of a slide of text
WITHOUT_SLIDE = frozenset({"glossary", "tables"})
Text = str | list[tuple[str, bool]]


def write(report: Report, path: Path) -> None:
    """Write the report as slides: the same bytes for the same report."""
    path.write_bytes(presented(report))


def presented(report: Report) -> bytes:
    """The slides as bytes."""
    deck = _Deck(report)
    deck.title()
    for section in report.sections:
        if section.id not in WITHOUT_SLIDE:
            _slides(deck, section, first=section is report.sections[0])
    return deck.bytes()


def _title_size(title: str, largest: int) -> int:
    """Two lines at most, however long the sentence."""
    sizes = ((95, largest), (115, 20), (150, 17))
    return next((min(size, largest) for most, size in sizes if len(title) <= most), 15)


def _slides(deck: _Deck, section: Section, *, first: bool) -> None:
    blocks = section.blocks
    drawn = [b for b in blocks if isinstance(b, Chart)]
    tables = [b for b in blocks if isinstance(b, Table)]
    if first:
        deck.main(section)
    for chart in () if first else drawn:
        deck.chart(chart, _table_after(chart, section))
    if tables and not first and (not drawn or section.id == "published"):
        deck.table(section, tables[-1])
    elif not first and not drawn:
        deck.texts(section)


def _table_after(chart: Chart, section: Section) -> Table | None:
    """The table of a chart that PowerPoint does not draw itself: shown beside the picture."""
    rest = section.blocks[section.blocks.index(chart) + 1 :]
    return next((b for b in rest if isinstance(b, Table)), None) if chart.kind == "curves" else None


class _Deck:
    """Slides in the making."""

    def __init__(self, report: Report) -> None:
        try:
            from pptx import Presentation
            from pptx.util import Cm
        except ImportError as error:
            raise MissingExtraError("python-pptx", "report", "A set of slides") from error
        self.cm = Cm
        self.report, self.meta, self.lang = report, report.meta, report.meta.lang
        self.accent = report.meta.accent.lstrip("#").upper()
        self.made = Presentation()
        self.made.slide_width, self.made.slide_height = Cm(WIDTH), Cm(HEIGHT)
        self._layouts()
        core = self.made.core_properties
        core.title = clean(words.say(self.meta.title, self.lang))[:250]
        core.author = core.last_modified_by = clean(self.meta.author)
        core.language = TAGS[self.lang]
        core.created = core.modified = created(self.meta.observed_until)
        core.comments = core.keywords = core.subject = ""

    def bytes(self) -> bytes:
        """The file, its parts dated alike."""
        buffer, dated = io.BytesIO(), io.BytesIO()
        self.made.save(buffer)
        with (
            zipfile.ZipFile(buffer) as read,
            zipfile.ZipFile(dated, "w", zipfile.ZIP_DEFLATED) as written,
        ):
            for item in read.infolist():
                if item.filename != "docProps/thumbnail.jpeg":
                    info = zipfile.ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0))
                    info.compress_type = zipfile.ZIP_DEFLATED
                    written.writestr(info, without_thumbnail(item.filename, read.read(item)))
        return dated.getvalue()

    def title(self) -> None:
        """Title, whom it compares, when and by whom."""
        title = words.say(self.meta.title, self.lang)
        slide = self.slide(title, size=36 if len(title) <= MOST_TITLE else 28, top=5.2, height=4.2)
        if picture := logo_png(self.meta.logo):
            shown = slide.shapes.add_picture(io.BytesIO(picture), self.cm(SIDE), self.cm(1.4),
                                             height=self.cm(2.2))  # fmt: skip
            describe(shown, words.ui("logo", self.lang), words.ui("logo", self.lang))
        self.text(slide, [raised(words.say(self.meta.subtitle, self.lang), self.lang)],
                  9.6, 2.4, 20, MUTED)  # fmt: skip
        lines: list[Text] = [raised(line, self.lang) for line in cover(self.report)]
        if self.meta.synthetic:
            lines.insert(0, words.ui("synthetic", self.lang))
        self.text(slide, lines, 13.0, 4.0, 13, MUTED)

    def main(self, section: Section) -> None:
        """Headline numbers above the findings."""
        slide = self.slide(words.say(section.heading, self.lang))
        top = 3.4
        for block in section.blocks:
            if isinstance(block, Tiles):
                self.tiles(slide, block, top)
                top += 4.4
        said = [m for b in section.blocks if isinstance(b, Bullets | Finding | Paragraph | Callout)
                for m in messages_of(b)]  # fmt: skip
        lines: list[Text] = [raised(words.say(m, self.lang), self.lang) for m in said]
        size = 18 if sum(len(words.say(m, self.lang)) for m in said) < 560 else 15
        self.text(slide, lines, top + 0.4, BOTTOM - top, size, INK, bullets=True)
        self.notes(slide, [], evidence_of(said))

    def tiles(self, slide: Any, block: Tiles, top: float) -> None:
        shown = tiles_of(block, self.lang)
        wide = TEXT / max(len(shown), 1)
        for k, (name, value, limits) in enumerate(shown):
            box = self.box(slide, SIDE + k * wide, top, wide - 0.8, 3.9)
            for text, size, colour, bold in (
                (name, 14, MUTED, False),
                (value, 32, self.accent, True),
                (limits, 13, INK, False),
            ):
                self.line(box, raised(text, self.lang), size, colour, bold=bold)

    def chart(self, chart: Chart, table: Table | None) -> None:
        """A chart that can be edited, or a picture with its table."""
        slide = self.slide(words.say(chart.headline, self.lang))
        self.around(slide, chart)
        places = [self.cm(v) for v in (SIDE, TOP, TEXT, BOTTOM - TOP)]
        name, said = label(words.say(chart.headline, self.lang), 60), spoken(chart, self.lang)
        if chart.native:
            describe(add_chart(slide, chart, places, self.lang, self.meta.accent), said, name)
        else:
            wide = TEXT * (0.56 if table is not None else 1)
            size = (wide / 2.54 / 1.3, (BOTTOM - TOP) / 2.54 / 1.3)
            picture = charts.png(chart, self.lang, self.meta.accent, size=size,
                                 synthetic=self.meta.synthetic)  # fmt: skip
            shown = slide.shapes.add_picture(io.BytesIO(picture), places[0], places[1],
                                             width=self.cm(wide))  # fmt: skip
            describe(shown, said, name)
            if table is not None:
                self.rows(slide, table, SIDE + wide + 0.6, TEXT - wide - 0.6, most_columns=5)
        lines = [words.say(m, self.lang) for m in (chart.subtitle, chart.caption)]
        self.notes(slide, lines, evidence_of([chart.headline]))

    def table(self, section: Section, table: Table) -> None:
        """A table of its own, as much of it as a slide holds."""
        slide = self.slide(words.say(section.heading, self.lang))
        caption = words.say(table.caption, self.lang)
        self.text(slide, [raised(caption, self.lang)], 3.1, 1.2, 14, MUTED)
        self.rows(slide, table, SIDE, TEXT, most_columns=MOST_COLUMNS)
        self.notes(slide, [caption], [])

    def texts(self, section: Section) -> None:
        """The sentences of a section, on as many slides as they need."""
        said: list[Message] = [m for b in section.blocks
                               if isinstance(b, Bullets | Finding | Paragraph | Callout)
                               for m in messages_of(b)]  # fmt: skip
        long = [len(words.say(m, self.lang)) for m in said]
        # As many slides as it takes, and none that holds a last line alone.
        most = sum(long) / max(-(-sum(long) // LETTERS), 1) + max(long, default=0) / 2
        pages: list[list[Message]] = [[]]
        for message in said:
            used = sum(len(words.say(m, self.lang)) for m in pages[-1])
            if pages[-1] and used + len(words.say(message, self.lang)) > min(most, LETTERS):
                pages.append([])
            pages[-1].append(message)
        for k, page in enumerate(p for p in pages if p):
            more = f" ({k + 1}/{len(pages)})" if len(pages) > 1 else ""
            slide = self.slide(words.say(section.heading, self.lang) + more)
            lines: list[Text] = [raised(words.say(m, self.lang), self.lang) for m in page]
            size = 17 if sum(len(words.say(m, self.lang)) for m in page) < 700 else 14
            self.text(slide, lines, 3.4, BOTTOM - 3.4, size, INK, bullets=True)
            self.notes(slide, [], evidence_of(page))

    def slide(self, title: str, *, size: int = 24, top: float = 0.9, height: float = 2.0) -> Any:
        """A slide with its title and its number."""
        from pptx.enum.text import MSO_ANCHOR

        made = self.made.slides.add_slide(self.layout)
        shape = made.shapes.title
        shape.left, shape.top = self.cm(SIDE), self.cm(top)
        shape.width, shape.height = self.cm(TEXT), self.cm(height)
        frame = shape.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
        frame.margin_left = frame.margin_right = 0
        self.line(frame, raised(label(title, 260), self.lang), _title_size(title, size), INK,
                  bold=True)  # fmt: skip
        self.number(made)
        return made

    def around(self, slide: Any, chart: Chart) -> None:
        """Subtitle and source of a chart."""
        subtitle, caption = (words.say(m, self.lang) for m in (chart.subtitle, chart.caption))
        if self.meta.synthetic:
            caption = f"{caption} {words.ui('synthetic', self.lang)}."
        self.text(slide, [raised(subtitle, self.lang)], 3.1, 1.2, 14, MUTED)
        self.text(slide, [raised(caption, self.lang)], BOTTOM + 0.2, 1.1, 10, MUTED,
                  wide=TEXT - 2)  # fmt: skip

    def rows(self, slide: Any, table: Table, left: float, wide: float, *,
             most_columns: int) -> None:  # fmt: skip
        """A native table: the client's row in the accent colour, as many columns as fit."""
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Pt

        rows = rows_of(table, self.lang, MOST_ROWS)
        many = min(len(rows.headings), most_columns)
        size = 12 if many <= 5 else 11 if many <= 8 else 9
        size = min(size, 10) if wide < TEXT / 2 else size
        place = [self.cm(v) for v in (left, TOP, wide, 0.9 * (len(rows.cells) + 1))]
        shape = slide.shapes.add_table(len(rows.cells) + 1, many, *place)
        describe(shape, words.say(table.caption, self.lang), label(table.id, 60))
        made = shape.table
        style = made._tbl.tblPr.find(
            "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId"
        )
        style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
        lines = [[line for row in [rows.headings, *rows.cells] for line in row[j].split("\n")]
                 for j in range(many)]  # fmt: skip
        parts = [min(max(map(len, texts)) + 4, 24) for texts in lines]
        for j, part in enumerate(parts):
            made.columns[j].width = self.cm(wide * part / sum(parts))
        for i, row in enumerate([rows.headings, *rows.cells]):
            for j in range(many):
                cell = made.cell(i, j)
                cell.margin_left = cell.margin_right = self.cm(0.15)
                mine = i == rows.highlight + 1 and rows.highlight >= 0
                paragraph = cell.text_frame.paragraphs[0]
                paragraph.alignment = PP_ALIGN.RIGHT if rows.right[j] else PP_ALIGN.LEFT
                self.runs(paragraph, raised(row[j], self.lang), size - (i == 0),
                          self.accent if mine else MUTED if i == 0 else INK,
                          bold=mine or i == 0)  # fmt: skip
                line_below(cell, Pt(1) if i == 0 else Pt(0.5))
        left_out = len(table.frame) - len(rows.cells)
        if left_out > 0 or len(rows.headings) > many:
            self.text(slide, [words.ui("more_rows", self.lang)], BOTTOM - 0.7, 0.8, 10, MUTED,
                      left=left, wide=wide)  # fmt: skip

    def text(self, slide: Any, lines: Sequence[Text], top: float, height: float, size: float,
             colour: str, *, left: float = SIDE, wide: float = TEXT,
             bullets: bool = False) -> None:  # fmt: skip
        """Paragraphs in a box."""
        frame = self.box(slide, left, top, wide, height)
        frame.margin_left = 0
        for line in lines:
            pieces = line if isinstance(line, list) else [(line, False)]
            paragraph = self.line(frame, pieces, size, colour)
            if bullets:
                bullet(paragraph, self.accent)

    def box(self, slide: Any, left: float, top: float, wide: float, height: float) -> Any:
        place = [self.cm(v) for v in (left, top, wide, height)]
        frame = slide.shapes.add_textbox(*place).text_frame
        frame.word_wrap = True
        return frame

    def line(self, frame: Any, pieces: Sequence[tuple[str, bool]], size: float, colour: str, *,
             bold: bool = False) -> Any:  # fmt: skip
        """One more paragraph."""
        from pptx.enum.text import PP_ALIGN

        last = frame.paragraphs[-1]
        paragraph = frame.add_paragraph() if last.runs else last
        paragraph.alignment = PP_ALIGN.LEFT
        self.runs(paragraph, pieces, size, colour, bold=bold)
        return paragraph

    def runs(self, paragraph: Any, pieces: Sequence[tuple[str, bool]], size: float, colour: str,
             *, bold: bool = False) -> None:  # fmt: skip
        from pptx.dml.color import RGBColor
        from pptx.util import Pt

        for text, up in pieces:
            run = paragraph.add_run()
            run.text = clean(text) if text.strip() else text
            if text[:1] == " " and not run.text.startswith(" "):
                run.text = f" {run.text}"
            if text[-1:] == " " and not run.text.endswith(" "):
                run.text = f"{run.text} "
            run.font.size, run.font.bold = Pt(size), bold
            run.font.color.rgb = RGBColor.from_string(colour)
            found = run._r.get_or_add_rPr()
            found.set("lang", TAGS[self.lang])
            if up:
                found.set("baseline", "30000")

    def notes(self, slide: Any, lines: Iterable[str], evidence: Sequence[Evidence]) -> None:
        """What a speaker needs: what was counted, and the rows behind the sentence."""
        said = [*lines]
        if evidence:
            rows = ", ".join(f"{e.table}[{e.row}]" for e in evidence)
            said.append(f"{words.ui('evidence', self.lang)} {rows}")
        frame = slide.notes_slide.notes_text_frame
        for text in said:
            self.line(frame, [(text, False)], 12, INK)

    def number(self, slide: Any) -> None:
        """The number of the slide, which PowerPoint keeps up to date."""
        from pptx.oxml import parse_xml
        from pptx.oxml.ns import nsdecls

        frame = self.box(slide, WIDTH - SIDE - 2, HEIGHT - 1.3, 2, 0.8)
        made = parse_xml(
            f'<a:fld {nsdecls("a")} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">'
            f'<a:rPr lang="{TAGS[self.lang]}" sz="1000"><a:solidFill><a:srgbClr val="{MUTED}"/>'
            f"</a:solidFill></a:rPr><a:t>{len(self.made.slides)}</a:t></a:fld>"
        )
        paragraph = frame.paragraphs[0]._p
        paragraph.get_or_add_pPr().set("algn", "r")
        paragraph.append(made)

    def _layouts(self) -> None:
        """One layout, with a title and nothing else: no empty box shows on a slide."""
        layouts = self.made.slide_layouts
        self.layout = layouts[5]
        for other in [x for x in layouts if x is not self.layout]:
            layouts.remove(other)
        part = self.made.part
        for name in [n for n, rel in part.rels.items() if rel.reltype.endswith("printerSettings")]:
            part.rels.pop(name)
        for owner in (self.layout, self.made.slide_master):
            for shape in list(owner.placeholders):
                if shape.placeholder_format.type is None or shape.placeholder_format.idx >= 10:
                    shape._element.getparent().remove(shape._element)
                    continue
                shape.left, shape.top = self.cm(SIDE), self.cm(0.9)
                shape.width, shape.height = self.cm(TEXT), self.cm(2)
