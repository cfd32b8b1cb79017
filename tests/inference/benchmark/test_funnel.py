"""carekit.inference.benchmark.funnel: control limits at a target."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.inference.benchmark.funnel import funnel, funnel_limits, measure_overdispersion


def frame():
    return pd.DataFrame(
        {
            "brand": list("abcdef"),
            "n": [20, 20, 40, 10, 30, 40],
            "n_answered": [4, 16, 22, 9, 12, 30],
        }
    )


def message(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_exact_limits_leave_the_binomial_tails_outside():
    from scipy.stats import binom

    for n in (17, 60, 300):
        row = funnel_limits([n], target=0.3).iloc[0]
        for low, high, tail in (
            ("inner_low", "inner_high", 0.025),
            ("outer_low", "outer_high", 0.001),
        ):
            # The limit lies between the last count outside and the first inside.
            assert binom.cdf(np.floor(row[low] * n) - 1, n, 0.3) <= tail
            assert binom.sf(np.ceil(row[high] * n), n, 0.3) <= tail
            assert binom.cdf(np.ceil(row[low] * n), n, 0.3) > tail


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 2000), target=st.floats(0.02, 0.98))
def test_limits_hold_the_target_nest_and_mirror(n, target):
    row = funnel_limits([n], target=target).iloc[0]
    # Two per cent of one request: the upper limit is the target itself, never below it.
    edges = row[["outer_low", "inner_low", "target", "inner_high", "outer_high"]].to_numpy(float)
    assert (np.diff(edges) >= -1e-9).all()
    other = funnel_limits([n], target=1 - target).iloc[0]
    # Exact limits count from below, so the mirror image may differ by one request.
    assert other["inner_low"] == pytest.approx(1 - row["inner_high"], abs=1 / n + 1e-9)


def test_exact_limits_approach_the_normal_ones():
    exact = funnel_limits([100_000], target=0.4)
    normal = funnel_limits([100_000], target=0.4, exact=False)
    np.testing.assert_allclose(exact, normal, atol=1e-4)


def test_overdispersion_widens_about_the_target():
    plain = funnel_limits([500], target=0.4).iloc[0]
    s2 = 0.24 / 500
    added = funnel_limits([500], target=0.4, tau2=3 * s2).iloc[0]
    times = funnel_limits([500], target=0.4, phi=4.0).iloc[0]
    for edge in ("inner_low", "inner_high", "outer_high"):
        assert added[edge] - 0.4 == pytest.approx(2 * (plain[edge] - 0.4))
        assert times[edge] == pytest.approx(added[edge])
    assert funnel_limits([500], target=0.4, phi=0.5).iloc[0].equals(plain)


def test_phi_and_tau2_counted_by_hand():
    # Rates 0.4 and 0.6 of 100 about 0.5: z = -2 and 2, phi = 4; w = 400 each.
    table = pd.DataFrame({"brand": ["a", "b"], "n": [100, 100], "n_answered": [40, 60]})
    spread = measure_overdispersion(table, winsorise=0)
    assert (spread.target, spread.groups) == (0.5, 2)
    assert spread.phi == pytest.approx(4)
    assert spread.tau2 == pytest.approx((2 * 4 - 1) / (800 - 400))


def test_winsorising_is_made_good_so_that_chance_gives_one():
    rng = np.random.default_rng(8)
    units = np.full(4000, 400)
    table = pd.DataFrame({"brand": range(4000), "n": units, "n_answered": rng.binomial(units, 0.4)})
    assert measure_overdispersion(table, target=0.4).phi == pytest.approx(1, abs=0.06)
    published = measure_overdispersion(table, target=0.4, consistent=False)
    assert published.phi == pytest.approx(0.68, abs=0.04)
    assert published.tau2 == 0
    assert str(published) == (
        "Rates vary 0.70 times as much about 0.400 as chance alone (4000 groups; between-group "
        "standard deviation 0.000)."
    )


def test_each_brand_is_judged_at_its_own_number_of_requests():
    out = funnel(frame(), overdispersion="none")
    limits = funnel_limits(frame()["n"], target=out["target"][0])
    for column in ("inner_low", "inner_high", "outer_low", "outer_high"):
        np.testing.assert_allclose(out[column], limits[column])
    assert out["outside"].tolist() == ["outer", "inner", "", "inner", "", "inner"]
    assert out["flags"].tolist() == ["small_n", "small_n", "", "small_n", "", ""]
    z = (0.2 - out["target"][0]) / np.sqrt(out["target"][0] * (1 - out["target"][0]) / 20)
    assert out["z"][0] == pytest.approx(z)


def test_automatic_overdispersion_adds_variance_and_says_how_much():
    out = funnel(frame())
    spread = measure_overdispersion(frame())
    assert out["method"][0] == f"exact binomial limits, tau2 = {spread.tau2:.3g} added"
    assert (out["outside"] == "").all()
    assert funnel(frame(), overdispersion="multiplicative")["method"][0] == (
        f"exact binomial limits x {np.sqrt(spread.phi):.3g}"
    )
    alike = frame().assign(n=20, n_answered=[9, 10, 11, 10, 9, 11])
    assert funnel(alike)["method"][0] == "exact binomial limits"


def test_a_brand_without_requests_has_no_limits_and_the_table_stays_unchanged():
    table = pd.concat([frame(), pd.DataFrame({"brand": ["z"], "n": [0], "n_answered": [0]})])
    before = table.copy()
    out = funnel(table).iloc[-1]
    pd.testing.assert_frame_equal(table, before)
    assert np.isnan([out["estimate"], out["z"], out["inner_low"], out["outer_high"]]).all()
    assert (out["outside"], out["flags"]) == ("", "n0")


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    assert message(lambda: funnel_limits([10], target=1)) == (
        "`target` is 1; it must lie between 0 and 1, both excluded. Write 0.74 for 74 %."
    )
    assert message(lambda: funnel_limits([10, 0], target=0.5)) == (
        "`n` is [10, 0]; whole numbers from 1 on were expected, at least one. Leave out groups "
        "without requests."
    )
    assert message(lambda: funnel_limits([10], target=0.5, inner=0.99, outer=0.95)) == (
        "`inner` is 0.99 and `outer` 0.95; the inner share must be smaller. Exchange them."
    )
    assert message(lambda: funnel_limits([10], target=0.5, tau2=-1)) == (
        "`phi` is 1.0 and `tau2` -1; numbers from 0 on were expected. Take them from "
        "measure_overdispersion."
    )
    assert message(lambda: funnel(frame(), overdispersion="both")) == (
        "`overdispersion` is 'both'; expected one of: auto, additive, multiplicative, none. Choose "
        "one of these."
    )
    assert message(lambda: funnel(frame().assign(n_answered=0))) == (
        "`table` has 0 yes of 160; a pooled rate of 0 or 1 leaves no room for chance. Give the "
        "rate to compare with as `target`."
    )
    assert message(lambda: funnel(frame().iloc[:1])) == (
        "`table` has 1 group with n > 0; at least two are needed to see how rates vary. Use "
        "carekit.inference.rates.proportions.estimate_rate."
    )
    assert message(lambda: funnel(frame(), winsorise=0.5)) == (
        "`winsorise` is 0.5; a share from 0 to 0.4 was expected. Write 0.1 to pull in a tenth on "
        "each side."
    )
