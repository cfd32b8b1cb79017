"""carekit.inference.surveys.trends: slopes of shares over ordered groups."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from carekit.errors import InputError
from carekit.inference.surveys.published import split_total
from carekit.inference.surveys.trends import (
    logistic_trend,
    survey_trend,
    trend_statistic,
)

GOLDEN = Path(__file__).parents[2] / "golden"
MIDDLES = [21.0, 29.5, 39.5, 49.5, 59.5, 70.0]
AGES = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"]
DESIGNS = {
    "unweighted": {},
    "design=weighted": {"weight": "weight"},
    "design=clustered": {"weight": "weight", "stratum": "stratum", "psu": "psu"},
}


def respondents():
    return pd.read_csv(GOLDEN / "in_survey.csv")


def counts(n, n_yes):
    return pd.DataFrame({"age": AGES[: len(n)], "n": n, "n_yes": n_yes})


def test_every_frozen_trend_value_from_counts_is_reproduced(golden):
    reference, checked = golden("trend"), 0
    percent = np.array([37, 35, 31, 26, 24, 17])
    for row in reference.rows:
        if row["input"] != "inline" or row["quantity"].startswith("smallest"):
            continue  # survey rows: below; smallest n: test_published
        n = [100] * 6 if "n=100 each" in row["case"] else split_total(2000, [1] * 6)
        table = counts(n, np.round(percent * n / 100).astype(int))
        scores = MIDDLES if "midpoints" in row["case"] else [1, 2, 3, 4, 5, 6]
        z = trend_statistic(table["n_yes"], table["n"], scores).item()
        logit = logistic_trend(table, group="age", scores=dict(zip(AGES, scores, strict=True)))
        got = {
            "chi2": z**2,
            "p_two_sided": 2 * ndtr(-abs(z)),
            "z": z,
            "logit_slope": logit.estimate,
            "logit_slope_se": logit.std_error,
        }[row["quantity"]]
        assert got == pytest.approx(float(row["value"]), rel=1e-6), row
        checked += 1
    assert checked == 20


def test_every_frozen_trend_value_of_a_survey_is_reproduced(golden):
    reference, frame, checked = golden("trend"), respondents(), 0
    scores = dict(zip(frame["age"], frame["age_score"], strict=True))
    table = frame.groupby("age")["prefers"].agg(n="size", n_yes="sum").reset_index()
    z = trend_statistic(table["n_yes"], table["n"], table["age"].map(scores)).item()
    for row in reference.rows:
        if row["input"] == "inline":
            continue
        name = row["case"].split()[1]
        found = survey_trend(frame, "prefers", by="age", answer=1, scores=scores, **DESIGNS[name])
        got = {
            "logit_slope": found.estimate,
            "logit_slope_se": found.std_error,
            "chi2": z**2,
            "p_two_sided": 2 * ndtr(-abs(z)),
        }[row["quantity"]]
        reference.check(row["case"], row["quantity"], got)
        checked += 1
    assert checked == 6


def test_statsmodels_agrees_once_its_n_minus_one_is_undone():
    from statsmodels.stats.contingency_tables import Table

    n, yes = np.array([50, 60, 40]), np.array([20, 15, 5])
    table = Table(np.array([yes, n - yes]), shift_zeros=False)
    z = table.test_ordinal_association(np.array([1, 0]), np.arange(3)).zscore
    expected = z**2 * n.sum() / (n.sum() - 1)
    assert trend_statistic(yes, n, [1, 2, 3]) ** 2 == pytest.approx(expected)


cells = st.lists(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    min_size=2,
    max_size=6,
)


@given(cells, st.floats(-50, 50), st.floats(0.1, 20))
def test_trend_ignores_shift_and_scale_of_scores_and_turns_with_yes_and_no(pairs, shift, scale):
    n, yes = np.array(pairs).T
    scores = np.arange(len(n))
    z = trend_statistic(yes, n, scores)
    assert np.allclose(z, trend_statistic(yes, n, shift + scale * scores), equal_nan=True)
    assert np.allclose(z, -trend_statistic(yes, n, -scores), equal_nan=True)
    assert np.allclose(z, -trend_statistic(n - yes, n, scores), equal_nan=True, atol=1e-9)
    assert np.isnan(z) == (yes.sum() in (0, n.sum()))


def test_missing_answers_and_groups_are_counted():
    frame = respondents()
    frame["age"] = frame["age"].where(frame["id"] > 5)
    frame["prefers"] = frame["prefers"].where(frame["id"] < 240)
    found = survey_trend(frame, "prefers", by="age", answer=1, weight="weight")
    assert (found.n, found.n_missing) == (234, 13)


@pytest.mark.parametrize(
    ("n", "yes", "logistic"),
    [
        ([10, 10], [0, 0], "none: no finite slope"),
        ([10, 10], [10, 10], "none: no finite slope"),
        ([10, 0], [4, 0], "none: no finite slope"),
        ([10, 10, 10], [0, 0, 7], "none: no finite slope"),
        ([10, 10, 10], [0, 10, 10], "none: no finite slope"),
        ([10, 10, 10], [0, 1, 0], "logistic regression"),
    ],
)
def test_slopes_that_do_not_exist_are_nan_and_say_so(n, yes, logistic):
    other = logistic_trend(counts(n, yes), group="age")
    assert other.method == logistic
    assert np.isnan(other.estimate) == logistic.startswith("none")


def test_a_line_through_every_group_is_no_perfect_separation():
    # pytest turns statsmodels' PerfectSeparationWarning, and a division by 0, into errors.
    two = pd.DataFrame({"g": ["a", "b"], "n": [50, 50], "n_yes": [20, 10]})
    assert logistic_trend(two, group="g").estimate == pytest.approx(np.log(1 / 4) - np.log(2 / 3))
    said = ["yes", "no", "no", "yes", "yes", "no", "no", "no", "yes", "yes"] * 10
    frame = pd.DataFrame({"age": ["young", "old"] * 50, "a": said})
    found = survey_trend(frame, "a", by="age", answer="yes")
    assert found.estimate == pytest.approx(np.log(3 / 2) - np.log(2 / 3))
    assert found.method == "weighted logistic regression, linearised"


def test_one_cluster_leaves_a_slope_without_error():
    found = survey_trend(respondents().assign(town=1), "used", by="age", answer=1, psu="town")
    assert found.method == "none: clusters do not vary"
    assert np.isfinite(found.estimate)
    assert np.isnan(found.std_error)
    assert np.isnan(found.ci_low)


def test_groups_of_an_ordered_column_keep_their_order():
    frame = pd.DataFrame(
        {"age": ["young"] * 20 + ["middle"] * 20 + ["old"] * 20, "n": 1, "n_yes": [1, 0] * 30}
    )
    frame["n_yes"] = [1] * 15 + [0] * 5 + [1] * 9 + [0] * 11 + [1] * 4 + [0] * 16
    frame["age"] = pd.Categorical(frame["age"], ["young", "middle", "old"], ordered=True)
    found = logistic_trend(frame, group="age")
    assert [label for label, _ in found.scores] == ["young", "middle", "old"]
    assert found.estimate < 0
    assert survey_trend(frame, "n_yes", by="age", answer=1).estimate < 0


def test_result_reads_as_a_sentence_at_its_own_level():
    found = logistic_trend(counts([100] * 6, [37, 35, 31, 26, 24, 17]), group="age", conf_level=0.9)
    assert str(found) == (
        "Slope -0.1976 logit per score (90 % interval -0.2872 to -0.108) over 6 groups, n = 600: "
        "z = -3.628, p = 0.000285 (logistic regression)."
    )


def test_wrong_input_is_refused():
    frame = respondents()
    with pytest.raises(InputError) as error:
        survey_trend(frame, "prefers", by="age", answer="yes")
    assert str(error.value) == (
        "`answer` is 'yes'; the answers to 'prefers' are: 0, 1. Name one of them."
    )
    with pytest.raises(InputError) as error:
        survey_trend(frame, "prefers", by="sex", answer=1, scores={"f": 1})
    assert str(error.value) == (
        "`scores` has no number for m; the groups of 'sex' are: f, m. Add the missing ones."
    )
    with pytest.raises(InputError) as error:
        logistic_trend(counts([5, 5], [1, 2]).assign(age=[None, "65+"]), group="age")
    assert str(error.value) == (
        "`group` 'age' is missing in 1 row(s); an ordered group was expected in each. "
        "Leave these rows out and say so."
    )
