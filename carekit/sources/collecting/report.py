"""What a collection did, as a value that reads as a few sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class CollectReport:
    """Counts of one run of a collection.

    `n_pages`, `seconds` and `cost` (dollars) are of this run; `n_posts` are posts of this source in the
    dataset, `n_deleted` of them found deleted, `n_incomplete` threads of which posts are known to be
    missing. `rejected`, `left_out`, `failures`, `remarks`: reason → items that could not be read; that
    are no posts by their nature; queries given up; doubtful posts. `stopped` says why the run ended
    before everything was asked, `trouble` that it was no cap of the user's.
    """

    source: str
    host: str
    out: Path
    n_pages: int
    n_posts: int
    n_deleted: int
    n_incomplete: int
    n_accounts: int
    seconds: float
    cost: float
    n_open: int = 0
    n_purged: int = 0
    stopped: str | None = None
    trouble: bool = False
    rejected: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    remarks: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def warnings(self) -> list[str]:
        """What makes the posts doubtful, or the collection incomplete."""
        made = [f"{n:,} × {what}" for what, n in self.remarks.items()]
        made += [
            f"{n:,} × given up, --resume asks again: {why}" for why, n in self.failures.items()
        ]
        return made

    def __str__(self) -> str:
        spent = f", ${self.cost:,.2f}" if self.cost else ""
        lines = [
            f"{_count(self.n_posts, 'post')} in {self.out} from {self.host} ({self.source}); "
            f"{_count(self.n_pages, 'page')} in this run, {self.seconds:,.0f} s{spent}; "
            f"{_count(self.n_accounts, 'account')} known."
        ]
        if self.n_deleted:
            lines.append(
                f"{_count(self.n_deleted, 'post')} found deleted: the text is gone"
                + (f", also from {_count(self.n_purged, 'raw page')}." if self.n_purged else ".")
            )
        if self.n_incomplete:
            lines.append(
                f"{_count(self.n_incomplete, 'thread')} incomplete: posts are known to be missing "
                "(table threads)."
            )
        if self.rejected:
            reasons = "; ".join(f"{n:,} × {why}" for why, n in self.rejected.items())
            lines.append(f"{sum(self.rejected.values()):,} items rejected: {reasons}.")
        if self.left_out:
            reasons = "; ".join(f"{n:,} × {why}" for why, n in self.left_out.items())
            lines.append(f"{sum(self.left_out.values()):,} items left out: {reasons}.")
        if self.stopped:
            lines.append(
                f"Stopped: {self.stopped}. Queries open: {self.n_open:,}; --resume goes on."
            )
        return "\n".join(lines)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
