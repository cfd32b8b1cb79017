"""Figures beside real counts: every row again from the files, by other means; what tells them apart."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from dataclasses import replace
from datetime import date
from statistics import fmean, stdev

import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

import carekit
from carekit.claims.decide import REPLAY_VERDICTS, decide_verdict
from carekit.claims.replays.real_counts import (
    BESIDE,
    Counted,
    counted_beside,
    differences,
    real_counts,
)
from carekit.claims.replays.registry import Measurement
from carekit.claims.replays.verdict import verdict_on
from carekit.dataset.measured import list_measured
from carekit.dataset.resources import data_folder
from carekit.errors import InputError


@pytest.fixture(scope="module")
def ledger():
    return carekit.claims.load_ledger()


@pytest.fixture(scope="module")
def rows():
    return real_counts().set_index("figure_id")


def read(name):
    with (data_folder("measured") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ------------------------------------------------------------- a second way: csv and sums by hand


def by_brand(figure):
    """Brand → (answered, reviews) of one and two stars, of the figure's market and sector."""
    sums, market, sector = defaultdict(lambda: [0, 0]), {}, {}
    for row in read("atlas/a_app_reviews"):
        if row["rating"] in "12":
            sums[row["brand"]][0] += int(row["n_answered"])
            sums[row["brand"]][1] += int(row["n"])
            market[row["brand"]], sector[row["brand"]] = row["country"], row["sector"]
    kept = {brand: pair for brand, pair in sums.items() if pair[1] >= 20}
    if figure.country == "US":
        kept = {brand: pair for brand, pair in kept.items() if market[brand] == "US"}
    if figure.group == "telecom":
        kept = {brand: pair for brand, pair in kept.items() if sector[brand] == "telecom"}
    if figure.group == "all_but_telecom":
        kept = {brand: pair for brand, pair in kept.items() if sector[brand] != "telecom"}
    return kept


def answered_reviews(figure):
    brands = by_brand(figure)
    rate = fmean(yes / n for yes, n in brands.values())
    never = figure.measure == "never_answered"
    return (1 - rate if never else rate), sum(n for _, n in brands.values())


def waits(figure, *, everywhere=False):
    """(account, minute) of each answered opening."""
    market = {row["account"]: row["market"] for row in read("atlas/e_care_accounts")}
    made = []
    for row in read("twcs_head_waits"):
        place = market[row["account"]]
        if everywhere or figure.country not in ("GB", "US") or place == figure.country:
            made += [(row["account"], int(row["minute"]))] * int(row["events"])
    return made


def wait(figure):
    minutes = sorted(minute for _, minute in waits(figure))
    middle = minutes[math.ceil(len(minutes) / 2) - 1]
    return (fmean(minutes) if figure.group == "mean" else middle), len(minutes)


def answered_in_time(figure):
    delay = figure.group.rpartition(":")[2]
    limit = 1440 if delay == "same_day" else int(delay.removesuffix("_min"))
    minutes = [minute for _, minute in waits(figure)]
    share = sum(minute <= limit for minute in minutes) / len(minutes)
    return (1 - share if figure.measure == "waits_longer_than" else share), len(minutes)


def under_eight_hours(figure):
    by = defaultdict(list)
    for account, minute in waits(figure, everywhere=True):
        by[account].append(minute)
    return fmean(fmean(minutes) < 480 for minutes in by.values()), len(by)


def share_of_units(table, unit, column, channels, left_out=()):
    sums = defaultdict(lambda: [0, 0])
    for row in read(table):
        if row[column] not in left_out:
            sums[row[unit]][0] += int(row["n"]) * (row[column] in channels)
            sums[row[unit]][1] += int(row["n"])
    return fmean(yes / n for yes, n in sums.values()), sum(n for _, n in sums.values())


CHANNELS = {"phone": "phone", "phone_in": "phone", "call_centre": "phone", "email": "email",
            "website": "web", "mobile_app": "app", "mail": "post", "social_media": "social"}  # fmt: skip


def cases(figure):
    left_out = ("staff", "api", "other")
    return share_of_units(
        "atlas/c_channels", "place", "channel", [CHANNELS[figure.group]], left_out
    )


def complaints(figure):
    if figure.group == "social_media":
        return cases(figure)
    channels = {"phone": ["Phone"], "email": ["Email"], "any_digital": ["Email", "Web"]}
    table = "atlas/d_cfpb_age_tag_by_channel"
    return share_of_units(table, "source", "submitted_via", channels[figure.group])


def older(figure):
    sums = defaultdict(int)
    for row in read("atlas/d_cfpb_age_tag_by_channel"):
        if row["older_american_tag"] in ("yes", "no"):
            sums[row["older_american_tag"], row["submitted_via"] == "Phone"] += int(row["n"])
    n = sums["yes", True] + sums["yes", False]
    everybody = (sums["yes", True] + sums["no", True]) / sum(sums.values())
    return sums["yes", True] / n - (everybody if figure.measure == "age_gap" else 0), n


def care_names(figure):
    named = defaultdict(bool)
    for row in read("atlas/e_care_accounts"):
        named[row["brand"]] |= row["dedicated_care_name"] == "1"
    return fmean(named.values()), len(named)


def facebook(figure):
    kept = [row for row in read("pew_2018_use_by_age") if row["network"] == "facebook"
            and figure.group in ("all", row["age_group"])]  # fmt: skip
    share = sum(float(r["weight_yes"]) for r in kept) / sum(float(r["weight_sum"]) for r in kept)
    return share, sum(int(r["n"]) for r in kept)


AGAIN = {
    **dict.fromkeys(
        "question_response_rate post_response_rate mention_response_rate message_response_rate "
        "complaint_response_rate never_answered".split(), answered_reviews),
    "first_response_time": wait, "average_response_under_8h": under_eight_hours,
    "expects_answer_within": answered_in_time, "waits_longer_than": answered_in_time,
    "used_channel": cases, "share_of_contacts": cases, "complaint_channel": complaints,
    "age_gap": older, "preferred_channel": older, "has_care_account": care_names,
    "uses_social_networks": facebook,
}  # fmt: skip


def test_every_row_comes_out_of_the_files_by_other_means(rows, ledger):
    assert set(AGAIN) == set(BESIDE)
    for key, row in rows.iterrows():
        estimate, n = AGAIN[row["measure"]](ledger.figure(key))
        assert row["estimate"] == pytest.approx(estimate, rel=1e-12), key
        assert row["n"] == n, key
        assert row["ci_low"] <= row["estimate"] <= row["ci_high"], key


def test_intervals_count_brands_accounts_or_people(rows, ledger):
    rates = [yes / n for yes, n in by_brand(ledger.figure("C035")).values()]
    reach = stats.t.ppf(0.975, len(rates) - 1) * stdev(rates) / math.sqrt(len(rates))
    ends = rows.loc["C035", ["ci_low", "ci_high"]].tolist()
    assert ends == pytest.approx([fmean(rates) - reach, fmean(rates) + reach])
    for key in ("P020", "C022", "L020d"):  # accounts, brands, people: each once
        share, n = AGAIN[rows.loc[key, "measure"]](ledger.figure(key))
        expected = proportion_confint(round(share * n), n, method="wilson")
        assert rows.loc[key, ["ci_low", "ci_high"]].tolist() == pytest.approx(expected), key
    kept = [r for r in read("pew_2018_use_by_age") if (r["network"], r["age_group"])
            == ("facebook", "65+")]  # fmt: skip
    (one,) = kept
    n_eff = float(one["weight_sum"]) ** 2 / float(one["weight_sq_sum"])
    expected = proportion_confint(rows.loc["L039d", "estimate"] * n_eff, n_eff, method="wilson")
    assert rows.loc["L039d", ["ci_low", "ci_high"]].tolist() == pytest.approx(expected)
    share, n = answered_in_time(ledger.figure("P031"))  # openings of one account are alike
    low, high = proportion_confint(round(share * n), n, method="wilson")
    assert rows.loc["P031", "ci_high"] - rows.loc["P031", "ci_low"] > 2 * (high - low)
    # Twelve British accounts: a mean over them is less sure than over 113 openings.
    minutes = [minute for _, minute in waits(ledger.figure("L007b"))]
    alone = stdev(minutes) / math.sqrt(len(minutes))
    assert rows.loc["L007b", "ci_high"] - rows.loc["L007b", "estimate"] > 2.2 * alone


def test_a_row_says_what_was_counted_and_why_its_verdict(rows):
    assert set(rows["evidence"]) == {"measured"}
    assert not rows["synthetic"].any()
    assert set(rows["table"]) <= set(list_measured())
    assert (rows["why"].str.len() > 40).all()
    assert all(text.startswith(name + ": ") for name, text in rows[["table", "definition"]].values)
    assert set(rows["verdict"]) <= set(REPLAY_VERDICTS)
    apart = rows["why"].str.startswith("Other ")
    assert (apart == (rows["verdict"] == "not_comparable")).all()
    assert list(rows.index[~apart]) == ["L007b"]


def test_no_row_calls_files_that_somebody_chose_the_rate_of_a_country(rows):
    chosen = rows[rows["table"] == "atlas/a_app_reviews"]
    assert chosen["notes"].str.contains("the rate of no country").all()
    assert chosen["why"].str.contains("store reviews of one and two stars").all()
    american = chosen.loc["C037"]
    assert "9 brands (home market: United States)" in american["definition"]
    assert not rows["definition"].str.contains(r"rate (?:of|in) [A-Z]", regex=True).any()


def test_a_figure_that_can_be_compared_is_judged_with_both_errors(rows, ledger):
    row = rows.loc["L007b"]
    by_hand = decide_verdict(
        published=297.0, rounding=0.5, estimate=row["estimate"], ci_low=row["ci_low"],
        ci_high=row["ci_high"], margin=0.25 * 297, n=113, unit="minutes",
    )  # fmt: skip
    assert (row["verdict"], row["why"]) == (by_hand.verdict, by_hand.why)
    assert row["diff_low"] < row["ci_low"] - 297 < row["diff_high"]
    assert "answered test questions" in row["notes"]
    far = replace(ledger.figure("L007b"), value=3000.0)
    counted = counted_beside(far)
    made = Measurement.of(counted.row, "answered openings")
    assert differences(far, counted) == []
    assert verdict_on(far, made, [], evidence="measured").verdict == "differs"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"network": "facebook"},
         ["Other network: the figure is of Facebook, the counts are of X (Twitter)."]),
        ({"network": "multiple"},
         ["Other network: the figure is of several, the counts are of X (Twitter)."]),
        ({"country": "FR"}, ["Other country: the figure is of France, the counts are of United Kingdom."]),
        ({"country": "world"},
         ["Other country: the figure is of several, the counts are of United Kingdom."]),
        ({"country": None}, []),
        ({"period_start": date(2014, 1, 1), "period_end": date(2014, 12, 31)},
         ["Other period: the figure is of 2014, the counts are of 2017."]),
        ({"period_start": date(2016, 5, 1)}, []),
    ],
)  # fmt: skip
def test_what_keeps_figure_and_counts_apart_is_said(ledger, changed, said):
    counted = Counted("t", {}, "rows", frozenset([2017]), ("GB",), ("x",))
    assert differences(replace(ledger.figure("L007b"), **changed), counted) == said
    several = replace(counted, countries=("GB", "IN"))
    assert differences(replace(ledger.figure("L007b"), country="world"), several) == []
    assert differences(replace(ledger.figure("L007b"), country="FR"), several) == [
        "Other country: the figure is of France, the counts are of 2 markets."
    ]


@pytest.mark.parametrize(
    "figure_id",
    ["P068b", "P048a", "L015a", "P085", "L034b", "L027d", "C007", "D019", "L020a", "C009a"],
)
def test_nothing_stands_beside_what_no_table_counts(ledger, figure_id):
    """Ranks, delays in words, channels and ages that are not there, social networks by age."""
    assert counted_beside(ledger.figure(figure_id)) is None
    assert real_counts([figure_id]).empty
    assert list(real_counts([figure_id]).columns) == list(real_counts(["C035"]).columns)


def test_years_are_those_with_a_twentieth_of_the_counts(rows):
    each = defaultdict(int)
    apps = {row["source_id"] for row in read("atlas/a_app_reviews")}
    for row in read("atlas/ab_by_year"):
        each[int(row["year"])] += int(row["n"]) * (row["source_id"] in apps)
    years = [year for year, n in each.items() if n >= 0.05 * sum(each.values())]
    assert min(each) < min(years)
    assert f"the counts are of {min(years)} to {max(years)}." in rows.loc["C035", "why"]


def test_a_sector_without_brands_is_said(rows):
    assert "Other sector: none of the brands counted are airlines." in rows.loc["L002", "why"]
    assert "3 brands of the sector telecom" in rows.loc["D021", "definition"]


def test_columns_are_those_of_a_replay_and_ids_must_exist(ledger):
    replayed = carekit.replay_all(carekit.open_dataset(), only=["C020"])
    made = real_counts(["L007b", "C035"])
    assert list(made.columns) == list(replayed.columns)
    assert (made.dtypes == replayed.dtypes).all()
    assert made["figure_id"].tolist() == ["L007b", "C035"]
    assert replayed["evidence"].tolist() == ["dataset"]
    with pytest.raises(InputError, match="'C999'"):
        real_counts(["C999"])


def test_another_ledger_is_read(ledger):
    changed = ledger.with_figure("L007b", value=200.0)
    assert real_counts(["L007b"], ledger=changed)["published"].tolist() == [200.0]
