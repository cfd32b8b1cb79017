"""How much did requests grow, and was it demand or only more accounts?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from carekit.errors import CannotAnswer, InputError
from carekit.inference.rates.growth import split_growth
from carekit.measures.registry import Told, measure
from carekit.requests.clock import whole_seconds
from carekit.requests.value import Requests, count_rows

if TYPE_CHECKING:
    import ibis

CLUSTERS = ("auto", "account")


@measure(
    "growth",
    "how much did requests grow: more accounts, or more demand",
    "component before after estimate ci_low ci_high conf_level log_share method flags definition",
    independent="account",
)
def growth(
    requests: Requests,
    *,
    before: tuple[str, str] | None = None,
    after: tuple[str, str] | None = None,
) -> Told:
    """Growth of requests between two periods, split into accounts and like-for-like demand.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options. Requests that belong to no account are left
        out. `cluster` is the account, and can be no other; `allow_selected` has no effect, since
        growth is that of the posts that the dataset holds.
    before, after : (str, str), optional
        The two periods as first day and the day after the last (``("2014-01-01", "2014-02-15")``),
        UTC. By default the same part of the year twice, as long as the data allow, or the two
        halves of a dataset that spans less than a year and a week.

    Returns
    -------
    pandas.DataFrame
        Four rows a group: the `by` columns; component ("total", "accounts", "per account", "like
        for like": accounts open throughout both periods); before, after; estimate (after / before
        - 1), ci_low, ci_high, conf_level; log_share (part of the growth of the total, on the log
        scale); method, flags, definition.

    Raises
    ------
    InputError
        If one period comes without the other, ends before it starts, or another cluster is asked.
    CannotAnswer
        If there is no request and no period is given.

    Examples
    --------
    >>> import carekit
    >>> table = carekit.growth(
    ...     carekit.open_dataset(), where="network = 'x' and account_kind = 'care'")
    >>> table.component.tolist()
    ['total', 'accounts', 'per account', 'like for like']
    """
    if requests.cluster not in CLUSTERS:
        raise InputError(
            f"`cluster` is {requests.cluster!r}; growth is clustered by account: expected one of "
            f"{', '.join(CLUSTERS)}. Leave it out."
        )
    if (before is None) != (after is None):
        raise InputError(
            "`before` and `after` belong together; only one was given. Give both, or none."
        )
    asked = requests.but(cluster=None)
    if before is not None and after is not None:
        periods = _period(before, "before"), _period(after, "after")
    else:
        if (ends := span(asked)) is None:
            raise CannotAnswer(
                f"{asked.dataset.path} holds no {asked.definition.denominator}"
                f"{f' where {asked.where}' if asked.where else ''}: there are no periods to "
                "compare. Choose other requests, or give `before` and `after`."
            )
        periods = comparable_periods(*ends)
    made = split_growth(count_volumes(asked, *periods), by=asked.by, conf_level=asked.conf_level)
    return Told(
        made.assign(definition=asked.definition.name),
        notes=(f"Before: {periods[0]}; after: {periods[1]} (UTC).",),
        requests=asked,
    )


def _period(ends: tuple[str, str], argument: str) -> Period:
    try:
        start, end = (pd.Timestamp(t, tz="UTC") for t in ends)
        if not start < end:
            raise ValueError(argument)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"`{argument}` is {ends!r}; expected its first day and the day after its last, such as "
            "('2014-01-01', '2014-02-15'). Give two dates, the earlier first."
        ) from error
    return Period(start, end)


class Period(NamedTuple):
    """From `start`, up to and without `end`."""

    start: pd.Timestamp
    end: pd.Timestamp

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M}"


def comparable_periods(first: pd.Timestamp, last: pd.Timestamp) -> tuple[Period, Period]:
    """Two periods of a dataset that can be compared.

    The same part of the year twice, as long as the dataset allows, where it spans more than a year
    and a week; else its two halves, which compare seasons too. `first` and `last` are the times of
    the first and the last request, UTC.

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


def span(requests: Requests) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """When the first and the last request were posted; None without requests."""
    from ibis import _

    seconds = whole_seconds(_.created_at)
    ends = requests.rows().agg(first=seconds.min(), last=seconds.max()).execute().iloc[0]
    if pd.isna(ends["first"]):
        return None
    return (
        pd.Timestamp(int(ends["first"]), unit="s", tz="UTC"),
        pd.Timestamp(int(ends["last"]) + 1, unit="s", tz="UTC"),
    )


def count_volumes(requests: Requests, before: Period, after: Period) -> pd.DataFrame:
    """Requests that each account got in each period, and when it was open.

    One row per group and account: network, account, n_before, n_after, open_before and open_after (it
    was open by the end of that period), open_throughout (from the start of the first period on).
    Where accounts.opened_at is unknown, an account is open from the first period in which it got a
    request. Requests without an account are left out.
    """
    from ibis import _

    keys = list(dict.fromkeys([*requests.by, "network", "account"]))
    seconds = whole_seconds(_.created_at)

    def inside(period: Period) -> ibis.Value:
        low, high = (int(t.timestamp()) for t in period)
        return ((seconds >= low) & (seconds < high)).cast("int64")

    named = requests.rows().filter(_.account.notnull())
    counts = count_rows(named, keys, n_before=inside(before), n_after=inside(after))
    held = requests.on.table(requests.dataset, "accounts")
    # On this engine even if no accounts are held: whole_seconds is defined there.
    accounts = requests.on.con.execute(
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
        kept.drop(columns=["opened", "n"])
        .sort_values(keys, na_position="last", kind="stable")
        .reset_index(drop=True)
    )
