"""Effects when brands start at different dates, and period by period around the start.

A brand that started earlier is no control for one that starts later: it is already under way. Here
every change is compared with brands that have not started yet at the time. With a single start
date this is difference-in-differences.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr

from carekit.errors import InputError
from carekit.inference.panels.panel import (
    MIN_TREATED,
    Panel,
    Values,
    add_variances,
    read_panel,
)
from carekit.inference.rates.counts import FEW_CLUSTERS, check_conf_level, name_flags
from carekit.inference.rates.intervals import critical_value
from carekit.inference.rates.multiplicity import adjust_p_values

_RESULT = [
    *("estimate", "std_error", "ci_low", "ci_high", "conf_level", "statistic", "df"),
    *("p_value", "n", "treated", "controls", "clusters", "method", "flags"),
]
_METHOD = "not-yet-treated controls, delete-one-brand jackknife"
_IMPUTED = "imputed from brands and periods not under way, delete-one-brand jackknife"


def staggered_effect(
    table: pd.DataFrame,
    *,
    outcome: str,
    brand: str = "brand",
    period: str = "period",
    start: str = "start",
    conf_level: float = 0.95,
    draws: int = 1999,
    seed: int = 1,
) -> pd.DataFrame:
    """Average effect over all treated brands and periods, for one or several start dates.

    `table`: one row per brand and period (periods may be missing for some brands), with what is
    compared, whom it belongs to, when (anything that sorts), and the first period after the change,
    constant within a brand; missing: never. `draws`: allocations of the start dates to brands for the
    permutation (0 leaves it out).

    Two rows: the effect with limits from a jackknife of brands (Welch-Satterthwaite, treated and other
    brands apart), and a permutation of the start dates among brands (p-value only): estimate (extra
    change of treated brands, in units of the outcome), std_error, ci_low, ci_high, conf_level,
    statistic, df, p_value, n (treated brand-periods behind the estimate), treated, controls (brands
    that never start), clusters, method, flags (`few_treated`, `few_controls` below 4 brands: the
    permutation alone is given). For a treated brand and period: its outcome less its mean before the
    start, less the same for brands that start later or never. Callaway and Sant'Anna 2021, Journal of
    Econometrics 225, with the mean of all earlier periods as base.

    >>> rows = [
    ...     (brand, t, i * t % 3 + 5.0 * (i < 4 and t >= 3 + i % 2), 3 + i % 2 if i < 4 else None)
    ...     for i, brand in enumerate("abcdefgh")
    ...     for t in (1, 2, 3, 4, 5)
    ... ]
    >>> panel = pd.DataFrame(rows, columns=["brand", "period", "share", "start"])
    >>> out = staggered_effect(panel, outcome="share", draws=999)
    >>> out[["estimate", "ci_low", "ci_high"]].round(2).loc[[0]]
       estimate  ci_low  ci_high
    0       5.0    4.39     5.61
    """
    check_conf_level(conf_level)
    if draws and draws < 999:
        raise InputError(f"`draws` is {draws}; at least 999 were expected. Ask for more draws.")
    panel = read_panel(table, outcome=outcome, brand=brand, period=period, start=start)

    bases = {g: _since(panel.outcome, slice(0, g)) for g in panel.starts}

    def effect(keep: npt.NDArray[np.bool_], begun: npt.NDArray[np.int64]) -> tuple[float, float]:
        cohorts = [_cohort(bases[g], keep, begun, g) for g in panel.starts]
        return _average(
            np.concatenate([e[g:] for g, (e, _) in zip(panel.starts, cohorts, strict=True)]),
            np.concatenate([n[g:] for g, (_, n) in zip(panel.starts, cohorts, strict=True)]),
        )

    estimate, weight = effect(np.full(len(panel.brands), True), panel.start)
    if np.isnan(estimate):
        raise _no_control(start)
    row = _jackknife(panel, estimate, lambda keep: effect(keep, panel.start), conf_level)
    rng = np.random.default_rng(seed)
    everyone = np.full(len(panel.brands), True)
    drawn = np.array([effect(everyone, rng.permutation(panel.start))[0] for _ in range(draws)])
    drawn = drawn[np.isfinite(drawn)]
    extreme = (np.abs(drawn) >= abs(estimate) * (1 - 1e-9)).sum()
    permuted = {
        **dict.fromkeys(_RESULT, np.nan),
        "estimate": estimate,
        "p_value": (1 + extreme) / (1 + len(drawn)) if draws else np.nan,
        "method": f"permutation of the start dates, {len(drawn)} draws",
    }
    return _frame([row, permuted], panel, conf_level, [int(weight)] * 2)[_RESULT]


def imputed_effect(
    table: pd.DataFrame,
    *,
    outcome: str,
    size: str,
    brand: str = "brand",
    period: str = "period",
    start: str = "start",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Average effect over all requests to brands that have started, every request alike.

    Brand and period effects are fitted by least squares, weighted by requests (`size`, above 0), to the
    brand-periods in which nothing has started yet; what they foretell for the others is what would have
    been. Brands under way are never controls, so effects may grow or fade (a regression on all
    brand-periods gets even their sign wrong: −10.5 points came out as +0.5). Table and columns as
    `staggered_effect`, one row; `n` counts the brand-periods behind the estimate: periods in which no
    brand is left that has not started are no part of it. Borusyak, Jaravel and Spiess 2024, Review of
    Economic Studies 91; limits from a delete-one-brand jackknife, treated and other brands apart.

    >>> rows = [(b, t, 40 + t + 5.0 * (i < 4 and t > 2), 10 + i, 3 if i < 4 else None)
    ...         for i, b in enumerate("abcdefgh") for t in (1, 2, 3, 4)]
    >>> panel = pd.DataFrame(rows, columns=["brand", "period", "share", "requests", "start"])
    >>> float(imputed_effect(panel, outcome="share", size="requests").estimate[0].round(3))
    5.0
    """
    check_conf_level(conf_level)
    panel = read_panel(table, outcome=outcome, brand=brand, period=period, start=start, size=size)
    effect = partial(_imputed, panel)
    estimate, n = effect(np.full(len(panel.brands), True))
    if np.isnan(estimate):
        raise _no_control(start)
    row = {**_jackknife(panel, estimate, effect, conf_level), "method": _IMPUTED}
    return _frame([row], panel, conf_level, [int(n)])[_RESULT]


def event_time(
    table: pd.DataFrame,
    *,
    outcome: str,
    brand: str = "brand",
    period: str = "period",
    start: str = "start",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Effect period by period around the start: were the groups moving apart before it?

    One row per event time that the panel holds, in order: event_time (0 is the first treated period;
    -1, the period before, is the reference and 0 by definition), then the columns of `staggered_effect`
    with limits from the jackknife, and p_adjusted, adjustment, family_size: Holm over the event times
    before the reference (the pre-trend), and apart over those from 0 on. `n`: treated brands seen then.

    >>> rows = [(b, t, 40 + i * t % 3 + (5.0 if i < 4 and t > 2 else 0), 3 if i < 4 else None)
    ...         for i, b in enumerate("abcdefgh") for t in (1, 2, 3, 4)]
    >>> panel = pd.DataFrame(rows, columns=["brand", "period", "share", "start"])
    >>> out = event_time(panel, outcome="share")
    >>> out[["event_time", "estimate", "n"]].round(2)
       event_time  estimate  n
    0          -2      0.25  4
    1          -1      0.00  4
    2           0      5.50  4
    3           1      5.25  4
    """
    check_conf_level(conf_level)
    panel = read_panel(table, outcome=outcome, brand=brand, period=period, start=start)
    everyone = np.full(len(panel.brands), True)
    last = len(panel.periods)
    rows, weights, times = [], [], []
    for event in range(-max(panel.starts), last - min(panel.starts)):
        effect = partial(_at_event, panel, event)
        estimate, weight = effect(everyone)
        if np.isnan(estimate):
            continue
        if event == -1:
            row = {**dict.fromkeys(_RESULT, np.nan), "estimate": 0.0, "method": "reference"}
        else:
            row = _jackknife(panel, estimate, effect, conf_level)
        rows.append(row)
        weights.append(int(weight))
        times.append(event)
    out = _frame(rows, panel, conf_level, weights)[_RESULT]
    out.insert(0, "event_time", times)
    families = out.assign(before=out["event_time"] < 0)
    return adjust_p_values(families, by="before").drop(columns="before")


def _imputed(panel: Panel, keep: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Effect per request over the brands that are kept, and the brand-periods behind it."""
    periods = panel.outcome.shape[1]
    known = np.isfinite(panel.outcome) & keep[:, None]
    begun = np.arange(periods) >= panel.start[:, None]
    # Weighted least squares with the brand effects eliminated: a system of the periods alone.
    weight = np.where(known & ~begun, panel.size, 0.0)
    outcome = np.where(weight > 0, panel.outcome, 0.0)
    of_brand = weight.sum(axis=1)
    share = weight / np.where(of_brand > 0, of_brand, 1.0)[:, None]
    system = np.diag(weight.sum(axis=0)) - weight.T @ share
    sums = (weight * outcome).sum(axis=1)
    inverse = np.linalg.pinv(system, rcond=1e-10, hermitian=True)
    by_period = inverse @ ((weight * outcome).sum(axis=0) - share.T @ sums)
    by_brand = (sums - weight @ by_period) / np.where(of_brand > 0, of_brand, 1.0)
    # A cell can be foretold where its effects are a combination of those that were fitted.
    row, column = np.nonzero(known & begun)
    after = np.eye(periods)[column] - share[row]
    apart = np.abs(after @ system @ inverse - after).max(axis=1, initial=0.0)
    seen = (of_brand[row] > 0) & (apart < 1e-6)
    mass = panel.size[row, column] * seen
    if not mass.sum() > 0:
        return np.nan, 0.0
    foretold = by_brand[row] + by_period[column]
    gap = np.where(seen, panel.outcome[row, column] - foretold, 0.0)
    return float(gap @ mass / mass.sum()), float(seen.sum())


def _since(outcome: Values, base: slice) -> Values:
    """Every outcome less its brand's mean over the base periods."""
    level = outcome[:, base]
    known = np.isfinite(level)
    count = known.sum(axis=1)
    mean = np.where(known, level, 0.0).sum(axis=1) / np.where(count, count, np.nan)
    return outcome - mean[:, None]


def _cohort(
    change: Values, keep: npt.NDArray[np.bool_], begun: npt.NDArray[np.int64], g: int
) -> tuple[Values, Values]:
    """Effect on the brands that start at `g` in every period, and how many of them are seen."""
    known = np.isfinite(change) & keep[:, None]
    seen = np.where(known, change, 0.0)
    treated = known & (begun == g)[:, None]
    controls = known & (begun[:, None] > np.maximum(np.arange(change.shape[1]), g))
    n, m = treated.sum(axis=0), controls.sum(axis=0)
    both = (n > 0) & (m > 0)
    ours = (seen * treated).sum(axis=0) / np.where(both, n, np.nan)
    return ours - (seen * controls).sum(axis=0) / np.where(both, m, np.nan), n * both.astype(float)


def _at_event(panel: Panel, event: int, keep: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Effect at one event time over the brands that are kept, and the number of treated ones."""
    values, weights = [], []
    for g in panel.starts:
        if 0 <= g + event < len(panel.periods):
            change = _since(panel.outcome, slice(g - 1, g))
            effect, seen = _cohort(change, keep, panel.start, g)
            values.append(effect[g + event])
            weights.append(seen[g + event])
    return _average(np.array(values), np.array(weights))


def _average(values: Values, weights: Values) -> tuple[float, float]:
    """Mean of effects, each treated brand-period counting once; their number."""
    used = weights > 0
    if not used.any():
        return np.nan, 0.0
    return float(values[used] @ weights[used] / weights[used].sum()), float(weights.sum())


def _jackknife(
    panel: Panel,
    estimate: float,
    effect: Callable[[npt.NDArray[np.bool_]], tuple[float, float]],
    conf_level: float,
) -> dict[str, object]:
    """Limits from leaving out one brand at a time, treated and other brands apart."""
    arms = [np.flatnonzero(panel.treated), np.flatnonzero(~panel.treated)]
    error = df = np.nan
    if len(arms[0]) >= MIN_TREATED and (len(arms[1]) >= MIN_TREATED or len(panel.starts) > 1):
        variances, free = [], []
        for arm in (arm for arm in arms if len(arm) > 1):
            without = []
            for i in arm:
                keep = np.full(len(panel.brands), True)
                keep[i] = False
                without.append(effect(keep)[0])
            k = len(arm)
            variances.append((k - 1) / k * np.square(np.array(without) - np.mean(without)).sum())
            free.append(k - 1)
        error, df = add_variances(variances, free)
    error = error if error > 0 else np.nan
    statistic = estimate / error
    margin = float(critical_value(conf_level, df)) * error
    return {
        "estimate": estimate,
        "std_error": error,
        "ci_low": estimate - margin,
        "ci_high": estimate + margin,
        "statistic": statistic,
        "df": df,
        "p_value": 2 * stdtr(df, -abs(statistic)),
        "method": _METHOD,
    }


def _no_control(start: str) -> InputError:
    return InputError(
        f"`start` column {start!r} leaves no treated period with a brand that has not started "
        "yet; controls are missing. Add brands that start later or never."
    )


def _frame(
    rows: list[dict[str, object]], panel: Panel, conf_level: float, n: list[int]
) -> pd.DataFrame:
    treated, others = int(panel.treated.sum()), int((~panel.treated).sum())
    flags = name_flags(
        few_treated=treated < MIN_TREATED,
        few_controls=others < MIN_TREATED,
        few_clusters=treated + others < FEW_CLUSTERS,
    )
    return pd.DataFrame(rows).assign(
        conf_level=conf_level,
        n=n,
        treated=treated,
        controls=others,
        clusters=treated + others,
        flags=flags,
    )
