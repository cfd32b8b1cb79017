"""A manifest may come from anybody: it names files of its own folder only, of the right types."""

from __future__ import annotations

import copy
import json
import os
import random
import shutil

import pandas as pd
import pytest

from carekit.dataset.check import check_dataset
from carekit.dataset.folder import append_dataset, create_dataset, open_dataset
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


@pytest.fixture
def hostile(tmp_path):
    """A dataset of somebody else beside one of ours, and a way to change its manifest."""
    for name in ("victim", "hostile"):
        with create_dataset(tmp_path / name, title=name, licence="CC0") as out:
            out.add_posts(POSTS, source="test")
    path = tmp_path / "hostile" / "manifest.json"
    raw = json.loads(path.read_text())

    def change(file):
        made = copy.deepcopy(raw)
        made["parts"].append({**made["parts"][0], "file": file})
        path.write_text(json.dumps(made))
        return path.parent

    return change


OUTSIDE = [
    "../victim/posts/part-00001.parquet",
    "posts/../../victim/posts/part-00001.parquet",
    "/etc/passwd",
    "posts//part-00001.parquet",
    "./posts/part-00001.parquet",
    "..",
    "",
    "posts/*.parquet",
    "posts/part-0000[1].parquet",
    "posts\\part-00001.parquet",
    "C:part.parquet",
    "s3://bucket/part.parquet",
    "\0",
    "a\nb",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_out_of_the_folder_is_refused(hostile, name):
    folder = hostile(name)
    for use in (open_dataset, append_dataset, check_dataset):
        with pytest.raises(DatasetError, match="expected a file inside that folder"):
            use(folder)
    assert len(open_dataset(folder.parent / "victim").read("posts")) == 2


def test_a_link_out_of_the_folder_is_refused(hostile, tmp_path):
    folder = hostile("posts/part-00002.parquet")
    theirs = tmp_path / "victim" / "posts" / "part-00001.parquet"
    (folder / "posts" / "part-00002.parquet").symlink_to(theirs)
    with pytest.raises(DatasetError, match="no link out of it"):
        open_dataset(folder)
    (folder / "posts" / "part-00002.parquet").unlink()
    shutil.rmtree(folder / "posts")
    (folder / "posts").symlink_to(tmp_path / "victim" / "posts")
    with pytest.raises(DatasetError, match="no link out of it"):
        open_dataset(folder)
    assert theirs.is_file()


@pytest.mark.parametrize("name", ["rejected.csv", "questions.json", "manifest.json"])
def test_what_lies_beside_the_tables_may_be_no_link_out_either(tmp_path, name):
    secret = tmp_path / "secret"
    secret.write_text("{}")
    with create_dataset(tmp_path / "d", title="T", licence="L") as out:
        out.add_posts(POSTS, source="test")
    (tmp_path / "d" / name).unlink(missing_ok=True)
    (tmp_path / "d" / name).symlink_to(secret)

    def use():
        open_dataset(tmp_path / "d").questions()
        with append_dataset(tmp_path / "d") as out:
            out.add_posts(POSTS, source="more")

    with pytest.raises(DatasetError, match="no link out of it"):
        use()
    assert secret.read_text() == "{}"


def test_a_folder_of_posts_that_is_a_link_out_gets_no_file(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    with create_dataset(tmp_path / "d", title="T", licence="L") as out:
        out.set_table("brands", pd.DataFrame({"brand": ["a"]}), source="test")
    (tmp_path / "d" / "posts").symlink_to(tmp_path / "elsewhere")
    writer = append_dataset(tmp_path / "d")
    with pytest.raises(DatasetError, match="no link out of it"), writer as out:
        out.add_posts(POSTS, source="test")
    assert os.listdir(tmp_path / "elsewhere") == []


def test_a_dataset_folder_may_itself_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with create_dataset(tmp_path / "link", title="T", licence="L") as out:
        out.add_posts(POSTS, source="test")
    assert len(open_dataset(tmp_path / "link").read("posts")) == 2
    assert (tmp_path / "real" / "manifest.json").is_file()


ODD = [None, True, -1, 1.5, 10**30, "", "x", "\ud800", [], {}, [1], {"a": 1}, ["answer-rate"]]


def places(value, before=()):
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield (*before, key)
        if isinstance(value[key], dict | list):
            yield from places(value[key], (*before, key))


def told(folder):
    """What is said of a dataset that cannot be checked; any other error ends the test."""
    try:
        check_dataset(folder)
    except DatasetError as error:
        return str(error)
    return None


def test_a_manifest_of_any_other_shape_is_one_sentence(tmp_path):
    with create_dataset(tmp_path / "d", title="T", licence="L", notes=["n"]) as out:
        out.add_posts(POSTS, source="test", query={"a": 1}, left_out={"b": 1}, n_read=2)
        out.set_table("brands", pd.DataFrame({"brand": ["a"]}), source="test")
    path = tmp_path / "d" / "manifest.json"
    raw = json.loads(path.read_text())
    draw, refused, n = random.Random(1), 0, 0
    for place in places(raw):
        for odd in [*draw.sample(ODD, 6), "DELETE"]:
            made = copy.deepcopy(raw)
            *above, last = place
            at = made
            for key in above:
                at = at[key]
            if odd == "DELETE":
                del at[last]
            else:
                at[last] = odd
            path.write_text(json.dumps(made))
            n += 1
            refused += "\n" not in (told(tmp_path / "d") or "\n")
    assert n > 300
    assert refused > n / 2


@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b"\xff\xfe\x00", b'{"format":1,"a":' + b"9" * 5000 + b"}", b""]
)
def test_what_is_no_manifest_at_all_is_one_sentence(tmp_path, text):
    (tmp_path / "manifest.json").write_bytes(text)
    with pytest.raises(DatasetError, match="cannot be read"):
        open_dataset(tmp_path)
