"""A survey question: shares, ticks, trends, differences, pairs. Loaded when first used."""

from typing import Any

import carekit

_look_up, __all__ = carekit.room(
    __name__,
    {
        "estimates": "answers ticked trend",
        "comparisons": "differences pairs",
        "points": "mean nps",
        "questions": "Survey",
    },
)
# Old name on the face → name here; both resolve.
OLD = {
    "measure_share": "answers",
    "measure_several": "ticked",
    "measure_trend": "trend",
    "measure_differences": "differences",
    "measure_paired_questions": "pairs",
}


def __getattr__(name: str) -> Any:
    return _look_up(OLD.get(name, name))
