"""Did brands that opened a care account change more than brands that did not?

Difference-in-differences for one start date, three ways side by side: a model with brand and
period effects, the plain comparison of one change per brand, and a permutation of who was treated.
For several start dates and for what happens period by period: carekit.inference.panels.staggered.
"""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr

from carekit.errors import InputError
from carekit.inference.panels.panel import Panel, add_variances, read_panel
from carekit.inference.rates.cluster_robust import CORRECTIONS, Correction, cluster_contrasts
from carekit.inference.rates.counts import check_conf_level
from carekit.inference.rates.intervals import critical_value

Values = npt.NDArray[np.float64]

MIN_TREATED = 4
FEW_CLUSTERS = 30
MAX_ALLOCATIONS = 20_000
_RESULT = [
    *("estimate", "std_error", "ci_low", "ci_high", "conf_level", "statistic", "df"),
    *("p_value", "n", "treated", "controls", "clusters", "allocations", "method", "flags"),
]
_SAME = 1e-9  # allocations whose statistic differs by less are ties


def difference_in_differences(
    table: pd.DataFrame,
    *,
    outcome: str,
    brand: str = "brand",
    period: str = "period",
    start: str = "start",
    correction: Correction = "cr2",
    conf_level: float = 0.95,
    draws: int = 9999,
    seed: int = 1,
) -> pd.DataFrame:
    """Effect of a change that some brands made, all at the same time.

    Parameters
    ----------
    table : DataFrame
        One row per brand and period. Periods may be missing for some brands.
    outcome, brand, period : str
        Columns: the value compared, whom it belongs to, when (anything that sorts).
    start : str
        Column with the first period after the change, constant within a brand; missing: never.
    correction : {"cr2", "hc1", "g", "none"}
        Of the model's standard error; all but "cr2" are too small with few brands, and are there
        to compare with other software.
    conf_level : float
        Nominal coverage.
    draws, seed : int
        Allocations to draw where there are more than 20,000, and the seed.

    Returns
    -------
    DataFrame
        Three rows, one per method:

        1. model with brand and period effects, errors clustered by brand (CR2, Satterthwaite)
        2. Welch's t on one change per brand (`brand_changes`): the check a reader can repeat
        3. permutation of which brands were treated: exact up to 20,000 allocations; its interval
           holds the effects that the permutation does not reject. Treated and other brands are taken
           to vary alike: where 5 of 30 vary twice as much it covers 78 %

        Columns: `estimate` (extra change of treated brands, in units of the outcome), `std_error`,
        `ci_low`, `ci_high`, `conf_level`, `statistic`, `df`, `p_value`; `n` (rows of the table),
        `treated`, `controls` (brands), `clusters`, `allocations`, `method`, `flags`.

        Flags: `few_treated`, `few_controls` below 4 brands: only the permutation is given, for
        nothing can be said of so few without it; `few_clusters` below 30 brands; `zero_var` no
        variation, no limits. A permutation whose smallest possible p-value is above 1 -
        `conf_level` has no limits.

    Raises
    ------
    SchemaError, InputError
        If a column or value is missing, brand and period repeat, `start` varies within a brand,
        starts differ between brands, a brand has no period on one side, or there are no treated
        or no other brands.

    References
    ----------
    Bertrand, Duflo and Mullainathan 2004 (why cluster by brand); Pustejovsky and Tipton 2018.

    Examples
    --------
    >>> rows = [
    ...     (brand, t, 40 + 3 * i + t + i * t % 3 + 8 * (i < 4 and t > 2), 3 if i < 4 else None)
    ...     for i, brand in enumerate("abcdefgh")
    ...     for t in (1, 2, 3, 4)
    ... ]
    >>> panel = pd.DataFrame(rows, columns=["brand", "period", "share", "start"])
    >>> out = difference_in_differences(panel, outcome="share")
    >>> out[["estimate", "ci_low", "ci_high", "df", "p_value", "allocations"]].round(3)
       estimate  ci_low  ci_high   df  p_value  allocations
    0      8.25   7.422    9.078  6.0    0.000         <NA>
    1      8.25   7.422    9.078  6.0    0.000         <NA>
    2      8.25   7.000    9.000  NaN    0.029           70
    """
    check_conf_level(conf_level)
    if correction not in CORRECTIONS or draws < 999:
        raise InputError(
            f"`correction` is {correction!r} with {draws} `draws`; one of "
            f"{', '.join(CORRECTIONS)}, and at least 999 draws, were expected. Leave both out for "
            "the usual."
        )
    panel = read_panel(table, outcome=outcome, brand=brand, period=period, start=start)
    changes = _changes(panel)
    treated, change = changes["treated"].to_numpy(), changes["change"].to_numpy()
    enough = min(treated.sum(), (~treated).sum()) >= MIN_TREATED
    rows = [
        _model(panel, correction, conf_level, enough),
        _welch(change, treated, conf_level, enough),
        _permutation(change, treated, conf_level, draws, seed),
    ]
    flags = {
        "few_treated": treated.sum() < MIN_TREATED,
        "few_controls": (~treated).sum() < MIN_TREATED,
        "few_clusters": len(treated) < FEW_CLUSTERS,
        "zero_var": enough and np.isnan(rows[1]["std_error"]),
    }
    return pd.DataFrame(rows).assign(
        conf_level=conf_level,
        allocations=pd.array([row["allocations"] for row in rows], dtype="Int64"),
        n=int(np.isfinite(panel.outcome).sum()),
        treated=int(treated.sum()),
        controls=int((~treated).sum()),
        clusters=len(treated),
        flags=" ".join(name for name, here in flags.items() if here),
    )[_RESULT]


def brand_changes(
    table: pd.DataFrame,
    *,
    outcome: str,
    brand: str = "brand",
    period: str = "period",
    start: str = "start",
) -> pd.DataFrame:
    """One change per brand: mean outcome from the start on, less mean outcome before it.

    Parameters
    ----------
    table, outcome, brand, period, start
        As in `difference_in_differences`; brands that never start are split at the same date.

    Returns
    -------
    DataFrame
        One row per brand, sorted: the `brand` column, `treated` (true/false), `before`, `after`, `change` (in
        units of the outcome), `n_before`, `n_after` (periods with a value).

    Raises
    ------
    SchemaError, InputError
        As `difference_in_differences`.

    Examples
    --------
    >>> panel = pd.DataFrame({"brand": list("aabb"), "period": [1, 2, 1, 2],
    ...                       "share": [40.0, 49.0, 38.0, 40.0], "start": [2, 2, None, None]})
    >>> brand_changes(panel, outcome="share")
      brand  treated  before  after  change  n_before  n_after
    0     a     True    40.0   49.0     9.0         1        1
    1     b    False    38.0   40.0     2.0         1        1
    """
    panel = read_panel(table, outcome=outcome, brand=brand, period=period, start=start)
    return _changes(panel).rename(columns={"brand": brand})


def _changes(panel: Panel) -> pd.DataFrame:
    if len(panel.starts) > 1:
        raise InputError(
            f"`start` has {len(panel.starts)} different dates (first: "
            f"{', '.join(str(panel.periods[s]) for s in panel.starts[:3])}); one was expected, for "
            "with several, brands already treated would serve as controls. Use "
            "carekit.inference.panels.staggered.staggered_effect."
        )
    split = panel.starts[0]
    sides = panel.outcome[:, :split], panel.outcome[:, split:]
    counts = [np.isfinite(side).sum(axis=1) for side in sides]
    empty = (counts[0] == 0) | (counts[1] == 0)
    if empty.any():
        names = panel.brands[empty]
        raise InputError(
            f"`table` has {len(names)} brand{'s' if len(names) > 1 else ''} with no period before "
            f"{panel.periods[split]} or none from then on (first: "
            f"{', '.join(str(name) for name in names[:3])}); both are needed for a change. Leave "
            "them out and say so."
        )
    before, after = (np.nansum(side, axis=1) / n for side, n in zip(sides, counts, strict=True))
    return pd.DataFrame(
        {
            "brand": panel.brands,
            "treated": panel.treated,
            "before": before,
            "after": after,
            "change": after - before,
            "n_before": counts[0],
            "n_after": counts[1],
        }
    )


def _row(
    estimate: float,
    method: str,
    conf_level: float,
    error: float = np.nan,
    df: float = np.nan,
) -> dict[str, Any]:
    """A t interval and test; NaN where there is no error."""
    statistic = estimate / error if error > 0 else np.nan
    margin = float(critical_value(conf_level, df)) * error if error > 0 else np.nan
    return {
        "estimate": estimate,
        "std_error": error if error > 0 else np.nan,
        "ci_low": estimate - margin,
        "ci_high": estimate + margin,
        "statistic": statistic,
        "df": df,
        "p_value": 2 * stdtr(df, -abs(statistic)) if error > 0 else np.nan,
        "allocations": pd.NA,
        "method": method,
    }


def _model(panel: Panel, correction: Correction, conf_level: float, enough: bool) -> dict[str, Any]:
    """Least squares with brand and period effects; the fixed effects count as coefficients."""
    row, column = np.nonzero(np.isfinite(panel.outcome))
    y = panel.outcome[row, column]
    design = np.column_stack(
        [
            panel.start[row] <= column,
            row[:, None] == np.arange(len(panel.brands)),
            column[:, None] == np.arange(1, len(panel.periods)),
        ]
    ).astype(float)
    coefficients, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    if rank < design.shape[1]:
        raise InputError(
            f"`table` has {len(y)} values for {design.shape[1]} effects of brands and periods, "
            "not all of which can be told apart. Add periods, or leave out brands that share none."
        )
    name = "brand and period effects, cluster by brand, "
    name += "CR2" if correction == "cr2" else f"correction {correction}"
    residual = y - design @ coefficients
    estimate = float(coefficients[0])
    if not enough or (residual**2).sum() <= 1e-20 * (y**2).sum():
        return _row(estimate, name, conf_level)
    fit = cluster_contrasts(
        design,
        residual,
        cluster=row,
        contrasts=np.eye(design.shape[1])[:, :1],
        correction=correction,
    )
    return _row(estimate, name, conf_level, float(fit.std_error[0]), float(fit.df[0]))


def _welch(
    change: Values, treated: npt.NDArray[np.bool_], conf_level: float, enough: bool
) -> dict[str, Any]:
    estimate = float(change[treated].mean() - change[~treated].mean())
    name = "Welch t of one change per brand"
    if not enough:
        return _row(estimate, name, conf_level)
    arms = change[treated], change[~treated]
    error, df = add_variances(
        [arm.var(ddof=1) / len(arm) for arm in arms], [len(arm) - 1 for arm in arms]
    )
    return _row(estimate, name, conf_level, error, df)


def _permutation(
    change: Values, treated: npt.NDArray[np.bool_], conf_level: float, draws: int, seed: int
) -> dict[str, Any]:
    """Share of allocations that differ as much as the true one, and the effects they allow."""
    k, m = len(change), int(treated.sum())
    exact = comb(k, m) <= MAX_ALLOCATIONS
    chosen = np.zeros((comb(k, m) if exact else draws + 1, k), dtype=bool)
    if exact:
        which = np.array(list(combinations(range(k), m)))
        chosen[np.arange(len(which))[:, None], which] = True
    else:
        rng = np.random.default_rng(seed)
        order = rng.permuted(np.tile(np.arange(k), (draws, 1)), axis=1)[:, :m]
        chosen[np.arange(draws)[:, None], order] = True
        chosen[draws] = treated
    seen = float(change[treated].mean() - change[~treated].mean())
    apart = _contrast(chosen, change)
    p_value = (np.abs(apart) >= abs(seen) - _SAME * max(np.abs(change).max(), 1e-300)).mean()
    # Take an effect e away from the treated: the true difference becomes seen - e, that of an
    # allocation apart - e x overlap. The allocation is as extreme for e between two values.
    overlap = _contrast(chosen, treated.astype(float))
    same, opposite = overlap > 1 - _SAME, overlap < _SAME - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.where(same, -np.inf, (seen - apart) / (1 - overlap))
        other = np.where(opposite, np.inf, (seen + apart) / (1 + overlap))
    low, high = np.minimum(one, other), np.maximum(one, other)
    low[same | opposite], high[same | opposite] = -np.inf, np.inf
    spare = int((1 - conf_level) * len(chosen) + _SAME)
    ci_low, ci_high = np.sort(low)[spare], np.sort(high)[-1 - spare]
    reached = np.isfinite(ci_low) and np.isfinite(ci_high)
    return {
        "estimate": seen,
        "std_error": np.nan,
        "ci_low": ci_low if reached else np.nan,
        "ci_high": ci_high if reached else np.nan,
        "statistic": np.nan,
        "df": np.nan,
        "p_value": float(p_value),
        "allocations": len(chosen),
        "method": f"{'exact permutation' if exact else 'permutation'} of one change per brand",
    }


def _contrast(chosen: npt.NDArray[np.bool_], values: Values) -> Values:
    """Mean of the chosen less mean of the others, one value an allocation."""
    m, k = chosen[0].sum(), len(values)
    inside = chosen @ values
    return inside / m - (values.sum() - inside) / (k - m)
