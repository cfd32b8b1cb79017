"""What an import did, as a value that reads as a few sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class ImportReport:
    """Counts of one import."""

    format: str  # the format read
    files: tuple[str, ...]  # names of the files
    out: Path  # the dataset
    n_read: int  # rows (items) of the files, without headers; empty rows count
    n_posts: int  # posts written by this import
    # Of these, answers of the brand that came inside the row of another post: `n_read + n_nested ==
    # n_posts + n_rejected + n_left_out + n_again + n_withdrawn`.
    n_nested: int
    n_accounts: int  # accounts of brands that the dataset knows after the import
    rejected: Mapping[str, int]  # reason → rows of the files that were rejected for it
    # Reason → items that are no posts by their nature: service messages, stubs, ….
    left_out: Mapping[str, int] = field(default_factory=dict)
    n_incomplete: int = 0  # threads of the dataset of which a source says that posts are missing
    # Rows of these files that a later look at the same post replaces; posts that were looked at
    # again, in these files or in the dataset; answers that a later look no longer shows.
    n_again: int = 0
    n_seen_again: int = 0
    n_withdrawn: int = 0
    # File → our names → headings that were read.
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # What rejected.csv holds: line, reason, number of rows, file.
    rejected_rows: tuple[tuple[str, str, int, str], ...] = field(default=(), repr=False)
    warnings: tuple[str, ...] = ()  # what makes the posts doubtful, one sentence each

    @property
    def n_rejected(self) -> int:
        """Rows that could not be read."""
        return sum(self.rejected.values())

    @property
    def n_left_out(self) -> int:
        """Items that are no posts."""
        return sum(self.left_out.values())

    @property
    def summary(self) -> str:
        """What was imported and rejected, without the warnings."""
        nested = f" and {self.n_nested:,} answers inside them" if self.n_nested else ""
        lines = [
            f"{_count(self.n_posts, 'post')} in {self.out}, from {_count(self.n_read, 'row')}"
            f"{nested} of {', '.join(self.files)} ({self.format}); "
            f"{_count(self.n_accounts, 'account')} known."
        ]
        if self.rejected:
            reasons = "; ".join(f"{n:,} × {why}" for why, n in self.rejected.items())
            lines.append(f"{_count(self.n_rejected, 'row')} rejected (rejected.csv): {reasons}.")
        if self.left_out:
            reasons = "; ".join(f"{n:,} × {why}" for why, n in self.left_out.items())
            lines.append(f"{_count(self.n_left_out, 'item')} left out: {reasons}.")
        if self.n_seen_again:
            gone = (
                f" {_count(self.n_withdrawn, 'answer')} no longer there."
                if self.n_withdrawn
                else ""
            )
            lines.append(
                f"{_count(self.n_seen_again, 'post')} seen again: the latest look is kept.{gone}"
            )
        for file, named in self.columns.items():
            told = ", ".join(
                ours if ours == theirs else f"{ours}={theirs}" for ours, theirs in named.items()
            )
            lines.append(f"Columns of {file}: {told}.")
        if self.n_incomplete:
            lines.append(
                f"{_count(self.n_incomplete, 'thread')} incomplete: the source says that posts "
                "are missing (table threads)."
            )
        return "\n".join(lines)

    def __str__(self) -> str:
        return "\n".join([self.summary, *self.warnings])


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
