"""What an import writes beside the posts: accounts, brands, threads; and the engine that it runs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.dataset.engine import hide_progress
from carekit.dataset.folder import Dataset, DatasetWriter, now
from carekit.dataset.schema import THREADS
from carekit.errors import InputError
from carekit.sources.accounts import KnownAccounts, fold
from carekit.sources.door import Door
from carekit.sources.drafts import text as literal

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


def iso(microseconds: int) -> str:
    """Microseconds since 1970 as manifests write times."""
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def until(old: Dataset | None, latest: Sequence[int | None]) -> str | None:
    """When the posts of a dataset were last looked at, as its manifest writes it."""
    ends = [iso(m) for m in latest if m is not None]
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


def merged(given: KnownAccounts, old: Dataset | None) -> KnownAccounts:
    """Accounts and brands of the dataset, overruled by those of the user's file."""
    import pandas as pd

    if old is None:
        return given

    def one(new: pd.DataFrame, kept: pd.DataFrame, key: Callable[[Any], Any]) -> pd.DataFrame:
        taken = {key(r) for r in new.itertuples(index=False)}
        rest = kept[[key(r) not in taken for r in kept.itertuples(index=False)]]
        return pd.concat([f for f in (rest, new) if len(f)] or [new], ignore_index=True)

    return KnownAccounts(
        one(
            given.accounts, old.read("accounts"), lambda r: (r.network, fold(r.network, r.account))
        ),
        one(given.brands, old.read("brands"), lambda r: r.brand),
    )
