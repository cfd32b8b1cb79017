"""What the user wants of a collection, and the dataset as it is: options become one value here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.dataset.folder import Dataset, open_dataset
from carekit.dataset.manifest import FILE
from carekit.errors import CarekitError, InputError, MissingExtraError
from carekit.sources.accounts import KnownAccounts, fold
from carekit.sources.collecting.limits import QueryFailed, Stopped
from carekit.sources.collecting.source import Ask, Query, Source
from carekit.sources.collecting.store import STATE, Store
from carekit.sources.files.checks import check_key, check_selection
from carekit.sources.files.importing import known_accounts

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

PathLike = str | os.PathLike[str]
_EXTRAS = {"praw": "reddit", "snscrape": "snscrape"}


@dataclass(frozen=True)
class Asked:
    """What the user wants, of which source, and where it goes."""

    kind: type[Source]
    ask: Ask
    folder: Path
    accounts: PathLike | None
    key: bytes
    resume: bool
    refresh: bool

    def dataset(self) -> Dataset | None:
        """The dataset as it is now: an import may have come in between."""
        return open_dataset(self.folder) if (self.folder / FILE).is_file() else None

    def check_free(self) -> None:
        """Raise unless the folder can take a first collection."""
        if self.resume or self.refresh:
            wanted = "resume" if self.resume else "refresh"
            raise InputError(
                f"`{wanted}` is asked for, but {self.folder} holds no collection ({STATE}). Leave "
                f"--{wanted} out to begin one, or check --out."
            )
        busy = not self.folder.is_dir() or any(self.folder.iterdir())
        if self.dataset() is None and self.folder.exists() and busy:
            raise InputError(
                f"{self.folder} already exists and is no dataset; a collection needs a dataset to "
                "extend, or a path of its own. Choose another --out."
            )

    def prepare(self, web: Web, pace: float | None) -> Source:
        """The source, which knows the accounts of brands that are listed."""
        old = self.dataset()
        check_key(old, self.key)
        known = known_accounts(old, self.accounts, self.kind.network)
        brands = frozenset(fold(self.kind.network, h) for h in _on(known, self.kind.network))
        made = source_of(self.kind, replace(self.ask, brands=brands), web, pace)
        check_selection(old, made.selection)
        return made

    def now(self, made: Source) -> tuple[Dataset | None, KnownAccounts]:
        """The dataset, and the accounts of brands: those listed, and those asked for."""
        old = self.dataset()
        check_key(old, self.key)
        check_selection(old, made.selection)
        known = known_accounts(old, self.accounts, self.kind.network)
        return old, _with_targets(known, made, self.kind.network, self.ask.brand)

    def after(self, store: Store) -> Asked:
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
        same = {name: last[name] for name in ("since", "until", "countries", "langs")}
        base_url, brand = self.ask.base_url or last["base_url"], self.ask.brand or last["brand"]
        ask = ask_of(last["targets"], base_url=base_url, brand=brand, redact=redact, **same)
        return replace(self, ask=ask)


def ask_of(
    targets: Sequence[str],
    *,
    base_url: str | None = None,
    since: str | datetime | None = None,
    until: str | datetime | None = None,
    countries: Sequence[str] = (),
    langs: Sequence[str] = (),
    brand: str | None = None,
    redact: bool = False,
) -> Ask:
    """The options of a call or a command line as one value."""
    return Ask(
        targets=tuple(t.strip() for t in targets),
        base_url=base_url,
        since=_moment("since", since),
        until=_moment("until", until),
        countries=tuple(countries),
        langs=tuple(langs),
        brand=brand,
        redact=redact,
    )


def source_of(kind: type[Source], ask: Ask, web: Web, pace: float | None) -> Source:
    """A source for what is asked, with its pace."""
    if not ask.targets:
        raise InputError(
            f"`targets` is empty; {kind.name} expects: {kind.targets}. Say what to collect."
        )
    made = kind.make(ask, web)
    for package in made.versions:
        try:
            version(package)
        except PackageNotFoundError as error:
            extra = _EXTRAS.get(package, "collect")
            raise MissingExtraError(package, extra, f"Collecting from {kind.name}") from error
    web.limiter.pace = made.pace if pace is None else pace
    return made


def first_queries(source: Source) -> Sequence[Query]:
    """What to ask for first."""
    with before_anything():
        return source.queries()


@contextmanager
def before_anything() -> Iterator[None]:
    """What stops a run before its first page is an error of three parts, not a pause."""
    try:
        yield
    except (Stopped, QueryFailed) as error:
        raise nothing(str(error)) from None


def nothing(why: str) -> CarekitError:
    """The error of a run that collected nothing."""
    return CarekitError(
        f"Nothing was collected: {why}. Expected pages of posts. Try again later, or check your "
        "network, --base-url and your keys."
    )


def _on(known: KnownAccounts, network: str) -> list[str]:
    frame = known.accounts
    return [str(a) for a in frame.loc[frame["network"] == network, "account"]]


def _with_targets(
    known: KnownAccounts, source: Source, network: str, brand: str | None
) -> KnownAccounts:
    """An account that is asked for is a brand's, listed or not."""
    import pandas as pd

    listed = {fold(network, h) for h in _on(known, network)}
    new = [a for a in source.accounts() if fold(network, a) not in listed]
    if not new:
        return known
    rows = [{"account": a, "network": network, "brand": brand or a} for a in new]
    added = pd.DataFrame(rows, columns=list(known.accounts.columns))
    frames = [f.astype(object) for f in (known.accounts, added) if len(f)]
    return KnownAccounts(pd.concat(frames, ignore_index=True), known.brands)


def _moment(name: str, value: str | datetime | None) -> datetime | None:
    if value is None:
        return None
    try:
        made = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return made.astimezone(UTC) if made.tzinfo else made.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"`{name}` is {value!r}; expected an ISO date or time, such as 2024-05-01 or "
            f"2024-05-01T12:00:00+02:00. Correct --{name}."
        ) from None


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
