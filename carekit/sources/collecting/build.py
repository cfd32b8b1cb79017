"""Raw pages → the posts of a dataset: the same door as for files, the latest look at each post.

The posts of a collection are a function of its pages: they are made anew from all of them, so
that a corrected mapper needs no new request, and a kill leaves nothing half-merged. Where pages were
not kept, the posts made from them are the base that new pages are laid over.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from carekit.dataset.folder import (
    Dataset,
    DatasetWriter,
    append_dataset,
    create_dataset,
    versions,
)
from carekit.dataset.manifest import Part
from carekit.dataset.privacy import key_id
from carekit.dataset.schema import POSTS
from carekit.errors import InputError
from carekit.sources.accounts import KnownAccounts
from carekit.sources.collecting.drafting import Staged, file_of, stage
from carekit.sources.collecting.source import Source
from carekit.sources.collecting.store import OURS, Store
from carekit.sources.door import Door
from carekit.sources.drafts import text
from carekit.sources.files.importing import connect_engine, write_accounts, write_threads
from carekit.sources.identities import native_ids, safe_id_sql
from carekit.sources.redaction import redact_posts
from carekit.sources.report import CollectReport

if TYPE_CHECKING:
    import duckdb

_PART = re.compile(r"posts/part-\d+\.parquet")
_PARQUET = "FORMAT parquet, COMPRESSION zstd"


@dataclass(frozen=True)
class Built:
    """What was made of the pages of one source, and what has to be done after that.

    `gone` holds the posts that were found deleted, `natives` those whose id holds an identity: id as
    the dataset has it, without its network → native id.
    """

    report: CollectReport
    n_redacted: int
    gone: Mapping[str, str]
    natives: Mapping[str, str]


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

    `provenance` gives, for the number of incomplete threads, what the manifest keeps as the query
    of the part. InputError: no post came at all, and there is no dataset yet; nothing is written.
    """
    mine = [p for p in old.manifest.parts if _is_mine(p, source.name)] if old else []
    n_pages, n_kept = store.n_pages()
    taken = {p.file for p in mine}
    others = [p for p in (old.files("posts") if old else []) if f"posts/{p.name}" not in taken]
    # Drafts hold people as they are: they go with the run, however it ends.
    private = store.raw / "drafts"
    private.mkdir(mode=0o700, exist_ok=True)
    try:
        with connect_engine(private, None) as con:
            made = stage(store, source, con, private, key)
            if not made.n and old is None:
                raise _no_posts(store, source, n_pages, made)
            door = _opened(con, key, known, made)
            earlier = [store.folder / p.file for p in mine]
            _merge(con, door, made, earlier, others, is_base=bool(mine) and n_kept < n_pages)
            with _writer(store, source, old, title, licence) as writer:
                staged = writer.stage_posts()
                con.execute(
                    f"COPY (SELECT * FROM merged ORDER BY created_at, post_id) TO "
                    f"{text(str(staged))} ({_PARQUET})"
                )
                n_redacted = redact_posts(staged) if redact else 0
                door.gaps.claim(made.relation)
                n_incomplete = write_threads(writer, door, old, [*others, staged])
                gone = _gone(con, source, made)
                began, ended = [_to_seconds(t) for t in store.times() or ()] or (None, None)
                report = CollectReport(
                    source=source.name,
                    host=source.host,
                    out=store.folder,
                    n_posts=pq.read_metadata(staged).num_rows,
                    n_accounts=write_accounts(writer, door, known, ended or ""),
                    n_incomplete=n_incomplete,
                    n_deleted=len(gone),
                    rejected=dict(Counter(r.reason for r in made.rejected).most_common()),
                    remarks=dict(made.remarks.most_common()),
                    left_out=dict(made.left_out.most_common()),
                )
                for part in mine:
                    writer.drop_part(part.file)
                writer.add_staged(
                    staged,
                    source=source.name,
                    query=provenance(n_incomplete),
                    input_sha256=store.checksum(),
                    n_read=made.n + len(made.rejected),
                    n_rejected=len(made.rejected),
                    left_out=report.left_out,
                    started_at=began,
                    finished_at=ended,
                    versions=versions("duckdb", "pyarrow", *source.versions),
                )
                writer.reject(made.rejected, instead_of=file_of(source))
                ends = [t for t in (old and old.manifest.observed_until, ended) if t]
                latest = max(ends, default=None)
                writer.describe(pseudonym_key_id=key_id(key), observed_until=latest)
    finally:
        shutil.rmtree(private, ignore_errors=True)
    natives = {p: n for p, n in made.natives.items() if p != n and p not in gone}
    return Built(report, n_redacted, gone, natives)


def _no_posts(store: Store, source: Source, n_pages: int, made: Staged) -> InputError:
    """Pages came and no post: why, as far as it is known."""
    told = {**Counter(r.reason for r in made.rejected), **made.left_out, **store.failures()}
    why = "; ".join(f"{n:,} × {reason}" for reason, n in list(told.items())[:5])
    return InputError(
        f"{n_pages:,} pages of {source.host} held no post that was asked for"
        f"{f' ({why})' if why else ''}. Expected at least one. Check the targets, --since and "
        "--until. No dataset was written."
    )


def _writer(
    store: Store, source: Source, old: Dataset | None, title: str | None, licence: str | None
) -> DatasetWriter:
    if old:
        return append_dataset(store.folder)
    return create_dataset(
        store.folder,
        title=title or f"{source.name}, collected from {source.host}",
        licence=licence or "not stated; the posts belong to their authors",
        selection=source.selection,
        beside=OURS,
    )


def _opened(con: duckdb.DuckDBPyConnection, key: bytes, known: KnownAccounts, made: Staged) -> Door:
    """The door, which has seen every draft."""
    door = Door(con, key, known.accounts)
    door.learn(made.relation)
    door.meet(made.people)
    door.remember()
    door.open()
    door.gaps.note(made.gaps)
    return door


def _merge(
    con: duckdb.DuckDBPyConnection,
    door: Door,
    made: Staged,
    earlier: list[Path],
    others: list[Path],
    *,
    is_base: bool,
) -> None:
    """The table `merged`: the posts of the source as they are now, without those of other parts."""
    posts = door.posts(made.relation, keep="TRUE", observed_at=None)
    con.execute(f"CREATE TEMP TABLE new AS {posts}")
    _on_brand_pages(con)
    con.execute("UPDATE new SET text = NULL WHERE deleted_at IS NOT NULL")
    con.execute(f"CREATE TEMP TABLE merged AS {_merged(earlier, door.key, is_base=is_base)}")
    if others:
        taken = f"SELECT post_id FROM read_parquet({_paths(others)})"
        con.execute(f"DELETE FROM merged WHERE post_id IN ({taken})")


def _gone(con: duckdb.DuckDBPyConnection, source: Source, made: Staged) -> dict[str, str]:
    """Posts that were found deleted: id without its network → native id."""
    rows = con.execute(
        "SELECT post_id FROM merged WHERE deleted_at IS NOT NULL AND text IS NULL"
    ).fetchall()
    ids = {p.removeprefix(f"{source.network}:") for (p,) in rows}
    natives = made.natives | native_ids([i for i in ids if i not in made.natives])
    return {i: natives.get(i, i) for i in ids}


def _on_brand_pages(con: duckdb.DuckDBPyConnection) -> None:
    """A customer below a post of a brand is on the brand's page, whoever is mentioned there."""
    con.execute(
        """UPDATE new SET surface = 'brand_page', account = root.account, brand = root.brand
        FROM new AS root WHERE root.post_id = new.thread_id AND root.post_id <> new.post_id
        AND root.author_role = 'brand' AND root.account IS NOT NULL
        AND new.author_role = 'customer' AND new.network IN ('bluesky', 'mastodon')"""
    )


def _merged(mine: list[Path], key: bytes, *, is_base: bool) -> str:
    """SQL: the new posts, with what only their earlier rows (`mine`) know.

    With `is_base`, pages behind these are no longer kept, so that the new posts are laid over them.
    Otherwise they only say whom a post addressed whose text is gone since.
    """
    if not mine:
        return "SELECT * FROM new"
    # Ids of collections before version 0.9 held who wrote.
    renamed = ", ".join(
        f"network || ':' || {safe_id_sql(key, 'network', _bare(name))} AS {name}"
        for name in ("post_id", "reply_to", "thread_id")
    )
    earlier = f"(SELECT * REPLACE ({renamed}) FROM read_parquet({_paths(mine)}))"
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


def _bare(name: str) -> str:
    return f"substr({name}, strlen(network) + 2)"


def _is_mine(part: Part, name: str) -> bool:
    """True for a part that a collection wrote, and may replace: under the name that it gives it."""
    ours = part.table == "posts" and part.source == name and "runs" in part.query
    return ours and _PART.fullmatch(part.file) is not None


def _paths(files: list[Path]) -> str:
    return f"[{', '.join(text(str(f)) for f in files)}]"


def _to_seconds(moment: str) -> str:
    return moment[:19] + "Z"
