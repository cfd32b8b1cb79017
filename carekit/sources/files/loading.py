"""One file → one Parquet part: first learn who writes in it, then write its posts.

A sound table is streamed through DuckDB in one go. If its rows do not add up to its lines, or some
row has to be rejected, the file is read again by the careful reader, which knows the lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset.folder import Rejected
from carekit.dataset.schema import CREATED_UNTIL
from carekit.sources.door import HEARD, PLACE, Door, Seen
from carekit.sources.drafts import ARROW_SCHEMA, ONLY_CUSTOMERS, VALUE, first_problem, text
from carekit.sources.files.formats import ZONELESS, Caution, Drafts, Format, Options
from carekit.sources.files.opening import Opened
from carekit.sources.files.records import EMPTY
from carekit.sources.files.rejecting import profile, shown
from carekit.sources.files.table import TableFile, open_table
from carekit.sources.files.text import facts
from carekit.sources.gaps import Gap
from carekit.sources.looks import PARQUET
from carekit.sources.times import readable_time

_BATCH = 5_000
_KEPT = "line NOT IN (SELECT line FROM bad)"


class FileLoad:
    """One file on its way into a dataset.

    `folder` takes temporary files, `connect` opens another database beside that of the door; a
    `table` that is there already (of a data frame) is not opened.
    """

    def __init__(
        self,
        format: Format,
        opened: Opened,
        *,
        options: Options,
        folder: Path,
        connect: Callable[[], duckdb.DuckDBPyConnection],
        table: TableFile | None = None,
    ) -> None:
        self._connect = connect
        self.format, self.path, self.name = format, opened.path, opened.name
        self.options, self.folder = options, folder
        self.rejected: list[Rejected] = []
        self.profile: dict[str, int] = {}
        self.left_out: Counter[str] = Counter()
        self.warnings: list[str] = []
        self.cautions: list[str] = []
        self.n_rows = self.n_posts = self.n_nested = 0
        self.n_again = self.n_withdrawn = self.n_zoneless = 0
        self.silent = False
        self._careful = self._in_order = False
        self._table: TableFile | None = table
        self.plan: Drafts | None = None
        self.relation = ""  # SQL of its drafts
        if format.drafts is not None:
            self._table = table or open_table(opened, name=self.name, header=options.reading.header)
            self.warnings += self._table.warnings
            self._table.warnings = []
            self.plan = format.drafts(self._table, options)
            self.sha256 = self._table.facts.sha256
        else:
            self.sha256 = opened.sha256 or facts(opened.path).sha256

    def learn(self, door: Door) -> None:
        """First pass: authors, brand accounts, the last time; chooses the way of reading."""
        if self._table is None or self.plan is None:
            self._stage_items(door)
            self._learn_carefully(door)
            return
        if self._table.looks_sound and self.plan.derived is None:
            relation = self.plan.relation(self._table.relation())
            try:
                with self._connect() as scout:
                    tallies = ["breaks", *self.plan.tallies]
                    filled = {*self.plan.main, *(self.plan.nested or ())}
                    seen = door.learn(relation, tallies=tallies, scout=scout, filled=filled)
            except (duckdb.InvalidInputException, duckdb.InternalException):
                seen = None  # no sound table after all: the careful reader says where and why
            if seen is not None and self._is_good(seen):
                door.remember(authors_are_accounts=self._authors_are_accounts)
                self.relation, self._seen = relation, seen
                self._warn(seen.tallies)
                return
        self._stage_rows()
        self._warn(self._count_doubts(door.con))
        self._learn_carefully(door)

    @property
    def _authors_are_accounts(self) -> bool:
        plan = self.plan or self.format
        return plan.authors_are_accounts

    @property
    def _claims(self) -> bool:
        """True if the drafts may say how many replies their posts have."""
        return self.plan is None or "n_replies" in self.plan.main

    @property
    def n_rejected(self) -> int:
        """Rows that could not be read."""
        return sum(r.n for r in self.rejected)

    @property
    def has_coarse(self) -> bool:
        """True if some time may not be known to the minute."""
        return self._seen.has_coarse or self._careful

    @property
    def is_long(self) -> bool:
        """True if whom its first posts mention is worth a look, and the order of its rows costs."""
        return self._seen.n > HEARD

    @property
    def states_looks(self) -> bool:
        """True if its rows say when they were looked at."""
        return self.plan is None or "observed_at" in self.plan.columns

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns beyond the contract that its posts have."""
        return self.plan.kept if self.plan is not None else self.options.keep

    def _is_good(self, seen: Seen) -> bool:
        """True if every line of the table belongs to a row, and every row makes a post."""
        return (
            self._table is not None
            and not seen.has_bad
            and self._table.is_whole(n_rows=seen.n - seen.n_nested, n_breaks=seen.tallies["breaks"])
        )

    def _learn_carefully(self, door: Door) -> None:
        door.con.execute(f"CREATE OR REPLACE TEMP TABLE bad AS {self._hard()}")
        self._seen = door.learn(f"(SELECT * FROM {self.relation} WHERE {_KEPT})")
        door.remember(authors_are_accounts=self._authors_are_accounts)

    def _hard(self) -> str:
        """SQL: lines that make no post whoever wrote them."""
        return (
            f"SELECT DISTINCT line FROM {self.relation} WHERE left_out IS NOT NULL "
            f"OR NOT starts_with(problem, {text(ONLY_CUSTOMERS)})"
        )

    def _count_doubts(self, con: duckdb.DuckDBPyConnection) -> dict[str, int]:
        names = list(self.plan.tallies) if self.plan else []
        if not names:
            return {}
        sums = ", ".join(f'coalesce(sum("{t}"), 0)::BIGINT' for t in names)
        counts = con.execute(f"SELECT {sums} FROM {self.relation}").fetchall()[0]
        return dict(zip(names, counts, strict=True))

    def _warn(self, tallies: Mapping[str, int]) -> None:
        if self.plan is None or not self.plan.tallies:
            return
        self.n_zoneless = tallies.get(ZONELESS, 0)
        for told in self.plan.warn(tallies):
            (self.cautions if isinstance(told, Caution) else self.warnings).append(told)

    @property
    def latest(self) -> int | None:
        """The last time in the file that is not after today, in microseconds since 1970."""
        return self._seen.latest

    def write(self, door: Door, staged: Path, *, observed_at: int | None) -> None:
        """Second pass: the posts, into `staged`; rows that cannot be kept, into `rejected`.

        They were looked at when `observed_at` says, or else at the last time in the file.
        """
        self._observed_at = self.latest if observed_at is None else observed_at
        if not self._careful:
            if self.plan is not None and (self.plan.by_thread or not self.is_long):
                self.put_in_order(door, staged)
            else:
                self.n_posts = self._copy(door, staged, "TRUE")
            if self._claims:
                door.gaps.claim(self.relation)
            self.n_nested = self._seen.n_nested
            self.n_rows = self._seen.n - self._seen.n_nested
            return
        con = door.con
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE bad AS WITH roles AS ({door.roles(self.relation)})
            SELECT line, min(left_out) AS left_out,
            ltrim(min(problem), {text(ONLY_CUSTOMERS)}) AS problem
            FROM roles WHERE left_out IS NOT NULL OR (problem IS NOT NULL AND
            (role <> 'brand' OR NOT starts_with(problem, {text(ONLY_CUSTOMERS)}))) GROUP BY line"""
        )
        self.n_posts = self._copy(door, staged, _KEPT, in_order=True)
        if self._claims:
            door.gaps.claim(f"(SELECT * FROM {self.relation} WHERE {_KEPT})")
        n_lines, self.n_nested = con.execute(
            f"SELECT count(DISTINCT line), count(*) FILTER (nested AND {_KEPT}) "
            f"FROM {self.relation}"
        ).fetchall()[0]
        self.n_rows = n_lines + self.n_rejected + self.left_out.total()
        for reason, n in con.execute(
            "SELECT left_out, count(*) FROM bad WHERE left_out IS NOT NULL GROUP BY ALL ORDER BY ALL"
        ).fetchall():
            self.left_out[reason] += n
        self._reject(door)
        con.execute("DROP TABLE bad")

    def _reject(self, door: Door) -> None:
        bad = "(SELECT line, problem FROM bad WHERE left_out IS NULL)"
        for line, problem in door.con.execute(f"FROM {bad} ORDER BY line").fetchall():
            reason, _, value = problem.partition(VALUE)
            place = self.format.place(line)
            self.rejected.append(Rejected(place, reason, 1, self.name, shown(reason, value)))
        self.rejected.sort(key=lambda r: [int(n) for n in re.findall(r"\d+", r.line)])
        n_unread = (
            self.n_rejected - door.con.execute(f"SELECT count(*) FROM {bad}").fetchall()[0][0]
        )
        rows = f"(SELECT * FROM {self.relation} SEMI JOIN {bad} USING (line))"
        self.profile = profile(door.con, door.roles(rows), n_unread=n_unread)

    def put_in_order(self, door: Door, staged: Path) -> None:
        """Write the posts in the order of the file, if they are not: it decides which row holds.

        Joins of the engine shuffle rows; to sort those of every long file would take a third of its
        time.
        """
        if self._in_order or self._table is None or self.plan is None:
            return
        self.relation = self.plan.relation(self._table.relation(numbered=True))
        self.n_posts = self._copy(door, staged, "TRUE", in_order=True)

    def _copy(self, door: Door, staged: Path, keep: str, *, in_order: bool = False) -> int:
        self._in_order = in_order
        extra = (CREATED_UNTIL,) if self.has_coarse else ()
        place = tuple(PLACE) if in_order else ()
        posts = door.posts(
            self.relation,
            keep=keep,
            observed_at=self._observed_at,
            extra=(*place, *extra),
            kept=self.kept,
        )
        rows = door.coded(posts, without=place)
        order = f" ORDER BY {', '.join(place)}" if place else ""
        door.con.execute(f"COPY ({rows}{order}) TO {text(str(staged))} ({PARQUET})")
        return pq.read_metadata(staged).num_rows

    def warn_of_silence(self, con: duckdb.DuckDBPyConnection, staged: Path) -> None:
        """Files say who writes, not who is the brand: without its accounts nobody answers."""
        if not self.n_posts or (self.plan is not None and self.plan.nested is not None):
            return
        posts = f"read_parquet({text(str(staged))})"
        asked = f"SELECT count(*) FROM {posts} WHERE author_role = 'brand'"
        self.silent = not con.execute(asked).fetchall()[0][0]
        if self.silent:
            self.warnings.append(
                f"No post of {self.name} is by a brand: everybody counts as a customer, and nobody "
                "is answered. List the brands' accounts (--accounts CSV), unless that is so."
                + self._where_accounts_are()
            )

    def _where_accounts_are(self) -> str:
        """A hint: the column that holds listed accounts, if the one that was read does not."""
        if self._table is None or self.plan is None or not self.options.accounts:
            return ""
        listed = {handle.lower() for _, handle in self.options.accounts}
        rows = self._table.peek()
        for place, name in enumerate(self._table.header.names):
            values = [row[place].strip().lstrip("@").lower() for row in rows]
            if listed.issuperset(values):
                continue  # what the file is about, and not who writes
            for value in values:
                if value and value in listed:
                    return (
                        f" The column {name!r} holds the listed account {value!r}: map it with "
                        f"--map author_id={name}."
                    )
        return ""

    def _stage_rows(self) -> None:
        if self._table is None or self.plan is None:
            raise AssertionError("only a table has rows")
        self._careful = True
        self.relation = self.plan.relation(
            self._table.stage(self.folder, derived=self.plan.derived)
        )
        for row in self._table.rejected:
            if row.reason == EMPTY:
                self.left_out[EMPTY] += row.n
            else:
                self.rejected.append(row)
        self.left_out += self._table.left_out
        self.warnings += self._table.warnings

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
                    (self.cautions if item.biases else self.warnings).append(item.warning)
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
        problem = f"coalesce(problem, CASE WHEN NOT ({_UNTIMED}) THEN {ITEM_PROBLEM} END)"
        source = f"read_parquet({text(str(staged))})"
        self.relation = f"(SELECT * REPLACE ({problem} AS problem) FROM {source})"


# An answer inside its review counts without a time; `settle` says what is known of it.
_UNTIMED = "nested AND created_at IS NULL AND native_id <> '' AND network <> ''"
ITEM_PROBLEM = first_problem(
    ("coalesce(native_id, '') = ''", "it has no id"),
    ("coalesce(network, '') = ''", "it has no network"),
    (f"NOT {readable_time('created_at')}", "created_at is no time that can be read"),
)
