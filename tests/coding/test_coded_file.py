"""Files of coded posts as other people save them."""

from __future__ import annotations

import gzip

import pytest

from carekit.coding.coded_file import read_coded_file
from carekit.errors import InputError

TABLE = 'text,label\nété déjà là,pos\n"two\nlines, ""quoted""",neg\n,neu\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_encoding_gives_the_same_rows(tmp_path, encoding):
    file = tmp_path / "c.csv"
    file.write_bytes(TABLE.encode(encoding))
    frame = read_coded_file(file).frame
    assert frame["text"].to_list()[:2] == ["été déjà là", 'two\nlines, "quoted"']
    assert frame["text"].isna().to_list() == [False, False, True]
    assert frame["label"].to_list() == ["pos", "neg", "neu"]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_any_delimiter_is_told_from_the_header(tmp_path, delimiter):
    file = tmp_path / "c.csv"
    file.write_text(f"a{delimiter}b\n1{delimiter}x, y\n", encoding="utf-8")
    assert read_coded_file(file).frame.to_dict("records") == [{"a": "1", "b": "x, y"}]


def test_packed_files_are_unpacked(tmp_path):
    file = tmp_path / "c.csv.gz"
    file.write_bytes(gzip.compress(TABLE.encode()))
    assert len(read_coded_file(file).frame) == 3


def test_a_column_name_that_repeats_gets_a_number(tmp_path):
    file = tmp_path / "c.csv"
    file.write_text("a,a\n1,2\n", encoding="utf-8")
    assert list(read_coded_file(file).frame.columns) == ["a", "a_2"]


def test_rows_that_cannot_be_read_are_counted_with_the_first_line(tmp_path):
    file = tmp_path / "c.csv"
    file.write_text('text,label\ngood,pos\n"never closed,neg\nfine,neu\n', encoding="utf-8")
    coded = read_coded_file(file)
    assert coded.frame["text"].to_list() == ["good", "fine"]
    assert len(coded.notes) == 1
    assert coded.notes[0].startswith("1 rows of c.csv cannot be read (first line 3: ")


def test_a_missing_file_is_named():
    with pytest.raises(InputError) as error:
        read_coded_file("nowhere.csv")
    assert str(error.value) == (
        "`FILE` 'nowhere.csv' is no file; expected a table of coded posts (CSV). Check the name."
    )


def test_an_empty_file_has_no_header(tmp_path):
    file = tmp_path / "c.csv"
    file.write_bytes(b"")
    with pytest.raises(InputError, match=r"c\.csv has no readable header"):
        read_coded_file(file)
