"""All findings together: as a tidy frame, as text for a terminal, as HTML for a notebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from carekit.claims.audit.finding import REGISTRY, VERDICTS, Finding
from carekit.claims.ledger import Ledger, load_ledger
from carekit.errors import InputError


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
        raise InputError(_unknown([finding_id], [f.finding_id for f in self.findings]))

    def __str__(self) -> str:
        counts = Counter(finding.verdict for finding in self.findings)
        parts = [
            f"{counts[verdict]} {verdict.replace('_', ' ')}"
            for verdict in VERDICTS
            if counts[verdict]
        ]
        noun = "finding" if len(self) == 1 else "findings"
        return f"{len(self)} {noun}: {', '.join(parts)}."

    def __repr__(self) -> str:
        return f"<AuditReport: {self}>"

    @property
    def table(self) -> pd.DataFrame:
        """One row per finding; see `audit_table`."""
        return audit_table(self)

    def _repr_html_(self) -> str:
        rows = "".join(_html_row(finding) for finding in self.findings)
        cell = 'style="text-align:left"'
        head = "".join(
            f'<th scope="col" {cell}>{name}</th>'
            for name in ("Finding", "Arithmetic", "Verdict and conclusion")
        )
        return (
            '<table class="carekit-audit" style="table-layout:fixed;width:100%;max-width:1100px">'
            f'<caption style="text-align:left">{escape(str(self))}</caption>'
            '<colgroup><col style="width:22%"><col style="width:46%"><col style="width:32%">'
            f"</colgroup><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


def _html_row(finding: Finding) -> str:
    cell = (
        'style="text-align:left;vertical-align:top;white-space:normal;overflow-wrap:anywhere;'
        'border-top:1px solid #8886;padding:.4em .6em .4em 0"'
    )
    lines = "".join(
        f'<li style="margin-bottom:.25em">{escape(step.label)}:<br>'
        f"<code>{escape(step.expression)}</code>"
        + (f" <small>({escape('; '.join(map(str, step.checks)))})</small>" if step.checks else "")
        + "</li>"
        for step in finding.arithmetic
    )
    return (
        f'<tr><th scope="row" {cell}>{escape(finding.finding_id)} {escape(finding.title)}'
        f'<div style="font-weight:normal;margin-top:.4em">Claim: {escape(finding.claim)}</div>'
        '<div style="font-weight:normal;margin-top:.4em"><small>'
        f"{escape(short_ids(finding.figures))}</small></div></th>"
        f'<td {cell}><ul style="margin:0;padding-left:1.1em">{lines}</ul></td>'
        f"<td {cell}><strong>{escape(finding.verdict.replace('_', ' '))}</strong><br>"
        f"{escape(finding.conclusion)}</td></tr>"
    )


def short_ids(figures: Sequence[str], *, most: int = 12) -> str:
    """The first ids and how many more there are: the frame has them all.

    >>> short_ids(["C001", "C002", "C003"], most=2)
    'C001, C002 and 1 more'
    """
    text = ", ".join(figures[:most])
    return text if len(figures) <= most else f"{text} and {len(figures) - most} more"


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
    1 finding: 1 contradicted.
    """
    wanted = sorted(REGISTRY) if only is None else list(only)
    unknown = [finding_id for finding_id in wanted if finding_id not in REGISTRY]
    if unknown:
        raise InputError(_unknown(unknown, sorted(REGISTRY)))
    read = load_ledger() if ledger is None else ledger
    return AuditReport(tuple(REGISTRY[finding_id](read) for finding_id in wanted))


def _unknown(unknown: Sequence[str], known: Sequence[str]) -> str:
    return (
        f"`finding_id` is {', '.join(map(repr, unknown))}, which is not a finding here; "
        f"expected one of: {', '.join(known)}. List them with `carekit claims audit`."
    )


def audit_table(report: AuditReport | None = None) -> pd.DataFrame:
    """The findings as a tidy frame.

    Parameters
    ----------
    report : AuditReport, optional
        By default an audit of the ledger that comes with carekit.

    Returns
    -------
    DataFrame
        One row per finding: `finding_id`; `title`; `claim`, the statement under test; `figures`,
        ids separated by commas; `arithmetic`, steps separated by semicolons; `verdict`, a word of
        `VERDICTS`; `conclusion`.

    Examples
    --------
    >>> from carekit.claims.audit import audit, audit_table
    >>> audit_table(audit(only=["F23"]))[["finding_id", "verdict"]]
      finding_id         verdict
    0        F23  not_comparable
    """
    findings = (audit() if report is None else report).findings
    return pd.DataFrame(
        {
            "finding_id": [f.finding_id for f in findings],
            "title": [f.title for f in findings],
            "claim": [f.claim for f in findings],
            "figures": [", ".join(f.figures) for f in findings],
            "arithmetic": ["; ".join(map(str, f.arithmetic)) for f in findings],
            "verdict": [f.verdict for f in findings],
            "conclusion": [f.conclusion for f in findings],
        },
        dtype="str",
    )
