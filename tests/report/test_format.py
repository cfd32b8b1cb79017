import doctest

import pytest

from carekit.report import format as f
from carekit.report.model import Message, Tiles, Value
from carekit.report.shown import tiles_of
from carekit.report.words import say

NB, NN = "\u00a0", "\u202f"


def test_examples_run():
    assert doctest.testmod(f).failed == 0


@pytest.mark.parametrize(
    ("value", "lang", "said"),
    [
        (0.7443, "fr", f"74{NB}%"),
        (0.7443, "en", "74%"),
        (0, "en", "0%"),
        (1, "fr", f"100{NB}%"),
        (0.0004, "fr", f"0,04{NB}%"),
        (0.99996, "en", "99.996%"),
        (-0.02, "en", "−2%"),
    ],
)
def test_a_share_never_reads_as_0_or_100_when_it_is_not(value, lang, said):
    assert f.share(value, lang) == said


def test_points_have_a_sign_and_the_true_minus():
    assert f.points(-0.057) == "−5,7"
    assert f.points(0.012) == "+1,2"
    assert f.points(-0.0001, "en") == "−0.01"  # it is not 0, as a limit of a gap may tell
    assert f.points(-0.000001, "en") == f.points(-0.0, "en") == "0.0"
    assert f.points(0.057, signed=False) == "5,7"


def test_no_hyphen_stands_for_minus():
    for kind in ("share", "points", "count", "score", "minutes", "number"):
        assert "-" not in f.cell(kind, -12.5, "fr") + f.cell(kind, -12.5, "en")


@pytest.mark.parametrize(
    ("minutes", "fr", "en"),
    [
        (0, "0 s", "0 s"),
        (0.5, "30 s", "30 s"),
        (59.4, "59 min", "59 min"),
        (59.6, "1 h", "1 h"),
        (60, "1 h", "1 h"),
        (83, "1 h 23", "1 h 23 min"),
        (65, "1 h 05", "1 h 5 min"),
        (1440, "24 h", "24 h"),
        (2879.7, "2 j", "2 d"),
        (4560, "3 j 4 h", "3 d 4 h"),
        (-83, "−1 h 23", "−1 h 23 min"),
    ],
)
def test_durations(minutes, fr, en):
    assert f.duration(minutes, "fr").replace(NB, " ") == fr
    assert f.duration(minutes, "en").replace(NB, " ") == en


def test_thousands():
    assert f.count(11500) == f"11{NN}500"
    assert f.count(11500, "en") == "11,500"


def test_dates():
    plain = [f.days("2026-01-01", "2026-06-30", lang).replace(NB, " ") for lang in ("fr", "en")]
    assert plain == ["du 1er janvier au 30 juin 2026", "1 January to 30 June 2026"]
    assert f.days("2025-12-01", "2026-01-31").replace(NB, " ") == (
        "du 1er décembre 2025 au 31 janvier 2026"
    )
    assert f.days("2026-06-01", "2026-06-30").replace(NB, " ") == "du 1er au 30 juin 2026"
    assert f.month("2026-08") == f"août{NB}2026"
    assert [f.weekday(1), f.weekday(7, "en")] == ["lundi", "Sunday"]


def test_missing_values_are_dashes():
    for kind in ("share", "points", "minutes", "count", "score", "rank", "date", "text"):
        assert f.cell(kind, None) == "–"
    assert f.cell("share", float("nan")) == "–"
    assert f.interval("share", None, None) == "–"
    assert f.interval("share", 0.5, None) == f"50{NB}% à –"


def test_labels_are_short_and_part_no_letter():
    assert len(f.label("X" * 10_000)) == f.LABEL
    family = "👩\u200d👩\u200d👧"
    cut = f.label(f"Maison {family * 30}", 12)
    assert cut.count(family) == cut.count("👧") >= 1
    assert f.label("🇫🇷" * 40, 5) == "🇫🇷🇫🇷…🇫🇷🇫🇷"
    accents = f.label("e\u0301\u0302" * 40, 5)
    assert not accents.split("…")[1].startswith(("\u0301", "\u0302"))


def test_clean_drops_what_breaks_writers():
    assert f.clean("a\x00b\ud800c\u202ed\u2066e") == "abcde"
    assert f.clean("e\u0301") == "é"


def test_raised_letters_are_those_of_ordinals_alone():
    up = [piece for piece, raised in f.raised("1er ou 2e sur 7, le 1er mars, 1e3, 4e5") if raised]
    assert up == ["er", "e", "er"]
    assert f.raised("2nd", "en") == [("2nd", False)]


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (0.11, 0.07, 0.15, ("11%", "7% to 15%")),
        (0.1097, 0.1065, 0.1131, ("11.0%", "10.7% to 11.3%")),
        (0.11, 0.1096, 0.1104, ("11.00%", "10.96% to 11.04%")),
        (0.5, 0.5, 0.5, ("50%", "50% to 50%")),
        (0.03, 0.001, 0.08, ("3.0%", "0.1% to 8.0%")),
    ],
)
def test_limits_that_are_close_do_not_read_the_same(value, low, high, said):
    tiles = Tiles(((Message("tile.rate"), Value("share", value, low, high)),))
    assert tiles_of(tiles, "en")[0][1:] == said
    rate = Message("rate.head", {"brand": Value("text", "A"), "rate": tiles.items[0][1]})
    assert f"A answers {said[0]} of" in say(rate, "en")
