"""Who prefers social networks, and at which age (H11, H21, H22)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.hypothesis_evidence import MANY
from carekit.claims.hypothesis_tests.asked import question_of, share_asked
from carekit.claims.hypothesis_tests.printed import (
    find_figure,
    percent,
    share_row,
    study_size,
    value_of,
)
from carekit.claims.hypothesis_tests.registry import (
    Finding,
    Inquiry,
    Lacking,
    decided,
    decides,
)
from carekit.errors import NotAskedError
from carekit.inference.surveys.published import assume_group_sizes, trend_sensitivity

GENERATIONS = ("L018a", "L018b", "L018c", "L018d")
AGES = ("C075", "C076", "C077", "P138", "C079", "C074")
MANY_MEANS = f"many means more than {percent(MANY)}"
BY_AGE = "log odds an age group; younger means below 0"


def _worst(table: pd.DataFrame, group: str, n: int, conf_level: float) -> tuple[float, int]:
    """p-value of the trend under the sizes that make it least visible, and the n it would need."""
    made = trend_sensitivity(table, group=group, share="share", total_n=n, conf_level=conf_level)
    row: Any = made[made["assumption"] == "worst"].iloc[0]
    return float(row["p_value"]), int(row["smallest_n"])


def _printed_trend(inquiry: Inquiry, ids: tuple[str, ...], n: int, what: str) -> Finding:
    from carekit.inference.surveys.trends import logistic_trend

    table = pd.DataFrame(
        {
            "group": pd.Categorical(
                groups := [find_figure(inquiry, key).group for key in ids], groups, ordered=True
            ),
            "share": [value_of(inquiry, key) for key in ids],
        }
    )
    sizes = assume_group_sizes(
        table, group="group", share="share", total_n=n, conf_level=inquiry.conf_level
    )
    equal = sizes[sizes["assumption"] == "equal"]
    counts = equal.assign(n_yes=(equal["estimate"] * equal["n"]).round())
    counts["group"] = pd.Categorical(counts["group"], groups, ordered=True)
    trend = logistic_trend(counts, group="group", conf_level=inquiry.conf_level)
    p_value, needed = _worst(table, "group", n, inquiry.conf_level)
    shares = ", ".join(
        f"{percent(s)} ({g.replace('_', ' ')})" for g, s in zip(groups, table["share"], strict=True)
    )
    return decided(
        {**vars(trend), "p_value": p_value},
        claim="below",
        why=f"{what}: {shares}. Sizes were not published: the interval supposes equal ones of "
        f"{n:,}; p is that of the sizes which hide the trend best (it would need "
        f"{needed:,} people).",
    )


@decides(
    "H11",
    evidence="figures",
    unit="log odds an age group",
    test=f"Used social media for customer service, by generation from the youngest, {BY_AGE}.",
    needs="shares by age of the same question",
)
def younger_in_print(inquiry: Inquiry) -> Finding:
    n = study_size(inquiry, GENERATIONS[0])
    return _printed_trend(inquiry, GENERATIONS, n, "Of US consumers of each generation in 2018")


@decides(
    "H11",
    evidence="measured",
    unit="log odds an age group",
    test=f"Use of Twitter by age, US adults, {BY_AGE}.",
    needs="the measured table pew_2018_use_by_age",
)
def younger_on_twitter(inquiry: Inquiry) -> Finding:
    from carekit.dataset.measured import load_measured
    from carekit.inference.surveys.trends import logistic_trend

    pew = load_measured("pew_2018_use_by_age").query("network == 'twitter'")
    share = pew["weight_yes"] / pew["weight_sum"]
    n_eff = (pew["weight_sum"] ** 2 / pew["weight_sq_sum"]).round()
    counts = pew.assign(n=n_eff, n_yes=(share * n_eff).round())
    trend = logistic_trend(counts, group="age_group", conf_level=inquiry.conf_level)
    ages = ", ".join(f"{percent(s)} at {a}" for a, s in zip(pew["age_group"], share, strict=True))
    return decided(
        vars(trend),
        claim="below",
        n=int(pew["n"].sum()),
        why=f"Real counts, weighted (Kish): of US adults with an answer in January 2018 {ages}. Use "
        "of a network, not of it for customer service.",
    )


def _survey_trend(inquiry: Inquiry, figure_id: str) -> Finding:
    from carekit.survey import trend

    question = question_of(inquiry, figure_id, answers=["yes"])
    try:
        made = trend(
            inquiry.dataset,
            question.name,
            by="age_group",
            lonely="center",
            conf_level=inquiry.conf_level,
        )
    except NotAskedError as reason:
        raise Lacking(str(reason)) from reason
    row = made[made["answer"].str.casefold() == "yes"].iloc[0]
    return decided(
        row,
        claim="below",
        why=f"Weighted logistic trend over age groups, {int(row['n']):,} respondents "
        f"({question.base}).",
    )


@decides(
    "H11",
    evidence="survey",
    unit="log odds an age group",
    test=f"Used social media for customer service, by age group, {BY_AGE}.",
    needs="a question on having used social media for customer service, with ages",
)
def younger(inquiry: Inquiry) -> Finding:
    return _survey_trend(inquiry, "P002")


@decides(
    "H22",
    evidence="figures",
    unit="log odds an age group",
    test="Prefers social networks to the phone, by age, log odds an age group; falling means below "
    "0.",
    needs="shares by age of a choice between the two",
)
def preference_falls_in_print(inquiry: Inquiry) -> Finding:
    n = study_size(inquiry, AGES[0])
    return _printed_trend(inquiry, AGES, n, "Of US social media users of each age in 2012")


@decides(
    "H22",
    evidence="survey",
    unit="log odds an age group",
    test="Prefers social networks to the phone, by age group, log odds an age group; falling means "
    "below 0.",
    needs="a choice between social media and the phone, with ages",
)
def preference_falls(inquiry: Inquiry) -> Finding:
    return _survey_trend(inquiry, "C075")


@decides(
    "H21",
    evidence="figures",
    unit="share",
    test=f"Share that prefers social networks, choice between them and the phone; {MANY_MEANS}.",
    needs="a choice between the two",
)
def many_choose_in_print(inquiry: Inquiry) -> Finding:
    row = share_row(inquiry, "P133")
    return decided(
        row,
        claim="above",
        reference=MANY,
        why=f"Of {row['n']:,} US social media users {percent(row['estimate'])}: a minority, and one "
        "wording of two.",
    )


@decides(
    "H21",
    evidence="figures",
    unit="share",
    test=f"Share that names social networks in a list of channels; {MANY_MEANS}.",
    needs="an open list of channels",
)
def many_name_in_print(inquiry: Inquiry) -> Finding:
    row = share_row(inquiry, "P043")
    more = [value_of(inquiry, key) for key in ("L025c", "L026c")]
    return decided(
        row,
        claim="above",
        reference=MANY,
        why=f"Of {row['n']:,} US consumers {percent(row['estimate'])}; {percent(more[0])} and "
        f"{percent(more[1])} in two other surveys. The wording makes a factor of fifteen.",
    )


@decides(
    "H21",
    evidence="survey",
    unit="share",
    test=f"Share that prefers social networks, choice between them and the phone; {MANY_MEANS}.",
    needs="a choice between social media and the phone",
)
def many_choose(inquiry: Inquiry) -> Finding:
    question = question_of(inquiry, "P133", answers=["yes"])
    row = share_asked(inquiry, question, ["yes"])
    return decided(
        row,
        claim="above",
        reference=MANY,
        why=f"Weighted, of {int(row['n']):,} respondents ({question.base}) {percent(row['estimate'])}.",
    )


@decides(
    "H21",
    evidence="survey",
    unit="share",
    test=f"Share that names social networks in a list of channels; {MANY_MEANS}.",
    needs="a question on the preferred channel, social_media among the answers",
)
def many_name(inquiry: Inquiry) -> Finding:
    question = question_of(inquiry, "P043", answers=["social_media"])
    row = share_asked(inquiry, question, ["social_media"])
    return decided(
        row,
        claim="above",
        reference=MANY,
        why=f"Weighted, of {int(row['n']):,} respondents ({question.base}) {percent(row['estimate'])}.",
    )
