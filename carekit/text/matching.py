"""One pattern a language on a column of posts, by RE2: time grows with their length only."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.text.prepare import clean_all
from carekit.text.tone import language_rows


def match(
    texts: pd.Series, *, patterns: dict[str, str], lang: pd.Series | str, drop: str | None = None
) -> pd.Series:
    """True where the lower-cased text holds the pattern of its language; missing text gives
    missing.

    `patterns` by "en", "fr" and "und" (any other language; it alone is needed); `drop`: a pattern
    replaced by a space first, such as links, in which `?` is common.
    """
    found = match_cleaned(
        lower_all(clean_all(texts), drop=drop), patterns=patterns, rows=language_rows(lang, texts)
    )
    out = pd.array(found, dtype="boolean")
    out[texts.isna().to_numpy()] = pd.NA
    return pd.Series(out, index=texts.index)


def lower_all(cleaned: list[str], *, drop: str | None = None):  # type: ignore[no-untyped-def]
    """Cleaned texts as one lower-case Arrow array."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.array([t.lower() for t in cleaned], type=pa.string())
    if drop is not None and len(array):
        array = pc.replace_substring_regex(array, pattern=drop, replacement=" ")
    return array


def match_cleaned(lowered, *, patterns: dict[str, str], rows: np.ndarray) -> np.ndarray:  # type: ignore[no-untyped-def]
    """`match` on an Arrow array of lower-case texts and rows of `language_rows`."""
    import pyarrow.compute as pc

    out = np.zeros(len(lowered), dtype=bool)
    for row, code in enumerate(("en", "fr", "und")):
        mine = np.flatnonzero(rows == row) if len(patterns) > 1 else np.arange(len(lowered))
        if len(mine):
            part = lowered if len(mine) == len(lowered) else lowered.take(mine)
            pattern = patterns[code if code in patterns else "und"]
            hit = pc.match_substring_regex(part, pattern=pattern)
            out[mine] = hit.to_numpy(zero_copy_only=False)
        if len(patterns) == 1:
            break
    return out
