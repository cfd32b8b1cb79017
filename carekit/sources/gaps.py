"""Gaps: what a source says is missing from a thread, beside the drafts of what it holds.

A reply that was never fetched may have been the brand's answer. A mapper that meets a stub, or an
end of paging, says so here; a source that states how many replies a post has puts the number into
the draft (`n_replies`), and the door compares it with the replies that came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from carekit.dataset.schema import THREADS, to_arrow
from carekit.sources.drafts import strings, text
from carekit.sources.identities import safe_id

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

WHOLE = "whole"
SHORT = "reply_count"
# More than any table can hold are missing where claims add up to more.
MOST_MISSING = 2**63 - 1
REASONS = {
    "stub": "the source shows a stub in place of comments",
    SHORT: "a post claims more replies than came",
    "federation": "the server sees only what reached it from other servers",
    "export": "the export leaves replies out",
    "paging": "the source was cut off before its last page",
    "withheld": "the source holds posts back (deleted, blocked, private)",
}


class Gap(NamedTuple):
    """Something missing from a thread."""

    network: str
    thread: str  # native id of the thread's first post, or of any post in it
    reason: str  # a key of REASONS
    n_missing: int | None = None  # how many posts are missing at least; None if nobody says
    # Native ids of missing posts: those that come from elsewhere are not missing.
    ids: tuple[str, ...] = ()
    # How many posts the source counts below the thread's first one; those that come, from wherever,
    # are not missing. It stands instead of `n_missing`.
    total: int | None = None

    def renamed(self, key: bytes) -> Gap:
        """The same with pseudonyms in place of ids that hold an identity."""
        ids = tuple(safe_id(key, self.network, i) or "" for i in self.ids)
        return self._replace(thread=safe_id(key, self.network, self.thread) or "", ids=ids)


def whole(network: str, thread: str) -> Gap:
    """The word of a source that nothing is missing from a thread; a later look may say this."""
    return Gap(network, thread, WHOLE, 0)


class GapRecord:
    """What the sources of one import or collection say of their threads."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        con.execute(
            "CREATE TEMP TABLE gaps (thread_id VARCHAR, reason VARCHAR, n BIGINT, ids VARCHAR[], "
            "total BIGINT)"
        )
        con.execute("CREATE TEMP TABLE claims (post_id VARCHAR, thread_id VARCHAR, n BIGINT)")

    def note(self, gaps: Iterable[Gap]) -> None:
        """Keep gaps."""
        rows = list(gaps)
        unknown = {g.reason for g in rows} - {*REASONS, WHOLE}
        if unknown:
            raise KeyError(f"no such reason of a gap: {', '.join(sorted(unknown))}")
        given = pa.table(
            {
                "thread_id": pa.array([f"{g.network}:{g.thread}" for g in rows], pa.string()),
                "reason": pa.array([g.reason for g in rows], pa.string()),
                "n": pa.array([g.n_missing for g in rows], pa.int64()),
                "ids": pa.array(
                    [[f"{g.network}:{i}" for i in g.ids] for g in rows], pa.list_(pa.string())
                ),
                "total": pa.array([g.total for g in rows], pa.int64()),
            }
        )
        self._con.register("noted", given)
        self._con.execute("INSERT INTO gaps SELECT * FROM noted")
        self._con.unregister("noted")

    def claim(self, drafts: str) -> None:
        """Keep how many replies the posts of some drafts (SQL of a relation) claim to have.

        Drafts of posts that the dataset holds already count as well: they are a later look.
        """
        self._con.execute(
            f"""INSERT INTO claims SELECT network || ':' || native_id,
            network || ':' || coalesce(thread, native_id), n_replies FROM {drafts}
            WHERE problem IS NULL AND n_replies > 0"""
        )

    def threads(self, posts: Sequence[Path], *, old: pd.DataFrame) -> pd.DataFrame:
        """The table of threads, columns as in carekit.dataset.schema.THREADS."""
        import pandas as pd

        said = "SELECT (SELECT count(*) FROM gaps) + (SELECT count(*) FROM claims)"
        if not self._con.execute(said).fetchall()[0][0]:
            return old
        none = "(SELECT ''::VARCHAR AS post_id, '' AS reply_to, '' AS thread_id WHERE FALSE)"
        came = f"read_parquet({strings([str(p) for p in posts])})" if posts else none
        made = self._con.execute(
            f"""WITH gaps AS (SELECT *, row_number() OVER () AS gap FROM temp.gaps),
            listed AS (SELECT gap, count(DISTINCT post_id) AS n_ids FROM
            (SELECT gap, unnest(ids) AS post_id FROM gaps) SEMI JOIN {came} USING (post_id)
            GROUP BY gap),
            counted AS (SELECT thread_id, reason, greatest(max(total) - coalesce(max(n_came), 0), 0) AS lacks,
            max(total) >= coalesce(max(n_came), 0) AS trusted
            FROM gaps g LEFT JOIN (SELECT thread_id, count(DISTINCT post_id) AS n_came FROM {came}
            WHERE post_id <> thread_id GROUP BY thread_id) USING (thread_id)
            WHERE total IS NOT NULL GROUP BY thread_id, reason),
            claimed AS (SELECT post_id, any_value(thread_id) AS thread_id, max(n) AS n
            FROM claims GROUP BY post_id),
            replies AS (SELECT reply_to, count(DISTINCT post_id) AS n_came FROM {came}
            WHERE reply_to IN (SELECT post_id FROM claimed) GROUP BY reply_to),
            said AS (SELECT thread_id, {text(SHORT)} AS reason,
            sum(greatest(n - coalesce(n_came, 0), 0)) AS n
            FROM claimed LEFT JOIN replies ON reply_to = post_id GROUP BY thread_id
            UNION ALL SELECT thread_id, reason, lacks FROM counted
            UNION ALL SELECT thread_id, reason, least(sum(n), min(lacks)) FROM (
            SELECT thread_id, reason, lacks,
            CASE WHEN n IS NOT NULL THEN greatest(n - coalesce(n_ids, 0), 0) END AS n
            FROM gaps g LEFT JOIN listed USING (gap) LEFT JOIN
            (SELECT thread_id, min(lacks) AS lacks FROM counted WHERE trusted GROUP BY ALL)
            USING (thread_id)
            WHERE total IS NULL) GROUP BY thread_id, reason),
            judged AS (SELECT thread_id, reason, n, reason <> {text(WHOLE)}
            AND n IS DISTINCT FROM 0 AS torn FROM said)
            SELECT thread_id, NOT bool_or(torn) AS thread_complete,
            CASE WHEN NOT bool_or(torn) THEN 0 WHEN max(n) FILTER (torn) > {MOST_MISSING} THEN {MOST_MISSING}
            ELSE max(n) FILTER (torn) END::BIGINT AS n_missing,
            string_agg(reason, ' ' ORDER BY reason) FILTER (torn) AS reason
            FROM judged GROUP BY thread_id ORDER BY thread_id"""
        ).to_arrow_table()
        frame = made.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        kept = old[~old.thread_id.isin(frame.thread_id)]
        if kept.empty:
            return frame
        tables = [to_arrow(f, THREADS) for f in (kept, frame)]
        return pa.concat_tables(tables).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
