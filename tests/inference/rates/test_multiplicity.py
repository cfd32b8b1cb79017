"""carekit.inference.rates.multiplicity: p-values of a family of tests."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError, SchemaError
from carekit.inference.rates.multiplicity import adjust_p_values

chances = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def frame(*values):
    return pd.DataFrame({"p_value": list(values)})


def test_holm_by_hand():
    # 3 x 0.01, then 2 x 0.03, then the larger of 1 x 0.04 and the step before.
    out = adjust_p_values(frame(0.04, 0.01, 0.03))
    assert out["p_adjusted"].tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert out["adjustment"].tolist() == ["holm"] * 3


def test_a_missing_p_value_is_a_test_that_was_not_made():
    out = adjust_p_values(frame(0.01, np.nan, 0.03))
    assert out["p_adjusted"].fillna(-1).tolist() == pytest.approx([0.02, -1, 0.03])
    assert out["family_size"].tolist() == [2, 2, 2]
    nothing = adjust_p_values(frame(np.nan, np.nan))
    assert nothing["p_adjusted"].isna().all()
    assert nothing["family_size"].tolist() == [0, 0]
    assert adjust_p_values(frame()).empty


def test_families_are_adjusted_apart():
    tests = frame(0.01, 0.04, 0.03).assign(table=["a", "a", "b"])
    out = adjust_p_values(tests, by="table")
    assert out["p_adjusted"].tolist() == pytest.approx([0.02, 0.04, 0.03])
    assert out["family_size"].tolist() == [2, 2, 1]


@settings(max_examples=30, deadline=None)
@given(chances)
def test_bounds_and_order_of_the_adjustments(values):
    out = {
        name: adjust_p_values(frame(*values), adjustment=name)["p_adjusted"].to_numpy()
        for name in ("none", "bh", "holm", "bonferroni")
    }
    assert (out["none"] == values).all()
    for less, more in (("none", "bh"), ("bh", "holm"), ("holm", "bonferroni")):
        assert (out[less] <= out[more] + 1e-12).all()
    assert (out["bonferroni"] <= 1).all()


@settings(max_examples=4, deadline=None)  # statsmodels collects garbage at every call
@given(chances)
def test_adjusted_values_equal_those_of_statsmodels(values):
    from statsmodels.stats.multitest import multipletests

    for ours, theirs in (("holm", "holm"), ("bh", "fdr_bh"), ("bonferroni", "bonferroni")):
        out = adjust_p_values(frame(*values), adjustment=ours)["p_adjusted"]
        np.testing.assert_allclose(out, multipletests(values, method=theirs)[1], atol=1e-12)


def test_the_table_stays_unchanged_and_old_columns_are_replaced():
    tests = frame(0.01, 0.04)
    before = tests.copy()
    once = adjust_p_values(tests)
    pd.testing.assert_frame_equal(tests, before)
    pd.testing.assert_frame_equal(adjust_p_values(once), once)


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    def message(call, error=InputError):
        with pytest.raises(error) as caught:
            call()
        return str(caught.value)

    for bad in (-0.1, 1.2, "low"):
        tests = pd.DataFrame({"p_value": [0.5, bad]}, dtype=object)
        assert message(lambda tests=tests: adjust_p_values(tests)) == (
            "`table` column 'p_value' is not a probability in 1 row (first: 1); values from 0 to 1 "
            "were expected, or none for a test that was not made. Check that column."
        )
    assert message(lambda: adjust_p_values(frame(0.1), adjustment="sidak")) == (
        "`adjustment` is 'sidak'; expected one of: holm, bh, bonferroni, none. Choose one of these."
    )
    assert message(lambda: adjust_p_values(frame(0.1), p_value="p"), SchemaError) == (
        "`table` has no column 'p'; found: p_value. Name a column that exists, or add it to the "
        "table."
    )
