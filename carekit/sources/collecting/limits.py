"""How long to wait, and how much to spend: what a server says about its limits, a limiter for each
host, and the caps on a run. A run that meets a cap stops with everything kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from carekit.errors import CarekitError, InputError
from carekit.sources.json_text import loads

RESETS = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")
REMAINING = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")
_EPOCH_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH = 1e9  # a larger number is a time, a smaller one a number of seconds


def seconds_until(value: str, *, now: float) -> float | None:
    """Seconds that a header asks to wait; None if it cannot be read."""
    text = value.strip().split(";")[0]
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        if not math.isfinite(number):
            return None
        return max(0.0, number - now if number > _EPOCH else number)
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (aware - _EPOCH_TIME).total_seconds() - now)
    return None


def asked_wait(headers: Mapping[str, str], body: str = "", *, now: float) -> float | None:
    """Seconds that an answer with an error asks to wait; None if it does not say.

    `Retry-After` first, then the reset of the limit, then `backoff` in a JSON body.
    """
    for name in ("retry-after", *RESETS):
        if name in headers:
            wait = seconds_until(headers[name], now=now)
            if wait is not None:
                return wait
    return backoff(body)


def backoff(body: str) -> float | None:
    """The number `backoff` in a JSON object, which some servers send even with an answer."""
    if '"backoff"' not in body:
        return None
    try:
        value = loads(body).get("backoff")
    except (ValueError, AttributeError):
        return None
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
    return float(value) if good and math.isfinite(value) else None


class Limiter:
    """Waits before a request until its host may be asked again.

    `pace` is in seconds, for hosts that do not tell their limits; `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        *,
        pace: float = 1.0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.pace, self.clock, self.sleep = pace, clock, sleep
        self._free: dict[str, float] = {}

    def wait_for(self, host: str) -> float:
        """Seconds from now until the host may be asked."""
        return max(0.0, self._free.get(host, 0.0) - self.clock())

    def wait(self, host: str) -> None:
        """Sleep until the host may be asked."""
        left = self.wait_for(host)
        if left > 0:
            self.sleep(left)

    def hold(self, host: str, seconds: float) -> None:
        """Leave the host alone for that long."""
        self._free[host] = max(self._free.get(host, 0.0), self.clock() + seconds)

    def learn(self, host: str, headers: Mapping[str, str], body: str = "") -> None:
        """What an answer says about the limits of its host."""
        now = self.clock()
        asked = seconds_until(headers["retry-after"], now=now) if "retry-after" in headers else None
        if asked is not None:
            # A server that says when to come back means it, whatever its window is.
            self.hold(host, asked)
            return
        left = next((headers[n] for n in REMAINING if n in headers), None)
        if left is None:
            self.hold(host, self.pace)
        else:
            reset = next((headers[n] for n in RESETS if n in headers), None)
            wait = seconds_until(reset, now=now) if reset is not None else None
            if _used_up(left):
                self.hold(host, self.pace if wait is None else wait)
        again = backoff(body)
        if again is not None:
            self.hold(host, again)


def _used_up(left: str) -> bool:
    try:
        return float(left) < 1
    except ValueError:
        return False


class Stopped(CarekitError):
    """A run cannot or may not go on; what came so far is kept, and --resume goes on from there."""


class Capped(Stopped):
    """A cap of the user's is reached."""


class QueryFailed(CarekitError):
    """One query cannot be answered; others may be."""


class Budget:
    """Counts what a run spends."""

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

    @property
    def left(self) -> float:
        """Seconds that are left of the run; infinite without a cap."""
        return math.inf if self.max_seconds is None else self.max_seconds - self.seconds

    def spend(self, *, cost: float) -> None:
        """Count a page."""
        self.pages += 1
        self.cost += cost

    def check(self, *, dearest_page: float = 0.0) -> None:
        """Raise Capped if another page could break a cap."""
        if self.max_pages is not None and self.pages >= self.max_pages:
            raise Capped(f"the cap of {self.max_pages:,} pages is reached")
        self.check_time()
        # Cents add up to floats that are off by a hair.
        if self.max_cost is not None and self.cost + dearest_page > self.max_cost + 1e-9:
            raise Capped(
                f"${self.cost:,.3f} of the cap of ${self.max_cost:,.2f} is spent, and the next page "
                f"may cost ${dearest_page:,.3f}"
            )

    def check_time(self) -> None:
        """Raise Capped if the time of the run is over."""
        if self.max_seconds is not None and self.seconds >= self.max_seconds:
            raise Capped(f"the cap of {self.max_seconds:,.0f} seconds is reached")

    def check_wait(self, seconds: float, *, host: str) -> None:
        """Raise Capped if a wait would outlast the run."""
        if self.max_seconds is not None and self.seconds + seconds >= self.max_seconds:
            raise Capped(
                f"{host} asks to wait {seconds:,.0f} seconds, beyond the cap of "
                f"{self.max_seconds:,.0f} seconds"
            )
