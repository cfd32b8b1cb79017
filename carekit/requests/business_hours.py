"""The business clock: minutes that a brand was open between a request and its reply.

Instants are UTC; opening hours are what a clock on the brand's wall shows, so days of 23 and 25
hours, closed dates and special hours all count. Hours are turned once into a list of open spans in
UTC; a wait is then a difference of two look-ups, whatever the number of requests.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError

Spans = tuple[tuple[int, int], ...]  # minutes after local midnight; the end may pass 24 hours

GRAMMAR = (
    "days and hours such as '1-5 09:00-18:00' or '1-5 09:00-12:00,14:00-18:00; 6 10:00-13:00' "
    "(1 = Monday to 7 = Sunday; '22:00-06:00' ends the next day; '00:00-24:00' is all day)"
)
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DAYS = re.compile(r"([1-7])(?:-([1-7]))?")
_DAY = 24 * 60
_US = 60_000_000  # microseconds a minute


@dataclass(frozen=True)
class BusinessHours:
    """When one desk is open, in the local time of its zone.

    Parameters
    ----------
    schedule : str
        The week: days and hours such as ``1-5 09:00-12:00,14:00-18:00; 6 10:00-13:00``, with
        1 = Monday to 7 = Sunday. Days that are not named are closed. Hours that end at or before
        they begin end the next day and belong to the day they begin. Hours that overlap count
        once.
    timezone : str
        Name of the zone, such as ``Europe/Paris``.
    closed_dates : sequence of date or str
        Local dates (``2024-05-01``) on which nothing opens. Hours that began the evening before
        still run to their end.
    special_hours : mapping of date or str to str
        Local date → hours that replace the week on it, such as ``{"2024-12-24": "09:00-12:00"}``.

    Raises
    ------
    InputError
        If a text cannot be read, the zone is unknown, or a date is both closed and special.

    Notes
    -----
    A local time that the clock shows twice means the first; one that it skips means as many
    minutes later as were skipped (the rule of RFC 5545, the calendar standard).

    Examples
    --------
    >>> desk = BusinessHours("1-5 09:00-18:00", timezone="Europe/Paris")
    >>> friday, monday = pd.Timestamp("2024-03-08T16:30Z"), pd.Timestamp("2024-03-11T08:30Z")
    >>> desk.open_minutes([friday], [monday])
    array([60.])
    """

    schedule: str
    timezone: str = field(kw_only=True)
    closed_dates: Sequence[date | str] = field(default=(), kw_only=True)
    special_hours: Mapping[date | str, str] = field(default_factory=dict, kw_only=True)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _week: dict[int, Spans] = field(init=False, repr=False, compare=False)
    _closed: frozenset[date] = field(init=False, repr=False, compare=False)
    _special: dict[date, Spans] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            zone = ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InputError(
                f"`timezone` is {self.timezone!r}, which is no known zone; a name such as "
                "'Europe/Paris' or 'America/Toronto' was expected. Look it up in the IANA list."
            ) from error
        closed = frozenset(_date(day, "closed_dates") for day in self.closed_dates)
        special = {
            _date(day, "special_hours"): _parse_hours(hours, "special_hours")
            for day, hours in self.special_hours.items()
        }
        both = sorted(closed & set(special))
        if both:
            raise InputError(
                f"`closed_dates` and `special_hours` both hold {both[0]}; a date is one or the "
                "other. Leave it out of one of them."
            )
        object.__setattr__(self, "_zone", zone)
        object.__setattr__(self, "_week", parse_schedule(self.schedule))
        object.__setattr__(self, "_closed", closed)
        object.__setattr__(self, "_special", special)

    def open_minutes(self, start: Any, end: Any) -> npt.NDArray[np.float64]:
        """Open minutes from each `start` to each `end`; see `open_minutes`."""
        return open_minutes(start, end, hours=self)

    def _spans(self, first: date, last: date) -> list[tuple[int, int]]:
        """Open spans that begin on local dates `first` to `last`, in microseconds UTC."""
        spans = []
        for number in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(number)
            if day in self._closed:
                continue
            hours = self._special.get(day)
            for opens, closes in self._week[day.isoweekday()] if hours is None else hours:
                spans.append((self._instant(day, opens), self._instant(day, closes)))
        return spans

    def _instant(self, day: date, minute: int) -> int:
        local = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
        utc = local.replace(tzinfo=self._zone).astimezone(UTC)
        return round((utc - _EPOCH).total_seconds()) * 1_000_000


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_schedule(text: str) -> dict[int, Spans]:
    """Day of the week (1 = Monday … 7 = Sunday) → spans of minutes after local midnight.

    >>> week = parse_schedule("1-5 09:00-18:00; 6 22:00-06:00")
    >>> week[1], week[6], week[7]
    (((540, 1080),), ((1320, 1800),), ())
    """
    week: dict[int, Spans] = dict.fromkeys(range(1, 8), ())
    named: set[int] = set()
    for part in text.split(";"):
        days_text, _, hours = part.strip().partition(" ")
        days: list[int] = []
        for piece in days_text.split(","):
            found = _DAYS.fullmatch(piece)
            if found is None or int(found[2] or 7) < int(found[1]):
                raise _unreadable("schedule", text, f"days {piece!r}", GRAMMAR)
            days += range(int(found[1]), int(found[2] or found[1]) + 1)
        twice = [day for day in days if day in named or days.count(day) > 1]
        if twice:
            raise _unreadable("schedule", text, f"day {twice[0]} more than once", GRAMMAR)
        named.update(days)
        week.update(dict.fromkeys(days, _parse_hours(hours, "schedule", whole=text)))
    return week


def _parse_hours(text: str, argument: str, whole: str | None = None) -> Spans:
    """Hours of one day, '09:00-12:00,14:00-18:00'."""
    spans = []
    expected = GRAMMAR if whole is not None else "hours such as '09:00-12:00,14:00-18:00'"
    for piece in text.split(","):
        found = _HOURS.fullmatch(piece.strip())
        if found is None:
            raise _unreadable(argument, whole or text, f"hours {piece.strip()!r}", expected)
        h1, m1, h2, m2 = (int(group) for group in found.groups())
        opens, closes = 60 * h1 + m1, 60 * h2 + m2
        if max(m1, m2) > 59 or opens >= _DAY or closes > _DAY:
            raise _unreadable(argument, whole or text, f"hours {piece.strip()!r}", expected)
        spans.append((opens, closes if closes > opens else closes + _DAY))
    return tuple(spans)


def _unreadable(argument: str, text: str, what: str, expected: str) -> InputError:
    return InputError(
        f"`{argument}` is {text!r}, with {what}; {expected} was expected. Write it in that form."
    )


def _date(day: date | str, argument: str) -> date:
    if isinstance(day, datetime):
        return day.date()
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(str(day).strip())
    except ValueError as error:
        raise InputError(
            f"`{argument}` holds {day!r}; a date such as '2024-05-01' was expected. Write it as "
            "year-month-day."
        ) from error


def open_minutes(
    start: Any, end: Any, *, hours: BusinessHours | Sequence[BusinessHours]
) -> npt.NDArray[np.float64]:
    """Minutes that at least one desk was open between two instants, exact to the microsecond.

    `start` and `end` are sequences of instants with a zone, of equal length; a Series of times is
    quickest. Where several desks overlap, time counts once. NaN where an instant is missing or the
    reply comes before the request; the latter are counted in one warning.

    Examples
    --------
    >>> paris = BusinessHours("1-5 09:00-17:00", timezone="Europe/Paris")
    >>> montreal = BusinessHours("1-5 09:00-17:00", timezone="America/Toronto")
    >>> request, reply = pd.Timestamp("2024-03-05T00:00Z"), pd.Timestamp("2024-03-06T00:00Z")
    >>> open_minutes([request], [reply], hours=[paris, montreal])
    array([840.])
    """
    begins, ends = _microseconds(start, "start"), _microseconds(end, "end")
    if len(begins) != len(ends):
        raise InputError(
            f"`start` has {len(begins)} instants and `end` {len(ends)}; the same number was "
            "expected. Pass one reply, or a missing value, per request."
        )
    known = (begins != _MISSING) & (ends != _MISSING)
    good = known & (ends >= begins)
    minutes = np.full(len(begins), np.nan)
    if good.any():
        desks = (hours,) if isinstance(hours, BusinessHours) else tuple(hours)
        opened = _cumulative(desks, int(begins[good].min()), int(ends[good].max()))
        minutes[good] = (opened(ends[good]) - opened(begins[good])) / _US
    if backwards := int((known & ~good).sum()):
        warnings.warn(
            f"{backwards} of {len(begins)} replies come before their request; their open minutes "
            "are missing, not 0.",
            UserWarning,
            stacklevel=2,
        )
    return minutes


_MISSING = np.iinfo(np.int64).min  # how numpy stores NaT


def _microseconds(values: Any, name: str) -> npt.NDArray[np.int64]:
    """Instants as microseconds since 1970 UTC; missing ones as the smallest integer."""
    series = values if isinstance(values, pd.Series) else pd.Series(list(values), dtype=object)
    if not isinstance(series.dtype, pd.DatetimeTZDtype):
        naive = [v for v in series if pd.notna(v) and getattr(v, "tzinfo", None) is None]
        if naive:
            raise InputError(
                f"`{name}` holds {len(naive)} instants without a zone (first: {naive[0]}); "
                "instants with a zone, such as 2024-03-05T10:00+01:00, were expected. Convert "
                "them with pandas.to_datetime(..., utc=True) if they are UTC."
            )
        series = pd.to_datetime(series, utc=True)
    return series.dt.as_unit("us").to_numpy("datetime64[us]").astype(np.int64)


def _cumulative(desks: tuple[BusinessHours, ...], first: int, last: int) -> Any:
    """A function: instant → microseconds open since `first`, from the union of all desks."""
    # A span may begin on the local date before and, for zones, a UTC date off: two days' margin.
    begins = datetime.fromtimestamp(first // 1_000_000, UTC).date() - timedelta(days=2)
    ends = datetime.fromtimestamp(last // 1_000_000, UTC).date() + timedelta(days=2)
    spans = sorted(span for desk in desks for span in desk._spans(begins, ends))
    opens: list[int] = []
    closes: list[int] = []
    for opening, closing in spans:
        if opens and opening <= closes[-1]:
            closes[-1] = max(closes[-1], closing)
        elif closing > opening:  # a span inside a skipped hour may be empty
            opens.append(opening)
            closes.append(closing)
    if not opens:
        return np.zeros_like
    start, stop = np.array(opens), np.array(closes)
    before = np.concatenate([[0], np.cumsum(stop - start)])

    def opened(instants: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        at = np.searchsorted(start, instants, side="right")
        inside = np.minimum(instants, stop[at - 1]) - start[at - 1]
        return np.where(at > 0, before[at - 1] + inside, 0)

    return opened
