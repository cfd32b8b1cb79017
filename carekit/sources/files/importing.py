"""`import_files`: files of a known format → a dataset, or more posts in one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.dataset import (
    Dataset,
    DatasetWriter,
    append_dataset,
    create_dataset,
    now,
    open_dataset,
    versions,
)
from carekit.engine import hide_progress
from carekit.errors import InputError
from carekit.manifest import FILE, Selection
from carekit.privacy import key_id, load_key
from carekit.sources.accounts import KnownAccounts, fold, network_name, read_accounts
from carekit.sources.door import Door
from carekit.sources.files.formats import Format, Options, load_format, recognise
from carekit.sources.files.loading import FileLoad
from carekit.sources.files.report import ImportReport
from carekit.sources.times import Clock

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

PathLike = str | os.PathLike[str]


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
    title, licence : str, optional
        Of a new dataset; by default what the format says.
    selection : Selection, optional
        How the posts were selected; by default what the format says.
    key : bytes, optional
        The pseudonym key; by default `carekit.privacy.load_key()`.
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

    paths = _paths(files)
    tell = progress or (lambda sentence: None)
    clock = Clock(tz, dayfirst)
    seen_at = None if observed_at is None else _microseconds(observed_at)
    site = network_name(network) if network else None
    folder = Path(out).absolute()
    old = open_dataset(folder) if (folder / FILE).is_file() else None
    secret = key or load_key()
    _check_key(old, secret)
    options = Options(clock, dict(mapping or {}), site, brand, accounts is not None, secret)
    formats = [recognise(p) if format == "auto" else load_format(format) for p in paths]
    known = _known(old, accounts, site or formats[0].network)
    chosen = selection or _one_selection(formats)
    _check_selection(old, chosen)

    started = now()
    writer = (
        append_dataset(folder)
        if old
        else create_dataset(
            folder,
            title=title or formats[0].title or f"Import of {paths[0].name}",
            licence=licence or formats[0].licence,
            selection=chosen,
        )
    )
    with writer, duckdb.connect() as con:
        _configure(con, writer.staging, memory_limit)
        door = Door(con, secret, known.accounts)
        taken = old.files("posts") if old else []
        loads: list[FileLoad] = []
        for path, each in zip(paths, formats, strict=True):
            tell(f"Reading {path.name} ({path.stat().st_size / 1e6:,.1f} MB) as {each.name}.")
            load = FileLoad(each, path, name=path.name, options=options, folder=writer.staging)
            _check_new(load, old, loads)
            load.learn(door, others=taken)
            loads.append(load)
        door.open()
        for load in loads:
            tell(f"Writing the posts of {load.name}.")
            staged = writer.stage_posts()
            when = seen_at if seen_at is not None else load.latest
            load.write(door, staged, others=taken, observed_at=when)
            taken = [*taken, staged]
            _check_strict(load, strict)
            writer.add_staged(
                staged,
                source=load.format.name,
                query=_query(load, options, seen_at),
                input_sha256=load.sha256,
                n_read=load.n_rows,
                n_rejected=sum(r.n for r in load.rejected),
                started_at=started,
                finished_at=now(),
                versions=versions("duckdb", "pyarrow"),
            )
            writer.reject(load.rejected)
        _check_any(loads)
        n_accounts = _write_accounts(writer, door, known, started)
        latest = [seen_at] if seen_at is not None else [load.latest for load in loads]
        writer.describe(pseudonym_key_id=key_id(secret), observed_until=_until(old, latest))
    rejected: Counter[str] = Counter()
    for load in loads:
        for row in load.rejected:
            rejected[row.reason] += row.n
    return ImportReport(
        ", ".join(dict.fromkeys(f.name for f in formats)),
        tuple(p.name for p in paths),
        Path(out),
        sum(load.n_rows for load in loads),
        sum(load.n_posts for load in loads),
        sum(load.n_nested for load in loads),
        n_accounts,
        dict(rejected.most_common()),
        tuple(w for load in loads for w in load.warnings),
    )


def _paths(files: PathLike | Sequence[PathLike]) -> list[Path]:
    listed = [files] if isinstance(files, (str, os.PathLike)) else list(files)
    if not listed:
        raise InputError("`files` is empty; expected one or more paths. Name a file to import.")
    paths = [Path(f) for f in listed]
    for path in paths:
        if path.is_dir():
            inside = sorted(p.name for p in path.iterdir() if p.is_file())
            raise InputError(
                f"`files`: {path} is a folder; expected a file. Name the files to import; it "
                f"holds: {', '.join(inside[:5]) or 'no file'}{', …' if len(inside) > 5 else ''}."
            )
        if not path.is_file():
            raise InputError(
                f"`files`: there is no file {path}. Expected the path of a file to import. Check "
                "the spelling."
            )
    return paths


def _microseconds(value: str | datetime) -> int:
    try:
        made = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except ValueError:
        raise InputError(
            f"`observed_at` is {value!r}; expected an ISO date or time, such as 2017-12-31 or "
            "2017-12-31T18:00:00+01:00. Correct --observed-at."
        ) from None
    if made.tzinfo is None:
        made = made.replace(tzinfo=UTC)
    return round(made.timestamp() * 1_000_000)


def _check_key(old: Dataset | None, key: bytes) -> None:
    held = old.manifest.pseudonym_key_id if old else None
    if held is not None and held != key_id(key):
        raise InputError(
            f"The pseudonym key is {key_id(key)}, but the dataset was made with {held}: the same "
            "person would get two pseudonyms. Set CAREKIT_PSEUDONYM_KEY to the key of the dataset, "
            "or import into a new one."
        )


def _known(old: Dataset | None, accounts: PathLike | None, network: str | None) -> KnownAccounts:
    """Accounts and brands of the dataset, overruled by those of the user's file."""
    import pandas as pd

    from carekit.schema import ACCOUNTS, BRANDS

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


def _one_selection(formats: Sequence[Format]) -> Selection:
    kinds = {f.selection.kind: f.selection for f in formats}
    if len(kinds) > 1:
        raise InputError(
            f"The files differ in their selection: {', '.join(kinds)}; a dataset has one. Import "
            "them into a dataset each."
        )
    return next(iter(kinds.values()))


def _check_selection(old: Dataset | None, chosen: Selection) -> None:
    if old is not None and old.selection.kind != chosen.kind:
        raise InputError(
            f"The dataset has the selection {old.selection.kind!r}, the files {chosen.kind!r}; a "
            "dataset has one, because it decides which measures mean anything. Import the files "
            "into a dataset of their own."
        )


def _check_new(load: FileLoad, old: Dataset | None, loads: Sequence[FileLoad]) -> None:
    for other in loads:
        if other.sha256 == load.sha256:
            raise InputError(
                f"`files`: {load.name} is the same as {other.name}. Expected each file once. "
                "Leave one out."
            )
    for part in old.manifest.parts if old else ():
        if part.input_sha256 == load.sha256:
            raise InputError(
                f"`files`: {load.name} is in the dataset already (imported "
                f"{part.finished_at or 'earlier'} as {part.file}). Expected a new file. Leave it "
                "out, or import it into another dataset."
            )


def _check_strict(load: FileLoad, strict: bool) -> None:
    if strict and load.rejected:
        n = sum(r.n for r in load.rejected)
        first = "; ".join(f"line {r.line}: {r.reason}" for r in load.rejected[:3])
        raise InputError(
            f"{n:,} of {load.n_rows:,} rows of {load.name} cannot be read ({first}). Expected none, "
            "because of --strict. Correct these rows, or leave --strict out. Nothing was written."
        )


def _check_any(loads: Sequence[FileLoad]) -> None:
    if any(load.n_posts for load in loads):
        return
    reasons = Counter[str]()
    for load in loads:
        for row in load.rejected:
            reasons[row.reason] += row.n
    why = "; ".join(f"{n:,} × {reason}" for reason, n in reasons.most_common(3))
    raise InputError(
        f"No row of {', '.join(load.name for load in loads)} can be read: "
        f"{why or 'there is none after the header'}. Expected at least one post. Check that these "
        "are the right files and the right format. Nothing was written."
    )


def _query(load: FileLoad, options: Options, observed_at: int | None) -> dict[str, Any]:
    """What the manifest says of an import: the file and every option that could change a row."""
    return {
        "file": load.name,
        "mapping": dict(options.mapping),
        "tz": options.clock.tz,
        "dayfirst": options.clock.dayfirst,
        "network": options.network,
        "brand": options.brand,
        "observed_at": None if observed_at is None else _iso(observed_at),
    }


def _iso(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _until(old: Dataset | None, latest: Sequence[int | None]) -> str | None:
    ends = [_iso(m) for m in latest if m is not None]
    if old and old.manifest.observed_until:
        ends.append(old.manifest.observed_until)
    return max(ends, default=None)


def _write_accounts(writer: DatasetWriter, door: Door, known: KnownAccounts, started: str) -> int:
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


def _configure(con: duckdb.DuckDBPyConnection, folder: Path, memory_limit: str | None) -> None:
    con.execute("SET TimeZone = 'UTC'")
    hide_progress(con)
    con.execute(f"SET temp_directory = '{str(folder / 'spill').replace(chr(39), chr(39) * 2)}'")
    # DuckDB cannot know how long a file is and would hash the file instead of the authors.
    con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    if memory_limit is not None:
        con.execute("SET memory_limit = ?", [memory_limit])
