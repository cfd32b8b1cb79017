"""Hand-offs: requested or announced, and the traps that are neither."""

from __future__ import annotations

import re

import duckdb
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.text.handoffs import HANDOFF_PATTERN, HANDOFF_PATTERNS, flag_handoffs
from carekit.text.prepare import URL_PATTERN

SENTENCES = {
    "en": {
        "requested": [
            "Please DM us your order number",
            "Send us a private message so we can look into this",
            "Could you shoot me a DM with your address?",
            "DM which model it is",
            "Can you contact us via direct message",
            "Please follow and DM.",
            "We'd like to help, message us privately with your phone number",
            "Hi there, drop us a note via DM and we'll check",
            "Feel free to inbox us",
            "Use the link below to send us a private message",
        ],
        "announced": [
            "We've sent you a DM",
            "I have replied to your private message",
            "Please check your DMs",
            "Just DM'd you!",
            "Thanks for your DM, we are on it",
            "We responded to you in a direct message",
        ],
        "none": [
            "Our shop opens at 3 pm",
            "We are sorry for the delay",
            "It costs 5 DM",
            "The private sector is hiring",
            "See our private sale tomorrow",
            "Thanks for your message",
            "Please leave a message after the tone",
            "We will update you here",
        ],
    },
    "fr": {
        "requested": [
            "Contactez-nous en MP svp",
            "Merci de nous envoyer votre numéro en message privé",
            "Pouvez-vous nous transmettre vos coordonnées par DM ?",
            "Vous pouvez utiliser la messagerie privée",
            "Écrivez-nous via la messagerie privée",
            "MP nous votre référence",
            "Continuons en privé",
            "Envoyez un MP avec votre numéro de commande",
            "La réponse se trouve sur notre site. Pouvez-vous passer en MP ?",
        ],
        "announced": [
            "Je vous ai envoyé un MP",
            "Nous vous avons répondu en message privé",
            "Regardez vos MP",
            "Consultez vos DM svp",
            "Vous avez reçu un MP",
            "MP envoyé",
            "cf vos messages privés",
        ],
        "none": [
            "Le secteur privé recrute",
            "Profitez de la vente privée",
            "Vous êtes privé de connexion, désolés",
            "Ouvert jusqu'à 3 pm à Londres",
            "Cela coûtait 5 DM",
            "Vous avez laissé un message au standard",
            "Nous sommes désolés pour ce retard",
            "Bonne journée à vous",
        ],
    },
}
CASES = [
    (lang, kind, t) for lang, kinds in SENTENCES.items() for kind in kinds for t in kinds[kind]
]


@pytest.mark.parametrize(("lang", "kind", "text"), CASES)
def test_what_a_brand_post_does_with_private_messages(lang, kind, text):
    assert flag_handoffs([text], lang=lang)[0] == kind


@pytest.mark.parametrize("kind", ["requested", "announced"])
def test_patterns_agree_in_python_arrow_and_duckdb(kind):
    texts = pd.DataFrame({"text": [t for _, _, t in CASES]})
    for pattern in (
        *(HANDOFF_PATTERNS[lang][kind] for lang in ("en", "fr")),
        HANDOFF_PATTERN[kind],
    ):
        assert not re.search(r"\\[bBwWdDsSAZuUpP1-9]|\(\?[=!<iP]", pattern)
        with duckdb.connect() as connection:
            connection.register("posts", texts)
            found = connection.execute(
                "select regexp_matches(regexp_replace(lower(text), ?, ' ', 'g'), ?) from posts",
                [URL_PATTERN, pattern],
            ).fetchall()
        compiled = re.compile(pattern)
        assert [bool(row[0]) for row in found] == [
            compiled.search(re.sub(URL_PATTERN, " ", t.lower())) is not None for t in texts["text"]
        ]


def test_only_brands_hand_off():
    found = flag_handoffs(
        pd.Series(["DM us please"] * 3, index=[4, 5, 6]),
        author_role=pd.Series(["brand", "customer", None], index=[4, 5, 6]),
        lang="en",
    )
    assert found.loc[4] == "requested"
    assert found.isna().to_list() == [False, True, True]


def test_roles_of_another_length_are_an_error():
    with pytest.raises(InputError) as error:
        flag_handoffs(["a"], author_role=pd.Series(["brand", "brand"]))
    assert str(error.value) == (
        "`author_role` has 2 values for 1 posts; expected one a post. Pass one role, or "
        "a Series as "
        "long as `texts`."
    )


@pytest.mark.parametrize(
    ("text", "handoff"),
    [
        ("We have updated our terms, send us a DM and I'll take a look!", "requested"),
        ("Can I have you DM me at the link", "requested"),
        ("If you need support we're happy to check it if you DM us", "requested"),
        ("Please message us with your booking reference", "requested"),
        ("Any question, we're just a DM away", "requested"),
        ("Send us a message by clicking the link below", "requested"),
        ("We have your DM and will follow up there", "announced"),
        ("Please check our reply in your DMs", "announced"),
        ("Feel free to message us again here if you need help", "none"),
        ("Are you getting an error message when you log in", "none"),
    ],
)
def test_what_real_answers_say_in_other_words(text, handoff):
    assert flag_handoffs([text], lang="en").to_list() == [handoff]
