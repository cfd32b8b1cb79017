"""Who prefers social networks, and at which age (H11, H21, H22)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.decide import ASSUMED_N
from carekit.claims.hypotheses.asked import question_of, share_asked
from carekit.claims.hypotheses.evidence import MANY
from carekit.claims.hypotheses.printed import (
    find_figure,
    percent,
    share_row,
    size_of,
    told,
    value_of,
)
from carekit.claims.hypotheses.registry import Row, tests
from carekit.claims.inquiry import Inquiry
from carekit.dataset.measured import load_measured
from carekit.inference.surveys.published import assume_group_sizes, trend_sensitivity
from carekit.inference.surveys.trends import logistic_trend
from carekit.survey.estimates import trend

GENERATIONS = ("L018a", "L018b", "L018c", "L018d")
AGES = ("C075", "C076", "C077", "P138", "C079", "C074")
MOST_PEOPLE = 10**9  # beyond it no survey would show the trend
BY_AGE: dict[str, Any] = {"unit": "log odds an age group", "claim": "below"}
CHOICE = "Share that prefers social networks, choice between them and the phone"
LISTED = "Share that names social networks in a list of channels"
MANY_DO: dict[str, Any] = {"unit": "share", "means": "many", "claim": "above", "reference": MANY}


def _printed_trend(
    inquiry: Inquiry, ids: tuple[str, ...], total_n: int, what: str
) -> tuple[Row, str]:
    groups = [find_figure(inquiry, key).group for key in ids]
    shares = [value_of(inquiry, key) for key in ids]
    table = pd.DataFrame({"group": pd.Categorical(groups, groups, ordered=True), "share": shares})
    options: dict[str, Any] = {
        "group": "group",
        "share": "share",
        "total_n": total_n,
        "conf_level": inquiry.conf_level,
    }
    sizes = assume_group_sizes(table, **options)
    equal = sizes[sizes["assumption"] == "equal"]
    counts = equal.assign(n_yes=(equal["estimate"] * equal["n"]).round())
    counts["group"] = pd.Categorical(counts["group"], groups, ordered=True)
    slope = logistic_trend(counts, group="group", conf_level=inquiry.conf_level)
    # The sizes that make the trend least visible.
    made = trend_sensitivity(table, **options)
    worst: Any = made[made["assumption"] == "worst"].iloc[0]
    each = ", ".join(
        f"{percent(s)} ({g.replace('_', ' ')})" for g, s in zip(groups, shares, strict=True)
    )
    needed = f"{int(worst['smallest_n']):,}" if worst["smallest_n"] < MOST_PEOPLE else "endless"
    row = {**vars(slope), "p_value": float(worst["p_value"])}
    if worst["p_value"] > 1 - inquiry.conf_level:
        row["doubt"] = "Other sizes of the groups would hide the trend."
    return row, (
        f"{what}: {each}. Sizes were not published: the interval supposes equal ones of "
        f"{total_n:,}; p is that of the sizes, each 5 % of all or more, which hide the trend best "
        f"(it would need {needed} people)."
    )


@tests(
    "H11",
    on="figures",
    measured="Used social media for customer service, by generation from the youngest",
    means="younger",
    needs="shares by age of the same question",
    **BY_AGE,
)
def younger_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    # A quarter of the sample of four countries, which is all that can be assumed.
    total_n = sum(size_of(inquiry, key) for key in GENERATIONS)
    what = "Of US consumers of each generation in 2018"
    return _printed_trend(inquiry, GENERATIONS, total_n, what)


@tests(
    "H11",
    on="measured",
    measured="Use of Twitter by age, US adults",
    unit="log odds an age group",
    means="younger users would mean below 0",
    needs="use of networks for customer service, by age",
)
def younger_on_twitter(inquiry: Inquiry) -> tuple[Row, str]:
    pew = load_measured("pew_2018_use_by_age").query("network == 'twitter'")
    share = pew["weight_yes"] / pew["weight_sum"]
    n_eff = (pew["weight_sum"] ** 2 / pew["weight_sq_sum"]).round()
    counts = pew.assign(n=n_eff, n_yes=(share * n_eff).round())
    slope = logistic_trend(counts, group="age_group", conf_level=inquiry.conf_level)
    ages = ", ".join(f"{percent(s)} at {a}" for a, s in zip(pew["age_group"], share, strict=True))
    return {**vars(slope), "n": int(pew["n"].sum())}, (
        f"Real counts, weighted (Kish): of US adults with an answer in January 2018 {ages}. Use "
        "of a network is not use of it for customer service."
    )


def _survey_trend(inquiry: Inquiry, figure_id: str) -> tuple[Row, str]:
    question = question_of(inquiry, figure_id, answers=["yes"])
    made = trend(
        inquiry.dataset,
        question.name,
        by="age_group",
        lonely="center",
        conf_level=inquiry.conf_level,
    )
    row = made[made["answer"].str.casefold() == "yes"].iloc[0]
    people = f"{int(row['n']):,} respondents ({question.base})"
    return dict(row), f"Weighted logistic trend over age groups, {people}."


@tests(
    "H11",
    on="survey",
    measured="Used social media for customer service, by age group",
    means="younger",
    needs="a question on having used social media for customer service, with ages",
    **BY_AGE,
)
def younger(inquiry: Inquiry) -> tuple[Row, str]:
    return _survey_trend(inquiry, "P002")


@tests(
    "H22",
    on="figures",
    measured="Prefers social networks to the phone, by age",
    means="falling",
    needs="shares by age of a choice between the two",
    **BY_AGE,
)
def preference_falls_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    total_n = find_figure(inquiry, AGES[0]).study.sample_size or ASSUMED_N
    what = "Of US social media users of each age in 2012"
    return _printed_trend(inquiry, AGES, total_n, what)


@tests(
    "H22",
    on="survey",
    measured="Prefers social networks to the phone, by age group",
    means="falling",
    needs="a choice between social media and the phone, with ages",
    **BY_AGE,
)
def preference_falls(inquiry: Inquiry) -> tuple[Row, str]:
    return _survey_trend(inquiry, "C075")


@tests("H21", on="figures", measured=CHOICE, needs="a choice between the two", **MANY_DO)
def many_choose_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    row = share_row(inquiry, "P133")
    return row, (
        f"Of {row['n']:,} US social media users {told(inquiry, 'P133')}: a minority, and one "
        "wording of two."
    )


@tests("H21", on="figures", measured=LISTED, needs="an open list of channels", **MANY_DO)
def many_name_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    row = share_row(inquiry, "P043")
    return row, (
        f"Of {row['n']:,} US consumers {told(inquiry, 'P043')}; {told(inquiry, 'L025c')} and "
        f"{told(inquiry, 'L026c')} in two other surveys. The wording makes a factor of fifteen."
    )


def _share(inquiry: Inquiry, figure_id: str, answer: str) -> tuple[Row, str]:
    question = question_of(inquiry, figure_id, answers=[answer])
    row = share_asked(inquiry, question, [answer])
    people = f"{int(row['n']):,} respondents ({question.base})"
    return row, f"Weighted, of {people} {percent(row['estimate'])}."


@tests(
    "H21",
    on="survey",
    measured=CHOICE,
    needs="a choice between social media and the phone",
    **MANY_DO,
)
def many_choose(inquiry: Inquiry) -> tuple[Row, str]:
    return _share(inquiry, "P133", "yes")


@tests(
    "H21",
    on="survey",
    measured=LISTED,
    needs="a question on the preferred channel, social_media among the answers",
    **MANY_DO,
)
def many_name(inquiry: Inquiry) -> tuple[Row, str]:
    return _share(inquiry, "P043", "social_media")
