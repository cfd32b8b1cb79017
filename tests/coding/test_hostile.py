"""Hostile posts: huge, invisible, repeated. Time is bounded, nothing breaks, nothing is lost."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from carekit.coding.trained import TrainedTriage
from carekit.text.language import detect_language
from carekit.text.personal_data import find_personal_data, redact
from carekit.text.prepare import MAX_CHARS, clean
from carekit.text.rules import RuleTriage

SIZE = 200_000
HOSTILE = {
    "letters": "a" * SIZE,
    "digits": "1" * SIZE,
    "spaced digits": "1 " * (SIZE // 2),
    "dashed digits": "1-" * (SIZE // 2),
    "dots": "." * SIZE,
    "at signs": "a@" * (SIZE // 2),
    "domains": "@a.b" * (SIZE // 4),
    "keyword and spaces": "order" + " " * SIZE,
    "keyword and colons": "order: " + ": " * (SIZE // 2),
    "streets": "1 rue de la " * (SIZE // 12),
    "names": "12 Aa Bb Cc Dd " * (SIZE // 15),
    "iban": "FR76" * (SIZE // 4),
    "emoji": "😀" * SIZE,
    "direction marks": "\u202e" * SIZE,
    "zero width": "\u200b" * SIZE,
    "control characters": "\x00\x1b\x08" * (SIZE // 3),
    "line feeds": "\n" * SIZE,
    "surrogates": "\ud800" * 1000,
    "combining": "e\u0301" * (SIZE // 2),
    "negations": "not " * (SIZE // 4),
    "questions": "why " * (SIZE // 4),
    "send us a": "send us a " * (SIZE // 10),
    "est-ce que": "est-ce que " * (SIZE // 11),
}
# A hang would take minutes; a slow machine takes seconds.
PATIENCE = 20.0


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_post_is_flagged_and_redacted_in_bounded_time(name):
    begin = time.perf_counter()
    flags = RuleTriage().flag([HOSTILE[name], "Where is my bag?"], author_role="brand")
    out = redact([HOSTILE[name]], pseudonymise=lambda handle: "u")
    assert time.perf_counter() - begin < PATIENCE
    assert flags["is_question"][1]
    assert isinstance(out[0], str)
    assert detect_language([HOSTILE[name]])[0]


def test_rules_read_the_beginning_and_redaction_reads_all():
    post = "x" * (MAX_CHARS + 10) + " terrible awful, call 06 12 34 56 78"
    assert RuleTriage(lang="en").flag([post])["tone"][0] == "neutral"
    assert redact([post])[0].endswith("call [phone]")


def test_invisible_marks_hide_neither_words_nor_numbers():
    assert clean("aw\u200bful\u202e") == "awful"
    assert RuleTriage(lang="en").flag(["aw\u200bful"])["tone"][0] == "negative"
    hidden = "call 06\u200b 12 34\u200f 56 78 now"
    assert redact([hidden])[0] == "call [phone] now"
    found = find_personal_data([hidden])
    assert hidden[found["start"][0] : found["end"][0]] == "06\u200b 12 34\u200f 56 78"


def test_one_hostile_post_leaves_its_neighbours_as_they_were():
    posts = ["my bag is lost", "\x1f\x1e\n\x00", "thanks, great crew", "\u2028\u2029\x85", "ok"]
    together = RuleTriage(lang="en").flag(posts)
    alone = pd.concat([RuleTriage(lang="en").flag([p]) for p in posts], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)


def test_a_trained_model_survives_hostile_posts():
    model = TrainedTriage().fit(
        ["good one", "great two", "bad three", "awful four"] * 3, list("ppnn") * 3
    )
    found = model.predict(list(HOSTILE.values()))
    assert found.notna().all()
