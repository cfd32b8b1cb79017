"""Aalen-Johansen incidence: R's values, hand counts, laws, refusals."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError, SchemaError
from carekit.inference.competing import estimate_incidence, incidence_curve
from carekit.inference.waits.survival import estimate_waits

FOLDER = Path(__file__).parents[1] / "golden"
COMPETING = pd.read_csv(FOLDER / "competing.csv")

# Answered after 10 and 30 minutes, deleted after 20 (two), last seen waiting after 20 and 40.
SIX = pd.DataFrame(
    {
        "seconds": [600, 1200, 1800, 2400],
        "events": [1, 0, 1, 0],
        "deleted": [0, 2, 0, 0],
        "censored": [0, 1, 0, 1],
    }
)


def golden_table() -> pd.DataFrame:
    """Group `main`, where the unanswered with an id divisible by 4 count as deleted."""
    rows = pd.read_csv(FOLDER / "in_times.csv").query("group == 'main'")
    deleted = (rows["answered"] == 0) & (rows["id"] % 4 == 0)
    return rows.assign(
        events=rows["answered"],
        deleted=deleted.astype(int),
        censored=((rows["answered"] == 0) & ~deleted).astype(int),
    )


def test_every_frozen_value_is_reproduced(golden):
    curve = incidence_curve(golden_table(), time="hours", unit="hours")
    g = golden("competing")
    cases = COMPETING["case"].unique().tolist()
    assert cases == [
        "in_times group=main, unanswered with id divisible by 4 count as deleted",
    ]
    for quantity in COMPETING["quantity"]:
        match = re.fullmatch(r"(cif|se)_(answered|deleted)_(\d+)", quantity)
        assert match, quantity
        cause = {"answered": "events", "deleted": "deleted"}[match[2]]
        rows = curve[(curve["cause"] == cause) & (curve["minutes"] <= 60 * int(match[3]))]
        column = {"cif": "incidence", "se": "std_error"}[match[1]]
        g.check(cases[0], quantity, rows[column].iloc[-1])


def test_shares_counted_by_hand():
    curve = incidence_curve(SIX)
    answered = curve[curve["cause"] == "events"]["incidence"].tolist()
    deleted = curve[curve["cause"] == "deleted"]["incidence"].tolist()
    # still waiting before each time: 1, 5/6, 1/2, 1/4
    assert answered == pytest.approx([1 / 6, 1 / 6, 1 / 6 + 1 / 2 * 1 / 2, 5 / 12])
    assert deleted == pytest.approx([0, 5 / 6 * 2 / 5, 1 / 3, 1 / 3])
    waits = estimate_incidence(SIX, within=[5, 30, 50])
    assert waits["cause"].tolist() == ["events", "deleted"]
    assert waits["n_cause"].tolist() == [2, 2]
    assert waits["within_30_minutes"].tolist() == pytest.approx([5 / 12, 1 / 3])
    assert waits["within_5_minutes_high"].tolist() == pytest.approx([1 - 0.025 ** (1 / 6)] * 2)
    assert waits["within_50_minutes"].isna().all()
    assert waits["flags"].tolist() == ["zero_var small_n"] * 2
    assert waits["method"].tolist() == ["aalen-johansen, log-log; exact before the first"] * 2


def test_first_event_has_the_binomial_error():
    curve = incidence_curve(SIX)
    assert curve["std_error"].iloc[0] == pytest.approx(math.sqrt(1 / 6 * 5 / 6 / 6))


def test_calling_deletion_censored_overstates_answers():
    censored = SIX.assign(censored=SIX["censored"] + SIX["deleted"])
    naive = estimate_waits(censored, within=[30])["within_30_minutes"][0]
    assert naive > estimate_incidence(SIX, within=[30])["within_30_minutes"][0]


def influence_by_difference(table: pd.DataFrame) -> pd.Series:
    """Σ over authors of the squared derivative of each incidence, by small changes of weight."""
    counts, step = ["events", "deleted", "censored"], 1e-5
    total = 0.0
    for author in table["author"].unique():
        values = []
        for sign in (1, -1):
            moved = table.astype(dict.fromkeys(counts, float))
            moved.loc[moved["author"] == author, counts] *= 1 + sign * step
            values.append(incidence_curve(moved, cluster="author")["incidence"])
        total = total + ((values[0] - values[1]) / (2 * step)) ** 2
    return total


def test_clustered_error_is_the_sum_of_squared_derivatives():
    rng = np.random.default_rng(8)
    table = pd.DataFrame(
        {"author": rng.integers(0, 24, 150), "seconds": 600 * rng.integers(1, 15, 150)}
    ).assign(events=rng.integers(0, 2, 150), deleted=rng.integers(0, 2, 150), censored=1)
    curve = incidence_curve(table, cluster="author")
    k = table["author"].nunique()
    want = np.sqrt(k / (k - 1) * influence_by_difference(table))
    np.testing.assert_allclose(curve["std_error"], want, rtol=1e-5)


tables = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.integers(0, 5),
        st.integers(0, 9).map(lambda t: 300 * t),
        st.integers(0, 3),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=25,
).map(
    lambda rows: pd.DataFrame(
        rows, columns=["brand", "author", "seconds", "events", "deleted", "censored"]
    )
)


@given(tables, st.sampled_from([None, "author"]))
@settings(max_examples=20, deadline=None)
def test_shares_and_those_still_waiting_add_up_to_one(table, cluster):
    either = table.assign(events=table["events"] + table["deleted"])
    waits = estimate_waits(either, by="brand", cluster=cluster, within=[20])
    shares = estimate_incidence(table, by="brand", cluster=cluster, within=[20])
    total = shares.groupby("brand")["within_20_minutes"].sum(min_count=2).to_numpy()
    np.testing.assert_allclose(total, waits["within_20_minutes"], atol=1e-12)
    assert shares["brand"].tolist() == [b for b in waits["brand"] for _ in range(2)]


@given(tables, st.sampled_from([None, "author"]))
@settings(max_examples=20, deadline=None)
def test_one_cause_is_kaplan_meier(table, cluster):
    waits = estimate_waits(table, by="brand", cluster=cluster, within=[5, 20])
    shares = estimate_incidence(
        table, by="brand", causes=["events"], cluster=cluster, within=[5, 20]
    )
    columns = [name for name in waits if name.startswith("within")]
    pd.testing.assert_frame_equal(shares[columns], waits[columns], rtol=1e-6, atol=1e-9)


@given(tables, st.sampled_from([None, "author"]))
@settings(max_examples=20, deadline=None)
def test_row_order_and_splitting_of_counts_change_nothing(table, cluster):
    split = pd.concat([table.assign(censored=0), table.assign(events=0, deleted=0)]).iloc[::-1]
    want = estimate_incidence(table, by="brand", cluster=cluster)
    got = estimate_incidence(split, by="brand", cluster=cluster)
    pd.testing.assert_frame_equal(got, want, rtol=1e-7, atol=1e-12)


def test_everybody_ended_one_way_has_no_limits_there():
    table = pd.DataFrame({"seconds": [60, 120], "events": [1, 2], "deleted": 0, "censored": 0})
    got = estimate_incidence(table, within=[60])
    assert got["within_60_minutes"].tolist() == [1.0, 0.0]
    assert math.isnan(got["within_60_minutes_low"][0])
    assert got["flags"].tolist() == ["boundary small_n", "zero_var small_n"]


def test_no_request_is_one_row_a_cause():
    got = estimate_incidence(SIX.iloc[:0])
    assert got["flags"].tolist() == ["n0", "n0"]
    assert got["within_60_minutes"].isna().all()


def test_input_is_unchanged():
    table = golden_table()
    before = table.copy(deep=True)
    estimate_incidence(table, cluster="author", time="hours", unit="hours")
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"causes": ["events", "events"]},
            InputError,
            "`causes` is ['events', 'events']; the names of different columns, at least one, were "
            "expected. Give one column of counts for each way a request can end.",
        ),
        (
            {"causes": ["events", "withdrawn"]},
            SchemaError,
            "`table` has no column 'withdrawn'; found: seconds, events, deleted, censored. "
            "Name a column that exists, or add it to the table.",
        ),
    ],
)
def test_wrong_input_is_refused_in_full_sentences(arguments, error, message):
    with pytest.raises(error) as caught:
        estimate_incidence(SIX, **arguments)
    assert str(caught.value) == message
