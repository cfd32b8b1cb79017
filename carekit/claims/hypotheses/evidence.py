"""What bears on a hypothesis, and how several kinds of evidence make one verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# What the words of the statements are taken to mean; `test` says which was used.
MANY: Final = 0.25
MOST: Final = 0.50
ALWAYS: Final = 0.95

KINDS: Final[dict[str, str]] = {
    "figures": "published figures of the ledger",
    "measured": "real counts that come with carekit",
    "posts": "posts of the dataset",
    "survey": "survey of the dataset",
}


VERDICTS: Final[dict[str, str]] = {
    "holds": "the whole interval lies on the claimed side, as far as the words claim",
    "differs": "the direction is as claimed, the extent is not reached",
    "contradicted": "the whole interval lies on the other side",
    "undecided": "the interval leaves both open",
    "hint": "what was measured is not what the statement is about: it may point one way and decides "
    "nothing",
    "untestable": "this kind of evidence lacks what a test needs",
}


# Units of estimates. A log is shown as the factor that it is the log of.
UNITS: Final = (
    "share",
    "difference of shares",
    "share a year",
    "log ratio",
    "log odds ratio",
    "log odds a year",
    "log odds an age group",
    "minutes",
    "characters",
    "points of 20",
    "people",
)


def in_words(value: float, unit: str) -> str:
    """A number in its unit, for reading.

    >>> in_words(0.196, "difference of shares"), in_words(0.66, "log odds ratio")
    ('+19.6 points', 'odds × 1.93')
    """
    if math.isnan(value):
        return "–"
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit in ("difference of shares", "share a year"):
        return f"{100 * value:+.1f} points" + (" a year" if unit == "share a year" else "")
    if unit == "log ratio":
        return f"× {math.exp(value):.2f}"
    if unit.startswith("log odds"):
        step = unit.removeprefix("log odds").removeprefix(" ratio")
        return f"odds × {math.exp(value):.2f}{step}"
    return f"{value:.4g} {unit}".strip()


@dataclass(frozen=True)
class Evidence:
    """One row of `judge_hypotheses`: what one kind of evidence says of a hypothesis.

    Attributes
    ----------
    hypothesis_id, statement : str
    evidence : str
        A word of `KINDS`.
    test : str
        What was measured, and what the claim is taken to mean.
    estimate, ci_low, ci_high, conf_level, p_value : float
        In the unit that `test` names; NaN where there is none.
    n : int or None
        Cases behind the estimate.
    verdict : str
        A word of `VERDICTS`.
    why : str
        The reason, with denominator and unit.
    needs : str
        The data that would decide; empty where it was decided.
    synthetic : bool
        The row comes from a generated dataset: it recovers what was planted.
    part : str
        Part of the statement that the row is about; empty for all of it.
    unit : str
        Unit of the estimate, a word of `UNITS`.
    """

    hypothesis_id: str
    statement: str
    evidence: str
    test: str
    estimate: float
    ci_low: float
    ci_high: float
    conf_level: float
    p_value: float
    n: int | None
    verdict: str
    why: str
    needs: str = ""
    synthetic: bool = False
    part: str = ""
    unit: str = ""

    @property
    def result(self) -> str:
        """Estimate and interval in their unit: `+19.6 points (13.7 to 25.6)`."""
        if math.isnan(self.estimate):
            if math.isnan(self.ci_low) or math.isnan(self.ci_high):
                return ""
            return f"{_bare(self.ci_low, self.unit)} to {in_words(self.ci_high, self.unit)}"
        text = in_words(self.estimate, self.unit)
        if math.isnan(self.ci_low) and math.isnan(self.ci_high):
            return text
        return f"{text} ({_bare(self.ci_low, self.unit)} to {_bare(self.ci_high, self.unit)})"

    def __str__(self) -> str:
        mark = " (synthetic)" if self.synthetic else ""
        text = f"{KINDS[self.evidence].capitalize()}: {self.verdict}{mark}"
        if not math.isnan(self.estimate):
            known = [] if self.n is None else [f"n = {self.n:,}"]
            if not (math.isnan(self.ci_low) and math.isnan(self.ci_high)):
                ends = f"{_bare(self.ci_low, self.unit)} to {_bare(self.ci_high, self.unit)}"
                known.insert(0, f"{100 * self.conf_level:.4g} % interval {ends}")
            note = f" ({', '.join(known)})" if known else ""
            text += f", {in_words(self.estimate, self.unit)}{note}"
        needs = f"Needs {self.needs.rstrip('.')}." if self.needs else ""
        return " ".join(part for part in (f"{text}.", self.test, self.why, needs) if part)


def _bare(value: float, unit: str) -> str:
    """A limit without the words around its number, which the estimate already has."""
    if math.isnan(value):
        return "not reached"
    if unit in ("share", "difference of shares", "share a year"):
        return f"{100 * value:.1f}"
    return f"{math.exp(value):.2f}" if unit.startswith("log") else f"{value:.4g}"


@dataclass(frozen=True)
class HypothesisVerdict:
    """What all evidence together says of a hypothesis; `str()` is a sentence.

    Attributes
    ----------
    hypothesis_id, statement : str
    verdict : str
        As in `Evidence`; "recovered (synthetic)", or another word so marked, where a generated
        dataset alone says something.
    decided_by : str
        The kinds of evidence behind the verdict. Empty if nothing could be tested.
    why : str
        How the rows were combined.
    evidence : tuple of Evidence
    """

    hypothesis_id: str
    statement: str
    verdict: str
    decided_by: str
    why: str
    evidence: tuple[Evidence, ...]

    def __str__(self) -> str:
        by = f" by {self.decided_by}" if self.decided_by else ""
        lead = f"{self.hypothesis_id} {self.verdict}{by}: {self.statement}"
        tested = [row for row in self.evidence if row.verdict != "untestable"]
        told = [str(row) for row in tested or self.evidence]
        return " ".join(text for text in (lead, self.why, *told) if text)


def combine_evidence(rows: Sequence[Evidence]) -> HypothesisVerdict:
    """One verdict from all rows of a hypothesis.

    Rows that test the same part of a statement must agree: where one holds and another contradicts,
    or is undecided, that part is undecided. Hints decide nothing. A statement of several parts
    holds if every part does, and is contradicted if one is. Evidence of a generated dataset counts
    only where no other tests anything; it recovers what was planted, and the verdict says so.

    Parameters
    ----------
    rows : sequence of Evidence
        All of one hypothesis; at least one.

    Returns
    -------
    HypothesisVerdict
    """
    first = rows[0]
    tested = [row for row in rows if row.verdict not in ("untestable", "hint")]
    real = [row for row in tested if not row.synthetic]
    used = real or tested
    planted = bool(used) and not real
    parts = list(dict.fromkeys(row.part for row in rows))
    verdicts, notes = [], []
    for part in parts:
        verdict, note = _agreed([row for row in used if row.part == part])
        if verdict == "untestable" and any(r.verdict == "hint" for r in rows if r.part == part):
            verdict, note = "undecided", "What is known here only hints."
        verdicts.append(verdict)
        if note:
            notes.append(note)
    verdict = verdicts[0] if len(parts) == 1 else _all_parts(verdicts)
    if len(parts) > 1:
        told = [f"{p or 'the rest'}: {v}" for p, v in zip(parts, verdicts, strict=True)]
        notes.append(f"Parts of the statement: {'; '.join(told)}.")
    decisive = [row for row in used if row.verdict == verdict] or used
    kinds = list(dict.fromkeys(row.evidence for row in decisive))
    by = " and ".join(kinds) + (" (synthetic)" if planted else "")
    if planted and verdict not in ("undecided", "untestable"):
        verdict = "recovered (synthetic)" if verdict == "holds" else f"{verdict} (synthetic)"
    return HypothesisVerdict(
        first.hypothesis_id, first.statement, verdict, by if used else "", " ".join(notes),
        tuple(rows),
    )  # fmt: skip


def _agreed(rows: list[Evidence]) -> tuple[str, str]:
    """The verdict of rows on the same thing, and a sentence where they are not of one mind."""
    found = list(dict.fromkeys(row.verdict for row in rows))
    if len(found) < 2:
        return (found or ["untestable"])[0], ""
    told = "; ".join(f"{row.evidence}: {row.verdict}" for row in rows)
    if len(set(found) - {"undecided"}) > 1:
        return "undecided", f"The evidence disagrees ({told})."
    return "undecided", f"Not all evidence decides ({told})."


def _all_parts(verdicts: list[str]) -> str:
    if "contradicted" in verdicts:
        return "contradicted"
    if set(verdicts) == {"holds"}:
        return "holds"
    if set(verdicts) == {"untestable"}:
        return "untestable"
    return "differs" if set(verdicts) <= {"holds", "differs"} else "undecided"
