"""What a committed notebook must look like. nbval would pass one without outputs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_output

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"), key=lambda path: path.stem)
ALLOWED_TAGS = {"parameters", "hide-input", "sample"}
BYTES_LIMIT = 1_000_000
OF_THE_SAMPLE = re.compile(
    r"On the sample|sample's verdicts|sample is synthetic|verdict is a recovery"
    r"|échantillon est synthétique"
)
LOCAL_PATH = re.compile(
    r"(?<![\w.:/])/(?:Users|home|mnt|opt|private|root|tmp|var|work)/|\b[A-Z]:\\"
)


def problems(notebook: Any) -> list[str]:
    """What is wrong with a notebook, one line each; empty for one that may be committed."""
    found = []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    run = [cell for cell in code if cell.source.strip()]
    if [cell.execution_count for cell in run] != list(range(1, len(run) + 1)):
        found.append("not run from top to bottom: execution counts are not 1, 2, 3, …")
    if not any(cell.outputs for cell in code):
        found.append("no outputs")
    if "version" in notebook.metadata.get("language_info", {}):
        found.append("holds a version of Python")
    for number, cell in enumerate(notebook.cells, 1):
        found += [f"cell {number}: {what}" for what in cell_problems(cell)]
    return found


def cell_problems(cell: Any) -> list[str]:
    found = []
    if not cell.get("id"):
        found.append("no id")
    if cell.cell_type == "markdown" and "sample" not in cell.metadata.get("tags", []):
        # Pages of other data leave out what is tagged.
        found += [
            f"speaks of the sample, untagged: {x}" for x in OF_THE_SAMPLE.findall(cell.source)
        ]
    if "execution" in cell.metadata:
        found.append("holds the time of a run")
    if unknown := sorted(set(cell.metadata.get("tags", [])) - ALLOWED_TAGS):
        found.append(f"tags {unknown}; allowed are {sorted(ALLOWED_TAGS)}")
    if "NBVAL_" in cell.source or "PYTEST_VALIDATE" in cell.source:
        found.append("switches its comparison off")
    for output in cell.get("outputs", []):
        found += output_problems(output)
    return found


def output_problems(output: Any) -> list[str]:
    if output.output_type == "error":
        return [f"raised {output.ename}"]
    if output.output_type == "stream":
        found = ["wrote to stderr"] if output.name == "stderr" else []
        data = {"text/plain": output.text}
    else:
        found, data = [], output.data
    if not any(data.values()):
        found.append("an empty output")
    if any(LOCAL_PATH.search(text) for kind, text in data.items() if kind.startswith("text/")):
        found.append("shows a path of one machine")
    if "image/png" in data and not output.metadata.get("image/png", {}).get("alt"):
        found.append("a figure without alt text")
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_notebook_is_complete(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert problems(notebook) == []
    assert path.stat().st_size < BYTES_LIMIT
    assert b"\r" not in path.read_bytes()


def test_readme_lists_the_notebooks_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[\d+\]\(notebooks/([\w-]+\.ipynb)\)", readme, re.M)
    # The one in French is listed in README.fr.md.
    assert rows == [path.name for path in NOTEBOOKS if not path.name.startswith("fr-")]


def test_notebook_as_executed_has_no_problem(toy: Any) -> None:
    nbformat.validate(toy)
    assert problems(toy) == []


def strip(notebook: Any) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []


def reorder(notebook: Any) -> None:
    notebook.cells[1], notebook.cells[2] = notebook.cells[2], notebook.cells[1]


def add_cell_that_never_ran(notebook: Any) -> None:
    notebook.cells.append(nbformat.v4.new_code_cell("1 + 1", id="late"))


def add_output(**fields: Any) -> Callable[[Any], None]:
    return lambda notebook: notebook.cells[1].outputs.append(new_output(**fields))


def change_cell(change: Callable[[Any], object]) -> Callable[[Any], None]:
    return lambda notebook: change(notebook.cells[1]) and None


def drop_alt_text(notebook: Any) -> None:
    notebook.cells[3].outputs[0].metadata = {}


ORDER = "not run from top to bottom: execution counts are not 1, 2, 3, …"


@pytest.mark.parametrize(
    ("doctor", "expected"),
    [
        (strip, [ORDER, "no outputs"]),
        (reorder, [ORDER]),
        (add_cell_that_never_ran, [ORDER]),
        (drop_alt_text, ["cell 4: a figure without alt text"]),
        (
            add_output(output_type="error", ename="KeyError", evalue="", traceback=[]),
            ["cell 2: raised KeyError"],
        ),
        (
            add_output(output_type="stream", name="stderr", text="careful"),
            ["cell 2: wrote to stderr"],
        ),
        (add_output(output_type="stream", name="stdout", text=""), ["cell 2: an empty output"]),
        (add_output(output_type="display_data", data={}), ["cell 2: an empty output"]),
        (
            add_output(output_type="stream", name="stdout", text="see /" + "home/ann/posts.csv"),
            ["cell 2: shows a path of one machine"],
        ),
        (
            add_output(output_type="display_data", data={"text/html": "<i>C:\\posts.csv</i>"}),
            ["cell 2: shows a path of one machine"],
        ),
        (
            change_cell(lambda cell: cell.metadata.update(tags=["nbval-skip"])),
            ["cell 2: tags ['nbval-skip']; allowed are ['hide-input', 'parameters', 'sample']"],
        ),
        (
            change_cell(lambda cell: cell.metadata.update(execution={})),
            ["cell 2: holds the time of a run"],
        ),
        (change_cell(lambda cell: cell.pop("id")), ["cell 2: no id"]),
        (
            change_cell(lambda cell: cell.update(source="# NBVAL_IGNORE_OUTPUT\nshare")),
            ["cell 2: switches its comparison off"],
        ),
        (
            lambda notebook: notebook.metadata.language_info.update(version="3.11.7"),
            ["holds a version of Python"],
        ),
    ],
)
def test_doctored_notebook_is_refused(
    toy: Any, doctor: Callable[[Any], None], expected: list[str]
) -> None:
    doctor(toy)
    assert problems(toy) == expected


def test_addresses_and_shares_are_not_taken_for_local_paths() -> None:
    for text in ["https://example.org/home/care", "1/tmp/2", "and/or", "TC: \\"]:
        assert not LOCAL_PATH.search(text), text
