"""carekit.inference.resampling: bootstrap and jackknife over clusters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.resampling import bootstrap_rate, jackknife_rate

GOLDEN = Path(__file__).parents[1] / "golden"


def brands():
    return pd.read_csv(GOLDEN / "in_brands.csv").rename(
        columns={"asked": "n", "answered": "n_answered"}
    )


def test_bootstrap_agrees_with_two_independent_simulations(golden):
    out = bootstrap_rate(brands(), cluster="brand", draws=60_000, seed=3).iloc[0]
    reference, case = golden("pooled_rate"), "in_messages cluster=brand"
    for quantity, column in {
        "bootstrap_percentile_low": "ci_low",
        "bootstrap_percentile_high": "ci_high",
        "bootstrap_se": "std_error",
    }.items():
        assert out[column] == pytest.approx(reference.value(case, quantity), abs=0.003)
    assert (out["draws"], out["seed"], out["clusters"]) == (60_000, 3, 20)


def test_jackknife_equals_the_frozen_standard_error(golden):
    out = jackknife_rate(brands(), cluster="brand").iloc[0]
    golden("pooled_rate").check("in_messages cluster=brand", "se_jackknife", out["std_error"])
    assert out["rate_low"] < out["estimate"] < out["rate_high"]


def test_jackknife_of_three_brands_counted_by_hand():
    rows = pd.DataFrame({"brand": list("abc"), "n": [10, 10, 80], "n_answered": [2, 4, 64]})
    out = jackknife_rate(rows, cluster="brand").iloc[0]
    without = np.array([68 / 90, 66 / 90, 6 / 20])
    assert (out["rate_low"], out["rate_high"]) == pytest.approx((0.3, 68 / 90))
    assert out["std_error"] == pytest.approx(
        np.sqrt(2 / 3 * ((without - without.mean()) ** 2).sum())
    )


def test_same_seed_same_limits_and_a_group_alone_is_the_same():
    once = bootstrap_rate(brands(), cluster="brand", by="platform", draws=300)
    again = bootstrap_rate(brands(), cluster="brand", by="platform", draws=300)
    pd.testing.assert_frame_equal(once, again)
    alone = brands().query("platform == 'tw'")
    out = bootstrap_rate(alone, cluster="brand", by="platform", draws=300)
    pd.testing.assert_frame_equal(once.tail(1).reset_index(drop=True), out)
    other = bootstrap_rate(brands(), cluster="brand", by="platform", draws=300, seed=2)
    assert (once["ci_low"] != other["ci_low"]).all()


def test_drawing_inside_strata_removes_the_variation_between_them():
    rows = pd.DataFrame(
        {
            "brand": list("abcdefgh"),
            "country": ["FR"] * 4 + ["US"] * 4,
            "n": [100] * 8,
            "n_answered": [10, 11, 9, 10, 80, 79, 81, 80],
        }
    )
    plain = bootstrap_rate(rows, cluster="brand", draws=500)["std_error"][0]
    inside = bootstrap_rate(rows, cluster="brand", stratum="country", draws=500)["std_error"][0]
    assert inside < 0.005 < 0.1 < plain


def test_fewer_than_two_brands_or_no_variation_have_no_limits():
    rows = pd.DataFrame(
        {
            "group": list("abbccd"),
            "brand": list("pqrstu"),
            "n": [9, 8, 4, 5, 0, 0],
            "n_answered": [3, 4, 2, 1, 0, 0],
        }
    )
    out = bootstrap_rate(rows, cluster="brand", by="group", draws=200)
    assert out["flags"].tolist() == [
        "one_cluster few_clusters",
        "zero_var few_clusters",
        "one_cluster few_clusters",
        "n0",
    ]
    assert out[["ci_low", "ci_high"]].isna().all(axis=None)
    jack = jackknife_rate(rows, cluster="brand", by="group")
    assert jack["std_error"].isna().tolist() == [True, False, True, True]
    assert jack["method"].tolist()[0] == "none: brand < 2"


def test_an_empty_table_gives_one_empty_total():
    out = bootstrap_rate(brands().iloc[:0], cluster="brand", draws=100)
    assert out["flags"].tolist() == ["n0"]
    assert jackknife_rate(brands().iloc[:0], cluster="brand")["n"].tolist() == [0]


def test_input_is_unchanged():
    rows = brands()
    before = rows.copy(deep=True)
    bootstrap_rate(rows, cluster="brand", stratum="platform", draws=100)
    jackknife_rate(rows, cluster="brand")
    pd.testing.assert_frame_equal(rows, before)


def test_too_few_draws_are_refused():
    with pytest.raises(InputError) as error:
        bootstrap_rate(brands(), cluster="brand", draws=10)
    assert str(error.value) == (
        "`draws` is 10; at least 100 were expected, 2000 for a figure that is printed. "
        "Ask for more draws."
    )
