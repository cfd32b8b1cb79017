"""Files that nothing reads are named, with what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from carekit.errors import InputError
from carekit.sources.files.formats import MODULES, recognise


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "an empty file"),
        (b"PAR1....", "a Parquet file"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"window.YTD.like.part0 = [ {", "the archive of an account that X gives its owner"),
        (b"<!DOCTYPE html>\n<html><body>503</body></html>", "an HTML page"),
        (b'{"log": {"entries": []}}', "a HAR recording of a browser"),
        (b'{"error": {"code": 190}}', "the error message of a network"),
        (b"[12/05/2021, 10:04:12] Ann: hello", "a chat exported from WhatsApp"),
        (b"12/05/2021, 10:04 - Ann: hello", "a chat exported from WhatsApp"),
        (b'[{"foo": 1, "bar": 2}]', "JSON with the keys 'foo', 'bar'"),
        (b"[1, 2]", "JSON without objects"),
    ],
)
def test_it_is_named(content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        recognise(path, name="export.bin")
    start = f"The format of export.bin is not recognised: it looks like {what}. Known formats: "
    assert str(caught.value).startswith(start)
    assert ", ".join(MODULES) in str(caught.value)


def test_the_whole_message(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"aweme_id": "5"}), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        recognise(path)
    assert str(caught.value) == (
        f"The format of a.json is not recognised: it looks like posts of TikTok. Known formats: "
        f"{', '.join(MODULES)}. carekit has no reader for them. Write a table of them and import "
        "that: `carekit import csv FILE --map OURS=THEIRS,…`."
    )
