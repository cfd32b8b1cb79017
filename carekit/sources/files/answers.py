"""An answer in the row of what it answers: whether there is one, and when it came, as SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from carekit.sources.drafts import strings
from carekit.sources.files import cells
from carekit.sources.files.columns import ANSWERED, DURATIONS, UNANSWERED, Columns
from carekit.sources.files.formats import Options
from carekit.sources.files.roles import NO, YES, key_sql
from carekit.sources.files.unsent import is_unsent
from carekit.sources.times import readable_time

NO_TIME_KNOWN = "NULL::TIMESTAMPTZ"


def until(columns: Columns, options: Options, name: str) -> str:
    """SQL of the last moment that a time can mean; null where it names the minute."""
    if name not in columns.at:
        return NO_TIME_KNOWN
    clock = columns.clock(options.clock, name)
    daily = name in columns.daily
    return clock.until(columns.at[name], time=f"t_{name}", form=f"f_{name}", daily=daily)


def answered(at: Mapping[str, str]) -> str:
    """SQL: the row holds an answer; a date of the answer that is none of words says nothing.

    A date such as 0000-00-00 or a duration below 0 stands for no answer; a duration of 0 does where
    the row says that it is open or unanswered.
    """
    waits = [
        f"({_waited(cell)} AND NOT ({_is_zero(cell)} AND {_unanswered(at)}))"
        for cell in _durations(at)
    ]
    told = " OR ".join([*_shown(at), *waits]) or "FALSE"
    return f"({told}) AND NOT {is_unsent(at['unsent'])}" if "unsent" in at else told


def answer_tallies(at: Mapping[str, str]) -> dict[str, str]:
    """SQL integers of what is doubtful in the answers: see carekit.sources.files.doubts."""
    zeros = [f"({_waited(cell)} AND {_is_zero(cell)})" for cell in _durations(at)]
    shown = " OR ".join(_shown(at)) or "FALSE"
    below = [f"({_has_digit(cell)} AND {_is_below(cell)})" for cell in _durations(at)]
    if "n_answers" in at:
        shown += f" OR (NOT {_is_zero(at['n_answers'])} AND {_has_digit(at['n_answers'])})"
    if {"reply_text", "reply_created_at"} <= set(at):
        text = cells.filled(at["reply_text"])
        doubts_of = f"{_says(at['reply_text'])} AND NOT ({timed(at)}) AND strlen({text}) <= 40"
    else:
        doubts_of = "FALSE"
    doubts = {
        "terse": doubts_of,
        "untimed": f"({answered(at)}) AND NOT ({timed(at)})",
        # 0 may stand for none, and nothing in the row tells.
        "at_once": f"({' OR '.join(zeros) or 'FALSE'}) AND NOT ({shown}) AND NOT {_unanswered(at)}",
        "below": " OR ".join(below) or "FALSE",
        "unsent": f"({' OR '.join(_shown(at)) or 'FALSE'}) AND {is_unsent(at.get('unsent'))}",
        "denied": f"({answered(at)}) AND {_is_one_of(at, 'answered', NO)}",
    }
    return {name: f"({condition})::INT" for name, condition in doubts.items()}


def _shown(at: Mapping[str, str]) -> list[str]:
    """SQL: the text of an answer, its time or a word says that there is one."""
    says = []
    if "reply_text" in at:
        says.append(_says(at["reply_text"]))
    if "reply_created_at" in at:
        cell = at["reply_created_at"]
        says.append(f"({_has_digit(cell)} AND NOT {cells.no_time(cell)})")
    if "answered" in at:
        says.append(_is_one_of(at, "answered", (*ANSWERED, *YES)))
    return says


def _says(cell: str) -> str:
    return f"({cells.filled(cell)} IS NOT NULL AND NOT {cells.no_answer(cell)})"


def _durations(at: Mapping[str, str]) -> list[str]:
    return [at[name] for name in DURATIONS if name in at]


# How long in words alone: a few minutes, less than an hour, immédiat.
_SPELLED = (
    "(second|minut|hour|day|week|month|heure|jour|semaine|mois|sekund|stunde|tag|woche|instant|"
    "immediat|sofort|hora|dia|giorn|at once|right away)"
)


def _waited(cell: str) -> str:
    words = f"strip_accents(lower(coalesce({cells.filled(cell)}, '')))"
    spelled = (
        f"(regexp_matches({words}, '\\b{_SPELLED}') AND NOT {cells.no_answer(cell, when=True)})"
    )
    return f"(({_has_digit(cell)} AND NOT {_is_below(cell)}) OR {spelled})"


def _has_digit(cell: str) -> str:
    said = cells.no_answer(cell, when=True)  # No reply in 30 days
    return f"(regexp_matches(coalesce({cells.filled(cell)}, ''), '[0-9]') AND NOT {said})"


def _is_below(cell: str) -> str:
    return f"coalesce(starts_with(trim({cell}), '-'), FALSE)"


def _is_zero(cell: str) -> str:
    """SQL: 0, 0.0, 00:00:00, 0 min."""
    return f"coalesce(regexp_full_match(lower({cell}), '[^1-9]*0[^1-9]*'), FALSE)"


def _unanswered(at: Mapping[str, str]) -> str:
    """SQL: the row says that nobody has answered yet, or that it is open."""
    no = (*UNANSWERED, *NO)
    none = f" OR coalesce({_is_zero(at['n_answers'])}, FALSE)" if "n_answers" in at else ""
    return f"({_is_one_of(at, 'answered', no)} OR {_is_one_of(at, 'state', no)}{none})"


def _is_one_of(at: Mapping[str, str], name: str, words: Sequence[str]) -> str:
    if name not in at:
        return "FALSE"
    return f"coalesce(list_contains({strings(list(words))}, {key_sql(at[name])}), FALSE)"


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
