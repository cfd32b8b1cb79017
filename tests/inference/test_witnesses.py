"""Fresh draws through carekit and through libraries of other people: both must say the same.

The libraries stand in the extra `witness`, which `.ci/run` installs; without one its tests skip.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carekit.inference.correction.prevalence import corrected_prevalence
from carekit.inference.waits.logrank import compare_waits
from carekit.inference.waits.restricted_mean import restricted_mean
from carekit.inference.waits.survival import estimate_waits, survival_curve
from carekit.inference.waits.wait_quantiles import wait_quantiles

SEEDS = range(5)


@pytest.fixture(autouse=True)
def own_errors():
    """lifelines changes for the whole process what NumPy warns of."""
    with np.errstate():
        yield


def _waits(seed: int, groups: int = 1) -> pd.DataFrame:
    """One row per request: whole minutes, so that many are tied; about a quarter is unanswered."""
    random = np.random.default_rng(seed)
    n = 80 * groups
    group = np.repeat([f"group {k}" for k in range(groups)], 80)
    wait = random.lognormal(3 + 0.4 * (np.arange(n) // 80), 1.2)
    seen = random.exponential(90, n)
    minutes = np.ceil(np.minimum(wait, seen))
    answered = (wait <= seen).astype(int)
    return pd.DataFrame(
        {"group": group, "minutes": minutes, "events": answered, "censored": 1 - answered}
    )


MINUTES = {"time": "minutes", "unit": "minutes"}


@pytest.mark.parametrize("seed", SEEDS)
def test_kaplan_meier_is_that_of_lifelines(seed):
    lifelines = pytest.importorskip("lifelines")
    table = _waits(seed)
    theirs = lifelines.KaplanMeierFitter().fit(table["minutes"], table["events"])
    ours = survival_curve(table, **MINUTES)
    at = ours["minutes"].to_numpy()
    np.testing.assert_allclose(ours["survival"], theirs.survival_function_at_times(at), atol=1e-12)
    limits = theirs.confidence_interval_survival_function_.loc[at].to_numpy()
    known = (ours["survival"] > 0) & (ours["survival"] < 1)
    low, high = limits[known].T
    np.testing.assert_allclose(ours["ci_high"][known], np.minimum.accumulate(high))
    # Limits that fall as the curve does: from the right, the highest of theirs.
    np.testing.assert_allclose(ours["ci_low"][known], np.maximum.accumulate(low[::-1])[::-1])
    median = estimate_waits(table, **MINUTES).iloc[0]
    assert median["median_minutes"] == theirs.median_survival_time_


@pytest.mark.parametrize("seed", SEEDS)
def test_kaplan_meier_is_that_of_scikit_survival(seed):
    nonparametric = pytest.importorskip("sksurv.nonparametric")
    table = _waits(seed)
    at, survival, limits = nonparametric.kaplan_meier_estimator(
        table["events"].astype(bool), table["minutes"], conf_type="log-log"
    )
    ours = survival_curve(table, **MINUTES).set_index("minutes").loc[at]
    np.testing.assert_allclose(ours["survival"], survival, atol=1e-12)
    known = (survival > 0) & (survival < 1)
    np.testing.assert_allclose(
        ours["ci_low"][known], np.maximum.accumulate(limits[0][known][::-1])[::-1]
    )
    for share in (0.1, 0.25):
        first = at[survival <= 1 - share + 1e-9].min()
        found = wait_quantiles(ours.reset_index(), shares=[share])["wait_minutes"].iloc[0]
        assert found == first


@pytest.mark.parametrize("seed", SEEDS)
def test_restricted_mean_is_that_of_lifelines(seed):
    lifelines = pytest.importorskip("lifelines")
    utils = pytest.importorskip("lifelines.utils")
    table = _waits(seed)
    until = float(table["minutes"].quantile(0.8))
    theirs = utils.restricted_mean_survival_time(
        lifelines.KaplanMeierFitter().fit(table["minutes"], table["events"]), t=until
    )
    ours = restricted_mean(table, until=until, **MINUTES)["restricted_mean_minutes"].iloc[0]
    assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.filterwarnings("ignore:Starting with pandas version 4.0")  # inside lifelines
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("groups", [2, 4])
def test_log_rank_is_that_of_lifelines_and_scikit_survival(seed, groups):
    table = _waits(seed, groups)
    ours = compare_waits(table, group="group", **MINUTES)
    statistics = pytest.importorskip("lifelines.statistics")
    theirs = statistics.multivariate_logrank_test(table["minutes"], table["group"], table["events"])
    assert ours.statistic == pytest.approx(theirs.test_statistic, rel=1e-9)
    assert ours.p_value == pytest.approx(theirs.p_value, rel=1e-9)
    compare = pytest.importorskip("sksurv.compare")
    outcome = np.array(
        list(zip(table["events"].astype(bool), table["minutes"], strict=True)),
        dtype=[("event", bool), ("time", float)],
    )
    statistic, p = compare.compare_survival(outcome, table["group"])
    assert ours.statistic == pytest.approx(statistic, rel=1e-9)
    assert ours.p_value == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_corrected_shares_are_those_of_ppi_python(seed):
    ppi_py = pytest.importorskip("ppi_py")
    random = np.random.default_rng(seed)
    truth = random.random(1200) < 0.3
    machine = np.where(random.random(1200) < 0.85, truth, ~truth)
    coded, rest = slice(0, 200), slice(200, None)
    table = pd.DataFrame(
        {
            "human": np.where(np.arange(1200) < 200, truth, np.nan),
            "machine": machine.astype(float),
        }
    )
    ours = corrected_prevalence(table, code="human", machine="machine", interval="normal").iloc[0]
    y, y_hat, unlabeled = (a.astype(float) for a in (truth[coded], machine[coded], machine[rest]))
    estimate = float(ppi_py.ppi_mean_pointestimate(y, y_hat, unlabeled)[0])
    low, high = (float(limit[0]) for limit in ppi_py.ppi_mean_ci(y, y_hat, unlabeled, alpha=0.05))
    assert ours["estimate"] == pytest.approx(estimate, rel=1e-9)
    assert ours["ci_low"] == pytest.approx(low, rel=1e-9)
    assert ours["ci_high"] == pytest.approx(high, rel=1e-9)
