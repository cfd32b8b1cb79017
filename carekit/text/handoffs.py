"""Hand-offs: a brand asks to continue in private, or says that it has written there.

Brand posts only. Two labels: `requested` ("please DM us") and `announced` ("we've sent you a DM").
The patterns (lexicons/handoffs.txt) keep to what Python's `re`, RE2 and Java have in common; apply
them to lower-case text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from carekit.text.checks import one_a_post
from carekit.text.lexicon import load_patterns
from carekit.text.matching import lower_all, match_cleaned
from carekit.text.prepare import URL_PATTERN, as_texts, clean_all
from carekit.text.questions import END, START
from carekit.text.tone import language_rows

HANDOFFS = ("requested", "announced", "none")

_PARTS = load_patterns("handoffs.txt", START=START, END=END)
_EN_ASK, _EN_TELL, _FR_ASK, _FR_TELL = map(_PARTS.get, ("EN_ASK", "EN_TELL", "FR_ASK", "FR_TELL"))

HANDOFF_PATTERNS: dict[str, dict[str, str]] = {
    "en": {
        "requested": f"{START}(?:{_EN_ASK}){END}",
        "announced": f"{START}(?:{_EN_TELL}){END}",
    },
    "fr": {
        "requested": f"{START}(?:{_FR_ASK}){END}",
        "announced": f"{START}(?:{_FR_TELL}){END}",
    },
}
"""By language: what a brand writes to ask for a private message, or to announce one. A post that
announces counts as announced, whatever else it says; for lower-case text without links."""

HANDOFF_PATTERN: dict[str, str] = {
    kind: f"{START}(?:{en}|{fr}){END}"
    for kind, en, fr in (("requested", _EN_ASK, _FR_ASK), ("announced", _EN_TELL, _FR_TELL))
}
"""Both languages together."""


def flag_handoffs(
    texts: Iterable[Any],
    *,
    author_role: pd.Series | str = "brand",
    lang: pd.Series | str = "und",
) -> pd.Series:
    """Whether each brand post moves the conversation to private messages.

    "requested", "announced" or "none"; missing for posts that are not a brand's and for missing
    text. A post that announces is "announced" even if it also asks: the private conversation is
    open already. `lang` "en" or "fr" uses the patterns of that language, anything else those of
    both.
    """
    series = as_texts(texts)
    lowered = lower_all(clean_all(series), drop=URL_PATTERN)
    found = handoffs_of(lowered, language_rows(lang, series))
    found[series.isna().to_numpy()] = None
    found[~brand_posts(author_role, series)] = None
    return pd.Series(found, index=series.index, dtype="string", name="handoff")


def handoffs_of(lowered: Any, rows: np.ndarray) -> np.ndarray:
    """`flag_handoffs` on an Arrow array of lower-case texts."""
    found = np.array(["none"] * len(lowered), dtype=object)
    for kind in ("requested", "announced"):
        patterns = {lang: HANDOFF_PATTERNS[lang][kind] for lang in HANDOFF_PATTERNS}
        patterns["und"] = HANDOFF_PATTERN[kind]
        found[match_cleaned(lowered, patterns=patterns, rows=rows)] = kind
    return found


def brand_posts(author_role: pd.Series | str, texts: pd.Series) -> np.ndarray:
    """True where the author is a brand."""
    if isinstance(author_role, str):
        return np.full(len(texts), author_role == "brand")
    one_a_post(author_role, texts, argument="author_role", one="role")
    return (author_role.astype(object).to_numpy() == "brand").astype(bool)
