"""Personal data: precision and recall on our own bench, checksums, redaction that keeps links."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.text.personal_checks import all_visible, is_card, is_iban, visible
from carekit.text.personal_data import (
    KINDS,
    find_in,
    find_personal_data,
    kinds_of,
    redact,
)

BENCH = Path(__file__).parent / "personal_data_bench.csv"
# Sixty posts written later by someone who had not read the rules: on first sight 0.929 and 0.975.
FRESH = Path(__file__).parent / "personal_data_fresh.csv"
_MARK = re.compile(r"\{(\w+):([^{}]*)\}")

# What the rules reach today; a change may raise these, never lower them. On first sight of the
# bench, before any rule was mended, they were 0.971 and 0.939 over all kinds.
FLOOR = {
    "account": (1.0, 1.0),
    "address": (1.0, 1.0),
    "card": (1.0, 1.0),
    "email": (1.0, 1.0),
    "iban": (1.0, 1.0),
    "order": (1.0, 0.93),
    "phone": (1.0, 1.0),
}


def _bench(path: Path = BENCH) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """(text, [(kind, start, end)]) of each post of the bench."""
    posts = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text, spans, at = "", [], 0
            for mark in _MARK.finditer(row["marked"]):
                text += row["marked"][at : mark.start()]
                spans.append((mark[1], len(text), len(text) + len(mark[2])))
                text += mark[2]
                at = mark.end()
            posts.append((text + row["marked"][at:], spans))
    return posts


def _scores(path: Path = BENCH, **options: str) -> dict[str, tuple[float, float]]:
    right, wrong, missed = Counter(), Counter(), Counter()
    for text, spans in _bench(path):
        found = find_in(text, **options)
        for kind, start, end in spans:
            # A leading # may be left out; everything else must be covered.
            hit = next(
                (f for f in found if f.kind == kind and f.start <= start + 1 and f.end >= end), None
            )
            right[kind] += hit is not None
            missed[kind] += hit is None
            if hit:
                found.remove(hit)
        wrong.update(f.kind for f in found)
    return {k: (right[k] / (right[k] + wrong[k]), right[k] / (right[k] + missed[k])) for k in FLOOR}


def test_the_bench_is_large_and_varied():
    posts = _bench()
    assert len(posts) >= 300
    assert len({text for text, _ in posts}) == len(posts)
    assert sum(not spans for _, spans in posts) >= 100
    kinds = Counter(kind for _, spans in posts for kind, _, _ in spans)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) >= 8


@pytest.mark.parametrize("kind", list(FLOOR))
def test_precision_and_recall_on_the_bench_do_not_fall(kind):
    precision, recall = _scores()[kind]
    assert precision >= FLOOR[kind][0]
    assert recall >= FLOOR[kind][1]


@pytest.mark.parametrize("kind", FLOOR)
def test_posts_that_the_rules_were_not_written_on_do_no_worse(kind):
    precision, recall = _scores(FRESH)[kind]
    assert recall == 1.0
    assert precision >= (0.83 if kind == "address" else 1.0)


def test_a_seat_is_no_address_and_a_number_in_groups_goes_whole():
    posts = ["voiture 14 place 63", "n° d'abonné 7741 2288 90, merci", "client depuis 2004 2005"]
    assert redact(posts).to_list() == [posts[0], "n° d'abonné [account], merci", posts[2]]


def test_the_quick_look_loses_nothing_on_the_bench():
    texts = [text for text, _ in _bench()]
    full = ["|".join(k for k in KINDS if k in {f.kind for f in find_in(t)}) for t in texts]
    assert kinds_of(texts) == full


def test_phonenumbers_finds_no_less():
    pytest.importorskip("phonenumbers")
    assert _scores(phones="both")["phone"][1] >= FLOOR["phone"][1]


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        # Numbers published for tests by the payment networks.
        ("4111 1111 1111 1111", True),
        ("5500000000000004", True),
        ("3782 822463 10005", True),
        ("4111 1111 1111 1112", False),
        ("0000 0000 0000 0000", False),
        ("552 100 554 00013", False),
        ("356938035643809", False),
    ],
)
def test_cards_need_an_issuer_and_luhn(number, valid):
    assert is_card(number) is valid


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        # Examples of the ISO 13616 registry.
        ("FR14 2004 1010 0505 0001 3M02 606", True),
        ("GB29NWBK60161331926819", True),
        ("DE89 3704 0044 0532 0130 00", True),
        ("FR15 2004 1010 0505 0001 3M02 606", False),
        ("XX89 3704 0044 0532 0130 00", False),
        ("FR76", False),
    ],
)
def test_iban_needs_its_length_and_mod_97(number, valid):
    assert is_iban(number) is valid


def test_a_toll_free_line_is_no_personal_number_even_when_it_passes_luhn():
    assert find_in("call 1-800-555-0100 or 0 800 10 20 30") == []


def test_redaction_says_what_was_there_and_keeps_the_rest():
    posts = pd.Series(
        ["mail jo@example.org or 06 39 98 12 45 !", None, "nothing here"], index=[4, 5, 6]
    )
    before = posts.copy()
    found = redact(posts)
    assert found.dropna().to_dict() == {4: "mail [email] or [phone] !", 6: "nothing here"}
    assert found.isna().to_dict() == {4: False, 5: True, 6: False}
    pd.testing.assert_series_equal(posts, before)


def test_redacting_twice_changes_nothing_more():
    once = redact([text for text, _ in _bench()])
    assert redact(once).to_list() == once.to_list()


def test_handles_become_pseudonyms_that_still_link():
    names = {"ann": "u1", "bob": "u2"}
    posts = ["@ann hello @Acme_Care", "thanks @bob and @ann!"]
    found = redact(posts, pseudonymise=names.__getitem__, keep_handles=["acme_care"])
    assert found.to_list() == ["@u1 hello @Acme_Care", "thanks @u2 and @u1!"]
    assert redact(posts).to_list() == posts


def test_mail_addresses_are_no_handles():
    kinds = find_personal_data(["jo@example.org and @jo and @jo@social.example"])["kind"]
    assert kinds.to_list() == ["email", "handle", "handle"]


def test_only_the_kinds_asked_for_are_replaced():
    assert redact(["jo@example.org 06 39 98 12 45"], kinds=["phone"])[0] == "jo@example.org [phone]"


def test_findings_give_positions_and_never_the_data():
    posts = pd.Series(["call 06 39 98 12 45"], index=["x:1"])
    found = find_personal_data(posts)
    assert list(found.columns) == ["post", "kind", "start", "end"]
    assert found.values.tolist() == [["x:1", "phone", 5, 19]]
    assert find_personal_data([]).empty


def test_errors_name_what_came_what_was_expected_and_what_to_do():
    with pytest.raises(InputError) as error:
        redact(["a"], kinds=["name"])
    assert str(error.value) == (
        "`kinds` holds 'name'; expected among email, iban, phone, card, order, account, address. "
        "Handles are replaced by giving `pseudonymise`."
    )
    with pytest.raises(InputError) as error:
        find_personal_data(["a"], phones="all")
    assert str(error.value) == (
        "`phones` is 'all'; expected one of patterns, both. Use 'patterns', which needs no extra."
    )


# Spellings with which an attack got through: (post, what must be gone).
SPELLINGS = [
    ("Appelez-moi au 06/12/34/56/78", "34"),
    ("mon 06_12_34_56_78", "34"),
    ("06 1234 5678", "1234"),
    ("33612345678", "345"),
    ("6 12 34 56 78 est mon portable", "34"),
    ("O6.12.34.56.78", "34"),
    ("０６ １２ ３４ ５６ ７８", "３４"),
    ("٠٦١٢٣٤٥٦٧٨", "٣٤"),
    ("06\n12\n34\n56\n78", "34"),
    ("06 · 12 · 34 · 56 · 78", "34"),
    ("06|12|34|56|78", "34"),
    ("06,12,34,56,78", "34"),
    ("tel06 12 34 56 78", "34"),
    ("06\u200912\u200934\u200956\u200978", "34"),
    ("06\t12\t34\t56\t78", "34"),
    ("06 12 34 56 78€", "34"),
    ("https://wa.me/33612345678", "345"),
    ("0478/12.34.56", "34"),
    ("FR 76 3000 6000 0112 3456 7890 189", "3456"),
    ("FR76  3000  6000  0112  3456  7890  189", "3456"),
    ("FR76\u00a03000\u00a06000\u00a00112\u00a03456\u00a07890\u00a0189", "3456"),
    ("FR76\n3000 6000 0112 3456 7890 189", "3456"),
    ("F R 7 6 3 0 0 0 6 0 0 0 0 1 1 2 3 4 5 6 7 8 9 0 1 8 9", "3 4 5 6"),
    ("FR76/3000/6000/0112/3456/7890/189", "3456"),
    ("RIB 30006 00001 12345678901 89", "12345678901"),
    ("4111.1111.1111.1111", "1111"),
    ("carte 4111_1111_1111_1111", "1111"),
    ("4111  1111  1111  1111", "1111"),
    ("4111 1111 1111 1111 exp 12/27 cvv 123", "cvv 123"),
    ("jo.dupont@gmail,com", "dupont"),
    ("jo.dupont@gmail .com", "dupont"),
    ("jo.dupont @gmail.com", "dupont"),
    ("jo.dupont＠gmail.com", "dupont"),
    ("jo.dupont at example dot com", "dupont"),
    ("jo[.]dupont[@]gmail[.]com", "dupont"),
    ("jo.dupont@exämple.fr", "dupont"),
    ("jo.dupont%40gmail.com", "dupont"),
    ("jo.dupont@gmail", "dupont"),
    ("jo.dupont(a)gmail.com", "dupont"),
    ("jo.dupont-at-gmail.com", "dupont"),
    ("jo.dupont@[192.168.1.1]", "dupont"),
    ("12, rue des lilas, Lyon", "lilas"),
    ("12 R. DES LILAS 69003 LYON", "LILAS"),
    ("12 ch. des Lilas", "Lilas"),
    ("12 rue\ndes Lilas", "Lilas"),
    ("rue des Lilas 12, 1000 Bruxelles", "Lilas"),
    ("j'habite rue des Lilas au 12", "Lilas"),
    ("Hauptstraße 12, 10115 Berlin", "Haupt"),
    ("Lieu-dit Le Bourg, 24320 Verteillac", "Bourg"),
    ("my postcode is NW1 6XE", "6XE"),
    ("I'm at NW1 6XE", "6XE"),
    ("GPS 48.8584, 2.2945", "48.8584"),
    ("n° sécu 1 85 05 78 006 084 36", "006"),
    ("1 85 05 78 006 084 36", "006"),
    ("123-45-6789", "6789"),
    ("née le 12/05/1985", "1985"),
    ("plaque AB-123-CD", "123"),
    ("IP 203.0.113.33", "203.0"),
    ("permis 123456789012", "789012"),
    ("mot de passe: Azerty123!", "Azerty"),
    ("login jdupont85 mdp azerty", "azerty"),
    ("code PIN 4512", "4512"),
    ("commande numero 405 1234567 1234567", "1234567"),
    ("suivi 6A 123 456 789 01", "456"),
    ("colis 1Z 999 AA1 01 2345 6784", "2345"),
    ("# 12345678", "345"),
    ("réf. AB/12345/21", "12345"),
    ("dossier: 21 345 678", "345"),
    ("client 12 345 678", "345"),
]
HARMLESS = [
    "score 0123456789",
    "refs 2019 2020 2021",
    "policy 2021/2022",
    "compte 15000 abonnés",
    "demande 25000 signatures",
    "the number 42 42 42 42 bus",
    "dossier Covid19 update",
    "reference ISO27001 certified",
    "ref RFC2616 is obsolete",
    "commande MySQL8 error",
    "invoice Q32021",
    "claim 10000x better",
    "samedi 06 12 2021 34",
    "05/12, 06/12, 07/12, 08/12, 09/12",
    "10.1.2.3 to 10.1.2.255",
    "version 10.0.19045.3803 installed",
    "ligne 13 14 15 16 du metro",
    "mdp oublié",
    "identifiant jo12 mot de passe oublié",
]


@pytest.mark.parametrize(("post", "secret"), SPELLINGS)
def test_a_spelling_hides_nothing(post, secret):
    redacted = redact([post])[0]
    assert secret not in redacted
    assert redact([redacted])[0] == redacted


@pytest.mark.parametrize("post", HARMLESS)
def test_harmless_numbers_stay(post):
    assert redact([post])[0] == post


def test_positions_are_those_of_the_post_as_it_came():
    post = "tel  ０６  12\u00a034\t56\n78 !"
    (found,) = find_in(post)
    assert post[found.start : found.end] == "０６  12\u00a034\t56\n78"


def test_each_sign_that_is_not_plain_is_made_so_in_many_texts_as_in_one():
    signs = [chr(c) for c in range(1, 0x20000) if not 0xD800 <= c < 0xE000]
    texts = [f"0{sign}6" for sign in signs] + ["a  b", "a \xa0 b", ""]
    assert all_visible(texts) == [visible(text)[0] for text in texts]
