"""Measured tables: every one has a card that names its columns."""

from __future__ import annotations

import pytest

from carekit.dataset.measured import list_measured, load_measured, measured_card
from carekit.errors import InputError


@pytest.mark.parametrize("name", list_measured())
def test_every_table_has_a_card_that_explains_every_column(name):
    card = measured_card(name)
    for column in load_measured(name).columns:
        assert f"| {column} |" in card
    assert "## Known bias" in card


def test_app_reviews_count_answers_dated_before_their_review_as_answers():
    reviews = load_measured("app_reviews_answers")
    assert (reviews.n_negative <= reviews.n_answered).all()
    assert (reviews.n_answered <= reviews.n).all()
    assert reviews.n.sum() == 1963


def test_waits_and_answers_of_the_reviews_fit_together():
    waits = load_measured("app_reviews_waits")[["events", "censored"]].sum()
    answers = load_measured("app_reviews_answers")
    assert waits.sum() == answers.n.sum() - answers.n_negative.sum()


def test_an_unknown_table_is_refused_with_all_names():
    with pytest.raises(
        InputError, match=r"`name` is 'reviews'; expected one of: app_reviews_answers"
    ):
        load_measured("reviews")
