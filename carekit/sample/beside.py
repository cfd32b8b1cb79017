"""What was planted, beside what a measure found: a column `planted`, on generated data alone.

Each function takes a frame and gives it back as it came where the dataset was not generated, so a
notebook needs no condition.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from carekit.sample.planted import (
    planted_brand_rates,
    planted_brands,
    planted_labels,
    planted_values,
)

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

BRANDS = "brand_answer_rate"


def with_planted(
    frame: pd.DataFrame, dataset: Dataset, name: str, *, where: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Add the planted values of a quantity, matched by the columns that both have.

    Parameters
    ----------
    frame : DataFrame
        One row per group.
    dataset : Dataset
    name : str
        Of a quantity in truth.json, or "brand_answer_rate".
    where : mapping of str to str, optional
        Keep only the planted values of these groups, such as ``{"network": "facebook"}``.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> frame = pd.DataFrame({"handoff": ["requested", "both"]})
    >>> with_planted(frame, open_dataset(), "handoff_share")["planted"].tolist()
    [0.06, nan]
    """
    values = planted_brand_rates(dataset) if name == BRANDS else planted_values(dataset, name)
    for column, value in (where or {}).items():
        values = values[values[column] == value] if column in values else values.head(0)
    if values.empty:
        return frame
    keys = [
        c for c in values if c in frame and c != "value" and set(values[c]) & set(frame[c].dropna())
    ]
    if not keys:
        return frame.assign(planted=float(values["value"].mean()))
    means = values.groupby(keys)["value"].mean()
    found = [
        means.get(key[0] if len(keys) == 1 else key)
        for key in zip(*(frame[c] for c in keys), strict=True)
    ]
    return frame.assign(
        planted=pd.array(found, dtype="Float64").to_numpy(float, na_value=float("nan"))
    )


def with_planted_share(
    frame: pd.DataFrame,
    dataset: Dataset,
    posts: pd.DataFrame,
    column: str,
    *,
    on: str = "category",
) -> pd.DataFrame:
    """Add the true share of a label among `posts` (request_id, and `on` unless it is the label).

    With `on` the name of a column of `posts` (such as brand) the share is that of posts for which
    the label is true.
    """
    labels = planted_labels(dataset, columns=[column]).set_index("post_id")[[column]]
    held = posts.merge(labels, left_on="request_id", right_index=True, suffixes=("_told", ""))
    if held.empty:
        return frame
    if on in posts:
        share = held[column].astype(float).groupby(held[on]).mean()
    else:
        share = held[column].value_counts(normalize=True)
    return frame.assign(planted=frame[on].map(share).astype(float))


def with_planted_distance(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Add how far apart the planted mixes of subjects are, beside `compare_mixes` of networks."""
    true = planted_values(dataset, "category_share")
    if true.empty:
        return frame
    shares = true.pivot_table(index="category", columns="network", values="value").fillna(0)
    away = shares.sub(shares[frame["reference"].iloc[0]], axis=0).abs().sum() / 2
    return frame.assign(planted=frame["group"].map(away))


def true_subjects(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Openings with the subject that each was given, instead of the class that rules tell."""
    labels = planted_labels(dataset, columns=["category", "is_question", "is_complaint"])
    if labels.empty:
        return frame
    told = frame.drop(columns=["category", "is_question", "is_complaint"], errors="ignore")
    return told.merge(labels.drop(columns="kind"), left_on="request_id", right_on="post_id")


def care_kinds(dataset: Dataset) -> dict[str, Collection[str]]:
    """Brands that opened a care account, by what was planted for them; empty on other data.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> {kind: len(brands) for kind, brands in care_kinds(open_dataset()).items()}
    {'displaced': 12, 'none': 4}
    """
    told = planted_brands(dataset).dropna(subset="care_effect")
    return {str(kind): part["brand"].tolist() for kind, part in told.groupby("care_effect")}
