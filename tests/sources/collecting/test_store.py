"""Raw pages and cursors: what a kill can leave behind, and what is found at the next start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from carekit.errors import DatasetError
from carekit.sources.collecting.purging import purge_json
from carekit.sources.collecting.source import Page, Query
from carekit.sources.collecting.store import Store

FEED = Query("feed", "acme")


def page(text: str, *, then: str | None = None, follow: tuple[Query, ...] = ()) -> Page:
    return Page(body=text, request={}, status=200, next_cursor=then, follow=follow)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "d", "fake") as made:
        made.begin({"targets": ["acme"]}, {}, [FEED])
        yield made


def bodies(store: Store) -> list[str]:
    return [p.body for p in store.pages()]


def test_pages_come_back_in_order_and_the_cursor_with_them(store: Store) -> None:
    asked = next(store.pending())
    store.keep(asked, page("one é", then="c1", follow=(Query("thread", "t"), FEED)))
    asked = next(store.pending())
    assert (asked.query, asked.cursor) == (FEED, "c1")
    store.keep(asked, page("two"))
    assert [q.query for q in [next(store.pending())]] == [Query("thread", "t")]
    assert bodies(store) == ["one é", "two"]
    assert store.counts() == (2, 1)
    assert store.n_pages() == (2, 2)


def test_half_a_page_after_the_last_commit_is_cut(store: Store, tmp_path: Path) -> None:
    store.keep(next(store.pending()), page("one", then="c1"))
    store._con.close()
    file = next(store.raw.glob("pages-*"))
    with file.open("ab") as tail:
        tail.write(b"\x1f\x8b half a page")
    (store.raw / "pages-00009.jsonl.gz").write_bytes(b"nobody points to it")
    with Store(tmp_path / "d", "fake") as again:
        again.begin({}, {})
        again.keep(next(again.pending()), page("two"))
        assert bodies(again) == ["one", "two"]
        assert [p.name for p in again.raw.iterdir()] == ["pages-00001.jsonl.gz"]


def test_a_raw_file_that_lost_its_end_is_an_error(store: Store, tmp_path: Path) -> None:
    store.keep(next(store.pending()), page("one"))
    store._con.close()
    file = next(store.raw.glob("pages-*"))
    file.write_bytes(file.read_bytes()[:-3])
    with (
        pytest.raises(DatasetError, match="is shorter than the pages that were kept in it"),
        Store(tmp_path / "d", "fake"),
    ):
        pass


def test_a_file_that_is_no_state_is_named(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "collection.sqlite").write_text("something else " * 100)
    with (
        pytest.raises(DatasetError, match="Expected the state of a collection"),
        Store(tmp_path / "d", "fake"),
    ):
        pass


def test_rewriting_changes_only_what_it_must_and_logs_it(store: Store) -> None:
    store.keep(next(store.pending()), page("keep me", then="c"))
    store.keep(next(store.pending()), page("drop him"))
    before = store.checksum()
    changed = store.rewrite(lambda body: body.replace("drop him", ""), n_posts=1)
    assert changed == store.purges() == 1
    assert bodies(store) == ["keep me", ""]
    assert store.checksum() != before
    assert store.rewrite(lambda body: body.replace("drop him", ""), n_posts=1) == 0


def test_without_raw_only_checksums_stay(store: Store) -> None:
    store.keep(next(store.pending()), page("one"))
    digest = store.checksum()
    store.drop_raw()
    assert bodies(store) == []
    assert store.n_pages() == (1, 0)
    assert store.checksum() == digest
    assert not (store.folder / "raw").exists()


def test_a_query_of_an_earlier_round_goes_anew_when_it_is_met_again(store: Store) -> None:
    store.keep(next(store.pending()), page("one"))
    store.add([FEED])
    assert list(store.pending()) == []
    store.again(skip="lookup")
    assert next(store.pending()).round == 1


def test_a_purged_post_keeps_its_place_and_nothing_else() -> None:
    body = (
        '{"posts": [{"uri": "a", "author": {"handle": "ann"}, "record": {"text": "no", '
        '"createdAt": "t", "reply": {"parent": {"uri": "b"}}}}, {"uri": "b", "text": "yes"}]}'
    )
    made = purge_json(body, {"a"}, id_fields=["uri"], nested=["record"])
    assert made == (
        '{"posts": [{"uri": "a", "record": {"createdAt": "t", "reply": {"parent": {"uri": "b"}}}, '
        '"purged": true}, {"uri": "b", "text": "yes"}]}'
    )
    assert purge_json(made, {"a"}, id_fields=["uri"], nested=["record"]) is made
    assert purge_json(body, {"c"}, id_fields=["uri"]) is body
