"""Second looks: of several rows about one post, within an import or across imports, the latest stays.

A look is dated by `observed_at`; of looks of one date the later row of the later file wins. A row
of another author, or another time and text, under the same id is no second look but another post:
its id does not tell posts apart, and it is rejected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from carekit.dataset.engine import SORTED_UP_TO, all_differ
from carekit.sources.drafts import strings, text

if TYPE_CHECKING:
    import duckdb

# Ids hardly ever repeat: do not build dictionaries of them. zstd would take half of the time.
PARQUET = "FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 1000"
CLASH = "its id is that of another post"


@dataclass
class Looks:
    """What second looks changed.

    `n_posts` were seen again; per file, in the order given: rows that a later look replaces
    (`replaced`), answers that are no longer there (`withdrawn`), rows under the id of another post
    (`clashes`, with one such id).
    """

    n_posts: int = 0
    replaced: dict[Path, int] = field(default_factory=dict)
    withdrawn: dict[Path, int] = field(default_factory=dict)
    clashes: dict[Path, tuple[int, str]] = field(default_factory=dict)

    @property
    def changed(self) -> set[Path]:
        """Files of which rows have to go."""
        return {*self.replaced, *self.withdrawn, *self.clashes}


def find_looks(
    con: duckdb.DuckDBPyConnection, old: Sequence[Path], new: Sequence[Path], *, repeat: bool
) -> Looks:
    """Which rows have to go; the table `leaving` holds them by file and row.

    `repeat` says whether ids of the new files do, whose rows are in order then.
    """
    files = [*old, *new]
    con.execute("CREATE OR REPLACE TEMP TABLE leaving (file VARCHAR, nth BIGINT)")
    if not repeat and not (old and _seen_before(con, old, new)):
        return Looks()
    order = strings([str(f) for f in files])
    # The same post has the same author; its time changes only where a review is edited.
    other = (
        "coalesce(author_id <> first.author_id, FALSE) OR (created_at IS DISTINCT FROM "
        "first.created_at AND text IS DISTINCT FROM first.text AND surface IS DISTINCT FROM 'review')"
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE twice AS WITH every AS (
        SELECT post_id, filename AS file, file_row_number AS nth, author_id, reply_to, created_at,
        text, surface, observed_at, deleted_at, list_position({order}, filename) AS place
        FROM {every(files)}),
        doubled AS (SELECT post_id, arg_min({{'author_id': author_id, 'created_at': created_at,
        'text': text}}, (place, nth)) AS first FROM every GROUP BY post_id HAVING count(*) > 1),
        judged AS (SELECT every.*, NOT ends_with(post_id, '#reply') AND ({other}) AS clashes
        FROM every JOIN doubled USING (post_id))
        SELECT * EXCLUDE (text), row_number() OVER (PARTITION BY post_id ORDER BY clashes,
        coalesce(observed_at, TIMESTAMPTZ '0001-01-01') DESC, deleted_at DESC NULLS LAST,
        place DESC, nth DESC) AS rank FROM judged"""
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE judged AS SELECT file, nth, post_id, clashes FROM twice
        WHERE rank > 1"""
    )
    # An answer that a later look at its review no longer shows.
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE gone AS SELECT r.filename AS file,
        r.file_row_number AS nth FROM {every(files)} r
        JOIN (SELECT * FROM twice WHERE rank = 1) w ON w.post_id = r.reply_to
        WHERE r.post_id = w.post_id || '#reply'
        AND coalesce(r.observed_at, TIMESTAMPTZ '0001-01-01') < w.observed_at"""
    )
    con.execute("INSERT INTO leaving SELECT file, nth FROM judged UNION SELECT file, nth FROM gone")
    looks = Looks(
        con.execute("SELECT count(DISTINCT post_id) FROM judged WHERE NOT clashes").fetchall()[0][0]
    )
    for file, n_replaced, n_clashes, example in con.execute(
        """SELECT file, count(*) FILTER (NOT clashes), count(*) FILTER (clashes),
        min(post_id) FILTER (clashes) FROM judged GROUP BY file"""
    ).fetchall():
        if n_replaced:
            looks.replaced[Path(file)] = n_replaced
        if n_clashes:
            looks.clashes[Path(file)] = (n_clashes, example)
    for file, n in con.execute(
        "SELECT file, count(*) FROM gone ANTI JOIN judged USING (file, nth) GROUP BY file"
    ).fetchall():
        looks.withdrawn[Path(file)] = n
    return looks


def without_leaving(con: duckdb.DuckDBPyConnection, file: Path, target: Path) -> None:
    """Write a file of posts without the rows of `leaving`, in their order."""
    con.execute(
        f"""COPY (SELECT * EXCLUDE (file_row_number) FROM read_parquet({text(str(file))},
        file_row_number=true) WHERE file_row_number NOT IN (SELECT nth FROM leaving
        WHERE file = {text(str(file))}) ORDER BY file_row_number) TO {text(str(target))} ({PARQUET})"""
    )


def rewrite(con: duckdb.DuckDBPyConnection, file: Path, rows: str) -> None:
    """Write a file of posts anew, with the rows that SQL gives."""
    target = file.with_suffix(".new")
    con.execute(f"COPY ({rows}) TO {text(str(target))} ({PARQUET})")
    target.replace(file)


def every(files: Sequence[Path], *, rows: bool = True) -> str:
    """SQL of the rows of several files of posts, whose further columns may differ."""
    numbered = ", filename=true, file_row_number=true" if rows else ""
    return f"read_parquet({strings([str(f) for f in files])}, union_by_name=true{numbered})"


def ids_repeat(con: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> bool:
    """True if a post_id may repeat; equal hashes only make the look a careful one."""
    hashes = f"(SELECT hash(post_id) AS id FROM {every(files, rows=False)})"
    n = con.execute(f"SELECT count(*) FROM {every(files, rows=False)}").fetchall()[0][0]
    if n > SORTED_UP_TO:
        distinct = con.execute(f"SELECT count(DISTINCT id) FROM {hashes}").fetchall()[0][0]
        return bool(n != distinct)
    return not all_differ(con.execute(f"FROM {hashes}").to_arrow_table())


def _seen_before(con: duckdb.DuckDBPyConnection, old: Sequence[Path], new: Sequence[Path]) -> bool:
    ids, taken = (
        f"(SELECT hash(post_id) AS id FROM {every(files, rows=False)})" for files in (new, old)
    )
    shared = con.execute(f"SELECT count(*) FROM {ids} SEMI JOIN {taken} USING (id)").fetchall()
    return bool(shared[0][0])
