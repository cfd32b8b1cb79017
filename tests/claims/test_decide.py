"""The rule that turns a published figure and an interval into a verdict."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.claims.decide import ASSUMED_N, REPLAY_VERDICTS, decide_verdict, default_margin
from carekit.errors import InputError
from carekit.inference.rates.intervals import newcombe, wilson

EXACT = 10**9  # a published base so large that the figure has no error of its own


def decide(estimate, low, high, *, margin=0.05, published_n=EXACT, **published):
    return decide_verdict(
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        margin=margin,
        published_n=published_n,
        **published,
    )


# published (value, low, high), measured (estimate, ci_low, ci_high), other arguments, verdict
CASES = [
    ((0.30, None, None), (0.31, 0.29, 0.33), {}, "equivalent"),
    ((0.30, None, None), (0.31, 0.20, 0.42), {}, "undecided"),
    ((0.43, None, None), (0.31, 0.28, 0.34), {}, "differs"),
    # wide and still clear of the margin
    ((0.90, None, None), (0.31, 0.10, 0.52), {}, "differs"),
    # a difference that does not matter
    ((0.30, None, None), (0.32, 0.31, 0.33), {}, "differs_slightly"),
    # a difference that may matter or not
    ((0.30, None, None), (0.36, 0.33, 0.39), {}, "undecided"),
    # the published figure has an error too
    ((0.30, None, None), (0.31, 0.29, 0.33), {"published_n": 100}, "undecided"),
    ((0.43, None, None), (0.31, 0.28, 0.34), {"published_n": 100}, "undecided"),
    ((0.30, None, None), (0.31, 0.295, 0.325), {"published_n": 2000}, "equivalent"),
    ((0.30, None, None), (0.31, 0.295, 0.325), {"published_n": 2000, "deff": 8}, "undecided"),
    # rounding widens the published value to 0.295 ... 0.305
    ((0.30, None, None), (0.32, 0.306, 0.334), {"rounding": 0.005}, "differs_slightly"),
    ((0.30, None, None), (0.32, 0.304, 0.336), {"rounding": 0.005}, "equivalent"),
    # brackets, closed and open
    ((None, 0.13, 0.15), (0.16, 0.14, 0.18), {}, "equivalent"),
    ((None, 0.70, None), (0.80, 0.71, 0.89), {}, "equivalent"),
    ((None, 0.70, None), (0.72, 0.69, 0.75), {}, "equivalent"),
    ((None, 0.70, None), (0.72, 0.60, 0.84), {}, "undecided"),
    ((None, 0.70, None), (0.60, 0.57, 0.63), {}, "differs"),
    ((None, None, 0.16), (0.10, 0.05, 0.15), {}, "equivalent"),
    # limits that were not reached
    ((0.30, None, None), (0.31, 0.28, math.nan), {}, "undecided"),
    ((0.30, None, None), (0.41, 0.38, math.nan), {}, "differs"),
    ((0.30, None, None), (0.31, math.nan, math.nan), {}, "undecided"),
    # direction
    ((0.41, None, None), (-0.1, -0.2, -0.01), {"reference": 0.0}, "contradicted"),
    ((0.41, None, None), (0.1, 0.02, 0.2), {"reference": 0.0}, "differs"),
    ((0.333, None, None), (0.70, 0.68, 0.72), {"reference": 0.5}, "contradicted"),
    # a value that its own error carries over the reference claims no direction
    ((0.48, None, None), (0.6, 0.58, 0.62), {"reference": 0.5, "published_n": 200}, "undecided"),
    ((None, 0.0, None), (-0.1, -0.2, -0.05), {"reference": 0.0}, "contradicted"),
    ((None, None, 0.0), (0.1, 0.05, 0.2), {"reference": 0.0}, "contradicted"),
    # too few cases, whatever the interval says
    ((0.90, None, None), (0.1, 0.0, 0.2), {"n": 29}, "undecided"),
    ((0.90, None, None), (0.1, 0.0, 0.2), {"n": 30}, "differs"),
]


@pytest.mark.parametrize(("published", "measured", "more", "expected"), CASES)
def test_the_rule(published, measured, more, expected):
    value, low, high = published
    decision = decide(
        *measured, **{"published": value, "published_low": low, "published_high": high, **more}
    )
    assert decision.verdict == expected
    assert decision.why.endswith(".")


def test_the_difference_has_newcombes_limits_where_both_are_shares():
    """Witness: the interval of two independent shares, as carekit.inference has it."""
    low, high = wilson(310, 1000)
    made = decide(0.31, float(low), float(high), published=0.30, published_n=500)
    witness = newcombe(310, 1000, 150, 500)
    assert (made.low, made.high) == (pytest.approx(witness[0]), pytest.approx(witness[1]))
    assert made.difference == pytest.approx(0.01)


def test_a_size_that_nobody_says_is_assumed():
    known = decide(0.31, 0.29, 0.33, published=0.30, published_n=ASSUMED_N)
    assert decide(0.31, 0.29, 0.33, published=0.30, published_n=None) == known


def test_other_units_are_as_unsure_as_the_measurement():
    made = decide(330, 300, 360, published=300, unit="minutes", margin=75)
    assert (made.low, made.high) == (
        pytest.approx(30 - 30 * 2**0.5),
        pytest.approx(30 + 30 * 2**0.5),
    )
    assert made.verdict == "equivalent"


def test_why_is_a_sentence_with_the_difference():
    said = decide(0.31, 0.28, 0.34, published=0.43)
    assert said.why == (
        "Measured less published: \u221212.0\u00a0points (95 % interval \u221215.0 to \u22129.0): more than "
        "the margin of 5.0\u00a0points."
    )
    assert said.told == (
        "Measured less published: \u221212.0\u00a0points (95 % interval \u221215.0 to \u22129.0)."
    )
    said = decide(330, 300, 360, published=300, unit="minutes", margin=75)
    assert said.why == (
        "Measured less published: +30.0\u00a0min (90 % interval \u22125.6\u00a0min to "
        "+65.6\u00a0min): within the margin of 75.0\u00a0min."
    )


def proportions_of(verdict_of, truth, now, n_published, n, runs=1500, seed=5):
    """How often each verdict is said when a share was `truth` in print and is `now`."""
    rng = np.random.default_rng(seed)
    printed = np.round(rng.binomial(n_published, truth, runs) / n_published, 2)
    yes = rng.binomial(n, now, runs)
    low, high = wilson(yes, n)
    said = [
        verdict_of(float(p), float(y), float(a), float(b))
        for p, y, a, b in zip(printed, yes / n, low, high, strict=True)
    ]
    return {word: said.count(word) / runs for word in REPLAY_VERDICTS}


@pytest.mark.parametrize("truth", [0.05, 0.3, 0.5])
@pytest.mark.parametrize(
    ("n_published", "n"), [(100, 100), (100, 50_000), (1000, 1000), (2000, 5000), (10**5, 10**5)]
)
def test_where_nothing_changed_at_most_one_in_twenty_differs_at_any_size(truth, n_published, n):
    def verdict_of(printed, estimate, low, high):
        return decide(
            estimate, low, high, published=printed, rounding=0.005, published_n=n_published
        ).verdict

    said = proportions_of(verdict_of, truth, truth, n_published, n)
    assert said["differs"] + said["differs_slightly"] <= 0.05


@pytest.mark.parametrize("truth", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("n_published", [500, 1000, 2000, 10**5])
def test_five_points_off_at_most_one_in_twenty_is_called_equivalent(truth, n_published):
    def verdict_of(printed, estimate, low, high):
        return decide(
            estimate, low, high, published=printed, rounding=0.005, published_n=n_published
        ).verdict

    said = proportions_of(verdict_of, truth, truth + 0.05, n_published, 1000)
    assert said["equivalent"] + said["differs_slightly"] <= 0.05


def test_two_large_samples_of_the_same_are_mostly_called_equivalent():
    def verdict_of(printed, estimate, low, high):
        return decide(
            estimate, low, high, published=printed, rounding=0.005, published_n=2000
        ).verdict

    assert proportions_of(verdict_of, 0.3, 0.3, 2000, 2000)["equivalent"] > 0.8


shares = st.floats(0, 1, allow_nan=False)


@given(shares, shares, shares, shares)
def test_a_narrower_margin_never_makes_two_values_more_alike(published, a, b, c):
    low, estimate, high = sorted((a, b, c))
    wide = decide(estimate, low, high, margin=0.2, published=published).verdict
    narrow = decide(estimate, low, high, margin=0.02, published=published).verdict
    order = ["equivalent", "differs_slightly", "undecided", "differs"]
    assert order.index(wide) <= order.index(narrow)


@given(shares, shares, shares)
def test_the_estimate_itself_never_differs(a, b, c):
    low, estimate, high = sorted((a, b, c))
    assert decide(estimate, low, high, published=estimate).verdict in {"equivalent", "undecided"}


@given(shares, shares, shares, shares)
def test_the_rule_is_symmetric_for_the_complement(published, a, b, c):
    low, estimate, high = (round(x, 3) for x in sorted((a, b, c)))
    published = round(published, 3)
    straight = decide(estimate, low, high, published=published, margin=0.0507, published_n=800)
    mirrored = decide(
        1 - estimate, 1 - high, 1 - low, published=1 - published, margin=0.0507, published_n=800
    )
    assert straight.low == pytest.approx(-mirrored.high, abs=1e-9)
    assert straight.high == pytest.approx(-mirrored.low, abs=1e-9)


def test_nothing_published_is_refused():
    with pytest.raises(InputError) as caught:
        decide(0.3, 0.2, 0.4)
    assert str(caught.value) == (
        "`published`, `published_low` and `published_high` are all empty; expected a value or one "
        "end of a bracket. Pass what was published."
    )


def test_an_interval_without_its_estimate_is_refused():
    with pytest.raises(InputError) as caught:
        decide(0.5, 0.2, 0.4, published=0.3)
    assert str(caught.value) == (
        "`estimate` is 0.5 and its interval 0.2 to 0.4; expected an interval that holds its "
        "estimate. Check the measurement."
    )


def test_a_negative_margin_and_a_design_effect_below_one_are_refused():
    with pytest.raises(InputError, match="`margin` is -1; expected 0 or more"):
        decide(0.3, 0.3, 0.3, published=0.3, margin=-1)
    with pytest.raises(InputError, match=r"`deff` is 0\.5; expected 1 or more"):
        decide(0.3, 0.3, 0.3, published=0.3, deff=0.5)


def test_margins_by_unit():
    assert [default_margin("proportion", p) for p in (0.5, 0.1, 0.92, 0.01)] == pytest.approx(
        [0.05, 0.025, 0.02, 0.01]
    )
    assert default_margin("score_20", 11.57) == 1.0
    assert default_margin("rank", 3) < 1
    assert default_margin("minutes", None) == math.inf
