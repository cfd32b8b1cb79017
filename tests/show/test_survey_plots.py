"""Waves of a survey are drawn apart by mode, and never joined."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.show.style import describe, figure_of
from carekit.show.survey_plots import plot_waves

WAVES = pd.DataFrame(
    {
        "year": [2012, 2015, 2017],
        "mode": ["telephone", "online", "online"],
        "printed": [0.12, 0.09, 0.10],
        "estimate": [0.055, 0.09, 0.10],
        "ci_low": [0.04, 0.07, 0.08],
        "ci_high": [0.07, 0.11, 0.12],
    }
)


def test_each_mode_has_its_marks_and_moved_values_a_cross():
    before = WAVES.copy()
    drawn = plot_waves(WAVES)
    said = describe(figure_of(drawn))[0]
    assert said["legend"] == ["telephone", "online", "as printed, on another base"]
    points = [line for line in said["lines"] if line["y"] == [0.09, 0.10]]
    assert points == [{"x": [2015, 2017], "y": [0.09, 0.10]}]
    assert {"x": [2012], "y": [0.12]} in said["lines"]
    assert drawn.get_ylim()[0] == 0
    assert all(line.get_linestyle() == "None" for line in drawn.lines if len(line.get_label()) > 3
               and not line.get_label().startswith("_"))  # fmt: skip
    pd.testing.assert_frame_equal(WAVES, before)


def test_an_empty_table_is_refused():
    with pytest.raises(InputError, match="`table` has no rows; a figure needs at least one wave"):
        plot_waves(WAVES.head(0))
