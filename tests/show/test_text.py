"""Results as table, csv and json."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.show.text import format_frame

FRAME = pd.DataFrame(
    {
        "brand": ["=cmd|' /C calc'!A0", "\x1b[31mred", None],
        "n": [1200, 2, 0],
        "estimate": [0.5, np.nan, 1 / 3],
        "method": ["a", "a", "b"],
        "definition": ["d"] * 3,
    }
)


def test_json_is_a_list_of_records_at_full_precision_with_null_for_missing():
    records = json.loads(format_frame(FRAME, format="json"))
    assert records[2] == {
        "brand": None,
        "n": 0,
        "estimate": 1 / 3,
        "method": "b",
        "definition": "d",
    }
    assert records[1]["estimate"] is None


def test_csv_neutralises_cells_that_a_spreadsheet_would_run():
    lines = format_frame(FRAME, format="csv").splitlines()
    assert lines[0] == "brand,n,estimate,method,definition"
    assert lines[1].startswith("'=cmd")


def test_a_table_shows_no_control_signs_and_puts_repeated_texts_below():
    text = format_frame(FRAME)
    assert "\x1b" not in text
    assert "method 1: a" in text
    assert "method 2: b" in text
    assert text.endswith("definition: d")
    assert "1,200" in text


def test_a_single_wide_row_stands_upright():
    wide = pd.DataFrame([{f"column_{i}": i for i in range(12)}])
    assert format_frame(wide).splitlines()[3] == "column_3   3"


def test_no_rows_say_so():
    assert format_frame(FRAME.head(0)) == "no rows"
    assert format_frame(FRAME.head(0), format="json") == "[]"


def test_the_frame_is_left_as_it_was():
    before = FRAME.copy()
    for kind in ("table", "csv", "json"):
        format_frame(FRAME, format=kind)
    pd.testing.assert_frame_equal(FRAME, before)


def test_an_unknown_format_is_refused():
    with pytest.raises(InputError) as error:
        format_frame(FRAME, format="xml")
    assert str(error.value) == "`format` is 'xml'; expected one of: table, csv, json."


def test_a_table_holds_no_colours_whatever_the_environment(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as a Jupyter kernel sets it
    assert "\x1b" not in format_frame(FRAME)
