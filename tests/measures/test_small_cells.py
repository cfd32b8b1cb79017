"""No count below the smallest cell, no request lost without being counted."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.measures.small_cells import check_min_cell, coarsen_waits, pool_small

COUNTS = ["yes", "no"]


def test_small_rows_are_pooled_and_the_smallest_other_joins_if_need_be():
    table = pd.DataFrame({"brand": list("abcd"), "yes": [20, 6, 9, 2], "no": [9, 7, 30, 0]})
    got, withheld = pool_small(table, within=[], label="brand", counts=COUNTS, min_cell=5)
    # d alone would show 2: b, the smallest of the others, joins it
    assert got.to_numpy().tolist() == [["a", 20, 9], ["c", 9, 30], ["(other brands)", 8, 7]]
    assert withheld == 0


def test_groups_are_pooled_apart_and_a_hopeless_one_is_withheld_and_counted():
    table = pd.DataFrame(
        {"net": list("xxy"), "brand": list("aba"), "yes": [9, 1, 2], "no": [9, 5, 8]}
    )
    got, withheld = pool_small(table, within=["net"], label="brand", counts=COUNTS, min_cell=5)
    assert got.to_numpy().tolist() == [["x", "(other brands)", 10, 14]]
    assert withheld == 10


@given(
    st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 12), st.integers(0, 12))),
    st.integers(1, 8),
)
def test_no_small_cell_remains_and_the_sum_is_kept(rows, min_cell):
    table = pd.DataFrame(
        [(g, f"b{i}", yes, no) for i, (g, yes, no) in enumerate(rows)],
        columns=["net", "brand", *COUNTS],
    ).astype({"yes": int, "no": int})
    before = table.copy()
    got, withheld = pool_small(
        table, within=["net"], label="brand", counts=COUNTS, min_cell=min_cell
    )
    values = got[COUNTS].to_numpy()
    assert not ((values > 0) & (values < min_cell)).any()
    assert values.sum() + withheld == table[COUNTS].to_numpy().sum()
    assert table.equals(before)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), st.integers(0, 6)), max_size=15),
    st.integers(1, 8),
)
def test_coarse_waits_have_no_small_class_and_keep_their_sum(rows, min_cell):
    table = pd.DataFrame(rows, columns=["minute", "events", "censored"]).astype(int)
    got, withheld = coarsen_waits(table, by=[], min_cell=min_cell)
    values = got[["events", "censored"]].to_numpy()
    assert not ((values > 0) & (values < min_cell)).any()
    assert values.sum() + withheld == table[["events", "censored"]].to_numpy().sum()
    assert got.minute.is_monotonic_increasing


def test_a_class_stands_at_its_longest_wait():
    table = pd.DataFrame(
        {"brand": "a", "minute": [1, 4, 5, 60], "events": [3, 2, 0, 6], "censored": [0, 0, 4, 1]}
    )
    got, _ = coarsen_waits(table, by=["brand"], min_cell=5)
    assert got.to_numpy().tolist() == [["a", 4, 5, 0], ["a", 60, 6, 5]]


def test_a_cell_of_nothing_is_refused():
    with pytest.raises(InputError) as error:
        check_min_cell(0)
    assert str(error.value) == (
        "`min_cell` is 0; a whole number from 1 on was expected. Use 5, the usual rule, or more."
    )
