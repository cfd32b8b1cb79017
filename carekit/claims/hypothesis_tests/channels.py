"""Channels over the years: which grow, which lead, and where complaints go (H01 to H04, H20,
H24, H25)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.channel_series import channel_series
from carekit.claims.hypothesis_evidence import MANY, MOST
from carekit.claims.hypothesis_tests.asked import question_of
from carekit.claims.hypothesis_tests.printed import find_figure, percent, share_row, value_of
from carekit.claims.hypothesis_tests.registry import (
    Finding,
    Inquiry,
    Lacking,
    cannot_test,
    decided,
    decides,
)
from carekit.errors import InputError
from carekit.inference.surveys.printed_lists import printed_differences
from carekit.inference.surveys.trends import TrendTest, logistic_trend

CONTACT_LOGS = "calls: contact logs of firms by channel and month, over several years"
# The 2012 wave asked 216 contact centres; shares of contacts are taken to be as sure as theirs.
CENTRES = 216
LATEST_WAVE = "bva-2020"

cannot_test(
    "H01",
    evidence="posts",
    test="Monthly contacts by channel before and after a firm opened a new one.",
    needs=f"{CONTACT_LOGS}, with the date on which a channel was opened and firms that opened none",
    why="Posts show one channel: what customers did on the others before is not in them.",
)


def _series(inquiry: Inquiry, channel: str) -> pd.DataFrame:
    try:
        return channel_series(inquiry.ledger, channel=channel, conf_level=inquiry.conf_level)
    except InputError as lost:
        raise Lacking(f"The ledger has no series of the channel {channel}.") from lost


def _trend(series: pd.DataFrame, conf_level: float) -> TrendTest:
    years = series["year"].tolist()
    counts = series.assign(n_yes=(series["estimate"] * series["n"]).round())
    return logistic_trend(
        counts, group="year", scores=dict(zip(years, years, strict=True)), conf_level=conf_level
    )


def _slope(series: pd.DataFrame, trend: TrendTest) -> str:
    first, last = series.iloc[0], series.iloc[-1]
    return (
        f"Of all French people aged 18 and over, {percent(first['estimate'])} in {first['year']} "
        f"and {percent(last['estimate'])} in {last['year']} ({len(series)} waves on one base, the "
        f"mode of the survey changes; log odds {trend.estimate:+.3f} a year, p = "
        f"{trend.p_value:.2g})."
    )


@decides(
    "H02",
    evidence="figures",
    unit="log odds a year",
    test="Change of the share of French people who used social networks to reach a service, log "
    "odds a year; the claim is that it follows the number of users of social networks.",
    needs="the number of users of social networks by year, of the same people as the share",
)
def grows_with_users(inquiry: Inquiry) -> Finding:
    series = _series(inquiry, "social_media")
    trend = _trend(series, inquiry.conf_level)
    return Finding(
        "undecided",
        f"{_slope(series, trend)} No count of users by year stands beside it: two series that both "
        "grow with time would agree in any case.",
        trend.estimate,
        trend.ci_low,
        trend.ci_high,
        trend.p_value,
        trend.n,
    )


@decides(
    "H03",
    evidence="figures",
    unit="share",
    test="Share of French people who used social networks to reach a service, latest wave; a large "
    f"part means more than {percent(MANY)}.",
    needs="waves of the French series on one base",
)
def large_part_of_people(inquiry: Inquiry) -> Finding:
    series = _series(inquiry, "social_media")
    why = _slope(series, _trend(series, inquiry.conf_level))
    return decided(series.iloc[-1], claim="above", reference=MANY, why=why)


@decides(
    "H03",
    evidence="figures",
    unit="share",
    test="Share of the contacts of British contact centres that came by social networks, latest "
    f"year; a large part means more than {percent(MANY)}.",
    needs="shares of contacts by channel",
)
def large_part_of_contacts(inquiry: Inquiry) -> Finding:
    before, after = value_of(inquiry, "L033a"), value_of(inquiry, "L034e")
    row = share_row(inquiry, "L034e", assumed_n=CENTRES)
    return decided(
        row,
        claim="above",
        reference=MANY,
        why=f"Of contacts logged by contact centres {percent(before)} in 2012 and {percent(after)} "
        f"in 2021. A share of contacts varies between centres: n is that of centres.{row['note']}",
    )


@decides(
    "H04",
    evidence="figures",
    unit="share",
    test="Share of French people who called a customer service, latest wave; coming to an end "
    f"means fewer than {percent(MOST)}.",
    needs="waves of the French series on one base",
)
def fewer_people_call(inquiry: Inquiry) -> Finding:
    series = _series(inquiry, "phone")
    why = _slope(series, _trend(series, inquiry.conf_level))
    return decided(series.iloc[-1], claim="below", reference=MOST, why=why)


@decides(
    "H04",
    evidence="figures",
    unit="share",
    test="Share of the contacts of US contact centres that came by phone, latest year; coming to "
    f"an end means less than {percent(MOST)}.",
    needs="shares of contacts by channel",
)
def fewer_contacts_by_phone(inquiry: Inquiry) -> Finding:
    row = share_row(inquiry, "L035a", assumed_n=CENTRES)
    uk = value_of(inquiry, "L034a") + value_of(inquiry, "L034b")
    return decided(
        row,
        claim="below",
        reference=MOST,
        why=f"Of contacts received by US contact centres in 2024 {percent(row['estimate'])}; in "
        f"Britain {percent(value_of(inquiry, 'L033b'))} in 2012 and {percent(uk)} in 2021 (in and "
        f"out). A share of contacts varies between centres: n is that of centres.{row['note']}",
    )


@decides(
    "H20",
    evidence="figures",
    unit="difference of shares",
    test="Share of French people who used social networks to reach a service less the share of the "
    "leading channel, difference of shares; the main way means above 0.",
    needs="a wave with all channels on one base",
)
def social_leads(inquiry: Inquiry) -> Finding:
    figures = inquiry.ledger.figures
    wave = figures[
        (figures["study_id"] == LATEST_WAVE)
        & (figures["measure"] == "used_channel")
        & (figures["group_dim"] == "channel")
        & ~figures["group"].str.startswith("any_")
    ].sort_values("value", ascending=False)
    others = wave[wave["group"] != "social_media"]
    social = wave[wave["group"] == "social_media"]
    if others.empty or social.empty:
        raise Lacking(f"The ledger has no list of channels of {LATEST_WAVE}.")
    pair = pd.concat([social, others.head(1)])
    n = int(social["sample_size"].iloc[0])
    made: dict[str, Any] = dict(
        printed_differences(
            pair, item="group", share="value", bases={"all": n}, conf_level=inquiry.conf_level
        ).iloc[0]
    )
    rank = int((wave["value"] > social["value"].iloc[0]).sum()) + 1
    return decided(
        {**made, "p_value": made["p_value_high"]},
        claim="above",
        why=f"Of all French people aged 18 and over in 2020 {percent(pair['value'].iloc[0])} used "
        f"social networks and {percent(pair['value'].iloc[1])} {pair['group'].iloc[1]}; rank {rank} "
        f"of {len(wave)} channels. Limits at the overlap of answers that makes them widest.",
    )


@decides(
    "H20",
    evidence="survey",
    unit="difference of shares",
    test="Share of respondents who used social networks to reach a service less the share of the "
    "leading channel, difference of shares; the main way means above 0.",
    needs="a question with several answers on the channels used, social_media among them",
)
def social_leads_in_survey(inquiry: Inquiry) -> Finding:
    from carekit.survey import differences, ticked

    question = question_of(inquiry, "C046")
    if question.kind != "multiple" or "social_media" not in question.answers:
        raise Lacking(f"social_media is not among several answers to {question.name}.")
    made = ticked(inquiry.dataset, question.name)
    made = made[made["measure"] == "share_of_respondents"]
    shares: dict[str, float] = dict(zip(made["item"], made["estimate"], strict=True))
    leader = max((name for name in shares if name != "social_media"), key=lambda name: shares[name])
    pairs = differences(inquiry.dataset, question.name, conf_level=inquiry.conf_level)
    pair = pairs[pairs["group_a"].isin(["social_media", leader])
                 & pairs["group_b"].isin(["social_media", leader])].iloc[0]  # fmt: skip
    row = _oriented(pair, "social_media")
    return decided(
        row,
        claim="above",
        n=int(pair["n_a"]),
        why=f"Of {int(pair['n_a']):,} respondents ({question.base}) {percent(shares['social_media'])}"
        f" ticked social_media and {percent(shares[leader])} {leader}, weighted, the same people.",
    )


def _oriented(pair: pd.Series, first: str) -> dict[str, float]:
    """A difference read as `first` less the other."""
    if pair["group_a"] == first:
        return {key: pair[key] for key in ("estimate", "ci_low", "ci_high", "p_value")}
    return {
        "estimate": -pair["estimate"],
        "ci_low": -pair["ci_high"],
        "ci_high": -pair["ci_low"],
        "p_value": pair["p_value"],
    }


@decides(
    "H24",
    evidence="figures",
    unit="difference of shares",
    test="Rise of the share of US complainants who posted about it, between waves asked in the "
    "same way, difference of shares; moving means that other channels lose what this one gains.",
    needs=f"{CONTACT_LOGS}, with the complaints among them",
)
def complaints_move(inquiry: Inquiry) -> Finding:
    early = value_of(inquiry, "L029b") - value_of(inquiry, "L029a")
    first, last = value_of(inquiry, "L029a"), value_of(inquiry, "L029b")
    late = value_of(inquiry, "L030a")
    ceiling = find_figure(inquiry, "L030b").high
    return Finding(
        "undecided",
        f"Of US complainants {percent(first)} in 2011 and {percent(last)} in 2013 had posted about "
        f"it (telephone), less than {percent(ceiling)} in 2020 and {percent(late)} in 2023 "
        "(online): a rise within each mode, no trend across them. Who posts may also have called: "
        "these are complaints added, not shown to be moved. The number of complainants was not "
        "published.",
        early,
    )


cannot_test(
    "H25",
    evidence="survey",
    test="Total complaint rate against the share of social networks over the years: addition or "
    "displacement.",
    needs=f"{CONTACT_LOGS}; or a survey, repeated, on having complained at all and where",
    why="No survey here asks both whether people complained at all and where, twice.",
)
