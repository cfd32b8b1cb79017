"""Figures that are committed beside the notebooks, against those that a fresh run draws."""

from __future__ import annotations

import csv
import math
import re
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path

from carekit.dataset.resources import PACKAGE

FIGURES_VARIABLE = "CAREKIT_FIGURES"  # a folder that published figures are written to
FIGURES = PACKAGE.parent / "figures"
TOLERANCE = 1e-6


def stale_figures(drawn: Path, committed: Path = FIGURES) -> list[str]:
    """What a fresh run draws otherwise than the committed figures show, one line per difference.

    In both folders stand NAME.csv (the table that is drawn), compared to a millionth, and NAME.svg
    (looks), compared byte by byte, only with the matplotlib of constraints.txt.
    """
    problems = []
    new, old = ({p.stem for p in folder.glob("*.svg")} for folder in (drawn, committed))
    problems += [f"{name}: drawn, but not among the committed figures" for name in new - old]
    problems += [f"{name}: committed, but no notebook draws it" for name in old - new]
    for name in sorted(new & old):
        where = first_difference(_rows(drawn, name), _rows(committed, name))
        if where:
            problems.append(f"{name}: {where}")
        elif _locked_matplotlib() and not _same_bytes(drawn, committed, name):
            problems.append(f"{name}: the same numbers look otherwise")
    return sorted(problems)


def first_difference(new: list[list[str]], old: list[list[str]]) -> str:
    """Where two drawn tables differ first, in words; empty if they do not."""
    for line, (a, b) in enumerate(zip_longest(new, old), 1):
        for column, (x, y) in enumerate(zip_longest(a or [], b or [], fillvalue="")):
            if not _near(x, y):
                head = new[0][column] if line > 1 and column < len(new[0]) else "heading"
                return f"line {line}, {head} is {x[:60]!r}, committed {y[:60]!r}"
    return ""


def _rows(folder: Path, name: str) -> list[list[str]]:
    path = folder / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _near(a: str, b: str) -> bool:
    if a == b:
        return True
    try:
        return math.isclose(float(a), float(b), rel_tol=TOLERANCE, abs_tol=1e-12)
    except ValueError:
        return False


def _same_bytes(drawn: Path, committed: Path, name: str) -> bool:
    new, old = (folder / f"{name}.svg" for folder in (drawn, committed))
    return old.is_file() and new.read_bytes() == old.read_bytes()


def _locked_matplotlib() -> bool:
    constraints = PACKAGE.parent / "constraints.txt"
    if not constraints.is_file():
        return False
    locked = re.search(r"^matplotlib==(\S+)", constraints.read_text(encoding="utf-8"), re.M)
    return bool(locked) and version("matplotlib") == locked[1]  # type: ignore[index]
