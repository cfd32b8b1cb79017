"""Answer rates by several predictors at once: a binomial model of counts, robust to clusters.

Odds ratios are what the model estimates; rate differences are what a reader can use. Both are
given, with the same clusters behind them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype
from scipy.special import expit, stdtr

from carekit.errors import InputError
from carekit.inference.rates.cluster_robust import CORRECTIONS, Correction, cluster_contrasts
from carekit.inference.rates.counts import (
    FEW_CLUSTERS,
    check_conf_level,
    column_names,
    first_rows,
    name_flags,
    sum_counts,
)
from carekit.inference.rates.intervals import critical_value

Values = npt.NDArray[np.float64]

INTERCEPT = "intercept"
# A term that moves the log odds by this much leaves fewer than one error in three millions.
_INFINITE = 15.0
_METHODS = {
    "hc1": "binomial logit, cluster sandwich x G/(G-1) x (N-1)/(N-K)",
    "cr2": "binomial logit, CR2 with Satterthwaite df",
}


def model_rates(
    table: pd.DataFrame,
    *,
    predictors: str | Sequence[str],
    cluster: str,
    n: str = "n",
    n_yes: str = "n_answered",
    reference: Mapping[str, Any] | None = None,
    correction: Correction = "cr2",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Odds ratios and rate differences of several predictors, with clusters.

    `table`: one row per cluster and combination of predictors, with whole counts; rows that share all
    of these are added up. `predictors`: numbers (and true/false) enter as they are; anything else
    becomes one term per value, against `reference` or the first in sorted order. `correction`: "cr2",
    or "hc1", quicker and the same with hundreds of clusters.

    One row per term, the intercept first: term (predictor[value]); estimate (log odds ratio) with
    std_error, ci_low, ci_high, conf_level, statistic (t), df, p_value; odds_ratio and its limits;
    rate_difference (average change in the rate, over the units observed, when the predictor alone goes
    from its reference to that value, from 0 to 1, or for other numbers from half a unit below to half a
    unit above), its std_error and limits; n, clusters, method, flags. A predictor that is constant, a
    mixture of others or tells yes from no without error is an InputError.

    Bell and McCaffrey 2002; Pustejovsky and Tipton 2018 (CR2 on the scale of the response).

    >>> table = pd.DataFrame({
    ...     "network": ["x"] * 5 + ["facebook"] * 5, "brand": list("abcdeabcde"),
    ...     "n": [40, 25, 60, 12, 30, 20, 44, 31, 28, 19],
    ...     "n_answered": [10, 8, 30, 3, 9, 11, 30, 20, 12, 10]})
    >>> out = model_rates(table, predictors="network", cluster="brand")
    >>> out[["term", "odds_ratio", "rate_difference", "rate_difference_low", "df"]].round(3)
             term  odds_ratio  rate_difference  rate_difference_low     df
    0   intercept       1.407              NaN                  NaN  3.580
    1  network[x]       0.399           -0.225               -0.437  3.692
    """
    check_conf_level(conf_level)
    if correction not in CORRECTIONS:
        raise InputError(
            f"`correction` is {correction!r}; expected one of: {', '.join(CORRECTIONS)}. Choose "
            "one of these."
        )
    names = column_names(predictors)
    cells, _, counts = sum_counts(
        table, by=list(dict.fromkeys([*names, cluster])), cluster=None, n=n, parts=[n_yes]
    )
    for column in (*names, cluster):
        if (lost := table[column].isna().to_numpy()).any():
            raise InputError(
                f"`table` column {column!r} is missing in {first_rows(table, lost)}; every count "
                "must have its predictors and its cluster. Name that value, or leave the rows out "
                "and say so."
            )
    used = counts[n].to_numpy() > 0
    cells, units, yes = cells[used], counts[n].to_numpy()[used], counts[n_yes].to_numpy()[used]
    terms, design, swaps = _design(cells, names, reference or {})
    coefficients = _fit(design, terms, yes, units)

    mean = expit(design @ coefficients)
    contrasts = [np.eye(len(terms))]
    differences = np.full(len(terms), np.nan)
    slopes = np.zeros((len(terms), len(terms)))
    for j, (low, high) in swaps.items():
        differences[j], slopes[:, j] = _average_change(design, coefficients, units, low, high)
    contrasts.append(slopes)
    fit = cluster_contrasts(
        design * (mean * (1 - mean))[:, None],
        yes - units * mean,
        cluster=cells[cluster],
        contrasts=np.hstack(contrasts),
        variance=mean * (1 - mean),
        size=units,
        correction=correction,
    )
    k = len(terms)
    error, df = fit.std_error[:k], fit.df[:k]
    quantile = critical_value(conf_level, df)
    statistic = coefficients / error
    low, high = coefficients - quantile * error, coefficients + quantile * error
    # The intercept has no rate difference: its contrast is empty.
    change_error = np.where(np.isnan(differences), np.nan, fit.std_error[k:])
    margin = critical_value(conf_level, fit.df[k:]) * change_error
    flags = name_flags(one_cluster=fit.clusters == 1, few_clusters=fit.clusters < FEW_CLUSTERS)
    return pd.DataFrame(
        {
            "term": terms,
            "estimate": coefficients,
            "std_error": error,
            "ci_low": low,
            "ci_high": high,
            "conf_level": conf_level,
            "statistic": statistic,
            "df": df,
            "p_value": 2 * stdtr(df, -np.abs(statistic)),
            "odds_ratio": np.exp(coefficients),
            "odds_ratio_low": np.exp(low),
            "odds_ratio_high": np.exp(high),
            "rate_difference": differences,
            "rate_difference_std_error": change_error,
            "rate_difference_low": np.maximum(differences - margin, -1.0),
            "rate_difference_high": np.minimum(differences + margin, 1.0),
            "n": int(units.sum()),
            "clusters": fit.clusters,
            "method": _METHODS[correction],
            "flags": flags,
        }
    )


@contextmanager
def quiet_fit() -> Iterator[None]:
    """A binomial fit without statsmodels' false alarms.

    It takes a fit through every point for perfect separation (which is found here from the data),
    and with as many cells as terms divides by 0 degrees of freedom for a scale that nothing uses.
    """
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        yield


def _design(
    cells: pd.DataFrame, names: list[str], reference: Mapping[str, Any]
) -> tuple[list[str], Values, dict[int, tuple[Values, Values]]]:
    """Terms, the design, and for each term but the intercept its design at both ends."""
    unknown = [name for name in reference if name not in names]
    if unknown:
        raise InputError(
            f"`reference` names {', '.join(repr(u) for u in unknown)}, which is no predictor; "
            f"expected among: {', '.join(names)}. Add it to `predictors`, or leave it out."
        )
    terms = [INTERCEPT]
    columns = [np.ones(len(cells))]
    blocks: list[list[int]] = []
    for name in names:
        values = cells[name]
        start = len(terms)
        if is_numeric_dtype(values) and name not in reference:
            terms.append(name)
            columns.append(values.to_numpy(float))
        else:
            levels = sorted(values.unique(), key=str)
            base = reference.get(name, levels[0])
            if base not in levels:
                raise InputError(
                    f"`reference` for {name!r} is {base!r}; expected one of: "
                    f"{', '.join(str(level) for level in levels)}. Choose one of these values."
                )
            for level in (level for level in levels if level != base):
                terms.append(f"{name}[{level}]")
                columns.append((values == level).to_numpy(float))
        blocks.append(list(range(start, len(terms))))
    design = np.column_stack(columns)
    _check_rank(design, terms)
    swaps: dict[int, tuple[Values, Values]] = {}
    for block in blocks:
        for j in block:
            low, high = design.copy(), design.copy()
            if np.isin(design[:, j], (0.0, 1.0)).all():
                # Values of one predictor exclude each other: all of its terms change together.
                low[:, block] = high[:, block] = 0.0
                high[:, j] = 1.0
            else:
                low[:, j] -= 0.5
                high[:, j] += 0.5
            swaps[j] = (low, high)
    return terms, design, swaps


def _check_rank(design: Values, terms: list[str]) -> None:
    for j in range(1, design.shape[1] + 1):
        if np.linalg.matrix_rank(design[:, :j]) < j:
            raise InputError(
                f"`predictors` give the term {terms[j - 1]!r}, which is constant or a mixture of "
                f"{', '.join(terms[: j - 1]) or 'nothing'}; its effect cannot be told apart. Leave "
                "that predictor out."
            )


def _fit(design: Values, terms: list[str], yes: Values, units: Values) -> Values:
    """Coefficients of greatest likelihood, or InputError if some are infinite."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    if yes.sum() in (0, units.sum()):
        raise InputError(
            f"`table` has {int(yes.sum())} yes of {int(units.sum())}: nothing varies that "
            "predictors could explain. Use carekit.inference.rates.proportions.estimate_rate."
        )
    with quiet_fit():
        model = GLM(np.column_stack([yes, units - yes]), design, family=Binomial())
        result = model.fit(tol=1e-12, maxiter=100)
    reach = np.abs(result.params) * np.ptp(design, axis=0)
    far = [term for term, size in zip(terms, reach, strict=True) if size > _INFINITE]
    if far or not np.isfinite(result.params).all():
        raise InputError(
            f"`predictors` tell yes from no without error (term {', '.join(far) or 'unknown'}): "
            "some value has no yes, or nothing else, and its odds ratio is infinite. Join that "
            "value with another, or use carekit.inference.rates.comparisons.compare_rates."
        )
    return np.asarray(result.params)


def _average_change(
    design: Values, coefficients: Values, units: Values, low: Values, high: Values
) -> tuple[float, Values]:
    """Mean change in the rate from `low` to `high` over units, and its gradient."""
    before, after = expit(low @ coefficients), expit(high @ coefficients)
    share = units / units.sum()
    slope = high.T @ (share * after * (1 - after)) - low.T @ (share * before * (1 - before))
    return float(share @ (after - before)), slope
