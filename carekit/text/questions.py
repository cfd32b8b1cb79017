"""Questions: a flag beside the tone, for a complaint may ask.

Two definitions, always reported under their names: `mark` (a question mark outside links) and
`cues` (a question mark, or words that ask). A third of real questions carry no mark.

The patterns (lexicons/questions.txt) use what Python's `re`, RE2 (DuckDB, Arrow) and Java (Spark)
have in common: no look-around, no back-reference, none of the classes and edges of words that RE2
knows for ASCII only, accents written as they are. Apply them to lower-case text from which links
were removed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from carekit.text.checks import one_of
from carekit.text.lexicon import load_patterns
from carekit.text.matching import match
from carekit.text.prepare import NOISE_PATTERN, as_texts

_PARTS = load_patterns("questions.txt")
START, END = _PARTS["START"], _PARTS["END"]
_ENGLISH, _FRENCH = _PARTS["ENGLISH"], _PARTS["FRENCH"]

QUESTION_PATTERNS: dict[str, str] = {"en": f"(?:{_ENGLISH})", "fr": f"(?:{_FRENCH})"}
"""Words or marks that ask, by language; for lower-case text without links."""

QUESTION_PATTERN = f"(?:{_ENGLISH}|{_FRENCH})"
"""Both languages together: for engines that do not know the language of a post."""

PATTERNS = {**QUESTION_PATTERNS, "und": QUESTION_PATTERN}

DEFINITIONS = ("cues", "mark")


def flag_questions(
    texts: Iterable[Any], *, lang: pd.Series | str = "und", definition: str = "cues"
) -> pd.Series:
    """Whether each post asks something, under `definition` "cues" or "mark"; missing for missing
    text.

    "mark": a question mark outside links and handles; "cues": that, or words that ask, by the
    patterns of `lang` ("en", "fr", else both).
    """
    hint = "Use 'cues' to find questions without a question mark."
    one_of(definition, DEFINITIONS, argument="definition", hint=hint)
    series = as_texts(texts)
    if definition == "mark":
        return match(series, patterns={"und": r"\?"}, lang="und", drop=NOISE_PATTERN).rename(
            "is_question"
        )
    return match(series, patterns=PATTERNS, lang=lang, drop=NOISE_PATTERN).rename("is_question")
