"""One file → one Parquet part: first learn who writes in it, then write its posts.

A sound table is streamed through DuckDB in one go. If its rows do not add up to its lines, or some
row has to be rejected, the file is read again by the careful reader, which knows the lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset.folder import Rejected
from carekit.sources.door import Door, Seen
from carekit.sources.drafts import ARROW_SCHEMA, first_problem, text
from carekit.sources.files.formats import Drafts, Format, Options
from carekit.sources.files.table import TableFile, open_table
from carekit.sources.files.text import facts
from carekit.sources.gaps import Gap
from carekit.sources.times import readable_time

# Ids hardly ever repeat: do not build dictionaries of them. zstd would take half of the time.
_PARQUET = "FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 1000"
_BATCH = 5_000
_KEPT = "line NOT IN (SELECT line FROM bad)"


class FileLoad:
    """One file on its way into a dataset.

    `folder` takes temporary files, `connect` opens another database beside that of the door.
    """

    def __init__(
        self,
        format: Format,
        path: Path,
        *,
        name: str,
        options: Options,
        folder: Path,
        connect: Callable[[], duckdb.DuckDBPyConnection],
    ) -> None:
        self._connect = connect
        self.format, self.path, self.name = format, path, name
        self.options, self.folder = options, folder
        self.rejected: list[Rejected] = []
        self.left_out: Counter[str] = Counter()
        self.warnings: list[str] = []
        self.n_rows = self.n_posts = self.n_nested = 0
        self._careful = False
        self._table: TableFile | None = None
        self._plan: Drafts | None = None
        self._relation = ""
        if format.drafts is not None:
            self._table = open_table(path, name=name)
            self._plan = format.drafts(self._table, options)
            self.sha256 = self._table.facts.sha256
        else:
            self.sha256 = facts(path).sha256

    def learn(self, door: Door, *, others: Sequence[Path]) -> None:
        """First pass: authors, brand accounts, the last time; chooses the way of reading.

        `others` are the Parquet files of posts whose ids are taken already.
        """
        if self._table is None or self._plan is None:
            self._stage_items(door)
            self._learn_carefully(door, others)
            return
        if self._table.looks_sound and self._plan.derived is None:
            relation = self._plan.relation(self._table.relation())
            try:
                with self._connect() as scout:
                    seen = door.learn(relation, tallies=["breaks", "doubtful"], scout=scout)
            except (duckdb.InvalidInputException, duckdb.InternalException):
                seen = None  # no sound table after all: the careful reader says where and why
            if seen is not None and self._is_good(seen):
                door.remember(authors_are_accounts=self._authors_are_accounts)
                self._relation, self._seen = relation, seen
                if seen.tallies["doubtful"]:
                    self._warn(door.con)
                return
        self._stage_rows()
        self._warn(door.con)
        self._learn_carefully(door, others)

    @property
    def _authors_are_accounts(self) -> bool:
        plan = self._plan or self.format
        return plan.authors_are_accounts

    @property
    def _claims(self) -> bool:
        """True if the drafts may say how many replies their posts have."""
        return self._plan is None or "n_replies" in self._plan.main

    def _is_good(self, seen: Seen) -> bool:
        """True if every line of the table belongs to a row, and every row can be read."""
        return (
            self._table is not None
            and not seen.n_problems
            and self._table.is_whole(n_rows=seen.n - seen.n_nested, n_breaks=seen.tallies["breaks"])
        )

    def _learn_carefully(self, door: Door, others: Sequence[Path]) -> None:
        self._judge(door.con, others)
        self._seen = door.learn(f"(SELECT * FROM {self._relation} WHERE {_KEPT})")
        door.remember(authors_are_accounts=self._authors_are_accounts)

    def _warn(self, con: duckdb.DuckDBPyConnection) -> None:
        if self._plan is None or not self._plan.tallies:
            return
        names = list(self._plan.tallies)
        sums = ", ".join(f'coalesce(sum("{t}"), 0)::BIGINT' for t in names)
        counts = con.execute(f"SELECT {sums} FROM {self._relation}").fetchall()[0]
        self.warnings += self._plan.warn(dict(zip(names, counts, strict=True)))

    @property
    def latest(self) -> int | None:
        """The last time in the file that is not after today, in microseconds since 1970."""
        return self._seen.latest

    def write(
        self, door: Door, staged: Path, *, others: Sequence[Path], observed_at: int | None
    ) -> None:
        """Second pass: the posts, into `staged`; rows that cannot be kept, into `rejected`.

        Parameters
        ----------
        door : Door
            Opened.
        staged : path
            The Parquet file to write.
        others : sequence of path
            Parquet files of posts whose ids are taken.
        observed_at : int or None
            Microseconds since 1970.
        """
        if not self._careful:
            self.n_posts = self._copy(door, staged, "TRUE", observed_at)
            if self._all_new(door.con, staged, self.n_posts, others):
                if self._claims:
                    door.gaps.claim(self._relation)
                self.n_nested = self._seen.n_nested
                self.n_rows = self._seen.n - self._seen.n_nested
                return
            self._stage_rows()
        self._judge(door.con, others)
        self.n_posts = self._copy(door, staged, _KEPT, observed_at)
        if self._claims:
            door.gaps.claim(self._relation)
        if self._plan is None and self.n_posts:
            self._warn_of_silence(door.con, staged)
        n_lines, self.n_nested = door.con.execute(
            f"SELECT count(DISTINCT line), count(*) FILTER (nested AND {_KEPT}) "
            f"FROM {self._relation}"
        ).fetchall()[0]
        self.n_rows = n_lines + sum(r.n for r in self.rejected) + self.left_out.total()
        bad = door.con.execute("SELECT line, reason FROM bad ORDER BY line").fetchall()
        self.rejected += [
            Rejected(self.format.place(line), reason, 1, self.name) for line, reason in bad
        ]
        self.rejected.sort(key=lambda r: [int(n) for n in re.findall(r"\d+", r.line)])
        door.con.execute("DROP TABLE bad")

    def _copy(self, door: Door, staged: Path, keep: str, observed_at: int | None) -> int:
        posts = door.posts(self._relation, keep=keep, observed_at=observed_at)
        door.con.execute(f"COPY ({posts}) TO {text(str(staged))} ({_PARQUET})")
        return pq.read_metadata(staged).num_rows

    def _warn_of_silence(self, con: duckdb.DuckDBPyConnection, staged: Path) -> None:
        """Items say who writes, not who is the brand: without its accounts nobody answers."""
        posts = f"read_parquet({text(str(staged))})"
        asked = f"SELECT count(*) FROM {posts} WHERE author_role = 'brand'"
        if not con.execute(asked).fetchall()[0][0]:
            self.warnings.append(
                f"No post of {self.name} is by a brand: everybody counts as a customer, and nobody "
                "is answered. List the brands' accounts (--accounts CSV), unless that is so."
            )

    def _all_new(
        self, con: duckdb.DuckDBPyConnection, staged: Path, n: int, others: Sequence[Path]
    ) -> bool:
        """True if no post id repeats; equal hashes only send the file to the careful reader."""
        ids = f"(SELECT hash(post_id) AS id FROM read_parquet({text(str(staged))}))"
        if con.execute(f"SELECT count(DISTINCT id) FROM {ids}").fetchall()[0][0] != n:
            return False
        taken = f"(SELECT hash(post_id) AS id FROM {_posts_of(others)})"
        shared = f"SELECT count(*) FROM {ids} SEMI JOIN {taken} USING (id)"
        return not others or con.execute(shared).fetchall()[0][0] == 0

    def _judge(self, con: duckdb.DuckDBPyConnection, others: Sequence[Path]) -> None:
        """The table `bad`: lines that cannot be kept, and why. Of equal ids the first is kept."""
        taken = f"SELECT post_id FROM {_posts_of(others)}" if others else "SELECT NULL WHERE FALSE"
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE bad AS
            WITH judged AS MATERIALIZED (SELECT line, nested, problem,
            network || ':' || native_id AS post_id FROM {self._relation}),
            unreadable AS (SELECT line, min(problem) AS reason FROM judged
            WHERE problem IS NOT NULL GROUP BY line),
            numbered AS (SELECT line, post_id,
            row_number() OVER (PARTITION BY post_id ORDER BY line, nested) AS nth
            FROM judged WHERE line NOT IN (SELECT line FROM unreadable)),
            repeated AS (SELECT line, min(CASE WHEN nth > 1
            THEN 'its id repeats that of an earlier row'
            ELSE 'its id is in the dataset already' END) AS reason FROM numbered
            WHERE nth > 1 OR post_id IN ({taken}) GROUP BY line)
            SELECT * FROM unreadable UNION ALL SELECT * FROM repeated"""
        )

    def _stage_rows(self) -> None:
        if self._table is None or self._plan is None:
            raise AssertionError("only a table has rows")
        self._careful = True
        self._relation = self._plan.relation(
            self._table.stage(self.folder, derived=self._plan.derived)
        )
        self.rejected, self.warnings = self._table.rejected, [*self.warnings, *self._table.warnings]

    def _stage_items(self, door: Door) -> None:
        if self.format.items is None:
            raise AssertionError("a format reads rows or items")
        self._careful = True
        staged = self.folder / f"{self.sha256[:16]}.items.parquet"
        with pq.ParquetWriter(staged, ARROW_SCHEMA, compression="lz4") as writer:
            batch: list[dict[str, Any]] = []
            gaps: list[Gap] = []
            for item in self.format.items(self.path, self.name, self.options):
                if item.problem is not None:
                    line = self.format.place(item.line)
                    if item.n > 1:
                        line += f"-{self.format.place(item.last)}"
                    self.rejected.append(Rejected(line, item.problem, item.n, self.name))
                    continue
                gaps += item.gaps
                door.meet(item.people)
                if item.warning is not None:
                    self.warnings.append(item.warning)
                if item.left_out is not None:
                    self.left_out[item.left_out] += item.n
                for number, draft in enumerate(item.drafts):
                    nested = {"line": item.line, "nested": number > 0, "visibility": "public"}
                    batch.append(nested | draft)
                if len(batch) >= _BATCH:
                    writer.write_table(pa.Table.from_pylist(batch, schema=ARROW_SCHEMA))
                    batch = []
            writer.write_table(pa.Table.from_pylist(batch, schema=ARROW_SCHEMA))
        door.gaps.note(gaps)
        problem = f"coalesce(problem, {ITEM_PROBLEM})"
        source = f"read_parquet({text(str(staged))})"
        self._relation = f"(SELECT * REPLACE ({problem} AS problem) FROM {source})"


def _posts_of(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(text(str(f)) for f in files)}])"


ITEM_PROBLEM = first_problem(
    ("coalesce(native_id, '') = ''", "it has no id"),
    ("coalesce(network, '') = ''", "it has no network"),
    (f"NOT {readable_time('created_at')}", "created_at is no time that can be read"),
)
