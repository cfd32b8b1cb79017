"""Bursts of near-duplicate questions: does a public answer stop them (H17)?

An incident gathers openings that were drawn anyway (same brand, category and language, on X) into
eight hours of one day. In half of the incidents the brand answers the first of them in public
after four hours; in the others it stays silent. Only times move, so every share stays as planted.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.sample import plan
from carekit.sample.requests import NEVER, seconds
from carekit.sample.roster import brands

HALF = 4 * 3600
LEAST_QUESTIONS = 2
TABLE = "incident brand category start answer_at first_half second_half".split()
Burst = tuple[int, str, str, str]  # brand, category, language, account


def stage_incidents(rng: np.random.Generator, openings: pd.DataFrame) -> pd.DataFrame:
    """A copy of the openings with `incident` (number, -1 for none) and the times moved."""
    made = openings.copy()
    made["incident"] = -1
    silent = _silent_questions(made)
    spoken = _answered_questions(made)
    low, high = seconds(plan.INCIDENT_DAYS[0]), seconds(plan.INCIDENT_DAYS[1])
    number = 0
    for key, rows in silent.items():
        if number == plan.INCIDENTS or len(rows) < LEAST_QUESTIONS:
            break
        answered = number % 2 == 0
        if answered and not len(spoken.get(key, ())):
            continue
        start = (rng.integers(low, high) // 86400) * 86400 + 8 * 3600
        late = rng.random(len(rows)) < _late_share(answered)
        at = start + rng.integers(600, HALF, len(rows)) + late * HALF
        made.loc[rows, "at"] = at
        made.loc[rows, "incident"] = number
        if answered:
            first = spoken[key][0]
            made.loc[first, "at"] = start
            made.loc[first, "answer_at"] = start + HALF
            made.loc[first, "incident"] = number
        number += 1
    return made.sort_values(["at", "author"], kind="stable", ignore_index=True)


def _late_share(answered: bool) -> float:
    """Chance that a question of a burst falls into its second half."""
    ratio = plan.BURST_DECAY * (plan.PUBLIC_ANSWER_FACTOR if answered else 1.0)
    return ratio / (1 + ratio)


def _plain_questions(made: pd.DataFrame) -> pd.Series:
    fit = made["network"].eq("x") & made["addressed"] & made["question"] & made["marked"]
    fit &= ~made["exposes"] & ~made["irony"] & ~made["angry"]
    fit &= made["category"].isin(["outage", "delivery", "billing", "account"])
    # looked at until the end and never deleted: nothing of the burst may be lost
    return fit & made["observed_at"].eq(seconds(plan.END)) & made["deleted_at"].eq(NEVER)


def _by_burst(made: pd.DataFrame, fit: pd.Series) -> dict[Burst, np.ndarray]:
    # a post that moves in time must not pass the day on which a care account opened
    steady = np.array([b.care_network != "x" for b in brands()])[made["firm"]]
    main = made.loc[fit & ~made["to_care"] & steady]
    found: dict[Burst, list[int]] = {}
    keys = zip(main["firm"], main["category"], main["lang"], main["account"], strict=True)
    for row, key in zip(main.index, keys, strict=True):
        found.setdefault(key, []).append(row)
    return {key: np.array(found[key]) for key in sorted(found)}


def _silent_questions(made: pd.DataFrame) -> dict[Burst, np.ndarray]:
    """Bursts of unanswered questions, the largest first."""
    groups = _by_burst(made, _plain_questions(made) & made["answer_at"].eq(NEVER))
    return dict(sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def _answered_questions(made: pd.DataFrame) -> dict[Burst, np.ndarray]:
    return _by_burst(made, _plain_questions(made) & made["answer_at"].lt(NEVER))


def incidents_table(openings: pd.DataFrame) -> pd.DataFrame:
    """One row per incident: brand, when it began, when the public answer came (or null)."""
    rows = []
    inside = openings[openings["incident"] >= 0]
    for number, posts in inside.groupby("incident", sort=True):
        answered = posts[posts["answer_at"] < NEVER]
        start = int(posts["at"].min()) // 86400 * 86400 + 8 * 3600
        rows.append(
            {
                "incident": number,
                "brand": brands()[int(posts["firm"].iloc[0])].brand,
                "category": posts["category"].iloc[0],
                "start": start,
                "answer_at": int(answered["answer_at"].iloc[0]) if len(answered) else None,
                "first_half": int((posts["at"] < start + HALF).sum()),
                "second_half": int((posts["at"] >= start + HALF).sum()),
            }
        )
    return pd.DataFrame(rows, columns=TABLE)
