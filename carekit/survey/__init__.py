"""A survey question: shares, ticks, trends, differences, pairs. Loaded when first used."""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    **dict.fromkeys(("answers", "ticked", "trend"), "estimates"),
    **dict.fromkeys(("differences", "pairs"), "comparisons"),
    **dict.fromkeys(("mean", "nps"), "points"),
    "Survey": "questions",
}
# Old name on the face → name here; both resolve.
OLD = {
    "measure_share": "answers",
    "measure_several": "ticked",
    "measure_trend": "trend",
    "measure_differences": "differences",
    "measure_paired_questions": "pairs",
}

__all__ = [*_NAMES]


def __getattr__(name: str) -> Any:
    name = OLD.get(name, name)
    if name in _NAMES:
        return getattr(importlib.import_module(f"carekit.survey.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'carekit.survey' has no attribute {name!r}")
