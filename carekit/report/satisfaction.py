"""How satisfied those who rated were, where an import kept their ratings: measured here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carekit.errors import CarekitError
from carekit.measures.satisfaction import csat, mean_rating
from carekit.report.asked import MIN_N

if TYPE_CHECKING:
    from carekit.requests.value import Requests

COLUMN = "csat"
# By what it is split: by channel and team, never by person: a report on people is another matter.
SPLITS = ("channel", "team")


def satisfaction(own: Requests) -> tuple[pd.DataFrame, str]:
    """Satisfied customers among those who rated, in all, by visibility, channel and team; or why not.

    One row per part: split, part, n, n_yes, n_missing, estimate, ci_low, ci_high, and mean, mean_low,
    mean_high where points were given.
    """
    if COLUMN not in own.built().kept:
        return pd.DataFrame(), "none"
    posts = own.on.table(own.dataset, "posts")
    asked = [("all", "every_request", own)]
    for visible in ("public", "private"):
        named = posts.filter(posts.visibility == visible).select("post_id")
        ids = (
            own.rows().semi_join(named, [("request_id", "post_id")]).select("request_id").execute()
        )
        if len(ids):
            asked.append(("visibility", f"visible_{visible}", own.only(ids["request_id"])))
    rows = []
    try:
        for split, part, requests in asked:
            rows.append(_rated(requests).assign(split=split, part=part))
        for split in SPLITS:
            if split in own.built().kept:
                made = _rated(own.grouped(split)).rename(columns={split: "part"})
                rows.append(made.assign(split=split, part=made["part"].fillna("")))
    except CarekitError:
        return pd.DataFrame(), "scale"
    made = pd.concat(rows, ignore_index=True)
    ends = [c for c in map(str, made) if made[c].dtype == float and not c.startswith("n")]
    made.loc[made["n"] < MIN_N, ends] = np.nan
    columns = "split part n n_yes n_missing estimate ci_low ci_high mean mean_low mean_high".split()
    return made[columns], "" if made["n"].iloc[0] >= MIN_N else "few"


def _rated(requests: Requests) -> pd.DataFrame:
    made = csat(requests, column=COLUMN).frame.rename(columns={"n_satisfied": "n_yes"})
    made[["mean", "mean_low", "mean_high"]] = np.nan
    try:
        points = mean_rating(requests, column=COLUMN).frame
    except CarekitError:  # words have no mean
        return made
    if len(points) == len(made):
        made[["mean", "mean_low", "mean_high"]] = points[["estimate", "ci_low", "ci_high"]]
    return made
