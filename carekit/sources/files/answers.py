"""An answer in the row of what it answers: whether there is one, and when it came, as SQL."""

from __future__ import annotations

from collections.abc import Mapping

from carekit.sources.drafts import strings
from carekit.sources.files import cells
from carekit.sources.files.columns import ANSWERED, DURATIONS, UNANSWERED, Columns
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
    """SQL: the row holds an answer; a date of the answer that is none of words says nothing.

    A date such as 0000-00-00 or a duration below 0 stands for no answer; a duration of 0 does where
    the row says that it is open or unanswered.
    """
    says = []
    if "reply_text" in at:
        cell = at["reply_text"]
        says.append(f"({cells.filled(cell)} IS NOT NULL AND NOT {cells.no_answer(cell)})")
    if "reply_created_at" in at:
        cell = at["reply_created_at"]
        says.append(f"({_has_digit(cell)} AND NOT {cells.no_time(cell)})")
    for cell in _durations(at):
        says.append(
            f"({_has_digit(cell)} AND NOT starts_with(trim({cell}), '-') "
            f"AND NOT ({_is_zero(cell)} AND {_unanswered(at)}))"
        )
    if "answered" in at:
        yes = strings([*ANSWERED, *cells.TRUE_WORDS])
        says.append(f"list_contains({yes}, {key_sql(at['answered'])})")
    return " OR ".join(says) or "FALSE"


def at_once(at: Mapping[str, str]) -> str:
    """SQL: an answer after 0 minutes, where 0 may stand for none and nothing in the row tells."""
    zeros = " OR ".join(map(_is_zero, _durations(at))) or "FALSE"
    said = "FALSE"
    if "answered" in at:
        said = (
            f"list_contains({strings([*ANSWERED, *cells.TRUE_WORDS])}, {key_sql(at['answered'])})"
        )
    return f"(({zeros}) AND NOT {_unanswered(at)} AND NOT {said})"


def _durations(at: Mapping[str, str]) -> list[str]:
    return [at[name] for name in DURATIONS if name in at]


def _has_digit(cell: str) -> str:
    said = cells.no_answer(cell, when=True)  # No reply in 30 days
    return f"(regexp_matches(coalesce({cells.filled(cell)}, ''), '[0-9]') AND NOT {said})"


def _is_zero(cell: str) -> str:
    """SQL: 0, 0.0, 00:00:00, 0 min."""
    return f"coalesce(regexp_full_match(lower({cell}), '[^1-9]*0[^1-9]*'), FALSE)"


def _unanswered(at: Mapping[str, str]) -> str:
    """SQL: the row says that nobody has answered yet, or that it is open."""
    no = [
        f"list_contains({strings([*UNANSWERED, *cells.FALSE_WORDS])}, {key_sql(at[name])})"
        for name in ("answered", "state")
        if name in at
    ]
    return f"({' OR '.join(no)})" if no else "FALSE"


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
