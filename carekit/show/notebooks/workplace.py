"""JupyterLab on copies of the notebooks: to open, run and change one touches no tracked file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from carekit.dataset.atomic import checksum, write_json, write_text
from carekit.dataset.resources import PACKAGE
from carekit.show.notebooks.execution import NOTEBOOKS, need
from carekit.show.progress import INSIDE

WORKPLACE = PACKAGE.parent / "work"
KNOWN = ".copied.json"  # in the copy: what each file was when it was copied


def copy_notebooks(folder: Path = WORKPLACE, *, source: Path = NOTEBOOKS) -> list[str]:
    """Copy the notebooks to where a person works; what was changed there is kept.

    Returns
    -------
    list of str
        One line per notebook that was changed in the copy while the original changed as well: the
        new original stands beside it, as NAME.new.ipynb.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / KNOWN
    known = json.loads(state.read_text(encoding="utf-8")) if state.is_file() else {}
    kept = []
    for original in sorted(source.glob("*.ipynb")):
        copy, mark = folder / original.name, checksum(original)
        if copy.exists() and known.get(original.name, {}).get("original") == mark:
            continue
        changed = copy.exists() and known.get(original.name, {}).get("copy") != checksum(copy)
        if changed:
            copy = copy.with_suffix(".new.ipynb")
            kept.append(f"{original.name} was changed by you and by an update: see {copy.name}.")
        write_text(copy, original.read_text(encoding="utf-8"))
        mine = known.get(original.name, {}).get("copy") if changed else checksum(copy)
        known[original.name] = {"original": mark, "copy": mine}
    write_json(state, known)
    return kept


def open_lab(arguments: Sequence[str] = ()) -> int:
    """Start JupyterLab on the copies, at the first notebook.

    `CAREKIT_DATASET` may be relative to where the command was typed.
    """
    for line in copy_notebooks(WORKPLACE):
        print(line)
    if dataset := os.environ.get("CAREKIT_DATASET"):
        os.environ["CAREKIT_DATASET"] = str(Path(dataset).expanduser().resolve())
    os.environ[INSIDE] = "1"
    first = min(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    options = [f"--ServerApp.root_dir={WORKPLACE}", f"--LabApp.default_url=/lab/tree/{first}"]
    try:
        need("jupyterlab.labapp").main([*options, *arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def quiet_errors() -> None:
    """In a kernel that a person looks at: a refusal or an interrupt is one line, no traceback."""
    from IPython import get_ipython

    from carekit.errors import CarekitError

    shell = get_ipython()
    if shell is None:
        return

    def one_line(shell: Any, kind: type, value: BaseException, trace: object,
                 tb_offset: int | None = None) -> list[str]:  # fmt: skip
        stopped = interrupted(value)
        if not stopped and not issubclass(kind, CarekitError):
            lines = shell.InteractiveTB.structured_traceback(kind, value, trace, tb_offset)
            shell._showtraceback(kind, value, lines)
            return list(lines)
        said = "Stopped." if stopped else f"{kind.__name__}: {value}"
        print(said)
        return [said]

    # An engine that is interrupted may answer with an error of its own.
    shell.set_custom_exc((KeyboardInterrupt, RuntimeError, CarekitError), one_line)


def interrupted(error: BaseException | None) -> bool:
    """Whether an error is an interrupt, or came of one."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
