"""The outputs that are committed: rewriting them, and finding unstable ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from carekit.errors import MissingExtraError
from carekit.show.notebooks import clean, refresh_notebooks, unstable_cells
from carekit.show.notebooks.__main__ import main
from carekit.show.notebooks.outputs import LANGUAGE


def test_clean_keeps_what_readers_see_and_drops_the_rest(toy: Any) -> None:
    toy.cells[1].metadata = {
        "tags": ["parameters"],
        "execution": {"iopub.execute_input": "2026-01-01T00:00:00Z"},
        "collapsed": False,
    }
    toy.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    toy.metadata["kernelspec"] = {"name": "mine", "display_name": "Mine", "language": "python"}
    before = nbformat.from_dict(toy)
    cleaned = clean(toy)
    assert toy == before
    assert cleaned.cells[1].metadata == {"tags": ["parameters"]}
    assert cleaned.metadata == {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": LANGUAGE,
    }
    for old, new in zip(toy.cells, cleaned.cells, strict=True):
        assert (old.id, old.source) == (new.id, new.source)
        assert old.get("outputs") == new.get("outputs")
        assert old.get("execution_count") == new.get("execution_count")
    assert clean(cleaned) == cleaned


def test_refresh_rewrites_outputs_and_spares_a_notebook_that_fails(
    toy: Any, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.ipynb", tmp_path / "bad.ipynb"
    nbformat.write(toy, bad)
    committed = nbformat.reads(nbformat.writes(toy), as_version=4)
    toy.cells[1].outputs[0].data["text/plain"] = "0.25"
    nbformat.write(toy, good)
    broken = nbformat.read(bad, as_version=4)
    broken.cells[1].source = "share"
    nbformat.write(broken, bad)
    before = bad.read_bytes()
    runs = refresh_notebooks([good, bad])
    assert [run.error for run in runs] == [
        None,
        "cell 2 raised NameError: name 'share' is not defined",
    ]
    assert nbformat.read(good, as_version=4) == committed
    assert good.read_bytes().endswith(b"}\n")
    assert b"\r" not in good.read_bytes()
    assert bad.read_bytes() == before


def test_unstable_cells_are_shown_with_what_changed(tmp_path: Path) -> None:
    path = tmp_path / "unstable.ipynb"
    cells = [
        new_code_cell("print(1)", id="stable"),
        new_code_cell("print({'brand', 'customer', 'other', 'post'})", id="hash"),
        new_code_cell("import time; print(time.tzname[0])", id="zone"),
    ]
    nbformat.write(new_notebook(cells=cells), path)
    found = unstable_cells(path)
    assert [line.split(":")[0] for line in found] == ["cell hash", "cell zone"]
    assert found[1].count("UTC") == found[1].count("JST") == 1


def test_unstable_cells_of_a_broken_notebook_are_its_failure(tmp_path: Path) -> None:
    path = tmp_path / "broken.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("nonsense")]), path)
    (found,) = unstable_cells(path)
    assert "cell 1 raised NameError" in found


class TestCommand:
    @pytest.fixture(autouse=True)
    def folder(self, toy_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr("carekit.show.notebooks.execution.NOTEBOOKS", toy_path.parent)
        return toy_path.parent

    def test_refresh_reports_each_notebook(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["refresh", "00"]) == 0
        said = capsys.readouterr()
        assert said.out.startswith("00-toy.ipynb ran (")
        assert said.err.splitlines()[-1] == "00-toy.ipynb: 3 of 3 cells"

    def test_failure_is_reported_and_in_the_exit_code(
        self, folder: Path, toy: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        toy.cells[2].source = "nonsense"
        nbformat.write(toy, folder / "01-bad.ipynb")
        assert main(["refresh", "01"]) == 1
        said = capsys.readouterr()
        assert "01-bad.ipynb failed: cell 3 raised NameError" in said.out
        assert "NameError: name 'nonsense' is not defined" in said.err

    def test_detect_says_that_a_notebook_is_stable(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["detect"]) == 0
        assert capsys.readouterr().out == "00-toy.ipynb is stable\n"

    def test_bad_name_is_one_message_and_exit_2(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["refresh", "99"]) == 2
        assert capsys.readouterr().err == (
            "carekit: `names` has '99', which fits 0 notebooks; expected the beginning of one "
            "file name. The notebooks are: 00-toy.\n"
        )

    def test_figures_needs_one_folder(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["figures"])
        assert stopped.value.code == 2
        assert "figures needs one folder" in capsys.readouterr().err

    def test_missing_package_is_one_message_and_exit_2(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def missing(*_: object, **__: object) -> None:
            raise MissingExtraError("nbclient", "notebooks", "Working with notebooks")

        monkeypatch.setattr("carekit.show.notebooks.outputs.execute_notebooks", missing)
        assert main(["detect"]) == 2
        assert capsys.readouterr().err.startswith("carekit: Working with notebooks needs the")
