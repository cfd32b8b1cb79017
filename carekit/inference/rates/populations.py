"""Which population? A rate of these brands, and of brands like these.

Eight banks that somebody chose are all the banks that are spoken of: their own rate is known to a
few points, since what varies is which customers wrote. That banks in general answer as often is
another claim: there the eight are a sample of eight, and the same counts leave half of all rates
open. Both are given, each under its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.beta_binomial import Population, population_of
from carekit.inference.rates.counts import (
    FEW_CLUSTERS,
    SMALL_N,
    check_conf_level,
    column_names,
    group_sums,
    join_flags,
    refuse_names,
    sum_counts,
)
from carekit.inference.rates.intervals import clopper_pearson, korn_graubard, wald_interval
from carekit.inference.rates.uneven_clusters import kish_number, satterthwaite_df

Target = Literal["both", "these", "like-these"]
# Which brands a rate speaks of: word → the words of results.
TARGETS = {"these": "these brands", "like-these": "brands like these"}
_RESULT = [
    *("target", "estimate", "std_error", "ci_low", "ci_high", "conf_level", "df", "n_eff"),
    *("brands", "brand_sd", "next_low", "next_high", "method", "flags"),
]
# Limits farther apart than this say more of what is not known than of the rate.
_WIDE = 0.5


def estimate_targets(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    brand: str = "brand",
    unit: str | None = None,
    n: str = "n",
    n_yes: str = "n_answered",
    target: Target = "both",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Rate of each group for these brands, and for brands like these.

    Parameters
    ----------
    table : DataFrame
        One row per group and brand (and unit), with whole counts; rows that share all are added up.
    brand : str
        Column of the brands.
    unit : str, optional
        Column of what is independent within a brand, usually the author; without it each request.
    target : {"both", "these", "like-these"}
        Which rows to give.

    Returns
    -------
    DataFrame
        One row per group and target, sorted: the `by` columns, the sums of `n` and `n_yes`, then

        - target "these brands": estimate Σ yes / Σ n. Brands are fixed, units within them vary:
          bias-reduced variance by unit within brands, Satterthwaite's degrees of freedom, Korn and
          Graubard's interval; where nothing varies exact limits on Kish's number of units
        - target "brands like these": estimate the mean rate of such brands, each counting once
          whatever its n; Student's t with 30 brands or more, else limits integrated over the
          beta-binomial model (`population_of`), which are made to hold the estimate; where nobody,
          or everybody, answered exact limits on Kish's number of brands
        - brands (with a request), brand_sd (standard deviation of the rates between brands),
          next_low, next_high (limits of the rate of one more such brand): the same in both rows
        - method, flags: `one_cluster` a single brand says nothing of others: no limits;
          `few_clusters` below 30 brands; `zero_var` nobody or everybody answered; `small_n`, `n0`

    Notes
    -----
    Simulated coverage: docs/coverage-of-intervals.md. With 2 to 15 brands that differ much, or whose
    rates lie near 0 or 1, linearised limits for brands in general cover 55 to 90 % instead of 95.

    References
    ----------
    Deming 1953, J. Am. Stat. Assoc. 48, 244-255 (enumerative and analytic aims); Kleinman 1973
    (beta-binomial); Bell and McCaffrey 2002.

    Examples
    --------
    >>> banks = pd.DataFrame({"brand": list("abcdefgh"), "n": [300] * 8,
    ...                       "n_answered": [240, 60, 180, 270, 30, 150, 210, 200]})
    >>> out = estimate_targets(banks)
    >>> out[["target", "estimate", "ci_low", "ci_high", "brands", "brand_sd"]].round(2)
                  target  estimate  ci_low  ci_high  brands  brand_sd
    0       these brands      0.56    0.54     0.58       8      0.27
    1  brands like these      0.56    0.35     0.71       8      0.27
    """
    check_conf_level(conf_level)
    if target != "both" and target not in TARGETS:
        raise InputError(
            f"`target` is {target!r}; one of 'both', 'these', 'like-these' was expected. Say of "
            "which brands you speak."
        )
    groups_by = column_names(by)
    refuse_names([*groups_by, brand], [n, n_yes, *_RESULT])
    if brand in groups_by:
        raise InputError(
            f"`by` names {brand!r}, which is also `brand`; a group of one brand says nothing of "
            "others. Use carekit.inference.rates.proportions.estimate_rate with its authors as "
            "clusters."
        )
    owners, own, counts = sum_counts(
        table, by=[*groups_by, brand], cluster=unit, n=n, parts=[n_yes]
    )
    groups, of = _groups(owners, groups_by)
    shared: dict[str, Any] = {"yes": counts[n_yes].to_numpy(), "units": counts[n].to_numpy()}
    labels = None if unit is None else _labels(table, [*groups_by, brand], unit, n)
    these = _these(own, of, len(groups), labels, conf_level, **shared)
    yes, units = (group_sums(own, shared[name], len(owners)) for name in ("yes", "units"))
    like = _like_these(of, len(groups), yes, units, conf_level)
    parts = []
    for name, part in (("these", these), ("like-these", like)):
        if target in ("both", name):
            common = {key: like[key] for key in ("brands", "brand_sd", "next_low", "next_high")}
            parts.append(
                groups.assign(
                    **{
                        n: group_sums(of, units, len(groups)).astype(np.int64),
                        n_yes: group_sums(of, yes, len(groups)).astype(np.int64),
                    },
                    target=TARGETS[name],
                    **{**part, **common},
                    conf_level=conf_level,
                )
            )
    out = pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)
    return out[[*groups_by, n, n_yes, *_RESULT]]


def _groups(owners: pd.DataFrame, by: list[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """The groups, one row each, and the group of each of their brands."""
    if not by:
        return pd.DataFrame(index=pd.RangeIndex(1)), np.zeros(len(owners), dtype=np.int64)
    code = owners.groupby(by, dropna=False, observed=True, sort=True).ngroup().to_numpy(np.int64)
    first = np.flatnonzero(np.diff(code, prepend=-1))
    return owners[by].iloc[first].reset_index(drop=True), code


def _labels(table: pd.DataFrame, keys: list[str], unit: str, n: str) -> np.ndarray:
    """A code for the unit of each row that `sum_counts` gives, the same in every brand."""
    rows = table[[*keys, unit]].assign(_unit=pd.factorize(table[unit])[0])
    grouped = rows.groupby([*keys, unit], dropna=False, observed=True, sort=True)
    return grouped["_unit"].first().to_numpy(np.int64)


def _these(
    own: np.ndarray,
    of: np.ndarray,
    size: int,
    labels: np.ndarray | None,
    conf_level: float,
    *,
    yes: np.ndarray,
    units: np.ndarray,
) -> dict[str, Any]:
    """Brands fixed. Rows are units of brands `own`; brand j lies in group `of[j]`."""
    brands, group = len(of), of[own]
    total, total_yes = group_sums(group, units, size), group_sums(group, yes, size)
    brand_total = group_sums(own, units, brands)
    share = _divide(total_yes, total)
    rate = _divide(group_sums(own, yes, brands), brand_total)
    if labels is None:
        # Requests: their squares add up to n p (1 - p), each scaled by n / (n - 1).
        squares = brand_total * rate * (1 - rate) * _divide(brand_total, brand_total - 1)
        free = brand_total - 1
        number = total
        sums = group_sums(of, np.nan_to_num(squares), size)
    else:
        part = _divide(units, brand_total[own])
        alone = part >= 1
        scaled = (yes - rate[own] * units) / np.sqrt(np.where(alone, 1.0, 1 - part))
        squares = group_sums(own, scaled**2, brands)
        free = satterthwaite_df(units, own, brands)
        # An author who writes to several brands is one author.
        wide = int(labels.max(initial=0)) + 1
        pair, code = np.unique(group * wide + labels, return_inverse=True)
        joined = np.bincount(code, weights=scaled, minlength=len(pair))
        sums = group_sums(pair // wide, joined**2, size)
        number = kish_number(units, group, size)
    # A brand with one unit shows no variation of its own: it is given that of the group.
    lone = (brand_total > 0) & ~(free >= 1)
    binomial = share * (1 - share)
    sums = sums + group_sums(
        of, np.where(lone, brand_total * np.nan_to_num(binomial)[of], 0.0), size
    )
    variance = _divide(sums, total**2)
    weight = np.where(lone, 0.0, np.nan_to_num(squares))
    df = _divide(
        group_sums(of, weight, size) ** 2,
        group_sums(of, weight**2 / np.where(free >= 1, free, 1.0), size),
    )
    df = np.where(np.isnan(df), number - 1, df)
    flat = (total > 0) & ~(variance > 0)
    low, high = korn_graubard(
        share, np.sqrt(variance), n=total, df=np.maximum(df, 1.0), conf_level=conf_level
    )
    exact = clopper_pearson(
        np.nan_to_num(share * number), np.nan_to_num(number), conf_level=conf_level
    )
    what = "request" if labels is None else "unit"
    return {
        "estimate": share,
        "std_error": np.where(total > 0, np.sqrt(np.where(flat, 0.0, variance)), np.nan),
        "ci_low": np.where(flat, exact[0], low),
        "ci_high": np.where(flat, exact[1], high),
        "df": np.where(total > 0, df, np.nan),
        "n_eff": np.where(flat, number, _divide(binomial, variance)),
        "method": np.select(
            [total == 0, flat],
            ["none: n = 0", f"clopper-pearson: nothing varies, by {what}"],
            f"korn-graubard within brands, by {what}, CR2",
        ),
        "flags": join_flags(
            size,
            {"n0": total == 0, "zero_var": flat, "small_n": (total > 0) & (total < SMALL_N)},
        ),
    }


def _like_these(
    of: np.ndarray, size: int, yes: np.ndarray, units: np.ndarray, conf_level: float
) -> dict[str, Any]:
    """Brands drawn at random; one value of `yes` and `units` a brand."""
    seen = units > 0
    of, yes, units = of[seen], yes[seen], units[seen]
    k = np.bincount(of, minlength=size)
    total, total_yes = group_sums(of, units, size), group_sums(of, yes, size)
    share = _divide(total_yes, total)
    found: list[Population | None] = [
        population_of(yes[of == g], units[of == g], conf_level)
        if k[g] > 1 and 0 < total_yes[g] < total[g]
        else None
        for g in range(size)
    ]

    def values(name: str) -> np.ndarray:
        return np.array([np.nan if f is None else getattr(f, name) for f in found])

    # The estimate is the plain mean, as in `mean_of_rates`; with many brands so are its limits, which
    # need no model. The model's own mean may lie elsewhere where its shape does not fit.
    rate = yes / units
    mean = _divide(group_sums(of, rate, size), k)
    many = k >= FEW_CLUSTERS
    error = np.sqrt(_divide(group_sums(of, (rate - mean[of]) ** 2, size), k * (k - 1.0)))
    plain = wald_interval(mean, error, df=np.maximum(k - 1, 1), conf_level=conf_level)
    around = (np.fmin(values("low"), mean), np.fmax(values("high"), mean))
    ends = np.where(k > 1, around, np.nan)
    flat = (k > 1) & ((total_yes == 0) | (total_yes == total))
    number = np.nan_to_num(kish_number(units, of, size))
    exact = clopper_pearson(np.nan_to_num(share * number), number, conf_level=conf_level)
    low = np.where(flat, exact[0], np.where(many, np.maximum(plain[0], 0.0), ends[0]))
    high = np.where(flat, exact[1], np.where(many, np.minimum(plain[1], 1.0), ends[1]))
    said = np.where(
        high - low > _WIDE,
        [f"; {count} brands say little of how others differ" for count in k],
        "",
    )
    method = np.select(
        [k == 0, k == 1, flat, many],
        [
            "none: n = 0",
            "none: one brand says nothing of others",
            "clopper-pearson on kish's number of brands: nothing varies",
            "mean over brands, t",
        ],
        "beta-binomial over brands, integrated",
    ).astype(object)
    error = np.where(many, error, values("std_error"))
    return {
        "estimate": mean,
        "std_error": np.where(flat, 0.0, error),
        "ci_low": low,
        "ci_high": high,
        "df": np.full(size, np.nan),
        "n_eff": np.where(flat, number, _divide(mean * (1 - mean), error**2)),
        "brands": k,
        "brand_sd": np.where(flat, 0.0, values("spread")),
        "next_low": values("next_low"),
        "next_high": values("next_high"),
        "method": method + said.astype(object),
        "flags": join_flags(
            size,
            {
                "n0": k == 0,
                "one_cluster": k == 1,
                "zero_var": flat,
                "few_clusters": (k > 0) & (k < FEW_CLUSTERS),
                "small_n": (total > 0) & (total < SMALL_N),
            },
        ),
    }


def _divide(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Quotient, NaN where the divisor is not positive."""
    return np.divide(top, bottom, out=np.full(len(bottom), np.nan), where=bottom > 0)
