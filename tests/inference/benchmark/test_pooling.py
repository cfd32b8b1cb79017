"""carekit.inference.benchmark.pooling: rates of small groups, shrunk."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.special import betainc, betaln

from carekit.errors import InputError
from carekit.inference.benchmark.pooling import draw_rates, shrink_rates
from carekit.inference.rates.beta_binomial import fit_counts


def frame():
    return pd.DataFrame(
        {
            "brand": list("abcdef"),
            "n": [20, 20, 40, 10, 30, 4],
            "n_answered": [4, 16, 22, 9, 12, 3],
        }
    )


def model_of(table):
    return fit_counts(table["n_answered"].to_numpy(float), table["n"].to_numpy(float))


def message(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_shrunk_rate_is_the_weighted_mean_of_own_rate_and_the_mean_of_all():
    out, model = shrink_rates(frame()), model_of(frame())
    weight = out["prior_weight"]
    expected = weight * model.mean + (1 - weight) * out["raw"]
    np.testing.assert_allclose(out["shrunk"], expected)
    np.testing.assert_allclose(out["estimate"], out["shrunk"])
    strength = model.alpha + model.beta
    np.testing.assert_allclose(weight, strength / (strength + out["n"]))
    assert (out["ci_low"] < out["shrunk"]).all()
    assert (out["shrunk"] < out["ci_high"]).all()


def test_plug_in_limits_are_quantiles_of_the_brands_beta():
    from scipy.stats import beta

    out, model = shrink_rates(frame(), interval="plug-in"), model_of(frame())
    own = beta(model.alpha + out["n_answered"], model.beta + out["n"] - out["n_answered"])
    np.testing.assert_allclose(out["ci_low"], own.ppf(0.025))
    np.testing.assert_allclose(out["std_error"], own.std())


def test_integrated_limits_equal_those_of_a_long_simulation():
    """Importance sampling from the uniform square: no grid, no bisection."""
    out = shrink_rates(frame(), interval="integrated")
    rng = np.random.default_rng(1)
    mean, rho = rng.random((2, 200_000, 1))
    m = 1 / rho - 1
    yes, units = frame()["n_answered"].to_numpy(), frame()["n"].to_numpy()
    a, b = mean * m, (1 - mean) * m
    log_weight = (betaln(a + yes, b + units - yes) - betaln(a, b)).sum(axis=1)
    weight = np.exp(log_weight - log_weight.max())
    kept = rng.choice(len(weight), 100_000, p=weight / weight.sum())
    rates = rng.beta(a[kept] + yes, b[kept] + units - yes)
    np.testing.assert_allclose(out["ci_low"], np.quantile(rates, 0.025, axis=0), atol=0.006)
    np.testing.assert_allclose(out["ci_high"], np.quantile(rates, 0.975, axis=0), atol=0.006)
    np.testing.assert_allclose(out["std_error"], rates.std(axis=0), atol=0.002)


def test_intervals_that_know_the_prior_is_uncertain_are_wider_on_average():
    width = {
        name: (lambda o: (o["ci_high"] - o["ci_low"]).mean())(shrink_rates(frame(), interval=name))
        for name in ("plug-in", "integrated")
    }
    assert width["plug-in"] < width["integrated"]


def reference_limit(yes, units, brand, share, points=400):
    """By a fine grid in log rho: another road to the integrated limits."""
    mean, log_rho = (
        side.ravel()
        for side in np.meshgrid(
            np.linspace(0.001, 0.999, points), np.linspace(np.log(1e-7), np.log(0.99999), points)
        )
    )
    m = 1 / np.exp(log_rho) - 1
    a, b = mean * m, (1 - mean) * m
    log_weight = log_rho + sum(
        betaln(a + y, b + n - y) - betaln(a, b) for y, n in zip(yes, units, strict=True)
    )
    weight = np.exp(log_weight - log_weight.max())
    kept = weight > 1e-10
    a, b, weight = a[kept], b[kept], weight[kept] / weight[kept].sum()
    y, n = yes[brand], units[brand]
    return brentq(lambda x: weight @ betainc(a + y, b + n - y, x) - share, 1e-9, 1 - 1e-9)


@pytest.mark.parametrize(
    ("yes", "units"),
    [
        ([355, 831, 500, 700, 40, 610], [813, 2213, 1200, 1800, 100, 1500]),
        ([61, 88, 20, 150, 40], [180, 243, 60, 420, 110]),
    ],
)
def test_limits_of_brands_that_are_alike_equal_those_of_a_fine_grid(yes, units):
    # A grid of 24 x 24, even in rho, was off by up to .014 where rho lies near 0.
    table = pd.DataFrame({"brand": range(len(yes)), "n": units, "n_answered": yes})
    out = shrink_rates(table)
    for brand in (0, 4):
        assert out["ci_low"][brand] == pytest.approx(
            reference_limit(yes, units, brand, 0.025), abs=2e-4
        )
        assert out["ci_high"][brand] == pytest.approx(
            reference_limit(yes, units, brand, 0.975), abs=2e-4
        )


def test_integrated_limits_cover_as_they_say_with_few_brands():
    # bench/coverage_benchmarks.py has the long run; here 8 brands, 15 tables.
    rng = np.random.default_rng(4)
    held = []
    for _ in range(15):
        rates = rng.beta(2, 3, 8)
        units = rng.integers(5, 60, 8)
        table = pd.DataFrame(
            {"brand": range(8), "n": units, "n_answered": rng.binomial(units, rates)}
        )
        out = shrink_rates(table)
        held.append(((out["ci_low"] <= rates) & (rates <= out["ci_high"])).mean())
    assert 0.9 < np.mean(held) < 0.99


def test_the_interval_used_is_said_and_follows_the_number_of_groups():
    few = shrink_rates(frame())
    assert few["method"][0] == "beta-binomial by maximum likelihood, integrated interval"
    assert few["flags"][0] == "few_clusters"
    rng = np.random.default_rng(0)
    units = np.full(100, 30)
    many = pd.DataFrame(
        {"brand": range(100), "n": units, "n_answered": rng.binomial(units, rng.beta(3, 3, 100))}
    )
    out = shrink_rates(many)
    assert out["method"][0] == "beta-binomial by maximum likelihood, plug-in interval"
    assert out["flags"][0] == ""


def test_a_brand_without_requests_gets_the_distribution_of_all_brands():
    table = pd.concat([frame(), pd.DataFrame({"brand": ["z"], "n": [0], "n_answered": [0]})])
    for interval in ("plug-in", "integrated"):
        out = shrink_rates(table, interval=interval).iloc[-1]
        assert np.isnan(out["raw"])
        assert out["prior_weight"] == 1
        assert out["shrunk"] == pytest.approx(model_of(frame()).mean)
        assert out["flags"] == "n0, few_clusters"


def test_requests_that_all_end_alike_still_give_an_upper_limit():
    out = shrink_rates(frame().assign(n_answered=0))
    assert (out["flags"] == "few_clusters, zero_var").all()
    assert out["prior_weight"].isna().all()
    assert (out["ci_high"] > out["estimate"]).all()
    assert (out["ci_high"] < 0.2).all()
    mirrored = shrink_rates(frame().assign(n_answered=frame()["n"]))
    np.testing.assert_allclose(mirrored["ci_low"], 1 - out["ci_high"], atol=1e-6)


def test_exchanging_yes_and_no_mirrors_the_result_and_the_table_stays_unchanged():
    table = frame()
    out = shrink_rates(table)
    pd.testing.assert_frame_equal(table, frame())
    other = shrink_rates(table.assign(n_answered=table["n"] - table["n_answered"]))
    np.testing.assert_allclose(other["shrunk"], 1 - out["shrunk"], rtol=1e-5)
    np.testing.assert_allclose(other["ci_low"], 1 - out["ci_high"], atol=1e-4)


def test_groups_may_be_defined_by_several_columns():
    table = frame().assign(network=["x", "x", "y", "y", "y", "y"])
    out = shrink_rates(table, by=["network", "brand"])
    assert list(out.columns[:4]) == ["network", "brand", "n", "n_answered"]
    np.testing.assert_allclose(out["shrunk"], shrink_rates(frame())["shrunk"])


def test_draws_have_the_limits_of_the_interval_and_repeat_with_their_seed():
    draws = draw_rates(frame(), draws=20_000)
    out = shrink_rates(frame())
    assert list(draws.columns) == list("abcdef")
    assert draws.columns.name == "brand"
    np.testing.assert_allclose(draws.quantile(0.025), out["ci_low"], atol=0.015)
    np.testing.assert_allclose(draws.mean(), out["shrunk"], atol=0.03)
    pd.testing.assert_frame_equal(draws, draw_rates(frame(), draws=20_000))


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    assert message(lambda: shrink_rates(frame(), interval="wald")) == (
        "`interval` is 'wald'; expected one of: auto, plug-in, integrated. Choose one of these."
    )
    clash = frame().rename(columns={"brand": "raw"})
    assert message(lambda: shrink_rates(clash, by="raw")) == (
        "`by` names 'raw', which is also a column of the result. Rename that column of your table "
        "before grouping by it."
    )
