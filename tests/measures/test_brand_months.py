"""Months of brands around a date of their own."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.measures.brand_months import ANALYSES, before_and_after, with_start

MONTHS = ["2014-04", "2014-05", "2014-06", "2014-07"]


def months(brands):
    return pd.DataFrame([(b, m) for b in brands for m in MONTHS], columns=["brand", "period"])


def at(**dates):
    return pd.Series({b: pd.Timestamp(d, tz="UTC") for b, d in dates.items()})


def test_the_month_of_the_start_is_left_out_for_its_brand():
    made = with_start(months("ab"), at(a="2014-05-10"))
    mine = made[made["brand"] == "a"]
    assert mine["period"].tolist() == ["2014-04", "2014-06", "2014-07"]
    assert mine["start"].unique().tolist() == ["2014-06"]
    other = made[made["brand"] == "b"]
    assert other["period"].tolist() == MONTHS
    assert other["start"].isna().all()


def test_a_start_at_midnight_of_the_first_makes_its_month_whole():
    made = with_start(months("a"), at(a="2014-06-01"))
    assert made["period"].tolist() == MONTHS
    assert made["start"].unique().tolist() == ["2014-06"]


def test_the_month_of_the_start_can_be_kept():
    made = with_start(months("a"), at(a="2014-05-10"), starting_month=True)
    assert made["period"].tolist() == MONTHS
    assert made["start"].unique().tolist() == ["2014-05"]


def test_a_brand_without_a_before_is_left_out():
    made = with_start(months("ab"), at(a="2013-01-10"))
    assert made["brand"].unique().tolist() == ["b"]


def test_the_months_are_left_as_they_were():
    frame = months("ab")
    with_start(frame, at(a="2014-05-10"))
    pd.testing.assert_frame_equal(frame, months("ab"))


def panel(effect, size=10):
    rows = []
    for b in range(12):
        for m, period in enumerate(MONTHS):
            start = "2014-06" if b < 5 else None
            share = 0.3 + 0.01 * ((b * (m + 2)) % 5) + (effect if b < 5 and m > 1 else 0)
            rows.append((f"b{b:02d}", period, start, share, size + b))
    return pd.DataFrame(rows, columns=["brand", "period", "start", "share", "n"]).astype(
        {"start": "str"}
    )


def test_four_analyses_find_the_effect_and_the_placebo_does_not():
    made = before_and_after(panel(-0.2), outcome="share", size="n")
    assert made.columns.tolist() == ANALYSES
    rows = made.set_index("analysis")
    for name in ("each brand-month alike", "each request alike"):
        assert rows.loc[name, "ci_low"] <= -0.2 <= rows.loc[name, "ci_high"]
        assert rows.loc[name, "ci_high"] < 0
    assert rows.loc["permutation", "p_value"] < 0.05
    assert rows.loc["pre-trend", "ci_low"] <= 0 <= rows.loc["pre-trend", "ci_high"]
    assert rows["n_requests"].tolist() == [4 * (12 * 10 + 66)] * 4


def test_least_squares_agrees_with_a_model_of_statsmodels():
    """Witness: WLS with brand and month effects."""
    import statsmodels.formula.api as smf

    frame = panel(-0.1)
    frame["on"] = (frame["start"].notna() & (frame["period"] >= frame["start"].fillna("9"))) * 1.0
    fitted = smf.wls("share ~ on + C(brand) + C(period)", frame, weights=frame["n"]).fit()
    made = before_and_after(frame, outcome="share", size="n").set_index("analysis")
    assert made.loc["each request alike", "estimate"] == pytest.approx(
        fitted.params["on"], abs=1e-9
    )
