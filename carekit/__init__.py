"""carekit: check, replay and extend published figures about customer service on social networks.

Names are loaded when they are first used: `import carekit` opens no file and no connection.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# public name → module that defines it
_LAZY: dict[str, str] = {
    "Ledger": "carekit.claims.ledger",
    "load_ledger": "carekit.claims.ledger",
    "audit": "carekit.claims.audit",
    "audit_table": "carekit.claims.audit",
    "replay": "carekit.claims.replay",
    "replay_all": "carekit.claims.replay",
    "hypotheses_table": "carekit.claims.hypotheses",
    "CarekitError": "carekit.errors",
}

__all__ = ["__version__", *sorted(_LAZY)]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'carekit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
