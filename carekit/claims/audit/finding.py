"""What an audit finds: steps of arithmetic, a verdict from a small vocabulary, a conclusion."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from carekit.claims.audit.arithmetic import Term
from carekit.claims.figure import Figure, number
from carekit.claims.ledger import Ledger
from carekit.errors import InputError

VERDICTS: Final[dict[str, str]] = {
    "contradicted": "the ledger's own numbers exclude the claim",
    "implausible": "not excluded, but another reading fits the other figures far better",
    "consistent": "the numbers agree with the claim within rounding",
    "undecided": "the arithmetic leaves more than one reading open",
    "unproven": "the difference lies within sampling error, or no figure bears on the claim",
    "artefact": "the effect comes from a change of base, of mode or of mix",
    "not_comparable": "the figures share a word or a number and count different things",
    "reading_rule": "no sum decides it: the arithmetic shows what is at stake, the rule is for "
    "the reader",
}


@dataclass(frozen=True)
class Check:
    """A result beside a figure of the ledger that states the same quantity.

    `agrees` tells whether the result could have been printed as the figure was.
    """

    figure_id: str
    published: float
    agrees: bool
    text: str

    def __str__(self) -> str:
        return f"{self.figure_id}: {self.text}, {'agrees' if self.agrees else 'differs'}"


@dataclass(frozen=True)
class Step:
    """One line of arithmetic.

    Attributes
    ----------
    label : str
        What the line is about.
    expression : str
        The sum with its result, built from the ledger's values: ``0.43 × 0.63 = 0.271``.
    value : float or None
        The result at full precision; for a comparison the left side minus the right side; None
        where the line is about words.
    figures : tuple of str
        Ids of the figures that entered.
    checks : tuple of Check
        Figures that state the same quantity, and whether they agree.
    """

    label: str
    expression: str
    value: float | None
    figures: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    def __str__(self) -> str:
        checks = "; ".join(map(str, self.checks))
        return f"{self.label}: {self.expression}" + (f" ({checks})" if checks else "")


@dataclass(frozen=True, repr=False)
class Finding:
    """A contradiction or a pitfall, recomputed from a ledger.

    Attributes
    ----------
    finding_id, title : str
    claim : str
        The statement that the verdict is about, in our words.
    figures : tuple of str
        Ids of the figures concerned.
    arithmetic : tuple of Step
    verdict : str
        A key of `VERDICTS`.
    conclusion : str
        What a careful reader concludes, given that verdict.
    """

    finding_id: str
    title: str
    claim: str
    figures: tuple[str, ...]
    arithmetic: tuple[Step, ...]
    verdict: str
    conclusion: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise InputError(
                f"`verdict` is {self.verdict!r}; expected one of: {', '.join(VERDICTS)}. "
                "Choose one of these words."
            )

    def __str__(self) -> str:
        return f"{self.finding_id} {self.title}: {self.verdict}. {self.conclusion}"

    def __repr__(self) -> str:
        steps = "".join(f"\n  - {step}" for step in self.arithmetic)
        return f"{self.finding_id} {self.title}: {self.verdict}{steps}\n  => {self.conclusion}"

    def _repr_html_(self) -> str:
        steps = "".join(
            f"<li>{escape(step.label)}: <code>{escape(step.expression)}</code>"
            + (
                f" <small>({escape('; '.join(map(str, step.checks)))})</small>"
                if step.checks
                else ""
            )
            + "</li>"
            for step in self.arithmetic
        )
        verdict = escape(self.verdict.replace("_", " "))
        return (
            f"<p><strong>{self.finding_id} {escape(self.title)}</strong>: {verdict}<br>"
            f"<em>Claim:</em> {escape(self.claim)}</p><ul>{steps}</ul>"
            f"<p><em>Conclusion:</em> {escape(self.conclusion)}</p>"
        )


FindingFunction = Callable[[Ledger], Finding]

# finding id → function, in the order of registration
REGISTRY: Final[dict[str, FindingFunction]] = {}


def register_finding(function: FindingFunction) -> FindingFunction:
    """Put a function named after its finding (`f08` for F08) into the audit."""
    REGISTRY[function.__name__.upper()] = function
    return function


def result(
    label: str,
    term: Term,
    *,
    places: int = 3,
    against: Iterable[Figure] = (),
    end: Literal["value", "low", "high"] = "value",
) -> Step:
    """A step that shows a computed term beside the figures that state the same quantity.

    `end` says which end of their bracket the term is compared with; a figure without that number
    is not compared.
    """
    shown = f"{term.value:,.{places}f}" if math.isfinite(term.value) else "not defined"
    checks = []
    for figure in against:
        published = {"value": figure.value, "low": figure.value_low, "high": figure.value_high}[end]
        if published is not None:
            share = figure.unit in {"proportion", "proportion_change"}
            checks.append(
                Check(
                    figure_id=figure.figure_id,
                    published=published,
                    agrees=agree(term.value, published, rounding=figure.rounding),
                    text=number(published, share=share),
                )
            )
    return Step(
        label=label,
        expression=shown if term.text == shown else f"{term.text} = {shown}",
        value=term.value,
        figures=tuple(dict.fromkeys((*term.figures, *(check.figure_id for check in checks)))),
        checks=tuple(checks),
    )


def comparison(label: str, left: Term, right: Term) -> Step:
    """A step that puts two terms beside each other with the sign that holds between them."""
    difference = left.value - right.value
    sign = "=" if abs(difference) < 1e-12 else ">" if difference > 0 else "<"
    if math.isnan(difference):
        sign = "?"
    return Step(
        label=label,
        expression=f"{left.text} {sign} {right.text}",
        value=difference,
        figures=tuple(dict.fromkeys((*left.figures, *right.figures))),
    )


def remark(label: str, text: str, figures: Iterable[str] = (), value: float | None = None) -> Step:
    """A step about words of the ledger (a base, a mode, a number of rows) instead of a sum."""
    return Step(label=label, expression=text, value=value, figures=tuple(figures))


def agree(computed: float, published: float, *, rounding: float) -> bool:
    """Whether a computed number could have been printed as the published one.

    A hair is added to the rounding, for values such as 0.285 that no float holds exactly.
    """
    return abs(computed - published) <= rounding * (1 + 1e-9) + 1e-12


def span(prefix: str, first: int, last: int) -> tuple[str, ...]:
    """Ids from first to last: `span("C", 74, 76)` is C074, C075, C076."""
    return tuple(f"{prefix}{value:03d}" for value in range(first, last + 1))


def build_finding(
    finding_id: str,
    *,
    title: str,
    claim: str,
    figures: Iterable[str],
    arithmetic: Iterable[Step],
    verdict: str,
    conclusion: str,
) -> Finding:
    """A finding whose figures are those named, then all others that its steps used."""
    steps = tuple(arithmetic)
    used = (figure_id for step in steps for figure_id in step.figures)
    return Finding(
        finding_id=finding_id,
        title=title,
        claim=claim,
        figures=tuple(dict.fromkeys((*figures, *used))),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )
