"""Columns of times: a day and its clock, days alone, zones, and clocks of twelve hours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from carekit.errors import InputError
from carekit.sources.drafts import text
from carekit.sources.files import cells
from carekit.sources.files.headings import KNOWN, folded
from carekit.sources.files.table import TableFile
from carekit.sources.files.zones import is_zone_column, zone_in, zone_of
from carekit.sources.files.zones import shown as named

if TYPE_CHECKING:
    from carekit.sources.files.columns import Columns
    from carekit.sources.files.formats import Options

TIMES = ("created_at", "observed_at", "deleted_at", "reply_created_at")
_CLOCK_HEADINGS = (
    "heure", "hour", "time", "uhrzeit", "time of day", "heure de publication", "zeit", "hora", "ora",
    "tijd", "heure du message", "message time", "heure de creation", "uhrzeit der nachricht",
    "hora del mensaje", "customer message time", "created time", "heure de la demande", "tijdstip",
    "call time", "heure d appel", "godzina", "hora da mensagem", "時刻",
)  # fmt: skip
# Beside the day of an answer; those of the second kind may be how long it took as well.
_REPLY_CLOCKS = (
    "heure de reponse", "heure de la reponse", "heure reponse", "heure de premiere reponse",
    "uhrzeit der antwort", "uhrzeit antwort", "hora de respuesta", "hora de la respuesta",
    "hora respuesta", "ora risposta", "ora della risposta", "reply hour", "reply time of day",
)  # fmt: skip
_UNCLEAR_CLOCKS = (
    "reply time", "response time", "answer time", "agent reply time", "first reply time",
    "first response time", "antwortzeit", "initial response time",
)  # fmt: skip
_CLOCK = re.compile(r"\d{1,2} ?[:hH] ?\d{2}([:'mM ]\d{2})?( ?[aApP]\.?[mM]\.?)?( ?(s|min|mn))?")
_NUMBER = re.compile(r"\d+|\d{5}[.,]\d+")  # of seconds, or of days with their part, as Excel counts
_DAY = re.compile(r"(?!.*\d[:hH]\d)(?!.*\d ?[aApP][mM]\b).*\d.*")
# A date of which only one order of day and month makes sense.
_DAY_FIRST = re.compile(r"\s*(1[3-9]|[23]\d)[/-]\d{1,2}[/-]\d")
_MONTH_FIRST = re.compile(r"\s*\d{1,2}[/-](1[3-9]|[23]\d)[/-]\d")
_MIDNIGHT = re.compile(r".*[T ]0?0[:hH]00(:00(\.0+)?)?(Z|[+-]\d\d:?\d\d)?")


def joined(columns: Sequence[str], *, is_time: bool) -> str:
    """SQL of several cells as one, a blank between them; a day and its clock make a time."""
    first, *rest = columns
    if is_time:  # a spreadsheet writes midnight behind a day, and a day before a clock
        first = f"regexp_replace({first}, '[T ]0?0:00(:00(\\.0+)?)?$', '')"
        rest = [
            f"regexp_replace({c}, '^(1899-12-3[01]|1900-01-0[01]|1904-01-01)[T ]', '')"
            for c in rest
        ]
    filled = [
        f"CASE WHEN {cells.filled(c)} IS NOT NULL THEN ' ' || trim({c}) ELSE '' END" for c in rest
    ]
    return f"({' || '.join([f'trim({first})', *filled])})"


def look_at_times(
    table: TableFile, found: Columns, rows: list[list[str]], options: Options
) -> None:
    """Join a day and its time of day; note columns that hold days alone."""
    for ours in TIMES:
        sql = found.at.get(ours, "")
        if not re.fullmatch(r"c\d+", sql):
            continue
        values = [v for row in rows if (v := row[int(sql[1:])].strip())]
        days = [
            bool(_DAY.fullmatch(v)) and len(v) <= 30 and not _NUMBER.fullmatch(v) for v in values
        ]
        midnights = [bool(_MIDNIGHT.fullmatch(v)) for v in values]
        if not values or not all(d or m for d, m in zip(days, midnights, strict=True)):
            continue
        if ours == "created_at":
            clock = _clock_beside(table, found, rows, _CLOCK_HEADINGS)
        else:
            clock = _reply_clock(table, found, rows, options) if "reply" in ours else None
        if clock is not None and ours not in options.mapping:
            found.at[ours] = joined([sql, f"c{clock}"], is_time=True)
            found.named[ours] += f"+{table.header.names[clock]}"
            continue
        if clock is not None:
            found.missing_clock = table.header.names[clock]
        if ours in ("created_at", "reply_created_at") and (len(values) >= 3 or all(days)):
            found.daily.add(ours)


def _reply_clock(
    table: TableFile, found: Columns, rows: list[list[str]], options: Options
) -> int | None:
    """The time of day of an answer, beside its day; how long it took may look the same."""
    clock = _clock_beside(table, found, rows, _REPLY_CLOCKS)
    if clock is not None:
        return clock
    waits = {n: sql for n, sql in found.at.items() if n.startswith("first_response")}
    rest = replace(found, at={n: sql for n, sql in found.at.items() if n not in waits})
    clock = _clock_beside(table, rest, rows, _UNCLEAR_CLOCKS)
    if clock is None:
        return None
    name, day = table.header.names[clock], found.named["reply_created_at"]
    if "+" not in found.named.get("created_at", ""):
        if options.told & {"reply_created_at", *waits}:
            return None
        raise InputError(
            f"{name!r} of {table.name} may be when on {day!r} the answer came, or how long it took. Say "
            f"which: --map 'reply_created_at={day}+{name}' or --map 'first_response_hours={name}'."
        )
    for wait in waits:
        del found.at[wait]
    return clock


def is_day_first(found: Columns, rows: list[list[str]]) -> bool:
    """What the dates that fit one order only say of those that fit both."""
    times = " ".join(found.at.get(ours, "") for ours in TIMES)
    places = {int(n) for n in re.findall(r"\bc(\d+)\b", times)}
    dates = [row[place] for row in rows for place in places]
    return any(map(_DAY_FIRST.match, dates)) and not any(map(_MONTH_FIRST.match, dates))


def _clock_beside(
    table: TableFile, found: Columns, rows: list[list[str]], headings: Sequence[str]
) -> int | None:
    """A column of times of day that nothing else reads."""
    used = {int(n) for sql in found.at.values() for n in re.findall(r"\bc(\d+)\b", sql)}
    for at, name in enumerate(table.header.names):
        if at in used or folded(name) not in headings:
            continue
        values = [v for row in rows if (v := row[at].strip())]
        if values and all(
            _CLOCK.fullmatch(v.split(" ", 1)[-1] if v[:4] in ("1899", "1900") else v)
            for v in values
        ):
            return at
    return None


def other_time(
    table: TableFile, found: Columns, rows: list[list[str]], used: set[int]
) -> str | None:
    """A second column that may say when a post was written, and says something else."""
    taken = int(found.at["created_at"][1:])
    for place, name in enumerate(table.header.names):
        if place in used or folded(name) not in KNOWN["created_at"]:
            continue
        times = cells.filled_cells(rows, place)
        is_clock = folded(name) in _CLOCK_HEADINGS or all(map(_CLOCK.fullmatch, times))
        differs = any(row[place].strip() not in ("", row[taken].strip()) for row in rows)
        if differs and not is_clock and all(any(c.isdigit() for c in v) for v in times):
            return name
    return None


# A time of day without AM or PM, or an offset.
_HOUR = re.compile(
    r"(?:^|[^\d:.T])(\d{1,2}) ?[:hH] ?\d{2}(?![\d:.]*( ?[aApP]\.? ?[mM]|Z| ?[+-]\d))"
)
_NO_ZONE = re.compile(r"\d[:hH]\d{2}(?!.*([A-Za-z]{3,4}|Z|[+-]\d\d:?\d\d)$)")
_ENOUGH_CLOCKS = 20


def is_half_day(found: Columns, rows: list[list[str]]) -> bool:
    """True for clocks that never show an afternoon, and show the night: twelve hours, no AM or PM."""
    times = " ".join(found.at.get(ours, "") for ours in ("created_at", "reply_created_at"))
    places = {int(n) for n in re.findall(r"\bc(\d+)\b", times)}
    shown = [_HOUR.search(row[place]) for row in rows for place in places]
    hours = [int(h[1]) for h in shown if h]
    few = len(hours) < _ENOUGH_CLOCKS or len(set(hours)) < 5
    return not few and 1 <= min(hours) < 7 and 7 < max(hours) <= 12


def find_zones(table: TableFile, found: Columns, rows: list[list[str]], options: Options) -> None:
    """Zones that the headings of times name; one that may mean several is asked for."""
    for ours in (n for n in TIMES if n in found.named and n not in found.zones):
        for heading in found.named[ours].split("+"):
            zone = zone_in(heading)[1]
            if zone:
                found.zones[ours] = text(zone)
            elif zone == "" and options.clock.tz == "UTC":
                raise InputError(
                    f"The heading {heading!r} of {table.name} names a zone that may mean several, or "
                    "changes with the season. Say which: --tz America/Chicago, Asia/Kolkata, …"
                )
    if "created_at" not in found.zones:
        _ask_for_zone(table, found, rows, options)
    if "created_at" in found.zones and " THEN " in found.zones["created_at"]:
        for ours in TIMES:  # the row is of one zone
            if ours in found.at:
                found.zones.setdefault(ours, found.zones["created_at"])


def _ask_for_zone(
    table: TableFile, found: Columns, rows: list[list[str]], options: Options
) -> None:
    """Stop at a column of zones beside times without one: it may be the row's, or the customer's."""
    used = {int(n) for sql in found.at.values() for n in re.findall(r"\bc(\d+)\b", sql)}
    places = [int(n) for n in re.findall(r"\bc(\d+)\b", found.at.get("created_at", ""))]
    for place, name in enumerate(table.header.names):
        if place in used or not is_zone_column(name) or "created_at" in options.mapping:
            continue
        zones = {zone_of(v) or v for v in cells.filled_cells(rows, place)}
        bare = any(_NO_ZONE.search(row[p].strip()) for row in rows for p in places)
        if bare and zones - {options.clock.tz}:
            when = found.named["created_at"]
            shown = ", ".join(sorted(map(named, zones))[:5])
            raise InputError(
                f"{table.name} has times without a zone ({when!r}) and a column of zones ({name!r}: "
                f"{shown}). If each time is of the zone in its row: --map 'created_at={when}+{name}'; if "
                f"not: --map 'created_at={when}' and --tz."
            )
