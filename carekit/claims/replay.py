"""Measure a published figure again, on a dataset, under the figure's own definition.

A figure whose measure has no measurer (`carekit.claims.measurement`), or whose measurer finds that
the dataset lacks what it needs, is *untestable*, and the verdict names the data needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Final

import pandas as pd

from carekit.claims import measurement, measurers, survey_measurers
from carekit.claims.decision import MIN_N, decide_verdict, default_margin
from carekit.claims.figure import Figure, number
from carekit.claims.ledger import Ledger, load_ledger
from carekit.claims.measurement import Measurement
from carekit.claims.needs import needs_of
from carekit.errors import SelectionError

if TYPE_CHECKING:
    from carekit.dataset.engine import Engine
    from carekit.dataset.folder import Dataset

PLANTED: Final = "The dataset is synthetic: the replay recovers a planted truth and is no evidence."

# Value that separates the two directions of a claim. A choice between two claims which side has
# the majority; a change or a difference (by unit, below) claims a sign.
_REFERENCES: Final = {"prefers_social_over_phone": 0.5, "prefers_phone_over_social": 0.5}


@cache
def _register_known() -> None:
    # What a caller registered before stays.
    given = dict(measurement.MEASURERS)
    measurers.register_all()
    survey_measurers.register_all()
    measurement.MEASURERS.update(given)


def registered_measures() -> list[str]:
    """Measures that can be replayed, in alphabetical order."""
    _register_known()
    return sorted(measurement.MEASURERS)


@dataclass(frozen=True)
class Verdict:
    """What a replay says of one published figure.

    Attributes
    ----------
    figure_id : str
    published : float or None
        The value as printed; None where the figure is a bracket (`published_low`,
        `published_high`).
    estimate, ci_low, ci_high : float or None
        What was measured, in the unit of the figure; None when untestable.
    verdict : str
        holds, differs, undecided, contradicted or untestable.
    why : str
        The reason, with what must be known: a correction of the figure, a synthetic dataset.
    needs : str
        The data that a test needs, when untestable; else empty.
    published_low, published_high : float or None
        Bracket of the figure.
    n : int or None
        Cases measured.
    definition : str
        What was measured.
    conf_level : float or None
        Nominal coverage of the interval.
    """

    figure_id: str
    published: float | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    verdict: str
    why: str
    needs: str
    published_low: float | None = None
    published_high: float | None = None
    n: int | None = None
    definition: str = ""
    conf_level: float | None = None

    def __str__(self) -> str:
        text = f"{self.figure_id} {self.verdict}"
        if self.estimate is not None:
            known = [] if self.n is None else [f"n = {self.n:,}"]
            if self.ci_low is not None or self.ci_high is not None:
                level = "" if self.conf_level is None else f"{100 * self.conf_level:.4g} % "
                ends = f"{_limit(self.ci_low)} to {_limit(self.ci_high)}"
                known.insert(0, f"{level}interval {ends}")
            note = f" ({', '.join(known)})" if known else ""
            text += f": measured {self.estimate:.4g}{note} against {_published(self)}"
        notes = " ".join(part for part in (self.why, self.needs and f"Needs {self.needs}") if part)
        return f"{text}. {notes}".strip()


def _limit(value: float | None) -> str:
    return "not reached" if value is None or math.isnan(value) else f"{value:.4g}"


def _published(verdict: Verdict) -> str:
    if verdict.published is not None:
        return number(verdict.published)
    ends = [
        "any" if end is None else number(end)
        for end in (verdict.published_low, verdict.published_high)
    ]
    return " to ".join(ends)


def replay(
    figure_id: str,
    dataset: Dataset,
    *,
    ledger: Ledger | None = None,
    margin: float | None = None,
    min_n: int = MIN_N,
) -> Verdict:
    """Measure one published figure again and say whether it holds.

    The figure is replayed as printed, also when the ledger corrects it: `why` then names the
    correction. The decision is `carekit.claims.decision.decide_verdict`.

    Parameters
    ----------
    figure_id : str
        A figure of the ledger.
    dataset : Dataset
        What to measure it on.
    ledger : Ledger, optional
        By default the ledger that comes with carekit.
    margin : float, optional
        Largest half-width of an interval that still answers, in the unit of the figure; by default
        0.05 for shares and changes, 1 for scores out of 20, a quarter of the figure otherwise.
    min_n : int
        Fewest cases for a verdict.

    Returns
    -------
    Verdict

    Raises
    ------
    InputError
        If the ledger has no such figure.
    """
    figure = (load_ledger() if ledger is None else ledger).figure(figure_id)
    measured = _measure(figure, dataset)
    notes = [measured.why, _correction(figure)]
    if measured.estimate is None:
        verdict = "untestable"
        needs = measured.needs
    else:
        low = math.nan if measured.ci_low is None else measured.ci_low
        high = math.nan if measured.ci_high is None else measured.ci_high
        size = figure.value if figure.value is not None else (figure.value_high or figure.value_low)
        decision = decide_verdict(
            published=figure.value,
            published_low=figure.value_low,
            published_high=figure.value_high,
            estimate=measured.estimate,
            ci_low=low,
            ci_high=high,
            margin=default_margin(figure.unit, size) if margin is None else margin,
            n=measured.n,
            min_n=min_n,
            rounding=figure.rounding,
            reference=0.0
            if figure.unit == "proportion_change"
            else _REFERENCES.get(figure.measure),
        )
        verdict = decision.verdict
        needs = ""
        notes = [decision.why, *notes]
        if dataset.is_sample:
            notes.append(PLANTED)
    return Verdict(
        figure_id=figure.figure_id,
        published=figure.value,
        estimate=measured.estimate,
        ci_low=measured.ci_low,
        ci_high=measured.ci_high,
        verdict=verdict,
        why=" ".join(note for note in notes if note),
        needs=needs,
        published_low=figure.value_low,
        published_high=figure.value_high,
        n=measured.n,
        definition=measured.definition,
        conf_level=None if measured.estimate is None else measured.conf_level,
    )


def _measure(figure: Figure, dataset: Dataset) -> Measurement:
    _register_known()
    measurer = measurement.MEASURERS.get(figure.measure)
    if measurer is None:
        return Measurement.untestable(needs=needs_of(figure))
    try:
        measured = measurer(figure, dataset)
    except SelectionError as refusal:
        return Measurement.untestable(needs=needs_of(figure), why=str(refusal))
    if measured.estimate is None and not measured.needs:
        return Measurement.untestable(needs=needs_of(figure), why=measured.why)
    return measured


def _correction(figure: Figure) -> str:
    if not figure.corrections:
        return ""
    current = figure.current
    return (
        f"Replayed as printed; the ledger corrects it to {current.figure_id} "
        f"({current.published}, base: {current.base})."
    )


def replay_all(
    dataset: Dataset,
    *,
    ledger: Ledger | None = None,
    only: Sequence[str] | None = None,
    min_n: int = MIN_N,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Replay every figure of the ledger: each gets a verdict.

    Parameters
    ----------
    dataset : Dataset
    ledger : Ledger, optional
        By default the ledger that comes with carekit.
    only : sequence of str, optional
        Ids of the figures wanted; by default all.
    min_n : int
        Fewest cases for a verdict.
    engine : Engine, optional
        An open one, such as that of a notebook, which knows the requests already.

    Returns
    -------
    DataFrame
        One row per figure in the order of the ledger: `figure_id`, `published`, `estimate`,
        `ci_low`, `ci_high`, `verdict`, `why`, `needs`, `published_low`, `published_high`, `n`,
        `definition`, `conf_level`, then `measure`, `unit`, `country` and `network` of the figure.
        Shares are 0 to 1, durations minutes; a missing value is NaN or NA.

    Raises
    ------
    InputError
        If an id of `only` is not in the ledger.
    """
    from carekit.dataset.engine import sharing

    read = load_ledger() if ledger is None else ledger
    wanted = read.figures["figure_id"].tolist() if only is None else list(only)
    with sharing(engine):
        verdicts = [replay(key, dataset, ledger=read, min_n=min_n) for key in wanted]
    frame = pd.DataFrame(
        {field.name: [getattr(v, field.name) for v in verdicts] for field in fields(Verdict)}
    )
    numbers = [
        "published",
        "estimate",
        "ci_low",
        "ci_high",
        "published_low",
        "published_high",
        "conf_level",
    ]
    figures = [read.figure(key) for key in wanted]
    about = {
        name: [getattr(f, name) for f in figures]
        for name in ("measure", "unit", "country", "network")
    }
    words = ["figure_id", "verdict", "why", "needs", "definition"]
    types = {**dict.fromkeys(numbers, "float64"), "n": "Int64", **dict.fromkeys(words, "string")}
    return frame.astype(types).assign(
        **{name: pd.array(cells, dtype="string") for name, cells in about.items()}
    )
