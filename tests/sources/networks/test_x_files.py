"""Posts of X as JSON, of all its versions; every trap of theirs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from carekit.dataset.folder import open_dataset
from carekit.dataset.privacy import pseudonym
from carekit.errors import InputError
from carekit.sources.files import import_files
from carekit.sources.networks.x.files import ROUNDED
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
        "1 of 2 rows of file-0.json were rejected: whatever they held, the answer rate of all "
        "requests lies between 0.0% and 100.0%; waits are those of the rows that could be read.",
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
        kept = report.n_posts + report.n_rejected + report.n_left_out
        assert report.n_read == kept + report.n_again
        frame = open_dataset(tmp_path / name).read("posts").sort_values("post_id")
        made[name] = frame.reset_index(drop=True)
    assert len(made["flat"]) == 82
    columns = ["post_id", "author_id", "created_at", "text", "reply_to", "thread_id", "lang"]
    pd.testing.assert_frame_equal(made["flat"][columns], made["pages"][columns])


# Tables and archives


TWARC_CSV = """id,conversation_id,referenced_tweets.replied_to.id,referenced_tweets.retweeted.id,\
referenced_tweets.quoted.id,author_id,created_at,text,lang,author.username,__twarc.retrieved_at
{a},{a},,,,50,2024-03-01T10:00:00.000Z,@acme why,fr,client0,2024-03-20T00:00:00+00:00
{b},{a},{a},,,77,2024-03-01T10:20:00.000Z,@client0 hello,fr,acme,2024-03-20T00:00:00+00:00
{c},{c},,{a},,90,2024-03-02T10:00:00.000Z,RT @client0: @acme why,fr,rt0,2024-03-20T00:00:00+00:00
{d},{d},,,{a},91,2024-03-02T10:00:00.000Z,@acme this one too,fr,q0,2024-03-20T00:00:00+00:00
""".replace("\\\n", "")


def test_a_table_of_twarc_is_read_as_its_json(imported: Callable) -> None:
    ids = {name: str(BIG + n) for n, name in enumerate("abcd")}
    made = imported("auto", TWARC_CSV.format(**ids), accounts="acme,x,Acme")
    assert made.report.format == "twarc-csv"
    assert dict(made.report.left_out) == {RETWEET: 1}
    assert list(made.posts.sort_index().author_role) == ["customer", "brand", "customer"]
    assert made.column("reply_to") == {f"x:{ids['b']}": f"x:{ids['a']}"}
    assert set(made.posts.observed_at.dt.day) == {20}
    assert made.posts.author_id[f"x:{ids['a']}"] == pseudonym(KEY, "x", "50")


def test_ids_that_pandas_has_rounded_are_refused_and_decimals_are_ids(imported: Callable) -> None:
    ids = {"a": "177.0", "b": "1.7650000000000123E+18", "c": "178", "d": "1.765e18"}
    made = imported("auto", TWARC_CSV.format(**ids), accounts="acme,x,Acme")
    assert list(made.posts.index) == ["x:177"]
    assert [why for _, why in made.rejected] == [ROUNDED] * 2
    assert dict(made.report.left_out) == {RETWEET: 1}


ACADEMIC = """tweet_id,user_username,text,created_at,conversation_id,author_id,in_reply_to_user_id,\
sourcetweet_type,sourcetweet_id,retweet_count
1,client0,@acme why,2024-03-01T10:00:00.000Z,1,50,NA,NA,NA,0
2,acme,@client0 hello,2024-03-01T10:20:00.000Z,1,77,50,replied_to,1,0
3,rt0,RT @client0: @acme why,2024-03-02T10:00:00.000Z,3,90,NA,retweeted,1,0
4,q0,@acme this one too,2024-03-02T10:00:00.000Z,4,91,NA,quoted,1,0
5,acme,@q0 sorry,2024-03-02T11:00:00.000Z,4,77,91,NA,NA,0
""".replace("\\\n", "")


def test_a_table_of_academictwitter(imported: Callable) -> None:
    made = imported("auto", ACADEMIC, accounts="acme,x,Acme")
    assert made.report.format == "academictwitter"
    assert dict(made.report.left_out) == {RETWEET: 1}
    # A reply whose post is not named stands under the first post of its conversation.
    assert made.column("reply_to") == {"x:2": "x:1", "x:5": "x:4"}
    assert any("under the first one of its" in w for w in made.report.warnings)
    assert list(made.posts.sort_index().author_role) == ["customer", "brand", "customer", "brand"]


def test_names_of_users_may_come_in_a_file_of_their_own(imported: Callable, tmp_path: Path) -> None:
    data = [newer(0, author_id="50"), newer(1, author_id="77",
            referenced_tweets=[{"type": "replied_to", "id": str(BIG)}])]  # fmt: skip
    users = {"users": [{"id": "77", "username": "AcmeCare"}, {"id": "50", "username": "ann"}],
             "tweets": [newer(8)]}  # fmt: skip
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("account,network,brand\nAcmeCare,x,Acme\n")
    files = [tmp_path / "data_1.json", tmp_path / "users_1.json"]
    for file, content in zip(files, (data, users), strict=True):
        file.write_text(json.dumps(content))
    for order in (1, -1):
        report = import_files(
            "auto", files[::order], out=tmp_path / f"d{order}", accounts=accounts, key=KEY
        )
        posts = open_dataset(tmp_path / f"d{order}").read("posts").sort_values("post_id")
        assert list(posts.author_role) == ["customer", "brand"]
        assert dict(report.left_out) == {USER: 2, CONTEXT: 1}
    alone = imported("x", data, accounts="AcmeCare,x,Acme")
    assert "brand" not in set(alone.posts.author_role)


def test_who_is_mentioned_tells_whose_number_it_is(imported: Callable) -> None:
    named = {"mentions": [{"id": "77", "username": "AcmeCare", "start": 0, "end": 9}]}
    data = [newer(0, author_id="50", text="@AcmeCare why", entities=named),
            newer(1, author_id="77", referenced_tweets=[{"type": "replied_to", "id": str(BIG)}])]  # fmt: skip
    made = imported("auto", data, accounts="AcmeCare,x,Acme")
    assert list(made.posts.author_role) == ["customer", "brand"]


def test_a_page_is_told_however_long_its_posts_are(imported: Callable) -> None:
    page = {"data": [newer(n, text="x" * 4_000) for n in range(100)], "meta": {"result_count": 100}}
    made = imported("auto", page)
    assert (made.report.format, len(made.posts)) == ("x", 100)


def test_an_archive_needs_the_name_of_its_account(imported: Callable) -> None:
    own = {"id_str": "1", "full_text": "@ann hello", "created_at": "Mon Mar 04 12:00:00 +0000 2024",
           "in_reply_to_status_id_str": "9"}  # fmt: skip
    again = own | {"id_str": "2", "full_text": "RT @bob: hello"}
    archive = "window.YTD.tweets.part0 = " + json.dumps([{"tweet": own}, {"tweet": again}, 7])
    with pytest.raises(InputError, match=r"does not name it\. Expected the account\. Add --brand"):
        imported("auto", archive)
    made = imported("auto", archive, brand="Acme", out="named")
    assert made.report.format == "x-archive"
    assert (list(made.posts.author_role), list(made.posts.reply_to)) == (["brand"], ["x:9"])
    assert dict(made.report.left_out) == {RETWEET: 1}
    assert open_dataset(made.path).selection.kind == "own_posts_only"
