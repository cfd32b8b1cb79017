"""Rows that cannot be kept: what of them may be shown, of whom they are, and when they are too many.

What is lost may lean to one side: if every answer has a date that cannot be read, nobody is
answered any more. So the rows are told apart by who wrote them, and an import with many stops.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from carekit.dataset.manifest import MOST_REJECTED
from carekit.errors import InputError
from carekit.sources.spelled_times import MONTHS, WORDS, ZONES

if TYPE_CHECKING:
    import duckdb

    from carekit.sources.files.loading import FileLoad

ANSWERS, UNREAD = "holds an answer", "cannot be read at all"
_LONGEST = 60
_WORDS = re.compile(r"[^\W\d_]+")
_MONTH = re.compile("|".join(MONTHS.values()))
# Reasons whose cell is a word of a short list, a number or a time.
_OF_TIME = ("created_at", "observed_at", "deleted_at", "the answer", "first_response")
_OF_WORD = (
    "author_role",
    "surface",
    "visibility",
    "rating",
    "network",
    "scientific notation",
    "`answered`",
)


def shown(reason: str, value: str) -> str:
    """What stood in the cell, if it cannot be about a person; else nothing.

    A time may be shown if all its words are words of times; a row whose cells are shifted may hold
    a text or a name there.
    """
    plain = " ".join(value.split())
    if not plain or len(plain) > _LONGEST:
        return ""
    words = [w.lower() for w in _WORDS.findall(plain)]
    if any(word in reason for word in _OF_TIME):
        known = all(w in WORDS or w in ZONES or _MONTH.fullmatch(w) for w in words)
        few = len(words) <= 1 and not any(c.isupper() for c in plain[:1])
        return (
            plain
            if known
            or (few and len(plain) <= 12)
            or (any(c.isdigit() for c in plain) and len("".join(words)) <= 4)
            else ""
        )
    if any(word in reason for word in _OF_WORD):
        return plain if len(words) <= 3 and len(plain) <= 30 and "@" not in plain else ""
    return ""


def profile(con: duckdb.DuckDBPyConnection, roles: str, *, n_unread: int) -> dict[str, int]:
    """Of whom rejected rows are: `role=…`, `brand=…` (the ten most frequent), answers."""
    found = con.execute(
        f"""WITH each AS (SELECT line, max(role) FILTER (NOT nested) AS role,
        max(whose) AS brand, bool_or(nested OR (role = 'brand' AND reply_to IS NOT NULL))
        AS is_answer FROM ({roles}) GROUP BY line)
        SELECT coalesce(role, 'unknown'), brand, count(*), count(*) FILTER (is_answer)
        FROM each GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    made: dict[str, int] = {}
    brands: dict[str, int] = {}
    for role, brand, n, answers in found:
        made[f"role={role}"] = made.get(f"role={role}", 0) + n
        if brand:
            brands[brand] = brands.get(brand, 0) + n
        if answers:
            made[ANSWERS] = made.get(ANSWERS, 0) + answers
    if n_unread:
        made[UNREAD] = n_unread
    most = sorted(brands.items(), key=lambda pair: (-pair[1], pair[0]))[:10]
    return made | {f"brand={name}": n for name, n in most}


def check_rejected(loads: Sequence[FileLoad], *, accept: bool) -> None:
    """Stop if too many rows of a file are rejected, unless that is accepted."""
    for load in loads:
        n, of = load.n_rejected, load.n_rows - load.left_out.total()
        if accept or not n or n <= MOST_REJECTED * of:
            continue
        raise InputError(
            f"{n:,} of {of:,} rows of {load.name} ({n / of:.1%}) cannot be read: "
            f"{why_rejected(load)}.{_leans(load)}{_roles(load)} Expected 1 % at most, "
            "because what is left may lean to one side. Correct the file or the mapping; or add "
            "--accept-rejected (accept_rejected=True) to go on without these rows, and every number "
            "will say so. Nothing was written."
        )


def why_rejected(load: FileLoad) -> str:
    """The reasons, the most frequent first, each with what stood there."""
    counted: dict[str, int] = {}
    values: dict[str, dict[str, int]] = {}
    for row in load.rejected:
        counted[row.reason] = counted.get(row.reason, 0) + row.n
        if row.value:
            seen = values.setdefault(row.reason, {})
            seen[row.value] = seen.get(row.value, 0) + row.n
    told = []
    for reason, n in sorted(counted.items(), key=lambda pair: -pair[1])[:4]:
        cells = sorted(values.get(reason, {}).items(), key=lambda pair: -pair[1])
        first = ", ".join(f"{cell!r} × {k:,}" if k > 1 else repr(cell) for cell, k in cells[:6])
        more = f" and {len(cells) - 6:,} more" if len(cells) > 6 else ""
        told.append(f"{n:,} × {reason}" + (f" ({first}{more})" if first else ""))
    lines = ", ".join(r.line for r in load.rejected[:3])
    return "; ".join(told) + f"; first in line {lines}"


def _roles(load: FileLoad) -> str:
    word = next((r.value for r in load.rejected if r.value and "author_role" in r.reason), "")
    return f" Say what these words mean: --roles '{word}=customer' (or =brand, =other)." * bool(
        word
    )


def _leans(load: FileLoad) -> str:
    answers = load.profile.get(ANSWERS, 0)
    roles = {k.removeprefix("role="): v for k, v in load.profile.items() if k.startswith("role=")}
    if answers:
        return (
            f" {answers:,} of these rows hold an answer of a brand: without them answered requests "
            "would count as unanswered, or be missing."
        )
    if len(roles) == 1:
        return f" All whose writer is known are by one side ({next(iter(roles))})."
    return ""
