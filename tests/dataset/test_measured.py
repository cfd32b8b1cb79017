"""Measured tables: every one has a card that names its columns."""

from __future__ import annotations

import re

import pytest

from carekit.dataset.measured import list_measured, load_measured, measured_card
from carekit.errors import InputError


@pytest.mark.parametrize("name", list_measured())
def test_every_table_has_a_card_that_explains_every_column(name):
    card = measured_card(name)
    for column in load_measured(name).columns:
        assert f"| {column} |" in card
    assert "## Known bias" in card


# Table → what its card counts: sums of counts, and how many different brands, apps, accounts.
SAID = {
    "app_reviews_answers": "n",
    "cfpb_2013_channel_by_age_tag": "n",
    "atlas/a_app_reviews": "n n_answered brand",
    "atlas/a_extra_low_star_productivity": "n n_answered app_id",
    "atlas/b_other_networks": "n n_answered",
    "atlas/c_channels": "n",
    "atlas/d_cfpb_age_tag_by_channel": "n",
    "atlas/e_care_accounts": "account brand",
}


@pytest.mark.parametrize("name", SAID)
def test_a_card_says_the_totals_of_its_table(name):
    table = load_measured(name)
    said = measured_card(name).partition("- **How**")[0]
    for column in SAID[name].split():
        values = table[column]
        total = values.sum() if column.startswith("n") else values.nunique()
        assert re.search(rf"\b{total:,}\b", said), (column, total)


def test_cards_of_the_atlas_say_its_years_and_its_countries_as_they_are():
    years = load_measured("atlas/d_cfpb_age_tag_by_channel")["year_received"]
    card = measured_card("atlas/d_cfpb_age_tag_by_channel")
    assert f"extracts, {years.min()} to {years.max()}" in card
    reviews = load_measured("atlas/a_app_reviews")
    india = reviews[reviews["country"] == "IN"]
    money = india[india["sector"].isin(["payments", "banking", "fintech"])]
    shares = [round(100 * part["n"].sum() / reviews["n"].sum()) for part in (india, money)]
    said = (
        "apps of India are {} % of the store reviews, its payment, bank and fintech apps alone {} %"
    )
    assert said.format(*shares) in measured_card("atlas/a_app_reviews")


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
