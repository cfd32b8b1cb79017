"""The language of each post, told by its function words; short posts take a fallback."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from carekit.text.checks import one_a_post
from carekit.text.lexicon import load_cues
from carekit.text.prepare import HANDLE_PATTERN, as_texts, clean_all, without_urls
from carekit.text.tokens import TokenTable, vocabulary

CODES = ("en", "fr", "es", "de", "it", "pt", "nl", "ar")
"""Languages told apart; English and French are those that carekit reads."""

# A word of one language counts 1, shared by two 1/2, and so on; decided when the best language
# leads the next by this much.
LEAD = 0.6
_TAG = re.compile(r"([a-z]{2,3})(?:[-_].*)?")
_THREE = {"eng": "en", "fra": "fr", "fre": "fr"}
# What X calls posts of tags, links, pictures or emoji alone; no language, several, unknown.
_NO_LANGUAGE = re.compile(r"q[a-t][a-z]|art|zxx|mul|mis|und")
_LETTER = re.compile(r"[^\W\d_]")
# Latin letters end at U+024F; U+1E00-1EFF are Latin with further accents.
_FAR_LETTER = re.compile(r"[^\W\d_A-Za-z\u00aa-\u024f\u1e00-\u1eff]")
_HANDLE = re.compile(HANDLE_PATTERN, re.IGNORECASE)


def detect_language(texts: Iterable[Any], *, fallback: pd.Series | str = "und") -> pd.Series:
    """Language code of each post; links, handles and `#` are left out.

    Parameters
    ----------
    texts : Series or list of str
        Posts; missing allowed.
    fallback : str or Series of str, default "und"
        Code for posts that say too little: the language of the author, of the thread, or "und".

    Returns
    -------
    Series of str
        One code a post, with the index of `texts`: one of `CODES`, "other" (another script), or
        the fallback, also for missing text.

    Raises
    ------
    InputError
        `fallback` has another length.

    Examples
    --------
    >>> detect_language(["where is my order", "où est ma commande", "ok"]).to_list()
    ['en', 'fr', 'und']
    >>> detect_language(["ok"], fallback="fr").to_list()
    ['fr']
    """
    series = as_texts(texts)
    default = _fallback(fallback, series)
    cleaned = clean_all(series)
    codes = vote(vocabulary().tokenise(cleaned)) if cleaned else np.array([], dtype=object)
    codes[other_script(cleaned)] = "other"
    codes = np.where(codes == "und", default, codes)
    return pd.Series(codes, index=series.index, dtype="string", name="lang")


def _fallback(fallback: pd.Series | str, texts: pd.Series) -> np.ndarray:
    if isinstance(fallback, str):
        return np.array([fallback] * len(texts), dtype=object)
    one_a_post(fallback, texts, argument="fallback", one="language code")
    values = fallback.astype(object)
    return values.where(values.notna(), "und").to_numpy()


@lru_cache(maxsize=1)
def _weights() -> np.ndarray:
    """Weight of each vocabulary word (columns) for each language that has a word list (rows)."""
    lists = {lang: words for (lang, _), words in load_cues("function_words").items()}
    known = np.stack([vocabulary().flags(lists.get(code, ())) for code in CODES])
    shared = np.maximum(known.sum(axis=0), 1)
    return known / shared


def code_of(tag: str) -> str | None:
    """The code of a tag as networks write it (en-US, FR, eng); None if it names no language."""
    found = _TAG.fullmatch(tag.strip().lower())
    if found is None or _NO_LANGUAGE.fullmatch(found[1]):
        return None
    return _THREE.get(found[1], found[1])


def vote(table: TokenTable) -> np.ndarray:
    """The language whose function words lead in each post, or "und"."""
    weights = _weights()
    votes = np.stack([table.per_post(weights[i][table.ids]) for i in range(len(CODES))])
    best = votes.argmax(axis=0)
    ordered = np.sort(votes, axis=0)
    clear = ordered[-1] - ordered[-2] >= LEAD
    return np.where(clear, np.array(CODES, dtype=object)[best], "und")


def other_script(cleaned: list[str]) -> np.ndarray:
    """True where most letters are not Latin: Cyrillic, Arabic, Chinese, ..."""
    out = np.zeros(len(cleaned), dtype=bool)
    for i, text in enumerate(cleaned):
        if text.isascii():
            continue
        far = len(_FAR_LETTER.findall(text))
        out[i] = far > 0 and 2 * far > len(_LETTER.findall(_HANDLE.sub("", without_urls(text))))
    return out
