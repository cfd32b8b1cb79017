"""Posts → one flat array of tokens, so that every lookup runs once a batch and not once a post.

A batch is joined, split at spaces and then by one regular expression, and each token becomes an
integer: its number in the vocabulary of all word lists, 0 when it is in none. Scores, negation and
phrases are then arithmetic on these arrays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from carekit.text.lexicon import load_cues, load_emoji, load_tone
from carekit.text.prepare import without_noise

LANGS = ("en", "fr", "und")
"""The word lists that a post can be read with; "und" reads with both."""

UNKNOWN, POST_END, NUMBER = 0, 1, 2
LONGEST_PHRASE = 6
MOST_READ = 300_000  # stretches without spaces of which is remembered what they hold

_DIGITS = r"[0-9]+(?:[.,:][0-9]+)*"
_STRETCHED = re.compile(r"(\w)\1{2,}")
# A word keeps an English ending ("don't") and a French opening ends with its apostrophe ("n'").
_LETTERS = "[A-Za-zÀ-ÖØ-öø-ɏ]"
_WORD = rf"{_LETTERS}+(?:'(?:(?:t|s|re|ve|ll|d|m|all|T|S|RE|VE|LL|D|M|ALL)\b|(?=\w)))?"


def _plain(text: str) -> str:
    """One apostrophe, no HTML entities, and hearts that hold no digit (digits became 0)."""
    text = text.replace("’", "'").replace("&lt;0", "❤").replace("<0", "❤").replace("<3", "❤")
    return text.replace("&amp;", " ").replace("&gt;", " ").replace("&lt;", " ")


@lru_cache(maxsize=1)
def token_pattern() -> re.Pattern[str]:
    """One token: word, post end, number, punctuation, emoticon or emoji."""
    marks = sorted(load_emoji(), key=len, reverse=True)
    faces = {form for m in marks if m.isascii() for form in (m, m.upper())}
    emoji = "".join(re.escape(m) for m in marks if not m.isascii() and len(m) == 1)
    face = "|".join(re.escape(f) for f in sorted(faces, key=len, reverse=True))
    return re.compile(rf"{_WORD}|\n|0|(?:{face})(?!\w)|\.\.+|[.,!?;:…{emoji}]")


def split(text: str) -> list[str]:
    """Tokens of one lower-case text: what a phrase of a word list becomes.

    >>> split("n'ai toujours pas reçu")
    ["n'", 'ai', 'toujours', 'pas', 'reçu']
    """
    return token_pattern().findall(re.sub(_DIGITS, "0", _plain(text)))


@dataclass(frozen=True)
class TokenTable:
    """A batch of posts as arrays, one element a token: its number in the vocabulary (0 when
    unknown), the position of its post in the batch, whether it has three letters or more, all
    capitals.
    """

    ids: np.ndarray
    post: np.ndarray
    capitals: np.ndarray
    n_posts: int

    def per_post(self, values: np.ndarray) -> np.ndarray:
        """The sum of `values` (one a token) in each post."""
        return np.bincount(self.post, weights=values, minlength=self.n_posts)

    def shifted(self, values: np.ndarray, by: int) -> np.ndarray:
        """`values` of the token `by` places before (after, if negative); 0 beyond the batch."""
        out = np.zeros_like(values)
        if by >= 0:
            out[by:] = values[: len(values) - by] if by <= len(values) else 0
        else:
            out[:by] = values[-by:]
        return out


@dataclass(frozen=True)
class Phrases:
    """Phrases of one length: sorted keys, and the row of each in the list of phrases."""

    length: int
    keys: np.ndarray
    rows: np.ndarray
    starts: np.ndarray


class _Read(dict[str, tuple[int, ...]]):
    """What a function tells of a stretch without spaces, asked once: posts repeat their words."""

    def __init__(self, tell: Callable[[str], tuple[int, ...]]) -> None:
        self.tell = tell

    def __missing__(self, stretch: str) -> tuple[int, ...]:
        self[stretch] = told = self.tell(stretch)
        return told


class Vocabulary:
    """Every form of every word list, numbered; and the phrases among them."""

    def __init__(self, words: Iterable[str]) -> None:
        self.number: dict[str, int] = {"": UNKNOWN, "\n": POST_END, "0": NUMBER}
        for word in words:
            for token in split(word):
                self.number.setdefault(token, len(self.number))
        self.size = len(self.number)
        self.read = _Read(self._read)

    def flags(self, words: Iterable[str]) -> np.ndarray:
        """True at the numbers of these one-token words."""
        out = np.zeros(self.size, dtype=bool)
        for word in words:
            tokens = split(word)
            if len(tokens) == 1:
                out[self.number[tokens[0]]] = True
        return out

    def values(self, scores: Mapping[str, float]) -> np.ndarray:
        """The score at the number of each one-token word."""
        out = np.zeros(self.size)
        for word, score in scores.items():
            tokens = split(word)
            if len(tokens) == 1:
                out[self.number[tokens[0]]] = score
        return out

    def index_phrases(self, phrases: list[str]) -> list[Phrases]:
        """An index of `phrases`, longest first; a match gives the position in the list."""
        groups: dict[int, list[tuple[int, int]]] = {}
        starts: dict[int, set[int]] = {}
        for row, phrase in enumerate(phrases):
            ids = [self.number[t] for t in split(phrase)]
            if 2 <= len(ids) <= LONGEST_PHRASE:
                key = int(_keys(np.array(ids), len(ids))[0])
                groups.setdefault(len(ids), []).append((key, row))
                starts.setdefault(len(ids), set()).add(ids[0])
        index = []
        for length in sorted(groups, reverse=True):
            pairs = sorted(groups[length])
            first = np.zeros(self.size, dtype=bool)
            first[list(starts[length])] = True
            keys = np.array([k for k, _ in pairs], dtype=np.uint64)
            index.append(Phrases(length, keys, np.array([r for _, r in pairs]), first))
        return index

    def tokenise(self, texts: list[str], *, bare: Any = None) -> TokenTable:
        """Cleaned texts → their tokens. Texts must hold no line feed (`prepare.clean` sees to it).

        `bare` is `prepare.without_noise(texts)` where the caller has it already.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        bare = without_noise(texts) if bare is None else bare
        bare = pc.replace_substring_regex(bare, pattern=_DIGITS, replacement="0")
        joined = _plain(" \n ".join(bare.to_pylist()) + " \n") if texts else ""
        if len(self.read) > MOST_READ:
            self.read.clear()
        # No token holds a space.
        stretches = pc.split_pattern(pa.array([joined], pa.large_string()), pattern=" ").flatten()
        each = stretches.dictionary_encode()
        held = pa.array(
            map(self.read.__getitem__, each.dictionary.to_pylist()), pa.list_(pa.int32())
        )
        told = held.take(each.indices).flatten().to_numpy()
        ids = told >> 1
        ends = ids == POST_END
        post = np.cumsum(ends).astype(np.int32)
        post[ends] -= 1
        return TokenTable(ids, post, (told & 1).astype(bool), len(texts))

    def _read(self, stretch: str) -> tuple[int, ...]:
        """Twice the number of each token, and one more if it is in capitals."""
        return tuple(map(self._number, token_pattern().findall(stretch)))

    def _number(self, token: str) -> int:
        small = token.lower()
        found = self.number.get(small, UNKNOWN)
        if not found and len(small) > 2 and _STRETCHED.search(small):
            found = self._stretched(small)
        return 2 * found + (len(token) > 2 and token.isupper())

    def _stretched(self, token: str) -> int:
        """The number of a stretched word ("sooo"): letters doubled first, then single."""
        for repeat in (r"\1\1", r"\1"):
            found = self.number.get(_STRETCHED.sub(repeat, token), UNKNOWN)
            if found:
                return found
        return UNKNOWN


def match_phrases(ids: np.ndarray, index: list[Phrases]) -> tuple[np.ndarray, np.ndarray]:
    """Phrases among the tokens of whole posts, longest first, without overlap.

    Returns
    -------
    row : array of int
        At the first token of each match the phrase's position in the indexed list, else -1.
    used : array of bool
        The token is part of a match.
    """
    row = np.full(len(ids), -1, dtype=np.int64)
    used = np.zeros(len(ids), dtype=bool)
    for phrases in index:
        size = phrases.length
        if len(ids) < size:
            continue
        at = np.flatnonzero(phrases.starts[ids[: len(ids) - size + 1]])
        keys = _keys_at(ids, at, size)
        spot = np.searchsorted(phrases.keys, keys)
        spot[spot == len(phrases.keys)] = 0
        hit = phrases.keys[spot] == keys
        at, spot = at[hit], spot[hit]
        free = np.ones(len(at), dtype=bool)
        for step in range(size):
            free &= ~used[at + step]
        at, spot = at[free], spot[free]
        row[at] = phrases.rows[spot]
        for step in range(size):
            used[at + step] = True
    return row, used


_BASE = np.uint64(1_000_003)


def _keys(ids: np.ndarray, size: int) -> np.ndarray:
    """A 64-bit key of each run of `size` tokens."""
    return _keys_at(ids, np.arange(len(ids) - size + 1), size)


def _keys_at(ids: np.ndarray, at: np.ndarray, size: int) -> np.ndarray:
    key = np.zeros(len(at), dtype=np.uint64)
    for step in range(size):
        key = key * _BASE + ids[at + step].astype(np.uint64)
    return key


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary of all word lists that carekit ships."""
    words: list[str] = list(load_emoji())
    for lang in ("en", "fr"):
        words += [entry.form for entry in load_tone(lang)]
    for name in ("cues", "function_words", "abuse"):
        for cue in load_cues(name).values():
            words += cue
    words += [".", ",", "!", "?", ";", ":", "…", "..", "..."]
    return Vocabulary(words)
