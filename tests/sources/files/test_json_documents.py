"""JSON files as they really are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.sources.files.json_documents import NO_JSON, Document, JsonFile, decode_deep, peek
from carekit.sources.files.records import EMPTY
from carekit.sources.networks.values import TORN

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def read(tmp_path: Path, content: str | bytes) -> tuple[list[Document], list[str]]:
    path = tmp_path / "a.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    file = JsonFile(path, name="a.json")
    return list(file), file.warnings


def values(tmp_path: Path, content: str | bytes) -> list[Any]:
    return [d.value for d in read(tmp_path, content)[0] if d.problem is None]


ONE, TWO = {"a": 1, "b": [1, 2]}, {"a": 2}


@pytest.mark.parametrize(
    "content",
    [
        '{"a": 1, "b": [1, 2]}\n{"a": 2}\n',
        '{"a": 1, "b": [1, 2]}\r\n{"a": 2}',
        '{\n "a": 1,\n "b": [1, 2]\n}\n{\n "a": 2\n}\n',
        '{"a": 1,\n "b": [1, 2]},\n{"a": 2}',
        '{"a": 1, "b": [1,\n 2]}{"a": 2}',
    ],
)
def test_one_value_a_line_or_several_in_a_row(content: str, tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        assert values(tmp_path, content.encode(encoding)) == [ONE, TWO]


@pytest.mark.parametrize("indent", [None, 2])
def test_one_value_over_one_or_many_lines(indent: int | None, tmp_path: Path) -> None:
    assert values(tmp_path, json.dumps([ONE, TWO], indent=indent)) == [[ONE, TWO]]
    assert values(tmp_path, json.dumps(ONE, indent=indent)) == [ONE]


def test_broken_and_empty_lines_are_problems_with_their_line(tmp_path: Path) -> None:
    found, _ = read(tmp_path, '\n\n{"a": 1}\n{"a": \n\n\n\nnonsense\n{"a": 2}\n\n')
    assert [(d.line, d.problem, d.n, d.last) for d in found] == [
        (1, EMPTY, 2, 2),
        (3, None, 1, 0),
        (4, NO_JSON, 1, 0),
        (5, EMPTY, 3, 7),
        (8, NO_JSON, 1, 0),
        (9, None, 1, 0),
        (10, EMPTY, 1, 10),
    ]


def test_a_broken_first_line_costs_that_line(tmp_path: Path) -> None:
    found, _ = read(tmp_path, '{"a": "cut\n{"a": 1}\n{"a": 2}\n{"a": 3}\n')
    assert [(d.line, d.problem) for d in found] == [(1, NO_JSON), (2, None), (3, None), (4, None)]


def test_a_file_that_is_cut_off_keeps_what_came_before(tmp_path: Path) -> None:
    whole = json.dumps({"data": [{"id": n, "text": "x" * 5} for n in range(3)]}, indent=1)
    at = whole.index('"id": 2') + 9
    (value,) = values(tmp_path, whole[:at])
    assert [item["id"] for item in value["data"][:2]] == [0, 1]
    assert value["data"][2] == {"id": 2, TORN: True}
    assert TORN in value
    assert TORN not in value["data"][1]


def test_depth_is_no_limit(tmp_path: Path) -> None:
    depth = 20_000
    text = '{"r":[' * depth + "1" + "]}" * depth
    (value,) = values(tmp_path, text)
    for _ in range(depth):
        value = value["r"][0]
    assert value == 1
    assert peek(tmp_path / "a.json") is not None


def test_ids_stay_exact_and_odd_numbers_are_nothing(tmp_path: Path) -> None:
    (value,) = values(tmp_path, '{"a": %s, "b": NaN, "c": -Infinity, "d": 1e3}' % ("9" * 5000))
    assert value == {"a": "9" * 5000, "b": None, "c": None, "d": 1000.0}


def test_what_was_mended_is_told(tmp_path: Path) -> None:
    found, warnings = read(tmp_path, b'{"a": "caf\xe9"}\n{"a": 1, "a": 2}\n{"a": "\xc3\xa9\xff"}\n')
    assert [d.value for d in found] == [{"a": "café"}, {"a": 2}, {"a": "é\ufffd"}]
    assert warnings == [
        "1 lines of a.json are no valid UTF-8 and were read as Windows-1252.",
        "1 lines of a.json hold bytes that are no valid text; these became U+FFFD.",
        "1 objects of a.json name a key twice; its last value counts.",
    ]


@pytest.mark.parametrize("content", ["", "\n", "hello", '"text"', "12", "<html></html>", "[", "{"])
def test_what_is_no_json_never_raises(content: str, tmp_path: Path) -> None:
    found, _ = read(tmp_path, content)
    assert all(d.problem is not None or d.value in ([], {TORN: True}) for d in found)


@given(VALUES.filter(lambda v: isinstance(v, dict | list)))
def test_the_slow_reader_reads_what_json_reads(value: Any) -> None:
    text = json.dumps(value)
    assert decode_deep(text, 0) == (value, len(text))


@given(VALUES.filter(lambda v: isinstance(v, dict | list)), st.integers(0, 60))
def test_the_slow_reader_survives_any_cut(value: Any, at: int) -> None:
    text = json.dumps(value)[:at]
    decode_deep(text, 0)
