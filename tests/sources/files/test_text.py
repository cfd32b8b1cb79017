"""Bytes, encodings and physical lines."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.sources.files.text import LONGEST_LINE, Lines, decode, encoding, facts


def lines(folder: Path, content: bytes) -> tuple[list[str | None], Lines]:
    path = folder / "f"
    path.write_bytes(content)
    made = Lines(path)
    return list(made), made


@pytest.mark.parametrize(
    ("content", "n_lines", "plain"),
    [
        (b"", 0, True),
        (b"a", 1, True),
        (b"a\nb", 2, True),
        (b"a\r\nb\r\n", 2, True),
        (b"a\rb\n", 1, False),
        (b"a\r", 1, False),
        (b"a\0\n", 1, False),
    ],
)
def test_facts_count_lines_and_odd_characters(
    content: bytes, n_lines: int, plain: bool, tmp_path: Path
) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    made = facts(path)
    assert (made.n_lines, made.plain) == (n_lines, plain)
    assert made.sha256 == hashlib.sha256(content).hexdigest()


def test_facts_see_a_line_end_across_two_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carekit.sources.files.text.CHUNK", 2)
    path = tmp_path / "f"
    path.write_bytes(b"a\r\nb\r\n")
    assert facts(path).plain


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_valid_text_is_never_mended(text: str) -> None:
    assert decode(text.encode()) == (text, None)


@given(st.binary(max_size=40))
def test_any_bytes_become_text(content: bytes) -> None:
    text, mended = decode(content)
    assert mended in (None, "cp1252", "replaced")
    text.encode()  # no lone surrogate


@pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_gives_the_same_lines(name: str, tmp_path: Path) -> None:
    content = "id,text\n1,déjà vu\n2,end"
    assert lines(tmp_path, content.encode(name))[0] == ["id,text\n", "1,déjà vu\n", "2,end"]


def test_each_line_is_mended_by_itself_and_counted(tmp_path: Path) -> None:
    made, counter = lines(tmp_path, b"caf\xe9\n\xc3\xa9 \xff\nx\0y\n")
    assert made == ["café\n", "é \ufffd\n", "xy\n"]
    assert (counter.n_cp1252, counter.n_replaced, counter.n_nul) == (1, 1, 1)


def test_a_return_alone_ends_a_line(tmp_path: Path) -> None:
    assert lines(tmp_path, b"a\rb\r\nc\r")[0] == ["a\r", "b\r\n", "c\r"]


@pytest.mark.parametrize("name", ["utf-8", "utf-16"])
def test_a_line_without_end_is_given_up_in_bounded_memory(name: str, tmp_path: Path) -> None:
    content = ("x" * (LONGEST_LINE + 10) + "\nb\n").encode(name)
    assert lines(tmp_path, content)[0] == [None, "b\n"]


def test_encoding_is_told_from_marks_and_from_zeros() -> None:
    assert encoding("id,text".encode("utf-16-le")) == "utf-16-le"
    assert encoding("id,text".encode("utf-16-be")) == "utf-16-be"
    assert encoding(b"") == "utf-8"
