"""carekit.inference.surveys.printed_lists: lists of several answers without base or overlap."""

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.rates.intervals import wilson
from carekit.inference.surveys.printed_lists import printed_differences, printed_shares

# Places of complaint: eight printed shares that add up to 1.31 (NM Incite 2012).
PLACES = pd.DataFrame(
    {
        "place": [
            "brand page",
            "own page",
            "other page",
            "handle",
            "tweet",
            "blog",
            "own",
            "video",
        ],
        "complain": [0.29, 0.28, 0.15, 0.13, 0.13, 0.11, 0.11, 0.11],
    }
)
BASES = {"all users": 2000, "social-care users": 940}


def test_each_base_has_its_intervals_and_the_sum_shows_several_answers():
    out = printed_shares(PLACES, item="place", share="complain", bases=BASES)
    assert len(out) == 16
    assert out["sum_of_shares"].unique().tolist() == pytest.approx([1.31])
    assert out["n"].tolist() == [2000] * 8 + [940] * 8
    width = (out["ci_high"] - out["ci_low"]).to_numpy().reshape(2, 8)
    assert (width[1] > width[0]).all()
    first = out.iloc[0]
    assert first["ci_low"] == wilson(0.285 * 2000, 2000)[0]
    assert first["ci_high"] == wilson(0.295 * 2000, 2000)[1]


def test_rounding_never_leaves_zero_and_one():
    ends = pd.DataFrame({"place": ["a", "b"], "share": [0.0, 1.0]})
    out = printed_shares(ends, item="place", share="share", bases={"all": 50})
    assert (out["ci_low"][0], out["ci_high"][1]) == (0, 1)


def test_difference_bounds_hold_every_overlap():
    out = printed_differences(PLACES.head(2), item="place", share="complain", bases=BASES)
    row = out.iloc[0]
    assert row["verdict"] == "depends on the overlap"
    for both in np.linspace(0, 0.28, 15):  # share who named both places
        b, c = 0.29 - both, 0.28 - both
        se = np.sqrt((b + c - (b - c) ** 2) / 2000)
        assert row["std_error_low"] - 1e-12 <= se <= row["std_error_high"] + 1e-12
    assert row["std_error_high"] == pytest.approx(np.sqrt((0.57 - 0.01**2) / 2000))
    assert row["std_error_low"] == pytest.approx(np.sqrt((0.01 - 0.01**2) / 2000))
    assert row["ci_low"] == pytest.approx(0.01 - 1.959964 * row["std_error_high"])


def test_verdicts_are_the_same_for_any_overlap_or_say_that_they_are_not():
    out = printed_differences(PLACES, item="place", share="complain", bases={"users": 940})
    verdict = out.set_index(["item", "other"])["verdict"]
    assert verdict["brand page", "video"] == "differ"
    assert verdict["brand page", "own page"] == "depends on the overlap"
    assert verdict["handle", "tweet"] == "no difference shown"
    assert len(out) == 28
    few = printed_differences(PLACES, item="place", share="complain", bases={"users": 20})
    assert (few["p_value_low"] <= few["p_value_high"] + 1e-12).all()


def test_shares_above_one_half_overlap_at_least_a_little():
    table = pd.DataFrame({"channel": ["phone", "e-mail"], "used": [0.9, 0.8]})
    row = printed_differences(table, item="channel", share="used", bases={"all": 100}).iloc[0]
    assert row["std_error_high"] == pytest.approx(np.sqrt((0.3 - 0.01) / 100))


def test_one_item_has_no_pair_and_input_is_unchanged():
    before = PLACES.copy(deep=True)
    out = printed_differences(PLACES.head(1), item="place", share="complain", bases=BASES)
    assert len(out) == 0
    assert "verdict" in out
    pd.testing.assert_frame_equal(PLACES, before)


@pytest.mark.parametrize("bases", [{}, {"users": 0}])
def test_a_base_of_nobody_is_refused(bases):
    for function in (printed_shares, printed_differences):
        with pytest.raises(InputError) as error:
            function(PLACES, item="place", share="complain", bases=bases)
        assert str(error.value) == (
            f"`bases` is {bases!r}; names with the number of people from 1 on were expected. "
            "List every base that the text allows."
        )
