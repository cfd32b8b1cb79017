"""Waits on the business clock: only the minutes count in which the brand was open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carekit.requests.business_hours import BusinessHours, open_minutes
from carekit.requests.clock import whole_seconds

if TYPE_CHECKING:
    import ibis

    from carekit.dataset.folder import Dataset

# No dataset holds opening hours; this is the common week of the trade.
WEEK = "1-5 09:00-18:00"
Hours = Mapping[str, BusinessHours | Sequence[BusinessHours]]


def brand_hours(dataset: Dataset, *, schedule: str = WEEK) -> dict[str, BusinessHours]:
    """One clock for each brand whose timezone is known: the same week, in its own zone.

    >>> from carekit.dataset.folder import open_dataset
    >>> brand_hours(open_dataset())["Quillwave Wireless"].schedule
    '1-5 09:00-18:00'
    """
    if not dataset.has("brands"):
        return {}
    brands = dataset.read("brands").dropna(subset=["timezone"])
    zones = zip(brands["brand"].astype(str), brands["timezone"].astype(str), strict=True)
    return {brand: BusinessHours(schedule, timezone=zone) for brand, zone in zones}


def count_business_waits(
    requests: ibis.Table, *, hours: Hours, by: tuple[str, ...] = ()
) -> tuple[pd.DataFrame, int]:
    """Waits in whole seconds of opening hours, and the number of requests without a clock.

    As `carekit.measures.waits.count_waits`: one row per group, unit (if the requests have one) and
    second. Requests to a brand without hours are left out and counted.

    The business clock needs the two instants of each request, which no engine can count for us:
    distinct pairs of brand and instants come to Python. Waits need memory in proportion to the
    requests here, and nowhere else.
    """
    import ibis
    from ibis import _

    columns = [*by, *(["unit"] if "unit" in requests.columns else [])]
    keys = [*columns, *([] if "brand" in columns else ["brand"])]
    seconds = ibis.ifelse(_.answered, _.first_response_seconds, _.observed_seconds)
    rows = (
        requests.mutate(asked_at=whole_seconds(_.created_at), seconds=seconds)
        .group_by([*keys, "asked_at", "seconds", "answered"])
        .agg(rows=_.count())
        .execute()
    )
    known = rows["brand"].isin(list(hours))
    n_without = int(rows.loc[~known, "rows"].sum())
    rows = rows[known].reset_index(drop=True)
    backwards = (rows["answered"] & (rows["seconds"] < 0)).to_numpy(bool)
    waited = rows["seconds"].clip(lower=0).to_numpy(np.int64)
    opened = np.zeros(len(rows), dtype=np.int64)
    for brand, at in rows.groupby("brand").indices.items():
        start = pd.to_datetime(rows["asked_at"].to_numpy()[at], unit="s", utc=True)
        end = start + pd.to_timedelta(waited[at], unit="s")
        minutes = open_minutes(start.to_series(), end.to_series(), hours=hours[str(brand)])
        opened[at] = np.rint(minutes * 60).astype(np.int64)
    n, answered = rows["rows"].to_numpy(), rows["answered"].to_numpy(bool)
    counted = rows[columns].assign(
        seconds=np.where(backwards, 0, opened),
        events=np.where(answered & ~backwards, n, 0),
        censored=np.where(answered, 0, n),
        backwards=np.where(backwards, n, 0),
    )
    summed = counted.groupby([*columns, "seconds"], dropna=False, as_index=False).sum()
    return summed, n_without
