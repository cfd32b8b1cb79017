"""What is written, where and how (H12, H13, H23, H26)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.hypothesis_evidence import MANY
from carekit.claims.hypothesis_tests.printed import percent, value_of
from carekit.claims.hypothesis_tests.registry import (
    Finding,
    Inquiry,
    Lacking,
    cannot_test,
    decided,
    decides,
)
from carekit.claims.hypothesis_tests.tone_of_posts import BY_RULES, LABELS, coded_labels
from carekit.errors import InputError, SelectionError

# Share of requests that would have to change category: up to here two mixes are taken for alike,
# from `MANY` on for different.
ALIKE = 0.10
OTHER_CHANNELS = (
    "requests to the same firms by phone, e-mail or ticket (networks such as zendesk), beside "
    "those on social networks"
)
# Channels of a dataset that are no social network.
NOT_SOCIAL = ("zendesk", "email", "phone", "chat", "cfpb")
# A contact in ten or more is not few.
FEW = 0.10


@decides(
    "H12",
    evidence="measured",
    unit="share",
    test="Share of requests that would have to change category for the mix of Twitter to be that of "
    f"the phone, cases of one city; resembling means below {ALIKE:g}, above {MANY:g} contradicts it.",
    needs="the measured table sf311_days_to_close",
)
def city_mix(inquiry: Inquiry) -> Finding:
    from carekit.dataset.measured import load_measured
    from carekit.inference.rates.mixes import compare_mixes

    cases = load_measured("sf311_days_to_close")
    cases = cases[cases["channel"].isin(["Twitter", "Voice In"])]
    cases = cases.assign(n=cases["events"] + cases["censored"])
    row = compare_mixes(
        cases,
        category="category",
        by="channel",
        reference="Twitter",
        conf_level=inquiry.conf_level,
    ).iloc[0]
    # |D - true D| is at most the distance of the errors, whose quantile the permutation gives.
    limits = {
        "ci_low": max(row["estimate"] - row["by_chance"], 0.0),
        "ci_high": min(row["estimate"] + row["by_chance"], 1.0),
    }
    return decided(
        {**row, **limits},
        claim="below",
        reference=MANY,
        extent=ALIKE,
        n=int(row["n"] + row["n_reference"]),
        why=f"Real counts: {int(row['n_reference']):,} cases by Twitter and {int(row['n']):,} by phone; "
        f"95 % of shuffles of the channel stay below {row['by_chance']:.2f}, which makes the limits."
        " One city, one kind of service: no firm.",
    )


cannot_test(
    "H12",
    evidence="posts",
    test="Distance of the mix of categories on social networks from that of other channels.",
    needs=f"posts or tickets: {OTHER_CHANNELS}, coded for their category",
    why="A dataset of posts holds networks only, and rules do not tell categories.",
)


@decides(
    "H13",
    evidence="posts",
    unit="characters",
    test="Mean length of first answers on social networks less that on other channels, characters; "
    "shorter means below 0.",
    needs=f"posts or tickets: {OTHER_CHANNELS}, with the texts of the answers",
)
def shorter_answers(inquiry: Inquiry) -> Finding:
    from carekit.measures.first_answers import reply_length as measure_reply_length

    made = measure_reply_length(
        inquiry.dataset, by="network", cluster="brand", conf_level=inquiry.conf_level
    )
    made = made[made["n"] > 0].set_index("network")
    if made.empty:
        raise Lacking("The dataset holds no text of an answer.")
    other = made[made.index.isin(NOT_SOCIAL)]
    if other.empty:
        told = ", ".join(f"{name} {row['mean_characters']:.0f}" for name, row in made.iterrows())
        raise Lacking(
            f"Mean length of first answers in characters: {told}. All are networks: no other "
            "channel to compare them with."
        )
    social = made.drop(index=other.index)
    if social.empty:
        raise Lacking("The dataset holds no answer on a social network.")
    gaps = [
        (a["mean_characters"] - b["mean_characters"], a, b)
        for _, a in social.iterrows()
        for _, b in other.iterrows()
    ]
    gap, a, b = max(gaps, key=lambda item: item[0])
    below = (
        (a["mean_characters"] - a["ci_low"]) ** 2 + (b["ci_high"] - b["mean_characters"]) ** 2
    ) ** 0.5
    above = (
        (a["ci_high"] - a["mean_characters"]) ** 2 + (b["mean_characters"] - b["ci_low"]) ** 2
    ) ** 0.5
    return decided(
        {"estimate": gap, "ci_low": gap - below, "ci_high": gap + above},
        claim="below",
        n=int(a["n"] + b["n"]),
        why=f"First answers with a text, clustered by brand: {a.name} less {b.name}, the pair of "
        "channels that speaks least for the claim; brands on both are taken for independent.",
    )


@decides(
    "H17",
    evidence="posts",
    unit="log ratio",
    test="Rate of near-duplicate questions after a public answer over the rate before it, over the "
    "same ratio of questions left unanswered, log; preventing means below 0.",
    needs="posts: questions with their texts, several of nearly the same wording, some answered in "
    "public and some not",
)
def answer_prevents_questions(inquiry: Inquiry) -> Finding:
    from carekit.measures.events import load_events
    from carekit.measures.near_duplicates import BURST
    from carekit.measures.near_duplicates import near_duplicates as measure_near_duplicates

    try:
        events = load_events(inquiry.dataset, event=BURST).assign(event=BURST)
        since = "since the incident began (events.csv)"
    except (SelectionError, InputError):
        events, since = None, "since the first question"
    made = measure_near_duplicates(
        inquiry.dataset, events=events, conf_level=inquiry.conf_level
    ).set_index("arm")
    answered, silent = made.loc["answered"], made.loc["unanswered"]
    row = made.loc["answered / unanswered"]
    if pd.isna(row["estimate"]):
        raise Lacking(
            f"{int(answered['n'])} near-duplicates around public answers and {int(silent['n'])} "
            "around silence: some before and some after are needed in both."
        )
    return decided(
        row,
        claim="below",
        why=f"Near-duplicates a group and day: {answered['rate_before']:.2g} before and "
        f"{answered['rate_after']:.2g} after an answer ({int(answered['n_groups'])} groups), "
        f"{silent['rate_before']:.2g} and {silent['rate_after']:.2g} without one at the same age "
        f"{since} ({int(silent['n_groups'])} groups); ratio of the ratios {row['ratio']:.2f} "
        f"({row['ratio_low']:.2f} to {row['ratio_high']:.2f}), clustered by brand.",
    )


@decides(
    "H28",
    evidence="posts",
    unit="log odds ratio",
    test="Odds that an angry opening names no account of the brand against a merely negative one, "
    "within networks, log odds ratio; bypassing means above 0.",
    needs="posts that name no account of the brand (found by a search for its name) beside those "
    "that do, with their texts",
)
def angry_name_no_account(inquiry: Inquiry) -> Finding:
    return _bypass(inquiry, "names no account")


@decides(
    "H28",
    evidence="posts",
    unit="log odds ratio",
    test="Odds that an angry opening goes to the main account where the brand has one for care, "
    "against a merely negative one, within networks, log odds ratio; bypassing means above 0.",
    needs="accounts with account_kind and opened_at, and posts to both kinds with their texts",
)
def angry_use_main_account(inquiry: Inquiry) -> Finding:
    return _bypass(inquiry, "main account instead of care account")


def _bypass(inquiry: Inquiry, outcome: str) -> Finding:
    made, coded = inquiry.once("bypass", lambda: _measured_bypass(inquiry))
    row = made[(made["outcome"] == outcome) & (made["mood"] == "angry")].iloc[0]
    if pd.isna(row["estimate"]):
        raise Lacking(f"No odds can be compared ({row['method']}).")
    return decided(
        row,
        claim="above",
        n=int(row["n"] + row["n_reference"]),
        why=f"{percent(row['rate'])} of {int(row['n']):,} angry and {percent(row['rate_reference'])} "
        f"of {int(row['n_reference']):,} other negative openings; odds ratio "
        f"{row['odds_ratio']:.2f} ({row['odds_ratio_low']:.2f} to {row['odds_ratio_high']:.2f}), "
        f"clustered by author; moods by {LABELS if coded else BY_RULES}.",
    )


def _measured_bypass(inquiry: Inquiry) -> tuple[pd.DataFrame, bool]:
    """Odds by mood, and whether moods were coded."""
    from carekit.measures.bypass import bypass as measure_bypass

    # Where posts are kept because they were answered, those without an account are another sort.
    inquiry.dataset.refuse("answer-rate")
    labels = coded_labels(inquiry.dataset, "tone", "angry")
    coded: dict[str, Any] = {}
    if labels is not None:
        angry = labels["angry"].fillna(False).astype(bool)
        coded = {
            "angry": set(labels.loc[angry, "post_id"]),
            "negative": set(labels.loc[labels["tone"] == "negative", "post_id"]),
        }
    made = measure_bypass(inquiry.dataset, conf_level=inquiry.conf_level, **coded)
    return made, bool(coded)


@decides(
    "H23",
    evidence="posts",
    unit="share",
    part="few contacts",
    test=f"Share of requests on blogs that are not the brand's; few means below {percent(FEW)}.",
    needs="posts collected on blogs that are not the brand's, beside those on its own places",
)
def few_on_blogs(inquiry: Inquiry) -> Finding:
    from carekit.measures.surfaces import surfaces as measure_surfaces

    made = measure_surfaces(inquiry.dataset, cluster="brand", conf_level=inquiry.conf_level)
    rows = made[made["surface"] == "external_blog"]
    if rows.empty:
        raise Lacking("The dataset holds no request on a blog that is not the brand's.")
    row = rows.iloc[0]
    return decided(
        row,
        claim="below",
        reference=FEW,
        why=f"Of {int(row['n']):,} openings whose place is known, clustered by brand; shares of "
        "requests, and only of the places where posts were collected.",
    )


@decides(
    "H23",
    evidence="figures",
    unit="share",
    part="few contacts",
    test=f"Share of people who used other blogs for care; few means below {percent(FEW)}.",
    needs="shares of contacts, not of people, by place",
)
def few_on_blogs_in_print(inquiry: Inquiry) -> Finding:
    share = value_of(inquiry, "C080")
    return Finding(
        "undecided",
        f"{percent(share)} of people (which people is not known) used them, the last of the places "
        "in print, several answers each: no share of contacts can be read from it.",
        share,
    )


cannot_test(
    "H23",
    evidence="posts",
    part="great damage",
    test="Negative share of posts by place, weighted by reach.",
    needs="posts with the number of people who saw each, and what the brand lost",
    why="Reach is in no column of posts, and damage in no data here.",
)


cannot_test(
    "H26",
    evidence="posts",
    test="People reached by a post and the delay, against the people told in surveys.",
    needs="posts with the number of people who saw each and when",
    why="Reach is in no column of posts.",
)


@decides(
    "H26",
    evidence="figures",
    unit="people",
    test="People told by word of mouth after a bad experience, US complainants.",
    needs="the number of people reached by a post on the same kind of experience",
)
def told_by_word_of_mouth(inquiry: Inquiry) -> Finding:
    told = value_of(inquiry, "L048b")
    return Finding(
        "untestable",
        f"US complainants told {told:g} people on average when dissatisfied; no figure says how many "
        "a post reaches.",
        needs="the number of people reached by a post on the same kind of experience",
    )
