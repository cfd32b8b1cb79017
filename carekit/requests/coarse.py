"""Waits of which only limits are known, because a time names a day, or an answer has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carekit.errors import CannotAnswer

if TYPE_CHECKING:
    import ibis


def only_exact(table: ibis.Table, treated: str) -> tuple[ibis.Table, int]:
    """Requests whose waits are numbers, and how many answered ones have limits only."""
    import ibis
    from ibis import _

    limited = _.answered & _.wait_at_most_seconds.notnull()
    counted = [flag.cast("int64").sum().fill_null(0) for flag in (limited, _.answered)]
    n, of = map(int, table.agg(n=counted[0], of=counted[1]).execute().iloc[0])
    if treated in ("at_least", "at_most"):
        end = table[f"wait_{treated}_seconds"]
        exact = table.wait_at_most_seconds.isnull() | ~table.answered
        return table.mutate(
            first_response_seconds=ibis.ifelse(exact, table.first_response_seconds, end)
        ), n
    if treated == "refused" and n > 0.01 * of:
        raise CannotAnswer(
            f"The waits of {n:,} of {of:,} answered requests are known within limits only: "
            "their times name a day, or the answer has none.",
            "Use first_response or waits_within, which say what can be said, or import times of day.",
        )
    return table.filter(~ibis.coalesce(limited, False)), n
