"""Features: the same numbers as scikit-learn's TF-IDF, whatever the batch."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carekit.coding.features import LEXICON_FEATURES, TfidfFeatures, tokens_of

sklearn_text = pytest.importorskip("sklearn.feature_extraction.text")

POSTS = [
    "my bag is lost, where is my bag?",
    "thanks for the help with my bag",
    "le train est en retard, encore en retard !",
    "a",
    "no help at all, no help",
    "where is the help ? 😡",
]


def _theirs(posts, **settings):
    joined = [" ".join(t) for t in tokens_of(posts)]
    theirs = sklearn_text.TfidfVectorizer(
        lowercase=False, sublinear_tf=True, norm="l2", smooth_idf=True, **settings
    )
    return theirs, theirs.fit_transform(joined)


def test_words_equal_scikit_learn():
    ours = TfidfFeatures(letters=None, lexicon=False, min_posts=1)
    rows = ours.fit_transform(POSTS)
    theirs, expected = _theirs(POSTS, ngram_range=(1, 2), token_pattern=r"\S+")
    order = [theirs.vocabulary_[t] for t in ours.state_["words"]["terms"]]
    assert len(order) == expected.shape[1]
    np.testing.assert_allclose(rows.toarray(), expected.toarray()[:, order], atol=1e-12)


def test_letter_groups_equal_scikit_learn_char_wb():
    ours = TfidfFeatures(words=(1, 1), letters=(2, 5), lexicon=False, min_posts=1)
    rows = ours.fit_transform(POSTS)
    theirs, expected = _theirs(POSTS, analyzer="char_wb", ngram_range=(2, 5))
    order = [theirs.vocabulary_[t] for t in ours.state_["letters"]["terms"]]
    assert len(order) == expected.shape[1]
    width = len(ours.state_["words"]["terms"])
    np.testing.assert_allclose(rows.toarray()[:, width:], expected.toarray()[:, order], atol=1e-12)


def test_new_posts_use_the_learned_columns_only():
    ours = TfidfFeatures(min_posts=1)
    rows = ours.fit_transform(POSTS)
    again = ours.transform(POSTS)
    np.testing.assert_allclose(rows.toarray(), again.toarray())
    other = ours.transform(["ŧŧ ħħ"])
    assert other.shape == (1, rows.shape[1])
    assert other[:, : -len(LEXICON_FEATURES)].nnz == 0


def test_a_post_has_the_same_row_alone_and_in_a_batch():
    ours = TfidfFeatures(min_posts=1)
    ours.fit_transform(POSTS)
    batch = ours.transform(POSTS).toarray()
    alone = np.vstack([ours.transform([p]).toarray() for p in POSTS])
    np.testing.assert_allclose(batch, alone)


def test_rare_groups_are_left_out_and_width_is_bounded():
    many = POSTS * 7  # each word that only one of them holds stands in 7
    common = TfidfFeatures(min_posts=8)
    common.fit_transform(many)
    assert "bag" in common.state_["words"]["terms"]
    assert "thanks" not in common.state_["words"]["terms"]
    ours = TfidfFeatures(min_posts=2, max_features=5)
    ours.fit_transform(many)
    assert len(ours.state_["words"]["terms"]) == 5
    assert len(ours.state_["letters"]["terms"]) == 5


def test_tokens_keep_marks_and_leave_links_handles_and_numbers():
    assert tokens_of(["@acme WHY?! 24/7 https://x.example coooool 😀"]) == [
        ["why", "?!", "0", "0", "cool", "😀"]
    ]
    assert tokens_of([]) == []


def test_a_feature_that_never_varies_is_not_blown_up():
    # Rounding leaves a constant column a spread of 1e-16.
    rows = TfidfFeatures().fit_transform([f"w{i} number {i} z" for i in range(160)])
    assert abs(rows).max() < 10


def test_empty_and_missing_posts_give_rows_without_words():
    ours = TfidfFeatures(min_posts=1)
    ours.fit_transform(POSTS)
    rows = ours.transform(pd.Series([None, "", "   "]))
    assert rows.shape[0] == 3
    assert rows[:, : -len(LEXICON_FEATURES)].nnz == 0
    assert ours.transform([]).shape == (0, rows.shape[1])
