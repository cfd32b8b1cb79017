"""Figures of waits draw what their tables hold, and nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.errors import InputError, SchemaError
from carekit.inference.waits.survival import survival_curve
from carekit.show.style import describe, figure_of
from carekit.show.wait_plots import plot_expectations, plot_mean_against_share, plot_times

WAITS = pd.DataFrame(
    {
        "network": ["x", "x", "facebook"],
        "seconds": [3600, 7200, 1800],
        "events": [1, 1, 1],
        "censored": [1, 0, 1],
    }
)
EXPECTED = pd.DataFrame(
    {
        "source": ["published", "published", "survey"],
        "name": ["C025", "C026", "complaint"],
        "minutes": [60, 60, 60],
        "estimate": [0.53, 0.72, 0.73],
        "ci_low": [None, None, 0.67],
        "ci_high": [None, None, 0.78],
    }
).astype({"ci_low": float, "ci_high": float})
TIMES = pd.DataFrame(
    {"account": ["a", "b"], "n": [1200, 31], "median": [46.0, 30.0], "mean": [504.0, 61.0]}
)
BRANDS = pd.DataFrame({"mean": [100.0, 900.0], "share": [0.3, 0.2], "n": [50, 10]})


def drawn(axes):
    return describe(figure_of(axes))[0]


def test_expectations_and_answers_share_one_axis_of_time():
    curves = survival_curve(WAITS, by="network")
    contents = drawn(plot_expectations(curves, EXPECTED, series="network"))
    assert contents["legend"] == ["answered: facebook", "answered: x", "published", "survey"]
    facebook, x = contents["lines"][:2]
    assert len(facebook["x"]) == len(x["x"]) == 400
    assert set(facebook["y"]) == {0, 0.5}
    drawn_x = dict(zip(x["x"], x["y"], strict=True))
    for minutes, share in drawn_x.items():
        answered = 1 if minutes >= 120 else 1 / 3 if minutes >= 60 else 0
        assert share == pytest.approx(answered)
    shares = {y for line in contents["lines"] for y in line["y"]}
    assert {0.53, 0.72, 0.73, 0.67, 0.78} <= shares
    assert {"C025", "C026", "complaint"} <= set(contents["texts"])
    assert "1 h" in contents["xticks"]


def test_points_of_one_time_stand_side_by_side():
    contents = drawn(plot_expectations(survival_curve(WAITS, by="network"), EXPECTED,
                                       series="network"))  # fmt: skip
    at = {
        x
        for line in contents["lines"]
        for x, y in zip(line["x"], line["y"], strict=True)
        if y in (0.53, 0.72, 0.73)
    }
    assert len(at) == 3
    assert all(50 < x < 70 for x in at)


def test_a_curve_too_many_is_refused():
    many = pd.concat([WAITS.assign(network=f"n{i}") for i in range(5)])
    with pytest.raises(InputError, match="has 5 values of 'network'; at most 4 curves"):
        plot_expectations(survival_curve(many, by="network"), EXPECTED, series="network")


def test_each_statistic_has_a_mark_on_the_line_of_its_group():
    statistics = {"median": "median", "mean": "mean"}
    contents = drawn(plot_times(TIMES, label="account", statistics=statistics, lines={"8 h": 480}))
    points = [line for line in contents["lines"] if len(line["x"]) == 2 and line["y"] == [0, 1]]
    assert {"x": [46.0, 30.0], "y": [0, 1]} in points
    assert {"x": [504.0, 61.0], "y": [0, 1]} in points
    assert contents["yticks"] == ["a", "b"]
    assert {"n = 1 200", "n = 31", "8 h"} <= set(contents["texts"])
    assert {"x": [480.0, 480.0], "y": [0, 1]} in contents["lines"]


def test_brands_below_the_limit_are_counted_in_the_legend():
    contents = drawn(
        plot_mean_against_share(
            BRANDS, mean="mean", share="share", limit=480, xlabel="mean", ylabel="share"
        )
    )
    assert contents["legend"] == ["mean below the limit (1)", "mean at the limit or above (1)"]
    assert {"x": [100.0], "y": [0.3]} in contents["lines"]
    assert {"x": [900.0], "y": [0.2]} in contents["lines"]


def test_tables_are_left_as_they_were():
    curves = survival_curve(WAITS, by="network")
    before = [t.copy() for t in (curves, EXPECTED, TIMES, BRANDS)]
    plot_expectations(curves, EXPECTED, series="network")
    plot_times(TIMES, label="account", statistics={"median": "median"})
    plot_mean_against_share(BRANDS, mean="mean", share="share", limit=9, xlabel="m", ylabel="s")
    for was, now in zip(before, (curves, EXPECTED, TIMES, BRANDS), strict=True):
        pd.testing.assert_frame_equal(was, now)


def test_what_is_missing_is_named():
    with pytest.raises(SchemaError, match="`expected` has no column 'name'"):
        plot_expectations(
            survival_curve(WAITS, by="network"), EXPECTED.drop(columns="name"), series="network"
        )
    with pytest.raises(InputError, match="`table` has no rows; a figure needs at least one group"):
        plot_times(TIMES.head(0), label="account", statistics={"mean": "mean"})
    with pytest.raises(InputError, match="`table` has no rows; a figure needs at least one brand"):
        plot_mean_against_share(
            BRANDS.head(0), mean="mean", share="share", limit=9, xlabel="m", ylabel="s"
        )
