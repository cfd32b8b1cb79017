"""Differences are drawn against zero, and what has no limits does not look as if it had."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.show.effect_plots import describe_effects, plot_effects, plot_event_time
from carekit.show.style import describe, figure_of

EFFECTS = pd.DataFrame(
    {
        "group": ["all", "some", "few"],
        "estimate": [-0.15, -0.18, 0.02],
        "ci_low": [-0.22, -0.25, None],
        "ci_high": [-0.09, -0.12, None],
        "treated": [16, 12, 3],
        "true": [-0.14, -0.19, 0.0],
    }
)
EVENTS = pd.DataFrame(
    {
        "event_time": [-2, -1, 0, 1],
        "estimate": [0.05, 0.0, -0.1, -0.2],
        "ci_low": [-0.1, None, -0.3, -0.3],
        "ci_high": [0.2, None, 0.1, -0.1],
        "n": [4, 5, 5, 5],
    }
)


def test_effects_stand_beside_zero_their_limits_and_what_was_planted():
    before = EFFECTS.copy()
    drawn = plot_effects(
        EFFECTS, label="group", planted="true", count="treated", count_of="brands", xlabel="points"
    )
    said = describe(figure_of(drawn))[0]
    assert said["yticks"] == ["all", "some", "few"]
    assert said["texts"] == ["brands = 16", "brands = 12", "brands = 3"]
    assert {"x": [0.0, 0.0], "y": [0.0, 1.0]} in said["lines"]
    assert {"x": [-0.25, -0.12], "y": [1.0, 1.0]} in said["lines"]
    assert {"x": [-0.14, -0.19, 0.0], "y": [0.0, 1.0, 2.0]} in said["lines"]
    pd.testing.assert_frame_equal(EFFECTS, before)


def test_an_effect_without_limits_is_hollow_and_named_in_the_legend():
    drawn = plot_effects(EFFECTS, label="group", count="treated", xlabel="points")
    said = describe(figure_of(drawn))[0]
    assert said["legend"] == ["too few for limits"]
    hollow = [line for line in drawn.lines if line.get_markerfacecolor() == "white"]
    assert [list(line.get_xdata()) for line in hollow] == [[0.02]]


def test_each_series_has_its_colour_and_marker():
    both = pd.concat([EFFECTS.head(2).assign(by="labels"), EFFECTS.head(2).assign(by="rules")])
    drawn = plot_effects(both, label="group", series="by", count="treated", xlabel="points")
    assert describe(figure_of(drawn))[0]["legend"] == ["labels", "rules"]
    dots = [line for line in drawn.lines if line.get_label() in {"labels", "rules"}]
    assert len({line.get_color() for line in dots}) == 2
    assert len({line.get_marker() for line in dots}) == 2


def test_event_times_leave_the_reference_hollow_and_draw_the_planted_effect_from_the_start():
    drawn = plot_event_time(EVENTS, effect=-0.15, ylabel="change")
    said = describe(figure_of(drawn))[0]
    assert said["legend"] == ["before", "from the start on", "planted"]
    assert {"x": [-0.5, 1.5], "y": [-0.15, -0.15]} in said["lines"]
    hollow = [line for line in drawn.lines if line.get_markerfacecolor() == "white"]
    assert [list(line.get_xdata()) for line in hollow] == [[-1]]
    assert list(drawn.get_xticks()) == [-2, -1, 0, 1]


def test_effects_in_words_say_where_limits_are_missing():
    assert describe_effects(EFFECTS, label="group") == (
        "all -15.0 points (-22.0 to -9.0), some -18.0 points (-25.0 to -12.0), "
        "few +2.0 points (no limits)"
    )


def test_empty_tables_are_refused():
    with pytest.raises(InputError) as error:
        plot_effects(EFFECTS.head(0), label="group", count="treated", xlabel="points")
    assert str(error.value) == (
        "`table` has no rows; a figure needs at least one difference to draw."
    )
    with pytest.raises(InputError) as error:
        plot_event_time(EVENTS.head(0), ylabel="change")
    assert str(error.value) == "`table` has no rows; a figure needs at least one period to draw."
