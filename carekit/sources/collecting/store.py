"""What a collection keeps while it runs: raw pages, and a cursor that is committed with each.

Pages go to `raw/`, a gzip member each, in files that only grow; `collection.sqlite` holds where
each page lies, its checksum, and how far every query has come. A page is on disk before its cursor
is committed, and is read only after that: a kill at any moment loses no page and repeats at most
the one that was on its way.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from carekit.errors import DatasetError
from carekit.sources.collecting.raw_files import Place, RawFiles, encoded, make_own
from carekit.sources.collecting.source import Page, Query, StoredPage

RAW = "raw"
STATE = "collection.sqlite"
OURS = (RAW, STATE, f"{STATE}-journal")

_TABLES = """
CREATE TABLE IF NOT EXISTS runs (
    run INTEGER PRIMARY KEY, source TEXT, asked TEXT, started_at TEXT, finished_at TEXT,
    ended TEXT, cost REAL DEFAULT 0, versions TEXT);
CREATE TABLE IF NOT EXISTS statuses (
    run INTEGER, status TEXT, n INTEGER, PRIMARY KEY (run, status));
CREATE TABLE IF NOT EXISTS cursors (
    query INTEGER PRIMARY KEY, source TEXT, kind TEXT, key TEXT, round INTEGER, cursor TEXT,
    done INTEGER DEFAULT 0, failed TEXT, UNIQUE (source, kind, key));
CREATE TABLE IF NOT EXISTS pages (
    page INTEGER PRIMARY KEY, run INTEGER, query INTEGER, round INTEGER, file TEXT, start INTEGER,
    length INTEGER, sha256 TEXT, status INTEGER, fetched_at TEXT);
CREATE TABLE IF NOT EXISTS purges (
    page INTEGER, purged_at TEXT, n_posts INTEGER, sha256_before TEXT, sha256_after TEXT);
"""


_MINE = "pages JOIN cursors USING (query) WHERE source = ?"


@dataclass(frozen=True)
class Open:
    """A query that is not done: its number, itself, where it goes on."""

    number: int
    query: Query
    cursor: str | None
    round: int


class Store:
    """State and raw pages of the collections of one dataset, of one source at a time.

    Use it in a `with` block. DatasetError: another process is collecting into the folder, its state
    cannot be read, a raw file is shorter than its pages, or something of it lies elsewhere.
    """

    def __init__(self, folder: Path, source: str) -> None:
        self.folder, self.source = folder, source
        self.raw = folder / RAW / source
        self._files = RawFiles(self.raw)
        self._run = 0

    def __enter__(self) -> Store:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._make_private()
        make_own(self.folder / STATE, file=True)
        self._con = sqlite3.connect(self.folder / STATE, timeout=1.0, isolation_level=None)
        try:
            self._con.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._con.execute("PRAGMA synchronous = FULL")
            self._con.executescript("BEGIN EXCLUSIVE;" + _TABLES + "COMMIT;")
        except sqlite3.OperationalError as error:
            self._con.close()
            raise DatasetError(
                f"{self.folder / STATE} is in use ({error}): another process is collecting into "
                "this dataset. Wait for it, or choose another --out."
            ) from error
        except sqlite3.DatabaseError as error:
            self._con.close()
            raise DatasetError(
                f"{self.folder / STATE} cannot be read ({error}). Expected the state of a "
                "collection. Restore it, or collect into another --out."
            ) from error
        try:
            self._mend()
        except BaseException:
            self._con.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._con.close()

    def _make_private(self) -> None:
        """`raw/` holds people as they are: for its owner only, and never in a repository."""
        top = self.folder / RAW
        for folder in (top, self.raw):
            make_own(folder, file=False)
        ignored = top / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", encoding="utf-8")

    def _mend(self) -> None:
        """Cut what a killed run wrote after its last commit, and drop files nobody points to."""
        ends = self._rows(
            f"SELECT file, max(start + length) FROM {_MINE} AND file IS NOT NULL GROUP BY file"
        )
        self._files.mend(dict(ends))

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        """The rows of a query whose first `?` is the source."""
        return self._con.execute(sql, [self.source, *values]).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._con.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._con.execute("ROLLBACK")
            raise
        self._con.execute("COMMIT")

    # Runs

    def begin(
        self, asked: Mapping[str, Any], versions: Mapping[str, str], queries: Sequence[Query] = ()
    ) -> None:
        """Start a run, with its first queries; one that is known already stays as it is."""
        round = self.round
        with self._transaction():
            self._run = self._rows(
                "INSERT INTO runs (source, asked, started_at, versions) VALUES (?, ?, ?, ?) "
                "RETURNING run",
                *(json.dumps(asked), _iso(_now()), json.dumps(versions)),
            )[0][0]
            self._insert(queries, round)

    def finish(self, ended: str, *, statuses: Mapping[str, int]) -> None:
        """End a run: why, and every status that came, retries included."""
        with self._transaction():
            self._con.execute(
                "UPDATE runs SET finished_at = ?, ended = ? WHERE run = ?",
                [_iso(_now()), ended, self._run],
            )
            self._con.executemany(
                "INSERT OR REPLACE INTO statuses VALUES (?, ?, ?)",
                [(self._run, status, n) for status, n in statuses.items()],
            )

    def last_asked(self) -> dict[str, Any] | None:
        """What the latest run was asked for; None before the first."""
        rows = self._rows("SELECT asked FROM runs WHERE source = ? ORDER BY run DESC LIMIT 1")
        return json.loads(rows[0][0]) if rows else None

    def runs(self) -> list[dict[str, Any]]:
        """Every run: when, why it ended, what it cost."""
        names = ("run", "asked", "started_at", "finished_at", "ended", "cost", "versions")
        rows = self._rows(f"SELECT {', '.join(names)} FROM runs WHERE source = ? ORDER BY run")
        made = [dict(zip(names, row, strict=True)) for row in rows]
        for run in made:
            run["asked"], run["versions"] = json.loads(run["asked"]), json.loads(run["versions"])
        return made

    def statuses(self) -> dict[str, int]:
        """Status → how often, over all runs: of pages kept, and of retries of finished runs."""
        kept = self._rows(f"SELECT status, count(*) FROM {_MINE} GROUP BY status")
        told = self._rows(
            "SELECT status, sum(n) FROM statuses JOIN runs USING (run) WHERE source = ? "
            "GROUP BY status"
        )
        counted = Counter({str(status): n for status, n in kept}) | Counter(dict(told))
        return dict(sorted(counted.items()))

    # Queries

    def add(self, queries: Sequence[Query]) -> None:
        """Queries to ask; one that is known already stays as it is."""
        with self._transaction():
            self._insert(queries, self.round)

    def _insert(self, queries: Sequence[Query], round: int) -> None:
        # A query that was asked in an earlier round, and that this round meets again, goes anew.
        self._con.executemany(
            "INSERT INTO cursors (source, kind, key, round) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (source, kind, key) DO UPDATE SET round = excluded.round, cursor = NULL, "
            "done = 0, failed = NULL WHERE round < excluded.round",
            [(self.source, q.kind, q.key, round) for q in queries],
        )

    @property
    def round(self) -> int:
        """How often the collection was refreshed."""
        return self._rows("SELECT max(round) FROM cursors WHERE source = ?")[0][0] or 0

    def again(self, *, skip: str) -> None:
        """Begin a new round: every query is open again, but those of kind `skip`."""
        self._con.execute(
            "UPDATE cursors SET round = ?, cursor = NULL, done = 0, failed = NULL "
            "WHERE source = ? AND kind <> ?",
            [self.round + 1, self.source, skip],
        )

    def pending(self) -> Iterator[Open]:
        """Open queries, the oldest first; those that are added meanwhile come at the end."""
        sql = (
            "SELECT query, kind, key, cursor, round FROM cursors WHERE source = ? AND done = 0 "
            "ORDER BY query LIMIT 1"
        )
        while rows := self._rows(sql):
            number, kind, key, cursor, round = rows[0]
            yield Open(number, Query(kind, key), cursor, round)

    def asked(self, kind: str) -> list[Query]:
        """Queries of a kind that were put in this round, answered or given up."""
        sql = "SELECT kind, key FROM cursors WHERE source = ? AND kind = ? AND round = ?"
        return [Query(*row) for row in self._rows(sql, kind, self.round)]

    def counts(self) -> tuple[int, int]:
        """Queries, and how many of them are done."""
        n, done = self._rows("SELECT count(*), sum(done) FROM cursors WHERE source = ?")[0]
        return n, done or 0

    def fail(self, asked: Open, reason: str) -> None:
        """Give a query up: the rest of it is a gap."""
        self._con.execute(
            "UPDATE cursors SET done = 1, failed = ? WHERE query = ?", [reason, asked.number]
        )

    def reopen(self) -> None:
        """Ask again, from where they stopped, what was given up: a later day may be better."""
        self._rows(
            "UPDATE cursors SET done = 0, failed = NULL WHERE source = ? AND failed IS NOT NULL"
        )

    def failures(self) -> dict[str, int]:
        """Why queries were given up → how many."""
        return dict(
            self._rows(
                "SELECT failed, count(*) FROM cursors WHERE source = ? AND failed IS NOT NULL "
                "GROUP BY failed ORDER BY 2 DESC, 1"
            )
        )

    def finish_query(self, asked: Open) -> None:
        """Mark a query as done that has no page to say so."""
        self._con.execute("UPDATE cursors SET done = 1 WHERE query = ?", [asked.number])

    # Pages

    def keep(self, asked: Open, page: Page) -> int:
        """Write a page to disk, then commit it with its cursor; the number of the page."""
        fetched = _iso(_now())
        line = {
            "query": {"kind": asked.query.kind, "key": asked.query.key},
            "fetched_at": fetched,
            "request": dict(page.request),
            "status": page.status,
            "headers": dict(page.headers),
            "body": page.body,
        }
        place = self._files.append(line)
        with self._transaction():
            number = self._con.execute(
                "INSERT INTO pages (run, query, round, file, start, length, sha256, status, "
                "fetched_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING page",
                [self._run, asked.number, asked.round, *place, page.status, fetched],
            ).fetchone()[0]
            self._con.execute(
                "UPDATE cursors SET cursor = ?, done = ? WHERE query = ?",
                [page.next_cursor, page.next_cursor is None, asked.number],
            )
            self._insert(page.follow, asked.round)
            self._con.execute(
                "UPDATE runs SET cost = cost + ? WHERE run = ?", [page.cost, self._run]
            )
        return int(number)

    def pages(self) -> Iterator[StoredPage]:
        """The pages that are still kept, in the order in which they came."""
        rows = self._rows(
            "SELECT page, kind, key, pages.round, file, start, length, sha256, status, fetched_at "
            f"FROM {_MINE} AND file IS NOT NULL ORDER BY page"
        )
        for number, kind, key, nth, *place, status, fetched in rows:
            line = json.loads(self._files.read(Place(*place)))
            when = datetime.fromisoformat(fetched)
            yield StoredPage(number, Query(kind, key), when, status, line["body"], nth)

    def latest_rounds(self) -> dict[Query, int]:
        """Query → the last round in which a page of it came."""
        rows = self._rows(f"SELECT kind, key, max(pages.round) FROM {_MINE} GROUP BY query")
        return {Query(kind, key): round for kind, key, round in rows}

    def checksum(self) -> str | None:
        """One checksum over those of all pages, in order; None without pages."""
        digests = self._rows(f"SELECT sha256 FROM {_MINE} ORDER BY page")
        together = "".join(d for (d,) in digests).encode()
        return hashlib.sha256(together).hexdigest() if digests else None

    def times(self) -> tuple[str, str] | None:
        """When the first and the last page came; None without pages."""
        row = self._rows(f"SELECT min(fetched_at), max(fetched_at) FROM {_MINE}")[0]
        return row if row[0] else None

    def n_pages(self) -> tuple[int, int]:
        """Pages that came over all runs, and how many of them are still kept."""
        n, kept = self._rows(f"SELECT count(*), count(file) FROM {_MINE}")[0]
        return n, kept

    # Forgetting

    def rewrite(self, change: Callable[[str], str], *, n_posts: int) -> int:
        """Rewrite the bodies of pages (body → body), such as without the words of `n_posts` deleted
        posts; logged. How many changed.

        New files are whole before the state points to them, and the old ones go after that.
        """
        by_file: dict[str, list[tuple[int, Place]]] = {}
        for page, *where in self._rows(
            f"SELECT page, file, start, length, sha256 FROM {_MINE} AND file IS NOT NULL ORDER BY page"
        ):
            by_file.setdefault(where[0], []).append((page, Place(*where)))
        moves: list[tuple[Any, ...]] = []
        log: list[tuple[Any, ...]] = []
        for pages in by_file.values():
            lines, changed = [], set()
            for page, place in pages:
                data = self._files.read(place)
                line = json.loads(data)
                body = change(line["body"])
                if body != line["body"]:
                    data = encoded(line | {"body": body})
                    changed.add(page)
                lines.append(data)
            if not changed:
                continue
            places = self._files.write_file(self._files.next_name(), lines)
            for (page, before), after in zip(pages, places, strict=True):
                moves.append((*after, page))
                if page in changed:
                    log.append((page, _iso(_now()), n_posts, before.sha256, after.sha256))
        if not log:
            return 0
        with self._transaction():
            self._con.executemany(
                "UPDATE pages SET file = ?, start = ?, length = ?, sha256 = ? WHERE page = ?", moves
            )
            self._con.executemany("INSERT INTO purges VALUES (?, ?, ?, ?, ?)", log)
        self._mend()
        return len(log)

    def purges(self) -> int:
        """How many pages were rewritten because posts in them were deleted."""
        sql = f"SELECT count(*) FROM purges JOIN pages USING (page) {_MINE.removeprefix('pages ')}"
        return int(self._rows(sql)[0][0])

    def drop_raw(self) -> None:
        """Keep no page: only their checksums stay."""
        self._rows(
            "UPDATE pages SET file = NULL WHERE query IN "
            "(SELECT query FROM cursors WHERE source = ?)"
        )
        self._mend()
        self.raw.rmdir()
        rest = {p.name for p in (self.folder / RAW).iterdir()}
        if rest <= {".gitignore"}:
            (self.folder / RAW / ".gitignore").unlink(missing_ok=True)
            (self.folder / RAW).rmdir()


def _now() -> datetime:
    return datetime.now(UTC)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
