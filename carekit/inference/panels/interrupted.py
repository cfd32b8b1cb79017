"""Interrupted time series: did a series change level or slope at a known date?

Successive months resemble each other, so the standard errors are those of Newey and West. With the
two to four years that a brand's series has, these alone are far too small: limits and p-values use
critical values that are simulated for the series at hand.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype
from scipy.special import stdtr

from carekit.errors import InputError
from carekit.inference.panels.newey_west import calibrate, newey_west
from carekit.inference.rates.counts import (
    check_conf_level,
    check_counts,
    check_parts,
    first_rows,
    require_columns,
)
from carekit.inference.rates.intervals import critical_value

Values = npt.NDArray[np.float64]
Interval = Literal["calibrated", "t"]
INTERVALS: tuple[Interval, ...] = ("calibrated", "t")

MIN_POINTS = 12
_LEAST_POINTS = 3
_TERMS = ["intercept", "trend", "level_change", "trend_change"]
_END = "effect_at_end"


def interrupted_series(
    table: pd.DataFrame,
    *,
    outcome: str,
    time: str,
    start: Any,
    season: int | None = None,
    lag: int | None = None,
    interval: Interval = "calibrated",
    conf_level: float = 0.95,
    draws: int = 2000,
    seed: int = 1,
) -> pd.DataFrame:
    """Change of level and of slope of a series at a known date (least squares, Newey-West).

    Parameters
    ----------
    table : DataFrame
        One row per period, none left out.
    outcome : str
        Column of values, none missing.
    time : str
        Column of periods: dates, pandas periods or numbers, evenly spaced.
    start : period
        First period after the change, in the same form as `time`.
    season : int, optional
        Periods in a year (12 for months): adds one yearly wave. Needs two years.
    lag : int, optional
        Of Newey-West; floor(4 (n/100)^(2/9)) if not given.
    interval : {"calibrated", "t"}
        - "calibrated": critical values of the same statistic for series without change, whose
          errors have an autocorrelation in proportion to how well it fits the residuals
        - "t": Student with n - K degrees of freedom, as usually printed; covers 65 to 90 % when it
          says 95
    conf_level : float
        Nominal coverage.
    draws, seed : int
        Simulated series per autocorrelation, and the seed; unused by "t".

    Returns
    -------
    DataFrame
        One row per term:

        - `term`: `intercept`, `trend` (change per period before the start), `level_change` (jump
          at the start), `trend_change` (change of slope after it), `season_sine`,
          `season_cosine`, and `effect_at_end` (distance from the continued trend at the last
          period)
        - `estimate`, in units of the outcome; `std_error`, `ci_low`, `ci_high`, `conf_level`,
          `statistic`, `df` (n - K), `p_value` (simulated ones are at least 1 / (draws + 1))
        - `n`, `n_before`, `n_after`: periods; `lag`; `durbin_watson` (2: no autocorrelation of
          successive residuals)
        - `method`, `flags`: `few_points` below 12 periods on a side; `zero_var`: the line fits
          exactly, no limits

    Raises
    ------
    SchemaError, InputError
        If a column or value is missing, periods repeat or are unevenly spaced, `start` leaves
        fewer than 3 periods on a side, or an option is out of range.

    References
    ----------
    Newey and West 1987. Limits: Newey-West statistics are far from Student in short series
    (Kiefer and Vogelsang 2005, Econometric Theory 21); figures in bench/coverage_benchmarks.py.

    Examples
    --------
    >>> months = pd.DataFrame({"month": range(1, 31),
    ...     "share": [0.30, 0.32, 0.31, 0.33, 0.30] * 3 + [0.40, 0.43, 0.41, 0.44, 0.42] * 3})
    >>> out = interrupted_series(months, outcome="share", time="month", start=16)
    >>> out[["term", "estimate", "n_before", "n_after", "lag"]].round(3).loc[[2, 4]]
                term  estimate  n_before  n_after  lag
    2   level_change     0.103        15       15    3
    4  effect_at_end     0.109        15       15    3
    """
    require_columns(table, [outcome, time])
    ordered, where = _periods(table, time, start)
    y = pd.to_numeric(ordered[outcome], errors="coerce").to_numpy(float, na_value=np.nan)
    if (lost := ~np.isfinite(y)).any():
        raise InputError(
            f"`table` column {outcome!r} is no number in {first_rows(ordered, lost)}; every "
            "period needs a value. Count that period, or end the series before it."
        )
    terms, design = _design(len(y), where, season)
    fit = _least_squares(design, y, _lag(lag, len(y)))
    return _result(
        terms, fit, where, interval, conf_level, draws, seed, "least squares, Newey-West"
    )


def interrupted_rate(
    table: pd.DataFrame,
    *,
    time: str,
    start: Any,
    n: str = "n",
    n_yes: str = "n_answered",
    season: int | None = None,
    lag: int | None = None,
    interval: Interval = "calibrated",
    conf_level: float = 0.95,
    draws: int = 2000,
    seed: int = 1,
) -> pd.DataFrame:
    """Change of level and of slope of a rate at a known date (binomial logit, Newey-West).

    Parameters
    ----------
    table : DataFrame
        One row per period, none left out, with whole counts.
    n, n_yes : str
        Columns of the counts: all units (at least one per period), and those that count as yes.
    time, start, season, lag, interval, conf_level, draws, seed
        As in `interrupted_series`.

    Returns
    -------
    DataFrame
        As `interrupted_series`, with `estimate` and limits in log odds; `odds_ratio`,
        `odds_ratio_low` and `odds_ratio_high` stand before `n`, and `units` (Σ n) after it.
        `n` is the number of periods; a period counts by its units.

    Raises
    ------
    SchemaError, InputError
        As `interrupted_series`; also for counts that are not whole numbers, a period without
        units, and a series of only yes or no yes.

    Examples
    --------
    >>> months = pd.DataFrame({"month": range(1, 31), "n": [100] * 30,
    ...     "n_answered": [30, 32, 31, 33, 30] * 3 + [40, 43, 41, 44, 42] * 3})
    >>> out = interrupted_rate(months, time="month", start=16)
    >>> out[["term", "odds_ratio", "n", "units"]].round(2).loc[[2]]
               term  odds_ratio   n  units
    2  level_change        1.57  30   3000
    """
    require_columns(table, [n, n_yes, time])
    counts = check_counts(table, [n, n_yes])
    check_parts(table, counts, n=n, parts=[n_yes])
    ordered, where = _periods(table, time, start)
    counts = (
        counts.loc[ordered.index] if counts.index.is_unique else check_counts(ordered, [n, n_yes])
    )
    units, yes = counts[n].to_numpy(), counts[n_yes].to_numpy()
    if (empty := units == 0).any():
        raise InputError(
            f"`table` has no units in {first_rows(ordered, empty)}; every period needs some. Use "
            "longer periods, or end the series before it."
        )
    if yes.sum() in (0, units.sum()):
        raise InputError(
            f"`table` has {int(yes.sum())} yes of {int(units.sum())}; a series that never varies "
            "has no change to find. Use carekit.inference.rates.proportions.estimate_rate."
        )
    terms, design = _design(len(units), where, season)
    fit = _logit(design, yes, units, _lag(lag, len(units)))
    out = _result(
        terms, fit, where, interval, conf_level, draws, seed, "binomial logit, Newey-West"
    )
    at = list(out.columns).index("n")
    out.insert(at, "odds_ratio", np.exp(out["estimate"]))
    out.insert(at + 1, "odds_ratio_low", np.exp(out["ci_low"]))
    out.insert(at + 2, "odds_ratio_high", np.exp(out["ci_high"]))
    out.insert(at + 4, "units", int(units.sum()))
    return out


def placebo_starts(
    table: pd.DataFrame,
    *,
    outcome: str,
    time: str,
    start: Any,
    margin: int = 6,
    lag: int | None = None,
    interval: Interval = "calibrated",
    conf_level: float = 0.95,
    draws: int = 500,
    seed: int = 1,
) -> pd.DataFrame:
    """The change of level at dates when nothing happened: every possible start before the true one.

    Parameters
    ----------
    table, outcome, time, start, lag, interval, conf_level, draws, seed
        As in `interrupted_series`; only periods before `start` are used.
    margin : int
        Periods to keep on either side of a placebo date; at least 3.

    Returns
    -------
    DataFrame
        One row per placebo date, in order: `start` (a value of `time`), then the columns of
        `interrupted_series` for `level_change`. About 1 - `conf_level` of the intervals miss 0
        even if nothing happened.

    Raises
    ------
    SchemaError, InputError
        As `interrupted_series`; also if fewer than 2 x `margin` periods come before `start`.

    Examples
    --------
    >>> months = pd.DataFrame({"month": range(1, 31),
    ...     "share": [0.30, 0.32, 0.31, 0.33, 0.30] * 3 + [0.40, 0.43, 0.41, 0.44, 0.42] * 3})
    >>> placebo_starts(months, outcome="share", time="month", start=16)["start"].tolist()
    [7, 8, 9, 10]
    """
    require_columns(table, [outcome, time])
    ordered, where = _periods(table, time, start)
    if margin < _LEAST_POINTS or where < 2 * margin:
        raise InputError(
            f"`margin` is {margin} and {where} periods come before `start`; a margin of at least "
            f"{_LEAST_POINTS} and twice as many periods were expected. Choose a smaller margin."
        )
    before = ordered.iloc[:where]
    rows = []
    for at in range(margin, where - margin + 1):
        date = before[time].iloc[at]
        out = interrupted_series(
            before,
            outcome=outcome,
            time=time,
            start=date,
            lag=lag,
            interval=interval,
            conf_level=conf_level,
            draws=draws,
            seed=seed,
        )
        row = out[out["term"] == "level_change"].drop(columns="term")
        row.insert(0, "start", [date])
        rows.append(row)
    return pd.concat(rows, ignore_index=True)


class _Fit(NamedTuple):
    """A fitted series. `design` and `residual` are scaled so that errors have equal variance."""

    estimate: Values
    std_error: Values
    design: Values
    residual: Values
    contrasts: Values
    lag: int
    durbin_watson: float


def _periods(table: pd.DataFrame, time: str, start: Any) -> tuple[pd.DataFrame, int]:
    """The table in order of time, and the position of the first period after the change."""
    column = table[time]
    if (lost := column.isna().to_numpy()).any():
        raise InputError(
            f"`table` column {time!r} is missing in {first_rows(table, lost)}; every row is one "
            "period. Leave these rows out."
        )
    if (twice := column.duplicated().to_numpy()).any():
        raise InputError(
            f"`table` repeats a period of {time!r} in {first_rows(table, twice)}; one row a period "
            "was expected. Add up, or average, the rows of one period."
        )
    ordered = table.sort_values(time, kind="stable")
    if not _evenly_spaced(ordered[time]):
        raise InputError(
            f"`table` column {time!r} has periods that are not evenly spaced (first: "
            f"{', '.join(str(v) for v in ordered[time].iloc[:3])}); a series without gaps was "
            "expected, as dates, periods or numbers. Add the missing periods."
        )
    try:
        where = int((ordered[time] < start).sum())
    except TypeError as error:
        raise InputError(
            f"`start` is {start!r}, which cannot be compared with column {time!r} (such as "
            f"{ordered[time].iloc[0]}). Give it in the same form."
        ) from error
    if min(where, len(ordered) - where) < _LEAST_POINTS:
        raise InputError(
            f"`start` {start!r} leaves {where} periods before and {len(ordered) - where} from "
            f"then on; at least {_LEAST_POINTS} each were expected, {MIN_POINTS} for a figure that "
            "is printed. Choose another date, or a longer series."
        )
    return ordered, where


def _evenly_spaced(times: pd.Series) -> bool:
    if len(times) < 3:
        return True
    if isinstance(times.dtype, pd.PeriodDtype):
        steps = np.diff(times.astype("int64"))
    elif is_numeric_dtype(times):
        steps = np.diff(times.to_numpy(float))
    else:
        try:
            return pd.infer_freq(pd.DatetimeIndex(pd.to_datetime(times))) is not None
        except (TypeError, ValueError):
            return False
    return bool(np.allclose(steps, steps[0]))


def _lag(lag: int | None, n: int) -> int:
    if lag is None:
        return int(4 * (n / 100) ** (2 / 9))
    if not 0 <= lag < n:
        raise InputError(
            f"`lag` is {lag}; a whole number from 0 to {n - 1} (periods less one) was expected. "
            "Leave it out for the usual rule."
        )
    return int(lag)


def _design(n: int, where: int, season: int | None) -> tuple[list[str], Values]:
    t = np.arange(1.0, n + 1)
    post = (np.arange(n) >= where).astype(float)
    terms, columns = list(_TERMS), [np.ones(n), t, post, post * (np.arange(n) - where)]
    if season is not None:
        if season < 3 or n < 2 * season:
            raise InputError(
                f"`season` is {season} and the series has {n} periods; at least 3 periods a year, "
                "and two years, were expected. Leave `season` out."
            )
        wave = 2 * np.pi * t / season
        terms += ["season_sine", "season_cosine"]
        columns += [np.sin(wave), np.cos(wave)]
    if n <= len(terms):
        raise InputError(
            f"`table` has {n} periods for {len(terms)} terms; more periods than terms were "
            "expected. Use a longer series."
        )
    return terms, np.column_stack(columns)


def _contrasts(terms: list[str], n: int, design: Values) -> Values:
    """One column a row of the result: the terms, then the effect at the last period."""
    end = np.zeros(len(terms))
    end[2], end[3] = 1.0, design[-1, 3]
    return np.column_stack([np.eye(len(terms)), end])


def _least_squares(design: Values, y: Values, lag: int) -> _Fit:
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.stattools import durbin_watson

    fit = OLS(y, design).fit(
        cov_type="HAC", cov_kwds={"maxlags": lag, "use_correction": True}, use_t=True
    )
    contrasts = _contrasts(_TERMS + [""] * (design.shape[1] - 4), len(y), design)
    test = fit.t_test(contrasts.T)
    residual = np.asarray(fit.resid)
    if (residual**2).sum() <= 1e-20 * max((y**2).sum(), 1e-300):
        residual = np.zeros(len(y))
    watson = float(durbin_watson(residual)) if residual.any() else np.nan
    return _Fit(np.ravel(test.effect), np.ravel(test.sd), design, residual, contrasts, lag, watson)


def _logit(design: Values, yes: Values, units: Values, lag: int) -> _Fit:
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.stats.stattools import durbin_watson

    fit = GLM(np.column_stack([yes, units - yes]), design, family=Binomial()).fit(tol=1e-12)
    mean = np.asarray(fit.fittedvalues)
    root = np.sqrt(units * mean * (1 - mean))
    scaled, residual = design * root[:, None], (yes - units * mean) / root
    contrasts = _contrasts(_TERMS + [""] * (design.shape[1] - 4), len(yes), design)
    error, _ = newey_west(scaled, residual[None, :], contrasts, lag)
    watson = float(durbin_watson(residual))
    return _Fit(contrasts.T @ fit.params, error[0], scaled, residual, contrasts, lag, watson)


def _result(
    terms: list[str],
    fit: _Fit,
    where: int,
    interval: Interval,
    conf_level: float,
    draws: int,
    seed: int,
    method: str,
) -> pd.DataFrame:
    check_conf_level(conf_level)
    if interval not in INTERVALS or draws < 100:
        raise InputError(
            f"`interval` is {interval!r} with {draws} `draws`; one of {', '.join(INTERVALS)}, and "
            "at least 100 draws, were expected. Leave both out for the usual."
        )
    n, k = len(fit.residual), len(terms)
    exact = not fit.residual.any()
    error = np.full(len(fit.estimate), np.nan) if exact else fit.std_error
    statistic = fit.estimate / error
    if exact:
        quantile = p_value = error
    elif interval == "t":
        quantile = np.full(len(error), critical_value(conf_level, n - k))
        p_value = 2 * stdtr(n - k, -np.abs(statistic))
    else:
        quantile, p_value = calibrate(
            fit.design,
            fit.residual,
            statistic,
            contrasts=fit.contrasts,
            lag=fit.lag,
            conf_level=conf_level,
            draws=draws,
            seed=seed,
        )
    flags = ["zero_var"] * exact + ["few_points"] * (min(where, n - where) < MIN_POINTS)
    return pd.DataFrame(
        {
            "term": [*terms, _END],
            "estimate": fit.estimate,
            "std_error": error,
            "ci_low": fit.estimate - quantile * error,
            "ci_high": fit.estimate + quantile * error,
            "conf_level": conf_level,
            "statistic": statistic,
            "df": float(n - k),
            "p_value": p_value,
            "n": n,
            "n_before": where,
            "n_after": n - where,
            "lag": fit.lag,
            "durbin_watson": fit.durbin_watson,
            "method": f"{method} lag {fit.lag}, "
            + ("simulated critical values" if interval == "calibrated" else f"t with {n - k} df"),
            "flags": " ".join(flags),
        }
    )
