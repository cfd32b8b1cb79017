"""Asking the open queries of a collection, page by page, within its caps; and the refresh pass.

A refresh opens every query again. Posts of the dataset that no page of the new round shows are then
looked up by their ids: found ones get a later `observed_at`, the others count as deleted. The state
alone says what is left to do, so a killed refresh goes on like any other run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from carekit.dataset.folder import Dataset
from carekit.sources.collecting.limits import Budget, Capped, QueryFailed, Stopped
from carekit.sources.collecting.source import LOOKUP, Page, Query, Source
from carekit.sources.collecting.store import Open, Store
from carekit.sources.found import ODD, Gone, guarded
from carekit.sources.identities import ID_PREFIX, native_ids, safe_id

MOST_PAGES_OF_A_QUERY = 20_000
MOST_EMPTY_PAGES = 50  # in a row, each with a new place to go on from
FAILURES_IN_A_ROW = 3


@dataclass(frozen=True)
class Ended:
    """How a run ended: `why` is None if every query was answered; `trouble` if it was no cap."""

    why: str | None = None
    trouble: bool = False


@dataclass(frozen=True)
class Progress:
    """How far a run is, for a progress bar."""

    pages: int
    queries: int
    done: int
    items: int


def ask_all(
    store: Store,
    source: Source,
    budget: Budget,
    *,
    moved: Callable[[Progress], None] = lambda progress: None,
) -> Ended:
    """Ask every open query to its end.

    Each page is kept before the next is asked for. A query that cannot be answered is given up
    and counted; three in a row stop the run, because then the server is the trouble.
    """
    failures = items = 0
    try:
        for asked in store.pending():
            budget.check(dearest_page=source.dearest_page)
            try:
                items += _ask(store, source, budget, asked, items, moved)
                failures = 0
            except (QueryFailed, *ODD) as error:
                failures += 1
                why = str(error) if isinstance(error, QueryFailed) else _odd(source, error)
                if failures >= FAILURES_IN_A_ROW:
                    return Ended(f"{why} ({failures} queries failed in a row)", trouble=True)
                store.fail(asked, why)
    except Stopped as error:
        return Ended(str(error), trouble=not isinstance(error, Capped))
    except KeyboardInterrupt:
        return Ended("it was interrupted")
    return Ended()


def _odd(source: Source, error: BaseException) -> str:
    return f"{source.host} sent an answer of a shape that is not known ({type(error).__name__})"


@dataclass
class _Loop:
    """What a list has shown so far: some servers never end one."""

    cursors: set[str | None]
    pages: set[bytes] = field(default_factory=set)
    empty: int = 0

    def is_over(self, page: Page) -> bool:
        """True if a list goes back to a place, or shows a page, that it had before."""
        cursor = page.next_cursor
        body = page.body.replace(cursor, "") if cursor else page.body
        digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).digest()
        again = cursor in self.cursors or (page.n_items > 0 and digest in self.pages)
        self.cursors.add(cursor)
        self.pages.add(digest)
        self.empty = 0 if page.n_items else self.empty + 1
        return again


def _ask(
    store: Store,
    source: Source,
    budget: Budget,
    asked: Open,
    items: int,
    moved: Callable[[Progress], None],
) -> int:
    n_items, loop = 0, _Loop({asked.cursor})
    for n_pages, page in enumerate(source.pages(asked.query, asked.cursor), 1):
        if page.next_cursor is not None and loop.is_over(page):
            page = replace(page, next_cursor=None)
        store.keep(asked, page)
        budget.spend(cost=page.cost)
        n_items += page.n_items
        queries, done = store.counts()
        moved(Progress(budget.pages, queries, done, items + n_items))
        if page.next_cursor is None:
            return n_items
        if n_pages >= MOST_PAGES_OF_A_QUERY or loop.empty >= MOST_EMPTY_PAGES:
            raise QueryFailed(f"a list did not end within {n_pages:,} pages")
        asked = replace(asked, cursor=page.next_cursor)
        budget.check(dearest_page=source.dearest_page)
    store.finish_query(asked)
    return n_items


def missing_lookups(store: Store, source: Source, dataset: Dataset, key: bytes) -> list[Query]:
    """Queries for known posts that this round has neither shown nor looked up yet."""
    settled: set[str] = set()
    natives: dict[str, str] = {}  # pseudonym of an id → the id, of all rounds
    for page in store.pages():
        now = page.round == store.round
        if now and page.query.kind == LOOKUP:
            settled |= asked_ids(page.query)
        for found in guarded(lambda page: iter(source.read(page)), page):
            native = found.native_id if isinstance(found, Gone) else None
            native = found.get("native_id") if isinstance(found, dict) else native
            if isinstance(native, str):
                natives[safe_id(key, source.network, native) or ""] = native
                settled |= {native} if now else set()
    known = known_ids(dataset, source)
    lost = [i for i in known if i.startswith(ID_PREFIX) and i not in natives]
    natives |= native_ids(lost)
    wanted = [natives.get(i, i) for i in known]
    left = [i for i in wanted if i not in settled and not i.startswith(ID_PREFIX)]
    asked = set(store.asked(LOOKUP))
    return [q for q in source.lookup(left) if q not in asked]


def known_ids(dataset: Dataset, source: Source) -> list[str]:
    """Ids of the posts of a source that are not known to be deleted, in order, as the dataset has
    them without their network.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    ids: list[str] = []
    prefix = f"{source.network}:"
    for part in dataset.manifest.parts:
        if part.table == "posts" and part.source == source.name:
            table = pq.read_table(dataset.path / part.file, columns=["post_id", "deleted_at"])
            kept = table.filter(pa.compute.is_null(table["deleted_at"]))
            ids += [p.removeprefix(prefix) for p in kept["post_id"].to_pylist()]
    return ids


def asked_ids(query: Query) -> set[str]:
    """The ids that a lookup asked about: a JSON list, or one id as the source writes it."""
    try:
        ids = json.loads(query.key)
    except ValueError:
        return {query.key}
    return set(map(str, ids)) if isinstance(ids, list) else {query.key}
