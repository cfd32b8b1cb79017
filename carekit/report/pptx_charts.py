"""Charts that PowerPoint draws itself: editable, with error bars, on a workbook that is safe.

The workbook that python-pptx would embed takes a name such as =HYPERLINK(…) for a formula; ours
holds every text as text, and both ends of every interval.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any
from xml.sax.saxutils import quoteattr

import pandas as pd

from carekit.report import words
from carekit.report.charts import axis_period, labels
from carekit.report.format import TAGS, cell, clean, interval, missing
from carekit.report.model import Chart
from carekit.report.pptx_parts import (
    GRID,
    INK,
    MUTED,
    PEER,
    fill,
    legend,
    outline,
    pt,
    quiet,
    rgb,
)
from carekit.report.xlsx import open_workbook
from carekit.show.numbers import MINUS, MISSING, NO_BREAK
from carekit.show.style import ORDERED

SMALL = 0.14  # of the longest bar: below, its number stands beside it
# How the number of each kind is written by PowerPoint.
NUMBERS = {
    "share": '0"\u00a0"%',
    "points": f'+0.0;"{MINUS}"0.0;0.0',
    "score": "0.0",
    "minutes": "0",
    "count": "#,##0",
    "rank": "0",
    "number": "0.0",
}  # fmt: skip


@dataclass
class Series:
    """One row of marks: values by category, and how far the interval reaches to both sides."""

    name: str
    values: Sequence[float | None]
    minus: list[float] = field(default_factory=list)
    plus: list[float] = field(default_factory=list)


@dataclass
class Drawn:
    """What a native chart holds: categories from top to bottom (or left to right)."""

    categories: list[str]
    series: list[Series]
    accent: list[int]
    hollow: list[int]
    unit: str
    lang: str
    beside: dict[str, list[str]] = field(default_factory=dict)

    @property
    def ends(self) -> tuple[float, float]:
        """From where to where bars and their intervals reach, and a little more; 0 is among them."""
        ends = [0.0]
        for series in self.series:
            sides = zip_longest(series.values, series.minus, series.plus, fillvalue=0.0)
            ends += [end for v, low, high in sides if v is not None for end in (v - low, v + high)]
        return 1.02 * min(ends), 1.02 * max(ends)

    @property
    def number(self) -> str:
        """The format of its numbers."""
        return "0%" if (self.unit, self.lang) == ("share", "en") else NUMBERS.get(self.unit, "0.0")


def add_chart(slide: Any, chart: Chart, place: Sequence[Any], lang: str, accent: str) -> Any:
    """Draw a chart on a slide; its graphic frame."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    read = {"ranges": _ranges, "clusters": _clusters, "line": _line}.get(chart.native or "", _bars)
    drawn = read(chart, lang)
    data = CategoryChartData(number_format="General")
    data.categories = drawn.categories
    for series in drawn.series:
        data.add_series(series.name, series.values)
    kind = {"ranges": XL_CHART_TYPE.BAR_STACKED, "line": XL_CHART_TYPE.LINE_MARKERS}.get(
        chart.native or "", XL_CHART_TYPE.BAR_CLUSTERED
    )
    frame = slide.shapes.add_chart(kind, *place, data)
    made = frame.chart
    made.has_title = False
    made.has_legend = len(drawn.series) > 1 and chart.native != "ranges"
    made.font.size, made.font.color.rgb = pt(13), rgb(INK)
    made.font._rPr.set("lang", TAGS[lang])
    if made.has_legend:
        legend(made)
    looks = {"ranges": _look_of_ranges, "line": _look_of_line}.get(
        chart.native or "", _look_of_bars
    )
    looks(made, drawn, accent.lstrip("#"))
    for k, series in enumerate(drawn.series):
        if series.plus:
            _error_bars(made.plots[0].series[k], k, drawn, line=chart.native == "line")
    made.part.chart_workbook.update_from_xlsx_blob(_workbook(drawn, chart, lang))
    return frame


def _scale(unit: str) -> float:
    """Points are written as points, not as shares."""
    return 100.0 if unit == "points" else 1.0


def _series(name: str, frame: pd.DataFrame, unit: str) -> Series:
    scale = _scale(unit)
    made = Series(name, [None if missing(v) else scale * float(v) for v in frame["estimate"]])
    if {"ci_low", "ci_high"} <= set(frame.columns):
        rows = list(zip(frame["estimate"], frame["ci_low"], frame["ci_high"], strict=True))
        made.minus = [
            scale * (v - low) if not missing(v) and not missing(low) else 0.0 for v, low, _ in rows
        ]
        made.plus = [
            scale * (high - v) if not missing(v) and not missing(high) else 0.0
            for v, _, high in rows
        ]
    return made


def _bars(chart: Chart, lang: str) -> Drawn:
    options, frame = chart.encoding, chart.frame
    name = options.get("name") or frame.columns[0]
    gaps = chart.kind == "differences"  # of peers alone
    unit = options.get("written") or options.get("unit", "share")
    unit = "points" if gaps else unit
    if not (options.get("order") == "given" or name in ORDERED):
        frame = frame.sort_values("estimate", ascending=False, kind="stable")
    said = labels(list(frame[name]), options.get("name_kind", name), lang)
    open_ = ~frame["established"].astype(bool) if "established" in frame.columns else None
    hollow = frame["hollow"] if "hollow" in frame.columns else open_
    names, rows = [said[v] for v in frame[name]], frame.to_dict("records")
    picked = [] if gaps else _picked(frame[name], options.get("accent", ()))
    return Drawn(
        [_with_value(called, row, unit, lang) for called, row in zip(names, rows, strict=True)],
        [_series(words.ui("estimate", lang), frame, unit)],
        picked,
        [i for i, is_open in enumerate(hollow) if is_open] if hollow is not None else [],
        unit,
        lang,
        {"names": names},
    )


def _with_value(name: str, row: dict[Any, Any], unit: str, lang: str) -> str:
    """A name with its value and interval: beside a bar they would cross the line of the interval."""
    value = cell(unit, row["estimate"], lang)
    limits = interval(unit, row.get("ci_low"), row.get("ci_high"), lang, where="table")
    text = value if limits == MISSING else f"{value} ({limits})"
    return f"{words.apart(name)}\u2003{text.replace(' ', NO_BREAK)}"


def _clusters(chart: Chart, lang: str) -> Drawn:
    options, frame = chart.encoding, chart.frame
    name, by = options["name"], options["series"]
    groups = list(dict.fromkeys(frame[name]))
    said = labels(groups, options.get("name_kind", name), lang)
    kinds = list(dict.fromkeys(frame[by]))
    called = labels(kinds, options.get("series_kind", by), lang)
    unit = options.get("unit", "share")
    made = []
    for kind in kinds:
        part = frame[frame[by] == kind].drop_duplicates(name).set_index(name).reindex(groups)
        made.append(_series(called[kind], part.reset_index(), unit))
    picked = _picked(kinds, options.get("accent", ())) or [0]
    picked = picked if len(kinds) > 1 else list(range(len(groups)))  # all bars are the client's
    return Drawn([said[g] for g in groups], made, picked, [], unit, lang)


def _line(chart: Chart, lang: str) -> Drawn:
    options, frame = chart.encoding, chart.frame
    period = options.get("period", "period")
    unit = options.get("unit", "share")
    main = labels(_tuple(options.get("accent", ())))
    name = next(iter(main.values()), words.ui("estimate", lang))
    made = [_series(name, frame, unit)]
    for column, called in (
        ("peers", "peers_median"),
        ("limit_low", "limit_low"),
        ("limit_high", "limit_high"),
    ):
        if column in frame.columns and frame[column].notna().any():
            values = [None if missing(v) else float(v) for v in frame[column]]
            made.append(Series(words.ui(called, lang), values))
    return Drawn([axis_period(str(p), lang) for p in frame[period]], made, [0], [], unit, lang)


def _ranges(chart: Chart, lang: str) -> Drawn:
    """Places as bars: an empty one up to half a place before the best, then the extent."""
    options = chart.encoding
    frame = chart.frame.sort_values(["rank", "best_rank", "worst_rank"], kind="stable")
    name = options.get("name", "brand")
    said = labels(list(frame[name]), options.get("name_kind", name), lang)
    start = [float(v) - 0.5 for v in frame["best_rank"]]
    extent = [float(b) - float(a) + 1 for a, b in zip(frame["best_rank"], frame["worst_rank"],
                                                    strict=True)]  # fmt: skip
    places = [
        interval("rank", a, b, lang) if a != b else cell("rank", a, lang, where="sentence")
        for a, b in zip(frame["best_rank"], frame["worst_rank"], strict=True)
    ]
    made = [Series(words.ui("before", lang), start), Series(words.ui("places", lang), extent)]
    picked = _picked(frame[name], options.get("accent", ()))
    return Drawn([said[v] for v in frame[name]], made, picked, [], "rank", lang, {"places": places})


def _look_of_bars(made: Any, drawn: Drawn, accent: str) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION, XL_TICK_LABEL_POSITION

    plot, many = made.plots[0], len(drawn.series) > 1
    plot.gap_width = 60
    plot.overlap = -5 if many else 0
    numbers = [abs(v) for s in drawn.series for v in s.values if v is not None]
    longest = max(numbers, default=1.0) or 1.0
    for k, series in enumerate(plot.series):
        mine = k in drawn.accent if many else False
        fill(series.format, accent if mine else PEER)
        for i, value in enumerate(drawn.series[k].values):
            dark = mine or (not many and i in drawn.accent)
            point = series.points[i]
            if i in drawn.hollow:
                point.format.fill.background()
                outline(point.format, accent if dark else MUTED)
            elif dark and not many:
                fill(point.format, accent)
            if value is None or not many:
                continue
            inside = abs(value) >= SMALL * longest
            shown = point.data_label
            shown.position = (
                XL_LABEL_POSITION.INSIDE_BASE if inside else XL_LABEL_POSITION.OUTSIDE_END
            )
            font = shown.font
            font.size, font.bold = pt(12), dark
            font.color.rgb = rgb("FFFFFF" if dark and inside else INK)
            _show_value(shown, drawn.number)
    axis, names = made.value_axis, made.category_axis
    axis.visible = axis.has_major_gridlines = False
    axis.minimum_scale, axis.maximum_scale = drawn.ends
    names.reverse_order = True
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    quiet(names)


def _look_of_ranges(made: Any, drawn: Drawn, accent: str) -> None:
    plot = made.plots[0]
    plot.gap_width, plot.overlap = 60, 100
    empty, places = plot.series
    empty.format.fill.background()
    fill(places.format, PEER)
    for i, text in enumerate(drawn.beside["places"]):
        point = places.points[i]
        if i in drawn.accent:
            fill(point.format, accent)
        frame = point.data_label.text_frame
        frame.text = text
        for run in frame.paragraphs[0].runs:
            run.font.size, run.font.bold = pt(12), i in drawn.accent
            run.font.color.rgb = rgb("FFFFFF" if i in drawn.accent else INK)
    axis, names = made.value_axis, made.category_axis
    axis.minimum_scale, axis.maximum_scale = 0.5, len(drawn.categories) + 0.5
    axis.visible = axis.has_major_gridlines = False
    names.reverse_order = True
    quiet(names)


def _look_of_line(made: Any, drawn: Drawn, accent: str) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.enum.dml import MSO_LINE

    for k, series in enumerate(made.plots[0].series):
        series.smooth = False
        line = series.format.line
        line.color.rgb = rgb(accent if k == 0 else MUTED if series.name else PEER)
        line.width = pt(2.5 if k == 0 else 1.25)
        if k == 0:
            series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 8
            fill(series.marker.format, accent)
        else:
            series.marker.style = XL_MARKER_STYLE.NONE
            if len(drawn.series) - k <= 2 and len(drawn.series) > 2:
                line.dash_style = MSO_LINE.DASH
    axis = made.value_axis
    if drawn.unit == "share":
        axis.minimum_scale = 0
    axis.tick_labels.number_format = drawn.number
    axis.tick_labels.number_format_is_linked = False
    axis.major_gridlines.format.line.color.rgb = rgb(GRID)
    axis.format.line.fill.background()
    quiet(made.category_axis)


def _show_value(shown: Any, form: str) -> None:
    """The number of a point at its mark, in its unit."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    label = shown._get_or_add_dLbl()
    for old in label.findall(qn("c:numFmt")):
        label.remove(old)
    made = parse_xml(f'<c:numFmt {nsdecls("c")} formatCode={quoteattr(form)} sourceLinked="0"/>')
    # The schema wants idx, delete, layout, tx, numFmt, spPr, txPr in this order.
    before = next(e for e in label if e.tag in {qn("c:spPr"), qn("c:txPr"), qn("c:dLblPos"),
                                               qn("c:showLegendKey")})  # fmt: skip
    before.addprevious(made)


def _error_bars(series: Any, k: int, drawn: Drawn, *, line: bool) -> None:
    """Custom error bars that refer to two columns of the embedded workbook."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    first = 1 + len(drawn.series) + 2 * k
    found = drawn.series[k]

    def side(tag: str, column: int, values: list[float]) -> str:
        points = "".join(
            f'<c:pt idx="{i}"><c:v>{value!r}</c:v></c:pt>' for i, value in enumerate(values)
        )
        last = len(values) + 1
        return (
            f"<c:{tag}><c:numRef><c:f>Sheet1!${_letter(column)}$2:${_letter(column)}${last}</c:f>"
            f'<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>'
            f"{points}</c:numCache></c:numRef></c:{tag}>"
        )

    direction = '<c:errDir val="y"/>' if line else ""
    made = parse_xml(
        f'<c:errBars {nsdecls("c", "a")}>{direction}<c:errBarType val="both"/>'
        f'<c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"{side('plus', first + 1, found.plus)}{side('minus', first, found.minus)}"
        f'<c:spPr><a:ln w="15875"><a:solidFill><a:srgbClr val="{INK}"/></a:solidFill></a:ln>'
        f"</c:spPr></c:errBars>"
    )
    series._element.find(qn("c:cat")).addprevious(made)


def _workbook(drawn: Drawn, chart: Chart, lang: str) -> bytes:
    """Categories, values, then both reaches of each interval: what the chart refers to."""
    buffer = io.BytesIO()
    made = open_workbook(buffer)
    made.set_properties({"created": datetime(2000, 1, 1)})
    sheet = made.add_worksheet("Sheet1")
    for i, category in enumerate(drawn.categories, 1):
        sheet.write_string(i, 0, category)
    for k, series in enumerate(drawn.series):
        first = 1 + len(drawn.series) + 2 * k
        sheet.write_string(0, k + 1, series.name)
        columns: list[tuple[int, Sequence[float | None]]] = [(k + 1, series.values)]
        if series.plus:
            for j, key in enumerate(("low_end", "high_end")):
                sheet.write_string(0, first + j, f"{series.name}: {words.ui(key, lang)}")
            columns += [(first, series.minus), (first + 1, series.plus)]
        for column, values in columns:
            for i, value in enumerate(values, 1):
                if value is not None:
                    sheet.write_number(i, column, value)
    for j, (name, texts) in enumerate(drawn.beside.items()):
        column = 1 + 3 * len(drawn.series) + j
        sheet.write_string(0, column, words.ui(name, lang))
        for i, text in enumerate(texts, 1):
            sheet.write_string(i, column, clean(text))
    made.close()
    return buffer.getvalue()


def _letter(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))


def _tuple(picked: Any) -> tuple[Any, ...]:
    return (picked,) if isinstance(picked, str) else tuple(picked)


def _picked(names: Any, accent: Any) -> list[int]:
    """Which are the client's: those in accent, or all where none is."""
    return [i for i, name in enumerate(names) if not accent or str(name) in _tuple(accent)]
