"""Figures on answers and waits, replayed on posts.

A figure is measured under the definition of its study (studies.csv), in its own country and on its
own network; the dataset's period is what it is.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from carekit.claims.inquiry import Inquiry
from carekit.claims.labels import LABELS, coded_labels
from carekit.claims.ledger import Figure
from carekit.claims.replays.registry import Measurement, replays
from carekit.dataset.engine import using
from carekit.errors import CannotAnswer
from carekit.inference.rates.means import estimate_mean
from carekit.inference.rates.proportions import estimate_rate, mean_of_rates
from carekit.measures.answers import count_answers
from carekit.measures.waits import count_waits
from carekit.requests.definitions import get_definition
from carekit.requests.value import Requests

GROUPS = ("network", "country", "sector", "account_kind")
# Where a study does not say what it counted.
USUAL = "direct-message"
COMPLAINTS_NEEDED = (
    f"posts that people have coded as complaints, in {LABELS} beside the tables (columns post_id and "
    "is_complaint)"
)


def of_complaints(figure: Figure) -> bool:
    """Whether a figure is about complaints alone."""
    return figure.conditions.get("is_complaint") == "yes"


def counted(
    figure: Figure, inquiry: Inquiry, count: Callable[..., pd.DataFrame]
) -> tuple[pd.DataFrame, str, str]:
    """Small table of the requests that a figure is about, what they are and where."""
    name = figure.study.definition or USUAL
    labels = None
    what = get_definition(name).denominator
    if of_complaints(figure):
        labels = inquiry.once("complaints", lambda: coded_labels(inquiry.dataset, "is_complaint"))
        if labels is None:
            raise CannotAnswer(
                "Rules alone do not tell complaints well enough to count them.", COMPLAINTS_NEEDED
            )
        what = f"complaints by {LABELS}"

    def table() -> pd.DataFrame:
        with using() as engine:
            asked = Requests.of(
                inquiry.dataset, definition=name, by=GROUPS, cluster="brand", engine=engine
            )
            if labels is not None:
                coded = labels["is_complaint"].fillna(False).astype(bool)
                asked = asked.only(labels.loc[coded, "post_id"].to_list())
            return count(asked).rename(columns={"unit": "cluster"})

    every = inquiry.once((name, count.__name__, labels is not None), table)
    rows, where = _rows(figure, every)
    if figure.study.account_kind:
        rows = rows[rows["account_kind"] == figure.study.account_kind]
        where += f", {figure.study.account_kind} accounts"
    return rows, what, where


def _rows(figure: Figure, counts: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The rows of a small table that are about the figure's network, country and sector."""
    keep = pd.Series(data=True, index=counts.index)
    words = []
    if figure.network:
        networks = ["x", "facebook"] if figure.network == "multiple" else [figure.network]
        keep &= counts["network"].isin(networks)
        words.append("network " + " or ".join(networks))
    if figure.country and figure.country != "world":
        keep &= counts["country"] == figure.country
        words.append(f"country {figure.country}")
    if figure.group_dim == "sector" and figure.group != "all":
        telecom = counts["sector"] == "telecom"
        sector = {"airlines": "airline"}.get(figure.group, figure.group)
        keep &= ~telecom if figure.group == "all_but_telecom" else counts["sector"] == sector
        words.append(f"sector {figure.group.replace('_', ' ')}")
    return counts[keep], ", ".join(words) or "any network and country"


@replays(
    "question_response_rate",
    "post_response_rate",
    "mention_response_rate",
    "message_response_rate",
    "complaint_response_rate",
)
def answered(figure: Figure, inquiry: Inquiry) -> Measurement:
    """Answered share of requests, or its mean over brands where the figure is one."""
    if figure.unit != "proportion":
        raise CannotAnswer(
            "The figure is a rank among countries of which most are not in the dataset.",
            "answer rates of all the countries that were ranked, on the same network",
        )
    inquiry.dataset.refuse("answer-rate")
    rows, what, where = counted(figure, inquiry, count_answers)
    if not rows["n"].sum():
        raise CannotAnswer(
            "The dataset holds no such request.",
            f"posts with their answers, {where}; unit: {what}",
        )
    name = figure.study.definition or USUAL
    if figure.group_dim == "weighting":
        row = mean_of_rates(rows, cluster="cluster").iloc[0]
        words = f"{name}: mean of {row['clusters']} brands, not of questions"
    else:
        row = estimate_rate(rows, cluster="cluster").iloc[0]
        words = f"{name}: of {what}; {row['clusters']} brands"
    return Measurement.of(row, words, _period(inquiry))


@replays("sector_share")
def sector_share(figure: Figure, inquiry: Inquiry) -> Measurement:
    """Share of a sector in brands, questions or answers (group such as `telecom:questions`)."""
    sector, _, what = figure.group.partition(":")
    if what not in {"brands", "questions", "answers"}:
        raise CannotAnswer("", "posts of brands whose sector is known")
    if what == "brands":
        known = inquiry.dataset.read("brands")["sector"].dropna()
        if known.empty:
            raise CannotAnswer("", "a table of brands with their sector")
        table = pd.DataFrame({"n": [len(known)], "n_yes": [int((known == sector).sum())]})
        row = estimate_rate(table, n_yes="n_yes").iloc[0]
        return Measurement.of(row, f"brands of the sector {sector} / brands", _period(inquiry))
    inquiry.dataset.refuse("answer-rate")
    rows, _, _ = counted(figure, inquiry, count_answers)
    rows = rows[rows["sector"].notna()]
    n = rows["n"] if what == "questions" else rows["n_answered"]
    if not n.sum():
        raise CannotAnswer("", "questions to brands whose sector is known")
    hit = n.where(rows["sector"] == sector, 0)
    table = pd.DataFrame({"cluster": rows["cluster"], "n": n, "n_yes": hit})
    row = estimate_rate(table, cluster="cluster", n_yes="n_yes").iloc[0]
    words = f"{figure.study.definition}: {what} of the sector {sector} / {what}"
    return Measurement.of(row, words, _period(inquiry))


@replays("first_response_time")
def first_response_time(figure: Figure, inquiry: Inquiry) -> Measurement:
    """Mean or median over answered requests, under the study's definition; brands as clusters."""
    if figure.group_dim != "statistic" or figure.group not in {"mean", "median"}:
        raise CannotAnswer("", "posts and the statistic that the figure reports")
    if figure.network is None:
        raise CannotAnswer(
            "The figure is not about a social network.",
            "requests by e-mail or another channel with the time of their first answer",
        )
    rows, what, where = counted(figure, inquiry, count_waits)
    if not int(rows["events"].sum()):
        raise CannotAnswer(
            "The dataset holds no answered request of this kind.", f"answered posts, {where}"
        )
    row = estimate_mean(
        rows.assign(minutes=rows["seconds"] / 60),
        value="minutes",
        n="events",
        cluster="cluster",
        statistic=figure.group,
    ).iloc[0]
    row["ci_low"] = max(row["ci_low"], 0.0)  # no wait is negative, whatever few brands leave open
    name = figure.study.definition or USUAL
    return Measurement.of(
        row,
        f"{name}: {figure.group} wait over answered {what}; {row['clusters']} brands",
        f"The statistic counts answered requests only, as published. {_period(inquiry)}",
    )


def _period(inquiry: Inquiry) -> str:
    until = inquiry.dataset.manifest.observed_until
    return f"Measured on posts until {until[:10]}, whatever the figure's period." if until else ""
