"""Audit, figure and tables as text that reads well in a terminal of a given width."""

from __future__ import annotations

import io
import textwrap

import pandas as pd

from carekit.claims.audit.finding import VERDICTS, Finding
from carekit.claims.audit.report import AuditReport, short_ids
from carekit.claims.figure import Figure

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


def figure_text(figure: Figure, *, width: int = WIDTH) -> str:
    """Everything known about one figure, a line or more for each fact."""
    details = figure.details()
    column = max(len(label) for label, _ in details) + 2
    lines = [_hanging(f"{label:<{column}}", text, width) for label, text in details]
    return "\n".join([figure.figure_id, *lines])


def frame_text(frame: pd.DataFrame, *, width: int = WIDTH, caption: str | None = None) -> str:
    """A frame as a table that folds its cells to fit the width; missing cells stay empty."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE, caption=caption, caption_justify="left", pad_edge=False)
    for column in frame.columns:
        numeric = pd.api.types.is_numeric_dtype(frame[column])
        table.add_column(
            str(column).replace("_", " "),
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=str(column).endswith("_id"),
        )
    for row in frame.itertuples(index=False):
        # Text, not str: square brackets in a cell are no markup.
        table.add_row(*(Text(_cell(value)) for value in row))
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    console.print(table)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)
