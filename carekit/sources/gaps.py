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

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

WHOLE = "whole"
SHORT = "reply_count"
REASONS = {
    "stub": "the source shows a stub in place of comments",
    SHORT: "a post claims more replies than came",
    "federation": "the server sees only what reached it from other servers",
    "export": "the export leaves replies out",
    "paging": "the source was cut off before its last page",
    "withheld": "the source holds posts back (deleted, blocked, private)",
}


class Gap(NamedTuple):
    """Something missing from a thread.

    Parameters
    ----------
    network : str
    thread : str
        Native id of the thread's first post, or of any post in it.
    reason : str
        A key of REASONS.
    n_missing : int, optional
        How many posts are missing at least; None if nobody says.
    """

    network: str
    thread: str
    reason: str
    n_missing: int | None = None


def whole(network: str, thread: str) -> Gap:
    """The word of a source that nothing is missing from a thread; a later look may say this.

    Examples
    --------
    >>> whole("reddit", "t3_a").n_missing
    0
    """
    return Gap(network, thread, WHOLE, 0)


class GapRecord:
    """What the sources of one import or collection say of their threads.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
        Keeps the temporary tables.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        con.execute("CREATE TEMP TABLE gaps (thread_id VARCHAR, reason VARCHAR, n BIGINT)")
        con.execute("CREATE TEMP TABLE claims (post_id VARCHAR, thread_id VARCHAR, n BIGINT)")

    def note(self, gaps: Iterable[Gap]) -> None:
        """Keep gaps.

        Raises
        ------
        KeyError
            If a reason is none of REASONS: a fault of the mapper.
        """
        rows = list(gaps)
        unknown = {g.reason for g in rows} - {*REASONS, WHOLE}
        if unknown:
            raise KeyError(f"no such reason of a gap: {', '.join(sorted(unknown))}")
        given = pa.table(
            {
                "thread_id": pa.array([f"{g.network}:{g.thread}" for g in rows], pa.string()),
                "reason": pa.array([g.reason for g in rows], pa.string()),
                "n": pa.array([g.n_missing for g in rows], pa.int64()),
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
        """The table of threads, columns as in carekit.dataset.schema.THREADS.

        Parameters
        ----------
        posts : sequence of path
            Parquet files of every post of the dataset, those of before and those that came now.
        old : pandas.DataFrame
            The table of before; what is said now of a thread replaces what was said then.

        Returns
        -------
        pandas.DataFrame
            One row a thread. Stubs and the like of one reason add up; reasons overlap (a post also
            claims the replies that a stub stands for), so that n_missing is that of the largest.
        """
        import pandas as pd

        none = "(SELECT NULL::VARCHAR AS post_id, NULL::VARCHAR AS reply_to WHERE FALSE)"
        came = f"read_parquet({strings([str(p) for p in posts])})" if posts else none
        made = self._con.execute(
            f"""WITH claimed AS (SELECT post_id, any_value(thread_id) AS thread_id, max(n) AS n
            FROM claims GROUP BY post_id),
            replies AS (SELECT reply_to, count(DISTINCT post_id) AS n_came FROM {came}
            WHERE reply_to IN (SELECT post_id FROM claimed) GROUP BY reply_to),
            said AS (SELECT thread_id, {text(SHORT)} AS reason,
            sum(greatest(n - coalesce(n_came, 0), 0)) AS n
            FROM claimed LEFT JOIN replies ON reply_to = post_id GROUP BY thread_id
            UNION ALL SELECT thread_id, reason, sum(n) FROM gaps GROUP BY thread_id, reason),
            judged AS (SELECT thread_id, reason, n, reason <> {text(WHOLE)}
            AND n IS DISTINCT FROM 0 AS torn FROM said)
            SELECT thread_id, NOT bool_or(torn) AS thread_complete,
            CASE WHEN bool_or(torn) THEN max(n) FILTER (torn) ELSE 0 END::BIGINT AS n_missing,
            string_agg(reason, ' ' ORDER BY reason) FILTER (torn) AS reason
            FROM judged GROUP BY thread_id ORDER BY thread_id"""
        ).to_arrow_table()
        frame = made.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        kept = old[~old.thread_id.isin(frame.thread_id)]
        if kept.empty:
            return frame
        tables = [to_arrow(f, THREADS) for f in (kept, frame)]
        return pa.concat_tables(tables).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
