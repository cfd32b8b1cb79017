"""One planted quantity: its value, its denominator in words, its source, what the sample holds."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

Entry = dict[str, Any]
OURS = ("ours",)


@cache
def _told() -> dict[str, dict[str, str]]:
    """Rows of quantities.csv by key: unit, source, recover and definition."""
    text = resources.files(__package__).joinpath("quantities.csv").read_text("utf-8")
    return {row["key"]: row for row in csv.DictReader(text.splitlines())}


def quantity(
    key: str,
    value: float | None,
    by: Mapping[str, str] | None = None,
    realised: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    source: Sequence[str] | None = None,
    **words: Any,
) -> Entry:
    """One entry of truth.json.

    `key` names the row of quantities.csv, whose sentences take `words`; before the colon stands
    the name, which with `by` is unique. `value` is the parameter from which every sample is drawn
    (None where only the sample has a value), `realised` what this sample holds before its traps.
    """
    told = _told()[key]
    return {
        "name": name or key.partition(":")[0],
        "by": dict(by or {}),
        "value": None if value is None else round(float(value), 6),
        "unit": told["unit"],
        "definition": told["definition"].format(**words),
        "source": list(source or told["source"].split() or OURS),
        "recover": told["recover"].format(**words),
        "realised": dict(realised) if realised else None,
    }


def share(part: pd.Series, whole: pd.Series | None = None) -> dict[str, Any]:
    """Realised share: the rows of `whole` (default: all) in which `part` holds too."""
    n = len(part) if whole is None else int(whole.sum())
    k = int(part.sum() if whole is None else (part & whole).sum())
    return portion(k, n)


def portion(k: int, n: int) -> dict[str, Any]:
    """Realised share of counts."""
    return {"n": n, "k": k, "value": round(k / n, 6) if n else None}


def number(values: pd.Series, value: float) -> dict[str, Any]:
    """Realised statistic of a numeric series."""
    return {"n": len(values), "value": round(float(value), 6) if np.isfinite(value) else None}


def change(before: int, after: int, less: float = 0) -> dict[str, Any]:
    """Realised ratio of two counts, minus `less`."""
    return {
        "before": before,
        "after": after,
        "value": round(after / before - less, 6) if before else None,
    }
