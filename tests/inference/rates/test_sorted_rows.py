"""Rows that stand apart already are taken as they are; any other order says the same."""

import numpy as np
import pandas as pd
import pytest

from carekit.inference.rates import counts
from carekit.inference.rates.proportions import estimate_rate


def test_sorted_rows_and_rows_in_any_order_say_the_same(monkeypatch):
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"brand": np.repeat([0, 1, 5], 40), "unit": np.tile(np.arange(40), 3)})
    table["n"] = rng.integers(1, 5, len(table))
    table["n_answered"] = rng.integers(0, table["n"] + 1)
    mixed = table.sample(frac=1, random_state=1)
    assert counts._apart(table, ["brand", "unit"])
    assert not counts._apart(mixed, ["brand", "unit"])
    one, other = (estimate_rate(t, by="brand", cluster="unit") for t in (table, mixed))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


@pytest.mark.parametrize("rows", [[(0, 1), (0, 1)], [(0, 2), (0, 1)], [(1, 0), (0, 0)]])
def test_rows_alike_or_out_of_order_are_added_up(rows):
    table = pd.DataFrame(rows, columns=["brand", "unit"]).assign(n=2, n_answered=1)
    assert not counts._apart(table, ["brand", "unit"])
    assert estimate_rate(table, by="brand", cluster="unit")["n"].sum() == 4
