"""`collect`: a network asked page by page → a dataset, or more posts in one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.dataset.folder import versions
from carekit.dataset.locking import writing
from carekit.dataset.privacy import load_key
from carekit.sources.collecting.asked import (
    Asked,
    PathLike,
    ask_of,
    before_anything,
    first_queries,
    nothing,
    source_of,
)
from carekit.sources.collecting.build import build
from carekit.sources.collecting.limits import Budget, Limiter
from carekit.sources.collecting.running import Ended, Progress, ask_all, missing_lookups
from carekit.sources.collecting.source import LOOKUP, Estimate, Source
from carekit.sources.collecting.store import RAW, STATE, Store
from carekit.sources.collecting.web import Web
from carekit.sources.identities import keep_ids
from carekit.sources.networks import load_source
from carekit.sources.report import CollectReport

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx


def collect(
    source: str,
    targets: Sequence[str] = (),
    *,
    out: PathLike,
    accounts: PathLike | None = None,
    resume: bool = False,
    refresh: bool = False,
    max_pages: int | None = None,
    max_seconds: float | None = None,
    max_cost: float | None = None,
    raw: bool = True,
    redact: bool = False,
    base_url: str | None = None,
    since: str | datetime | None = None,
    until: str | datetime | None = None,
    countries: Sequence[str] = (),
    langs: Sequence[str] = (),
    brand: str | None = None,
    title: str | None = None,
    licence: str | None = None,
    key: bytes | None = None,
    pace: float | None = None,
    client: httpx.Client | None = None,
    tell: Callable[[str], None] | None = None,
    moved: Callable[[Progress], None] | None = None,
) -> CollectReport:
    """Collect posts from a network into a dataset.

    Parameters
    ----------
    source : str
        A name of carekit.sources.networks.SOURCES.
    targets : sequence of str
        What to ask for, as the source defines it. With `resume` or `refresh` it may be left out:
        what the latest run was asked for counts.
    out : path
        A dataset to extend, or a path for a new one.
    accounts : path, optional
        CSV file of the brands' accounts, as for `import_files`.
    resume : bool
        True to go on with a collection that was stopped or killed.
    refresh : bool
        True to ask everything again, and to look for posts that were deleted since.
    max_pages, max_seconds, max_cost : int, float, float, optional
        Caps on this run; money in dollars.
    raw : bool
        False keeps no page after its posts are in the dataset.
    redact : bool
        True replaces personal data in the texts of the dataset (`redact`), now and in
        every later run on it. Pages in ``raw/`` stay as they came.
    base_url : str, optional
        Another server than the usual one.
    since, until : str or datetime, optional
        ISO dates or times, UTC unless they have an offset.
    countries, langs : sequence of str
        For sources that have editions.
    brand : str, optional
        The firm that the targets are about; by default what `accounts` says, else each target.
    title, licence : str, optional
        Of a new dataset.
    key : bytes, optional
        The pseudonym key; by default `carekit.dataset.privacy.load_key()`.
    pace : float, optional
        Seconds between two requests where the server does not tell its limits.
    client : httpx.Client, optional
    tell, moved : callable, optional
        Called with a sentence at each step, and with `Progress` after each page.

    Returns
    -------
    CollectReport

    Raises
    ------
    InputError
        If an argument is not what was expected, or nothing at all came.
    CarekitError
        If the server refuses us before the first page.
    """
    folder = Path(out).absolute()
    ask = ask_of(
        targets, base_url=base_url, since=since, until=until, countries=countries, langs=langs,
        brand=brand, redact=redact,
    )  # fmt: skip
    asked = Asked(load_source(source), ask, folder, accounts, key or load_key(), resume, refresh)
    budget = Budget(pages=max_pages, seconds=max_seconds, cost=max_cost)
    say = tell or (lambda sentence: None)
    with Web(client, limiter=Limiter(), budget=budget, tell=say) as web:
        made = None
        if not (folder / STATE).is_file():
            asked.check_free()
            # Everything that can be wrong shows before anything is written.
            made = asked.prepare(web, pace)
            first = first_queries(made)
        with _begun(folder, asked.kind.name), Store(folder, asked.kind.name) as store:
            if made is None:
                asked = asked.after(store)
                made = asked.prepare(web, pace)
                is_new = store.last_asked() is None or not (resume or refresh)
                first = first_queries(made) if is_new else ()
            store.begin(asked.ask.as_json(), versions(*made.versions), first)
            queries, done = store.counts()
            if refresh and done == queries:
                store.again(skip=LOOKUP)
            elif resume or refresh:
                store.reopen()
            ended = _run(store, made, budget, asked, say, moved or (lambda progress: None))
            store.finish(ended.why or "complete", statuses=web.statuses)
            return _finish(
                store, made, ended, budget,
                asked=asked, raw=raw, title=title, licence=licence, say=say,
            )  # fmt: skip


@contextmanager
def _begun(folder: Path, source: str) -> Iterator[None]:
    """A collection that fails before its first page leaves nothing behind."""
    is_new, was_there = not (folder / STATE).is_file(), folder.exists()
    try:
        yield
    except Exception:
        raw = folder / RAW
        if is_new and not any(raw.glob("*/pages-*")):
            (folder / STATE).unlink(missing_ok=True)
            shutil.rmtree(raw, ignore_errors=True)
            if not was_there and not any(folder.iterdir()):
                folder.rmdir()
        raise


def estimate(
    source: str,
    targets: Sequence[str],
    *,
    base_url: str | None = None,
    since: str | datetime | None = None,
    until: str | datetime | None = None,
    countries: Sequence[str] = (),
    langs: Sequence[str] = (),
    pace: float | None = None,
    client: httpx.Client | None = None,
) -> Estimate:
    """What a collection would take, as far as the source can tell; nothing is written.

    Parameters
    ----------
    source, targets, base_url, since, until, countries, langs, pace, client
        As for `collect`. Free counts may be asked for, such as the number of posts on a profile.
    """
    ask = ask_of(
        targets, base_url=base_url, since=since, until=until, countries=countries, langs=langs
    )
    with Web(client, limiter=Limiter()) as web, before_anything():
        return source_of(load_source(source), ask, web, pace).estimate()


def _run(
    store: Store,
    source: Source,
    budget: Budget,
    asked: Asked,
    say: Callable[[str], None],
    moved: Callable[[Progress], None],
) -> Ended:
    queries, _ = store.counts()
    say(f"Asking {source.host} (queries to begin with: {queries:,}).")
    old = asked.dataset()
    while True:
        ended = ask_all(store, source, budget, moved=moved)
        if ended.why is not None or not store.round or old is None:
            return ended
        lookups = missing_lookups(store, source, old, asked.key)
        if not lookups:
            return ended
        say(f"Looking for posts that did not come again (queries: {len(lookups):,}).")
        store.add(lookups)


def _finish(
    store: Store,
    source: Source,
    ended: Ended,
    budget: Budget,
    *,
    asked: Asked,
    raw: bool,
    title: str | None,
    licence: str | None,
    say: Callable[[str], None],
) -> CollectReport:
    _, n_kept = store.n_pages()
    if ended.why is not None and n_kept == 0 and asked.dataset() is None:
        raise nothing(ended.why)
    say("Making posts of the pages.")
    queries, done = store.counts()
    with writing(store.folder):
        old, known = asked.now(source)
        built = build(
            store, source,
            old=old, known=known, key=asked.key, title=title, licence=licence,
            redact=asked.ask.redact,
            provenance=lambda n_incomplete: _provenance(store, source, n_incomplete, raw=raw),
        )  # fmt: skip
    if asked.ask.redact:
        say(f"Personal data redacted in {built.n_redacted:,} posts.")
    if not keep_ids(built.natives, forget=built.gone):
        say(
            "Ids could not be kept beside the pseudonym key: keep raw/, or --refresh finds nothing."
        )
    n_purged = 0
    if built.gone:
        ids = frozenset(built.gone.values())
        n_purged = store.rewrite(lambda body: source.purge(body, ids), n_posts=len(ids))
    if not raw:
        store.drop_raw()
    return replace(
        built.report,
        n_pages=budget.pages,
        seconds=budget.seconds,
        cost=budget.cost,
        n_open=queries - done,
        n_purged=n_purged,
        stopped=ended.why,
        trouble=ended.trouble,
        failures=store.failures(),
    )


def _provenance(store: Store, source: Source, n_incomplete: int, *, raw: bool) -> Mapping[str, Any]:
    """What makes the collection citable, for the manifest."""
    runs = store.runs()
    queries, done = store.counts()
    return {
        **runs[-1]["asked"],
        "host": source.host,
        "auth": source.auth,
        "terms": source.terms,
        "selection": source.selection.kind,
        "n_queries": queries,
        "n_queries_open": queries - done,
        "n_queries_failed": store.failures(),
        "n_pages": store.n_pages()[0],
        "statuses": store.statuses(),
        "n_threads_incomplete": n_incomplete,
        "n_refreshes": store.round,
        "cost_usd": round(sum(r["cost"] for r in runs), 4),
        "raw_kept": raw,
        "raw_sha256": store.checksum(),
        "n_pages_purged": store.purges(),
        "runs": [
            {k: r[k] for k in ("started_at", "finished_at", "ended", "versions")} for r in runs
        ],
    }
