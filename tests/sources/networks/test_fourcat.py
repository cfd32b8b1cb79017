"""4CAT: its CSV, of which each network leaves out something else, and its NDJSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from carekit.errors import InputError
from carekit.sources.identities import safe_id
from carekit.sources.networks.fourcat import OTHER
from carekit.sources.networks.x.posts import RETWEET


def table(rows: list[dict[str, Any]]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def tweet(n: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{n}",
        "thread_id": "1",
        "timestamp": "2023-01-02 03:04:05",
        "unix_timestamp": 1_672_628_645,
        "subject": "",
        "body": f"@acme tweet {n}",
        "author": "ann_7",
        "author_id": "7",
        "language_guess": "en",
        "reply_count": 0,
        "is_retweet": "no",
        "is_reply": "no",
    } | changes


def test_the_csv_of_x_names_the_conversation_only(imported: Callable) -> None:
    rows = [
        tweet(1, reply_count=2),
        tweet(2, author="Acme", author_id="9"),
        tweet(3, is_retweet="yes"),
    ]
    made = imported("auto", table(rows), accounts="Acme,x,Acme")
    assert made.report.format == "4cat"
    assert made.column("reply_to") == {"x:2": "x:1"}
    assert made.posts.author_role["x:2"] == "brand"
    assert str(made.posts.created_at["x:1"]) == "2023-01-02 03:04:05+00:00"
    assert made.threads == {"x:1": (False, 1, "reply_count")}
    assert (made.rejected, made.report.left_out) == ([], {RETWEET: 1})
    assert made.report.warnings == (
        "1 reply of file-0.json does not say which post it answers; it was put under the first "
        "post of its conversation. The NDJSON of 4CAT says it.",
    )
    assert made.holds("ann_7") == []


def named(uri: str) -> str:
    """The post_id of an address, which holds its author: a pseudonym."""
    return f"bluesky:{safe_id(bytes.fromhex('00' * 32), 'bluesky', uri)}"


def test_the_csv_of_bluesky_links_to_the_post_answered(imported: Callable) -> None:
    def row(n: int, who: int, link: str = "") -> dict[str, Any]:
        return {
            "id": f"at://did:plc:u{who}/app.bsky.feed.post/k{n}",
            "thread_id": "at://did:plc:u1/app.bsky.feed.post/k1",
            "created_at": "2024-05-01T12:00:00+00:00",
            "author": f"User{who}.test",
            "author_id": f"did:plc:u{who}",
            "body": f"post {n}",
            "replied_to_post": link,
            "collected_at": "2024-06-01T00:00:00",
            "timestamp": 1_714_564_800,
        }

    rows = [
        row(1, 1),
        row(2, 2, "https://bsky.app/profile/user1.test/post/k1"),
        row(3, 1, "https://bsky.app/profile/stranger.test/post/k9"),
    ]
    made = imported("auto", table(rows), accounts="user2.test,bluesky,Acme")
    ids = [named(r["id"]) for r in rows]
    assert made.column("reply_to") == {
        ids[1]: ids[0],
        ids[2]: named("at://unknown/app.bsky.feed.post/k9"),
    }
    assert made.posts.author_role[ids[1]] == "brand"
    assert set(made.posts.observed_at.astype(str)) == {"2024-06-01 00:00:00+00:00"}
    assert made.holds("stranger.test", "User1.test") == []


def test_the_network_may_be_told(imported: Callable) -> None:
    row = {
        "id": "5",
        "thread_id": "5",
        "timestamp": "2023-01-02 03:04:05",
        "body": "b",
        "author": "a",
    }
    made = imported("4cat", table([row, row | {"id": "6"}]), network="forum")
    assert list(made.posts.index) == ["forum:5", "forum:6"]
    assert made.column("reply_to") == {"forum:6": "forum:5"}


def test_a_table_of_another_kind_is_refused(imported: Callable) -> None:
    with pytest.raises(InputError, match=r"has no column 'thread_id', 'body', 'author'"):
        imported("4cat", "id,text\n1,2\n")


def test_ndjson_goes_to_the_reader_of_its_network(imported: Callable) -> None:
    post = {
        "id": "1", "author_id": "7", "text": "hi", "created_at": "2023-01-02T03:04:05.000Z",
        "conversation_id": "1", "public_metrics": {"reply_count": 0},
        "author_user": {"username": "Acme"},
    }  # fmt: skip
    lines = [post, {"aweme_id": "5", "__import_meta": {}}, 7]
    made = imported("auto", "\n".join(map(json.dumps, lines)), accounts="acme,x,Acme")
    assert made.report.format == "4cat-ndjson"
    assert made.posts.author_role["x:1"] == "brand"
    assert made.rejected == [("2", OTHER), ("3", "it is no object")]
