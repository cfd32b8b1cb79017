"""Rates of brands, the gaps between them, and their places: of small tables, nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtr, stdtrit

from carekit.inference.benchmark.funnel import funnel
from carekit.inference.benchmark.pooling import shrink_rates
from carekit.inference.benchmark.ranks import prob_top, rank_sets
from carekit.inference.rates.multiplicity import adjust_p_values
from carekit.inference.rates.proportions import estimate_rate

Z = 1.959963984540054
LEVEL = 0.02  # gaps that lie wholly within this, either way, are called level
SHARED = 0.01  # of authors who wrote to both brands: beyond it the gap is judged jointly
MANY = 60  # groups above which rank sets take fewer draws
DRAWS, FEW_DRAWS = 100_000, 20_000
FUNNEL_FROM = 20
MOST_DRAWN = 21  # brands of a chart, the client among them
RATE = ["n", "n_answered", "estimate", "std_error", "ci_low", "ci_high", "df", "flags"]


def rates_of(table: pd.DataFrame, by: list[str], yes: str = "answered") -> pd.DataFrame:
    """Share of `yes` by group, its interval from authors as units; `table` has one row per request."""
    grouped = table.groupby(by, observed=True, sort=True)
    names = grouped.size().reset_index()[by].astype(object)
    # Numbers stand for the names: texts of millions of rows would take most of the time.
    group = grouped.ngroup().to_numpy()
    counts = _summed(group, table["unit"].to_numpy(), table[yes].to_numpy())
    made = estimate_rate(counts, by="group", cluster="unit")
    made[by] = names.iloc[made["group"]].to_numpy()
    made["std_error"] = _error(made)
    return made[[*by, *RATE]]


def _summed(group: Any, unit: Any, yes: Any) -> pd.DataFrame:
    """Requests and answers of each unit in each group, in order: one sort, of numbers."""
    kept = group >= 0
    group, unit, yes = group[kept].astype(np.int64), unit[kept], yes[kept].astype(np.int64)
    names = None
    # Hashes, and whatever is no number, get small numbers: a key of both must be a whole one.
    if unit.dtype.kind not in "iu" or (len(unit) and not 0 <= unit.min() <= unit.max() < 2**31):
        unit, names = pd.factorize(unit, sort=True)
    unit = unit.astype(np.int64)
    key = group * (int(unit.max(initial=0)) + 1) + unit
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    first = order[starts]
    n = np.diff(starts, append=len(order))
    found = np.add.reduceat(yes[order], starts) if len(starts) else n
    named = unit[first] if names is None else names[unit[first]]
    return pd.DataFrame({"group": group[first], "unit": named, "n": n, "n_answered": found})


def _error(rates: pd.DataFrame) -> pd.Series:
    """The standard error; half of its interval where every request had the same outcome."""
    half = (rates["ci_high"] - rates["ci_low"]) / (2 * Z)
    return rates["std_error"].where(rates["std_error"] > 0, half)


def differences(rates: pd.DataFrame, table: pd.DataFrame, brand: str) -> pd.DataFrame:
    """Rate of each peer less that of the brand, p-values adjusted together (Holm).

    One row per peer in the order of `rates`: brand, n, estimate, std_error, ci_low, ci_high (95 %, of
    this gap alone), p_value, p_adjusted, level ("established", "level", "undecided"), joint (judged
    with what the two share in authors).
    """
    own = rates[rates["brand"] == brand].iloc[0]
    rows = []
    units = {b: part.unique() for b, part in table.groupby("brand", observed=True)["unit"]}
    for peer in rates[rates["brand"] != brand].to_dict("records"):
        d = peer["estimate"] - own["estimate"]
        variance = peer["std_error"] ** 2 + own["std_error"] ** 2
        here, there = units[brand], units[peer["brand"]]
        both = np.intersect1d(here, there, assume_unique=True)
        joint = len(both) > SHARED * min(len(here), len(there))
        if joint:
            variance = max(variance - 2 * _covariance(table, brand, peer["brand"]), 1e-12)
        df = _satterthwaite(own, peer)
        se = float(np.sqrt(variance))
        t = float(stdtrit(df, 0.975)) if np.isfinite(df) else Z
        p = 2 * float(stdtr(df, -abs(d) / se) if np.isfinite(df) else ndtr(-abs(d) / se))
        rows.append((peer["brand"], peer["n"], d, se, d - t * se, d + t * se, p, joint))
    columns = ["brand", "n", "estimate", "std_error", "ci_low", "ci_high", "p_value", "joint"]
    made = pd.DataFrame(rows, columns=columns)
    if made.empty:
        return made.assign(p_adjusted=[], level=[])
    made = adjust_p_values(made, adjustment="holm")
    made[["ci_low", "ci_high"]] = made[["ci_low", "ci_high"]].clip(-1.0, 1.0)
    within = (made["ci_low"] >= -LEVEL) & (made["ci_high"] <= LEVEL)
    found = np.where(made["p_adjusted"] < 0.05, "established", "undecided")
    return made.assign(level=np.where(within, "level", found))


def _satterthwaite(one: Any, other: Any) -> float:
    top = (one["std_error"] ** 2 + other["std_error"] ** 2) ** 2
    parts = [row["std_error"] ** 4 / row["df"] for row in (one, other) if np.isfinite(row["df"])]
    return float(top / sum(parts)) if sum(parts) > 0 else float("inf")


def _covariance(table: pd.DataFrame, a: str, b: str) -> float:
    """Covariance of two brands' rates that authors of both bring about (linearised)."""
    parts = []
    for brand in (a, b):
        rows = table[table["brand"] == brand]
        apart = (rows["answered"].astype(float) - rows["answered"].mean()) / len(rows)
        parts.append(apart.groupby(rows["unit"]).sum())
    joined = pd.concat(parts, axis=1, join="inner")
    return float((joined.iloc[:, 0] * joined.iloc[:, 1]).sum())


def ranks(rates: pd.DataFrame, brand: str, value: str = "estimate") -> pd.DataFrame:
    """Places of all together (simultaneous), and of the brand alone (own_best, own_worst).

    One row per brand by place: brand, estimate, rank, best_rank, worst_rank, top3 (chance to be among
    the three first; missing below five brands).
    """
    table = rates.assign(conf_level=0.95) if "ci_low" in rates else rates
    draws = FEW_DRAWS if len(table) > MANY else DRAWS
    made = rank_sets(table, estimate=value, method="simultaneous", draws=draws)
    own = rank_sets(table, estimate=value, method="marginal", only=brand, draws=draws).iloc[0]
    kept = made[["brand", "estimate", "rank", "best_rank", "worst_rank"]].copy()
    mine = kept["brand"] == brand
    kept["own_best"] = np.where(mine, own["best_rank"], np.nan)
    kept["own_worst"] = np.where(mine, own["worst_rank"], np.nan)
    kept["top3"] = np.nan
    # Among many groups it takes long: only where the client may be among the three, or may not.
    open_ = own["best_rank"] <= 3 < own["worst_rank"]
    if len(kept) >= 5 and (open_ or len(kept) <= MANY):
        kept["top3"] = prob_top(table, k=3, estimate=value)["probability"].to_numpy()
    kept["n"] = table["n"].to_numpy()
    return kept.sort_values(["rank", "brand"], kind="stable", ignore_index=True)


def nearest(rates: pd.Series, brand: str) -> list[Any]:
    """Whom charts show: everybody with a rate, or the brand and those nearest to it."""
    rates = rates.dropna()
    if len(rates) <= MOST_DRAWN or brand not in rates:
        return list(rates.index)
    apart = (rates - rates[brand]).abs().sort_values(kind="stable")
    return list(apart.index[:MOST_DRAWN])


def equal_mix(nets: pd.DataFrame, brand: str, on: str = "network") -> dict[str, float] | None:
    """The brand's rate with the mix of networks (or `on`) of all brands; None where one is missing."""
    total = nets.groupby(on)["n"].sum()
    own = nets[nets["brand"] == brand].set_index(on)
    if not set(total.index) <= set(own.index) or len(total) < 2:
        return None
    weight = total / total.sum()
    rows = own.loc[weight.index]
    mean = float((weight * rows["estimate"]).sum())
    se = float(np.sqrt((weight**2 * rows["std_error"] ** 2).sum()))
    raw = float((rows["estimate"] * rows["n"]).sum() / rows["n"].sum())
    return {"rate": mean, "low": mean - Z * se, "high": mean + Z * se, "raw": raw}


def against_peers(
    cells: pd.DataFrame, brand: str, on: str, least: int, peers: tuple[str, ...]
) -> pd.DataFrame:
    """The brand's row of each `on`, with the median of its peers there and their number."""
    own = cells[cells["brand"] == brand]
    others = cells[cells["brand"].isin(peers) & (cells["n"] >= least)]
    grouped = others.groupby(on)["estimate"].agg(peers_median="median", n_peers="count")
    made = own.merge(grouped.reset_index(), on=on, how="left")
    small = made["n"] < least
    made.loc[small, ["estimate", "ci_low", "ci_high"]] = np.nan
    made["n_peers"] = made["n_peers"].fillna(0).astype(int)
    made.loc[made["n_peers"] < 2, "peers_median"] = np.nan
    return made.sort_values("n", ascending=False, kind="stable", ignore_index=True)


def many(rates: pd.DataFrame, brand: str) -> dict[str, pd.DataFrame]:
    """From twenty brands on: the funnel, and rates drawn together where chance weighs much."""
    if len(rates) < FUNNEL_FROM:
        return {}
    about = funnel(rates[["brand", "n", "n_answered"]])
    names = {
        "inner_low": "low_95", "inner_high": "high_95",
        "outer_low": "low_998", "outer_high": "high_998",
    }  # fmt: skip
    made = {"funnel": about.rename(columns=names)}
    drawn = shrink_rates(rates[["brand", "n", "n_answered"]])
    drawn = drawn[drawn["prior_weight"] > 0.05]
    if len(drawn):
        kept = ["brand", "n", "raw", "estimate", "ci_low", "ci_high", "prior_weight"]
        made["shrunk"] = drawn[kept].reset_index(drop=True)
    return made
