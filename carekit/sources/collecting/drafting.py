"""Raw pages → drafts: of each post the latest look, as one table of the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset.folder import Rejected
from carekit.sources.collecting.source import Source, StoredPage
from carekit.sources.collecting.store import RAW, Store
from carekit.sources.drafts import ARROW_SCHEMA, TYPES, text
from carekit.sources.files.loading import ITEM_PROBLEM
from carekit.sources.found import (
    ODD,
    STRANGE,
    Found,
    Gone,
    LeftOut,
    Person,
    Problem,
    Remark,
    sound,
)
from carekit.sources.gaps import Gap
from carekit.sources.identities import rename_draft, safe_id

if TYPE_CHECKING:
    import duckdb

_PAGE = 1_000_000  # lines of drafts: number of the page × this + place in it
_BATCH = 5_000
# What one page knows and another does not say: the last word that is not silence.
_STICKY = ("surface", "account", "brand", "reply_to", "thread", "n_replies", "author_handle")


@dataclass
class Staged:
    """What the pages hold: posts as a table of the engine, and what is none."""

    relation: str
    n: int
    rejected: list[Rejected]
    remarks: Counter[str]
    gaps: list[Gap]
    gone: list[tuple[str, int, str]]
    left_out: Counter[str] = field(default_factory=Counter)
    people: list[Person] = field(default_factory=list)
    natives: dict[str, str] = field(default_factory=dict)


def stage(
    store: Store, source: Source, con: duckdb.DuckDBPyConnection, folder: Path, key: bytes
) -> Staged:
    """Drafts of every page as one table in the private folder, and what is none."""
    made = Staged("", 0, [], Counter(), [], [])
    latest = store.latest_rounds()
    file = folder / "all.parquet"
    with pq.ParquetWriter(file, ARROW_SCHEMA, compression="lz4") as writer:
        batch: list[dict[str, Any]] = []
        for page in store.pages():
            for place, found in enumerate(_found(source, page)):
                line = page.number * _PAGE + place
                if isinstance(found, Gap):
                    if page.round == latest[page.query]:
                        made.gaps.append(found.renamed(key))
                elif isinstance(found, Gone):
                    native = safe_id(key, found.network, found.native_id)
                    post = f"{found.network}:{native}"
                    made.natives |= {native or "": found.native_id}
                    made.gone.append((post, line, page.fetched_at.isoformat()))
                elif isinstance(found, Person):
                    made.people.append(found)
                elif isinstance(found, Problem):
                    made.rejected.append(_rejected(source, line, found.reason))
                elif isinstance(found, Remark):
                    made.remarks[found.what] += 1
                elif isinstance(found, LeftOut):
                    made.left_out[found.reason] += 1
                else:
                    draft = sound(found)
                    made.natives |= rename_draft(draft, key)
                    batch.append({"nested": False, "visibility": "public", **draft, "line": line})
            if len(batch) >= _BATCH:
                writer.write_table(pa.Table.from_pylist(batch, schema=ARROW_SCHEMA))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=ARROW_SCHEMA))
    con.register("gone_given", _gone_table(made.gone))
    con.execute("CREATE TEMP TABLE gone AS SELECT * FROM gone_given")
    problem = f"coalesce(problem, {ITEM_PROBLEM})"
    everything = f"(SELECT * REPLACE ({problem} AS problem) FROM read_parquet({text(str(file))}))"
    bad = con.execute(
        f"SELECT line, problem FROM {everything} WHERE problem IS NOT NULL ORDER BY line"
    ).fetchall()
    made.rejected += [_rejected(source, line, reason) for line, reason in bad]
    made.rejected.sort(key=lambda r: int(r.line))
    con.execute(f"CREATE TEMP TABLE drafts AS {_latest(everything)}")
    made.relation = "drafts"
    made.n = con.execute("SELECT count(*) FROM drafts").fetchall()[0][0]
    return made


def _found(source: Source, page: StoredPage) -> Iterator[Found]:
    """What a page holds, up to where its reader stumbles: that is a problem, and no more."""
    try:
        yield from source.read(page)
    except ODD:
        yield Problem(STRANGE)


def _gone_table(gone: list[tuple[str, int, str]]) -> pa.Table:
    columns = list(zip(*gone, strict=True)) or [(), (), ()]
    types = (pa.string(), pa.int64(), pa.string())
    arrays = [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
    return pa.table(arrays, names=["post_id", "line", "at"])


def _latest(everything: str) -> str:
    """SQL: one draft a post, as last seen, with the time of a later word that it is gone.

    The text stays until the door has seen whom it names: a deleted request was still a brand's.
    """
    mine = "PARTITION BY network, native_id"
    sticky = ", ".join(f'arg_max("{name}", line) OVER ({mine}) AS "{name}"' for name in _STICKY)
    return f"""WITH looked AS (SELECT * REPLACE ({sticky},
        max(observed_at) OVER ({mine}) AS observed_at),
        row_number() OVER ({mine} ORDER BY line DESC) AS nth
        FROM {everything} WHERE problem IS NULL),
        last AS (SELECT * EXCLUDE (nth) FROM looked WHERE nth = 1),
        found_gone AS (SELECT l.line, min(g."at"::TIMESTAMPTZ) AS gone_at FROM last l JOIN gone g
        ON g.post_id = l.network || ':' || l.native_id AND g.line > l.line GROUP BY l.line)
        SELECT {", ".join(_column(c) for c in TYPES)} FROM last l LEFT JOIN found_gone USING (line)
        ORDER BY line"""


def _column(name: str) -> str:
    if name == "deleted_at":
        return "coalesce(gone_at, deleted_at) AS deleted_at"
    return f'"{name}"'


def _rejected(source: Source, line: int, reason: str) -> Rejected:
    return Rejected(str(line // _PAGE), reason, 1, file_of(source))


def file_of(source: Source) -> str:
    return f"{RAW}/{source.name}"
