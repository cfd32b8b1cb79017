"""What makes the posts of a table doubtful, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from carekit.sources.files.columns import Columns
from carekit.sources.files.formats import Caution
from carekit.sources.files.table import TableFile


def doubts(counts: Mapping[str, int], columns: Columns, table: TableFile) -> list[str]:
    """Doubts beyond those about times; a `Caution` is one about every number."""
    told = []
    for ours in sorted(columns.daily):
        told.append(
            f"The column {columns.named[ours]!r} of {table.name} ({ours}) holds days without a time "
            "of day: nothing shorter than a day can be said of waits."
        )
    if columns.missing_clock:
        day = columns.named["created_at"]
        told.append(
            f"The column {columns.missing_clock!r} of {table.name} holds times of day and is not "
            f"read; to use it: --map 'created_at={day}+{columns.missing_clock}'."
        )
    if counts.get("untimed"):
        told.append(
            f"{counts['untimed']:,} answers of {table.name} have no time that can be read: they "
            "count as answers, their waits are unknown."
        )
    if counts.get("own"):
        told.append(
            f"{counts['own']:,} rows of {table.name} are written by the account they name "
            f"({columns.named['account']!r}): they are posts of the brand, no requests."
        )
    if counts.get("at_once"):
        told.append(
            Caution(
                f"{counts['at_once']:,} answers of {table.name} came after 0 minutes, and nothing in "
                "their rows says that there was one: if 0 stands for no answer there, too many "
                "requests count as answered, and waits are too short. Leave these cells empty, or "
                "add a column `answered`."
            )
        )
    if counts.get("strange"):
        told.append(
            f"{counts['strange']:,} rows of {table.name} name a network that carekit does not know; "
            "it was kept as it is written."
        )
    return told
