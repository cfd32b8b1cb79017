"""Small tables of counts: are they sound, and what do they add up to.

Every estimate of this package that starts from counts passes here first, so that a wrong table
is refused with the same words everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError, SchemaError

# Below these an estimate carries the flag `few_clusters`, `small_n`.
FEW_CLUSTERS = 30
SMALL_N = 30


def column_names(by: str | Sequence[str]) -> list[str]:
    """The grouping columns as a list: `by` may be one name or several."""
    return [by] if isinstance(by, str) else list(by)


def check_conf_level(conf_level: float) -> float:
    """Return `conf_level` if it lies strictly between 0 and 1.

    >>> check_conf_level(0.95)
    0.95
    """
    if not 0.0 < conf_level < 1.0:
        raise InputError(
            f"`conf_level` is {conf_level!r}; it must lie between 0 and 1, both excluded. "
            "Write 0.95 for a 95 % interval."
        )
    return float(conf_level)


def require_columns(table: pd.DataFrame, names: Iterable[str], *, argument: str = "table") -> None:
    """Raise SchemaError unless `table` holds every column of `names`."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(
            f"`{argument}` is a {type(table).__name__}; a pandas DataFrame was expected. "
            f"Build one with pandas.DataFrame(...)."
        )
    missing = [name for name in names if name not in table.columns]
    if missing:
        found = ", ".join(str(c) for c in table.columns) or "no column at all"
        raise SchemaError(
            f"`{argument}` has no column {', '.join(repr(m) for m in missing)}; found: {found}. "
            "Name a column that exists, or add it to the table."
        )


def refuse_names(by: Sequence[str], taken: Iterable[str]) -> None:
    """Raise InputError if a grouping column has the name of a column of the result."""
    clash = [name for name in by if name in set(taken)]
    if clash:
        raise InputError(
            f"`by` names {', '.join(repr(c) for c in clash)}, which is also a column of the "
            "result. Rename that column of your table before grouping by it."
        )


def first_rows(table: pd.DataFrame, wrong: Any) -> str:
    """'2 rows (first: 0, 3)': the count and the first three index labels of the wrong rows."""
    labels = table.index[np.asarray(wrong, dtype=bool)]
    shown = ", ".join(str(label) for label in labels[:3])
    return f"{len(labels)} row{'s' if len(labels) > 1 else ''} (first: {shown})"


def check_counts(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The columns `names` as float64, or InputError: whole numbers from 0 on, none missing."""
    checked: dict[str, np.ndarray] = {}
    for name in names:
        values = pd.to_numeric(table[name], errors="coerce").to_numpy(float, na_value=np.nan)
        with np.errstate(invalid="ignore"):
            wrong = ~np.isfinite(values) | (values < 0) | (values != np.floor(values))
        if wrong.any():
            raise InputError(
                f"`table` column {name!r} is not a count in {first_rows(table, wrong)}; whole "
                "numbers from 0 on were expected, none missing. Count again, or leave these "
                "rows out and say so."
            )
        checked[name] = values
    return pd.DataFrame(checked, index=table.index)


def check_parts(table: pd.DataFrame, counts: pd.DataFrame, *, n: str, parts: Sequence[str]) -> None:
    """Raise InputError where the sum of the columns `parts` exceeds the column `n`."""
    wrong = counts[list(parts)].sum(axis=1) > counts[n]
    if wrong.any():
        what = " + ".join(repr(p) for p in parts)
        raise InputError(
            f"`table` has {what} above {n!r} in {first_rows(table, wrong)}; a part cannot exceed "
            "its whole. Check which column is the total."
        )


def sum_counts(
    table: pd.DataFrame,
    *,
    by: Sequence[str],
    cluster: str | None,
    n: str,
    parts: Sequence[str],
) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame]:
    """Check the counts and add up rows that share a group and a cluster.

    Returns the groups (one row each, only the `by` columns, sorted), the group number of every
    remaining row, and these rows' counts. Without cluster the rows are the groups themselves.
    A group whose `by` value is missing is a group like any other.
    """
    by = list(by)
    names = [n, *parts]
    keys = [*by, *([cluster] if cluster is not None and cluster not in by else [])]
    require_columns(table, [*keys, *names])
    counts = check_counts(table, names)
    check_parts(table, counts, n=n, parts=parts)
    if cluster is not None and (lost := table[cluster].isna().to_numpy()).any():
        raise InputError(
            f"`cluster` {cluster!r} is missing in {first_rows(table, lost)}; every count must "
            "belong to one cluster. Name these clusters, or leave the rows out and say so."
        )
    if keys:
        counts = counts.set_axis([f"_count_{i}" for i in range(len(names))], axis=1)
        joined = pd.concat([table[keys], counts], axis=1)
        if _apart(joined, keys):  # nothing to add up, nothing to sort
            sums = joined.reset_index(drop=True)
        else:
            grouped = joined.groupby(keys, dropna=False, observed=True, sort=True)
            sums = grouped[list(counts.columns)].sum().reset_index()
        counts = sums[list(counts.columns)].set_axis(names, axis=1)
    if not by:
        code: npt.NDArray = np.zeros(len(counts), dtype=np.int64)
        return pd.DataFrame(index=pd.RangeIndex(1)), code, counts
    code = sums.groupby(by, dropna=False, observed=True, sort=True).ngroup().to_numpy(np.int64)
    first = np.flatnonzero(np.diff(code, prepend=-1))  # rows are sorted by group
    return sums[by].iloc[first].reset_index(drop=True), code, counts


def _apart(table: pd.DataFrame, keys: Sequence[str]) -> bool:
    """Whether the rows are sorted by keys that are whole numbers, no two of them alike."""
    if len(set(keys)) < len(keys) or any(table[key].dtype.kind not in "iu" for key in keys):
        return False
    later = np.zeros(max(len(table) - 1, 0), dtype=bool)
    for key in reversed(list(keys)):
        values = table[key].to_numpy()
        later = (values[1:] > values[:-1]) | ((values[1:] == values[:-1]) & later)
    return bool(later.all())


def group_sums(code: npt.NDArray, values: npt.ArrayLike, size: int) -> npt.NDArray[np.float64]:
    """Sum of `values` in each of the groups 0 … size - 1."""
    weights = np.asarray(values, dtype=float)
    return np.bincount(code, weights=weights, minlength=size).astype(float, copy=False)


def join_flags(size: int, flags: dict[str, np.ndarray]) -> np.ndarray:
    """One string a row: the names of its flags, joined by ", ", '' where there is none."""
    text = np.full(size, "", dtype=object)
    for name, where in flags.items():
        text = np.where(where & (text != ""), text + ", ", text)
        text = np.where(where, text + name, text)
    return text


def name_flags(**flags: Any) -> str:
    """The names of the flags that are raised, joined by ", "."""
    return ", ".join(name for name, raised in flags.items() if raised)
