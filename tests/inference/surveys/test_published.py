"""carekit.inference.surveys.published: printed percentages whose group sizes nobody published."""

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.inference.surveys.published import (
    assume_group_sizes,
    check_total,
    split_total,
    trend_sensitivity,
)
from carekit.inference.surveys.trends import trend_statistic

MIDDLES = [21.0, 29.5, 39.5, 49.5, 59.5, 70.0]
AGES = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"]
# Printed shares that prefer social media to the phone; 0.30 of all (NM Incite 2012).
PREFERS = [0.37, 0.35, 0.31, 0.26, 0.24, 0.17]
ADULTS = [0.131, 0.175, 0.175, 0.192, 0.156, 0.172]


def table(shares=PREFERS, adults=ADULTS):
    return pd.DataFrame({"age": AGES[: len(shares)], "prefers": shares, "adults": adults})


def run(frame=None, **options):
    options = {"group": "age", "share": "prefers", "total_n": 2000, "draws": 400, **options}
    return trend_sensitivity(table() if frame is None else frame, **options)


@given(
    st.integers(0, 5000),
    st.lists(st.floats(0, 10), min_size=1, max_size=8).filter(lambda w: sum(w) > 0.1),
)
def test_a_split_total_adds_up_and_stays_within_one_of_its_share(total, shares):
    sizes = split_total(total, shares)
    assert sizes.sum() == total
    assert np.abs(sizes - total * np.array(shares) / sum(shares)).max() < 1 + 1e-9


def test_equal_and_reference_rows_are_the_tests_at_these_sizes():
    out = run(reference="adults").set_index("assumption")
    for name, weights in (("equal", np.full(6, 1 / 6)), ("reference", np.array(ADULTS))):
        w = weights / weights.sum() * 2000
        assert out.loc[name, "statistic"] == pytest.approx(
            float(trend_statistic(w * PREFERS, w, range(6)))
        )
        assert sum(out.loc[name, "group_shares"]) == pytest.approx(1)
    assert out.index.tolist() == ["equal", "reference", "drawn", "worst"]
    assert (out["n"] == 2000).all()
    assert (out["share_significant"] == 1).all()
    drawn = out.loc["drawn"]
    assert drawn["statistic_low"] < drawn["statistic"] < drawn["statistic_high"]
    assert out.loc["reference", "statistic"] == pytest.approx(drawn["statistic"], abs=0.5)


def test_the_age_trend_needs_many_fewer_people_than_were_asked_even_at_the_worst_sizes():
    worst = run().set_index("assumption").loc["worst"]
    assert 500 < worst["smallest_n"] < 2000
    assert min(worst["group_shares"]) >= 0.05 - 1e-9


@settings(deadline=None, max_examples=6)
@given(st.lists(st.floats(0.05, 0.95), min_size=3, max_size=4), st.randoms())
@example([0.359375, 0.375, 0.375], Random(0))
def test_no_allowed_sizes_hide_the_trend_better_than_the_worst(shares, random):
    size = len(shares)
    frame = table(shares, ADULTS[:size])
    worst = run(frame).set_index("assumption").loc["worst"]
    rng = np.random.default_rng(random.randint(0, 10**6))
    w = 0.05 + (1 - size * 0.05) * rng.dirichlet(np.full(size, 0.4), size=2000)
    z = np.abs(trend_statistic(w * shares, w, np.arange(size))) * np.sqrt(2000)
    assert abs(worst["statistic"]) <= z.min() + 1e-3


def test_scores_of_ages_shift_the_answer_little():
    one, other = run(), run(scores=dict(zip(AGES, MIDDLES, strict=True)))
    assert one["statistic"][0] == pytest.approx(other["statistic"][0], rel=0.02)
    assert one["statistic"][0] != other["statistic"][0]


def test_draws_are_reproducible_and_tighten_with_the_concentration():
    one, again = run(seed=5), run(seed=5)
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(run(seed=6))

    def spread(out):
        drawn = out.set_index("assumption").loc["drawn"]
        return drawn["statistic_high"] - drawn["statistic_low"]

    assert spread(run(concentration=5000, rounding=0)) < spread(run(concentration=20, rounding=0))


def test_shares_that_do_not_vary_have_no_trend_under_any_sizes():
    out = run(table([0.0] * 6), rounding=0)
    assert out["statistic"].isna().all()
    assert out["smallest_n"].isna().all()
    assert (out["share_significant"] == 0).all()


def test_intervals_under_assumed_sizes_have_the_margins_known_for_65_and_over():
    # 108 to 171 people of 2,000 give 17 % a margin of 0.071 to 0.056.
    out = assume_group_sizes(
        table(), group="age", share="prefers", total_n=2000, reference="adults"
    )
    last = out[(out["age"] == "65+") & (out["assumption"] == "reference")].iloc[0]
    assert last["n"] in (343, 344)
    assert out.groupby("assumption")["n"].sum().tolist() == [2000, 2000]
    assert (out["ci_low"] < out["estimate"]).all()
    assert out["method"].unique().tolist() == ["wilson on assumed n of 2000"]
    for n, margin in ((108, 0.071), (171, 0.056)):
        assert 1.96 * np.sqrt(0.17 * 0.83 / n) == pytest.approx(margin, abs=5e-4)


@pytest.mark.parametrize(
    ("weights", "mean"),
    [
        ([1] * 6, 0.283),
        ([0.131, 0.175, 0.175, 0.192, 0.156, 0.172], 0.280),
        ([0.169, 0.218, 0.210, 0.193, 0.126, 0.085], 0.298),
        ([0.186, 0.234, 0.217, 0.192, 0.118, 0.054], 0.305),
    ],
)
def test_four_sets_of_weights_give_the_printed_total_but_never_a_third(weights, mean):
    frame = table(adults=weights)
    thirty = check_total(frame, group="age", share="prefers", total=0.30, reference="adults")
    assert thirty.from_reference == pytest.approx(mean, abs=6e-4)
    third = check_total(frame, group="age", share="prefers", total=1 / 3, reference="adults")
    assert third.compatible
    assert not third.reference_fits
    needed = third.needed
    assert needed["needed_share"].sum() == pytest.approx(1)
    assert needed["needed_share"] @ needed["share"] == pytest.approx(1 / 3 - 0.01, abs=1e-9)
    assert (needed["ratio"].diff().dropna() < 0).all()  # more of the young


def test_network_users_give_thirty_within_rounding():
    frame = table(adults=[0.169, 0.218, 0.210, 0.193, 0.126, 0.085])
    found = check_total(frame, group="age", share="prefers", total=0.30, reference="adults")
    assert found.reference_fits
    assert found.needed["ratio"].tolist() == [1] * 6
    assert str(found) == "The reference sizes give 0.299, which is 0.300 within rounding."


def test_a_total_outside_its_groups_is_impossible():
    found = check_total(table(), group="age", share="prefers", total=0.45)
    assert not found.compatible
    assert found.needed["needed_share"].isna().all()
    assert str(found) == "No group sizes give 0.450: the groups lie between 0.170 and 0.370."
    edge = check_total(table(), group="age", share="prefers", total=0.38)
    assert edge.compatible  # 0.375 rounds to both
    assert edge.needed["needed_share"].iloc[0] == pytest.approx(1, abs=1e-3)


def test_a_total_that_needs_other_sizes_says_which():
    found = check_total(table(), group="age", share="prefers", total=0.35, reference="adults")
    furthest = found.needed.loc[np.log(found.needed["ratio"]).abs().idxmax()]
    assert str(found) == (
        f"The reference sizes give 0.280; 0.350 needs {furthest['age']} to be "
        f"{furthest['ratio']:.2f} times the reference."
    )


def test_the_needed_sizes_are_the_closest_ones():
    found = check_total(table(), group="age", share="prefers", total=0.34, reference="adults")
    needed = found.needed["needed_share"].to_numpy()
    reference = found.needed["reference_share"].to_numpy()
    p = found.needed["share"].to_numpy()
    least = (needed * np.log(needed / reference)).sum()
    rng = np.random.default_rng(8)
    for _ in range(200):  # other sizes with the same mean
        step = rng.standard_normal(6)
        basis = np.linalg.qr(np.column_stack([np.ones(6), p]))[0]
        step -= basis @ (basis.T @ step)
        other = needed + 0.01 * step / np.abs(step).max()
        assert (other * np.log(other / reference)).sum() >= least


def test_input_is_unchanged():
    frame = table()
    before = frame.copy(deep=True)
    run(frame, reference="adults")
    check_total(frame, group="age", share="prefers", total=0.3)
    assume_group_sizes(frame, group="age", share="prefers", total_n=200)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: run(table([37, 35], [1, 1])),
            "`prefers` holds 37, 35; shares from 0 to 1 were expected, none missing. Divide "
            "percentages by 100.",
        ),
        (
            lambda: split_total(10, [1, -1]),
            "`shares` holds 1, -1; group sizes from 0 on were expected, some above 0. Give "
            "one for each group, on any scale.",
        ),
        (
            lambda: run(min_share=0.2),
            "`min_share` is 0.2 for 6 group(s); at least two groups and a positive number below "
            "1 / groups were expected. Write for example 0.083.",
        ),
        (
            lambda: run(total_n=0),
            "`total_n`, `draws`, `concentration`, `rounding` are 0, 400, 50.0, 0.005; a total "
            "from 1, 100 draws or more, a positive concentration and a rounding from 0 to 0.5 "
            "were expected. Use the published total.",
        ),
        (
            lambda: check_total(
                table(adults=[0, 1, 1, 1, 1, 1]),
                group="age",
                share="prefers",
                total=0.3,
                reference="adults",
            ),
            "`reference` 'adults' is 0 for some groups; a positive size was expected in each. "
            "Leave such groups out.",
        ),
    ],
)
def test_wrong_input_is_refused(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message
