"""Habits of people who type: slips, shorthand, capitals, and spaces before signs in French."""

from __future__ import annotations

import re

from carekit.sample.texts.dice import Dice

NARROW, NO_BREAK = "\u202f", "\u00a0"
BEFORE_SIGN = re.compile(r" (?=[?!:;])")
# not the words that carry a name, an address or a number; a slip in a short word may make another
PLAIN_WORD = re.compile(r"(?<![\w@#/.:+-])[^\W\d_]{8,}(?![\w@/-]|\.\w)")
SHORTHAND = {
    "en": {
        "you": "u", "your": "ur", "are": "r", "please": "pls", "Please": "Pls",
        "Thanks": "Thx", "because": "cuz", "and": "&", "before": "b4", "minutes": "mins",
        "tomorrow": "tmrw", "I am": "im", "cannot": "cant",
    },
    "fr": {
        "vous": "vs", "quand": "qd", "Quand": "Qd", "pourquoi": "pk", "toujours": "tjs",
        "Toujours": "Tjs", "beaucoup": "bcp", "Bonjour": "Bjr", "problème": "pb",
        "C'est": "C", "c'est": "c", "rien": "r1", "Merci": "Mci", "est-ce que": "esk",
    },
}  # fmt: skip


def slip(text: str, dice: Dice, *, keep: str = "") -> str:
    """One slip of the finger: two letters swapped, or one left out; not in the words of `keep`."""
    # a slip in the name of a brand could make the name of a person
    words = [found for found in PLAIN_WORD.finditer(text) if found[0] not in keep]
    if not words:
        return text
    found = dice.pick(words)
    place = found.start() + 1 + int(dice.roll() * (len(found[0]) - 3))
    if dice.chance(0.4):
        return text[:place] + text[place + 1 :]
    place += 1
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def shorten(text: str, lang: str) -> str:
    """Words as people shorten them on a telephone."""
    for word, short in SHORTHAND[lang].items():
        text = re.sub(rf"(?<![\w@#'’]){re.escape(word)}(?![\w'’@])", short, text)
    return text


def spaced(text: str, lang: str, space: str) -> str:
    """Sets the space before ? ! : ; in a French text."""
    return BEFORE_SIGN.sub(space, text) if lang == "fr" else text
