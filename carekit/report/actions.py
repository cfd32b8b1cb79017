"""What a change would move, by arithmetic on the brand's own requests: no advice, no forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from carekit.requests.business_hours import parse_schedule

USUAL = "1-5 09:00-18:00"
HOUR = 3600
MIN_N = 100  # requests on each side of a comparison


def open_now(local: pd.Series, schedule: str) -> np.ndarray:
    """Whether each local time lies within the opening hours of a week."""
    week = parse_schedule(schedule or USUAL)
    day = local.dt.day_of_week.to_numpy() + 1
    minute = (local.dt.hour * 60 + local.dt.minute).to_numpy()
    found = np.zeros(len(local), dtype=bool)
    for weekday, spans in week.items():
        for start, end in spans:
            found |= (day == weekday) & (minute >= start) & (minute < end)
            if end > 1440:  # until after midnight
                found |= (day == weekday % 7 + 1) & (minute < end - 1440)
    return found


def useful_actions(rows: pd.DataFrame, local: pd.Series, schedule: str) -> pd.DataFrame:
    """One row per change: action, part, like, n, estimate, ci_low, ci_high; the largest first.

    `off_hours`: the share answered within an hour, if requests outside the hours were answered as
    those within; `network`: the answer rate, if one network were answered as the largest other.
    Intervals hold together (Bonferroni over all changes); rows whose interval holds 0 are left out.
    """
    tried = []
    if len(local):
        off = ~open_now(local, schedule)
        quick = (rows["wait"] <= HOUR).to_numpy(float)
        tried.append(("off_hours", "", "", _moved(rows["unit"], quick, off, ~off)))
    sizes = rows["network"].astype(str).value_counts().sort_index()
    for one in sizes.index:
        others = sizes.drop(one)
        if others.empty:
            continue
        like = others.idxmax()
        names = rows["network"].astype(str).to_numpy()
        moved = _moved(rows["unit"], rows["answered"].to_numpy(float), names == one, names == like)
        tried.append(("network", one, str(like), moved))
    found = [(a, p, like, *moved) for a, p, like, moved in tried if moved is not None]
    columns = ["action", "part", "like", "n", "estimate", "std_error"]
    made = pd.DataFrame(found, columns=columns)
    reach = -ndtri(0.025 / max(len(made), 1)) * made["std_error"].astype(float)
    made["ci_low"], made["ci_high"] = made["estimate"] - reach, made["estimate"] + reach
    made = made[made["ci_low"] > 0].drop(columns="std_error")
    return made.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def _moved(
    unit: pd.Series, value: np.ndarray, part: np.ndarray, like: np.ndarray
) -> tuple[int, float, float] | None:
    """Number of requests in `part`, what the whole would gain, and its error by authors."""
    n, k, m = len(value), int(part.sum()), int(like.sum())
    if k < MIN_N or m < MIN_N:
        return None
    here, there = value[part].mean(), value[like].mean()
    weight = k / n
    spread = np.zeros(n)
    spread[like] += weight * (value[like] - there) / m
    spread[part] -= weight * (value[part] - here) / k
    spread += (part - weight) * (there - here) / n
    error = np.sqrt((pd.Series(spread).groupby(unit.to_numpy()).sum() ** 2).sum())
    return k, weight * (there - here), float(error)


def framed_hours(schedule: str) -> list[tuple[int, int]]:
    """The hours of a week, each counted from its start, in which the brand is open."""
    week = pd.Series(pd.date_range("2024-01-01", periods=168, freq="h"))
    inside = open_now(week, schedule or USUAL)
    return [(int(t.weekday()) + 1, int(t.hour)) for t, on in zip(week, inside, strict=True) if on]
