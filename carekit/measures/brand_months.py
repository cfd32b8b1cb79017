"""Brands that changed something at a date of their own: what moved more than at other brands?

One row per brand and month. Every change is compared with brands that have not started yet, in three
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
    """Months of brands (brand, period "2014-05", …) with start, the first month after the change.

    `started_at` says when a brand started, UTC, by brand; others never did (start is null). The
    month in which a brand started is left out for it, since it is neither before nor after, unless
    it began at midnight of the first; `starting_month` keeps it and counts it as after. Brands that
    started before their first month are left out: they have no "before".

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

    `panel` is that of `with_start` with the columns `outcome` (a share, a mean) and `size` (requests
    behind it). Four rows: the columns `ANALYSES`, as `carekit.care_accounts` tells them.
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
