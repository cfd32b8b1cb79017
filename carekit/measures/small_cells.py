"""No small cells: pool and coarsen counts until each is of enough people, or of nobody.

A cell is a count of requests; what protects it is how many people are behind them. People are not
additive: who writes to two brands is one person of both together. Where rows are pooled, each
person therefore counts at one of them only (`home`), which gives a bound from below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from carekit.errors import InputError

OTHERS = "(other brands)"


def check_min_cell(min_cell: int, name: str = "min_cell") -> int:
    """The smallest count that may be shown, a whole number from 1 on."""
    if int(min_cell) != min_cell or min_cell < 1:
        raise InputError(
            f"`{name}` is {min_cell!r}; a whole number from 1 on was expected. Use 5, the usual "
            "rule, or more."
        )
    return int(min_cell)


def count_people(
    counts: pd.DataFrame, *, label: str, cells: Sequence[str], within: str = "network"
) -> pd.DataFrame:
    """Requests and the people behind them.

    Parameters
    ----------
    counts : DataFrame
        Rows of a group, a label and a person (`person`), with a column of requests per cell; a
        group, label and person may come several times.
    label, within : str
        What rows will be pooled over, such as the brand; what they are pooled in.
    cells : sequence of str
        Columns of requests.

    Returns
    -------
    DataFrame
        One row per group and label: each cell, CELL_people (different persons with such a request),
        CELL_home (of them, those that are counted here and under no other label), people (persons
        with any). Sorted.

    Examples
    --------
    >>> counts = pd.DataFrame({"network": "x", "brand": list("aab"), "person": list("pqp"), "n": 1})
    >>> count_people(counts, label="brand", cells=["n"]).to_numpy().tolist()
    [['x', 'a', 2, 2, 2, 2], ['x', 'b', 1, 1, 0, 1]]
    """
    keys = [within, label]
    each = counts.groupby([*keys, "person"], as_index=False, sort=True)[list(cells)].sum()
    place = pd.Series(pd.factorize(each[label], sort=True)[0], index=each.index)
    made: dict[str, pd.Series] = {}
    for cell in cells:
        held = each[cell] > 0
        first = place.where(held).groupby([each[within], each["person"]]).transform("min")
        made |= {cell: each[cell], f"{cell}_people": held, f"{cell}_home": held & (place == first)}
    table = each[keys].assign(**made, people=1)
    return (
        table.groupby(keys, as_index=False, sort=True)
        .sum()
        .astype(dict.fromkeys((*made, "people"), "int64"))
    )


def pool_small(
    people: pd.DataFrame,
    *,
    label: str,
    cells: Sequence[str],
    min_cell: int,
    differences: Mapping[str, Sequence[str]] | None = None,
    min_people: int = 0,
    nameless: Sequence[str] = (),
    others: str = OTHERS,
) -> pd.DataFrame | None:
    """Pool the rows of one group until no cell is of a few people.

    Parameters
    ----------
    people : DataFrame
        As `count_people` gives it, for one group.
    label : str
        Column of what is pooled.
    cells : sequence of str
        Each must be empty or of at least `min_cell` people.
    min_cell : int
        Smallest number of people, and smallest difference, that may be shown.
    differences : mapping of str to sequence of str, optional
        Counts that others could subtract: minuend → columns; the difference must be 0 or at
        least `min_cell` either way.
    min_people : int
        Fewest people of a row that keeps its label.
    nameless : sequence of str
        Labels that may not be shown, whatever their counts.
    others : str
        Label of a pooled row.

    Returns
    -------
    DataFrame or None
        The same columns, one row per label that is shown: rows that may be shown as they are, and
        one pooled row. While it is itself too small, the smallest row left joins it, so that
        nothing can be found by taking a difference. None if all together are too small.

    Examples
    --------
    >>> counts = pd.DataFrame({"network": "x", "brand": list("abc"), "person": "p", "n": 9})
    >>> pool_small(count_people(counts, label="brand", cells=["n"]), label="brand", cells=["n"],
    ...            min_cell=5) is None
    True
    """
    rows = people.sort_values(list(cells), ignore_index=True, kind="stable")
    n = rows[list(cells)].to_numpy()
    known = rows[[f"{c}_people" for c in cells]].to_numpy()
    home = rows[[f"{c}_home" for c in cells]].to_numpy()
    gaps = np.zeros((len(rows), 0), dtype=np.int64)
    if differences:
        gaps = np.stack(
            [
                rows[a].to_numpy() - rows[list(b)].sum(axis=1).to_numpy()
                for a, b in differences.items()
            ],
            axis=1,
        )
    alone = _is_safe(n, np.maximum(known, home), gaps, min_cell)
    alone &= (rows["people"] >= min_people).to_numpy() & ~rows[label].isin(
        list(nameless)
    ).to_numpy()
    order = n.sum(axis=1).argsort(kind="stable")
    pooled = ~alone
    waiting = [i for i in order if alone[i]]

    def is_safe() -> bool:
        total = n[pooled].sum(axis=0)
        bound = np.maximum(known[pooled].max(axis=0, initial=0), home[pooled].sum(axis=0))
        return bool(_is_safe(total[None], bound[None], gaps[pooled].sum(axis=0)[None], min_cell)[0])

    while pooled.any() and not is_safe():
        if not waiting:
            return None
        pooled[waiting.pop(0)] = True
    return merge_rows(rows.assign(**{label: rows[label].where(~pooled, others)}), label)


def merge_rows(people: pd.DataFrame, label: str) -> pd.DataFrame:
    """Rows of one label joined: requests add up, people by their bound."""
    groups = people.groupby(label, as_index=False, sort=True)
    made, most = groups.sum(numeric_only=True), groups.max(numeric_only=True)
    for column in made.columns:
        if column.endswith("_people"):
            home = made[column.removesuffix("_people") + "_home"]
            made[column] = np.maximum(most[column], home)
    made["people"] = most["people"]
    return made


def coarsen_waits(waits: pd.DataFrame, *, min_cell: int) -> pd.DataFrame:
    """Join neighbouring waits until no class is of a few people.

    Parameters
    ----------
    waits : DataFrame
        One group: minute, events, censored (requests), and events_people, censored_people, in
        which each person counts at one minute only.
    min_cell : int
        Smallest number of people that may be shown.

    Returns
    -------
    DataFrame
        One row per class of waits: minute (the longest wait in the class), events, censored, each
        of nobody or of at least `min_cell` people. Without rows if all together are too small.

    Examples
    --------
    >>> waits = pd.DataFrame({"minute": [1, 2, 3, 9], "events": [3, 3, 5, 1], "censored": 0})
    >>> waits = waits.assign(events_people=waits.events, censored_people=0)
    >>> coarsen_waits(waits, min_cell=5).to_numpy().tolist()
    [[2, 6, 0], [9, 6, 0]]
    """
    columns = ["events", "censored", "events_people", "censored_people"]
    ordered = waits.groupby("minute", as_index=False, sort=True)[columns].sum()
    classes: list[tuple[int, np.ndarray]] = []
    held = np.zeros(4, dtype=np.int64)

    def is_full() -> bool:
        return bool(held.any() and ((held[:2] == 0) | (held[2:] >= min_cell)).all())

    for minute, *counts in ordered.itertuples(index=False, name=None):
        held = held + np.array(counts)
        if is_full():
            classes.append((minute, held))
            held = np.zeros(4, dtype=np.int64)
    # What is left over joins the class before it, and that one the one before.
    while held.any() and classes:
        held = held + classes.pop()[1]
        if is_full():
            classes.append((int(ordered["minute"].iloc[-1]), held))
            held = np.zeros(4, dtype=np.int64)
    return pd.DataFrame(
        [(int(minute), int(c[0]), int(c[1])) for minute, c in classes],
        columns=["minute", "events", "censored"],
    )


def _is_safe(n: np.ndarray, people: np.ndarray, gaps: np.ndarray, min_cell: int) -> np.ndarray:
    """For each row: no cell of a few people, and no small difference."""
    close = (gaps == 0) | (np.abs(gaps) >= min_cell)
    return np.asarray(((n == 0) | (people >= min_cell)).all(axis=1) & close.all(axis=1))
