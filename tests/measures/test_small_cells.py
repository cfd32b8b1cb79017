"""No cell of a few people, no request lost without being counted."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.measures.small_cells import check_min_cell, coarsen_waits, count_people, pool_small

CELLS = ["yes", "no"]


def crowd(table: pd.DataFrame) -> pd.DataFrame:
    """Every request of another person."""
    people = table.assign(network="x", people=table[CELLS].sum(axis=1))
    for cell in CELLS:
        people[f"{cell}_people"] = people[f"{cell}_home"] = people[cell]
    return people


def pooled(table: pd.DataFrame, **options) -> list[list] | None:
    got = pool_small(crowd(table), label="brand", cells=CELLS, min_cell=5, **options)
    return None if got is None else got[["brand", *CELLS]].to_numpy().tolist()


def test_small_rows_are_pooled_and_the_smallest_other_joins_if_need_be():
    table = pd.DataFrame({"brand": list("abcd"), "yes": [20, 6, 9, 2], "no": [9, 7, 30, 0]})
    # d alone would show 2: b, the smallest of the others, joins it
    assert pooled(table) == [["(other brands)", 8, 7], ["a", 20, 9], ["c", 9, 30]]


def test_a_hopeless_group_gives_nothing():
    assert pooled(pd.DataFrame({"brand": ["a"], "yes": [2], "no": [8]})) is None


def test_a_label_that_may_not_be_shown_or_has_few_people_is_pooled():
    table = pd.DataFrame({"brand": list("ab"), "yes": [20, 6], "no": [9, 7]})
    assert pooled(table, nameless=["a"]) == [["(other brands)", 20, 9], ["b", 6, 7]]
    assert pooled(table, min_people=14) == [["(other brands)", 6, 7], ["a", 20, 9]]


def test_a_small_difference_is_pooled_like_a_small_cell():
    table = pd.DataFrame({"brand": list("abc"), "yes": [20, 9, 30], "no": [9, 7, 22]})
    assert pooled(table, differences={"yes": ["no"]}) == [
        ["(other brands)", 29, 16], ["c", 30, 22]
    ]  # fmt: skip


def test_people_count_once_however_often_they_write_and_in_one_place_when_pooled():
    counts = pd.DataFrame(
        {"network": "x", "brand": list("aabbb"), "person": list("pppqr"), "n": [1, 4, 1, 1, 1]}
    )
    got = count_people(counts, label="brand", cells=["n"])
    assert got.to_numpy().tolist() == [["x", "a", 5, 1, 1, 1], ["x", "b", 3, 3, 2, 3]]
    assert pool_small(got, label="brand", cells=["n"], min_cell=4) is None
    both = pool_small(got, label="brand", cells=["n"], min_cell=3, nameless=["a", "b"])
    assert both[["n", "n_people", "n_home"]].to_numpy().tolist() == [[8, 3, 3]]


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12))),
    st.integers(1, 8),
)
def test_no_small_cell_remains_and_the_sum_is_kept(rows, min_cell):
    table = pd.DataFrame(
        [(f"b{i}", yes, no) for i, (yes, no) in enumerate(rows)], columns=["brand", *CELLS]
    ).astype({"yes": int, "no": int})
    people = crowd(table)
    before = people.copy()
    got = pool_small(people, label="brand", cells=CELLS, min_cell=min_cell)
    assert people.equals(before)
    whole = table[CELLS].sum()
    if got is None:
        assert ((whole > 0) & (whole < min_cell)).any()
    else:
        assert not ((got[CELLS] > 0) & (got[CELLS] < min_cell)).any(axis=None)
        assert got[CELLS].sum().equals(whole) or not len(table)


def waits(rows: list[tuple[int, int, int]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["minute", "events", "censored"]).astype(int)
    return table.assign(events_people=table.events, censored_people=table.censored)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), st.integers(0, 6)), max_size=15),
    st.integers(1, 8),
)
def test_coarse_waits_have_no_small_class_and_keep_their_sum(rows, min_cell):
    table = waits(rows)
    got = coarsen_waits(table, min_cell=min_cell)
    columns = ["events", "censored"]
    assert not ((got[columns] > 0) & (got[columns] < min_cell)).any(axis=None)
    whole = table[columns].sum()
    if len(got):
        assert got[columns].sum().tolist() == whole.tolist()
    else:
        assert not whole.any() or ((whole > 0) & (whole < min_cell)).any()
    assert got.minute.is_monotonic_increasing


def test_a_class_stands_at_its_longest_wait():
    table = waits([(1, 3, 0), (4, 2, 0), (5, 0, 4), (60, 6, 1)])
    assert coarsen_waits(table, min_cell=5).to_numpy().tolist() == [[4, 5, 0], [60, 6, 5]]


def test_a_class_of_many_requests_of_one_person_joins_the_next():
    table = waits([(1, 9, 0), (4, 5, 0)])
    table["events_people"] = [1, 5]
    assert coarsen_waits(table, min_cell=5).to_numpy().tolist() == [[4, 14, 0]]


def test_a_cell_of_nothing_is_refused():
    with pytest.raises(InputError) as error:
        check_min_cell(0)
    assert str(error.value) == (
        "`min_cell` is 0; a whole number from 1 on was expected. Use 5, the usual rule, or more."
    )
