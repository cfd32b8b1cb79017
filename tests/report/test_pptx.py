import dataclasses
import io
import zipfile

import openpyxl
import pytest
from pptx import Presentation

from carekit.report import pptx, words
from carekit.report.pptx_charts import _bars, _clusters


@pytest.fixture
def slides(written):
    """`slides(lang, names=…)` of the report made by hand."""
    return lambda *asked, **more: Presentation(io.BytesIO(written("pptx", *asked, **more))).slides


@pytest.fixture
def charts_of(slides):
    return lambda *asked: [s.chart for slide in slides(*asked) for s in slide.shapes if s.has_chart]


def test_one_slide_a_chart_native_where_it_can_be(handmade, slides, charts_of):
    report = handmade("fr")
    native = [c for c in report.charts() if c.native]
    assert len(charts_of("fr")) == len(native)
    pictures = [s for slide in slides("fr") for s in slide.shapes if s.shape_type == 13]
    assert len(pictures) == len(list(report.charts())) - len(native)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_drawing_has_an_alternative_text_and_every_run_a_language(slides, lang):
    tag = {"fr": "fr-FR", "en": "en-GB"}[lang]
    for slide in slides(lang):
        assert slide.shapes.title.text_frame.text
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table or shape.shape_type == 13:
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")
        runs = slide._element.xpath(".//a:r/a:rPr") + slide.notes_slide._element.xpath(
            ".//p:txBody//a:r/a:rPr"
        ) if slide.has_notes_slide else slide._element.xpath(".//a:r/a:rPr")  # fmt: skip
        assert runs
        assert {r.get("lang") for r in runs} == {tag}


def test_error_bars_reach_to_both_ends_and_are_those_of_the_workbook(handmade, charts_of):
    report = handmade("fr")
    chart = next(c for c in report.charts() if c.id == "rates")
    made = next(c for c in charts_of("fr"))
    space = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
    series = made.plots[0].series[0]
    values = list(series.values)
    reach = {
        side: [float(v.text) for v in series._element.findall(f".//c:errBars/c:{side}//c:v", space)]
        for side in ("plus", "minus")
    }
    frame = chart.frame.sort_values("estimate", ascending=False)
    assert values == pytest.approx(list(frame["estimate"]))
    ends = [v + p for v, p in zip(values, reach["plus"], strict=True)]
    assert ends == pytest.approx(list(frame["ci_high"]))
    starts = [v - m for v, m in zip(values, reach["minus"], strict=True)]
    assert starts == pytest.approx(list(frame["ci_low"]))
    book = openpyxl.load_workbook(io.BytesIO(made.part.chart_workbook.xlsx_part.blob))
    rows = list(book["Sheet1"].iter_rows(min_row=2, values_only=True))
    assert [r[1] for r in rows] == pytest.approx(values)
    assert [r[2] for r in rows] == pytest.approx(reach["minus"])
    assert [r[3] for r in rows] == pytest.approx(reach["plus"])


def test_points_are_points_and_what_is_not_established_is_hollow(handmade, charts_of):
    report = handmade("fr")
    frame = next(c for c in report.charts() if c.id == "gaps").frame
    made = charts_of("fr")[1]
    shown = list(made.plots[0].series[0].values)
    order = frame.sort_values("estimate", ascending=False)
    assert shown == pytest.approx(list(100 * order["estimate"]))
    hollow = [not e for e in order["established"]]
    fills = [
        made.plots[0].series[0].points[i].format.fill.type == 5 for i in range(len(hollow))
    ]  # 5: no fill
    assert fills == hollow


def test_axes_hold_intervals_to_both_ends(handmade, charts_of):
    rates, gaps = (next(c for c in handmade("fr").charts() if c.id == i) for i in ("rates", "gaps"))
    shares, points = (made.value_axis for made in charts_of("fr")[:2])
    assert shares.minimum_scale == 0
    assert shares.maximum_scale > rates.frame["ci_high"].max()
    assert points.minimum_scale < min(100 * gaps.frame["ci_low"].min(), 0) <= 0
    assert points.maximum_scale > 100 * gaps.frame["ci_high"].max()


def test_a_brand_that_stands_alone_has_one_colour(handmade):
    chart = next(c for c in handmade("fr").charts() if c.id == "networks")
    own = chart.frame[chart.frame["who"] == chart.frame["who"].iloc[0]]
    drawn = _clusters(dataclasses.replace(chart, frame=own), "fr")
    assert len(drawn.series) == 1
    assert drawn.accent == list(range(len(own)))
    gaps = next(c for c in handmade("fr").charts() if c.id == "gaps")
    assert _bars(dataclasses.replace(gaps, encoding={"name": "brand"}), "fr").accent == []


def test_two_series_of_one_size_keep_their_names(charts_of):
    made = next(c for c in charts_of("fr") if len(c.plots[0].series) == 2 and c.has_legend)
    assert made.plots[0].series[0].name == "Crédit Côtier"


def test_notes_name_the_rows_behind_the_sentence(slides):
    notes = [s.notes_slide.notes_text_frame.text for s in slides("fr") if s.has_notes_slide]
    assert any("rate[0]" in text for text in notes)


def test_no_empty_box_and_no_trace_of_the_template(written, slides):
    made = zipfile.ZipFile(io.BytesIO(written("pptx", "fr")))
    assert not [n for n in made.namelist() if "thumbnail" in n or "printerSettings" in n]
    core = made.read("docProps/core.xml").decode()
    assert "Canny" not in core
    assert "Agence" in core
    for slide in slides("fr"):
        for shape in slide.placeholders:
            assert shape.text_frame.text
        assert slide._element.xpath(".//a:fld[@type='slidenum']")


def test_the_same_bytes_twice(handmade, written):
    assert pptx.presented(handmade("fr")) == written("pptx", "fr")


def test_titles_are_two_lines_at_most():
    for length in (20, 95, 115, 150, 260):
        size = pptx._title_size("x" * length, 24)
        letters_a_line = 30.6 / (size * 0.0353 * 0.52)
        assert length / letters_a_line <= 3


def test_a_table_that_does_not_fit_says_so(slides):
    names = tuple(f"Marque {i}" for i in range(40))
    for slide in slides("fr", names=names):
        for shape in slide.shapes:
            if shape.has_table:
                assert len(shape.table.rows) <= pptx.MOST_ROWS + 1
                text = " ".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
                assert words.ui("more_rows", "fr") in text
                first = [row.cells[0].text for row in shape.table.rows]
                assert "Marque 0" in first


def test_the_logo_becomes_a_picture(handmade):
    import base64

    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="3"><rect width="9" height="3"/></svg>'
    address = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    assert pptx.logo_png(address).startswith(b"\x89PNG")
    first = Presentation(io.BytesIO(pptx.presented(handmade("fr", logo=address)))).slides[0]
    assert any(s.shape_type == 13 for s in first.shapes)


def test_synthetic_data_are_said_on_every_slide_with_a_chart(handmade):
    made = Presentation(io.BytesIO(pptx.presented(handmade("fr", synthetic=True))))
    for slide in made.slides:
        if any(s.has_chart for s in slide.shapes):
            texts = [s.text_frame.text for s in slide.shapes if s.has_text_frame]
            assert any(words.ui("synthetic", "fr") in text for text in texts)


def test_a_column_without_a_value_is_left_out_of_slides_and_pages(handmade):
    from carekit.report.shown import rows_of

    table = handmade("fr").tables["rate"]
    empty = dataclasses.replace(table, frame=table.frame.assign(ci_low=None))
    assert len(rows_of(empty, "fr").headings) == len(rows_of(table, "fr").headings) - 1
