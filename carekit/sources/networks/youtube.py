"""YouTube: comment threads of the Data API v3, the table of YouTube Data Tools, and the API itself.

A thread shows up to five of its replies; `totalReplyCount` tells how many there are. The channel
under whose videos the comments stand is the brand. Handles (@name) and ids name one channel, other
names may be anybody's. Live it needs an API key: every call here costs one unit of the 10,000 that a
key has a day; the search, which costs more, is not used: the uploads of a channel are a playlist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from carekit.errors import InputError
from carekit.sources.collecting.limits import QueryFailed, Stopped
from carekit.sources.collecting.purging import Purged
from carekit.sources.collecting.source import (
    LOOKUP,
    Ask,
    Estimate,
    JsonSource,
    Page,
    Query,
    StoredPage,
    in_a_row,
    needed,
)
from carekit.sources.collecting.web import Answer
from carekit.sources.files.formats import Options, Sample
from carekit.sources.files.json_items import json_format, row_format
from carekit.sources.found import Draft, Found, LeftOut, Problem, attempted, guarded
from carekit.sources.networks.values import (
    first_item,
    ident,
    inner,
    listed,
    mapping,
    moment,
    number,
    plain_text,
    read_item,
    why_unusable,
    words,
)

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

NETWORK = "youtube"
OTHER = "a video, a channel or another thing that is no comment"


def read(
    value: Any,
    options: Options | None = None,
    *,
    seen_at: datetime | None = None,
    plain: bool = False,
) -> Iterator[Found]:
    """The comments of a page of `commentThreads` or `comments`, or of single resources.

    A top comment and then its replies; `n_replies` of a top comment is what YouTube counts. Only if
    `plain` texts were asked for is nothing in them HTML.
    """
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
            continue
        problem = why_unusable(each)
        snippet = mapping(each, "snippet")
        if isinstance(inner(each, "items"), list):
            stack.append(each["items"])
        elif isinstance(snippet.get("topLevelComment"), Mapping):
            top = snippet["topLevelComment"]
            owner = attempted(ident, snippet.get("channelId"))
            count, above = number(snippet.get("totalReplyCount")), attempted(ident, top.get("id"))
            yield from read_item(_comment, top, seen_at, owner, plain, count=count)
            for reply in listed(each, "replies", "comments"):
                yield from read_item(_comment, reply, seen_at, owner, plain, above=above)
        elif problem:
            yield Problem(problem)
        elif "textDisplay" in snippet or "textOriginal" in snippet:
            yield from guarded(_comment, each, seen_at, None, plain)
        elif "kind" in each or "snippet" in each:
            yield LeftOut(OTHER)
        else:
            yield Problem("it is neither a comment nor a thread of comments")


def _comment(
    comment: Any,
    seen_at: datetime | None,
    channel: str | None,
    plain: bool,
    *,
    above: str | None = None,
    count: int | None = None,
) -> Iterator[Found]:
    problem = why_unusable(comment.get("snippet", {}))
    if problem:
        yield Problem(problem)
        return
    snippet = mapping(comment, "snippet")
    owner = ident(snippet.get("channelId")) or channel
    native = ident(comment.get("id"))
    author = ident(inner(snippet, "authorChannelId", "value"))
    name = words(snippet.get("authorDisplayName")) or ""
    text = words(snippet.get("textOriginal"))
    if text is None:
        shown = snippet.get("textDisplay")
        text = words(shown) if plain else plain_text(shown)
    answered = ident(snippet.get("parentId")) or above
    made: Draft = {
        "native_id": native,
        "network": NETWORK,
        "surface": "brand_page",
        "author": author,
        "author_handle": name[1:] if name.startswith("@") else None,
        "author_role": "brand" if author is not None and author == owner else None,
        "account": owner,
        "created_at": moment(snippet.get("publishedAt")),
        "text": text,
        "reply_to": answered,
        "thread": answered or native,
        "observed_at": seen_at,
        "n_replies": count,
    }
    yield made


def read_row(row: Mapping[str, str], options: Options) -> Iterator[Found]:
    """A row of the comments of YouTube Data Tools; the channel of the video is not in it."""
    name = row.get("authorname", "")
    snippet = {
        "textOriginal": row.get("text"),
        "publishedAt": row.get("publishedat"),
        "authorDisplayName": name,
        "authorChannelId": {"value": row.get("authorchannelid")},
        "parentId": row.get("isreplyto"),
    }
    is_reply = row.get("isreply", "").strip() in ("1", "true", "True")
    count = None if is_reply else number(row.get("replycount"))
    yield from _comment({"id": row.get("id"), "snippet": snippet}, None, None, True, count=count)


def recognises(sample: Sample) -> bool:
    """True for a page or a resource of comments."""
    first = first_item(sample.json, "items")
    snippet = mapping(first, "snippet")
    return str(first.get("kind") or "").startswith("youtube#comment") or (
        isinstance(snippet.get("topLevelComment"), Mapping)
        or snippet.get("textDisplay") is not None
    )


FORMATS = (
    json_format(
        "youtube",
        "YouTube comment threads (JSON)",
        recognises,
        read,
        title="YouTube comments",
        network=NETWORK,
    ),
    row_format(
        "youtube-data-tools",
        "YouTube comments as YouTube Data Tools writes them (CSV, TAB)",
        ("id", "replyCount", "publishedAt", "authorChannelId", "isReplyTo", "text"),
        read_row,
        title="YouTube comments",
        network=NETWORK,
    ),
)


KEY = "YOUTUBE_API_KEY"
SIZE, BATCH = 100, 50
UNITS_A_DAY = 10_000
# What the API says when there is nothing to read, and no more to spend.
EMPTY = ("commentsDisabled", "videoNotFound", "commentNotFound", "playlistNotFound")
SPENT = ("quotaExceeded", "rateLimitExceeded", "dailyLimitExceeded")


class YouTube(JsonSource):
    """The Data API v3. Targets: channels (UC…, @handle); `video:ID` for single videos."""

    name = network = "youtube"
    auth = "API key"
    what = "comments under the videos of a channel, with their replies"
    targets = "channels (UC… or @handle), video:ID"
    base = "https://www.googleapis.com"
    secrets = (KEY,)
    purged = Purged(
        ("id",), kept=("parentId", "videoId", "channelId"), nested=("snippet",), having="etag"
    )
    batch = BATCH
    terms = "Stored data is to be refreshed or deleted within 30 days (run --refresh)."
    pace = 0.1

    def __init__(self, ask: Ask, *, web: Web, base_url: str) -> None:
        how = "Make a key for the YouTube Data API v3 and set it."
        self._key = needed(KEY, "YouTube needs an API key", how)
        super().__init__(ask, web=web, base_url=base_url)
        self._channels: dict[str, Mapping[str, Any]] = {}

    def accounts(self) -> Sequence[str]:
        return [str(self._channel(t)["id"]) for t in self.ask.targets if not _is_video(t)]

    def queries(self) -> Sequence[Query]:
        made = []
        for target in self.ask.targets:
            if _is_video(target):
                made.append(Query("comments", target.removeprefix("video:")))
            else:
                path = ("contentDetails", "relatedPlaylists", "uploads")
                uploads = ident(inner(self._channel(target), *path))
                if uploads is None:
                    raise QueryFailed(f"{self.host} does not say which videos {target} has")
                made.append(Query("uploads", uploads))
        return made

    def _channel(self, target: str) -> Mapping[str, Any]:
        if target not in self._channels:
            which = "id" if target.startswith("UC") else "forHandle"
            parts = "contentDetails,statistics"
            answer = self._call("channels", {"part": parts, which: target})
            found = listed(answer.json(), "items")
            if not found or ident(inner(found[0], "id")) is None:
                raise InputError(
                    f"`targets`: YouTube knows no channel {target!r}. Expected an id (UC…) or a "
                    "handle (@name). Check the spelling."
                )
            self._channels[target] = found[0]
        return self._channels[target]

    def estimate(self) -> Estimate:
        videos = sum(
            number(inner(self._channel(t), "statistics", "videoCount")) or 0
            for t in self.ask.targets
            if not _is_video(t)
        )
        least = videos + videos // BATCH + len(self.ask.targets)
        why = f"{videos:,} videos, a page each at least; a key has {UNITS_A_DAY:,} calls a day."
        return Estimate(least, least * 0.3, 0.0, why)

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        asks: dict[str, tuple[str, dict[str, Any]]] = {
            "uploads": ("playlistItems", {"part": "contentDetails", "playlistId": query.key}),
            "comments": ("commentThreads", {"part": "snippet,replies", "videoId": query.key}),
            "replies": ("comments", {"part": "snippet", "parentId": query.key}),
            LOOKUP: ("comments", {"part": "snippet", "id": query.key}),
        }
        method, params = asks[query.kind]
        size = BATCH if query.kind == "uploads" else SIZE
        if query.kind != LOOKUP:
            params["maxResults"] = size
        if query.kind != "uploads":
            params["textFormat"] = "plainText"
        yield from in_a_row(lambda at: self._page(query.kind, method, params, at), cursor)

    def _page(self, kind: str, method: str, params: Mapping[str, Any], cursor: str | None) -> Page:
        answer = self._call(method, {**params, "pageToken": cursor})
        body = answer.json() if answer.status == 200 else {}
        items = listed(body, "items")
        following = self.cursor(inner(body, "nextPageToken")) if items else None
        if kind == "uploads" and self._is_before(items):
            following = None
        follow = tuple(q for item in items if (q := self._follow(kind, item)))
        return Page.of(answer, next_cursor=following, follow=follow, n_items=len(items))

    def _is_before(self, items: Sequence[Any]) -> bool:
        """Videos older than a year before the range draw few comments in it; stop there."""
        times = [moment(inner(i, "contentDetails", "videoPublishedAt")) for i in items]
        since = self.ask.since
        return bool(since and times) and all(
            t is not None and since is not None and (since - t).days > 365 for t in times
        )

    def _follow(self, kind: str, item: Any) -> Query | None:
        if kind == "uploads":
            video = ident(inner(item, "contentDetails", "videoId"))
            return Query("comments", video) if video else None
        if kind == "comments":
            count = number(inner(item, "snippet", "totalReplyCount")) or 0
            top = ident(inner(item, "snippet", "topLevelComment", "id"))
            if top and count > len(listed(item, "replies", "comments")):
                return Query("replies", top)
        return None

    def _call(self, method: str, params: Mapping[str, Any]) -> Answer:
        url = f"{self.base_url}/youtube/v3/{method}"
        answer = self.web.get(
            url, params=params, secret_params={"key": self._key}, accept=(200, 403, 404)
        )
        if answer.status == 200:
            return answer
        errors = listed(answer.json(), "error", "errors")
        why = str(inner(errors[0], "reason"))[:80] if errors else "no reason"
        if why in SPENT:
            raise Stopped(f"the calls of the YouTube API key are spent for today ({why})")
        if why not in EMPTY:
            raise QueryFailed(f"{self.host} answered {method} with status {answer.status} ({why})")
        return answer

    def read(self, page: StoredPage) -> Iterable[Found]:
        if page.query.kind == "uploads" or page.status != 200:
            return []
        return super().read(page)

    def found(self, page: StoredPage, body: Any) -> Iterable[Found]:
        found = list(read(body, seen_at=page.fetched_at, plain=True))
        if page.query.kind == LOOKUP:
            return self.looked_up(found, page.query.key.split(","))
        for each in found:
            if isinstance(each, dict) and page.query.kind == "replies":
                each |= {"reply_to": page.query.key, "thread": page.query.key}
        return self.wanted(found)


def _is_video(target: str) -> bool:
    return target.startswith("video:")


KIND = YouTube
