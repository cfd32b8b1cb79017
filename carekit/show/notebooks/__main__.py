"""For those who edit notebooks.

`python -m carekit.show.notebooks refresh [NAME ...]` runs notebooks on the sample and rewrites their
outputs; `python -m carekit.show.notebooks detect [NAME ...]` runs each twice under other settings and
shows the cells whose output changes; `python -m carekit.show.notebooks figures FOLDER` compares the
figures in a folder with the committed ones; `python -m carekit.show.notebooks lab [OPTION ...]`
opens JupyterLab on copies. A NAME is a file name or its beginning, such as `04`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from carekit.errors import CarekitError
from carekit.show.notebooks import find_notebooks, refresh_notebooks, unstable_cells
from carekit.show.notebooks.drawn import stale_figures
from carekit.show.notebooks.workplace import open_lab


def main(argv: Sequence[str] | None = None) -> int:
    """Run one of the commands; returns its exit code."""
    argv = list(sys.argv[1:] if argv is None else argv)
    if argv[:1] == ["lab"]:  # every option after it is one of JupyterLab
        return open_lab(argv[1:])
    parser = argparse.ArgumentParser(prog="python -m carekit.show.notebooks", description=__doc__)
    parser.add_argument("action", choices=["refresh", "detect", "figures", "lab"])
    parser.add_argument("names", nargs="*", metavar="NAME", help="all of them by default")
    args = parser.parse_args(argv)
    if args.action == "figures" and len(args.names) != 1:
        parser.error("figures needs one folder: python -m carekit.show.notebooks figures FOLDER")
    try:
        if args.action == "figures":
            return figures(Path(args.names[0]))
        paths = find_notebooks(*args.names)
        return refresh(paths) if args.action == "refresh" else detect(paths)
    except CarekitError as error:
        print(f"carekit: {error}", file=sys.stderr)
        return 2


def refresh(paths: Sequence[Path]) -> int:
    """Rewrite outputs, and say which notebook failed where."""

    def show(path: Path, done: int, total: int) -> None:
        print(f"{path.name}: {done} of {total} cells", file=sys.stderr)

    runs = refresh_notebooks(paths, on_cell=show)
    for run in runs:
        print(run)
        print(run.traceback, end="", file=sys.stderr)
    print("Look at the difference before you commit it: git diff notebooks")
    return int(any(run.error for run in runs))


def detect(paths: Sequence[Path]) -> int:
    """Show the cells whose output is not the same twice."""
    found = {path: unstable_cells(path) for path in paths}
    for path, cells in found.items():
        state = "changes from run to run:" if cells else "is stable"
        print(f"{path.name} {state}", *cells, sep="\n  ")
    return int(any(found.values()))


def figures(drawn: Path) -> int:
    """Compare the figures in a folder with the committed ones."""
    stale = stale_figures(drawn)
    print(*stale, sep="\n", end="\n" if stale else "")
    if stale:
        print("Refresh them with: python run.py refresh", file=sys.stderr)
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
