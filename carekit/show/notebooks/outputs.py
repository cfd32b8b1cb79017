"""The outputs that are committed with the notebooks: rewrite them, and find unstable ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from carekit.dataset.atomic import write_text
from carekit.show.notebooks.drawn import FIGURES, FIGURES_VARIABLE
from carekit.show.notebooks.execution import Execution, Progress, execute_notebooks, need

# Two settings under which a stable notebook gives the same outputs.
SETTINGS = (
    {"PYTHONHASHSEED": "1", "TZ": "UTC", "OMP_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "OMP_NUM_THREADS": "2"},
)


# What JupyterLab writes when it opens a notebook, but for the version of Python.
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def clean(notebook: Any) -> Any:
    """A copy without what changes from run to run or from person to person.

    Cell ids, execution counts, outputs, alt texts and tags stay.
    """
    nbformat = need("nbformat")
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = nbformat.reads(nbformat.writes(notebook), as_version=4)
    notebook.nbformat_minor = max(5, notebook.nbformat_minor)
    notebook.metadata = {"kernelspec": kernel, "language_info": LANGUAGE}
    for cell in notebook.cells:
        cell.metadata = {"tags": cell.metadata.tags} if cell.metadata.get("tags") else {}
    return nbformat.from_dict(notebook)


def refresh_notebooks(
    paths: Sequence[Path | str], *, workers: int = 2, on_cell: Progress | None = None
) -> list[Execution]:
    """Run notebooks on the sample and rewrite their outputs; one that fails stays as it was.

    The figures that they publish are written to the folder `figures` of the checkout.

    Parameters and result are those of `execute_notebooks`.
    """
    environment = {FIGURES_VARIABLE: str(FIGURES)}
    runs = execute_notebooks(paths, environment=environment, workers=workers, on_cell=on_cell)
    for run in runs:
        if run.error is None:
            write_text(run.path, need("nbformat").writes(clean(run.notebook)).rstrip("\n") + "\n")
    return runs


def unstable_cells(path: Path | str) -> list[str]:
    """What changes between two runs of a notebook under other hash seeds, time zones and threads.

    One line per cell that changes, with the place in both outputs; empty if none does.
    """
    runs = [execute_notebooks([path], environment=setting)[0] for setting in SETTINGS]
    if failed := [run for run in runs if run.error]:
        return [str(failed[0])]
    first, second = ([c for c in run.notebook.cells if c.cell_type == "code"] for run in runs)
    return [
        f"cell {a.id}: {_first_difference(str(a.outputs), str(b.outputs))}"
        for a, b in zip(first, second, strict=True)
        if a.outputs != b.outputs
    ]


def _first_difference(a: str, b: str) -> str:
    same = (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    at = next(same, min(len(a), len(b)))
    around = slice(max(0, at - 30), at + 50)
    return f"{a[around]!r} became {b[around]!r}"
