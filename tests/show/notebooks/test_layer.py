"""The layer over nbval in notebooks/conftest.py: what passes and what fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest

from ...scripts import load_script

ROOT = Path(__file__).resolve().parents[3]
LAYER = ROOT / "notebooks" / "conftest.py"


@pytest.fixture(scope="module")
def layer() -> ModuleType:
    return load_script("notebooks/conftest.py")


@pytest.mark.parametrize(
    ("committed", "new"),
    [
        ("0.3333333333", "0.3333333334"),  # one unit in the last of many places
        ("0.333333", "0.333334"),  # six digits: one unit in the last place
        ("1234.56", "1234.561"),  # a millionth
        ("-2.500000001", "-2.5"),
        ("1.0000000e-07", "1.0000001e-07"),
        ("0.500   is  half", "0.500 is half"),  # columns move with their widest number
        ("nan", "nan"),
        ("rate (95 %): 0.1250000", "rate (95 %): 0.1250001"),
        ("100", "100"),
    ],
)
def test_noise_passes(layer: ModuleType, committed: str, new: str) -> None:
    assert layer.Approx(committed) == layer.Approx(new)
    assert not layer.Approx(committed).__ne__(layer.Approx(new))


@pytest.mark.parametrize(
    ("committed", "new"),
    [
        ("0.333", "0.334"),  # few digits are exact
        ("0.333333", "0.333335"),
        ("1234.56", "1234.58"),
        ("0.5", "-0.5"),
        ("1e-07", "2e-07"),
        ("1", "2"),
        ("10000000", "10000001"),  # counts are exact, however large
        ("2013-05-01", "2013-05-02"),
        ("3.11.7", "3.11.8"),  # a version is no number
        ("0,333333", "0,333334"),  # nor is a comma a decimal point here
        ("nan", "0.5"),
        ("0.5 answered", "0.5 unanswered"),
        ("0.5 0.5", "0.5"),
    ],
)
def test_changes_fail(layer: ModuleType, committed: str, new: str) -> None:
    assert layer.Approx(committed) != layer.Approx(new)
    assert not layer.Approx(committed).__eq__(layer.Approx(new))


def test_approximate_text_stays_text(layer: ModuleType) -> None:
    assert hash(layer.Approx("0.5")) == hash("0.5")


def test_dataset_of_the_user_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREKIT_DATASET", "elsewhere")
    load_script("notebooks/conftest.py")
    assert "CAREKIT_DATASET" not in os.environ


def test_layer_stays_thin() -> None:
    assert len(LAYER.read_text(encoding="utf-8").splitlines()) < 100


def test_rules_that_hide_something_are_few_and_ascii() -> None:
    text = (ROOT / "tests" / "nbval_sanitize.cfg").read_text(encoding="ascii")
    lines = text.splitlines()
    rules = [n for n, line in enumerate(lines) if line.startswith("regex: ")]
    assert 1 <= len(rules) <= 4
    # nbval silently drops a rule whose replacement is not on the next line.
    assert all(lines[n + 1].startswith("replace: ") for n in rules)


def add_noise(notebook: Any) -> None:
    notebook.cells[1].outputs[0].data["text/plain"] = "0.3333333333333339"


def doctor_every_cell(notebook: Any) -> None:
    number, count, figure = notebook.cells[1:]
    number.outputs[0].data["text/plain"] = "0.3343333333333333"
    count.outputs[0].text = "brands: 61\n"
    # The code of the figure has moved on, its picture has not: a stale figure.
    figure.source = figure.source.replace("(10, 10, 30, 40)", "(10, 20, 30, 40)")


def drop_figure(notebook: Any) -> None:
    del notebook.cells[3].outputs[0].data["image/png"]


# how the notebook was doctored → its cells of code (from 0) that must fail
DOCTORED: dict[str, tuple[Callable[[Any], None], set[int]]] = {
    "noise": (add_noise, set()),
    "doctored": (doctor_every_cell, {0, 1, 2}),
    "no-figure": (drop_figure, {2}),
}


@pytest.fixture(scope="module")
def failed_cells(
    executed: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, set[int]], Path]:
    """The cells that nbval and the layer refuse, by doctored notebook, from one run of pytest."""
    root = tmp_path_factory.mktemp("project")
    folder = root / "notebooks"
    folder.mkdir()
    shutil.copy(LAYER, folder)
    shutil.copy(ROOT / "constraints.txt", root)
    for name, (doctor, _) in DOCTORED.items():
        notebook = nbformat.reads(executed, as_version=4)
        doctor(notebook)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    run = load_script("run.py")
    report = root / "report.xml"
    command = ["notebooks", *run.NBVAL, f"--junitxml={report}", "--color=no"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *command], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stdout
    failed: dict[str, set[int]] = {name: set() for name in DOCTORED}
    cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
    assert len(cases) == 3 * len(DOCTORED), done.stdout
    for case in cases:
        if len(case):
            name = Path(case.get("classname", "")).name.split(".")[-2]
            failed[name].add(int(case.get("name", "").split()[-1]))
    return failed, root


@pytest.mark.parametrize("name", DOCTORED)
def test_doctored_cells_fail_and_no_others(
    failed_cells: tuple[dict[str, set[int]], Path], name: str
) -> None:
    assert failed_cells[0][name] == DOCTORED[name][1]


def test_differing_figures_are_kept_for_a_look(
    failed_cells: tuple[dict[str, set[int]], Path],
) -> None:
    kept = sorted(path.name for path in (failed_cells[1] / "out" / "failed-figures").iterdir())
    stem = "doctored-cell-2-figure-1"
    assert kept == [f"{stem}-committed.png", f"{stem}-new.png"]


def test_figures_of_another_matplotlib_are_not_compared(
    layer: ModuleType, toy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = toy.cells[3].outputs
    cell = type("Cell", (), {"path": Path("x.ipynb"), "cell_num": 2, "comparison_traceback": []})()
    monkeypatch.setattr(layer, "difference", lambda *_: 99.0)
    monkeypatch.setattr(layer, "FAILED_FIGURES", Path(os.devnull) / "never")
    monkeypatch.setattr(layer, "MATPLOTLIB", "0.1")
    assert layer.compare(cell, old, old, texts=lambda *_: True)
    assert "not compared with those of 0.1" in layer.pytest_report_header()
