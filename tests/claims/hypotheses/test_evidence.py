"""From an interval to a verdict, and from several kinds of evidence to one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.claims.decide import decide_claim
from carekit.claims.hypotheses.evidence import (
    Evidence,
    combine_evidence,
    in_words,
)
from carekit.errors import InputError

NAN = math.nan


def decide(low, high, claim="above", **options):
    estimate = options.pop("estimate", (low + high) / 2)
    return decide_claim(estimate=estimate, ci_low=low, ci_high=high, claim=claim, **options)


@pytest.mark.parametrize(
    ("low", "high", "claim", "options", "verdict"),
    [
        (0.1, 0.3, "above", {}, "holds"),
        (-0.3, -0.1, "above", {}, "contradicted"),
        (-0.1, 0.3, "above", {}, "undecided"),
        (0.0, 0.3, "above", {}, "undecided"),  # 0 itself is not excluded
        (-0.3, -0.1, "below", {}, "holds"),
        (0.3, 0.4, "above", {"reference": 0.25, "extent": 0.5}, "differs"),
        (0.3, 0.6, "above", {"reference": 0.25, "extent": 0.5}, "undecided"),
        (0.51, 0.6, "above", {"reference": 0.25, "extent": 0.5}, "holds"),
        (0.1, 0.2, "above", {"reference": 0.25, "extent": 0.5}, "contradicted"),
        (0.1, 0.2, "below", {"reference": 0.25, "extent": 0.1}, "undecided"),
        (0.12, 0.2, "below", {"reference": 0.25, "extent": 0.1}, "differs"),
        (0.1, 0.3, "above", {"n": 29}, "undecided"),
        (0.1, 0.3, "above", {"n": 30}, "holds"),
        (0.1, NAN, "above", {"estimate": 0.2}, "holds"),  # an open end on the claimed side
        (NAN, 0.3, "above", {"estimate": 0.2}, "undecided"),
        (NAN, NAN, "above", {"estimate": 0.2}, "undecided"),
    ],
)
def test_the_interval_decides(low, high, claim, options, verdict):
    assert decide(low, high, claim, **options).verdict == verdict


def test_the_reason_names_the_interval_and_the_side():
    assert decide(0.1, 0.3).why == "The interval 0.1 to 0.3 lies wholly above 0."
    assert decide(-0.1, 0.3, "below").why == "The interval -0.1 to 0.3 does not exclude 0."
    assert decide(0.3, 0.4, reference=0.25, extent=0.5).why == (
        "The interval 0.3 to 0.4 lies between 0.25 and 0.5: the direction is as claimed, the extent "
        "is not."
    )
    assert decide(0.3, 0.6, n=12).why == "Only 12 cases, fewer than 30."


@given(
    st.floats(-5, 5),
    st.floats(0, 3),
    st.floats(-2, 2),
    st.floats(0, 2),
)
def test_a_claim_and_its_mirror_image_get_the_same_verdict(middle, reach, reference, further):
    above = decide_claim(
        estimate=middle, ci_low=middle - reach, ci_high=middle + reach,
        claim="above", reference=reference, extent=reference + further,
    )  # fmt: skip
    below = decide_claim(
        estimate=-middle, ci_low=-middle - reach, ci_high=-middle + reach,
        claim="below", reference=-reference, extent=-reference - further,
    )  # fmt: skip
    assert above.verdict == below.verdict


@given(st.floats(-5, 5), st.floats(0.001, 3), st.floats(0, 1))
def test_a_narrower_interval_never_turns_a_verdict_into_its_opposite(middle, reach, factor):
    wide = decide(middle - reach, middle + reach, estimate=middle).verdict
    narrow = decide(middle - factor * reach, middle + factor * reach, estimate=middle).verdict
    assert {wide, narrow} != {"holds", "contradicted"}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"estimate": 5.0},
            "`estimate` is 5.0 and its interval 0.1 to 0.3; expected an interval that holds its "
            "estimate. Check the measurement.",
        ),
        (
            {"claim": "up"},
            "`claim` is 'up'; expected 'above' or 'below'. Choose one of them.",
        ),
        (
            {"reference": 0.5, "extent": 0.25},
            "`extent` is 0.25 and `reference` 0.5; for a claim 'above' the extent lies beyond the "
            "reference. Swap them, or leave `extent` out.",
        ),
    ],
)
def test_what_cannot_be_decided_is_an_error(options, text):
    with pytest.raises(InputError) as caught:
        decide(0.1, 0.3, **options)
    assert str(caught.value) == text


def row(verdict, kind="figures", *, synthetic=False, part="", needs=""):
    return Evidence(
        "H09", "People hurry.", kind, "A test.", 0.2, 0.1, 0.3, 0.95, NAN, 300, verdict, "Why.",
        needs, synthetic, part,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "verdict", "by"),
    [
        ([row("untestable")], "untestable", ""),
        ([row("holds"), row("undecided", "posts")], "undecided", "posts"),
        ([row("holds"), row("hint", "posts")], "holds", "figures"),
        ([row("hint"), row("untestable", "posts")], "undecided", ""),
        ([row("contradicted"), row("undecided")], "undecided", "figures"),
        ([row("holds"), row("holds", "posts")], "holds", "figures and posts"),
        ([row("holds"), row("contradicted", "posts")], "undecided", "figures and posts"),
        # what was planted decides only where nothing else was tested
        ([row("undecided"), row("holds", "survey", synthetic=True)], "undecided", "figures"),
        (
            [row("untestable"), row("holds", "survey", synthetic=True)],
            "recovered (synthetic)",
            "survey (synthetic)",
        ),
        (
            [row("hint"), row("contradicted", "survey", synthetic=True)],
            "contradicted (synthetic)",
            "survey (synthetic)",
        ),
        ([row("undecided", "posts", synthetic=True)], "undecided", "posts (synthetic)"),
        ([row("contradicted"), row("holds", "survey", synthetic=True)], "contradicted", "figures"),
        # a statement of two parts
        ([row("holds", part="a"), row("holds", part="b")], "holds", "figures"),
        ([row("holds", part="a"), row("differs", part="b")], "differs", "figures"),
        ([row("holds", part="a"), row("contradicted", part="b")], "contradicted", "figures"),
        ([row("holds", part="a"), row("untestable", part="b")], "undecided", "figures"),
    ],
)
def test_evidence_is_combined(rows, verdict, by):
    made = combine_evidence(rows)
    assert (made.verdict, made.decided_by) == (verdict, by)
    assert made.evidence == tuple(rows)


def test_disagreement_is_said():
    made = combine_evidence([row("holds"), row("contradicted", "posts")])
    assert made.why == "The evidence disagrees (figures: holds; posts: contradicted)."
    made = combine_evidence([row("holds"), row("undecided", "posts")])
    assert made.why == "Not all evidence decides (figures: holds; posts: undecided)."


def test_a_verdict_reads_as_sentences():
    text = str(combine_evidence([row("holds"), row("untestable", "posts", needs="posts.")]))
    assert text == (
        "H09 holds by figures: People hurry. Published figures of the ledger: holds, 0.2 (95 % "
        "interval 0.1 to 0.3, n = 300). A test. Why."
    )
    alone = str(combine_evidence([row("untestable", needs="posts")]))
    assert alone.startswith("H09 untestable: People hurry. Published figures of the ledger: ")
    assert alone.endswith("Why. Needs posts.")


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("share", 0.125, "12.5 %"),
        ("difference of shares", -0.2, "-20.0 points"),
        ("share a year", 0.01, "+1.0 points a year"),
        ("log ratio", math.log(0.5), "× 0.50"),
        ("log odds ratio", 0.0, "odds × 1.00"),
        ("log odds a year", 0.0, "odds × 1.00 a year"),
        ("minutes", 517.0, "517 minutes"),
        ("share", NAN, "–"),
    ],
)
def test_numbers_are_read_in_their_unit(unit, value, text):
    assert in_words(value, unit) == text
