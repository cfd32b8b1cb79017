"""Whom a report is about where nobody says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from carekit.errors import CannotAnswer
from carekit.report.asked import MIN_N
from carekit.requests.value import Requests

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset


def default_brand(dataset: Dataset) -> str:
    """The brand with the most requests in the sector with the most brands; by name where two tie.

    Raises CannotAnswer where no brand has enough requests for a report.
    """
    from carekit.dataset.engine import sharing

    with sharing() as engine:
        rows = Requests.of(dataset, by="brand", allow_selected=True, engine=engine).rows()
        sizes = rows.group_by("brand").agg(n=rows.count()).execute().dropna()
    enough = sizes[sizes["n"] >= MIN_N]
    if enough.empty:
        raise CannotAnswer(
            f"No brand has {MIN_N} requests, which a report needs.",
            "Import more posts, and say which brand each is to.",
        )
    about = dataset.read("brands").drop_duplicates("brand")[["brand", "sector"]]
    found = pd.DataFrame(enough).merge(about, on="brand", how="left")
    found["alike"] = found.groupby("sector", dropna=False)["brand"].transform("count")
    found.loc[found["sector"].isna(), "alike"] = 0
    order = found.sort_values(["alike", "n", "brand"], ascending=[False, False, True])
    return str(order["brand"].iloc[0])
