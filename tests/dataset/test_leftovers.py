"""What killed writers leave is named and cleared; what anybody else put there stays."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from carekit.cli import main
from carekit.dataset.check import check_dataset
from carekit.dataset.folder import append_dataset, create_dataset, open_dataset
from carekit.dataset.leftovers import clean_dataset
from carekit.dataset.locking import writing
from carekit.errors import DatasetError

POSTS = pd.DataFrame(
    {
        "post_id": ["x:1", "x:2"],
        "network": "x",
        "author_role": "customer",
        "created_at": pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True),
        "visibility": "public",
    }
)
BRANDS = pd.DataFrame({"brand": ["Acme"]})


@pytest.fixture
def littered(tmp_path):
    """A dataset in its second state, with what writers may leave and with files of its owner."""
    out = tmp_path / "d"
    with create_dataset(out, title="T", licence="CC0") as writer:
        writer.add_posts(POSTS, source="test")
        writer.set_table("brands", BRANDS, source="test")
    with append_dataset(out) as writer:
        writer.set_table("brands", BRANDS.assign(country="FR"), source="test")
    ours = ["posts/part-00002.parquet", "accounts.parquet", "brands.v3.parquet", "CARD.v7.md"]
    ours += ["rejected.v2.csv", ".manifest.json.77.tmp"]
    theirs = ["posts/mine.parquet", "notes.md", "events.csv"]
    for name in [*ours, *theirs]:
        (out / name).write_text("x")
    left = tmp_path / ".d.77.partial"
    left.mkdir()
    (left / "people.parquet").write_text("Ann")
    return out, ours, theirs, left


def test_check_names_what_is_left_over_and_clean_deletes_it(littered, capsys):
    out, ours, theirs, left = littered
    found = check_dataset(out).query("remedy.str.contains('--clean')")
    assert list(found.n) == [len(ours), 1]
    assert found.examples.iloc[1] == ".d.77.partial"
    assert main(["check", str(out), "--clean"]) == 0
    told = capsys.readouterr()
    assert set(ours) < set(told.err.split("\n")[0].removeprefix("Deleted: ")[:-1].split(", "))
    assert "--clean" not in told.out
    assert not left.exists()
    assert all((out / name).exists() for name in theirs)
    assert not any((out / name).exists() for name in ours)
    assert len(open_dataset(out).read("posts")) == 2
    assert list(open_dataset(out).read("brands").country) == ["FR"]
    assert clean_dataset(out) == []


def test_tables_that_nobody_names_stay_while_one_that_is_named_is_gone(littered):
    out, _, _, left = littered
    open_dataset(out).files("brands")[0].unlink()
    assert set(clean_dataset(out)) == {left.name, ".manifest.json.77.tmp"}
    assert (out / "brands.v3.parquet").exists()


def test_nothing_is_left_over_while_somebody_writes(littered):
    out, *_ = littered
    with writing(out):
        assert not check_dataset(out).remedy.str.contains("--clean").any()


def test_a_first_import_that_was_killed_can_be_cleaned_too(littered, capsys):
    out, _, _, left = littered
    shutil.rmtree(out)
    assert main(["check", str(out), "--clean"]) == 0
    assert not left.exists()
    assert main(["check", str(out), "--clean"]) == 2
    assert "nothing was left beside it" in capsys.readouterr().err


def test_files_of_the_state_before_go_with_the_next_writer(tmp_path, monkeypatch):
    out = tmp_path / "d"
    with create_dataset(out, title="T", licence="CC0") as writer:
        writer.add_posts(POSTS, source="test")
    kept = type(out).unlink

    def stuck(path, missing_ok=False):
        if path.name == "part-00001.parquet":
            raise PermissionError(13, "Permission denied", str(path))
        kept(path, missing_ok=missing_ok)

    monkeypatch.setattr(type(out), "unlink", stuck)
    with append_dataset(out) as writer:
        writer.drop_part("posts/part-00001.parquet")
        writer.add_posts(POSTS.assign(text=None), source="without texts")
    monkeypatch.undo()
    assert (out / "posts" / "part-00001.parquet").exists()
    assert check_dataset(out).examples[0] == "posts/part-00001.parquet"
    with append_dataset(out) as writer:
        writer.describe(notes=("looked at",))
    assert not (out / "posts" / "part-00001.parquet").exists()
    assert [p.name for p in open_dataset(out).files("posts")] == ["part-00002.parquet"]


def test_a_first_state_reads_as_before_and_a_later_one_says_that_it_is_newer(littered, tmp_path):
    with create_dataset(tmp_path / "first", title="T", licence="CC0") as writer:
        writer.add_posts(POSTS, source="test")
    first = json.loads((tmp_path / "first" / "manifest.json").read_text())
    assert (first["format"], "beside" in first, "replaced" in first) == (1, False, False)
    later = json.loads((littered[0] / "manifest.json").read_text())
    assert later["format"] == 2
    assert later["beside"] == {"CARD.md": "CARD.v2.md"}
    assert later["replaced"] == ["brands.parquet", "CARD.md"]
    assert open_dataset(littered[0]).file("CARD.md").read_text().startswith("# T")


def test_a_reader_whose_tables_were_replaced_is_told_so(littered):
    out, *_ = littered
    before = open_dataset(out)
    with append_dataset(out) as writer:
        writer.set_table("brands", BRANDS.assign(country="DE"), source="test")
    with pytest.raises(DatasetError, match="were replaced by another process"):
        before.read("brands")


def test_only_what_is_new_is_written_again(tmp_path):
    out = tmp_path / "d"
    with create_dataset(out, title="T", licence="CC0") as writer:
        writer.add_posts(POSTS, source="test")
    before = {p.name: p.stat().st_mtime_ns for p in out.rglob("*.*")}
    with append_dataset(out):
        pass
    after = {p.name: p.stat().st_mtime_ns for p in out.rglob("*.*")}
    del before["manifest.json"], after["manifest.json"]
    assert before == after
