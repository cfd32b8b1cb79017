"""Reading a frame of respondents: the answers to a question, the groups."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import require_columns
from carekit.inference.surveys.design import Codes, first_ids


@dataclass(frozen=True, eq=False)
class Answers:
    """A question as codes from 0 on, -1 where the answer is missing, and what each code means."""

    codes: Codes
    labels: list[Any]


def read_answers(
    frame: pd.DataFrame,
    question: str,
    *,
    answers: Sequence[Any] | None = None,
    missing: Sequence[Any] = (),
) -> Answers:
    """The answers to `question`, in the order given, else in that of its categories, else sorted.

    Values in `missing` (such as "don't know") count as missing. A value that is neither missing
    nor in `answers` is an error.
    """
    require_columns(frame, [question], argument="frame")
    column = frame[question]
    if len(missing):
        column = column.mask(column.isin(list(missing)))
    if answers is not None:
        labels = list(answers)
        if len(set(labels)) < len(labels) or not labels:
            raise InputError(
                f"`answers` is {labels!r}; each possible answer once was expected. "
                "List every answer one time."
            )
        index: pd.Index = pd.Index(labels)
        codes = index.get_indexer(pd.Index(column)).astype(np.int64)
        if (other := (codes < 0) & column.notna().to_numpy()).any():
            seen = ", ".join(repr(v) for v in pd.unique(column[other])[:3])
            raise InputError(
                f"`question` {question!r} holds {seen} in {first_ids(frame, other)}; `answers` "
                f"lists: {', '.join(map(str, labels))}. Add the answer, or name it in `missing`."
            )
        return Answers(codes, labels)
    if isinstance(column.dtype, pd.CategoricalDtype):
        kept = ~column.cat.categories.isin(list(missing))
        rank = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
        return Answers(rank[column.cat.codes.to_numpy()], list(column.cat.categories[kept]))
    codes, found = pd.factorize(column, use_na_sentinel=True)
    order = _sorted_positions(list(found))
    rank = np.empty(len(found) + 1, dtype=np.int64)
    rank[order], rank[-1] = np.arange(len(found)), -1
    return Answers(rank[codes], [found[i] for i in order])


def read_groups(frame: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, Codes]:
    """The groups, one row each, sorted, and each respondent's group; missing is a group too."""
    require_columns(frame, by, argument="frame")
    if not by:
        return pd.DataFrame(index=pd.RangeIndex(1)), np.zeros(len(frame), dtype=np.int64)
    if len(by) == 1:
        found = read_answers(frame, by[0])
        observed = np.flatnonzero(np.bincount(found.codes + 1, minlength=1)[1:])
        rank = np.full(len(found.labels) + 1, len(observed), dtype=np.int64)  # last: missing
        rank[observed] = np.arange(len(observed))
        codes: Codes = rank[found.codes]
    else:
        grouped = frame.groupby(list(by), dropna=False, observed=True, sort=True)
        codes = np.asarray(grouped.ngroup(), dtype=np.int64)
    size = int(codes.max(initial=-1)) + 1
    first = np.empty(size, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return frame[list(by)].iloc[first].reset_index(drop=True), codes


def _sorted_positions(values: list[Hashable]) -> list[int]:
    """Positions that sort the values; by their text where they do not compare."""
    positions = range(len(values))
    try:
        return sorted(positions, key=lambda i: values[i])  # type: ignore[arg-type, return-value]
    except TypeError:
        return sorted(positions, key=lambda i: str(values[i]))
