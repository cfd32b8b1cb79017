"""Tests of hypotheses, each declared once: what it measures, what the claim means, what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any

from carekit.claims.decide import MIN_N, Claim
from carekit.claims.hypotheses.evidence import KINDS, UNITS
from carekit.claims.inquiry import Inquiry
from carekit.errors import InputError

Row = Mapping[str, Any]
Run = Callable[[Inquiry], tuple[Row, str]]

TESTS: dict[str, list[Test]] = {}


@dataclass(frozen=True)
class Test:
    """A test of a hypothesis on one kind of evidence; written `@tests(…)` above its function.

    The function takes an `Inquiry` and returns a row (estimate, ci_low, ci_high, n, p_value where
    there is one) and a sentence with the denominator; `carekit.claims.decide.decide_claim` then
    decides. It raises `CannotAnswer` where the evidence lacks what it needs: the row is then
    untestable.

    Parameters
    ----------
    hypothesis_id : str
    on : str
        Kind of evidence, a word of `KINDS`.
    measured : str
        What is measured, in words.
    needs : str
        The data without which the test cannot be made, or that would decide it.
    unit : str
        Unit of the estimate, a word of `UNITS`; empty where there is none.
    means : str
        What the statement says, in the words that `claim` makes a number of: "more on Facebook".
    claim : {"above", "below"}, optional
        On which side of `reference` the quantity is claimed to lie. Without it what is measured is
        not what the statement is about, and the row is a hint.
    reference, extent : float
        As in `decide_claim`.
    at_least : bool
        What is measured is a lower bound of what is claimed: it can show that a claim "above"
        holds, and never that it does not.
    part : str
        Part of the statement that the test is about; empty for all of it.
    min_n : int
        Fewest cases for a verdict.
    why : str
        For a test that nothing here can make: why.

    Raises
    ------
    InputError
        If `on` or `unit` is another word.
    """

    __test__ = False  # no class of tests for pytest

    hypothesis_id: str
    _: KW_ONLY
    on: str
    measured: str
    needs: str
    unit: str = ""
    means: str = ""
    claim: Claim | None = None
    reference: float = 0.0
    extent: float | None = None
    at_least: bool = False
    part: str = ""
    min_n: int = MIN_N
    why: str = ""
    run: Run | None = None

    def __post_init__(self) -> None:
        for name, value, words in (("on", self.on, KINDS), ("unit", self.unit, ("", *UNITS))):
            if value not in words:
                known = ", ".join(word for word in words if word)
                raise InputError(f"`{name}` is {value!r}; expected one of: {known}. Choose one.")

    def __call__(self, run: Run) -> Run:
        """Register a function as this test."""
        TESTS.setdefault(self.hypothesis_id, []).append(replace(self, run=run))
        return run

    @property
    def text(self) -> str:
        """What is measured, in which unit, and what the claim is taken to mean, in a sentence."""
        unit = f", {self.unit}" if self.unit not in ("", "share", "people") else ""
        means = self.means
        if self.claim is not None:
            goal = self.reference if self.extent is None else self.extent
            means = f"{means} means {self._side(self.claim == 'above', goal)}"
            if self.extent is not None:
                other = self._side(self.claim == "below", self.reference)
                means += f", and {other} contradicts it"
        part = f"{self.part}: " if self.part else ""
        return f"{part}{self.measured}{unit}{f'; {means}' if means else ''}."

    def _side(self, above: bool, value: float) -> str:
        if self.unit == "share":
            return f"{'more' if above else 'less'} than {100 * value:g} %"
        return f"{'above' if above else 'below'} {value:g}"


tests = Test


def cannot_test(
    hypothesis_id: str, *, on: str, measured: str, needs: str, why: str, part: str = ""
) -> None:
    """Register that no data of this kind can decide a hypothesis yet, why, and what could."""
    test = Test(hypothesis_id, on=on, measured=measured, needs=needs, part=part, why=why)
    TESTS.setdefault(hypothesis_id, []).append(test)


def tests_of(hypothesis_id: str) -> list[Test]:
    """The tests of a hypothesis: figures first, then real counts, posts and survey."""
    order = list(KINDS)
    return sorted(TESTS.get(hypothesis_id, []), key=lambda test: order.index(test.on))
