"""A dataset is collected again: what was asked for holds, deletions are found."""

from __future__ import annotations

import sqlite3

import pandas as pd

from carekit.dataset.folder import open_dataset
from carekit.sources import identities
from carekit.sources.collecting.collect import collect
from carekit.sources.identities import native_ids

from .conftest import gather, named, posts, raw_text


def test_redaction_once_asked_for_holds_in_every_later_run(bluesky, login, tmp_path) -> None:
    first = bluesky.post("ann.test", "@acme.test write to ann@mail.example", minute=0)
    bluesky.post("acme.test", "On its way", minute=2, to=first)
    gather(bluesky, tmp_path / "d", redact=True)
    assert posts(tmp_path / "d").loc[named(first), "text"] == "@acme.test write to [email]"
    second = bluesky.post("bob.test", "@acme.test or call 06 12 34 56 78", minute=5)
    collect("bluesky", out=tmp_path / "d", refresh=True, base_url=bluesky.url, pace=0)
    made = posts(tmp_path / "d")
    assert made.loc[named(first), "text"] == "@acme.test write to [email]"
    assert made.loc[named(second), "text"] == "@acme.test or call [phone]"
    part = next(p for p in open_dataset(tmp_path / "d").manifest.parts if p.table == "posts")
    assert part.query["redact"] is True


def test_a_refresh_marks_deletions_and_moves_the_clock(bluesky, login, tmp_path) -> None:
    uris = bluesky.talk(6, answered=3)
    gather(bluesky, tmp_path / "d")
    before = posts(tmp_path / "d")
    answer = bluesky.replies(uris[1])[0]["uri"]
    bluesky.delete(answer)  # an answer
    bluesky.delete(uris[5])  # a request that nobody answered
    bluesky.edit(uris[4], "@acme.test it came after all")
    late = bluesky.post("acme.test", "Really?", minute=500, to=uris[4])
    report = gather(bluesky, tmp_path / "d", refresh=True)
    after = posts(tmp_path / "d")
    gone = after[after["deleted_at"].notna()]
    assert set(gone.index) == {named(answer), named(uris[5])}
    assert report.n_deleted == 2
    assert gone["text"].isna().all()
    assert gone["author_id"].notna().all()
    assert set(gone["account"]) == {"acme.test"}  # a deleted request was still a brand's
    assert after.loc[named(uris[4]), "text"] == "@acme.test it came after all"
    assert named(late) in after.index
    kept = after.index.intersection(before.index).difference(gone.index)
    assert (after.loc[kept, "observed_at"] > before.loc[kept, "observed_at"]).all()
    assert (after.loc[gone.index, "deleted_at"] > before.loc[gone.index, "observed_at"]).all()
    raw = raw_text(tmp_path / "d")
    assert "parcel 5 is late" not in raw
    assert "Sorry, parcel 1" not in raw
    assert "parcel 3 is late" in raw
    with sqlite3.connect(tmp_path / "d" / "collection.sqlite") as con:
        purged = con.execute("SELECT count(*) FROM purges").fetchone()[0]
    con.close()
    assert purged == report.n_purged > 0
    again = gather(bluesky, tmp_path / "d", refresh=True)
    assert (again.n_deleted, again.n_purged) == (2, 0)
    third = posts(tmp_path / "d")
    same = [c for c in third.columns if c != "observed_at"]
    pd.testing.assert_frame_equal(third[same], after[same])


def test_a_refresh_without_raw_pages_finds_the_same_deletions(bluesky, login, tmp_path) -> None:
    uris = bluesky.talk(6, answered=3)
    gather(bluesky, tmp_path / "d", raw=False)
    bluesky.delete(uris[5])
    report = gather(bluesky, tmp_path / "d", refresh=True, raw=False)
    after = posts(tmp_path / "d")
    gone = after[after["deleted_at"].notna()]
    assert list(gone.index) == [named(uris[5])]
    # The table of the owner led from the pseudonyms to the posts, and forgets the deleted one.
    known = native_ids([i.removeprefix("bluesky:") for i in after.index])
    assert set(known.values()) == set(bluesky.posts) - {uris[5]}
    assert identities.ids_file().stat().st_mode & 0o077 == 0
    assert list(gone["account"]) == ["acme.test"]
    assert gone["text"].isna().all()
    assert len(after) == 10
    assert report.n_deleted == 1
    assert not (tmp_path / "d" / "raw").exists()


def test_a_deleted_root_does_not_take_its_replies_along(bluesky, login, tmp_path) -> None:
    root = bluesky.post("ann.test", "@acme.test late", minute=0)
    answer = bluesky.post("acme.test", "Sorry", minute=5, to=root)
    gather(bluesky, tmp_path / "d")
    bluesky.delete(root)
    gather(bluesky, tmp_path / "d", refresh=True)
    after = posts(tmp_path / "d")
    assert after["deleted_at"].notna().to_dict() == {
        named(root): True,
        named(answer): False,
    }
