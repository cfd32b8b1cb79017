"""Tables of waits → risk sets: who was still waiting when, in each group and cluster.

The curves, restricted means, tests and incidences of this package all start here, so that a table
is read, checked and cut into groups by the same rules everywhere. A request that stops being
followed at the very moment of an answer counts as still waiting at that moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import first_rows, require_columns

# numpy's own hints lose the element type in sums and counts; the names here say what is meant
Floats = npt.NDArray[Any]
Ints = npt.NDArray[Any]

# unit → (minutes in so many units): a quotient of whole numbers keeps 3600 s at exactly 60 min
_MINUTES = {"seconds": (1, 60), "minutes": (1, 1), "hours": (60, 1), "days": (1440, 1)}


@dataclass(frozen=True)
class ClusterRows:
    """One row per (cluster, time), sorted so; a cluster that spans two groups is two here."""

    cluster: Ints
    unit: Ints  # the cluster's number in the whole table, the same in every group
    place: Ints  # row of the risk sets
    causes: Floats  # (rows, causes)
    censored: Floats
    per_group: Ints  # clusters in each group

    @property
    def weight(self) -> Floats:
        return self.causes.sum(axis=1) + self.censored


@dataclass(frozen=True)
class RiskSets:
    """One row per (group, time), sorted so; `start` and `size` say where each group lies."""

    keys: pd.DataFrame  # one row per group: the `by` columns
    start: Ints
    size: Ints
    group: Ints
    minutes: Floats
    causes: Floats  # (rows, causes): what happened at that time, by kind
    censored: Floats
    at_risk: Floats
    remaining: Floats  # still waiting after that time; exactly 0 at the end of a group
    rows: ClusterRows | None
    whole: bool  # every count is a whole number

    @property
    def events(self) -> Floats:
        return self.causes.sum(axis=1)

    @property
    def n(self) -> Floats:
        """Requests of each group."""
        return self.per_group(self.events + self.censored)

    def per_group(self, values: Floats) -> Floats:
        """Sum of `values` over the rows of each group."""
        return np.bincount(self.group, weights=values, minlength=len(self.start))

    def running(self, values: Floats) -> Floats:
        """Cumulative sum that starts again in each group, this row included."""
        return running(values, self.group)

    def rows_until(self, minutes: float) -> Ints:
        """How many rows of each group lie at or before `minutes`."""
        return np.bincount(self.group[self.minutes <= minutes], minlength=len(self.start))

    def value_at(self, values: Floats, minutes: float, before: float) -> Floats:
        """The step function `values` at `minutes` in each group; `before` ahead of the first."""
        count = self.rows_until(minutes)
        out = np.full(len(self.start), before, dtype=np.float64)
        out[count > 0] = values[(self.start + count - 1)[count > 0]]
        return out

    def next_value(self, values: Floats, minutes: float) -> Floats:
        """`values` at the first time from `minutes` on in each group, NaN where there is none."""
        count = np.bincount(self.group[self.minutes < minutes], minlength=len(self.start))
        out = np.full(len(self.start), np.nan)
        out[count < self.size] = values[(self.start + count)[count < self.size]]
        return out

    def first_time(self, condition: npt.NDArray[np.bool_]) -> Floats:
        """The first time of each group where `condition` is true, NaN where it never is."""
        out = np.full(len(self.start), np.nan)
        where = np.flatnonzero(condition)
        groups, first = np.unique(self.group[where], return_index=True)
        out[groups] = self.minutes[where[first]]
        return out

    @property
    def last(self) -> Floats:
        """End of follow-up of each group, NaN without rows."""
        out = np.full(len(self.start), np.nan)
        out[self.size > 0] = self.minutes[(self.start + self.size - 1)[self.size > 0]]
        return out


def running(values: Floats, group: Ints) -> Floats:
    """Cumulative sum that starts again at each change of `group` (compensated summation)."""
    return pd.Series(values).groupby(group, sort=False).cumsum().to_numpy()


def read_waits(
    table: pd.DataFrame,
    *,
    by: Sequence[str],
    time: str,
    causes: Sequence[str],
    censored: str | None,
    cluster: str | None,
    unit: str,
) -> RiskSets:
    """Check a table of waits, add up rows that share group (and cluster) and time, and sort."""
    require_columns(table, dict.fromkeys([*by, *([cluster] if cluster else []), time, *causes]))
    if censored is not None:
        require_columns(table, [censored])
    if unit not in _MINUTES:
        raise InputError(
            f"`unit` is {unit!r}; one of {', '.join(map(repr, _MINUTES))} was expected. "
            f"Say in which unit the column {time!r} counts."
        )
    waits = _numbers(table, time, "a wait", "Leave out waits that run backwards and count them.")
    what = [
        _numbers(table, name, "a count", "Count again, or leave these rows out and say so.")
        for name in [*causes, *([censored] if censored is not None else [])]
    ]
    if cluster is not None and (lost := table[cluster].isna().to_numpy()).any():
        raise InputError(
            f"`cluster` {cluster!r} is missing in {first_rows(table, lost)}; every count must "
            "belong to one cluster. Name these clusters, or leave the rows out and say so."
        )
    uneven = np.any([values != np.floor(values) for values in what], axis=0)
    if uneven.any() and cluster is None:
        remedy = (
            "Give unweighted counts."
            if censored is None
            else "Name their column in `cluster` (author, brand, or one name a request)."
        )
        raise InputError(
            f"`table` holds counts that are not whole numbers in {first_rows(table, uneven)}; "
            "without clusters whole numbers were expected, since only sampling weights give others "
            f"and those need the units that were drawn. {remedy}"
        )
    group, keys = _groups(table, list(by))
    counts = np.column_stack(what)
    if censored is None:
        counts = np.column_stack([counts, np.zeros(len(table))])
    del what  # copies of a million waits add up
    kept = counts.sum(axis=1) > 0  # a row without requests must not lengthen the follow-up
    group, waits, counts = group[kept], waits[kept], counts[kept]
    top, bottom = _MINUTES[unit]

    order = _by_group_and_wait(group, waits)
    group, waits, counts = group[order], waits[order], counts[order]
    new = np.ones(len(group), dtype=bool)
    new[1:] = (group[1:] != group[:-1]) | (waits[1:] != waits[:-1])
    at = np.cumsum(new) - 1
    first = np.flatnonzero(new)
    sums = np.add.reduceat(counts, first, axis=0) if len(first) else counts
    group_of = group[first]
    size = np.bincount(group_of, minlength=len(keys)).astype(np.int64)
    leaving = sums.sum(axis=1)
    at_risk = running(leaving[::-1], group_of[::-1])[::-1]
    same = group_of[1:] == group_of[:-1]
    remaining = np.append(np.where(same, at_risk[1:], 0.0), np.zeros(min(1, len(first))))
    rows = None
    if cluster is not None:
        code = pd.factorize(table[cluster])[0][kept][order].astype(np.int64)
        rows = _cluster_rows(code, at, group, counts, len(keys))
    return RiskSets(
        keys=keys,
        start=np.cumsum(size) - size,
        size=size,
        group=group_of,
        minutes=waits[first] * top / bottom,
        causes=sums[:, :-1],
        censored=sums[:, -1],
        at_risk=at_risk,
        remaining=remaining,
        rows=rows,
        whole=not uneven.any(),
    )


def _numbers(table: pd.DataFrame, name: str, what: str, remedy: str) -> Floats:
    """A column as float64, or InputError: numbers from 0 on, none missing."""
    values = pd.to_numeric(table[name], errors="coerce").to_numpy(float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise InputError(
            f"`table` column {name!r} is not {what} in {first_rows(table, wrong)}; finite numbers "
            f"from 0 on were expected, none missing. {remedy}"
        )
    return values


def _by_group_and_wait(group: Ints, waits: Floats) -> Ints:
    """The order of rows; whole waits are sorted as one number with their group, in half the time."""
    most = waits.max(initial=0) + 1
    if len(group) and most * (int(group.max()) + 1) < 2**53 and (waits == np.floor(waits)).all():
        return np.argsort(group * int(most) + waits.astype(np.int64), kind="stable")
    return np.lexsort((waits, group))


def _groups(table: pd.DataFrame, by: list[str]) -> tuple[Ints, pd.DataFrame]:
    """The group number of each row and the groups, sorted; a missing value is a group."""
    if not by:
        return np.zeros(len(table), dtype=np.int64), pd.DataFrame(index=pd.RangeIndex(1))
    grouped = table.groupby(by, dropna=False, observed=True, sort=True)
    code = grouped.ngroup().to_numpy(np.int64)
    _, first = np.unique(code, return_index=True)
    return code, table[by].iloc[first].reset_index(drop=True)


def _cluster_rows(code: Ints, at: Ints, group: Ints, counts: Floats, groups: int) -> ClusterRows:
    """Add up rows that share cluster, group and time."""
    wide = int(code.max(initial=0)) + 1
    pair = pd.factorize(group * wide + code)[0].astype(np.int64)
    order = np.lexsort((at, pair))
    pair, code, at = pair[order], code[order], at[order]
    group, counts = group[order], counts[order]
    new = np.ones(len(pair), dtype=bool)
    new[1:] = (pair[1:] != pair[:-1]) | (at[1:] != at[:-1])
    first = np.flatnonzero(new)
    sums = np.add.reduceat(counts, first, axis=0) if len(first) else counts
    pair, at, group = pair[first], at[first], group[first]
    begin = np.ones(len(pair), dtype=bool)
    begin[1:] = pair[1:] != pair[:-1]
    return ClusterRows(
        cluster=pair,
        unit=code[first],
        place=at,
        causes=sums[:, :-1],
        censored=sums[:, -1],
        per_group=np.bincount(group[begin], minlength=groups).astype(np.int64),
    )
