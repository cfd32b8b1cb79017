"""Figures that are committed beside the notebooks, against those that a fresh run draws."""

from __future__ import annotations

import json
import math
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

from carekit.dataset.resources import PACKAGE

FIGURES = PACKAGE.parent / "figures"
TOLERANCE = 1e-6


def stale_figures(drawn: Path, committed: Path = FIGURES) -> list[str]:
    """What a fresh run draws otherwise than the committed figures show.

    Parameters
    ----------
    drawn, committed : Path
        Folders with NAME.json (contents) and NAME.svg (looks) for every figure.

    Returns
    -------
    list of str
        One line a difference; empty if all figures are fresh. Contents are compared to a
        millionth; looks byte by byte, only with the matplotlib of constraints.txt.
    """
    problems = []
    new, old = ({p.stem for p in folder.glob("*.json")} for folder in (drawn, committed))
    problems += [f"{name}: drawn, but not among the committed figures" for name in new - old]
    problems += [f"{name}: committed, but no notebook draws it" for name in old - new]
    for name in sorted(new & old):
        a, b = (
            json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            for folder in (drawn, committed)
        )
        where = first_difference(a, b)
        if where:
            problems.append(f"{name}: {where}")
        elif _locked_matplotlib() and not _same_bytes(drawn, committed, name):
            problems.append(f"{name}: the same numbers look otherwise")
    return sorted(problems)


def first_difference(new: Any, old: Any, at: str = "") -> str:
    """Where two descriptions of a figure differ first, in words; empty if they do not."""
    if isinstance(new, dict) and isinstance(old, dict) and new.keys() == old.keys():
        pairs = [(f"{at}.{key}".lstrip("."), new[key], old[key]) for key in new]
    elif isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        pairs = [(f"{at}[{i}]", a, b) for i, (a, b) in enumerate(zip(new, old, strict=True))]
    elif _number(new) and _number(old):
        close = math.isclose(new, old, rel_tol=TOLERANCE, abs_tol=1e-12)
        return "" if close else f"{at} is {new}, committed {old}"
    else:
        return "" if new == old else f"{at} is {str(new)[:60]!r}, committed {str(old)[:60]!r}"
    return next((d for where, a, b in pairs if (d := first_difference(a, b, where))), "")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same_bytes(drawn: Path, committed: Path, name: str) -> bool:
    new, old = (folder / f"{name}.svg" for folder in (drawn, committed))
    return old.is_file() and new.read_bytes() == old.read_bytes()


def _locked_matplotlib() -> bool:
    constraints = PACKAGE.parent / "constraints.txt"
    if not constraints.is_file():
        return False
    locked = re.search(r"^matplotlib==(\S+)", constraints.read_text(encoding="utf-8"), re.M)
    return bool(locked) and version("matplotlib") == locked[1]  # type: ignore[index]
