"""Published figures on customer service: a ledger, its audit, replays on data, hypotheses.

What the notebooks look at one by one is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_LAZY = {
    "age_weights": "carekit.claims.audit.preference_by_age",
    "channel_use": "carekit.claims.published",
    "expectation_points": "carekit.claims.published",
}
# Real counts, looked at in notebooks: modules of this room.
_ROOMS = ("atlas", "atlas_country", "atlas_poster")
__all__ = [*_LAZY, *_ROOMS]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    if name in _ROOMS:
        return importlib.import_module(f"carekit.claims.{name}")
    raise AttributeError(f"module 'carekit.claims' has no attribute {name!r}")
