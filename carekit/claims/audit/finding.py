"""What an audit finds: lines of arithmetic, a verdict from a small vocabulary, a conclusion.

A finding is declared once, with `@finding`: its function gets a `Working`, writes down each line of
arithmetic on it, and returns the verdict and the conclusion that goes with it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from carekit.claims.audit.arithmetic import Term
from carekit.claims.ledger import Figure, Ledger
from carekit.claims.ledger.figure import number
from carekit.errors import InputError

VERDICTS: Final[dict[str, str]] = {
    "contradicted": "numbers of the ledger exclude the claim; `numbers` says whose they are",
    "implausible": "not excluded, but another reading fits the other figures far better",
    "consistent": "the numbers agree with the claim within rounding",
    "undecided": "the arithmetic leaves more than one reading open",
    "unproven": "the difference lies within sampling error, or no figure bears on the claim",
    "artefact": "the effect comes from a change of base, of mode or of mix",
    "not_comparable": "the figures share a word or a number and count different things",
    "reading_rule": "no sum decides it: the arithmetic shows what is at stake, the rule is for "
    "the reader",
}
NUMBERS: Final[dict[str, str]] = {
    "own": "numbers that the articles, or the source in question, print themselves",
    "study": "with the report of the study that the article quotes",
    "outside": "with numbers from elsewhere",
}
SHARES = ("proportion", "proportion_change")


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
    numbers : str
        Whose numbers the arithmetic needs, a key of `NUMBERS`.
    outside : str
        Which numbers from outside, where it needs some.
    is_claim : bool
        False for a rule that a reader should follow, which no sum can contradict.
    """

    finding_id: str
    title: str
    claim: str
    figures: tuple[str, ...]
    arithmetic: tuple[Step, ...]
    verdict: str
    conclusion: str
    numbers: str = "own"
    outside: str = ""
    is_claim: bool = True

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
            + "".join(f" <small>({escape(str(check))})</small>" for check in step.checks)
            + "</li>"
            for step in self.arithmetic
        )
        verdict = escape(self.verdict.replace("_", " "))
        kind = "Claim" if self.is_claim else "Rule for readers, against the claim"
        return (
            f"<p><strong>{self.finding_id} {escape(self.title)}</strong>: {verdict}<br>"
            f"<em>{kind}:</em> {escape(self.claim)}</p><ul>{steps}</ul>"
            f"<p><em>Conclusion:</em> {escape(self.conclusion)}</p>"
        )


class Working:
    """Figures of a ledger as terms, and the lines of arithmetic written down so far.

    `t("C022")` is the value of a figure, `t.low("C014b")` and `t.high("C014b")` the ends of its
    bracket, `t.size("C022")` the size of its base.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.steps: list[Step] = []

    def figure(self, figure_id: str) -> Figure:
        """One figure."""
        return self.ledger.figure(figure_id)

    def __call__(self, figure_id: str) -> Term:
        """The value of a figure."""
        figure = self.figure(figure_id)
        return _term(figure, figure.value, "value")

    def low(self, figure_id: str) -> Term:
        """The lower end of a figure: of its bracket, else its value."""
        figure = self.figure(figure_id)
        low = figure.value if figure.value_low is None else figure.value_low
        return _term(figure, low, "value_low")

    def high(self, figure_id: str) -> Term:
        """The upper end of a figure: of its bracket, else its value."""
        figure = self.figure(figure_id)
        high = figure.value if figure.value_high is None else figure.value_high
        return _term(figure, high, "value_high")

    def size(self, figure_id: str) -> Term:
        """The size of a figure's base: published, else assumed."""
        figure = self.figure(figure_id)
        return _term(figure, figure.sample_size or figure.assumed_n, "sample_size", share=False)

    def show(
        self,
        label: str,
        term: Term,
        *,
        places: int = 3,
        against: str = "",
        end: Literal["value", "low", "high"] = "value",
    ) -> Step:
        """Write down a computed term beside the figures that state the same quantity.

        `end` says which end of their bracket the term is compared with; a figure without that
        number is not compared.
        """
        shown = f"{term.value:,.{places}f}" if math.isfinite(term.value) else "not defined"
        checks = []
        for figure in map(self.figure, against.split()):
            ends = {"value": figure.value, "low": figure.value_low, "high": figure.value_high}
            published = ends[end]
            if published is not None:
                agrees = agree(term.value, published, rounding=figure.rounding)
                text = number(published, share=figure.unit in SHARES)
                checks.append(Check(figure.figure_id, published, agrees, text))
        used = dict.fromkeys((*term.figures, *(check.figure_id for check in checks)))
        expression = shown if term.text == shown else f"{term.text} = {shown}"
        return self._add(Step(label, expression, term.value, tuple(used), tuple(checks)))

    def compare(self, label: str, left: Term, right: Term) -> Step:
        """Write down two terms beside each other with the sign that holds between them."""
        difference = left.value - right.value
        sign = "=" if abs(difference) < 1e-12 else ">" if difference > 0 else "<"
        if math.isnan(difference):
            sign = "?"
        used = tuple(dict.fromkeys((*left.figures, *right.figures)))
        return self._add(Step(label, f"{left.text} {sign} {right.text}", difference, used))

    def note(
        self, label: str, text: str, figures: Iterable[str] = (), value: float | None = None
    ) -> Step:
        """Write down what the ledger's words say (a base, a mode, a number of rows)."""
        return self._add(Step(label, text, value, tuple(figures)))

    def _add(self, step: Step) -> Step:
        self.steps.append(step)
        return step


def _term(figure: Figure, value: float | None, column: str, share: bool | None = None) -> Term:
    if value is None:
        raise InputError(
            f"the audit needs `{column}` of figure {figure.figure_id}, which is empty; "
            "expected a number. Fill the cell in published_figures.csv."
        )
    text = number(float(value), share=figure.unit in SHARES if share is None else share)
    return Term(float(value), f"({text})" if value < 0 else text, (figure.figure_id,))


def agree(computed: float, published: float, *, rounding: float) -> bool:
    """Whether a computed number could have been printed as the published one.

    A hair is added to the rounding, for values such as 0.285 that no float holds exactly.
    """
    return abs(computed - published) <= rounding * (1 + 1e-9) + 1e-12


def ids(text: str) -> tuple[str, ...]:
    """Ids in a text; `C074:C076` is C074, C075, C076.

    >>> ids("C070 C074:C076")
    ('C070', 'C074', 'C075', 'C076')
    """
    found: list[str] = []
    for first, last in re.findall(r"(\w+)(?::\w(\d+))?", text):
        end = int(last) if last else int(first[1:4])
        found += (
            [first] if not last else [f"{first[0]}{n:03d}" for n in range(int(first[1:]), end + 1)]
        )
    return tuple(found)


# finding id → the finding of a ledger, in the order of registration
REGISTRY: Final[dict[str, Callable[[Ledger], Finding]]] = {}
_Work = Callable[[Working], tuple[str, str]]


def finding(
    finding_id: str,
    title: str,
    *,
    claim: str,
    figures: str = "",
    numbers: str = "own",
    outside: str = "",
    is_claim: bool = True,
) -> Callable[[_Work], Callable[[Ledger], Finding]]:
    """Put the function below into the audit.

    Parameters
    ----------
    finding_id, title, claim : str
        As in `Finding`.
    figures : str
        Ids of the figures concerned, as `ids` reads them; those of the arithmetic are added.
    numbers, outside, is_claim
        As in `Finding`.
    """

    def register(work: _Work) -> Callable[[Ledger], Finding]:
        def find(ledger: Ledger) -> Finding:
            t = Working(ledger)
            verdict, conclusion = work(t)
            used = (figure_id for step in t.steps for figure_id in step.figures)
            named = tuple(dict.fromkeys((*ids(figures), *used)))
            steps = tuple(t.steps)
            return Finding(
                finding_id, title, claim, named, steps, verdict, conclusion, numbers, outside,
                is_claim,
            )  # fmt: skip

        REGISTRY[finding_id] = find
        return find

    return register
