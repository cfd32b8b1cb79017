"""Raw pages → the posts of a dataset: the same door as for files, the latest look at each post.

The posts of a collection are a function of its pages: they are made anew from all of them, so
that a mended mapper needs no new request, and a kill leaves nothing half-merged. Where pages were
not kept, the posts made from them are the base that new pages are laid over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset.folder import (
    Dataset,
    DatasetWriter,
    Rejected,
    append_dataset,
    create_dataset,
    versions,
)
from carekit.dataset.manifest import Part
from carekit.dataset.privacy import key_id
from carekit.dataset.schema import POSTS
from carekit.errors import InputError
from carekit.sources.accounts import KnownAccounts
from carekit.sources.collecting.source import Source
from carekit.sources.collecting.store import OURS, RAW, Store
from carekit.sources.door import Door
from carekit.sources.drafts import ARROW_SCHEMA, TYPES, text
from carekit.sources.files.importing import connect_engine, write_accounts, write_threads
from carekit.sources.files.loading import ITEM_PROBLEM
from carekit.sources.found import Gone, LeftOut, Problem, Remark, sound
from carekit.sources.gaps import Gap
from carekit.sources.redaction import redact_posts

if TYPE_CHECKING:
    import duckdb

_PAGE = 1_000_000  # lines of drafts: number of the page × this + place in it
_BATCH = 5_000
# What one page knows and another does not say: the last word that is not silence.
_STICKY = ("surface", "account", "brand", "reply_to", "thread", "n_replies", "author_handle")
_PARQUET = "FORMAT parquet, COMPRESSION zstd"


@dataclass(frozen=True)
class Built:
    """Counts of the posts of one source after a collection.

    `gone` are native ids of posts that were found deleted.
    """

    n_posts: int
    n_read: int
    n_elsewhere: int
    n_incomplete: int
    n_accounts: int
    n_redacted: int
    rejected: Mapping[str, int]
    remarks: Mapping[str, int]
    left_out: Mapping[str, int]
    gone: frozenset[str]


def build(
    store: Store,
    source: Source,
    *,
    old: Dataset | None,
    known: KnownAccounts,
    key: bytes,
    title: str | None,
    licence: str | None,
    redact: bool,
    provenance: Callable[[int], Mapping[str, Any]],
) -> Built:
    """Write the posts of all pages of a source into the dataset.

    Parameters
    ----------
    store : Store
        Open.
    source : Source
    old : Dataset or None
        The dataset as it is.
    known : KnownAccounts
    key : bytes
        The pseudonym key.
    title, licence : str, optional
        Of a new dataset.
    redact : bool
        Personal data leave the texts (`redact`).
    provenance : callable
        Number of incomplete threads → what the manifest keeps as the query of the part.

    Raises
    ------
    InputError
        If no post came at all, and there is no dataset yet; nothing is written then.
    """
    mine = [p for p in old.manifest.parts if _is_mine(p, source.name)] if old else []
    n_pages, n_kept = store.n_pages()
    is_base = bool(mine) and n_kept < n_pages
    taken = {p.file for p in mine}
    others = [p for p in (old.files("posts") if old else []) if f"posts/{p.name}" not in taken]
    staged = store.raw / "drafts"
    staged.mkdir(exist_ok=True)
    with connect_engine(staged, None) as con:
        made = _stage(store, source, con, staged)
        if not made.n and old is None:
            raise InputError(
                f"{n_pages:,} pages of {source.host} held no post that was asked for. Expected at "
                "least one. Check the targets, --since and --until. No dataset was written."
            )
        writer = (
            append_dataset(store.folder)
            if old
            else create_dataset(
                store.folder,
                title=title or f"{source.name}, collected from {source.host}",
                licence=licence or "not stated; the posts belong to their authors",
                selection=source.selection,
                beside=OURS,
            )
        )
        with writer:
            built = _write(
                con, writer, store, source, made, known, key, old,
                [store.folder / p.file for p in mine], others, is_base=is_base, redact=redact,
            )  # fmt: skip
            times = store.times()
            for part in mine:
                writer.drop_part(part.file)
            writer.add_staged(
                writer.stage_posts(),
                source=source.name,
                query=provenance(built.n_incomplete),
                input_sha256=store.checksum(),
                n_read=made.n + len(made.rejected),
                n_rejected=len(made.rejected),
                left_out=dict(made.left_out.most_common()),
                started_at=_to_seconds(times[0]) if times else None,
                finished_at=_to_seconds(times[1]) if times else None,
                versions=versions("duckdb", "pyarrow", *source.versions),
            )
            writer.reject(made.rejected, instead_of=_file(source))
            ends = [t for t in (_until(old), _to_seconds(times[1]) if times else None) if t]
            writer.describe(pseudonym_key_id=key_id(key), observed_until=max(ends, default=None))
    return built


@dataclass
class _Staged:
    relation: str
    n: int
    rejected: list[Rejected]
    remarks: Counter[str]
    gaps: list[Gap]
    gone: list[tuple[str, int, str]]
    left_out: Counter[str] = field(default_factory=Counter)


def _stage(store: Store, source: Source, con: duckdb.DuckDBPyConnection, folder: Path) -> _Staged:
    """Drafts of every page as one table in the private folder, and what is none."""
    made = _Staged("", 0, [], Counter(), [], [])
    latest = store.latest_rounds()
    file = folder / "all.parquet"
    with pq.ParquetWriter(file, ARROW_SCHEMA, compression="lz4") as writer:
        batch: list[dict[str, Any]] = []
        for page in store.pages():
            for place, found in enumerate(source.read(page)):
                line = page.number * _PAGE + place
                if isinstance(found, Gap):
                    if page.round == latest[page.query]:
                        made.gaps.append(found)
                elif isinstance(found, Gone):
                    post = f"{found.network}:{found.native_id}"
                    made.gone.append((post, line, page.fetched_at.isoformat()))
                elif isinstance(found, Problem):
                    made.rejected.append(_rejected(source, line, found.reason))
                elif isinstance(found, Remark):
                    made.remarks[found.what] += 1
                elif isinstance(found, LeftOut):
                    made.left_out[found.reason] += 1
                else:
                    batch.append(
                        {"nested": False, "visibility": "public", **sound(found), "line": line}
                    )
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


def _write(
    con: duckdb.DuckDBPyConnection,
    writer: DatasetWriter,
    store: Store,
    source: Source,
    made: _Staged,
    known: KnownAccounts,
    key: bytes,
    old: Dataset | None,
    mine: list[Path],
    others: list[Path],
    *,
    is_base: bool,
    redact: bool,
) -> Built:
    door = Door(con, key, known.accounts)
    door.learn(made.relation)
    door.remember()
    door.open()
    door.gaps.note(made.gaps)
    con.execute(
        f"CREATE TEMP TABLE new AS {door.posts(made.relation, keep='TRUE', observed_at=None)}"
    )
    _on_brand_pages(con)
    con.execute("UPDATE new SET text = NULL WHERE deleted_at IS NOT NULL")
    con.execute(f"CREATE TEMP TABLE merged AS {_merged(mine, is_base=is_base)}")
    n_elsewhere = 0
    if others:
        taken = f"SELECT post_id FROM read_parquet({_paths(others)})"
        n_elsewhere = con.execute(
            f"SELECT count(*) FROM merged WHERE post_id IN ({taken})"
        ).fetchall()[0][0]
        con.execute(f"DELETE FROM merged WHERE post_id IN ({taken})")
    staged = writer.stage_posts()
    con.execute(
        f"COPY (SELECT * FROM merged ORDER BY created_at, post_id) TO "
        f"{text(str(staged))} ({_PARQUET})"
    )
    n_redacted = redact_posts(staged) if redact else 0
    door.gaps.claim(made.relation)
    n_incomplete = write_threads(writer, door, old, [*others, staged])
    times = store.times()
    n_accounts = write_accounts(writer, door, known, _to_seconds(times[1]) if times else "")
    prefix = f"{source.network}:"
    gone = con.execute(
        "SELECT post_id FROM merged WHERE deleted_at IS NOT NULL AND text IS NULL"
    ).fetchall()
    counted = Counter(r.reason for r in made.rejected)
    return Built(
        n_posts=pq.read_metadata(staged).num_rows,
        n_read=made.n,
        n_elsewhere=n_elsewhere,
        n_incomplete=n_incomplete,
        n_accounts=n_accounts,
        n_redacted=n_redacted,
        rejected=dict(counted.most_common()),
        remarks=dict(made.remarks.most_common()),
        left_out=dict(made.left_out.most_common()),
        gone=frozenset(p.removeprefix(prefix) for (p,) in gone),
    )


def _on_brand_pages(con: duckdb.DuckDBPyConnection) -> None:
    """A customer below a post of a brand is on the brand's page, whoever is mentioned there."""
    con.execute(
        """UPDATE new SET surface = 'brand_page', account = root.account, brand = root.brand
        FROM new AS root WHERE root.post_id = new.thread_id AND root.post_id <> new.post_id
        AND root.author_role = 'brand' AND root.account IS NOT NULL
        AND new.author_role = 'customer' AND new.network IN ('bluesky', 'mastodon')"""
    )


def _merged(mine: list[Path], *, is_base: bool) -> str:
    """SQL: the new posts, with what only their earlier rows know, and earlier ones if asked for.

    Parameters
    ----------
    mine : list of path
        The earlier posts of this source.
    is_base : bool
        True if pages behind them are no longer kept, so that the new posts are laid over them.
        Otherwise they only say whom a post addressed whose text is gone since.
    """
    if not mine:
        return "SELECT * FROM new"
    earlier = f"read_parquet({_paths(mine)})"
    where = "TRUE" if is_base else "new.deleted_at IS NOT NULL"
    over = {
        c: f"CASE WHEN {where} THEN coalesce(new.{c}, earlier.{c}) ELSE new.{c} END"
        for c in ("surface", "account", "brand", "reply_to", "thread_id", "lang")
    }
    if is_base:
        over["observed_at"] = "greatest(new.observed_at, earlier.observed_at)"
    listed = ", ".join(f"{over.get(c, f'new.{c}')} AS {c}" for c in POSTS.names)
    laid_over = f"SELECT {listed} FROM new LEFT JOIN {earlier} AS earlier USING (post_id)"
    if not is_base:
        return laid_over
    left = {
        "text": "CASE WHEN gone_at IS NULL THEN text END",
        "deleted_at": "coalesce(deleted_at, gone_at)",
    }
    rest = ", ".join(f"{left.get(c, c)} AS {c}" for c in POSTS.names)
    return f"""{laid_over} UNION ALL SELECT {rest} FROM {earlier} LEFT JOIN
        (SELECT post_id, min("at"::TIMESTAMPTZ) AS gone_at FROM gone GROUP BY post_id)
        USING (post_id) WHERE post_id NOT IN (SELECT post_id FROM new)"""


def _is_mine(part: Part, name: str) -> bool:
    return part.table == "posts" and part.source == name and "runs" in part.query


def _rejected(source: Source, line: int, reason: str) -> Rejected:
    return Rejected(str(line // _PAGE), reason, 1, _file(source))


def _file(source: Source) -> str:
    return f"{RAW}/{source.name}"


def _paths(files: list[Path]) -> str:
    return f"[{', '.join(text(str(f)) for f in files)}]"


def _until(old: Dataset | None) -> str | None:
    return old.manifest.observed_until if old else None


def _to_seconds(moment: str) -> str:
    return moment[:19] + "Z"
