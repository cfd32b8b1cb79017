"""Shares reached within given times: reading curves at fixed horizons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from carekit.errors import InputError
from carekit.inference.waits.kaplan_meier import Curve
from carekit.inference.waits.risk_sets import Floats, RiskSets


def within_columns(within: Sequence[float]) -> dict[str, float]:
    """Column name → minutes of each horizon, or InputError.

    >>> within_columns([60, 2.5])
    {'within_60_minutes': 60.0, 'within_2_5_minutes': 2.5}
    """
    values = [float(minutes) for minutes in within] if isinstance(within, Iterable) else [np.nan]
    if any(not (np.isfinite(v) and v > 0) for v in values) or len(set(values)) < len(values):
        shown = list(within) if isinstance(within, Iterable) else within
        raise InputError(
            f"`within` is {shown!r}; a list of different numbers of minutes above 0 was expected. "
            "Write, for example, within=[60, 480, 1440]."
        )
    return {f"within_{_spell(minutes)}_minutes": minutes for minutes in values}


def with_limits(names: Iterable[str]) -> list[str]:
    """Each name followed by those of its limits."""
    return [name + end for name in names for end in ("", "_low", "_high")]


def share_within(sets: RiskSets, curve: Curve, minutes: float) -> tuple[Floats, Floats, Floats]:
    """1 - the curve of each group, and its limits, at one time; NaN where nobody was followed."""
    still = sets.value_at(curve.survival, minutes, before=1.0)
    low = sets.value_at(curve.low, minutes, before=np.nan)
    high = sets.value_at(curve.high, minutes, before=np.nan)
    # Before the first event the limit depends on who is still followed, not on the last row; nor
    # can it lie below that of a later time.
    none_yet = still == 1
    exact = np.fmax(sets.next_value(curve.exact_low, minutes), sets.next_value(curve.low, minutes))
    low[none_yet] = exact[none_yet]
    high[none_yet] = np.where(np.isnan(low[none_yet]), np.nan, 1.0)
    unseen = ~(minutes <= sets.last) & ~curve.settled
    still[unseen] = low[unseen] = high[unseen] = np.nan
    return 1.0 - still, 1.0 - high, 1.0 - low


def _spell(minutes: float) -> str:
    """A number as part of a column name."""
    return str(int(minutes)) if minutes.is_integer() else str(minutes).replace(".", "_")
