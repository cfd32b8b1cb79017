"""Brands that changed something at a date of their own: what moved more than at other brands?

One row a brand and month. Every change is compared with brands that have not started yet, in three
ways and with a placebo, so that a reader sees whether the answer hangs on one of them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.inference.panels.staggered import imputed_effect, staggered_effect

ANALYSES = (
    "analysis estimate std_error ci_low ci_high conf_level p_value treated controls n n_requests "
    "method flags"
).split()
DRAWS = 999


def with_start(
    months: pd.DataFrame, started_at: pd.Series, *, starting_month: bool = False
) -> pd.DataFrame:
    """Months of brands with the month in which each brand started.

    Parameters
    ----------
    months : DataFrame
        One row a brand and month: brand, period ("2014-05"), and anything measured.
    started_at : Series of time
        When a brand started, UTC, by brand; brands that are not in it never did.
    starting_month : bool
        True keeps the month in which a brand started, and counts it as after; False leaves it out
        for its brand, since it is neither before nor after (a start at midnight of the first of a
        month makes it wholly after).

    Returns
    -------
    DataFrame
        The rows of `months` with start (first month after the change; null: never). Brands that
        started before their first month are left out: they have no "before".

    Examples
    --------
    >>> months = pd.DataFrame({"brand": ["a"] * 3, "period": ["2014-05", "2014-06", "2014-07"]})
    >>> started = pd.Series({"a": pd.Timestamp("2014-06-10", tz="UTC")})
    >>> with_start(months, started).to_numpy().tolist()
    [['a', '2014-05', '2014-07'], ['a', '2014-07', '2014-07']]
    """
    month = started_at.dt.strftime("%Y-%m")
    midnight = started_at.dt.strftime("%d %H:%M:%S") == "01 00:00:00"
    start, panel = month, months
    if not starting_month:
        following = (started_at.dt.tz_localize(None).dt.to_period("M") + 1).astype(str)
        start = following.where(~midnight, month)
        panel = months[months["brand"].map(month.where(~midnight)) != months["period"]]
    panel = panel.assign(start=panel["brand"].map(start.to_dict()).astype("str"))
    has_before = panel.groupby("brand")["period"].transform("min") < panel["start"].fillna("")
    return panel[panel["start"].isna() | has_before].reset_index(drop=True)


def before_and_after(
    panel: pd.DataFrame, *, outcome: str, size: str, conf_level: float = 0.95, seed: int = 1
) -> pd.DataFrame:
    """The change of an outcome after brands started, against brands that have not.

    Parameters
    ----------
    panel : DataFrame
        As `with_start` gives it: brand, period, start, the outcome and its size.
    outcome : str
        Column of what is compared: a share, a mean.
    size : str
        Column of the number of requests behind each outcome.
    conf_level : float
        Nominal coverage.
    seed : int
        Of the permutation.

    Returns
    -------
    DataFrame
        Four rows: analysis, estimate (in the unit of the outcome), std_error, ci_low, ci_high,
        conf_level, p_value, treated, controls (brands), n (brand-months), n_requests, method,
        flags. The analyses are those of `carekit.care_accounts`:
        "each brand-month alike", "permutation", "each request alike", "pre-trend".

    Raises
    ------
    SchemaError, InputError
        As `carekit.inference.panels.staggered.staggered_effect`.
    """
    effects = staggered_effect(
        panel, outcome=outcome, conf_level=conf_level, draws=DRAWS, seed=seed
    ).assign(analysis=["each brand-month alike", "permutation"])
    weighted = imputed_effect(panel, outcome=outcome, size=size, conf_level=conf_level).assign(
        analysis="each request alike"
    )
    trend = _pre_trend(panel, outcome, conf_level)
    result = pd.concat([effects, weighted, trend], ignore_index=True)
    started = panel.groupby("brand")["start"].first().notna()
    return result.assign(
        conf_level=conf_level,
        treated=int(started.sum()),
        controls=int((~started).sum()),
        n=len(panel),
        n_requests=int(panel[size].sum()),
    )[ANALYSES]


def _pre_trend(panel: pd.DataFrame, outcome: str, conf_level: float) -> pd.DataFrame:
    """A placebo: the months before the opening, split in two, as if it had started between them."""
    early = panel[panel["start"].isna() | (panel["period"] < panel["start"].fillna(""))].copy()
    months = np.sort(early["period"].unique())
    middle = {
        brand: rows[len(rows) // 2]
        for brand, rows in (
            (b, np.sort(g["period"].unique()))
            for b, g in early[early["start"].notna()].groupby("brand")
        )
        if len(rows) >= 2
    }
    early["start"] = early["brand"].map(middle).where(early["start"].notna())
    treated = panel.loc[panel["start"].notna(), "brand"].unique()
    early = early[early["brand"].isin(list(middle)) | ~early["brand"].isin(treated)]
    if not middle or len(months) < 2:
        row = pd.DataFrame({"estimate": [np.nan], "method": ["none: no two months before"]})
    else:
        row = staggered_effect(early, outcome=outcome, conf_level=conf_level, draws=0).head(1)
    return row.assign(analysis="pre-trend")
