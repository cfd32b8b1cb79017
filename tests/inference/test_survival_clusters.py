"""Kaplan-Meier waits of repeated authors: clustered errors, their corrections, their coverage."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.inference.waits.survival import estimate_waits, survival_curve

TIMES = Path(__file__).parents[1] / "golden" / "in_times.csv"
SIX = pd.DataFrame(
    {"seconds": [600, 1200, 2400, 3600], "events": [1, 2, 1, 0], "censored": [0, 1, 0, 1]}
)


def unweighted_rows() -> pd.DataFrame:
    """The 70 requests of the golden times, each its own author."""
    rows = pd.read_csv(TIMES)
    rows = rows[rows["group"] == "main"]
    return pd.DataFrame(
        {
            "hours": rows["hours"],
            "events": rows["answered"],
            "censored": 1 - rows["answered"],
            "author": range(len(rows)),
        }
    )


def random_table(seed: int, *, authors: int = 25, rows: int = 120, weighted: bool = False):
    rng = np.random.default_rng(seed)
    events = rng.integers(0, 3, rows)
    censored = rng.integers(0, 2, rows)
    weight = rng.uniform(0.3, 2, rows) if weighted else np.ones(rows)
    return pd.DataFrame(
        {
            "author": rng.integers(0, authors, rows),
            "seconds": rng.integers(1, 40, rows) * 600,
            "events": events * weight,
            "censored": censored * weight,
        }
    )


def influence_by_definition(table: pd.DataFrame) -> pd.DataFrame:
    """Σ_i w_i I_i(t) of each author at each time, request by request, as the formula is written."""
    table = table[table["events"] + table["censored"] > 0]
    curve = survival_curve(table, cluster="author")
    times, n, d = (curve[c].to_numpy(float) for c in ("minutes", "at_risk", "events"))
    out = []
    for t in times:
        per_author: dict[int, float] = {}
        for row in table.itertuples():
            wait = row.seconds / 60
            reached = (times <= min(t, wait)) & (d > 0)
            steps = zip(d[reached], n[reached], strict=True)
            common = sum(dk / (nk * (nk - dk)) for dk, nk in steps if nk > dk)
            k = int(np.flatnonzero(times == wait)[0])
            own = 0.0
            if wait <= t:
                own = -(d[k] / (n[k] * (n[k] - d[k])) if n[k] > d[k] else 0.0) - 1 / n[k]
            total = row.events * (common + own) + row.censored * common
            per_author[row.author] = per_author.get(row.author, 0.0) + total
        out.append(per_author)
    return pd.DataFrame(out)


@pytest.mark.parametrize("weighted", [False, True])
def test_clustered_error_is_the_sum_of_squared_influences(weighted):
    table = random_table(3, weighted=weighted)
    curve = survival_curve(table, cluster="author")
    k = table.loc[table["events"] + table["censored"] > 0, "author"].nunique()
    squares = (influence_by_definition(table) ** 2).sum(axis=1)
    want = curve["survival"] * np.sqrt(squares * k / (k - 1))
    inside = curve["survival"] > 0
    np.testing.assert_allclose(curve["std_error"][inside], want[inside], rtol=1e-9)


def test_clusters_of_one_request_give_greenwood_and_say_so():
    rows = unweighted_rows()
    alone = estimate_waits(rows, time="hours", unit="hours")
    clustered = estimate_waits(rows, time="hours", unit="hours", cluster="author")
    assert clustered["method"].tolist() == [
        "kaplan-meier, greenwood, log-log: every author holds one request"
    ]
    assert clustered["clusters"].tolist() == [70]
    same = alone.columns.difference(["method", "clusters"])
    pd.testing.assert_frame_equal(clustered[same], alone[same])


def test_influences_of_single_requests_add_up_to_greenwood():
    """One more request in one cluster makes the robust formula apply to single requests."""
    rows = unweighted_rows()
    weighted = rows.assign(events=rows["events"] * 2.0, censored=rows["censored"] * 2.0)
    plain = survival_curve(rows, time="hours", unit="hours")
    robust = survival_curve(weighted, time="hours", unit="hours", cluster="author")
    np.testing.assert_allclose(robust["std_error"], plain["std_error"] * math.sqrt(70 / 69))


def test_one_cluster_has_an_estimate_and_no_limits():
    row = estimate_waits(SIX.assign(author="a"), cluster="author", within=[5, 10]).iloc[0]
    assert row["median_minutes"] == 20.0
    names = ["ci_low", "ci_high", "within_5_minutes_high", "within_10_minutes_low"]
    assert row[names].isna().all()
    assert row["flags"] == "one_cluster, zero_var, few_clusters, small_n"
    assert row["method"] == "kaplan-meier, no limits: one author"


def test_clusters_that_do_not_vary_leave_the_variance_of_requests():
    alike = pd.concat(random_table(3, rows=12).assign(author=author) for author in range(30))
    clustered, plain = survival_curve(alike, cluster="author"), survival_curve(alike)
    assert (plain["std_error"] > 0).any()
    np.testing.assert_allclose(clustered["std_error"], plain["std_error"])


def test_few_or_unequal_clusters_get_wider_limits_and_say_so():
    few = random_table(5, authors=8)
    row = estimate_waits(few, cluster="author").iloc[0]
    assert row["method"] == (
        "kaplan-meier, log-log, clustered by author, few or unequal: influence / (1 - share), "
        "kish df"
    )
    many = pd.concat([few.assign(author=few["author"] + 8 * i) for i in range(3)])
    assert estimate_waits(many, cluster="author")["method"].tolist() == [
        "kaplan-meier, log-log, clustered by author"
    ]


def test_equal_clusters_get_the_same_limits_by_both_corrections():
    equal = pd.concat(
        random_table(s, rows=10).assign(author=s, events=1, censored=1) for s in range(19)
    )
    row = survival_curve(equal, cluster="author").iloc[25]
    k = 19
    plain = math.sqrt((influence_by_definition(equal).iloc[25] ** 2).sum() * k / (k - 1))
    assert row["std_error"] == pytest.approx(row["survival"] * plain)


@pytest.mark.parametrize(("authors", "heavy"), [(8, 1), (24, 12)])
def test_few_or_unequal_clusters_are_corrected_for_their_share_of_the_weight(authors, heavy):
    table = random_table(6, authors=authors)
    table.loc[table["author"] == 0, ["events", "censored"]] *= heavy
    curve = survival_curve(table, cluster="author")
    weight = table.assign(n=table["events"] + table["censored"]).groupby("author")["n"].sum()
    share = weight / weight.sum()
    scaled = influence_by_definition(table) / (1 - share)
    k, kish = len(share), 1 / (share**2).sum()
    want = curve["survival"] * np.sqrt((k - 1) / k * (scaled**2).sum(axis=1))
    inside = curve["survival"] > 0
    np.testing.assert_allclose(curve["std_error"][inside], want[inside], rtol=1e-9)
    from scipy.stats import t

    row = curve.iloc[12]
    half = (
        t.ppf(0.975, kish - 1) * row["std_error"] / (row["survival"] * -math.log(row["survival"]))
    )
    assert row["ci_low"] == pytest.approx(row["survival"] ** math.exp(half))
    assert row["ci_high"] == pytest.approx(row["survival"] ** math.exp(-half))


def test_clusters_that_do_not_differ_fall_back_on_greenwood():
    twins = pd.concat([SIX.assign(author=a) for a in "abcdef"])
    row = estimate_waits(twins, cluster="author", within=[10]).iloc[0]
    assert row["within_10_minutes_low"] < row["within_10_minutes"] < row["within_10_minutes_high"]
    assert row["flags"] == "zero_var, few_clusters"
    assert row["method"].endswith("; greenwood where clusters do not differ")


def test_exact_limit_counts_clusters_not_requests():
    table = pd.DataFrame({"seconds": 9999, "events": 0, "censored": 5, "author": range(40)})
    row = estimate_waits(table, cluster="author", within=[60]).iloc[0]
    assert row["within_60_minutes_high"] == pytest.approx(1 - 0.025 ** (1 / 40))


def test_weights_may_be_multiplied_by_any_number():
    table = random_table(11, weighted=True)
    double = table.assign(events=table["events"] * 7.3, censored=table["censored"] * 7.3)
    want = survival_curve(table, cluster="author")
    got = survival_curve(double, cluster="author")
    columns = ["survival", "std_error", "ci_low", "ci_high"]
    pd.testing.assert_frame_equal(got[columns], want[columns], rtol=1e-9)


def test_input_is_unchanged():
    table = random_table(2).assign(brand="a")
    before = table.copy(deep=True)
    estimate_waits(table, by=["brand"], cluster="author")
    survival_curve(table, by=["brand"], cluster="author")
    pd.testing.assert_frame_equal(table, before)


def test_limits_cover_what_they_say():
    """400 groups of 60 requests; the bound allows four standard errors of the simulation."""
    rng = np.random.default_rng(20)
    waits, follow_up = (
        rng.exponential(200 / math.log(2), (400, 60)),
        rng.uniform(0, 1500, (400, 60)),
    )
    answered = waits <= follow_up
    table = pd.DataFrame(
        {
            "world": np.repeat(np.arange(400), 60),
            "seconds": np.floor(60 * np.minimum(waits, follow_up)).ravel(),
            "events": answered.ravel().astype(int),
            "censored": (~answered).ravel().astype(int),
        }
    )
    got = estimate_waits(table, by="world", within=[200])
    median = (got["ci_low"].fillna(0) <= 200) & (got["ci_high"].fillna(math.inf) >= 200)
    share = got["within_200_minutes_low"].le(0.5) & got["within_200_minutes_high"].ge(0.5)
    assert 0.905 < median.mean() < 0.995
    assert 0.905 < share.mean() < 0.995


def test_ignoring_repeated_authors_covers_too_little_and_clusters_mend_it():
    rng = np.random.default_rng(21)
    authors = np.repeat(np.arange(300 * 30), 4)
    habit = rng.normal(size=300 * 30)[authors]
    waits = 200 * np.exp(1.5 * (0.9 * habit + math.sqrt(0.19) * rng.normal(size=len(authors))))
    table = pd.DataFrame(
        {"world": authors // 30, "author": authors, "seconds": np.floor(60 * waits)}
    ).assign(events=1, censored=0)
    covered = {}
    for cluster in (None, "author"):
        got = estimate_waits(table, by="world", cluster=cluster, within=[200])
        covered[cluster] = (
            got["within_200_minutes_low"].le(0.5) & got["within_200_minutes_high"].ge(0.5)
        ).mean()
    assert covered[None] < 0.85
    assert 0.90 < covered["author"] < 0.99
