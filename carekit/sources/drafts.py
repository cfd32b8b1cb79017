"""Drafts: what every source makes of its items, before ids and names become pseudonyms.

A draft row holds the words of the source: native ids, handles, text with its mentions. Only
`carekit.sources.door` turns drafts into rows of the posts table, so no source has to think about
pseudonyms, prefixes or accounts. A brand's answer nested in an item is a draft of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

TYPES: dict[str, str] = {
    "line": "BIGINT",  # where the item starts in its file; null if the reader does not count
    "nested": "BOOLEAN",  # true for an answer that came inside the row of another post
    "native_id": "VARCHAR",
    "network": "VARCHAR",
    "surface": "VARCHAR",
    "author": "VARCHAR",  # native id or handle
    "author_handle": "VARCHAR",  # what lists of accounts and @mentions call an author given by its id
    "author_role": "VARCHAR",  # null: brand if the author is a known account, else customer
    "brand": "VARCHAR",
    "account": "VARCHAR",  # null: first known account mentioned
    "created_at": "TIMESTAMPTZ",
    "text": "VARCHAR",
    "lang": "VARCHAR",
    "reply_to": "VARCHAR",  # native id
    "thread": "VARCHAR",  # native id
    "visibility": "VARCHAR",
    "rating": "BIGINT",
    "observed_at": "TIMESTAMPTZ",
    "deleted_at": "TIMESTAMPTZ",
    "n_replies": "BIGINT",  # direct replies that the source says the post has; null if it is silent
    "problem": "VARCHAR",  # why the item cannot be read, see `first_problem`; null for a good one
    "left_out": "VARCHAR",  # why the item is no post by its nature; no fault of anybody
    "created_until": "TIMESTAMPTZ",  # the last moment it can have been written; null: created_at
    "kept": "VARCHAR",  # JSON of further columns that were asked for
}
# A problem may carry what stood in the cell, and hold only for posts of customers: an answer whose
# time cannot be read is an answer still.
VALUE, ONLY_CUSTOMERS = "\x1f", "?"
_ARROW = {"BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "VARCHAR": pa.string()}
DEFAULTS = {"nested": "FALSE", "visibility": "'public'"}

ARROW_SCHEMA = pa.schema(
    [(n, _ARROW.get(t, pa.timestamp("us", tz="UTC"))) for n, t in TYPES.items()]
)


def select(fields: Mapping[str, str], relation: str, *, tallies: Mapping[str, str] = {}) -> str:
    """SQL of drafts: an expression for some fields, the default or null for the others."""
    unknown = set(fields) - set(TYPES)
    if unknown:
        raise KeyError(f"no such field of a draft: {', '.join(sorted(unknown))}")
    made = {n: fields.get(n) or DEFAULTS.get(n) or f"NULL::{t}" for n, t in TYPES.items()}
    columns = [f'{sql} AS "{name}"' for name, sql in (made | dict(tallies)).items()]
    return f"SELECT {', '.join(columns)} FROM {relation}"


def union(selects: Sequence[str]) -> str:
    """Several selects of drafts as one relation, in brackets."""
    return "(" + " UNION ALL ".join(selects) + ")"


def first_problem(*checks: tuple[str, str] | tuple[str, str, str]) -> str:
    """SQL of the field `problem`: the reason of the first condition that holds."""
    cases = []
    for condition, reason, *value in checks:
        told = f"concat({text(reason + VALUE)}, left({value[0]}, 80))" if value else text(reason)
        cases.append(f"WHEN {condition} THEN {told}")
    return f"CASE {' '.join(cases)} END"


def text(value: str) -> str:
    """A string as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def strings(values: Sequence[str]) -> str:
    """A list of strings as an SQL literal."""
    return "[" + ", ".join(map(text, values)) + "]::VARCHAR[]"
