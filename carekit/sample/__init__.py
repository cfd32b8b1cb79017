"""The sample dataset, generated from a truth that is written down."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_LAZY = {
    "carekit.sample.generate": "draw_sample generate_sample",
    "carekit.sample.planted": "planted_brand_rates planted_brands planted_labels planted_values",
    "carekit.sample.coding": "planted_codes",
    "carekit.sample.beside": "care_kinds true_subjects with_planted with_planted_distance "
    "with_planted_share",
}
_FOUND = {name: module for module, names in _LAZY.items() for name in names.split()}
__all__ = sorted(_FOUND)


def __getattr__(name: str) -> Any:
    if name in _FOUND:
        return getattr(import_module(_FOUND[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
