"""Printed lists of several answers (platforms, channels) without their base or overlap."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from carekit.errors import InputError
from carekit.inference.rates.counts import check_conf_level, require_columns
from carekit.inference.rates.intervals import wilson
from carekit.inference.surveys.published import read_shares


def printed_shares(
    table: pd.DataFrame,
    *,
    item: str,
    share: str,
    bases: Mapping[str, int],
    rounding: float = 0.005,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Printed shares of a list with their intervals under each base that the text leaves open.

    `table`: one row per item with its printed share (0 to 1); they may add up to more than 1. `bases`:
    every base that fits the text, such as {"all users": 2000, "social-care users": 940}. `rounding`:
    half the last printed digit, which widens the interval on both sides. One row per base and item:
    base, the item, n, estimate (as printed), ci_low, ci_high (Wilson), conf_level, sum_of_shares (above
    1: several answers a person), method.

    >>> table = pd.DataFrame({"platform": ["facebook page", "twitter"], "complain": [0.29, 0.14]})
    >>> out = printed_shares(table, item="platform", share="complain", bases={"users": 940})
    >>> out[["base", "platform", "ci_low", "ci_high"]].round(3)
        base       platform  ci_low  ci_high
    0  users  facebook page   0.257    0.325
    1  users        twitter   0.115    0.169
    """
    check_conf_level(conf_level)
    require_columns(table, [item, share])
    p = read_shares(table[share], share)
    _check_bases(bases)
    parts = []
    for base, n in bases.items():
        low, _ = wilson(np.maximum(p - rounding, 0) * n, n, conf_level=conf_level)
        _, high = wilson(np.minimum(p + rounding, 1) * n, n, conf_level=conf_level)
        part = {"base": base, item: table[item].to_numpy(), "n": n, "estimate": p}
        parts.append(pd.DataFrame({**part, "ci_low": low, "ci_high": high}))
    out = pd.concat(parts, ignore_index=True)
    return out.assign(
        conf_level=conf_level, sum_of_shares=float(p.sum()), method="wilson widened by rounding"
    )


def printed_differences(
    table: pd.DataFrame,
    *,
    item: str,
    share: str,
    bases: Mapping[str, int],
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Differences between printed shares that the same people gave, without their overlap.

    Two items ticked by the same n people differ with variance (b + c - d²)/n, where b and c are the
    shares who ticked only one. Printed shares fix b - c = d and leave b + c between |d| and
    min(p1 + p2, 2 - p1 - p2): every answer between the two ends is possible. One row per base and pair:
    base, n, item, other, estimate (difference), std_error_low, std_error_high (over all overlaps),
    ci_low, ci_high (at the larger one), conf_level, p_value_low, p_value_high, verdict: "differ" or "no
    difference shown" whatever the overlap, "depends on the overlap" otherwise.

    >>> table = pd.DataFrame({"platform": ["page", "wall", "blog"], "complain": [0.29, 0.28, 0.11]})
    >>> out = printed_differences(table, item="platform", share="complain", bases={"users": 940})
    >>> out[["item", "other", "estimate", "verdict"]].round(2)
       item other  estimate                 verdict
    0  page  wall      0.01  depends on the overlap
    1  page  blog      0.18                  differ
    2  wall  blog      0.17                  differ
    """
    level = check_conf_level(conf_level)
    require_columns(table, [item, share])
    p = read_shares(table[share], share)
    _check_bases(bases)
    names = table[item].to_numpy()
    rows = []
    for base, n in bases.items():
        for i, j in combinations(range(len(p)), 2):
            d = float(p[i] - p[j])
            most = min(p[i] + p[j], 2 - p[i] - p[j])
            errors = np.sqrt(np.maximum(np.array([abs(d), most]) - d * d, 0) / n)
            with np.errstate(divide="ignore", invalid="ignore"):
                low, high = 2 * ndtr(-np.abs(d) / errors) if d else (1.0, 1.0)
            reach = ndtri((1 + level) / 2) * errors[1]
            verdict = "depends on the overlap"
            if high < 1 - level:
                verdict = "differ"
            elif low >= 1 - level:
                verdict = "no difference shown"
            rows.append(
                (base, n, names[i], names[j], d, *errors, d - reach, d + reach, low, high, verdict)
            )
    columns = [
        *("base", "n", "item", "other", "estimate", "std_error_low", "std_error_high"),
        *("ci_low", "ci_high", "p_value_low", "p_value_high", "verdict"),
    ]
    return pd.DataFrame(rows, columns=columns).assign(conf_level=level)


def _check_bases(bases: Mapping[str, int]) -> None:
    if not bases or min(bases.values()) < 1:
        raise InputError(
            f"`bases` is {dict(bases)!r}; names with the number of people from 1 on were expected. "
            "List every base that the text allows."
        )
