"""All findings together: as a tidy frame, as a sentence, as HTML for a notebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

# Importing a module registers its findings.
from carekit.claims.audit import (  # noqa: F401
    composition,
    levels_and_growth,
    preference_by_age,
    same_word,
    series,
    small_samples,
    sources,
    sums_and_bases,
)
from carekit.claims.audit.finding import REGISTRY, VERDICTS, Finding
from carekit.claims.ledger import Ledger, load_ledger
from carekit.errors import InputError

CHOSEN = (
    "What is audited was chosen because it looked suspicious: no rate of trust follows from it."
)
_WHOSE = {
    "own": "on their own numbers",
    "study": "with the report of the study quoted",
    "outside": "with numbers from elsewhere",
}


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


@dataclass(frozen=True, repr=False)
class AuditReport:
    """The findings of an audit, in the order of their ids.

    `report["F08"]` is one finding; `report.table` the tidy frame; `str(report)` a sentence.
    """

    findings: tuple[Finding, ...]

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __getitem__(self, finding_id: str) -> Finding:
        for finding in self.findings:
            if finding.finding_id == finding_id:
                return finding
        raise _unknown([finding_id], [f.finding_id for f in self.findings])

    def __str__(self) -> str:
        claims = [finding for finding in self.findings if finding.is_claim]
        counts = Counter(finding.verdict for finding in claims)
        parts = [f"{counts[v]} {v.replace('_', ' ')}" for v in VERDICTS if counts[v]]
        told = [f"{_count(len(claims), 'claim')}: {', '.join(parts)}."] if claims else []
        wrong = [finding for finding in claims if finding.verdict == "contradicted"]
        if wrong:
            by = Counter(finding.numbers for finding in wrong)
            whose = [f"{by[name]} {words}" for name, words in _WHOSE.items() if by[name]]
            given = [f"{f.finding_id}: {f.outside}" for f in wrong if f.outside]
            told.append(f"Contradicted by arithmetic: {', '.join(whose)}.")
            if given:
                told.append(f"From elsewhere came: {'; '.join(given)}.")
        rules = [finding.finding_id for finding in self.findings if not finding.is_claim]
        if rules:
            told.append(f"{_count(len(rules), 'rule')} for readers: {', '.join(rules)}.")
        return " ".join([*told, CHOSEN])

    def __repr__(self) -> str:
        return f"<AuditReport: {self}>"

    @property
    def table(self) -> pd.DataFrame:
        """The findings as a tidy frame.

        One row per finding: `finding_id`; `title`; `claim`, the statement under test; `figures`,
        ids separated by commas; `arithmetic`, steps separated by semicolons; `verdict`, a word of
        `VERDICTS`; `conclusion`; `kind` (claim or rule); `numbers` and `outside`, whose numbers
        the arithmetic needs.
        """
        rows = [
            {
                "finding_id": f.finding_id,
                "title": f.title,
                "claim": f.claim,
                "figures": ", ".join(f.figures),
                "arithmetic": "; ".join(map(str, f.arithmetic)),
                "verdict": f.verdict,
                "conclusion": f.conclusion,
                "kind": "claim" if f.is_claim else "rule",
                "numbers": f.numbers,
                "outside": f.outside,
            }
            for f in self.findings
        ]
        columns = (
            "finding_id title claim figures arithmetic verdict conclusion kind numbers outside"
        ).split()
        return pd.DataFrame(rows, columns=columns, dtype="str")

    def _repr_html_(self) -> str:
        findings = "".join(finding._repr_html_() for finding in self.findings)
        return f"<p>{escape(str(self))}</p>{findings}"


def audit(ledger: Ledger | None = None, *, only: Sequence[str] | None = None) -> AuditReport:
    """Recompute the findings from a ledger.

    Parameters
    ----------
    ledger : Ledger, optional
        By default the ledger that comes with carekit.
    only : sequence of str, optional
        Ids of the findings wanted, such as ``["F08", "F16"]``; by default all.

    Returns
    -------
    AuditReport

    Raises
    ------
    InputError
        If an id of `only` is unknown, or a figure that a finding needs has no number.

    Examples
    --------
    >>> from carekit import audit
    >>> report = audit(only=["F08"])
    >>> print(report["F08"].arithmetic[0])  # doctest: +ELLIPSIS
    ranked brands with a care account and a mean under eight hours: 0.43 × 0.63 = 0.271 (D006: ...
    >>> print(report)
    1 claim: 1 contradicted. Contradicted by arithmetic: 1 with the report of the study quoted. \
What is audited was chosen because it looked suspicious: no rate of trust follows from it.
    """
    wanted = sorted(REGISTRY) if only is None else list(only)
    unknown = [finding_id for finding_id in wanted if finding_id not in REGISTRY]
    if unknown:
        raise _unknown(unknown, sorted(REGISTRY))
    read = load_ledger() if ledger is None else ledger
    return AuditReport(tuple(REGISTRY[finding_id](read) for finding_id in wanted))


def _unknown(unknown: Sequence[str], known: Sequence[str]) -> InputError:
    return InputError(
        f"`finding_id` is {', '.join(map(repr, unknown))}, which is not a finding here; "
        f"expected one of: {', '.join(known)}. List them with `carekit claims audit`."
    )
