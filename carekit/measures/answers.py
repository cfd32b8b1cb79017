"""Requests → small tables of integers: how many were answered, and after how many seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carekit.dataset.engine import to_frame
from carekit.requests.build import cluster_of

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def count_answers(
    requests: ibis.Table, *, by: tuple[str, ...] = (), cluster: str | None = None
) -> pd.DataFrame:
    """Requests and answered requests.

    Parameters
    ----------
    requests : ibis.Table
        One row a request, as `carekit.requests.build.build_requests` gives.
    by : tuple of str
        Columns that define the groups.
    cluster : str, optional
        Column of the independent units (brand, author_id). Where it is missing, the units are
        told apart by the request itself for authors, and count as one unknown brand otherwise.

    Returns
    -------
    pandas.DataFrame
        One row a group and cluster: the `by` columns, `cluster` if asked, n (requests) and
        n_answered. Sorted by group.
    """
    import ibis
    from ibis import _

    columns = [*by, *(["cluster"] if cluster else [])]
    table = requests.mutate(cluster=cluster_of(requests, cluster)) if cluster else requests
    grouped = table.group_by(columns) if columns else table
    answered = ibis.coalesce(_.answered.cast("int64").sum(), 0)
    return _sorted(grouped.agg(n=_.count(), n_answered=answered).execute(), columns)


def count_waits(
    requests: ibis.Table, *, by: tuple[str, ...] = (), cluster: str | None = None
) -> pd.DataFrame:
    """Waits in whole seconds: how many ended with an answer, how many were still open.

    Parameters
    ----------
    requests, by, cluster
        As in `count_answers`.

    Returns
    -------
    pandas.DataFrame
        One row a group, cluster and second: the `by` columns, `cluster` if asked, seconds,
        events (answered then), censored (unanswered when last looked at), backwards (answered,
        but dated before the request: seconds is then 0 and means nothing).
    """
    import ibis
    from ibis import _

    columns = [*by, *(["cluster"] if cluster else [])]
    table = requests.mutate(cluster=cluster_of(requests, cluster)) if cluster else requests
    backwards = _.answered & (_.first_response_seconds < 0)
    seconds = ibis.ifelse(_.answered, _.first_response_seconds, _.observed_seconds)
    table = table.mutate(seconds=ibis.greatest(seconds, 0), backwards=backwards)
    counts = table.group_by([*columns, "seconds"]).agg(
        events=(_.answered & ~_.backwards).cast("int64").sum(),
        censored=(~_.answered).cast("int64").sum(),
        backwards=_.backwards.cast("int64").sum(),
    )
    return _sorted(to_frame(counts), [*columns, "seconds"])


def _sorted(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    if not columns:
        return frame
    return frame.sort_values(columns, na_position="last", kind="stable", ignore_index=True)
