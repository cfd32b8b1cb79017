"""carekit.inference.rates.rate_model: several predictors of a clustered rate at once."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.rates.comparisons import compare_rates
from carekit.inference.rates.rate_model import model_rates

GOLDEN = Path(__file__).parents[2] / "golden"


def messages():
    frame = pd.read_csv(GOLDEN / "in_messages.csv").assign(n=1)
    return frame.rename(columns={"answered": "n_answered"})


def two_networks(**given):
    frame = pd.DataFrame(
        {
            "network": ["x"] * 5 + ["facebook"] * 5,
            "brand": list("abcdeabcde"),
            "n": [40, 25, 60, 12, 30, 20, 44, 31, 28, 19],
            "n_answered": [10, 8, 30, 3, 9, 11, 30, 20, 12, 10],
        }
    )
    return frame.assign(**given)


def fit(frame, predictors="network", **given):
    return model_rates(frame, predictors=predictors, cluster="brand", **given).set_index("term")


def message(call):
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_one_predictor_gives_the_odds_ratio_and_the_difference_of_the_pooled_rates():
    out = fit(two_networks()).loc["network[x]"]
    odds = (60 / 107) / (83 / 59)
    assert out["odds_ratio"] == pytest.approx(odds)
    pair = compare_rates(two_networks(), by="network", cluster="brand").iloc[0]
    assert out["rate_difference"] == pytest.approx(-pair["estimate"])
    # The same CR2 error but for working variances p(1 - p), here 0.23 and 0.24.
    assert out["rate_difference_std_error"] == pytest.approx(pair["std_error"], rel=0.01)
    assert np.isnan(fit(two_networks()).loc["intercept", "rate_difference"])


def test_limits_are_estimate_and_t_and_odds_ratios_their_exponentials():
    from scipy.stats import t

    out = fit(messages(), ["complaint", "platform"], conf_level=0.9)
    margin = t.ppf(0.95, out["df"]) * out["std_error"]
    np.testing.assert_allclose(out["ci_high"] - out["estimate"], margin)
    np.testing.assert_allclose(out["odds_ratio_low"], np.exp(out["ci_low"]))
    np.testing.assert_allclose(out["p_value"], 2 * t.sf(out["statistic"].abs(), out["df"]))


def test_rate_differences_equal_predictions_with_everyone_at_each_value():
    frame = messages()
    out = fit(frame, ["complaint", "platform"])
    shape = np.column_stack([np.ones(len(frame)), frame["complaint"], frame["platform"] == "tw"])
    at = {}
    for value in (0, 1):
        changed = shape.astype(float)
        changed[:, 1] = value
        at[value] = (1 / (1 + np.exp(-changed @ out["estimate"].to_numpy()))).mean()
    assert out.loc["complaint", "rate_difference"] == pytest.approx(at[1] - at[0])


def test_the_error_of_a_rate_difference_is_the_delta_method():
    frame = messages()

    def difference(bump):
        # moving the fit by bump along a coefficient moves the average difference
        b = np.array([0.1, 0.2]) + bump
        return (1 / (1 + np.exp(-b[0] - b[1]))) - 1 / (1 + np.exp(-b[0]))

    from carekit.inference.rates.rate_model import _average_change

    design = np.column_stack([np.ones(4), [0, 1, 0, 1]]).astype(float)
    low, high = design.copy(), design.copy()
    low[:, 1], high[:, 1] = 0, 1
    value, slope = _average_change(design, np.array([0.1, 0.2]), np.ones(4), low, high)
    step = 1e-6
    numeric = [
        (difference(np.eye(2)[j] * step) - difference(-np.eye(2)[j] * step)) / (2 * step)
        for j in (0, 1)
    ]
    assert value == pytest.approx(difference(np.zeros(2)))
    np.testing.assert_allclose(slope, numeric, rtol=1e-6)
    assert len(frame) == 618


def test_a_number_moves_by_one_unit_around_where_it_is():
    frame = two_networks(age=[30, 41, 52, 33, 64, 35, 26, 47, 38, 29])
    out = fit(frame, "age")
    b0, b1 = out["estimate"]
    age, n = frame["age"].to_numpy(), frame["n"].to_numpy()
    rate = lambda shift: 1 / (1 + np.exp(-b0 - b1 * (age + shift)))  # noqa: E731
    expected = ((rate(0.5) - rate(-0.5)) * n).sum() / n.sum()
    assert out.loc["age", "rate_difference"] == pytest.approx(expected)


def test_the_reference_can_be_chosen_and_only_turns_the_sign():
    one = fit(two_networks()).loc["network[x]"]
    other = fit(two_networks(), reference={"network": "x"}).loc["network[facebook]"]
    assert other["estimate"] == pytest.approx(-one["estimate"])
    assert other["std_error"] == pytest.approx(one["std_error"])
    assert other["df"] == pytest.approx(one["df"])
    assert other["rate_difference_low"] == pytest.approx(-one["rate_difference_high"])


def test_order_of_rows_does_not_matter_and_the_table_stays_unchanged():
    frame = two_networks()
    before = frame.copy()
    out = fit(frame)
    pd.testing.assert_frame_equal(frame, before)
    shuffled = frame.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(fit(shuffled), out, rtol=1e-9)


def test_one_cluster_gives_estimates_without_limits():
    out = fit(two_networks(brand="a"))
    assert out["flags"].tolist() == ["one_cluster, few_clusters"] * 2
    assert out[["std_error", "ci_low", "rate_difference_low", "p_value"]].isna().all(axis=None)
    assert out["estimate"].notna().all()


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    frame = two_networks()
    assert message(lambda: fit(frame, correction="cr3")) == (
        "`correction` is 'cr3'; expected one of: cr2, hc1. Choose one of these."
    )
    assert message(lambda: fit(frame, reference={"network": "y"})) == (
        "`reference` for 'network' is 'y'; expected one of: facebook, x. Choose one of these "
        "values."
    )
    assert message(lambda: fit(frame, reference={"country": "FR"})) == (
        "`reference` names 'country', which is no predictor; expected among: network. Add it to "
        "`predictors`, or leave it out."
    )
    assert message(lambda: fit(frame.assign(network=[None, *["x"] * 9]))) == (
        "`table` column 'network' is missing in 1 row (first: 0); every count must have its "
        "predictors and its cluster. Name that value, or leave the rows out and say so."
    )
    assert message(lambda: fit(two_networks(again=frame["network"]), ["network", "again"])) == (
        "`predictors` give the term 'again[x]', which is constant or a mixture of intercept, "
        "network[x]; its effect cannot be told apart. Leave that predictor out."
    )
    separated = frame.assign(n_answered=[0] * 5 + [11, 30, 20, 12, 10])
    assert message(lambda: fit(separated)) == (
        "`predictors` tell yes from no without error (term network[x]): some value has no yes, or "
        "nothing else, and its odds ratio is infinite. Join that value with another, or use "
        "carekit.inference.rates.comparisons.compare_rates."
    )
    assert message(lambda: fit(frame.assign(n_answered=0))) == (
        "`table` has 0 yes of 309: nothing varies that predictors could explain. Use "
        "carekit.inference.rates.proportions.estimate_rate."
    )
