"""`from_frame`: posts of a data frame → a dataset in memory, through the same door as files."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from carekit.dataset.folder import Dataset, create_dataset, open_dataset
from carekit.dataset.manifest import NOTHING_LEFT_OUT, Selection
from carekit.dataset.privacy import load_key
from carekit.dataset.schema import ACCOUNTS, BRANDS, STORED
from carekit.errors import InputError
from carekit.sources.accounts import KnownAccounts, fold, network_name, read_accounts, read_rows
from carekit.sources.files.checks import microseconds, named_selection
from carekit.sources.files.formats import Options, load_format
from carekit.sources.files.headers import Header
from carekit.sources.files.opening import Opened
from carekit.sources.files.records import EMPTY, Record
from carekit.sources.files.roles import checked_roles
from carekit.sources.files.running import Asked, Run, Source
from carekit.sources.files.table import TableFile
from carekit.sources.files.text import Facts
from carekit.sources.files.writing import connect_engine
from carekit.sources.times import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY = Path("(memory)")
NAME = "the frame"
_EXACT = 2**53  # a float beyond it has lost digits


def from_frame(
    posts: Any,
    *,
    accounts: Any = None,
    mapping: Mapping[str, str] | None = None,
    tz: str = "UTC",
    dayfirst: bool | None = None,
    network: str | None = None,
    brand: str | None = None,
    observed_at: str | datetime | None = None,
    roles: Mapping[str, str] | None = None,
    keep: Sequence[str] = (),
    selection: Selection | str | None = None,
    strict: bool = False,
    redact: bool = False,
    accept_rejected: bool = False,
    without_automatic: bool = False,
    format: str = "csv",
    title: str = "Posts of a data frame",
    key: bytes | None = None,
) -> Dataset:
    """A dataset in memory from a table of posts, with the checks of `carekit import csv`.

    Parameters
    ----------
    posts : DataFrame or table
        One row per post or review: pandas, Polars, Arrow, or anything else that gives an Arrow stream
        (`__arrow_c_stream__`). Columns are found as in a file: by our names, by those that tools
        write, or by `mapping`.
    accounts : DataFrame, table or path, optional
        The brands' accounts: account, network, brand, and perhaps account_kind, opened_at, country,
        sector, timezone.
    mapping : mapping of str to str, optional
        Our column → the column of the table; `Date+Heure` joins two.
    tz : str
        IANA zone of times without an offset.
    dayfirst, network, brand, observed_at, roles, keep, selection, strict, redact
        As in `carekit.import_files`.
    accept_rejected, without_automatic
        As in `carekit.import_files`.
    format : {"csv", "tickets"}
        What a row is: a post, or a ticket with its first reply.
    title : str
        Of the dataset, for captions.
    key : bytes, optional
        The pseudonym key; by default `carekit.dataset.privacy.load_key()`.

    Returns
    -------
    Dataset
        Every measure takes it. `dataset.report` says what was read; `dataset.report.rejected_rows`
        lists rows that were rejected, by their number from 1. What makes numbers doubtful is also a
        Python warning.

    Raises
    ------
    InputError
        As `carekit.import_files`; also if `posts` is no table.

    Examples
    --------
    >>> import carekit, pandas as pd
    >>> posts = pd.DataFrame({
    ...     "id": ["q1", "a1", "q2"], "date": pd.to_datetime(
    ...         ["2026-03-01 10:00", "2026-03-01 11:30", "2026-03-02 09:00"]),
    ...     "who": ["customer", "brand", "customer"], "parent": [None, "q1", None]})
    >>> data = carekit.from_frame(posts, network="facebook", tz="Europe/Paris", mapping={
    ...     "post_id": "id", "created_at": "date", "author_role": "who", "reply_to": "parent"})
    >>> carekit.answer_rate(data)[["n", "n_answered"]].iloc[0].tolist()
    [2, 1]
    """
    if format not in ("csv", "tickets"):
        raise InputError(
            f"`format` is {format!r}; expected 'csv' (a row is a post) or 'tickets'. Choose one."
        )
    secret = key or load_key()
    site = network_name(network) if network else None
    given = _listed(accounts, site)
    options = Options(
        Clock(tz, dayfirst),
        dict(mapping or {}),
        site,
        brand,
        accounts is not None,
        key=secret,
        roles=checked_roles(roles or {}),
        keep=tuple(keep),
    )
    pairs = given.accounts[["network", "account"]].to_numpy()
    options = replace(options, accounts=frozenset((n, fold(n, a)) for n, a in pairs))
    said = named_selection(selection)
    asked = Asked(
        observed_at=None if observed_at is None else microseconds(observed_at),
        strict=strict,
        redact=redact,
        accept_rejected=accept_rejected,
        without_automatic=without_automatic,
        said_selection=said is not None,
    )
    table = FrameTable.of(arrow_of(posts, "posts"))
    source = Source(load_format(format), Opened(Path(), NAME), table)
    with TemporaryDirectory(prefix="carekit-") as folder:
        target = Path(folder) / "dataset"
        run = Run(options, asked, None, given, given, said or NOTHING_LEFT_OUT)
        writer = create_dataset(target, title=title, licence="not stated")
        with writer:
            run(partial(connect_engine, writer.staging, None), writer, [source])
        made = open_dataset(target)
        held = {
            name: pa.concat_tables([pq.read_table(p) for p in made.files(name)])
            for name in STORED
            if made.has(name)
        }
    report = run.report(MEMORY)
    for sentence in report.warnings:
        warnings.warn(sentence, stacklevel=2)
    return Dataset(MEMORY, made.manifest, held, report)


def arrow_of(table: Any, argument: str) -> pa.Table:
    """Anything that gives an Arrow stream, as an Arrow table."""
    if isinstance(table, pa.Table):
        return table
    try:
        if hasattr(table, "__arrow_c_stream__"):
            return pa.table(table)
        if hasattr(table, "to_arrow"):
            return table.to_arrow()
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InputError(
            f"`{argument}` cannot be read as an Arrow table ({type(error).__name__}): columns of mixed "
            "kinds? Expected columns of one kind each. Convert them, for example "
            "frame.astype('string')."
        ) from None  # Arrow's own words quote the values
    raise InputError(
        f"`{argument}` is {type(table).__name__}; expected a table: pandas, Polars or Arrow. Read a "
        "file with carekit.import_files."
    )


def _listed(accounts: Any, network: str | None) -> KnownAccounts:
    import pandas as pd

    if accounts is None:
        empty = pd.DataFrame(columns=ACCOUNTS.names)
        return KnownAccounts(empty, pd.DataFrame(columns=BRANDS.names))
    if isinstance(accounts, str | os.PathLike):
        return read_accounts(accounts, network=network)
    rows = FrameTable.of(arrow_of(accounts, "accounts"))
    names = [n.lower() for n in rows.header.names]
    read = [
        (r.line, dict(zip(names, r.fields, strict=True)))
        for r in rows.records()
        if r.fields is not None
    ]
    return read_rows(read, file="the frame", network=network)


class FrameTable(TableFile):
    """A table in memory on its way through the door: every cell as the text that a file would hold."""

    rows: pa.Table

    @classmethod
    def of(cls, table: pa.Table) -> FrameTable:
        """A table with its cells as text; the line of a row is its number, from 1."""
        names = tuple(str(n).strip() for n in table.column_names)
        made = cls(Path(), NAME, Header(names, ",", 0, plain=False), Facts("", 0, False), True)
        arrays = [_text(column, name) for name, column in zip(names, table.columns, strict=True)]
        made.rows = pa.Table.from_arrays(arrays, names=made.columns)
        digest = hash((names, table.num_rows, id(table)))
        made.facts = Facts(f"{digest & (2**64 - 1):016x}", 0, False)
        return made

    def records(self) -> Iterator[Record]:
        """Every row, numbered from 1."""
        number = 0
        for batch in self.rows.to_batches(max_chunksize=20_000):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                if any(cells):
                    yield Record(number, number, list(cells))
                else:
                    yield Record(number, number, None, EMPTY)


def _text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """A column as a file would hold it: ISO times, ids without `.0`, '' for what is missing."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = column.type
    if pa.types.is_timestamp(kind):
        layout = "%Y-%m-%d %H:%M:%S"
        if kind.tz is not None:
            column = pc.cast(column, pa.timestamp("us", "UTC"))
            made = pc.binary_join_element_wise(pc.strftime(column, format=layout), "Z", "")
        else:
            made = pc.strftime(pc.cast(column, pa.timestamp("us")), format=layout)
    elif pa.types.is_date(kind):
        made = pc.strftime(pc.cast(column, pa.timestamp("s")), format="%Y-%m-%d")
    elif pa.types.is_duration(kind):
        seconds = pc.divide(pc.cast(pc.cast(column, pa.duration("ms")), pa.int64()), 1000)
        made = pc.binary_join_element_wise(pc.cast(seconds, pa.string()), "s", " ")
    elif pa.types.is_floating(kind):
        cells = [_number(v) for v in column.to_pylist()]
        made = pa.chunked_array([pa.array(cells, pa.string())])
    elif pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        made = pc.cast(column, pa.string())
    elif pa.types.is_nested(kind) or pa.types.is_binary(kind):
        raise InputError(
            f"`posts` has a column {name!r} of type {kind}; expected text, numbers or times. Drop it or "
            "take its parts into columns of their own."
        )
    elif pa.types.is_null(kind):
        made = pa.chunked_array([pa.nulls(len(column), pa.string())])
    else:
        made = pc.cast(column, pa.string())
    return pc.fill_null(made, "")


def _number(value: float | None) -> str | None:
    if value is None or value != value:
        return None
    if abs(value) >= _EXACT:
        return f"{value:.15E}"  # its last digits are lost, and it has to show
    return str(int(value)) if value == int(value) else repr(value)
