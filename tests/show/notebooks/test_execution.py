"""Running notebooks: order, environment, progress, failures."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from carekit.dataset.processes import SELDOM
from carekit.errors import InputError, MissingExtraError
from carekit.show.notebooks import execute_notebooks, find_notebooks
from carekit.show.notebooks.forked import template

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a notebook with these cells of code after one of prose."""

    def write(name: str, *sources: str) -> Path:
        cells = [new_markdown_cell("# Why?"), *map(new_code_cell, sources)]
        nbformat.write(new_notebook(cells=cells), tmp_path / name)
        return tmp_path / name

    return write


def printed(run: Any) -> str:
    return "".join(o.text for cell in run.notebook.cells for o in cell.get("outputs", []))


def test_runs_in_its_folder_with_the_dataset_and_leaves_the_file(write: Write) -> None:
    source = (
        "import gc, os, sys\n"
        "print(os.getcwd(), os.environ.get('CAREKIT_DATASET'), sep='\\n')\n"
        "print(os.environ['WHO'], sys.executable, gc.get_threshold(), sep='\\n')"
    )
    path = write("here.ipynb", source)
    before = path.read_bytes()
    dataset = path.parent / "mine"
    (run,) = execute_notebooks([path], dataset=dataset, environment={"WHO": "me"})
    assert run.error is None
    told = [str(path.parent), str(dataset), "me", sys.executable, str(SELDOM)]
    assert printed(run).splitlines() == told
    assert path.read_bytes() == before
    assert re.fullmatch(r"here\.ipynb ran \(\d+\.\d s\)\.", str(run))


def test_users_dataset_is_not_taken_without_asking(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAREKIT_DATASET", "elsewhere")
    path = write("here.ipynb", "import os; print(os.environ.get('CAREKIT_DATASET'))")
    assert printed(execute_notebooks([path])[0]) == "None\n"


def test_failure_names_the_cell_and_the_others_go_on(write: Write) -> None:
    steps: list[tuple[str, int, int]] = []
    paths = [write("a.ipynb", "x = 1", "", "x / 0", "print('never')"), write("b.ipynb", "print(1)")]
    runs = execute_notebooks(
        paths, on_cell=lambda path, done, total: steps.append((path.name, done, total))
    )
    assert runs[0].error == "cell 4 raised ZeroDivisionError: division by zero"
    assert "x / 0" in runs[0].traceback
    assert "\x1b" not in runs[0].traceback
    assert str(runs[0]).startswith("a.ipynb failed: cell 4 raised ZeroDivisionError: division")
    assert (runs[1].error, runs[1].traceback, printed(runs[1])) == (None, "", "1\n")
    assert [run.path for run in runs] == paths
    # The empty cell counts for nothing; the one that failed was still run.
    assert [s[1:] for s in steps if s[0] == "a.ipynb"] == [(1, 3), (2, 3)]
    assert [s[1:] for s in steps if s[0] == "b.ipynb"] == [(1, 1)]


def test_slow_cell_and_dead_python_are_failures(write: Write) -> None:
    slow = write("slow.ipynb", "x = 1", "import time; time.sleep(60)")
    dead = write("dead.ipynb", "import os; os._exit(1)")
    runs = execute_notebooks([slow, dead], timeout=2)
    assert [run.error for run in runs] == [
        "cell 3 took longer than 2 s",
        "Python stopped in cell 2",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_interruption_stops_every_notebook_and_its_python(write: Write, tmp_path: Path) -> None:
    source = f"""
        import os, pathlib, time
        pathlib.Path({str(tmp_path)!r}, f"{{os.getpid()}}.pid").touch()
        time.sleep(60)
    """
    paths = [write(f"{n}.ipynb", textwrap.dedent(source)) for n in "abc"]
    code = f"""
        import signal
        from carekit.show.notebooks import execute_notebooks
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            execute_notebooks({[str(p) for p in paths]!r})
        except KeyboardInterrupt:
            print("stopped")
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while len(list(tmp_path.glob("*.pid"))) < 2 and time.monotonic() < end:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (out, err) == ("stopped\n", "")
    kernels = [int(path.stem) for path in tmp_path.glob("*.pid")]
    assert len(kernels) == 2  # the third never started
    assert not any(alive(pid) for pid in kernels)


def alive(pid: int) -> bool:
    import psutil

    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_several_notebooks_run_at_the_same_time(write: Write, tmp_path: Path) -> None:
    # Each waits for the other's file: run one after the other, the first would time out.
    source = """
        import pathlib, time
        folder = pathlib.Path({folder!r})
        (folder / "{mine}").touch()
        while not (folder / "{other}").exists():
            time.sleep(0.05)
    """
    pairs = [("left", "right"), ("right", "left")]
    paths = [
        write(f"{a}.ipynb", textwrap.dedent(source).format(folder=str(tmp_path), mine=a, other=b))
        for a, b in pairs
    ]
    assert [run.error for run in execute_notebooks(paths, timeout=60)] == [None, None]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each kernel loads for itself")
def test_kernels_of_one_run_are_copies_that_know_nothing_of_each_other(write: Write) -> None:
    source = """
        import os, sys
        print("ibis" in sys.modules, "mine" in globals(), os.getppid(), os.getpid())
        mine = True
    """
    runs = execute_notebooks([write(f"{n}.ipynb", textwrap.dedent(source)) for n in "abc"])
    told = [printed(run).split() for run in runs]
    assert {tuple(t[:2]) for t in told} == {("True", "False")}
    assert (len({t[2] for t in told}), len({t[3] for t in told})) == (1, 3)
    assert not any(alive(int(pid)) for t in told for pid in t[2:])


def test_without_a_place_for_copies_each_kernel_loads_for_itself() -> None:
    with template("a" * 200, {}) as command:
        assert command is None


def test_runs_inside_a_notebook_whose_own_loop_is_running(write: Write) -> None:
    import asyncio

    path = write("inner.ipynb", "print('inner')")

    async def outer() -> Any:
        return execute_notebooks([path])[0]

    assert printed(asyncio.run(outer())) == "inner\n"


def test_missing_package_names_the_extra(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.ipynb", "1")
    for module in [m for m in sys.modules if m.split(".")[0] == "nbclient"]:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError) as caught:
        execute_notebooks([path])
    assert str(caught.value) == (
        "Working with notebooks needs the package 'nbclient', which is not installed. "
        "Install it with: pip install 'carekit[notebooks]'"
    )


class TestFindNotebooks:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for name in ("04-who", "00-start", "01-can", "01-can-too"):
            (tmp_path / f"{name}.ipynb").touch()
        return tmp_path

    def names(self, folder: Path, *names: str) -> list[str]:
        return [path.stem for path in find_notebooks(*names, folder=folder)]

    def test_all_of_them_come_in_the_order_of_their_numbers(self, folder: Path) -> None:
        assert self.names(folder) == ["00-start", "01-can", "01-can-too", "04-who"]

    def test_a_beginning_a_name_and_a_file_name_will_do(self, folder: Path) -> None:
        assert self.names(folder, "04", "01-can", "00-start.ipynb", "00") == [
            "00-start",
            "01-can",
            "04-who",
        ]

    @pytest.mark.parametrize(("name", "fits"), [("07", 0), ("01", 2)])
    def test_a_name_must_fit_one(self, folder: Path, name: str, fits: int) -> None:
        with pytest.raises(InputError) as caught:
            find_notebooks(name, folder=folder)
        assert str(caught.value) == (
            f"`names` has '{name}', which fits {fits} notebooks; expected the beginning of one "
            "file name. The notebooks are: 00-start, 01-can, 01-can-too, 04-who."
        )

    def test_no_notebooks_says_where_they_are(self, tmp_path: Path) -> None:
        with pytest.raises(InputError) as caught:
            find_notebooks(folder=tmp_path)
        assert str(caught.value) == (
            f"`folder` is {str(tmp_path)!r}, which holds no notebooks. They come with "
            "carekit: install it again, or run this from a checkout."
        )
