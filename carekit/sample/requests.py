"""Openings of the sample: who writes what to which brand, where and when, and who is answered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.sample import expected, plan
from carekit.sample.roster import Brand, brands

NEVER = np.iinfo(np.int64).max // 4  # a time that never comes, seconds


def seconds(moment: str) -> int:
    """Seconds since 1970 of an ISO 8601 time in UTC."""
    return int(pd.Timestamp(moment).timestamp())


def draw_brands(rng: np.random.Generator) -> pd.DataFrame:
    """What is drawn once for each brand: its answer rates and its pace."""
    firms = brands()
    pairs = 1 / plan.BRAND_CORRELATION - 1
    made = pd.DataFrame({"brand": [b.brand for b in firms]})
    made["pace"] = np.exp(plan.BRAND_SIGMA * rng.standard_normal(len(firms)))
    for network in plan.NETWORK_SHARE:
        mean = np.array([expected.group_rate(network, b.country, b.telecom) for b in firms])
        made[f"rate_{network}"] = rng.beta(mean * pairs, (1 - mean) * pairs)
    return made


def draw_openings(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Openings with everything but their answers; one row per opening, sorted by time."""
    firms = brands()
    share = np.array([b.share for b in firms])
    made = pd.DataFrame({"firm": rng.choice(len(firms), n, p=share / share.sum())})
    networks = list(plan.NETWORK_SHARE)
    pick = rng.choice(len(networks), n, p=list(plan.NETWORK_SHARE.values()))
    made["network"] = np.array(networks)[pick]
    made["at"], made["in_hours"] = _times(rng, made["firm"].to_numpy(), firms)
    made = made.sort_values("at", kind="stable", ignore_index=True)
    french = np.array([b.french_share for b in firms])[made["firm"]]
    made["lang"] = np.where(rng.random(n) < french, "fr", "en")
    _draw_content(rng, made)
    _draw_address(rng, made, firms)
    made["author"] = _authors(rng, made)
    return made


def _times(
    rng: np.random.Generator, firm: np.ndarray, firms: tuple[Brand, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """UTC seconds of each opening, and whether it fell within opening hours."""
    n = len(firm)
    weights = np.array(expected.day_weights())
    day = rng.choice(len(weights), n, p=weights / weights.sum())
    hours = np.array(plan.HOUR_WEIGHT, dtype=float)
    hour = rng.choice(24, n, p=hours / hours.sum())
    local = pd.Timestamp(plan.START[:10]) + pd.to_timedelta(
        day * 86400 + hour * 3600 + rng.integers(0, 3600, n), unit="s"
    )
    zones = np.array([b.timezone for b in firms])[firm]
    at = np.zeros(n, dtype=np.int64)
    for zone in sorted(set(zones)):
        chosen = zones == zone
        known = local[chosen].tz_localize(
            zone, ambiguous=np.ones(chosen.sum(), dtype=bool), nonexistent="shift_forward"
        )
        at[chosen] = (
            known.tz_convert("UTC").tz_localize(None).astype("datetime64[s]").astype("int64")
        )
    low, high = plan.OPENING_HOURS
    return at, (local.day_of_week < 5) & (hour >= low) & (hour < high)


def _draw_content(rng: np.random.Generator, made: pd.DataFrame) -> None:
    """Category, tone, anger, question and question mark, from the cells of the plan."""
    n = len(made)
    content = {
        name: np.empty(n, dtype=object) for name in ("category", "tone", "mood", "factor_name")
    }
    flags = {name: np.zeros(n, dtype=bool) for name in ("angry", "question", "marked", "addressed")}
    factor = np.zeros(n)
    for network in plan.NETWORK_SHARE:
        rows = np.flatnonzero(made["network"] == network)
        kinds = expected.cells(network)
        share = np.array([c.share for c in kinds])
        pick = rng.choice(len(kinds), len(rows), p=share / share.sum())
        for name in ("category", "tone", "mood"):
            content[name][rows] = np.array([getattr(c, name) for c in kinds], dtype=object)[pick]
        for name, values in flags.items():
            values[rows] = np.array([getattr(c, name) for c in kinds])[pick]
        factor[rows] = np.array([c.answer_factor for c in kinds])[pick]
    for name in ("category", "tone", "mood"):
        made[name] = content[name]
    for name, values in flags.items():
        made[name] = values
    made["factor"] = factor
    draws = rng.random((4, n))
    negative = made["tone"].eq("negative").to_numpy()
    angry, troll = made["angry"].to_numpy(), made["category"].eq("troll").to_numpy()
    made["irony"] = negative & ~angry & (draws[0] < plan.IRONY_SHARE)
    made["abuse"] = troll | (angry & (draws[1] < plan.ABUSE_SHARE))
    sober = made["category"].isin(["praise", "suggestion", "troll"]).to_numpy()
    made["plain"] = negative & ~angry & ~made["irony"] & ~sober & (draws[3] < plan.PLAIN_SHARE)
    made["exposes"] = ~troll & (draws[2] < plan.PERSONAL_DATA_SHARE)


def _draw_address(rng: np.random.Generator, made: pd.DataFrame, firms: tuple[Brand, ...]) -> None:
    """Surface and account: main or care, once the brand has a care account on that network."""
    n = len(made)
    network = made["network"].to_numpy()
    to_account = made["addressed"].to_numpy()
    made["surface"] = [
        plan.SURFACES[name][0 if direct else 1]
        for name, direct in zip(network, to_account, strict=True)
    ]
    opened = np.full(n, NEVER)
    effect = np.full(n, "displaced", dtype=object)
    for i, firm in enumerate(firms):
        mine = made["firm"].to_numpy() == i
        for name, moment in care_accounts(firm):
            opened[mine & (network == name)] = seconds(moment)
            if name == firm.care_network:
                effect[mine & (network == name)] = firm.care_effect
    share = np.array(
        [plan.CARE_SHARE[e][m] for e, m in zip(effect, made["mood"], strict=True)], dtype=float
    )
    care = to_account & (made["at"].to_numpy() >= opened) & (rng.random(n) < share)
    handles = np.array([(b.handle, b.care_handle) for b in firms], dtype=object)
    account = handles[made["firm"], care.astype(int)]
    made["account"] = pd.Series(account).where(to_account, None)
    made["to_care"] = care


def care_accounts(firm: Brand) -> list[tuple[str, str]]:
    """(network, opened at) of every account for care that a brand has within the period."""
    made = [("x", firm.care_x_since)] if firm.care_x_since else []
    return made + ([(firm.care_network, firm.care_opened_at)] if firm.care_network else [])


def _authors(rng: np.random.Generator, made: pd.DataFrame) -> np.ndarray:
    """Author number of each opening; a quarter of them come from people who wrote before."""
    n = len(made)
    author = np.arange(n)
    back = rng.random(n) < plan.RETURNING_SHARE
    luck = rng.random(n)
    groups = made.groupby(["network", "firm"], sort=True).indices
    for rows in map(np.asarray, groups.values()):
        fresh = rows[~back[rows]]
        again = rows[back[rows]]
        if len(fresh):
            author[again] = fresh[(luck[again] * len(fresh)).astype(int)]
    return author


def draw_answers(rng: np.random.Generator, made: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """Adds to a copy of the openings when they are answered, deleted and last looked at.

    `answer_at`, `deleted_at` are NEVER if it does not happen; times are seconds since 1970.
    """
    made = made.copy()
    n = len(made)
    firm = made["firm"].to_numpy()
    network = made["network"].to_numpy()
    rate = np.zeros(n)
    for name in plan.NETWORK_SHARE:
        here = network == name
        rate[here] = firms[f"rate_{name}"].to_numpy()[firm[here]]
    chance = np.where(made["addressed"], rate * made["factor"], plan.UNADDRESSED_RATE)
    answered = rng.random(n) < chance
    wait = _waits(rng, made, firms)
    at = made["at"].to_numpy()
    made["answer_at"] = np.where(answered, at + wait, NEVER)

    end = seconds(plan.END)
    early = rng.random(n) < plan.EARLY_LOOK_SHARE
    look = plan.EARLY_LOOK_MEDIAN * np.exp(plan.EARLY_LOOK_SIGMA * rng.standard_normal(n))
    made["observed_at"] = np.where(early, np.minimum(at + (look * 60).astype(np.int64), end), end)
    gone = rng.random(n) < plan.DELETED_SHARE
    lasts = plan.DELETED_MEDIAN * np.exp(plan.DELETED_SIGMA * rng.standard_normal(n))
    deleted = np.where(gone, at + (lasts * 60).astype(np.int64), NEVER)
    made["deleted_at"] = np.where(deleted <= made["observed_at"], deleted, NEVER)
    # a post that is gone is not answered any more
    made.loc[made["answer_at"] >= made["deleted_at"], "answer_at"] = NEVER
    made.loc[made["answer_at"] > made["observed_at"], "answer_at"] = NEVER
    return made


def _waits(rng: np.random.Generator, made: pd.DataFrame, firms: pd.DataFrame) -> np.ndarray:
    """Waits in seconds, drawn for every opening whether it is answered or not."""
    n = len(made)
    fast_median, slow_median = expected.wait_medians()
    fast = rng.random(n) < np.where(
        made["in_hours"], plan.FAST_SHARE["open"], plan.FAST_SHARE["closed"]
    )
    median = np.where(fast, fast_median, slow_median)
    sigma = np.where(fast, plan.FAST_SIGMA, plan.SLOW_SIGMA)
    minutes = median * np.exp(sigma * rng.standard_normal(n))
    minutes *= firms["pace"].to_numpy()[made["firm"]]
    minutes *= np.array([plan.NETWORK_PACE[name] for name in made["network"]])
    adopted = np.array([seconds(b.scheme_at) if b.scheme_at else NEVER for b in brands()])
    minutes[made["at"].to_numpy() >= adopted[made["firm"]]] *= plan.SCHEME_FACTOR
    return np.maximum((minutes * 60).astype(np.int64), 5)
