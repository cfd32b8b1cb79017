"""Abuse: a score for human review, and never a reason to ignore a post.

Word lists of insults find angry customers first of all. An insult counts when it is aimed at people
("you idiots"), and the score only asks a person to look. What is called a troll in the scheme of
the articles is such an insult *without* any fault of the service in the post (`rules.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from carekit.text.lexicon import load_cues, strip_accents
from carekit.text.prepare import as_texts, clean_all
from carekit.text.tokens import Phrases, TokenTable, match_phrases, vocabulary
from carekit.text.tone import BATCH, language_rows

REVIEW_AT = 0.5
"""A post with this abuse score or more is shown to a person."""

# An insult alone may be aimed at a thing ("stupid app"); beside "you" it is aimed at people.
ALONE, AIMED, ATTACK = 0.3, 0.7, 0.9
NEAR = 3


@dataclass(frozen=True)
class _Lists:
    insult: np.ndarray
    people: np.ndarray
    address: np.ndarray
    phrases: list[list[Phrases]]
    weight: np.ndarray


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    words, cues = vocabulary(), load_cues("abuse")
    insult, people, address, phrases, weight = [], [], [], [], []
    for lang in ("en", "fr"):
        listed = _with_bare(cues[lang, "insult"])
        attacks = _with_bare(cues[lang, "attack"])
        insult.append(words.flags(listed))
        people.append(words.flags(_with_bare(cues[lang, "people"])))
        address.append(words.flags(cues[lang, "address"]))
        several = [p for p in attacks + listed if len(p.split()) > 1 or "'" in p]
        phrases.append(several)
        weight.append([ATTACK if p in attacks else AIMED for p in several])
        # One-word attacks ("stfu") weigh as phrases do.
        insult[-1] = insult[-1] | words.flags(attacks)
    index = [words.index_phrases(p) for p in (*phrases, phrases[0] + phrases[1])]
    both = [pair[0] | pair[1] for pair in (insult, people, address)]
    table = np.zeros((3, max(len(weight[0]) + len(weight[1]), 1)))
    for row, values in enumerate((weight[0], weight[1], weight[0] + weight[1])):
        table[row, : len(values)] = values
    return _Lists(
        np.stack([*insult, both[0]]),
        np.stack([*people, both[1]]),
        np.stack([*address, both[2]]),
        index,
        table,
    )


def _with_bare(words: tuple[str, ...]) -> list[str]:
    """The words, and their forms typed without accents when the vocabulary has them."""
    known = vocabulary().number
    bare = [strip_accents(w) for w in words]
    return list(dict.fromkeys([*words, *(b for b in bare if all(t in known for t in b.split()))]))


def score_abuse(texts: Iterable[Any], *, lang: pd.Series | str = "und") -> pd.Series:
    """How likely each post attacks people, from word lists: 0 to 1, NaN for missing text.

    0: no insult; about 0.3: an insult aimed at nobody; from `REVIEW_AT` on: aimed at people, for
    human review only. An ordinal score, not a probability: such lists catch few of the insults that
    have no swear word, and most of what they catch are angry customers. `lang` "en" or "fr" reads
    with that list, anything else with both.
    """
    series = as_texts(texts)
    rows = language_rows(lang, series)
    cleaned = clean_all(series)
    parts = [
        abuse_of(vocabulary().tokenise(cleaned[i : i + BATCH]), rows[i : i + BATCH])
        for i in range(0, len(cleaned), BATCH)
    ]
    scores = np.concatenate(parts) if parts else np.array([])
    scores[series.isna().to_numpy()] = np.nan
    return pd.Series(scores, index=series.index, name="abuse_score")


def abuse_of(table: TokenTable, rows: np.ndarray) -> np.ndarray:
    """`score_abuse` on a batch of tokens."""
    lists = _lists()
    score = np.zeros(table.n_posts)
    if not len(table.ids):
        return score
    row = rows[table.post]
    insult = lists.insult[row, table.ids]
    address = lists.address[row, table.ids]
    # In the plural some insults can only mean people: "complete morons".
    aimed = insult & lists.people[row, table.ids]
    for step in range(1, NEAR + 1):
        for by in (step, -step):
            same_post = table.shifted(table.post + 1, by) == table.post + 1
            aimed |= insult & table.shifted(address, by) & same_post
    _raise_to(score, table.post[insult], ALONE)
    _raise_to(score, table.post[aimed], AIMED)
    for kind in np.unique(rows):
        mine = np.flatnonzero(row == kind)
        phrase, _ = match_phrases(table.ids[mine], lists.phrases[kind])
        hit = phrase >= 0
        np.maximum.at(score, table.post[mine[hit]], lists.weight[kind][phrase[hit]])
    # Two insults are worse than one; the score stays below 1, for no list is sure.
    several = table.per_post(insult) > 1
    return np.minimum(score + 0.1 * (several & (score > 0)), 0.99)


def _raise_to(score: np.ndarray, posts: np.ndarray, value: float) -> None:
    score[posts] = np.maximum(score[posts], value)
