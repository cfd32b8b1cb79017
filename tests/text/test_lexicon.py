"""The word lists: readable, balanced, free of contradictions."""

from __future__ import annotations

import pytest

from carekit.text.lexicon import (
    english_forms,
    french_forms,
    load_cues,
    load_emoji,
    load_tone,
    strip_accents,
)
from carekit.text.tokens import split, vocabulary


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_scores_stay_within_the_scale_and_expectations_are_faults(lang):
    entries = load_tone(lang)
    assert all(-4 <= e.score <= 4 for e in entries)
    assert all(e.score < 0 and e.issue for e in entries if e.expect)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_each_form_has_one_score(lang):
    forms = [(e.form, e.expect) for e in load_tone(lang)]
    assert len(forms) == len(set(forms))


def test_both_languages_have_lists_of_like_size():
    def listed(lang: str) -> int:
        # Accents left out and forms derived do not count as care.
        words = {strip_accents(e.form) for e in load_tone(lang)}
        return sum(" " in w for w in words)

    assert 0.7 < listed("fr") / listed("en") < 1.4
    for name in ("cues", "abuse"):
        cues = load_cues(name)
        kinds = {kind for _, kind in cues}
        for kind in kinds & {"booster", "contrast", "insult", "attack"}:
            assert 0.4 < len(cues["fr", kind]) / len(cues["en", kind]) < 2.6, kind


def test_regular_forms_are_derived():
    assert english_forms("crash", "verb") == {"crash", "crashes", "crashed", "crashing"}
    assert english_forms("delay", "noun") == {"delay", "delays"}
    assert "honteusement" in french_forms("honteux", "adj")
    assert {"brutal", "brutaux", "brutale"} <= french_forms("brutal", "adj")
    assert {"mange", "mangeons", "mangé"} <= french_forms("manger", "verb")
    assert {"fini", "finissons"} <= french_forms("finir", "verb2")


def test_posts_typed_without_accents_are_read_too():
    forms = {e.form: e.score for e in load_tone("fr") if not e.expect}
    assert forms["decu"] == forms["déçu"] < 0


def test_emoji_and_emoticons_are_single_tokens_of_the_vocabulary():
    for mark in load_emoji():
        assert split(mark) == [mark] or not mark.isascii(), mark
        assert mark in vocabulary().number, mark
