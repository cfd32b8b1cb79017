"""Whether a figure and a dataset speak of the same period, country and sector.

A figure of 2012 is not wrong because data of 2026 say otherwise: something may have changed. Where
the two are of another period, country or sector, what was measured is shown and no verdict given.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from carekit.claims.inquiry import Inquiry
from carekit.claims.ledger import Figure
from carekit.claims.ledger.columns import measures
from carekit.claims.replays.survey import question_for, sources_of
from carekit.dataset.engine import using
from carekit.errors import CannotAnswer, InputError
from carekit.show.wording import label

ACROSS: Final = ("period", "country", "sector")
# A year of which a dataset holds less than this part of its posts is not one that it is of.
PART_OF_POSTS: Final = 0.05


@dataclass(frozen=True)
class Coverage:
    """What the posts of a dataset are of: years, and countries and sectors of its brands."""

    years: frozenset[int]
    countries: frozenset[str]
    sectors: frozenset[str]


def check_across(across: Collection[str]) -> None:
    """Raise unless every word names a difference that can be accepted."""
    unknown = [word for word in across if word not in ACROSS]
    if unknown:
        raise InputError(
            f"`across` names {unknown[0]!r}; expected some of: {', '.join(ACROSS)}. Name the "
            "differences between figure and data that you accept."
        )


def differences(figure: Figure, inquiry: Inquiry, across: Collection[str] = ()) -> list[str]:
    """Why a figure and a dataset cannot be compared: a sentence for each difference.

    Parameters
    ----------
    figure : Figure
        One that the dataset can measure.
    inquiry : Inquiry
    across : collection of str
        Differences that are accepted, among `ACROSS`.

    Returns
    -------
    list of str
        Empty where figure and data can be compared, or where nobody says what they are of.
    """
    if measures()[figure.measure].data == "survey":
        return [] if "period" in across else _of_survey(figure, inquiry)
    covered = inquiry.once("coverage", lambda: coverage(inquiry))
    years = covered.years
    if measures()[figure.measure].data == "accounts":  # the table of accounts is of its last day
        years = frozenset(sorted(years)[-1:])
    found = [] if "period" in across else other_period(figure, years, "posts")
    if "country" not in across and figure.country == "world" and len(covered.countries) == 1:
        (only,) = covered.countries
        found.append(
            f"Other country: the figure is of several, the brands are all of {label('country', only)}."
        )
    of_sector = figure.group_dim in ("sector", "sector_x_share")
    if "sector" not in across and not of_sector and len(covered.sectors) == 1:
        (only,) = covered.sectors
        found.append(f"Other sector: the figure is of all, the brands are all of one ({only}).")
    return found


def _of_survey(figure: Figure, inquiry: Inquiry) -> list[str]:
    """The country of a question is that of the figure already; its year is told or copied."""
    try:
        question = question_for(figure, inquiry.dataset)
    except CannotAnswer:  # measured by a replay of one's own, from something else
        return []
    told = inquiry.dataset.questions().get(question.name, {}).get("year")
    if told:
        return other_period(figure, frozenset({int(told)}), "answers")
    if figure.figure_id in question.source:
        return []
    sources = sources_of(question, inquiry.ledger)
    years = frozenset(year for source in sources for year in years_of(source))
    return other_period(figure, years, "figures that the question repeats")


def other_period(figure: Figure, years: frozenset[int], what: str) -> list[str]:
    """A sentence where a figure and data or counts are of other years; none if nobody says."""
    mine = years_of(figure)
    if not mine or not years or mine & years:
        return []
    return [f"Other period: the figure is of {_span(mine)}, the {what} are of {_span(years)}."]


def years_of(figure: Figure) -> frozenset[int]:
    """The years of a figure's period; none where it is not stated."""
    ends = [end for end in (figure.period_start, figure.period_end) if end is not None]
    return frozenset(range(ends[0].year, ends[-1].year + 1)) if ends else frozenset()


def _span(years: frozenset[int]) -> str:
    first, last = min(years), max(years)
    return str(first) if first == last else f"{first} to {last}"


def coverage(inquiry: Inquiry) -> Coverage:
    """Years of the posts, countries and sectors of the brands; empty where nobody says."""
    dataset = inquiry.dataset
    years: frozenset[int] = frozenset()
    if dataset.has("posts"):
        with using() as engine:
            posts = engine.table(dataset, "posts")
            posts = posts.select(year=posts.created_at.cast("timestamp").year())
            counted = posts.group_by("year").agg(n=posts.count()).execute()
        enough = counted["n"] >= PART_OF_POSTS * counted["n"].sum()
        years = frozenset(map(int, counted.loc[enough, "year"]))
    brands = dataset.read("brands")
    known = (frozenset(brands[name].dropna()) for name in ("country", "sector"))
    return Coverage(years, *known)
