"""The rule that turns a published figure and an interval into a verdict."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.claims.decide import REPLAY_VERDICTS, decide_verdict, default_margin
from carekit.errors import InputError


def verdict(estimate, low, high, *, margin=0.05, **published):
    return decide_verdict(
        estimate=estimate, ci_low=low, ci_high=high, margin=margin, **published
    ).verdict


# published (value, low, high), measured (estimate, ci_low, ci_high), other arguments, verdict
CASES = [
    ((0.30, None, None), (0.31, 0.28, 0.34), {}, "holds"),
    ((0.30, None, None), (0.31, 0.20, 0.42), {}, "undecided"),
    ((0.43, None, None), (0.31, 0.28, 0.34), {}, "differs"),
    # wide and still clear of the published value
    ((0.90, None, None), (0.31, 0.10, 0.52), {}, "differs"),
    # rounding widens the published value to 0.295 ... 0.305
    ((0.30, None, None), (0.32, 0.304, 0.336), {"rounding": 0.005}, "holds"),
    ((0.30, None, None), (0.32, 0.306, 0.334), {"rounding": 0.005}, "differs"),
    # brackets, closed and open
    ((None, 0.13, 0.15), (0.16, 0.14, 0.18), {}, "holds"),
    ((None, 0.70, None), (0.80, 0.71, 0.89), {}, "holds"),
    ((None, 0.70, None), (0.72, 0.69, 0.75), {}, "undecided"),
    ((None, 0.70, None), (0.60, 0.55, 0.65), {}, "differs"),
    ((None, None, 0.16), (0.10, 0.05, 0.15), {}, "holds"),
    # a published value with its own interval counts as that interval
    ((0.871, 0.773, 0.931), (0.80, 0.78, 0.82), {}, "holds"),
    # limits that were not reached
    ((0.30, None, None), (0.31, 0.28, math.nan), {}, "undecided"),
    ((0.30, None, None), (0.41, 0.38, math.nan), {}, "differs"),
    ((0.30, None, None), (0.31, math.nan, math.nan), {}, "undecided"),
    # direction
    ((0.41, None, None), (-0.1, -0.2, -0.01), {"reference": 0.0}, "contradicted"),
    ((0.41, None, None), (0.1, 0.02, 0.2), {"reference": 0.0}, "differs"),
    ((0.333, None, None), (0.70, 0.68, 0.72), {"reference": 0.5}, "contradicted"),
    ((None, 0.0, None), (-0.1, -0.2, -0.05), {"reference": 0.0}, "contradicted"),
    ((None, None, 0.0), (0.1, 0.05, 0.2), {"reference": 0.0}, "contradicted"),
    # too few cases, whatever the interval says
    ((0.90, None, None), (0.1, 0.0, 0.2), {"n": 29}, "undecided"),
    ((0.90, None, None), (0.1, 0.0, 0.2), {"n": 30}, "differs"),
]


@pytest.mark.parametrize(("published", "measured", "more", "expected"), CASES)
def test_the_rule(published, measured, more, expected):
    value, low, high = published
    estimate, ci_low, ci_high = measured
    decision = decide_verdict(
        published=value,
        published_low=low,
        published_high=high,
        estimate=estimate,
        ci_low=ci_low,
        ci_high=ci_high,
        margin=0.05,
        **more,
    )
    assert decision.verdict == expected
    assert decision.why.endswith(".")


def test_why_is_a_sentence_with_the_interval():
    said = decide_verdict(published=0.43, estimate=0.31, ci_low=0.28, ci_high=0.34, margin=0.05)
    assert said.why == "The published value is outside the interval 0.28 to 0.34."
    said = decide_verdict(published=0.3, estimate=0.31, ci_low=0.2, ci_high=0.4, margin=0.05)
    assert said.why == (
        "The published value is in the interval 0.2 to 0.4, whose half-width exceeds 0.05."
    )


shares = st.floats(0, 1, allow_nan=False)


@given(shares, shares, shares, shares)
def test_a_narrower_margin_never_turns_undecided_into_an_answer(published, a, b, c):
    low, estimate, high = sorted((a, b, c))
    wide = verdict(estimate, low, high, margin=0.2, published=published)
    narrow = verdict(estimate, low, high, margin=0.02, published=published)
    assert wide in REPLAY_VERDICTS
    assert wide == narrow or (wide, narrow) == ("holds", "undecided")


@given(shares, shares, shares)
def test_the_estimate_itself_never_differs(a, b, c):
    low, estimate, high = sorted((a, b, c))
    assert verdict(estimate, low, high, published=estimate) in {"holds", "undecided"}


@given(shares, shares, shares, shares)
def test_the_rule_is_symmetric_for_the_complement(published, a, b, c):
    low, estimate, high = (round(x, 3) for x in sorted((a, b, c)))
    published = round(published, 3)
    straight = verdict(estimate, low, high, published=published, margin=0.0507)
    mirrored = verdict(1 - estimate, 1 - high, 1 - low, published=1 - published, margin=0.0507)
    # Rounding in 1 - x may move an exact tie, never a clear case.
    if min(abs(published - low), abs(published - high)) > 1e-9:
        assert straight == mirrored


def test_nothing_published_is_refused():
    with pytest.raises(InputError) as caught:
        decide_verdict(estimate=0.3, ci_low=0.2, ci_high=0.4, margin=0.05)
    assert str(caught.value) == (
        "`published`, `published_low` and `published_high` are all empty; expected a value or one "
        "end of a bracket. Pass what was published."
    )


def test_an_interval_without_its_estimate_is_refused():
    with pytest.raises(InputError) as caught:
        decide_verdict(published=0.3, estimate=0.5, ci_low=0.2, ci_high=0.4, margin=0.05)
    assert str(caught.value) == (
        "`estimate` is 0.5 and its interval 0.2 to 0.4; expected an interval that holds its "
        "estimate. Check the measurement."
    )


def test_a_negative_margin_is_refused():
    with pytest.raises(InputError, match="`margin` is -1; expected 0 or more"):
        decide_verdict(published=0.3, estimate=0.3, ci_low=0.2, ci_high=0.4, margin=-1)


def test_margins_by_unit():
    assert default_margin("score_20", 11.57) == 1.0
    assert default_margin("minutes", None) == math.inf
