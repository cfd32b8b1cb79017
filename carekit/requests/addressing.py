"""Openings → whether they name an account of the brand, and which one, by their mood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carekit.dataset.engine import Engine
from carekit.requests.build import cluster_of
from carekit.requests.clock import whole_seconds

if TYPE_CHECKING:
    import ibis
    import pandas as pd

    from carekit.dataset.folder import Dataset

UNNAMED, MAIN = "names no account", "main account instead of care account"


def own_accounts(dataset: Dataset, requests: ibis.Table, engine: Engine) -> ibis.Table:
    """Requests with the account that the customer named, which is not always that of the answer.

    Returns
    -------
    ibis.Table
        The columns of `requests`, then named (true if the post names an account), care_since
        (seconds since 1970 at which the brand's first care account on that network was open; null
        without one, or at an unknown date).
    """
    from ibis import _

    named = (
        engine.table(dataset, "posts")
        .filter(_.account.notnull())
        .select(named_id=_.post_id)
        .distinct()
    )
    care = (
        engine.table(dataset, "accounts")
        .filter((_.account_kind == "care") & _.opened_at.notnull())
        .group_by(["network", "brand"])
        .agg(care_since=whole_seconds(_.opened_at).min())
        .select(care_network=_.network, care_brand=_.brand, care_since=_.care_since)
    )
    told = requests.left_join(named, [("request_id", "named_id")]).select(
        *requests.columns, "named_id"
    )
    joined = told.left_join(care, [("network", "care_network"), ("brand", "care_brand")]).select(
        *told.columns, "care_since"
    )
    return joined.mutate(named=_.named_id.notnull()).drop("named_id")


def count_addressing(
    requests: ibis.Table, moods: pd.DataFrame, *, by: tuple[str, ...] = (), cluster: str
) -> pd.DataFrame:
    """Openings by mood, and how many bypass the account that the brand prescribes.

    Parameters
    ----------
    requests : ibis.Table
        As `own_accounts` gives them.
    moods : DataFrame
        request_id, mood; requests that are not in it have no mood.
    by : tuple of str
        Columns that define the groups.
    cluster : str
        Column of the independent units.

    Returns
    -------
    DataFrame
        One row an outcome, group, network, cluster and mood (null: not told): outcome ("names no
        account": of all openings; "main account instead of care account": of those that name an
        account of a brand whose care account was open there), n, n_yes.
    """
    import ibis
    import pandas as pd
    from ibis import _

    told = ibis.memtable(moods.rename(columns={"request_id": "told_id"}))
    table = requests.left_join(told, [("request_id", "told_id")]).select(*requests.columns, "mood")
    table = table.mutate(cluster=cluster_of(table, cluster))
    keys = list(dict.fromkeys([*by, "network", "cluster", "mood"]))
    unnamed = table.group_by(keys).agg(n=_.count(), n_yes=(~_.named).cast("int64").sum())
    there = table.filter(
        _.named
        & _.account_kind.isin(["main", "care"])
        & (whole_seconds(_.created_at) >= _.care_since)
    )
    main = there.group_by(keys).agg(
        n=_.count(), n_yes=(_.account_kind == "main").cast("int64").sum()
    )
    parts = [
        made.execute().assign(outcome=name) for name, made in ((UNNAMED, unnamed), (MAIN, main))
    ]
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return frame.sort_values(
        ["outcome", *keys], na_position="last", kind="stable", ignore_index=True
    )
