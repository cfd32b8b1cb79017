"""Interrupted time series: did a rate change level or slope at a known date?

Successive periods resemble each other, so the standard errors are those of Newey and West. With the
two to four years that a brand's series has, these alone are far too small: limits and p-values use
critical values that are simulated for the series at hand.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from carekit.errors import InputError
from carekit.inference.panels.newey_west import calibrate, newey_west
from carekit.inference.rates.counts import (
    check_conf_level,
    check_counts,
    check_parts,
    first_rows,
    name_flags,
    require_columns,
)

Values = npt.NDArray[np.float64]

MIN_POINTS = 12
_LEAST_POINTS = 3
_TERMS = ("intercept", "trend", "level_change", "trend_change", "effect_at_end")
_DRAWS = 2000


def interrupted_rate(
    table: pd.DataFrame,
    *,
    time: str,
    start: Any,
    n: str = "n",
    n_yes: str = "n_answered",
    conf_level: float = 0.95,
    draws: int = _DRAWS,
    seed: int = 1,
) -> pd.DataFrame:
    """Change of level and of slope of a rate at a known date (binomial logit, Newey-West).

    `table`: one row per period, none left out, with whole counts and at least one unit each; `time`:
    dates, pandas periods or numbers, evenly spaced; `start`: first period after the change.

    One row per term: `intercept`, `trend` (change per period before the start), `level_change` (jump at
    the start), `trend_change` (change of slope after it), `effect_at_end` (distance from the continued
    trend at the last period); estimate and limits in log odds, std_error, conf_level, statistic, df
    (n - 4), p_value (at least 1 / (draws + 1)), odds_ratio and its limits, n, units (Σ n), n_before,
    n_after (periods), lag (floor(4 (n/100)^(2/9))), durbin_watson (2: no autocorrelation of successive
    residuals), method, flags (`few_points` below 12 periods on a side). Critical values are those of
    the same statistic for series without change, whose errors have an autocorrelation in proportion to
    how well it fits the residuals: Student's covers 65 to 90 % where it says 95. Newey and West 1987;
    Kiefer and Vogelsang 2005, Econometric Theory 21.

    >>> months = pd.DataFrame({"month": range(1, 31), "n": [100] * 30,
    ...     "n_answered": [30, 32, 31, 33, 30] * 3 + [40, 43, 41, 44, 42] * 3})
    >>> out = interrupted_rate(months, time="month", start=16)
    >>> out[["term", "odds_ratio", "n", "units"]].round(2).loc[[2]]
               term  odds_ratio   n  units
    2  level_change        1.57  30   3000
    """
    check_conf_level(conf_level)
    require_columns(table, [n, n_yes, time])
    counts = check_counts(table, [n, n_yes])
    check_parts(table, counts, n=n, parts=[n_yes])
    order, where = _periods(table, time, start)
    units, yes = counts[n].to_numpy()[order], counts[n_yes].to_numpy()[order]
    if (empty := units == 0).any():
        raise InputError(
            f"`table` has no units in {first_rows(table.iloc[order], empty)}; every period needs "
            "some. Use longer periods, or end the series before it."
        )
    if yes.sum() in (0, units.sum()):
        raise InputError(
            f"`table` has {int(yes.sum())} yes of {int(units.sum())}; a series that never varies "
            "has no change to find. Use carekit.inference.rates.proportions.estimate_rate."
        )
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.stats.stattools import durbin_watson

    periods = len(units)
    post = (np.arange(periods) >= where).astype(float)
    since = post * (np.arange(periods) - where)
    design = np.column_stack([np.ones(periods), np.arange(1.0, periods + 1), post, since])
    contrasts = np.column_stack([np.eye(4), [0.0, 0.0, 1.0, since[-1]]])
    fit = GLM(np.column_stack([yes, units - yes]), design, family=Binomial()).fit(tol=1e-12)
    mean = np.asarray(fit.fittedvalues)
    root = np.sqrt(units * mean * (1 - mean))
    # Scaled so that errors have equal variance.
    scaled, residual = design * root[:, None], (yes - units * mean) / root
    lag = int(4 * (periods / 100) ** (2 / 9))
    error = newey_west(scaled, residual[None, :], contrasts, lag)[0][0]
    estimate = contrasts.T @ fit.params
    quantile, p_value = calibrate(
        scaled,
        residual,
        estimate / error,
        contrasts=contrasts,
        lag=lag,
        conf_level=conf_level,
        draws=draws,
        seed=seed,
    )
    low, high = estimate - quantile * error, estimate + quantile * error
    return pd.DataFrame(
        {
            "term": _TERMS,
            "estimate": estimate,
            "std_error": error,
            "ci_low": low,
            "ci_high": high,
            "conf_level": conf_level,
            "statistic": estimate / error,
            "df": periods - 4.0,
            "p_value": p_value,
            "odds_ratio": np.exp(estimate),
            "odds_ratio_low": np.exp(low),
            "odds_ratio_high": np.exp(high),
            "n": periods,
            "units": int(units.sum()),
            "n_before": where,
            "n_after": periods - where,
            "lag": lag,
            "durbin_watson": float(durbin_watson(residual)),
            "method": f"binomial logit, Newey-West lag {lag}, simulated critical values",
            "flags": name_flags(few_points=min(where, periods - where) < MIN_POINTS),
        }
    )


def _periods(table: pd.DataFrame, time: str, start: Any) -> tuple[npt.NDArray[np.int64], int]:
    """The order of time, and the position in it of the first period after the change."""
    column = table[time]
    if (lost := column.isna().to_numpy()).any():
        raise InputError(
            f"`table` column {time!r} is missing in {first_rows(table, lost)}; every row is one "
            "period. Leave these rows out."
        )
    if (twice := column.duplicated().to_numpy()).any():
        raise InputError(
            f"`table` repeats a period of {time!r} in {first_rows(table, twice)}; one row per period "
            "was expected. Add up, or average, the rows of one period."
        )
    order = column.reset_index(drop=True).sort_values(kind="stable").index.to_numpy(np.int64)
    ordered = column.iloc[order]
    if not _evenly_spaced(ordered):
        raise InputError(
            f"`table` column {time!r} has periods that are not evenly spaced (first: "
            f"{', '.join(str(v) for v in ordered.iloc[:3])}); a series without gaps was "
            "expected, as dates, periods or numbers. Add the missing periods."
        )
    try:
        where = int((ordered < start).sum())
    except TypeError as error:
        raise InputError(
            f"`start` is {start!r}, which cannot be compared with column {time!r} (such as "
            f"{ordered.iloc[0]}). Give it in the same form."
        ) from error
    if min(where, len(ordered) - where) < _LEAST_POINTS:
        raise InputError(
            f"`start` {start!r} leaves {where} periods before and {len(ordered) - where} from "
            f"then on; at least {_LEAST_POINTS} each were expected, {MIN_POINTS} for a figure that "
            "is printed. Choose another date, or a longer series."
        )
    return order, where


def _evenly_spaced(times: pd.Series) -> bool:
    if len(times) < 3:
        return True
    if isinstance(times.dtype, pd.PeriodDtype):
        steps = np.diff(times.astype("int64"))
    elif is_numeric_dtype(times):
        steps = np.diff(times.to_numpy(float))
    else:
        try:
            with warnings.catch_warnings():  # pandas will return another type, which is not read
                warnings.simplefilter("ignore", pd.errors.Pandas4Warning)
                return pd.infer_freq(pd.DatetimeIndex(pd.to_datetime(times))) is not None
        except (TypeError, ValueError):
            return False
    return bool(np.allclose(steps, steps[0]))
