"""Times as files write them → UTC, as DuckDB SQL expressions.

Nothing is guessed: a time without an offset is local time of the zone that the caller names, and
`1/2/2017` is the second of January unless the caller, or other dates of the table, say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from carekit.errors import InputError
from carekit.sources.report import counted
from carekit.sources.spelled_times import (
    FORMATS,
    HAS_SHORT_YEAR,
    SHORT_YEARS,
    ZONED,
    minutes_east,
    plain,
    without_zone,
)

TWITTER = "%a %b %d %H:%M:%S %z %Y"  # Tue Oct 31 22:10:47 +0000 2017
_CLOCK = r"\d{1,2}:\d{2}(:\d{2}([.,]\d{1,9})?)?"
# DuckDB looks for the next sign of a format behind the end of a text that is too short for it, which
# may lie outside of its memory: two blanks, which it skips, keep it inside.
PAD = "'  '"
_OFFSET = r" ?(Z|z|UTC|GMT|[+-]\d{2}(:?\d{2})?)"
_ISO = r"\d{4}-\d{1,2}-\d{1,2}"
_SLASHED = r"\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})"
# What shows a time of day, or a number that counts from 1970; a time without it names a day.
_FINE = (
    r"\d ?[:hH時] ?\d|\d ?[aApP]\.? ?[mM]\b|^\d{9,16}([.,]\d+)?$|^\d{5}[.,]\d+$|\d ?(h|H|Uhr|uhr)\b|"
    r"^\d{4}-\d{2}-\d{2}T\d"
)
_MIDNIGHT = r"[T ]0?0[:hH]00(:00([.,]0+)?)?( ?(Z|UTC|[+-]\d{2}(:?\d{2})?))?$"
_SERIAL = r"\d{5}[.,]\d+"  # days since 1899-12-30, as a spreadsheet keeps them
# Three forms of a time with its clock, which nearly all large files have: by number.
_ISO_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
_FORMS = {
    1: _ISO_TIME,
    2: _ISO_TIME + r"(Z|[+-]\d\d:\d\d)",
    3: r"\d\d?/\d\d?/\d{4} \d\d?:\d\d(:\d\d)?",
}


@dataclass(frozen=True)
class Clock:
    """How to read the times of a file."""

    tz: str = "UTC"  # IANA zone of times that carry no offset
    # True if `1/2/2017` is the first of February; None if nobody says, which reads as False. Dates
    # with dots are day first in any case.
    dayfirst: bool | None = None
    zone: str = ""  # SQL of the zone of each row, if `tz` is not that of all

    def __post_init__(self) -> None:
        if self.tz not in zone_names():
            raise InputError(
                f"`tz` is {self.tz!r}, which is no time zone. Expected an IANA name, such as "
                "Europe/Paris, America/New_York or UTC. Correct --tz."
            )

    @property
    def _zone(self) -> str:
        return self.zone or f"'{self.tz}'"

    @staticmethod
    def form(value: str) -> str:
        """SQL integer: the number of the frequent form that a time has; 0 for any other."""
        told = " ".join(
            f"WHEN regexp_full_match({value}, '{form}') THEN {number}"
            for number, form in _FORMS.items()
        )
        return f"CASE {told} ELSE 0 END"

    def utc(self, value: str, *, form: str = "") -> str:
        """The SQL expression of type TIMESTAMPTZ; null where `value` is no time.

        `form`, here and below, is SQL of what `form(value)` gives, computed once: much faster.
        """
        # The first form is that of the largest files: try it before any regular expression.
        general = f"CASE WHEN {value} IS NOT NULL THEN {self._general(f'trim({value})')} END"
        # DuckDB takes `epoch` and `infinity` for times in any form: check the length first.
        short = (
            f"CASE WHEN strlen({value}) = 30 THEN try_strptime({value} || {PAD}, '{TWITTER}') END"
        )
        if not form:
            return f"coalesce({short}, {general})"
        return (
            f"CASE {form} WHEN 1 THEN {self._here(self._short(value, 1))} "
            f"WHEN 2 THEN try_cast({value} AS TIMESTAMPTZ) "
            f"WHEN 3 THEN {self._here(self._short(value, 3))} ELSE coalesce({short}, {general}) END"
        )

    def _here(self, local: str) -> str:
        """SQL of the moment of a local time."""
        if self._zone == "'UTC'":
            return f"make_timestamptz(epoch_us({local}))"
        return f"timezone({self._zone}, {local})"

    def _short(self, value: str, form: int) -> str:
        """SQL of type TIMESTAMP of a time of form 1 or 3."""
        if form == 1:
            return f"try_cast({value} AS TIMESTAMP)"
        date = "%d/%m/%Y" if self.dayfirst else "%m/%d/%Y"
        return _try(value, (f"{date} %H:%M:%S", f"{date} %H:%M"))

    def naive(self, value: str, *, form: str = "0") -> str:
        """The SQL expression of type TIMESTAMP of a time without an offset; null for any other."""
        return (
            f"CASE WHEN {form} = 1 THEN {self._short(value, 1)} WHEN {form} = 2 THEN NULL "
            f"WHEN {form} = 3 THEN {self._short(value, 3)} "
            f"WHEN {value} IS NOT NULL THEN {self._naive(f'trim({value})')} END"
        )

    def shifted(self, value: str, *, form: str = "0") -> str:
        """SQL text: `repeated`, `skipped` for a local time that came twice or never; else null.

        A repeated hour is read as its second pass (winter time), a skipped one as if the clock had
        not moved.
        """
        if self.tz == "UTC" or self.zone:
            return "NULL::VARCHAR"
        again = " OR ".join(
            f"timezone({self._zone}, {utc} {sign} INTERVAL {minutes} MINUTE) = l"
            for utc in (f"timezone({self._zone}, l)",)
            for minutes in (30, 60)
            for sign in "+-"
        )
        said = (
            f"CASE WHEN l IS NULL THEN NULL WHEN timezone({self._zone}, timezone({self._zone}, l)) <> l "
            f"THEN 'skipped' WHEN {again} THEN 'repeated' END"
        )
        return f"list_transform([{self.naive(value, form=form)}], lambda l: {said})[1]"

    def order(self, value: str, *, form: str = "0") -> str:
        """SQL text: what a date such as 3/14/2017 shows of its order.

        `day` (only day first makes sense), `month` (only month first does) or `either`; null for
        a date of another form.
        """
        v = f"trim({value})"
        return (
            f"CASE WHEN {form} IN (1, 2) THEN NULL "
            f"WHEN regexp_matches({v}, '^\\d{{1,2}}[/-]\\d{{1,2}}[/-]\\d') THEN CASE "
            f"WHEN regexp_matches({v}, '^(1[3-9]|[23]\\d)') THEN 'day' "
            f"WHEN regexp_matches({v}, '^\\d+[/-](1[3-9]|[23]\\d)') THEN 'month' "
            "ELSE 'either' END END"
        )

    def until(self, value: str, *, time: str, form: str = "0", daily: bool = False) -> str:
        """SQL of type TIMESTAMPTZ: the last moment that a time which names a day, or an hour, can
        mean; null where it names the minute, or is none.
        """
        v = f"trim({value})"
        coarse = f"NOT regexp_matches({v}, '{_FINE}')"
        if daily:
            coarse = f"({coarse} OR regexp_matches({v}, '{_MIDNIGHT}'))"
        hour = f"regexp_matches({v}, '^\\d{{4}}-\\d{{2}}-\\d{{2}}T\\d{{1,2}}$')"
        # A day of the clock's zone, which may have 23 or 25 hours.
        local = f"timezone({self._zone}, {time})"
        end = f"timezone({self._zone}, date_trunc('day', {local}) + INTERVAL 1 DAY)"
        fine = "FALSE" if daily else f"{form} > 0"
        return (
            f"CASE WHEN {value} IS NULL OR {fine} THEN NULL "
            f"WHEN {coarse} THEN {end} - INTERVAL 1 SECOND "
            f"WHEN {hour} THEN {time} + INTERVAL 3599 SECOND END"
        )

    def _naive(self, v: str) -> str:
        odd = f"list_transform([{plain(v)}], lambda n: {self._spelled('n')})[1]"
        given = f"regexp_matches({v}, '(Z|[+-]\\d{{2}}:?\\d{{2}})$|^\\d{{9,13}}$')"
        return f"coalesce({self._written(v)}, CASE WHEN NOT {given} THEN {odd} END)"

    def _written(self, v: str) -> str:
        """Times of digits alone."""
        short = f"regexp_replace(regexp_replace(upper({v}), '[.-]', '/', 'g'), '[T ,]+', ' ', 'g')"
        first = "%d/%m" if self.dayfirst else "%m/%d"
        long = f"regexp_matches({v}, '^\\d+.\\d+.\\d{{4}}')"
        dots = f"regexp_matches({v}, '^\\d+\\.')"
        return (
            f"CASE WHEN regexp_full_match({v}, '{_ISO}([T ]{_CLOCK})?') "
            f"THEN try_cast(replace({v}, ',', '.') AS TIMESTAMP) "
            f"WHEN regexp_matches({v}, '^{_SLASHED}([T ,]|$)') THEN CASE "
            f"WHEN {dots} AND {long} THEN {_try(short, _clocked('%d/%m/%Y'))} "
            f"WHEN {dots} THEN {_try(short, _clocked('%d/%m/%y'))} "
            f"WHEN {long} THEN {_try(short, _clocked(f'{first}/%Y'))} "
            f"ELSE {_try(short, _clocked(f'{first}/%y'))} END END"
        )

    def _spelled(self, n: str) -> str:
        """Times in plain spelling, without an offset."""
        twelve = _try(n, ("%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d %I:%M %p", "%G-W%V-%u", "%Y-%m-%dT%H"))
        serial = f"try_cast(replace({n}, ',', '.') AS DOUBLE)"
        return (
            f"CASE WHEN regexp_matches({n}, '[a-z]{{3}} \\d|\\d [a-z]{{3}}') "
            f"THEN CASE WHEN regexp_matches({n}, '{HAS_SHORT_YEAR}') "
            f"THEN {_try(n, SHORT_YEARS)} ELSE {_try(n, FORMATS)} END "
            f"WHEN regexp_full_match({n}, '\\d{{14}}') THEN {_try(n, ('%Y%m%d%H%M%S',))} "
            f"WHEN regexp_full_match({n}, '{_SERIAL}') AND {serial} BETWEEN 20000 AND 80000 "
            f"THEN TIMESTAMP '1899-12-30' + to_seconds(round({serial} * 86400)::BIGINT) "
            f"WHEN regexp_matches({n}, '^\\d{{4}}-') THEN coalesce({self._written(n)}, {twelve}, "
            f"{_try(f'upper({n})', ('%G-W%V-%u', '%Y-%m-%dT%H'))}) "
            f"ELSE {self._written(n)} END"
        )

    def _general(self, v: str) -> str:
        iso = f"regexp_replace(replace({v}, ',', '.'), ' ?(Z|z|UTC|GMT)$', 'Z')"
        iso = f"regexp_replace({iso}, ' ([+-]\\d{{2}})', '\\1')"
        number = f"try_cast(split_part({v}, '.', 1) AS BIGINT)"
        zoned = (
            f"timezone('UTC', {self._spelled(without_zone('n'))} - "
            f"to_minutes({minutes_east('n')}::INTEGER))"
        )
        odd = (
            f"list_transform([{plain(v)}], lambda n: CASE WHEN regexp_matches(n, '{ZONED}') "
            f"THEN {zoned} ELSE timezone({self._zone}, {self._spelled('n')}) END)[1]"
        )
        return (
            f"CASE WHEN regexp_full_match({v}, '{_ISO}[T ]{_CLOCK}{_OFFSET}') "
            f"THEN coalesce(try_cast({iso} AS TIMESTAMPTZ), {odd}) "
            f"WHEN regexp_full_match({v}, '\\d{{9,10}}([.,]\\d+)?') "
            f"THEN make_timestamptz({number} * 1000000) "
            f"WHEN regexp_full_match({v}, '\\d{{12,13}}(\\.0+)?') "
            f"THEN make_timestamptz({number} * 1000) "
            f"WHEN regexp_full_match({v}, '\\d{{15,16}}(\\.0+)?') "
            f"THEN make_timestamptz({number}) "
            f"WHEN regexp_full_match({v}, '{_ISO}([T ]{_CLOCK})?') "
            f"OR regexp_full_match({v}, '{_SLASHED}([T ,]+{_CLOCK})?') "
            f"THEN timezone({self._zone}, {self._written(v)}) ELSE {odd} END"
        )


@cache
def zone_names() -> frozenset[str]:
    from zoneinfo import available_timezones

    # `localtime` is a file of some systems, no zone: the engine does not know it.
    return (frozenset(available_timezones()) | {"UTC"}) - {"localtime", "Factory"}


def _try(value: str, formats: tuple[str, ...]) -> str:
    """SQL: `value` read by the first format that fits it."""
    return f"try_strptime({value} || {PAD}, [{', '.join(repr(f) for f in formats)}])"


def _clocked(date: str) -> tuple[str, ...]:
    """A date alone, or with a time of day in 24 or 12 hours."""
    return tuple(
        date + c for c in ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f")
    )


def readable_time(time: str) -> str:
    """SQL: the TIMESTAMPTZ expression holds a time that every later program can hold, too."""
    low, high = "0001-01-02 00:00:00+00", "9999-12-30 00:00:00+00"
    return f"coalesce({time} BETWEEN TIMESTAMPTZ '{low}' AND TIMESTAMPTZ '{high}', FALSE)"


def time_tallies(
    times: Mapping[str, tuple[Clock, str]], *, form: str = "0"
) -> tuple[dict[str, str], dict[str, str]]:
    """SQL of what makes times doubtful: columns to prepare, and counts over them for `time_warnings`.

    `form` is SQL of the form of a time, with its name in place of `{}`.
    """
    looks: dict[str, Callable[..., str]] = {"order": Clock.order}
    if any(clock.tz != "UTC" for clock, _ in times.values()):
        looks["shift"] = Clock.shifted
    # A time of 30 characters carries its offset: nothing to doubt, and most are of that form.
    prepared = {
        f"{look}_{name}": f"CASE WHEN strlen({v}) < 30 THEN {sql(clock, v, form=form.format(name))} END"
        for look, sql in looks.items()
        for name, (clock, v) in times.items()
    }
    told = {"order": ("day", "month", "either"), "shift": ("repeated", "skipped")}
    return prepared, {
        f"time_{word}": " + ".join(
            f"CASE WHEN {look}_{name} = '{word}' THEN 1 ELSE 0 END" for name in times
        )
        for look in looks
        for word in told[look]
    }


def order_doubt(tallies: Mapping[str, int], *, clock: Clock, file: str) -> str:
    """What to say beside numbers if nothing tells the order of day and month; else empty."""
    either = tallies["time_either"]
    if not either or tallies["time_month"] or clock.dayfirst is not None:
        return ""
    return (
        f"{_fits_both(either, file)}; read month first. If the day comes first, waits past midnight, "
        "months and weekdays are wrong (--dayfirst)."
    )


def _fits_both(n: int, file: str) -> str:
    such = "(such as 1/2/2017)"
    dates = counted(n, f"date of {file} {such} fits", f"dates of {file} {such} fit")
    return f"{dates} both orders of day and month"


def time_warnings(tallies: Mapping[str, int], *, clock: Clock, file: str) -> list[str]:
    """What to tell the user about the times of a file."""
    day, month = tallies["time_day"], tallies["time_month"]
    wrong, right = (month, day) if clock.dayfirst else (day, month)
    if wrong and not right:
        dates = counted(wrong, f"date of {file} only makes", f"dates of {file} only make")
        shown, remedy = (
            ("12/31/2017", "Leave --dayfirst out")
            if clock.dayfirst
            else ("31/12/2017", "Add --dayfirst")
        )
        raise InputError(
            f"{dates} sense in the other order of day and month (such as {shown}), and none in the "
            f"order that was asked for. {remedy}."
        )
    found = []
    if (either := tallies["time_either"]) and not right and clock.dayfirst is not None:
        order = "day first" if clock.dayfirst else "month first"
        found.append(f"{_fits_both(either, file)}; read {order}.")
    for name, what in (
        ("repeated", "has twice in autumn; read as its second pass"),
        ("skipped", "skips in spring; read as if the clock had not moved"),
    ):
        if n := tallies.get(f"time_{name}", 0):
            times = counted(n, f"time of {file} falls", f"times of {file} fall")
            found.append(f"{times} in the hour that {clock.tz} {what}.")
    return found
