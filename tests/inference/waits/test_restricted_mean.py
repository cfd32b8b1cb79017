"""Mean wait within a horizon: R's values, hand counts, jackknife, laws, refusals."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.inference.waits import restricted_mean as module
from carekit.inference.waits.restricted_mean import restricted_mean

FOLDER = Path(__file__).parents[2] / "golden"
KM = pd.read_csv(FOLDER / "km.csv")
RMST = KM[KM["quantity"].str.startswith("rmst")]

# Answered after 10, 20, 20, 40 minutes; last seen unanswered after 20 and 60.
SIX = pd.DataFrame(
    {"seconds": [600, 1200, 2400, 3600], "events": [1, 2, 1, 0], "censored": [0, 1, 0, 1]}
)


@pytest.mark.parametrize("case", RMST["case"].unique())
def test_every_frozen_value_is_reproduced(golden, case):
    match = re.fullmatch(
        r"in_times group=(\w+) (unweighted|copies as frequencies|weight jackknife author)", case
    )
    assert match, case
    rows = pd.read_csv(FOLDER / "in_times.csv")
    rows = rows[rows["group"] == match[1]]
    count = {"u": rows["copies"] * 0 + 1, "c": rows["copies"], "w": rows["weight"]}[match[2][0]]
    table = rows.assign(events=rows["answered"] * count, censored=(1 - rows["answered"]) * count)
    cluster = "author" if match[2].endswith("author") else None
    row = restricted_mean(table, until=1440, cluster=cluster, time="hours", unit="hours").iloc[0]
    ours = {"rmst_24": row["restricted_mean_minutes"] / 60, "rmst_se_24": row["std_error"] / 60}
    for quantity in RMST.loc[RMST["case"] == case, "quantity"]:
        golden("km").check(case, quantity, ours[quantity])


def test_area_and_error_counted_by_hand():
    row = restricted_mean(SIX, until=50).iloc[0]
    # 1 until 10, 5/6 until 20, 1/2 until 40, 1/4 until 50
    area = 10 + 10 * 5 / 6 + 20 / 2 + 10 / 4
    left = [10 * 5 / 6 + 10 + 2.5, 10 + 2.5, 2.5]
    variance = sum(a * a * h for a, h in zip(left, [1 / 30, 2 / 15, 1 / 2], strict=True))
    assert row["restricted_mean_minutes"] == pytest.approx(area)
    assert row["std_error"] == pytest.approx(math.sqrt(variance))
    # Student's t on 5 df, error times √(6/5), on the scale of ln(-ln(area / 50))
    share = area / 50
    half = 2.570581836 * math.sqrt(variance * 6 / 5) / 50 / (share * -math.log(share))
    assert row["ci_low"] == pytest.approx(50 * share ** math.exp(half))
    assert row["ci_high"] == pytest.approx(50 * share ** math.exp(-half))
    assert row["df"] == 5
    assert row["until_minutes"] == 50.0
    assert row["method"] == "area under kaplan-meier"
    assert row["flags"] == "small_n"


def test_everybody_answered_gives_the_plain_mean_of_truncated_waits():
    table = pd.DataFrame({"seconds": [60, 120, 300, 900], "events": [5, 3, 2, 1], "censored": 0})
    row = restricted_mean(table, until=10).iloc[0]
    assert row["restricted_mean_minutes"] == pytest.approx((5 + 6 + 10 + 10) / 11)
    beyond = restricted_mean(table, until=100).iloc[0]
    assert beyond["restricted_mean_minutes"] == pytest.approx((5 + 6 + 10 + 15) / 11)


def test_default_horizon_is_the_shortest_follow_up_of_open_curves():
    ended = pd.DataFrame({"brand": "z", "seconds": [60], "events": [9], "censored": [0]})
    longer = SIX.assign(brand="b", seconds=SIX["seconds"] * 2)
    got = restricted_mean(pd.concat([SIX.assign(brand="a"), longer, ended]), by="brand")
    assert got["until_minutes"].tolist() == [60.0, 60.0, 60.0]
    assert got["restricted_mean_minutes"].iloc[2] == 1.0


def test_a_group_followed_too_briefly_is_nan_and_flagged():
    longer = SIX.assign(brand="b", seconds=SIX["seconds"] * 2)
    got = restricted_mean(pd.concat([SIX.assign(brand="a"), longer]), by="brand", until=100)
    assert got["flags"].tolist() == ["not_reached, small_n", "small_n"]
    assert got.loc[0, ["restricted_mean_minutes", "std_error", "ci_low", "ci_high"]].isna().all()
    assert got["restricted_mean_minutes"].notna().tolist() == [False, True]


def test_nobody_answered_gives_the_horizon_and_an_exact_lower_limit():
    table = pd.DataFrame({"seconds": [6000], "events": [0], "censored": [50]})
    row = restricted_mean(table, until=60).iloc[0]
    assert (row["restricted_mean_minutes"], row["ci_high"]) == (60.0, 60.0)
    assert row["ci_low"] == pytest.approx(60 * 0.025 ** (1 / 50))
    assert row["flags"] == "zero_var"
    assert row["method"] == "area under kaplan-meier; exact before the first answer"


def test_no_request_is_nan():
    row = restricted_mean(SIX.iloc[:0]).iloc[0]
    assert (row["n"], row["flags"], row["method"]) == (0, "n0", "none: n = 0")
    assert math.isnan(row["restricted_mean_minutes"])


def test_an_answer_at_the_horizon_comes_too_late_to_shorten_the_mean():
    table = pd.DataFrame({"seconds": [3600], "events": [9], "censored": [0]})
    row = restricted_mean(table, until=60).iloc[0]
    assert (row["restricted_mean_minutes"], row["ci_high"]) == (60.0, 60.0)
    assert row["ci_low"] == pytest.approx(60 * 0.025 ** (1 / 9))


def test_a_horizon_of_zero_is_no_horizon():
    table = pd.DataFrame({"seconds": [0], "events": [3], "censored": [1]})
    row = restricted_mean(table).iloc[0]
    assert row[["until_minutes", "restricted_mean_minutes", "ci_low"]].isna().all()


def test_one_cluster_has_no_limits():
    row = restricted_mean(SIX.assign(author="a"), cluster="author", until=50).iloc[0]
    assert row["restricted_mean_minutes"] == pytest.approx(10 + 50 / 6 + 10 + 2.5)
    assert row[["std_error", "ci_low", "ci_high"]].isna().all()
    assert row["flags"] == "one_cluster, few_clusters, small_n"


def random_table(seed: int, authors: int = 25) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "author": rng.integers(0, authors, 150),
            "seconds": rng.integers(1, 30, 150) * 600,
            "events": rng.integers(0, 3, 150),
            "censored": rng.integers(0, 2, 150),
        }
    )


@pytest.mark.parametrize("chunk", [1, 100, 10**6])
def test_jackknife_really_leaves_out_each_cluster(monkeypatch, chunk):
    monkeypatch.setattr(module, "_CHUNK", chunk)
    table = random_table(1)
    row = restricted_mean(table, cluster="author", until=200).iloc[0]
    left_out = np.array(
        [
            restricted_mean(table[table["author"] != a], until=200)["restricted_mean_minutes"][0]
            for a in table["author"].unique()
        ]
    )
    k = len(left_out)
    want = math.sqrt((k - 1) / k * np.square(left_out - left_out.mean()).sum())
    assert row["std_error"] == pytest.approx(want)
    assert row["method"].endswith("; jackknife")


def test_influence_stands_in_for_the_jackknife_and_says_so(monkeypatch):
    table = random_table(2, authors=140)
    jackknife = restricted_mean(table, cluster="author", until=200).iloc[0]
    monkeypatch.setattr(module, "JACKKNIFE_CELLS", 0)
    influence = restricted_mean(table, cluster="author", until=200).iloc[0]
    assert influence["std_error"] == pytest.approx(jackknife["std_error"], rel=0.02)
    assert influence["method"].endswith("; influence")


def test_influence_of_single_requests_is_the_area_formula(monkeypatch):
    """Twice the same weight makes the clustered formula apply to single requests."""
    monkeypatch.setattr(module, "JACKKNIFE_CELLS", 0)
    rows = pd.read_csv(FOLDER / "in_times.csv").query("group == 'main'")
    table = rows.assign(events=2.0 * rows["answered"], censored=2.0 - 2.0 * rows["answered"])
    hours = {"time": "hours", "unit": "hours", "until": 1440}
    plain = restricted_mean(table.assign(events=rows.answered, censored=1 - rows.answered), **hours)
    robust = restricted_mean(table, cluster="id", **hours)
    assert robust["std_error"][0] == pytest.approx(plain["std_error"][0] * math.sqrt(70 / 69))


def test_clusters_that_do_not_differ_fall_back_on_independent_requests():
    twins = pd.concat([SIX.assign(author=a) for a in "abcdef"])
    row = restricted_mean(twins, cluster="author", until=50).iloc[0]
    assert row["std_error"] == pytest.approx(restricted_mean(twins, until=50)["std_error"][0])
    assert row["flags"] == "zero_var, few_clusters"


tables = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(1, 12).map(lambda t: 300 * t),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=20,
).map(lambda rows: pd.DataFrame(rows, columns=["author", "seconds", "events", "censored"]))


@given(tables, st.sampled_from([None, "author"]), st.integers(2, 7))
@settings(max_examples=20, deadline=None)
def test_within_bounds_and_proportional_to_the_unit(table, cluster, factor):
    row = restricted_mean(table, cluster=cluster)
    slow = restricted_mean(table.assign(seconds=table["seconds"] * factor), cluster=cluster)
    for name in ("restricted_mean_minutes", "std_error", "ci_low", "ci_high", "until_minutes"):
        assert slow[name][0] == pytest.approx(row[name][0] * factor, nan_ok=True, abs=1e-6)
    if row["n"][0]:
        assert 0 <= row["restricted_mean_minutes"][0] <= row["until_minutes"][0] + 1e-9


@given(tables, st.sampled_from([None, "author"]))
@settings(max_examples=20, deadline=None)
def test_row_order_and_splitting_of_counts_change_nothing(table, cluster):
    split = pd.concat([table.assign(censored=0), table.assign(events=0)]).iloc[::-1]
    want = restricted_mean(table, cluster=cluster)
    pd.testing.assert_frame_equal(restricted_mean(split, cluster=cluster), want, rtol=1e-8)


def test_input_is_unchanged():
    table = random_table(3)
    before = table.copy(deep=True)
    restricted_mean(table, cluster="author")
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("until", [0, -5])
def test_wrong_horizon_is_refused_in_full_sentences(until):
    with pytest.raises(InputError) as caught:
        restricted_mean(SIX, until=until)
    assert str(caught.value) == (
        f"`until` is {until}; a number of minutes above 0 was expected. "
        "Write, for example, until=1440 for one day."
    )
