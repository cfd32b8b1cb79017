"""Quantiles of a waiting curve: by when was a share of all requests answered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError, SchemaError
from carekit.inference.waits.survival import estimate_waits, survival_curve
from carekit.inference.waits.wait_quantiles import wait_quantiles

# Ten requests: answered after 1 … 4 minutes, six last seen unanswered after 10.
TABLE = pd.DataFrame(
    {"minute": [1, 2, 3, 4, 10], "events": [1, 1, 1, 1, 0], "censored": [0, 0, 0, 0, 6]}
)
CLOCK = {"time": "minute", "unit": "minutes"}


def test_counted_by_hand_and_not_reached_where_too_few_were_answered():
    found = wait_quantiles(survival_curve(TABLE, **CLOCK), shares=[0.1, 0.25, 0.4, 0.5])
    # S falls by a tenth each minute: 0.9, 0.8, 0.7, 0.6, and stays.
    assert found["wait_minutes"].tolist()[:3] == [1, 3, 4]
    assert np.isnan(found["wait_minutes"][3])
    assert np.isnan(found["ci_high"][3])


def test_the_half_is_the_median_of_estimate_waits_with_its_limits():
    rng = np.random.default_rng(5)
    table = pd.DataFrame(
        {
            "network": np.repeat(["x", "facebook"], 200),
            "seconds": rng.integers(60, 90_000, 400),
            "events": np.where(np.arange(400) % 3 > 0, 1, 0),
        }
    )
    table["censored"] = 1 - table["events"]
    known = estimate_waits(table, by="network")
    found = wait_quantiles(survival_curve(table, by="network"), by="network", shares=[0.5])
    for mine, theirs in (("wait_minutes", "median_minutes"), ("ci_low",) * 2, ("ci_high",) * 2):
        assert found[mine].tolist() == known[theirs].tolist()


def test_times_and_limits_agree_with_statsmodels():
    from statsmodels.duration.survfunc import SurvfuncRight

    rng = np.random.default_rng(11)
    minutes, answered = rng.exponential(100, 80), rng.random(80) < 0.7
    answered[minutes.argmax()] = False  # statsmodels takes the logarithm of S at its last time
    theirs = SurvfuncRight(minutes, answered.astype(int))
    table = pd.DataFrame(
        {"minute": minutes, "events": answered.astype(int), "censored": (~answered).astype(int)}
    )
    found = wait_quantiles(survival_curve(table, **CLOCK), shares=[0.13, 0.31])
    for row in found.itertuples():
        assert row.wait_minutes == pytest.approx(theirs.quantile(row.share))
        limits = theirs.quantile_ci(row.share, method="cloglog")
        assert (row.ci_low, row.ci_high) == pytest.approx(limits)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 500), min_size=2, max_size=30), st.integers(0, 10))
def test_larger_shares_take_longer_and_limits_enclose_them(waits, lost):
    table = pd.DataFrame({"minute": waits, "events": 1, "censored": 0})
    if lost:
        table.loc[len(table)] = [501, 0, lost]
    found = wait_quantiles(survival_curve(table, **CLOCK), shares=[0.1, 0.3, 0.5, 0.7])
    reached = found["wait_minutes"].dropna()
    assert reached.is_monotonic_increasing
    low = found.dropna(subset=["ci_low", "wait_minutes"])
    high = found.dropna(subset=["ci_high", "wait_minutes"])
    assert (low["ci_low"] <= low["wait_minutes"]).all()
    assert (high["ci_high"] >= high["wait_minutes"]).all()


def test_the_curve_is_left_as_it_was():
    curve = survival_curve(TABLE, **CLOCK)
    before = curve.copy()
    wait_quantiles(curve)
    pd.testing.assert_frame_equal(curve, before)


def test_shares_that_make_no_sense_are_named():
    curve = survival_curve(TABLE, **CLOCK)
    with pytest.raises(InputError) as error:
        wait_quantiles(curve, shares=[0.5, 50])
    assert str(error.value) == (
        "`shares` is [0.5, 50]; different shares above 0 and below 1 were expected. Write, for "
        "example, shares=[0.25, 0.5]."
    )
    with pytest.raises(SchemaError, match="survival"):
        wait_quantiles(curve.drop(columns="survival"))
