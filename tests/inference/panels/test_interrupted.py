"""carekit.inference.panels.interrupted: changes of level and slope at a known date."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.panels.interrupted import (
    interrupted_rate,
    interrupted_series,
    placebo_starts,
)
from carekit.inference.panels.newey_west import calibrate, newey_west

GOLDEN = Path(__file__).parents[2] / "golden"
FEW = {"draws": 200}


def series(**given):
    frame = pd.read_csv(GOLDEN / "in_series.csv")
    return frame.assign(**given)


def fit(frame, **given):
    given = {"outcome": "rate", "time": "month", "start": 31, **FEW, **given}
    return interrupted_series(frame, **given).set_index("term")


def counts():
    frame = series()
    return frame.assign(n=500, n_answered=(frame["rate"] * 5).round().astype(int))


def message(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_a_series_without_noise_gives_back_what_was_put_in():
    t = np.arange(1, 41)
    since = np.maximum(t - 21, 0)
    value = 10 + 0.5 * t + 3 * (t >= 21) - 0.2 * since
    out = fit(pd.DataFrame({"month": t, "rate": value}), start=21)
    expected = [10, 0.5, 3, -0.2, 3 - 0.2 * 19]
    np.testing.assert_allclose(out["estimate"], expected, atol=1e-9)
    assert out["flags"].tolist() == ["zero_var"] * 5
    assert out[["std_error", "ci_low", "p_value", "durbin_watson"]].isna().all(axis=None)


def test_effect_at_the_end_is_the_distance_from_the_continued_trend():
    out = fit(series())
    level, slope = out.loc["level_change", "estimate"], out.loc["trend_change", "estimate"]
    assert out.loc["effect_at_end", "estimate"] == pytest.approx(level + 17 * slope)


def test_lag_zero_is_white_with_the_small_sample_factor():
    from statsmodels.regression.linear_model import OLS

    frame = series()
    design = np.column_stack([np.ones(48), frame[["month", "post", "months_since"]]])
    white = OLS(frame["rate"], design).fit(cov_type="HC1").bse
    np.testing.assert_allclose(fit(frame, lag=0)["std_error"].iloc[:4], white)
    assert fit(frame)["lag"].iloc[0] == 3


def test_many_series_at_once_have_the_errors_of_statsmodels():
    frame = series()
    out = fit(frame, lag=5, interval="t")
    design = np.column_stack([np.ones(48), frame[["month", "post", "months_since"]]]).astype(float)
    left = frame["rate"] - design @ out["estimate"].iloc[:4].to_numpy()
    error, weights = newey_west(design, np.stack([left, 2 * left]), np.eye(4), 5)
    np.testing.assert_allclose(error[0], out["std_error"].iloc[:4])
    np.testing.assert_allclose(error[1], 2 * error[0])
    np.testing.assert_allclose(weights.T @ frame["rate"], out["estimate"].iloc[:4])


def test_simulated_limits_hold_nothing_when_nothing_happened_as_often_as_they_say():
    # bench/coverage_benchmarks.py has the long run: 94 to 96 % where Student covers 65 to 90.
    from scipy.signal import lfilter

    rng = np.random.default_rng(6)
    months = np.arange(36)
    held = {"calibrated": 0, "t": 0}
    for _ in range(25):
        noise = lfilter([1.0], [1.0, -0.4], rng.standard_normal(86))[50:]
        for name in held:
            out = fit(
                pd.DataFrame({"month": months, "rate": noise}), start=18, interval=name, draws=100
            )
            held[name] += (
                out.loc["level_change", "ci_low"] <= 0 <= out.loc["level_change", "ci_high"]
            )
    assert held["calibrated"] >= 22
    assert held["t"] < held["calibrated"]


def test_limits_and_p_values_agree():
    out = fit(series(), draws=1000)
    excludes_zero = (out["ci_low"] > 0) | (out["ci_high"] < 0)
    assert (excludes_zero == (out["p_value"] <= 0.05)).all()
    assert (out["p_value"] >= 1 / 1001).all()
    student = fit(series(), interval="t")
    assert (student["ci_high"] - student["ci_low"] < out["ci_high"] - out["ci_low"]).all()
    assert out["method"].iloc[0] == "least squares, Newey-West lag 3, simulated critical values"
    assert student["method"].iloc[0] == "least squares, Newey-West lag 3, t with 44 df"


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


def test_periods_may_be_dates_and_come_in_any_order():
    dated = series(month=pd.date_range("2012-01-01", periods=48, freq="MS"))
    out = fit(dated.sample(frac=1, random_state=2), start=pd.Timestamp("2014-07-01"))
    pd.testing.assert_frame_equal(out, fit(series()))
    periods = series(month=pd.period_range("2012-01", periods=48, freq="M"))
    out = fit(periods, start=pd.Period("2014-07", freq="M"))
    pd.testing.assert_frame_equal(out, fit(series()))


def test_a_yearly_wave_is_fitted_where_it_is_asked():
    t = np.arange(48)
    frame = pd.DataFrame({"month": t, "rate": 5 + 2 * np.sin(2 * np.pi * (t + 1) / 12)})
    rng = np.random.default_rng(1)
    frame["rate"] += rng.normal(0, 0.1, 48)
    out = fit(frame, start=24, season=12)
    assert out.loc["season_sine", "estimate"] == pytest.approx(2, abs=0.1)
    assert out["df"].iloc[0] == 42
    assert list(out.index[-3:]) == ["season_sine", "season_cosine", "effect_at_end"]


def test_fewer_than_twelve_points_on_a_side_are_flagged_and_the_table_stays_unchanged():
    frame = series()
    before = frame.copy()
    assert fit(frame)["flags"].iloc[0] == ""
    assert fit(frame, start=38)["flags"].iloc[0] == "few_points"
    assert fit(frame, start=10)["flags"].iloc[0] == "few_points"
    pd.testing.assert_frame_equal(frame, before)


def test_rates_from_counts_have_the_errors_of_statsmodels():
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    frame = counts()
    out = interrupted_rate(frame, time="month", start=31, **FEW)
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


def test_order_of_periods_does_not_matter_for_rates_even_with_repeated_index():
    frame = counts()
    shuffled = frame.sample(frac=1, random_state=1).set_axis([0] * 48)
    one = interrupted_rate(frame, time="month", start=31, **FEW)
    two = interrupted_rate(shuffled, time="month", start=31, **FEW)
    pd.testing.assert_frame_equal(one, two)


def test_placebo_dates_are_all_those_with_enough_periods_before_the_start():
    out = placebo_starts(series(), outcome="rate", time="month", start=31, margin=12, interval="t")
    assert out["start"].tolist() == list(range(13, 20))
    pre = series().query("month <= 30")
    alone = fit(pre, start=15, interval="t").loc["level_change"]
    assert out.loc[2, "estimate"] == pytest.approx(alone["estimate"])
    assert out["n"].unique().tolist() == [30]


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
        "`table` repeats a period of 'month' in 1 row (first: 48); one row a period was expected. "
        "Add up, or average, the rows of one period."
    )
    assert message(lambda: fit(frame.assign(rate=np.where(frame["month"] == 4, np.nan, 1)))) == (
        "`table` column 'rate' is no number in 1 row (first: 3); every period needs a value. Count "
        "that period, or end the series before it."
    )
    assert message(lambda: fit(frame, start="2014-07")) == (
        "`start` is '2014-07', which cannot be compared with column 'month' (such as "
        "1). Give it in the same form."
    )
    assert message(lambda: fit(frame, lag=48)) == (
        "`lag` is 48; a whole number from 0 to 47 (periods less one) was expected. Leave it out "
        "for the usual rule."
    )
    assert message(lambda: fit(frame, season=30)) == (
        "`season` is 30 and the series has 48 periods; at least 3 periods a year, and two years, "
        "were expected. Leave `season` out."
    )
    assert message(lambda: fit(frame, interval="z")) == (
        "`interval` is 'z' with 200 `draws`; one of calibrated, t, and at least 100 draws, were "
        "expected. Leave both out for the usual."
    )
    assert message(
        lambda: interrupted_rate(counts().assign(n=0, n_answered=0), time="month", start=31)
    ) == (
        "`table` has no units in 48 rows (first: 0, 1, 2); every period needs some. Use longer "
        "periods, or end the series before it."
    )
    assert message(
        lambda: interrupted_rate(counts().assign(n_answered=0), time="month", start=31)
    ) == (
        "`table` has 0 yes of 24000; a series that never varies has no change to find. Use "
        "carekit.inference.rates.proportions.estimate_rate."
    )
    assert message(
        lambda: placebo_starts(frame, outcome="rate", time="month", start=31, margin=20)
    ) == (
        "`margin` is 20 and 30 periods come before `start`; a margin of at least 3 and twice as "
        "many periods were expected. Choose a smaller margin."
    )
