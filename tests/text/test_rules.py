"""RuleTriage: independent flags, the article's five categories derived from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.text.rules import COMMENT_CLASSES, RuleTriage, comment_class

POSTS = pd.Series(
    [
        "Where is my parcel? It is 5 days late",
        "What time do you open?",
        "Merci, votre équipe est géniale !",
        "vous êtes des crétins",
        "I am at the station",
        None,
        "call me on 06 12 34 56 78, order 12345678",
        "Please DM us your number",
    ],
    index=list("abcdefgh"),
)


def test_flags_are_independent():
    flags = RuleTriage().flag(POSTS)
    first = flags.loc["a"]
    assert (first["tone"], first["is_question"], first["is_complaint"]) == ("negative", True, True)
    assert flags.loc["b", "is_question"]
    assert not flags.loc["b", "is_complaint"]
    assert flags.loc["c", ["lang", "tone"]].to_list() == ["fr", "positive"]
    assert flags.loc["d", "needs_review"]
    assert flags.loc["g", "pii_types"] == "phone|order"
    assert flags.index.to_list() == POSTS.index.to_list()


def test_five_categories_follow_their_rule():
    found = comment_class(RuleTriage().flag(POSTS))
    assert found.dropna().loc[list("abcde")].to_list() == [
        "negative",
        "question",
        "positive",
        "troll",
        "neutral",
    ]
    assert pd.isna(found["f"])
    assert set(found.dropna()) <= set(COMMENT_CLASSES)


def test_missing_text_has_no_flags():
    row = RuleTriage().flag(POSTS).loc["f"]
    assert row.drop("lang").isna().all()


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Mein Paket ist schon wieder nicht gekommen und niemand antwortet", None),
        ("Todavía no ha llegado mi pedido y nadie responde, es un desastre", None),
        ("Het pakket is er nog steeds niet en niemand reageert, slecht", None),
        ("Il mio pacco non è ancora arrivato e nessuno risponde", None),
        ("посылка не пришла", None),
        ("Super, no problem", "pl"),
        ("terrible 😡", "nl"),
    ],
)
def test_what_the_rules_cannot_read_is_missing_and_never_neutral(text, lang):
    rules = RuleTriage(lang=lang)
    row = rules.flag([text]).iloc[0]
    assert row.drop(["lang", "pii_types"]).isna().all()
    assert comment_class(rules.flag([text])).isna().all()
    assert rules.flag([text + " 06 12 34 56 78"])["pii_types"][0] == "phone"


@pytest.mark.parametrize(
    "tag",
    ["en", "EN", "en-US", "en_GB", "eng", "English", "qme", "zxx", "und", "art", "n/a", "", None],
)
def test_a_language_is_known_however_it_is_written(tag):
    text = "my parcel is late again"
    for rules, given in (
        (RuleTriage(), pd.Series([tag], dtype=object)),
        (RuleTriage(lang=tag), None),
    ):
        row = rules.flag([text], lang=given).iloc[0]
        assert (row["lang"], row["tone"], row["is_complaint"]) == ("en", "negative", True)
    assert RuleTriage(lang="es-MX").flag([text])["tone"].isna().all()
    assert RuleTriage(lang="que").flag([text])["tone"].isna().all()  # Quechua


def test_a_tag_that_names_no_language_makes_no_post_neutral():
    flags = RuleTriage().flag(
        ["我的包裹还没有到", "llega tarde otra vez el paquete"], lang=pd.Series(["und"] * 2)
    )
    assert flags["tone"].isna().all()


def test_hand_offs_are_flagged_for_brands_only():
    roles = pd.Series(["customer"] * 7 + ["brand"], index=POSTS.index)
    flags = RuleTriage().flag(POSTS, author_role=roles)
    assert flags["handoff"].notna().sum() == 1
    assert flags.loc["h", "handoff"] == "requested"


def test_a_known_language_is_used_and_gaps_are_told_from_the_text():
    lang = pd.Series(["fr", None], index=[0, 1])
    flags = RuleTriage().flag(pd.Series(["sale", "the sale is on today"]), lang=lang)
    assert flags["lang"].to_list() == ["fr", "en"]
    assert flags["tone"].to_list() == ["negative", "neutral"]
    assert RuleTriage(fallback="fr").flag(["ok"])["lang"][0] == "fr"


def test_a_batch_gives_the_same_as_single_posts(monkeypatch):
    from carekit.text import rules

    whole = RuleTriage().flag(POSTS)
    monkeypatch.setattr(rules, "BATCH", 3)
    pd.testing.assert_frame_equal(RuleTriage().flag(POSTS), whole)


def test_no_posts_give_no_rows():
    flags = RuleTriage().flag(pd.Series([], dtype=object))
    assert len(flags) == 0
    assert list(flags.columns) == list(RuleTriage().flag(["a"]).columns)
    assert len(comment_class(flags)) == 0


def test_input_is_unchanged():
    before = POSTS.copy()
    RuleTriage().flag(POSTS)
    pd.testing.assert_series_equal(POSTS, before)


def test_rules_need_no_extra(monkeypatch):
    import builtins

    real = builtins.__import__

    def core_only(name, *args, **kwargs):
        if name.split(".")[0] in {"sklearn", "phonenumbers", "openpyxl"}:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", core_only)
    assert RuleTriage().flag(POSTS)["tone"].notna().sum() == 7


def test_columns_missing_from_flags_are_named():
    with pytest.raises(InputError) as error:
        comment_class(pd.DataFrame({"tone": ["neutral"]}))
    assert str(error.value) == (
        "`flags` has no column 'is_question', 'is_complaint', 'needs_review', 'has_issue'; found: "
        "tone. Pass the frame that RuleTriage().flag returns."
    )


def test_language_column_of_another_length_is_an_error():
    with pytest.raises(InputError, match="`lang` has 1 values for 2 posts"):
        RuleTriage().flag(["a", "b"], lang=pd.Series(["en"]))


def test_tone_scores_are_finite():
    assert np.isfinite(RuleTriage().flag(["😀" * 50, "", "?!", "a" * 9999])["tone_score"]).all()
