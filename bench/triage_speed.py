"""Speed of triage on one core: posts a CPU second, on posts put together from our own sentences.

    python bench/triage_speed.py [--posts 40000]

CPU time, not the clock: other programs on the machine do not count. Each row is one step.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from carekit.coding.trained import TrainedTriage
from carekit.text.language import detect_language
from carekit.text.personal_data import redact
from carekit.text.rules import RuleTriage
from carekit.text.tone import score_tone

OPENINGS = ["@acme hi", "bonjour @acme", "@acme", "@acme_help so", "hey @acme", "well", ""]
MIDDLES = [
    "my parcel was due on Monday and it still has not arrived",
    "I have been on hold for 45 minutes",
    "thanks to your colleague at the counter, she was lovely",
    "what time does the desk open tomorrow",
    "the app keeps crashing when I open my bill",
    "ma box ne marche plus depuis hier soir",
    "merci à votre équipe, tout est réglé",
    "à quelle heure ouvre le guichet dimanche",
    "le train de 8h12 est encore supprimé, c'est lamentable",
    "I would like to change the seat on my flight to Rome",
    "votre service client ne répond jamais au téléphone",
    "on est bien arrivés, le trajet était parfait",
    "we are at the gate and nobody tells us anything",
    "can't wait to try the new menu with the kids",
]
PERSONAL = ["order 88471209 is lost, call me on 06 39 98 12 45", "write to jo@example.org"]
ENDS = [
    "please help",
    "can you check",
    "any update?",
    "merci d'avance",
    "😡😡",
    "😊",
    "#fail",
    "!!!",
]
ENDS += ["https://t.co/abc123", "I am really not happy with this", "quelle honte", "thank you"]
LETTERS = list("abcdefghijklmnoprstuvw")


def posts(n: int, seed: int = 1) -> pd.Series:
    """`n` posts of about 25 words, each with words that no other post has."""
    rng = np.random.default_rng(seed)

    def pick(parts: list[str]) -> np.ndarray:
        return rng.choice(parts, n)

    names = ["".join(rng.choice(LETTERS, rng.integers(4, 10))) for _ in range(n)]
    # One post in fifty holds personal data: more than in any corpus of support posts we have seen.
    second = np.where(rng.random(n) < 0.02, pick(PERSONAL), pick(MIDDLES))
    rows = zip(pick(OPENINGS), pick(MIDDLES), names, second, pick(ENDS), strict=True)
    return pd.Series([" ".join(row) for row in rows])


def rate(step: Callable[[], Any], n: int) -> float:
    best = np.inf
    for _ in range(3):
        begin = time.process_time()
        step()
        best = min(best, time.process_time() - begin)
    return n / best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=40_000)
    n = parser.parse_args().posts
    texts = posts(n)
    rules = RuleTriage()
    rules.flag(texts[:1000])
    labels = rules.flag(texts[:2000])["tone"]
    model = TrainedTriage().fit(texts[:2000], labels)
    rows = [
        ("rules: all flags", rate(lambda: rules.flag(texts), n), 20_000),
        ("rules: tone only", rate(lambda: score_tone(texts), n), None),
        ("trained: words, letters 2-5, lexicon", rate(lambda: model.predict(texts), n), 5_000),
        ("language: words", rate(lambda: detect_language(texts), n), None),
        ("redaction", rate(lambda: redact(texts), n), None),
    ]
    table = pd.DataFrame(rows, columns=["step", "posts_per_second", "at_least"])
    print(f"{n} posts, {texts.str.len().mean():.0f} characters each, one core")
    print(table.round(0).to_string(index=False))
    short = table[table["posts_per_second"] < table["at_least"].fillna(0)]
    return int(len(short) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
