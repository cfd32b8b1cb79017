"""Questions with several answers in SPSS and Stata files: sets that are declared, and columns of ticks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from carekit.sources.surveys.ticks import NO, YES

if TYPE_CHECKING:
    import pandas as pd


def multiple_sets(
    cells: pd.DataFrame,
    meta: Any,
    labels: Mapping[str, Mapping[str, str]],
    wordings: dict[str, str],
) -> dict[str, dict[str, str]]:
    """Question → column → option: declared sets of dichotomies, and q5_1, q5_2, … that only tick.

    The wording of a question, where several columns share one, is added to `wordings`.
    """
    found: dict[str, list[str]] = {}
    for name, told in (getattr(meta, "mr_sets", None) or {}).items():
        columns = [c for c in told.get("variable_list", ()) if c in cells.columns]
        if told.get("is_dichotomy") and len(columns) > 1:
            found[str(name).lstrip("$")] = columns
            if label := str(told.get("label") or "").strip():
                wordings[str(name).lstrip("$")] = label
    taken = {c for columns in found.values() for c in columns}
    numbered: dict[str, list[str]] = {}
    for column in cells.columns:
        match = re.fullmatch(r"(.+?)[_.]?(\d+)", column)
        if match and column not in taken:
            numbered.setdefault(match[1], []).append(column)
    for stem, columns in numbered.items():
        shared = common_wording([wordings.get(c, "") for c in columns])
        is_new = stem not in cells.columns and stem not in found
        if shared and is_new and _ticks(cells[columns], labels):
            found[stem] = columns
            wordings.setdefault(stem, shared.rstrip(" :-–—"))
    blocks = {}
    for stem, columns in found.items():
        shared = common_wording([wordings.get(c, "") for c in columns])
        options = [wordings.get(c, c)[len(shared) :].strip(" :-–—.()") or c for c in columns]
        blocks[stem] = dict(zip(columns, options, strict=True))
        wordings.setdefault(stem, stem)
    return blocks


def _ticks(block: pd.DataFrame, labels: Mapping[str, Mapping[str, str]]) -> bool:
    """True for two columns or more that hold one code, or yes and no by their labels."""
    said = [set(block[c].dropna()) for c in block.columns]
    if len(said) < 2 or not any(said):
        return False
    if all(len(s) <= 1 for s in said) and len(set().union(*said)) == 1:
        return True
    words = [
        {labels.get(c, {}).get(v, v).casefold() for v in s}
        for c, s in zip(block.columns, said, strict=True)
    ]
    return set().union(*words) <= YES | NO and any(len(w) > 1 for w in words)


def common_wording(texts: list[str]) -> str:
    """What the wordings of several options begin with, up to a sign that ends the question."""
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    shared = "".join(letters[0] for letters in same)
    ends = [m.end() for m in re.finditer(r"[:?\-–—]\s*", shared)]
    return shared[: ends[-1]] if ends and len(set(texts)) == len(texts) else ""
