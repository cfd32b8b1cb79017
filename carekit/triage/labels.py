"""Codes as other people wrote them → the classes that carekit scores."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.triage.lexicon import strip_accents

TASKS = ("tone", "complaint", "question")

CLASSES = {
    "tone": ("negative", "neutral", "positive"),
    "complaint": ("complaint", "other"),
    "question": ("question", "other"),
}

_TONE = {
    "negative": "negative neg negatif negative_tone -1 -1.0 - mauvais label_0",
    "neutral": "neutral neu neutre objective objectif none mixed mixte 0.5 label_1 informative",
    "positive": "positive pos positif + bon label_2",
}
_TONE_WORDS = {word: tone for tone, words in _TONE.items() for word in words.split()}
_YES = frozenset(["yes", "y", "oui", "o", "true", "vrai", "t", "v", "1", "1.0"])
_NO = frozenset(["no", "n", "non", "false", "faux", "f", "0", "0.0"])
_COMPLAINT = re.compile(r"complain|plainte|reclam|grief")
_QUESTION = re.compile(r"question|interrog|\bask|whq|ynq")
_NOT = re.compile(
    r"^(?:not?|non|no|pas|none|aucune?|sans)(?:[ _-]|$)|^non?(?:complain|question|plainte)"
)


@dataclass(frozen=True)
class MappedLabels:
    """Codes mapped to the classes of one task.

    Attributes
    ----------
    task : str
        One of `TASKS`.
    values : Series of str
        Class of each row; missing codes stay missing.
    how : str
        In words: what the task was told from.
    """

    task: str
    values: pd.Series
    how: str


def map_labels(
    codes: pd.Series, *, column: str = "label", task: str | None = None
) -> MappedLabels | None:
    """Codes such as "neg", "Négatif", "not a complaint", 0/1 → the classes of one task.

    Parameters
    ----------
    codes : Series
        Codes as they came; missing allowed.
    column : str
        Name of the column: it tells what yes and no, or 1 and 0, mean ("is_question").
    task : {"tone", "complaint", "question"}, optional
        What was coded, where the codes do not say.

    Returns
    -------
    MappedLabels or None
        None for yes/no codes when neither the codes nor the column say what was asked.

    Raises
    ------
    InputError
        Codes that fit no task; they are listed.

    Examples
    --------
    >>> mapped = map_labels(pd.Series(["neg", "Positif", "neutre"]))
    >>> mapped.task, mapped.values.to_list()
    ('tone', ['negative', 'positive', 'neutral'])
    """
    if task is not None and task not in TASKS:
        raise InputError(
            f"`task` is {task!r}; expected one of {', '.join(TASKS)}. Say what was coded."
        )
    words = codes.map(_plain, na_action="ignore")
    seen = sorted(words.dropna().unique())
    if not seen:
        raise InputError(
            f"`{column}` holds no code; expected codes of posts. Check the column's name."
        )
    found, how = _find(seen, column, task)
    if found is None:
        if task is None and all(w in _YES | _NO for w in seen):
            return None
        shown = ", ".join(repr(str(c)) for c in sorted(map(str, codes.dropna().unique()))[:12])
        raise InputError(
            f"`{column}` holds {shown}; expected tones (negative, neutral, positive), or "
            f"complaint / "
            "not complaint, question / not question, or yes / no with a column or `task` that says "
            "of what. Rename the codes."
        )
    task_found, mapping = found
    values = words.map(mapping).astype("string")
    return MappedLabels(task_found, values, how)


def yes_no(codes: pd.Series, task: str) -> pd.Series:
    """Yes/no codes as the classes of `task`."""
    words = codes.map(_plain, na_action="ignore")
    yes = CLASSES[task][0]
    return words.map({**dict.fromkeys(_YES, yes), **dict.fromkeys(_NO, "other")}).astype("string")


def _plain(code: Any) -> str:
    if isinstance(code, bool | np.bool_):
        return "true" if code else "false"
    if isinstance(code, float) and code == int(code):
        code = int(code)
    return strip_accents(str(code)).strip().lower().replace(" ", "_").replace("__", "_")


def _find(
    seen: list[str], column: str, task: str | None
) -> tuple[tuple[str, dict[str, str]] | None, str]:
    """The first task whose words cover all codes seen."""
    name = strip_accents(column).lower()
    if task in (None, "tone"):
        tone = {w: _tone(w) for w in seen}
        if all(tone.values()):
            return ("tone", {w: t for w, t in tone.items() if t}), "its codes"
        stars = _numbers(seen)
        if stars:
            return ("tone", stars), "a numeric scale"
    for kind, pattern in (("complaint", _COMPLAINT), ("question", _QUESTION)):
        if task not in (None, kind):
            continue
        named = [w for w in seen if pattern.search(w) and not _NOT.match(w)]
        if named and len(named) < len(seen):
            return (kind, {w: kind if w in named else "other" for w in seen}), "its codes"
        if all(w in _YES | _NO for w in seen) and (task == kind or pattern.search(name)):
            mapping = {w: kind if w in _YES else "other" for w in seen}
            return (kind, mapping), f"the column {column!r}" if task is None else "`task`"
    return None, ""


def _tone(word: str) -> str | None:
    bare = word.rstrip("s")
    for form in (word, bare, bare.rstrip("e"), word.split("_")[-1], word.split("_")[0]):
        if form in _TONE_WORDS and not form.isdigit():
            return _TONE_WORDS[form]
    for stem, tone in (("negat", "negative"), ("posit", "positive"), ("neutr", "neutral")):
        if stem in word:
            return tone
    return None


def _numbers(seen: list[str]) -> dict[str, str] | None:
    """-1/0/1, 0/1/2 (negative, neutral, positive) or 1-5 stars as tones."""
    try:
        values = {w: int(w) for w in seen}
    except ValueError:
        return None
    numbers = set(values.values())
    if -1 in numbers and numbers <= {-1, 0, 1}:
        names = {-1: "negative", 0: "neutral", 1: "positive"}
    elif 2 in numbers and numbers <= {0, 1, 2} and 0 in numbers:
        names = {0: "negative", 1: "neutral", 2: "positive"}
    elif numbers <= {1, 2, 3, 4, 5} and len(numbers) > 3:
        names = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}
    elif numbers == {0, 4} or numbers == {0, 2, 4}:
        names = {0: "negative", 2: "neutral", 4: "positive"}
    else:
        return None
    return {w: names[v] for w, v in values.items()}
