"""snscrape: items of every module, of old and new versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from carekit.sources.networks.snscrape.posts import NO_POST, RETWEET

DAY = "2023-01-02T03:04:05+00:00"
BIG = 1_600_000_000_000_000_001


def item(kind: str, **fields: Any) -> dict[str, Any]:
    return {"_type": f"snscrape.modules.{kind}", "date": DAY} | fields


def tweet(n: int, **changes: Any) -> dict[str, Any]:
    made = item(
        "twitter.Tweet",
        id=BIG + n,
        rawContent=f"@acme tweet {n}",
        renderedContent="…",
        user={"_type": "snscrape.modules.twitter.User", "id": 7, "username": "ann_7"},
        conversationId=BIG,
        lang="en",
        replyCount=0,
        inReplyToTweetId=None,
    )
    return made | changes


ITEMS = [
    tweet(0, replyCount=2),
    tweet(1, user={"id": 9, "username": "Acme"}, inReplyToTweetId=BIG),
    tweet(2, retweetedTweet=tweet(0)),
    item("twitter.User", username="ann_7", id=7),
    item("twitter.Tombstone", id=BIG + 5, text=None),
    item("twitter.Trend", name="#acme"),
    item("reddit.Submission", id="t3_p", author="ann_7", title="Dead", selftext="phone",
         url="https://old.reddit.com/r/acme/comments/p/dead/", subreddit="acme"),
    item("reddit.Comment", id="t1_c", author="acme", body="sorry u/ann_7", parentId="t3_p",
         url="https://old.reddit.com/r/acme/comments/p/dead/c/", subreddit="acme"),
    item("telegram.TelegramPost", url="https://t.me/s/AcmeNews/12", content="news", outlinks=[]),
    item("telegram.Channel", username="AcmeNews", title="Acme"),
    item("facebook.FacebookPost", cleanUrl="https://www.facebook.com/acme/posts/55", dirtyUrl="x",
         content="hello"),
    item("facebook.FacebookPost", cleanUrl="https://www.facebook.com/groups/9/permalink/56/",
         content="in a group"),
    item("instagram.InstagramPost", url="https://www.instagram.com/p/CODE/", username="acme",
         content="photo", comments=3),
    item("vkontakte.VKontaktePost", url="https://vk.com/wall-1_22", content="privet"),
    item("weibo.Post", id="W1", date=None, createdAt="Mon Jan 02 03:04:05 +0800 2023", text="hao",
         user={"uid": 3, "screenname": "wei"}, commentsCount=0, repostedPost=None),
    item("mastodon.Toot", id="109", url="https://m.test/@ann_7/109", text="toot",
         user={"account": "@ann_7@m.test"}),
    item("mastodon.Boost", user={}, toot={}),
    item("future.Thing", id=1),
    {"id": 3},
    "x",
]  # fmt: skip


def test_every_module_has_its_posts(imported: Callable) -> None:
    made = imported("auto", "\n".join(map(json.dumps, ITEMS)), accounts="Acme,x,Acme")
    assert made.report.format == "snscrape"
    assert set(made.posts.index) == {
        f"x:{BIG}",
        f"x:{BIG + 1}",
        "reddit:t3_p",
        "reddit:t1_c",
        "telegram:AcmeNews/12",
        "facebook:55",
        "facebook:56",
        "instagram:CODE",
        "vkontakte:wall-1_22",
        "weibo:W1",
        "mastodon:m.test:109",
    }
    assert made.column("reply_to") == {f"x:{BIG + 1}": f"x:{BIG}", "reddit:t1_c": "reddit:t3_p"}
    assert made.column("thread_id") == {
        f"x:{BIG}": f"x:{BIG}",
        f"x:{BIG + 1}": f"x:{BIG}",
        "reddit:t3_p": "reddit:t3_p",
        "reddit:t1_c": "reddit:t3_p",
    }
    assert made.posts.author_role[f"x:{BIG + 1}"] == "brand"
    assert made.posts.author_role["telegram:AcmeNews/12"] == "brand"
    assert made.posts.author_role["facebook:56"] == "customer"
    assert str(made.posts.created_at["weibo:W1"]) == "2023-01-01 19:04:05+00:00"
    assert made.threads == {
        f"x:{BIG}": (False, 1, "reply_count"),
        "instagram:CODE": (False, 3, "reply_count"),
    }
    assert dict(made.report.left_out) == {
        RETWEET: 2,
        NO_POST: 4,
        "a post that the source calls deleted or withheld": 1,
    }
    assert made.rejected == [
        ("19", "it has no `_type`, and is no post of Twitter"),
        ("20", "it is no object"),
    ]
    assert made.holds("ann_7") == []


@pytest.mark.parametrize("new", [True, False])
def test_old_versions_call_the_text_content(new: bool, imported: Callable) -> None:
    old = tweet(0, content="words")
    del old["rawContent"]
    if not new:
        del old["_type"]
    made = imported("auto", json.dumps(old))
    assert made.posts.text[f"x:{BIG}"] == "words"
