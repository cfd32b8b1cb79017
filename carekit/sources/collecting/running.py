"""Asking the open queries of a collection, page by page, within its caps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from carekit.sources.collecting.budget import Budget, Stopped
from carekit.sources.collecting.source import Source
from carekit.sources.collecting.store import Open, Store
from carekit.sources.collecting.web import Blocked, QueryFailed

MOST_PAGES_OF_A_QUERY = 20_000
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

    Returns
    -------
    Ended
    """
    failures = items = 0
    try:
        for asked in store.pending():
            budget.check(dearest_page=source.dearest_page)
            try:
                items += _ask(store, source, budget, asked, items, moved)
                failures = 0
            except QueryFailed as error:
                failures += 1
                if failures >= FAILURES_IN_A_ROW:
                    return Ended(f"{error} ({failures} queries failed in a row)", trouble=True)
                store.fail(asked, str(error))
    except Blocked as error:
        return Ended(str(error), trouble=True)
    except Stopped as error:
        return Ended(str(error), trouble=not _is_cap(error))
    except KeyboardInterrupt:
        return Ended("it was interrupted")
    return Ended()


def _ask(
    store: Store,
    source: Source,
    budget: Budget,
    asked: Open,
    items: int,
    moved: Callable[[Progress], None],
) -> int:
    n_items = 0
    for n_pages, page in enumerate(source.pages(asked.query, asked.cursor), 1):
        if page.next_cursor is not None and page.next_cursor == asked.cursor:
            # Some servers never end a list: the same place again is the end.
            page = replace(page, next_cursor=None)
        store.keep(asked, page)
        budget.spend(cost=page.cost)
        n_items += page.n_items
        queries, done = store.counts()
        moved(Progress(budget.pages, queries, done, items + n_items))
        if page.next_cursor is None:
            return n_items
        if n_pages >= MOST_PAGES_OF_A_QUERY:
            raise QueryFailed(f"a list did not end within {n_pages:,} pages")
        asked = replace(asked, cursor=page.next_cursor)
        budget.check(dearest_page=source.dearest_page)
    store.finish_query(asked)
    return n_items


def _is_cap(error: Stopped) -> bool:
    return "the cap of" in str(error)
