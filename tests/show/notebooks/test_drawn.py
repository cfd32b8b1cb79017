"""A committed figure must show what a fresh run draws."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from carekit.show.notebooks.drawn import stale_figures
from carekit.show.pictures import save_figure
from carekit.show.plots import plot_estimates
from carekit.show.style import figure_of

RATES = pd.DataFrame(
    {"network": ["x", "facebook"], "n": [10, 20], "estimate": [0.3, 0.74], "ci_low": [0.1, 0.6]}
).assign(ci_high=[0.6, 0.9])


def draw(folder, rates=RATES, name="rates"):
    figure = figure_of(plot_estimates(rates, name="network"))
    save_figure(figure, folder, name, alt="two rates", caption="a test")
    return folder


@pytest.fixture
def folders(tmp_path):
    drawn = draw(tmp_path / "drawn")
    shutil.copytree(drawn, tmp_path / "committed")
    return drawn, tmp_path / "committed"


def test_the_same_numbers_give_the_same_bytes(folders, tmp_path):
    again = draw(tmp_path / "again")
    for name in ("rates.svg", "rates.csv"):
        assert (again / name).read_bytes() == (folders[0] / name).read_bytes()
    assert stale_figures(*folders) == []


def test_one_changed_number_is_stale(folders):
    drawn = draw(folders[0], RATES.assign(estimate=[0.31, 0.74]))
    (problem,) = stale_figures(drawn, folders[1])
    assert problem == "rates: line 3, estimate is '0.31', committed '0.3'"


def test_noise_beyond_a_millionth_is_not_stale(folders):
    table = folders[1] / "rates.csv"
    table.write_text(table.read_text().replace("0.74", "0.7400000001"))
    assert stale_figures(*folders) == []


def test_a_missing_and_an_orphaned_figure_are_named(folders):
    draw(folders[0], name="new")
    draw(folders[1], name="old")
    assert stale_figures(*folders) == [
        "new: drawn, but not among the committed figures",
        "old: committed, but no notebook draws it",
    ]


def test_the_same_numbers_that_look_otherwise_are_stale(folders):
    svg = folders[1] / "rates.svg"
    svg.write_text(svg.read_text().replace("#0072b2", "#ff0000"))
    assert stale_figures(*folders) == ["rates: the same numbers look otherwise"]


def test_every_committed_drawing_is_whole():
    drawings = sorted((Path(__file__).parents[3] / "figures").glob("*.svg"))
    assert drawings
    for path in drawings:
        root = ElementTree.parse(path).getroot()
        assert root.tag.endswith("svg"), path.name
        assert root.find("{http://www.w3.org/2000/svg}title") is not None, path.name
