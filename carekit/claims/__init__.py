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
__all__ = [*_LAZY]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'carekit.claims' has no attribute {name!r}")
