"""carekit.inference.rates.uneven_clusters: bias-reduced variance of a ratio over clusters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.inference.rates.cluster_robust import cluster_contrasts
from carekit.inference.rates.proportions import estimate_rate
from carekit.inference.rates.uneven_clusters import (
    bias_reduced_variance,
    intraclass,
    satterthwaite_df,
)

GOLDEN = Path(__file__).parents[2] / "golden"
ONE = np.zeros(20, dtype=int)


def brands():
    table = pd.read_csv(GOLDEN / "in_brands.csv")
    return table["asked"].to_numpy(float), table["answered"].to_numpy(float)


def test_agrees_with_the_general_bias_reduced_estimator():
    size, yes = brands()
    residual = yes - size * yes.sum() / size.sum()
    for likeness in (0.0, 0.2):
        working = size * (1 + (size - 1) * likeness)
        fit = cluster_contrasts(
            np.ones((20, 1)),
            residual,
            cluster=np.arange(20),
            contrasts=[[1.0]],
            size=size,
            df_variance=working / size,
        )
        variance = bias_reduced_variance(residual, size, ONE, 1)
        df = satterthwaite_df(size, ONE, 1, working=working)
        assert np.sqrt(variance) == pytest.approx(fit.std_error)
        assert df == pytest.approx(fit.df)


def test_degrees_of_freedom_agree_with_the_matrix_itself():
    size, _ = brands()
    w, s = size / size.sum(), size * (1 + (size - 1) * 0.1)
    residuals = np.eye(20) - np.outer(w, np.ones(20))
    m = residuals @ np.diag(s) @ residuals.T / np.sqrt(np.outer(1 - w, 1 - w))
    expected = np.trace(m) ** 2 / np.trace(m @ m)
    assert satterthwaite_df(size, ONE, 1, working=s) == pytest.approx(expected)


@given(st.integers(2, 30), st.integers(1, 50), st.data())
def test_even_clusters_have_the_linearised_variance_and_all_degrees_of_freedom(k, size, data):
    yes = np.array(data.draw(st.lists(st.integers(0, size), min_size=k, max_size=k)), float)
    sizes, code = np.full(k, float(size)), np.zeros(k, dtype=int)
    residual = yes - sizes * yes.sum() / sizes.sum()
    linearised = k / (k - 1) * (residual**2).sum() / sizes.sum() ** 2
    assert bias_reduced_variance(residual, sizes, code, 1) == pytest.approx(linearised)
    assert satterthwaite_df(sizes, code, 1) == pytest.approx(k - 1)


def test_likeness_agrees_with_the_frozen_moments(golden):
    size, yes = brands()
    golden("partial_pooling").check(
        "in_brands moments", "rho", float(intraclass(yes, size, ONE, 1)[0])
    )
    assert intraclass(np.array([3.0, 3.0]), np.array([6.0, 6.0]), ONE[:2], 1) == 0


def test_one_large_brand_costs_degrees_of_freedom_and_widens_the_interval():
    even = pd.DataFrame({"brand": list("abcdefgh"), "n": 50, "n_answered": range(10, 42, 4)})
    uneven = even.assign(n=[400, 50, 50, 50, 50, 50, 50, 50])
    uneven.loc[0, "n_answered"] = 80
    same = estimate_rate(even, cluster="brand")
    assert same["method"][0] == "korn-graubard, clustered by brand"
    assert same["df"][0] == 7
    pd.testing.assert_frame_equal(same, estimate_rate(even, cluster="brand", interval="beta"))
    cr2 = estimate_rate(even, cluster="brand", interval="cr2")
    assert cr2["method"][0] == "korn-graubard, clustered by brand, CR2"
    assert cr2[["ci_low", "ci_high"]].to_numpy() == pytest.approx(
        same[["ci_low", "ci_high"]].to_numpy()
    )
    auto, beta = (estimate_rate(uneven, cluster="brand", interval=i) for i in ("auto", "beta"))
    assert auto["method"][0] == "korn-graubard, clustered by brand, CR2"
    assert 1 <= auto["df"][0] < 4
    assert auto["ci_high"][0] - auto["ci_low"][0] > 1.3 * (beta["ci_high"][0] - beta["ci_low"][0])


def test_rare_answers_take_the_likeness_of_clusters_into_account():
    rows = pd.DataFrame(
        {"brand": range(36), "n": [90, 60, 30] * 12, "n_answered": [0] * 30 + [12, 9, 1] * 2}
    )
    out = estimate_rate(rows, cluster="brand").iloc[0]
    assert out["estimate"] < 0.1
    assert out["method"] == "korn-graubard, clustered by brand, CR2"
    size = rows["n"].to_numpy(float)
    independent = satterthwaite_df(size, np.zeros(36, dtype=int), 1)[0]
    assert out["df"] < independent


def test_groups_are_computed_apart():
    size, yes = brands()
    code = np.arange(20) % 2
    both = satterthwaite_df(size, code, 2)
    for g in (0, 1):
        mine = code == g
        assert both[g] == pytest.approx(satterthwaite_df(size[mine], ONE[:10], 1)[0])
        assert intraclass(yes, size, code, 2)[g] == pytest.approx(
            intraclass(yes[mine], size[mine], ONE[:10], 1)[0]
        )


def test_a_single_cluster_has_neither_variance_nor_degrees_of_freedom():
    one = np.array([5.0])
    assert np.isnan(bias_reduced_variance(one * 0, one, ONE[:1], 1))
    assert np.isnan(satterthwaite_df(one, ONE[:1], 1))
