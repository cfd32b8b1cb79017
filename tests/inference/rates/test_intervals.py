"""carekit.inference.rates.intervals: frozen values, ends, laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.inference.rates.intervals import (
    clopper_pearson,
    critical_value,
    korn_graubard,
    logit_interval,
    newcombe,
    wald_interval,
    wilson,
    wilson_effective,
)

counts = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def parse(case):
    return {key: float(value) for key, value in (part.split("=") for part in case.split())}


def test_every_frozen_wilson_and_clopper_pearson_limit_is_reproduced(golden):
    reference = golden("wilson")
    limits = {"wilson": wilson, "clopper_pearson": clopper_pearson}
    for row in reference.rows:
        given_ = parse(row["case"])
        name, side = row["quantity"].rsplit("_", 1)
        low, high = limits[name](given_["x"], given_["n"], conf_level=given_["level"])
        got = low if side == "low" else high
        reference.check(row["case"], row["quantity"], got.item())
    assert len(reference.rows) == 42


def test_wilson_agrees_with_statsmodels_on_counts_that_are_not_whole():
    from statsmodels.stats.proportion import proportion_confint

    yes, n = np.array([3.7, 12.2, 0.4]), np.array([20.5, 31.0, 5.5])
    low, high = wilson(yes, n, conf_level=0.9)
    expected = np.transpose(proportion_confint(yes, n, alpha=0.1, method="wilson"))
    assert np.allclose(np.transpose([low, high]), expected, rtol=1e-12)


@given(counts)
def test_limits_hold_the_share_and_mirror_when_yes_and_no_change_places(pair):
    yes, n = pair
    for interval in (wilson, clopper_pearson):
        low, high = interval(yes, n)
        if n == 0:
            assert np.isnan(low)
            assert np.isnan(high)
            continue
        assert 0 <= low <= yes / n <= high <= 1
        other_low, other_high = interval(n - yes, n)
        assert low == pytest.approx(1 - other_high, abs=1e-12)
        assert high == pytest.approx(1 - other_low, abs=1e-12)
        assert (low == 0) == (yes == 0)
        assert (high == 1) == (yes == n)


@given(counts.filter(lambda pair: pair[1] > 0))
def test_clopper_pearson_is_wider_at_a_higher_level(pair):
    low95, high95 = clopper_pearson(*pair)
    low99, high99 = clopper_pearson(*pair, conf_level=0.99)
    assert low99 <= low95 <= high95 <= high99


@given(st.floats(0.01, 0.99), st.integers(3, 5000))
def test_korn_graubard_without_design_is_clopper_pearson(share, n):
    se = np.sqrt(share * (1 - share) / n)
    got = korn_graubard(share, se, n=n, df=n - 1)
    assert np.allclose(got, clopper_pearson(share * n, n), rtol=1e-7, atol=1e-12)


def test_intervals_broadcast_like_numpy():
    low, high = korn_graubard([[0.2], [0.5]], 0.05, n=200, df=[5, 10, 20])
    assert low.shape == high.shape == (2, 3)
    assert (np.diff(high - low, axis=1) < 0).all()  # more clusters, narrower


def test_what_cannot_be_estimated_is_nan_and_not_an_error():
    nan = [
        wilson(0, 0),
        clopper_pearson(0, 0),
        wilson_effective(0.4, 0),
        wilson_effective(0.4, np.inf),
        korn_graubard(0.4, 0.0, n=20, df=5),
        korn_graubard(0.0, 0.0, n=20, df=5),
        korn_graubard(0.4, 0.1, n=20, df=0),
        logit_interval(0.0, 0.1),
        logit_interval(1.0, 0.0),
        logit_interval(0.4, np.nan),
        wald_interval(0.4, 0.1, df=0),
    ]
    assert np.isnan(np.array(nan)).all()


def test_wilson_effective_on_whole_n_is_wilson():
    assert np.allclose(wilson_effective(0.3, 50), wilson(15, 50), rtol=1e-14)


def test_critical_value_is_normal_then_student():
    assert critical_value(0.95).item() == pytest.approx(1.959963984540054)
    assert critical_value(0.95, [1, 9, 0.5])[:2] == pytest.approx([12.706204736, 2.262157163])
    assert np.isnan(critical_value(0.95, 0.5))


def test_more_yes_than_units_is_refused():
    with pytest.raises(InputError) as error:
        wilson([3, 8], [5, 7])
    assert str(error.value) == (
        "`n_yes` and `n` do not fit in 1 place(s), first 8 of 7; 0 <= n_yes <= n was expected. "
        "Check which of the two is the total."
    )


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, float("nan")])
def test_conf_level_outside_zero_and_one_is_refused(level):
    with pytest.raises(InputError) as error:
        wilson(1, 2, conf_level=level)
    assert str(error.value) == (
        f"`conf_level` is {level!r}; it must lie between 0 and 1, both excluded. "
        "Write 0.95 for a 95 % interval."
    )


def test_every_frozen_newcombe_limit_is_reproduced(golden):
    reference = golden("newcombe")
    for row in reference.rows:
        given_ = parse(row["case"])
        x1, n1, x2, n2 = (given_[key] for key in ("x1", "n1", "x2", "n2"))
        low, high = newcombe(x1, n1, x2, n2)
        got = {"low": low, "high": high, "difference": x1 / n1 - x2 / n2}[row["quantity"]]
        reference.check(row["case"], row["quantity"], float(got))
    assert len(reference.rows) == 15


@given(counts.filter(lambda pair: pair[1] > 0), counts.filter(lambda pair: pair[1] > 0))
def test_newcombe_changes_sign_with_the_order_and_stays_within_one(first, second):
    low, high = newcombe(*first, *second)
    other_low, other_high = newcombe(*second, *first)
    assert low == pytest.approx(-other_high, abs=1e-12)
    assert high == pytest.approx(-other_low, abs=1e-12)
    assert -1 - 1e-12 <= low <= first[0] / first[1] - second[0] / second[1] <= high <= 1 + 1e-12


def test_newcombe_of_an_empty_group_is_nan():
    assert np.isnan(newcombe(0, 0, 3, 10)).all()
