"""Funnel plots: which brands differ from a target by more than their numbers allow.

A funnel does not rank. It asks of each brand alone whether its rate could come from the target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import bdtr, ndtri

from carekit.errors import InputError
from carekit.inference.rates.counts import (
    SMALL_N,
    check_conf_level,
    join_flags,
    refuse_names,
    sum_counts,
)

Values = npt.NDArray[np.float64]
Overdispersion = Literal["auto", "additive", "multiplicative", "none"]
OVERDISPERSION: tuple[Overdispersion, ...] = ("auto", "additive", "multiplicative", "none")
_RESULT = [
    *("estimate", "target", "z", "inner_low", "inner_high", "outer_low", "outer_high"),
    *("inner", "outer", "outside", "method", "flags"),
]


@dataclass(frozen=True)
class Spread:
    """How much more the groups' rates vary about the target than chance would have it.

    `phi`: mean squared standardised distance, tails winsorised; 1 is chance alone. `tau2`: variance of
    the groups' true rates that explains it; 0 if phi is at most 1. `groups` with n > 0.
    """

    target: float
    phi: float
    tau2: float
    groups: int
    winsorised: float

    def __str__(self) -> str:
        return (
            f"Rates vary {self.phi:.2f} times as much about {self.target:.3f} as chance alone "
            f"({self.groups} groups; between-group standard deviation {np.sqrt(self.tau2):.3f})."
        )


def measure_overdispersion(
    table: pd.DataFrame,
    *,
    by: str = "brand",
    n: str = "n",
    n_yes: str = "n_answered",
    target: float | None = None,
    winsorise: float = 0.1,
    consistent: bool = True,
) -> Spread:
    """How much group rates vary about a target, in variances of chance.

    `table`: one row per group with whole counts. `target`: the pooled rate if not given. `winsorise`:
    share of groups pulled in on each side, so that brands which truly stand out do not widen the limits
    they are judged by. That shrinks a mean square even where nothing stands out (to 0.68 at 0.1):
    `consistent` divides by this; without it, the published formula, 11 % of ordinary groups lie outside
    95 % limits. Spiegelhalter 2005, Statistics in Medicine 24, section 5.

    >>> table = pd.DataFrame({"brand": list("abcdef"), "n": [20, 20, 40, 10, 30, 40],
    ...                       "n_answered": [4, 16, 22, 9, 12, 30]})
    >>> print(measure_overdispersion(table))
    Rates vary 5.95 times as much about 0.581 as chance alone (6 groups; between-group standard \
deviation 0.241).
    """
    _, yes, units = _counts(table, by, n, n_yes)
    centre = _target(target, yes, units)
    return _spread(yes, units, centre, winsorise, consistent)


def funnel_limits(
    n: npt.ArrayLike,
    *,
    target: float,
    inner: float = 0.95,
    outer: float = 0.998,
    phi: float = 1.0,
    tau2: float = 0.0,
    exact: bool = True,
) -> pd.DataFrame:
    """Control limits of a rate at given numbers of requests: what a funnel plot draws.

    `inner`, `outer`: shares of ordinary groups within the limits; `phi`, `tau2` as in `Spread`:
    distances from the target are widened by √max(1, phi), or by √(1 + tau2 / s²) with s² the binomial
    variance; `exact`: interpolated binomial limits, or the normal approximation. One row per value of
    `n`: n, target, inner_low, inner_high, outer_low, outer_high (0 to 1, clipped). Spiegelhalter 2005,
    appendix A.1.1.

    >>> funnel_limits([10, 100], target=0.3).round(3)
         n  target  inner_low  inner_high  outer_low  outer_high
    0   10     0.3      0.000       0.561       0.00       0.741
    1  100     0.3      0.207       0.387       0.16       0.442
    """
    sizes = np.asarray(n, dtype=float)
    if sizes.size == 0 or (~np.isfinite(sizes) | (sizes < 1) | (sizes != np.floor(sizes))).any():
        raise InputError(
            f"`n` is {np.asarray(n).tolist()!r}; whole numbers from 1 on were expected, at least "
            "one. Leave out groups without requests."
        )
    _check_target(target)
    if not phi >= 0 or not tau2 >= 0:
        raise InputError(
            f"`phi` is {phi!r} and `tau2` {tau2!r}; numbers from 0 on were expected. Take them "
            "from measure_overdispersion."
        )
    if not check_conf_level(inner) < check_conf_level(outer):
        raise InputError(
            f"`inner` is {inner!r} and `outer` {outer!r}; the inner share must be smaller. "
            "Exchange them."
        )
    widen = np.sqrt(max(1.0, phi) + tau2 * sizes / (target * (1 - target)))
    columns: dict[str, Any] = {"n": sizes.astype(np.int64), "target": target}
    for name, share in (("inner", inner), ("outer", outer)):
        for side, probability in (("low", (1 - share) / 2), ("high", (1 + share) / 2)):
            # At a handful of requests the interpolated limit of a rare outcome passes the target.
            side_of = np.minimum if side == "low" else np.maximum
            limit = side_of(_limit(sizes, target, probability, exact), target)
            columns[f"{name}_{side}"] = np.clip(target + (limit - target) * widen, 0.0, 1.0)
    return pd.DataFrame(columns)


def funnel(
    table: pd.DataFrame,
    *,
    by: str = "brand",
    n: str = "n",
    n_yes: str = "n_answered",
    target: float | None = None,
    overdispersion: Overdispersion = "auto",
    winsorise: float = 0.1,
    consistent: bool = True,
    inner: float = 0.95,
    outer: float = 0.998,
) -> pd.DataFrame:
    """Each group against the limits of a funnel at its own number of requests.

    `table`, `target`, `winsorise`, `consistent` as in `measure_overdispersion`. `overdispersion`: how
    limits allow for groups that differ by nature: "additive" variance, "multiplicative" limits, "none",
    or "auto", additive when phi is above 1. One row per group, sorted: `by`, n, n_yes, estimate,
    target, z (standardised distance before overdispersion), the four limits, inner, outer (the shares
    asked), outside ("", "inner" or "outer": the widest limits it lies beyond), method, flags.

    >>> table = pd.DataFrame({"brand": list("abcdef"), "n": [20, 20, 40, 10, 30, 40],
    ...                       "n_answered": [4, 16, 22, 9, 12, 30]})
    >>> out = funnel(table, overdispersion="none")
    >>> out[["brand", "n", "estimate", "inner_low", "inner_high"]].round(2)
      brand   n  estimate  inner_low  inner_high
    0     a  20      0.20       0.33        0.77
    1     b  20      0.80       0.33        0.77
    2     c  40      0.55       0.41        0.72
    3     d  10      0.90       0.22        0.84
    4     e  30      0.40       0.38        0.74
    5     f  40      0.75       0.41        0.72
    >>> out["outside"].tolist()
    ['outer', 'inner', '', 'inner', '', 'inner']
    """
    if overdispersion not in OVERDISPERSION:
        raise InputError(
            f"`overdispersion` is {overdispersion!r}; expected one of: "
            f"{', '.join(OVERDISPERSION)}. Choose one of these."
        )
    refuse_names([by], [n, n_yes, *_RESULT])
    groups, yes, units = _counts(table, by, n, n_yes)
    centre = _target(target, yes, units)
    spread = _spread(yes, units, centre, winsorise, consistent)
    kind = overdispersion
    if kind == "auto":
        kind = "additive" if spread.phi > 1 else "none"
    seen = units > 0
    limits = funnel_limits(
        np.where(seen, units, 1),
        target=centre,
        inner=inner,
        outer=outer,
        phi=spread.phi if kind == "multiplicative" else 1.0,
        tau2=spread.tau2 if kind == "additive" else 0.0,
    )
    size = len(units)
    rate = np.divide(yes, units, out=np.full(size, np.nan), where=seen)
    beyond = {
        name: (rate < limits[f"{name}_low"]) | (rate > limits[f"{name}_high"])
        for name in ("inner", "outer")
    }
    said = {
        "none": "exact binomial limits",
        "additive": f"exact binomial limits, tau2 = {spread.tau2:.3g} added",
        "multiplicative": f"exact binomial limits x {np.sqrt(max(1.0, spread.phi)):.3g}",
    }[kind]
    edges = {
        column: np.where(seen, limits[column], np.nan)
        for column in ("inner_low", "inner_high", "outer_low", "outer_high")
    }
    result = groups.assign(
        **{n: units.astype(np.int64), n_yes: yes.astype(np.int64)},
        estimate=rate,
        target=centre,
        z=(rate - centre) / np.sqrt(centre * (1 - centre) / np.where(seen, units, np.nan)),
        **edges,
        inner=inner,
        outer=outer,
        outside=np.select([beyond["outer"], beyond["inner"]], ["outer", "inner"], ""),
        method=said,
        flags=join_flags(size, {"n0": ~seen, "small_n": seen & (units < SMALL_N)}),
    )
    return result[[by, n, n_yes, *_RESULT]]


def _counts(
    table: pd.DataFrame, by: str, n: str, n_yes: str
) -> tuple[pd.DataFrame, Values, Values]:
    groups, _, counts = sum_counts(table, by=[by], cluster=None, n=n, parts=[n_yes])
    return groups, counts[n_yes].to_numpy(), counts[n].to_numpy()


def _target(target: float | None, yes: Values, units: Values) -> float:
    if target is None:
        if yes.sum() in (0, units.sum()):
            raise InputError(
                f"`table` has {int(yes.sum())} yes of {int(units.sum())}; a pooled rate of 0 or 1 "
                "leaves no room for chance. Give the rate to compare with as `target`."
            )
        return float(yes.sum() / units.sum())
    return _check_target(target)


def _check_target(target: float) -> float:
    if not 0.0 < target < 1.0:
        raise InputError(
            f"`target` is {target!r}; it must lie between 0 and 1, both excluded. Write 0.74 for "
            "74 %."
        )
    return float(target)


def _spread(
    yes: Values, units: Values, target: float, winsorise: float, consistent: bool
) -> Spread:
    if not 0.0 <= winsorise <= 0.4:
        raise InputError(
            f"`winsorise` is {winsorise!r}; a share from 0 to 0.4 was expected. Write 0.1 to pull "
            "in a tenth on each side."
        )
    yes, units = yes[units > 0], units[units > 0]
    k = len(units)
    if k < 2:
        raise InputError(
            f"`table` has {k} group{'s' if k != 1 else ''} with n > 0; at least two are needed to "
            "see how rates vary. Use carekit.inference.rates.proportions.estimate_rate."
        )
    weight = units / (target * (1 - target))
    z = (yes / units - target) * np.sqrt(weight)
    low, high = np.quantile(z, [winsorise, 1 - winsorise])
    phi = float((np.clip(z, low, high) ** 2).mean())
    if consistent:
        phi /= _winsorised_variance(winsorise)
    tau2 = (k * phi - (k - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    return Spread(target, phi, max(0.0, float(tau2)) if phi > 1 else 0.0, k, winsorise)


def _winsorised_variance(share: float) -> float:
    """Variance of a standard normal whose tails of `share` each are pulled in."""
    if share == 0:
        return 1.0
    edge = -ndtri(share)
    density = np.exp(-(edge**2) / 2) / np.sqrt(2 * np.pi)
    return float(1 - 2 * share - 2 * edge * density + 2 * share * edge**2)


def _limit(n: Values, target: float, probability: float, exact: bool) -> Values:
    """The rate below which a group of n lies with this probability."""
    if not exact:
        return target + ndtri(probability) * np.sqrt(target * (1 - target) / n)
    from scipy.stats import binom

    count = binom.ppf(probability, n, target)
    above = bdtr(count, n.astype(np.int64), target)
    # Between whole counts the distribution is taken as straight, so that limits shrink smoothly.
    return (count - (above - probability) / binom.pmf(count, n, target)) / n
