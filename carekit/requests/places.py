"""Requests → where they stand."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from carekit.requests.build import cluster_of

if TYPE_CHECKING:
    import ibis
    import pandas as pd

ADDRESSED = ("brand_page", "mention", "brand_blog", "review", "regulator")
NOT_ADDRESSED = ("personal_page", "no_mention", "external_blog")


def keep_posts(requests: ibis.Table, posts: Collection[str]) -> ibis.Table:
    """The requests whose request_id is in `posts`."""
    import ibis
    import pandas as pd

    wanted = ibis.memtable(pd.DataFrame({"wanted": pd.Series(sorted(set(posts)), dtype="str")}))
    return requests.semi_join(wanted, [("request_id", "wanted")])


def count_surfaces(
    requests: ibis.Table, *, by: tuple[str, ...] = (), cluster: str | None = None
) -> pd.DataFrame:
    """Requests by the surface on which they stand.

    Parameters
    ----------
    requests : ibis.Table
        One row a request.
    by : tuple of str
        Columns that define the groups.
    cluster : str, optional
        Column of the independent units.

    Returns
    -------
    pandas.DataFrame
        One row a group, cluster and surface (null where it is unknown): n.
    """
    from ibis import _

    table = requests.mutate(cluster=cluster_of(requests, cluster)) if cluster else requests
    columns = [*by, *(["cluster"] if cluster else []), "surface"]
    counts = table.group_by(list(dict.fromkeys(columns))).agg(n=_.count()).execute()
    return counts.sort_values(
        list(dict.fromkeys(columns)), na_position="last", kind="stable", ignore_index=True
    )
