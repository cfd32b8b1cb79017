"""Hypotheses that the atlas of real counts touches. Each row is a hint: none tests what is claimed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims import atlas, atlas_channels
from carekit.claims.hypotheses.registry import Row, tests
from carekit.claims.inquiry import Inquiry
from carekit.dataset.measured import load_measured
from carekit.inference.rates.intervals import newcombe
from carekit.inference.rates.proportions import estimate_rate
from carekit.show.numbers import percent

_WORDS = {"social": "social networks", "phone": "phone"}
_CITY = "requests to firms by every channel, social networks among them"


@tests(
    "H03",
    on="measured",
    measured="Share of social networks in the cases that citizens brought to San Francisco",
    unit="share",
    means="a large part would mean tens of per cent",
    needs=_CITY,
)
def social_cases(inquiry: Inquiry) -> tuple[Row, str]:
    return _channel(inquiry, "social")


@tests(
    "H04",
    on="measured",
    measured="Share of the phone in the cases that citizens brought to San Francisco",
    unit="share",
    means="coming to an end would mean a small share",
    needs=_CITY,
)
def phone_cases(inquiry: Inquiry) -> tuple[Row, str]:
    return _channel(inquiry, "phone")


@tests(
    "H20",
    on="measured",
    measured="Share of social networks in the cases that citizens brought to San Francisco",
    unit="share",
    means="the main way would mean more than by any other channel",
    needs=_CITY,
)
def social_as_main_channel(inquiry: Inquiry) -> tuple[Row, str]:
    return _channel(inquiry, "social")


@tests(
    "H21",
    on="measured",
    measured="Cases brought to San Francisco by social networks, of those by social networks or phone",
    unit="share",
    means="many would mean tens of per cent",
    needs="what the same people choose where both are offered",
)
def social_rather_than_phone(inquiry: Inquiry) -> tuple[Row, str]:
    made = atlas_channels.shares(inquiry.conf_level)
    city = made[made["place"] == "San Francisco US"].set_index("channel")["n_yes"]
    both = pd.DataFrame({"n": [city["social"] + city["phone"]], "n_yes": [city["social"]]})
    row = estimate_rate(both, n_yes="n_yes", conf_level=inquiry.conf_level).iloc[0]
    return dict(row), (
        f"Real counts. {int(row['n_yes'])} of {int(row['n']):,} cases, 2008 to 2016. What citizens "
        "did, not what they would rather do."
    )


def _channel(inquiry: Inquiry, channel: str) -> tuple[Row, str]:
    made = atlas_channels.shares(inquiry.conf_level)
    mine = made[made["channel"] == channel].set_index("place")
    row: Any = mine.loc["San Francisco US"]
    others = ", ".join(
        f"{str(place).removesuffix(' US')} {percent(share)}"
        for place, share in mine["estimate"].drop("San Francisco US").items()
    )
    beside = f" Elsewhere: {others}." if others else ""
    return dict(row), (
        f"Real counts. Of {int(row['n']):,} cases {percent(row['estimate'])} came by {_WORDS[channel]}."
        f"{beside} Citizens and a city, no customers and no firm; one level is no trend."
    )


@tests(
    "H05",
    on="measured",
    measured="Share of brands with a dedicated care account, among accounts that answer on Twitter",
    unit="share",
    means="common practice would mean more than half",
    needs="large brands that were chosen without looking at their accounts",
)
def care_accounts_on_twitter(inquiry: Inquiry) -> tuple[Row, str]:
    accounts = load_measured("atlas/e_care_accounts")
    brands = accounts.groupby("brand", as_index=False)["dedicated_care_name"].max()
    counts = brands.assign(n=1, n_answered=brands["dedicated_care_name"])
    row = estimate_rate(counts, conf_level=inquiry.conf_level).iloc[0]
    return dict(row), (
        f"Real counts. Of {int(row['n'])} brands in a public file of support on Twitter in 2017 "
        f"{int(row['n_answered'])} answer by an account that is named for care. They are in the file "
        "because they support there."
    )


@tests(
    "H11",
    on="measured",
    measured="Complaints by phone, share by people of 62 and over (self-declared)",
    unit="share",
    means="customers of the phone being older would mean more than by web",
    needs="complaints by social networks with the age of who complains",
)
def elders_by_phone(inquiry: Inquiry) -> tuple[Row, str]:
    made = atlas_channels.older(inquiry.conf_level)
    each = made.groupby("channel")[["n", "n_yes"]].sum()
    row = estimate_rate(
        each.loc[["Phone"]], n_yes="n_yes", conf_level=inquiry.conf_level
    ).iloc[0]  # fmt: skip
    web = made[made["channel"] == "Web"]["estimate"]
    return dict(row), (
        f"Real counts. {percent(row['estimate'])} of {int(row['n'])} complaints by phone to a US "
        f"regulator, {percent(web.min())} to {percent(web.max())} by web. Social networks are no "
        "channel there."
    )


@tests(
    "H22",
    on="measured",
    measured="Share of complaints that came by phone, people of 62 and over less others",
    unit="difference of shares",
    means="more of the phone at a higher age would mean above 0",
    needs="complaints by social networks and by phone with the age of who complains",
)
def older_people_by_phone(inquiry: Inquiry) -> tuple[Row, str]:
    tags = atlas_channels.by_tag().set_index("older_american_tag")
    counts = [int(tags[c][tag]) for tag in ("yes", "no") for c in ("n_phone", "n")]
    low, high = newcombe(*counts, conf_level=inquiry.conf_level)
    older, others = counts[0] / counts[1], counts[2] / counts[3]
    row = {"estimate": older - others, "ci_low": float(low), "ci_high": float(high)}
    return {**row, "n": counts[1] + counts[3]}, (
        f"Real counts of a US regulator: {percent(older)} of {counts[1]} complaints of people of 62 and "
        f"over came by phone, {percent(others)} of {counts[3]:,} others. Social networks are no channel "
        "there, the tag is self-declared, and complaints count as independent."
    )


@tests(
    "H14",
    on="measured",
    part="the answer comes at once",
    measured="Share of low-star store reviews answered within an hour, mean of brands",
    unit="share",
    means="at once means more than half",
    needs="waits of requests on social networks, answered or not",
)
def reviews_within_an_hour(inquiry: Inquiry) -> tuple[Row, str]:
    made = atlas.speed(inquiry.conf_level).set_index(["base", "hours"])
    row: Any = made.loc[("all reviews", 1)]
    day: Any = made.loc[("all reviews", 24), "estimate"]
    return dict(row), (
        f"Real counts. {int(row['n']):,} reviews of one and two stars of {int(row['brands'])} brands: "
        f"{percent(row['estimate'])} were answered within an hour, {percent(day)} within a day (mean of "
        "brands, each counting once). Reviews in a store are no questions on a social network."
    )
