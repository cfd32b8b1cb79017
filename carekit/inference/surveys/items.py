"""Reading the items of a question with several answers: who ticked what, and who counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import require_columns
from carekit.inference.surveys.design import Sample, first_ids


@dataclass(frozen=True, eq=False)
class Ticks:
    """Ticks as respondents × items of 0 and 1, and which respondents are in the base.

    `missing` marks respondents whom the base would hold but who left an item without an answer.
    """

    names: list[str]
    values: npt.NDArray[np.uint8]
    inside: npt.NDArray[np.bool_]
    missing: npt.NDArray[np.bool_]
    base: str


def read_items(frame: pd.DataFrame, items: Sequence[str], *, base: str, sample: Sample) -> Ticks:
    """The ticks of `items` and the base they are counted on.

    `base` is "asked" (respondents who answered every item), "all" (every respondent; no answer
    counts as no tick), or a true/false column (respondents for whom it is true and who answered).
    """
    names = [items] if isinstance(items, str) else list(items)
    if len(set(names)) < len(names) or not names:
        raise InputError(
            f"`items` is {names!r}; each item column once was expected. List every item one time."
        )
    own_base = base not in ("asked", "all") or base in frame.columns
    require_columns(frame, names, argument="frame")
    if own_base and base not in frame.columns:
        raise InputError(
            f"`base` is {base!r}; 'asked', 'all' or a true/false column was expected. The share of "
            "respondents depends on it: say who is counted."
        )
    values = np.empty((len(frame), len(names)), dtype=np.uint8, order="F")
    gaps = np.zeros(len(frame), dtype=bool)
    for k, name in enumerate(names):
        values[:, k], gap = _ticks(frame, name)
        gaps |= gap
    chosen = sample.weight > 0
    if own_base:
        member, gap = _ticks(frame, base)
        if gap.any():
            raise InputError(
                f"`base` {base!r} is missing in {first_ids(frame, gap)}; true or false was "
                "expected for each respondent. Fill the column first."
            )
        chosen &= member == 1
    inside = chosen if base == "all" and not own_base else chosen & ~gaps
    return Ticks(names, values, inside, chosen & gaps, base)


def _ticks(frame: pd.DataFrame, name: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """0/1 values (0 where missing) and where they are missing."""
    column = frame[name]
    if column.dtype == bool:
        return column.to_numpy().astype(np.uint8), np.zeros(len(column), dtype=bool)
    gap = column.isna().to_numpy()
    known = column[~gap]
    if pd.api.types.is_numeric_dtype(known) or pd.api.types.is_bool_dtype(known):
        numbers = known.to_numpy(float)
    else:
        # An object column of True, False and None: compare as Python does, so that '1' is refused.
        numbers = np.array([float(v) if isinstance(v, (bool, int, float)) else -1.0 for v in known])
    wrong = np.zeros(len(column), dtype=bool)
    wrong[np.flatnonzero(~gap)[(numbers != 0) & (numbers != 1)]] = True
    if wrong.any():
        seen = ", ".join(repr(v) for v in pd.unique(column[wrong])[:3])
        raise InputError(
            f"`frame` column {name!r} holds {seen} in {first_ids(frame, wrong)}; true or false (1 "
            "or 0) was expected for an item that is ticked or not. Recode it."
        )
    values = np.zeros(len(column), dtype=np.uint8)
    values[~gap] = numbers == 1
    return values, gap
