"""Requests → those of a condition, with the columns that groups are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from carekit.errors import InputError, did_you_mean
from carekit.requests.clock import local_time
from carekit.requests.where import condition

if TYPE_CHECKING:
    import ibis

TIME_UNITS = {
    "year": "%Y",
    "quarter": None,
    "month": "%Y-%m",
    "week": None,
    "day": "%Y-%m-%d",
    "weekday": "%u",
    "hour": "%H",
}


def with_groups(
    table: ibis.Table,
    by: tuple[str, ...],
    *,
    where: str | None = None,
    cluster: str | None = None,
    zones: Mapping[str | None, str] | None = None,
) -> ibis.Table:
    """The requests for which `where` holds, with the columns of `by` and `cluster` as plain columns.

    These may name the columns of the requests and parts of created_at: year, quarter, month,
    week, day, weekday (1 is Monday), hour; in the zone of the brand (`zones_of`), else UTC.

    Raises
    ------
    InputError
        If `by` or `where` names a column that does not exist.
    """
    known = [*table.columns, *TIME_UNITS]
    for name in by:
        if name not in known:
            raise InputError(
                f"`by` names a column {name!r} that does not exist; columns: {', '.join(known)}."
                f"{did_you_mean(name, known) or ' Choose among these.'}"
            )
    if len(set(by)) < len(by):
        raise InputError(f"`by` names a column twice: {', '.join(by)}. Name each once.")
    # Ibis pays for each column in each query.
    named = {*by, cluster, *re.findall(r"\w+", where or "")}
    if parts := [n for n in TIME_UNITS if n in named and n not in table.columns]:
        time = local_time(table, zones or {})
        table = table.mutate(**{n: _time_part(time, n) for n in parts})
    return table.filter(condition(table, where, known)) if where else table


def _time_part(time: Any, name: str) -> ibis.Value:
    import ibis

    if name == "quarter":
        return time.year().cast("string") + ibis.literal("-Q") + time.quarter().cast("string")
    if name == "weekday":
        return (time.day_of_week.index() + 1).cast("string")
    if name == "week":
        # Not strftime: Spark has no weeks of ISO 8601 there. Days at the turn of a year may belong
        # to the last week of the year before, or to the first of the next.
        number, month = time.week_of_year(), time.month()
        turn = ibis.cases(
            ((number >= 52) & (month == 1), -1), ((number == 1) & (month == 12), 1), else_=0
        )
        year = (time.year() + turn).cast("string")
        return year + ibis.literal("-W") + number.cast("string").lpad(2, "0")
    return time.strftime(TIME_UNITS[name])
