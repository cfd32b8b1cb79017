"""Distance between two mixes of categories."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from carekit.errors import InputError
from carekit.inference.rates.mixes import compare_mixes


def counts(**groups):
    rows = [(g, c, n) for g, by in groups.items() for c, n in by.items()]
    return pd.DataFrame(rows, columns=["channel", "about", "n"])


def compared(table, **options):
    return compare_mixes(table, category="about", by="channel", reference="phone", **options)


def test_distance_is_the_share_that_would_have_to_change_category():
    table = counts(phone={"a": 50, "b": 50}, x={"a": 8, "b": 1, "c": 1})
    # Shares .5 .5 0 against .8 .1 .1: half of .3 + .4 + .1.
    assert compared(table, draws=200)["estimate"].tolist() == pytest.approx([0.4])


def test_equal_mixes_are_at_zero_and_disjoint_ones_at_one():
    table = counts(phone={"a": 30, "b": 10}, x={"a": 3, "b": 1}, z={"c": 20})
    made = compared(table, draws=201).set_index("group")
    assert made["estimate"].to_dict() == {"x": 0.0, "z": 1.0}
    assert made.loc["x", "p_value"] == 1.0
    assert made.loc["z", "p_value"] == pytest.approx(1 / 202)


def test_p_value_is_that_of_the_hypergeometric_distribution():
    table = counts(phone={"a": 60, "b": 40}, x={"a": 25, "b": 30})
    k = np.arange(56)  # how many of the 55 are "a", of 85 "a" among 155
    far = np.abs(k / 55 - (85 - k) / 100) >= abs(25 / 55 - 60 / 100) - 1e-12
    want = hypergeom(155, 85, 55).pmf(k)[far].sum()
    assert compared(table, draws=20_000)["p_value"][0] == pytest.approx(want, abs=0.01)


def test_row_order_does_not_matter_and_the_input_stays():
    table = counts(phone={"a": 6, "b": 4}, x={"a": 2, "b": 3})
    before = table.copy()
    shuffled = compared(table.iloc[::-1], draws=200)
    pd.testing.assert_frame_equal(compared(table, draws=200), shuffled)
    pd.testing.assert_frame_equal(table, before)


def test_a_group_without_units_and_an_unknown_reference_are_refused():
    with pytest.raises(InputError) as caught:
        compared(counts(phone={"a": 1}, x={"a": 0}))
    assert str(caught.value) == (
        "`table` has no units for 'x'; some were expected in each group. Leave the group out and "
        "say so."
    )
    with pytest.raises(InputError, match="`reference` is 'phone'; the groups of 'channel' are: x"):
        compared(counts(x={"a": 1}))
