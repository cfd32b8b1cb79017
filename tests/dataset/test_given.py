"""What stands in the place of a dataset is named, with the way to one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import carekit
from carekit.survey import answers

CALLS: dict[str, Callable[[Any], Any]] = {
    "a measure": carekit.answer_rate,
    "a comparison": carekit.compare_answer_rates,
    "requests": carekit.requests,
    "a report": carekit.benchmark,
    "a survey": lambda given: answers(given, "q"),
    "verdicts": carekit.claims.verdicts,
    "a replay": lambda given: carekit.replay("C035", given),
    "replays": carekit.replay_all,
    "a judgement": lambda given: carekit.claims.judge_hypothesis("H08", given),
    "judgements": carekit.claims.judge_hypotheses,
    "flags": carekit.coding.flag_dataset,
    "care accounts": lambda given: carekit.measures.care_event_study(given, network="x"),
    "care accounts by month": lambda given: carekit.measures.care_series(given, network="x"),
    "counts": lambda given: carekit.measures.share_counts(given, out="x"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("given", "came", "way"),
    [
        ("mine", "'mine'", "carekit.open_dataset('mine')"),
        (Path("mine"), "'mine'", "carekit.open_dataset('mine')"),
        (pd.DataFrame({"a": [1]}), "a table of columns", "carekit.from_frame(table)"),
        (None, "of type NoneType", "carekit.open_dataset(DIR)"),
    ],
)
def test_what_is_no_dataset_is_named(call: str, given: Any, came: str, way: str) -> None:
    with pytest.raises(carekit.errors.InputError, match="expected an opened dataset") as caught:
        CALLS[call](given)
    assert f"`dataset` is {came};" in str(caught.value)
    assert f"Write {way}." in str(caught.value)
