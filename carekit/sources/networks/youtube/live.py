"""YouTube: comments under the videos of a channel, with all their replies. Needs an API key.

Every call here costs one unit of the 10,000 that a key has a day; the search, which costs more, is
not used: the uploads of a channel are a playlist.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from carekit.errors import InputError
from carekit.sources.collecting.budget import Stopped
from carekit.sources.collecting.purging import purge_json
from carekit.sources.collecting.source import (
    LOOKUP,
    Ask,
    Estimate,
    LiveSource,
    Page,
    Query,
    SourceKind,
    StoredPage,
    secret,
)
from carekit.sources.collecting.web import Answer, QueryFailed
from carekit.sources.found import Found, Gone, Problem
from carekit.sources.gaps import Gap
from carekit.sources.networks.values import (
    ident,
    inner,
    listed,
    moment,
    number,
)
from carekit.sources.networks.youtube.posts import read

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

BASE = "https://www.googleapis.com"
KEY = "YOUTUBE_API_KEY"
SIZE, BATCH = 100, 50
UNITS_A_DAY = 10_000
# What the API says when there is nothing to read, and no more to spend.
EMPTY = ("commentsDisabled", "videoNotFound", "commentNotFound", "playlistNotFound")
SPENT = ("quotaExceeded", "rateLimitExceeded", "dailyLimitExceeded")


class YouTube(LiveSource):
    """The Data API v3.

    Parameters
    ----------
    ask : Ask
        Targets: channels (UC…, @handle); `video:ID` for single videos.
    web : Web
    base_url : str
    key : str
    """

    name = network = "youtube"
    auth = "API key"
    terms = "Stored data is to be refreshed or deleted within 30 days (run --refresh)."
    pace = 0.1

    def __init__(self, ask: Ask, *, web: Web, key: str, base_url: str = BASE) -> None:
        super().__init__(ask, web=web, base_url=base_url)
        self._key = key
        self._channels: dict[str, Mapping[str, Any]] = {}

    def accounts(self) -> Sequence[str]:
        return [str(self._channel(t)["id"]) for t in self.ask.targets if not _is_video(t)]

    def queries(self) -> Sequence[Query]:
        made = []
        for target in self.ask.targets:
            if _is_video(target):
                made.append(Query("comments", target.removeprefix("video:")))
            else:
                uploads = inner(
                    self._channel(target), "contentDetails", "relatedPlaylists", "uploads"
                )
                made.append(Query("uploads", str(uploads)))
        return made

    def _channel(self, target: str) -> Mapping[str, Any]:
        if target not in self._channels:
            which = "id" if target.startswith("UC") else "forHandle"
            parts = "contentDetails,statistics"
            answer = self._call("channels", {"part": parts, which: target})
            found = listed(answer.json(), "items")
            if not found or not isinstance(found[0], Mapping) or "id" not in found[0]:
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
        return Estimate(
            least,
            least * 0.3,
            0.0,
            f"{videos:,} videos, a page each at least; a key has {UNITS_A_DAY:,} calls a day.",
        )

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
        while True:
            answer = self._call(method, params | {"pageToken": cursor})
            body = answer.json() if answer.status == 200 else {}
            items = listed(body, "items")
            cursor = ident(inner(body, "nextPageToken")) if items else None
            if query.kind == "uploads" and self._is_before(items):
                cursor = None
            follow = [q for item in items if (q := self._follow(query.kind, item))]
            yield Page(
                answer.body,
                answer.request,
                answer.status,
                answer.headers,
                next_cursor=cursor,
                follow=tuple(follow),
                n_items=len(items),
            )
            if cursor is None:
                return

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
        why = str(inner(errors[0], "reason")) if errors else "no reason"
        if why in SPENT:
            raise Stopped(f"the calls of the YouTube API key are spent for today ({why})")
        if why not in EMPTY:
            raise QueryFailed(f"{self.host} answered {method} with status {answer.status} ({why})")
        return answer

    def read(self, page: StoredPage) -> Iterable[Found]:
        if page.query.kind == "uploads" or page.status != 200:
            return []
        try:
            body = json.loads(page.body)
        except ValueError:
            return [Problem("the page is no JSON")]
        found = list(read(body, seen_at=page.fetched_at))
        if page.query.kind == LOOKUP:
            there = {f["native_id"] for f in found if isinstance(f, dict)}
            return [
                *found,
                *(Gone("youtube", i) for i in page.query.key.split(",") if i not in there),
            ]
        for each in found:
            if isinstance(each, dict) and page.query.kind == "replies":
                each |= {"reply_to": page.query.key, "thread": page.query.key}
        return [f for f in found if isinstance(f, Gap | Problem) or self._wanted(f)]

    def _wanted(self, found: Found) -> bool:
        time = found.get("created_at") if isinstance(found, dict) else None
        if time is None:
            return True
        ask = self.ask
        return not (ask.since and time < ask.since) and not (ask.until and time > ask.until)

    def lookup(self, ids: Sequence[str]) -> Sequence[Query]:
        return [Query(LOOKUP, ",".join(ids[at : at + BATCH])) for at in range(0, len(ids), BATCH)]

    def purge(self, body: str, ids: Collection[str]) -> str:
        kept = ("parentId", "videoId", "channelId")
        return purge_json(
            body, ids, id_fields=("id",), kept=kept, nested=("snippet",), having="etag"
        )


def _is_video(target: str) -> bool:
    return target.startswith("video:")


def make(ask: Ask, web: Web) -> YouTube:
    """The source, with the key that the environment or the keyring holds."""
    key = secret(KEY)
    if not key:
        raise InputError(
            f"YouTube needs an API key, and {KEY} is neither in the environment nor in the system "
            "keyring. Make a key for the YouTube Data API v3 and set it."
        )
    return YouTube(ask, web=web, key=key, base_url=ask.base_url or BASE)


KIND = SourceKind(
    name="youtube",
    what="comments under the videos of a channel, with their replies",
    targets="channels (UC… or @handle), video:ID",
    network="youtube",
    make=make,
    secrets=(KEY,),
)
