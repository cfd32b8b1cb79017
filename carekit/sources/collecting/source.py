"""What a live source is: queries in, raw pages and a cursor out, and a pure reading of a page.

A source knows one network. It never writes, waits, retries or counts: `carekit.sources.collecting`
keeps its pages, honours limits and caps, and calls `read` to turn pages into drafts.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from carekit.dataset.manifest import NOTHING_LEFT_OUT, Selection
from carekit.errors import InputError
from carekit.sources.collecting.limits import QueryFailed
from carekit.sources.collecting.purging import Purged, purge_json
from carekit.sources.found import Found, Gone, Problem
from carekit.sources.json_text import loads
from carekit.sources.networks.values import address, ident

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Answer, Web

LOOKUP = "lookup"
LONGEST_CURSOR = 4_096  # characters


@dataclass(frozen=True)
class Query:
    """One thing to ask for, over as many pages as it takes.

    `kind` is a word of the source (feed, thread, search, …), except that `lookup` always asks
    whether known posts are still there; `key` says what is asked for: an account, an id, words.
    """

    kind: str
    key: str


@dataclass(frozen=True)
class Page:
    """One answer of the network, as it came.

    `request` and `headers` hold no key or token, `next_cursor` where the query goes on (None: this
    was its last page), `follow` further queries that the page makes necessary, such as the threads
    of its posts (one that is known is not asked again), `cost` the dollars that it cost.
    """

    body: str
    request: Mapping[str, Any]
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    next_cursor: str | None = None
    follow: tuple[Query, ...] = ()
    n_items: int = 0
    cost: float = 0.0

    @classmethod
    def of(cls, answer: Answer, **rest: Any) -> Page:
        """The page that an answer of a server is."""
        return cls(answer.body, answer.request, answer.status, answer.headers, **rest)


@dataclass(frozen=True)
class StoredPage:
    """A page read back from the raw store; `round` counts how often the collection was refreshed."""

    number: int
    query: Query
    fetched_at: datetime
    status: int
    body: str
    round: int = 0


@dataclass(frozen=True)
class Estimate:
    """What a collection will take, as far as it can be told before: None if it cannot."""

    pages: int | None
    seconds: float | None
    cost: float
    why: str

    def __str__(self) -> str:
        pages = (
            "an unknown number of pages" if self.pages is None else f"about {self.pages:,} pages"
        )
        seconds = "" if self.seconds is None else f", {_spell(self.seconds)}"
        cost = f", about ${self.cost:,.2f}" if self.cost else ", no fee"
        return f"Estimate: {pages}{seconds}{cost}. {self.why}"


def _spell(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 5400 else f"{seconds / 3600:,.1f} h"


@dataclass(frozen=True)
class Ask:
    """What the user asks a source for: the value that the command line makes of its options.

    `targets` are what the source defines: accounts, hashtags, words, channels; posts are created from
    `since` to `until` (UTC); `countries` and `langs` are editions; `brand` is the firm that the targets
    are about, where the source cannot tell. Once asked for, `redact` holds in every later run as well.
    `brands` are accounts that are known to be a firm's, as `carekit.sources.accounts.fold` writes them.
    """

    targets: tuple[str, ...] = ()
    base_url: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    countries: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    brand: str | None = None
    redact: bool = False
    brands: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """What the manifest and the state of the collection keep of it."""
        return {
            "targets": list(self.targets),
            "base_url": self.base_url,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "countries": list(self.countries),
            "langs": list(self.langs),
            "brand": self.brand,
            "redact": self.redact,
        }


class Source(ABC):
    """One network. Attributes are facts for the manifest; methods never write anything.

    A source needs `queries`, `pages` and `read`, and better also `lookup`, `purge`, `estimate`.
    """

    name = network = ""  # as on the command line; as in the posts table
    what = targets = ""  # what it collects; what it can be asked for
    purged = Purged(("id",))  # how `purge_json` knows and empties a post
    batch = 0  # ids in a lookup; 0 where posts cannot be looked up
    secrets: tuple[str, ...] = ()  # environment variables, each also looked for in the keyring
    base = ""  # the usual server
    auth = "none"  # kind of access, such as `app password`; never the secret
    terms = ""  # one sentence on what the terms of the network ask of this collection
    selection: Selection = NOTHING_LEFT_OUT  # how the posts come to be in the dataset
    dearest_page = 0.0  # the most that one page can cost, in dollars
    pace = 1.0  # seconds between two requests where the server does not tell its limits
    versions: tuple[str, ...] = ("httpx",)  # packages whose versions matter for this source

    def __init__(self, ask: Ask, *, web: Web, base_url: str) -> None:
        self.ask, self.web = ask, web
        self.base_url = base_url.rstrip("/")
        parts = address(self.base_url)
        self.host = parts.netloc
        if not self.host or parts.scheme not in ("http", "https"):
            raise InputError(
                f"`base_url` is {base_url!r}; expected an address such as https://example.org. "
                "Correct --base-url."
            )

    @classmethod
    def make(cls, ask: Ask, web: Web) -> Source:
        """The source for what is asked; InputError if the targets make no sense."""
        return cls(ask, web=web, base_url=ask.base_url or cls.base)

    @abstractmethod
    def queries(self) -> Sequence[Query]:
        """What to ask for first. May ask the network to resolve a name."""

    def accounts(self) -> Sequence[str]:
        """Handles among the targets, as texts write them: a target account is a brand's."""
        return ()

    @abstractmethod
    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        """The pages of a query, from a cursor on. Asks only when the next page is taken."""

    @abstractmethod
    def read(self, page: StoredPage) -> Iterable[Found]:
        """Drafts, gaps and deletions of a page. Pure: the same page gives the same drafts."""

    def lookup(self, ids: Sequence[str]) -> Sequence[Query]:
        """Queries of kind `lookup` that tell whether posts (native ids) are still there.

        `read` of their pages gives a draft for each that is, and Gone for each that is not.
        """
        starts = range(0, len(ids), self.batch) if self.batch else ()
        return [Query(LOOKUP, ",".join(ids[at : at + self.batch])) for at in starts]

    def purge(self, body: str, ids: Collection[str]) -> str:
        """The body of a page without the words and persons of some posts (native ids)."""
        return purge_json(body, ids, **self.purged._asdict())

    def estimate(self) -> Estimate:
        """What the collection will take; may ask for a free count."""
        return Estimate(None, None, 0.0, f"{self.host} does not say before how much there is.")

    # For sources

    def in_range(self, time: datetime | None) -> bool:
        """True if a post of that time was asked for; one without a time may have been."""
        since, until = self.ask.since, self.ask.until
        return time is None or not ((since and time < since) or (until and time > until))

    def wanted(self, found: Iterable[Found]) -> Iterator[Found]:
        """Without the posts that are out of range: servers need not honour every filter."""
        for each in found:
            if not isinstance(each, dict) or self.in_range(each.get("created_at")):
                yield each

    def looked_up(self, found: Iterable[Found], asked: Iterable[str]) -> list[Found]:
        """What a lookup found; posts that were asked for and did not come are gone."""
        came = list(found)
        there = {f["native_id"] for f in came if isinstance(f, dict)}
        return [*came, *(Gone(self.network, i) for i in asked if i not in there)]

    def all_before(self, times: Iterable[datetime | None]) -> bool:
        """True if every post of a page, the newest first, is older than what was asked for."""
        known = list(times)
        since = self.ask.since
        return since is not None and bool(known) and all(t is not None and t < since for t in known)

    def cursor(self, value: Any) -> str | None:
        """Where a list goes on; None at its end."""
        if value is None or value == "" or value is False:
            return None
        made = ident(value)
        if made is None or len(made) > LONGEST_CURSOR or made != str(value).strip():
            raise QueryFailed(f"{self.host} sent a place in a list that cannot be sent back")
        return made


class JsonSource(Source):
    """A source whose pages are JSON: it needs `found` in place of `read`."""

    def read(self, page: StoredPage) -> Iterable[Found]:
        """What `found` makes of the decoded body."""
        try:
            body = loads(page.body)
        except ValueError:
            return [Problem("the page is no JSON")]
        return self.found(page, body)

    @abstractmethod
    def found(self, page: StoredPage, body: Any) -> Iterable[Found]:
        """Drafts, gaps and deletions of a page, as `read` gives them."""


def in_a_row(ask: Callable[[str | None], Page], cursor: str | None) -> Iterator[Page]:
    """The pages of a list, each asked for from where the one before it ended."""
    while True:
        page = ask(cursor)
        yield page
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


def secret(name: str) -> str | None:
    """A token or password: from the environment variable, else from the system keyring.

    In the keyring it is stored for the service `carekit` under the name of the variable. It is
    never logged or written.
    """
    given = os.environ.get(name, "").strip() or _from_keyring(name)
    if given and not (given.isascii() and given.isprintable()):
        raise InputError(
            f"{name} holds characters that no key or password of a network has; expected plain "
            "letters, digits and signs. Copy it again."
        )
    return given or None


def _from_keyring(name: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password("carekit", name)
    except KeyringError:  # no keyring on this system: the environment is the only place
        return None


def needed(name: str, what: str, how: str) -> str:
    """A secret without which a source cannot ask."""
    found = secret(name)
    if found is None:
        raise InputError(
            f"{what}, and {name} is neither in the environment nor in the system keyring. {how}"
        )
    return found
