"""Requests → how many each account got in two periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from carekit.dataset.engine import Engine
from carekit.requests.clock import whole_seconds

if TYPE_CHECKING:
    import ibis

    from carekit.dataset.folder import Dataset


class Period(NamedTuple):
    """From `start`, up to and without `end`."""

    start: pd.Timestamp
    end: pd.Timestamp

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M}"


def comparable_periods(first: pd.Timestamp, last: pd.Timestamp) -> tuple[Period, Period]:
    """Two periods of a dataset that can be compared.

    Parameters
    ----------
    first, last : pandas.Timestamp
        When the first and the last request were posted, UTC.

    Returns
    -------
    (Period, Period)
        The same part of the year twice, as long as the dataset allows, where it spans more than a
        year and a week; else its two halves, which compare seasons too.

    Examples
    --------
    >>> before, after = comparable_periods(
    ...     pd.Timestamp("2014-01-01", tz="UTC"), pd.Timestamp("2015-04-01", tz="UTC"))
    >>> print(before, "|", after)
    2014-01-01 00:00 to 2014-04-01 00:00 | 2015-01-01 00:00 to 2015-04-01 00:00
    """
    year = pd.DateOffset(years=1)
    if last - first > pd.Timedelta(days=14):  # whole days, where there are enough of them
        first, last = first.ceil("D"), last.floor("D")
    if first + year + pd.Timedelta(days=7) <= last:
        start = max(first + year, last - pd.Timedelta(days=365))
        return Period(start - year, last - year), Period(start, last)
    middle = first + (last - first) / 2
    return Period(first, middle), Period(middle, last)


def span(requests: ibis.Table) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """When the first and the last request were posted; None without requests."""
    from ibis import _

    seconds = whole_seconds(_.created_at)
    ends = requests.agg(first=seconds.min(), last=seconds.max()).execute().iloc[0]
    if pd.isna(ends["first"]):
        return None
    return (
        pd.Timestamp(int(ends["first"]), unit="s", tz="UTC"),
        pd.Timestamp(int(ends["last"]) + 1, unit="s", tz="UTC"),
    )


def count_volumes(
    dataset: Dataset,
    requests: ibis.Table,
    *,
    before: Period,
    after: Period,
    by: tuple[str, ...] = (),
    engine: Engine,
) -> pd.DataFrame:
    """Requests that each account got in each period, and when it was open.

    Parameters
    ----------
    dataset : Dataset
        Its accounts say when each was opened.
    requests : ibis.Table
        Requests with network, account, created_at and the columns of `by`; those without an account
        are left out.
    before, after : Period
    by : tuple of str
        Columns that define the groups.
    engine : Engine

    Returns
    -------
    pandas.DataFrame
        One row a group and account: the `by` columns, network, account, n_before, n_after,
        open_before and open_after (it was open by the end of that period), open_throughout (from
        the start of the first period on). Where accounts.opened_at is unknown, an account is open
        from the first period in which it got a request.
    """
    from ibis import _

    keys = list(dict.fromkeys([*by, "network", "account"]))
    seconds = whole_seconds(_.created_at)

    def inside(period: Period) -> ibis.Value:
        low, high = (int(t.timestamp()) for t in period)
        return ((seconds >= low) & (seconds < high)).cast("int64")

    counts = (
        requests.filter(_.account.notnull())
        .mutate(_before=inside(before), _after=inside(after))
        .group_by(keys)
        .agg(n_before=_._before.sum(), n_after=_._after.sum())
        .execute()
    )
    held = engine.table(dataset, "accounts")
    # On this engine even if no accounts are held: whole_seconds is defined there.
    accounts = engine.con.execute(
        held.select("network", "account", opened=whole_seconds(_.opened_at))
    )
    made = counts.merge(accounts, on=["network", "account"], how="left")
    unknown = made["opened"].isna()
    opened = made["opened"].fillna(-1)
    for name, period in (("before", before), ("after", after)):
        seen = (made["n_before"] > 0) | ((made["n_after"] > 0) & (name == "after"))
        made[f"open_{name}"] = (unknown & seen) | (~unknown & (opened < period.end.timestamp()))
    made["open_throughout"] = (unknown & (made["n_before"] > 0)) | (
        ~unknown & (opened <= before.start.timestamp())
    )
    kept = made[(made["n_before"] > 0) | (made["n_after"] > 0)]
    return (
        kept.drop(columns="opened")
        .sort_values(keys, na_position="last", kind="stable")
        .reset_index(drop=True)
    )
