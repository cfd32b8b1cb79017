"""How long the first answer took, in a table that says so in each row."""

from __future__ import annotations

import re
from dataclasses import dataclass

from carekit.errors import InputError
from carekit.sources.files.cells import EMPTY_WORDS, NOT_WHEN
from carekit.sources.files.formats import Caution
from carekit.sources.files.headings import folded
from carekit.sources.files.table import Header, TableFile

# How long the first reply took: heading, then what a bare number counts.
_WAIT = re.compile(
    r"(first|initial|1st|premiere|1ere|erste|primera?|prima|primeira|eerste|pierwsz)\w* .*"
    r"(response|reply|answer|reaction|reponse|antwort|reaktion|respuesta|contestacion|resposta|risposta|"
    r"antwoord|reactie|odpowied|reakcj)|"
    r"time to .*(response|reply|reponse)|(delai|temps|duree) .*(premiere|1ere|reponse)|"
    r"erst(antwort|reaktion)s?zeit|(tiempo|tempo|tijd|czas) .*(respuesta|resposta|risposta|antwoord|"
    r"reactie|odpowied)|(antwoord|reactie)tijd|初回(返信|応答|回答)|"
    r"antwortzeit|frt|time to admin reply|(response|reply) time"
)
_UNITS = (
    ("milliseconds", r"\b(ms|millis|milliseconds?|millisecondes?|millisekunden)\b"),
    (
        "seconds",
        r"\b(s|sec|secs|seconds?|secondes?|sekunden|segundos|secondi|seconden|sekundy)\b|秒",
    ),
    (
        "minutes",
        r"\b(m|mn|min|mins|minutes?|minuten|minutos?|minuti|minuty)\b|(?<!hh )\bmm ss\b|分",
    ),
    (
        "hours",
        r"\b(h|hr|hrs|hours?|heures?|std|stunden|horas?|ore|uur|uren|godz|godziny|hh mm ss|hh mm)\b|時間",
    ),
    ("days", r"\b(d|j|days?|jours?|tage|dias?|giorni|dagen)\b"),
)
_BUSINESS = re.compile(
    r"business|ouvr|within hours|office|geschäft|geschaft|laboral|habil|uteis|comercial|lavorativ|"
    r"kantoor|robocz"
)
# What a cell holds that tells a duration or a time: 90, -1, PT1H, about 3 hours; no name, yes or text.
_CLUE = re.compile(
    r"^[-+<>~≤≥ ]*(pt?)?\d|\d:\d\d|\d ?(s|sec|m|mn|min|h|hr|hour|heure|stunde|d|day|j|jour|tag)s?\b",
    re.IGNORECASE,
)
# 2025-05-13, 13 May 2025, seconds since 1970; not 1 day 02:30:00, nor 1 hr 30 min.
_TIME = re.compile(
    r"\d{4} ?[-/.年] ?\d{1,2}|\d{1,2}[-/. ](?!(d|days?|j|jours?|tage?|h|hrs?|hours?|heures?|std|stunden?|"
    r"horas?|or[ae]|uur|uren|godz|m|mn|mins?|minutes?|minut(en|[oiy]s?))\b)\w{1,9}[-/. ,]+\d{2,4}|\d{10,13}$",
    re.IGNORECASE,
)


def wait_columns(header: Header) -> dict[str, str]:
    """Headings of how long the first reply took → unit of a bare number ('' if none is named)."""
    found = {}
    for name in header.names:
        plain = folded(name)
        if _WAIT.search(plain) and not re.search(r"status|sla|due|statut|violat|breach", plain):
            unit = next((u for u, words in _UNITS if re.search(words, plain)), "")
            found[name] = unit
    return found


@dataclass(frozen=True)
class Wait:
    """Where a table tells the first reply: a time, how long it took, or only that there was one."""

    time: str | None = None
    duration: tuple[str, str] | None = None
    only_that: str | None = None
    told: tuple[str, ...] = ()


def _can_tell(value: str) -> bool:
    """True for a short cell with a duration or a time."""
    return len(value) <= 40 and any(clue.search(value) for clue in (_CLUE, _TIME))


def find_wait(table: TableFile) -> Wait:
    """The first of these columns that its cells bear out."""
    rows = table.peek(500)
    durations: dict[str, str] = {}
    unclear: dict[str, str] = {}
    bare, office = None, None
    for name, unit in wait_columns(table.header).items():
        at = table.header.names.index(name)
        values = [v for row in rows if (v := row[at].strip()) and v.lower() not in EMPTY_WORDS]
        said = [v for v in values if not re.fullmatch(NOT_WHEN, folded(v))]
        if not values or 2 * sum(_can_tell(v) for v in said) < len(said):
            continue
        if all(_TIME.search(v) for v in values[:50]):
            return Wait(time=name)
        below = {v for v in values if re.match(r"-\d", v)}
        if len(below) >= 3 or (below and {"issue key"} & {folded(n) for n in table.header.names}):
            raise InputError(
                f"The column {name!r} of {table.name} holds {len(below)} waits below 0, such as "
                f"{min(below)!r}: it may be what is left of the time that is allowed (an SLA), which tells "
                "neither a wait nor an answer. Export the time of the first reply or how long it took; if it "
                f"is how long it took: --map 'first_response_hours={name}' (or _minutes, _seconds)."
            )
        if _BUSINESS.search(folded(name)):
            office = name
        elif unit or all(":" in v or re.search("[a-z]", v.lower()) for v in values):
            durations[name] = unit or "hours"
            if not unit and all(re.fullmatch(r"\d+:\d\d", v) for v in said):
                unclear[name] = said[0]
        else:
            bare = name
    if durations:
        name, unit = next(iter(durations.items()))
        doubts: tuple[str, ...] = ()
        if name in unclear:
            doubts = (
                Caution(
                    f"Durations such as {unclear[name]} in the column {name!r} of {table.name} were read as "
                    "hours and minutes; if they are minutes and seconds, waits are 60 times too long: "
                    f"--map 'first_response_minutes={name}'."
                ),
            )
        return Wait(duration=(name, unit), told=doubts)
    if bare is not None:
        why = (
            f"The column {bare!r} of {table.name} does not say what its numbers count: answers "
            f"count, their waits are unknown. Say it: --map 'first_response_minutes={bare}' (or "
            "_hours, _seconds)."
        )
        return Wait(only_that=bare, told=(why,))
    if office is not None:
        why = (
            f"{table.name} tells first replies in business hours only ({office!r}), which is no "
            "elapsed time: answers count, their waits are unknown. Export calendar hours, or the "
            "time of the first reply."
        )
        return Wait(only_that=office, told=(why,))
    return Wait()
