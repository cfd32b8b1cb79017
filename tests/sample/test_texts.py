"""The texts of the sample: what their labels say is in them, and nobody real is."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from carekit.sample.roster import brands
from carekit.sample.texts import fragments, personal
from carekit.sample.texts.dice import Dice

# firms that the texts must not name; those that are also words of the language are left out
REAL_FIRMS = """
AT&T Verizon Sprint T-Mobile Comcast Xfinity Spectrum Vodafone O2 EE SFR Bouygues Proximus Telenet
Swisscom Sunrise Rogers Telus Telstra Optus Eir Mobistar Amazon Apple Google Microsoft Samsung Sony
Nokia Huawei Netflix Spotify Uber Lyft Airbnb eBay PayPal Walmart Costco Tesco Sainsbury Asda Argos
Carrefour Auchan Leclerc Fnac Darty Ikea Zara Nike Adidas JetBlue Southwest Qantas Ryanair EasyJet
Lufthansa Swissair Eurostar SNCF TGV Amtrak SBB CFF SNCB NMBS DHL UPS FedEx Chronopost Colissimo
Hermes Yodel Purolator Bpost HSBC Barclays Lloyds NatWest Santander Citibank BNP LCL Axa Allianz
Maif Macif Groupama EDF Engie Veolia Electrabel Eon Centrica Hydro-Québec Desjardins Scotiabank RBC
Westpac ANZ Facebook Twitter Instagram YouTube LinkedIn Expedia TripAdvisor Ticketmaster BT TalkTalk
Nespresso Starbucks McDonald Nestlé Danone Renault Peugeot
""".split()
FIRST_NAMES = """
James Robert John Michael David William Richard Joseph Thomas Charles Mary Patricia Jennifer Linda
Elizabeth Barbara Susan Jessica Sarah Karen Emma Olivia Sophie Marie Jean Pierre Michel André
Philippe Nathalie Isabelle Sylvie Catherine Françoise Nicolas Julien Camille Léa Manon Chloé Lucas
Hugo Louis Antoine Paul Jacques Claude Anne Alice Julie Kevin Brian Steven Laura Emily Jack Oliver
Amelia Isla Mohamed Ahmed Fatima Maria Giovanni Hans Liam Noah Ethan Mason
""".split()  # fmt: skip


@pytest.fixture(scope="module")
def tagged(latest: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    both = latest.merge(labels, on="post_id", validate="one_to_one")
    return both[both["text"].notna()].reset_index(drop=True)


@pytest.fixture(scope="module")
def words(tagged: pd.DataFrame) -> set[str]:
    return set(re.findall(r"[\w&'’-]+", " ".join(tagged["text"])))


def test_no_real_firm_is_named(words):
    assert {w.lower() for w in words} & {firm.lower() for firm in REAL_FIRMS} == set()


def test_no_first_name_is_written(words):
    assert {w for w in words if w in FIRST_NAMES} == set()


def test_invented_brands_are_not_real_ones():
    for brand in brands():
        assert not set(brand.brand.split()) & (set(REAL_FIRMS) | set(FIRST_NAMES)), brand.brand


def test_the_label_of_the_question_mark_is_what_the_text_holds(tagged):
    customer = tagged[tagged["author_role"] == "customer"]
    holds = customer["text"].str.contains("?", regex=False)
    assert (holds == customer["question_mark"]).all()


def test_many_questions_have_no_question_mark_and_some_marks_ask_nothing(tagged):
    opening = tagged[tagged["kind"] == "opening"]
    asks, marked = opening["is_question"], opening["question_mark"]
    assert 0.25 < (~marked[asks]).mean() < 0.35
    assert (marked & ~asks).sum() > 100


def test_posts_on_x_have_at_most_140_characters(tagged):
    on_x = tagged[(tagged["network"] == "x") & tagged["trap"].ne("bot")]
    assert on_x["text"].str.len().max() <= 140


def test_posts_to_an_account_on_x_name_its_handle(tagged):
    mine = tagged[
        tagged["kind"].eq("opening") & tagged["network"].eq("x") & tagged["account"].notna()
    ]
    named = [t.startswith("@" + a) for t, a in zip(mine["text"], mine["account"], strict=True)]
    assert all(named)
    stray = tagged[tagged["kind"].eq("opening") & tagged["surface"].eq("no_mention")]
    assert not stray["text"].str.contains(r"@\w+[A-Z]", regex=True).any()


def test_openings_are_varied(tagged):
    opening = tagged[tagged["kind"].eq("opening") & tagged["incident"].isna()]
    assert opening["text"].nunique() / len(opening) > 0.95
    for lang in ("fr", "en"):
        tokens = " ".join(opening.loc[opening["lang"] == lang, "text"]).lower().split()
        assert len(set(tokens)) > 1500


def test_french_answers_of_brands_are_set_with_narrow_spaces(tagged):
    answers = tagged[tagged["author_role"].eq("brand") & tagged["lang"].eq("fr")]["text"]
    assert answers.str.contains("\u202f", regex=False).mean() > 0.1
    assert not answers.str.contains(r" [?!;]", regex=True).any()
    assert not answers.str.contains(r"\w[?!;]", regex=True).any()


def test_customers_space_their_signs_as_they_please(tagged):
    mine = tagged[tagged["author_role"].eq("customer") & tagged["lang"].eq("fr")]["text"]
    for pattern in (r" \?", r"\w\?", "\u00a0\\?"):
        assert mine.str.contains(pattern, regex=True).sum() > 100


EXPOSED = {
    "phone": r"\d[\d .()-]{6,}\d",
    "email": r"(?:@|\(at\)|arobase) ?example\.(?:com|org|net)",
    "order": r"\d{6,}|\d{3}-\d{7}|[A-K]\d\d-\d{6}",
    "iban": r"(?:FR|BE|CH|GB)\d\d",
    "card": r"\d{4} ?\d{4} ?\d{4} ?\d{4}",
    "address": r"\d+ \w+",
}


@pytest.mark.parametrize("kind", personal.KINDS)
def test_exposed_personal_data_are_in_the_text(tagged, kind):
    mine = tagged[
        tagged["pii_types"].str.split("|", regex=False).apply(lambda kinds: kind in kinds)
    ]
    assert len(mine) > 10
    assert mine["text"].str.contains(EXPOSED[kind], regex=True).all()


def luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def test_made_up_personal_data_have_the_form_of_real_ones_and_belong_to_nobody():
    phonenumbers = pytest.importorskip("phonenumbers")
    for seed in range(300):
        dice = Dice([(seed * 0.618 + k * 0.37) % 1 for k in range(48)])
        country = ["US", "CA", "GB", "IE", "AU", "FR", "BE", "CH"][seed % 8]
        number = phonenumbers.parse(personal.phone(dice, country), country)
        national = str(number.national_number)
        assert phonenumbers.is_possible_number(number)
        fictional = {
            1: national[3:7] == "5550", 33: national[:4] == "1990" or national[:5] == "63998",
            44: national[:6] in ("207946", "770090"), 61: national[:6] == "491570",
        }  # fmt: skip
        assert fictional[number.country_code], national
        iban = personal.iban(dice, country).replace(" ", "")
        moved = iban[4:] + iban[:4]
        assert int("".join(str(int(c, 36)) for c in moved)) % 97 == 1
        assert iban[4:8] in ("9999", "ZZZZ") or iban[4:7] == "999"
    assert all(luhn(card.replace(" ", "")) for card in personal.TEST_CARDS)


def test_handoffs_are_written_in_the_answers_that_are_labelled_so(tagged):
    asked = tagged[tagged["handoff"] == "requested"]
    told = tagged[tagged["handoff"] == "announced"]
    assert len(asked) > 200
    assert len(told) > 50
    assert (
        asked["text"]
        .str.contains(
            r"(?i)\bDM\b|private message|direct message|message privé|\bMP\b|messagerie privée",
            regex=True,
        )
        .all()
    )
    assert (
        told["text"]
        .str.contains(r"(?i)\bDM\b|private message|direct message|message privé|\bMP\b", regex=True)
        .all()
    )
    other = tagged[tagged["author_role"].eq("brand") & tagged["handoff"].eq("none")]
    assert (
        not other["text"]
        .str.contains(r"\bDM\b|\bMP\b|private message|message privé", regex=True)
        .any()
    )


def test_both_languages_have_the_same_fragments():
    english, french = (vars(fragments(lang)) for lang in ("en", "fr"))
    own = {"goods", "goods_pairs", "pounds", "euros", "dollars", "francs"}
    assert set(english) - own == set(french) - own
    for name in ("cores", "questions", "emotion", "reply", "substance", "redirect", "personal"):
        assert set(english[name]) == set(french[name]), name
    for category, by_tone in english["cores"].items():
        assert set(by_tone) == set(french["cores"][category]), category


def test_fragments_of_customers_hold_no_stray_question_mark():
    for lang in ("en", "fr"):
        words = vars(fragments(lang))
        for name in ("again", "thanks", "still", "details", "flat", "irony", "greeting"):
            assert not any("?" in f for f in words[name]), name
        for lists in (words["questions"], words["extra"]):
            assert not any("?" in q for questions in lists.values() for q in questions)
