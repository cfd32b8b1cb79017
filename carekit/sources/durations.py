"""Durations as tools write them (00:30:00, 1,5, 2h 30m, 1 day 3 hours) → whole seconds, as SQL."""

from __future__ import annotations

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_PARTS = (
    (604_800, "w|wk|wks|weeks?|sem|semaines?|wochen?"),
    (86_400, "d|j|days?|jours?|tage?|días?|dias?|giorni|dagen|dag"),
    (3600, "h|hr|hrs|hours?|heures?|std|stunden?|horas?|ore|uur"),
    (60, "m|mn|min|mins|minutes?|minuten?|minutos?|minuti|minuut"),
    (1, "s|sec|secs|seconds?|secondes?|sekunden?|segundos?|secondi"),
)


def seconds(value: str, unit: str) -> str:
    """SQL of type BIGINT: a duration in seconds; null where `value` is none."""
    v = f"lower(trim({value}))"
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
    spelled = rf"^(pt?)?(\d+([.,]\d+)? ?({names})\.?( and | et | und |[ ,t]*))+$"
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
