"""An answer in the row of what it answers: whether there is one, and when it came, as SQL."""

from __future__ import annotations

from collections.abc import Mapping

from carekit.sources.drafts import strings
from carekit.sources.files import cells
from carekit.sources.files.columns import ANSWERED, DURATIONS, Columns
from carekit.sources.files.formats import Options
from carekit.sources.files.roles import key_sql
from carekit.sources.times import readable_time

NO_TIME_KNOWN = "NULL::TIMESTAMPTZ"


def until(columns: Columns, options: Options, name: str) -> str:
    """SQL of the last moment that a time can mean; null where it names the minute."""
    if name not in columns.at:
        return NO_TIME_KNOWN
    return options.clock.until(columns.at[name], time=f"t_{name}", daily=name in columns.daily)


def answered(at: Mapping[str, str]) -> str:
    """SQL: the row holds an answer; a date of the answer that is none of words says nothing."""
    says = []
    if "reply_text" in at:
        says.append(f"{cells.filled(at['reply_text'])} IS NOT NULL")
    for name in ("reply_created_at", *DURATIONS):
        if name in at:
            cell = cells.filled(at[name])
            says.append(f"regexp_matches(coalesce({cell}, ''), '[0-9]')")
    if "answered" in at:
        yes = strings([*ANSWERED, *cells.TRUE_WORDS])
        says.append(f"list_contains({yes}, {key_sql(at['answered'])})")
    return " OR ".join(says) or "FALSE"


def timed(at: Mapping[str, str]) -> str:
    """SQL: the time of the answer, or how long it took, can be read."""
    known = []
    if "reply_created_at" in at:
        known.append(readable_time("t_reply_created_at"))
    if set(DURATIONS) & set(at):
        known.append("waited IS NOT NULL")
    return " OR ".join(known) or "FALSE"


def answer(columns: Columns, main: Mapping[str, str], options: Options) -> dict[str, str]:
    """The answer inside a row: a post of the brand, whose time may be known to a day or not at all."""
    at = columns.at
    same = (
        "line", "network", "surface", "brand", "account", "visibility", "observed_at", "left_out",
    )  # fmt: skip
    asked = "t_created_at"
    time, end = NO_TIME_KNOWN, NO_TIME_KNOWN
    if "reply_created_at" in at:
        time = f"CASE WHEN {readable_time('t_reply_created_at')} THEN t_reply_created_at END"
        end = until(columns, options, "reply_created_at")
    if set(DURATIONS) & set(at):
        time = f"coalesce({time}, {asked} + to_seconds(waited))"
        end = f"coalesce({end}, CASE WHEN waited IS NOT NULL THEN u_created_at + to_seconds(waited) END)"
    return {name: main[name] for name in same} | {
        "nested": "TRUE",
        "native_id": "id || '#reply'",
        "author_role": "'brand'",
        # Without a time it came after the row was written: the door fills in until when.
        "created_at": time,
        "created_until": end,
        "text": at.get("reply_text", "NULL::VARCHAR"),
        "reply_to": "id",
        "thread": main["thread"],
    }
