"""The outside world → tables. Names are loaded when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_LAZY = {
    "collect": "carekit.sources.collecting.collect",
    "estimate": "carekit.sources.collecting.collect",
    "recording": "carekit.sources.collecting.recorded",
}
__all__ = sorted(_LAZY)


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
