"""carekit.inference.surveys.ordered_groups: scores of groups, and the isotonic check."""

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.surveys.ordered_groups import check_monotone, score_groups

AGES = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"]


def table(shares, n_eff=100):
    return pd.DataFrame({"age": AGES[: len(shares)], "estimate": shares, "n_eff": n_eff})


def test_a_falling_sequence_departs_by_nothing():
    found = check_monotone(
        table([0.37, 0.35, 0.31, 0.26, 0.24, 0.17]), group="age", direction="falling", draws=200
    )
    assert (found.reversals, found.largest_departure, found.statistic) == (0, 0, 0)
    assert found.p_value == 1
    up = check_monotone(
        table([0.37, 0.35, 0.31, 0.26, 0.24, 0.17]), group="age", direction="rising", draws=200
    )
    assert up.reversals == 5
    assert up.p_value < 0.02


def test_monotone_fit_agrees_with_scikit_learn_and_a_hand_case():
    from sklearn.isotonic import IsotonicRegression

    shares, n_eff = np.array([0.4, 0.1, 0.3, 0.25, 0.3, 0.05]), np.array([20, 40, 60, 10, 30, 50])
    found = check_monotone(table(shares, n_eff), group="age", direction="falling", draws=100)
    expected = IsotonicRegression(increasing=False).fit_transform(
        range(6), shares, sample_weight=n_eff
    )
    assert found.fitted["monotone"].tolist() == pytest.approx(list(expected))
    hand = check_monotone(
        table([0.5, 0.2, 0.4], [10, 10, 30]), group="age", direction="falling", draws=100
    )
    assert hand.fitted["monotone"].tolist() == pytest.approx([0.5, 0.35, 0.35])
    assert hand.statistic == pytest.approx((10 * 0.15**2 + 30 * 0.05**2) / (0.38 * 0.62))


def test_five_per_cent_of_equal_groups_are_called_not_monotone():
    rng = np.random.default_rng(4)
    p = [
        check_monotone(
            table(rng.binomial(200, 0.3, 6) / 200, 200), group="age", direction="falling", draws=200
        ).p_value
        for _ in range(60)
    ]
    assert np.mean(np.array(p) < 0.05) < 0.15
    assert 0.35 < np.mean(p) < 0.7


def test_same_seed_same_p_value_and_input_unchanged():
    rows = table([0.2, 0.4, 0.1])
    before = rows.copy(deep=True)
    one = check_monotone(rows, group="age", direction="falling", draws=300)
    assert one.p_value == check_monotone(rows, group="age", direction="falling", draws=300).p_value
    pd.testing.assert_frame_equal(rows, before)
    assert str(one).startswith(
        "Over 3 groups the shares leave a falling sequence by 0.100 at most (1 reversal(s)); p = "
    )


def test_without_variation_there_is_no_test():
    for shares in ([0.0, 0.0], [1.0, 1.0], [0.4], []):
        found = check_monotone(table(shares), group="age", direction="rising", draws=100)
        assert np.isnan(found.p_value)
        assert found.method == "none: no variation"
    gaps = table([0.3, np.nan, 0.2])
    assert len(check_monotone(gaps, group="age", direction="rising", draws=100).fitted) == 2


def test_groups_are_scored_in_order_or_as_asked():
    assert score_groups(["b", "a"], None, "g").tolist() == [1, 2]
    assert score_groups(["b", "a"], {"a": 7, "b": 3}, "g").tolist() == [3, 7]


def test_wrong_input_is_refused():
    with pytest.raises(InputError) as error:
        check_monotone(table([0.1, 0.2]), group="age", direction="down")
    assert str(error.value) == (
        "`direction` is 'down'; one of 'falling', 'rising' was expected. State the claim before "
        "looking at the shares."
    )
    with pytest.raises(InputError) as error:
        check_monotone(table([37, 17]), group="age", direction="falling")
    assert str(error.value) == (
        "`table` column 'estimate' holds 17 to 37; shares from 0 to 1 were expected. Divide "
        "percentages by 100."
    )
