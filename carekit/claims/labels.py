"""What people coded about posts: labels.parquet beside the tables of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

LABELS = "labels.parquet"
BY_RULES = "the rules of carekit.coding"


def coded_labels(dataset: Dataset, *columns: str) -> pd.DataFrame | None:
    """The labels beside a dataset's tables: post_id and the columns asked for; None without."""
    path = dataset.path / LABELS
    wanted = ["post_id", *columns]
    if not path.is_file() or not set(wanted) <= set(pq.read_schema(path).names):
        return None
    return pd.read_parquet(path, columns=wanted)


def negative_posts(dataset: Dataset) -> tuple[set[str] | None, str]:
    """post_ids of negative posts as coded, and by whom; None lets an estimate use the rules."""
    labels = coded_labels(dataset, "tone")
    if labels is None:
        return None, BY_RULES
    return set(labels.loc[labels["tone"] == "negative", "post_id"]), LABELS
