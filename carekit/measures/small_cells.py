"""No small cells: pool and coarsen counts until none of them points at a few people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from carekit.errors import InputError

OTHERS = "(other brands)"


def check_min_cell(min_cell: int) -> int:
    """The smallest count that may be shown, a whole number from 1 on."""
    if int(min_cell) != min_cell or min_cell < 1:
        raise InputError(
            f"`min_cell` is {min_cell!r}; a whole number from 1 on was expected. Use 5, the usual "
            "rule, or more."
        )
    return int(min_cell)


def pool_small(
    table: pd.DataFrame,
    *,
    within: Sequence[str],
    label: str,
    counts: Sequence[str],
    min_cell: int,
    others: str = OTHERS,
) -> tuple[pd.DataFrame, int]:
    """Pool rows with small counts inside each group; the table, and how many requests are withheld.

    The `counts` of a row do not overlap (answered and unanswered, not answered and all) and must
    each be 0 or at least `min_cell`. Rows below are pooled under the label `others`. While the
    pooled row of a group is itself too small, the smallest row left joins it, so that nothing can
    be found by taking a difference; requests of a group that stays below are withheld.

    >>> table = pd.DataFrame({"brand": list("abc"), "yes": [9, 2, 7], "no": [8, 6, 0]})
    >>> pool_small(table, within=[], label="brand", counts=["yes", "no"], min_cell=5)[0]
                brand  yes  no
    0               a    9   8
    1  (other brands)    9   6
    """
    counts, within = list(counts), list(within)
    groups: Iterable[tuple[Any, pd.DataFrame]] = [((), table)]
    if within:
        groups = table.groupby(within, dropna=False, sort=True)
    parts, withheld = [], 0
    for key, rows in groups:
        small = _too_small(rows[counts].to_numpy(), min_cell) | rows[label].isna().to_numpy()
        kept, pooled = rows[~small], rows[small]
        if len(pooled):
            total = pooled[counts].sum()
            while _too_small(total.to_numpy()[None, :], min_cell)[0] and len(kept):
                smallest = int(kept[counts].sum(axis=1).to_numpy().argmin())
                total = total + kept[counts].iloc[smallest]
                kept = kept.drop(index=kept.index[smallest])
            if _too_small(total.to_numpy()[None, :], min_cell)[0]:
                withheld += int(total.sum())
            else:
                names: dict[str, Any] = dict(zip(within, key, strict=True))
                row = pd.DataFrame([{**names, label: others, **{c: total[c] for c in counts}}])
                kept = pd.concat([kept, row], ignore_index=True)
        parts.append(kept)
    made = pd.concat(parts, ignore_index=True) if parts else table.iloc[:0]
    return made.astype(dict.fromkeys(counts, "int64"))[list(table.columns)], withheld


def coarsen_waits(
    table: pd.DataFrame, *, by: Sequence[str], min_cell: int, time: str = "minute"
) -> tuple[pd.DataFrame, int]:
    """Join neighbouring waits until no count of answers or of open requests is small.

    One row a group and class of waits: `time` (the longest wait in the class), events, censored,
    each 0 or at least `min_cell`; and the number of requests withheld, those of groups too small
    for a single class.

    >>> waits = pd.DataFrame({"minute": [1, 2, 3, 9], "events": [3, 3, 5, 1], "censored": 0})
    >>> coarsen_waits(waits, by=[], min_cell=5)[0].to_numpy().tolist()
    [[2, 6, 0], [9, 6, 0]]
    """
    by = list(by)
    groups: Iterable[tuple[Any, pd.DataFrame]] = [((), table)]
    if by:
        groups = table.groupby(by, dropna=False, sort=True)
    parts, withheld = [], 0
    for key, rows in groups:
        ordered = rows.groupby(time, as_index=False)[["events", "censored"]].sum()
        classes: list[list[int]] = []
        open_class = np.zeros(2, dtype=np.int64)
        for at, events, censored in ordered.itertuples(index=False):
            open_class = open_class + np.array([events, censored])
            if not _too_small(open_class[None, :], min_cell)[0] and open_class.sum():
                classes.append([int(at), *map(int, open_class)])
                open_class = np.zeros(2, dtype=np.int64)
        # What is left over joins the class before it, and that one the one before.
        while open_class.any() and classes:
            last = classes.pop()
            open_class = open_class + last[1:]
            if not _too_small(open_class[None, :], min_cell)[0]:
                classes.append([int(ordered[time].max()), *map(int, open_class)])
                open_class = np.zeros(2, dtype=np.int64)
        withheld += int(open_class.sum())
        made = pd.DataFrame(classes, columns=[time, "events", "censored"])
        for place, name in enumerate(by):
            made.insert(place, name, key[place])
        parts.append(made)
    columns = [*by, time, "events", "censored"]
    made = pd.concat(parts, ignore_index=True) if parts else table[columns].iloc[:0]
    return made[columns], withheld


def _too_small(counts: np.ndarray, min_cell: int) -> np.ndarray:
    return np.asarray(((counts > 0) & (counts < min_cell)).any(axis=1))
