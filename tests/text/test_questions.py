"""Questions: with and without a mark, the same in Python, RE2 and DuckDB."""

from __future__ import annotations

import re

import duckdb
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.text.prepare import NOISE_PATTERN
from carekit.text.questions import QUESTION_PATTERN, QUESTION_PATTERNS, flag_questions

ASKS = {
    "en": [
        "what time is it",
        "how are you today",
        "hey how old are you",
        "anyone here from texas",
        "do you like it",
        "is it raining there",
        "wanna chat",
        "who is this",
        "can i change my seat",
        "@acme why is the wifi off",
        "@acme hi, where's my parcel",
        "could someone please call me back",
        "any update on flight 12",
        "I was wondering if you ship to Spain",
        "not sure whether you ship to Spain",
        "please advise",
        "does anybody know when they open",
        "Lost bag. Who do I contact",
        "You open on Sunday, right",
        "so is it fixed or not",
        "It is late. Again?",
    ],
    "fr": [
        "où est mon colis",
        "pourquoi personne ne répond",
        "quand est-ce que ma commande arrive",
        "combien coûte un billet",
        "Pouvez-vous m'aider",
        "pouvez vous vérifier mon dossier svp",
        "bonjour comment je fais pour résilier",
        "quelqu'un sait si la ligne 4 roule",
        "je voudrais savoir si le magasin est ouvert",
        "y a-t-il un remboursement prévu",
        "à quelle heure ouvre le guichet",
        "que faire en cas de panne",
        "Quelle est la capitale du Portugal",
        "depuis quand la ligne est-elle fermée",
        "@acme qui peut m'aider",
        "c'est quand la livraison",
        "savez-vous s'il reste des places",
        "peux-tu me rappeler",
        "Vous êtes ouverts demain, non",
        "Toujours en panne ?",
    ],
}
TELLS = {
    "en": [
        "i know what you mean",
        "what a day",
        "how nice of them",
        "when i get home i will call",
        "have a good day",
        "do the right thing",
        "that is what i said",
        "see https://example.org/?q=1",
        "I am waiting at the gate.",
        "my bag is lost",
        "when they say 15 minutes they mean an hour",
        "you are right.",
    ],
    "fr": [
        "Quelle honte ce service",
        "Quand je vois ça je ris",
        "que de monde",
        "Merci pour votre aide",
        "le train est en retard",
        "j'ai pris rendez-vous hier",
        "peut-être demain",
        "dites-le à vos collègues",
        "voir https://exemple.fr/?id=2",
        "Comme prévu, je suis là où il faut.",
        "Mon colis n'est pas arrivé.",
        "si vous voulez",
    ],
}
SENTENCES = [(lang, text, True) for lang in ASKS for text in ASKS[lang]]
SENTENCES += [(lang, text, False) for lang in TELLS for text in TELLS[lang]]


@pytest.mark.parametrize(("lang", "text", "asks"), SENTENCES)
def test_questions_are_found_with_and_without_a_mark(lang, text, asks):
    assert flag_questions([text], lang=lang)[0] == asks


@pytest.mark.parametrize("lang", ["en", "fr", "und"])
def test_patterns_agree_in_python_arrow_and_duckdb(lang):
    pattern = QUESTION_PATTERNS.get(lang, QUESTION_PATTERN)
    texts = pd.DataFrame({"text": [text for _, text, _ in SENTENCES]})
    with duckdb.connect() as connection:
        connection.register("posts", texts)
        in_duckdb = connection.execute(
            "select regexp_matches(regexp_replace(lower(text), ?, ' ', 'g'), ?) from posts",
            [NOISE_PATTERN, pattern],
        ).fetchall()
    compiled = re.compile(pattern)
    in_python = [
        compiled.search(re.sub(NOISE_PATTERN, " ", t.lower())) is not None for t in texts["text"]
    ]
    in_arrow = flag_questions(texts["text"], lang=lang).to_list()
    assert [bool(row[0]) for row in in_duckdb] == in_python == in_arrow


@pytest.mark.parametrize("pattern", [*QUESTION_PATTERNS.values(), QUESTION_PATTERN])
def test_patterns_keep_to_what_every_engine_knows(pattern):
    assert not re.search(r"\\[bBwWdDsSAZuUpP1-9]|\(\?[=!<iP]|\\x", pattern)


def test_the_mark_alone_is_the_narrow_definition():
    posts = ["where is my bag", "my bag?", "https://example.org/?q"]
    assert flag_questions(posts, definition="mark").to_list() == [False, True, False]
    assert flag_questions(posts, lang="en").to_list() == [True, True, False]


def test_missing_stays_missing_and_the_index_is_kept():
    found = flag_questions(pd.Series(["why", None], index=[3, 4]), lang="en")
    assert found.index.to_list() == [3, 4]
    assert found.loc[3]
    assert found.isna().to_list() == [False, True]


def test_an_unknown_definition_is_an_error():
    with pytest.raises(InputError) as error:
        flag_questions(["a"], definition="strict")
    assert str(error.value) == (
        "`definition` is 'strict'; expected one of cues, mark. Use 'cues' to find "
        "questions without "
        "a question mark."
    )


@pytest.mark.parametrize("lang", QUESTION_PATTERNS)
def test_no_piece_of_a_pattern_was_left_unfilled(lang):
    # RE2 and Python read a stray {END} as text, Java refuses the whole pattern.
    assert re.search(r"\{[^0-9]", QUESTION_PATTERNS[lang]) is None
