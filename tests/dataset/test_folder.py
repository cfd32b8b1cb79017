"""Datasets are folders whose manifest is written last."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from carekit.dataset.folder import Rejected, append_dataset, create_dataset, open_dataset
from carekit.errors import DatasetError, InputError, SchemaError

POSTS = pd.DataFrame(
    {
        "post_id": ["x:1", "x:2"],
        "network": "x",
        "author_role": "customer",
        "created_at": pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True),
        "visibility": "public",
        "text": ["<script>alert(1)</script>", "café"],
    }
)


def make(path, posts=POSTS):
    with create_dataset(path, title="T <b>", licence="CC0-1.0") as out:
        out.add_posts(posts, source="test")
        out.set_table(
            "accounts",
            pd.DataFrame({"account": ["a"], "network": ["x"], "brand": ["A"]}),
            source="test",
        )
        out.reject([Rejected("7", "no date", 1, "f.csv")])
    return open_dataset(path)


def add_twice(writer):
    """Good posts, then posts that break the contract."""
    with writer as out:
        out.add_posts(POSTS, source="test")
        out.add_posts(POSTS.assign(network=None), source="test")


def test_what_is_written_is_read_back(tmp_path):
    dataset = make(tmp_path / "d")
    posts = dataset.read("posts")
    assert list(posts.text) == list(POSTS.text)
    assert str(posts.created_at.dtype) == "datetime64[us, UTC]"
    assert dataset.read("brands").empty
    assert (
        tmp_path / "d" / "rejected.csv"
    ).read_text() == "line,reason,n,file\n7,no date,1,f.csv\n"
    assert "One row per: one public post" in (tmp_path / "d" / "CARD.md").read_text()


def test_appending_adds_a_part_and_keeps_the_rest(tmp_path):
    make(tmp_path / "d")
    with append_dataset(tmp_path / "d") as out:
        out.add_posts(POSTS.assign(post_id=["x:3", "x:4"]), source="more")
        out.reject([Rejected("9", "no id", 1, "g.csv")])
    dataset = open_dataset(tmp_path / "d")
    assert list(dataset.read("posts").post_id) == ["x:1", "x:2", "x:3", "x:4"]
    assert [p.source for p in dataset.manifest.parts] == ["test", "test", "more"]
    assert len(dataset.file("rejected.csv").read_text().splitlines()) == 3


def test_an_error_inside_the_block_leaves_nothing(tmp_path):
    with pytest.raises(SchemaError):
        add_twice(create_dataset(tmp_path / "d", title="T", licence="L"))
    assert list(tmp_path.iterdir()) == []


def test_an_error_while_appending_leaves_the_dataset_as_it_was(tmp_path):
    make(tmp_path / "d")
    before = sorted((p.name, p.stat().st_size) for p in (tmp_path / "d").rglob("*"))
    with pytest.raises(SchemaError):
        add_twice(append_dataset(tmp_path / "d"))
    assert sorted((p.name, p.stat().st_size) for p in (tmp_path / "d").rglob("*")) == before


def test_a_folder_with_something_in_it_is_not_overwritten(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(DatasetError, match="already exists and is not an empty folder"):
        create_dataset(tmp_path, title="T", licence="L")


def test_a_missing_or_broken_manifest_is_one_clear_message(tmp_path):
    with pytest.raises(DatasetError, match="There is no dataset folder at"):
        open_dataset(tmp_path / "none")
    with pytest.raises(DatasetError, match="so it is not a carekit dataset"):
        open_dataset(tmp_path)
    for text in ("{", "[]", "{}", '{"format": 1}', "null"):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(DatasetError, match="cannot be read"):
            open_dataset(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(DatasetError, match="has format 99; this version of carekit reads format 1"):
        open_dataset(tmp_path)


def test_a_damaged_table_points_to_check(tmp_path):
    dataset = make(tmp_path / "d")
    dataset.files("posts")[0].write_bytes(b"PAR1")
    with pytest.raises(DatasetError, match="Run `carekit check"):
        dataset.read("posts")


def test_only_tables_with_a_contract_are_written(tmp_path):
    with (
        pytest.raises(InputError, match="expected one of: accounts, brands, threads, survey"),
        create_dataset(tmp_path / "d", title="T", licence="L") as out,
    ):
        out.set_table("posts", POSTS, source="test")


def test_the_html_of_a_dataset_escapes_its_title(tmp_path):
    assert "T &lt;b&gt;" in make(tmp_path / "d")._repr_html_()


def test_the_environment_names_the_dataset_to_open(tmp_path, monkeypatch):
    make(tmp_path / "d")
    monkeypatch.setenv("CAREKIT_DATASET", str(tmp_path / "d"))
    assert open_dataset().path == tmp_path / "d"


def test_the_manifest_holds_no_path_of_the_machine(tmp_path):
    make(tmp_path / "d")
    manifest = json.loads((tmp_path / "d" / "manifest.json").read_text())
    assert str(tmp_path) not in json.dumps(manifest)
    assert manifest["parts"][0]["rows"] == 2


def test_a_small_table_is_read_once_and_nobody_changes_it_for_others(tmp_path):
    dataset = make(tmp_path / "d")
    mine = dataset.read("accounts")
    mine["brand"] = "changed"
    for file in dataset.files("accounts"):
        file.unlink()
    assert dataset.read("accounts")["brand"].tolist() == ["A"]
