"""The careful reader of delimited files."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.sources.files.records import BROKEN, EMPTY, TOO_LONG, Record, read_records

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def records(content: str, n_fields: int | None = 3, delimiter: str = ",") -> list[Record]:
    lines = list(io.StringIO(content, newline=""))
    return list(read_records(lines, delimiter=delimiter, n_fields=n_fields))


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=6), st.sampled_from(",;\t|"))
def test_whatever_csv_writer_writes_comes_back(rows: list[list[str]], delimiter: str) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    kept = [r.fields for r in records(buffer.getvalue(), delimiter=delimiter) if r.fields]
    assert kept == [r for r in rows if any(r)]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_every_physical_line_is_in_exactly_one_record(content: str) -> None:
    made = records(content)
    spans = [(r.line, r.last) for r in made]
    n_lines = len(list(io.StringIO(content, newline="")))
    covered = [line for first, last in spans for line in range(first, last + 1)]
    assert covered == list(range(1, n_lines + 1))
    assert all((r.fields is None) != (r.problem is None) for r in made)


def test_a_cut_quoted_field_costs_its_own_row(tmp_path: object) -> None:
    assert records('1,a,b\n2,"cut off\nhere') == [
        Record(1, 1, ["1", "a", "b"]),
        Record(2, 3, None, BROKEN),
    ]


def test_a_missing_closing_quote_costs_one_row() -> None:
    assert records('1,"lost,b\n2,c,d\n3,"e",f\n') == [
        Record(1, 1, None, BROKEN),
        Record(2, 2, ["2", "c", "d"]),
        Record(3, 3, ["3", "e", "f"]),
    ]


def test_words_after_a_closing_quote_cost_one_row() -> None:
    assert [r.problem for r in records('1,"a"b,c\n2,d,e\n')] == [BROKEN, None]


def test_a_quote_inside_an_unquoted_field_is_a_letter() -> None:
    assert records('1,5" screen,b\n')[0].fields == ["1", '5" screen', "b"]


def test_rows_of_another_width_are_named() -> None:
    assert [r.problem for r in records("1,2\n1,2,3,4\n1,2,3,,\n")] == [
        "expected 3 fields, found 2",
        "expected 3 fields, found 4",
        None,
    ]


def test_neighbouring_empty_rows_come_as_one() -> None:
    assert records("\n,,\n\n1,2,3\n\n") == [
        Record(1, 3, None, EMPTY, 3),
        Record(4, 4, ["1", "2", "3"]),
        Record(5, 5, None, EMPTY, 1),
    ]


def test_a_field_without_end_and_a_line_without_end_are_too_long() -> None:
    assert records("1," + "x" * 200_000 + ",3\n4,5,6\n") == [
        Record(1, 1, None, TOO_LONG),
        Record(2, 2, ["4", "5", "6"]),
    ]
    made = list(read_records(["1,2,3\n", None, "4,5,6\n"], delimiter=",", n_fields=3))
    assert [(r.line, r.problem) for r in made] == [(1, None), (2, TOO_LONG), (3, None)]


@pytest.mark.parametrize("content", ["", "\n", "\r\n\r\n"])
def test_nothing_makes_no_row(content: str) -> None:
    assert not [r for r in records(content) if r.fields]
