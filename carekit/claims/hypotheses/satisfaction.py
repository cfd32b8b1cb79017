"""How the social channel is rated, by customers and by testers (H18, H19)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.hypotheses.asked import difference_asked, question_of
from carekit.claims.hypotheses.printed import (
    assumption,
    difference_row,
    percent,
    size_of,
    told,
    value_of,
)
from carekit.claims.hypotheses.registry import Row, tests
from carekit.claims.inquiry import Inquiry
from carekit.claims.replays.survey import sources_of
from carekit.errors import CannotAnswer
from carekit.survey.questions import Question, asked_respondents, load_questions

BEST = "Satisfied with social networks less with the best other channel"
ABOVE: dict[str, Any] = {"unit": "difference of shares", "claim": "above"}


@tests(
    "H18",
    on="figures",
    measured="Bounds of the change of an overall score out of 20 when a channel with a known score "
    "enters the mean with an unknown weight",
    unit="points of 20",
    means="lowering means below 0",
    needs="the scores of all channels in both years and their weights",
)
def mean_with_and_without(inquiry: Inquiry) -> tuple[Row, str]:
    score = value_of(inquiry, "C040")
    tests_, mixed = value_of(inquiry, "P131a"), value_of(inquiry, "P131d")
    weight = max(mixed / tests_, value_of(inquiry, "P132e"))
    low, high = weight * (score - 20), weight * score
    return {"ci_low": low, "ci_high": high}, (
        f"The channel scored {score:g}. With a weight of up to {weight:.3f} (the share of tests by "
        "web, social networks and chat in a later edition) it moves the mean by "
        f"{low:+.2f} to {high:+.2f}, according to what the other channels scored: it lowers the mean "
        f"if they are above {score:g}. Neither they nor the weights were published, and the channel "
        "had a score the year before: it was not added."
    )


@tests(
    "H19",
    on="figures",
    measured=BEST,
    means="rating social networks above",
    needs="satisfaction by channel of one wave with the number of users of each",
    **ABOVE,
)
def satisfied_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    best = max(("P127", "P129"), key=lambda key: value_of(inquiry, key))
    phone = difference_row(inquiry, "P128", "P129")
    return difference_row(inquiry, "P128", best), (
        f"France 2013: {told(inquiry, 'P128')} of about {size_of(inquiry, 'P128')} users of "
        f"social networks against {told(inquiry, best)} of about {size_of(inquiry, best)} of mobile "
        f"applications (against the phone {phone['estimate']:+.2f}, {phone['ci_low']:+.2f} to "
        f"{phone['ci_high']:+.2f}); users are computed from 1,000 people asked, and chose their "
        "channel."
    )


@tests(
    "H19",
    on="figures",
    measured="Experience below expectations, phone less social networks",
    means="rating social networks above",
    needs="the same question on both channels with the number of users of each",
    **ABOVE,
)
def expectations_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    return difference_row(inquiry, "P045a", "P044a"), (
        f"US 2015: below expectations for {told(inquiry, 'P044a')} of those who rated social "
        f"networks and {told(inquiry, 'P045a')} of those who rated the phone."
        f"{assumption(inquiry, 'P045a', 'P044a')}"
    )


@tests(
    "H19",
    on="survey",
    measured=BEST,
    means="rating social networks above",
    needs="questions on satisfaction with social networks and with another channel",
    **ABOVE,
)
def satisfied(inquiry: Inquiry) -> tuple[Row, str]:
    social = question_of(inquiry, "C045", answers=["yes"])
    others = [
        q
        for q in load_questions(inquiry.dataset).values()
        if q.name != social.name and q.kind == "single" and "yes" in q.answers
        and q.countries == social.countries and _rates_a_channel(inquiry, q)
    ]  # fmt: skip
    if not others:
        raise CannotAnswer("The survey asks about satisfaction with one channel only.")
    rows = {q.name: _gap(inquiry, social, q) for q in others}
    name = min(rows, key=lambda key: rows[key]["estimate"])
    row = rows[name]
    each = ", ".join(
        f"{key} {r['estimate']:+.2f} ({r['ci_low']:+.2f} to {r['ci_high']:+.2f})"
        for key, r in rows.items()
    )
    return row, (
        f"Weighted: {percent(row['share_a'])} of {int(row['n_a']):,} users of social networks and "
        f"{percent(row['share_b'])} of {int(row['n_b']):,} in {name}; people who used both count in "
        f"both, as one sampling unit. All: {each}. Users chose their channel."
    )


def _rates_a_channel(inquiry: Inquiry, question: Question) -> bool:
    named = {question.measure, *(f.measure for f in sources_of(question, inquiry.ledger))}
    return "satisfied_with_channel" in named


def _gap(inquiry: Inquiry, social: Question, other: Question) -> dict[str, Any]:
    """Difference of two shares of overlapping people: respondents are stacked, once a channel."""
    parts = []
    for question in (social, other):
        asked = asked_respondents(inquiry.dataset, question)
        said = asked.frame[question.columns[0]].astype("object")
        parts.append(asked.frame.assign(channel=question.name, said=said))
    # One person rates two channels: at the least, the person is the sampling unit.
    return difference_asked(
        inquiry,
        asked,
        pd.concat(parts, ignore_index=True),
        column="said",
        by="channel",
        first=social.name,
        psu="respondent_id",
    )
