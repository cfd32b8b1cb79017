"""Posts as they come → text that every rule can read in bounded time.

A post is untrusted: it may be a megabyte long, hold control characters, or marks that turn the
direction of writing. The rules read its first `MAX_CHARS` characters, with those marks removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from carekit.errors import InputError

MAX_CHARS = 4_000
"""Rules read so many characters of a post: more than any network of short posts allows."""

# Invisible: soft hyphen, zero-width and direction marks, variation selectors, byte order mark.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
)
INVISIBLE += "\ufe00-\ufe0f\ufeff"
_INVISIBLE = re.compile(f"[{INVISIBLE}\U000e0000-\U000e0fff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# Written in the common part of Python, RE2 and Java, to be applied to lower-case text.
URL_PATTERN = r"(?:https?://|www\.)[^ \t\r\n]+"
"""A web address; remove it before looking for questions: `?` is common inside."""
HANDLE_PATTERN = r"@[a-z0-9_][a-z0-9_.]*"
NOISE_PATTERN = URL_PATTERN + r"|@[^ \t\r\n]+"
"""Links and handles: replace them by a space before looking for questions."""
_URL = re.compile(URL_PATTERN, re.IGNORECASE)


def as_texts(texts: Iterable[Any], *, argument: str = "texts") -> pd.Series:
    """`texts` as a Series of str and None, its index kept; anything else is an error.

    Raises InputError when an element is neither text nor missing.
    """
    if isinstance(texts, str | bytes):
        raise InputError(
            f"`{argument}` is one {type(texts).__name__}; expected a Series or a list of posts. "
            f"Put it in a list: [{argument}]"
        )
    series = texts if isinstance(texts, pd.Series) else pd.Series(list(texts), dtype=object)
    values = series.astype(object).to_numpy()
    missing = pd.isna(series).to_numpy()
    wrong = [i for i, v in enumerate(values) if not missing[i] and not isinstance(v, str)]
    if wrong:
        kinds = sorted({type(values[i]).__name__ for i in wrong})
        raise InputError(
            f"`{argument}` holds {len(wrong)} values that are not text ({', '.join(kinds)}), first "
            f"at {[series.index[i] for i in wrong[:3]]}; expected text or missing. "
            "Convert the column with .astype('string')."
        )
    out = values.copy()
    out[missing] = None
    return pd.Series(out, index=series.index, dtype=object)


def clean(text: str, *, max_chars: int | None = MAX_CHARS) -> str:
    """The first `max_chars` characters without invisible marks; control characters become spaces.

    >>> clean("no\\u200b bag\\x00 yet")
    'no bag  yet'
    """
    if max_chars is not None and len(text) > max_chars:
        text = text[:max_chars]
    # ASCII without control characters is the common case and needs no pass over the text.
    if text.isascii() and text.isprintable():
        return text
    text = _INVISIBLE.sub("", text)
    text = _CONTROL.sub(" ", text)
    return _SURROGATE.sub("\ufffd", text)


def clean_all(texts: pd.Series) -> list[str]:
    """One cleaned text a post; a missing text becomes the empty one."""
    return ["" if text is None else clean(text) for text in texts.to_numpy()]


def without_noise(cleaned: list[str]) -> Any:
    """Cleaned texts as an Arrow array, links and handles replaced by a space."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.array(cleaned, type=pa.string())
    return pc.replace_substring_regex(array, pattern="(?i)" + NOISE_PATTERN, replacement=" ")


def without_urls(text: str) -> str:
    """The text with each web address replaced by a space."""
    return _URL.sub(" ", text)


def duplicate_key(text: str) -> str:
    """What two posts share when they are the same text but for handles, links, case and spacing.

    >>> duplicate_key("@acme  My bag is LOST https://t.co/a1")
    'my bag is lost'
    """
    text = re.sub(HANDLE_PATTERN, " ", without_urls(clean(text)).lower())
    return " ".join(text.split())
