"""The brand's rate over months or weeks: ordinary variation first, never first against last."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from carekit.report.asked import MIN_N
from carekit.report.gaps import rates_of

MANY, FEW = 12, 6  # periods for control limits, and for anything at all
LIMITS, RUN = 3.0, 8
SHORT = 183  # days of data below which weeks are taken, if there are fewer than six months
RANGE = 1.128  # mean moving range of a standard normal


def periods_of(days: pd.Series, unit: str) -> pd.Series:
    """The month (2026-01) or the Monday of the week (2026-01-05) of local days."""
    plain = days.dt.tz_localize(None).dt.normalize()
    code, known = pd.factorize(plain)
    first = known if unit == "month" else known - pd.to_timedelta(known.day_of_week, unit="D")
    named = pd.DatetimeIndex(first).strftime("%Y-%m" if unit == "month" else "%Y-%m-%d")
    place, names = pd.factorize(named, sort=True)  # each name is held once
    of = place[code] if len(place) else code
    return pd.Series(pd.Categorical.from_codes(of, names), index=days.index)


def whole(periods: pd.Series, unit: str, first: pd.Timestamp, last: pd.Timestamp) -> list[str]:
    """The periods that lie wholly within the data, in order; a day's slack at both ends."""
    kept, day = [], pd.Timedelta(days=1)
    for name in sorted(map(str, periods.unique())):
        start = pd.Timestamp(f"{name}-01" if unit == "month" else name)
        end = start + (pd.offsets.MonthBegin(1) if unit == "month" else pd.Timedelta(days=7))
        if start >= first - day and end - day <= last + day:
            kept.append(name)
    return kept


def trend(
    table: pd.DataFrame, local: pd.Series, brand: str, span: tuple[pd.Timestamp, pd.Timestamp]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Rates by period of the brand, the peers' median, limits where twelve periods allow them.

    One row per period: period, n, n_answered, estimate, ci_low, ci_high, centre, limit_low,
    limit_high, signal ("", "outside", "run"), peers. And `about`: unit, n, kind ("limits", "equal"
    or "short"), p_value of equal periods where there are 6 to 11.
    """
    for unit in ("month", "week"):
        named = periods_of(local, unit)
        kept = whole(named, unit, *span)
        if len(kept) >= FEW or unit == "week" or (span[1] - span[0]).days >= SHORT:
            break
    part = table[["brand", "unit", "answered"]].assign(period=named)
    part = part[part["period"].isin(kept)]
    rates = rates_of(part, ["brand", "period"]) if len(part) else pd.DataFrame()
    about: dict[str, Any] = {"unit": unit, "n": len(kept), "kind": "short", "p_value": None}
    if len(kept) < FEW or brand not in set(rates.get("brand", [])):
        return pd.DataFrame(), about
    own = rates[rates["brand"] == brand].drop(columns="brand")
    own = own[own["n"] >= MIN_N].reset_index(drop=True)
    if len(own) < FEW:
        about["kind"] = "small"
        return pd.DataFrame(), about
    peers = rates[(rates["brand"] != brand) & (rates["n"] >= 10)]
    middle = peers.groupby("period")["estimate"].agg(["median", "count"])
    typical = middle["median"].where(middle["count"] >= 3)
    own["peers"] = own["period"].map(typical)
    centre = own["n_answered"].sum() / own["n"].sum()
    own = own.assign(centre=centre, limit_low=np.nan, limit_high=np.nan, signal="")
    if len(own) >= MANY and 0 < centre < 1:
        about["kind"] = "limits"
        own = _limits(own, centre)
    else:
        about["kind"] = "equal"
        about["p_value"] = equal_periods(part[part["brand"] == brand], own["period"].tolist())
    about["n"] = len(own)
    return own, about


def _limits(own: pd.DataFrame, centre: float) -> pd.DataFrame:
    """Laney's p' limits: the ordinary variation of the brand itself, beyond the binomial one."""
    sigma = np.sqrt(centre * (1 - centre) / own["n"].to_numpy(float))
    z = (own["estimate"].to_numpy(float) - centre) / sigma
    spread = max(1.0, float(np.abs(np.diff(z)).mean() / RANGE))
    low = np.clip(centre - LIMITS * sigma * spread, 0, 1)
    high = np.clip(centre + LIMITS * sigma * spread, 0, 1)
    outside = (own["estimate"] < low) | (own["estimate"] > high)
    run = np.concatenate(
        [np.full(len(part), is_run(part)) for _, part in own.groupby(stretches(own))]
    )
    signal = np.select([outside, run], ["outside", "run"], "")
    return own.assign(limit_low=low, limit_high=high, signal=signal)


def stretches(own: pd.DataFrame) -> pd.Series:
    """Numbers the stretches of periods that follow one another on one side of the centre."""
    side = (own["estimate"] - own["centre"]).map(np.sign)
    return (side != side.shift()).cumsum()


def is_run(part: pd.DataFrame) -> bool:
    """Whether a stretch is long enough for a signal, and on neither side by being the centre."""
    return len(part) >= RUN and bool((part["estimate"] != part["centre"]).all())


def equal_periods(rows: pd.DataFrame, periods: list[str]) -> float | None:
    """p-value of equal rates in these periods, authors as units (Wald's F); None if undefined."""
    rows = rows[rows["period"].isin(periods)]
    names = pd.Index(periods)
    code = names.get_indexer(pd.Index(rows["period"]))
    answered = rows["answered"].to_numpy(float)
    n = np.bincount(code, minlength=len(names)).astype(float)
    p = np.bincount(code, answered, minlength=len(names)) / n
    apart = (answered - p[code]) / n[code]
    authors = pd.factorize(rows["unit"])[0]
    wide = np.zeros((int(authors.max()) + 1, len(names)))
    np.add.at(wide, (authors, code), apart)
    units, k = len(wide), len(names) - 1
    cov = wide.T @ wide * units / max(units - 1, 1)
    contrast = np.hstack([np.eye(k), -np.ones((k, 1))])
    middle = contrast @ cov @ contrast.T
    if units <= k + 1 or np.linalg.matrix_rank(middle) < k:
        return None
    d = contrast @ p
    wald = float(d @ np.linalg.solve(middle, d))
    df = units - k
    return float(fdtrc(k, df, wald * df / ((units - 1) * k)))
