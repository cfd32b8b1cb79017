"""`import_files`: files of a known format → a dataset, or more posts in one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from carekit.dataset.engine import hide_progress
from carekit.dataset.folder import (
    Dataset,
    DatasetWriter,
    append_dataset,
    create_dataset,
    now,
    open_dataset,
    versions,
)
from carekit.dataset.locking import one_writer
from carekit.dataset.manifest import FILE, Selection
from carekit.dataset.privacy import key_id, load_key
from carekit.dataset.schema import THREADS
from carekit.errors import InputError
from carekit.sources.accounts import KnownAccounts, fold, network_name, read_accounts
from carekit.sources.door import Door
from carekit.sources.drafts import text as literal
from carekit.sources.files.checks import (
    check_any,
    check_key,
    check_new,
    check_selection,
    check_strict,
    checked_paths,
    microseconds,
    one_selection,
    reasons,
)
from carekit.sources.files.formats import Format, Options, load_format, recognise
from carekit.sources.files.loading import FileLoad
from carekit.sources.files.packed import unpacked
from carekit.sources.files.report import ImportReport
from carekit.sources.redaction import redact_posts
from carekit.sources.times import Clock

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

PathLike = str | os.PathLike[str]


@one_writer
def import_files(
    format: str,
    files: PathLike | Sequence[PathLike],
    *,
    out: PathLike,
    accounts: PathLike | None = None,
    mapping: Mapping[str, str] | None = None,
    tz: str = "UTC",
    dayfirst: bool = False,
    network: str | None = None,
    brand: str | None = None,
    observed_at: str | datetime | None = None,
    strict: bool = False,
    redact: bool = False,
    title: str | None = None,
    licence: str | None = None,
    selection: Selection | None = None,
    key: bytes | None = None,
    memory_limit: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> ImportReport:
    """Import files of one format into a dataset.

    Parameters
    ----------
    format : str
        A name of carekit.sources.files.formats.MODULES, or `auto` to tell it from each file.
    files : path or sequence of path
        One or more files.
    out : path
        A dataset to append to, or a path for a new one.
    accounts : path, optional
        CSV file of the brands' accounts: account, network, brand, account_kind, opened_at, and
        perhaps country, sector, timezone of the brand.
    mapping : mapping of str to str, optional
        Our column → the column of the file, for formats that take it.
    tz : str
        IANA zone of times without an offset.
    dayfirst : bool
        True if 1/2/2017 is the first of February.
    network, brand : str, optional
        For files that do not say where, or about whom, their posts are.
    observed_at : str or datetime, optional
        When the files were collected; an ISO date or time, UTC unless it has an offset. Without
        it, the latest `created_at` of each file.
    strict : bool
        True makes any rejected row an error; nothing is written then.
    redact : bool
        True replaces personal data in the texts (`redact`) before anything is kept.
        Handles become pseudonyms in any case.
    title, licence : str, optional
        Of a new dataset; by default what the format says.
    selection : Selection, optional
        How the posts were selected; by default what the format says.
    key : bytes, optional
        The pseudonym key; by default `carekit.dataset.privacy.load_key()`.
    memory_limit : str, optional
        For DuckDB, such as `1GB`.
    progress : callable, optional
        Called with a sentence at each step.

    Returns
    -------
    ImportReport

    Raises
    ------
    InputError
        If an argument or a file is not what was expected, a file is in the dataset already,
        nothing at all can be read, or `strict` and a row is rejected. Nothing is written then.
    DatasetError
        If `out` is neither a dataset nor free.
    """
    import duckdb

    paths = checked_paths(files)
    folder = Path(out).absolute()
    old = open_dataset(folder) if (folder / FILE).is_file() else None
    secret = key or load_key()
    check_key(old, secret)
    site = network_name(network) if network else None
    options = Options(
        Clock(tz, dayfirst), dict(mapping or {}), site, brand, accounts is not None, key=secret
    )
    observed = None if observed_at is None else microseconds(observed_at)
    with TemporaryDirectory(prefix="carekit-") as unpacking:
        plain = [unpacked(p, Path(unpacking)) for p in paths]
        names = [p.name for p in paths]
        formats = [
            recognise(p, name=n) if format == "auto" else load_format(format)
            for p, n in zip(plain, names, strict=True)
        ]
        known = known_accounts(old, accounts, site or formats[0].network)
        listed = {(n, fold(n, a)) for n, a in known.accounts[["network", "account"]].to_numpy()}
        options = replace(options, accounts=frozenset(listed))
        chosen = selection or one_selection(formats)
        check_selection(old, chosen)
        writer = (
            append_dataset(folder)
            if old
            else create_dataset(
                folder,
                title=title or formats[0].title or f"Import of {names[0]}",
                licence=licence or formats[0].licence,
                selection=chosen,
            )
        )
        tell = progress or (lambda sentence: None)
        run = _Run(options, old, known, observed, strict, redact, tell)
        with writer:
            connect = partial(connect_engine, writer.staging, memory_limit)
            try:
                loads, n_accounts, n_torn = run(
                    connect, writer, list(zip(formats, plain, names, strict=True))
                )
            except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
                raise InputError(
                    f"The engine ran out of memory or disk ({type(error).__name__}). It needs "
                    "about the size of the files on the disk of the dataset. Make room, or give "
                    "it more memory (--memory-limit)."
                ) from error
    return _report(loads, Path(out), n_accounts, n_torn)


@dataclass(frozen=True)
class _Run:
    """One import: what was asked for, applied to a writer."""

    options: Options
    old: Dataset | None
    known: KnownAccounts
    observed_at: int | None
    strict: bool
    redact: bool
    tell: Callable[[str], None]

    def __call__(
        self,
        connect: Callable[[], duckdb.DuckDBPyConnection],
        writer: DatasetWriter,
        files: list[tuple[Format, Path, str]],
    ) -> tuple[list[FileLoad], int, int]:
        with connect() as con:
            door = Door(con, self.options.key, self.known.accounts)
            loads, taken = self._load(door, connect, writer, files)
            check_any(loads)
            n_torn = write_threads(writer, door, self.old, taken)
        n_accounts = write_accounts(writer, door, self.known, now())
        seen = [self.observed_at] if self.observed_at is not None else [x.latest for x in loads]
        writer.describe(
            pseudonym_key_id=key_id(self.options.key), observed_until=_until(self.old, seen)
        )
        return loads, n_accounts, n_torn

    def _load(
        self,
        door: Door,
        connect: Callable[[], duckdb.DuckDBPyConnection],
        writer: DatasetWriter,
        files: list[tuple[Format, Path, str]],
    ) -> tuple[list[FileLoad], list[Path]]:
        """The files, loaded, and the Parquet files of all posts."""
        started = now()
        taken = self.old.files("posts") if self.old else []
        loads: list[FileLoad] = []
        for format, path, name in files:
            self.tell(f"Reading {name} ({path.stat().st_size / 1e6:,.1f} MB) as {format.name}.")
            load = FileLoad(
                format,
                path,
                name=name,
                options=self.options,
                folder=writer.staging,
                connect=connect,
            )
            check_new(load, self.old, loads)
            load.learn(door, others=taken)
            loads.append(load)
        door.open()
        for load in loads:
            self.tell(f"Writing the posts of {load.name}.")
            staged = writer.stage_posts()
            when = self.observed_at if self.observed_at is not None else load.latest
            load.write(door, staged, others=taken, observed_at=when)
            taken = [*taken, staged]
            if self.strict:
                check_strict(load)
            if self.redact:
                n = redact_posts(staged)
                self.tell(f"Personal data redacted in {n:,} posts of {load.name}.")
            self._add(writer, load, staged, started)
        return loads, taken

    def _add(self, writer: DatasetWriter, load: FileLoad, staged: Path, started: str) -> None:
        """The part, with the file and every option that could change a row."""
        options = self.options
        query = {
            "file": load.name,
            "mapping": dict(options.mapping),
            "tz": options.clock.tz,
            "dayfirst": options.clock.dayfirst,
            "network": options.network,
            "brand": options.brand,
            "observed_at": None if self.observed_at is None else _iso(self.observed_at),
            "redact": self.redact,
        }
        writer.add_staged(
            staged,
            source=load.format.name,
            query=query,
            input_sha256=load.sha256,
            n_read=load.n_rows,
            n_rejected=sum(r.n for r in load.rejected),
            left_out=dict(load.left_out),
            started_at=started,
            finished_at=now(),
            versions=versions("duckdb", "pyarrow"),
        )
        writer.reject(load.rejected)


def _report(loads: Sequence[FileLoad], out: Path, n_accounts: int, n_torn: int) -> ImportReport:
    return ImportReport(
        format=", ".join(dict.fromkeys(load.format.name for load in loads)),
        files=tuple(load.name for load in loads),
        out=out,
        n_read=sum(load.n_rows for load in loads),
        n_posts=sum(load.n_posts for load in loads),
        n_nested=sum(load.n_nested for load in loads),
        n_accounts=n_accounts,
        rejected=reasons(loads),
        left_out=dict(sum((load.left_out for load in loads), Counter())),
        n_incomplete=n_torn,
        warnings=tuple(w for load in loads for w in load.warnings),
    )


def known_accounts(
    old: Dataset | None, accounts: PathLike | None, network: str | None
) -> KnownAccounts:
    """Accounts and brands of the dataset, overruled by those of the user's file."""
    import pandas as pd

    from carekit.dataset.schema import ACCOUNTS, BRANDS

    nothing = KnownAccounts(
        pd.DataFrame(columns=ACCOUNTS.names), pd.DataFrame(columns=BRANDS.names)
    )
    given = read_accounts(accounts, network=network) if accounts is not None else nothing
    if old is None:
        return given

    def merged(new: pd.DataFrame, kept: pd.DataFrame, key: Callable[[Any], Any]) -> pd.DataFrame:
        taken = {key(r) for r in new.itertuples(index=False)}
        rest = kept[[key(r) not in taken for r in kept.itertuples(index=False)]]
        return pd.concat([f for f in (rest, new) if len(f)] or [new], ignore_index=True)

    return KnownAccounts(
        merged(
            given.accounts,
            old.read("accounts"),
            lambda r: (r.network, fold(r.network, r.account)),
        ),
        merged(given.brands, old.read("brands"), lambda r: r.brand),
    )


def _iso(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _until(old: Dataset | None, latest: Sequence[int | None]) -> str | None:
    ends = [_iso(m) for m in latest if m is not None]
    if old and old.manifest.observed_until:
        ends.append(old.manifest.observed_until)
    return max(ends, default=None)


def write_accounts(writer: DatasetWriter, door: Door, known: KnownAccounts, started: str) -> int:
    """Listed accounts with what was listed, and those found in the files."""
    import pandas as pd

    listed = {
        (r["network"], fold(r["network"], r["account"])): r
        for r in known.accounts.to_dict("records")
    }
    rows = [
        listed.get((a["network"], fold(a["network"], a["account"])), a) for a in door.accounts()
    ]
    if rows:
        frame = pd.DataFrame(rows, columns=list(known.accounts.columns))
        frame = frame.sort_values(["network", "account"], ignore_index=True)
        frame["opened_at"] = pd.to_datetime(frame["opened_at"], utc=True)
        writer.set_table("accounts", frame, source="import", finished_at=started)
    if len(known.brands):
        writer.set_table("brands", known.brands, source="import", finished_at=started)
    return len(rows)


def write_threads(
    writer: DatasetWriter, door: Door, old: Dataset | None, posts: Sequence[Path]
) -> int:
    """What the files say of their threads; how many threads of the dataset are incomplete."""
    before = old.read("threads") if old else THREADS.arrow_schema().empty_table().to_pandas()
    said = door.gaps.threads(posts, old=before)
    if len(said):
        writer.set_table("threads", said, source="import", finished_at=now())
    return int((~said.thread_complete.astype(bool)).sum())


def connect_engine(folder: Path, memory_limit: str | None) -> duckdb.DuckDBPyConnection:
    """A DuckDB for the door: in UTC, spilling into a folder of ours."""
    import duckdb

    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    hide_progress(con)
    con.execute(f"SET temp_directory = {literal(str(folder / 'spill'))}")
    # DuckDB cannot know how long a file is and would hash the file instead of the authors.
    con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    if memory_limit is not None:
        try:
            con.execute(f"SET memory_limit = {literal(memory_limit)}")
        except duckdb.Error:
            raise InputError(
                f"`memory_limit` is {memory_limit!r}; expected a size such as 512MB or 1GB. "
                "Correct --memory-limit."
            ) from None
    return con
