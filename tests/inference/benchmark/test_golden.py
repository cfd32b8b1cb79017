"""Every frozen value on brands, panels, ranks and scores, row by row.

Each test builds the same keys as the file holds, so that a row without a value fails as surely as
a wrong value.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from carekit.inference.benchmark.funnel import funnel_limits, measure_overdispersion
from carekit.inference.benchmark.ranks import prob_top, rank_sets
from carekit.inference.benchmark.score import score_brands
from carekit.inference.panels.newey_west import newey_west
from carekit.inference.panels.staggered import staggered_effect
from carekit.inference.rates.beta_binomial import (
    fit_counts,
    marginal_log_likelihood,
    moments,
)
from carekit.inference.rates.cluster_robust import cluster_contrasts
from carekit.inference.rates.multiplicity import adjust_p_values
from carekit.inference.rates.rate_model import model_rates

GOLDEN = Path(__file__).parents[2] / "golden"


def check_all(reference, computed):
    """The same keys, and each value to 1e-6 or, for simulations, to its own tolerance."""
    assert set(computed) == {(row["case"], row["quantity"]) for row in reference.rows}
    for row in reference.rows:
        case, quantity = row["case"], row["quantity"]
        if row["status"] == "simulation":
            assert computed[case, quantity] == pytest.approx(
                float(row["value"]), abs=float(row["tolerance"])
            ), (case, quantity)
        else:
            reference.check(case, quantity, computed[case, quantity])


def brands():
    frame = pd.read_csv(GOLDEN / "in_brands.csv")
    return frame.rename(columns={"asked": "n", "answered": "n_answered"})


def numbers(text):
    """'rates=0.8;0.7 se=0.1;0.2' → the lists behind each name."""
    pairs = [part.split("=") for part in text.split() if "=" in part and "(" not in part]
    return {name: [float(value) for value in values.split(";")] for name, values in pairs}


def test_every_frozen_value_of_partial_pooling(golden):
    yes, units = brands()["n_answered"].to_numpy(float), brands()["n"].to_numpy(float)
    model = fit_counts(yes, units)
    fits = {"moments": moments(yes, units), "maximum likelihood": (model.mean, model.rho)}
    computed = {}
    for case, (mean, rho) in fits.items():
        m = 1 / rho - 1
        for quantity, value in zip(
            ("mean", "rho", "alpha", "beta"), (mean, rho, mean * m, (1 - mean) * m), strict=True
        ):
            computed[f"in_brands {case}", quantity] = value
    likelihood = ("in_brands maximum likelihood", "loglik_without_binomial_constant")
    computed[likelihood] = float(marginal_log_likelihood(model.mean, model.rho, yes, units))
    # Limits from moments plugged in: the road that `shrink_rates` takes with its own fit.
    mean, rho = fits["moments"]
    a, b = mean * (1 / rho - 1), (1 - mean) * (1 / rho - 1)
    for brand, y, n in zip(brands()["brand"], yes, units, strict=True):
        case = f"in_brands moments brand={brand}"
        own = stats.beta(a + y, b + n - y)
        computed[case, "shrunk"] = own.mean()
        computed[case, "low"], computed[case, "high"] = own.ppf(0.025), own.ppf(0.975)
    check_all(golden("partial_pooling"), computed)


@pytest.mark.parametrize("counted", [False, True])
def test_every_frozen_value_of_the_clustered_logit_from_messages_and_from_counts(golden, counted):
    messages = pd.read_csv(GOLDEN / "in_messages.csv").assign(n=1)
    messages = messages.rename(columns={"answered": "n_answered"})
    predictors = ["complaint", "dedicated", "platform"]
    if counted:
        keys = [*predictors, "brand"]
        messages = messages.groupby(keys, as_index=False)[["n", "n_answered"]].sum()
    # What turns the last sandwich into the other two: 20 brands, messages, four terms.
    total = messages["n"].sum()
    last = 20 / 19 * (total - 1) / (total - 4)
    corrections = {
        "no correction": 1 / last,
        "G/(G-1)": 20 / 19 / last,
        "G/(G-1) x (N-1)/(N-K)": 1.0,
    }
    names = {"intercept": "(Intercept)", "platform[tw]": "platformtw"}
    computed = {}
    for correction in ("cr2", "hc1"):
        out = model_rates(messages, predictors=predictors, cluster="brand", correction=correction)
        for row in out.itertuples():
            name = names.get(row.term, row.term)
            computed["logit answered~complaint+dedicated+platform", f"coef_{name}"] = row.estimate
            if correction == "cr2":
                computed["cluster=brand CR2", f"se_{name}"] = row.std_error
                computed["cluster=brand CR2", f"satterthwaite_df_{name}"] = row.df
                computed["cluster=brand CR2", f"satterthwaite_p_{name}"] = row.p_value
            else:
                for label, factor in corrections.items():
                    error = row.std_error * np.sqrt(factor)
                    computed[f"cluster=brand correction {label}", f"se_{name}"] = error
    check_all(golden("group_glm"), computed)


def test_every_frozen_adjusted_p_value(golden):
    reference = golden("multiplicity")
    case = reference.rows[0]["case"]
    tests = pd.DataFrame({"p_value": numbers(case)["p"]})
    computed = {}
    for name, adjustment in (("holm", "holm"), ("BH", "bh"), ("bonferroni", "bonferroni")):
        out = adjust_p_values(tests, adjustment=adjustment)
        for i, value in enumerate(out["p_adjusted"], start=1):
            computed[case, f"{name}_{i}"] = value
    check_all(reference, computed)


def test_every_frozen_value_of_the_interrupted_series(golden):
    series = pd.read_csv(GOLDEN / "in_series.csv")
    names = ["(Intercept)", "month", "post", "months_since"]
    model = "in_series rate~month+post+months_since"
    design = np.column_stack([np.ones(48), series[["month", "post", "months_since"]]]).astype(float)
    rate = series["rate"].to_numpy()
    coefficients = np.linalg.lstsq(design, rate, rcond=None)[0]
    residual = rate - design @ coefficients
    contrasts = np.column_stack([np.eye(4), [0, 0, 1, 17]])
    effects = contrasts.T @ coefficients
    computed = {}
    for lag in (3, 6):
        errors = newey_west(design, residual[None, :], contrasts, lag)[0][0]
        for name, effect, error in zip(names, effects, errors, strict=False):
            computed[model, f"coef_{name}"] = effect
            case = f"in_series Newey-West lag={lag} small-sample="
            computed[f"{case}TRUE", f"se_{name}"] = error
            # The factor is n/(n - K); the frozen value without it is the same sum.
            computed[f"{case}FALSE", f"se_{name}"] = error * np.sqrt(44 / 48)
        if lag == 3:
            case = (
                "in_series effect at month 48 (post + 17 months_since), "
                "Newey-West lag=3 small-sample=TRUE"
            )
            computed[case, "effect"], computed[case, "se"] = effects[-1], errors[-1]
    computed[model, "durbin_watson"] = (np.diff(residual) ** 2).sum() / (residual**2).sum()
    # Classical errors are nothing we give: they pin the design matrix, from the residual variance.
    variance = (residual**2).sum() / 44
    for name, square in zip(names, np.diag(np.linalg.inv(design.T @ design)), strict=True):
        computed[model, f"ols_se_{name}"] = np.sqrt(variance * square)
    check_all(golden("interrupted_series"), computed)


def test_every_frozen_value_of_difference_in_differences(golden):
    panel = pd.read_csv(GOLDEN / "in_panel.csv")
    panel["start"] = panel["dedicated"].map({1: 6.0, 0: np.nan})
    model = "in_panel two-way fixed effects"
    headline = "in_panel brand changes (mean after minus mean before)"
    computed = {}
    brand = np.unique(panel["brand"], return_inverse=True)[1]
    period = np.unique(panel["period"], return_inverse=True)[1]
    treated = (panel["start"].notna() & (panel["period"] >= panel["start"])).to_numpy(float)
    groups = brand.max() + 1
    design = np.column_stack(
        [treated, np.eye(groups)[brand], np.eye(period.max() + 1)[period][:, 1:]]
    )
    rate = panel["rate"].to_numpy()
    coefficients = np.linalg.lstsq(design, rate, rcond=None)[0]
    first = np.eye(design.shape[1])[:, :1]
    for correction in ("hc1", "cr2"):
        out = cluster_contrasts(
            design,
            rate - design @ coefficients,
            cluster=brand,
            contrasts=first,
            correction=correction,
        )
        error, df = float(out.std_error[0]), float(out.df[0])
        if correction == "hc1":
            rows, terms = design.shape
            computed[model, "se_cluster_G/(G-1)x(N-1)/(N-K)"] = error
            computed[model, "se_cluster_G/(G-1)"] = error * np.sqrt((rows - terms) / (rows - 1))
    computed[model, "se_cluster_CR2"], computed[model, "satterthwaite_df"] = error, df
    computed[model, "effect"] = coefficients[0]
    computed[model, "satterthwaite_p"] = 2 * stats.t.sf(coefficients[0] / error, df)
    # With one start date the staggered estimate is Welch's on one change per brand.
    welch = staggered_effect(panel, outcome="rate", draws=0).iloc[0]
    for quantity, column in {
        "effect": "estimate",
        "welch_t": "statistic",
        "welch_df": "df",
        "welch_p": "p_value",
        "welch_low": "ci_low",
        "welch_high": "ci_high",
    }.items():
        computed[headline, quantity] = welch[column]
    reference = golden("did")
    for case, quantity in computed:
        reference.check(case, quantity, computed[case, quantity])
    left = {row["quantity"] for row in reference.rows} - {q for _, q in computed}
    assert left == {"pooled_p", "exact_permutation_p"}  # no code of ours


def test_every_frozen_value_of_the_funnel(golden):
    computed = {}
    for n in (10, 20, 50, 100, 500):
        for name, exact in (("exact", True), ("normal", False)):
            limits = funnel_limits([n], target=0.3, exact=exact).iloc[0]
            for level, edge in (("0.95", "inner"), ("0.998", "outer")):
                for side in ("low", "high"):
                    case = f"target=0.3 n={n} level={level}"
                    computed[case, f"{name}_{side}"] = limits[f"{edge}_{side}"]
    case = "in_brands overdispersion"
    published = measure_overdispersion(brands(), consistent=False)
    computed[case, "target"] = published.target
    computed[case, "phi_winsorised_10_percent"] = published.phi
    computed[case, "tau2_additive"] = published.tau2
    computed[case, "phi_raw"] = measure_overdispersion(brands(), winsorise=0).phi
    check_all(golden("funnel"), computed)


def test_every_frozen_rank_set_and_chance_of_the_top(golden):
    reference = golden("ranks")
    computed = {}
    for case in {row["case"] for row in reference.rows}:
        values = numbers(case)
        k = len(values["rates"])
        table = pd.DataFrame(
            {"brand": range(1, k + 1), "estimate": values["rates"], "std_error": values["se"]}
        )
        if k == 2:
            computed[case, "prob_first_1"] = prob_top(table, k=1)["probability"][0]
            continue
        for name, top in (("first", 1), ("top3", 3)):
            for i, chance in enumerate(prob_top(table, k=top)["probability"], start=1):
                computed[case, f"prob_{name}_{i}"] = chance
        for name, method in (
            ("simultaneous", "simultaneous"),
            ("marginal_stepdown", "marginal"),
            ("bonferroni", "bonferroni"),
        ):
            sets = rank_sets(table, method=method)
            for row in sets.itertuples():
                computed[case, f"{name}_best_rank_{row.brand}"] = row.best_rank
                computed[case, f"{name}_worst_rank_{row.brand}"] = row.worst_rank
            if method == "simultaneous":
                computed[case, "simultaneous_critical_max_t"] = sets["critical_value"][0]
            elif method == "bonferroni":
                computed[case, "bonferroni_critical"] = sets["critical_value"][0]
    check_all(reference, computed)


def test_every_frozen_score(golden):
    reference = golden("score")
    names = ["c1", "c2", "c3", "c4"]
    computed = {}
    for case in dict.fromkeys(row["case"] for row in reference.rows):
        given = numbers(case.replace(",", ""))
        table = pd.DataFrame({"brand": "a", "criterion": names})
        table["estimate"], table["std_error"] = given["values"], given["se"]
        weights = dict(zip(names, given["weights"], strict=True))
        if "missing" in case:
            out = score_brands(table.drop(index=1), weights=weights).iloc[0]
            if "rescaled" in case:
                computed[case, "score"] = out["estimate"]
            else:
                computed[case, "lowest"] = out["bound_low"]
                computed[case, "highest"] = out["bound_high"]
            continue
        linked = {("c1", "c2"): 0.4} if "correlation" in case else None
        out = score_brands(table, weights=weights, correlation=linked).iloc[0]
        computed[case, "se"] = out["std_error"]
        if not linked:
            computed[case, "score"] = out["estimate"]
            assert out["ci_low"] < out["estimate"] < out["ci_high"]
            # The frozen limits are normal ones, which collapse at 0 and 1; ours add Wilson's.
            for side, sign in (("low", -1), ("high", 1)):
                limit = out["estimate"] + sign * 1.959963984540054 * out["std_error"]
                computed[case, side] = limit
    check_all(reference, computed)
