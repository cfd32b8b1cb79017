"""Truth of the waits: mean against median, shares within a delay, brands, response schemes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.sample import expected, plan
from carekit.sample.roster import brands
from carekit.sample.truth.quantity import OURS, Entry, every, number, quantity, share

WAIT = (
    "time from an opening to the brand's first answer, elapsed, answered openings only; expected "
    "over brands, hours of the day and response schemes, before censoring"
)
MEASURE = "carekit measure first-response --definition direct-opening"


def waits(o: pd.DataFrame, firms: pd.DataFrame) -> list[Entry]:
    """Waits of the answered openings, over all networks and on the two largest."""
    made = []
    for network in (None, "x", "facebook"):
        by = {"network": network or "all"}
        rows = o["answered"] & (o["network"].eq(network) if network else every(o))
        minutes = o.loc[rows, "minutes"]
        for name, value, got, figure in (
            ("mean_wait", expected.wait_mean(network), minutes.mean(), "L001b"),
            ("median_wait", expected.wait_quantile(0.5, network), minutes.median(), "L001c"),
            ("p90_wait", expected.wait_quantile(0.9, network), minutes.quantile(0.9), "ours"),
        ):
            made.append(
                quantity(
                    name,
                    value,
                    unit="minutes",
                    definition=WAIT,
                    source=OURS if network else (figure,),
                    recover=MEASURE,
                    by=by,
                    realised=number(minutes, float(got)),
                )
            )
        made += [
            quantity(
                f"answered_within_{limit}_minutes",
                expected.wait_within(limit, network),
                definition=f"first answers within {limit} minutes of the opening / first answers",
                recover=MEASURE,
                by=by,
                realised=share(minutes <= limit, minutes.notna()),
            )
            for limit in (60, 480, 1440)
        ]
    return [*made, *_between_brands(firms)]


def _between_brands(firms: pd.DataFrame) -> list[Entry]:
    pace = firms["pace"]
    # expected wait of each brand on X, if it had no scheme
    own = expected.wait_mean_without_scheme("x") / np.exp(plan.BRAND_SIGMA**2 / 2) * pace
    adopted = sum(bool(b.scheme_at) for b in brands())
    return [
        quantity(
            "brand_mean_under_8_hours",
            expected.brand_mean_under(480, "x"),
            definition="brands whose expected wait on X, without a scheme, is below eight hours / "
            "brands; the mean of a brand's few answers is below it more often than that, because "
            "the long waits that make the mean are rare",
            source=("P020",),
            recover="mean wait by brand, network x",
            by={"network": "x"},
            realised=share(own < 480, pace.notna()),
        ),
        quantity(
            "brand_pace_sigma",
            plan.BRAND_SIGMA,
            unit="log minutes",
            definition="standard deviation between brands of the log of their waits; the factor "
            "drawn for each brand is in `brands`",
            recover="mixed model of log waits by brand",
            realised=number(pace, float(np.log(pace).std(ddof=1))),
        ),
        quantity(
            "response_scheme_factor",
            plan.SCHEME_FACTOR,
            unit="ratio",
            definition="waits after a brand adopted a written response scheme / its waits before "
            f"({adopted} brands, dates in events.csv); no change for the other brands (H29)",
            recover="difference in differences of log waits; log-rank before and after",
        ),
    ]
