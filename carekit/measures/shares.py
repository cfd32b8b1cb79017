"""Shares of requests that fall into categories, from one small table of counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from carekit.inference.rates.proportions import estimate_rate


def category_shares(
    counts: pd.DataFrame,
    *,
    category: str,
    rows: Mapping[str, Collection[str]],
    by: Sequence[str] = (),
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Share of each category, or of several together, with its interval.

    Parameters
    ----------
    counts : DataFrame
        One row a group, cluster and category, with n.
    category : str
        Column of the categories; also in the result.
    rows : mapping of str to collection of str
        Name of each row of the result → the categories that count as yes; they may overlap.
    by : sequence of str
        Columns that define the groups.
    cluster : str, optional
        Column of the independent units.
    conf_level : float
        Nominal coverage.

    Returns
    -------
    DataFrame
        For each group, one row for each entry of `rows`, in that order: the `by` columns, the
        category, n (the denominator: all of the group, whatever its category), n_yes, and the
        columns of `estimate_rate`.

    Examples
    --------
    >>> counts = pd.DataFrame({"kind": ["a", "b", "c"], "n": [2, 3, 5]})
    >>> shares = category_shares(counts, category="kind", rows={"a": ["a"], "a or b": ["a", "b"]})
    >>> shares[["kind", "n", "n_yes", "estimate"]].to_numpy().tolist()
    [['a', 10, 2, 0.2], ['a or b', 10, 5, 0.5]]
    """
    groups = list(by)
    parts = []
    for place, (name, values) in enumerate(rows.items()):
        yes = counts["n"].where(counts[category].isin(list(values)), 0)
        table = counts.drop(columns=category).assign(n_yes=yes)
        rates = estimate_rate(
            table, by=groups, cluster=cluster, n_yes="n_yes", conf_level=conf_level
        )
        rates.insert(len(groups), category, name)
        parts.append(rates.assign(_place=place))
    made = pd.concat(parts, ignore_index=True)
    ordered = made.sort_values([*groups, "_place"], kind="stable", ignore_index=True)
    return ordered.drop(columns="_place")
