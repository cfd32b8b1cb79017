"""What an import or a collection did, as a value that reads as a few sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class _Report:
    out: Path  # the dataset
    n_posts: int  # posts that this import wrote; of a collection, all of its source
    n_accounts: int  # accounts of brands that the dataset knows now
    n_incomplete: int = 0  # threads of the dataset of which posts are known to be missing
    # Reason → rows (items) that could not be read; that are no posts by their nature.
    rejected: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_rejected(self) -> int:
        """Rows (items) that could not be read."""
        return sum(self.rejected.values())

    @property
    def n_left_out(self) -> int:
        """Items that are no posts."""
        return sum(self.left_out.values())


@dataclass(frozen=True, kw_only=True)
class ImportReport(_Report):
    """Counts of one import."""

    format: str
    files: tuple[str, ...]
    n_read: int  # rows (items) of the files, without headers; empty rows count
    # Of the posts, answers of the brand that came inside the row of another post:
    # n_read + n_nested == n_posts + n_rejected + n_left_out + n_again + n_withdrawn.
    n_nested: int
    n_again: int = 0  # rows of these files that a later look at the same post replaces
    n_seen_again: int = 0  # posts looked at again, in these files or in the dataset
    n_withdrawn: int = 0  # answers that a later look no longer shows
    # File → our names → headings that were read.
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # What rejected.csv holds: line, reason, number of rows, file.
    rejected_rows: tuple[tuple[str, str, int, str], ...] = field(default=(), repr=False)
    warnings: tuple[str, ...] = ()  # what makes the posts doubtful, one sentence each

    @property
    def summary(self) -> str:
        """What was imported and rejected, without the warnings."""
        answers = counted(self.n_nested, "answer")
        nested = f" and {answers} inside them" if self.n_nested else ""
        lines = [
            f"{counted(self.n_posts, 'post')} in {self.out}, from {counted(self.n_read, 'row')}"
            f"{nested} of {', '.join(self.files)} ({self.format}); "
            f"{counted(self.n_accounts, 'account')} known."
        ]
        if self.rejected:
            why = _reasons(self.rejected)
            lines.append(f"{counted(self.n_rejected, 'row')} rejected (rejected.csv): {why}.")
        if self.left_out:
            why = _reasons(self.left_out)
            lines.append(f"{counted(self.n_left_out, 'item')} left out: {why}.")
        if self.n_seen_again:
            seen = counted(self.n_seen_again, "post")
            gone = counted(self.n_withdrawn, "answer")
            lines.append(
                f"{seen} seen again: the latest look is kept."
                + (f" {gone} no longer there." if self.n_withdrawn else "")
            )
        for file, named in self.columns.items():
            told = (o if o == theirs else f"{o}={theirs}" for o, theirs in named.items())
            lines.append(f"Columns of {file}: {', '.join(told)}.")
        if self.n_incomplete:
            lines.append(
                f"{counted(self.n_incomplete, 'thread')} incomplete: the source says that posts "
                "are missing (table threads)."
            )
        return "\n".join(lines)

    def __str__(self) -> str:
        return "\n".join([self.summary, *self.warnings])


@dataclass(frozen=True, kw_only=True)
class CollectReport(_Report):
    """Counts of one run of a collection."""

    source: str
    host: str
    n_deleted: int  # posts of the source that were found deleted
    n_pages: int = 0  # of this run, as are seconds and dollars
    seconds: float = 0.0
    cost: float = 0.0
    n_open: int = 0  # queries that are not answered yet
    n_purged: int = 0  # raw pages rewritten without deleted posts
    stopped: str | None = None  # why the run ended before everything was asked
    trouble: bool = False  # it was no cap of the user's
    failures: Mapping[str, int] = field(default_factory=dict)  # reason → queries given up
    remarks: Mapping[str, int] = field(default_factory=dict)  # what is doubtful → posts

    @property
    def warnings(self) -> list[str]:
        """What makes the posts doubtful, or the collection incomplete."""
        made = [f"{n:,} × {what}" for what, n in self.remarks.items()]
        again = "given up, --resume asks again"
        return made + [f"{n:,} × {again}: {why}" for why, n in self.failures.items()]

    def __str__(self) -> str:
        spent = f", ${self.cost:,.2f}" if self.cost else ""
        lines = [
            f"{counted(self.n_posts, 'post')} in {self.out} from {self.host} ({self.source}); "
            f"{counted(self.n_pages, 'page')} in this run, {self.seconds:,.0f} s{spent}; "
            f"{counted(self.n_accounts, 'account')} known."
        ]
        if self.n_deleted:
            also = f", also from {counted(self.n_purged, 'raw page')}" if self.n_purged else ""
            lines.append(
                f"{counted(self.n_deleted, 'post')} found deleted: the text is gone{also}."
            )
        if self.n_incomplete:
            lines.append(
                f"{counted(self.n_incomplete, 'thread')} incomplete: posts are known to be missing "
                "(table threads)."
            )
        if self.rejected:
            lines.append(f"{counted(self.n_rejected, 'item')} rejected: {_reasons(self.rejected)}.")
        if self.left_out:
            lines.append(f"{counted(self.n_left_out, 'item')} left out: {_reasons(self.left_out)}.")
        if self.stopped:
            lines.append(
                f"Stopped: {self.stopped}. Queries open: {self.n_open:,}; --resume goes on."
            )
        return "\n".join(lines)


def counted(n: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2 rows`; `many` is what stands instead of an s."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _reasons(counted: Mapping[str, int]) -> str:
    return "; ".join(f"{n:,} × {why}" for why, n in counted.items())
