"""Partial pooling: the rate of a small group leans on the distribution of all groups.

A brand with 3 answers of 4 is not known to answer 75 % of requests. Its estimate lies between its
own rate and the mean of all brands, nearer to its own the more requests it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.beta_binomial import (
    BetaBinomial,
    Values,
    fit_counts,
    mixed_quantile,
    posterior_moments,
    prior_grid,
)
from carekit.inference.rates.counts import (
    check_conf_level,
    column_names,
    join_flags,
    refuse_names,
    sum_counts,
)

Interval = Literal["auto", "plug-in", "integrated"]
INTERVALS: tuple[Interval, ...] = ("auto", "plug-in", "integrated")

# Coverage of the plug-in interval stays below 93.5 % under this number of groups
# (bench/coverage_benchmarks.py).
MANY_GROUPS = 100
FEW_GROUPS = 20

_RESULT = [
    *("raw", "shrunk", "prior_weight", "estimate", "std_error", "ci_low", "ci_high"),
    *("conf_level", "method", "flags"),
]


class _Priors(NamedTuple):
    """Beta priors and their weights: one when it is plugged in, many when it is uncertain."""

    alpha: Values
    beta: Values
    weight: Values


def shrink_rates(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = "brand",
    n: str = "n",
    n_yes: str = "n_answered",
    interval: Interval = "auto",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Rate of each group, shrunk towards the distribution of all groups (beta-binomial).

    Parameters
    ----------
    table : DataFrame
        One row per group with whole counts; rows that share a group are added up. Five groups or
        more with units.
    interval : {"auto", "plug-in", "integrated"}
        "plug-in": quantiles of the group's Beta, as if the fitted distribution were known, too
        narrow with few groups; "integrated": averaged over every mean and rho in proportion to
        their likelihood, both uniform on 0 to 1 beforehand; "auto": integrated below 100 groups.

    Returns
    -------
    DataFrame
        One row per group, sorted: the `by` columns, n, n_yes; raw (the group's own rate; NaN where
        n = 0); shrunk, which is also `estimate`: (alpha + yes) / (alpha + beta + n); prior_weight
        (share of it that comes from the mean of all groups; 1 where n = 0); std_error, ci_low,
        ci_high, conf_level (right on average over groups); method; flags: `n0` no unit, the group
        gets the distribution of all groups; `few_clusters` fewer than 20 groups; `boundary`,
        `zero_var`. Where every request has the same outcome rho cannot be seen: `shrunk` is the
        mean over the integrated distribution, and `prior_weight` is NaN.

    References
    ----------
    Kass and Steffey 1989, Journal of the American Statistical Association 84 (why the plug-in
    interval is too narrow).

    Examples
    --------
    >>> table = pd.DataFrame({"brand": list("abcdef"), "n": [20, 20, 40, 10, 30, 4],
    ...                       "n_answered": [4, 16, 22, 9, 12, 3]})
    >>> out = shrink_rates(table)
    >>> out[["brand", "n", "raw", "shrunk", "prior_weight", "ci_low", "ci_high"]].round(2)
      brand   n   raw  shrunk  prior_weight  ci_low  ci_high
    0     a  20  0.20    0.27          0.19    0.10     0.46
    1     b  20  0.80    0.76          0.19    0.57     0.91
    2     c  40  0.55    0.55          0.11    0.40     0.69
    3     d  10  0.90    0.79          0.33    0.55     0.98
    4     e  30  0.40    0.42          0.14    0.26     0.59
    5     f   4  0.75    0.65          0.55    0.31     0.95
    """
    groups_by = column_names(by)
    check_conf_level(conf_level)
    refuse_names(groups_by, [n, n_yes, *_RESULT])
    groups, yes, units, model, chosen, priors = _prepare(table, groups_by, n, n_yes, interval)
    mean, error = posterior_moments(*priors, yes, units)
    known = not np.isnan(model.alpha)
    strength = model.alpha + model.beta
    shrunk = (model.alpha + yes) / (strength + units) if known else mean
    tail = (1 - conf_level) / 2
    size = len(groups)
    result = groups.assign(
        **{n: units.astype(np.int64), n_yes: yes.astype(np.int64)},
        raw=np.divide(yes, units, out=np.full(size, np.nan), where=units > 0),
        shrunk=shrunk,
        prior_weight=strength / (strength + units),
        estimate=shrunk,
        std_error=error,
        ci_low=mixed_quantile(*priors, yes, units, tail),
        ci_high=mixed_quantile(*priors, yes, units, 1 - tail),
        conf_level=conf_level,
        method=f"beta-binomial by {model.method}, {chosen} interval",
        flags=join_flags(
            size,
            {
                "n0": units == 0,
                "few_clusters": np.full(size, model.groups < FEW_GROUPS),
                **{flag: np.full(size, True) for flag in model.flags.split()},
            },
        ),
    )
    return result[[*groups_by, n, n_yes, *_RESULT]]


def draw_rates(
    table: pd.DataFrame,
    *,
    by: str = "brand",
    n: str = "n",
    n_yes: str = "n_answered",
    interval: Interval = "auto",
    draws: int = 10_000,
    seed: int = 1,
) -> pd.DataFrame:
    """Draws of the groups' rates given the counts: what `rank_probabilities` turns into ranks.

    One row per draw, one column per group (its name), values 0 to 1. In one row all groups share
    one distribution.

    >>> table = pd.DataFrame({"brand": list("abcdef"), "n": [20, 20, 40, 10, 30, 4],
    ...                       "n_answered": [4, 16, 22, 9, 12, 3]})
    >>> draw_rates(table, draws=500).shape
    (500, 6)
    """
    groups, yes, units, _, _, priors = _prepare(table, [by], n, n_yes, interval)
    rng = np.random.default_rng(seed)
    which = rng.choice(len(priors.weight), size=draws, p=priors.weight)
    alpha, beta = priors.alpha[which, None], priors.beta[which, None]
    rates = rng.beta(alpha + yes, beta + units - yes)
    return pd.DataFrame(rates, columns=pd.Index(groups[by], name=by))


def _prepare(
    table: pd.DataFrame, by: list[str], n: str, n_yes: str, interval: Interval
) -> tuple[pd.DataFrame, Values, Values, BetaBinomial, str, _Priors]:
    """Groups, their counts, the fitted model, the interval that is used and its priors."""
    if interval not in INTERVALS:
        raise InputError(
            f"`interval` is {interval!r}; expected one of: {', '.join(INTERVALS)}. Choose one of "
            "these."
        )
    groups, _, counts = sum_counts(table, by=by, cluster=None, n=n, parts=[n_yes])
    yes, units = counts[n_yes].to_numpy(), counts[n].to_numpy()
    seen = units > 0
    model = fit_counts(yes, units)
    chosen = interval
    if interval == "auto":
        chosen = "integrated" if model.groups < MANY_GROUPS else "plug-in"
    if np.isnan(model.alpha):
        chosen = "integrated"
    if chosen == "plug-in":
        priors = _Priors(*(np.array([v]) for v in (model.alpha, model.beta, 1.0)))
        return groups, yes, units, model, chosen, priors
    mean, rho, weight = prior_grid(yes[seen], units[seen])
    m = 1 / rho - 1
    return groups, yes, units, model, chosen, _Priors(mean * m, (1 - mean) * m, weight)
