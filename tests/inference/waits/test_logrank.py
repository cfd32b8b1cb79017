"""Log-rank: R's and statsmodels' values, hand counts, laws, relabelling, refusals."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from carekit.errors import InputError, SchemaError
from carekit.inference.waits.logrank import compare_waits

FOLDER = Path(__file__).parents[2] / "golden"
LOGRANK = pd.read_csv(FOLDER / "logrank.csv")
HOURS = {"group": "group", "time": "hours", "unit": "hours"}

# Frozen values that carekit does not compute, and why.
NOT_OURS = {
    "breslow_score_chi2": "score test of Cox regression without clusters; carekit's is log-rank",
    "cox_log_hazard_ratio_breslow": "no Cox regression in carekit: statsmodels has PHReg",
    "cox_log_hazard_ratio_efron": "no Cox regression in carekit: statsmodels has PHReg",
}


def golden_table(case: str) -> pd.DataFrame:
    """The table that a case of logrank.csv describes: `in_times a v b [v c] [how]`."""
    match = re.match(r"in_times ((?:\w+ v )+\w+)(.*)", case)
    assert match, case
    rows = pd.read_csv(FOLDER / "in_times.csv")
    rows = rows[rows["group"].isin(match[1].split(" v "))]
    assert match[2] in {"", " copies as frequencies", " cluster=author"}, case
    count = rows["copies"] if "copies" in case else 1
    return rows.assign(events=rows["answered"] * count, censored=(1 - rows["answered"]) * count)


@pytest.mark.parametrize("case", LOGRANK["case"].unique())
def test_every_frozen_value_is_reproduced(golden, case):
    g = golden("logrank")
    cluster = "author" if case.endswith("cluster=author") else None
    result = compare_waits(golden_table(case), cluster=cluster, **HOURS)
    ours = {
        "chi2": result.statistic,
        "robust_score_chi2": result.statistic,
        "p": result.p_value,
        "observed_care": result.observed[0],
        "expected_care": result.expected[0],
    }
    assert result.groups[0] == "care"
    for quantity in LOGRANK.loc[LOGRANK["case"] == case, "quantity"]:
        if quantity in NOT_OURS:
            continue
        g.check(case, quantity, ours[quantity])
        if quantity == "p":  # far below the fixture's absolute tolerance
            assert result.p_value == pytest.approx(g.value(case, "p"), rel=1e-6, abs=0)


def test_frozen_values_left_out_are_in_the_file():
    assert set(NOT_OURS) <= set(LOGRANK["quantity"])


def test_equals_statsmodels_on_single_requests():
    from statsmodels.duration.survfunc import survdiff

    rows = golden_table("in_times main v care v rare")
    want, _ = survdiff(rows["hours"], rows["answered"], rows["group"])
    assert compare_waits(rows, **HOURS).statistic == pytest.approx(want)


def test_counted_by_hand():
    # a answers after 1 and 3 minutes; b after 2 minutes, then one request is lost
    table = pd.DataFrame(
        {"who": list("aabb"), "seconds": [60, 180, 120, 240], "events": [1, 1, 1, 0]}
    ).assign(censored=[0, 0, 0, 1])
    result = compare_waits(table, group="who")
    expected = 2 / 4 + 1 / 3 + 1 / 2
    variance = 1 / 4 + 2 / 9 + 1 / 4
    assert result.observed == (2.0, 1.0)
    assert result.expected[0] == pytest.approx(expected)
    assert result.statistic == pytest.approx((2 - expected) ** 2 / variance)
    assert (result.df, result.n, result.flags) == (1.0, 4.0, "small_n")


def nested(k, effect, sd, rng):
    """k brands, each in one of two groups; waits of one brand resemble each other."""
    parts = []
    for brand, level in enumerate(rng.normal(0, sd, k)):
        n = int(max(3, rng.lognormal(3, 0.8)))
        waited = np.exp(rng.normal(4 + level + effect * (brand % 2), 1.2, n))
        seen = rng.uniform(50, 800, n)
        part = {"g": brand % 2, "brand": brand, "t": np.minimum(waited, seen).round(2)}
        answered = (waited <= seen).astype(int)
        parts.append(pd.DataFrame({**part, "events": answered, "censored": 1 - answered}))
    return pd.concat(parts)


def clustered(frame):
    return compare_waits(frame, group="g", cluster="brand", time="t", unit="minutes")


@pytest.mark.slow
def test_few_nested_brands_can_be_told_apart_and_equal_ones_are_not():
    # The robust χ² cannot pass the number of brands: with F on K - 1 it rejected 1 % at most.
    rng = np.random.default_rng(8)
    equal = [clustered(nested(8, 0.0, 1.0, rng)).p_value < 0.05 for _ in range(150)]
    assert np.mean(equal) <= 0.11
    apart = [clustered(nested(8, 2.5, 0.5, rng)).p_value < 0.05 for _ in range(30)]
    assert np.mean(apart) > 0.7


@pytest.mark.parametrize("brands", [7, 8])
def test_brands_in_several_groups_are_tested_by_hotellings_statistic(brands):
    rng = np.random.default_rng(4)
    frame = nested(brands, 0.0, 0.5, rng)
    frame["g"] = rng.integers(0, 3, len(frame))
    found = clustered(frame)
    rest = brands - 2
    assert (found.df, found.df_residual) == (2, rest)
    ratio = found.statistic / (brands - found.statistic) * rest / 2
    assert found.p_value == pytest.approx(stats.f.sf(ratio, 2, rest))


def test_brands_that_do_not_vary_or_are_too_few_give_no_test():
    table = pd.DataFrame(
        {
            "g": ["x", "f"] * 3,
            "b": range(6),
            "t": [1000, 1] * 3,
            "events": 500,
            "censored": 0,
        }
    )
    options = {"group": "g", "cluster": "b", "time": "t", "unit": "minutes"}
    same = compare_waits(table, **options)
    assert np.isnan(same.p_value)
    assert same.method.endswith("none: too few clusters, or they do not vary")
    assert np.isnan(compare_waits(table.head(2), **options).p_value)


def test_result_reads_as_a_sentence():
    result = compare_waits(golden_table("in_times main v care cluster=author"), **HOURS)
    assert str(result) == (
        "Waits compared by log-rank: χ² = 44.35 on 1 df, p = 2.75e-11; 130 requests (care: 49 "
        "answered, 23.3 expected; main: 24 answered, 49.7 expected)."
    )
    clustered = compare_waits(
        golden_table("in_times main v care cluster=author"),
        cluster="author",
        permutations=99,
        **HOURS,
    )
    assert str(clustered) == (
        "Waits compared by log-rank, clustered by author (robust score): χ² = 22.40 on 1 df "
        "(tail of F on 51), p = 1.38e-07; p = 0.01 by 99 relabellings; 130 requests of 53 "
        "clusters (care: 49 answered, 23.3 expected; main: 24 answered, 49.7 expected)."
    )


def test_no_answer_gives_nan():
    table = pd.DataFrame({"who": ["a", "b"], "seconds": [60, 60], "events": 0, "censored": 5})
    result = compare_waits(table, group="who", permutations=9)
    assert math.isnan(result.statistic)
    assert math.isnan(result.p_value)
    assert (result.df, result.flags, result.permutations) == (0.0, "n0, small_n", 0)
    assert str(result).startswith("Waits cannot be compared: 10 requests (a: 0 answered")
    nobody = compare_waits(table.assign(censored=0), group="who")
    assert (nobody.n, nobody.flags) == (0, "n0")  # none is not few


def test_a_group_that_nobody_waits_beside_takes_no_degree_of_freedom():
    rows = golden_table("in_times main v care")
    gone = pd.DataFrame({"group": ["gone"], "hours": [0.01], "events": [0], "censored": [3]})
    with_gone = compare_waits(pd.concat([rows, gone]), **HOURS)
    without = compare_waits(rows, **HOURS)
    assert with_gone.df == 1.0
    assert with_gone.statistic == pytest.approx(without.statistic)


def score_by_definition(table: pd.DataFrame) -> float:
    """Lin and Wei's U² / Σ_c U_c², request by request, for groups a and b."""
    rows = table.loc[table.index.repeat(table["events"] + table["censored"])].copy()
    events = [np.r_[np.ones(r.events), np.zeros(r.censored)] for r in table.itertuples()]
    rows["event"] = np.concatenate(events)
    t, z, e = (rows[c].to_numpy() for c in ("seconds", "who", "event"))
    z = (z == "a").astype(float)
    residual = np.zeros(len(rows))
    for k in np.unique(t[e == 1]):
        risk = t >= k
        mean, deaths = z[risk].mean(), e[t == k].sum()
        residual += (t == k) * e * (z - mean) - risk * (z - mean) * deaths / risk.sum()
    per_author = pd.Series(residual).groupby(rows["author"].to_numpy()).sum()
    return residual.sum() ** 2 / (per_author**2).sum()


tables = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.integers(0, 6),
        st.integers(0, 9).map(lambda t: 60 * t),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    min_size=2,
    max_size=25,
).map(lambda rows: pd.DataFrame(rows, columns=["who", "author", "seconds", "events", "censored"]))


@given(tables.filter(lambda t: t["who"].nunique() == 2))
@settings(max_examples=20, deadline=None)
def test_clustered_statistic_is_the_robust_score_even_for_authors_in_both_groups(table):
    result = compare_waits(table, group="who", cluster="author")
    if result.df:
        assert result.statistic == pytest.approx(score_by_definition(table), rel=1e-6)
    assert sum(result.observed) == pytest.approx(sum(result.expected))


@given(tables.filter(lambda t: t["who"].nunique() == 2), st.integers(2, 5))
@settings(max_examples=20, deadline=None)
def test_names_order_and_the_unit_of_time_change_nothing(table, factor):
    want = compare_waits(table, group="who")
    renamed = table.iloc[::-1].assign(
        who=table["who"].map({"a": "z", "b": "y"}), seconds=table["seconds"] * factor
    )
    got = compare_waits(renamed, group="who")
    assert got.statistic == pytest.approx(want.statistic, nan_ok=True, rel=1e-6, abs=1e-9)
    assert got.observed == want.observed[::-1]


def test_relabelling_agrees_with_the_test_and_with_its_seed():
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"who": np.repeat(["a", "b"], 60), "events": 1, "censored": 0})
    table["seconds"] = np.floor(3600 * rng.exponential(np.repeat([1.0, 1.4], 60)))
    first = compare_waits(table, group="who", permutations=1999, seed=5)
    assert first.p_value_permutation == pytest.approx(first.p_value, abs=0.03)
    again = compare_waits(table, group="who", permutations=1999, seed=5)
    assert str(again) == str(first)  # NaN in a field is never equal to itself
    own = compare_waits(table.assign(me=range(120)), group="who", cluster="me", permutations=1999)
    assert own.p_value_permutation == pytest.approx(first.p_value_permutation, abs=0.03)


def test_relabelling_finds_every_arrangement_of_a_small_case():
    # a answers both before b: of 6 ways to deal the labels, 2 are as far apart
    table = pd.DataFrame({"who": list("aabb"), "seconds": [1, 2, 3, 4], "events": 1, "censored": 0})
    result = compare_waits(table, group="who", permutations=20000)
    assert result.p_value_permutation == pytest.approx(1 / 3, abs=0.02)


def test_input_is_unchanged():
    table = golden_table("in_times main v care")
    before = table.copy(deep=True)
    compare_waits(table, cluster="author", permutations=9, **HOURS)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"group": "who"},
            SchemaError,
            "`table` has no column 'who'; found: group, hours, events, censored, author. "
            "Name a column that exists, or add it to the table.",
        ),
        (
            {"group": "author"},
            InputError,
            "`group` 'author' holds 1 group (x); two or more were expected. "
            "Name a column that tells the groups apart.",
        ),
        (
            {"group": "group", "permutations": -1},
            InputError,
            "`permutations` is -1; a whole number from 0 on was expected. "
            "Use 0 for none, or 9999 for a check.",
        ),
        (
            {"group": "group", "cluster": "author", "permutations": 9},
            InputError,
            "`permutations` deals whole clusters to groups, but 1 of 1 values of 'author' lie in "
            "several groups. Leave `permutations` out: the clustered test itself allows for them.",
        ),
    ],
)
def test_wrong_input_is_refused_in_full_sentences(arguments, error, message):
    table = pd.DataFrame(
        {"group": ["a", "b"] * 3, "hours": [1, 2, 3, 4, 5, 6], "events": 1, "censored": 0}
    ).assign(author=["x"] * 6)
    with pytest.raises(error) as caught:
        compare_waits(table, time="hours", unit="hours", **arguments)
    assert str(caught.value) == message
