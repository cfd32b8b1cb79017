"""How long to wait: what a server says about its limits, and a limiter for each host."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RESETS = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")
REMAINING = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")
_EPOCH = 1e9  # a larger number is a time, a smaller one a number of seconds


def seconds_until(value: str, *, now: float) -> float | None:
    """Seconds that a header asks to wait; None if it cannot be read.

    Parameters
    ----------
    value : str
        Seconds, seconds since 1970, an ISO time or an HTTP date.
    now : float
        Seconds since 1970.

    Examples
    --------
    >>> seconds_until("30", now=0), seconds_until("1700000060", now=1_700_000_000)
    (30.0, 60.0)
    >>> seconds_until("2023-11-14T22:14:20Z", now=1_700_000_000)
    60.0
    >>> seconds_until("Tue, 14 Nov 2023 22:14:20 GMT", now=1_700_000_000)
    60.0
    """
    text = value.strip().split(";")[0]
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        if number != number:
            return None
        return max(0.0, number - now if number > _EPOCH else number)
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, TypeError, IndexError):
            continue
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, aware.timestamp() - now)
    return None


def asked_wait(headers: Mapping[str, str], body: str = "", *, now: float) -> float | None:
    """Seconds that an answer with an error asks to wait; None if it does not say.

    `Retry-After` first, then the reset of the limit, then `backoff` in a JSON body.

    Examples
    --------
    >>> asked_wait({"retry-after": "2", "ratelimit-reset": "60"}, now=0)
    2.0
    >>> asked_wait({}, '{"backoff": 10}', now=0)
    10.0
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
        value = json.loads(body).get("backoff")
    except (ValueError, AttributeError, RecursionError):
        return None
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
    return float(value) if good else None


class Limiter:
    """Waits before a request until its host may be asked again.

    Parameters
    ----------
    pace : float
        Seconds between two requests to a host that does not tell its limits.
    clock, sleep : callable
        Seconds since 1970, and how to wait: for tests.
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
