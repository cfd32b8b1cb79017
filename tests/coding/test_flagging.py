"""Flags of a whole dataset: which posts, which columns, no text."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from carekit.coding.flagging import flag_dataset, summarise_flags, write_flags
from carekit.errors import InputError
from carekit.text.rules import RuleTriage

ROWS = [
    {"id": "x:1", "text": "what time do you open", "brand": "a"},
    {"id": "x:2", "text": "thanks, all sorted", "brand": "a", "reply_to": "x:3"},
    {"id": "x:3", "text": "Please DM us", "author_role": "brand", "brand": "a", "reply_to": "x:1"},
    {"id": "x:4", "text": None, "brand": "b"},
]


@pytest.fixture
def dataset(make_dataset):
    return make_dataset(ROWS, copies=ROWS[:1])


@pytest.mark.parametrize(
    ("posts", "ids"),
    [
        ("all", ["x:1", "x:2", "x:3", "x:4"]),
        ("customer", ["x:1", "x:2", "x:4"]),
        ("openings", ["x:1", "x:4"]),
        ("brand", ["x:3"]),
    ],
)
def test_the_posts_asked_for_are_flagged_once(dataset, posts, ids):
    assert flag_dataset(dataset, posts=posts)["post_id"].to_list() == ids


def test_posts_in_memory_are_flagged_as_those_of_a_folder(dataset):
    (table,) = {part.table for part in dataset.manifest.parts}
    held = pa.concat_tables(pq.read_table(file) for file in dataset.files(table))
    memory = replace(dataset, tables={table: held})
    pd.testing.assert_frame_equal(flag_dataset(memory), flag_dataset(dataset))


def test_flags_are_those_of_the_rules(dataset):
    flags = flag_dataset(dataset).set_index("post_id")
    direct = RuleTriage().flag(
        [r["text"] for r in ROWS], author_role=pd.Series(["customer"] * 2 + ["brand", "customer"])
    )
    for column in ("tone", "is_question", "handoff", "pii_types"):
        mine, theirs = (f[column].astype("string").fillna("?") for f in (flags, direct))
        assert mine.to_list() == theirs.to_list(), column
    assert flags["comment_class"].isna().to_list() == [False, False, True, True]


def test_a_flag_is_counted_over_the_posts_that_can_have_it(dataset):
    table = summarise_flags(flag_dataset(dataset), by="brand").set_index(["brand", "flag", "value"])
    assert table.loc[("a", "handoff", "requested"), ["n", "n_yes"]].to_list() == [1, 1]
    assert table.loc[("a", "is_question", "yes"), ["n", "n_yes"]].to_list() == [3, 1]
    assert table.loc[("b", "tone", "neutral"), "n"] == 0
    assert pd.isna(table.loc[("b", "tone", "neutral"), "share"])


def test_personal_data_is_counted_in_every_language():
    flags = RuleTriage().flag(["llámame al 06 12 34 56 78", "ok"], lang=pd.Series(["es", "en"]))
    table = summarise_flags(flags).set_index(["flag", "value"])
    assert table.loc[("personal_data", "phone"), ["n", "n_yes"]].to_list() == [2, 1]
    assert table.loc[("tone", "neutral"), "n"] == 1


def test_what_is_written_reads_back(dataset, tmp_path):
    flags = flag_dataset(dataset)
    assert len(pd.read_parquet(write_flags(flags, tmp_path / "f.parquet"))) == 4
    assert len(pd.read_csv(write_flags(flags, tmp_path / "f.csv"))) == 4
    with pytest.raises(InputError) as error:
        write_flags(flags, "f.txt")
    assert str(error.value) == (
        "`out` is 'f.txt'; expected a name ending in .parquet or .csv. Rename it."
    )


def test_unknown_posts_columns_and_groups_are_errors(dataset):
    with pytest.raises(InputError, match="`posts` is 'mine'; expected one of openings, customer"):
        flag_dataset(dataset, posts="mine")
    with pytest.raises(InputError, match="`columns` names 'beauty'; expected columns of posts"):
        flag_dataset(dataset, columns=["beauty"])
    with pytest.raises(InputError, match="`by` names a column 'beauty' that does not exist"):
        summarise_flags(flag_dataset(dataset), by="beauty")
