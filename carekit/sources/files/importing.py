"""`import_files`: files of a known format → a dataset, or more posts in one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from carekit.dataset.folder import Dataset, append_dataset, create_dataset, open_dataset
from carekit.dataset.locking import one_writer
from carekit.dataset.manifest import FILE, Selection
from carekit.dataset.privacy import load_key
from carekit.dataset.schema import ACCOUNTS, BRANDS
from carekit.errors import InputError
from carekit.sources.accounts import KnownAccounts, fold, network_name, read_accounts
from carekit.sources.files.checks import (
    check_key,
    check_selection,
    checked_paths,
    microseconds,
    named_selection,
    one_selection,
)
from carekit.sources.files.formats import Asked, Options, load_format, recognise
from carekit.sources.files.json_documents import JsonFile, peek
from carekit.sources.files.json_tables import is_json, json_table
from carekit.sources.files.opening import Opened, Reading, open_file
from carekit.sources.files.roles import checked_roles
from carekit.sources.files.running import Run, Source
from carekit.sources.files.unknown import is_odd
from carekit.sources.files.writing import connect_engine, merged, write_accounts, write_threads
from carekit.sources.found import attempted
from carekit.sources.report import ImportReport
from carekit.sources.times import Clock

__all__ = ["connect_engine", "import_files", "known_accounts", "write_accounts", "write_threads"]
PathLike = str | os.PathLike[str]
TABLES = ("csv", "tickets")  # whose columns any tool may write, as JSON too


@one_writer
def import_files(
    format: str,
    files: PathLike | Sequence[PathLike],
    *,
    out: PathLike,
    accounts: PathLike | None = None,
    mapping: Mapping[str, str] | None = None,
    tz: str = "UTC",
    dayfirst: bool | None = None,
    network: str | None = None,
    brand: str | None = None,
    observed_at: str | datetime | None = None,
    strict: bool = False,
    redact: bool = False,
    title: str | None = None,
    licence: str | None = None,
    selection: Selection | str | None = None,
    roles: Mapping[str, str] | None = None,
    keep: Sequence[str] = (),
    encoding: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    accept_rejected: bool = False,
    without_automatic: bool = False,
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
        One or more files: JSON, delimited text in any encoding, or workbooks (XLSX, XLS, ODS).
    out : path
        A dataset to append to, or a path for a new one.
    accounts : path, optional
        Table of the brands' accounts: account, network, brand, account_kind, opened_at, and
        perhaps country, sector, timezone of the brand.
    mapping : mapping of str to str, optional
        Our column → the column of the file, for formats that take it; `Date+Heure` joins two.
    tz : str
        IANA zone of times without an offset.
    dayfirst : bool, optional
        True if 1/2/2017 is the first of February; told by dates that fit one order only otherwise.
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
    selection : Selection or str, optional
        How the posts were selected: `none`, `answered_only` or another name of `SELECTIONS`; by
        default what the format says, or what the posts show.
    roles : mapping of str to str, optional
        Words of the column author_role → customer, brand or other.
    keep : sequence of str
        Further columns of a table to keep, `name` or `ours=theirs`.
    encoding, sheet : str, optional
        Of a text that is no UTF-8 (told from its words otherwise); of a workbook.
    header_row : int, optional
        The line in which the header of a table stands; found otherwise.
    accept_rejected : bool
        True goes on where more than 1 % of the rows of a file are rejected; every number says so.
    without_automatic : bool
        True leaves out automatic first answers: one text within seconds, again and again.
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
        nothing at all can be read, too many rows are rejected, or `strict` and a row is rejected.
        Nothing is written then.
    DatasetError
        If `out` is neither a dataset nor free.
    MissingExtraError
        For a workbook without python-calamine.
    """
    import duckdb

    paths = checked_paths(files)
    folder = Path(out).absolute()
    old = open_dataset(folder) if (folder / FILE).is_file() else None
    secret = key or load_key()
    check_key(old, secret)
    site = network_name(network) if network else None
    options = Options(
        Clock(tz, dayfirst),
        dict(mapping or {}),
        site,
        brand,
        accounts is not None,
        key=secret,
        roles=checked_roles(roles or {}),
        keep=tuple(keep),
        reading=Reading(encoding, sheet, header_row),
    )
    observed = None if observed_at is None else microseconds(observed_at)
    said = named_selection(selection)
    with TemporaryDirectory(prefix="carekit-") as unpacking:
        sources = []
        for path in paths:
            opened = open_file(path, Path(unpacking), options.reading)
            sources.append(_known(opened, format, Path(unpacking), header_row))
        formats = [s.format for s in sources]
        given = listed_accounts(accounts, network=site or formats[0].network)
        known = merged(given, old)
        pairs = known.accounts[["network", "account"]].to_numpy()
        listed = frozenset((n, fold(n, a)) for n, a in pairs)
        options = replace(options, accounts=listed, staff=_staff(sources))
        chosen_selection = said or one_selection(formats)
        check_selection(old, chosen_selection)
        if old is not None and old.selection.detected and said is None:
            chosen_selection = old.selection
        writer = (
            append_dataset(folder)
            if old
            else create_dataset(
                folder,
                title=title or formats[0].title or f"Import of {sources[0].opened.name}",
                licence=licence or formats[0].licence,
                selection=chosen_selection,
            )
        )
        asked = Asked(
            observed,
            strict,
            redact,
            accept_rejected,
            without_automatic,
            said is not None,
            progress or (lambda sentence: None),
        )
        run = Run(options, asked, old, known, given, chosen_selection)
        with writer:
            connect = partial(connect_engine, writer.staging, memory_limit)
            try:
                run(connect, writer, sources)
            except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
                raise InputError(
                    f"The engine ran out of memory or disk ({type(error).__name__}). It needs "
                    "about the size of the files on the disk of the dataset. Make room, or give "
                    "it more memory (--memory-limit)."
                ) from error
    return run.report(Path(out))


def _known(opened: Opened, format: str, folder: Path, header: int | None) -> Source:
    """A file and its format; JSON that no network writes is a table, if its records are flat."""
    if format != "auto":
        is_table = format in TABLES and is_json(opened.path)
        return Source(load_format(format), json_table(opened, folder) if is_table else opened)
    try:
        return Source(recognise(opened.path, name=opened.name, header=header), opened)
    except InputError:
        if not is_json(opened.path) or is_odd(peek(opened.path)):
            raise
        try:
            opened = json_table(opened, folder)
            return Source(recognise(opened.path, name=opened.name, header=header), opened)
        except InputError as why:
            raise why from None


def _staff(sources: Sequence[Source]) -> dict[str, str]:
    """Who is what, where users stand in a file or a line of their own: user → role."""
    told: dict[str, str] = {}
    for format, opened in ((s.format, s.opened) for s in sources):
        if format.staff is not None:
            for document in JsonFile(opened.path, name=opened.name):
                told |= attempted(format.staff, document.value) or {}
    return told


def listed_accounts(accounts: PathLike | None, *, network: str | None) -> KnownAccounts:
    """The accounts that the user lists; none without a file."""
    import pandas as pd

    if accounts is not None:
        return read_accounts(accounts, network=network)
    return KnownAccounts(pd.DataFrame(columns=ACCOUNTS.names), pd.DataFrame(columns=BRANDS.names))


def known_accounts(
    old: Dataset | None, accounts: PathLike | None, network: str | None
) -> KnownAccounts:
    """Accounts and brands of the dataset, overruled by those of the user's file."""
    return merged(listed_accounts(accounts, network=network), old)
