"""`collect`: a network asked page by page → a dataset, or more posts in one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.dataset.folder import Dataset, open_dataset, versions
from carekit.dataset.locking import writing
from carekit.dataset.manifest import FILE
from carekit.dataset.privacy import load_key
from carekit.errors import CarekitError, InputError
from carekit.sources.accounts import KnownAccounts, fold
from carekit.sources.collecting.budget import Budget, Stopped
from carekit.sources.collecting.limits import Limiter
from carekit.sources.collecting.report import CollectReport
from carekit.sources.collecting.running import Ended, Progress, ask_all
from carekit.sources.collecting.source import LOOKUP, Ask, Estimate, Query, Source, SourceKind
from carekit.sources.collecting.store import STATE, Store
from carekit.sources.collecting.web import QueryFailed, Web
from carekit.sources.networks import load_source

if TYPE_CHECKING:
    import httpx
    import pandas as pd

PathLike = str | os.PathLike[str]


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
    asked = _Asked(
        load_source(source),
        replace(_ask_of(targets, base_url, since, until, countries, langs, brand), redact=redact),
        folder,
        open_dataset(folder) if (folder / FILE).is_file() else None,
        accounts,
        key or load_key(),
        resume,
        refresh,
    )
    budget = Budget(pages=max_pages, seconds=max_seconds, cost=max_cost)
    say = tell or (lambda sentence: None)
    limiter = Limiter()
    with Web(client, limiter=limiter, budget=budget, tell=say) as web:
        first = None
        if not (folder / STATE).is_file():
            asked.check_free()
            # Everything that can be wrong shows before anything is written.
            made = asked.prepare(web, pace)
            first = _first(made)
        with Store(folder, asked.kind.name) as store:
            _clear(folder)
            if first is None:
                asked = asked.after(store)
                made = asked.prepare(web, pace)
                is_new = store.last_asked() is None or not (resume or refresh)
                first = _first(made) if is_new else ()
            store.begin(asked.ask.as_json(), versions(*made.versions), first)
            if refresh and not _is_open(store):
                store.again(skip=LOOKUP)
            elif resume or refresh:
                store.reopen()
            ended = _run(store, made, budget, asked.old, say, moved or (lambda progress: None))
            store.finish(ended.why or "complete", statuses=web.statuses)
            return _finish(
                store, made, ended, budget,
                asked=asked, raw=raw, title=title, licence=licence, say=say,
            )  # fmt: skip


@dataclass(frozen=True)
class _Asked:
    """What the user wants, and the dataset as it is."""

    kind: SourceKind
    ask: Ask
    folder: Path
    old: Dataset | None
    accounts: PathLike | None
    key: bytes
    resume: bool
    refresh: bool

    def check_free(self) -> None:
        """Raise unless the folder can take a first collection."""
        if self.resume or self.refresh:
            wanted = "resume" if self.resume else "refresh"
            raise InputError(
                f"`{wanted}` is asked for, but {self.folder} holds no collection ({STATE}). Leave "
                f"--{wanted} out to begin one, or check --out."
            )
        busy = not self.folder.is_dir() or any(self.folder.iterdir())
        if self.old is None and self.folder.exists() and busy:
            raise InputError(
                f"{self.folder} already exists and is no dataset; a collection needs a dataset to "
                "extend, or a path of its own. Choose another --out."
            )

    def prepare(self, web: Web, pace: float | None) -> Source:
        """The source, which knows the accounts of brands: those listed."""
        from carekit.sources.files.checks import check_key, check_selection
        from carekit.sources.files.importing import known_accounts

        check_key(self.old, self.key)
        network = self.kind.network
        known = known_accounts(self.old, self.accounts, network)
        brands = frozenset(fold(network, str(h)) for h in _on(known, network))
        made = self.kind.make(_checked(self.kind, replace(self.ask, brands=brands)), web)
        check_selection(self.old, made.selection)
        web.limiter.pace = made.pace if pace is None else pace
        return made

    def now(self, made: Source) -> tuple[Dataset | None, KnownAccounts]:
        """The dataset as it is now (an import may have come in between), and the accounts of
        brands: those listed, and those asked for.
        """
        from carekit.sources.files.checks import check_key, check_selection
        from carekit.sources.files.importing import known_accounts

        old = open_dataset(self.folder) if (self.folder / FILE).is_file() else None
        check_key(old, self.key)
        check_selection(old, made.selection)
        known = known_accounts(old, self.accounts, self.kind.network)
        return old, _with_targets(known, made, self.kind.network, self.ask.brand)

    def after(self, store: Store) -> _Asked:
        """The same, filled up from the latest run, if this one may follow it."""
        last = store.last_asked()
        if last is None:
            return self
        again = self.resume or self.refresh
        if not again:
            _check_new(store, self.ask, last)
        redact = self.ask.redact or last.get("redact", False)
        if self.ask.targets or not again:
            return replace(self, ask=replace(self.ask, redact=redact))
        ask = _ask_of(
            last["targets"],
            self.ask.base_url or last["base_url"],
            last["since"],
            last["until"],
            last["countries"],
            last["langs"],
            self.ask.brand or last["brand"],
        )
        return replace(self, ask=replace(ask, redact=redact))


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
    kind = load_source(source)
    ask = _ask_of(targets, base_url, since, until, countries, langs, None)
    with Web(client, limiter=Limiter()) as web:
        made = kind.make(_checked(kind, ask), web)
        web.limiter.pace = made.pace if pace is None else pace
        with _before_anything():
            return made.estimate()


def _first(source: Source) -> Sequence[Query]:
    with _before_anything():
        return source.queries()


@contextmanager
def _before_anything() -> Iterator[None]:
    """What stops a run before its first page is an error of three parts, not a pause."""
    try:
        yield
    except (Stopped, QueryFailed) as error:
        raise _nothing(str(error)) from None


def _nothing(why: str) -> CarekitError:
    return CarekitError(
        f"Nothing was collected: {why}. Expected pages of posts. Try again later, or check your "
        "network, --base-url and your keys."
    )


def _on(known: KnownAccounts, network: str) -> list[Any]:
    frame = known.accounts
    return list(frame.loc[frame["network"] == network, "account"])


def _with_targets(
    known: KnownAccounts, source: Source, network: str, brand: str | None
) -> KnownAccounts:
    """An account that is asked for is a brand's, listed or not."""
    import pandas as pd

    listed = {fold(network, str(h)) for h in _on(known, network)}
    new = [a for a in source.accounts() if fold(network, a) not in listed]
    if not new:
        return known
    rows = [{"account": a, "network": network, "brand": brand or a} for a in new]
    added = pd.DataFrame(rows, columns=list(known.accounts.columns))
    frames = [f for f in (known.accounts, added) if len(f)]
    return KnownAccounts(_joined(frames), known.brands)


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([f.astype(object) for f in frames], ignore_index=True)


def _checked(kind: SourceKind, ask: Ask) -> Ask:
    if not ask.targets:
        raise InputError(
            f"`targets` is empty; {kind.name} expects: {kind.targets}. Say what to collect."
        )
    return ask


def _ask_of(
    targets: Sequence[str],
    base_url: str | None,
    since: str | datetime | None,
    until: str | datetime | None,
    countries: Sequence[str],
    langs: Sequence[str],
    brand: str | None,
) -> Ask:
    return Ask(
        targets=tuple(t.strip() for t in targets),
        base_url=base_url,
        since=_moment("since", since),
        until=_moment("until", until),
        countries=tuple(countries),
        langs=tuple(langs),
        brand=brand,
    )


def _moment(name: str, value: str | datetime | None) -> datetime | None:
    if value is None:
        return None
    try:
        made = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except ValueError:
        raise InputError(
            f"`{name}` is {value!r}; expected an ISO date or time, such as 2024-05-01 or "
            f"2024-05-01T12:00:00+02:00. Correct --{name}."
        ) from None
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def _clear(folder: Path) -> None:
    """Remove what killed writers of this dataset left beside it."""
    for path in folder.parent.glob(f".{folder.name}.*.partial"):
        shutil.rmtree(path, ignore_errors=True)


def _is_open(store: Store) -> bool:
    queries, done = store.counts()
    return done < queries


def _check_new(store: Store, ask: Ask, last: Mapping[str, Any]) -> None:
    queries, done = store.counts()
    if done < queries:
        raise InputError(
            f"A collection from {store.source} was begun in {store.folder} and {queries - done:,} "
            f"of its {queries:,} queries are open. Add --resume to go on, or choose another --out."
        )
    if set(ask.targets) <= set(last["targets"]):
        raise InputError(
            f"{store.folder} holds this collection from {store.source} already, and it is complete. "
            "Add --refresh to ask again, or choose another --out."
        )


def _run(
    store: Store,
    source: Source,
    budget: Budget,
    old: Dataset | None,
    say: Callable[[str], None],
    moved: Callable[[Progress], None],
) -> Ended:
    from carekit.sources.collecting.refresh import missing_lookups

    queries, _ = store.counts()
    say(f"Asking {source.host} (queries to begin with: {queries:,}).")
    while True:
        ended = ask_all(store, source, budget, moved=moved)
        if ended.why is not None or not store.round or old is None:
            return ended
        lookups = missing_lookups(store, source, old)
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
    asked: _Asked,
    raw: bool,
    title: str | None,
    licence: str | None,
    say: Callable[[str], None],
) -> CollectReport:
    from carekit.sources.collecting.build import build

    _, n_kept = store.n_pages()
    if ended.trouble and n_kept == 0 and asked.old is None:
        raise _nothing(ended.why or "nothing came")
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
    n_purged = 0
    if built.gone:
        n_purged = store.rewrite(
            lambda body: source.purge(body, built.gone), n_posts=len(built.gone)
        )
    if not raw:
        store.drop_raw()
    return CollectReport(
        source=source.name,
        host=source.host,
        out=store.folder,
        n_pages=budget.pages,
        n_posts=built.n_posts,
        n_deleted=len(built.gone),
        n_incomplete=built.n_incomplete,
        n_accounts=built.n_accounts,
        seconds=budget.seconds,
        cost=budget.cost,
        n_open=queries - done,
        n_purged=n_purged,
        stopped=ended.why,
        trouble=ended.trouble,
        rejected=built.rejected,
        failures=store.failures(),
        remarks=built.remarks,
        left_out=built.left_out,
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
