"""Rates before and after, and the ratio of their ratios."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError, SchemaError
from carekit.inference.rates.rate_ratios import compare_rate_changes

ARMS = {"arm": "arm", "treated": "answered", "control": "silent", "cluster": "brand"}


def table(rows):
    """Rows from (arm, brand, n_before, n_after, hours before, hours after)."""
    made = pd.DataFrame(
        rows,
        columns=["arm", "brand", "n_before", "n_after", "seconds_before", "seconds_after"],
    )
    hours = ["seconds_before", "seconds_after"]
    made[hours] = made[hours] * 3600
    return made


EQUAL = table(
    [
        ("answered", b, n, a, 4, 4)
        for b, n, a in zip("abcd", (4, 3, 5, 4), (2, 1, 2, 3), strict=True)
    ]
    + [
        ("silent", b, n, a, 4, 4)
        for b, n, a in zip("abcd", (4, 5, 3, 4), (4, 3, 5, 4), strict=True)
    ]
)


def compare(frame, **options):
    return compare_rate_changes(frame, **ARMS, **options).set_index("arm")


def test_ratios_counted_by_hand():
    made = compare(EQUAL)
    assert made.loc["answered", "ratio"] == pytest.approx(8 / 16)
    assert made.loc["silent", "ratio"] == pytest.approx(16 / 16)
    assert made.loc["answered / silent", "ratio"] == pytest.approx(0.5)
    # 16 events in four windows of four hours: 24 a day
    assert made.loc["answered", "rate_before"] == pytest.approx(24)
    assert made.loc["answered", "rate_after"] == pytest.approx(12)
    assert made["n"].tolist() == [24, 32, 56]
    assert made["clusters"].tolist() == [4, 4, 4]


def test_windows_of_different_length_are_allowed_for():
    longer = EQUAL.assign(n_after=EQUAL["n_after"] * 3, seconds_after=3 * EQUAL["seconds_after"])
    made = compare(longer)
    assert made.loc["answered", "ratio"] == pytest.approx(0.5)
    assert made.loc["answered / silent", "ratio"] == pytest.approx(0.5)


def test_the_ratio_agrees_with_a_binomial_model_of_statsmodels():
    """Witness: GLM(Binomial) with offset; its coefficients, not its errors."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    rng = np.random.default_rng(3)
    rows = [
        (arm, f"b{i}", rng.poisson(4), rng.poisson(3), rng.uniform(1, 5), rng.uniform(1, 9))
        for arm in ("answered", "silent")
        for i in range(12)
    ]
    frame = table(rows)
    known = frame[frame["n_before"] + frame["n_after"] > 0]
    design = np.column_stack([np.ones(len(known)), known["arm"] == "answered"]).astype(float)
    fitted = GLM(
        known[["n_after", "n_before"]].to_numpy(float),
        design,
        family=Binomial(),
        offset=np.log(known["seconds_after"] / known["seconds_before"]),
    ).fit(tol=1e-12)
    made = compare(frame)
    assert made.loc["silent", "estimate"] == pytest.approx(fitted.params[0], abs=1e-8)
    assert made.loc["answered / silent", "estimate"] == pytest.approx(fitted.params[1], abs=1e-8)


def test_weights_of_a_unit_read_several_times_add_up_to_one():
    twice = pd.concat([EQUAL, EQUAL]).assign(weight=0.5)
    plain, weighted = compare(EQUAL), compare(twice, weight="weight")
    for column in ("ratio", "n", "rate_before"):
        assert weighted[column].tolist() == pytest.approx(plain[column].tolist(), nan_ok=True)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=6, max_size=12))
def test_arms_exchanged_turn_the_ratio_around(counts):
    rows = [
        ("answered" if i % 2 else "silent", f"b{i // 2}", before, after, 2, 3)
        for i, (before, after) in enumerate(counts)
    ]
    frame = table(rows)
    one = compare(frame)
    other = compare_rate_changes(
        frame, arm="arm", treated="silent", control="answered", cluster="brand"
    ).set_index("arm")
    name, back = "answered / silent", "silent / answered"
    assert one.loc[name, "estimate"] == pytest.approx(-other.loc[back, "estimate"], abs=1e-7)
    assert one.loc[name, "ci_low"] == pytest.approx(
        -other.loc[back, "ci_high"], abs=1e-6, nan_ok=True
    )


@pytest.mark.slow
def test_the_interval_covers_the_planted_ratio():
    """120 simulated tables of 20 brands whose rates differ: nominal 95 %."""
    rng = np.random.default_rng(8)
    inside = 0
    for _ in range(120):
        rows = []
        for i in range(20):
            pace = rng.gamma(2, 1.5)
            for arm, factor in (("answered", 0.4), ("silent", 1.0)):
                rows.append(
                    (arm, f"b{i}", rng.poisson(pace), rng.poisson(0.8 * factor * pace), 4, 4)
                )
        row = compare(table(rows)).loc["answered / silent"]
        inside += row["ratio_low"] <= 0.4 <= row["ratio_high"]
    assert inside / 120 >= 0.90


def test_without_an_event_on_one_side_there_is_no_ratio():
    frame = EQUAL.assign(n_after=EQUAL["n_after"].where(EQUAL["arm"] == "silent", 0))
    made = compare(frame)
    assert np.isnan(made.loc["answered", "ratio"])
    assert np.isnan(made.loc["answered / silent", "ratio"])
    assert made.loc["answered", "method"] == "none: no event before, or none after"
    assert made.loc["silent", "ratio"] == pytest.approx(1)
    empty = compare(EQUAL.iloc[:0])
    assert empty["n"].tolist() == [0, 0, 0]
    assert empty["ratio"].isna().all()


def test_one_cluster_has_no_limits():
    made = compare(EQUAL.assign(brand="only"))
    assert made.loc["answered", "ratio"] == pytest.approx(0.5)
    assert made["ci_low"].isna().all()


def test_rows_that_cannot_be_counted_are_refused():
    with pytest.raises(InputError) as caught:
        compare(EQUAL.assign(n_after=[-1, *EQUAL["n_after"][1:]]))
    assert str(caught.value) == (
        "`table` has 1 row (first: 0) with a count or a time that is missing or negative, or "
        "without a cluster; numbers from 0 and a cluster were expected. Leave these rows out and "
        "say so."
    )
    with pytest.raises(SchemaError, match="n_after"):
        compare(EQUAL.drop(columns="n_after"))


def test_the_table_is_left_as_it_was():
    frame = EQUAL.copy()
    compare(frame)
    pd.testing.assert_frame_equal(frame, EQUAL)
