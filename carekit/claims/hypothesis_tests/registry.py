"""Tests of hypotheses: what each measures, on which evidence, and what it needs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from carekit.claims.hypothesis_evidence import KINDS, UNITS, decide_claim
from carekit.errors import InputError

if TYPE_CHECKING:
    from carekit.claims.ledger import Ledger
    from carekit.dataset.folder import Dataset


Result = TypeVar("Result")


class Lacking(Exception):
    """The evidence lacks something that the test needs; the message is the reason."""


@dataclass(frozen=True)
class Inquiry:
    """What a test may look at."""

    dataset: Dataset
    ledger: Ledger
    conf_level: float = 0.95
    _kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, name: str, compute: Callable[[], Result]) -> Result:
        """What `compute` gives, computed once for all tests of an inquiry that use this name."""
        if name not in self._kept:
            self._kept[name] = compute()
        return self._kept[name]


@dataclass(frozen=True)
class Finding:
    """What a test found: numbers in the unit that the test names, its verdict and the reason."""

    verdict: str
    why: str
    estimate: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    p_value: float = math.nan
    n: int | None = None
    needs: str = ""


@dataclass(frozen=True)
class HypothesisTest:
    """A test of a hypothesis on one kind of evidence.

    Attributes
    ----------
    hypothesis_id, evidence, test : str
        What it decides, on which kind of evidence, and what it measures.
    needs : str
        The data without which it cannot be made.
    run : callable
        Takes an `Inquiry`, returns a `Finding`; None for a test that nothing here can make.
    part : str
        Part of the statement that it is about; empty for all of it.
    why : str
        Why nothing here can make it.
    unit : str
        Unit of the estimate, a word of `UNITS`; empty where there is none.
    """

    hypothesis_id: str
    evidence: str
    test: str
    needs: str
    run: Callable[[Inquiry], Finding] | None
    part: str = ""
    why: str = ""
    unit: str = ""


_TESTS: dict[str, list[HypothesisTest]] = {}


def decides(
    hypothesis_id: str, *, evidence: str, unit: str, test: str, needs: str, part: str = ""
) -> Callable[[Callable[[Inquiry], Finding]], Callable[[Inquiry], Finding]]:
    """Register the function below as a test of a hypothesis; see `HypothesisTest`."""

    def register(function: Callable[[Inquiry], Finding]) -> Callable[[Inquiry], Finding]:
        _add(HypothesisTest(hypothesis_id, evidence, test, needs, function, part, unit=unit))
        return function

    return register


def cannot_test(
    hypothesis_id: str, *, evidence: str, test: str, needs: str, why: str, part: str = ""
) -> None:
    """Register that no data of this kind can decide a hypothesis yet, and what could."""
    _add(HypothesisTest(hypothesis_id, evidence, test, needs, None, part, why))


def _add(made: HypothesisTest) -> None:
    if made.evidence not in KINDS:
        raise InputError(
            f"`evidence` is {made.evidence!r}; expected one of: {', '.join(KINDS)}. Choose one."
        )
    if made.unit not in ("", *UNITS):
        raise InputError(
            f"`unit` is {made.unit!r}; expected one of: {', '.join(UNITS)}. Choose one."
        )
    _TESTS.setdefault(made.hypothesis_id, []).append(made)


@cache
def _register_all() -> None:
    from carekit.claims.hypothesis_tests import (  # noqa: F401
        answering,
        care_accounts,
        channels,
        contents,
        expectations,
        handing_over,
        preferences,
        satisfaction,
    )


def registered_tests(hypothesis_id: str) -> list[HypothesisTest]:
    """The tests of a hypothesis: figures first, then real counts, posts and survey."""
    _register_all()
    order = list(KINDS)
    return sorted(_TESTS.get(hypothesis_id, []), key=lambda t: order.index(t.evidence))


def decided(
    row: Any, *, why: str, n: int | None = None, min_n: int | None = None, **claim: Any
) -> Finding:
    """A finding from one row of a result (estimate, ci_low, ci_high, p_value, n) and its claim.

    `claim`, `reference` and `extent` are those of `decide_claim`; its sentence ends `why`. Without
    an estimate the evidence lacks something, such as variation.
    """
    if math.isnan(float(row["estimate"])):
        raise Lacking(f"{why} No estimate can be made of these.")
    cases = int(row["n"]) if n is None else n
    limits: dict[str, Any] = {} if min_n is None else {"min_n": min_n}
    made = decide_claim(
        estimate=float(row["estimate"]),
        ci_low=float(row["ci_low"]),
        ci_high=float(row["ci_high"]),
        n=cases,
        **limits,
        **claim,
    )
    p_value = row.get("p_value", math.nan)
    return Finding(
        made.verdict,
        f"{why} {made.why}",
        float(row["estimate"]),
        float(row["ci_low"]),
        float(row["ci_high"]),
        float(p_value),
        cases,
    )
