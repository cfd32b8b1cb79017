"""One planted quantity: its value, its denominator in words, its source, what the sample holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

Entry = dict[str, Any]
OURS = ("ours",)


def quantity(
    name: str,
    value: float | None,
    *,
    unit: str = "proportion",
    definition: str,
    recover: str,
    source: tuple[str, ...] = OURS,
    by: Mapping[str, str] | None = None,
    realised: Mapping[str, Any] | None = None,
) -> Entry:
    """One entry of truth.json.

    Parameters
    ----------
    name : str
        What is measured; with `by` it is unique.
    value : float or None
        The parameter from which every sample is drawn; None where only the sample has a value.
    unit, definition, recover : str
        Unit; numerator and denominator in words; how a measure finds it.
    source : tuple of str
        Ids of the published figures it is set from, else `ours`.
    by : mapping
        The group, such as network and country.
    realised : mapping
        What this sample holds before its traps: n, k (of a share) and value.
    """
    return {
        "name": name,
        "by": dict(by or {}),
        "value": None if value is None else round(float(value), 6),
        "unit": unit,
        "definition": definition,
        "source": list(source),
        "recover": recover,
        "realised": dict(realised) if realised else None,
    }


def share(part: pd.Series, whole: pd.Series) -> dict[str, Any]:
    """Realised share: the rows of `whole` in which `part` holds too."""
    n, k = int(whole.sum()), int((part & whole).sum())
    return {"n": n, "k": k, "value": round(k / n, 6) if n else None}


def number(values: pd.Series, value: float) -> dict[str, Any]:
    """Realised statistic of a numeric series."""
    return {"n": len(values), "value": round(float(value), 6) if np.isfinite(value) else None}


def every(frame: pd.DataFrame) -> pd.Series:
    """True on every row."""
    return pd.Series(True, index=frame.index)
