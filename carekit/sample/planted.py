"""What a generated dataset was made from, to hold against what a measure finds in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

TRUTH, LABELS = "truth.json", "labels.parquet"


def planted_values(dataset: Dataset, name: str) -> pd.DataFrame:
    """Planted quantities of one name.

    Parameters
    ----------
    dataset : Dataset
    name : str
        Such as "answer_rate" or "displacement_effect"; the names are in truth.json.

    Returns
    -------
    DataFrame
        One row per group: what `by` names it by (such as network), `value` (planted), `realised`
        (what the draw gave before its traps; missing where none was counted). Without rows, and
        with the last two columns only, for a dataset that was not generated or lacks the quantity.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> planted_values(open_dataset(), "handoff_share")[["handoff", "value"]]
         handoff  value
    0  requested   0.06
    1  announced   0.02
    """
    rows = [
        {**q["by"], "value": q["value"], "realised": (q["realised"] or {}).get("value")}
        for q in _truth(dataset).get("quantities", [])
        if q["name"] == name
    ]
    frame = pd.DataFrame(rows, columns=None if rows else ["value", "realised"])
    return frame.astype({"value": float, "realised": float})


def planted_brands(dataset: Dataset) -> pd.DataFrame:
    """What was drawn for each brand.

    Returns
    -------
    DataFrame
        One row per brand: brand, care_network, care_opened_at (UTC), care_effect ("displaced" or
        "none"), all three missing for a brand that opened no care account; scheme_at (UTC; when it
        adopted a scheme of prepared answers, or missing). Without rows for a dataset that was not
        generated.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> planted_brands(open_dataset()).care_effect.value_counts().to_dict()
    {'displaced': 12, 'none': 4}
    """
    columns = ["brand", "care_network", "care_opened_at", "care_effect", "scheme_at"]
    frame = pd.DataFrame(_truth(dataset).get("brands", []), columns=columns)
    times = {c: pd.to_datetime(frame[c], utc=True) for c in ("care_opened_at", "scheme_at")}
    return frame.assign(**times)


def planted_brand_rates(dataset: Dataset) -> pd.DataFrame:
    """The answer rate that was drawn for each brand and network.

    Returns
    -------
    DataFrame
        One row per brand and network: brand, network, value (share of questions answered anywhere in
        the thread, as `question_answer_rate` in truth.json). Without rows for a dataset that was
        not generated.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> rates = planted_brand_rates(open_dataset())
    >>> len(rates), bool(rates.value.between(0, 1).all())
    (420, True)
    """
    rows = [
        {"brand": brand["brand"], "network": network, "value": rate}
        for brand in _truth(dataset).get("brands", [])
        for network, rate in brand["question_answer_rate"].items()
    ]
    return pd.DataFrame(rows, columns=["brand", "network", "value"])


def planted_labels(dataset: Dataset, *, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """What is true of the text of each post, whatever a classifier makes of it.

    Parameters
    ----------
    dataset : Dataset
    columns : sequence of str, optional
        Beside post_id and kind; all of them by default: tone, is_question, category, angry and the
        others of labels.parquet.

    Returns
    -------
    DataFrame
        One row per post; without rows for a dataset that was not generated.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> labels = planted_labels(open_dataset(), columns=["tone"])
    >>> labels.columns.tolist(), len(labels)
    (['post_id', 'kind', 'tone'], 39848)
    """
    wanted = None if columns is None else ["post_id", "kind", *columns]
    path = dataset.path / LABELS
    if not (dataset.is_sample and path.is_file()):
        return pd.DataFrame(columns=wanted or ["post_id", "kind"])
    return pd.read_parquet(path, columns=wanted)


def _truth(dataset: Dataset) -> dict[str, Any]:
    path = dataset.path / TRUTH
    if not (dataset.is_sample and path.is_file()):
        return {}
    truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return truth
