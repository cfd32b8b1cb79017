"""One published figure with everything behind it: its study, its base, its correction."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape

from carekit.claims.ledger.columns import STATUSES, measures, split_words


@dataclass(frozen=True)
class Study:
    """A study or a wave of one; the fields are the columns of `studies.csv`."""

    study_id: str
    publisher: str | None
    title: str | None
    year: int | None
    country: str | None
    mode: str | None
    sample_size: int | None
    population: str | None
    definition: str | None
    account_kind: str | None
    how_known: str | None

    def __str__(self) -> str:
        named = ", ".join(part for part in (self.publisher, self.title) if part) or self.study_id
        return named if self.year is None else f"{named} ({self.year})"


@dataclass(frozen=True, kw_only=True, repr=False)
class Figure:
    """A number of the ledger; the fields are the columns of `published_figures.csv`.

    A missing cell is None. `study` is the study behind the figure; `corrections` the figures that
    replace it, in order, the last one being the one to use (empty when the figure stands).
    """

    figure_id: str
    article_id: str | None
    study_id: str
    measure: str
    group_dim: str
    group: str
    country: str | None
    network: str | None
    period_start: date | None
    period_end: date | None
    value: float | None
    value_low: float | None
    value_high: float | None
    unit: str
    base: str
    sample_size: int | None
    assumed_n: int | None
    out_of: int | None
    denominator_type: str | None
    asked_if: str | None
    counted_answer: str | None
    status: str
    verified: str
    source: str
    note: str | None
    corrected_by: str | None
    study: Study
    corrections: tuple[Figure, ...] = ()

    @property
    def current(self) -> Figure:
        """The figure to use: the end of the correction chain, or this one."""
        return self.corrections[-1] if self.corrections else self

    @property
    def conditions(self) -> dict[str, str]:
        """What the people or posts of the base answered before: {"used_social_care": "no"}."""
        pairs = (word.partition("=") for word in split_words(self.asked_if))
        return {name: answer for name, _, answer in pairs}

    @property
    def base_in_words(self) -> str:
        """Of what or of whom the figure is said to be."""
        return self.base.removeprefix("printed as: ")

    @property
    def needs(self) -> str:
        """The data that a test of this figure needs, in a sentence.

        >>> from carekit.claims.ledger import load_ledger
        >>> print(load_ledger().figure("C035").needs)
        posts: questions to brands, answered or not, with the answers, on facebook.
        """
        measure = measures()[self.measure]
        network = {None: "", "multiple": "on several networks"}.get(
            self.network, f"on {self.network}"
        )
        country = "" if self.country in {None, "world"} else f"in {self.country}"
        place = " ".join(part for part in (network, country) if part)
        filled = measure.needs.format(
            base=self.base_in_words,
            group=self.group.replace("_", " "),
            place=f", {place}" if place else "",
        )
        return f"{measure.data}: {filled}."

    @property
    def low(self) -> float:
        """Lower end of what was published: the bracket, else the value; -inf when open."""
        if self.value_low is not None:
            return self.value_low
        return self.value if self.value is not None else -math.inf

    @property
    def high(self) -> float:
        """Upper end of what was published: the bracket, else the value; inf when open."""
        if self.value_high is not None:
            return self.value_high
        return self.value if self.value is not None else math.inf

    @property
    def rounding(self) -> float:
        """Half a unit of the last place that the figure can have been printed with.

        Shares are quoted in per cent, so a share is never taken to be finer than stored nor coarser
        than a hundredth: 0.3 is 30 %, give or take 0.005. Changes are shares of change.
        """
        if self.unit == "rank":
            return 0.0
        known = [v for v in (self.value, self.value_low, self.value_high) if v is not None]
        places = max((decimals(v) for v in known), default=0)
        if self.unit in {"proportion", "proportion_change"}:
            places = max(places, 2)
        return 0.5 * 10.0**-places

    @property
    def published(self) -> str:
        """What was published, in words: `0.43`, `0.13 to 0.15`, `more than 0.70`, `rank 33`."""
        if self.value is not None:
            text = self._number(self.value)
            if self.value_low is not None and self.value_high is not None:
                text += f" ({self._number(self.value_low)} to {self._number(self.value_high)})"
        elif self.value_low is not None and self.value_high is not None:
            text = f"{self._number(self.value_low)} to {self._number(self.value_high)}"
        elif self.value_low is not None:
            text = f"more than {self._number(self.value_low)}"
        elif self.value_high is not None:
            text = f"less than {self._number(self.value_high)}"
        else:
            text = "not stated"
        return f"rank {text}" if self.unit == "rank" else text + _SUFFIX.get(self.unit, "")

    def _number(self, value: float) -> str:
        return number(value, share=self.unit in {"proportion", "proportion_change"})

    @property
    def period(self) -> str | None:
        """The window that contains the data: `2012-07-01 to 2012-07-31`; None when not stated."""
        if self.period_start is None and self.period_end is None:
            return None
        start = self.period_start.isoformat() if self.period_start else "?"
        end = self.period_end.isoformat() if self.period_end else "?"
        return start if start == end else f"{start} to {end}"

    def __repr__(self) -> str:
        end = f", corrected by {self.current.figure_id}" if self.corrections else ""
        return f"<Figure {self.figure_id}: {self.measure} {self.published}{end}>"

    def __str__(self) -> str:
        size = "" if self.sample_size is None else f", n = {self.sample_size:,}"
        text = (
            f"{self.figure_id}: {self.measure}, {self.group_dim} {self.group}: {self.published} "
            f"(base: {self.base}{size}); {self.study}; {STATUSES[self.status]}"
        )
        if self.article_id:
            text += f" ({self.article_id})"
        for step in self.corrections:
            text += f"; corrected by {step.figure_id}: {step.published}"
        return text + "."

    def details(self) -> list[tuple[str, str]]:
        """Label and text of everything known about the figure, in reading order."""
        study = str(self.study)
        if self.study.mode:
            study += f"; {self.study.mode}"
        places = [p for p in (self.country, self.network) if p]
        lines: list[tuple[str, str | None]] = [
            ("published", self.published),
            ("measure", f"{self.measure}: {measures()[self.measure].meaning}"),
            (
                "group",
                self.group if self.group_dim == "total" else f"{self.group_dim} {self.group}",
            ),
            ("base", self.base),
            ("asked if", self.asked_if),
            ("sample size", None if self.sample_size is None else f"{self.sample_size:,}"),
            ("assumed size", None if self.assumed_n is None else f"{self.assumed_n:,}"),
            ("denominator", self.denominator_type),
            ("where", ", ".join(places) or None),
            ("period", self.period),
            ("status", STATUSES[self.status]),
            ("article", self.article_id),
            ("study", study),
            ("who was studied", self.study.population),
            ("how known", self.study.how_known),
            ("verified", self.verified),
            ("source", self.source),
            ("note", self.note),
        ]
        for step in self.corrections:
            lines.append(("use instead", f"{step.figure_id}: {step.published} (base: {step.base})"))
        return [(label, text) for label, text in lines if text]

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left;vertical-align:top">{escape(label)}</th>'
            f'<td style="text-align:left">{escape(text)}</td></tr>'
            for label, text in self.details()
        )
        caption = f"<caption><strong>{escape(self.figure_id)}</strong></caption>"
        return f"<table>{caption}<tbody>{rows}</tbody></table>"


_SUFFIX = {"minutes": " minutes", "score_20": " out of 20"}


def decimals(value: float) -> int:
    """Places after the point in the shortest decimal that gives this float.

    >>> decimals(0.333), decimals(0.3), decimals(45.0), decimals(-0.0156), decimals(1e-07)
    (3, 1, 0, 4, 7)
    """
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def number(value: float, *, share: bool = False) -> str:
    """A number as the ledger writes it; a share has at least two places, a count its thousands.

    >>> number(0.3, share=True), number(2.7), number(162691.0), number(-0.0156)
    ('0.30', '2.7', '162,691', '-0.0156')
    """
    places = max(decimals(value), 2 if share and value not in (0, 1) else 0)
    return f"{value:,.{places}f}"


def correction_chain(figure_id: str, corrected_by: dict[str, str]) -> Iterable[str]:
    """Ids that replace a figure, one after the other; the caller has excluded cycles."""
    while figure_id in corrected_by:
        figure_id = corrected_by[figure_id]
        yield figure_id
