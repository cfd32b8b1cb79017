"""A person works on copies; parameters are given from outside; progress leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from carekit.errors import InputError
from carekit.show import progress
from carekit.show.notebooks import execute_notebooks
from carekit.show.notebooks.workplace import copy_notebooks


@pytest.fixture
def originals(tmp_path: Path) -> Path:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in ("00-a.ipynb", "01-b.ipynb"):
        cells = [new_code_cell("CONF_LEVEL = 0.95", metadata={"tags": ["parameters"]}),
                 new_code_cell("print(CONF_LEVEL)")]  # fmt: skip
        nbformat.write(new_notebook(cells=cells), folder / name)
    return folder


def test_copies_follow_the_originals_and_keep_what_a_person_changed(originals: Path) -> None:
    work = originals.parent / "work"
    assert copy_notebooks(work, source=originals) == []
    (work / "00-a.ipynb").write_text("mine")
    for name in ("00-a.ipynb", "01-b.ipynb"):
        (originals / name).write_text("new")
    kept = copy_notebooks(work, source=originals)
    assert kept == ["00-a.ipynb was changed by you and by an update: see 00-a.new.ipynb."]
    assert (work / "00-a.ipynb").read_text() == "mine"
    assert (work / "00-a.new.ipynb").read_text() == "new"
    assert (work / "01-b.ipynb").read_text() == "new"
    assert copy_notebooks(work, source=originals) == []


def test_parameters_replace_those_of_the_notebook(originals: Path) -> None:
    path = originals / "00-a.ipynb"
    before = path.read_bytes()
    (run,) = execute_notebooks([path], parameters={"CONF_LEVEL": 0.8})
    assert run.notebook.cells[1].outputs[0].text == "0.8\n"
    assert path.read_bytes() == before
    with pytest.raises(InputError) as error:
        execute_notebooks([path], parameters={"LEVEL": 0.8})
    assert str(error.value) == (
        "`parameters` has 'LEVEL', which no notebook knows; expected some of: CONF_LEVEL. "
        "They stand in the cell at the top of each notebook."
    )


def test_parameters_on_the_command_line() -> None:
    from carekit.cli.general import parameter

    assert parameter("CONF_LEVEL=0.9") == ("CONF_LEVEL", 0.9)
    assert parameter("QUESTION=why not") == ("QUESTION", "why not")
    with pytest.raises(InputError, match="expected NAME=VALUE"):
        parameter("0.9")


def test_progress_is_shown_where_somebody_looks_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(progress.steps(range(9), "figures")) == list(range(9))
    assert capsys.readouterr().err == ""
    monkeypatch.setenv(progress.INSIDE, "1")
    assert list(progress.steps(range(9), "figures")) == list(range(9))
    said = capsys.readouterr().err
    assert "figures: 9 of 9" in said
    assert said.endswith("\r")


LATER = "try:\n    raise {}\nfinally:\n    raise RuntimeError('query')"


def run_cell(code: str) -> str:
    script = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        f"shell.run_cell('import carekit')\nshell.run_cell({code!r})"
    )
    env = {**__import__("os").environ, progress.INSIDE: "1"}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("carekit.open_dataset('nowhere')", "DatasetError: "),
        ("raise KeyboardInterrupt", "Stopped."),
        (LATER.format("KeyboardInterrupt"), "Stopped."),
    ],
)
def test_an_error_in_the_workplace_is_one_line(code: str, said: str) -> None:
    (line,) = run_cell(code).strip().splitlines()
    assert line.startswith(said)


def test_an_error_of_another_program_keeps_its_traceback() -> None:
    assert "Traceback" in (told := run_cell(LATER.format("ValueError")))
    assert told.strip().endswith(": query")


def test_no_line_of_progress_where_somebody_else_shows_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(progress.INSIDE, "1")
    with progress.quietly():
        assert list(progress.steps(range(9), "figures")) == list(range(9))
    assert capsys.readouterr().err == ""


def test_long_calls_show_how_far_they_have_come(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import carekit
    from carekit.claims.replays import replay_all

    monkeypatch.setenv(progress.INSIDE, "1")
    ledger = carekit.claims.load_ledger()
    ids = ledger.figures["figure_id"].tolist()[:6]
    replay_all(carekit.open_dataset(), ledger=ledger, only=ids)
    assert "figures: 6 of 6" in capsys.readouterr().err
