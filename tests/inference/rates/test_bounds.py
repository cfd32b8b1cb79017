"""carekit.inference.rates.bounds: what incomplete threads leave possible."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.inference.rates.bounds import imbens_manski_value, rate_bounds
from carekit.inference.rates.intervals import wilson
from carekit.inference.rates.proportions import estimate_rate


def table(*rows):
    return pd.DataFrame(list(rows), columns=["brand", "n", "n_answered", "n_unknown"])


def test_every_frozen_bound_and_limit_is_reproduced(golden):
    reference = golden("bounds")
    outer = {"outer_wilson_low": "ci_low", "outer_wilson_high": "ci_high"}
    narrow = {
        "imbens_manski_low": "ci_low",
        "imbens_manski_high": "ci_high",
        "imbens_manski_c": "critical_value",
    }
    both = {"lower_bound": "lower_bound", "upper_bound": "upper_bound"}
    for row in reference.rows:
        asked, answered, unknown = (int(p.split("=")[1]) for p in row["case"].split())
        columns = {**outer, **both} if row["quantity"] in {**outer, **both} else narrow
        name = "outer" if columns is not narrow else "imbens-manski"
        out = rate_bounds(table(("b", asked, answered, unknown)), interval=name)
        reference.check(row["case"], row["quantity"], out[columns[row["quantity"]]][0])
    assert len(reference.rows) == 28


def test_limits_of_clustered_bounds_are_those_of_the_clustered_rates():
    rows = table(("p", 50, 20, 5), ("q", 80, 60, 0), ("r", 30, 3, 9))
    out = rate_bounds(rows, cluster="brand").iloc[0]
    low = estimate_rate(rows, cluster="brand").iloc[0]
    filled = rows.assign(n_answered=rows["n_answered"] + rows["n_unknown"])
    high = estimate_rate(filled, cluster="brand").iloc[0]
    assert (out["ci_low"], out["ci_high"]) == (low["ci_low"], high["ci_high"])
    assert out["method"] == "outer: korn-graubard, clustered by brand"
    assert out["flags"] == "few_clusters, incomplete"
    narrow = rate_bounds(rows, cluster="brand", interval="imbens-manski").iloc[0]
    expected = low["estimate"] - narrow["critical_value"] * low["std_error"]
    assert narrow["ci_low"] == pytest.approx(max(expected, 0))


def test_point_estimate_is_withheld_beyond_two_per_cent_unknown():
    out = rate_bounds(table(("a", 100, 30, 2), ("b", 100, 30, 3), ("c", 0, 0, 0)), by="brand")
    assert out["estimate"].fillna(-1).tolist() == pytest.approx([30 / 98, -1, -1])
    assert out["flags"].tolist() == ["incomplete", "incomplete", "n0"]
    assert np.isnan(out["lower_bound"][2])
    wider = rate_bounds(table(("b", 100, 30, 3)), max_unknown=0.05)
    assert wider["estimate"][0] == pytest.approx(30 / 97)


def test_imbens_manski_falls_back_to_the_outer_interval_without_standard_errors():
    out = rate_bounds(table(("a", 20, 0, 0)), interval="imbens-manski").iloc[0]
    assert np.isnan(out["critical_value"])
    assert out["method"] == "outer: wilson"
    assert out["ci_high"] == wilson(0, 20)[1].item()


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), st.data())
def test_the_outer_interval_holds_every_possible_rate(pair, data):
    n, yes = pair
    unknown = data.draw(st.integers(0, n - yes))
    out = rate_bounds(table(("a", n, yes, unknown)))
    assert out["lower_bound"][0] == yes / n
    assert out["upper_bound"][0] == (yes + unknown) / n
    assert out["ci_low"][0] <= out["lower_bound"][0] <= out["upper_bound"][0] <= out["ci_high"][0]
    assert 1.6448 < imbens_manski_value(unknown / n, 0.05, 0.03) < 1.9600


def test_input_is_unchanged():
    rows = table(("a", 20, 3, 5), ("b", 9, 4, 0))
    before = rows.copy(deep=True)
    rate_bounds(rows, by="brand")
    pd.testing.assert_frame_equal(rows, before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"interval": "wald"},
            "`interval` is 'wald'; one of 'outer', 'imbens-manski' was expected. "
            "Use 'outer' to cover the whole range of possible rates.",
        ),
        (
            {"max_unknown": 2},
            "`max_unknown` is 2; a share from 0 to 1 was expected. Write 0.02 for 2 %.",
        ),
        (
            {"n_unknown": "n"},
            "`table` has 'n_answered' + 'n' above 'n' in 1 row (first: 0); a part cannot exceed "
            "its whole. Check which column is the total.",
        ),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(InputError) as error:
        rate_bounds(table(("a", 20, 3, 5)), **options)
    assert str(error.value) == message
