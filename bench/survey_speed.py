"""Seconds and memory of survey statistics on a million respondents.

    python bench/survey_speed.py [--respondents 1000000] [--task NAME]

Eight items that can be ticked together, six age groups, weights, 100 strata and 5,000 clusters.
Each task runs in a process of its own; seconds are those of the call alone (after a small run that
loads libraries), by the clock and of processor time, which a busy machine leaves alone; memory is
the peak of the whole process, the frame included. The limit for each is 3 s of processor time and
1.5 GB.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from carekit.inference.surveys.crosstabs import rao_scott
from carekit.inference.surveys.differences import compare
from carekit.inference.surveys.multiresponse import share_of_mentions, share_of_respondents
from carekit.inference.surveys.survey import share
from carekit.inference.surveys.tick_tests import mmi_test
from carekit.inference.surveys.trends import survey_trend

LIMIT_SECONDS, LIMIT_GIGABYTES = 3.0, 1.5
ITEMS = [f"item_{j}" for j in range(8)]
AGES = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"]
ITEM = {"by": "age_group", "base": "asked"}
WEIGHT = {"weight": "weight"}
DESIGN = {"weight": "weight", "stratum": "stratum", "psu": "psu"}

TASKS: dict[str, Callable[[pd.DataFrame], object]] = {
    "shares of respondents, weighted": lambda f: share_of_respondents(f, ITEMS, **ITEM, **WEIGHT),
    "shares of respondents, clustered": lambda f: share_of_respondents(f, ITEMS, **ITEM, **DESIGN),
    "shares of mentions, weighted": lambda f: share_of_mentions(f, ITEMS, **ITEM, **WEIGHT),
    "shares of mentions, clustered": lambda f: share_of_mentions(f, ITEMS, **ITEM, **DESIGN),
    "same ticks in all groups, weighted": lambda f: mmi_test(f, ITEMS, **ITEM, **WEIGHT),
    "same ticks in all groups, clustered": lambda f: mmi_test(f, ITEMS, **ITEM, **DESIGN),
    "eight yes/no questions, weighted": lambda f: [
        share(f, item, by="age_group", **WEIGHT) for item in ITEMS
    ],
    "eight yes/no questions, clustered": lambda f: [
        share(f, item, by="age_group", **DESIGN) for item in ITEMS
    ],
    "differences between groups, clustered": lambda f: compare(
        f, ITEMS[0], by="age_group", **DESIGN
    ),
    "Rao-Scott test, clustered": lambda f: rao_scott(f, ITEMS[0], by="age_group", **DESIGN),
    "logistic trend, clustered": lambda f: survey_trend(
        f, ITEMS[0], by="age_group", answer=True, **DESIGN
    ),
}


def respondents(size: int) -> pd.DataFrame:
    """A frame of `size` respondents, as a survey importer stores it."""
    rng = np.random.default_rng(1)
    psu, age = rng.integers(0, 5000, size), rng.integers(0, 6, size)
    frame = pd.DataFrame(
        {
            "weight": rng.uniform(0.5, 3, size),
            "stratum": psu % 100,
            "psu": psu,
            "age_group": pd.Categorical.from_codes(age, AGES),
            "sex": pd.Categorical.from_codes(rng.integers(0, 2, size), ["f", "m"]),
        }
    )
    mood = rng.random(size)
    for j, item in enumerate(ITEMS):
        frame[item] = rng.random(size) < 0.1 + 0.05 * j + 0.3 * mood - 0.02 * age
    return frame


def measure(task: str, size: int) -> tuple[float, float, float]:
    """Seconds by the clock, processor seconds, and the peak of this process in gigabytes."""
    run = TASKS[task]
    run(respondents(20_000))
    frame = respondents(size)
    started, used = time.perf_counter(), time.process_time()
    run(frame)
    seconds, processor = time.perf_counter() - started, time.process_time() - used
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, processor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--respondents", type=int, default=1_000_000)
    parser.add_argument("--task", choices=TASKS)
    chosen = parser.parse_args()
    if chosen.task:
        print(*(f"{value:.3f}" for value in measure(chosen.task, chosen.respondents)))
        return 0
    over = []
    print(f"{chosen.respondents:,} respondents × {len(ITEMS)} items × {len(AGES)} groups")
    print(f"{'task':40}{'seconds':>9}{'processor':>11}{'peak GB':>9}")
    for task in TASKS:
        command = [sys.executable, __file__, "--task", task]
        command += ["--respondents", str(chosen.respondents)]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        seconds, processor, peak = (float(value) for value in out.split())
        print(f"{task:40}{seconds:9.2f}{processor:11.2f}{peak:9.2f}", flush=True)
        if processor > LIMIT_SECONDS or peak > LIMIT_GIGABYTES:
            over.append(task)
    if over:
        print(f"over {LIMIT_SECONDS} s or {LIMIT_GIGABYTES} GB: {'; '.join(over)}")
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
