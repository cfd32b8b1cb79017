"""Waits that are known within limits: taken at an end, left out and counted, or refused."""

import ibis
import pandas as pd
import pytest

from carekit.errors import CannotAnswer
from carekit.requests.coarse import only_exact

ROWS = pd.DataFrame(
    {
        "answered": [True] * 100 + [True, False],
        "first_response_seconds": [60.0] * 100 + [None, None],
        "wait_at_least_seconds": [None] * 100 + [10.0, None],
        "wait_at_most_seconds": [None] * 100 + [90.0, None],
    }
)


def waits(rows: pd.DataFrame, treated: str) -> tuple[list[float], int]:
    table, n = only_exact(ibis.memtable(rows), treated)
    return table.execute()["first_response_seconds"].dropna().tolist(), n


def test_one_in_a_hundred_is_left_out_and_counted():
    found, n = waits(ROWS, "refused")
    assert (found, n) == ([60.0] * 100, 1)
    assert len(only_exact(ibis.memtable(ROWS), "left out")[0].execute()) == 101  # who waits stays


@pytest.mark.parametrize(("end", "seconds"), [("at_least", 10.0), ("at_most", 90.0)])
def test_an_end_stands_for_the_wait(end, seconds):
    found, n = waits(ROWS, end)
    assert (found, n) == ([60.0] * 100 + [seconds], 1)


def test_more_are_refused_with_their_number():
    with pytest.raises(CannotAnswer, match="The waits of 1 of 51 answered requests are known"):
        waits(ROWS.tail(52), "refused")
    assert waits(ROWS.tail(52), "left out") == ([60.0] * 50, 1)
