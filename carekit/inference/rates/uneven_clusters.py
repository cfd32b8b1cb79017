"""A ratio of totals over few or uneven clusters: bias-reduced variance, honest degrees of freedom.

The linearised variance looks at residuals from a rate that large clusters have pulled towards
themselves, and counts every cluster as one degree of freedom. With twenty uneven brands its
nominal 95 % interval covers 91. The remedy is that of Bell and McCaffrey: scale each residual up
by what its cluster took away, and count degrees of freedom after Satterthwaite. For clusters of
one size both are the same as before.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from carekit.inference.rates.counts import group_sums

Floats = npt.NDArray[np.float64]


def bias_reduced_variance(
    residual: Floats, size: Floats, code: npt.NDArray, n_groups: int
) -> Floats:
    """CR2 variance of Σ yes / Σ size in each group.

    `residual` is yes - rate · size of each cluster, `code` its group. NaN for a single cluster.
    Bell and McCaffrey 2002, Survey Methodology 28, 169-181.
    """
    total = group_sums(code, size, n_groups)
    share = _share(size, total, code)
    squares = group_sums(code, residual**2 / np.where(share < 1, 1 - share, np.nan), n_groups)
    return squares / np.where(total > 0, total, np.nan) ** 2


def satterthwaite_df(
    size: Floats, code: npt.NDArray, n_groups: int, *, working: Floats | None = None
) -> Floats:
    """Degrees of freedom of `bias_reduced_variance`: 2 mean² / variance of it, at least 1.

    `working` is the variance of each cluster's total up to a constant; its size without it, as if
    units were independent. Pustejovsky and Tipton 2018, J. Bus. Econ. Stat. 36, 672-683.
    """
    s = size if working is None else working
    total = group_sums(code, size, n_groups)
    w = _share(size, total, code)
    d = np.where(w < 1, 1 - w, np.nan)
    # Residuals have covariance S - ws' - sw' + σww'; scaled by 1/√d it is diag(a) - uv' - vu' +
    # σuu', whose trace and trace of the square need sums only.
    a, u, v = s / d, w / np.sqrt(d), s / np.sqrt(d)
    sigma = group_sums(code, s, n_groups)

    def add(values: Floats) -> Floats:
        return group_sums(code, values, n_groups)

    uu, vv, uv = add(u * u), add(v * v), add(u * v)
    trace = add(a) - 2 * uv + sigma * uu
    square = (
        add(a * a)
        - 4 * add(a * u * v)
        + 2 * sigma * add(a * u * u)
        + 2 * (uv**2 + uu * vv)
        - 4 * sigma * uu * uv
        + sigma**2 * uu**2
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(square > 0, np.maximum(trace**2 / square, 1.0), np.nan)


def intraclass(yes: Floats, size: Floats, code: npt.NDArray, n_groups: int) -> Floats:
    """Likeness of two units of one cluster (analysis of variance), 0 to 0.99, in each group."""
    total = group_sums(code, size, n_groups)
    k = np.bincount(code, minlength=n_groups).astype(float)
    rate = group_sums(code, yes, n_groups) / np.where(total > 0, total, np.nan)
    own = yes / size
    with np.errstate(divide="ignore", invalid="ignore"):
        between = group_sums(code, size * (own - rate[code]) ** 2, n_groups) / (k - 1)
        within = group_sums(code, size * own * (1 - own), n_groups) / np.maximum(total - k, 1.0)
        mean = (total - group_sums(code, size**2, n_groups) / total) / (k - 1)
        spread = between + (mean - 1) * within
        likeness = np.where(spread > 0, (between - within) / spread, 0.0)
    return np.clip(np.nan_to_num(likeness), 0.0, 0.99)


def kish_number(size: Floats, code: npt.NDArray, n_groups: int) -> Floats:
    """Kish's number of clusters (Σ n)² / Σ n² of each group: what unequal ones are worth."""
    total, squares = group_sums(code, size, n_groups), group_sums(code, size**2, n_groups)
    return np.divide(total**2, squares, out=np.full(n_groups, np.nan), where=squares > 0)


def _share(size: Floats, total: Floats, code: npt.NDArray) -> Floats:
    return size / np.where(total > 0, total, np.nan)[code]
