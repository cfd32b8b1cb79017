"""Languages: from function words, and what short posts get."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.text.language import detect_language

POSTS = {
    "en": [
        "where is my parcel, it should have been here on monday",
        "the app crashes when I open it",
        "thanks for your help with this",
        "I can't log in to my account",
        "is there a delay on the northern line",
    ],
    "fr": [
        "où est mon colis, il devait arriver lundi",
        "l'appli plante quand je l'ouvre",
        "merci pour votre aide",
        "je n'arrive pas à me connecter",
        "y a-t-il du retard sur la ligne 4",
        "j'attends une reponse depuis 3 jours",
    ],
    "es": ["dónde está mi pedido, todavía no ha llegado", "muchas gracias por su ayuda con esto"],
    "de": ["wo ist mein Paket, ich warte schon seit Montag", "ich kann mich nicht anmelden"],
    "it": ["dove è il mio pacco, non è ancora arrivato", "grazie per il vostro aiuto"],
    "pt": ["onde está o meu pedido, ainda não chegou", "obrigado pela ajuda com isso"],
    "nl": ["waar is mijn pakket, ik heb het nog niet", "bedankt voor jullie hulp met dit"],
}


@pytest.mark.parametrize("lang", list(POSTS))
def test_plain_posts_of_each_language(lang):
    assert set(detect_language(POSTS[lang])) == {lang}


def test_short_posts_take_the_language_of_their_author_or_thread():
    posts = pd.Series(["ok", "😀", None, "@acme https://x.example"], index=list("abcd"))
    fallback = pd.Series(["fr", "en", "fr", None], index=list("abcd"))
    assert detect_language(posts, fallback=fallback).to_dict() == {
        "a": "fr",
        "b": "en",
        "c": "fr",
        "d": "und",
    }


def test_other_scripts_are_not_forced_into_latin_languages():
    found = detect_language(["где моя посылка", "荷物はどこですか", "أين طلبي"])
    assert found.to_list() == ["other"] * 3


def test_links_and_handles_do_not_decide():
    assert detect_language(["@the_and_of où est mon colis https://the.example"])[0] == "fr"


def test_errors_name_what_came_what_was_expected_and_what_to_do():
    with pytest.raises(InputError) as error:
        detect_language(["a"], fallback=pd.Series(["en", "fr"]))
    assert str(error.value) == (
        "`fallback` has 2 values for 1 posts; expected one a post. Pass one language code, or a "
        "Series as long as `texts`."
    )
