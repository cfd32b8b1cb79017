"""Measure a published figure again, on a dataset, under the figure's own definition.

A figure whose measure has no replay (`carekit.claims.replays.registry`), or whose replay finds that
the dataset cannot answer, is *untestable*, and the verdict names the data needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import pandas as pd

from carekit.claims.decide import MIN_N, decide_verdict, default_margin
from carekit.claims.inquiry import Inquiry
from carekit.claims.ledger import Figure, Ledger, load_ledger
from carekit.claims.ledger.figure import number

# Importing a module of replays registers them.
from carekit.claims.replays import care, rates, survey  # noqa: F401
from carekit.claims.replays.registry import REPLAYS, Measurement
from carekit.dataset.engine import sharing
from carekit.errors import CannotAnswer, SelectionError

if TYPE_CHECKING:
    from carekit.dataset.engine import Engine
    from carekit.dataset.folder import Dataset

PLANTED: Final = "The dataset is synthetic: the replay recovers a planted truth and is no evidence."

# Value that separates the two directions of a claim. A choice between two claims which side has
# the majority; a change or a difference (by unit, below) claims a sign.
_REFERENCES: Final = {"prefers_social_over_phone": 0.5, "prefers_phone_over_social": 0.5}


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
    synthetic : bool
        The dataset is generated: the replay recovers what was planted and is no evidence.
    """

    figure_id: str
    published: float | None
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    verdict: str = "untestable"
    why: str = ""
    needs: str = ""
    published_low: float | None = None
    published_high: float | None = None
    n: int | None = None
    definition: str = ""
    conf_level: float | None = None
    synthetic: bool = False

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
    read = load_ledger() if ledger is None else ledger
    return _replay(read.figure(figure_id), Inquiry(dataset, read), margin=margin, min_n=min_n)


def _replay(figure: Figure, inquiry: Inquiry, *, margin: float | None, min_n: int) -> Verdict:
    correction = _correction(figure)
    made = _measured(figure, inquiry)
    if isinstance(made, CannotAnswer):
        return Verdict(
            figure_id=figure.figure_id,
            published=figure.value,
            published_low=figure.value_low,
            published_high=figure.value_high,
            verdict="untestable",
            why=" ".join(note for note in (made.why, correction) if note),
            needs=made.needs or figure.needs,
        )
    size = figure.value if figure.value is not None else (figure.value_high or figure.value_low)
    decision = decide_verdict(
        published=figure.value,
        published_low=figure.value_low,
        published_high=figure.value_high,
        estimate=made.estimate,
        ci_low=math.nan if made.ci_low is None else made.ci_low,
        ci_high=math.nan if made.ci_high is None else made.ci_high,
        margin=default_margin(figure.unit, size) if margin is None else margin,
        n=made.n,
        min_n=min_n,
        rounding=figure.rounding,
        reference=0.0 if figure.unit == "proportion_change" else _REFERENCES.get(figure.measure),
    )
    return Verdict(
        figure_id=figure.figure_id,
        published=figure.value,
        published_low=figure.value_low,
        published_high=figure.value_high,
        estimate=made.estimate,
        ci_low=made.ci_low,
        ci_high=made.ci_high,
        verdict=decision.verdict,
        why=" ".join(note for note in (decision.why, made.why, correction) if note),
        n=made.n,
        definition=made.definition,
        conf_level=made.conf_level,
        synthetic=inquiry.dataset.is_sample,
    )


def _measured(figure: Figure, inquiry: Inquiry) -> Measurement | CannotAnswer:
    if figure.measure not in REPLAYS:
        return CannotAnswer("")
    try:
        return REPLAYS[figure.measure](figure, inquiry)
    except CannotAnswer as refusal:
        return refusal
    except SelectionError as refusal:
        return CannotAnswer(str(refusal))


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
    read = load_ledger() if ledger is None else ledger
    wanted = read.figures["figure_id"].tolist() if only is None else list(only)
    with sharing(engine):
        inquiry = Inquiry(dataset, read)
        figures = [read.figure(key) for key in wanted]
        verdicts = [_replay(figure, inquiry, margin=None, min_n=min_n) for figure in figures]
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
    about = {
        name: [getattr(f, name) for f in figures]
        for name in ("measure", "unit", "country", "network")
    }
    words = ["figure_id", "verdict", "why", "needs", "definition"]
    types = {
        **dict.fromkeys(numbers, "float64"),
        "n": "Int64",
        **dict.fromkeys(words, "string"),
        "synthetic": "bool",
    }
    return frame.astype(types).assign(
        **{name: pd.array(cells, dtype="string") for name, cells in about.items()}
    )
