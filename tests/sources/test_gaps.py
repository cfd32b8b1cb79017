"""What sources say is missing from their threads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from carekit.dataset.schema import THREADS
from carekit.sources.drafts import ARROW_SCHEMA
from carekit.sources.gaps import Gap, GapRecord, whole

NOTHING = THREADS.arrow_schema().empty_table().to_pandas()


@pytest.fixture
def record() -> Iterator[GapRecord]:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        yield GapRecord(con)


def rows(frame: pd.DataFrame) -> dict[str, tuple[bool, int | None, str | None]]:
    assert list(frame.columns) == THREADS.names
    return {
        r.thread_id: (
            bool(r.thread_complete),
            None if pd.isna(r.n_missing) else int(r.n_missing),
            None if pd.isna(r.reason) else r.reason,
        )
        for r in frame.itertuples()
    }


def test_stubs_of_a_thread_add_up_and_the_largest_reason_counts(record: GapRecord) -> None:
    record.note([Gap("reddit", "t3_a", "stub", 3), Gap("reddit", "t3_a", "stub", 4)])
    record.note([Gap("reddit", "t3_a", "reply_count", 5), Gap("reddit", "t3_b", "paging")])
    record.note([Gap("reddit", "t3_c", "stub"), Gap("reddit", "t3_c", "withheld", 2)])
    record.note([whole("reddit", "t3_d"), whole("reddit", "t3_a")])
    record.note([])
    assert rows(record.threads([], old=NOTHING)) == {
        "reddit:t3_a": (False, 7, "reply_count stub"),
        "reddit:t3_b": (False, None, "paging"),
        "reddit:t3_c": (False, 2, "stub withheld"),
        "reddit:t3_d": (True, 0, None),
    }


def test_replies_claimed_are_compared_with_those_that_came_in_any_file(
    record: GapRecord, tmp_path: Path
) -> None:
    # By hand: 1 claims 3 replies of which 2 came (one of them twice), 2 claims 1 and has it,
    # 4 claims 922 in the thread of 1, 5 claims none.
    claims = {"1": 3, "2": 1, "4": 922, "5": 0, "6": None}
    drafts = [
        {
            "native_id": n,
            "network": "bluesky",
            "thread": "1" if n == "4" else None,
            "n_replies": count,
        }
        for n, count in claims.items()
    ]
    record._con.register("given", pa.Table.from_pylist(drafts, schema=ARROW_SCHEMA))
    record.claim("given")
    files = []
    for name, replies in {"old": [("8", "1")], "new": [("8", "1"), ("9", "1"), ("7", "2")]}.items():
        files.append(tmp_path / f"{name}.parquet")
        made = {
            "post_id": [r[0] for r in replies],
            "reply_to": [f"bluesky:{r[1]}" for r in replies],
        }
        pq.write_table(pa.table(made), files[-1])
    assert rows(record.threads(files, old=NOTHING)) == {
        "bluesky:1": (False, 923, "reply_count"),
        "bluesky:2": (True, 0, None),
    }


def test_a_later_word_replaces_the_earlier_one(record: GapRecord) -> None:
    old = pd.DataFrame(
        {
            "thread_id": ["x:1", "x:2"],
            "thread_complete": False,
            "n_missing": [None, 4],
            "reason": "paging",
        }
    )
    record.note([whole("x", "2"), Gap("x", "3", "federation", 1)])
    assert rows(record.threads([], old=old)) == {
        "x:1": (False, None, "paging"),
        "x:2": (True, 0, None),
        "x:3": (False, 1, "federation"),
    }
    assert list(old.thread_id) == ["x:1", "x:2"]


def test_a_reason_that_nobody_knows_is_a_fault_of_the_mapper(record: GapRecord) -> None:
    with pytest.raises(KeyError, match="no such reason of a gap: lost"):
        record.note([Gap("x", "1", "lost")])


def test_claims_that_add_up_to_more_than_a_table_holds_stop_nothing(record: GapRecord) -> None:
    most = 2**63 - 1
    drafts = [
        {"network": "x", "native_id": n, "thread": "7", "nested": False, "n_replies": most}
        for n in ("1", "2")
    ]
    record._con.register("given", pa.Table.from_pylist(drafts, schema=ARROW_SCHEMA))
    record.claim("given")
    assert rows(record.threads([], old=NOTHING)) == {"x:7": (False, most, "reply_count")}
