"""The catalogues: the same placeholders, plurals, typography, and nothing that claims too much."""

import re

import pytest

from carekit.report import words
from carekit.report.model import Message, Value

FR, EN = words.catalogue("fr"), words.catalogue("en")
KEYS = sorted(FR)
# Words that claim a cause, a proof or a prize; the data allow none of them.
BANNED = {
    "fr": r"significati|prouv|\bleader|n° ?1|meilleur(?!\srang possible)|amélior",
    "en": r"significan|\bprov(e|es|ed|en)\b|\bleader|\bbest(?! place)|improv",
}
NAME = r"\{(?:brand|peer|name)\}"


def test_both_languages_know_the_same_keys():
    assert set(FR) == set(EN)
    assert len([k for k in KEYS if "{" in FR[k][0]]) >= 24


@pytest.mark.parametrize("key", KEYS)
def test_placeholders_are_the_same(key):
    # The form for one may leave out what is not needed there; that for many is whole.
    fr, en = (words.placeholders(c[key][-1]) for c in (FR, EN))
    assert fr == en
    assert words.placeholders(FR[key][0]) <= fr
    assert words.placeholders(EN[key][0]) <= en
    assert len(FR[key]) == len(EN[key])


@pytest.mark.parametrize("key", KEYS)
def test_typography(key):
    for pattern in FR[key]:
        assert not re.search(r"(?<![\u00a0\u202f]) ?[;!?»](?!\w)", pattern.replace("\u202f;", "")
                             .replace("\u202f?", "").replace("\u202f!", "")
                             .replace("\u00a0»", "")), pattern  # fmt: skip
        assert not re.search(r"(?<!\u00a0):", pattern), pattern
        assert "« " not in pattern
        assert not re.search(r"\d %", pattern), pattern
    for pattern in (*FR[key], *EN[key]):
        assert "'" not in pattern
        assert '"' not in pattern
        assert "  " not in pattern
        assert pattern == pattern.strip()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_word_claims_more_than_data_allow(lang):
    for key, patterns in words.catalogue(lang).items():
        if key.startswith("col."):
            continue
        for pattern in patterns:
            said = re.sub(r"\{\w+\}", "", pattern)
            assert not re.search(BANNED[lang], said, re.IGNORECASE), (key, pattern)


def test_a_name_never_follows_a_word_that_would_elide_or_agree():
    for key, patterns in FR.items():
        for pattern in patterns:
            found = re.search(rf"\b(de|d’|que|qu’|le|la|l’|du|au|des|aux)\s?{NAME}", pattern)
            assert not found, (key, pattern)


def test_small_shares_have_a_decimal_and_so_have_their_ends():
    share = Value("share", 0.044, 0.0365, 0.0531)
    text = words.say(Message("repeat.new", {"share": share}), "en")
    assert "4.4% of requests (3.6% to 5.3%)" in text or "4.4% of requests (3.7% to 5.3%)" in text


@pytest.mark.parametrize(
    ("lang", "n", "start"),
    [("fr", 0, "0 ligne"), ("fr", 1, "1 ligne "), ("fr", 2, "2 lignes"),
     ("en", 0, "0 repeated rows"), ("en", 1, "1 repeated row "), ("en", 2, "2 repeated rows")],
)  # fmt: skip
def test_plurals(lang, n, start):
    text = words.say(Message("limit.repeated", {"n": Value("count", n)}), lang)
    assert text.startswith(start)


def test_a_minus_is_a_minus_and_a_largest_gap_has_no_sign():
    values = {"brand": Value("text", "A"), "peer": Value("text", "B"),
              "d": Value("points", -0.0231, -0.057, 0.012), "max": Value("points", 0.057)}  # fmt: skip
    text = words.say(Message("diff.undecided", values), "en")
    assert text == (
        "A and B cannot be told apart: −2.3\u00a0points, −5.7 to +1.2. If they differ, it is by "
        "5.7\u00a0points at most."
    )


def test_names_are_cut_cleaned_and_turned_apart():
    rate = Value("share", 0.5)
    long = words.say(Message("rate.head", {"brand": Value("text", "X" * 500), "rate": rate}), "fr")
    assert len(long) < 90
    arabic = Value("text", "شركة\u202e")
    text = words.say(Message("rate.head", {"brand": arabic, "rate": rate}), "fr")
    assert text.startswith("\u2068")
    assert "\u202e" not in text


def test_a_missing_value_is_an_error_and_not_an_empty_place():
    with pytest.raises(KeyError, match="rate"):
        words.say(Message("rate.head", {"brand": Value("text", "A")}), "fr")


def test_codes_that_nobody_knows_stand_as_they_are():
    assert words.code("network", "agora", "fr") == "agora"
    assert words.code("network", "x", "fr") == "X (Twitter)"


def test_every_sentence_of_the_code_stands_in_the_catalogue():
    from pathlib import Path

    folder = Path(words.__file__).parent
    for file in ("findings", "around", "sections", "preflight", "meta", "shown"):
        text = (folder / f"{file}.py").read_text(encoding="utf-8")
        for key in re.findall(r'(?:Finding|Message|say)\(\s*"([a-z][\w.]+)"', text):
            assert key in FR, key
