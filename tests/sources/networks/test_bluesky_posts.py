"""Bluesky's items → drafts: the traps of its clocks, threads and lists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from carekit.sources.found import Gone, LeftOut, Problem, Remark
from carekit.sources.gaps import Gap
from carekit.sources.networks.bluesky.posts import OTHER, REPOST, feed, read, records, thread
from carekit.sources.networks.values import utc

SEEN = datetime(2024, 6, 1, tzinfo=UTC)
BRAND = "acme.test"


def view(n: int, *, handle: str = "ann.test", to: int | None = None, **fields: Any) -> Any:
    record: dict[str, Any] = {
        "$type": "app.bsky.feed.post",
        "text": f"post {n}",
        "createdAt": "2024-05-01T08:00:00.000Z",
        "langs": ["pt-BR", "en"],
    }
    if to is not None:
        record["reply"] = {"root": {"uri": uri(0)}, "parent": {"uri": uri(to)}}
    record |= fields.pop("record", {})
    return {
        "uri": uri(n),
        "author": {"did": f"did:plc:{handle[:3]}", "handle": handle, "displayName": "Ann A."},
        "record": record,
        "replyCount": 0,
        "indexedAt": "2024-05-01T08:00:01.000Z",
        **fields,
    }


def uri(n: int) -> str:
    return f"at://did:plc:ann/app.bsky.feed.post/{n}"


def drafts(found: Any) -> list[dict[str, Any]]:
    return [f for f in found if isinstance(f, dict)]


def test_a_post_of_a_feed_fills_the_fields_by_hand() -> None:
    assert list(feed({"feed": [{"post": view(1, to=0)}]}, seen_at=SEEN)) == [
        {
            "native_id": uri(1),
            "network": "bluesky",
            "author": "did:plc:ann",
            "author_handle": "ann.test",
            "created_at": datetime(2024, 5, 1, 8, tzinfo=UTC),
            "text": "post 1",
            "lang": "pt",
            "reply_to": uri(0),
            "thread": uri(0),
            "observed_at": SEEN,
            "n_replies": 0,
            "problem": None,
        }
    ]


@pytest.mark.parametrize("year", ["0001", "1970", "2999"])
def test_a_clock_that_cannot_be_true_gives_way_to_the_networks(year: str) -> None:
    post = view(1, record={"createdAt": f"{year}-01-01T00:00:00.000Z"})
    remark, draft = feed({"posts": [post]}, seen_at=SEEN)
    assert remark == Remark("createdAt cannot be true; indexedAt was taken")
    assert draft["created_at"] == datetime(2024, 5, 1, 8, 0, 1, tzinfo=UTC)


def test_a_post_brought_along_from_an_older_network_keeps_its_date_and_is_counted() -> None:
    post = view(1, record={"createdAt": "2015-05-01T08:00:00Z"})
    remark, draft = feed({"posts": [post]}, seen_at=SEEN)
    assert remark == Remark("createdAt is more than a day before indexedAt")
    assert draft["created_at"].year == 2015


def test_a_post_without_any_clock_is_a_problem_of_its_own() -> None:
    post = view(1, record={"createdAt": "yesterday"}, indexedAt=None)
    (draft,) = feed({"posts": [post]}, seen_at=SEEN)
    assert draft["problem"] == "createdAt is no time that can be read"


def test_reposts_are_left_out_and_pinned_posts_are_not() -> None:
    reposted = {"post": view(1), "reason": {"$type": "app.bsky.feed.defs#reasonRepost"}}
    pinned = {"post": view(2), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}
    left_out, draft = feed({"feed": [reposted, pinned]}, seen_at=SEEN)
    assert left_out == LeftOut(REPOST)
    assert draft["native_id"] == uri(2)


def test_every_node_of_a_thread_is_counted() -> None:
    tree = node(view(0), node(view(1, record={"$type": "app.bsky.feed.threadgate"})), 7, None)
    found = list(thread({"thread": tree}, seen_at=SEEN))
    assert [type(f) for f in found] == [dict, LeftOut, Problem, Problem, Gap]
    assert found[1] == LeftOut(OTHER)


def v2(n: int, depth: int, **value: Any) -> dict[str, Any]:
    kind = "app.bsky.unspecced.defs#threadItemPost"
    made = {"$type": kind, "post": view(n, to=n - 1 if n else None), "moreReplies": 0} | value
    return {"uri": uri(n), "depth": depth, "value": made}


def test_the_second_version_of_a_thread_says_what_it_holds_back() -> None:
    blocked = {"uri": uri(8), "depth": 1, "value": {
        "$type": "app.bsky.unspecced.defs#threadItemBlocked"}}  # fmt: skip
    missing = {"uri": uri(9), "depth": 1, "value": {
        "$type": "app.bsky.unspecced.defs#threadItemNotFound"}}  # fmt: skip
    body = {
        "thread": [v2(0, 0), v2(1, 1, moreReplies=3), blocked, missing],
        "hasOtherReplies": False,
    }
    for found in (list(thread(body, seen_at=SEEN)), list(read(body, seen_at=SEEN))):
        assert [d["native_id"] for d in drafts(found)] == [uri(0), uri(1)]
        assert Gap("bluesky", uri(0), "paging", 3) in found
        assert Gap("bluesky", uri(0), "withheld", 1) in found
        assert Gone("bluesky", uri(9)) in found
        assert not any(isinstance(f, Gap) and f.reason == "whole" for f in found)
    assert list(thread({"thread": [v2(0, 0)]}, seen_at=SEEN))[-1] == Gap(
        "bluesky", uri(0), "whole", 0
    )


def test_posts_that_quote_another_are_posts() -> None:
    body = {"uri": uri(7), "cursor": "c", "posts": [view(1), view(2)]}
    assert [d["native_id"] for d in drafts(read(body, seen_at=SEEN))] == [uri(1), uri(2)]


def test_one_odd_entry_costs_one_entry() -> None:
    odd = [view(1), view(2, record={"reply": "x" * 9}), 5, view(3, record={"langs": 7}), view(4)]
    odd[1]["author"] = {"did": ["x"], "handle": {}}
    made = list(feed({"posts": odd}, seen_at=SEEN))
    assert [d["native_id"] for d in drafts(made)] == [uri(1), uri(2), uri(3), uri(4)]
    assert len(made) == 5


def test_a_list_shows_no_replies_so_a_post_that_has_some_was_not_watched() -> None:
    (draft,) = feed({"posts": [view(1, replyCount=3)]}, seen_at=SEEN)
    assert draft["observed_at"] == draft["created_at"]
    assert draft["n_replies"] == 3


def test_records_know_nothing_of_replies() -> None:
    entry = {"uri": uri(1), "cid": "x", "value": view(1)["record"]}
    (draft,) = records({"records": [entry], "cursor": "x"}, seen_at=SEEN)
    assert (draft["author"], draft["author_handle"]) == ("did:plc:ann", None)
    assert draft["n_replies"] is None
    assert draft["observed_at"] == draft["created_at"]


def node(post: Any, *replies: Any) -> dict[str, Any]:
    kind = "app.bsky.feed.defs#threadViewPost"
    return {"$type": kind, "post": post, "replies": list(replies)}


def test_a_whole_thread_says_that_it_is_whole() -> None:
    tree = node(view(0), node(view(1, to=0), node(view(2, to=1))), node(view(3, to=0)))
    found = list(thread({"thread": tree}, seen_at=SEEN))
    assert [d["native_id"] for d in drafts(found)] == [uri(n) for n in (0, 1, 2, 3)]
    assert all(d["observed_at"] == SEEN for d in drafts(found))
    assert found[-1] == Gap("bluesky", uri(0), "whole", 0)


def test_a_missing_post_is_gone_and_a_blocked_one_leaves_a_gap() -> None:
    missing = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri(8), "notFound": True}
    blocked = {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri(9), "blocked": True}
    found = list(thread({"thread": node(view(0), missing, blocked)}, seen_at=SEEN))
    assert Gone("bluesky", uri(8)) in found
    assert found[-1] == Gap("bluesky", uri(0), "withheld", 1)


def test_ancestors_come_first_and_their_parents_stay() -> None:
    top = node(view(0))
    top["parent"] = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri(7), "notFound": True}
    inner = node(view(1, to=0))
    inner["parent"] = top
    found = list(thread({"thread": inner}, seen_at=SEEN))
    assert found[0] == Gone("bluesky", uri(7))
    assert [d["reply_to"] for d in drafts(found)] == [None, uri(0)]


def test_a_thread_below_a_brands_post_is_on_its_page() -> None:
    tree = node(view(0, handle="Acme.test"), node(view(1, to=0)))
    made = drafts(thread({"thread": tree}, seen_at=SEEN, brands={BRAND}))
    assert [(d["surface"], d["account"]) for d in made] == [("brand_page", "Acme.test")] * 2


def test_a_thread_of_two_thousand_levels_is_read() -> None:
    tree = node(view(2000, to=1999))
    for n in range(1999, -1, -1):
        tree = node(view(n, to=n - 1 if n else None), tree)
    assert len(drafts(thread({"thread": tree}, seen_at=SEEN))) == 2001


@pytest.mark.parametrize("body", [None, [], 3, {}, {"thread": None}, {"thread": {"post": 1}}])
def test_what_is_no_thread_is_a_problem(body: Any) -> None:
    found = list(thread(body, seen_at=SEEN))
    assert found
    assert all(isinstance(f, Problem) for f in found if not isinstance(f, Gap))


@pytest.mark.parametrize("body", [None, {}, {"feed": 3}, {"posts": [None, {}, {"uri": 3}]}])
def test_what_is_no_list_of_posts_is_a_problem(body: Any) -> None:
    assert {type(f) for f in feed(body, seen_at=SEEN)} == {Problem}


def test_a_handle_that_is_not_valid_names_nobody() -> None:
    (draft,) = feed({"posts": [view(1, handle="handle.invalid")]}, seen_at=SEEN)
    assert draft["author_handle"] is None


def test_times_of_any_precision_are_read() -> None:
    assert utc("2024-05-01T08:00:00Z") == utc("2024-05-01t10:00:00.000000000+02:00")
    assert utc("9999-12-31T23:59:59-23:59") is None
    assert utc(12) is None
