"""Waits of a dataset: censored, backwards and given an answer."""

from __future__ import annotations

import numpy as np
import pytest

from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.measures.waits import CENSORED, first_response


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


def test_counted_by_hand(make_dataset):
    row = first_response(make_dataset(ROWS), by="brand").iloc[0]
    assert (row.n, row.n_answered, row.n_censored, row.n_negative) == (7, 5, 2, 1)
    # Six at risk: 5/6 after 10, 4/6 after 20; one lost at 25; 4/6 * 2/3 = 0.44 after 30.
    assert row.median_minutes == 30
    assert row.within_60_minutes == pytest.approx(1 - 4 / 6 * 1 / 3)
    assert row.answered_median_minutes == 25
    assert row.answered_p90_minutes == pytest.approx(37)
    assert row.answered_mean_minutes == 25
    assert row.within_1440_minutes != row.within_1440_minutes  # beyond the follow-up


def test_the_backwards_answer_is_counted_and_never_averaged(make_dataset):
    with_it = first_response(make_dataset(ROWS), by="brand").iloc[0]
    without = first_response(make_dataset(ROWS[:-2]), by="brand").iloc[0]
    assert with_it.n_answered == without.n_answered + 1
    times = [*CENSORED, "answered_median_minutes", "answered_mean_minutes"]
    assert np.array_equal(
        with_it[times].astype(float), without[times].astype(float), equal_nan=True
    )


def test_on_answered_conversations_only_the_answered_columns_are_filled(make_dataset):
    dataset = make_dataset(ROWS, selection=ANSWERED_ONLY)
    row = first_response(dataset).iloc[0]
    assert row[CENSORED].isna().all()
    assert row.answered_median_minutes == 25
    assert row.method == (
        "answered requests only: the dataset holds no unanswered conversation (selection "
        "answered_only), so waits over all requests cannot be estimated"
    )
    allowed = first_response(dataset, allow_selected=True).iloc[0]
    assert allowed.median_minutes == 30


def test_a_group_with_only_backwards_answers_keeps_its_counts(make_dataset):
    waits = first_response(make_dataset(ROWS + request("z", -1, brand="brix")), by="brand")
    row = waits.set_index("brand").loc["brix"]
    assert (row.n, row.n_answered, row.n_negative) == (1, 1, 1)
    assert np.isnan(row.median_minutes)
    assert row.method == "no request with a usable time"


def test_nobody_answered_is_not_reached_rather_than_missing(make_dataset):
    rows = request("a", None) + request("b", None, followed=2000)
    row = first_response(make_dataset(rows)).iloc[0]
    assert (row.n, row.n_censored) == (2, 2)
    assert row.within_60_minutes == 0
    assert "not_reached" in row["flags"]


def test_no_request_at_all_is_a_row_of_zeros(make_dataset):
    row = first_response(make_dataset(ROWS), where="brand = 'zero'").iloc[0]
    assert (row.n, row.n_answered) == (0, 0)
    assert np.isnan(row.answered_median_minutes)
