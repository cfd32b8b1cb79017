"""Speed of the business clock on a million requests, against one request at a time.

    python bench/business_clock.py [--requests 1000000]

The peer walks the local days of each wait with zoneinfo, as is usually written; it is timed on a
sample of the same requests and must give the same minutes.
"""

from __future__ import annotations

import argparse
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from carekit.requests.business_hours import BusinessHours, open_minutes

ZONE = ZoneInfo("Europe/Paris")
SAMPLE = 2000


def one_at_a_time(start: datetime, end: datetime) -> float:
    """Open minutes of one wait, Monday to Friday 09:00 to 18:00 in Paris."""
    total, day = 0.0, start.astimezone(ZONE).date()
    while day <= end.astimezone(ZONE).date():
        if day.isoweekday() <= 5:
            opens = datetime(day.year, day.month, day.day, 9, tzinfo=ZONE)
            closes = datetime(day.year, day.month, day.day, 18, tzinfo=ZONE)
            seconds = min(end.timestamp(), closes.timestamp()) - max(
                start.timestamp(), opens.timestamp()
            )
            total += max(seconds, 0.0)
        day += timedelta(days=1)
    return total / 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    requests = parser.parse_args().requests
    rng = np.random.default_rng(1)
    first = pd.Timestamp("2014-01-01T00:00Z")
    start = pd.Series(
        first + pd.to_timedelta(rng.integers(0, 3 * 365 * 86_400, requests), unit="s")
    )
    end = start + pd.to_timedelta(rng.integers(0, 5 * 86_400, requests), unit="s")
    desk = BusinessHours("1-5 09:00-18:00", timezone="Europe/Paris")

    began = time.perf_counter()
    minutes = open_minutes(start, end, hours=desk)
    ours = time.perf_counter() - began

    size = min(SAMPLE, requests)
    pairs = list(zip(start[:size].dt.to_pydatetime(), end[:size].dt.to_pydatetime(), strict=True))
    began = time.perf_counter()
    peer = [one_at_a_time(a, b) for a, b in pairs]
    theirs = (time.perf_counter() - began) * requests / size
    np.testing.assert_allclose(minutes[:size], peer, atol=1e-6)
    print(
        f"{requests:,} requests: {ours:.2f} s; one at a time {theirs:.0f} s; x {theirs / ours:.0f}"
    )


if __name__ == "__main__":
    main()
