"""Tone: words, negation, stress, contrast, in both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.text.tone import score_tone

ENGLISH = {
    "positive": [
        "Thanks so much, your agent was great!",
        "Best airline ever, love you guys",
        "No problem at all, smooth check in",
        "Wow, that was quick. Impressed!",
        "not bad at all",
        "Kudos to the crew of this morning 👏",
        "soooo happy with the new phone",
        "You saved my day :)",
    ],
    "neutral": [
        "What time does the store open on Sunday?",
        "I am at the airport",
        "Do you fly to Denver",
        "Can someone DM me? Thanks",
        "Ok I will send it tomorrow",
        "Which form do I fill in",
    ],
    "negative": [
        "2 hours on hold and counting",
        "My flight got cancelled again",
        "not happy",
        "The app won't load",
        "still waiting for a reply",
        "great crew but they lost my bag",
        "thanks for nothing",
        "WORST SERVICE EVER",
        "Internet is down for the third time this week",
        "I never received my order",
        "why is my bill so high, this is ridiculous",
        "you guys suck 😡",
    ],
}
FRENCH = {
    "positive": [
        "Merci beaucoup, votre collègue a été super !",
        "Livraison rapide et soignée, je recommande",
        "Aucun problème, tout fonctionne",
        "pas mal du tout",
        "Bravo à toute l'équipe 👏",
        "Je suis ravie de mon achat",
        "tres content du service",
        "Belle victoire pour le climat",
    ],
    "neutral": [
        "À quelle heure ouvre le magasin dimanche ?",
        "Je suis à la gare",
        "La réunion commence à 9 h",
        "Merci d'avance pour votre réponse",
        "Le gouvernement présente son plan pour l'énergie",
        "Bonjour, bonne journée",
        "Je déclare des dégâts des eaux",
    ],
    "negative": [
        "Deux heures d'attente et personne ne répond",
        "Mon train est encore supprimé",
        "pas content",
        "L'appli ne marche plus",
        "toujours aucune réponse de votre part",
        "vendeur sympa mais colis perdu",
        "merci pour rien",
        "SERVICE CLIENT LAMENTABLE",
        "Ma box est en panne depuis lundi",
        "Je n'ai jamais reçu ma commande",
        "c'est honteux, remboursez",
        "Quelle honte ces mensonges",
    ],
}


def _cases():
    for lang, cases in (("en", ENGLISH), ("fr", FRENCH)):
        for tone, texts in cases.items():
            for text in texts:
                yield pytest.param(lang, tone, text, id=f"{lang}-{text[:30]}")


@pytest.mark.parametrize(("lang", "tone", "text"), list(_cases()))
def test_tone_of_plain_posts(lang, tone, text):
    assert score_tone([text], lang=lang)["tone"][0] == tone


def _score(text: str, lang: str = "en") -> float:
    return float(score_tone([text], lang=lang)["tone_score"][0])


def test_stress_makes_a_score_stronger():
    assert _score("good") < _score("very good")
    assert _score("this is bad") > _score("this is BAD")
    assert _score("good") < _score("good!!!")
    assert _score("slightly bad") > _score("bad")


def test_negation_stops_at_a_sentence_and_at_three_words():
    assert _score("not good") < 0
    assert _score("no. good") > 0
    assert _score("not that i know, good") > 0


def test_what_comes_after_but_weighs_more():
    assert _score("lovely but awful") < 0
    assert _score("awful but lovely") > _score("lovely but awful")


def test_expectations_count_only_when_negated():
    assert _score("it loads") == 0
    assert _score("it is not loading") < 0
    assert _score("la page charge", "fr") == 0
    assert _score("la page ne charge pas", "fr") < 0


def test_plus_denies_only_after_ne():
    assert score_tone(["je n'ai plus de réseau"], lang="fr")["tone"][0] == "negative"
    assert score_tone(["un service en plus"], lang="fr")["tone"][0] == "neutral"


def test_stretched_words_typographic_apostrophes_and_hearts_are_read():
    assert _score("coooool") == _score("cool")
    assert _score("don’t like") == _score("don't like")
    assert _score("&lt;3") == _score("❤") > 0


def test_links_and_handles_say_nothing():
    assert _score("@BestAirline https://awful.example/terrible") == 0


def test_an_undecided_language_reads_both_lexicons():
    scores = score_tone(["super", "awful", "génial"])["tone_score"]
    assert scores[0] > 0 > scores[1]
    assert scores[2] > 0


def test_languages_of_a_column_are_used_post_by_post():
    # "grave" is bad in French, "sale" is dirty there and a bargain in English.
    texts = pd.Series(["sale", "sale"])
    found = score_tone(texts, lang=pd.Series(["fr", "en"]))
    assert found["tone_score"][0] < 0
    assert found["tone_score"][1] == 0


def test_index_is_kept_missing_stays_missing_and_input_is_unchanged():
    texts = pd.Series(["great", None, "bad"], index=[7, 8, 9])
    before = texts.copy()
    found = score_tone(texts, lang="en")
    assert found.index.to_list() == [7, 8, 9]
    assert found["tone"].isna().to_list() == [False, True, False]
    assert np.isnan(found.loc[8, "tone_score"])
    pd.testing.assert_series_equal(texts, before)
    assert len(score_tone([])) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=2, max_size=6))
def test_a_post_scores_the_same_alone_and_in_a_batch(texts):
    batch = score_tone(texts, lang="fr")
    alone = [score_tone([t], lang="fr")["tone_score"][0] for t in texts]
    assert batch["tone_score"].to_list() == alone
    assert batch["tone_score"].between(-1, 1).all()


def test_errors_name_what_came_what_was_expected_and_what_to_do():
    with pytest.raises(InputError) as error:
        score_tone(["a", 3, 4.5], lang="en")
    assert str(error.value) == (
        "`texts` holds 2 values that are not text (float, int), first at [1, 2]; expected text or "
        "missing. Convert the column with .astype('string')."
    )
    with pytest.raises(InputError) as error:
        score_tone("one post")
    assert str(error.value) == (
        "`texts` is one str; expected a Series or a list of posts. Put it in a list: [texts]"
    )
    with pytest.raises(InputError) as error:
        score_tone(["a", "b"], lang=pd.Series(["en"]))
    assert str(error.value) == (
        "`lang` has 1 values for 2 posts; expected one a post. Pass one language code, or a Series "
        "as long as `texts`."
    )


@pytest.mark.parametrize("batch", ["read", "later", "debate"])
def test_general_french_posts_are_told_apart(batch: str) -> None:
    posts = pd.read_csv(Path(__file__).parent / "general_fr.csv").query("batch == @batch")
    told = score_tone(posts["text"], lang="fr")["tone"]
    f1 = []
    for tone in ("negative", "neutral", "positive"):
        hits = ((told == tone) & (posts["tone"] == tone)).sum()
        f1.append(2 * hits / ((told == tone).sum() + (posts["tone"] == tone).sum()))
    assert sum(f1) / 3 >= 0.9


@pytest.mark.parametrize(
    "text",
    ["Un article sur le climat", "Outre la Manche, la coupe du monde", "Le style de la prime"],
)
def test_a_word_without_its_accent_is_no_other_word(text: str) -> None:
    assert score_tone([text], lang="fr")[["praise", "blame"]].iloc[0].tolist() == [0, 0]
