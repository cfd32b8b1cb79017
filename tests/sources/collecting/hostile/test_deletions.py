"""Deleted posts leave every page, however it is built or spelled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from carekit.sources.collecting.purging import purge_json
from carekit.sources.json_text import loads

from .conftest import bluesky, everything, gather, post


def test_a_deleted_post_leaves_a_thread_of_any_depth(tmp_path: Path) -> None:
    def view(depth: int, replies: list[Any]) -> dict[str, Any]:
        return {"post": post(depth, f"words {depth}.", to=depth - 1 if depth else None, replyCount=1),
                "replies": replies}  # fmt: skip

    def tree(without: int) -> Any:
        made: list[Any] = []
        for n in reversed(range(420)):
            made = [view(n, made)] if n != without else made
        return {"thread": made[0]}

    state = {"without": -1}
    server = lambda request: bluesky(  # noqa: E731
        lambda params: {"feed": [{"post": post(0, "words 0.", replyCount=1)}]},
        tree(state["without"]),
        {"posts": []},
    )(request)
    assert gather(tmp_path / "d", server).n_posts == 420
    assert b"words 390." in everything(tmp_path / "d" / "raw")
    state["without"] = 390
    report = gather(tmp_path / "d", server, target="", refresh=True)
    assert report.n_deleted == 1
    kept = everything(tmp_path / "d" / "raw")
    assert b"words 390." not in kept
    assert b"words 389." in kept
    assert gather(tmp_path / "d", server, target="", refresh=True).n_purged == 0


@pytest.mark.parametrize(
    "spell", [lambda t: t.replace("/", "\\/"), lambda t: t.replace("a", "\\u0061")]
)
def test_a_deleted_post_leaves_pages_that_spell_its_id_otherwise(
    spell: Any, tmp_path: Path
) -> None:
    state = {"posts": [{"post": post(1, "stays")}, {"post": post(2, "goes away")}]}

    def feed(params: dict[str, str]) -> str:
        return spell(json.dumps({"feed": state["posts"]}))

    gather(tmp_path / "d", bluesky(feed, posts={"posts": []}))
    state["posts"] = state["posts"][:1]
    assert (
        gather(
            tmp_path / "d", bluesky(feed, posts={"posts": []}), target="", refresh=True
        ).n_deleted
        == 1
    )
    raw = everything(tmp_path / "d" / "raw").replace(b"\\u0061", b"a").replace(b"\\\\u0061", b"a")
    assert b"goes away" not in raw
    assert b"stays" in raw


def test_purging_keeps_what_a_reply_hangs_on() -> None:
    body = json.dumps({"uri": "at://a/1", "record": {"text": "x", "reply": {"parent": {"uri": "p"}}},
                       "embed": {"record": {"uri": "at://a/1", "value": {"text": "x"}}}})  # fmt: skip
    left = loads(purge_json(body, {"at://a/1"}, id_fields=("uri",), nested=("record", "value")))
    assert left == {
        "uri": "at://a/1",
        "record": {"reply": {"parent": {"uri": "p"}}},
        "purged": True,
    }
