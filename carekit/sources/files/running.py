"""One import: files that are opened and known → parts of a dataset, and what must be said of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.dataset.folder import Dataset, DatasetWriter, Rejected, now, versions
from carekit.dataset.manifest import NOTHING_LEFT_OUT, Part, Selection
from carekit.dataset.privacy import key_id
from carekit.sources.accounts import KnownAccounts
from carekit.sources.door import Door
from carekit.sources.files.checks import check_any, check_new, check_strict, reasons
from carekit.sources.files.formats import Asked, Format, Options
from carekit.sources.files.loading import FileLoad
from carekit.sources.files.opening import Opened
from carekit.sources.files.rejecting import check_rejected
from carekit.sources.files.table import TableFile
from carekit.sources.files.writing import iso, until, write_accounts, write_threads
from carekit.sources.glance import Glance, bounds_of, glance_at, mark_automatic
from carekit.sources.looks import CLASH, Looks, find_looks, ids_repeat, without_leaving
from carekit.sources.redaction import redact_posts
from carekit.sources.report import ImportReport, counted
from carekit.sources.settling import PAGES, drop_exact, one_spelling, past_automatic, settle

if TYPE_CHECKING:
    import duckdb

# Help desks hold what others cannot read: there a request is what opens a ticket.
TICKETS = "zendesk"


@dataclass(frozen=True)
class Source:
    """One file to load: how it is read, and as what; perhaps a table that is open already."""

    format: Format
    opened: Opened
    table: TableFile | None = None


@dataclass
class Run:
    """One import: what was asked for, applied to a writer."""

    options: Options
    asked: Asked
    old: Dataset | None
    known: KnownAccounts
    listed: KnownAccounts
    selection: Selection
    loads: list[FileLoad] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    looks: Looks = field(default_factory=Looks)
    glance: Glance = field(default_factory=Glance)
    n_accounts: int = 0
    n_torn: int = 0
    n_automatic_out: int = 0

    def __call__(
        self,
        connect: Callable[[], duckdb.DuckDBPyConnection],
        writer: DatasetWriter,
        sources: Sequence[Source],
    ) -> None:
        """Load all files, settle what they say of each other, write parts and manifest."""
        with connect() as con:
            door = Door(con, self.options.key, self.known.accounts, listed=self.listed.accounts)
            door.meet(self.listed.ids)
            started = now()
            staged = self._load(door, connect, writer, sources)
            check_any(self.loads)
            check_rejected(self.loads, accept=self.asked.accept_rejected)
            old = self._old_parts()
            kept_old = self._look(door, writer, old, staged)
            self.notes += settle(
                con,
                staged,
                old=kept_old,
                by_thread=[
                    s
                    for s, x in zip(staged, self.loads, strict=True)
                    if x.plan and x.plan.by_thread
                ],
                coarse=[s for s, x in zip(staged, self.loads, strict=True) if x.has_coarse],
                stated=[
                    s
                    for s, x in zip(staged, self.loads, strict=True)
                    if self.asked.observed_at is not None or x.states_looks
                ],
                pages=any(x.plan is not None for x in self.loads) and door.meets(PAGES),
            )
            drop_exact(con, staged)
            self._spell_brands(con, door, kept_old, staged)
            self._glance(con, staged, [*kept_old, *staged])
            final = self._add(writer, staged, started)
            self.n_torn = write_threads(writer, door, self.old, [*kept_old, *final])
            for network, account, other, n in door.elsewhere:
                posts = counted(n, f"post on {network} is", f"posts on {network} are")
                so = "it counts" if n == 1 else "they count"
                self.elsewhere.append(
                    f"{posts} by {account!r}, which the accounts list on {other} only: {so} as a "
                    "customer's, and the answer rate is too low if it is the brand there too (add the "
                    f"line {account},{network},BRAND to --accounts)."
                )
        self.n_accounts = write_accounts(writer, door, self.known, now())
        seen = [x.latest for x in self.loads]
        if self.asked.observed_at is not None:
            seen = [self.asked.observed_at]
        self._describe(writer, seen)

    def _load(
        self,
        door: Door,
        connect: Callable[[], duckdb.DuckDBPyConnection],
        writer: DatasetWriter,
        sources: Sequence[Source],
    ) -> list[Path]:
        """The staged Parquet files of the posts of each source."""
        for source in sources:
            name = source.opened.name
            size = source.opened.path.stat().st_size if source.table is None else 0
            self.asked.tell(f"Reading {name} ({size / 1e6:,.1f} MB) as {source.format.name}.")
            load = FileLoad(
                source.format,
                source.opened,
                options=self.options,
                folder=writer.staging,
                connect=connect,
                table=source.table,
            )
            check_new(load, self.old, self.loads)
            load.learn(door)
            if load.n_zoneless:
                times = counted(load.n_zoneless, "time", "times")
                tz = self.options.clock.tz
                self.asked.tell(f"{times} of {name} without a zone: read as of {tz} (--tz ZONE).")
            self.loads.append(load)
        door.open(*(load.relation for load in self.loads if load.is_long))
        staged = []
        for number, load in enumerate(self.loads):
            self.asked.tell(f"Writing the posts of {load.name}.")
            path = writer.staging / f"load-{number:05d}.parquet"
            load.write(door, path, observed_at=self.asked.observed_at)
            if self.asked.strict:
                check_strict(load)
            load.warn_of_silence(door.con, path)
            staged.append(path)
        return staged

    def _put_in_order(self, door: Door, staged: Sequence[Path]) -> bool:
        """True if ids repeat: of two looks of one date the later row holds, so rows need order."""
        if not ids_repeat(door.con, staged):
            return False
        for path, load in zip(staged, self.loads, strict=True):
            load.put_in_order(door, path)
        return True

    def _old_parts(self) -> list[tuple[Part, Path]]:
        if self.old is None:
            return []
        parts = [p for p in self.old.manifest.parts if p.table == "posts"]
        return list(zip(parts, self.old.files("posts"), strict=True))

    def _look(
        self,
        door: Door,
        writer: DatasetWriter,
        old: Sequence[tuple[Part, Path]],
        staged: Sequence[Path],
    ) -> list[Path]:
        """Let the latest look at each post win; the files of the dataset as they are then."""
        con, repeat = door.con, self._put_in_order(door, staged)
        self.looks = find_looks(con, [p for _, p in old], staged, repeat=repeat)
        changed = self.looks.changed
        for path, load in zip(staged, self.loads, strict=True):
            if path not in changed:
                continue
            target = path.with_suffix(".looked")
            without_leaving(con, path, target)
            target.replace(path)
            load.n_again = self.looks.replaced.get(path, 0)
            load.n_withdrawn = self.looks.withdrawn.get(path, 0)
            n, example = self.looks.clashes.get(path, (0, ""))
            if n:
                load.rejected.append(Rejected("", CLASH, n, load.name, example))
            load.n_posts -= load.n_again + load.n_withdrawn + n
        if any(self.looks.clashes.values()):
            check_rejected(self.loads, accept=self.asked.accept_rejected)
        kept = []
        for part, path in old:
            if path not in changed:
                kept.append(path)
                continue
            # Under a name of its own: the old file stays until the manifest is written.
            target = writer.stage_posts()
            without_leaving(con, path, target)
            writer.drop_part(part.file)
            origin = {
                name: getattr(part, name)
                for name in part.__dataclass_fields__
                if name not in ("table", "file", "rows", "sha256")
            }
            writer.add_staged(target, **origin)
            kept.append(target)
        return kept

    def _spell_brands(
        self,
        con: duckdb.DuckDBPyConnection,
        door: Door,
        old: Sequence[Path],
        staged: Sequence[Path],
    ) -> None:
        """Spellings of one brand are one brand, or its answers would be another's."""
        listed = [str(b) for b in self.listed.accounts["brand"].dropna()]
        names = one_spelling(con, old, staged, listed=listed)
        if names:
            door.rename(names)
            pairs = ", ".join(f"{a!r} as {b!r}" for a, b in list(names.items())[:5])
            self.notes.append(f"Spellings of one brand were joined: {pairs}.")

    def _glance(
        self, con: duckdb.DuckDBPyConnection, staged: Sequence[Path], every: Sequence[Path]
    ) -> None:
        """Automatic answers and extracts of answered requests; what results must say of them."""
        if self.selection.cannot_answer and not self.selection.detected:
            if any(x.n_rejected for x in self.loads):
                self.glance = glance_at(con, every)
            return
        self.glance = glance_at(con, every)
        leave = self.asked.without_automatic
        if self.glance.n_automatic:
            if n := past_automatic(con, staged):
                below = counted(n, "answer stands", "answers stand")
                self.notes.append(
                    f"{below} below an automatic one: counted as answers to the request."
                )
                self.glance = glance_at(con, every)
            found = mark_automatic(con, staged, leave_out=leave)
            if leave:
                for path, load in zip(staged, self.loads, strict=True):
                    n = found.get(path, 0)
                    load.left_out["an automatic answer"] += n
                    load.n_posts -= n
                    self.n_automatic_out += n
        if self.glance.all_answered and not self.asked.said_selection:
            self.selection = self.glance.selection()
        elif self.selection.detected:
            self.selection = NOTHING_LEFT_OUT

    def _add(self, writer: DatasetWriter, staged: Sequence[Path], started: str) -> list[Path]:
        """The parts, with the files and every option that could change a row."""
        final = []
        for path, load in zip(staged, self.loads, strict=True):
            if self.asked.redact:
                n = redact_posts(path)
                self.asked.tell(f"Personal data redacted in {counted(n, 'post')} of {load.name}.")
            target = writer.stage_posts()
            os.replace(path, target)
            writer.add_staged(
                target,
                source=load.format.name,
                query=self._query(load),
                input_sha256=load.sha256,
                n_read=load.n_rows,
                n_rejected=load.n_rejected,
                left_out={k: n for k, n in load.left_out.items() if n},
                rejected=load.profile,
                kept=tuple(load.kept),
                started_at=started,
                finished_at=now(),
                versions=versions("duckdb", "pyarrow"),
            )
            writer.reject(load.rejected)
            final.append(target)
        return final

    def _query(self, load: FileLoad) -> dict[str, Any]:
        options, observed = self.options, self.asked.observed_at
        return {
            "file": load.name,
            "mapping": dict(options.mapping),
            "tz": options.clock.tz,
            "dayfirst": bool(((load.plan and load.plan.clock) or options.clock).dayfirst),
            "network": options.network,
            "brand": options.brand,
            "roles": dict(options.roles),
            "keep": list(options.keep),
            "encoding": options.reading.encoding,
            "sheet": options.reading.sheet,
            "header_row": options.reading.header,
            "observed_at": None if observed is None else iso(observed),
            "redact": self.asked.redact,
            "without_automatic": self.asked.without_automatic,
        }

    def _describe(self, writer: DatasetWriter, seen: Sequence[int | None]) -> None:
        tz = self.options.clock.tz
        kept = writer.manifest.timezone
        private = self.glance.n_private > 0
        writer.describe(
            pseudonym_key_id=key_id(self.options.key),
            observed_until=until(self.old, seen),
            selection=self.selection,
            timezone=tz if tz != "UTC" else kept or tz,
            definition=TICKETS if private else writer.manifest.definition,
            cautions=tuple(dict.fromkeys([*self._old_cautions(), *self.cautions()])),
        )

    def _old_cautions(self) -> list[str]:
        """What was said before and holds still: all but what is counted anew."""
        said = self.old.manifest.cautions if self.old is not None else ()
        anew = (
            "automatic",
            "were rejected",
            "No post here is by",
            "posts by a brand says",
            "posts that are not here",
            "dated before what they answer",
            "count for no request",
            "a later post of the same customer",
        )
        return [s for s in said if not any(words in s for words in anew)]

    def cautions(self) -> list[str]:
        """Sentences that belong beside every number from the posts."""
        told = [c for x in self.loads for c in x.cautions] + self.elsewhere
        silent = all(x.silent for x in self.loads if x.n_posts)
        if self.glance.silence and (self.glance.n_brand or silent):
            told.append(self.glance.silence)
        if self.glance.backwards:
            told.append(self.glance.backwards)
        told += self.glance.misplaced
        if sentence := self.glance.sentence:
            left = (
                " The automatic ones are left out here."
                if self.asked.without_automatic
                else (" Import with --without-automatic to leave them out.")
            )
            told.append(sentence + left)
        rejected = [(x.name, x.n_rejected, x.n_rows - x.left_out.total()) for x in self.loads]
        for part, _ in self._old_parts():
            if part.n_rejected:
                of = (part.n_read or 0) - sum(part.left_out.values())
                rejected.append((str(part.query.get("file", part.file)), part.n_rejected, of))
        many = [(f, n, of) for f, n, of in rejected if of and n > 0.01 * of]
        if many:
            n = sum(n for _, n, _ in many)
            low, high = bounds_of(self.glance, n)
            files = ", ".join(f"{n:,} of {of:,} rows of {f}" for f, n, of in many[:3])
            told.append(
                f"{files} were rejected: whatever they held, the answer rate of all requests lies "
                f"between {low:.1%} and {high:.1%}; waits are those of the rows that could be read."
            )
        if self.selection.detected:
            told.append(self.selection.why)
        return told

    def report(self, out: Path) -> ImportReport:
        """What was done, for the user."""
        loads = self.loads
        columns = {x.name: dict(x.plan.columns) for x in loads if x.plan and x.plan.columns}
        return ImportReport(
            format=", ".join(dict.fromkeys(x.format.name for x in loads)),
            files=tuple(x.name for x in loads),
            out=out,
            n_read=sum(x.n_rows for x in loads),
            n_posts=sum(x.n_posts for x in loads),
            n_nested=sum(x.n_nested for x in loads),
            n_accounts=self.n_accounts,
            rejected=reasons(loads),
            left_out=dict(+sum((x.left_out for x in loads), Counter())),
            n_incomplete=self.n_torn,
            n_again=sum(x.n_again for x in loads),
            n_withdrawn=sum(x.n_withdrawn for x in loads),
            n_seen_again=self.looks.n_posts,
            columns=columns,
            rejected_rows=tuple(r.row for x in loads for r in x.rejected),
            warnings=tuple(
                [w for x in loads for w in x.warnings]
                + self.notes
                # That no post is by a brand is said file by file.
                + [c for c in self.cautions() if self.glance.n_brand or c != self.glance.silence]
            ),
        )
