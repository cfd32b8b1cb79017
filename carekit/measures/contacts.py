"""Requests → how often their author had to write until the brand answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carekit.requests.build import Requests, cluster_of
from carekit.requests.clock import whole_seconds

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def count_contacts(
    requests: Requests, table: ibis.Table, *, by: tuple[str, ...] = (), cluster: str | None = None
) -> pd.DataFrame:
    """How many posts the customer wrote in the thread until the brand answered.

    Parameters
    ----------
    requests : Requests
        Requests that open a thread, with their threads.
    table : ibis.Table
        The rows of `requests.table` to count, with the columns of `by` and request_id, thread_id,
        author_id, created_at, answered, first_response_seconds and thread_complete.
    by : tuple of str
        Columns that define the groups.
    cluster : str, optional
        Column of the independent units.

    Returns
    -------
    pandas.DataFrame
        One row a group, cluster and way: contacts (posts of the request's author in its thread, the
        request included, before the first answer, or at all if there is none), answered, complete
        (no post of the thread is known to be missing), n (requests).

    Notes
    -----
    A post of an unknown author is never a second contact. Posts dated before the request are not
    counted; nor is anything for a request whose answer is dated before it, but the request.
    """
    import ibis
    from ibis import _

    threads = requests.threads
    assert threads is not None, "count_contacts needs requests that were built with threads"
    columns = [*by, *(["cluster"] if cluster else [])]
    if cluster:
        table = table.mutate(cluster=cluster_of(table, cluster))
    members = threads.members.select(member=_.post_id, root=_.thread_id)
    written = (
        threads.posts.filter((_.author_role == "customer") & _.author_id.notnull())
        .select("post_id", writer=_.author_id, written_at=whole_seconds(_.created_at))
        .inner_join(members, [("post_id", "member")])
        .select("post_id", "writer", "written_at", "root")
    )
    asked = table.select(
        "request_id",
        "thread_id",
        "author_id",
        asked_at=whole_seconds(_.created_at),
        wait=_.first_response_seconds,
    )
    joined = asked.inner_join(written, [("thread_id", "root"), ("author_id", "writer")]).select(
        "request_id", "asked_at", "wait", "post_id", "written_at"
    )
    later = joined.filter(
        (_.post_id != _.request_id)
        & (_.written_at >= _.asked_at)
        & (_.wait.isnull() | (_.written_at - _.asked_at < _.wait))
    )
    again = (
        later.group_by("request_id").agg(again=_.count()).select(same="request_id", again=_.again)
    )
    counted = (
        table.left_join(again, [("request_id", "same")])
        .select(*table.columns, "again")
        .mutate(
            contacts=1 + ibis.coalesce(_.again, 0),
            complete=ibis.coalesce(_.thread_complete, True),
        )
        .group_by([*columns, "contacts", "answered", "complete"])
        .agg(n=_.count())
        .execute()
    )
    return counted.sort_values(
        [*columns, "contacts", "answered", "complete"], kind="stable", ignore_index=True
    )


def count_unknown(
    requests: Requests, table: ibis.Table, *, by: tuple[str, ...] = (), cluster: str | None = None
) -> pd.DataFrame:
    """Requests, answered ones, and unanswered ones of which nobody can say that they stayed so.

    Parameters
    ----------
    requests, table, by, cluster
        As in `count_contacts`.

    Returns
    -------
    pandas.DataFrame
        One row a group and cluster: n, n_answered; n_incomplete (unanswered, and a post of the
        thread is missing: it may have been the answer); n_deleted (unanswered and deleted by the
        last look, thread complete: it may have been answered later); n_unknown, their sum.
    """
    import ibis
    from ibis import _

    threads = requests.threads
    assert threads is not None, "count_unknown needs requests that were built with threads"
    columns = [*by, *(["cluster"] if cluster else [])]
    if cluster:
        table = table.mutate(cluster=cluster_of(table, cluster))
    gone = threads.posts.filter(_.deleted_at.notnull()).select(gone=_.post_id)
    flagged = (
        table.left_join(gone, [("request_id", "gone")])
        .select(*table.columns, "gone")
        .mutate(
            incomplete=~_.answered & ~ibis.coalesce(_.thread_complete, True),
            deleted=~_.answered & ibis.coalesce(_.thread_complete, True) & _.gone.notnull(),
        )
    )
    grouped = flagged.group_by(columns) if columns else flagged
    counted = grouped.agg(
        n=_.count(),
        n_answered=ibis.coalesce(_.answered.cast("int64").sum(), 0),
        n_incomplete=ibis.coalesce(_.incomplete.cast("int64").sum(), 0),
        n_deleted=ibis.coalesce(_.deleted.cast("int64").sum(), 0),
    ).execute()
    counted["n_unknown"] = counted["n_incomplete"] + counted["n_deleted"]
    if columns:
        counted = counted.sort_values(columns, kind="stable", ignore_index=True)
    return counted
