"""Kaplan-Meier waits: R's values, hand counts, edges."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.inference.waits.survival import estimate_waits, survival_curve

FOLDER = Path(__file__).parents[2] / "golden"
KM = pd.read_csv(FOLDER / "km.csv")
Z = 1.959963984540054

# Frozen values that carekit does not reproduce, and why.
NOT_OURS = {
    ("in_times group=rare unweighted", "loglog_low_1"): "R gives 1 to 1 before the first answer",
    ("in_times group=rare unweighted", "log_low_1"): "R gives 1 to 1 before the first answer",
}
# Frozen values that another test file checks.
ELSEWHERE = {"rmst": "test_restricted_mean.py"}


def golden_table(case: str) -> pd.DataFrame:
    """The small table that a case of km.csv describes, waits in hours."""
    if case == "times 1;2;3;4 all answered":
        return pd.DataFrame({"hours": [1, 2, 3, 4], "events": 1, "censored": 0, "author": "abcd"})
    match = re.fullmatch(r"in_times group=(\w+) (.*)", case)
    assert match, case
    name, rest = match.groups()
    rows = pd.read_csv(FOLDER / "in_times.csv")
    rows = rows[rows["group"] == name]
    if rest.startswith("weight "):
        count = rows["weight"]
    elif rest == "copies as frequencies":
        count = rows["copies"]
    else:
        assert rest.startswith("unweighted"), case
        count = rows["copies"] * 0 + 1
    return pd.DataFrame(
        {
            "hours": rows["hours"],
            "author": rows["author"],
            "events": rows["answered"] * count,
            "censored": (1 - rows["answered"]) * count,
        }
    )


def options(case: str) -> dict[str, str]:
    clustered = "author" in case
    return {"time": "hours", "unit": "hours"} | ({"cluster": "author"} if clustered else {})


def at(curve: pd.DataFrame, hours: float, column: str, before: float) -> float:
    rows = curve[curve["minutes"] <= 60 * hours]
    return float(rows[column].iloc[-1]) if len(rows) else before


def crossing(curve: pd.DataFrame, column: str, *, midpoint: bool) -> float:
    """Hours at which a step function first reaches one half; R takes the middle of a plateau."""
    values, minutes = curve[column].to_numpy(), curve["minutes"].to_numpy()
    where = np.flatnonzero(values <= 0.5 + 1e-9)
    if not len(where):
        return math.nan
    first = where[0]
    below = np.flatnonzero(values < 0.5 - 1e-9)
    if midpoint and abs(values[first] - 0.5) < 1e-9 and len(below):
        return (minutes[first] + minutes[below[0]]) / 120
    return minutes[first] / 60


def as_r_robust(curve: pd.DataFrame, table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """R's robust survfit omits K/(K-1) and uses the normal quantile."""
    k = table["author"].nunique()
    se = curve["std_error"] * math.sqrt((k - 1) / k)
    s = curve["survival"]
    half = Z * se / s
    if kind == "log":
        low, high = s * np.exp(-half), np.minimum(1, s * np.exp(half))
    else:
        half = half / -np.log(s)
        low, high = s ** np.exp(half), s ** np.exp(-half)
    return curve.assign(std_error=se, ci_low=low, ci_high=high)


def jackknife_error(table: pd.DataFrame, hours: float) -> float:
    left_out = [
        at(survival_curve(table[table["author"] != a], **options("author")), hours, "survival", 1)
        for a in table["author"].unique()
    ]
    k = len(left_out)
    return math.sqrt((k - 1) / k * np.square(np.array(left_out) - np.mean(left_out)).sum())


def ours(case: str, quantity: str) -> float:
    """carekit's value for one row of km.csv; an unknown quantity is an error."""
    table = golden_table(case)
    kind = "log" if re.match(r"log_", quantity) else "log-log"
    curve = survival_curve(table, limits=kind, **options(case))
    if case.endswith("robust"):
        curve = as_r_robust(curve, table, kind)
    if match := re.fullmatch(r"S_(\d+)", quantity):
        return at(curve, int(match[1]), "survival", 1.0)
    if match := re.fullmatch(r"se_(\d+)", quantity):
        if "jackknife" in case:
            return jackknife_error(table, int(match[1]))
        return at(curve, int(match[1]), "std_error", 0.0)
    if match := re.fullmatch(r"(?:loglog|log|S)_(low|high)_(\d+)", quantity):
        return at(curve, int(match[2]), f"ci_{match[1]}", 1.0)
    if match := re.fullmatch(r"(?:loglog|log)_median_(low|high)", quantity):
        return crossing(curve, f"ci_{match[1]}", midpoint=True)
    if quantity in {"median", "median_midpoint_rule"}:
        return crossing(curve, "survival", midpoint=True)
    waits = estimate_waits(table, limits=kind, within=[1440], **options(case)).iloc[0]
    if quantity == "median_first_time_rule":
        return waits["median_minutes"] / 60
    if quantity == "answered_by_24_exact_high":
        return waits["within_1440_minutes_high"]
    raise AssertionError(f"no check for {quantity!r}")


@pytest.mark.parametrize("case", KM["case"].unique())
def test_every_frozen_value_is_reproduced(golden, case):
    g = golden("km")
    for quantity in KM.loc[KM["case"] == case, "quantity"]:
        if quantity.split("_")[0] in ELSEWHERE:
            continue
        if (case, quantity) in NOT_OURS:
            row = estimate_waits(golden_table(case), within=[60], **options(case)).iloc[0]
            assert 1 - row["within_60_minutes_high"] == pytest.approx(0.025 ** (1 / 30))
            assert g.value(case, quantity) == 1.0
        else:
            g.check(case, quantity, ours(case, quantity))


def test_limits_fall_as_the_curve_does_so_median_and_shares_agree():
    # With five brands a later lower limit passed 1/2 after an earlier one had fallen below it.
    rng = np.random.default_rng(1)
    medians = 0
    for _ in range(40):
        answered = rng.random(100) < 0.3
        minutes = np.where(answered, np.exp(rng.normal(5, 1.5, 100)).round(2), 4320.0)
        answered &= minutes < 4320
        table = pd.DataFrame(
            {
                "minutes": np.minimum(minutes, 4320.0),
                "events": answered.astype(int),
                "censored": (~answered).astype(int),
                "brand": np.repeat(range(5), 20),
            }
        )
        options = {"time": "minutes", "unit": "minutes", "cluster": "brand"}
        curve = survival_curve(table, **options)
        for column in ("ci_low", "ci_high"):
            assert (curve[column].dropna().diff().dropna() <= 0).all()
        within = (15, 60, 480, 1440, 2880)
        row = estimate_waits(table, within=within, **options).iloc[0]
        medians += np.isfinite(row["ci_low"])
        for time in within:
            if time >= row["ci_low"]:
                assert not row[f"within_{time}_minutes_high"] < 0.5
    assert medians > 5


def test_frozen_values_left_out_are_in_the_file():
    rows = set(zip(KM["case"], KM["quantity"], strict=True))
    assert set(NOT_OURS) <= rows


@pytest.mark.parametrize("case", [c for c in KM["case"].unique() if c.endswith("unweighted")])
def test_limits_of_the_median_are_those_of_the_curve(golden, case):
    g = golden("km")
    for kind, name in (("log-log", "loglog"), ("log", "log")):
        waits = estimate_waits(golden_table(case), limits=kind, **options(case)).iloc[0]
        if "group=none" in case:  # not frozen: the exact limit falls below one half at 48 h
            assert waits["ci_low"] == 48 * 60
            continue
        g.check(case, f"{name}_median_low", waits["ci_low"] / 60)
        g.check(case, f"{name}_median_high", waits["ci_high"] / 60)


def test_frequency_table_equals_one_row_per_request():
    """tests/golden/in_times_table.csv is the group `main` counted by `copies`."""
    table = pd.read_csv(FOLDER / "in_times_table.csv")
    rows = golden_table("in_times group=main copies as frequencies")
    counted = estimate_waits(table, time="hours", unit="hours", events="answered")
    pd.testing.assert_frame_equal(counted, estimate_waits(rows, time="hours", unit="hours"))


# --- by hand ------------------------------------------------------------------------------------

# Answered after 10, 20, 20, 40 minutes; last seen unanswered after 20 and 60.
SIX = pd.DataFrame(
    {"seconds": [600, 1200, 2400, 3600], "events": [1, 2, 1, 0], "censored": [0, 1, 0, 1]}
)


def test_curve_counted_by_hand():
    curve = survival_curve(SIX)
    assert curve["at_risk"].tolist() == [6, 5, 2, 1]
    # the request lost at 20 minutes still waits when two answers come at 20 minutes
    assert curve["survival"].tolist() == pytest.approx([5 / 6, 1 / 2, 1 / 4, 1 / 4])
    greenwood = [1 / 30, 1 / 30 + 2 / 15, 1 / 30 + 2 / 15 + 1 / 2]
    errors = [s * math.sqrt(g) for s, g in zip([5 / 6, 1 / 2, 1 / 4], greenwood, strict=True)]
    assert curve["std_error"].tolist()[:3] == pytest.approx(errors)


def test_waits_counted_by_hand():
    row = estimate_waits(SIX, within=[5, 10, 59.5, 60, 61]).iloc[0]
    assert (row["n"], row["n_answered"], row["n_censored"]) == (6, 4, 2)
    assert row["median_minutes"] == 20.0  # S(20) is one half exactly
    assert row["within_5_minutes"] == 0.0
    assert row["within_5_minutes_high"] == pytest.approx(1 - 0.025 ** (1 / 6))
    assert row["within_10_minutes"] == pytest.approx(1 / 6)
    assert row["within_59_5_minutes"] == pytest.approx(3 / 4)
    assert row["within_60_minutes"] == pytest.approx(3 / 4)
    assert math.isnan(row["within_61_minutes"])
    assert math.isnan(row["within_61_minutes_high"])
    assert row["flags"] == "zero_var, small_n"
    assert row["method"] == "kaplan-meier, greenwood, log-log; exact before the first answer"


def test_everybody_answered_has_no_limits_at_the_end():
    table = pd.DataFrame({"seconds": [60, 120, 180, 240], "events": 1, "censored": 0})
    row = estimate_waits(table).iloc[0]
    assert row["median_minutes"] == 2.0
    assert row["within_60_minutes"] == 1.0
    assert math.isnan(row["within_60_minutes_low"])
    assert row["flags"] == "boundary, small_n"
    assert math.isnan(survival_curve(table)["ci_low"].iloc[-1])


def test_nobody_answered_gives_an_exact_upper_limit():
    table = pd.DataFrame({"seconds": [3600, 86400], "events": 0, "censored": [10, 40]})
    row = estimate_waits(table, within=[60, 120, 1440]).iloc[0]
    assert row["within_60_minutes_high"] == pytest.approx(1 - 0.025 ** (1 / 50))
    assert row["within_120_minutes_high"] == pytest.approx(1 - 0.025 ** (1 / 40))
    assert row["within_1440_minutes_low"] == 0.0
    assert row["flags"] == "zero_var, not_reached"
    assert math.isnan(row["median_minutes"])
    assert math.isnan(row["ci_high"])


def test_one_request_has_an_estimate_and_no_limits():
    table = pd.DataFrame({"seconds": [60], "events": [1], "censored": [0]})
    row = estimate_waits(table).iloc[0]
    assert row["median_minutes"] == 1.0
    assert math.isnan(row["ci_low"])
    assert math.isnan(row["ci_high"])


def test_no_request_is_one_row_of_nan_without_groups_and_none_with():
    empty = SIX.assign(brand="a").iloc[:0]
    row = estimate_waits(empty).iloc[0]
    assert (row["n"], row["flags"], row["method"]) == (0, "n0", "none: n = 0")
    assert math.isnan(row["median_minutes"])
    assert math.isnan(row["within_60_minutes"])
    assert len(estimate_waits(empty, by="brand")) == 0
    assert len(survival_curve(empty, by="brand")) == 0
    assert estimate_waits(empty, cluster="brand")["flags"].tolist() == ["n0"]


def test_rows_without_requests_do_not_lengthen_the_follow_up():
    longer = pd.concat([SIX, SIX.assign(seconds=999999, events=0, censored=0)])
    pd.testing.assert_frame_equal(estimate_waits(longer), estimate_waits(SIX))


def test_groups_are_sorted_and_a_missing_value_is_a_group():
    table = pd.concat([SIX.assign(brand=None), SIX.assign(brand="b"), SIX.assign(brand="a")])
    waits = estimate_waits(table, by="brand")
    assert waits["brand"].tolist()[:2] == ["a", "b"]
    assert pd.isna(waits["brand"].iloc[2])
    assert waits["median_minutes"].tolist() == [20.0, 20.0, 20.0]
    assert list(waits.index) == [0, 1, 2]


def test_units_agree():
    in_minutes = SIX.assign(seconds=SIX["seconds"] / 60)
    in_days = SIX.assign(seconds=SIX["seconds"] / 86400)
    want = estimate_waits(SIX)
    pd.testing.assert_frame_equal(estimate_waits(in_minutes, unit="minutes"), want)
    pd.testing.assert_frame_equal(estimate_waits(in_days, unit="days"), want)


def test_counts_of_databases_are_read():
    from decimal import Decimal

    decimals = SIX.assign(events=[Decimal(int(e)) for e in SIX["events"]])
    nullable = SIX.astype({"censored": "Int64", "seconds": "Int32"})
    pd.testing.assert_frame_equal(estimate_waits(decimals), estimate_waits(SIX))
    pd.testing.assert_frame_equal(estimate_waits(nullable), estimate_waits(SIX))
