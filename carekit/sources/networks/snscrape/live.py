"""What still lives through snscrape: channels of Telegram, users of Weibo.

snscrape is under the GPL and changes how Python imports modules: it runs in a process of its own
that prints its items, and is not part of the extra `all`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from carekit.errors import InputError, MissingExtraError
from carekit.sources.collecting.exchange import TooLong, within
from carekit.sources.collecting.limits import QueryFailed
from carekit.sources.collecting.source import (
    Ask,
    Page,
    Query,
    Source,
    StoredPage,
)
from carekit.sources.found import Found, Problem
from carekit.sources.json_text import loads
from carekit.sources.networks.selections import CHANNEL_POSTS
from carekit.sources.networks.snscrape.posts import read
from carekit.sources.networks.snscrape.worker import NOT_INSTALLED, SCRAPERS
from carekit.sources.networks.values import address, inner, moment

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

NETWORKS = {"telegram-channel": "telegram", "weibo-user": "weibo"}
PAGE, MOST = 100, 50_000
LONGEST_LINE = 4_000_000  # characters of one item
WORKER = Path(__file__).with_name("worker.py")


class Snscrape(Source):
    """One scraper of snscrape. Targets: SCRAPER:NAME, all of one scraper; it asks by itself."""

    name = "snscrape"
    network = "telegram"
    what = "what still lives through snscrape (its own process, carekit[snscrape])"
    targets = "telegram-channel:NAME or weibo-user:NAME"
    terms = "Public pages only; ask slowly; honour deletions."
    selection = CHANNEL_POSTS
    pace = 0.0
    versions: tuple[str, ...] = ("snscrape",)

    @classmethod
    def make(cls, ask: Ask, web: Web) -> Snscrape:
        """The source; it needs no key."""
        kinds = {t.split(":", 1)[0] for t in ask.targets}
        wrong = [t for t in ask.targets if ":" not in t or t.split(":", 1)[0] not in SCRAPERS]
        if wrong or len(kinds) > 1:
            what = f"holds {wrong[0]!r}" if wrong else f"names {len(kinds)} scrapers"
            raise InputError(
                f"`targets` {what}; expected SCRAPER:NAME, all of one scraper of: "
                f"{', '.join(SCRAPERS)}. For items that you have, use `carekit import snscrape`."
            )
        return cls(ask, web=web, base_url=ask.base_url)

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

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        """Items in hundreds; a later start reads again, and skips, what came before."""
        skipped = done = int(cursor or 0)
        lines: list[str] = []
        seen: set[str] = set()
        with closing(self._lines(query)) as items:
            for number_of, line in enumerate(items):
                if line in seen:
                    break  # the list has begun to repeat itself
                seen.add(line)
                if number_of >= skipped:
                    lines.append(line)
                if len(lines) == PAGE or (lines and self._is_before(lines[-1])):
                    done += len(lines)
                    ended = self._is_before(lines[-1])
                    yield self._page(query, lines, None if ended else str(done))
                    lines = []
                    if ended:
                        return
        yield self._page(query, lines, None)

    def _lines(self, query: Query) -> Generator[str]:
        """The lines that the worker prints, within the time of the run; its errors go to a file."""
        # A list may loop for ever: no account has written more than that.
        # -P: the folder of the worker holds a module that is called snscrape, too.
        command = [sys.executable, "-P", str(WORKER), query.kind, query.key, str(MOST)]
        command += [self._elsewhere] if self._elsewhere else []
        with (
            TemporaryFile() as errors,
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8"
            ) as process,
        ):
            assert process.stdout is not None
            read_line = partial(process.stdout.readline, LONGEST_LINE)
            try:
                while line := within(self.web.budget.left, read_line):
                    if len(line) == LONGEST_LINE:
                        raise QueryFailed(f"snscrape printed an endless line of {self.host}")
                    yield line.rstrip("\n")
                self._check(within(self.web.budget.left, process.wait), _end_of(errors))
            except TooLong:
                self.web.budget.check_time()
                raise
            finally:
                process.kill()

    def _is_before(self, line: str) -> bool:
        return self.all_before([_time_of(line)])

    def _check(self, status: int, why: str) -> None:
        if status == NOT_INSTALLED:
            raise MissingExtraError(why or "snscrape", "snscrape", "Collecting with snscrape")
        if status:
            raise QueryFailed(f"snscrape gave up {self.host} ({why or f'status {status}'})")

    def _page(self, query: Query, lines: list[str], cursor: str | None) -> Page:
        request = {"scraper": query.kind, "target": query.key}
        return Page("\n".join(lines), request, 200, {}, next_cursor=cursor, n_items=len(lines))

    def read(self, page: StoredPage) -> Iterable[Found]:
        for line in page.body.split("\n") if page.body else ():
            try:
                item = loads(line)
            except ValueError:
                yield Problem("a line of snscrape is no JSON")
                continue
            yield from self.wanted(read(item, seen_at=page.fetched_at))

    def purge(self, body: str, ids: Collection[str]) -> str:
        """The lines that are not those of these posts."""
        names = {i.rsplit("/", 1)[-1] for i in ids}
        return "\n".join(line for line in body.split("\n") if _number_of(line) not in names)


def _of_line(line: str, name: str) -> Any:
    try:
        return inner(loads(line), name)
    except ValueError:
        return None


def _time_of(line: str) -> datetime | None:
    return moment(_of_line(line, "date"))


def _number_of(line: str) -> str:
    return address(_of_line(line, "url")).path.rsplit("/", 1)[-1]


def _end_of(errors: IO[bytes]) -> str:
    """The last line of what a worker wrote to its standard error."""
    size = errors.seek(0, 2)
    errors.seek(max(size - 2_000, 0))
    told = errors.read().decode("utf-8", "replace").strip().split("\n")[-1]
    return told[:200]
