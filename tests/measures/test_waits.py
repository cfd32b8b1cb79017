"""The wait as a curve, on a dataset counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.errors import SelectionError
from carekit.measures.waits import (
    first_response,
    wait_curve,
    wait_quantiles,
    waits_within,
)


def request(name: str, wait: float | None, *, followed: float = 1000, brand="acme") -> list[dict]:
    asked = {"id": name, "author_id": name, "brand": brand, "observed_at": followed}
    reply = {"id": f"{name}-r", "reply_to": name, "author_role": "brand", "brand": brand}
    return [asked] if wait is None else [asked, {**reply, "at": wait}]


# Waits 10, 20, 30 and 40 minutes; two unanswered, followed 25 and 1000 minutes; one backwards.
ROWS = [
    *request("a", 10),
    *request("b", 20),
    *request("c", 30),
    *request("d", 40),
    *request("e", None, followed=25),
    *request("f", None),
    *request("g", -5),
]


def test_the_curve_is_counted_by_hand_without_the_backwards_answer(make_dataset):
    curve = wait_curve(make_dataset(ROWS), cluster="none")
    assert curve["at_risk"].tolist() == [6, 5, 4, 3, 2, 1]
    assert curve["survival"].tolist() == pytest.approx([5 / 6, 4 / 6, 4 / 6, 4 / 9, 2 / 9, 2 / 9])
    assert curve.facts.left_out["answers dated before their request"] == 1


def test_shares_within_are_those_of_first_response_with_limits(make_dataset):
    dataset = make_dataset(ROWS)
    found = waits_within(dataset, within=[15, 60, 480, 1440], by="brand")
    assert found["limit_minutes"].tolist() == [15, 60, 480, 1440]
    known = first_response(dataset, by="brand").iloc[0]
    assert found["estimate"][0] == pytest.approx(1 / 6)
    assert found["estimate"][1] == known.within_60_minutes
    assert found["estimate"][2] == known.within_480_minutes
    assert np.isnan(found["estimate"][3])  # beyond the last follow-up
    inside = found.iloc[:3]
    assert (inside.ci_low < inside.estimate).all()
    assert (inside.estimate < inside.ci_high).all()
    assert (found["n"] == 6).all()


def test_each_group_has_its_rows_in_order(make_dataset):
    rows = [*ROWS, *request("y", 5, brand="brix"), *request("z", None, brand="brix")]
    found = waits_within(make_dataset(rows), within=[60, 480], by="brand")
    assert found["brand"].tolist() == ["acme", "acme", "brix", "brix"]
    assert found["estimate"].iloc[2] == 0.5


def test_quantiles_are_those_of_the_curve(make_dataset):
    found = wait_quantiles(make_dataset(ROWS), shares=[0.1, 0.5, 0.9], by="brand")
    assert found["wait_minutes"].tolist()[:2] == [10, 30]
    assert np.isnan(found["wait_minutes"][2])
    assert found.columns.tolist() == [
        "brand", "share", "wait_minutes", "ci_low", "ci_high", "conf_level", "definition"
    ]  # fmt: skip


def test_the_business_clock_counts_open_minutes_only(make_dataset):
    from dataclasses import replace

    from carekit.requests.definitions import DEFINITIONS

    brands = [{"brand": "acme", "country": "GB", "sector": "telecom", "timezone": "Europe/London"}]
    dataset = make_dataset(request("a", 24 * 60) + request("b", 30), brands=brands)
    clock = replace(DEFINITIONS["direct-opening"], name="open", clock="business hours")
    # Asked on a Friday at noon, answered on Saturday at noon: six hours of opening until 18:00.
    curve = wait_curve(dataset, definition=clock)
    assert curve["minutes"].tolist() == [30, 360]
    assert curve.facts.left_out["requests to brands without opening hours"] == 0
    assert curve.facts.notes == ("Waits in business hours of the brand.",)


def test_answered_conversations_have_no_curve(make_dataset):
    dataset = make_dataset(ROWS, selection=ANSWERED_ONLY)
    for measure in (wait_curve, waits_within, wait_quantiles):
        with pytest.raises(SelectionError, match="answer-rate is refused"):
            measure(dataset)
    assert len(wait_curve(dataset, allow_selected=True)) == 6


def test_the_independent_unit_is_the_brand_where_others_like_these_are_spoken_of(make_dataset):
    rows = [r for i in range(4) for r in request(f"q{i}", 10 + i, brand=f"b{i % 2}")]
    found = waits_within(make_dataset(rows), within=[11.5], target="like-these")
    assert "clustered by brand" in found["method"][0]
    assert found.facts.target == "brands like these"
    assert waits_within(make_dataset(rows), within=[11.5]).facts.target == "these brands"
