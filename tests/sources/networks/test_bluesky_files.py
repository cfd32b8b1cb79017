"""Bluesky threads, feeds and posts, in every wrapping."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from carekit.dataset.privacy import pseudonym
from carekit.sources.identities import safe_id
from carekit.sources.networks.bluesky.posts import HIDDEN, REPOST

KEY = bytes.fromhex("00" * 32)
SEEN = "2024-05-01T12:00:01.000Z"


def uri(n: int) -> str:
    return f"at://did:plc:u{n}/app.bsky.feed.post/k{n}"


def post(n: int, parent: int | None = None, *, count: int = 0, **record: Any) -> dict[str, Any]:
    reply = {"parent": {"uri": uri(parent or 0)}, "root": {"uri": uri(0)}}
    made = {"$type": "app.bsky.feed.post", "text": f"post {n}", "langs": ["en"]}
    made |= {"createdAt": "2024-05-01T12:00:00.000Z"} | record
    if parent is not None:
        made["reply"] = reply
    return {
        "uri": uri(n),
        "author": {"did": f"did:plc:u{n}", "handle": f"user{n}.test"},
        "record": made,
        "replyCount": count,
        "indexedAt": SEEN,
    }


def view(post: dict[str, Any], *replies: Any, **more: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.feed.defs#threadViewPost", "post": post, "replies": replies} | more


def snake(value: Any) -> Any:
    """As programs in Python write the same down."""
    if isinstance(value, list | tuple):
        return [snake(v) for v in value]
    if not isinstance(value, dict):
        return value
    names = {"replyCount": "reply_count", "createdAt": "created_at", "indexedAt": "indexed_at"}
    return {names.get(k, k).replace("$type", "py_type"): snake(v) for k, v in value.items()}


THREAD = view(
    post(0, count=4),
    view(post(1, 0, count=1), view(post(2, 1))),
    {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri(8), "blocked": True},
    {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri(9), "notFound": True},
)


def named(n: int) -> str:
    """The post_id: an address holds its author, so it is a pseudonym."""
    return f"bluesky:{safe_id(KEY, 'bluesky', uri(n))}"


IDS = [named(n) for n in range(3)]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"thread": THREAD}),
        json.dumps({"thread": THREAD, "threadgate": {}}, indent=2),
        json.dumps(THREAD),
        json.dumps([{"thread": THREAD}]),
        json.dumps({"data": [THREAD]}),
        json.dumps({"thread": snake(THREAD)}),
    ],
)
def test_a_thread_in_any_wrapping(content: str, imported: Callable) -> None:
    made = imported("auto", content, accounts="user1.test,bluesky,Acme")
    assert made.report.format == "bluesky"
    assert sorted(made.posts.index) == sorted(IDS)
    assert made.column("reply_to") == {IDS[1]: IDS[0], IDS[2]: IDS[1]}
    assert list(made.posts.author_role[IDS]) == ["customer", "brand", "customer"]
    assert dict(made.report.left_out) == {
        HIDDEN: 1,
        "a post that the source calls deleted or withheld": 1,
    }
    # The first post claims four replies, one came; one of the others is hidden.
    assert made.threads == {IDS[0]: (False, 3, "reply_count withheld")}
    assert made.posts.author_id[IDS[0]] == pseudonym(KEY, "bluesky", "did:plc:u0")
    assert made.holds("user0.test", "user2.test", "did:plc") == []


def test_feeds_posts_and_bare_records(imported: Callable) -> None:
    feed = {
        "feed": [
            {"post": post(0)},
            {"post": post(1, 0), "reason": {"$type": "app.bsky.feed.defs#reasonRepost"}},
        ]
    }
    records = {
        "records": [{"uri": uri(3), "cid": "c", "value": post(3, 0)["record"]}],
        "cursor": "x",
    }
    lines = [feed, {"posts": [post(2, 0)]}, records, post(4, 3), [], 5, {"uri": "at://x"}]
    made = imported("auto", "\n".join(map(json.dumps, lines)))
    assert set(made.posts.index) == {named(n) for n in (0, 2, 3, 4)}
    assert dict(made.report.left_out) == {REPOST: 1}
    assert [line for line, _ in made.rejected] == ["6", "7"]
    assert made.posts.author_id[named(3)] == pseudonym(KEY, "bluesky", "did:plc:u3")


def test_posts_that_4cat_collected(imported: Callable) -> None:
    item = snake(post(1, 0)) | {"4CAT_metadata": {"collected_at": 1_717_200_000, "query": "acme"}}
    made = imported("auto", json.dumps(item))
    assert made.report.format == "4cat-ndjson"
    row = made.posts.iloc[0]
    assert (row.name, row.reply_to, row.text) == (IDS[1], IDS[0], "post 1")
    assert str(row.observed_at) == "2024-06-01 00:00:00+00:00"


def test_a_long_thread_whose_first_post_claims_many_more(imported: Callable) -> None:
    chain: list[Any] = []
    for n in reversed(range(1, 171)):
        chain = [view(post(n, n - 1, count=len(chain)), *chain)]
    made = imported("auto", {"thread": view(post(0, count=922), *chain)})
    assert (made.report.n_posts, made.report.n_rejected) == (171, 0)
    assert made.threads == {IDS[0]: (False, 921, "reply_count")}


def test_a_thread_of_any_depth(imported: Callable) -> None:
    depth = 3_000
    text = end = ""
    for n in range(depth):
        one = json.dumps(view(post(n, n - 1 if n else None)))
        assert one.endswith('"replies": []}')
        text += one[:-2]
        end = "]}" + end
    made = imported("auto", text + end)
    assert len(made.posts) == depth


def test_a_file_that_is_cut_off_keeps_its_whole_posts(imported: Callable) -> None:
    whole = json.dumps({"posts": [post(0), post(1, 0), post(2, 1)]})
    made = imported("auto", whole[: whole.index("post 2")])
    assert sorted(made.posts.index) == sorted(IDS[:2])
    assert made.rejected == [("1, item 3", "the file ends, or is broken, inside this item")]


def test_dates_that_cannot_be_and_languages_of_regions(imported: Callable) -> None:
    made = imported(
        "bluesky", [post(0, createdAt="0001-01-01T00:00:00Z"), post(1, 0, langs=["pt-BR"])]
    )
    assert made.posts.created_at[IDS[0]].year == 2024
    assert made.posts.lang[IDS[1]] == "pt"
    assert any("indexedAt was taken" in w for w in made.report.warnings)
