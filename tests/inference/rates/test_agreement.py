"""Agreement of coders: equal to frozen references, undefined where chance agreement is certain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.rates.agreement import compare_coders, kappa_of

CODERS = Path(__file__).parents[2] / "golden" / "in_coders.csv"


def _row(found: pd.DataFrame, measure: str) -> pd.Series:
    return found[found["measure"] == measure].iloc[0]


def test_kappa_equals_the_frozen_values_of_r_and_scikit_learn(golden):
    g = golden("agreement")
    found = compare_coders(pd.read_csv(CODERS), coders=["coder1", "coder2"])
    case = "in_coders coder1 v coder2"
    g.check(case, "n", _row(found, "kappa")["n"])
    g.check(case, "percent_agreement", _row(found, "percent_agreement")["estimate"])
    g.check(case, "kappa", _row(found, "kappa")["estimate"])
    g.check(case, "kappa_se", _row(found, "kappa")["std_error"])


def test_alpha_equals_the_frozen_value_with_gaps(golden):
    g = golden("agreement")
    found = compare_coders(pd.read_csv(CODERS), coders=["coder1", "coder2", "coder3"])
    g.check("in_coders three coders with gaps", "alpha_nominal", _row(found, "alpha")["estimate"])
    g.check("in_coders three coders with gaps", "pairable_values", _row(found, "alpha")["n_values"])
    assert len(found) == 2 * 3 + 1


def test_agreement_counted_by_hand():
    # 8 of 10 equal; both say x half of the time: chance 0.5, kappa (0.8 - 0.5) / 0.5.
    codes = pd.DataFrame({"a": list("xxxxxyyyyy"), "b": list("xxxxyyyyyx")})
    found = compare_coders(codes, coders=["a", "b"])
    assert _row(found, "percent_agreement")["estimate"] == pytest.approx(0.8)
    assert _row(found, "kappa")["estimate"] == pytest.approx(0.6)
    # alpha: 20 values, 10 of each: 1 - 0.2 * 20 * 19 / (10 * 10 * 2)
    assert _row(found, "alpha")["estimate"] == pytest.approx(1 - 0.2 * 20 * 19 / 200)
    assert kappa_of(codes["a"], codes["b"]) == pytest.approx(0.6)


def test_one_category_leaves_percent_agreement_only():
    codes = pd.DataFrame({"a": ["x"] * 5, "b": ["x"] * 5})
    found = compare_coders(codes, coders=["a", "b"]).set_index("measure")
    assert found.loc["percent_agreement", "estimate"] == 1
    assert np.isnan(found.loc[["kappa", "alpha"], "estimate"]).all()
    assert np.isnan(found.loc["alpha", "ci_low"])
    assert np.isnan(kappa_of(codes["a"], codes["b"]))


def test_interval_of_alpha_holds_its_estimate_and_depends_on_the_seed_alone():
    codes = pd.read_csv(CODERS)
    first = compare_coders(codes, coders=["coder1", "coder2"], seed=3)
    again = compare_coders(codes, coders=["coder1", "coder2"], seed=3)
    other = compare_coders(codes, coders=["coder1", "coder2"], seed=4)
    pd.testing.assert_frame_equal(first, again)
    row = _row(first, "alpha")
    assert row["ci_low"] < row["estimate"] < row["ci_high"]
    assert _row(other, "alpha")["ci_low"] != row["ci_low"]


def test_order_of_posts_and_coders_does_not_matter():
    codes = pd.read_csv(CODERS)
    turned = codes.iloc[::-1].reset_index(drop=True)
    a = compare_coders(codes, coders=["coder1", "coder2"])["estimate"]
    b = compare_coders(turned, coders=["coder2", "coder1"])["estimate"]
    assert a.to_list() == pytest.approx(b.to_list())


def test_input_is_unchanged():
    codes = pd.read_csv(CODERS)
    before = codes.copy(deep=True)
    compare_coders(codes, coders=["coder1", "coder2"], n_draws=10)
    pd.testing.assert_frame_equal(codes, before)


def test_errors_name_what_came_what_was_expected_and_what_to_do():
    codes = pd.DataFrame({"a": ["x", None], "b": [None, "y"]})
    with pytest.raises(InputError) as error:
        compare_coders(codes, coders=["a"])
    assert str(error.value) == (
        "`coders` is ['a']; expected two columns or more of ['a', 'b']. Give one column per coder."
    )
    with pytest.raises(InputError) as error:
        compare_coders(codes, coders=["a", "b"])
    assert str(error.value) == (
        "`codes` holds no post with two codes; expected posts that a and b both coded. "
        "Let both code the same posts."
    )
