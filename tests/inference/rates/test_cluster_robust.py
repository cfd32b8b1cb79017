"""carekit.inference.rates.cluster_robust: errors and degrees of freedom with clusters."""

import numpy as np
import pytest

from carekit.inference.rates.cluster_robust import cluster_contrasts

X = np.column_stack([np.ones(9), [0, 1, 0, 1, 1, 0, 0, 1, 2]]).astype(float)
Y = np.array([1.0, 3, 2, 2, 5, 1, 0, 4, 7])
CLUSTER = np.array(list("aaabbbccc"))


def residual(design, values):
    return values - design @ np.linalg.lstsq(design, values, rcond=None)[0]


def fit(correction, **given):
    return cluster_contrasts(
        X, residual(X, Y), cluster=CLUSTER, contrasts=np.eye(2), correction=correction, **given
    )


def test_mean_of_equal_clusters_is_the_t_test_of_cluster_means():
    # Three clusters of two: means 1.5, 5 and 7; their standard error is s / sqrt(3) on 2 df.
    y = np.array([1.0, 2, 4, 6, 5, 9])
    out = cluster_contrasts(
        np.ones((6, 1)), y - y.mean(), cluster=list("aabbcc"), contrasts=[[1.0]]
    )
    assert out.std_error[0] == pytest.approx(np.std([1.5, 5, 7], ddof=1) / np.sqrt(3))
    assert out.df[0] == pytest.approx(2)


def test_sandwich_equals_statsmodels():
    from statsmodels.regression.linear_model import OLS

    codes = np.unique(CLUSTER, return_inverse=True)[1]
    other = OLS(Y, X).fit(cov_type="cluster", cov_kwds={"groups": codes, "use_correction": True})
    np.testing.assert_allclose(fit("hc1").std_error, other.bse)
    assert fit("hc1").df.tolist() == [2, 2]


def test_cr2_and_its_df_follow_the_definition_written_out():
    """Bell-McCaffrey with full N x N matrices: another road to the same numbers."""
    bread = np.linalg.inv(X.T @ X)
    maker = np.eye(9) - X @ bread @ X.T
    e = maker @ Y
    meat, shadows = np.zeros((2, 2)), []
    for label in "abc":
        rows = np.flatnonzero(label == CLUSTER)
        values, vectors = np.linalg.eigh(maker[np.ix_(rows, rows)])
        adjust = vectors @ np.diag(values**-0.5) @ vectors.T
        score = X[rows].T @ adjust @ e[rows]
        meat += np.outer(score, score)
        shadows.append(maker[:, rows] @ adjust @ X[rows] @ bread)
    out = fit("cr2")
    np.testing.assert_allclose(out.std_error, np.sqrt(np.diag(bread @ meat @ bread)))
    for j in range(2):
        s = np.column_stack([shadow[:, j] for shadow in shadows])
        spread = s.T @ s
        assert out.df[j] == pytest.approx(np.trace(spread) ** 2 / (spread**2).sum())


def test_df_variance_changes_only_the_degrees_of_freedom():
    base, same = fit("cr2"), fit("cr2", df_variance=np.full(9, 4.0))
    np.testing.assert_allclose(same.df, base.df)
    heavy = fit("cr2", df_variance=np.where(CLUSTER == "a", 50.0, 1.0))
    np.testing.assert_allclose(heavy.std_error, base.std_error)
    assert (heavy.df < base.df).all()


def test_cells_and_the_rows_behind_them_give_the_same_answer():
    rng = np.random.default_rng(5)
    cluster = np.repeat(np.arange(8), 6)
    x = rng.integers(0, 2, 48)
    y = rng.integers(0, 2, 48).astype(float)
    design = np.column_stack([np.ones(48), x]).astype(float)
    left = residual(design, y)
    rows = cluster_contrasts(design, left, cluster=cluster, contrasts=np.eye(2))
    keys, cell = np.unique(np.column_stack([cluster, x]), axis=0, return_inverse=True)
    cell = cell.ravel()  # numpy 2.0.0 gives a column here
    size = np.bincount(cell)
    cells = cluster_contrasts(
        np.column_stack([np.ones(len(keys)), keys[:, 1]]).astype(float),
        np.bincount(cell, left),
        cluster=keys[:, 0],
        size=size,
        contrasts=np.eye(2),
    )
    np.testing.assert_allclose(cells.std_error, rows.std_error)
    np.testing.assert_allclose(cells.df, rows.df)


def test_a_single_cluster_shows_no_variation():
    out = cluster_contrasts(X, residual(X, Y), cluster=["a"] * 9, contrasts=np.eye(2))
    assert np.isnan(out.std_error).all()
    assert np.isnan(out.df).all()
    assert out.clusters == 1


def test_order_of_rows_does_not_matter():
    order = np.random.default_rng(1).permutation(9)
    out = cluster_contrasts(
        X[order], residual(X, Y)[order], cluster=CLUSTER[order], contrasts=np.eye(2)
    )
    np.testing.assert_allclose(out.std_error, fit("cr2").std_error)
    np.testing.assert_allclose(out.df, fit("cr2").df)
