"""Truth of the waits: mean against median, shares within a delay, brands, response schemes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.sample import expected, plan
from carekit.sample.roster import brands
from carekit.sample.truth.quantity import OURS, Entry, number, quantity, share


def waits(o: pd.DataFrame, firms: pd.DataFrame) -> list[Entry]:
    """Waits of the answered openings, over all networks and on the two largest."""
    made = []
    for network in (None, "x", "facebook"):
        by = {"network": network or "all"}
        rows = o["answered"] & o["network"].eq(network) if network else o["answered"]
        minutes = o.loc[rows, "minutes"]
        for name, value, got, figure in (
            ("mean_wait", expected.wait_mean(network), minutes.mean(), "L001b"),
            ("median_wait", expected.wait_quantile(0.5, network), minutes.median(), "L001c"),
            ("p90_wait", expected.wait_quantile(0.9, network), minutes.quantile(0.9), "ours"),
        ):
            source = OURS if network else (figure,)
            made.append(quantity(name, value, by, number(minutes, float(got)), source=source))
        for limit in (60, 480, 1440):
            value, name = expected.wait_within(limit, network), f"answered_within_{limit}_minutes"
            made.append(quantity(name, value, by, share(minutes <= limit)))
    return [*made, *_between_brands(firms["pace"])]


def _between_brands(pace: pd.Series) -> list[Entry]:
    # expected wait of each brand on X, if it had no scheme
    own = expected.wait_mean_without_scheme("x") / np.exp(plan.BRAND_SIGMA**2 / 2) * pace
    spread = number(pace, float(np.log(pace).std(ddof=1)))
    under = expected.brand_mean_under(480, "x")
    return [
        quantity("brand_mean_under_8_hours", under, {"network": "x"}, share(own < 480)),
        quantity("brand_pace_sigma", plan.BRAND_SIGMA, None, spread),
        quantity(
            "response_scheme_factor",
            plan.SCHEME_FACTOR,
            adopted=sum(bool(b.scheme_at) for b in brands()),
        ),
    ]
