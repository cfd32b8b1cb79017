"""Measures by the name that the command line gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from carekit.dataset.folder import Dataset


@dataclass(frozen=True)
class Measure:
    """A measure: the question it answers, and the function that estimates it on a dataset."""

    question: str
    load: Callable[[], Callable[..., pd.DataFrame]]

    def run(self, dataset: Dataset, **options: Any) -> tuple[pd.DataFrame, str]:
        """The estimates, and a sentence on the denominator and what was left out."""
        frame = self.load()(dataset, **options)
        return frame, frame.attrs.get("note", "")


def _answer_rate() -> Callable[..., pd.DataFrame]:
    from carekit.measures.answer_rate import measure_answer_rate

    return measure_answer_rate


def _first_response() -> Callable[..., pd.DataFrame]:
    from carekit.measures.first_response import measure_first_response

    return measure_first_response


def _definitions() -> Callable[..., pd.DataFrame]:
    from carekit.measures.side_by_side import measure_definitions

    return measure_definitions


def _repeats() -> Callable[..., pd.DataFrame]:
    from carekit.measures.repeats import measure_repeats

    return measure_repeats


def _handoffs() -> Callable[..., pd.DataFrame]:
    from carekit.measures.handoffs import measure_handoffs

    return measure_handoffs


def _surfaces() -> Callable[..., pd.DataFrame]:
    from carekit.measures.surfaces import measure_surfaces

    return measure_surfaces


def _reply_length() -> Callable[..., pd.DataFrame]:
    from carekit.measures.reply_length import measure_reply_length

    return measure_reply_length


def _growth() -> Callable[..., pd.DataFrame]:
    from carekit.measures.growth import measure_growth

    return measure_growth


def _categories() -> Callable[..., pd.DataFrame]:
    return import_module("carekit.coding.categories").measure_categories


def _bypass() -> Callable[..., pd.DataFrame]:
    from carekit.measures.bypass import measure_bypass

    return measure_bypass


def _near_duplicates() -> Callable[..., pd.DataFrame]:
    from carekit.measures.near_duplicate_estimates import measure_near_duplicates

    return measure_near_duplicates


MEASURES: dict[str, Measure] = {
    "answer-rate": Measure("which share of requests was answered", _answer_rate),
    "first-response": Measure("how long the first answer took", _first_response),
    "repeats": Measure("how often customers ask again, and are never answered", _repeats),
    "handoffs": Measure("how often a first answer turns to private messages", _handoffs),
    "surfaces": Measure("where requests stand, and whether they address the brand", _surfaces),
    "reply-length": Measure("how long first answers are", _reply_length),
    "bypass": Measure("do angrier customers avoid the account meant for them", _bypass),
    "near-duplicates": Measure("do similar questions stop after a public answer", _near_duplicates),
    "growth": Measure("how much requests grew: more accounts, or more demand", _growth),
    "categories": Measure("what customers write: categories and flags", _categories),
    "definitions": Measure("the answer rate under every published definition", _definitions),
}
