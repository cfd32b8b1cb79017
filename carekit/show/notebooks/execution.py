"""Run notebooks from top to bottom, several at a time, each in a fresh Python."""

from __future__ import annotations

import asyncio
import atexit
import importlib
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from carekit.dataset.processes import SELDOM, STEPS
from carekit.dataset.resources import notebooks_folder
from carekit.errors import InputError, MissingExtraError
from carekit.show.notebooks.forked import template

NOTEBOOKS = notebooks_folder()

Progress = Callable[[Path, int, int], None]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Execution:
    """One run of one notebook: `notebook` with its new outputs, up to the first cell that failed.

    `path` is the file that was run, unchanged; `error` the cell that failed (counted from 1, prose
    included) and why, or None; `traceback` that of the cell, without colours.
    """

    path: Path
    notebook: Any
    seconds: float
    error: str | None = None
    traceback: str = ""

    def __str__(self) -> str:
        how = f"failed: {self.error}" if self.error else "ran"
        return f"{self.path.name} {how} ({self.seconds:.1f} s)."


def need(module: str) -> Any:
    """A module of the extra `notebooks`, imported when it is used."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingExtraError(package, "notebooks", "Working with notebooks") from error


def find_notebooks(*names: str, folder: Path | None = None) -> list[Path]:
    """The notebooks with these names, or all of them, in the order of their numbers.

    Parameters
    ----------
    *names : str
        File names or their beginnings: `04`, `04-who-gets-an-answer`.
    folder : Path, optional
        Where to look; by default those that come with carekit.

    Raises
    ------
    InputError
        If there are no notebooks, or a name fits none of them or more than one.
    """
    folder = folder or NOTEBOOKS
    every = sorted(folder.glob("*.ipynb"), key=_name)
    if not every:
        raise InputError(
            f"`folder` is {str(folder)!r}, which holds no notebooks. They come with "
            "carekit: install it again, or run this from a checkout."
        )
    chosen = []
    for name in names:
        fits = [path for path in every if name in {path.name, path.stem}]
        fits = fits or [path for path in every if path.name.startswith(name)]
        if len(fits) != 1:
            known = ", ".join(path.stem for path in every)
            raise InputError(
                f"`names` has {name!r}, which fits {len(fits)} notebooks; expected the beginning "
                f"of one file name. The notebooks are: {known}."
            )
        chosen += fits
    return sorted(set(chosen), key=_name) if names else every


def _name(path: Path) -> str:
    return path.stem


def execute_notebooks(
    paths: Sequence[Path | str],
    *,
    dataset: Path | str | None = None,
    environment: Mapping[str, str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    timeout: int = 120,
    workers: int = 2,
    on_cell: Progress | None = None,
) -> list[Execution]:
    """Run notebooks, each in its own folder. The files are not changed.

    A notebook that fails stops at that cell; the others go on. They read `dataset` through
    `CAREKIT_DATASET`, by default the sample; `parameters` stand instead of the values in the cell
    of that tag, in the notebooks that name them; a cell may take `timeout` seconds; so many
    `workers` run at the same time; `on_cell(path, done, total)` is called after each cell of code,
    from another thread. One `Execution` a notebook, in the order of `paths`.
    """
    opened = {Path(path).resolve(): need("nbformat").read(path, as_version=4) for path in paths}
    set_parameters(list(opened.values()), parameters or {})
    env = {key: value for key, value in os.environ.items() if key != "CAREKIT_DATASET"}
    if dataset is not None:
        env["CAREKIT_DATASET"] = str(Path(dataset).resolve())
    env |= environment or {}
    with tempfile.TemporaryDirectory(prefix="carekit-steps-") as steps:
        env.setdefault(STEPS, steps)
        # One notebook loads its libraries itself: only what several need is worth a copy.
        with template(steps, env) if len(opened) > 1 else nullcontext() as kernel:
            return _run_all(opened, paths, env, kernel, timeout, workers, on_cell)


def _run_all(
    opened: Mapping[Path, Any],
    paths: Sequence[Path | str],
    env: dict[str, str],
    kernel: list[str] | None,
    timeout: int,
    workers: int,
    on_cell: Progress | None,
) -> list[Execution]:
    async def all_of_them() -> list[Execution]:
        places = asyncio.Semaphore(workers)

        async def one(path: Path) -> Execution:
            async with places:
                return await _execute(path, opened[path], env, kernel, timeout, on_cell)

        return await asyncio.gather(*(one(Path(path).resolve()) for path in paths))

    return _finish(all_of_them())


async def _execute(
    path: Path,
    notebook: Any,
    env: dict[str, str],
    kernel: list[str] | None,
    timeout: int,
    on_cell: Progress | None,
) -> Execution:
    client = need("nbclient").NotebookClient(
        notebook,
        timeout=timeout,
        resources={"metadata": {"path": str(path.parent)}},
        # A run leaves nothing behind in the user's IPython history.
        extra_arguments=[
            "--HistoryManager.hist_file=:memory:",
            f"--IPKernelApp.exec_lines=__import__('gc').set_threshold(*{SELDOM})",
        ],
        coalesce_streams=True,
        record_timing=False,
    )
    code = [i for i, c in enumerate(client.nb.cells) if c.cell_type == "code" and c.source.strip()]
    at = 0

    def begin(cell: Any, cell_index: int) -> None:
        nonlocal at
        at = cell_index

    def end(cell: Any, cell_index: int, execute_reply: Any) -> None:
        if on_cell is not None:
            on_cell(path, code.index(cell_index) + 1, len(code))

    client.on_cell_execute, client.on_cell_executed = begin, end
    client.create_kernel_manager().kernel_spec_manager = _own_kernel(kernel)
    failures = need("nbclient.exceptions")
    error, traceback, started = None, "", time.perf_counter()
    try:
        # Python's own messages are dropped (what cells write to stderr is an output of the cell).
        await client.async_execute(env=env, stderr=subprocess.DEVNULL)
    except failures.CellExecutionError as failure:
        error = f"cell {at + 1} raised {failure.ename}: {failure.evalue}"
        traceback = re.sub(r"\x1b\[[0-9;]*m", "", failure.traceback)
    except failures.CellTimeoutError:
        error = f"cell {at + 1} took longer than {timeout} s"
    except failures.DeadKernelError:
        error = f"Python stopped in cell {at + 1}"
    finally:
        if client.km is None:  # stopped: on cancellation nbclient leaves its last resort in place
            atexit.unregister(client._cleanup_kernel)
    return Execution(path, client.nb, time.perf_counter() - started, error, traceback)


def set_parameters(notebooks: Sequence[Any], values: Mapping[str, Any]) -> None:
    """Put values below the `parameters` of the notebooks that have one of that name."""
    cells = [c for nb in notebooks for c in nb.cells if "parameters" in c.metadata.get("tags", [])]
    names = [set(re.findall(r"^(\w+) *=", cell.source, re.M)) for cell in cells]
    if unknown := sorted(set(values) - set().union(*names)):
        known = ", ".join(sorted(set().union(*names))) or "none"
        raise InputError(
            f"`parameters` has {unknown[0]!r}, which no notebook knows; expected some of: {known}. "
            "They stand in the cell at the top of each notebook."
        )
    for cell, here in zip(cells, names, strict=True):
        given = [f"{name} = {value!r}" for name, value in values.items() if name in here]
        cell.source = "\n".join([cell.source, *given])


def _own_kernel(command: list[str] | None) -> Any:
    """Finds this Python under any name: a kernel that the user installed may be another one.

    With a `command` it starts the kernels.
    """
    base: Any = need("jupyter_client.kernelspec").KernelSpecManager
    own = need("ipykernel.kernelspec")

    class OwnKernel(base):
        def get_kernel_spec(self, kernel_name: str) -> Any:
            told = own.get_kernel_dict()
            if command:
                told["argv"] = [*command, "-f", "{connection_file}"]
            return self.kernel_spec_class(resource_dir=own.RESOURCES, **told)

    return OwnKernel()


def _finish(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end in a thread of its own; Ctrl-C cancels it and waits.

    nbclient would take Ctrl-C for itself in the main thread, once for every notebook, and the
    caller may be a notebook, whose own loop is running.
    """
    # The selector loop, because the default one of Windows lacks what ZeroMQ needs.
    runner = asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)
    loop = runner.get_loop()
    task = loop.create_task(main)

    async def wait() -> Result:
        return await task

    def work() -> Result:
        with runner:
            return runner.run(wait())

    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(work)
        try:
            return future.result()
        except KeyboardInterrupt:
            # Leaving the block waits until the notebooks have stopped.
            loop.call_soon_threadsafe(task.cancel)
            raise
