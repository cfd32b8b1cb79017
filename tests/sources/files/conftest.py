"""Imports of made-up files: what was reported, written and rejected."""

from __future__ import annotations

import csv
import itertools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from carekit.dataset.folder import open_dataset
from carekit.sources.files import ImportReport, import_files

KEY = bytes.fromhex("00" * 32)


@dataclass(frozen=True)
class Imported:
    """An import: its report, its dataset, and the rows by post_id."""

    report: ImportReport
    path: Path
    posts: pd.DataFrame
    threads: dict[str, tuple[bool, int | None, str | None]]
    rejected: list[tuple[str, str]]

    def column(self, name: str) -> dict[str, Any]:
        """A column of the posts without the empty cells."""
        return self.posts[name].dropna().to_dict()

    def holds(self, *words: str) -> list[str]:
        """Which of these words stand in any written file."""
        written = [f.read_bytes() for f in self.path.rglob("*") if f.is_file()]
        return [w for w in words if any(w.encode() in content for content in written)]


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., Imported]:
    """`imported(format, content, accounts=…)`: content is text, bytes, or anything JSON can hold."""
    numbers = itertools.count()

    def run(
        format: str, content: Any, *, accounts: str | None = None, out: str = "d", **options: Any
    ) -> Imported:
        path = tmp_path / f"file-{next(numbers)}.json"
        if not isinstance(content, str | bytes):
            content = json.dumps(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if accounts is not None:
            listed = tmp_path / "accounts.csv"
            listed.write_text(f"account,network,brand\n{accounts}\n", encoding="utf-8")
            options["accounts"] = listed
        options.setdefault("accept_rejected", True)
        report = import_files(format, path, out=tmp_path / out, key=KEY, **options)
        assert report.n_read + report.n_nested == (
            report.n_posts
            + report.n_rejected
            + report.n_left_out
            + report.n_again
            + report.n_withdrawn
        )
        dataset = open_dataset(tmp_path / out)
        threads = {
            t.thread_id: (
                bool(t.thread_complete),
                None if pd.isna(t.n_missing) else int(t.n_missing),
                None if pd.isna(t.reason) else t.reason,
            )
            for t in dataset.read("threads").itertuples()
        }
        listed = tmp_path / out / dataset.manifest.name_of("rejected.csv")
        with listed.open(encoding="utf-8", newline="") as file:
            rejected = [(r["line"], r["reason"]) for r in csv.DictReader(file)]
        posts = dataset.read("posts").set_index("post_id")
        return Imported(report, tmp_path / out, posts, threads, rejected)

    return run


@pytest.fixture(scope="session")
def shared_file() -> Callable[[str], Path]:
    """A real file beside the checkout, or where CAREKIT_SHARED_DATA points; else the test skips."""

    def find(name: str) -> Path:
        places = [os.environ.get("CAREKIT_SHARED_DATA")]
        places += [str(p / "shared" / "data") for p in Path(__file__).resolve().parents]
        for place in places:
            if place and (path := Path(place) / name).is_file():
                return path
        pytest.skip(f"the real file {name} is not on this machine (CAREKIT_SHARED_DATA)")

    return find
