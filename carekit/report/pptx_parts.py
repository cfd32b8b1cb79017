"""Small pieces of PowerPoint that python-pptx has no words for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from carekit.report.format import clean
from carekit.report.model import Evidence, Finding, Message
from carekit.report.pdf import logo

INK, MUTED, PEER, GRID = "1B2733", "53606C", "B6C0C9", "E6EAEE"


def logo_png(address: str) -> bytes:
    """The logo as PNG: PowerPoint gets no SVG."""
    found = logo(address, "")
    if found is None:
        return b""
    if not found["svg"]:
        return bytes(found["data"])
    import typst

    source = (
        "#set page(width: auto, height: auto, margin: 0pt, fill: none)\n"
        '#image(bytes(sys.inputs.logo), format: "svg", height: 60pt)'
    )
    return bytes(typst.compile(source.encode(), format="png", ppi=220,
                               sys_inputs={"logo": found["text"]}))  # fmt: skip


def evidence_of(messages: Iterable[Message]) -> list[Evidence]:
    return [e for m in messages if isinstance(m, Finding) for e in m.evidence]


def describe(shape: Any, text: str, name: str) -> None:
    """The alternative text of a drawing, and what the selection pane calls it."""
    found = shape._element.xpath(".//p:cNvPr")[0]
    found.set("descr", clean(text))
    found.set("name", clean(name))


def bullet(paragraph: Any, accent: str) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls
    from pptx.util import Pt

    found = paragraph._p.get_or_add_pPr()
    found.set("marL", "285750")
    found.set("indent", "-285750")
    paragraph.space_after = Pt(9)
    found.append(parse_xml(f'<a:buClr {nsdecls("a")}><a:srgbClr val="{accent}"/></a:buClr>'))
    found.append(parse_xml(f'<a:buChar {nsdecls("a")} char="•"/>'))


def line_below(cell: Any, width: Any) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    cell._tc.get_or_add_tcPr().append(
        parse_xml(
            f'<a:lnB {nsdecls("a")} w="{int(width)}"><a:solidFill><a:srgbClr val="B6C0C9"/>'
            f"</a:solidFill></a:lnB>"
        )
    )


def without_thumbnail(name: str, content: bytes) -> bytes:
    """The picture of the template's first slide is not of this report."""
    if name == "_rels/.rels":
        return re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
    return content


def quiet(axis: Any) -> None:
    from pptx.enum.chart import XL_TICK_MARK

    axis.format.line.color.rgb = rgb(PEER)
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.has_major_gridlines = False


def legend(made: Any) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION

    made.legend.position = XL_LEGEND_POSITION.TOP
    made.legend.include_in_layout = False


def fill(form: Any, colour: str) -> None:
    form.fill.solid()
    form.fill.fore_color.rgb = rgb(colour)


def outline(form: Any, colour: str) -> None:
    form.line.color.rgb = rgb(colour)
    form.line.width = pt(1.5)


def rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.upper())


def pt(size: float) -> Any:
    from pptx.util import Pt

    return Pt(size)
