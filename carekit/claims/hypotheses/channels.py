"""Channels over the years: which grow, which lead, and where complaints go (H01 to H04, H20,
H24, H25)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.channel_series import channel_series
from carekit.claims.hypotheses.asked import question_of
from carekit.claims.hypotheses.evidence import MANY
from carekit.claims.hypotheses.printed import (
    assumption,
    find_figure,
    percent,
    share_row,
    told,
    value_of,
)
from carekit.claims.hypotheses.registry import Row, cannot_test, tests
from carekit.claims.inquiry import Inquiry
from carekit.errors import CannotAnswer, InputError
from carekit.inference.surveys.printed_lists import printed_differences
from carekit.inference.surveys.trends import TrendTest, logistic_trend
from carekit.survey.comparisons import differences
from carekit.survey.estimates import ticked

CONTACT_LOGS = "calls: contact logs of firms by channel and month, over several years"
BY_CENTRE = "A share of contacts varies between centres: n is that of centres."
LATEST_WAVE = "bva-2020"
UNKNOWN_MODES = ("survey, mode not seen", "not seen")

cannot_test(
    "H01",
    on="posts",
    measured="Monthly contacts by channel before and after a firm opened a new one",
    needs=f"{CONTACT_LOGS}, with the date on which a channel was opened and firms that opened none",
    why="Posts show one channel: what customers did on the others before is not in them.",
)


def _series(inquiry: Inquiry, channel: str) -> pd.DataFrame:
    try:
        return channel_series(inquiry.ledger, channel=channel, conf_level=inquiry.conf_level)
    except InputError as lost:
        raise CannotAnswer(f"The ledger has no series of the channel {channel}.") from lost


def _same_mode(series: pd.DataFrame, channel: str) -> pd.DataFrame:
    """The waves of the known mode that has most of them: only these make one trend."""
    known = series[~series["mode"].isin(UNKNOWN_MODES)]
    most = known["mode"].mode()
    waves = known[known["mode"].isin(most[:1])]
    if len(waves) < 3:
        raise CannotAnswer(
            f"Of {len(series)} waves on {channel} {len(known)} say how people were asked, and no "
            "three were asked in the same way: no trend can be read from them."
        )
    return waves


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
        f"and {percent(last['estimate'])} in {last['year']} ({len(series)} waves on one base and of "
        f"one mode, {last['mode']}; log odds {trend.estimate:+.3f} a year, p = {trend.p_value:.2g})."
    )


@tests(
    "H02",
    on="figures",
    measured="Change of the share of French people who used social networks to reach a service",
    unit="log odds a year",
    means="the claim is that it follows the number of users of social networks",
    needs="the number of users of social networks by year, of the same people as the share",
)
def grows_with_users(inquiry: Inquiry) -> tuple[Row, str]:
    series = _same_mode(_series(inquiry, "social_media"), "social networks")
    trend = _trend(series, inquiry.conf_level)
    return vars(trend), (
        f"{_slope(series, trend)} No count of users by year stands beside it: two series that both "
        "grow with time would agree in any case."
    )


@tests(
    "H03",
    on="figures",
    measured="Share of French people who used social networks to reach a service, latest wave",
    unit="share",
    means="a large part",
    claim="above",
    reference=MANY,
    needs="waves of the French series on one base",
)
def large_part_of_people(inquiry: Inquiry) -> tuple[Row, str]:
    series = _same_mode(_series(inquiry, "social_media"), "social networks")
    return dict(series.iloc[-1]), _slope(series, _trend(series, inquiry.conf_level))


@tests(
    "H03",
    on="figures",
    measured="Share of the contacts of British contact centres that came by social networks, "
    "latest year",
    unit="share",
    means="a large part",
    claim="above",
    reference=MANY,
    needs="shares of contacts by channel",
)
def large_part_of_contacts(inquiry: Inquiry) -> tuple[Row, str]:
    return share_row(inquiry, "L034e"), (
        f"Of contacts logged by contact centres {told(inquiry, 'L033a')} in 2012 and "
        f"{told(inquiry, 'L034e')} in 2021. {BY_CENTRE}{assumption(inquiry, 'L034e')}"
    )


@tests(
    "H04",
    on="figures",
    measured="Change of the share of French people who called a customer service",
    unit="log odds a year",
    means="coming to an end",
    claim="below",
    needs="three waves or more of the French series on one base, asked in the same way",
)
def fewer_people_call(inquiry: Inquiry) -> tuple[Row, str]:
    series = _same_mode(_series(inquiry, "phone"), "the phone")
    trend = _trend(series, inquiry.conf_level)
    return vars(trend), _slope(series, trend)


@tests(
    "H04",
    on="figures",
    measured="Share of the contacts of US contact centres that came by phone, latest year",
    unit="share",
    means="a level is no trend",
    needs="shares of contacts by channel, of the same centres over several years",
)
def fewer_contacts_by_phone(inquiry: Inquiry) -> tuple[Row, str]:
    uk = value_of(inquiry, "L034a") + value_of(inquiry, "L034b")
    return share_row(inquiry, "L035a"), (
        f"Of contacts received by US contact centres in 2024 {told(inquiry, 'L035a')}; in Britain "
        f"{told(inquiry, 'L033b')} in 2012 and {percent(uk)} in 2021 (in and out). {BY_CENTRE}"
        f"{assumption(inquiry, 'L035a')}"
    )


@tests(
    "H20",
    on="figures",
    measured="Share of French people who used social networks to reach a service less the share of "
    "the leading channel",
    unit="difference of shares",
    means="the main way",
    claim="above",
    needs="a wave with all channels on one base",
)
def social_leads(inquiry: Inquiry) -> tuple[Row, str]:
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
        raise CannotAnswer(f"The ledger has no list of channels of {LATEST_WAVE}.")
    pair = pd.concat([social, others.head(1)])
    bases = {"all": int(social["sample_size"].iloc[0])}
    made: dict[str, Any] = dict(
        printed_differences(
            pair, item="group", share="value", bases=bases, conf_level=inquiry.conf_level
        ).iloc[0]
    )
    rank = int((wave["value"] > social["value"].iloc[0]).sum()) + 1
    return {**made, "p_value": made["p_value_high"]}, (
        f"Of all French people aged 18 and over in 2020 {percent(pair['value'].iloc[0])} used "
        f"social networks and {percent(pair['value'].iloc[1])} {pair['group'].iloc[1]}; rank {rank} "
        f"of {len(wave)} channels. Limits at the overlap of answers that makes them widest."
    )


@tests(
    "H20",
    on="survey",
    measured="Share of respondents who used social networks to reach a service less the share of "
    "the leading channel",
    unit="difference of shares",
    means="the main way",
    claim="above",
    needs="a question with several answers on the channels used, social_media among them",
)
def social_leads_in_survey(inquiry: Inquiry) -> tuple[Row, str]:
    question = question_of(inquiry, "C046")
    if question.kind != "multiple" or "social_media" not in question.answers:
        raise CannotAnswer(f"social_media is not among several answers to {question.name}.")
    made = ticked(inquiry.dataset, question.name)
    made = made[made["measure"] == "share_of_respondents"]
    shares: dict[str, float] = dict(zip(made["item"], made["estimate"], strict=True))
    leader = max((name for name in shares if name != "social_media"), key=lambda name: shares[name])
    pairs = differences(inquiry.dataset, question.name, conf_level=inquiry.conf_level)
    both = ["social_media", leader]
    pair = pairs[pairs["group_a"].isin(both) & pairs["group_b"].isin(both)].iloc[0]
    row = {**pair, "n": int(pair["n_a"])}
    if pair["group_a"] == leader:
        ends = {"ci_low": -pair["ci_high"], "ci_high": -pair["ci_low"]}
        row = {**row, "estimate": -pair["estimate"], **ends}
    return row, (
        f"Of {row['n']:,} respondents ({question.base}) {percent(shares['social_media'])}"
        f" ticked social_media and {percent(shares[leader])} {leader}, weighted, the same people."
    )


@tests(
    "H24",
    on="figures",
    measured="Rise of the share of US complainants who posted about it, between waves asked in the "
    "same way",
    unit="difference of shares",
    means="moving means that other channels lose what this one gains",
    needs=f"{CONTACT_LOGS}, with the complaints among them",
)
def complaints_move(inquiry: Inquiry) -> tuple[Row, str]:
    ceiling = percent(find_figure(inquiry, "L030b").high)
    rise = value_of(inquiry, "L029b") - value_of(inquiry, "L029a")
    return {"estimate": rise}, (
        f"Of US complainants {told(inquiry, 'L029a')} in 2011 and {told(inquiry, 'L029b')} in 2013 "
        f"had posted about it (telephone), less than {ceiling} in 2020 and "
        f"{told(inquiry, 'L030a')} in 2023 (online): a rise within each mode, no trend across them. "
        "Who posts may also have called: these are complaints added, not shown to be moved. The "
        "number of complainants was not published."
    )


cannot_test(
    "H25",
    on="survey",
    measured="Total complaint rate against the share of social networks over the years: addition "
    "or displacement",
    needs=f"{CONTACT_LOGS}; or a survey, repeated, on having complained at all and where",
    why="No survey here asks both whether people complained at all and where, twice.",
)
