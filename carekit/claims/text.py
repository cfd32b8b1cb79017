"""Findings and figures as text that reads well in a terminal of a given width."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pandas as pd

from carekit.claims.audit import VERDICTS, AuditReport, Finding
from carekit.claims.ledger import Figure
from carekit.claims.shown import beside_in_words

WIDTH = 100
_KEPT = "\N{NO-BREAK SPACE}"


def audit_text(report: AuditReport, *, width: int = WIDTH) -> str:
    """Each finding with its claim, its sums and its conclusion, then the words of the verdicts."""
    blocks = [_finding_text(finding, width) for finding in report]
    used = {finding.verdict for finding in report}
    words = [
        _hanging(f"  {verdict.replace('_', ' '):<15} ", meaning, width)
        for verdict, meaning in VERDICTS.items()
        if verdict in used
    ]
    return "\n\n".join([*blocks, "\n".join([_hanging("", str(report), width), *words])])


def _finding_text(finding: Finding, width: int) -> str:
    verdict = finding.verdict.replace("_", " ")
    head = f"{finding.finding_id}  {finding.title}"
    gap = max(2, width - len(head) - len(verdict))
    lines = [head + " " * gap + verdict, _hanging("     Claim: ", finding.claim, width)]
    for step in finding.arithmetic:
        text = f"{step.label}: {step.expression}"
        if step.checks:
            # Kept on one line: a figure and what it says belong together.
            checks = (f"[{check}]".replace(" ", _KEPT) for check in step.checks)
            text += f"  {' '.join(checks)}"
        lines.append(_hanging("     - ", text, width))
    lines.append(_hanging("     => ", finding.conclusion, width))
    lines.append(_hanging("     Figures: ", short_ids(finding.figures), width))
    return "\n".join(lines)


def short_ids(figures: Sequence[str], *, most: int = 12) -> str:
    """The first ids and how many more there are: the frame has them all.

    >>> short_ids(["C001", "C002", "C003"], most=2)
    'C001, C002 and 1 more'
    """
    text = ", ".join(figures[:most])
    return text if len(figures) <= most else f"{text} and {len(figures) - most} more"


def _hanging(start: str, text: str, width: int) -> str:
    filled = textwrap.fill(
        text,
        width=width,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace(_KEPT, " ")


def figure_text(figure: Figure, counts: pd.DataFrame, *, width: int = WIDTH) -> str:
    """Everything known about one figure, a line or more for each fact; real counts beside it last."""
    lines = figure.details()
    for row in counts.to_dict("records"):
        told = beside_in_words(figure, {figure.figure_id: row})
        lines.append(("real counts", f"{told}. {row['definition']}. {row['why']} {row['notes']}"))
    if counts.empty:
        lines.append(("real counts", "none that come with carekit touch it"))
    return "\n".join([figure.figure_id, labelled_text(lines, width=width)])


def labelled_text(details: Sequence[tuple[str, str]], *, width: int = WIDTH) -> str:
    """Labels in one column, texts in another."""
    column = max(len(label) for label, _ in details) + 2
    return "\n".join(_hanging(f"{label:<{column}}", text, width) for label, text in details)


def finding_text(finding: Finding, *, width: int = WIDTH) -> str:
    """One finding, with the meaning of its verdict."""
    verdict = finding.verdict.replace("_", " ")
    meaning = _hanging(f"     {verdict}: ", VERDICTS[finding.verdict], width)
    return f"{_finding_text(finding, width)}\n{meaning}"
