"""The main job: audit and replay the published figures, run the notebooks, write what they show."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from carekit.claims.audit import AuditReport, audit
from carekit.claims.hypotheses import judge_hypotheses
from carekit.claims.ledger import Ledger, load_ledger
from carekit.claims.pages import index_page
from carekit.claims.replays import replay_all, summary
from carekit.claims.replays.real_counts import real_counts
from carekit.claims.shown import counts_in_words, shown_verdicts
from carekit.dataset import atomic as files
from carekit.dataset.engine import sharing
from carekit.dataset.folder import Dataset, open_dataset
from carekit.dataset.processes import STEPS
from carekit.errors import CarekitError, InputError
from carekit.show.notebooks import execute_notebooks, find_notebooks, notebook_title, to_html
from carekit.show.notebooks.drawn import FIGURES_VARIABLE
from carekit.show.notebooks.execution import need
from carekit.show.progress import quietly
from carekit.show.text import format_frame

if TYPE_CHECKING:
    from carekit.show.notebooks import Execution

OUT = "out"


@dataclass(frozen=True)
class Reproduction:
    """What one run gave: verdicts on figures and hypotheses, findings, runs of the notebooks."""

    out: Path
    dataset: Dataset
    ledger: Ledger
    verdicts: pd.DataFrame
    hypotheses: pd.DataFrame
    audit: AuditReport
    runs: tuple[Execution, ...]

    @cached_property
    def counts(self) -> pd.DataFrame:
        """The same figures beside the real counts that come with carekit."""
        return real_counts(self.verdicts["figure_id"].tolist(), ledger=self.ledger)

    @property
    def failed(self) -> tuple[Execution, ...]:
        return tuple(run for run in self.runs if run.error)

    def summary(self) -> str:
        """The table of verdicts that were reached, a count of all, and what chance would give."""
        shown = shown_verdicts(self.verdicts, self.dataset, self.ledger).frame
        kept = ["claim", "where", "when", "published", "measured", "interval", "verdict", "id"]
        lines = [format_frame(shown[kept])] if len(shown) else []
        lines.append(summary(self.verdicts))
        lines.append(counts_in_words(self.counts, len(self.verdicts)))
        if self.dataset.is_sample:
            lines.append("On the synthetic sample a verdict shows a recovery, never evidence.")
        return "\n".join(lines)


def reproduce(
    *,
    only: str | None = None,
    dataset: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    quiet: bool = False,
) -> Reproduction:
    """Audit and replay the ledger, execute the notebooks, write figures and pages.

    Parameters
    ----------
    only : str, optional
        A figure of the ledger (then no notebook is run) or a notebook (then it alone is run).
    dataset : path, optional
        Instead of the sample.
    out : path, optional
        Folder for index.html, one page per notebook, figures/, verdicts.csv, real_counts.csv,
        hypotheses.csv and audit.csv; ``out`` in the current folder by default. Files of an
        earlier run are replaced.
    parameters : mapping, optional
        Values instead of those in the cells of parameters of the notebooks.
    quiet : bool
        No progress bar.

    Returns
    -------
    Reproduction

    Raises
    ------
    CarekitError
        If a notebook failed; what was written stays, the message names the cell.
    InputError
        If `only` is neither a figure nor a notebook.
    """
    opened = open_dataset(dataset)
    ledger = load_ledger()
    is_figure = only is not None and only in set(ledger.figures["figure_id"])
    notebooks = [] if is_figure else _notebooks(only, len(ledger))
    for module in ("jinja2", *(("nbclient", "nbconvert", "matplotlib") if notebooks else ())):
        need(module)  # what is not installed is said before work begins
    folder = Path(out or OUT)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    with progress(quiet=quiet) as bar, tempfile.TemporaryDirectory(prefix="carekit-") as shared:
        step = bar("ledger: audit, replay and judge", 3)

        def check_ledger() -> tuple[AuditReport, pd.DataFrame, pd.DataFrame]:
            report = audit(ledger)
            step(1)
            figure = [only] if is_figure and only else None
            with quietly(), sharing() as engine:
                engine.steps = shared
                verdicts = replay_all(opened, ledger=ledger, only=figure, engine=engine)
                step(2)
                wanted: list[str] | None = [] if is_figure else None
                judged = judge_hypotheses(opened, ledger=ledger, only=wanted, engine=engine)
            step(3)
            return report, verdicts, judged

        steps: dict[Path, Any] = {}

        def on_cell(path: Path, done: int, total: int) -> None:
            if path not in steps:
                steps[path] = bar(path.stem, total)
            steps[path](done)

        # Notebooks run in processes of their own: the ledger need not wait for them.
        with ThreadPoolExecutor(1) as thread:
            checked = thread.submit(check_ledger)
            runs = execute_notebooks(
                notebooks,
                dataset=opened.path,
                environment={
                    FIGURES_VARIABLE: str((folder / "figures").resolve()),
                    STEPS: shared,
                },
                parameters=parameters,
                on_cell=on_cell,
            )
            report, verdicts, judged = checked.result()
    for run in runs:
        page = to_html(
            run.notebook,
            title=notebook_title(run.notebook, run.path.stem),
            pages=[one.path.stem for one in runs],
            sample=opened.is_sample,
        )
        files.write_text(folder / f"{run.path.stem}.html", page)
    files.write_text(folder / "verdicts.csv", format_frame(verdicts, format="csv") + "\n")
    files.write_text(folder / "audit.csv", format_frame(report.table, format="csv") + "\n")
    files.write_text(folder / "hypotheses.csv", format_frame(judged, format="csv") + "\n")
    made = Reproduction(folder, opened, ledger, verdicts, judged, report, tuple(runs))
    counts = format_frame(made.counts, format="csv")
    files.write_text(folder / "real_counts.csv", counts + "\n")
    files.write_text(folder / "index.html", index_page(made))
    if made.failed:
        raise CarekitError(
            f"{len(made.failed)} of {len(runs)} notebooks failed: "
            + " ".join(map(str, made.failed))
            + f" What the others gave is in {folder}. Correct the cell, or run that notebook alone "
            "with --only NOTEBOOK."
        )
    return made


def _notebooks(only: str | None, n_figures: int) -> list[Path]:
    if only is None:
        return find_notebooks()
    try:
        return find_notebooks(only)
    except InputError as error:
        raise InputError(
            f"`only` is {only!r}; expected the id of a figure (`carekit claims list` shows all "
            f"{n_figures}) or a notebook: {', '.join(p.stem for p in find_notebooks())}."
        ) from error


@contextmanager
def progress(*, quiet: bool) -> Iterator[Any]:
    """A bar a task on standard error; `bar(name, total)` gives a function to move it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = [
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    ]
    # Bars move the cursor, which `carekit.cli.guard` would show instead.
    console = Console(file=sys.__stderr__ or sys.stderr)
    with Progress(*columns, console=console, disable=quiet) as bars:

        def bar(name: str, total: int) -> Any:
            task = bars.add_task(name, total=total)
            return lambda done: bars.update(task, completed=done)

        yield bar
