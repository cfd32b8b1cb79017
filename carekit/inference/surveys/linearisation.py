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
from carekit.inference.surveys.design import Codes, Design, Floats, compact


def weighted_shares(
    design: Design, group: Codes, answer: npt.NDArray[np.integer], shape: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Weighted share of each answer in each group and its variance, both groups × answers.

    `group` and `answer` hold a code per respondent; -1 in either leaves the base.
    """
    size, n_answers = shape
    base = (group >= 0) & (answer >= 0)
    if base.all():
        of, said, w, copies = group, answer, design.weight, design.copies
    else:
        of, said, w, copies = group[base], answer[base], design.weight[base], design.copies[base]
    if design.n_strata == 1:
        pair, pair_stratum, pair_group = of, np.zeros(size, dtype=np.int64), np.arange(size)
    else:
        pair, pairs = compact(design.stratum[base] * size + of)
        pair_stratum, pair_group = pairs // size, pairs % size
    n_pairs = len(pair_group)
    cell = pair * n_answers + said
    weights = group_sums(cell, w * copies, n_pairs * n_answers).reshape(n_pairs, n_answers)
    sums = np.zeros(shape)
    np.add.at(sums, pair_group, weights)
    total = sums.sum(axis=1)
    positive = total > 0
    share = np.divide(sums, total[:, None], out=np.full(shape, np.nan), where=positive[:, None])
    # An answer that everybody gave has the share 1, whatever the order of summation.
    share[np.abs(share - 1.0) < 1e-15] = 1.0
    if design.start is not None:
        return share, _calibrated_variances(design, group, answer, share, total)

    scale = np.where(positive, total, 1.0)[pair_group][:, None]
    p = np.nan_to_num(share[pair_group])
    first = (weights - p * weights.sum(axis=1, keepdims=True)) / scale
    if design.clustered:
        unit = design.psu[base] * size + of
        if (length := len(design.psu_stratum) * size) > max(len(unit), 4_000_000):
            unit, found = compact(unit)
            length = len(found)
        second = _squared_cluster_sums(unit, length, pair, said, w * copies, p) / scale**2
    else:
        squares = group_sums(cell, copies * w * w, n_pairs * n_answers).reshape(weights.shape)
        others = squares.sum(axis=1, keepdims=True) - squares
        second = ((1 - p) ** 2 * squares + p**2 * others) / scale**2
    m = design.psus.astype(float)[pair_stratum][:, None]
    # A stratum of one cluster deviates from the overall mean, which is 0 for a share.
    centred = np.where(m > 1, second - first**2 / np.maximum(m, 1.0), second)
    variance = np.zeros(shape)
    np.add.at(
        variance, pair_group, np.maximum(_factor(design)[pair_stratum][:, None] * centred, 0.0)
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


def cell_covariance(design: Design, cell: Codes, size: int) -> Floats:
    """Covariance matrix of the weighted totals of `size` exclusive cells.

    `cell` holds a code per respondent; -1 lies in no cell. Every statistic of a table (shares,
    differences, slopes) is to first order a linear map of these totals.
    """
    if design.start is not None:
        columns = np.empty((len(cell), size))
        for k in range(size):
            columns[:, k] = design.weight * design.residual((cell == k).astype(float))
        return totals_covariance(design, columns)
    inside = cell >= 0
    of, w, copies = cell[inside], design.weight[inside], design.copies[inside]
    if design.clustered:
        units = len(design.psu_stratum)
        key = design.psu[inside] * size + of
        totals = group_sums(key, w * copies, units * size).reshape(units, size)
        return _covariance(design, totals, design.psu_stratum, np.ones(units))
    # Cells exclude each other, so respondents that are their own clusters leave only a diagonal.
    key = design.stratum[inside] * size + of
    grid, length = (design.n_strata, size), design.n_strata * size
    sums = group_sums(key, copies * w, length).reshape(grid)
    squares = group_sums(key, copies * w * w, length).reshape(grid)
    return np.diag(_factor(design) @ squares) - _mean_products(design, sums)


def totals_covariance(design: Design, columns: Floats) -> Floats:
    """Covariance matrix of the sums of `columns` (respondents × k), weights already inside."""
    if not design.clustered:
        return _covariance(design, columns, design.stratum, design.copies)
    units = len(design.psu_stratum)
    totals = np.empty((units, columns.shape[1]))
    for k in range(columns.shape[1]):
        totals[:, k] = group_sums(design.psu, columns[:, k] * design.copies, units)
    return _covariance(design, totals, design.psu_stratum, np.ones(units))


def block_covariance(design: Design, group: Codes, size: int, block: Floats) -> Floats:
    """Covariance matrix of the sums of `block` within each group, groups × columns stacked.

    `block` is respondents × k with the weights inside; a respondent adds to the k columns of the
    own group only, so the full respondents × (groups · k) matrix is never built.
    """
    n_columns = block.shape[1]
    if design.start is not None:
        spread = np.zeros((len(group), size * n_columns))
        for g in range(size):
            mine = (group == g).astype(float)
            for k in range(n_columns):
                values = np.divide(
                    block[:, k], design.weight, out=np.zeros(len(group)), where=design.weight > 0
                )
                residual = design.residual(mine * values)
                spread[:, g * n_columns + k] = design.weight * residual
        return totals_covariance(design, spread)
    if design.clustered:
        return _clustered_blocks(design, group, size, block)
    factor = _factor(design)[design.stratum] * design.copies
    out = np.zeros((size * n_columns, size * n_columns))
    sums = np.zeros((design.n_strata, size * n_columns))
    for g in range(size):
        mine = np.flatnonzero(group == g)
        rows, own = block[mine], slice(g * n_columns, (g + 1) * n_columns)
        out[own, own] = rows.T @ (rows * factor[mine, None])
        strata, copies = design.stratum[mine], design.copies[mine]
        for k in range(n_columns):
            sums[:, g * n_columns + k] = group_sums(strata, copies * rows[:, k], design.n_strata)
    return out - _mean_products(design, sums)


def _clustered_blocks(design: Design, group: Codes, size: int, block: Floats) -> Floats:
    from scipy.sparse import csr_matrix, hstack

    units, inside = len(design.psu_stratum), group >= 0
    pair, pairs = compact(design.psu[inside] * size + group[inside])
    rows, groups = pairs // size, pairs % size
    parts = []
    for k in range(block.shape[1]):
        totals = group_sums(pair, (block[:, k] * design.copies)[inside], len(pairs))
        parts.append(csr_matrix((totals, (rows, groups)), shape=(units, size)))
    stacked = hstack(parts, format="csr")  # column k · size + g
    factor = _factor(design)[design.psu_stratum]
    product = (stacked.T @ stacked.multiply(factor[:, None]).tocsr()).toarray()
    in_stratum = csr_matrix(
        (np.ones(units), (design.psu_stratum, np.arange(units))), shape=(design.n_strata, units)
    )
    product -= _mean_products(design, (in_stratum @ stacked).toarray())
    order = np.arange(product.shape[0]).reshape(block.shape[1], size).T.ravel()
    return product[np.ix_(order, order)]


def _calibrated_variances(
    design: Design,
    group: Codes,
    answer: npt.NDArray[np.integer],
    share: Floats,
    total: Floats,
) -> Floats:
    out = np.full(share.shape, np.nan)
    for g in np.flatnonzero(total > 0):
        mine = (group == g) & (answer >= 0)
        for k in range(share.shape[1]):
            e = np.where(mine, (answer == k) - share[g, k], 0.0) / total[g]
            column = (design.weight * design.residual(e))[:, None]
            out[g, k] = max(totals_covariance(design, column)[0, 0], 0.0)
    return out


def _factor(design: Design) -> Floats:
    """m/(m-1) of each stratum; 1 where it holds a single cluster."""
    m = design.psus.astype(float)
    return np.where(m > 1, m / np.where(m > 1, m - 1, 1.0), 1.0)


def _mean_products(design: Design, sums: Floats) -> Floats:
    """What centring takes away from Σ factor U U': strata × columns → columns × columns."""
    m, factor = design.psus.astype(float), _factor(design)
    usual = m > 1
    scaled = sums[usual] * np.sqrt(factor[usual] / m[usual])[:, None]
    out = scaled.T @ scaled
    if (m == 1).any():
        mean = sums.sum(axis=0) / m.sum()
        lonely = np.outer(sums[m == 1].sum(axis=0), mean)
        out += lonely + lonely.T - (m == 1).sum() * np.outer(mean, mean)
    return out


def _covariance(design: Design, totals: Floats, strata: Codes, copies: Floats) -> Floats:
    """Covariance of column sums; rows of `totals` are clusters lying in `strata`."""
    weighted = totals * copies[:, None]
    sums = np.zeros((design.n_strata, totals.shape[1]))
    for k in range(totals.shape[1]):
        sums[:, k] = group_sums(strata, weighted[:, k], design.n_strata)
    weighted *= _factor(design)[strata][:, None]
    return totals.T @ weighted - _mean_products(design, sums)
