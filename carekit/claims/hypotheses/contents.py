"""What is written, where and how (H12, H13, H17, H23, H26, H28)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.hypotheses.answering import joined
from carekit.claims.hypotheses.evidence import MANY
from carekit.claims.hypotheses.printed import percent, told, value_of
from carekit.claims.hypotheses.registry import Row, cannot_test, tests
from carekit.claims.inquiry import Inquiry
from carekit.claims.labels import BY_RULES, LABELS, coded_labels
from carekit.dataset.measured import load_measured
from carekit.errors import CannotAnswer, InputError, SelectionError
from carekit.inference.rates.mixes import compare_mixes
from carekit.measures.bypass import bypass
from carekit.measures.events import load_events
from carekit.measures.first_answers import reply_length
from carekit.measures.near_duplicates import BURST, near_duplicates
from carekit.measures.surfaces import surfaces

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


@tests(
    "H12",
    on="measured",
    measured="Share of requests that would have to change category for the mix of Twitter to be "
    "that of the phone, cases of one city",
    unit="share",
    means=f"resembling would mean less than {percent(ALIKE)}, and more than {percent(MANY)} another "
    "mix",
    needs="requests to firms, by channel and category",
)
def city_mix(inquiry: Inquiry) -> tuple[Row, str]:
    cases = load_measured("sf311_days_to_close")
    cases = cases[cases["channel"].isin(["Twitter", "Voice In"])]
    row = compare_mixes(
        cases.assign(n=cases["events"] + cases["censored"]),
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
    return {**row, **limits, "n": int(row["n"] + row["n_reference"])}, (
        f"Real counts: {int(row['n_reference']):,} cases by Twitter and {int(row['n']):,} by phone; "
        f"95 % of shuffles of the channel stay below {row['by_chance']:.2f}, which makes the limits."
        " One city and no firm: it says nothing of firms."
    )


cannot_test(
    "H12",
    on="posts",
    measured="Distance of the mix of categories on social networks from that of other channels",
    needs=f"posts or tickets: {OTHER_CHANNELS}, coded for their category",
    why="A dataset of posts holds networks only, and rules do not tell categories.",
)


@tests(
    "H13",
    on="posts",
    measured="Mean length of first answers on social networks less that on other channels",
    unit="characters",
    means="shorter",
    claim="below",
    needs=f"posts or tickets: {OTHER_CHANNELS}, with the texts of the answers",
)
def shorter_answers(inquiry: Inquiry) -> tuple[Row, str]:
    made = reply_length(
        inquiry.dataset, by="network", cluster="brand", conf_level=inquiry.conf_level
    )
    made = made[made["n"] > 0].set_index("network")
    if made.empty:
        raise CannotAnswer("The dataset holds no text of an answer.")
    other = made[made.index.isin(NOT_SOCIAL)]
    if other.empty:
        each = ", ".join(f"{name} {row['mean_characters']:.0f}" for name, row in made.iterrows())
        raise CannotAnswer(
            f"Mean length of first answers in characters: {each}. All are networks: no other "
            "channel to compare them with."
        )
    social = made.drop(index=other.index)
    if social.empty:
        raise CannotAnswer("The dataset holds no answer on a social network.")
    pairs = [(a, b) for _, a in social.iterrows() for _, b in other.iterrows()]
    a, b = max(pairs, key=lambda pair: pair[0]["mean_characters"] - pair[1]["mean_characters"])
    ends = ["mean_characters", "ci_low", "ci_high"]
    return {**joined(tuple(a[ends]), tuple(b[ends])), "n": int(a["n"] + b["n"])}, (
        f"First answers with a text, clustered by brand: {a.name} less {b.name}, the pair of "
        "channels that speaks least for the claim; brands on both are taken for independent."
    )


@tests(
    "H17",
    on="posts",
    measured="Rate of near-duplicate questions after a public answer over the rate before it, over "
    "the same ratio of questions left unanswered, log",
    unit="log ratio",
    means="preventing",
    claim="below",
    needs="posts: questions with their texts, several of nearly the same wording, some answered in "
    "public and some not",
)
def answer_prevents_questions(inquiry: Inquiry) -> tuple[Row, str]:
    try:
        events = load_events(inquiry.dataset, event=BURST).assign(event=BURST)
        since = "since the incident began (events.csv)"
    except (SelectionError, InputError):
        events, since = None, "since the first question"
    made = near_duplicates(inquiry.dataset, events=events, conf_level=inquiry.conf_level).set_index(
        "arm"
    )
    answered, silent = made.loc["answered"], made.loc["unanswered"]
    row = made.loc["answered / unanswered"]
    if pd.isna(row["estimate"]):
        raise CannotAnswer(
            f"{int(answered['n'])} near-duplicates around public answers and {int(silent['n'])} "
            "around silence: some before and some after are needed in both."
        )
    return dict(row), (
        f"Near-duplicates a group and day: {answered['rate_before']:.2g} before and "
        f"{answered['rate_after']:.2g} after an answer ({int(answered['n_groups'])} groups), "
        f"{silent['rate_before']:.2g} and {silent['rate_after']:.2g} without one at the same age "
        f"{since} ({int(silent['n_groups'])} groups); ratio of the ratios {row['ratio']:.2f} "
        f"({row['ratio_low']:.2f} to {row['ratio_high']:.2f}), clustered by brand."
    )


@tests(
    "H28",
    on="posts",
    measured="Odds that an angry opening names no account of the brand against a merely negative "
    "one, within networks",
    unit="log odds ratio",
    means="bypassing",
    claim="above",
    needs="posts that name no account of the brand (found by a search for its name) beside those "
    "that do, with their texts",
)
def angry_name_no_account(inquiry: Inquiry) -> tuple[Row, str]:
    return _bypass(inquiry, "names no account")


@tests(
    "H28",
    on="posts",
    measured="Odds that an angry opening goes to the main account where the brand has one for care, "
    "against a merely negative one, within networks",
    unit="log odds ratio",
    means="bypassing",
    claim="above",
    needs="accounts with account_kind and opened_at, and posts to both kinds with their texts",
)
def angry_use_main_account(inquiry: Inquiry) -> tuple[Row, str]:
    return _bypass(inquiry, "main account instead of care account")


def _bypass(inquiry: Inquiry, outcome: str) -> tuple[Row, str]:
    made, coded = inquiry.once("bypass", lambda: _measured_bypass(inquiry))
    row = made[(made["outcome"] == outcome) & (made["mood"] == "angry")].iloc[0]
    if pd.isna(row["estimate"]):
        raise CannotAnswer(f"No odds can be compared ({row['method']}).")
    return {**row, "n": int(row["n"] + row["n_reference"])}, (
        f"{percent(row['rate'])} of {int(row['n']):,} angry and {percent(row['rate_reference'])} "
        f"of {int(row['n_reference']):,} other negative openings; odds ratio "
        f"{row['odds_ratio']:.2f} ({row['odds_ratio_low']:.2f} to {row['odds_ratio_high']:.2f}), "
        f"clustered by author; moods by {LABELS if coded else BY_RULES}."
    )


def _measured_bypass(inquiry: Inquiry) -> tuple[pd.DataFrame, bool]:
    """Odds by mood, and whether moods were coded."""
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
    made = bypass(inquiry.dataset, conf_level=inquiry.conf_level, **coded)
    return made, bool(coded)


@tests(
    "H23",
    on="posts",
    part="few contacts",
    measured="Share of requests on blogs that are not the brand's",
    unit="share",
    means="few",
    claim="below",
    reference=FEW,
    needs="posts collected on blogs that are not the brand's, beside those on its own places",
)
def few_on_blogs(inquiry: Inquiry) -> tuple[Row, str]:
    made = surfaces(inquiry.dataset, cluster="brand", conf_level=inquiry.conf_level)
    rows = made[made["surface"] == "external_blog"]
    if rows.empty:
        raise CannotAnswer("The dataset holds no request on a blog that is not the brand's.")
    row = rows.iloc[0]
    return dict(row), (
        f"Of {int(row['n']):,} openings whose place is known, clustered by brand; shares of "
        "requests, and only of the places where posts were collected."
    )


@tests(
    "H23",
    on="figures",
    part="few contacts",
    measured="Share of people who used other blogs for care",
    unit="share",
    means=f"few means less than {percent(FEW)}",
    needs="shares of contacts, not of people, by place",
)
def few_on_blogs_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    return {"estimate": value_of(inquiry, "C080")}, (
        f"{told(inquiry, 'C080')} of people (which people is not known) used them, the last of the "
        "places in print, several answers each: no share of contacts can be read from it."
    )


cannot_test(
    "H23",
    on="posts",
    part="great damage",
    measured="Negative share of posts by place, weighted by reach",
    needs="posts with the number of people who saw each, and what the brand lost",
    why="Reach is in no column of posts, and damage in no data here.",
)
cannot_test(
    "H26",
    on="posts",
    measured="People reached by a post and the delay, against the people told in surveys",
    needs="posts with the number of people who saw each and when",
    why="Reach is in no column of posts.",
)


@tests(
    "H26",
    on="figures",
    measured="People told by word of mouth after a bad experience, US complainants",
    unit="people",
    needs="the number of people reached by a post on the same kind of experience",
)
def told_by_word_of_mouth(inquiry: Inquiry) -> tuple[Row, str]:
    raise CannotAnswer(
        f"US complainants told {value_of(inquiry, 'L048b'):g} people on average when dissatisfied; "
        "no figure says how many a post reaches."
    )
