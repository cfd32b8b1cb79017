"""carekit.inference.weights: Kish, post-stratification, raking, trimming."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.errors import InputError, SchemaError
from carekit.inference.weights import kish, poststratify, rake, trim_weights

GOLDEN = Path(__file__).parents[1] / "golden"
AGES = dict(
    zip(
        ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"],
        [120, 170, 180, 190, 170, 170],
        strict=True,
    )
)


def respondents():
    return pd.read_csv(GOLDEN / "in_survey.csv")


def check_all(reference, case, adjusted):
    new = adjusted.weight
    for quantity, got in {
        "sum": new.sum(),
        "min": adjusted.weight_min,
        "max": adjusted.weight_max,
        "first": new.iloc[0],
        "last": new.iloc[-1],
        "kish_n_eff": adjusted.after.n_eff,
    }.items():
        reference.check(case, quantity, got)


def test_kish_equals_the_frozen_reference(golden):
    found, reference = kish(respondents()["weight"]), golden("weights")
    for quantity, got in {"n": found.n, "kish_deff": found.deff, "kish_n_eff": found.n_eff}.items():
        reference.check("in_survey", quantity, got)
    assert str(found) == "247 respondents are worth 190: design effect 1.30."


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=50))
def test_kish_never_gains_and_equal_weights_lose_nothing(weights):
    found = kish(weights)
    assert found.deff >= 1 - 1e-12
    assert found.n_eff <= found.n * (1 + 1e-12)
    assert kish([weights[0]] * 7).deff == pytest.approx(1)


def test_kish_counts_no_weight_of_zero():
    assert (kish([1, 1, 0]).n, kish([1, 1, 0]).n_eff) == (2, 2)
    assert np.isnan(kish([]).n_eff)


def test_poststratification_equals_the_frozen_reference(golden):
    population = pd.DataFrame({"age": list(AGES), "n": list(AGES.values())})
    done = poststratify(respondents(), population, weight="weight")
    check_all(golden("weights"), "poststrat", done)
    assert done.cells["after"].tolist() == pytest.approx(list(AGES.values()))
    assert str(done).startswith("post-stratification: 1 cycle(s), largest error")


def test_raking_equals_the_frozen_reference_and_reports_convergence(golden):
    done = rake(respondents(), {"age": AGES, "sex": {"f": 520, "m": 480}}, weight="weight")
    check_all(golden("weights"), "rake", done)
    assert done.cycles == 5
    assert done.largest_error < 1e-10
    assert done.cells["margin"].tolist() == ["age"] * 6 + ["sex"] * 2
    assert done.cells["after"].tolist() == pytest.approx(done.cells["target"].tolist())
    assert done.before.n_eff == pytest.approx(190.3750938)


def test_raking_one_margin_is_poststratification():
    population = pd.DataFrame({"age": list(AGES), "n": list(AGES.values())})
    one = poststratify(respondents(), population, weight="weight").weight
    assert np.allclose(rake(respondents(), {"age": pd.Series(AGES)}, weight="weight").weight, one)


def test_poststratification_over_two_columns_counted_by_hand():
    frame = pd.DataFrame({"sex": list("ffm"), "age": ["old", "old", "old"], "w": [1, 3, 5]})
    population = pd.DataFrame({"sex": ["f", "m"], "age": ["old", "old"], "people": [8, 10]})
    done = poststratify(frame, population, count="people", weight="w")
    assert done.weight.tolist() == [2, 6, 10]
    assert done.cells["value"].tolist() == ["f × old", "m × old"]


def test_a_population_of_zero_takes_the_weight_away():
    frame = pd.DataFrame({"sex": list("ffx")})
    done = poststratify(frame, pd.DataFrame({"sex": ["f", "x", "y"], "n": [8, 0, 0]}))
    assert done.weight.tolist() == [4, 4, 0]
    assert done.after.n == 2


@given(st.lists(st.floats(0.01, 50), min_size=2, max_size=40), st.floats(1.01, 5))
def test_trimmed_weights_keep_their_sum_and_order_and_stay_in_range(weights, upper):
    frame = pd.DataFrame({"w": weights})
    done = trim_weights(frame, weight="w", lower=0.3, upper=upper)
    mean = np.mean(weights)
    assert done.weight.sum() == pytest.approx(sum(weights))
    assert done.weight_max <= upper * mean * (1 + 1e-9)
    assert done.weight_min >= 0.3 * mean * (1 - 1e-9)
    order = np.argsort(weights)
    assert (np.diff(done.weight.to_numpy()[order]) >= -1e-12).all()
    assert done.after.n_eff >= done.before.n_eff * (1 - 1e-9)


def test_trimming_counted_by_hand():
    frame = pd.DataFrame({"w": [1.0, 1.0, 1.0, 5.0, 0.0]})
    done = trim_weights(frame, weight="w", upper=2)  # mean 2, limit 4, the lost 1 shared by three
    assert done.weight.tolist() == pytest.approx([4 / 3, 4 / 3, 4 / 3, 4, 0])
    assert done.n_trimmed == 1
    assert (done.weight_max_before, done.weight_max) == (5, 4)


def test_adjusting_leaves_the_frame_alone():
    frame = respondents()
    before = frame.copy(deep=True)
    population = pd.DataFrame({"age": list(AGES), "n": list(AGES.values())})
    poststratify(frame, population, weight="weight")
    rake(frame, {"age": AGES}, weight="weight")
    trim_weights(frame, weight="weight", upper=3)
    pd.testing.assert_frame_equal(frame, before)


FRAME = pd.DataFrame(
    {"respondent_id": ["r1", "r2", "r3"], "sex": ["f", "m", "m"], "age": ["old", "old", None]}
)


@pytest.mark.parametrize(
    ("margins", "message"),
    [
        (
            {},
            "`margins` is empty; at least one column with its totals was expected. Write for "
            "example {'sex': {'f': 520, 'm': 480}}.",
        ),
        (
            {"sex": {"f": 5, "m": 5, "x": 1}},
            "`frame` has no respondent of positive weight in 1 cell(s) of 'sex': x; no weight can "
            "stand for them. Merge the cell with a neighbour in the frame and in the totals.",
        ),
        (
            {"sex": {"f": 5}},
            "`frame` column 'sex' has values without a population total in 2 rows (first: r2, "
            "r3); totals are given for: f. Add the total, or recode these values.",
        ),
        (
            {"age": {"old": 5}},
            "`frame` column 'age' is missing in 1 row (first: r3); weights are adjusted by a value "
            "that everybody has. Fill it, or leave these respondents out and say so.",
        ),
        (
            {"sex": {"f": -5, "m": 5}},
            "the population of 'sex' is negative or missing for f; a total from 0 on was "
            "expected. Correct the totals.",
        ),
        (
            {"sex": {"f": 0, "m": 0}},
            "the population of 'sex' is 0 for every value; some total above 0 was expected. "
            "Correct the totals.",
        ),
        (
            {"sex": {"f": 5, "m": 5}, "respondent_id": {"r1": 1, "r2": 1, "r3": 1}},
            "`margins` add up to different totals: sex 10, respondent_id 3; one common total was "
            "expected. Rescale them to the same population.",
        ),
    ],
)
def test_margins_that_cannot_be_used_are_refused(margins, message):
    with pytest.raises(InputError) as error:
        rake(FRAME, margins)
    assert str(error.value) == message


def test_margins_that_contradict_each_other_are_refused():
    frame = pd.DataFrame({"a": [0, 0, 1], "b": [0, 1, 1]})
    with pytest.raises(InputError) as error:
        rake(frame, {"a": {0: 1, 1: 9}, "b": {0: 9, 1: 1}}, max_cycles=20)
    assert str(error.value).startswith(
        "`margins` are not met after 20 cycles: the largest relative error is "
    )
    assert str(error.value).endswith(
        "below 1e-10 was expected. The totals contradict each other in this sample; merge small "
        "values, or drop a margin."
    )


def test_populations_that_cannot_be_used_are_refused():
    with pytest.raises(InputError) as error:
        poststratify(FRAME, pd.DataFrame({"sex": ["f", "m", "m"], "n": [1, 2, 3]}))
    assert str(error.value) == (
        "`population` lists the cell m twice; one row per cell was expected. Add up its rows."
    )
    with pytest.raises(InputError) as error:
        poststratify(FRAME, pd.DataFrame({"n": [1, 2, 3]}))
    assert str(error.value) == (
        "`population` has only the column 'n'; the columns that define its cells were expected "
        "beside it. Add them."
    )
    with pytest.raises(SchemaError) as error:
        poststratify(FRAME, pd.DataFrame({"sex": ["f"]}))
    assert str(error.value) == (
        "`population` has no column 'n'; found: sex. Name a column that exists, or add it to the "
        "table."
    )


@pytest.mark.parametrize(("lower", "upper"), [(0, 1), (1, 3), (-0.1, 3), (2, 1.5)])
def test_trimming_limits_must_embrace_the_mean(lower, upper):
    with pytest.raises(InputError) as error:
        trim_weights(respondents(), weight="weight", lower=lower, upper=upper)
    assert str(error.value) == (
        f"`lower` and `upper` are {lower!r} and {upper!r}; 0 <= lower < 1 < upper was expected, "
        "in multiples of the mean weight. Write for example upper=5."
    )
