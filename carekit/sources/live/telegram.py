"""Telegram: public channels, from the preview that anybody can read at t.me/s/NAME."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from carekit.dataset.manifest import Selection
from carekit.errors import InputError
from carekit.sources.collecting.source import (
    LOOKUP,
    Ask,
    Estimate,
    LiveSource,
    Page,
    Query,
    SourceKind,
    StoredPage,
)
from carekit.sources.collecting.web import Answer, QueryFailed
from carekit.sources.found import Found, Gone
from carekit.sources.mappers import telegram_web as mapper
from carekit.sources.mappers.values import moment

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

    from carekit.sources.collecting.web import Web

BASE = "https://t.me"
PAGE = 20
CHANNEL_POSTS = Selection(
    kind="channel_posts_only",
    why="It holds what channels announced; what readers wrote there is not shown.",
    cannot_answer=("answer-rate", "first-response", "repeats", "definitions", "handoffs"),
)


class Telegram(LiveSource):
    """The public preview of channels.

    Parameters
    ----------
    ask : Ask
        Targets: names of channels.
    web : Web
    base_url : str
    """

    name = network = "telegram"
    terms = "Public channels only; ask slowly, honour deletions (run --refresh)."
    selection = CHANNEL_POSTS
    pace = 1.5
    versions: tuple[str, ...] = ("httpx", "beautifulsoup4")

    def __init__(self, ask: Ask, *, web: Web, base_url: str = BASE) -> None:
        super().__init__(ask, web=web, base_url=base_url)

    def accounts(self) -> Sequence[str]:
        return self.ask.targets

    def queries(self) -> Sequence[Query]:
        return [Query("channel", target) for target in self.ask.targets]

    def estimate(self) -> Estimate:
        """The number of the latest message tells how many there were at most."""
        latest = 0
        for target in self.ask.targets:
            latest += max(mapper.numbers(mapper.soup(self._get(target, None).body)), default=0)
        pages = -(-latest // PAGE)
        return Estimate(pages, pages * self.pace, 0.0, f"{latest:,} messages at most.")

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        if query.kind == LOOKUP:
            channel, _, number = query.key.rpartition("/")
            yield self._page(channel, str(int(number) + 1))
            return
        while True:
            page = self._page(query.key, cursor)
            yield page
            if page.next_cursor is None:
                return
            cursor = page.next_cursor

    def _get(self, channel: str, before: str | None) -> Answer:
        return self.web.get(
            f"{self.base_url}/s/{channel}", params={"before": before}, expect="text"
        )

    def _page(self, channel: str, before: str | None) -> Page:
        answer = self._get(channel, before)
        read = mapper.soup(answer.body)
        numbers = mapper.numbers(read)
        if not numbers and before is None:
            raise QueryFailed(
                f"{self.host} shows no messages of {channel!r}: there is no such public channel, or "
                "it allows no preview"
            )
        lowest = min(numbers, default=1)
        # Paging may loop: only a page that goes further down is worth asking for.
        goes_on = lowest > 1 and (before is None or lowest < int(before))
        return Page(
            answer.body,
            answer.request,
            answer.status,
            answer.headers,
            next_cursor=str(lowest) if goes_on and not self._is_before(read) else None,
            n_items=len(numbers),
        )

    def _is_before(self, page: BeautifulSoup) -> bool:
        since = self.ask.since
        times = [moment(str(t["datetime"])) for t in page.select("time[datetime]")]
        return since is not None and bool(times) and all(t is not None and t < since for t in times)

    def read(self, page: StoredPage) -> Iterable[Found]:
        found = list(mapper.posts(page.body, seen_at=page.fetched_at))
        if page.query.kind == LOOKUP:
            there = any(isinstance(f, dict) and f["native_id"] == page.query.key for f in found)
            return found if there else [*found, Gone("telegram", page.query.key)]
        return [f for f in found if self._wanted(f)]

    def _wanted(self, found: Found) -> bool:
        time = found.get("created_at") if isinstance(found, dict) else None
        ask = self.ask
        if time is None:
            return True
        return not (ask.since and time < ask.since) and not (ask.until and time > ask.until)

    def lookup(self, ids: Sequence[str]) -> Sequence[Query]:
        return [Query(LOOKUP, i) for i in ids]

    def purge(self, body: str, ids: Collection[str]) -> str:
        """The page without the messages of these ids."""
        if not any(i in body for i in ids):
            return body
        read = mapper.soup(body)
        for message in read.select("[data-post]"):
            if str(message["data-post"]) in ids:
                message.clear()
        return str(read)


def make(ask: Ask, web: Web) -> Telegram:
    """The source; it needs no key."""
    targets = tuple(
        t.removeprefix("https://t.me/").removeprefix("s/").removeprefix("@") for t in ask.targets
    )
    wrong = [t for t in targets if not t.replace("_", "").isalnum()]
    if wrong:
        raise InputError(
            f"`targets` holds {wrong[0]!r}; expected the name of a public channel, such as acmenews."
            " Correct it."
        )
    return Telegram(replace(ask, targets=targets), web=web, base_url=ask.base_url or BASE)


KIND = SourceKind(
    name="telegram",
    what="what public channels announce",
    targets="names of public channels",
    network="telegram",
    make=make,
)
