"""One figure: its correction chain, its bracket, how it reads and how it is shown."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.claims.ledger.figure import decimals, number


def test_a_figure_has_its_study_and_its_correction(ledger):
    figure = ledger.figure("C005")
    assert figure.study.publisher == "Nielsen and NM Incite"
    assert [f.figure_id for f in figure.corrections] == ["P133"]
    assert figure.current.value == 0.30
    assert ledger.figure("P133").current.figure_id == "P133"


def test_a_chain_of_corrections_is_followed_to_its_end(ledger):
    frame = ledger.figures
    frame.loc[frame["figure_id"] == "P133", "corrected_by"] = "D017"
    chain = ledger.replace(figures=frame).figure("C005").corrections
    assert [f.figure_id for f in chain] == ["P133", "D017"]


def test_missing_cells_are_none_and_dates_are_dates(ledger):
    figure = ledger.figure("P030")
    assert figure.country is None
    assert figure.value is None
    assert figure.period_start == date(2013, 1, 1)
    assert figure.sample_size == 501
    assert isinstance(figure.sample_size, int)


@pytest.mark.parametrize(
    ("figure_id", "published", "low", "high"),
    [
        ("C022", "0.43", 0.43, 0.43),
        ("P034b", "0.60", 0.6, 0.6),
        ("C014b", "0.11 to 0.13", 0.11, 0.13),
        ("P030", "more than 0.70", 0.7, math.inf),
        ("L030b", "less than 0.16", -math.inf, 0.16),
        ("D032", "0.871 (0.773 to 0.931)", 0.773, 0.931),
        ("P068b", "rank 33", 33, 33),
        ("L001b", "504 minutes", 504, 504),
        ("C043", "18.92 out of 20", 18.92, 18.92),
        ("P024b", "162,691", 162691, 162691),
    ],
)
def test_what_was_published_in_words(ledger, figure_id, published, low, high):
    figure = ledger.figure(figure_id)
    assert (figure.published, figure.low, figure.high) == (published, low, high)


@pytest.mark.parametrize(
    ("figure_id", "rounding"),
    [("C022", 0.005), ("P034b", 0.005), ("C005", 0.0005), ("P140", 0.05), ("P024a", 0.5)],
)
def test_rounding_is_half_of_the_last_printed_place(ledger, figure_id, rounding):
    assert ledger.figure(figure_id).rounding == pytest.approx(rounding)


def test_str_is_a_sentence(ledger):
    assert str(ledger.figure("C023")) == (
        "C023: average_response_under_8h, total all: 1 (base: printed as: all brands with a care "
        "account, n = 43); Simply Measured, Customer Service on Twitter, March 2015 (2015); "
        "printed in an article (pr-blog-2015); corrected by P020: 0.63."
    )
    assert repr(ledger.figure("C023")) == (
        "<Figure C023: average_response_under_8h 1, corrected by P020>"
    )


def test_html_shows_the_correction_and_escapes_text(ledger):
    frame = ledger.figures
    frame.loc[frame["figure_id"] == "C023", "note"] = "<script>alert(1)</script> & more"
    html = ledger.replace(figures=frame).figure("C023")._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html
    assert "P020: 0.63 (base: brands with a care account)" in html


@given(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_decimals_counts_the_places_of_a_short_decimal(whole, places):
    value = whole / 10**places
    assert round(value, decimals(value)) == value
    assert decimals(value) <= places


def test_numbers_read_like_the_ledger():
    assert [number(v, share=True) for v in (0, 1, 0.3, 0.333, -0.04)] == [
        "0",
        "1",
        "0.30",
        "0.333",
        "-0.04",
    ]
