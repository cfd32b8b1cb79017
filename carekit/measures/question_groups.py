"""Questions → groups of near-duplicates, and how many came before and after a public answer.

Two questions to one brand are near-duplicates when their wording is nearly the same: handles,
links, accents, case, numbers and punctuation apart, the cosine of their character 4-grams reaches
a threshold. A question is compared with at most `REACH` questions before it, so that the time
taken grows in proportion to the number of questions, also for the largest brand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError, MissingExtraError
from carekit.text.prepare import duplicate_key

SIMILAR = 0.6
REACH = 1000
BLOCK = 500
_SIZE = 2**18
_NUMBER = re.compile("[0-9]+")
_WORD = re.compile(r"[^\W_]+")
# Delays of the answered groups at which groups without an answer are read.
DECILES = np.arange(0.1, 1.0, 0.1)
ANSWERED, UNANSWERED = "answered", "unanswered"


def comparable_text(text: str) -> str:
    """What is compared of a question: words without handles, links, accents, case and numbers.

    >>> comparable_text("@acme Où est ma commande n° 123 ? https://t.co/a1")
    'ou est ma commande n 0'
    """
    plain = unicodedata.normalize("NFKD", duplicate_key(text))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_WORD.findall(_NUMBER.sub("0", plain)))


def group_near_duplicates(
    questions: pd.DataFrame, *, horizon_hours: float, similarity: float = SIMILAR
) -> pd.DataFrame:
    """Put near-duplicate questions of one brand into groups.

    `questions` has question_id, brand, at (seconds since 1970), text; one without a brand or a text
    belongs to no group, and those further apart than `horizon_hours` are not compared. Given back
    are the rows by brand and time, without text, with group (question_id of the first question of
    its group); `attrs["n_cut"]` counts the questions that were not compared with all within the
    horizon, because more than `REACH` came before them. A question joins the group of the most
    similar one before it; texts shorter than one 4-gram match nothing but themselves.

    >>> asked = pd.DataFrame({
    ...     "question_id": ["a", "b", "c"], "brand": "Acme", "at": [0, 60, 120],
    ...     "text": ["Is the app down?", "@acme is the APP down??", "Where is my parcel?"]})
    >>> group_near_duplicates(asked, horizon_hours=24).group.tolist()
    ['a', 'a', 'c']
    """
    if not 0 < similarity <= 1 or not horizon_hours > 0:
        raise InputError(
            f"`similarity` is {similarity!r} and `horizon_hours` {horizon_hours!r}; expected a "
            "cosine above 0 and at most 1, and hours above 0. Leave both out for the usual."
        )
    known = questions[questions["text"].notna() & questions["brand"].notna()]
    known = known.sort_values(["brand", "at", "question_id"], kind="stable", ignore_index=True)
    made = known[["question_id", "brand", "at"]].copy()
    group = np.arange(len(known))
    n_cut = 0
    if len(known):
        texts = _vectors([comparable_text(text) for text in known["text"]])
        at = known["at"].to_numpy(np.int64)
        for rows in known.groupby("brand", sort=False).indices.values():
            first, last = int(rows[0]), int(rows[-1]) + 1
            found, cut = _link(texts[first:last], at[first:last], horizon_hours, similarity)
            group[first:last] = first + found
            n_cut += cut
    made["group"] = known["question_id"].to_numpy()[group] if len(known) else known["question_id"]
    made.attrs["n_cut"] = n_cut
    return made


def _vectors(texts: list[str]) -> Any:
    """Unit vectors of character 4-grams, hashed: no vocabulary to hold."""
    try:
        from sklearn.feature_extraction.text import HashingVectorizer
    except ImportError:
        raise MissingExtraError("scikit-learn", "triage", "Grouping near-duplicates") from None
    hashed = HashingVectorizer(
        analyzer="char_wb",
        ngram_range=(4, 4),
        n_features=_SIZE,
        alternate_sign=False,
        norm="l2",
        dtype=np.float32,
    )
    return hashed.transform(texts)


def _link(
    texts: Any, at: npt.NDArray[np.int64], horizon_hours: float, similarity: float
) -> tuple[npt.NDArray[np.int64], int]:
    """First member of each question's group, within one brand in order of time."""
    n = len(at)
    group = np.arange(n)
    horizon = 3600 * horizon_hours
    # First earlier question that each one is compared with.
    oldest = np.searchsorted(at, at - horizon, side="left")
    limit = np.maximum(oldest, np.arange(n) - REACH)
    for start in range(0, n, BLOCK):
        end = min(start + BLOCK, n)
        base = int(limit[start])
        alike = (texts[start:end] @ texts[base:end].T).tocoo()
        # The hashed vectors are of single precision: equal texts may reach 1 less a rounding.
        close = alike.data >= similarity - 1e-6
        later, earlier = alike.row[close] + start, alike.col[close] + base
        value = alike.data[close]
        fit = (earlier < later) & (earlier >= limit[later])
        later, earlier, value = later[fit], earlier[fit], value[fit]
        # By question, the most similar last; of equals the earliest last.
        order = np.lexsort((-earlier, value, later))
        best = np.full(end - start, -1)
        best[later[order] - start] = earlier[order]
        for i in np.flatnonzero(best >= 0):
            group[start + i] = group[best[i]]
    return group, int((limit > oldest).sum())


def count_around_answers(
    groups: pd.DataFrame,
    *,
    window_hours: float,
    end: int,
    starts: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Near-duplicates before and after the first public answer to a group, and of silent groups.

    `groups` has question_id, group, brand, at and answered_at (seconds since 1970 of the first
    public answer to it; missing: none); `end` is when the collection ended. `starts` says when the
    incident behind a group began, where that is known: then only these groups are read, and the
    question that was answered is not counted. Without it a group begins with its first question,
    which is not counted.

    One row per group of two questions or more (for silent groups: and a decile of the delays of
    answered ones): brand, group, arm ("answered" or "unanswered"), n_before, n_after
    (near-duplicates in each window), seconds_before, seconds_after (length of the windows, within
    the time since the group began and until `end`), weight (1, or 1/9 for a decile).

    A group that was never answered is read as if it had been answered after each of the nine
    deciles of the delays of answered groups which hold a near-duplicate: what comes after is
    compared at the same age, since bursts fade by themselves. Groups whose answer is dated before
    they began are left out.
    """
    window = round(3600 * window_hours)
    if window < 1:
        raise InputError(
            f"`window_hours` is {window_hours!r}; expected hours above 0. Leave it out for the "
            "usual."
        )
    bursts = [
        _burst(str(key), rows, starts)
        for key, rows in groups.sort_values(["group", "at"], kind="stable").groupby("group")
        if len(rows) > 1 and (starts is None or key in starts)
    ]
    told = [b for b in bursts if b.answered_at is not None and b.answered_at > b.began]
    rows = [_around(b, int(b.answered_at or 0), window, end, ANSWERED, 1.0) for b in told]
    useful = [r["delay"] for r in rows if r["n_before"] + r["n_after"]]
    if useful:
        delays = np.quantile(useful, DECILES).astype(int)
        rows += [
            _around(b, b.began + int(delay), window, end, UNANSWERED, 1 / len(delays))
            for b in bursts
            if b.answered_at is None
            for delay in delays
        ]
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    return frame[frame["seconds_after"] > 0].drop(columns="delay").reset_index(drop=True)


_COLUMNS = "brand group arm n_before n_after seconds_before seconds_after weight delay".split()


@dataclass(frozen=True, eq=False)
class _Burst:
    """A group: when it began, its first public answer, and the times of what is counted."""

    group: str
    brand: str
    began: int
    answered_at: int | None
    times: npt.NDArray[np.int64]


def _burst(key: str, rows: pd.DataFrame, starts: Mapping[str, int] | None) -> _Burst:
    """`rows` are the questions of one group in order of time."""
    answers = rows["answered_at"].astype("float64")
    answered_at = None if answers.isna().all() else int(answers.min())
    if starts is None:
        counted = rows["question_id"] != key
    else:
        counted = rows["question_id"].notna()
        if answered_at is not None:
            counted &= rows.index != answers.idxmin()
    began = int(rows["at"].iloc[0]) if starts is None else int(starts[key])
    times = rows.loc[counted, "at"].to_numpy(np.int64)
    return _Burst(key, str(rows["brand"].iloc[0]), began, answered_at, times)


def _around(
    burst: _Burst, moment: int, window: int, end: int, arm: str, weight: float
) -> dict[str, Any]:
    start, stop = max(burst.began, moment - window), min(moment + window, end)
    times = burst.times
    return {
        "brand": burst.brand,
        "group": burst.group,
        "arm": arm,
        "n_before": int(((times >= start) & (times < moment)).sum()),
        "n_after": int(((times >= moment) & (times < stop)).sum()),
        "seconds_before": moment - start,
        "seconds_after": stop - moment,
        "weight": weight,
        "delay": moment - burst.began,
    }
