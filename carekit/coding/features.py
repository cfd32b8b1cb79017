"""Posts → the numbers that the trained classifier reads: words, letter groups, lexicon features.

TF-IDF as in scikit-learn (smoothed idf, rows of length 1), computed here for two reasons. Speed:
letter groups are counted once for each distinct word of a batch and added up by one product of
sparse matrices, some six times faster than post by post. Safety: the state is plain arrays and
lists, saved without pickle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from carekit.text.language import vote
from carekit.text.matching import match_cleaned
from carekit.text.prepare import as_texts, clean_all, without_noise
from carekit.text.questions import PATTERNS
from carekit.text.tokens import vocabulary
from carekit.text.tone import SPREAD, score_table

LEXICON_FEATURES = tuple(
    "tone_score praise blame issues questions exclamations capitals n_words asks".split()
)

FEW_POSTS = 40

_NUMBER = re.compile(r"[0-9]+(?:[.,:][0-9]+)*")
_STRETCH = re.compile(r"(\w)\1{2,}")
# Words, `!`, `?`, `...` and single symbols such as emoji; a number becomes 0.
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[!?]+|\.\.+|[^\w\s.,;:'’\"()\[\]/\\*_-]")


def tokens_of(texts: list[str]) -> list[list[str]]:
    """Lower-case tokens of each cleaned text; links and handles left out.

    >>> tokens_of(["@acme 3 HOURS late?! soooo bad"])
    [['0', 'hours', 'late', '?!', 'soo', 'bad']]
    """
    if not texts:
        return []
    joined = "\n".join(without_noise(texts).to_pylist()).lower()
    joined = _STRETCH.sub(r"\1\1", _NUMBER.sub("0", joined))
    return [_TOKEN.findall(line) for line in joined.split("\n")]


@dataclass(kw_only=True, eq=False)
class TfidfFeatures:
    """Sparse rows: TF-IDF of words 1-2, TF-IDF of letter groups within words, lexicon features.

    `words`, `letters`: lengths of groups of words and of letters, each word padded by a space on
    both sides (None leaves them out); `lexicon`: add the features of the tone lexicon, scaled by
    their standard deviation; a group must occur in `min_posts` posts (in one, when there are fewer
    than 40), and of each kind the `max_features` most frequent are kept.
    """

    words: tuple[int, int] = (1, 2)
    letters: tuple[int, int] | None = (2, 5)
    lexicon: bool = True
    min_posts: int = 2
    max_features: int = 150_000

    def __post_init__(self) -> None:
        self.state_: dict[str, Any] = {}

    def settings(self) -> dict[str, Any]:
        """What it was made with: the same again gives features that have learned nothing."""
        return asdict(self)

    def fit_transform(self, texts: Iterable[Any], *, lang: pd.Series | str = "und") -> Any:
        """Learn vocabulary, idf and scales; return the rows of `texts`."""
        blocks = self._blocks(texts, lang, fit=True)
        return _stack(blocks)

    def transform(self, texts: Iterable[Any], *, lang: pd.Series | str = "und") -> Any:
        """A sparse matrix, one row per post."""
        return _stack(self._blocks(texts, lang, fit=False))

    def _blocks(self, texts: Iterable[Any], lang: pd.Series | str, *, fit: bool) -> list[Any]:
        from scipy import sparse

        series = as_texts(texts)
        cleaned = clean_all(series)
        tokens = tokens_of(cleaned)
        numbers: dict[str, int] = {}
        flat = np.array(
            [numbers.setdefault(t, len(numbers)) for post in tokens for t in post], dtype=np.int64
        )
        ends = np.cumsum([len(post) for post in tokens]) if tokens else np.array([], dtype=int)
        starts = np.concatenate([[0], ends]).astype(np.int64)
        post = np.repeat(np.arange(len(tokens)), np.diff(starts))
        blocks = [self._word_block(list(numbers), flat, post, len(tokens), fit=fit)]
        if self.letters is not None:
            counts = sparse.csr_matrix(
                (np.ones(len(flat)), flat, starts), shape=(len(tokens), len(numbers))
            )
            blocks.append(self._letter_block(list(numbers), counts, fit=fit))
        if self.lexicon:
            blocks.append(self._lexicon_block(cleaned, lang, fit=fit))
        return blocks

    def _word_block(
        self, names: list[str], flat: np.ndarray, post: np.ndarray, n_posts: int, *, fit: bool
    ) -> Any:
        """TF-IDF of runs of `words` tokens that lie within one post."""
        from scipy import sparse

        terms: list[str] = []
        rows, columns = [np.array([], dtype=int)], [np.array([], dtype=int)]
        for size in range(self.words[0], min(self.words[1], len(flat)) + 1):
            inside = post[size - 1 :] == post[: len(post) - size + 1]
            runs = np.lib.stride_tricks.sliding_window_view(flat, size)[inside]
            # A run is numbered by its first tokens and the next: no product grows too large.
            key = runs[:, 0]
            for token in runs.T[1:]:
                key = np.unique(key * (len(names) + 1) + token, return_inverse=True)[1]
            _, first, column = np.unique(key, return_index=True, return_inverse=True)
            rows.append(post[size - 1 :][inside])
            columns.append(column + len(terms))
            terms += [" ".join(names[i] for i in run) for run in runs[first]]
        at = (np.concatenate(rows), np.concatenate(columns))
        counts = sparse.csr_matrix((np.ones(len(at[0])), at), shape=(n_posts, len(terms)))
        return self._tfidf("words", terms, counts, fit=fit)

    def _letter_block(self, names: list[str], counts: Any, *, fit: bool) -> Any:
        """TF-IDF of letter groups: (posts × words) times (words × groups)."""
        from scipy import sparse

        low, high = self.letters or (1, 1)
        learned = None if fit else self.state_["letters"]["number"]
        numbers: dict[str, int] = {} if learned is None else learned
        indices: list[int] = []
        starts = [0]
        for name in names:
            padded = f" {name} "
            for size in range(low, high + 1):
                # A word shorter than the group counts once, whole, as scikit-learn has it.
                for at in range(max(len(padded) - size + 1, 1)):
                    group = padded[at : at + size]
                    if learned is None:
                        indices.append(numbers.setdefault(group, len(numbers)))
                    else:
                        number = numbers.get(group)
                        if number is not None:
                            indices.append(number)
                if size >= len(padded):
                    break
            starts.append(len(indices))
        groups = sparse.csr_matrix(
            (np.ones(len(indices)), indices, starts), shape=(len(names), len(numbers))
        )
        found = counts @ groups
        if fit:
            return self._tfidf("letters", list(numbers), found, fit=True)
        return _weigh(found, self.state_["letters"]["idf"])

    def _tfidf(self, block: str, terms: list[str], counts: Any, *, fit: bool) -> Any:
        """Choose columns and learn idf (fit), or map to the learned columns; then weigh."""
        from scipy import sparse

        counts = counts.tocsr()
        counts.sum_duplicates()
        if fit:
            posts = np.bincount(counts.indices, minlength=len(terms))
            # Of a handful of posts, every word is kept: none occurs often.
            least = self.min_posts if counts.shape[0] >= FEW_POSTS else 1
            keep = np.flatnonzero(posts >= least)
            if len(keep) > self.max_features:
                order = np.argsort(-posts[keep], kind="stable")[: self.max_features]
                keep = np.sort(keep[order])
            idf = np.log((1 + counts.shape[0]) / (1 + posts[keep])) + 1
            kept = [terms[i] for i in keep]
            self.state_[block] = {
                "terms": kept,
                "number": {t: i for i, t in enumerate(kept)},
                "idf": idf,
            }
            return _weigh(counts[:, keep], idf)
        number, idf = self.state_[block]["number"], self.state_[block]["idf"]
        place = np.array([number.get(t, -1) for t in terms], dtype=np.int64)
        known = np.flatnonzero(place >= 0)
        chosen = counts[:, known].tocoo()
        mapped = sparse.csr_matrix(
            (chosen.data, (chosen.row, place[known][chosen.col])), shape=(counts.shape[0], len(idf))
        )
        return _weigh(mapped, idf)

    def _lexicon_block(self, cleaned: list[str], lang: pd.Series | str, *, fit: bool) -> Any:
        from scipy import sparse

        values = lexicon_features(cleaned, lang)
        if fit:
            scale = values.std(axis=0)
            # A constant column has a spread of rounding errors, by which one must not divide.
            self.state_["lexicon"] = {"scale": np.where(scale > 1e-9, scale, 1.0)}
        return sparse.csr_matrix(values / self.state_["lexicon"]["scale"])


def lexicon_features(cleaned: list[str], lang: pd.Series | str = "und") -> np.ndarray:
    """One row per post, columns `LEXICON_FEATURES`; counts as log(1 + count)."""
    if not cleaned:
        return np.zeros((0, len(LEXICON_FEATURES)))
    import pyarrow.compute as pc

    bare = without_noise(cleaned)
    table = vocabulary().tokenise(cleaned, bare=bare)
    codes = vote(table) if isinstance(lang, str) and lang == "und" else np.asarray(lang, object)
    codes = np.broadcast_to(codes, (len(cleaned),))
    rows = np.where(codes == "en", 0, np.where(codes == "fr", 1, 2))
    scores = score_table(table, rows)
    raw = scores["raw"]
    n_words = table.per_post(table.ids != 1)
    return np.column_stack(
        [
            raw / np.sqrt(raw**2 + SPREAD),
            np.log1p(scores["praise"]),
            -np.log1p(-scores["blame"]),
            np.log1p(scores["issues"]),
            np.log1p(scores["queries"]),
            np.log1p(scores["exclaims"]),
            np.log1p(scores["capitals"]),
            np.log1p(n_words),
            match_cleaned(pc.utf8_lower(bare), patterns=PATTERNS, rows=rows).astype(float),
        ]
    )


def _weigh(counts: Any, idf: np.ndarray) -> Any:
    """Counts × idf, each row scaled to length 1."""
    rows = counts.tocsr().astype(float)
    rows.data = (1 + np.log(rows.data)) * idf[rows.indices]
    squares = np.bincount(
        np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)),
        weights=rows.data**2,
        minlength=rows.shape[0],
    )
    length = np.sqrt(np.where(squares > 0, squares, 1.0))
    rows.data /= np.repeat(length, np.diff(rows.indptr))
    return rows


def _stack(blocks: list[Any]) -> Any:
    from scipy import sparse

    return sparse.hstack(blocks, format="csr")
