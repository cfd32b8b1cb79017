"""Periods of a brand: what stands out, what is steady, and when nothing is said."""

import numpy as np
import pandas as pd

from carekit.report import trend


def frame_of_months(rates, n=200, seed=3):
    rng = np.random.default_rng(seed)
    rows = []
    for i, rate in enumerate(rates):
        month = pd.Timestamp("2024-01-01") + pd.DateOffset(months=i)
        days = pd.to_timedelta(rng.integers(0, 28, n), unit="D")
        rows.append(pd.DataFrame({"created_at": (month + days), "answered": rng.random(n) < rate}))
    table = pd.concat(rows, ignore_index=True)
    local = table["created_at"].dt.tz_localize("Europe/Paris")
    span = (
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-01-01") + pd.DateOffset(months=len(rates)),
    )
    return table.assign(brand="A", unit=np.arange(len(table))), local, span


def test_trend_one_month_apart_is_found_and_steady_ones_are_not():
    rates = [0.7] * 14
    rows, about = trend.trend(*frame_of_months(rates)[:2], "A", frame_of_months(rates)[2])
    assert about["kind"] == "limits"
    assert (rows["signal"] == "").all()
    rates[6] = 0.35
    table, local, span = frame_of_months(rates)
    rows, _ = trend.trend(table, local, "A", span)
    assert rows.loc[rows["signal"] == "outside", "period"].tolist() == ["2024-07"]


def test_trend_of_few_months_is_one_test():
    table, local, span = frame_of_months([0.7] * 8)
    _, about = trend.trend(table, local, "A", span)
    assert about["kind"] == "equal"
    assert about["p_value"] > 0.01
    table, local, span = frame_of_months([0.7] * 7 + [0.4])
    assert trend.trend(table, local, "A", span)[1]["p_value"] < 0.001


def test_a_small_month_between_others_leaves_the_test_and_no_more():
    table, local, span = frame_of_months([0.7] * 8)
    month = local.dt.month
    kept = (month != 4) | (month.eq(4).cumsum() <= 5)  # five requests in April
    rows, about = trend.trend(table[kept], local[kept], "A", span)
    assert len(rows) == about["n"] == 7
    rest = table[month != 4].assign(period=local.dt.strftime("%Y-%m"))
    assert about["p_value"] == trend.equal_periods(rest, list(rows["period"]))


def test_the_last_month_is_left_out_while_it_runs():
    table, local, _ = frame_of_months([0.7] * 8)
    last = pd.Timestamp("2024-08-20")
    rows, _ = trend.trend(table, local, "A", (pd.Timestamp("2024-01-01"), last))
    assert rows["period"].iloc[-1] == "2024-07"


def test_equal_periods_hold_their_level_with_repeated_authors():
    rng = np.random.default_rng(8)
    found = []
    for _ in range(200):
        unit = rng.integers(0, 150, 900)
        level = rng.beta(3, 2, 150)[unit]
        rows = pd.DataFrame({"unit": unit, "period": rng.integers(0, 6, 900).astype(str),
                             "answered": rng.random(900) < level})  # fmt: skip
        found.append(trend.equal_periods(rows, list("012345")) < 0.05)
    assert 0.01 < np.mean(found) < 0.10
