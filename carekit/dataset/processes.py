"""What the processes of one run share. Light: no library is loaded."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

STEPS = "CAREKIT_STEPS"  # a folder: processes that name the same one compute a step once for all
# Objects made between two searches for garbage. Queries are written with a great many small ones
# that live briefly: at Python's own 700 the searches take a tenth of the time of a notebook.
SELDOM = (200_000, 50, 50)


@contextmanager
def seldom_searching() -> Iterator[None]:
    """Garbage is looked for less often inside the block; blocks may be nested, or in threads."""
    often = gc.get_threshold()
    if often == SELDOM:  # who said so first takes it back
        yield
        return
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*often)
