"""Abuse: insults aimed at people score, angry customers do not become trolls."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carekit.text.abuse import REVIEW_AT, score_abuse
from carekit.text.rules import RuleTriage, comment_class


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "You are all idiots"),
        ("en", "go kill yourself"),
        ("en", "what a bunch of morons"),
        ("en", "you stupid clown"),
        ("fr", "vous êtes des crétins"),
        ("fr", "ta gueule"),
        ("fr", "bande d'abrutis"),
        ("fr", "sale connard"),
    ],
)
def test_insults_aimed_at_people_go_to_a_person(lang, text):
    assert score_abuse([text], lang=lang)[0] >= REVIEW_AT


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "this stupid app crashed"),
        ("en", "your service is terrible, I want a refund"),
        ("en", "Thanks a lot"),
        ("fr", "ce service est lamentable"),
        ("fr", "encore un retard"),
        ("fr", "quel con de distributeur"),
    ],
)
def test_anger_at_the_service_does_not(lang, text):
    assert score_abuse([text], lang=lang)[0] < REVIEW_AT


def test_a_word_is_read_in_its_own_language():
    # "retard" is a delay in French and a slur in English.
    posts = pd.Series(["vous avez du retard", "you retard"])
    found = score_abuse(posts, lang=pd.Series(["fr", "en"]))
    assert found[0] == 0
    assert found[1] >= REVIEW_AT


def test_an_angry_customer_is_reviewed_and_stays_a_complaint():
    flags = RuleTriage(lang="en").flag(
        ["you idiots lost my bag, 5 hours late", "you are all idiots, ugly pigs"]
    )
    assert flags["needs_review"].to_list() == [True, True]
    assert comment_class(flags).to_list() == ["negative", "troll"]


def test_an_insult_does_not_reach_into_the_next_post():
    found = score_abuse(["this app is for an idiot", "you there"], lang="en")
    assert found[0] < REVIEW_AT
    assert found[1] == 0


def test_missing_stays_missing():
    assert np.isnan(score_abuse([None])[0])
    assert len(score_abuse([])) == 0
