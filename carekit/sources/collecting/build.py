"""Raw pages → the posts of a dataset: the same door as for files, the latest look at each post.

The posts of a collection are a function of its pages: they are made anew from all of them, so
that a mended mapper needs no new request, and a kill leaves nothing half-merged. Where pages were
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

if TYPE_CHECKING:
    import duckdb

_PART = re.compile(r"posts/part-\d+\.parquet")
_PARQUET = "FORMAT parquet, COMPRESSION zstd"


@dataclass(frozen=True)
class Built:
    """Counts of the posts of one source after a collection.

    `gone` holds the posts that were found deleted, `natives` those whose id holds an identity: id as
    the dataset has it, without its network → native id.
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
    is_base = bool(mine) and n_kept < n_pages
    taken = {p.file for p in mine}
    others = [p for p in (old.files("posts") if old else []) if f"posts/{p.name}" not in taken]
    # Drafts hold people as they are: they go with the run, however it ends.
    staged = store.raw / "drafts"
    staged.mkdir(mode=0o700, exist_ok=True)
    try:
        with connect_engine(staged, None) as con:
            made = stage(store, source, con, staged, key)
            if not made.n and old is None:
                raise _no_posts(store, source, n_pages, made)
            return _commit(
                con, store, source, made, old, known, key, mine, others,
                is_base=is_base, redact=redact, title=title, licence=licence,
                provenance=provenance,
            )  # fmt: skip
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _no_posts(store: Store, source: Source, n_pages: int, made: Staged) -> InputError:
    """Pages came and no post: why, as far as it is known."""
    told = {**Counter(r.reason for r in made.rejected), **made.left_out, **store.failures()}
    why = "; ".join(f"{n:,} × {reason}" for reason, n in list(told.items())[:5])
    return InputError(
        f"{n_pages:,} pages of {source.host} held no post that was asked for"
        f"{f' ({why})' if why else ''}. Expected at least one. Check the targets, --since and "
        "--until. No dataset was written."
    )


def _commit(
    con: duckdb.DuckDBPyConnection,
    store: Store,
    source: Source,
    made: Staged,
    old: Dataset | None,
    known: KnownAccounts,
    key: bytes,
    mine: list[Part],
    others: list[Path],
    *,
    is_base: bool,
    redact: bool,
    title: str | None,
    licence: str | None,
    provenance: Callable[[int], Mapping[str, Any]],
) -> Built:
    """Write the dataset, or all of its new state."""
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
        writer.reject(made.rejected, instead_of=file_of(source))
        ends = [t for t in (_until(old), _to_seconds(times[1]) if times else None) if t]
        writer.describe(pseudonym_key_id=key_id(key), observed_until=max(ends, default=None))
    return built


def _write(
    con: duckdb.DuckDBPyConnection,
    writer: DatasetWriter,
    store: Store,
    source: Source,
    made: Staged,
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
    door.meet(made.people)
    door.remember()
    door.open()
    door.gaps.note(made.gaps)
    con.execute(
        f"CREATE TEMP TABLE new AS {door.posts(made.relation, keep='TRUE', observed_at=None)}"
    )
    _on_brand_pages(con)
    con.execute("UPDATE new SET text = NULL WHERE deleted_at IS NOT NULL")
    con.execute(f"CREATE TEMP TABLE merged AS {_merged(mine, key, is_base=is_base)}")
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
    ids = {p.removeprefix(prefix) for (p,) in gone}
    unknown = [i for i in ids if i not in made.natives]
    natives = made.natives | native_ids(unknown)
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
        gone={i: natives.get(i, i) for i in ids},
        natives={p: n for p, n in made.natives.items() if p != n and p not in ids},
    )


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


def _until(old: Dataset | None) -> str | None:
    return old.manifest.observed_until if old else None


def _to_seconds(moment: str) -> str:
    return moment[:19] + "Z"
