"""Caps on a run: pages, seconds, money. A run that meets one stops with everything kept."""

from __future__ import annotations

import time
from collections.abc import Callable

from carekit.errors import CarekitError, InputError


class Stopped(CarekitError):
    """A run cannot or may not go on; what came so far is kept, and --resume goes on from there."""


class Budget:
    """Counts what a run spends.

    Parameters
    ----------
    pages : int, optional
    seconds : float, optional
    cost : float, optional
        Dollars.
    clock : callable
        Seconds, only moving forward: for tests.

    Raises
    ------
    InputError
        If a cap is not above 0 (money: below 0).
    """

    def __init__(
        self,
        *,
        pages: int | None = None,
        seconds: float | None = None,
        cost: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        for name, cap, low in (("pages", pages, 1), ("seconds", seconds, 1), ("cost", cost, 0)):
            if cap is not None and not cap >= low:
                raise InputError(
                    f"`max_{name}` is {cap}; expected a number of at least {low}. Correct "
                    f"--max-{name}, or leave it out."
                )
        self.max_pages, self.max_seconds, self.max_cost = pages, seconds, cost
        self.pages, self.cost = 0, 0.0
        self._clock, self._start = clock, clock()

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._start

    def spend(self, *, cost: float) -> None:
        """Count a page."""
        self.pages += 1
        self.cost += cost

    def check(self, *, dearest_page: float = 0.0) -> None:
        """Raise Stopped if another page could break a cap."""
        if self.max_pages is not None and self.pages >= self.max_pages:
            raise Stopped(f"the cap of {self.max_pages:,} pages is reached")
        if self.max_seconds is not None and self.seconds >= self.max_seconds:
            raise Stopped(f"the cap of {self.max_seconds:,.0f} seconds is reached")
        # Cents add up to floats that are off by a hair.
        if self.max_cost is not None and self.cost + dearest_page > self.max_cost + 1e-9:
            raise Stopped(
                f"${self.cost:,.3f} of the cap of ${self.max_cost:,.2f} is spent, and the next page "
                f"may cost ${dearest_page:,.3f}"
            )

    def check_wait(self, seconds: float, *, host: str) -> None:
        """Raise Stopped if a wait would outlast the run."""
        if self.max_seconds is not None and self.seconds + seconds >= self.max_seconds:
            raise Stopped(
                f"{host} asks to wait {seconds:,.0f} seconds, beyond the cap of "
                f"{self.max_seconds:,.0f} seconds"
            )
