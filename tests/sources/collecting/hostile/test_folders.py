"""Folders that mean harm: nothing outside is touched, nothing is open to others."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from carekit.errors import CarekitError, DatasetError

from .conftest import bluesky, gather, post


def test_state_raw_and_drafts_are_for_their_owner_alone(tmp_path: Path) -> None:
    server = bluesky(lambda params: {"feed": [{"post": post(1)}]})
    gather(tmp_path / "d", server)
    (tmp_path / "d" / "raw").chmod(0o755)
    (tmp_path / "d" / "raw" / ".gitignore").unlink()
    (tmp_path / "d" / "collection.sqlite").chmod(0o644)
    gather(tmp_path / "d", server, target="", refresh=True)
    for path in [tmp_path / "d" / "collection.sqlite", *(tmp_path / "d" / "raw").rglob("*")]:
        if path.is_dir() or path.suffix == ".sqlite":
            assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "d" / "raw").stat().st_mode & 0o077 == 0
    assert (tmp_path / "d" / "raw" / ".gitignore").read_text() == "*\n"
    assert not (tmp_path / "d" / "raw" / "bluesky" / "drafts").exists()


@pytest.mark.parametrize("stage", ["_merge", "redact_posts"])
def test_drafts_go_also_when_making_posts_fails(
    stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **options: Any) -> Any:
        raise OSError(28, "No space left on device")

    server = bluesky(lambda params: {"feed": [{"post": post(1)}]})
    with monkeypatch.context() as patched:
        patched.setattr(f"carekit.sources.collecting.build.{stage}", broken)
        with pytest.raises(OSError, match="No space"):
            gather(tmp_path / "d", server, redact=True)
    assert not (tmp_path / "d" / "raw" / "bluesky" / "drafts").exists()
    assert gather(tmp_path / "d", server, target="", resume=True).n_posts == 1


@pytest.mark.parametrize(
    "file", ["../victim/posts/part-00001.parquet", "victim.parquet", "posts/../../v.parquet"]
)
def test_no_manifest_makes_a_collection_touch_a_file_outside(file: str, tmp_path: Path) -> None:
    server = bluesky(lambda params: {"feed": [{"post": post(1)}]})
    gather(tmp_path / "victim", server)
    gather(tmp_path / "d", server)
    victim = tmp_path / "victim" / "posts" / "part-00001.parquet"
    kept = victim.read_bytes()
    for other in (tmp_path / "v.parquet", tmp_path / "d" / "victim.parquet"):
        other.write_bytes(kept)
    manifest = tmp_path / "d" / "manifest.json"
    content = json.loads(manifest.read_text())
    part = next(p for p in content["parts"] if p["table"] == "posts")
    content["parts"].append(part | {"file": file, "query": {"runs": []}})
    manifest.write_text(json.dumps(content))
    with suppress(CarekitError):  # refused, or refreshed without the file
        gather(tmp_path / "d", server, target="", refresh=True)
    assert victim.read_bytes() == kept
    assert (tmp_path / "v.parquet").read_bytes() == kept


def test_a_raw_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    server = bluesky(lambda params: {"feed": [{"post": post(1)}]})
    gather(tmp_path / "d", server, raw=False)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "d" / "raw").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DatasetError, match="is a link to another place"):
        gather(tmp_path / "d", server, target="", refresh=True)
    assert not any((tmp_path / "elsewhere").iterdir())


def test_a_state_that_names_files_elsewhere_is_refused(tmp_path: Path) -> None:
    server = bluesky(lambda params: {"feed": [{"post": post(1)}]})
    gather(tmp_path / "d", server)
    with closing(sqlite3.connect(tmp_path / "d" / "collection.sqlite")) as con, con:
        con.execute("UPDATE pages SET file = '../../../victim'")
    with pytest.raises(DatasetError, match="none of its own"):
        gather(tmp_path / "d", server, target="", refresh=True)
