"""Tone of posts: positive, neutral or negative, from word lists; no training.

The score adds up the words and phrases of the lexicon of the post's language, emoji included, and
reads what stands around them: negation ("not happy", "ne marche pas"), stress ("SO late", "!!!"),
contrast ("nice crew but ..."). It is arithmetic on one array of tokens a batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from carekit.text.checks import one_a_post
from carekit.text.lexicon import load_cues, load_emoji, load_tone
from carekit.text.prepare import as_texts, clean_all
from carekit.text.tokens import (
    LANGS,
    Phrases,
    TokenTable,
    Vocabulary,
    match_phrases,
    vocabulary,
)

BATCH = 20_000
"""Posts scored at once: large enough to be fast, small enough to stay in a few dozen MB."""

TONES = ("negative", "neutral", "positive")

# Set on hand-read posts; lexicons/README.md says how.
NEGATIVE_AT, POSITIVE_AT = -0.9, 1.2
SCOPE = 3
BOOST, DAMPEN, CAPITALS = 1.25, 0.6, 1.2
FLIP_POSITIVE, FLIP_NEGATIVE = -0.9, -0.3
BEFORE_CONTRAST, AFTER_CONTRAST = 0.7, 1.2
ISSUE_MUTES_PRAISE = 0.5
PRAISE_STANDS = 1.8
ASKING_MUTES_PRAISE = 0.5
SPREAD = 12.0


@dataclass(frozen=True)
class _Lists:
    """What scoring needs, by language (rows: en, fr, und) and token number (columns)."""

    score: np.ndarray
    issue: np.ndarray
    expect: np.ndarray
    negator: np.ndarray
    partial: np.ndarray
    after: np.ndarray
    booster: np.ndarray
    dampener: np.ndarray
    contrast: np.ndarray
    stop: np.ndarray
    exclaim: np.ndarray
    query: np.ndarray
    phrases: list[list[Phrases]]
    phrase_score: np.ndarray
    phrase_issue: np.ndarray


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    words = vocabulary()
    emoji = words.values(load_emoji())
    cues = load_cues("cues")
    score, issue, expect = [], [], []
    phrase_score: list[float] = []
    phrase_issue: list[bool] = []
    phrases: list[list[Phrases]] = []
    names: dict[str, list[str]] = {}
    for lang in ("en", "fr"):
        entries = load_tone(lang)
        plain = [e for e in entries if not e.expect]
        score.append(words.values({e.form: e.score for e in plain}))
        issue.append(words.flags(e.form for e in plain if e.issue))
        expect.append(words.values({e.form: e.score for e in entries if e.expect}))
        several = [e for e in plain if len(e.form.split()) > 1 or "'" in e.form]
        names[lang] = [e.form for e in several]
        phrase_score += [e.score for e in several]
        phrase_issue += [e.issue for e in several]
    offset = len(names["en"])
    listed = names["en"] + names["fr"]
    every = words.index_phrases(listed)
    phrases = [_only(every, 0, offset), _only(every, offset, len(listed)), every]
    flags = {
        cue: [words.flags(cues.get((lang, cue), ())) for lang in ("en", "fr")]
        for cue in ("negator", "partial", "after", "booster", "dampener", "contrast")
    }
    stacked = {cue: np.stack([*pair, pair[0] | pair[1]]) for cue, pair in flags.items()}
    both = np.where(score[0] == 0, score[1], np.where(score[1] == 0, score[0], 0))
    # A form that both languages know with the same sign keeps it; else it says nothing.
    same = np.sign(score[0]) == np.sign(score[1])
    both = np.where(same & (score[0] != 0), (score[0] + score[1]) / 2, both)
    return _Lists(
        score=np.stack([score[0], score[1], both]) + emoji,
        issue=np.stack([*issue, issue[0] & (both != 0) | issue[1] & (both != 0)]),
        expect=np.stack([*expect, np.minimum(*expect)]),
        **stacked,
        stop=words.flags(".,!?;:…") | words.flags(["..", "..."]),
        exclaim=words.flags("!"),
        query=words.flags("?"),
        phrases=phrases,
        phrase_score=np.array(phrase_score),
        phrase_issue=np.array(phrase_issue),
    )


def _only(index: list[Phrases], low: int, high: int) -> list[Phrases]:
    """The part of an index whose rows lie in [low, high)."""
    out = []
    for p in index:
        keep = (p.rows >= low) & (p.rows < high)
        if keep.any():
            out.append(Phrases(p.length, p.keys[keep], p.rows[keep], p.starts))
    return out


def score_tone(texts: Iterable[Any], *, lang: pd.Series | str = "und") -> pd.DataFrame:
    """Tone of each post, from carekit's lexicons.

    Columns `tone` (negative, neutral, positive), `tone_score` (-1 to 1), `praise` (0 or more) and
    `blame` (0 or less): the points on both sides, `issues`: faults of the service named. Missing
    text gives missing values. `lang` other than "en" and "fr" reads with both lexicons where they
    do not contradict each other. The idea is that of VADER (Hutto and Gilbert 2014); lists, weights
    and code are carekit's own.
    """
    series = as_texts(texts)
    rows = language_rows(lang, series)
    cleaned = clean_all(series)
    parts = [
        score_table(vocabulary().tokenise(cleaned[i : i + BATCH]), rows[i : i + BATCH])
        for i in range(0, len(cleaned), BATCH)
    ]
    scores = {k: np.concatenate([p[k] for p in parts]) for k in parts[0]} if parts else EMPTY
    return tone_frame(scores, series)


EMPTY: dict[str, np.ndarray] = {
    k: np.array([]) for k in ("raw", "praise", "blame", "issues", "exclaims", "queries", "capitals")
}


def language_rows(lang: pd.Series | str, texts: pd.Series) -> np.ndarray:
    """Row of the word lists for each post: 0 English, 1 French, 2 both."""
    if isinstance(lang, str):
        return np.full(len(texts), LANGS.index(lang) if lang in LANGS else 2)
    one_a_post(lang, texts, argument="lang", one="language code")
    codes = pd.Series(np.asarray(lang.astype(object))).map({"en": 0, "fr": 1})
    return codes.fillna(2).astype(int).to_numpy()


def tone_frame(scores: dict[str, np.ndarray], texts: pd.Series) -> pd.DataFrame:
    """The public columns of `score_table`."""
    raw, missing = scores["raw"], texts.isna().to_numpy()
    tone = np.where(
        raw <= NEGATIVE_AT, "negative", np.where(raw >= POSITIVE_AT, "positive", "neutral")
    )
    frame = pd.DataFrame(
        {
            "tone": pd.Series(tone, dtype="string").mask(missing),
            "tone_score": np.where(missing, np.nan, raw / np.sqrt(raw**2 + SPREAD)),
            "praise": np.where(missing, np.nan, scores["praise"]),
            "blame": np.where(missing, np.nan, scores["blame"]),
            "issues": scores["issues"].astype(int),
        }
    )
    frame.index = texts.index
    return frame


def score_table(table: TokenTable, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Per post: raw score, praise, blame, issues; counts of `!`, `?` and words in capitals."""
    lists = _lists()
    ids, row = table.ids, rows[table.post] if len(table.ids) else np.array([], dtype=int)
    near = _before(table, lists, row)
    value = lists.score[row, ids]
    phrase, used = _match(table, lists, row)
    value[used] = 0.0
    hit = phrase >= 0
    value[hit] = lists.phrase_score[phrase[hit]]
    issue = lists.issue[row, ids] & ~used
    issue[hit] = lists.phrase_issue[phrase[hit]]

    # A word inside a phrase was judged with it; negation and stress act on what stands free.
    negated = (near["negated"] | near["negated_after"]) & ~used
    flipped = np.where(value > 0, value * FLIP_POSITIVE, value * FLIP_NEGATIVE)
    expected = np.where(negated, lists.expect[row, ids], 0.0)
    bare = near["negated"] & ~used
    value = np.where(expected < 0, expected, np.where(bare, flipped, value))
    issue = np.where(expected < 0, True, issue & ~bare)
    value *= np.where(near["boosted"], BOOST, 1.0) * np.where(near["dampened"], DAMPEN, 1.0)

    capitals = table.per_post(table.capitals)
    words = table.per_post(ids != 1)
    shouting = (capitals > 0) & (capitals < 0.6 * words)
    value *= np.where(table.capitals & shouting[table.post], CAPITALS, 1.0)
    value *= _contrast(table, lists, row)

    praise, blame = table.per_post(np.maximum(value, 0)), table.per_post(np.minimum(value, 0))
    issues = table.per_post(issue)
    exclaims, queries = table.per_post(lists.exclaim[ids]), table.per_post(lists.query[ids])
    stress = 1 + 0.08 * np.minimum(exclaims, 4)
    # Customers thank and complain in one breath; what went wrong is then the point.
    # But "thank you for listening when I had an issue": praise that outweighs the blame stands.
    outweighed = praise < PRAISE_STANDS * -blame
    muted = np.where((issues > 0) & (blame <= -2) & outweighed, ISSUE_MUTES_PRAISE, 1.0)
    # "Can someone call me? Thanks" is polite, not pleased.
    muted *= np.where((queries > 0) & (praise <= 3), ASKING_MUTES_PRAISE, 1.0)
    raw = (praise * muted + blame) * stress
    return {
        "raw": raw,
        "praise": praise,
        "blame": blame,
        "issues": issues,
        "exclaims": exclaims,
        "queries": queries,
        "capitals": capitals,
    }


def _match(table: TokenTable, lists: _Lists, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Phrases of each post's own language."""
    phrase = np.full(len(table.ids), -1, dtype=np.int64)
    used = np.zeros(len(table.ids), dtype=bool)
    for kind in np.unique(row):
        mine = np.flatnonzero(row == kind)
        phrase[mine], used[mine] = match_phrases(table.ids[mine], lists.phrases[kind])
    return phrase, used


def _before(table: TokenTable, lists: _Lists, row: np.ndarray) -> dict[str, np.ndarray]:
    """What stands around each token: negation, stress, softening."""
    ids = table.ids
    negator = lists.negator[row, ids]
    partial = lists.partial[row, ids]
    wall = lists.stop[ids] | (ids == 1)
    # "plus" and "personne" deny only after "ne": "je n'ai plus de réseau", not "plus de réseau".
    after_ne = np.zeros(len(ids), dtype=bool)
    open_ = ~wall
    clear = open_.copy()
    for step in range(1, 4):
        clear &= table.shifted(open_, step) if step > 1 else open_
        after_ne |= table.shifted(partial, step) & clear
    negator = negator | (lists.after[row, ids] & after_ne)
    negated = np.zeros(len(ids), dtype=bool)
    clear = open_.copy()
    for step in range(1, SCOPE + 1):
        clear &= table.shifted(open_, step)
        negated |= table.shifted(negator, step) & clear
    # French verbs come before their negation: "ne marche pas", "répond jamais".
    french = row != 0
    next_one, next_two = table.shifted(negator, -1), table.shifted(negator, -2)
    beside = table.shifted(open_, -1)
    negated_after = french & ((next_one & open_) | (next_two & beside & open_ & after_ne))
    return {
        "negated": negated & ~negator,
        "negated_after": negated_after,
        "boosted": table.shifted(lists.booster[row, ids] & open_, 1),
        "dampened": table.shifted(lists.dampener[row, ids] & open_, 1),
    }


def _contrast(table: TokenTable, lists: _Lists, row: np.ndarray) -> np.ndarray:
    """Weight of each token: less before the last "but" of its post, more after it."""
    turn = lists.contrast[row, table.ids]
    weight = np.ones(len(table.ids))
    if not turn.any():
        return weight
    place = np.arange(len(table.ids))
    last = np.full(table.n_posts, -1)
    np.maximum.at(last, table.post[turn], place[turn])
    # A post that opens with "but" has nothing before it to weigh less.
    mine = last[table.post]
    has = mine >= 0
    weight[has & (place < mine)] = BEFORE_CONTRAST
    weight[has & (place > mine)] = AFTER_CONTRAST
    return weight


__all__ = ["TONES", "Vocabulary", "score_tone"]
