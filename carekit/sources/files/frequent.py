"""Columns of few words, such as networks and roles: what is said of a word is worked out once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from carekit.sources.drafts import text

ROWS, WORDS = 1_000, 20  # a table of so many rows, a column of at most so many words


def by_word(cell: str, rows: Sequence[Sequence[str]], *expressions: str) -> list[str]:
    """The same SQL expressions of one cell, with the words of the first rows looked up.

    A word that comes later is worked out as before.
    """
    import duckdb

    if len(rows) < ROWS or not re.fullmatch(r"c\d+", cell):
        return list(expressions)
    words = list(Counter(row[int(cell[1:])] for row in rows))
    if len(words) > WORDS:
        return list(expressions)
    given = ", ".join(map(text, words))
    with duckdb.connect(config={"threads": 1}) as con:
        found = con.execute(
            f"SELECT {', '.join(expressions)} FROM (SELECT unnest([{given}]) AS {cell})"
        ).fetchall()
    return [
        f"CASE {cell} {' '.join(map(_case, words, values))} ELSE {sql} END"
        for sql, values in zip(expressions, zip(*found, strict=True), strict=True)
    ]


def _case(word: str, value: object) -> str:
    made = "NULL" if value is None else text(value) if isinstance(value, str) else str(value)
    return f"WHEN {text(word)} THEN {made}"
