"""Zones of times, as headings and columns name them: Created at (PST), Fuseau horaire, UTC+2."""

from __future__ import annotations

import re
from collections.abc import Sequence

from carekit.sources.drafts import text
from carekit.sources.files.headings import folded
from carekit.sources.spelled_times import ZONES
from carekit.sources.times import zone_names

# Over a column of zones; the zone of a person's profile has another heading.
COLUMNS = (
    "timezone", "time zone", "tz", "fuseau", "fuseau horaire", "zeitzone", "zona horaria",
    "fuso orario", "tijdzone", "utc offset", "gmt offset",
)  # fmt: skip
# Letters and words that several countries use, or that change with the season.
UNCLEAR = frozenset(
    "cst ist ast sst et ct mt pt local localtime eastern central mountain pacific".split()
)
_OFFSET = re.compile(r"(?:utc|gmt)? ?([-+−])0?(\d{1,2})(?::?00)?", re.IGNORECASE)
_TAIL = re.compile(r"[\s_]*\(([^()]{2,40})\)\s*$|[\s_]+(utc|gmt)$", re.IGNORECASE)


def zone_of(word: str) -> str | None:
    """The zone that a word names: PST, UTC+2, Europe/Paris; None if it names none."""
    word = word.strip()
    low = word.lower()
    if low in ("utc", "gmt", "z"):
        return "UTC"
    if low in ZONES:
        return _fixed(ZONES[low] // 60)
    if (told := _OFFSET.fullmatch(word)) and int(told[2]) <= 14:
        return _fixed(int(told[2]) * (1 if told[1] == "+" else -1))
    return next((n for n in zone_names() if "/" in word and n.lower() == low), None)


def _fixed(hours: int) -> str:
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


def zone_in(heading: str) -> tuple[str, str | None]:
    """A heading without the zone at its end, and the zone: '' if the word has several meanings."""
    found = _TAIL.search(heading)
    if found is None:
        return heading, None
    word = (found[1] or found[2]).strip()
    zone = zone_of(word)
    if zone is None and not {*re.split(r"\W+", word.lower())} & UNCLEAR:
        return heading, None
    return heading[: found.start()], zone or ""


def zone_cells(values: Sequence[str]) -> bool:
    """True if every cell names a zone."""
    return bool(values) and all(map(zone_of, set(values)))


def zone_sql(cell: str, values: Sequence[str]) -> str:
    """SQL of the zone that a cell names; null where it names none of these."""
    cases = " ".join(f"WHEN {text(v)} THEN {text(zone_of(v) or '')}" for v in sorted(set(values)))
    return f"CASE trim({cell}) {cases} END"


def is_zone_column(heading: str) -> bool:
    """True for the heading of a column of zones."""
    return folded(heading) in COLUMNS


def shown(zone: str) -> str:
    """A zone for a message: UTC-8."""
    told = re.fullmatch(r"Etc/GMT([+-])(\d+)", zone)
    return f"UTC{'-' if told[1] == '+' else '+'}{told[2]}" if told else zone
