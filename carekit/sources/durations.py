"""Durations as tools write them (00:30:00, 1,5, 2h 30m, 1 day 3 hours) → whole seconds, as SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "milliseconds": 0.001}
_PARTS = (
    (604_800, "w|wk|wks|weeks?|sem|semaines?|wochen?"),
    (86_400, "d|j|days?|jours?|tage?|días?|dias?|giorni|dagen|dag"),
    (3600, "h|hr|hrs|hours?|heures?|std|stunden?|horas?|or[ae]|uur|uren|godz|godziny?|時間"),
    (60, "m|mn|min|mins|minutes?|minuten?|minutos?|minuti|minuut|minuty|分"),
    (1, "s|sec|secs|seconds?|secondes?|sekunden?|segundos?|secondi|seconden|sekundy|秒"),
)


# 1 440,5 and 1'440 name thousands in any table; 1,440 and 1.440 do in some.
_SPLIT = r"(\d)[ '\x{2019}\x{00A0}\x{2009}\x{202F}](\d{3})\b"
_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(\1\d{3})*")


def thousands(values: Sequence[str], unit: str) -> tuple[str, bool]:
    """The sign between the thousands of a column of numbers, '' for none; and whether that is a guess.

    The other numbers of the column tell: 1,440 beside 1,5 or 0,250 is a decimal, beside 90 or
    1,440.5 it names thousands.
    """
    numbers = [re.sub(r"(?<=\d)[\s'’](?=\d{3}\b)", "", v.strip()) for v in values]
    numbers = [n for n in numbers if re.fullmatch(r"\d[\d.,]*", n)]
    alike = [n for n in numbers if _GROUPED.fullmatch(n)]
    for sign, other in (",.", ".,"):
        mine = [n for n in alike if sign in n]
        whole = [n for n in numbers if n.isdigit()]
        if any(n.count(sign) > 1 or n.find(other) > n.find(sign) >= 0 for n in numbers):
            return sign, False
        written = [n for n in numbers if sign in n and n not in mine]
        if not mine or written or any(re.match(r"0[.,]", n) for n in mine):
            continue
        if any(len(n) > 3 for n in whole):
            continue  # thousands are written without a sign here
        if unit in ("hours", "days") and not whole:
            return "", True
        return sign, not whole
    return "", False


def seconds(value: str, unit: str, *, groups: str = "") -> str:
    """SQL of type BIGINT: a duration in seconds; null where `value` is none.

    `groups` is the sign between thousands, as `thousands` tells it.
    """
    v = f"regexp_replace(lower(trim({value})), '{_SPLIT.replace(chr(39), chr(39) * 2)}', '\\1\\2', 'g')"
    v = f"regexp_replace({v}, '^(\\d{{1,3}}) ?h ?(\\d{{2}})$', '\\1h \\2m')"
    if groups:
        v = f"replace({v}, '{groups}', '')"
    number = f"try_cast(replace(replace({v}, ' ', ''), ',', '.') AS DOUBLE)"
    bare = r"^\d{1,9}([.,]\d+)?$"
    first = UNITS["minutes"] if unit in ("minutes", "seconds") else UNITS["hours"]
    two = f"({_part(v, 1)} * {first} + {_part(v, 2)} * {first // 60})"
    three = f"({_part(v, 1)} * 3600 + {_part(v, 2)} * 60 + {_part(v, 3)})"
    # 1.02:30:00 and 1 day, 2:30:00 are days and a clock.
    days = f"try_cast(regexp_extract({v}, '^\\d+') AS BIGINT)"
    clock = f"regexp_extract({v}, '\\d+:\\d+:\\d+')"
    with_days = (
        f"({days} * 86400 + {_part(clock, 1)} * 3600 + {_part(clock, 2)} * 60 + {_part(clock, 3)})"
    )
    names = "|".join(f"(?:{words})" for _, words in _PARTS)
    spelled = rf"^(pt?)?(\d+([.,]\d+)? ?({names})\.?( and | et | und | e | y | en |[ ,t]*))+$"
    number_of = r"(\d+(?:[.,]\d+)?) ?(?:{words})\.?(?:[^a-z]|t\d|$)"
    total = " + ".join(
        f"coalesce(try_cast(replace(regexp_extract({v}, '{number_of.format(words=words)}', 1), "
        f"',', '.') AS DOUBLE), 0) * {size}"
        for size, words in _PARTS
    )
    return (
        f"CASE WHEN regexp_matches({v}, '{bare}') THEN round({number} * {UNITS[unit]})::BIGINT "
        rf"WHEN regexp_matches({v}, '^\d+:\d{{2}}:\d{{2}}([.,]\d+)?$') THEN {three} "
        rf"WHEN regexp_matches({v}, '^\d+:\d{{2}}$') THEN {two} "
        rf"WHEN regexp_matches({v}, '^\d+(\.| ?(d|j|days?|jours?|tage?),? )\d{{1,2}}:\d{{2}}:\d{{2}}') "
        f"THEN {with_days} "
        f"WHEN regexp_matches({v}, '{spelled}') THEN round({total})::BIGINT END"
    )


def _part(value: str, at: int) -> str:
    return f"try_cast(split_part(regexp_replace({value}, '[.,].*$', ''), ':', {at}) AS BIGINT)"
