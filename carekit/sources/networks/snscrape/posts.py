"""snscrape: the items of all its modules → drafts, told by their `_type`.

Only posts of Twitter and comments of Reddit say what they answer. Versions before 2023 call the
text `content`, later ones `rawContent`; the oldest ones write no `_type`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from carekit.sources.files.formats import Options, Sample
from carekit.sources.files.json_items import json_format
from carekit.sources.found import Draft, Found, Gone, LeftOut, Problem, guarded
from carekit.sources.networks.reddit import read as read_reddit
from carekit.sources.networks.values import (
    address,
    first_ident,
    first_item,
    ident,
    inner,
    language,
    mapping,
    moment,
    number,
    records,
    why_unusable,
    words,
)

RETWEET = "a retweet or repost, no post of its own"
NO_POST = "a user, a trend, a channel or another thing that is no post"
PREFIX = "snscrape.modules."


def read(
    value: Any, options: Options | None = None, *, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The posts among the items of any module: one item (a line of the file), or lists of them."""
    for item in records(value):
        problem = why_unusable(item)
        if problem:
            yield Problem(problem)
            continue
        kind = item_type(item)
        if kind is None:
            yield Problem("it has no `_type`, and is no post of Twitter")
        elif kind == "twitter.Tombstone":
            yield Gone("x", ident(item.get("id")) or "")
        elif kind in ("twitter.TweetRef", "twitter.TombstoneRef") or kind not in _POSTS:
            yield LeftOut(NO_POST)
        else:
            for found in guarded(_POSTS[kind], item):
                if isinstance(found, dict):
                    found.setdefault("observed_at", seen_at)
                yield found


def item_type(item: Mapping[str, Any]) -> str | None:
    """Module and class of an item, such as `twitter.Tweet`; None if it tells none."""
    kind = item.get("_type")
    if isinstance(kind, str):
        return kind.removeprefix(PREFIX)
    is_tweet = "conversationId" in item or "tweetId" in item or "retweetCount" in item
    return "twitter.Tweet" if is_tweet and "date" in item else None


def _tweet(item: Mapping[str, Any]) -> Iterator[Found]:
    if isinstance(item.get("retweetedTweet"), Mapping):
        yield LeftOut(RETWEET)
        return
    user = mapping(item, "user")
    handle = words(user.get("username")) or words(item.get("username"))
    yield _draft("x", item) | {
        "author": first_ident(user, "id") or handle,
        "author_handle": handle,
        "lang": language(item.get("lang")),
        "reply_to": ident(item.get("inReplyToTweetId")),
        "thread": ident(item.get("conversationId")),
        "n_replies": number(item.get("replyCount")),
    }


def _reddit(item: Mapping[str, Any]) -> Iterator[Found]:
    comment = "parentId" in item or "body" in item
    native = ident(item.get("id"))
    raw = {
        "name": native,
        "id": native,
        "author": item.get("author"),
        "created_utc": item.get("date") or item.get("created"),
        "title": item.get("title"),
        "selftext": item.get("selftext"),
        "body": item.get("body"),
        "parent_id": item.get("parentId"),
        "link_id": _submission(item.get("url")) if comment else None,
    }
    yield from read_reddit({"kind": "t1" if comment else "t3", "data": raw})


def _submission(url: Any) -> str | None:
    """The post that a comment stands under: /r/SUBREDDIT/comments/ID/…"""
    parts = address(url).path.split("/")
    at = parts.index("comments") + 1 if "comments" in parts else len(parts)
    return f"t3_{parts[at]}" if at < len(parts) and parts[at] else None


def _telegram(item: Mapping[str, Any]) -> Iterator[Found]:
    """t.me/s/CHANNEL/NUMBER: what a channel announces."""
    parts = _path(item.get("url"))
    channel = parts[-2] if len(parts) > 1 else None
    native = f"{channel}/{parts[-1]}" if channel else None
    yield _draft("telegram", item) | {"native_id": native} | _by_page(channel)


def _facebook(item: Mapping[str, Any]) -> Iterator[Found]:
    """facebook.com/PAGE/posts/ID; in a group, whoever wrote it is not told."""
    parts = _path(item.get("cleanUrl") or item.get("url"))
    made = _draft("facebook", item) | {"native_id": parts[-1] if len(parts) > 1 else None}
    yield made | (_by_page(parts[0]) if parts and parts[0] not in ("groups", "story.php") else {})


def _instagram(item: Mapping[str, Any]) -> Iterator[Found]:
    """instagram.com/p/CODE; comments are counted, never given."""
    parts = _path(item.get("cleanUrl") or item.get("url"))
    handle = words(item.get("username"))
    yield _draft("instagram", item) | {
        "native_id": parts[-1] if len(parts) > 1 else None,
        "author": handle,
        "author_handle": handle,
        "n_replies": number(item.get("comments")),
    }


def _vkontakte(item: Mapping[str, Any]) -> Iterator[Found]:
    parts = _path(item.get("url"))
    yield _draft("vkontakte", item) | {"native_id": parts[-1] if parts else None}


def _weibo(item: Mapping[str, Any]) -> Iterator[Found]:
    if isinstance(item.get("repostedPost"), Mapping):
        yield LeftOut(RETWEET)
        return
    user = mapping(item, "user")
    yield _draft("weibo", item) | {
        "author": first_ident(user, "uid", "id"),
        "author_handle": words(user.get("screenname")),
        "n_replies": number(item.get("commentsCount")),
    }


def _mastodon(item: Mapping[str, Any]) -> Iterator[Found]:
    host, native = address(item.get("url")).netloc, ident(item.get("id"))
    account = (words(inner(item, "user", "account")) or "").removeprefix("@") or None
    yield _draft("mastodon", item) | {
        "native_id": f"{host}:{native}" if host and native else None,
        "author": account,
        "author_handle": account,
    }


def _boost(item: Mapping[str, Any]) -> Iterator[Found]:
    yield LeftOut(RETWEET)


def _draft(network: str, item: Mapping[str, Any]) -> Draft:
    text = next((t for k in ("rawContent", "content", "text") if (t := words(item.get(k)))), None)
    return {
        "native_id": first_ident(item, "id", "tweetId"),
        "network": network,
        "created_at": moment(item.get("date") or item.get("createdAt")),
        "text": text,
    }


def _by_page(name: str | None) -> Draft:
    """What a page or a channel writes: the brand's."""
    if name is None:
        return {}
    return {"author": name, "author_role": "brand", "account": name, "surface": "brand_page"}


def _path(url: Any) -> list[str]:
    return [p for p in address(url).path.split("/") if p and p != "s"]


_POSTS: dict[str, Callable[[Mapping[str, Any]], Iterator[Found]]] = {
    "twitter.Tweet": _tweet,
    "reddit.Submission": _reddit,
    "reddit.Comment": _reddit,
    "telegram.TelegramPost": _telegram,
    "facebook.FacebookPost": _facebook,
    "instagram.InstagramPost": _instagram,
    "vkontakte.VKontaktePost": _vkontakte,
    "weibo.Post": _weibo,
    "mastodon.Toot": _mastodon,
    "mastodon.Boost": _boost,
}


def recognises(sample: Sample) -> bool:
    """True if the first item names its module, or is a post as versions before 0.4 wrote it."""
    first = first_item(sample.json)
    old = {"conversationId", "renderedContent", "replyCount", "date"}
    return str(first.get("_type", "")).startswith(PREFIX) or old <= set(first)


FORMATS = (
    json_format(
        "snscrape",
        "snscrape (JSONL), all modules",
        recognises,
        read,
        title="Posts scraped with snscrape",
    ),
)
