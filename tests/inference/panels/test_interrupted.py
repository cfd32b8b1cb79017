"""carekit.inference.panels.interrupted: changes of level and slope at a known date."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.panels.interrupted import interrupted_rate
from carekit.inference.panels.newey_west import calibrate, newey_west

GOLDEN = Path(__file__).parents[2] / "golden"


def series(**given):
    frame = pd.read_csv(GOLDEN / "in_series.csv")
    counted = frame.assign(n=500, n_answered=(frame["rate"] * 5).round().astype(int))
    return counted.assign(**given)


def fit(frame=None, **given):
    given = {"time": "month", "start": 31, "draws": 200, **given}
    return interrupted_rate(series() if frame is None else frame, **given).set_index("term")


def message(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_more_autocorrelated_residuals_need_larger_critical_values():
    rng = np.random.default_rng(0)
    t = np.arange(60.0)
    design = np.column_stack([np.ones(60), t, t >= 30]).astype(float)
    shocks = rng.standard_normal(60)
    walk = np.cumsum(shocks)
    critical = []
    for errors in (shocks, walk):
        left = errors - design @ np.linalg.lstsq(design, errors, rcond=None)[0]
        value, _ = calibrate(
            design,
            left,
            np.ones(3),
            contrasts=np.eye(3),
            lag=3,
            conf_level=0.95,
            draws=500,
            seed=1,
        )
        critical.append(value[2])
    assert 1.96 < critical[0] < critical[1]


def test_effect_at_the_end_is_the_distance_from_the_continued_trend():
    out = fit()
    level, slope = out.loc["level_change", "estimate"], out.loc["trend_change", "estimate"]
    assert out.loc["effect_at_end", "estimate"] == pytest.approx(level + 17 * slope)


def test_many_series_at_once_have_the_errors_of_statsmodels():
    from statsmodels.regression.linear_model import OLS

    frame = series()
    design = np.column_stack([np.ones(48), frame[["month", "post", "months_since"]]]).astype(float)
    other = OLS(frame["rate"], design).fit(
        cov_type="HAC", cov_kwds={"maxlags": 5, "use_correction": True}
    )
    left = np.stack([other.resid, 2 * other.resid])
    error, weights = newey_west(design, left, np.eye(4), 5)
    np.testing.assert_allclose(error[0], other.bse)
    np.testing.assert_allclose(error[1], 2 * error[0])
    np.testing.assert_allclose(weights.T @ frame["rate"], other.params)


def test_rates_from_counts_have_the_errors_of_statsmodels():
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    frame = series()
    out = fit(frame)
    design = np.column_stack([np.ones(48), frame[["month", "post", "months_since"]]])
    both = np.column_stack([frame["n_answered"], 500 - frame["n_answered"]])
    other = GLM(both, design, family=Binomial()).fit(
        cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}
    )
    np.testing.assert_allclose(out["estimate"].iloc[:4], other.params, rtol=1e-6)
    np.testing.assert_allclose(out["std_error"].iloc[:4], other.bse, rtol=1e-6)
    np.testing.assert_allclose(out["odds_ratio_low"], np.exp(out["ci_low"]))
    assert (out["n"] == 48).all()
    assert (out["units"] == 24_000).all()
    assert (out["lag"] == 3).all()


def test_limits_and_p_values_agree_and_are_wider_than_students():
    out = fit(draws=1000)
    excludes_zero = (out["ci_low"] > 0) | (out["ci_high"] < 0)
    assert (excludes_zero == (out["p_value"] <= 0.05)).all()
    assert (out["p_value"] >= 1 / 1001).all()
    assert ((out["ci_high"] - out["estimate"]) / out["std_error"] > 2.0153).all()  # t on 44 df
    assert out["method"].iloc[0] == "binomial logit, Newey-West lag 3, simulated critical values"


def test_simulated_limits_hold_nothing_when_nothing_happened_as_often_as_they_say():
    from scipy.signal import lfilter
    from scipy.special import expit
    from scipy.stats import t

    rng = np.random.default_rng(6)
    held = {"simulated": 0, "student": 0}
    for _ in range(25):
        noise = lfilter([1.0], [1.0, -0.4], rng.standard_normal(86))[50:]
        yes = np.round(expit(0.3 * noise) * 1000).astype(int)
        frame = pd.DataFrame({"month": np.arange(36), "n": 1000, "n_answered": yes})
        row = fit(frame, start=18, draws=100).loc["level_change"]
        held["simulated"] += row["ci_low"] <= 0 <= row["ci_high"]
        held["student"] += abs(row["statistic"]) <= t.ppf(0.975, 32)
    assert held["simulated"] >= 22
    assert held["student"] < held["simulated"]


def test_periods_may_be_dates_and_come_in_any_order_even_with_a_repeated_index():
    months = pd.date_range("2012-01-01", periods=48, freq="MS")
    dated = series(month=months).sample(frac=1, random_state=2).set_axis([0] * 48)
    pd.testing.assert_frame_equal(fit(dated, start=pd.Timestamp("2014-07-01")), fit())
    periods = series(month=pd.period_range("2012-01", periods=48, freq="M"))
    pd.testing.assert_frame_equal(fit(periods, start=pd.Period("2014-07", freq="M")), fit())


def test_fewer_than_twelve_points_on_a_side_are_flagged_and_the_table_stays_unchanged():
    frame = series()
    before = frame.copy()
    assert fit(frame)["flags"].iloc[0] == ""
    assert fit(frame, start=38)["flags"].iloc[0] == "few_points"
    assert fit(frame, start=10)["flags"].iloc[0] == "few_points"
    pd.testing.assert_frame_equal(frame, before)


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    frame = series()
    assert message(lambda: fit(frame, start=2)) == (
        "`start` 2 leaves 1 periods before and 47 from then on; at least 3 each were expected, 12 "
        "for a figure that is printed. Choose another date, or a longer series."
    )
    assert message(lambda: fit(frame.drop(index=20))) == (
        "`table` column 'month' has periods that are not evenly spaced (first: 1, 2, 3); a series "
        "without gaps was expected, as dates, periods or numbers. Add the missing periods."
    )
    assert message(lambda: fit(pd.concat([frame, frame.iloc[:1]], ignore_index=True))) == (
        "`table` repeats a period of 'month' in 1 row (first: 48); one row per period was expected. "
        "Add up, or average, the rows of one period."
    )
    assert message(lambda: fit(frame, start="2014-07")) == (
        "`start` is '2014-07', which cannot be compared with column 'month' (such as "
        "1). Give it in the same form."
    )
    assert message(lambda: fit(frame.assign(n=0, n_answered=0))) == (
        "`table` has no units in 48 rows (first: 0, 1, 2); every period needs some. Use longer "
        "periods, or end the series before it."
    )
    assert message(lambda: fit(frame.assign(n_answered=0))) == (
        "`table` has 0 yes of 24000; a series that never varies has no change to find. Use "
        "carekit.inference.rates.proportions.estimate_rate."
    )
