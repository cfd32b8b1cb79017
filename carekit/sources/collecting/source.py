"""What a live source is: queries in, raw pages and a cursor out, and a pure reading of a page.

A source knows one network. It never writes, waits, retries or counts: `carekit.sources.collecting`
keeps its pages, honours limits and caps, and calls `read` to turn pages into drafts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from carekit.dataset.manifest import NOTHING_LEFT_OUT, Selection
from carekit.errors import InputError
from carekit.sources.found import Found

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

LOOKUP = "lookup"


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

    Parameters
    ----------
    body : str
        The whole body.
    request : mapping
        Method, URL and parameters, without keys and tokens.
    status : int
    headers : mapping
        Only those that tell about time, type, paging and limits.
    next_cursor : str or None
        Where the query goes on; None if this was its last page.
    follow : tuple of Query
        Further queries that this page makes necessary, such as the threads of its posts. One that
        is known already is not asked again.
    n_items : int
        Items in the page, for the progress bar.
    cost : float
        Dollars that the page cost.
    """

    body: str
    request: Mapping[str, Any]
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    next_cursor: str | None = None
    follow: tuple[Query, ...] = ()
    n_items: int = 0
    cost: float = 0.0


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
    """What the user asks a source for.

    Parameters
    ----------
    targets : tuple of str
        As the source defines them: accounts, hashtags, words, channels, …
    base_url : str, optional
        Another server than the usual one of the network.
    since, until : datetime, optional
        Posts created in this range, UTC.
    countries, langs : tuple of str
        For sources that have editions.
    brand : str, optional
        The firm that the targets are about, where the source cannot tell.
    redact : bool
        Personal data leave the texts of the dataset; once asked for, in every later run as well.
    brands : frozenset of str
        Accounts on this network that are known to be a firm's, as `carekit.sources.accounts.fold`
        writes them.
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


class Source(Protocol):
    """One network. Attributes are facts for the manifest; methods never write anything.

    Attributes
    ----------
    name, network, host : str
        As on the command line; as in the posts table; the server that is asked.
    auth : str
        Kind of access, such as `none` or `app password`; never the secret.
    terms : str
        One sentence on what the terms of the network ask of this collection.
    selection : Selection
        How the posts come to be in the dataset.
    dearest_page : float
        The most that one page can cost, in dollars.
    pace : float
        Seconds between two requests where the server does not tell its limits.
    versions : tuple of str
        Packages whose versions matter for this source.
    """

    name: str
    network: str
    host: str
    auth: str
    terms: str
    selection: Selection
    dearest_page: float
    pace: float
    versions: tuple[str, ...]

    def queries(self) -> Sequence[Query]:
        """What to ask for first. May ask the network to resolve a name."""

    def accounts(self) -> Sequence[str]:
        """Handles among the targets, as texts write them: a target account is a brand's."""

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        """The pages of a query, from a cursor on. Asks only when the next page is taken."""

    def read(self, page: StoredPage) -> Iterable[Found]:
        """Drafts, gaps and deletions of a page. Pure: the same page gives the same drafts."""

    def lookup(self, ids: Sequence[str]) -> Sequence[Query]:
        """Queries of kind `lookup` that tell whether posts (native ids) are still there.

        `read` of their pages gives a draft for each that is, and Gone for each that is not.
        """

    def purge(self, body: str, ids: Collection[str]) -> str:
        """The body of a page without the words and persons of some posts (native ids)."""

    def estimate(self) -> Estimate:
        """What the collection will take; may ask for a free count."""


class LiveSource:
    """Defaults for sources; see `Source`. A source needs `queries`, `pages` and `read`."""

    name = network = ""
    auth = "none"
    terms = ""
    selection = NOTHING_LEFT_OUT
    dearest_page = 0.0
    pace = 1.0
    versions: tuple[str, ...] = ("httpx",)

    def __init__(self, ask: Ask, *, web: Web, base_url: str) -> None:
        from urllib.parse import urlsplit

        self.ask, self.web = ask, web
        self.base_url = base_url.rstrip("/")
        self.host = urlsplit(self.base_url).netloc
        if not self.host:
            raise InputError(
                f"`base_url` is {base_url!r}; expected an address such as https://example.org. "
                "Correct --base-url."
            )

    def accounts(self) -> Sequence[str]:
        """No target is an account."""
        return ()

    def lookup(self, ids: Sequence[str]) -> Sequence[Query]:
        """No way to ask for single posts: none."""
        return ()

    def purge(self, body: str, ids: Collection[str]) -> str:
        """Empty every JSON object whose `id` is one of the ids, and its author."""
        from carekit.sources.collecting.purging import purge_json

        return purge_json(body, ids, id_fields=("id",))

    def estimate(self) -> Estimate:
        """Nothing is known before the first page."""
        return Estimate(None, None, 0.0, f"{self.host} does not say before how much there is.")


@dataclass(frozen=True)
class SourceKind:
    """A source as the command line knows it.

    Parameters
    ----------
    name, what, targets : str
        Its name; what it collects; what its targets are, for help and errors.
    network : str
    make : callable
        (Ask, Web) → Source; raises InputError if the targets make no sense.
    secrets : tuple of str
        Environment variables that it reads, each also looked for in the system keyring.
    """

    name: str
    what: str
    targets: str
    network: str
    make: Callable[[Ask, Web], Source]
    secrets: tuple[str, ...] = ()


def secret(name: str) -> str | None:
    """A token or password: from the environment variable, else from the system keyring.

    In the keyring it is stored for the service `carekit` under the name of the variable. It is
    never logged or written.

    Examples
    --------
    >>> import os
    >>> os.environ["CAREKIT_EXAMPLE_TOKEN"] = " t "
    >>> secret("CAREKIT_EXAMPLE_TOKEN")
    't'
    """
    given = os.environ.get(name, "").strip()
    if given:
        return given
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password("carekit", name)
    except KeyringError:  # no keyring on this system: the environment is the only place
        return None
