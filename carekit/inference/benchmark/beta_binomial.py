"""How much rates differ between groups beyond chance: the beta-binomial model of counts.

Each group has its own rate, drawn from a Beta distribution; its answered requests are binomial at
that rate. The fitted Beta is the prior that `carekit.inference.benchmark.pooling` shrinks towards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaln, digamma, expit, logit

from carekit.errors import InputError
from carekit.inference.rates.counts import column_names, sum_counts

Fit = Literal["ml", "moments"]
FITS: tuple[Fit, ...] = ("ml", "moments")
Values = npt.NDArray[np.float64]

MIN_GROUPS = 5
_RHO_LOW, _RHO_HIGH = 1e-6, 0.999
_GRID = 24  # points a side
_NEGLIGIBLE = 1e-5  # grid points below this share of the best one are left out


@dataclass(frozen=True)
class BetaBinomial:
    """The distribution of the groups' rates.

    Attributes
    ----------
    mean : float
        Mean rate of a group, 0 to 1: every group counts once, whatever its n.
    rho : float
        Share of the variance of a single answer that lies between groups; 0: all groups alike.
    alpha, beta : float
        Parameters of the Beta distribution; their sum is 1 / rho - 1, the number of requests that
        the prior is worth.
    log_likelihood : float
        At these values, without the binomial coefficients.
    n, groups : int
        Requests, and groups with at least one.
    method : str
        How it was fitted, and why if not as asked.
    flags : str
        `boundary` when rho ends at a limit; `zero_var` when every request has the same outcome, so
        that rho cannot be seen (NaN).
    """

    mean: float
    rho: float
    alpha: float
    beta: float
    log_likelihood: float
    n: int
    groups: int
    method: str
    flags: str

    def __str__(self) -> str:
        return (
            f"Group rates average {self.mean:.3f}, intraclass correlation {self.rho:.3f} "
            f"({self.groups} groups, n = {self.n}; {self.method})."
        )


def fit_beta_binomial(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] = "brand",
    n: str = "n",
    n_yes: str = "n_answered",
    fit: Fit = "ml",
) -> BetaBinomial:
    """Fit the distribution of group rates to a table of counts.

    Parameters
    ----------
    table : DataFrame
        One row per group with whole counts; rows that share a group are added up.
    by : str or sequence of str
        Columns that define the groups.
    n, n_yes : str
        Columns of the counts: all units, and those that count as yes.
    fit : {"ml", "moments"}
        Maximum likelihood, started from the moments, or the moments themselves.

    Returns
    -------
    BetaBinomial
        Groups with n = 0 take no part in the fit. If the likelihood has no maximum that the
        search can confirm, the moments are given and `method` says so.

    Raises
    ------
    SchemaError, InputError
        As `estimate_rate`; also for an unknown `fit` and for fewer than 5 groups with n > 0.

    References
    ----------
    Kleinman 1973, Journal of the American Statistical Association 68 (moments).

    Examples
    --------
    >>> table = pd.DataFrame({"brand": list("abcdef"), "n": [20, 20, 40, 10, 30, 15],
    ...                       "n_answered": [4, 16, 22, 9, 12, 3]})
    >>> print(fit_beta_binomial(table))
    Group rates average 0.506, intraclass correlation 0.203 (6 groups, n = 135; maximum likelihood).
    """
    check_fit(fit)
    _, _, counts = sum_counts(table, by=column_names(by), cluster=None, n=n, parts=[n_yes])
    return fit_counts(counts[n_yes].to_numpy(), counts[n].to_numpy(), fit=fit)


def check_fit(fit: str) -> None:
    """Raise InputError unless `fit` is known."""
    if fit not in FITS:
        raise InputError(
            f"`fit` is {fit!r}; expected one of: {', '.join(FITS)}. Choose one of these."
        )


def fit_counts(yes: Values, units: Values, *, fit: Fit) -> BetaBinomial:
    """`fit_beta_binomial` on arrays that are already checked."""
    yes, units = yes[units > 0], units[units > 0]
    total, total_yes = int(units.sum()), int(yes.sum())
    if len(units) < MIN_GROUPS:
        raise InputError(
            f"`table` has {len(units)} group{'s' if len(units) != 1 else ''} with n > 0; a "
            f"distribution between groups needs at least {MIN_GROUPS}. Use "
            "carekit.inference.rates.proportions.estimate_rate, which gives each group its own interval."
        )
    if total_yes in (0, total):
        mean = total_yes / total
        nan = float("nan")
        return BetaBinomial(mean, nan, nan, nan, 0.0, total, len(units), "none", "zero_var")
    mean, rho = (float(v) for v in moments(yes, units))
    method = "moments"
    if fit == "ml":
        best = _maximise(yes, units, mean, rho)
        if best is None:
            method = "moments (the likelihood had no maximum that could be confirmed)"
        else:
            mean, rho = best
            method = "maximum likelihood"
    flags = "boundary" if rho <= _RHO_LOW * 1.01 or rho >= _RHO_HIGH * 0.9999 else ""
    m = 1 / rho - 1
    log_likelihood = float(marginal_log_likelihood(mean, rho, yes, units))
    return BetaBinomial(
        mean, rho, mean * m, (1 - mean) * m, log_likelihood, total, len(units), method, flags
    )


def moments(yes: Values, units: Values) -> tuple[Values, Values]:
    """Kleinman's mean and rho; `yes` may hold many tables, one a row. `units` above 0."""
    k, total = len(units), units.sum()
    mean = yes.sum(axis=-1) / total
    rates = yes / units
    between = (units * (rates - mean[..., None]) ** 2).sum(axis=-1) / (k - 1)
    if total == k:  # one request a group: nothing is seen within groups
        return mean, np.full(np.shape(mean), _RHO_LOW)
    within = (units * rates * (1 - rates)).sum(axis=-1) / (total - k)
    size = (total - (units**2).sum() / total) / (k - 1)
    spread = between + (size - 1) * within
    rho = np.divide(between - within, spread, out=np.zeros_like(mean), where=spread > 0)
    return mean, np.clip(rho, _RHO_LOW, _RHO_HIGH)


def marginal_log_likelihood(
    mean: npt.ArrayLike, rho: npt.ArrayLike, yes: Values, units: Values
) -> Values:
    """Log likelihood without binomial coefficients, for each pair of `mean` and `rho`."""
    mean = np.asarray(mean, dtype=float)
    m = 1 / np.asarray(rho, dtype=float) - 1
    a, b = (mean * m)[..., None], ((1 - mean) * m)[..., None]
    return (betaln(a + yes, b + units - yes) - betaln(a, b)).sum(axis=-1)


def _score(point: Values, yes: Values, units: Values) -> Values:
    """Gradient of the log likelihood to (logit mean, logit rho)."""
    mean, m = expit(point[0]), np.exp(-point[1])
    a, b = mean * m, (1 - mean) * m
    common = digamma(m) - digamma(m + units)
    to_a = (digamma(a + yes) - digamma(a) + common).sum()
    to_b = (digamma(b + units - yes) - digamma(b) + common).sum()
    return np.array([m * mean * (1 - mean) * (to_a - to_b), -(a * to_a + b * to_b)])


def _maximise(yes: Values, units: Values, mean: float, rho: float) -> tuple[float, float] | None:
    """Mean and rho of greatest likelihood, None where the search does not end well."""
    from scipy.optimize import minimize, root

    def loss(point: Values) -> tuple[float, Values]:
        value = marginal_log_likelihood(expit(point[0]), expit(point[1]), yes, units)
        return -float(value), -_score(point, yes, units)

    low, high = logit(_RHO_LOW), logit(_RHO_HIGH)
    results = [
        minimize(loss, [logit(mean), start], jac=True, bounds=[(-30, 30), (low, high)])
        for start in (np.clip(logit(rho), -7, 3), 0.0)
    ]
    best = min(results, key=lambda result: result.fun)
    if not np.isfinite(best.fun) or abs(best.x[0]) > 29:
        return None
    if low + 0.01 < best.x[1] < high - 0.01:
        polished = root(_score, best.x, args=(yes, units), tol=1e-12)
        if np.abs(polished.x - best.x).max() < 0.01:
            best.x = polished.x
        elif not best.success:
            return None
    # Towards rho = 0 the likelihood is flat, so a search that stops near the limit stands for it.
    return float(expit(best.x[0])), float(expit(best.x[1]))


def prior_grid(yes: Values, units: Values) -> tuple[Values, Values, Values]:
    """Points (mean, rho) and their weights given the counts, before them uniform on the square.

    The square is narrowed until the points that matter fill it.
    """
    box = np.array([[0.0, 1.0], [0.0, 1.0]])
    while True:
        step = (box[:, 1] - box[:, 0]) / _GRID
        sides = box[:, :1] + (np.arange(_GRID) + 0.5) * step[:, None]
        mean, rho = (side.ravel() for side in np.meshgrid(*sides, indexing="ij"))
        log_weight = marginal_log_likelihood(mean, rho, yes, units)
        weight = np.exp(log_weight - log_weight.max())
        keep = weight > _NEGLIGIBLE
        mean, rho, weight = mean[keep], rho[keep], weight[keep]
        narrow = np.array(
            [
                [values.min() - edge, values.max() + edge]
                for values, edge in ((mean, step[0]), (rho, step[1]))
            ]
        ).clip(0, 1)
        width = narrow[:, 1] - narrow[:, 0]
        if (width > 0.7 * (box[:, 1] - box[:, 0])).all():
            return mean, rho, weight / weight.sum()
        box = narrow
