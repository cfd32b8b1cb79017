"""Standard errors and degrees of freedom when rows of the same cluster depend on each other.

Used for differences of rates, logits and ratios of rates. All work on cells: a cell is a set of
messages of one cluster with the same predictors, given by its size and its count, so that a table
of counts and the messages behind it give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Correction = Literal["cr2", "hc1"]
CORRECTIONS: tuple[Correction, ...] = ("cr2", "hc1")

# Eigenvalues below this share of the largest are zero: a cluster that its own fixed effect fits
# exactly leaves such directions, and they carry no residual.
_NULL = 1e-10


@dataclass(frozen=True)
class Contrasts:
    """Standard error and degrees of freedom of each column of the contrasts that were asked."""

    std_error: NDArray[np.float64]
    df: NDArray[np.float64]
    clusters: int


def cluster_contrasts(
    gradient: ArrayLike,
    residual: ArrayLike,
    *,
    cluster: ArrayLike,
    contrasts: ArrayLike,
    variance: ArrayLike | None = None,
    size: ArrayLike | None = None,
    df_variance: ArrayLike | None = None,
    correction: Correction = "cr2",
) -> Contrasts:
    """Cluster-robust standard errors of linear contrasts of fitted coefficients.

    One row per cell. `gradient`: derivative of its expected value *per message* to each coefficient (the
    design itself for a linear model, design x mean x (1 - mean) for a logit); `residual`: sum over its
    messages of observed minus fitted; `contrasts`: one column each, the identity gives the
    coefficients; `variance`: working variance of one message, with whose inverse as weight the
    coefficients were fitted; `size`: messages; `df_variance`: variance of the cell's sum over its size,
    where it is better known than `variance` (changes the degrees of freedom of "cr2" only).
    `correction`: "cr2", bias-reduced with Satterthwaite degrees of freedom, on the scale of the
    response as R's clubSandwich; or "hc1", the sandwich times G/(G-1) · (N-1)/(N-K) with G-1 of them.
    NaN with a single cluster.

    Bell and McCaffrey (2002), *Survey Methodology* 28; Pustejovsky and Tipton (2018), *Journal of
    Business & Economic Statistics* 36. The mean of six values in three clusters, (1, 2), (4, 6), (5, 9):

    The mean of six values in three clusters, (1, 2), (4, 6), (5, 9):

    >>> import numpy as np
    >>> y = np.array([1.0, 2, 4, 6, 5, 9])
    >>> fit = cluster_contrasts(
    ...     np.ones((6, 1)), y - y.mean(), cluster=list("aabbcc"), contrasts=[[1.0]]
    ... )
    >>> fit.std_error.round(4), fit.df.round(4), fit.clusters
    (array([1.6073]), array([2.]), 3)
    """
    x, e = np.asarray(gradient, dtype=float), np.asarray(residual, dtype=float)
    phi = np.ones(len(e)) if variance is None else np.asarray(variance, dtype=float)
    n = np.ones(len(e)) if size is None else np.asarray(size, dtype=float)
    spread = phi if df_variance is None else np.asarray(df_variance, dtype=float)
    wanted = np.asarray(contrasts, dtype=float)
    # Messages of one cell differ from their mean in directions where the fit says nothing, so a
    # cell acts as one row, scaled by the root of its size.
    root = np.sqrt(n)
    x, e = x * root[:, None], e / root
    bread = np.linalg.inv(x.T @ (x / phi[:, None]))
    labels, code = np.unique(np.asarray(cluster, dtype=str), return_inverse=True)
    groups = len(labels)
    if groups < 2:
        nothing = np.full(wanted.shape[1], np.nan)
        return Contrasts(nothing, nothing.copy(), groups)

    own = bread @ wanted
    squared = np.zeros(wanted.shape[1])
    diagonal = np.zeros((groups, wanted.shape[1]))
    shadow = np.zeros((groups, 2 * x.shape[1], wanted.shape[1]))
    order = np.argsort(code, kind="stable")
    for g, rows in enumerate(np.split(order, np.cumsum(np.bincount(code))[:-1])):
        direction = x[rows] @ own / phi[rows, None]
        if correction == "cr2":
            direction = _bias_reduction(x[rows], phi[rows], bread) @ direction
        squared += (e[rows] @ direction) ** 2
        diagonal[g] = (direction**2 * spread[rows, None]).sum(axis=0)
        shadow[g, : x.shape[1]] = x[rows].T @ direction
        shadow[g, x.shape[1] :] = (x[rows] / phi[rows, None]).T @ (direction * spread[rows, None])
    if correction == "cr2":
        weighted = x / phi[:, None]
        inner = bread @ (weighted.T @ (weighted * spread[:, None])) @ bread
        core = np.block([[inner, -bread], [-bread, np.zeros_like(bread)]])
        return Contrasts(np.sqrt(squared), _satterthwaite(diagonal, shadow, core), groups)
    factor = groups / (groups - 1) * (n.sum() - 1) / (n.sum() - x.shape[1])
    return Contrasts(np.sqrt(squared * factor), np.full(wanted.shape[1], float(groups - 1)), groups)


def _bias_reduction(
    x: NDArray[np.float64], phi: NDArray[np.float64], bread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The matrix that makes a cluster's outer product of residuals unbiased, transposed."""
    half = np.sqrt(phi)
    inner = np.diag(phi**2) - half[:, None] * (x @ bread @ x.T) * half
    values, vectors = np.linalg.eigh(inner)
    keep = values > _NULL * values.max()
    power = (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T
    return half[:, None] * power * half


def _satterthwaite(
    diagonal: NDArray[np.float64], shadow: NDArray[np.float64], core: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Degrees of freedom that match mean and variance of the estimate under the working model.

    The covariance of the clusters' contributions is diag(a) + U C U'; only its trace and its
    square are needed, so it is never built.
    """
    df = np.empty(diagonal.shape[1])
    for j in range(len(df)):
        a, u = diagonal[:, j], shadow[:, :, j]
        low_rank = core @ (u.T @ u)
        own = ((u @ core) * u).sum(axis=1)
        square = (a**2).sum() + 2 * (a * own).sum() + np.trace(low_rank @ low_rank)
        with np.errstate(invalid="ignore", divide="ignore"):
            df[j] = (a + own).sum() ** 2 / square
    return df
