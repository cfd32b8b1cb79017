"""JSON files as they really are."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.sources.files.json_documents import NO_JSON, Document, JsonFile, peek
from carekit.sources.files.records import EMPTY
from carekit.sources.json_text import TORN, decode_deep, dumps, loads

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
    found, _ = read(tmp_path, '\n\n{"a": 1}\n{"a": \n\n\n\nnonsense\n\nmore\n{"a": 2}\n\n')
    assert [(d.line, d.problem, d.n, d.last) for d in found] == [
        (1, EMPTY, 2, 2),
        (3, None, 1, 0),
        (4, None, 1, 0),
        (5, EMPTY, 3, 7),
        (8, NO_JSON, 1, 8),
        (9, EMPTY, 1, 9),
        (10, NO_JSON, 1, 10),
        (11, None, 1, 0),
        (12, EMPTY, 1, 12),
    ]
    assert [d.value for d in found if d.problem is None] == [{"a": 1}, {TORN: True}, {"a": 2}]


def test_a_broken_first_line_costs_that_line(tmp_path: Path) -> None:
    found, warnings = read(tmp_path, '{"a": "cut\n{"a": 1}\n{"a": 2}\n{"a": 3}\n')
    assert [d.line for d in found] == [1, 2, 3, 4]
    assert [d.value for d in found] == [{TORN: True}, {"a": 1}, {"a": 2}, {"a": 3}]
    assert warnings == ["1 value of a.json breaks off; only what is whole in it was kept."]


WHOLE = [{"id": n, "text": f"t{n}"} for n in range(6)]


def ids(found: list[Document]) -> list[Any]:
    """Ids of every whole item, in whatever it stands."""
    made, stack = [], [d.value for d in reversed(found)]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
        elif isinstance(each, dict) and TORN not in each:
            made += [each["id"]] if "id" in each else []
            stack += [v for v in reversed(each.values()) if isinstance(v, list)]
        elif isinstance(each, dict):
            stack += [v for v in reversed(each.values()) if isinstance(v, list)]
    return made


@pytest.mark.parametrize("between", ["\u2028", "\u2029", "\x85", "\f", "\v", "\x1c", "\x1e"])
@pytest.mark.parametrize("first", ["", "INFO started\n", '{"cut": "\n'])
def test_only_a_line_end_ends_a_line(between: str, first: str, tmp_path: Path) -> None:
    lines = [json.dumps({"id": n, "text": f"a{between}b"}, ensure_ascii=False) for n in range(4)]
    found, _ = read(tmp_path, first + "\n".join(lines))
    assert ids(found) == [0, 1, 2, 3]
    assert sum(d.n for d in found) == 4 + bool(first)


@pytest.mark.parametrize("broken", range(3))
@pytest.mark.parametrize("how", ["cut", "no quote", "comma"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_broken_line_of_pages_costs_one_item(
    broken: int, how: str, end: str, tmp_path: Path
) -> None:
    pages = [json.dumps({"data": WHOLE[2 * n : 2 * n + 2]}) for n in range(3)]
    whole = pages[broken]
    at = whole.rindex("t")
    pages[broken] = {
        "cut": whole[: at - 3],
        "no quote": whole[:at] + whole[at + 3 :],
        "comma": whole[: at - 1] + ",," + whole[at - 1 :],
    }[how]
    found, _ = read(tmp_path, end.join(pages) + end)
    assert ids(found) == [n for n in range(6) if n != 2 * broken + 1]


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("broken", range(6))
@pytest.mark.parametrize("how", ["key", "quote", "bracket"])
def test_a_broken_item_of_a_long_value_costs_that_item(
    indent: int | None, wrapped: bool, broken: int, how: str, tmp_path: Path
) -> None:
    def written(item: Any) -> str:
        made = json.dumps(item, indent=indent)
        return made.replace("\n", "\n" + " " * (indent or 0))

    items = [written(item) for item in WHOLE]
    items[broken] = {
        "key": items[broken].replace('"text"', '"text" oops'),
        "quote": items[broken].replace(f't{broken}"', f"t{broken}"),
        "bracket": items[broken].replace("}", "]"),
    }[how]
    pad = " " * (indent or 0)
    text = "[\n" + pad + f",\n{pad}".join(items) + "\n]"
    found, warnings = read(tmp_path, '{"data": ' + text + "}" if wrapped else text)
    assert ids(found) == [n for n in range(6) if n != broken]
    assert warnings == ["1 value of a.json breaks off; only what is whole in it was kept."]
    assert not [d for d in found if d.problem]


def test_a_missing_comma_costs_nothing(tmp_path: Path) -> None:
    found, _ = read(tmp_path, '[{"id": 0}, {"id": 1} {"id": 2}, {"id": 3}]')
    assert ids(found) == [0, 1, 2, 3]


def test_a_script_of_an_archive_is_read(tmp_path: Path) -> None:
    found, _ = read(tmp_path, "window.YTD.tweets.part0 = " + json.dumps(WHOLE, indent=1))
    assert ids(found) == list(range(6))
    assert peek(tmp_path / "a.json")


@given(
    st.lists(st.sampled_from(['{"a":', '  {"a": [', "]", "}", '"', "x", '{"id": 1}']), max_size=30)
)
def test_any_rubble_is_read_to_its_end(pieces: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found, _ = read(Path(folder), "\n".join(pieces))
    whole = sum(piece == '{"id": 1}' for piece in pieces)
    assert len(ids(found)) <= whole


def test_rubble_takes_time_as_its_length(tmp_path: Path) -> None:
    began = time.process_time()
    read(tmp_path, "[\n" + '  {"a": [\n' * 20_000)
    assert time.process_time() - began < 10


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
        "1 line of a.json is no valid UTF-8 and was read as Windows-1252.",
        "1 line of a.json holds bytes that are no valid text; these became U+FFFD.",
        "1 object of a.json names a key twice; its last value counts.",
    ]


@pytest.mark.parametrize("content", ["", "\n", "hello", '"text"', "12", "<html></html>", "[", "{"])
def test_what_is_no_json_never_raises(content: str, tmp_path: Path) -> None:
    found, _ = read(tmp_path, content)
    assert all(d.problem or d.value in ({TORN: True}, "text", 12) for d in found)


@given(VALUES.filter(lambda v: isinstance(v, dict | list)))
def test_the_slow_reader_reads_what_json_reads(value: Any) -> None:
    text = json.dumps(value)
    assert decode_deep(text, 0)[:3] == (value, len(text), False)


@given(VALUES.filter(lambda v: isinstance(v, dict | list)), st.integers(0, 60))
def test_the_slow_reader_survives_any_cut(value: Any, at: int) -> None:
    text = json.dumps(value)[:at]
    decode_deep(text, 0)


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert loads(dumps(value)) == value


@given(VALUES, st.integers(1, 3))
def test_any_depth_is_written_as_json_writes_it(value: Any, wraps: int) -> None:
    deep = value
    for _ in range(1_200):
        deep = [deep] if wraps == 1 else {"a": deep}
    text = dumps(deep)
    assert loads(text) is not None
    assert json.dumps(value, ensure_ascii=False) in text
