"""How the report writes numbers, dates, durations and names, in French and in British English.

Babel underneath, with what it lacks: U+2212 for minus, durations as people say them, ordinals.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, localcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from carekit.show.numbers import MINUS, MISSING, NO_BREAK, check_language, known
from carekit.show.safe import clean as _one_line

if TYPE_CHECKING:
    from carekit.report.model import Value

LOCALES = {"fr": "fr", "en": "en_GB"}
TAGS = {"fr": "fr-FR", "en": "en-GB"}  # BCP 47, for files that name their language
LABEL = 28  # signs of a name beside a chart or in a cell
SMALL = 0.095  # a share below has a decimal, also in a sentence
_TO = {"fr": "à", "en": "to"}
_ORDINAL = {"fr": re.compile(r"(?<![\w,.])(\d+)(er|e)(?!\w)"), "en": re.compile(r"(?!)")}


def clean(text: Any) -> str:
    """Text that others wrote, inert: no control signs, lone surrogates, or turns of direction.

    Examples
    --------
    >>> clean("Acme\\x00 \\u202eLtd")
    'Acme Ltd'
    """
    return _one_line(text)


def label(name: Any, width: int = LABEL) -> str:
    """A name that fits: cleaned, its middle gives way, no letter is parted from its accents.

    Examples
    --------
    >>> label("Union des Banques et Caisses de la Vallée")
    'Union des Banq…de la Vallée'
    """
    signs = _graphemes(clean(name))
    if len(signs) <= width:
        return "".join(signs)
    half = width // 2
    start, end = "".join(signs[:half]).rstrip(), "".join(signs[half + 1 - width :]).lstrip()
    return f"{start}…{end}"


@lru_cache(maxsize=65_536, typed=True)  # four writers write the same numbers
def number(value: float, places: int = 0, lang: str = "fr") -> str:
    """A number with so many decimals; thousands U+202F in French, a comma in English.

    Examples
    --------
    >>> number(-12345.678, 1, "fr"), number(-12345.678, 1, "en"), number(72.5)
    ('−12\\u202f345,7', '−12,345.7', '73')
    """
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * places if places else "")
    with localcontext() as context:
        context.rounding = ROUND_HALF_UP  # as spreadsheets and slides do with the same number
        at = round(float(value), 9)
        text: str = format_decimal(at, format=pattern, locale=LOCALES[check_language(lang)])
    text = text.replace("-", MINUS)
    return text[1:] if text.startswith(MINUS) and not re.search("[1-9]", text) else text


def count(value: float, lang: str = "fr") -> str:
    """A count."""
    return number(round(value), 0, lang)


def share(value: float, lang: str = "fr", *, places: int = 0) -> str:
    """A share as a per cent: more decimals where it would read as 0 or 100 and is not.

    Examples
    --------
    >>> share(0.7443, "fr"), share(0.7443, "en", places=1), share(0.9984, "en")
    ('74\\xa0%', '74.4%', '99.8%')
    """
    at, hundred = 100 * float(value), places
    while hundred < 6 and 1e-9 < at < 100 - 1e-9 and round(at, hundred) in {0.0, 100.0}:
        hundred += 1
    return number(at, hundred, lang) + (f"{NO_BREAK}%" if lang == "fr" else "%")


def decimals(whole: Value) -> int:
    """How many a share and its limits have in a sentence: more where they are small or close.

    Examples
    --------
    >>> from carekit.report.model import Value
    >>> [decimals(Value("share", 0.11, 0.11 - e, 0.11 + e)) for e in (0.04, 0.004, 0.0004)]
    [0, 1, 2]
    """
    if whole.kind != "share":
        return 0
    value, low, high = (float("nan") if missing(v) else float(v)  # type: ignore[arg-type]
                        for v in (whole.value, whole.low, whole.high))  # fmt: skip
    places = int(0 < value < SMALL)
    while places < 3 and 0 < high - low < 0.02 / 10**places:
        places += 1
    return places


def points(value: float, lang: str = "fr", *, places: int = 1, signed: bool = True) -> str:
    """A difference of shares in points, with its sign and without the word; 0 only where it is 0.

    Examples
    --------
    >>> points(-0.0231), points(0.0123, "en"), points(0.0), points(-0.0004)
    ('−2,3', '+1.2', '0,0', '−0,04')
    """
    tried = (number(100 * value, more, lang) for more in range(places, places + 3))
    text = next((t for t in tried if re.search("[1-9]", t)), number(0.0, places, lang))
    positive = value > 0 and re.search("[1-9]", text)
    return f"+{text}" if signed and positive else text


def duration(minutes: float, lang: str = "fr") -> str:
    """Minutes as people say them: two units at most.

    Examples
    --------
    >>> duration(53), duration(89.2), duration(4560), duration(0.4)
    ('53\\xa0min', '1\\xa0h\\xa029', '3\\xa0j\\xa04\\xa0h', '24\\xa0s')
    >>> duration(89.2, "en"), duration(1440, "en"), duration(2880, "en")
    ('1\\xa0h\\xa029\\xa0min', '24\\xa0h', '2\\xa0d')
    """
    check_language(lang)
    sign = MINUS if minutes < 0 else ""
    minutes = abs(float(minutes))
    if minutes < 1:
        return f"{sign}{_joined(round(60 * minutes), 's')}"
    whole = round(minutes)
    if whole < 60:
        return f"{sign}{_joined(whole, 'min')}"
    if whole < 2880:
        hours, rest = divmod(whole, 60)
        if not rest:
            return f"{sign}{_joined(hours, 'h')}"
        tail = f"{rest:02d}" if lang == "fr" else _joined(rest, "min")
        return f"{sign}{_joined(hours, 'h')}{NO_BREAK}{tail}"
    days, hours = divmod(round(minutes / 60), 24)
    text = _joined(number(days, 0, lang), "j" if lang == "fr" else "d")
    return sign + (f"{text}{NO_BREAK}{_joined(hours, 'h')}" if hours else text)


def score(value: float, lang: str = "fr") -> str:
    """A score out of 20."""
    return number(value, 1, lang)


def ordinal(place: float, lang: str = "fr") -> str:
    """A place.

    Examples
    --------
    >>> ordinal(1), ordinal(2), ordinal(2, "en"), ordinal(11, "en")
    ('1er', '2e', '2nd', '11th')
    """
    place = round(place)
    if check_language(lang) == "fr":
        return "1er" if place == 1 else f"{place}e"
    end = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{'th' if place // 10 % 10 == 1 else end}"


def raised(text: str, lang: str = "fr") -> list[tuple[str, bool]]:
    """A text in pieces; True for those that stand raised (the "e" of 2e).

    Examples
    --------
    >>> raised("2e sur 7")
    [('2', False), ('e', True), (' sur 7', False)]
    """
    pieces, at = [], 0
    for found in _ORDINAL[lang].finditer(text):
        pieces += [(text[at : found.start(2)], False), (found[2], True)]
        at = found.end()
    return [(piece, up) for piece, up in [*pieces, (text[at:], False)] if piece]


def day(value: Any, lang: str = "fr", *, year: bool = True, short: bool = False) -> str:
    """A date in words.

    Examples
    --------
    >>> day("2026-06-30"), day("2026-01-01"), day("2026-06-30", "en")
    ('30\\xa0juin\\xa02026', '1er\\xa0janvier\\xa02026', '30\\xa0June\\xa02026')
    """
    from babel.dates import format_date

    when = _date(value)
    head = "1er" if lang == "fr" and when.day == 1 else str(when.day)
    pattern = ("MMM" if short else "MMMM") + (" y" if year else "")
    text = format_date(when, pattern, locale=LOCALES[check_language(lang)])
    return f"{head} {text}".replace(" ", NO_BREAK)


def days(first: Any, last: Any, lang: str = "fr") -> str:
    """A range of dates, the month or year said once where both ends share it.

    Examples
    --------
    >>> days("2026-01-01", "2026-06-30").replace("\\xa0", " ")
    'du 1er janvier au 30 juin 2026'
    >>> days("2026-06-01", "2026-06-30", "en").replace("\\xa0", " ")
    '1 to 30 June 2026'
    """
    a, b = _date(first), _date(last)
    start = day(a, lang, year=a.year != b.year)
    if (a.year, a.month) == (b.year, b.month):
        start = start.split(NO_BREAK)[0]
    end = day(b, lang)
    return f"du {start} au {end}" if lang == "fr" else f"{start} to {end}"


def month(value: Any, lang: str = "fr", *, short: bool = False) -> str:
    """A month: "juin 2026"."""
    from babel.dates import format_date

    pattern = "MMM y" if short else "MMMM y"
    text: str = format_date(_date(value), pattern, locale=LOCALES[check_language(lang)])
    return text.replace(" ", NO_BREAK)


def weekday(value: float, lang: str = "fr", *, width: Any = "wide") -> str:
    """The name of a day of the week, 1 = Monday; `width` is "wide" or "abbreviated"."""
    from babel.dates import get_day_names

    return str(get_day_names(width, locale=LOCALES[check_language(lang)])[int(value) - 1])


def write(value: Value, lang: str = "fr", where: str = "sentence") -> str:
    """A value of the model as text, without its interval.

    Examples
    --------
    >>> from carekit.report.model import Value
    >>> write(Value("share", 0.7443)), write(Value("share", 0.7443), "en", "table")
    ('74\\xa0%', '74.4%')
    """
    return cell(value.kind, value.value, lang, where=where, places=decimals(value))


def cell(kind: str, raw: Any, lang: str = "fr", *, where: str = "table", places: int = 0) -> str:
    """A raw cell of a kind as text; a dash where it is missing.

    In tables a share has one decimal and a rank is a plain number; `places` is of a share in a
    sentence.

    Examples
    --------
    >>> cell("share", 0.7443), cell("share", None), cell("rank", 2, where="sentence")
    ('74,4\\xa0%', '–', '2e')
    """
    if missing(raw):
        return MISSING
    if kind == "share":
        return share(raw, lang, places=1 if where == "table" else places)
    if kind == "rank":
        return count(raw, lang) if where == "table" else ordinal(raw, lang)
    if kind == "number":
        return number(raw, 0 if float(raw).is_integer() else 2, lang)
    if kind == "hour":
        return f"{int(raw)}{NO_BREAK}h" if lang == "fr" else f"{int(raw):02d}:00"
    ways: dict[str, Any] = {
        "points": points,
        "minutes": duration,
        "count": count,
        "score": score,
        "date": day,
        "month": month,
        "weekday": weekday,
    }
    if kind in ways:
        return ways[kind](raw, lang)
    if kind == "text":
        return clean(raw)
    if kind == "dates":
        first, _, last = str(raw).partition("/")
        return days(first, last, lang)
    from carekit.report import words  # words are written with formats, and formats name codes

    return str(words.code(kind, raw, lang))


def missing(raw: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT, NA, an infinite number or no letter."""
    if raw is None or raw is pd.NA or raw is pd.NaT or raw == "":
        return True
    return not isinstance(raw, str) and not hasattr(raw, "isoformat") and not known(raw)


def interval(
    kind: str, low: Any, high: Any, lang: str = "fr", *, where: str = "sentence", places: int = 0
) -> str:
    """Two limits: "73 % à 76 %"; a dash where both are missing."""
    if missing(low) and missing(high):
        return MISSING
    ends = (cell(kind, end, lang, where=where, places=places) for end in (low, high))
    return f" {_TO[check_language(lang)]} ".join(ends)


def _joined(value: Any, unit: str) -> str:
    return f"{value}{NO_BREAK}{unit}"


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value)[:10]
    return date.fromisoformat(f"{text}-01" if len(text) == 7 else text)


def _graphemes(text: str) -> list[str]:
    """A text in what a reader takes for one sign: accents, joined emoji and flags stay whole."""
    signs: list[str] = []
    for c in text:
        last = signs[-1] if signs else ""
        joins = unicodedata.category(c) in {"Mn", "Mc", "Me"} or c == "\u200d"
        tone = "\U0001f3fb" <= c <= "\U0001f3ff"
        flag = _flag(c) and len(last) == 1 and _flag(last)
        if last and (joins or tone or flag or last.endswith("\u200d")):
            signs[-1] += c
        else:
            signs.append(c)
    return signs


def _flag(c: str) -> bool:
    return "\U0001f1e6" <= c <= "\U0001f1ff"
