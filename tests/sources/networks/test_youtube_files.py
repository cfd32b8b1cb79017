"""YouTube comment threads: replies are a subset of those counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from carekit.sources.networks.youtube import OTHER

CHANNEL = "UCacme"


def comment(
    name: str, author: str | None, parent: str | None = None, **snippet: Any
) -> dict[str, Any]:
    made = {
        "textDisplay": f"text of {name}<br>@ann_x &amp; you",
        "authorDisplayName": f"@{author}",
        "publishedAt": "2024-05-01T12:00:00Z",
    } | snippet
    if author is not None:
        made["authorChannelId"] = {"value": author}
    if parent is not None:
        made["parentId"] = parent
    return {"kind": "youtube#comment", "id": name, "snippet": made}


def thread(top: dict[str, Any], count: int, *replies: Any) -> dict[str, Any]:
    made = {
        "kind": "youtube#commentThread",
        "id": top["id"],
        "snippet": {
            "channelId": CHANNEL,
            "videoId": "v",
            "topLevelComment": top,
            "totalReplyCount": count,
        },
    }
    return made | ({"replies": {"comments": list(replies)}} if replies else {})


PAGE = {
    "kind": "youtube#commentThreadListResponse",
    "nextPageToken": "more",
    "items": [
        thread(comment("Ug1", "UCann"), 2, comment("Ug1.a", CHANNEL, "Ug1")),
        thread(comment("Ug2", "UCbob"), 1, comment("Ug2.a", "UCann", "Ug2")),
        thread(comment("Ug3", None, textOriginal="plain & simple"), 0),
    ],
}


def test_threads_with_their_replies_and_what_is_missing(imported: Callable) -> None:
    made = imported("auto", PAGE, brand="Acme")
    assert made.report.format == "youtube"
    assert made.column("reply_to") == {
        "youtube:Ug1.a": "youtube:Ug1",
        "youtube:Ug2.a": "youtube:Ug2",
    }
    assert made.posts.author_role["youtube:Ug1.a"] == "brand"
    assert set(made.posts.surface) == {"brand_page"}
    assert set(made.posts.account) == {CHANNEL}
    assert set(made.posts.brand) == {"Acme"}
    assert made.threads == {
        "youtube:Ug1": (False, 1, "reply_count"),
        "youtube:Ug2": (True, 0, None),
    }
    assert made.posts.text["youtube:Ug3"] == "plain & simple"
    assert "<br>" not in made.posts.text["youtube:Ug1"]
    assert made.posts.isna().author_id["youtube:Ug3"]
    assert made.holds("UCann", "UCbob", "ann_x") == []


def test_the_other_replies_close_the_gap(imported: Callable) -> None:
    imported("youtube", PAGE)
    replies = {
        "kind": "youtube#commentListResponse",
        "items": [comment("Ug1.a", CHANNEL, "Ug1"), comment("Ug1.b", "UCeve", "Ug1")],
    }
    again = thread(comment("Ug1", "UCann"), 2)
    made = imported("auto", "\n".join(map(json.dumps, [replies, again])))
    assert (made.report.rejected, made.report.n_seen_again) == ({}, 2)
    assert made.threads["youtube:Ug1"] == (True, 0, None)


def test_other_things_and_no_things(imported: Callable) -> None:
    video = {"kind": "youtube#video", "id": "v", "snippet": {"title": "t"}}
    made = imported(
        "youtube", [PAGE["items"][2], video, {"id": 1}, 1, {"kind": "youtube#x", "items": []}]
    )
    assert dict(made.report.left_out) == {OTHER: 1}
    assert [why for _, why in made.rejected] == [
        "it is neither a comment nor a thread of comments",
        "it is no object",
    ]


TABLE = """id\treplyCount\tlikeCount\tpublishedAt\tauthorName\ttext\tauthorChannelId\tauthorChannelUrl\t\
isReply\tisReplyTo\tisReplyToName
Ug1\t2\t0\t2024-05-01T12:00:00Z\t@ann_x\tWhy? <b>\tUCann\tu\t0\t\t
Ug1.a\t\t0\t2024-05-01T13:00:00Z\tAcme\tSorry\tUCacme\tu\t1\tUg1\t@ann_x
Ug1.b\t\t0\t2024-05-01T13:00:00Z\tAcme\tNot me\tUCeve\tu\t1\tUg1\t@ann_x
Ug2\t0\t0\tsoon\t@bob\tHello\tUCbob\tu\t0\t\t
""".replace("\\\n", "")


@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_the_table_of_youtube_data_tools(delimiter: str, imported: Callable) -> None:
    made = imported("auto", TABLE.replace("\t", delimiter), accounts="UCacme,youtube,Acme")
    assert made.report.format == "youtube-data-tools"
    assert made.posts.author_role.to_dict() == {
        "youtube:Ug1": "customer", "youtube:Ug1.a": "brand", "youtube:Ug1.b": "customer"
    }  # fmt: skip
    assert set(made.posts.reply_to.dropna()) == {"youtube:Ug1"}
    assert made.posts.text["youtube:Ug1"] == "Why? <b>"
    assert made.threads == {"youtube:Ug1": (True, 0, None)}
    assert made.rejected == [("5", "created_at is no time that can be read")]
    assert made.holds("UCann", "ann_x") == []


def test_a_name_proves_nothing_and_a_handle_does(imported: Callable) -> None:
    eve = comment("Ug1.a", "UCeve", "Ug1", authorDisplayName="Acme")
    care = comment("Ug1.b", "UCcare", "Ug1", authorDisplayName="@AcmeCare")
    made = imported(
        "auto", [thread(comment("Ug1", "UCann"), 2, eve, care)],
        accounts="Acme,youtube,Acme\nAcmeCare,youtube,Acme",
    )  # fmt: skip
    assert list(made.posts.author_role) == ["customer", "customer", "brand"]


@pytest.mark.parametrize("text", ["hello <![x[ world", "a<br>b &amp; <i>c</i>", "&#" + "9" * 5000])
def test_html_of_any_kind_is_read(text: str, imported: Callable) -> None:
    made = imported("youtube", [comment("Ug1", "UCann", textDisplay=text)])
    assert made.posts.text.iloc[0]
    assert "<i>" not in made.posts.text.iloc[0]
