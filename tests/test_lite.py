"""The demo in the browser: what Pyodide has is enough, and what it has not is not used."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .scripts import load_script

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def lite() -> ModuleType:
    return load_script("docs/lite.py")


def wanted(project: dict[str, Any], pure: set[str], python: str) -> list[Requirement]:
    """What carekit with figures asks for in a browser, and what the pure packages ask for."""
    there = {
        "sys_platform": "emscripten",
        "platform_system": "Emscripten",
        "os_name": "posix",
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
    }
    texts = [*project["dependencies"], *project["optional-dependencies"]["figures"]]
    for name in pure:
        try:
            texts += distribution(name).requires or []
        except PackageNotFoundError:  # another environment
            pytest.skip(f"{name} is not installed")
    asked = [Requirement(text) for text in texts]
    return [
        one
        for one in asked
        if one.marker is None
        or any(one.marker.evaluate({**there, "extra": extra}) for extra in ("", "duckdb"))
    ]


def test_every_version_of_pyodide_is_within_our_bounds(lite: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    held = {canonicalize_name(name): v for name, v in lite.LOCK["packages"].items()}
    pure = set(lite.PURE)
    assert not pure & set(held), "Pyodide has it now: drop it from PURE"
    asked = wanted(project, pure, lite.LOCK["python"])
    names = {canonicalize_name(one.name) for one in asked}
    assert pure <= names
    assert names <= pure | set(held)
    wrong = {
        str(one): held[name]
        for one in asked
        if (name := canonicalize_name(one.name)) in held and not one.specifier.contains(held[name])
    }
    assert wrong == {}
    python = Requirement(f"python{project['requires-python']}").specifier
    assert python.contains(lite.LOCK["python"])


def test_the_versions_are_those_that_the_kernel_loads(lite: ModuleType) -> None:
    kernel = pytest.importorskip("jupyterlite_pyodide_kernel.constants", reason="extra `docs`")
    assert lite.LOCK["pyodide"] == kernel.PYODIDE_VERSION, "run: python .ci/pyodide_lock.py"


def test_a_notebook_of_the_demo_is_the_notebook_with_one_cell_more(lite: ModuleType) -> None:
    for path in lite.books():
        book, made = json.loads(path.read_text("utf-8")), lite.demo_book(path)
        sources = ["".join(one["source"]) for one in book["cells"]]
        assert lite.INSTALL not in sources
        found = [one["source"] for one in made["cells"]]
        found.remove(lite.INSTALL)
        assert found == sources
        assert f"path={path.name}" in lite.links()


# Imported before the ban: what shows results is the browser's own there.
ALONE = """
import json, os, socket, subprocess, sys, threading
from IPython.core.interactiveshell import InteractiveShell
import matplotlib.pyplot, pandas

def forbidden(*_, **__):
    raise RuntimeError("not in a browser")

threading.Thread.start = subprocess.Popen.__init__ = forbidden
socket.socket.connect = os.fork = forbidden
for name in ("markdown_it", "psutil", "formulaic"):  # Pyodide has none of them
    sys.modules[name] = None
shell = InteractiveShell.instance()
shell.history_manager.enabled = False
for name in sys.argv[1:]:
    for one in json.load(open(name, encoding="utf-8"))["cells"]:
        if one["cell_type"] == "code":
            shell.run_cell("".join(one["source"]), store_history=False).raise_error()
print("all cells ran")
"""


def test_the_notebooks_of_the_demo_need_no_thread_no_process_and_no_network(
    lite: ModuleType, tmp_path: Path
) -> None:
    pytest.importorskip("IPython")
    books = lite.books()
    assert [path.name[:2] for path in books] == list(lite.NOTEBOOKS)
    command = [sys.executable, "-c", ALONE, *map(str, books)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.endswith("all cells ran\n"), done.stderr[-2000:]
