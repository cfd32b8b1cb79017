"""Formats that are no tables: items with their drafts."""

from __future__ import annotations

import csv
import json
import sys
import types
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carekit.dataset.folder import open_dataset
from carekit.sources.files import formats, import_files
from carekit.sources.files.formats import Format, Item, Options, Sample
from carekit.sources.gaps import Gap

KEY = bytes.fromhex("00" * 32)


def items(path: Path, name: str, options: Options) -> Iterator[Item]:
    """One JSON object a line, with the answers inside."""
    for line, content in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            raw = json.loads(content)
        except ValueError:
            yield Item(line, [], "no JSON")
            continue
        time = datetime.fromisoformat(raw["at"]).replace(tzinfo=UTC) if "at" in raw else None
        same = {"network": "forum", "created_at": time}
        drafts = [
            same | {"native_id": raw.get("id"), "author": raw["by"], "author_role": "customer"}
        ]
        drafts += [
            same | {"native_id": f"{raw['id']}.{n}", "reply_to": raw["id"], "text": answer,
                    "author": "acme", "author_role": "brand"}
            for n, answer in enumerate(raw.get("answers", []))
        ]  # fmt: skip
        if "stub" in raw:
            gap = Gap("forum", raw["id"], "stub", raw["stub"])
            yield Item(line, [], left_out="a stub", gaps=(gap,))
            continue
        drafts[0]["n_replies"] = raw.get("replies")
        yield Item(line, drafts)


@pytest.fixture
def jsonl(monkeypatch: pytest.MonkeyPatch) -> None:
    def recognises(sample: Sample) -> bool:
        return sample.head.startswith("{")

    module = types.ModuleType("own_format")
    module.FORMAT = Format("jsonl", "JSON lines", recognises, items=items)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "own_format", module)
    monkeypatch.setitem(formats.MODULES, "jsonl", "own_format")


@pytest.mark.usefixtures("jsonl")
def test_items_and_the_answers_inside_them_become_posts(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [
        {"id": "1", "by": "Ann", "at": "2021-03-04", "answers": ["one", "two @Ann"]},
        {"id": "2", "by": "Bob", "at": "2021-03-05"},
        {"id": "1", "by": "Cid", "at": "2021-03-01"},
        {"by": "Dan", "at": "2021-03-06"},
        {"id": "5", "by": "Eve"},
    ]
    path.write_text("\n".join(["{", *map(json.dumps, rows)]), encoding="utf-8")
    report = import_files("auto", path, out=tmp_path / "d", key=KEY, accept_rejected=True)
    assert (report.format, report.n_read, report.n_posts, report.n_nested) == ("jsonl", 6, 4, 2)
    assert report.n_read + report.n_nested == report.n_posts + report.n_rejected
    with (tmp_path / "d" / "rejected.csv").open(encoding="utf-8", newline="") as file:
        assert [(r["line"], r["reason"]) for r in csv.DictReader(file)] == [
            ("1", "no JSON"),
            ("5", "it has no id"),
            ("6", "created_at is no time that can be read"),
            ("", "its id is that of another post: 'forum:1'"),
        ]
    frame = open_dataset(tmp_path / "d").read("posts").set_index("post_id")
    assert sorted(frame.index) == ["forum:1", "forum:1.0", "forum:1.1", "forum:2"]
    assert frame.reply_to["forum:1.1"] == "forum:1"
    assert "Ann" not in frame.text["forum:1.1"]


@pytest.mark.usefixtures("jsonl")
def test_gaps_become_the_table_of_threads_and_stubs_are_counted(tmp_path: Path) -> None:
    def write(name: str, *rows: dict[str, object]) -> Path:
        path = tmp_path / name
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return path

    at = {"by": "Ann", "at": "2021-03-04"}
    first = write(
        "a.jsonl",
        {"id": "1", "replies": 2, "answers": ["one"], **at},
        {"id": "2", "replies": 1, "answers": ["one"], **at},
        {"id": "2", "stub": 4, "by": "Ann"},
        {"id": "3", "replies": 0, **at},
    )
    report = import_files("jsonl", first, out=tmp_path / "d", key=KEY)
    assert (report.n_read, report.n_posts, report.n_nested, report.n_rejected) == (4, 5, 2, 0)
    assert dict(report.left_out) == {"a stub": 1}
    assert report.n_incomplete == 2
    assert report.summary.splitlines()[1:] == [
        "1 item left out: 1 × a stub.",
        "2 threads incomplete: the source says that posts are missing (table threads).",
    ]
    dataset = open_dataset(tmp_path / "d")
    part = next(p for p in dataset.manifest.parts if p.table == "posts")
    assert part.left_out == {"a stub": 1}
    threads = dataset.read("threads")
    assert threads.thread_id.tolist() == ["forum:1", "forum:2"]
    assert threads.n_missing.tolist() == [1, 4]
    # A later look at both: the first post has its second reply now, the second lost its stub.
    second = write(
        "b.jsonl",
        {"id": "1", "replies": 2, "answers": ["one", "two"], **at},
        {"id": "2", "replies": 1, **at},
        {"id": "4", "answers": ["one"], **at},
    )
    report = import_files("jsonl", second, out=tmp_path / "d", key=KEY)
    assert (report.rejected, report.n_seen_again) == ({}, 3)
    threads = open_dataset(tmp_path / "d").read("threads").set_index("thread_id")
    assert threads.thread_complete.to_dict() == {"forum:1": True, "forum:2": True}


@pytest.mark.parametrize("n", [995, 1_500])
def test_a_table_may_have_many_columns(tmp_path: Path, n: int) -> None:
    names = ["post_id", "created_at", "author_role", *(f"x{i}" for i in range(n - 3))]
    row = ["1", "2026-03-01 10:00", "customer", *["v"] * (n - 3)]
    (tmp_path / "wide.csv").write_text(",".join(names) + "\n" + ",".join(row) + "\n")
    report = import_files("csv", tmp_path / "wide.csv", out=tmp_path / "d", network="x", key=KEY)
    assert (report.n_posts, report.n_rejected) == (1, 0)
