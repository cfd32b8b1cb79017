"""What still lives through snscrape: channels of Telegram, users of Weibo.

snscrape is under the GPL and changes how Python imports modules: it runs in a process of its own
that prints its items, and is not part of the extra `all`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from carekit.dataset.manifest import Selection
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
from carekit.sources.found import Found, Problem
from carekit.sources.live.snscrape_worker import NOT_INSTALLED, SCRAPERS
from carekit.sources.mappers import snscrape as mapper
from carekit.sources.mappers.values import inner, moment

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

NETWORKS = {"telegram-channel": "telegram", "weibo-user": "weibo"}
PAGE, MOST = 100, 50_000
WORKER = Path(__file__).with_name("snscrape_worker.py")
ANNOUNCED = Selection(
    kind="channel_posts_only",
    why="It holds what accounts announced; what readers wrote there is not shown.",
    cannot_answer=("answer-rate", "first-response", "repeats", "definitions", "handoffs"),
)


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
    selection = ANNOUNCED
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
            for found in mapper.items(item, seen_at=page.fetched_at):
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
            path = urlsplit(str(inner(json.loads(line), "url") or "")).path
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
