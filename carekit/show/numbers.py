"""Numbers as people read them: one way for each unit, in English and in French."""

from __future__ import annotations

import math
from typing import Any

from carekit.errors import InputError

NARROW = "\u202f"  # narrow no-break space: groups digits
NO_BREAK = "\u00a0"
MINUS = "\u2212"
MISSING = "–"
UNITS = ("share", "points", "minutes", "count", "number", "ratio", "rank", "p")
LANGUAGES = ("en", "fr")
# Name, size in minutes, and from how many minutes on it is used.
_TIMES = (("d", 1440, 2880), ("h", 60, 120), ("min", 1, 1), ("s", 1 / 60, 0))
_DAY = {"en": "d", "fr": "j"}
_TO = {"en": "to", "fr": "à"}


def check_language(lang: str) -> str:
    """The language, if there are words for it."""
    if lang not in LANGUAGES:
        raise InputError(f"`lang` is {lang!r}; expected one of: {', '.join(LANGUAGES)}. Use one.")
    return lang


def known(value: Any) -> bool:
    """Whether there is a finite number."""
    return value is not None and value == value and math.isfinite(value)


def digits(value: float, places: int, lang: str = "en") -> str:
    """A number with so many places after the point, its digits in groups of three.

    >>> digits(-12345.678, 1, "fr")
    '−12\\u202f345,7'
    """
    text = f"{abs(value):,.{places}f}".replace(",", NARROW)
    sign = MINUS if value < 0 and float(f"{value:.{places}f}") != 0 else ""
    return sign + (text.replace(".", ",") if lang == "fr" else text)


def duration(minutes: float, *, unit: str = "", lang: str = "en") -> str:
    """Minutes as people say them: seconds below one, hours from two hours, days from two days.

    >>> duration(11.99), duration(355.5), duration(4320), duration(0.25)
    ('12.0\\xa0min', '5.9\\xa0h', '3.0\\xa0d', '15\\xa0s')
    """
    unit = unit or next((n for n, _, least in _TIMES if abs(minutes) >= least), "min")
    size = {name: size for name, size, _ in _TIMES}[unit]
    name = _DAY[lang] if unit == "d" else unit
    return f"{digits(minutes / size, 0 if unit == 's' else 1, lang)}{NO_BREAK}{name}"


def percent(share: float, lang: str = "en") -> str:
    """A share as a per cent with one decimal; what would read as 0 or 100 and is not, as beyond.

    >>> percent(0.3), percent(0.0002), percent(0.99999), percent(1)
    ('30.0\\xa0%', '<0.1\\xa0%', '>99.9\\xa0%', '100.0\\xa0%')
    """
    least = 0.0005
    if 1e-9 < share < least:
        text = f"<{digits(0.1, 1, lang)}"
    elif 1 - least <= share < 1 - 1e-9:
        text = f">{digits(99.9, 1, lang)}"
    else:
        text = digits(100 * share, 1, lang)
    return f"{text}{NO_BREAK}%"


def points(difference: float, lang: str = "en") -> str:
    """A difference of two shares, in points, always with its sign.

    >>> points(-0.0231)
    '−2.3\\xa0points'
    """
    return f"{_signed(difference, lang)}{NO_BREAK}points"


def rank(place: float, lang: str = "en") -> str:
    """A place as people say it.

    >>> rank(1), rank(12), rank(33), rank(2, "fr")
    ('1st', '12th', '33rd', '2e')
    """
    place = round(place)
    if lang == "fr":
        return "1er" if place == 1 else f"{place}e"
    teen = place // 10 % 10 == 1
    return f"{place}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th')}"


def p_value(p: float, lang: str = "en") -> str:
    """A p-value, never 0.

    >>> p_value(0.0000001), p_value(0.0312)
    ('<0.001', '0.031')
    """
    return f"<{digits(0.001, 3, lang)}" if p < 0.001 else digits(p, 3, lang)


def number(value: float, lang: str = "en") -> str:
    """A plain number: whole ones as they are, others with three digits that count or more."""
    if float(value).is_integer() and abs(value) < 1e15:
        return digits(value, 0, lang)
    places = max(0, min(6, 2 - math.floor(math.log10(abs(value)))))
    return digits(value, places, lang)


def say(value: Any, unit: str = "number", *, lang: str = "en") -> str:
    """One value in its unit; a dash where it is missing.

    >>> say(0.25, "share"), say(float("nan"), "share"), say(33, "rank")
    ('25.0\\xa0%', '–', '33rd')
    """
    if not known(value):
        return MISSING
    if unit == "minutes":
        return duration(value, lang=lang)
    if unit == "count":
        return number(value, lang)
    simple = {"share": percent, "points": points, "rank": rank, "p": p_value}
    return simple.get(unit, number)(value, lang)


def interval(low: Any, high: Any, unit: str = "number", *, lang: str = "en") -> str:
    """Two limits, the unit said once; a dash for a limit that is missing.

    >>> interval(0.276, 0.328, "share"), interval(30, None, "minutes")
    ('27.6 to 32.8\\xa0%', '30.0\\xa0min to –')
    >>> interval(0.1, 300, "minutes"), interval(1, 8, "rank")
    ('6\xa0s to 5.0\xa0h', '1st to 8th')
    """
    if not known(low) and not known(high):
        return MISSING
    ends = [say(v, unit, lang=lang) for v in (low, high)]
    names = [end.rpartition(NO_BREAK)[2] for end in ends]
    if unit in {"share", "points", "minutes"} and names[0] == names[1]:
        ends[0] = ends[0].rpartition(NO_BREAK)[0]
    return f"{ends[0]} {_TO[lang]} {ends[1]}"


def _hundredths(share: float, lang: str) -> str:
    value = 100 * share
    places = 1
    while abs(value) >= 5e-5 and abs(value) < 0.5 * 10**-places:
        places += 1
    return digits(value, places, lang)


def _signed(difference: float, lang: str) -> str:
    text = _hundredths(difference, lang)
    return text if difference <= 0 or text.startswith(MINUS) else f"+{text}"
