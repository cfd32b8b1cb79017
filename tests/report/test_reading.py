"""A report read in a notebook: each part shows itself, or says why it is not there."""

import pickle
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

import carekit
from carekit.errors import CannotAnswer, InputError
from carekit.report import reading
from carekit.report.client import default_brand
from carekit.report.model import Chart, Table
from carekit.report.words import say
from carekit.show.pictures import Picture
from carekit.show.refused import Refused

from . import planted


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = planted.plant(tmp_path_factory.mktemp("banks") / "d", synthetic=False)
    return carekit.benchmark(carekit.open_dataset(folder), lang="en")


def test_without_a_name_it_is_the_largest_brand_of_the_largest_sector(make_dataset):
    rows = [
        {"id": f"x:{brand}{i}", "at": i, "brand": brand, "author_id": f"a{i}"}
        for brand, n in (("Rail", 60), ("Bank A", 40), ("Bank B", 50))
        for i in range(n)
    ]
    sectors = {"Rail": "rail", "Bank A": "bank", "Bank B": "bank"}
    about = pd.DataFrame({"brand": list(sectors), "country": "FR", "sector": sectors.values(),
                          "timezone": None})  # fmt: skip
    assert default_brand(make_dataset(rows, brands=about.to_dict("records"))) == "Bank B"
    assert default_brand(make_dataset(rows)) == "Rail"  # no sector is known
    with pytest.raises(CannotAnswer, match="No brand has 30 requests"):
        default_brand(make_dataset(rows[:29]))


def test_a_drawing_has_its_headline_source_and_values(made):
    for chart in made.report.charts():
        drawn = made.draw(chart.id)
        assert isinstance(drawn, Picture), chart.id
        assert drawn.caption.startswith(say(chart.headline, "en")), chart.id
        assert "Source: Banques inventées." in drawn.caption
        assert "Synthetic" not in drawn.caption
        pickle.dumps(drawn.figure)  # what writes the files of figures needs
    rate = made.frame("rates").set_index("brand")["estimate"]
    for brand, value in rate.items():
        assert f"{brand} {100 * value:.1f}\u00a0%" in made.draw("rate").alt


def test_periods_on_a_narrow_axis_do_not_touch(made):
    chart = next(c for c in made.report.charts() if c.id == "trend")
    months = [f"{2024 + i // 12}-{i % 12 + 1:02d}" for i in range(15)]
    frame = pd.concat([chart.frame] * 3, ignore_index=True).head(15).assign(period=months)
    section = replace(made.report.section("trend"), blocks=(replace(chart, frame=frame),))
    drawn = reading.picture(replace(made.report, sections=(section,)), "trend", "")
    drawn.figure.canvas.draw()
    boxes = [t.get_window_extent() for t in drawn.axes.get_xticklabels()]
    assert len(boxes) > 3
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


def test_every_table_shows_itself_with_its_own_numbers(made):
    shown = made.table("rates")
    first = made.frame("rates").iloc[0]
    assert shown.rows[0][:3] == (first["brand"], str(first["n"]), str(first["n_answered"]))
    assert shown.caption == "Answer rate by brand"
    assert made.table("scores").notes[0].startswith("Source: Banques inventées.")
    for name in made.report.tables:
        assert len(made.table(name).rows) == len(made.frame(name)), name


def test_sentences_of_a_section_are_those_of_the_report(made):
    told = made.said("gaps")
    assert told.heading == "Gaps and rank"
    assert (
        "4 comparisons made together: the risk of a single false difference is held at 5%."
        in told.lines
    )
    assert all(
        f"<li>{line.replace(chr(39), '&#x27;')}</li>" in told._repr_html_() for line in told.lines
    )


def test_every_chart_and_table_of_a_report_is_known_by_its_name(made):
    for section, block in made.report.blocks():
        if isinstance(block, Chart):
            assert reading.CHARTS[block.id] == section.id
        if isinstance(block, Table) and section.id != "tables":
            known = reading.CHARTS | reading.TABLES
            assert known[block.id] == section.id


def test_what_is_not_there_says_why(made, tmp_path):
    funnel = made.draw("funnel")
    assert isinstance(funnel, Refused)
    assert funnel.why == "A funnel needs at least 20 brands with enough requests; there are 5."
    two = carekit.open_dataset(planted.plant(tmp_path / "two", planted.BANKS[:2], midnight=True))
    small = carekit.benchmark(two, lang="en")
    assert small.draw("rank").why == (
        "A rank needs at least three brands with enough requests; there are 2."
    )
    one = carekit.open_dataset(planted.plant(tmp_path / "one", planted.BANKS[:1]))
    alone = carekit.benchmark(one, lang="en")
    assert alone.draw("rank").why == alone.said("gaps").lines[0]
    assert alone.said("gaps").lines == (
        "There is no peer with enough requests: nothing is compared.",
    )
    assert small.draw("heat").why == "Times name days only: nothing is said of hours."
    assert small.table("waits").why == "Times name days only: no wait can be given."


def test_an_unknown_part_is_an_error_that_names_the_known_ones(made):
    for option, call in (("chart", made.draw), ("table", made.table), ("section", made.said)):
        with pytest.raises(InputError, match=f"`{option}` is 'nothing'; expected one of: rate"):
            call("nothing")
