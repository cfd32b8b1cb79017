"""Three ways of counting the same shares, one below the other, for a figure."""

from __future__ import annotations

import pandas as pd


def ways_of_counting(corrected: pd.DataFrame) -> pd.DataFrame:
    """One row per group and way: rules alone (no limits), coded posts alone, corrected.

    Parameters
    ----------
    corrected : DataFrame
        As `carekit.corrected_shares` gives.

    Returns
    -------
    DataFrame
        The same columns, with `counted` (the way) and its estimate, ci_low, ci_high and n.

    Examples
    --------
    >>> import carekit
    >>> made = ways_of_counting(carekit.corrected_shares(carekit.open_dataset()))
    >>> list(dict.fromkeys(made["counted"]))
    ['rules alone', 'coded posts alone', 'corrected']
    """
    limits = ["estimate", "ci_low", "ci_high"]
    rules = corrected.assign(counted="rules alone", estimate=corrected["naive"], ci_low=float("nan"),
                             ci_high=float("nan"))  # fmt: skip
    human = {name: corrected[f"human_{name}"] for name in limits}
    alone = corrected.assign(counted="coded posts alone", n=corrected["n_coded"], **human)
    both = corrected.assign(counted="corrected", n=corrected["n_coded"])
    parts = [pd.DataFrame(part) for part in (rules, alone, both)]
    return pd.concat(parts, ignore_index=True).dropna(subset=["estimate"])
