"""Kaplan-Meier waits: what must hold for any table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.inference.waits.survival import estimate_waits, survival_curve

tables = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.integers(0, 7),
        st.integers(0, 12).map(lambda t: 300 * t),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=25,
).map(lambda rows: pd.DataFrame(rows, columns=["brand", "author", "seconds", "events", "censored"]))


@given(tables, st.sampled_from([None, "author"]))
@settings(max_examples=20, deadline=None)
def test_survival_never_rises_and_limits_enclose_it(table, cluster):
    for _, curve in survival_curve(table, by="brand", cluster=cluster).groupby("brand"):
        s = curve["survival"].to_numpy()
        assert (np.diff(s, prepend=1.0) <= 1e-15).all()
        assert ((s >= 0) & (s <= 1)).all()
        known = curve.dropna(subset=["ci_low"])
        assert (known["ci_low"] <= known["survival"] + 1e-12).all()
        assert (known["survival"] <= known["ci_high"] + 1e-12).all()
        assert curve["at_risk"].iloc[0] == (curve["events"] + curve["censored"]).sum()


@given(tables, st.sampled_from([None, "author"]), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_row_order_and_splitting_of_counts_change_nothing(table, cluster, random):
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.iloc[order]
    split = pd.concat([table.assign(censored=0), table.assign(events=0)], ignore_index=True)
    want = estimate_waits(table, by="brand", cluster=cluster)
    for other in (shuffled, split):
        got = estimate_waits(other, by="brand", cluster=cluster)
        pd.testing.assert_frame_equal(got, want, rtol=1e-9)


@given(tables, st.sampled_from([None, "author"]))
@settings(max_examples=20, deadline=None)
def test_groups_do_not_influence_each_other(table, cluster):
    together = estimate_waits(table, by="brand", cluster=cluster)
    alone = [
        estimate_waits(part, by="brand", cluster=cluster) for _, part in table.groupby("brand")
    ]
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True), rtol=1e-9)


@given(tables, st.integers(2, 9))
@settings(max_examples=20, deadline=None)
def test_slower_by_a_factor_means_a_median_slower_by_it(table, factor):
    slow = table.assign(seconds=table["seconds"] * factor)
    columns = ["median_minutes", "ci_low", "ci_high"]
    want = estimate_waits(table, cluster="author")[columns] * factor
    pd.testing.assert_frame_equal(estimate_waits(slow, cluster="author")[columns], want)
