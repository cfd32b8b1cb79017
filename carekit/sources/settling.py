"""Posts that other posts tell more about: what answers what, and when.

Whatever format posts come in, the same posts are requests: a customer's comment under a brand's own
post on a page opens a thread; posts of a known conversation answer what stands before them; an
answer without a time came after the post that it answers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from carekit.dataset.schema import CREATED_UNTIL, NEVER_SAID
from carekit.sources.drafts import strings, text
from carekit.sources.looks import every, rewrite
from carekit.sources.report import counted

if TYPE_CHECKING:
    import duckdb

_LONGEST_CHAIN = 5  # of automatic answers below each other
# Where people write under what the brand posts on its page, and so to the brand.
PAGES = ("facebook", "instagram", "linkedin", "tiktok", "threads", "google_my_business")


def settle(
    con: duckdb.DuckDBPyConnection,
    new: Sequence[Path],
    *,
    old: Sequence[Path],
    by_thread: Sequence[Path] = (),
    coarse: Sequence[Path] = (),
    stated: Sequence[Path] = (),
    pages: bool = True,
) -> list[str]:
    """Mend the posts of new files by what all posts say; sentences on what was done."""
    told: list[str] = []
    n_cols = "post_id, network, author_role, reply_to, thread_id, created_at, brand, account"
    if by_thread:
        told += _by_thread(con, [*old, *new], by_thread, n_cols)
    if coarse:
        n = _without_time(con, [*old, *new], coarse, stated)
        if n:
            it, waits = ("it counts as an answer", "its wait is") if n == 1 else (
                "they count as answers", "their waits are")  # fmt: skip
            told.append(
                f"{counted(n, 'answer in a row of its own has', 'answers in rows of their own have')} no "
                f"time that can be read: {it}, {waits} unknown."
            )
    if pages:
        n = _under_pages(con, [*old, *new], new)
        if n:
            told.append(
                f"{counted(n, 'comment of a customer stands', 'comments of customers stand')} under posts "
                "of a brand on its page; each opens a thread of its own."
            )
    return told


def _update(con: duckdb.DuckDBPyConnection, files: Sequence[Path], columns: Sequence[str]) -> None:
    """Write files anew with the columns of the table `changes`, which is by post_id."""
    for file in files:
        touched = con.execute(
            f"SELECT count(*) FROM read_parquet({text(str(file))}) SEMI JOIN changes USING (post_id)"
        ).fetchall()[0][0]
        if not touched:
            continue
        new = ", ".join(
            f'CASE WHEN c.post_id IS NULL THEN p."{n}" ELSE c."{n}" END AS "{n}"' for n in columns
        )
        rows = f"""SELECT p.* EXCLUDE (file_row_number) REPLACE ({new}) FROM
            read_parquet({text(str(file))}, file_row_number=true) p LEFT JOIN changes c
            USING (post_id) ORDER BY p.file_row_number"""
        rewrite(con, file, rows)


def _by_thread(
    con: duckdb.DuckDBPyConnection, files: Sequence[Path], mine: Sequence[Path], columns: str
) -> list[str]:
    """What answers what in conversations that are known by their id alone.

    The first answer of a brand goes to the post that opened the conversation, a later one to the
    last post of a customer before it; a further post of a customer continues the conversation.
    """
    order = strings([str(f) for f in files])
    own = strings([str(f) for f in mine])
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE changes AS WITH own AS (SELECT DISTINCT thread_id FROM
        {every(mine)} WHERE thread_id IS NOT NULL AND reply_to IS NULL),
        told AS (SELECT {columns}, filename AS file, list_position({order}, filename) AS place,
        file_row_number AS nth FROM {every(files)} SEMI JOIN own USING (thread_id)),
        placed AS (SELECT *, row_number() OVER w AS step, first_value(post_id) OVER w AS opening,
        first_value(author_role) OVER w AS opener,
        last_value(CASE WHEN author_role = 'customer' THEN post_id END IGNORE NULLS) OVER before
        AS asked, count(*) FILTER (author_role = 'brand') OVER before AS n_answers FROM told
        WINDOW w AS (PARTITION BY thread_id ORDER BY created_at NULLS LAST, place, nth),
        before AS (PARTITION BY thread_id ORDER BY created_at NULLS LAST, place, nth
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
        SELECT post_id, CASE WHEN author_role = 'brand' AND (n_answers > 0 OR opener <> 'customer')
        THEN coalesce(asked, opening) ELSE opening END AS reply_to,
        author_role = 'brand' AND opener = 'brand' AND asked IS NOT NULL AS guessed
        FROM placed WHERE step > 1 AND reply_to IS NULL AND list_contains({own}, file)"""
    )
    n, guessed = con.execute("SELECT count(*), count(*) FILTER (guessed) FROM changes").fetchall()[
        0
    ]
    if not n:
        return []
    _update(con, mine, ["reply_to"])
    posts, it = counted(n, "post says", "posts say"), "it" if n == 1 else "they"
    told = [
        f"{posts} in which conversation {it} stand{'s' * (n == 1)}, not what {it} answer{'s' * (n == 1)}: "
        "the first answer of a brand was put under the post that opened the conversation, later ones under "
        "the last post of a customer."
    ]
    if guessed:
        told.append(
            f"{counted(guessed, 'answer stands', 'answers stand')} in conversations that a brand began; "
            f"whom {'it answers' if guessed == 1 else 'they answer'} is not known, the last customer before "
            f"{'it' if guessed == 1 else 'them'} was taken."
        )
    return told


def _without_time(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    mine: Sequence[Path],
    stated: Sequence[Path],
) -> int:
    """An answer without a time came between the post that it answers and the last look.

    Where nobody said when that was, nobody knows how late it came. How many stand in rows of their own.
    """
    said, never = strings([str(f) for f in stated]), f"TIMESTAMPTZ '{NEVER_SAID}'"
    end = f"CASE WHEN list_contains({said}, filename) THEN observed_at END"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE changes AS WITH unknown AS (SELECT post_id, reply_to,
        {end} AS ended_at FROM {every(mine)} WHERE created_at IS NULL),
        asked AS (SELECT post_id AS id, created_at AS asked_at FROM {every(files)}
        WHERE post_id IN (SELECT reply_to FROM unknown)),
        ends AS (SELECT min(created_at) AS low FROM {every(mine)})
        SELECT post_id, coalesce(asked_at, low) AS created_at,
        CASE WHEN ended_at > coalesce(asked_at, low) THEN ended_at ELSE {never} END
        AS {CREATED_UNTIL}
        FROM unknown LEFT JOIN asked ON id = reply_to, ends"""
    )
    own = "created_at IS NULL AND NOT starts_with(post_id, reply_to)"
    n = int(con.execute(f"SELECT count(*) FROM {every(mine)} WHERE {own}").fetchall()[0][0])
    _update(con, mine, ["created_at", CREATED_UNTIL])
    return n


def _under_pages(
    con: duckdb.DuckDBPyConnection, files: Sequence[Path], mine: Sequence[Path]
) -> int:
    """Comments of customers directly under a post of a brand open threads; how many."""
    sites = strings(PAGES)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE below AS WITH comments AS (SELECT post_id, network,
        reply_to, surface, brand, account FROM {every(mine)} WHERE author_role = 'customer'
        AND reply_to IS NOT NULL AND list_contains({sites}, network)),
        roots AS (SELECT post_id AS root, brand AS root_brand, account AS root_account
        FROM {every(files)} WHERE author_role = 'brand' AND reply_to IS NULL
        AND post_id IN (SELECT reply_to FROM comments))
        SELECT post_id, NULL::VARCHAR AS reply_to, post_id AS thread_id,
        coalesce(surface, 'brand_page') AS surface, coalesce(brand, root_brand) AS brand,
        coalesce(account, root_account) AS account, root FROM comments JOIN roots
        ON reply_to = root"""
    )
    n = int(con.execute("SELECT count(*) FROM below").fetchall()[0][0])
    if not n:
        return 0
    # What hangs on these comments no longer stands in the thread of the brand's post.
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE changes AS SELECT * EXCLUDE (root) FROM below
        UNION ALL SELECT post_id, reply_to, NULL AS thread_id, surface, brand, account
        FROM {every(mine)} WHERE reply_to IS NOT NULL
        AND thread_id IN (SELECT root FROM below) AND post_id NOT IN (SELECT post_id FROM below)"""
    )
    _update(con, mine, ["reply_to", "thread_id", "surface", "brand", "account"])
    return n


def past_automatic(con: duckdb.DuckDBPyConnection, mine: Sequence[Path]) -> int:
    """What stands below an automatic answer of a brand answers what that one does; how many."""
    n = 0
    for _ in range(_LONGEST_CHAIN):
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE changes AS SELECT p.post_id, a.reply_to
            FROM {every(mine, rows=False)} p JOIN automatic a ON a.post_id = p.reply_to
            WHERE p.author_role = 'brand'"""
        )
        found = con.execute("SELECT count(*) FROM changes").fetchall()[0][0]
        if not found:
            break
        _update(con, mine, ["reply_to"])
        n += found
    return n


def one_spelling(
    con: duckdb.DuckDBPyConnection,
    old: Sequence[Path],
    new: Sequence[Path],
    *,
    listed: Sequence[str] = (),
) -> dict[str, str]:
    """Give brands whose names differ by case, accents, blanks and hyphens only one name: other → kept.

    The name that is listed is kept, else that of the dataset, else that of the most posts.
    """

    def brands(files: Sequence[Path]) -> list[str]:
        rows = con.execute(
            f"SELECT brand FROM {every(files, rows=False)} WHERE brand IS NOT NULL GROUP BY brand "
            "ORDER BY count(*) DESC, brand"
        ).fetchall()
        return [name for (name,) in rows]

    found, kept = brands(new), dict[str, str]()
    for name in (*listed, *(brands(old) if old else ()), *found):
        kept.setdefault(_compared(name), name)
    names = {n: kept[_compared(n)] for n in found if kept[_compared(n)] != n}
    if names:
        pairs = ", ".join(f"({text(a)}, {text(b)})" for a, b in names.items())
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE changes AS SELECT post_id, kept AS brand FROM
            {every(new, rows=False)} JOIN (VALUES {pairs}) names(other, kept) ON brand = other"""
        )
        _update(con, new, ["brand"])
    return names


def _compared(brand: str) -> str:
    plain = unicodedata.normalize("NFKD", brand).casefold()
    letters = "".join(" " if c in "-_" else c for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())


def drop_exact(con: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """Take the column `created_until` out of files where every time is exact."""
    for file in files:
        if CREATED_UNTIL not in pq.read_schema(file).names:
            continue
        n = con.execute(
            f"SELECT count({CREATED_UNTIL}) FROM read_parquet({text(str(file))})"
        ).fetchall()[0][0]
        if not n:
            source = f"read_parquet({text(str(file))})"
            rewrite(con, file, f"SELECT * EXCLUDE ({CREATED_UNTIL}) FROM {source}")
