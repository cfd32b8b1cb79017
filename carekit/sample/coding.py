"""Two coders read the same posts of the sample, each with errors of a known size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carekit.errors import SelectionError
from carekit.sample import expected, plan

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

CODERS = ("a", "b")
TONE_ERROR = {"a": 0.08, "b": 0.12}
FLAG_ERROR = {
    "is_question": {"a": 0.04, "b": 0.06},
    "is_complaint": {"a": 0.06, "b": 0.08},
    "is_abuse": {"a": 0.01, "b": 0.02},
}
PER_LANGUAGE = 300
FORMULA = ("=", "+", "-", "@", "|", "%")
BESIDE = ["lang", "network", "brand", "stratum", "weight"]
# where a wrong tone goes: neutral is confused with both, the others mostly with neutral
WRONG = {
    "negative": {"neutral": 0.8, "positive": 0.2},
    "neutral": {"negative": 0.5, "positive": 0.5},
    "positive": {"neutral": 0.8, "negative": 0.2},
}


def draw_codes(
    rng: np.random.Generator, table: pd.DataFrame, labels: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """One coding sheet a coder: the same posts, drawn at random within each language.

    Coder → frame with `post_id`, `text`, the codes, and `lang`, `network`, `brand`, `stratum` (the
    language) and `weight`: the number of openings with a text that a coded post stands for. A text
    that a spreadsheet would run as a formula has an apostrophe before it.
    """
    both = table.merge(labels, on="post_id", validate="one_to_one")
    both = both[both["kind"].eq("opening") & both["text"].notna()]
    chosen = []
    for _, group in both.groupby("lang", sort=True):
        rows = np.sort(rng.choice(len(group), min(PER_LANGUAGE, len(group)), replace=False))
        part = group.iloc[rows].copy()
        part["stratum"] = part["lang"]
        part["weight"] = round(len(group) / len(rows), 4)
        chosen.append(part)
    posts = pd.concat(chosen, ignore_index=True)
    posts = posts.iloc[rng.permutation(len(posts))].reset_index(drop=True)
    sheets = {}
    for coder in CODERS:
        sheet = posts[["post_id", "text"]].copy()
        sheet["text"] = [f"'{t}" if t.startswith(FORMULA) else t for t in posts["text"]]
        sheet["tone"] = _tones(rng, posts["tone"], TONE_ERROR[coder])
        for name, error in FLAG_ERROR.items():
            flipped = rng.random(len(posts)) < error[coder]
            sheet[name] = np.where(posts[name].to_numpy() ^ flipped, "yes", "no")
        sheet[BESIDE] = posts[BESIDE]
        sheets[coder] = sheet
    return sheets


def _tones(rng: np.random.Generator, true: pd.Series, error: float) -> list[str]:
    made = []
    for tone, luck, where in zip(true, rng.random(len(true)), rng.random(len(true)), strict=True):
        first, second = WRONG[tone]
        made.append(tone if luck >= error else first if where < WRONG[tone][first] else second)
    return made


def planted_codes(dataset: Dataset) -> pd.DataFrame:
    """What a coder who makes no mistakes would write: the labels of the sample's openings.

    Parameters
    ----------
    dataset : Dataset
        The sample, or another dataset that `carekit sample` wrote.

    Returns
    -------
    DataFrame
        One row per opening: post_id, then tone, is_question, is_complaint and is_abuse as codes of
        the codebook.

    Raises
    ------
    SelectionError
        The dataset is not synthetic: nobody knows what was meant.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> planted_codes(open_dataset()).columns.to_list()
    ['post_id', 'tone', 'is_question', 'is_complaint', 'is_abuse']
    """
    file = dataset.path / "labels.parquet"
    if not (dataset.is_sample and file.is_file()):
        raise SelectionError(
            "the dataset is not synthetic, with labels; expected one whose truth is "
            "known. Code a random sample of its posts instead (carekit triage sample)."
        )
    labels = pd.read_parquet(file)
    labels = labels[labels["kind"] == "opening"].drop_duplicates("post_id")
    codes = labels[["post_id", "tone"]].copy()
    for name in FLAG_ERROR:
        codes[name] = np.where(labels[name].astype(bool), "yes", "no")
    return codes.reset_index(drop=True)


def tone_shares() -> dict[str, float]:
    """Expected share of each tone among the openings."""
    return {
        tone: sum(s * expected.share_of(n, tone=tone) for n, s in plan.NETWORK_SHARE.items())
        for tone in plan.TONES
    }


def expected_kappa(name: str) -> float:
    """Cohen's kappa that two coders reach on average, from their errors alone."""
    if name == "tone":
        prior = tone_shares()
        chances = {c: {t: _row(t, TONE_ERROR[c]) for t in plan.TONES} for c in CODERS}
    else:
        yes = sum(s * _flag_share(name, n) for n, s in plan.NETWORK_SHARE.items())
        prior = {"yes": yes, "no": 1 - yes}
        chances = {
            c: {t: {o: 1 - e if o == t else e for o in prior} for t in prior}
            for c, e in FLAG_ERROR[name].items()
        }
    a, b = (chances[c] for c in CODERS)
    agree = sum(p * sum(a[t][k] * b[t][k] for k in prior) for t, p in prior.items())
    by_chance = sum(
        sum(p * a[t][k] for t, p in prior.items()) * sum(p * b[t][k] for t, p in prior.items())
        for k in prior
    )
    return (agree - by_chance) / (1 - by_chance)


def _row(tone: str, error: float) -> dict[str, float]:
    return {tone: 1 - error, **{t: error * s for t, s in WRONG[tone].items()}}


def _flag_share(name: str, network: str) -> float:
    cells = expected.cells(network)
    if name == "is_question":
        return sum(c.share for c in cells if c.question)
    troll = sum(c.share for c in cells if c.category == "troll")
    if name == "is_complaint":
        return sum(c.share for c in cells if c.tone == "negative") - troll
    angry = sum(c.share for c in cells if c.angry) - troll
    return troll + angry * plan.ABUSE_SHARE
