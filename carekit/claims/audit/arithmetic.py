"""Sums that show their working: a term carries its value, its text and the figures behind it.

An audit must never print one sum and compute another. Here both come from the same object:
`ledger.figure("C022")` times `ledger.figure("P020")` is a term whose value is 0.2709 and whose text
is `0.43 × 0.63`, and it knows that it came from C022 and P020.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from carekit.claims.ledger.figure import number

_SUM, _PRODUCT, _ATOM = 1, 2, 3


@dataclass(frozen=True)
class Term:
    """A number with the text of how it came about and the ids of the figures used."""

    value: float
    text: str
    figures: tuple[str, ...] = ()
    binding: int = _ATOM

    def __add__(self, other: Term | float) -> Term:
        return self._joined(other, "+", lambda a, b: a + b, _SUM, _SUM)

    def __sub__(self, other: Term | float) -> Term:
        return self._joined(other, "-", lambda a, b: a - b, _SUM, _PRODUCT)

    def __mul__(self, other: Term | float) -> Term:
        return self._joined(other, "×", lambda a, b: a * b, _PRODUCT, _PRODUCT)

    def __truediv__(self, other: Term | float) -> Term:
        return self._joined(other, "/", _divide, _PRODUCT, _ATOM)

    def __radd__(self, other: float) -> Term:
        return constant(other) + self

    def __rsub__(self, other: float) -> Term:
        return constant(other) - self

    def __rmul__(self, other: float) -> Term:
        return constant(other) * self

    def _joined(
        self,
        other: Term | float,
        sign: str,
        compute: Callable[[float, float], float],
        binding: int,
        right: int,
    ) -> Term:
        other = other if isinstance(other, Term) else constant(other)
        return Term(
            value=compute(self.value, other.value),
            text=f"{self._inside(binding)} {sign} {other._inside(right)}",
            figures=_merged(self.figures, other.figures),
            binding=binding,
        )

    def _inside(self, binding: int) -> str:
        return self.text if self.binding >= binding else f"({self.text})"

    def as_known(self, places: int = 3) -> Term:
        """The result as one number in the text, where the long form was shown before."""
        return Term(self.value, f"{self.value:,.{places}f}", self.figures)


def _divide(a: float, b: float) -> float:
    # A zero in the ledger must not stop the audit: the finding then says that nothing follows.
    return a / b if b else math.nan


def _merged(*groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(figure_id for group in groups for figure_id in group))


def constant(value: float) -> Term:
    """A number that belongs to the method, not to the ledger."""
    return Term(float(value), number(float(value)))


def log(term: Term) -> Term:
    """Natural logarithm; NaN where there is none."""
    value = math.log(term.value) if term.value > 0 else math.nan
    return Term(value, f"log({term.text})", term.figures)


def root(term: Term) -> Term:
    """Square root; NaN where there is none."""
    value = math.sqrt(term.value) if term.value >= 0 else math.nan
    return Term(value, f"sqrt({term.text})", term.figures)


def total(terms: Iterable[Term]) -> Term:
    """Sum of at least one term."""
    first, *rest = terms
    for term in rest:
        first = first + term
    return first


def people(term: Term) -> Term:
    """A number of people, rounded as one counts them."""
    if not math.isfinite(term.value):
        return Term(math.nan, "not known", term.figures)
    return Term(float(round(term.value)), f"{term.value:,.0f}", term.figures)
