"""How far apart two mixes are: categories of requests by channel, by brand, by year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import check_conf_level, check_counts, require_columns


def compare_mixes(
    table: pd.DataFrame,
    *,
    category: str,
    by: str,
    reference: str,
    n: str = "n",
    draws: int = 2000,
    seed: int = 1,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Distance of each group's mix of categories from that of a reference group.

    `table`: counts of independent units, one row per group and category; a category that a group lacks
    counts 0. One row per other group, sorted: group, reference, n, n_reference, estimate (total
    variation distance, 0 to 1: the share of units that would have to change category), by_chance (what
    permutations stay below in `conf_level` of draws: two samples of one mix are never at 0),
    conf_level, p_value ((1 + draws as far) / (1 + draws)), draws, seed, method.

    >>> table = pd.DataFrame({"channel": ["phone"] * 2 + ["x"] * 2, "about": ["bill", "fault"] * 2,
    ...                       "n": [60, 40, 20, 30]})
    >>> found = compare_mixes(table, category="about", by="channel", reference="phone", draws=500)
    >>> found[["group", "n", "estimate"]]
      group   n  estimate
    0     x  50       0.2
    """
    level = check_conf_level(conf_level)
    require_columns(table, [category, by, n])
    check_counts(table, [n])
    wide = table.pivot_table(index=by, columns=category, values=n, aggfunc="sum", fill_value=0)
    if reference not in wide.index:
        raise InputError(
            f"`reference` is {reference!r}; the groups of {by!r} are: "
            f"{', '.join(map(str, wide.index))}. Name one of them."
        )
    if not (sums := wide.sum(axis=1)).all():
        raise InputError(
            f"`table` has no units for {sums.index[sums == 0][0]!r}; some were expected in each "
            "group. Leave the group out and say so."
        )
    rng = np.random.default_rng(seed)
    base = wide.loc[reference].to_numpy(dtype=np.int64)
    rows = []
    for group in wide.index.drop(reference):
        mine = wide.loc[group].to_numpy(dtype=np.int64)
        drawn = rng.multivariate_hypergeometric(mine + base, int(mine.sum()), size=draws)
        chance = _distance(drawn, mine + base - drawn)
        found = float(_distance(mine, base))
        rows.append(
            {
                "group": group,
                "reference": reference,
                "n": int(mine.sum()),
                "n_reference": int(base.sum()),
                "estimate": found,
                "by_chance": float(np.quantile(chance, level)),
                "conf_level": level,
                # Rounding must not make a draw of the very same table look nearer.
                "p_value": float((1 + (chance >= found - 1e-12).sum()) / (draws + 1)),
                "draws": draws,
                "seed": seed,
                "method": "total variation, permutation",
            }
        )
    return pd.DataFrame(rows)


def _distance(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Half the sum of absolute differences of shares, along the last axis."""
    shares = one / one.sum(axis=-1, keepdims=True) - other / other.sum(axis=-1, keepdims=True)
    return np.asarray(np.abs(shares).sum(axis=-1) / 2)
