"""snscrape: the items of all its modules → drafts, told by their `_type`.

Only posts of Twitter and comments of Reddit say what they answer. Versions before 2023 call the
text `content`, later ones `rawContent`; the oldest ones write no `_type`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.errors import InputError, MissingExtraError
from carekit.sources.collecting.source import (
    Ask,
    Estimate,
    LiveSource,
    Page,
    Query,
    SourceKind,
    StoredPage,
)
from carekit.sources.collecting.web import QueryFailed
from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Draft, Found, Gone, LeftOut, Problem, guarded
from carekit.sources.networks.reddit import read as read_reddit
from carekit.sources.networks.selections import CHANNEL_POSTS
from carekit.sources.networks.snscrape_worker import NOT_INSTALLED, SCRAPERS
from carekit.sources.networks.values import (
    address,
    first_ident,
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

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

RETWEET = "a retweet or repost, no post of its own"
NO_POST = "a user, a trend, a channel or another thing that is no post"
PREFIX = "snscrape.modules."


def read(
    value: Any, options: Options | None = None, *, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The posts among the items of any module.

    Parameters
    ----------
    value : object
        One item (a line of the file), or lists of them.
    seen_at : datetime, optional
        When it was scraped.
    """
    for item in records(value, frozenset()):
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
    made = _draft("telegram", item)
    made["native_id"] = f"{channel}/{parts[-1]}" if channel else None
    yield made | _by_page(channel)


def _facebook(item: Mapping[str, Any]) -> Iterator[Found]:
    """facebook.com/PAGE/posts/ID; in a group, whoever wrote it is not told."""
    parts = _path(item.get("cleanUrl") or item.get("url"))
    made = _draft("facebook", item)
    made["native_id"] = parts[-1] if len(parts) > 1 else None
    yield made | (_by_page(parts[0]) if parts and parts[0] not in ("groups", "story.php") else {})


def _instagram(item: Mapping[str, Any]) -> Iterator[Found]:
    """instagram.com/p/CODE; comments are counted, never given."""
    parts = _path(item.get("cleanUrl") or item.get("url"))
    handle = words(item.get("username"))
    made = _draft("instagram", item)
    made |= {"native_id": parts[-1] if len(parts) > 1 else None, "author": handle}
    made |= {"author_handle": handle, "n_replies": number(item.get("comments"))}
    yield made


def _vkontakte(item: Mapping[str, Any]) -> Iterator[Found]:
    parts = _path(item.get("url"))
    made = _draft("vkontakte", item)
    made["native_id"] = parts[-1] if parts else None
    yield made


def _weibo(item: Mapping[str, Any]) -> Iterator[Found]:
    if isinstance(item.get("repostedPost"), Mapping):
        yield LeftOut(RETWEET)
        return
    user = mapping(item, "user")
    made = _draft("weibo", item)
    made |= {
        "author": first_ident(user, "uid", "id"),
        "author_handle": words(user.get("screenname")),
    }
    made |= {"n_replies": number(item.get("commentsCount"))}
    yield made


def _mastodon(item: Mapping[str, Any]) -> Iterator[Found]:
    host = address(item.get("url")).netloc
    native = ident(item.get("id"))
    account = words(inner(item, "user", "account"))
    account = account.removeprefix("@") if account else None
    made = _draft("mastodon", item)
    made |= {"author": account, "author_handle": account}
    made["native_id"] = f"{host}:{native}" if host and native else None
    yield made


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
    first = sample.json
    if isinstance(first, list) and first:
        first = first[0]
    if not isinstance(first, Mapping):
        return False
    old = {"conversationId", "renderedContent", "replyCount", "date"}
    return str(first.get("_type", "")).startswith(PREFIX) or old <= set(first)


FORMAT = Format(
    name="snscrape",
    what="snscrape (JSONL), all modules",
    recognises=recognises,
    items=json_items(read),
    title="Posts scraped with snscrape",
    place=place,
)


NETWORKS = {"telegram-channel": "telegram", "weibo-user": "weibo"}
PAGE, MOST = 100, 50_000
WORKER = Path(__file__).with_name("snscrape_worker.py")


class Snscrape(LiveSource):
    """One scraper of snscrape.

    Parameters
    ----------
    ask : Ask
        Targets: SCRAPER:NAME, all of one scraper.
    web : Web
        Not used; snscrape asks by itself.
    base_url : str, optional
        Where to send its requests instead.
    """

    name = "snscrape"
    terms = "Public pages only; ask slowly; honour deletions."
    selection = CHANNEL_POSTS
    pace = 0.0
    versions: tuple[str, ...] = ("snscrape",)

    def __init__(self, ask: Ask, *, web: Web, base_url: str | None = None) -> None:
        self._elsewhere = base_url
        super().__init__(ask, web=web, base_url=base_url or "https://t.me")
        self.scraper = ask.targets[0].split(":")[0]
        self.network = NETWORKS[self.scraper]
        if base_url is None and self.network == "weibo":
            self.host = "m.weibo.cn"

    def accounts(self) -> Sequence[str]:
        return [t.split(":", 1)[1] for t in self.ask.targets]

    def queries(self) -> Sequence[Query]:
        return [Query(self.scraper, t.split(":", 1)[1]) for t in self.ask.targets]

    def estimate(self) -> Estimate:
        return Estimate(None, None, 0.0, f"{self.host} does not say before how much there is.")

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        """Items in hundreds; a later start reads again, and skips, what came before."""
        skipped = done = int(cursor or 0)
        # A list may loop for ever: no account has written more than that.
        # -P: the folder of the worker holds a module that is called snscrape, too.
        command = [sys.executable, "-P", str(WORKER), query.kind, query.key, str(MOST)]
        command += [self._elsewhere] if self._elsewhere else []
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            try:
                lines: list[str] = []
                seen: set[str] = set()
                for number, line in enumerate(process.stdout):
                    if line in seen:
                        break  # the list has begun to repeat itself
                    seen.add(line)
                    if number >= skipped:
                        lines.append(line.rstrip("\n"))
                    if len(lines) == PAGE or (lines and self._is_before(lines[-1])):
                        done += len(lines)
                        ended = self._is_before(lines[-1])
                        yield self._page(query, lines, None if ended else str(done))
                        lines = []
                        if ended:
                            return
                else:
                    error = process.stderr.read().strip().splitlines()
                    self._check(process.wait(), error[-1] if error else "")
                yield self._page(query, lines, None)
            finally:
                process.terminate()

    def _is_before(self, line: str) -> bool:
        time = moment(inner(json.loads(line), "date"))
        return self.ask.since is not None and time is not None and time < self.ask.since

    def _check(self, status: int, why: str) -> None:
        if status == NOT_INSTALLED:
            raise MissingExtraError(why or "snscrape", "snscrape", "Collecting with snscrape")
        if status:
            raise QueryFailed(f"snscrape gave up {self.host} ({why or f'status {status}'})")

    def _page(self, query: Query, lines: list[str], cursor: str | None) -> Page:
        request = {"scraper": query.kind, "target": query.key}
        return Page("\n".join(lines), request, 200, {}, next_cursor=cursor, n_items=len(lines))

    def read(self, page: StoredPage) -> Iterable[Found]:
        for line in page.body.splitlines():
            try:
                item = json.loads(line)
            except ValueError:
                yield Problem("a line of snscrape is no JSON")
                continue
            for found in read(item, seen_at=page.fetched_at):
                if not isinstance(found, dict) or self._wanted(found.get("created_at")):
                    yield found

    def _wanted(self, time: object) -> bool:
        ask = self.ask
        return not (ask.since and time and time < ask.since) and not (  # type: ignore[operator]
            ask.until and time and time > ask.until  # type: ignore[operator]
        )

    def purge(self, body: str, ids: Collection[str]) -> str:
        """The lines that are not those of these posts."""
        names = {i.rsplit("/", 1)[-1] for i in ids}
        kept = []
        for line in body.splitlines():
            path = address(inner(json.loads(line), "url")).path
            if path.rsplit("/", 1)[-1] not in names:
                kept.append(line)
        return "\n".join(kept)


def make(ask: Ask, web: Web) -> Snscrape:
    """The source; it needs no key."""
    kinds = {t.split(":", 1)[0] for t in ask.targets}
    wrong = [t for t in ask.targets if ":" not in t or t.split(":", 1)[0] not in SCRAPERS]
    if wrong or len(kinds) > 1:
        what = f"holds {wrong[0]!r}" if wrong else f"names {len(kinds)} scrapers"
        raise InputError(
            f"`targets` {what}; expected SCRAPER:NAME, all of one scraper of: "
            f"{', '.join(SCRAPERS)}. For items that you have, use `carekit import snscrape`."
        )
    return Snscrape(ask, web=web, base_url=ask.base_url)


KIND = SourceKind(
    name="snscrape",
    what="what still lives through snscrape (its own process, carekit[snscrape])",
    targets="telegram-channel:NAME or weibo-user:NAME",
    network="telegram",
    make=make,
)

FORMATS = (FORMAT,)
