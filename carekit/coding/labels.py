"""Codes as other people wrote them → the classes that carekit scores."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.text.checks import one_of
from carekit.text.lexicon import strip_accents
from carekit.text.tone import TONES

TASKS = ("tone", "complaint", "question")

CLASSES = {
    "tone": ("negative", "neutral", "positive"),
    "complaint": ("complaint", "other"),
    "question": ("question", "other"),
}

# What other people call the three tones, after `_plain`: no accents, lower case, "_" for spaces.
_TONE = {
    "negative": "negative neg negatif - -ve bad mauvais label_0 unhappy dissatisfied insatisfait "
    "mecontent unfavorable unfavourable defavorable angry anger sad colere pessimistic contre n",
    "neutral": "neutral neu neutre objective objectif none aucun mixed mixte label_1 informative "
    "neither ambivalent factual factuel neutral_or_mixed neutre_ou_mixte",
    "positive": "positive pos positif + +ve good bon label_2 happy satisfied satisfait content "
    "favorable favourable optimistic joy joie pour p",
}
_TONE_WORDS = {word: tone for tone, words in _TONE.items() for word in words.split()}
_YES = frozenset(["yes", "y", "oui", "o", "true", "vrai", "t", "v", "1"])
_NO = frozenset(["no", "n", "non", "false", "faux", "f", "0"])
_COMPLAINT = re.compile(r"complain|plainte|reclam|grief")
_QUESTION = re.compile(r"question|interrog|\bask|(?:^|_)asks?(?:_|$)|whq|ynq|^qu?$")
_TONE_NAME = re.compile(r"senti|polari|tone|tonal|valence|opinion|humeur|feeling|emotion|satisf")
_NOT = re.compile(
    r"^(?:not?|non|no|pas|none|aucune?|sans)(?:[ _-]|$)|^non?(?:complain|question|plainte)"
)
_STARS = re.compile(r"([1-5])[_-]?(?:stars?|etoiles?)|(?:rated|note)_?([1-5])")
OUT = ""
"""What `mapping` gives a code whose rows are to be left out."""


@dataclass(frozen=True)
class MappedLabels:
    """Codes mapped to the classes of one of `TASKS`, missing ones kept, and what told the task."""

    task: str
    values: pd.Series
    how: str


def map_labels(
    codes: pd.Series,
    *,
    column: str = "label",
    task: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> MappedLabels | None:
    """Codes such as "neg", "Négatif", "not a complaint", 0/1 → the classes of one task.

    docs/triage.md lists what is known; case, accents and spaces do not matter. `column`: the name
    tells what yes and no, or 1 and 0, mean ("is_question"). `mapping`: code as it came → class
    ("angry": "negative"), or "" to leave its rows out, before all else. None for yes/no codes when
    neither codes nor column say what was asked; InputError lists codes that fit no task.
    """
    if task is not None:
        one_of(task, TASKS, argument="task", hint="Say what was coded.")
    words = codes.map(_plain, na_action="ignore")
    given = {_plain(k): str(v).strip().lower() for k, v in (mapping or {}).items()}
    seen = sorted(set(words.dropna().unique()) - {w for w, v in given.items() if v == OUT})
    if not seen:
        raise InputError(
            f"`{column}` holds no code; expected codes of posts. Check the column's name."
        )
    if given:
        task = _task_of(given, task)
    asked = [w for w in seen if w not in given]
    found, how = _find(asked, column, task) if asked else ((task or "tone", {}), "`mapping`")
    if found is None:
        if task is None and all(w in _YES | _NO for w in seen):
            return None
        raise InputError(_unknown(codes, words, asked, column, task))
    task_found, table = found
    table |= {w: v for w, v in given.items() if v != OUT}
    values = words.map(table).astype("string")
    return MappedLabels(task_found, values, "`mapping`" if given else how)


def _task_of(given: dict[str, str], task: str | None) -> str:
    """The task whose classes are the targets of `mapping`."""
    targets = {v for v in given.values() if v != OUT}
    fitting = [t for t in TASKS if task in (None, t) and targets <= set(CLASSES[t])]
    if not fitting or (task is None and targets and targets <= {"other"}):
        allowed = "; ".join(f"{t}: {', '.join(CLASSES[t])}" for t in TASKS if task in (None, t))
        raise InputError(
            f"`mapping` leads to {', '.join(map(repr, sorted(targets)))}; expected classes of one "
            f"task ({allowed}), or nothing after = to leave rows out. Correct the mapping."
        )
    return fitting[0] if targets else task or "tone"


def _unknown(
    codes: pd.Series, words: pd.Series, asked: list[str], column: str, task: str | None
) -> str:
    """Which codes fit nothing, and how to say what they mean."""
    # If some of the codes are tones, the others are what needs a meaning.
    strange = [w for w in asked if not _tone(w)] if task in (None, "tone") else asked
    strange = strange if strange and len(strange) < len(asked) else asked
    mine = codes[words.isin(strange)].astype(str)
    counts = mine.value_counts()
    shown = ", ".join(f"{c!r} ({n} rows)" for c, n in counts.head(12).items())
    more = f" and {len(counts) - 12} more" if len(counts) > 12 else ""
    example = f"{counts.index[0]}={CLASSES[task or 'tone'][0]}"
    return (
        f"`{column}` holds codes that are not known: {shown}{more}; expected tones (negative, "
        "neutral, positive), complaint / not complaint, question / not question, or yes / no in a "
        f"column that says of what. Say what each means with --map {example!r} (several: "
        "THEIRS=OURS,THEIRS=OURS; nothing after = leaves the rows out), or give `task`."
    )


def yes_no(codes: pd.Series, task: str) -> pd.Series:
    """Yes/no codes as the classes of `task`; of tones, yes is positive and no is negative."""
    words = codes.map(_plain, na_action="ignore")
    yes, no = ("positive", "negative") if task == "tone" else (CLASSES[task][0], "other")
    return words.map({**dict.fromkeys(_YES, yes), **dict.fromkeys(_NO, no)}).astype("string")


def _plain(code: Any) -> str:
    if isinstance(code, bool | np.bool_):
        return "true" if code else "false"
    word = strip_accents(str(code)).strip().strip("'\"").lower()
    if _WHOLE.fullmatch(word):
        return str(int(float(word)))
    return re.sub(r"[\s_]+", "_", word)


_WHOLE = re.compile(r"[+-]?[0-9]{1,9}(?:[.]0*)?")


def _find(
    seen: list[str], column: str, task: str | None
) -> tuple[tuple[str, dict[str, str]] | None, str]:
    """The first task whose words cover all codes seen."""
    name = strip_accents(column).lower()
    if task in (None, "tone"):
        tone = {w: _tone(w) for w in seen}
        # "n" alone may be a no: with words beside it, it is a tone.
        if all(tone.values()) and not set(seen) <= _YES | _NO:
            return ("tone", {w: t for w, t in tone.items() if t}), "its codes"
        stars = _numbers(seen)
        if stars:
            return ("tone", stars), "a numeric scale"
        if set(seen) == {"0", "1"} and (task == "tone" or _TONE_NAME.search(name)):
            how = f"the column {column!r}" if task is None else "`task`"
            return ("tone", {"0": "negative", "1": "positive"}), how
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
        if form in _TONE_WORDS and not (len(form) == 1 and form != word):
            return _TONE_WORDS[form]
    for stem, tone in (("negat", "negative"), ("posit", "positive"), ("neutr", "neutral")):
        if stem in word:
            return tone
    return None


def _numbers(seen: list[str]) -> dict[str, str] | None:
    """-1/0/1, 0/1/2 (negative, neutral, positive) or 1-5 stars as tones."""
    try:
        values = {
            w: int(next(filter(None, m.groups())) if (m := _STARS.fullmatch(w)) else w)
            for w in seen
        }
    except ValueError:
        return None
    numbers = set(values.values())
    starred = any(not w.lstrip("+-").isdigit() for w in seen)
    if min(numbers) < 0 < max(numbers) or numbers == {-1, 0}:
        names = {v: TONES[1 + (v > 0) - (v < 0)] for v in numbers}
    elif 2 in numbers and numbers <= {0, 1, 2} and 0 in numbers:
        names = {0: "negative", 1: "neutral", 2: "positive"}
    elif numbers == {1, 2, 3} and not starred:
        names = {1: "negative", 2: "neutral", 3: "positive"}
    elif numbers <= {1, 2, 3, 4, 5} and (len(numbers) > 3 or starred or 5 in numbers):
        names = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}
    elif numbers == {0, 4} or numbers == {0, 2, 4}:
        names = {0: "negative", 2: "neutral", 4: "positive"}
    else:
        return None
    return {w: names[v] for w, v in values.items()}
