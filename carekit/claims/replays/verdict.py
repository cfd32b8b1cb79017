"""Measure a published figure again, on a dataset, under the figure's own definition.

A figure whose measure has no replay (`carekit.claims.replays.registry`), or whose replay finds that
the dataset cannot answer, is *untestable*, and the verdict names the data needed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from carekit.claims.comparable import check_across, differences
from carekit.claims.decide import ASSUMED_N, MIN_N, Decision, decide_verdict, default_margin
from carekit.claims.inquiry import Inquiry
from carekit.claims.ledger import Figure, Ledger, load_ledger
from carekit.claims.ledger.figure import number

# Importing a module of replays registers them.
from carekit.claims.replays import care, rates, survey  # noqa: F401
from carekit.claims.replays.registry import REPLAYS, Measurement
from carekit.dataset.engine import sharing
from carekit.errors import CannotAnswer, SelectionError
from carekit.show.progress import steps

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
        A word of `carekit.claims.decide.REPLAY_VERDICTS`.
    why : str
        The reason, never empty: the difference beside the margin, or why there can be no verdict;
        and the correction of the figure, if the ledger has one.
    notes : str
        What was supposed and must be known: the figure's own error, its base and period, what the
        measurement misses.
    needs : str
        The data that a test needs, when untestable; else empty.
    published_low, published_high : float or None
        Bracket of the figure.
    n : int or None
        Cases measured.
    definition : str
        What was measured.
    conf_level : float or None
        Nominal coverage of the intervals.
    difference, diff_low, diff_high : float or None
        Measured less published, with the limits that both errors and the rounding leave.
    margin : float or None
        Largest difference that does not matter.
    published_n : int or None
        Size of the published base that was used for its error, published or assumed; None where
        the figure is taken to be as unsure as the measurement.
    synthetic : bool
        The dataset is generated: the replay recovers what was planted and is no evidence.
    evidence : {"dataset", "measured"}
        What was measured: a dataset, or real counts that come with carekit
        (`carekit.claims.real_counts`).
    table : str
        The real counts, a name for `carekit.load_measured`; else empty.
    """

    figure_id: str
    published: float | None
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    verdict: str = "untestable"
    why: str = ""
    notes: str = ""
    needs: str = ""
    published_low: float | None = None
    published_high: float | None = None
    n: int | None = None
    definition: str = ""
    conf_level: float | None = None
    difference: float | None = None
    diff_low: float | None = None
    diff_high: float | None = None
    margin: float | None = None
    published_n: int | None = None
    synthetic: bool = False
    evidence: str = "dataset"
    table: str = ""

    def __str__(self) -> str:
        mark = " (synthetic)" if self.synthetic else ""
        text = f"{self.figure_id} {self.verdict.replace('_', ' ')}{mark}"
        if self.estimate is not None:
            known = [] if self.n is None else [f"n = {self.n:,}"]
            if self.ci_low is not None or self.ci_high is not None:
                level = "" if self.conf_level is None else f"{100 * self.conf_level:.4g} % "
                ends = f"{_limit(self.ci_low)} to {_limit(self.ci_high)}"
                known.insert(0, f"{level}interval {ends}")
            note = f" ({', '.join(known)})" if known else ""
            text += f": measured {self.estimate:.4g}{note} against {_published(self)}"
        needs = f"Needs {self.needs}" if self.needs else ""
        return " ".join(part for part in (f"{text}.", self.why, self.notes, needs) if part)


def _limit(value: float | None) -> str:
    return "not reached" if value is None else f"{value:.4g}"


def _published(verdict: Verdict) -> str:
    if verdict.published is not None:
        return number(verdict.published)
    ends = (verdict.published_low, verdict.published_high)
    return " to ".join("any" if end is None else number(end) for end in ends)


def replay(
    figure_id: str,
    dataset: Dataset,
    *,
    ledger: Ledger | None = None,
    margin: float | None = None,
    deff: float = 1.0,
    min_n: int = MIN_N,
    across: Collection[str] = (),
) -> Verdict:
    """Measure one published figure again and say whether the two agree.

    The figure is replayed as printed, also when the ledger corrects it: `why` then names the
    correction. The decision is `carekit.claims.decide.decide_verdict`; a figure of another period,
    country or sector than the data gets none (`carekit.claims.comparable`).

    Parameters
    ----------
    figure_id : str
        A figure of the ledger.
    dataset : Dataset
        What to measure it on.
    ledger : Ledger, optional
        By default the ledger that comes with carekit.
    margin : float, optional
        Largest difference that does not matter, in the unit of the figure; by default that of
        `carekit.claims.decide.default_margin`.
    deff : float
        Design effect of the published shares, whose weights and clusters are seldom known: 1 takes
        them for simple random samples.
    min_n : int
        Fewest cases for a verdict.
    across : collection of str
        Differences between figure and data that you accept: "period", "country", "sector".

    Returns
    -------
    Verdict

    Raises
    ------
    InputError
        If the ledger has no such figure, or `across` another word.

    Examples
    --------
    >>> from carekit import open_dataset, replay
    >>> replay("C001", open_dataset()).verdict
    'equivalent'
    """
    check_across(across)
    read = load_ledger() if ledger is None else ledger
    options = Options(margin, deff, min_n, tuple(across))
    return _replay(read.figure(figure_id), Inquiry(dataset, read), options)


@dataclass(frozen=True)
class Options:
    """What a caller may choose of a verdict; the fields are parameters of `replay`."""

    margin: float | None = None
    deff: float = 1.0
    min_n: int = MIN_N
    across: tuple[str, ...] = ()


def _replay(figure: Figure, inquiry: Inquiry, options: Options) -> Verdict:
    made = _measured(figure, inquiry)
    if isinstance(made, CannotAnswer):
        why = made.why or "No replay of this measure is known to carekit."
        why = " ".join(note for note in (why, _correction(figure)) if note)
        return Verdict(**_published_of(figure), why=why, needs=made.needs or figure.needs)
    other = differences(figure, inquiry, options.across)
    return verdict_on(figure, made, other, options, synthetic=inquiry.dataset.is_sample)


def _published_of(figure: Figure) -> dict[str, Any]:
    return {
        "figure_id": figure.figure_id,
        "published": figure.value,
        "published_low": figure.value_low,
        "published_high": figure.value_high,
    }


def verdict_on(
    figure: Figure, made: Measurement, other: Sequence[str], options: Options | None = None, **more: Any
) -> Verdict:  # fmt: skip
    """The verdict on a figure that was measured; `other`: what makes the two incomparable."""
    options = options or Options()
    margin = (
        default_margin(figure.unit, _size(figure)) if options.margin is None else options.margin
    )
    published_n = _published_n(figure)
    decision = _decide(figure, made, margin, published_n, options)
    reason = (decision.told or decision.why) if other else decision.why
    own = _own_error(figure, published_n, options.deff)
    return Verdict(
        **_published_of(figure),
        estimate=made.estimate,
        ci_low=made.ci_low,
        ci_high=made.ci_high,
        verdict="not_comparable" if other else decision.verdict,
        why=" ".join(part for part in (*other, reason, _correction(figure)) if part),
        notes=" ".join(part for part in (own, made.why) if part),
        n=made.n,
        definition=made.definition,
        conf_level=made.conf_level,
        difference=_finite(decision.difference),
        diff_low=_finite(decision.low),
        diff_high=_finite(decision.high),
        margin=_finite(margin),
        published_n=published_n,
        **more,
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


def _decide(
    figure: Figure, made: Measurement, margin: float, published_n: int | None, options: Options
) -> Decision:
    change = figure.unit == "proportion_change"
    return decide_verdict(
        published=figure.value,
        published_low=figure.value_low,
        published_high=figure.value_high,
        published_n=published_n,
        deff=options.deff,
        estimate=made.estimate,
        ci_low=math.nan if made.ci_low is None else made.ci_low,
        ci_high=math.nan if made.ci_high is None else made.ci_high,
        margin=margin,
        n=made.n,
        min_n=options.min_n,
        rounding=figure.rounding,
        reference=0.0 if change else _REFERENCES.get(figure.measure),
        unit=figure.unit,
        conf_level=made.conf_level,
    )


def _size(figure: Figure) -> float | None:
    return figure.value if figure.value is not None else (figure.value_high or figure.value_low)


def _published_n(figure: Figure) -> int | None:
    """Size of a published share's base; where nobody says one, at most that of the study."""
    if figure.unit != "proportion":
        return None
    at_most = min(ASSUMED_N, figure.study.sample_size or ASSUMED_N)
    return figure.sample_size or figure.assumed_n or at_most


def _own_error(figure: Figure, published_n: int | None, deff: float) -> str:
    """What was supposed of the figure's own error, in a sentence."""
    if published_n is None:
        return "The figure's own error is not known; it is taken to be that of the measurement."
    effect = "" if deff == 1 else f" and a design effect of {deff:g}"
    if figure.sample_size:
        return f"The figure's own error is that of its {published_n:,}{effect}."
    return f"Nobody published the size of the figure's base; {published_n:,} is assumed{effect}."


def _correction(figure: Figure) -> str:
    if not figure.corrections:
        return ""
    current = figure.current
    return (
        f"Replayed as printed; the ledger corrects it to {current.figure_id} "
        f"({current.published}, base: {current.base})."
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def replay_all(
    dataset: Dataset,
    *,
    ledger: Ledger | None = None,
    only: Sequence[str] | None = None,
    deff: float = 1.0,
    min_n: int = MIN_N,
    across: Collection[str] = (),
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
    deff, min_n, across
        As in `replay`.
    engine : Engine, optional
        An open one, such as that of a notebook, which knows the requests already.

    Returns
    -------
    DataFrame
        One row per figure in the order of the ledger: the fields of `Verdict`, then `measure`,
        `unit`, `country` and `network` of the figure; the same rows of real counts:
        `carekit.claims.real_counts`. Shares are 0 to 1, durations minutes; a
        missing value is NaN or NA. `carekit.claims.shown.table_verdicts` shows them to a reader,
        and `carekit.claims.replays.summary` says how many of them chance alone would give.

    Raises
    ------
    InputError
        If an id of `only` is not in the ledger.
    """
    check_across(across)
    read = load_ledger() if ledger is None else ledger
    wanted = read.figures["figure_id"].tolist() if only is None else list(only)
    figures = [read.figure(key) for key in wanted]
    options = Options(None, deff, min_n, tuple(across))
    with sharing(engine):
        inquiry = Inquiry(dataset, read)
        verdicts = [_replay(figure, inquiry, options) for figure in steps(figures, "figures")]
    return verdict_frame(verdicts, figures)


def verdict_frame(verdicts: Sequence[Verdict], figures: Sequence[Figure]) -> pd.DataFrame:
    """Verdicts as a table: their fields, and what their figures are about."""
    columns = {f.name: [getattr(v, f.name) for v in verdicts] for f in fields(Verdict)}
    about = ("measure", "unit", "country", "network")
    columns |= {name: [getattr(figure, name) for figure in figures] for name in about}
    words = "figure_id verdict why notes needs definition evidence table".split()
    types = dict.fromkeys(columns, "float64") | dict.fromkeys([*words, *about], "string")
    return pd.DataFrame(columns).astype({**types, **_WHOLE})


_WHOLE: Final = {"n": "Int64", "published_n": "Int64", "synthetic": "bool"}
