"""Mean of the fastest answers: how many are kept, and which."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.inference.waits.fastest_waits import fastest_mean

TABLE = pd.DataFrame(
    {"brand": list("aaab"), "seconds": [60, 600, 1200, 30], "events": [3, 2, 1, 1]}
)


def test_nine_tenths_are_rounded_down_to_whole_answers():
    out = fastest_mean(TABLE, by="brand")
    assert out.n_fastest.tolist() == [5, 0]
    assert out.fastest_mean_minutes[0] == (3 * 1 + 2 * 10) / 5
    assert out.fastest_mean_minutes.isna()[1]


def test_a_wait_that_lies_on_the_limit_counts_in_part():
    out = fastest_mean(TABLE, by="brand", share=0.7)
    assert (out.n_fastest[0], out.fastest_mean_minutes[0]) == (4, 13 / 4)


def test_the_table_is_not_changed_and_the_order_of_rows_is_nothing():
    before = TABLE.copy()
    assert fastest_mean(TABLE[::-1], by="brand").equals(fastest_mean(TABLE, by="brand"))
    assert TABLE.equals(before)


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=40), st.sampled_from([0.5, 0.9, 1.0]))
def test_it_is_the_mean_of_the_sorted_waits(waits, share):
    table = pd.DataFrame({"seconds": waits, "events": 1})
    kept = np.sort(waits)[: int(np.floor(len(waits) * share + 1e-9))]
    got = fastest_mean(table, share=share).fastest_mean_minutes[0]
    assert got == pytest.approx(kept.mean() / 60 if len(kept) else np.nan, nan_ok=True)


def test_a_share_of_nothing_is_refused():
    with pytest.raises(InputError) as error:
        fastest_mean(TABLE, share=0)
    assert str(error.value) == (
        "`share` is 0; a share above 0 and at most 1 was expected. Write 0.9 for 90 %."
    )
