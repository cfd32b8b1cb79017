"""Posts → how many openings each brand's main account gets a month, and how many are negative."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import pandas as pd

from carekit.dataset.engine import Engine
from carekit.requests.build import build_requests

if TYPE_CHECKING:
    import ibis

    from carekit.dataset.folder import Dataset


def opening_texts(dataset: Dataset, *, network: str, engine: Engine) -> pd.DataFrame:
    """Openings put to an account of a brand on a network, with their texts.

    Returns
    -------
    pandas.DataFrame
        One row an opening: request_id, text, lang; for triage.
    """
    from ibis import _

    posts = engine.table(dataset, "posts").filter(
        (_.network == network)
        & (_.author_role == "customer")
        & _.reply_to.isnull()
        & _.account.notnull()
    )
    frame = posts.select(request_id=_.post_id, text=_.text, lang=_.lang).execute()
    return frame.drop_duplicates("request_id", ignore_index=True)


def count_main_openings(
    dataset: Dataset,
    *,
    network: str,
    negative: Collection[str],
    unit: str = "month",
    engine: Engine,
) -> pd.DataFrame:
    """Openings put to main accounts, by brand and period.

    Parameters
    ----------
    dataset : Dataset
        With accounts, whose account_kind tells main from care.
    network : str
    negative : collection of str
        post_ids of the negative openings.
    unit : {"month", "day"}
        Length of a period, UTC.
    engine : Engine

    Returns
    -------
    pandas.DataFrame
        One row a brand and period: brand, period ("2014-05" or "2014-05-17"), n (openings put to
        its main account), n_negative.
    """
    import ibis
    from ibis import _

    flagged = ibis.memtable(pd.DataFrame({"marked": pd.Series(sorted(set(negative)), dtype="str")}))
    layout = "%Y-%m" if unit == "month" else "%Y-%m-%d"
    # Several studies of one dataset count the same openings.
    main = engine.once(("main openings", dataset.state), lambda: _main_openings(dataset, engine))
    counted = (
        main.filter(_.network == network)
        .left_join(flagged, [("request_id", "marked")])
        .mutate(
            period=_.created_at.cast("timestamp").strftime(layout),
            is_negative=_.marked.notnull().cast("int64"),
        )
        .group_by(["brand", "period"])
        .agg(n=_.count(), n_negative=_.is_negative.sum())
        .execute()
    )
    return counted.sort_values(["brand", "period"], ignore_index=True)


def _main_openings(dataset: Dataset, engine: Engine) -> ibis.Table:
    """Openings put to main accounts, kept until the engine is closed."""
    from ibis import _

    requests = build_requests(
        dataset, definition="direct-opening", engine=engine, with_threads=False
    )
    named = (
        engine.table(dataset, "posts")
        .filter(_.account.notnull() & _.reply_to.isnull())
        .select(named=_.post_id)
        .distinct()
    )
    main = requests.table.filter(_.account_kind == "main")
    openings = main.semi_join(named, [("request_id", "named")])
    return engine.keep(openings.select("request_id", "network", "brand", "created_at"))


def care_openings(dataset: Dataset, *, network: str) -> pd.DataFrame:
    """When each brand opened its first care account on a network.

    Returns
    -------
    pandas.DataFrame
        One row a brand with a care account there: brand, opened_at (UTC, null if unknown).
    """
    accounts = dataset.read("accounts")
    care = accounts[(accounts["network"] == network) & (accounts["account_kind"] == "care")]
    return care.groupby("brand", as_index=False)[["opened_at"]].min()
