"""The engine: Ibis expressions on DuckDB by default, on a SparkSession if one is given.

Everything that grows with the number of posts runs here and comes back as a small table of
integers; everything statistical happens on that table, in numpy.
"""

from __future__ import annotations

import itertools
import os
import secrets
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from carekit.dataset.atomic import replacing
from carekit.dataset.folder import given_dataset
from carekit.dataset.processes import STEPS
from carekit.dataset.schema import TABLES
from carekit.errors import DatasetError, InputError

if TYPE_CHECKING:
    import duckdb
    import ibis
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from carekit.dataset.folder import Dataset

# Each query opens every file of a table: so many files of so few rows are read once instead.
MANY_PARTS, SMALL_PART, FEW_ROWS = 20, 1_000, 1_000_000
# Hashes of so many posts are sorted beside the engine, within 16 bytes each; of more it counts them.
SORTED_UP_TO = 10_000_000
Result = TypeVar("Result")


class Engine:
    """A connection and the two things measures need of it: read a table, keep a step."""

    def __init__(self, con: ibis.BaseBackend) -> None:
        self.con = con
        # Several engines may share one SparkSession, which knows every view by its name.
        own = secrets.token_hex(4)
        self._names = (f"carekit_{own}_{n}" for n in itertools.count())
        self._known: dict[Hashable, Any] = {}
        self.steps = os.environ.get(STEPS, "")

    @property
    def kind(self) -> str:
        """`duckdb` or `pyspark`."""
        return self.con.name

    def table(self, dataset: Dataset, name: str) -> ibis.Table:
        """A table of the dataset as an Ibis expression; without rows if it is not held."""
        state = given_dataset(dataset).state
        return self.once(("table", state, name), lambda: self._read(dataset, name))

    def _read(self, dataset: Dataset, name: str) -> ibis.Table:
        import ibis

        if dataset.tables is not None and name in dataset.tables:
            held = dataset.tables[name]
            given = held if self.kind == "duckdb" else held.to_pandas()
            return self.con.create_table(next(self._names), obj=given, temp=True)
        paths = [str(p) for p in dataset.files(name)]
        if not paths:
            empty = TABLES[name].arrow_schema().empty_table()
            return ibis.memtable(empty)
        try:
            if self.kind == "duckdb":
                few = dataset.manifest.rows(name) <= min(SMALL_PART * len(paths), FEW_ROWS)
                if few and len(paths) >= MANY_PARTS and (held := _joined(paths)) is not None:
                    return self.con.create_table(next(self._names), obj=held, temp=True)
                return self.con.read_parquet(paths, union_by_name=len(paths) > 1)
            view = next(self._names)
            reader = self.con._session.read.option("mergeSchema", len(paths) > 1)
            reader.parquet(*paths).createOrReplaceTempView(view)
            return self.con.table(view)
        except Exception as error:
            raise DatasetError(
                f"The {name} of {dataset.path} cannot be read: a file is missing or damaged "
                f"({type(error).__name__}). Run `carekit check {dataset.path}` to see which."
            ) from error

    def once(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """What `compute` gives, computed at the first call with this key only."""
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]

    def known(self, key: Hashable) -> Any:
        """What was computed under this key before; None if nothing was."""
        return self._known.get(key)

    def keep(self, expression: ibis.Table) -> ibis.Table:
        """Compute an expression once and keep its rows until the engine is closed."""
        if self.kind != "duckdb":
            return self._checkpoint(expression)
        return self.con.create_table(next(self._names), obj=expression, temp=True)

    def keep_once(self, key: Hashable, make: Callable[[], ibis.Table]) -> ibis.Table:
        """What `make` gives, kept; by the processes that share a folder of steps made once only.

        The key holds text, numbers and None, so that it is written alike in each process.
        """
        return self.once(key, lambda: self._shared(key, make))

    def _shared(self, key: Hashable, make: Callable[[], ibis.Table]) -> ibis.Table:
        if not self.steps or self.kind != "duckdb":
            return self.keep(make())
        path = Path(self.steps, f"{sha256(repr(key).encode()).hexdigest()}.parquet")
        if path.is_file():
            return self.keep(self.con.read_parquet(path))
        table = self.keep(make())
        with replacing(path) as temporary:
            self.con.to_parquet(table, temporary)
        return table

    def _checkpoint(self, expression: ibis.Table) -> ibis.Table:
        """The rows on Spark, without the plan that led to them.

        A cache would keep the plan: a step that uses the one before twice doubles it, and after ten
        rounds Spark needs longer to read the plan than to run it.
        """
        name = next(self._names)
        self.con._run_pre_execute_hooks(expression)
        rows = self.con._session.sql(self.con.compile(expression)).localCheckpoint(eager=True)
        rows.createOrReplaceTempView(name)
        return self.con.table(name)

    def keep_sql(self, select: str) -> ibis.Table:
        """The rows of a DuckDB query, kept: for the few steps that Ibis cannot express."""
        name = next(self._names)
        # `con.sql` would lose the word RECURSIVE on its way through create_table.
        self.con.raw_sql(f"CREATE TEMP TABLE {name} AS {select}")
        return self.con.table(name)

    def view(self, expression: ibis.Table) -> ibis.Table:
        """An expression under a name: Ibis need not write it again in each query on it."""
        name = next(self._names)
        self.con._run_pre_execute_hooks(expression)
        sql = self.con.compile(expression)
        if self.kind == "duckdb":
            self.con.raw_sql(f"CREATE TEMP VIEW {name} AS {sql}")
        else:
            self.con._session.sql(sql).createOrReplaceTempView(name)
        return self.con.table(name)

    def keep_arrays(self, **columns: np.ndarray) -> ibis.Table:
        """Arrays of one length as a table of DuckDB."""
        import pyarrow as pa

        return self.con.create_table(next(self._names), obj=pa.table(columns), temp=True)

    def drop(self, *tables: ibis.Table) -> None:
        """Forget steps made by `keep`: frees memory on a long path."""
        for table in tables:
            if self.kind == "duckdb":
                # `con.drop_table` takes the catalog in this name for a part of it, and drops nothing.
                self.con.raw_sql(f"DROP TABLE {table.get_name()}")
            else:
                self.con._session.catalog.dropTempView(table.get_name())

    def close(self) -> None:
        """Close a connection that `connect` opened; a user's SparkSession stays open."""
        if self.kind == "duckdb":
            self.con.disconnect()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(
    *,
    spark: Any = None,
    memory_limit: str | None = None,
    threads: int | None = None,
    spill_folder: str | None = None,
) -> Engine:
    """Open an engine.

    Parameters
    ----------
    spark : pyspark.sql.SparkSession, optional
        The user's own session; without it, DuckDB inside this process.
    memory_limit : str, optional
        For DuckDB, such as `1GB`. Resident memory may exceed it by about half.
    threads : int, optional
        For DuckDB; by default all cores.
    spill_folder : str, optional
        Where DuckDB writes what does not fit in memory.

    Examples
    --------
    >>> with connect() as engine:
    ...     engine.kind
    'duckdb'
    """
    import ibis

    if spark is not None:
        if memory_limit or threads or spill_folder:
            raise InputError(
                "`memory_limit`, `threads` and `spill_folder` came with `spark`; they are options "
                "of DuckDB. Configure the SparkSession instead."
            )
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        con = ibis.pyspark.connect(spark)
        spark.sql(
            "CREATE OR REPLACE TEMPORARY FUNCTION whole_seconds(t TIMESTAMP) RETURNS BIGINT "
            "RETURN unix_seconds(t)"
        )
        spark.sql(
            "CREATE OR REPLACE TEMPORARY FUNCTION time_in_zone(t TIMESTAMP, z STRING) "
            "RETURNS TIMESTAMP RETURN from_utc_timestamp(t, z)"
        )
        return Engine(con)
    options: dict[str, Any] = {}
    if memory_limit:
        options["memory_limit"] = memory_limit
    if threads:
        options["threads"] = threads
    if spill_folder:
        options["temp_directory"] = spill_folder
    con = ibis.duckdb.connect(**options)
    con.raw_sql("SET TimeZone = 'UTC'")
    # A dataset may have hundreds of parts, which never change: their footers are read once.
    con.raw_sql("SET parquet_metadata_cache = true")
    # Memory that a query no longer needs goes back to the system: numpy needs it after it.
    for when in ("allocator_flush_threshold", "allocator_bulk_deallocation_flush_threshold"):
        con.raw_sql(f"SET {when} = '8MB'")
    # For `carekit.requests.clock`, as on Spark above.
    con.raw_sql("CREATE TEMP MACRO whole_seconds(t) AS epoch_us(t) // 1000000")
    con.raw_sql("CREATE TEMP MACRO time_in_zone(t, z) AS timezone(z, t)")
    hide_progress(con.con)
    return Engine(con)


def _joined(paths: Sequence[str]) -> pa.Table | None:
    """The rows of many files; None if a column has several types, which DuckDB can settle."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with ThreadPoolExecutor(4) as pool:
        tables = list(pool.map(lambda p: pq.ParquetFile(p).read(use_threads=False), paths))
    try:
        return pa.concat_tables(tables, promote_options="default").combine_chunks()
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None


def to_frame(table: ibis.Table) -> pd.DataFrame:
    """The rows of a table that may be long: by way of Arrow, without a Python object a text."""
    import pyarrow as pa

    frame = table.to_pyarrow().to_pandas()
    pa.default_memory_pool().release_unused()  # Arrow would keep the room of a million rows
    return frame


def all_differ(hashes: pa.Table) -> bool:
    """True if the hashes in a table of one column differ: proof that what they are of does, too."""
    import numpy as np

    found = np.sort(hashes.column(0).to_numpy())
    return not (found[1:] == found[:-1]).any()


def hide_progress(con: duckdb.DuckDBPyConnection) -> None:
    """Switch DuckDB's own progress bar off: it would end up in notebooks and logs."""
    # Where it cannot be drawn (Jupyter without ipywidgets), even switching it off is an error.
    if con.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (True,):
        con.execute("SET enable_progress_bar = false")


_SHARED: ContextVar[Engine | None] = ContextVar("carekit_shared_engine", default=None)


@contextmanager
def sharing(engine: Engine | None = None) -> Iterator[Engine]:
    """One engine for everything inside the block that opens none of its own with `connect`.

    What a dataset needs once (`Engine.once`) is then computed once for many measures. An engine
    that is given stays open after the block.
    """
    with using(engine) if engine else connect() as own:
        token = _SHARED.set(own)
        try:
            yield own
        finally:
            _SHARED.reset(token)


def open_engine(engine: Engine | None = None) -> Engine:
    """The engine given, else the one shared here, else a new one that is the caller's to keep."""
    return engine or _SHARED.get() or connect()


@contextmanager
def using(engine: Engine | None = None) -> Iterator[Engine]:
    """The engine given, else the one shared here, else a new one closed at the end of the block."""
    known = engine or _SHARED.get()
    if known is not None:
        yield known
        return
    with connect() as own:
        yield own
