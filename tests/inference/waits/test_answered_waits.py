"""Waits given an answer: numpy's quantiles from counts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError, SchemaError
from carekit.inference.waits.answered_waits import answered_waits

TIMES = ["answered_median_minutes", "answered_p90_minutes", "answered_mean_minutes"]


def test_quantiles_counted_by_hand():
    table = pd.DataFrame({"seconds": [600, 60, 120], "events": [1, 2, 2], "censored": [9, 9, 9]})
    row = answered_waits(table).iloc[0]
    # 1, 1, 2, 2, 10 minutes: the third, then 0.6 of the way from the fourth to the fifth
    assert row["n_answered"] == 5
    assert row["answered_median_minutes"] == 2.0
    assert row["answered_p90_minutes"] == pytest.approx(2 + 0.6 * 8)
    assert row["answered_mean_minutes"] == pytest.approx(16 / 5)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 20), st.integers(0, 4)),
        min_size=1,
        max_size=30,
    )
)
@settings(max_examples=40, deadline=None)
def test_counts_give_what_numpy_gives_on_single_requests(rows):
    table = pd.DataFrame(rows, columns=["brand", "minutes", "events"])
    got = answered_waits(table, by="brand", time="minutes", unit="minutes")
    assert got["brand"].tolist() == sorted(table["brand"].unique())
    for row in got.itertuples():
        part = table[table["brand"] == row.brand]
        waits = np.repeat(part["minutes"].to_numpy(float), part["events"])
        assert row.n_answered == len(waits)
        if len(waits):
            assert row.answered_median_minutes == pytest.approx(np.quantile(waits, 0.5))
            assert row.answered_p90_minutes == pytest.approx(np.quantile(waits, 0.9))
            assert row.answered_mean_minutes == pytest.approx(waits.mean())
        else:
            assert all(math.isnan(getattr(row, name)) for name in TIMES)


def test_a_group_without_answers_stays_with_nan():
    table = pd.DataFrame({"brand": ["a", "b"], "seconds": [60, 60], "events": [1, 0]})
    got = answered_waits(table, by="brand")
    assert got["n_answered"].tolist() == [1, 0]
    assert got["answered_mean_minutes"].tolist()[0] == 1.0
    assert got.loc[1, TIMES].isna().all()
    assert got["method"].tolist() == [
        "answered requests only, linear interpolation",
        "none: n = 0",
    ]


def test_an_empty_table_is_one_row_of_nan_without_groups():
    table = pd.DataFrame({"seconds": [], "events": []})
    got = answered_waits(table)
    assert got["n_answered"].tolist() == [0]
    assert got[TIMES].isna().all().all()


def test_input_is_unchanged():
    table = pd.DataFrame({"seconds": [600, 60], "events": [1, 2]})
    before = table.copy(deep=True)
    answered_waits(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (
            {"seconds": [1], "n": [1]},
            SchemaError,
            "`table` has no column 'events'; found: seconds, n. "
            "Name a column that exists, or add it to the table.",
        ),
        (
            {"seconds": [1, 2], "events": [1, 1.5]},
            InputError,
            "`table` holds counts that are not whole numbers in 1 row (first: 1); without "
            "clusters whole numbers were expected, since only sampling weights give others and "
            "those need the units that were drawn. Give unweighted counts.",
        ),
    ],
)
def test_wrong_input_is_refused_in_full_sentences(table, error, message):
    with pytest.raises(error) as caught:
        answered_waits(pd.DataFrame(table))
    assert str(caught.value) == message
