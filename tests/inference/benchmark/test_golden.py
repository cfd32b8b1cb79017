"""Every frozen value on brands, panels, ranks and scores, row by row.

Each test builds the same keys as the file holds, so that a row without a value fails as surely as
a wrong value.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from carekit.inference.benchmark.beta_binomial import fit_beta_binomial
from carekit.inference.benchmark.funnel import funnel_limits, measure_overdispersion
from carekit.inference.benchmark.pooling import shrink_rates
from carekit.inference.benchmark.ranks import prob_top, rank_sets
from carekit.inference.benchmark.score import score_brands
from carekit.inference.panels.interrupted import interrupted_series
from carekit.inference.panels.panels import brand_changes, difference_in_differences
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
    computed = {}
    fits = (("moments", "moments"), ("maximum likelihood", "ml"))
    for case, fit in fits:
        model = fit_beta_binomial(brands(), fit=fit)
        for quantity in ("mean", "rho", "alpha", "beta"):
            computed[f"in_brands {case}", quantity] = getattr(model, quantity)
    likelihood = ("in_brands maximum likelihood", "loglik_without_binomial_constant")
    computed[likelihood] = fit_beta_binomial(brands()).log_likelihood
    for row in shrink_rates(brands(), fit="moments", interval="plug-in").itertuples():
        case = f"in_brands moments brand={row.brand}"
        computed[case, "shrunk"] = row.shrunk
        computed[case, "low"], computed[case, "high"] = row.ci_low, row.ci_high
    check_all(golden("partial_pooling"), computed)


@pytest.mark.parametrize("counted", [False, True])
def test_every_frozen_value_of_the_clustered_logit_from_messages_and_from_counts(golden, counted):
    messages = pd.read_csv(GOLDEN / "in_messages.csv").assign(n=1)
    messages = messages.rename(columns={"answered": "n_answered"})
    predictors = ["complaint", "dedicated", "platform"]
    if counted:
        keys = [*predictors, "brand"]
        messages = messages.groupby(keys, as_index=False)[["n", "n_answered"]].sum()
    corrections = {
        "no correction": "none",
        "G/(G-1)": "g",
        "G/(G-1) x (N-1)/(N-K)": "hc1",
    }
    names = {"intercept": "(Intercept)", "platform[tw]": "platformtw"}
    computed = {}
    for label, correction in {**corrections, "CR2": "cr2"}.items():
        out = model_rates(messages, predictors=predictors, cluster="brand", correction=correction)
        for row in out.itertuples():
            name = names.get(row.term, row.term)
            computed["logit answered~complaint+dedicated+platform", f"coef_{name}"] = row.estimate
            if correction == "cr2":
                computed["cluster=brand CR2", f"se_{name}"] = row.std_error
                computed["cluster=brand CR2", f"satterthwaite_df_{name}"] = row.df
                computed["cluster=brand CR2", f"satterthwaite_p_{name}"] = row.p_value
            else:
                computed[f"cluster=brand correction {label}", f"se_{name}"] = row.std_error
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
    computed = {}
    for lag in (3, 6):
        out = interrupted_series(
            series, outcome="rate", time="month", start=31, lag=lag, interval="t"
        )
        for name, row in zip(names, out.itertuples(), strict=False):
            computed[model, f"coef_{name}"] = row.estimate
            case = f"in_series Newey-West lag={lag} small-sample="
            computed[f"{case}TRUE", f"se_{name}"] = row.std_error
            # The factor is n/(n - K); the frozen value without it is the same sum.
            computed[f"{case}FALSE", f"se_{name}"] = row.std_error * np.sqrt(44 / 48)
        computed[model, "durbin_watson"] = out["durbin_watson"][0]
        if lag == 3:
            end = out.iloc[-1]
            case = (
                "in_series effect at month 48 (post + 17 months_since), "
                "Newey-West lag=3 small-sample=TRUE"
            )
            computed[case, "effect"], computed[case, "se"] = end["estimate"], end["std_error"]
    # Classical errors are nothing we give: they pin the design matrix, from the residual variance.
    design = np.column_stack([np.ones(48), series[["month", "post", "months_since"]]])
    fitted = design @ [computed[model, f"coef_{name}"] for name in names]
    variance = ((series["rate"] - fitted) ** 2).sum() / 44
    for name, square in zip(names, np.diag(np.linalg.inv(design.T @ design)), strict=True):
        computed[model, f"ols_se_{name}"] = np.sqrt(variance * square)
    check_all(golden("interrupted_series"), computed)


def test_every_frozen_value_of_difference_in_differences(golden):
    panel = pd.read_csv(GOLDEN / "in_panel.csv")
    panel["start"] = panel["dedicated"].map({1: 6.0, 0: np.nan})
    model = "in_panel two-way fixed effects"
    headline = "in_panel brand changes (mean after minus mean before)"
    computed = {}
    for quantity, correction in (
        ("se_cluster_G/(G-1)", "g"),
        ("se_cluster_G/(G-1)x(N-1)/(N-K)", "hc1"),
        ("se_cluster_CR2", "cr2"),
    ):
        out = difference_in_differences(panel, outcome="rate", correction=correction)
        computed[model, quantity] = out["std_error"][0]
    computed[model, "effect"] = out["estimate"][0]
    computed[model, "satterthwaite_df"], computed[model, "satterthwaite_p"] = (
        out["df"][0],
        out["p_value"][0],
    )
    welch = out.iloc[1]
    for quantity, column in {
        "effect": "estimate",
        "welch_t": "statistic",
        "welch_df": "df",
        "welch_p": "p_value",
        "welch_low": "ci_low",
        "welch_high": "ci_high",
    }.items():
        computed[headline, quantity] = welch[column]
    computed[headline, "exact_permutation_p"] = out["p_value"][2]
    assert out["allocations"][2] == 11440
    changes = brand_changes(panel, outcome="rate")
    arms = [changes["change"][changes["treated"] == side] for side in (True, False)]
    computed[headline, "pooled_p"] = stats.ttest_ind(*arms, equal_var=True).pvalue
    check_all(golden("did"), computed)


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
            computed[case, "low"], computed[case, "high"] = out["ci_low"], out["ci_high"]
    check_all(reference, computed)
