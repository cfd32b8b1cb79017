import dataclasses
import re

import pytest

from carekit.report import charts, command, html, pdf

KINDS = ("rates", "gaps", "ranks", "networks", "curves", "heat", "trend", "defs", "funnel")


@pytest.mark.parametrize("name", KINDS)
def test_a_chart_is_drawn_the_same_twice_in_paths_with_ids_of_its_own(handmade, name):
    chart = next(c for c in handmade("fr").charts() if c.id == name)
    svg = charts.svg(chart, "fr")
    assert svg == charts._drawn.__wrapped__(chart, "fr", charts.ACCENT, False, False)
    assert svg is charts.svg(chart, "fr", synthetic=False, narrow=False), "drawn again"
    assert svg.startswith("<svg")
    assert "<text" not in svg
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert all(i.startswith(f"{name}-") for i in ids)
    assert len(ids) == len(set(ids))
    for used in re.findall(r'(?:href="#|url\(#)([^")]+)', svg):
        assert used in ids


def test_page_pdf_and_folder_of_figures_share_a_drawing(handmade, tmp_path):
    report = handmade("fr")
    charts._drawn.cache_clear()
    html.write(report, tmp_path / "report.html")
    pdf.write(report, tmp_path / "report.pdf")
    command._write_figures(report, tmp_path / "figures")
    assert charts._drawn.cache_info().misses == 2 * len(list(report.charts()))  # wide, and narrow


def test_the_accent_of_the_client_replaces_ours(handmade):
    chart = next(handmade("fr").charts())
    ours, theirs = charts.svg(chart, "fr"), charts.svg(chart, "fr", "#8a1538")
    assert "#0b5cad" in ours
    assert "#8a1538" in theirs
    assert "#0b5cad" not in theirs


def test_synthetic_data_are_marked_in_the_drawing(handmade):
    chart = next(handmade("fr").charts())
    assert charts.svg(chart, "fr", synthetic=True) != charts.svg(chart, "fr")


def test_two_long_names_stay_two(handmade):
    same = ("Y" * 100 + "a" + "Y" * 100, "Y" * 100 + "b" + "Y" * 100)
    said = charts.labels(same)
    assert len(set(said.values())) == 2
    frame = handmade("fr", names=same)
    drawn = charts.figure(next(frame.charts()), "fr")
    assert len(drawn.axes[0].get_yticklabels()) == 2


def test_values_and_intervals_stand_beside_their_own_marks(handmade):
    chart = next(c for c in handmade("en").charts() if c.id == "rates")
    ax = charts.figure(chart, "en").axes[0]
    rows = [t.get_text() for t in ax.get_yticklabels()]
    for text in ax.texts:
        name = rows[round(text.xy[1])]
        row = chart.frame[chart.frame["brand"] == name].iloc[0]
        assert text.get_text().startswith(f"{100 * row['estimate']:.1f}%  (")
        assert f"{100 * row['ci_low']:.1f}% to {100 * row['ci_high']:.1f}%" in text.get_text()


def test_hostile_names_are_drawn(handmade, hostile_names):
    for chart in handmade("fr", names=hostile_names).charts():
        svg = charts.svg(chart, "fr")
        assert "<script" not in svg
        assert 0 < float(re.search(r'width="([\d.]+)pt"', svg)[1]) < 600


def test_opening_hours_are_framed(handmade):
    chart = next(c for c in handmade("fr").charts() if c.kind == "heat")
    framed = dataclasses.replace(chart, encoding={"framed": [(1, 9), (1, 10)]})
    drawn = [len(charts.figure(c, "fr").axes[0].patches) for c in (chart, framed)]
    assert drawn[1] - drawn[0] == 2


def test_a_page_holds_the_drawing_of_many_groups(handmade):
    names = tuple(f"Marque {i}" for i in range(60))
    for chart in handmade("fr", names=names).charts():
        if chart.kind in {"estimates", "curves"}:
            assert charts.figure(chart, "fr").get_size_inches()[1] <= charts.HIGHEST
    curves = next(c for c in handmade("fr", names=names).charts() if c.kind == "curves")
    texts = [t.get_text() for t in charts.figure(curves, "fr").axes[0].texts]
    assert texts == ["Marque 0"]


@pytest.mark.parametrize(("lang", "said"), [("en", "possible, given"), ("fr", "possible, selon")])
def test_pale_bars_lie_at_their_brand_and_are_named(handmade, lang, said):
    chart = next(c for c in handmade(lang).charts() if c.id == "rates")
    frame = chart.frame.assign(bound_low=float("nan"), bound_high=float("nan"))
    frame.loc[1, ["bound_low", "bound_high"]] = 0.2, 0.9
    (ax,) = charts.figure(dataclasses.replace(chart, frame=frame), lang).axes
    (pale,) = [line for line in ax.lines if line.get_alpha() == 0.28]
    assert list(pale.get_xdata()) == [0.2, 0.9]
    (at,) = set(pale.get_ydata())
    names = {t.get_text(): y for t, y in zip(ax.get_yticklabels(), ax.get_yticks(), strict=True)}
    assert names[charts.label(frame.loc[1, chart.encoding["name"]])] == at
    assert ax.get_legend().get_texts()[0].get_text().startswith(said)


def test_the_grey_band_of_a_trend_is_named(handmade):
    chart = next(c for c in handmade("en").charts() if c.id == "trend")
    assert {"limit_low", "limit_high"} <= set(chart.frame)
    (ax,) = charts.figure(chart, "en").axes
    assert "ordinary variation" in [t.get_text() for t in ax.get_legend().get_texts()]
