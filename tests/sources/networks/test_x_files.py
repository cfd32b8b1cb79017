"""Posts of X as JSON, of all its versions; every trap of theirs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from carekit.dataset.folder import open_dataset
from carekit.dataset.privacy import pseudonym
from carekit.sources.files import import_files
from carekit.sources.networks.x.posts import CONTEXT, NOTE, RETWEET, USER

KEY = bytes.fromhex("00" * 32)
BIG = 1_440_000_000_000_000_001  # beyond 2^53


def newer(n: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(BIG + n),
        "author_id": "7",
        "created_at": "2021-04-08T19:34:16.000Z",
        "text": f"@acme number {n} &amp; more",
        "lang": "en",
        "conversation_id": str(BIG),
        "public_metrics": {"reply_count": 0},
    } | changes


def older(n: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": BIG + n,
        "id_str": str(BIG + n),
        "created_at": "Thu Apr 08 19:34:16 +0000 2021",
        "text": f"@acme number {n}",
        "user": {"id_str": "7", "screen_name": "ann_7"},
        "lang": "und",
    } | changes


REPLY = {
    "author_id": "9",
    "text": "@ann_7 sorry",
    "referenced_posts": [{"type": "replied_to", "id": str(BIG)}],
}
PAGE = {
    "data": [
        newer(0, public_metrics={"reply_count": 3}),
        newer(1, **REPLY),
        newer(2, referenced_tweets=[{"type": "retweeted", "id": str(BIG + 8)}]),
        newer(3, referenced_tweets=[{"type": "replied_to", "id": str(BIG + 9)}]),
        newer(4, note_tweet={"text": "the long version"}),
    ],
    "includes": {
        "users": [{"id": "9", "username": "Acme"}, {"id": "7", "username": "ann_7"}],
        "tweets": [newer(9), newer(8)],
    },
    "errors": [
        {"resource_type": "tweet", "resource_id": "5", "title": "Not Found"},
        {"resource_type": "user", "resource_id": "6", "title": "Forbidden"},
    ],
    "meta": {"result_count": 5},
    "__twarc": {"retrieved_at": "2021-04-09T00:00:00+00:00"},
}


def test_a_page_gives_posts_what_they_answer_and_what_is_left_out(imported: Callable) -> None:
    made = imported("auto", PAGE, accounts="Acme,x,Acme")
    assert made.report.format == "x"
    ids = [f"x:{BIG + n}" for n in (0, 1, 3, 4, 9)]
    assert sorted(made.posts.index) == ids
    assert made.column("reply_to") == {ids[1]: ids[0], ids[2]: ids[4]}
    assert set(made.column("thread_id").values()) == {ids[0]}
    assert made.posts.author_role[ids[1]] == "brand"
    assert made.column("account") == dict.fromkeys(ids[:3] + ids[4:], "Acme")
    assert made.posts.text[ids[3]] == "the long version"
    assert made.posts.text[ids[0]] == "@acme number 0 & more"
    assert made.posts.author_id[ids[0]] == pseudonym(KEY, "x", "7")
    assert set(made.posts.observed_at) == {pd.Timestamp("2021-04-09", tz="UTC")}
    assert dict(made.report.left_out) == {
        RETWEET: 1,
        CONTEXT: 1,
        NOTE: 1,
        "a post that the source calls deleted or withheld": 1,
    }
    # Three replies are claimed, one came.
    assert made.threads == {ids[0]: (False, 2, "reply_count")}
    assert made.holds("ann_7") == []


def test_flat_posts_carry_what_they_answer(imported: Callable) -> None:
    parent = newer(0) | {"type": "replied_to", "author": {"id": "7", "username": "ann_7"}}
    quoted = newer(5) | {"type": "quoted"}
    lines = [
        newer(1) | REPLY | {"author": {"id": "9", "username": "Acme"}},
        newer(2, referenced_tweets=[parent, quoted]),
        {"id": "6", "username": "bob", "name": "Bob"},
        {"id": "8"},
    ]
    made = imported("auto", "\n".join(map(json.dumps, lines)), accounts="Acme,x,Acme")
    assert sorted(made.posts.index) == [f"x:{BIG + n}" for n in range(3)]
    assert dict(made.report.left_out) == {USER: 1}
    assert made.rejected == [
        ("4", "it holds an id alone: look the posts up before you import them")
    ]


def test_search_results_of_version_1_1(imported: Callable) -> None:
    long = older(1, full_text="the whole text", truncated=False)
    body = {
        "statuses": [
            older(0),
            long,
            older(2, retweeted_status=older(0)),
            older(3, user={"id_str": "9", "screen_name": "acme"}, in_reply_to_status_id=BIG),
            older(4, id_str=None),
        ],
        "search_metadata": {"count": 5},
    }
    made = imported("auto", body, accounts="Acme,x,Acme")
    assert sorted(made.posts.index) == [f"x:{BIG + n}" for n in (0, 1, 3, 4)]
    assert made.column("reply_to") == {f"x:{BIG + 3}": f"x:{BIG}"}
    assert made.posts.author_role[f"x:{BIG + 3}"] == "brand"
    assert made.posts.text[f"x:{BIG + 1}"] == "the whole text"
    assert made.posts.lang.isna().all()
    assert dict(made.report.left_out) == {RETWEET: 1}


def test_posts_of_version_1_1_and_deletions_a_line_each(imported: Callable) -> None:
    lines = [older(0), {"delete": {"status": {"id_str": "5"}}}, older(1, id=1.44e18, id_str=None)]
    made = imported("twarc", "\n".join(map(json.dumps, lines)))
    assert list(made.posts.index) == [f"x:{BIG}"]
    assert made.rejected == [("3", "its id is a decimal number that has lost its last digits")]
    assert made.report.warnings == (
        "No post of file-0.json is by a brand: everybody counts as a customer, and nobody is "
        "answered. List the brands' accounts (--accounts CSV), unless that is so.",
    )


def test_posts_of_the_web_pages_of_x(imported: Callable) -> None:
    legacy = older(1, full_text="from the page", user_id_str="7", conversation_id_str=str(BIG))
    legacy |= {"in_reply_to_status_id_str": str(BIG)}
    del legacy["user"]
    post = {
        "rest_id": str(BIG + 1),
        "legacy": legacy,
        "core": {"user_results": {"result": {"legacy": {"screen_name": "acme"}}}},
        "__import_meta": {"timestamp_collected": 1_617_926_400_000},
    }
    made = imported("auto", json.dumps(post), accounts="Acme,x,Acme")
    assert made.report.format == "4cat-ndjson"
    row = made.posts.loc[f"x:{BIG + 1}"]
    assert (row.text, row.reply_to, row.author_role) == ("from the page", f"x:{BIG}", "brand")
    assert row.observed_at == pd.Timestamp("2021-04-09", tz="UTC")


def test_an_answer_that_names_the_post_that_is_not_there_is_kept(imported: Callable) -> None:
    made = imported("x", [newer(1) | REPLY], brand="Acme")
    assert made.column("reply_to") == {f"x:{BIG + 1}": f"x:{BIG}"}
    assert made.column("brand") == {f"x:{BIG + 1}": "Acme"}


def test_real_flat_posts_and_pages_hold_the_same_posts(
    tmp_path: Path, shared_file: Callable[[str], Path]
) -> None:
    made = {}
    for name in ("flat", "pages"):
        file = shared_file(f"x/twarc_v2_{name}.jsonl")
        report = import_files("auto", file, out=tmp_path / name, key=KEY)
        assert report.format == "x"
        assert report.n_read == report.n_posts + report.n_rejected + report.n_left_out
        frame = open_dataset(tmp_path / name).read("posts").sort_values("post_id")
        made[name] = frame.reset_index(drop=True)
    assert len(made["flat"]) == 82
    columns = ["post_id", "author_id", "created_at", "text", "reply_to", "thread_id", "lang"]
    pd.testing.assert_frame_equal(made["flat"][columns], made["pages"][columns])
