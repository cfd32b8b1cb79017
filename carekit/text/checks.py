"""Arguments that are checked alike: what came, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sized

import pandas as pd

from carekit.errors import InputError


def one_of(value: str, allowed: Collection[str], *, argument: str, hint: str) -> None:
    """InputError unless a word is among those that are allowed."""
    if value not in allowed:
        expected = ", ".join(allowed)
        raise InputError(f"`{argument}` is {value!r}; expected one of {expected}. {hint}")


def need_columns(frame: pd.DataFrame, names: Iterable[str], *, argument: str, hint: str) -> None:
    """InputError unless a frame has all these columns."""
    absent = [name for name in names if name not in frame.columns]
    if absent:
        found = ", ".join(map(str, frame.columns))
        lacks = ", ".join(map(repr, absent))
        raise InputError(f"`{argument}` has no column {lacks}; found: {found}. {hint}")


def one_a_post(values: Sized, texts: Sized, *, argument: str, one: str) -> None:
    """InputError unless there are as many values as posts."""
    if len(values) != len(texts):
        raise InputError(
            f"`{argument}` has {len(values)} values for {len(texts)} posts; expected one a post. "
            f"Pass one {one}, or a Series as long as `texts`."
        )
