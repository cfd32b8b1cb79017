"""How far a long call has come: one line, where somebody looks on, and nothing left of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")
INSIDE = "CAREKIT_INSIDE"  # set by `run.py lab`: a committed notebook shows no progress
FEWEST = 5
_QUIET: ContextVar[bool] = ContextVar("carekit_quiet", default=False)


def steps(items: Sequence[Item], what: str) -> Iterator[Item]:
    """The items one by one; in a terminal, or in JupyterLab, a line says how many are done.

    Examples
    --------
    >>> list(steps([1, 2], "figures"))
    [1, 2]
    """
    looked_at = bool(os.environ.get(INSIDE)) or sys.stderr.isatty()
    if not looked_at or len(items) < FEWEST or _QUIET.get():
        yield from items
        return
    width = 0
    try:
        for done, item in enumerate(items, 1):
            line = f"{what}: {done} of {len(items)}"
            width = max(width, len(line))
            print(f"\r{line:<{width}}", end="", file=sys.stderr, flush=True)
            yield item
    finally:
        print(f"\r{'':<{width}}\r", end="", file=sys.stderr, flush=True)


@contextmanager
def quietly() -> Iterator[None]:
    """No such line inside the block: somebody else shows how far it has come."""
    token = _QUIET.set(True)
    try:
        yield
    finally:
        _QUIET.reset(token)
