"""What printed percentages by group allow when only a total n was published, or none at all.

Nothing here invents a group size: each answer names the sizes it assumes, or covers all that are
allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtri, ndtr

from carekit.errors import InputError
from carekit.inference.rates.counts import check_conf_level, require_columns
from carekit.inference.rates.intervals import wilson
from carekit.inference.surveys.design import Floats
from carekit.inference.surveys.ordered_groups import score_groups
from carekit.inference.surveys.trends import trend_statistic


@dataclass(frozen=True, eq=False)
class TotalCheck:
    """Whether a printed total can be the mean of the printed groups, and with which group sizes.

    `lowest`, `highest`: what any group sizes allow, before rounding; `from_reference`: at the reference
    sizes; `compatible`: some sizes give the total, `reference_fits`: the reference sizes do, both within
    rounding. `needed`: one row per group with its printed `share`, `reference_share`, `needed_share`
    (closest to the reference among those that give the total; NaN if none does) and their `ratio`.
    """

    total: float
    lowest: float
    highest: float
    from_reference: float
    compatible: bool
    reference_fits: bool
    needed: pd.DataFrame
    rounding: float

    def __str__(self) -> str:
        if not self.compatible:
            return (
                f"No group sizes give {self.total:.3f}: the groups lie between {self.lowest:.3f} "
                f"and {self.highest:.3f}."
            )
        if self.reference_fits:
            return (
                f"The reference sizes give {self.from_reference:.3f}, which is {self.total:.3f} "
                "within rounding."
            )
        furthest = self.needed.loc[np.log(self.needed["ratio"]).abs().idxmax()]
        return (
            f"The reference sizes give {self.from_reference:.3f}; {self.total:.3f} needs "
            f"{furthest.iloc[0]} to be {furthest['ratio']:.2f} times the reference."
        )


def split_total(total: int, shares: Sequence[float]) -> npt.NDArray[np.int64]:
    """Whole group sizes that add up to `total`, in proportion to `shares` (largest remainders).

    >>> split_total(2000, [1, 1, 1, 1, 1, 1]).tolist()
    [334, 334, 333, 333, 333, 333]
    """
    weights = _population(shares, "shares")
    exact = total * weights
    sizes = np.floor(exact + 1e-9).astype(np.int64)
    order = np.argsort(-(exact - sizes), kind="stable")
    sizes[order[: total - sizes.sum()]] += 1
    return sizes


def trend_sensitivity(
    table: pd.DataFrame,
    *,
    group: str,
    share: str,
    total_n: int,
    reference: str | None = None,
    scores: Mapping[Any, float] | None = None,
    min_share: float = 0.05,
    concentration: float = 50.0,
    rounding: float = 0.005,
    draws: int = 2000,
    seed: int = 1,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """How a trend over printed shares depends on the group sizes that nobody published.

    `table`: one row per group, in order, with its printed share (0 to 1). `total_n`: published total.
    `reference`: column of the groups' sizes in a population (any scale); equal without it. `scores`:
    group → position; 1, 2, 3 … without it. `min_share`: smallest share of the total that a group may
    have in the worst case: the answer hangs on it. `concentration`: how close drawn sizes stay to the
    reference (a sample of that many people). `rounding`: half the last printed digit; draws spread each
    share over it.

    One row per assumption, "equal", "reference" (if given), "drawn" and "worst" (sizes that make the
    trend least visible): assumption, n, statistic (Cochran-Armitage z; "drawn": the median), p_value,
    statistic_low, statistic_high (over draws), share_significant (of draws; 0 or 1 elsewhere),
    smallest_n (total at which it would be significant; "drawn": for `conf_level` of the draws),
    group_shares.

    >>> table = pd.DataFrame({"age": ["18-34", "35-54", "55+"], "prefers": [0.36, 0.28, 0.2]})
    >>> out = trend_sensitivity(table, group="age", share="prefers", total_n=2000, draws=200)
    >>> out[["assumption", "statistic", "smallest_n"]].round(2).query("assumption != 'drawn'")
      assumption  statistic  smallest_n
    0      equal      -6.51       182.0
    2      worst      -2.52      1211.0
    """
    level = check_conf_level(conf_level)
    require_columns(table, [c for c in (group, share, reference) if c is not None])
    p = read_shares(table[share], share)
    size = len(p)
    points = score_groups(list(table[group]), scores, group)
    if size < 2 or not 0 < min_share * size < 1:
        raise InputError(
            f"`min_share` is {min_share!r} for {size} group(s); at least two groups and a positive "
            f"number below 1 / groups were expected. Write for example {0.5 / max(size, 2):.2g}."
        )
    if total_n < 1 or draws < 100 or not concentration > 0 or not 0 <= rounding < 0.5:
        raise InputError(
            f"`total_n`, `draws`, `concentration`, `rounding` are {total_n!r}, {draws!r}, "
            f"{concentration!r}, {rounding!r}; a total from 1, 100 draws or more, a positive "
            "concentration and a rounding from 0 to 0.5 were expected. Use the published total."
        )
    equal = np.full(size, 1 / size)
    centre = equal if reference is None else _population(table[reference], reference)
    rows = [_assumption("equal", equal, p, points, total_n, level)]
    if reference is not None:
        rows.append(_assumption("reference", centre, p, points, total_n, level))
    rng = np.random.default_rng(seed)
    drawn = rng.dirichlet(np.maximum(concentration * centre, 1e-9), size=draws)
    near = np.clip(p + rng.uniform(-rounding, rounding, size=(draws, size)), 0, 1)
    z = trend_statistic(drawn * near, drawn, points)
    tails = [(1 - level) / 2, 0.5, (1 + level) / 2]
    low, middle, high = np.nanquantile(z * np.sqrt(total_n), tails) if np.isfinite(z).any() else (
        [np.nan] * 3
    )  # fmt: skip
    needed = _needed_n(z, level)
    rows.append(
        {
            "assumption": "drawn",
            "statistic": middle,
            "p_value": float(2 * ndtr(-abs(middle))),
            "statistic_low": low,
            "statistic_high": high,
            "share_significant": float(np.mean(needed <= total_n)),
            "smallest_n": float(np.quantile(needed, level, method="higher")),
            "group_shares": tuple(drawn.mean(axis=0).tolist()),
        }
    )
    worst = _worst_shares(p, points, min_share)
    rows.append(_assumption("worst", worst, p, points, total_n, level))
    out = pd.DataFrame(rows)
    out.insert(1, "n", total_n)
    return out


def assume_group_sizes(
    table: pd.DataFrame,
    *,
    group: str,
    share: str,
    total_n: int,
    reference: str | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Printed shares with the intervals they would have under stated group sizes.

    `table`, `total_n`, `reference` as in `trend_sensitivity`. One row per assumption ("equal", and
    "reference" if given) and group: assumption, the group, n (assumed), estimate (as printed), ci_low,
    ci_high (Wilson), conf_level, method, which repeats that n is assumed.

    >>> table = pd.DataFrame({"age": ["18-34", "35+"], "prefers": [0.36, 0.2], "adults": [3, 7]})
    >>> out = assume_group_sizes(table, group="age", share="prefers", total_n=500,
    ...                          reference="adults")
    >>> out[["assumption", "age", "n", "ci_low", "ci_high"]].round(3)
      assumption    age    n  ci_low  ci_high
    0      equal  18-34  250   0.303    0.421
    1      equal    35+  250   0.155    0.254
    2  reference  18-34  150   0.288    0.439
    3  reference    35+  350   0.161    0.245
    """
    check_conf_level(conf_level)
    require_columns(table, [c for c in (group, share, reference) if c is not None])
    p = read_shares(table[share], share)
    sizes = {"equal": split_total(total_n, np.ones(len(p)).tolist())}
    if reference is not None:
        sizes["reference"] = split_total(total_n, table[reference].tolist())
    parts = []
    for assumption, n in sizes.items():
        low, high = wilson(p * n, n, conf_level=conf_level)
        part = {"assumption": assumption, group: table[group].to_numpy(), "n": n, "estimate": p}
        parts.append(pd.DataFrame({**part, "ci_low": low, "ci_high": high}))
    out = pd.concat(parts, ignore_index=True)
    return out.assign(conf_level=conf_level, method=f"wilson on assumed n of {total_n}")


def check_total(
    table: pd.DataFrame,
    *,
    group: str,
    share: str,
    total: float,
    reference: str | None = None,
    rounding: float = 0.005,
) -> TotalCheck:
    """Can a printed total be the mean of printed groups? Which group sizes would that need?

    `table`: one row per group with its printed share (0 to 1); `total` printed, 0 to 1; `reference`:
    column of the groups' sizes in a population, equal without it; `rounding`: half the last printed
    digit. The needed sizes are those closest to the reference (least Kullback-Leibler divergence) that
    reach the total within rounding.

    >>> table = pd.DataFrame({"age": ["18-24", "25-44", "45+"], "prefers": [0.37, 0.33, 0.22],
    ...                       "adults": [13, 35, 52]})
    >>> print(check_total(table, group="age", share="prefers", total=0.33, reference="adults"))
    The reference sizes give 0.278; 0.330 needs 45+ to be 0.38 times the reference.
    """
    require_columns(table, [c for c in (group, share, reference) if c is not None])
    p = read_shares(table[share], share)
    aim = float(read_shares([total], "total")[0])
    weights = np.full(len(p), 1 / max(len(p), 1))
    if reference is not None:
        weights = _population(table[reference], reference)
    if (weights == 0).any():
        raise InputError(
            f"`reference` {reference!r} is 0 for some groups; a positive size was expected in "
            "each. Leave such groups out."
        )
    implied, slack = float(weights @ p), 2 * rounding + 1e-12
    compatible = bool(p.min() - slack <= aim <= p.max() + slack)
    fits = abs(implied - aim) <= slack
    needed = np.full(len(p), np.nan)
    if fits:
        needed = weights
    elif compatible:
        nearest = aim + slack if aim < implied else aim - slack
        needed = _tilted(weights, p, float(np.clip(nearest, p.min(), p.max())))
    frame = pd.DataFrame(
        {
            group: table[group].to_numpy(),
            "share": p,
            "reference_share": weights,
            "needed_share": needed,
            "ratio": needed / weights,
        }
    )
    return TotalCheck(
        total=aim,
        lowest=float(p.min()),
        highest=float(p.max()),
        from_reference=implied,
        compatible=compatible,
        reference_fits=fits,
        needed=frame,
        rounding=rounding,
    )


def read_shares(values: Any, name: str) -> Floats:
    """The values as an array, or InputError: shares from 0 to 1, none missing."""
    p = np.asarray(values, dtype=float)
    if not len(p) or not ((p >= 0) & (p <= 1)).all():
        shown = ", ".join(f"{v:g}" for v in p[~((p >= 0) & (p <= 1))][:3]) or "nothing"
        raise InputError(
            f"`{name}` holds {shown}; shares from 0 to 1 were expected, none missing. Divide "
            "percentages by 100."
        )
    return p


def _population(values: Any, name: str = "group_shares") -> Floats:
    w = np.asarray(values, dtype=float)
    if not len(w) or not (np.isfinite(w) & (w >= 0)).all() or not w.sum() > 0:
        raise InputError(
            f"`{name}` holds {', '.join(f'{v:g}' for v in w[:6]) or 'nothing'}; group sizes from 0 "
            "on were expected, some above 0. Give one for each group, on any scale."
        )
    return w / w.sum()


def _needed_n(z_per_root: npt.ArrayLike, level: float) -> Floats:
    """Smallest n for significance, given z at n = 1 (z grows with √n)."""
    z = np.asarray(z_per_root, dtype=float)
    # Rounding leaves a slope of 1e-17 where there is none.
    with np.errstate(divide="ignore"):
        needed = np.ceil(chdtri(1, 1 - level) / np.where(np.abs(z) < 1e-12, 0.0, z) ** 2 - 1e-9)
    return np.where(np.isnan(z), np.nan, needed)


def _assumption(
    name: str, weights: Floats, p: Floats, points: Floats, total_n: int, level: float
) -> dict[str, Any]:
    unit = float(trend_statistic(weights * p, weights, points))
    z, needed = unit * np.sqrt(total_n), float(_needed_n(unit, level))
    return {
        "assumption": name,
        "statistic": z,
        "p_value": float(2 * ndtr(-abs(z))),
        "statistic_low": np.nan,
        "statistic_high": np.nan,
        "share_significant": float(needed <= total_n),
        "smallest_n": needed,
        "group_shares": tuple(weights.tolist()),
    }


def _worst_shares(p: Floats, points: Floats, floor: float) -> Floats:
    """Group sizes of at least `floor` that make the trend least visible."""
    from scipy.optimize import minimize

    size = len(p)

    def weights(free: Floats) -> Floats:
        positive = np.maximum(free, 0)
        return floor + (1 - size * floor) * positive / max(positive.sum(), 1e-12)

    def visible(free: Floats) -> float:
        w = weights(free)
        z = float(trend_statistic(w * p, w, points))
        return z * z if np.isfinite(z) else 0.0

    # The valley may have several bottoms, some of them narrow: start from the best of equal
    # sizes, corners, edges and sizes drawn at random (always the same ones).
    corners = np.eye(size)
    starts = [np.full(size, 1 / size), *corners]
    starts += [(corners[i] + corners[j]) / 2 for i, j in combinations(range(size), 2)]
    starts += list(np.random.default_rng(0).dirichlet(np.full(size, 0.4), size=600))
    starts.sort(key=visible)
    best = starts[0]
    for start in starts[:12]:
        found = minimize(visible, start, method="L-BFGS-B", bounds=[(0, 1)] * size).x
        if visible(found) < visible(best):
            best = found
    return weights(best)


def _tilted(weights: Floats, p: Floats, aim: float) -> Floats:
    """Sizes closest to `weights` whose mean of p is `aim`: weights · exp(λp), normalised."""

    def tilt(factor: float) -> Floats:
        power = np.log(weights) + factor * p
        raw = np.exp(power - power.max())
        return raw / raw.sum()

    low, high = -1.0, 1.0
    while tilt(low) @ p > aim and low > -1e6:
        low *= 2
    while tilt(high) @ p < aim and high < 1e6:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if tilt(middle) @ p < aim else (low, middle)
    return tilt((low + high) / 2)
