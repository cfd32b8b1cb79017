"""Design-based variance of totals, shares and everything that is a smooth function of them.

Taylor linearisation with clusters drawn with replacement inside strata, as R's `survey` package
computes it without finite population correction: v = Σ_h m_h/(m_h-1) Σ_c (U_hc - mean U_h)², where
U_hc adds up the weighted influence of the respondents of cluster c in stratum h. Subgroups are
domains: all clusters of the design stay in the sum, those outside the subgroup with U = 0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from carekit.inference.rates.counts import group_sums
from carekit.inference.surveys.design import Codes, Floats, Sample, compact


def weighted_shares(
    sample: Sample, group: Codes, answer: npt.NDArray[np.integer], shape: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Weighted share of each answer in each group and its variance, both groups × answers.

    `group` and `answer` hold a code per respondent; -1 in either leaves the base.
    """
    size, n_answers = shape
    base = (group >= 0) & (answer >= 0)
    of, said, w = group, answer, sample.weight
    if not base.all():
        of, said, w = group[base], answer[base], sample.weight[base]
    if sample.n_strata == 1:
        pair, pair_stratum, pair_group = of, np.zeros(size, dtype=np.int64), np.arange(size)
    else:
        pair, pairs = compact(sample.stratum[base] * size + of)
        pair_stratum, pair_group = pairs // size, pairs % size
    n_pairs = len(pair_group)
    cell = pair * n_answers + said
    weights = group_sums(cell, w, n_pairs * n_answers).reshape(n_pairs, n_answers)
    sums = np.zeros(shape)
    np.add.at(sums, pair_group, weights)
    total = sums.sum(axis=1)
    positive = total > 0
    share = np.divide(sums, total[:, None], out=np.full(shape, np.nan), where=positive[:, None])
    # An answer that everybody gave has the share 1, whatever the order of summation.
    share[np.abs(share - 1.0) < 1e-15] = 1.0
    scale = np.where(positive, total, 1.0)[pair_group][:, None]
    p = np.nan_to_num(share[pair_group])
    first = (weights - p * weights.sum(axis=1, keepdims=True)) / scale
    if sample.clustered:
        unit = sample.psu[base] * size + of
        if (length := len(sample.psu_stratum) * size) > max(len(unit), 4_000_000):
            unit, found = compact(unit)
            length = len(found)
        second = _squared_cluster_sums(unit, length, pair, said, w, p) / scale**2
    else:
        squares = group_sums(cell, w * w, n_pairs * n_answers).reshape(weights.shape)
        others = squares.sum(axis=1, keepdims=True) - squares
        second = ((1 - p) ** 2 * squares + p**2 * others) / scale**2
    m = sample.psus.astype(float)[pair_stratum][:, None]
    # A stratum of one cluster deviates from the overall mean, which is 0 for a share.
    centred = np.where(m > 1, second - first**2 / np.maximum(m, 1.0), second)
    variance = np.zeros(shape)
    np.add.at(
        variance, pair_group, np.maximum(_factor(sample)[pair_stratum][:, None] * centred, 0.0)
    )
    return share, np.where(positive[:, None], variance, np.nan)


def _squared_cluster_sums(
    unit: Codes, n_units: int, pair: Codes, said: npt.NDArray, w: Floats, p: Floats
) -> Floats:
    """Σ over clusters of (weight of the answer - p · weight)², pairs × answers.

    `unit` numbers the parts of clusters that lie in one group, `pair` strata and groups.
    """
    n_pairs, n_answers = p.shape
    of = np.zeros(n_units, dtype=np.int64)
    of[unit] = pair
    own = group_sums(unit, w, n_units)
    out = np.empty(p.shape)
    for k in range(n_answers):
        if n_answers == 2 and k == 1:  # yes and no vary alike
            out[:, 1] = out[:, 0]
            break
        yes = group_sums(unit, w * (said == k), n_units)
        out[:, k] = group_sums(of, (yes - p[of, k] * own) ** 2, n_pairs)
    return out


def cell_covariance(sample: Sample, cell: Codes, size: int) -> Floats:
    """Covariance matrix of the weighted totals of `size` exclusive cells.

    `cell` holds a code per respondent; -1 lies in no cell. Every statistic of a table (shares,
    differences, slopes) is to first order a linear map of these totals.
    """
    inside = cell >= 0
    of, w = cell[inside], sample.weight[inside]
    if sample.clustered:
        units = len(sample.psu_stratum)
        totals = group_sums(sample.psu[inside] * size + of, w, units * size).reshape(units, size)
        return _covariance(sample, totals, sample.psu_stratum)
    # Cells exclude each other, so respondents that are their own clusters leave only a diagonal.
    key = sample.stratum[inside] * size + of
    grid, length = (sample.n_strata, size), sample.n_strata * size
    sums = group_sums(key, w, length).reshape(grid)
    squares = group_sums(key, w * w, length).reshape(grid)
    return np.diag(_factor(sample) @ squares) - _mean_products(sample, sums)


def totals_covariance(sample: Sample, columns: Floats) -> Floats:
    """Covariance matrix of the sums of `columns` (respondents × k), weights already inside."""
    if not sample.clustered:
        return _covariance(sample, columns, sample.stratum)
    units = len(sample.psu_stratum)
    return _covariance(sample, _column_sums(sample.psu, columns, units), sample.psu_stratum)


def block_covariance(sample: Sample, group: Codes, size: int, block: Floats) -> Floats:
    """Covariance matrix of the sums of `block` within each group, groups × columns stacked.

    `block` is respondents × k with the weights inside; a respondent adds to the k columns of the
    own group only, so the full respondents × (groups · k) matrix is never built.
    """
    n_columns = block.shape[1]
    if sample.clustered:
        return _clustered_blocks(sample, group, size, block)
    factor = _factor(sample)[sample.stratum]
    out = np.zeros((size * n_columns, size * n_columns))
    sums = np.zeros((sample.n_strata, size * n_columns))
    for g in range(size):
        mine = np.flatnonzero(group == g)
        rows, own = block[mine], slice(g * n_columns, (g + 1) * n_columns)
        out[own, own] = rows.T @ (rows * factor[mine, None])
        sums[:, own] = _column_sums(sample.stratum[mine], rows, sample.n_strata)
    return out - _mean_products(sample, sums)


def _clustered_blocks(sample: Sample, group: Codes, size: int, block: Floats) -> Floats:
    from scipy.sparse import csr_matrix, hstack

    units, inside = len(sample.psu_stratum), group >= 0
    pair, pairs = compact(sample.psu[inside] * size + group[inside])
    rows, groups = pairs // size, pairs % size
    parts = []
    for k in range(block.shape[1]):
        totals = group_sums(pair, block[inside, k], len(pairs))
        parts.append(csr_matrix((totals, (rows, groups)), shape=(units, size)))
    stacked = hstack(parts, format="csr")  # column k · size + g
    factor = _factor(sample)[sample.psu_stratum]
    product = (stacked.T @ stacked.multiply(factor[:, None]).tocsr()).toarray()
    in_stratum = csr_matrix(
        (np.ones(units), (sample.psu_stratum, np.arange(units))), shape=(sample.n_strata, units)
    )
    product -= _mean_products(sample, (in_stratum @ stacked).toarray())
    order = np.arange(product.shape[0]).reshape(block.shape[1], size).T.ravel()
    return product[np.ix_(order, order)]


def _factor(sample: Sample) -> Floats:
    """m/(m-1) of each stratum; 1 where it holds a single cluster."""
    m = sample.psus.astype(float)
    return np.where(m > 1, m / np.where(m > 1, m - 1, 1.0), 1.0)


def _mean_products(sample: Sample, sums: Floats) -> Floats:
    """What centring takes away from Σ factor U U': strata × columns → columns × columns."""
    m, factor = sample.psus.astype(float), _factor(sample)
    usual = m > 1
    scaled = sums[usual] * np.sqrt(factor[usual] / m[usual])[:, None]
    out = scaled.T @ scaled
    if (m == 1).any():
        mean = sums.sum(axis=0) / m.sum()
        lonely = np.outer(sums[m == 1].sum(axis=0), mean)
        out += lonely + lonely.T - (m == 1).sum() * np.outer(mean, mean)
    return out


def _covariance(sample: Sample, totals: Floats, strata: Codes) -> Floats:
    """Covariance of column sums; rows of `totals` are clusters lying in `strata`."""
    sums = _column_sums(strata, totals, sample.n_strata)
    weighted = totals * _factor(sample)[strata][:, None]
    return totals.T @ weighted - _mean_products(sample, sums)


def _column_sums(code: Codes, columns: Floats, size: int) -> Floats:
    """Sums of each column over the rows of each code."""
    out = np.empty((size, columns.shape[1]))
    for k in range(columns.shape[1]):
        out[:, k] = group_sums(code, columns[:, k], size)
    return out
