"""By when was a tenth, a quarter, half of all requests answered: quantiles of a waiting curve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import column_names, refuse_names, require_columns

_NEEDED = ("minutes", "survival", "ci_low", "ci_high", "conf_level")
_RESULT = ("share", "wait_minutes", "ci_low", "ci_high", "conf_level")
# The product of many quotients reaches a share only up to rounding.
_ROUNDING = 1e-9


def wait_quantiles(
    curves: pd.DataFrame, *, by: str | Sequence[str] = (), shares: Sequence[float] = (0.25, 0.5)
) -> pd.DataFrame:
    """Smallest wait by which a given share of all requests was answered, from `survival_curve`.

    Where fewer than half of the requests are ever answered there is no median; the time by which a
    tenth or a quarter was answered exists all the same. One row per group and share, groups in the order
    of the curves: the `by` columns, share (unanswered requests included), wait_minutes (smallest t with
    S(t) ≤ 1 - share; NaN where follow-up ends before that), ci_low, ci_high (where the limits of S(t)
    cross 1 - share), conf_level. Brookmeyer and Crowley 1982, Biometrics 38, 29-41.

    >>> from carekit.inference.waits.survival import survival_curve
    >>> table = pd.DataFrame({"seconds": [60, 120, 180], "events": [1, 1, 0],
    ...                       "censored": [0, 1, 1]})
    >>> wait_quantiles(survival_curve(table), shares=[0.25, 0.5])[["share", "wait_minutes"]]
       share  wait_minutes
    0   0.25           1.0
    1   0.50           2.0
    """
    groups = column_names(by)
    wanted = _checked(shares)
    refuse_names(groups, _RESULT)
    require_columns(curves, [*groups, *_NEEDED])
    parts: Iterable[tuple[object, pd.DataFrame]] = (
        curves.groupby(groups, dropna=False, sort=False) if groups else [((), curves)]
    )
    rows = []
    for key, part in parts:
        names = dict(zip(groups, key if isinstance(key, tuple) else (key,), strict=True))
        minutes = part["minutes"].to_numpy(float)
        for share in wanted:
            left = 1 - share + _ROUNDING
            rows.append(
                {
                    **names,
                    "share": share,
                    "wait_minutes": _first(minutes, part["survival"] <= left),
                    "ci_low": _first(minutes, part["ci_low"] <= left),
                    "ci_high": _first(minutes, part["ci_high"] <= left),
                    "conf_level": part["conf_level"].iloc[0] if len(part) else np.nan,
                }
            )
    return pd.DataFrame(rows, columns=[*groups, *_RESULT])


def _first(minutes: np.ndarray, reached: pd.Series) -> float:
    at = np.flatnonzero(reached.to_numpy(bool))
    return float(minutes[at[0]]) if len(at) else float("nan")


def _checked(shares: Sequence[float]) -> list[float]:
    values = [float(s) for s in shares] if isinstance(shares, Iterable) else [float("nan")]
    if not values or any(not 0 < v < 1 for v in values) or len(set(values)) < len(values):
        shown = list(shares) if isinstance(shares, Iterable) else shares
        raise InputError(
            f"`shares` is {shown!r}; different shares above 0 and below 1 were expected. Write, "
            "for example, shares=[0.25, 0.5]."
        )
    return values
