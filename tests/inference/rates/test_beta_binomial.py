"""carekit.inference.rates.beta_binomial: how rates are spread over groups."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.inference.benchmark.pooling import shrink_rates
from carekit.inference.rates.beta_binomial import (
    fit_counts,
    marginal_log_likelihood,
    moments,
    prior_grid,
)

YES = np.array([4.0, 16, 22, 9, 12, 3])
UNITS = np.array([20.0, 20, 40, 10, 30, 15])


def frame(yes=YES, units=UNITS):
    return pd.DataFrame({"brand": range(len(yes)), "n": units, "n_answered": yes})


def test_moments_counted_by_hand():
    # Rates 0, 1/2, 1 of ten each: MSB = 10 x 0.5 / 2, MSW = 10 x 0.25 / 27, n0 = 10.
    mean, rho = moments(np.array([0.0, 5, 10]), np.array([10.0, 10, 10]))
    between, within = 2.5, 2.5 / 27
    assert mean == 0.5
    assert rho == pytest.approx((between - within) / (between + 9 * within))


def test_likelihood_is_scipys_beta_binomial_without_its_coefficients():
    from scipy.special import gammaln
    from scipy.stats import betabinom

    mean, rho = 0.6, 0.2
    m = 1 / rho - 1
    whole = betabinom.logpmf(YES, UNITS, mean * m, (1 - mean) * m)
    choose = gammaln(UNITS + 1) - gammaln(YES + 1) - gammaln(UNITS - YES + 1)
    got = marginal_log_likelihood(mean, rho, YES, UNITS)
    assert got == pytest.approx((whole - choose).sum())


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=5, max_size=12),
)
@example([(1, 0.0), (3, 0.0), (5, 1.0), (14, 0.5), (18, 0.5)])  # a second maximum, of groups alike
def test_no_other_distribution_is_more_likely_than_the_fitted_one(counts):
    units = np.array([float(n) for n, _ in counts])
    yes = np.array([float(round(n * share)) for n, share in counts])
    model = fit_counts(yes, units)
    if model.flags == "zero_var":
        assert yes.sum() in (0, units.sum())
        return
    mean, rho = np.meshgrid(np.linspace(0.01, 0.99, 30), np.linspace(0.001, 0.99, 30))
    assert model.log_likelihood >= marginal_log_likelihood(mean, rho, yes, units).max() - 1e-6


def test_groups_without_units_take_no_part_and_rows_of_one_group_add_up():
    model = fit_counts(YES, UNITS)
    assert fit_counts(np.append(YES, 0), np.append(UNITS, 0)) == model
    split = pd.concat([frame(YES - 1, UNITS - 1), frame(np.ones(6), np.ones(6))])
    pd.testing.assert_frame_equal(shrink_rates(split), shrink_rates(frame()))
    assert (model.groups, model.method) == (6, "maximum likelihood")


def test_groups_that_vary_less_than_chance_end_at_the_boundary():
    model = fit_counts(np.full(8, 10.0), np.full(8, 20.0))
    assert model.flags == "boundary"
    assert model.rho < 1e-4
    assert model.mean == pytest.approx(0.5)
    assert moments(np.full(8, 10.0), np.full(8, 20.0))[1] == 1e-6


def test_requests_that_all_end_alike_show_no_spread():
    model = fit_counts(np.zeros(6), UNITS)
    assert (model.mean, model.flags, model.method) == (0.0, "zero_var", "none")
    assert np.isnan(model.rho)


def test_one_request_a_group_has_moments():
    yes = np.array([0.0, 1, 1, 0, 1, 1])
    assert moments(yes, np.ones(6))[1] == 1e-6
    assert fit_counts(yes, np.ones(6)).mean == pytest.approx(4 / 6, abs=1e-3)


def test_grid_holds_the_likelihood_of_a_fine_one():
    mean, rho, weight = prior_grid(YES, UNITS)
    side = (np.arange(400) + 0.5) / 400
    fine_mean, fine_rho = (g.ravel() for g in np.meshgrid(side, side))
    fine = np.exp(marginal_log_likelihood(fine_mean, fine_rho, YES, UNITS))
    fine /= fine.sum()
    assert weight.sum() == pytest.approx(1)
    assert weight @ mean == pytest.approx(fine @ fine_mean, abs=1e-4)
    assert weight @ rho == pytest.approx(fine @ fine_rho, abs=1e-3)


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    with pytest.raises(InputError) as error:
        fit_counts(YES[:4], UNITS[:4])
    assert str(error.value) == (
        "`table` has 4 groups with n > 0; a distribution between groups needs at least 5. Use "
        "carekit.inference.rates.proportions.estimate_rate, which gives each group its own interval."
    )
