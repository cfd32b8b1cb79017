"""How the social channel is rated, by customers and by testers (H18, H19)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.hypothesis_tests.asked import question_of
from carekit.claims.hypothesis_tests.printed import difference_row, percent, value_of
from carekit.claims.hypothesis_tests.registry import Finding, Inquiry, Lacking, decided, decides
from carekit.survey.questions import Question, asked_respondents, load_questions

ABOVE_ALL = "above other channels means above 0 against the best of them"


@decides(
    "H18",
    evidence="figures",
    unit="points of 20",
    test="Bounds of the change of an overall score out of 20 when a channel with a known score "
    "enters the mean with an unknown weight; lowering means below 0.",
    needs="the scores of all channels in both years and their weights",
)
def mean_with_and_without(inquiry: Inquiry) -> Finding:
    score = value_of(inquiry, "C040")
    tests, mixed = value_of(inquiry, "P131a"), value_of(inquiry, "P131d")
    weight = max(mixed / tests, value_of(inquiry, "P132e"))
    low, high = weight * (score - 20), weight * score
    return Finding(
        "undecided",
        f"The channel scored {score:g}. With a weight of up to {weight:.3f} (the share of tests by "
        "web, social networks and chat in a later edition) it moves the mean by "
        f"{low:+.2f} to {high:+.2f}, according to what the other channels scored: it lowers the mean "
        f"if they are above {score:g}. Neither they nor the weights were published, and the channel "
        "had a score the year before: it was not added.",
        float("nan"),
        low,
        high,
    )


@decides(
    "H19",
    evidence="figures",
    unit="difference of shares",
    test="Satisfied with social networks less with the best other channel, difference of "
    f"shares; {ABOVE_ALL}.",
    needs="satisfaction by channel of one wave with the number of users of each",
)
def satisfied_in_print(inquiry: Inquiry) -> Finding:
    users = {"P128": "P095", "P127": "P096", "P129": "P091"}
    contacted = value_of(inquiry, "P090") * 1000
    sizes = {key: round(value_of(inquiry, share) * contacted) for key, share in users.items()}
    best = max(("P127", "P129"), key=lambda key: value_of(inquiry, key))
    row = difference_row(inquiry, "P128", best, n_first=sizes["P128"], n_second=sizes[best])
    phone = difference_row(inquiry, "P128", "P129", n_first=sizes["P128"], n_second=sizes["P129"])
    return decided(
        row,
        claim="above",
        why=f"France 2013: {percent(value_of(inquiry, 'P128'))} of about {sizes['P128']} users of "
        f"social networks against {percent(value_of(inquiry, best))} of about {sizes[best]} of mobile "
        f"applications (against the phone {phone['estimate']:+.2f}, {phone['ci_low']:+.2f} to "
        f"{phone['ci_high']:+.2f}); users are computed from 1,000 people asked, and chose their "
        "channel.",
    )


@decides(
    "H19",
    evidence="figures",
    unit="difference of shares",
    test="Experience below expectations, phone less social networks, difference of shares; "
    "rating social networks above means above 0.",
    needs="the same question on both channels with the number of users of each",
)
def expectations_in_print(inquiry: Inquiry) -> Finding:
    row = difference_row(inquiry, "P045a", "P044a", n_first=500, n_second=100)
    return decided(
        row,
        claim="above",
        why=f"US 2015: below expectations for {percent(value_of(inquiry, 'P044a'))} of those who "
        f"rated social networks and {percent(value_of(inquiry, 'P045a'))} of those who rated the "
        "phone. Their numbers were not published: 100 and 500 of more than 1,000 asked are assumed.",
    )


@decides(
    "H19",
    evidence="survey",
    unit="difference of shares",
    test="Satisfied with social networks less with the best other channel, difference of "
    f"shares; {ABOVE_ALL}.",
    needs="questions on satisfaction with social networks and with another channel",
)
def satisfied(inquiry: Inquiry) -> Finding:
    social = question_of(inquiry, "C045", answers=["yes"])
    others = [
        q
        for q in load_questions(inquiry.dataset).values()
        if q.name != social.name and q.kind == "single" and "yes" in q.answers
        and q.countries == social.countries and _rates_a_channel(inquiry, q)
    ]  # fmt: skip
    if not others:
        raise Lacking("The survey asks about satisfaction with one channel only.")
    rows = {q.name: _gap(inquiry, social, q) for q in others}
    name = min(rows, key=lambda key: rows[key]["estimate"])
    row = rows[name]
    told = ", ".join(
        f"{key} {r['estimate']:+.2f} ({r['ci_low']:+.2f} to {r['ci_high']:+.2f})"
        for key, r in rows.items()
    )
    return decided(
        row,
        claim="above",
        n=int(row["n_a"] + row["n_b"]),
        why=f"Weighted: {percent(row['share_a'])} of {int(row['n_a']):,} users of social networks and "
        f"{percent(row['share_b'])} of {int(row['n_b']):,} in {name}; people who used both count in "
        f"both, as one sampling unit. All: {told}. Users chose their channel.",
    )


def _rates_a_channel(inquiry: Inquiry, question: Question) -> bool:
    measures = {question.measure}
    known = inquiry.ledger.figures.set_index("figure_id")["measure"]
    measures |= {str(known.get(source)) for source in question.source}
    return "satisfied_with_channel" in measures


def _gap(inquiry: Inquiry, social: Question, other: Question) -> dict[str, float]:
    """Difference of two shares of overlapping people: respondents are stacked, once a channel."""
    from carekit.inference.surveys.differences import compare

    parts = []
    for question in (social, other):
        asked = asked_respondents(inquiry.dataset, question)
        frame = asked.frame.assign(
            channel=question.name, said=asked.frame[question.columns[0]].astype("object")
        )
        parts.append(frame)
    stacked = pd.concat(parts, ignore_index=True)
    # One person rates two channels: at the least, the person is the sampling unit.
    design: dict[str, Any] = {"psu": "respondent_id", **asked.design}
    made = compare(
        stacked,
        "said",
        by="channel",
        reference=other.name,
        adjustment="none",
        lonely="center",
        conf_level=inquiry.conf_level,
        **design,
    )
    made = made[(made["answer"] == "yes") & (made["group_a"] == social.name)]
    if made.empty:
        raise Lacking(f"Nobody in the survey answered yes to {social.name}.")
    return dict(made.iloc[0])
