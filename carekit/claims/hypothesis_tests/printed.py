"""Published figures as rows that a claim can be decided on."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from carekit.claims.figure import Figure
from carekit.claims.hypothesis_tests.registry import Inquiry, Lacking
from carekit.errors import InputError
from carekit.inference.rates.intervals import newcombe
from carekit.inference.surveys.printed_lists import printed_shares

# Where a study does not print the size of a base, the interval says that it assumes this.
ASSUMED_N = 1000
Row = dict[str, Any]


def find_figure(inquiry: Inquiry, figure_id: str) -> Figure:
    """A figure of the ledger; a ledger without it lacks what the test needs."""
    try:
        return inquiry.ledger.figure(figure_id)
    except InputError as unknown:
        raise Lacking(f"The ledger has no figure {figure_id}.") from unknown


def selected(inquiry: Inquiry, **chosen: str) -> pd.DataFrame:
    """The figures that stand and satisfy every condition; a ledger without any lacks them."""
    try:
        return inquiry.ledger.select(corrected=False, **chosen)
    except InputError as unknown:
        raise Lacking(f"The ledger has no figure of {chosen.get('measure')}.") from unknown


def study_size(inquiry: Inquiry, figure_id: str) -> int:
    """Size of the whole sample of the study behind a figure; `ASSUMED_N` if not published."""
    return find_figure(inquiry, figure_id).study.sample_size or ASSUMED_N


def value_of(inquiry: Inquiry, figure_id: str) -> float:
    """The printed value of a figure."""
    value = find_figure(inquiry, figure_id).value
    if value is None:
        raise Lacking(f"The figure {figure_id} of the ledger has no single value.")
    return value


def share_row(inquiry: Inquiry, figure_id: str, *, assumed_n: int = ASSUMED_N) -> Row:
    """A printed share with its Wilson interval, widened by its rounding.

    n is that of the figure's base; where none was published it is `assumed_n`, and `note` says so.
    """
    figure = find_figure(inquiry, figure_id)
    n = figure.sample_size or assumed_n
    table = pd.DataFrame({"item": [figure_id], "share": [value_of(inquiry, figure_id)]})
    made = printed_shares(
        table,
        item="item",
        share="share",
        bases={figure.base: n},
        rounding=figure.rounding,
        conf_level=inquiry.conf_level,
    ).iloc[0]
    note = "" if figure.sample_size else f" Its n was not published; {assumed_n:,} is assumed."
    return {**dict(made), "p_value": math.nan, "note": note}


def difference_row(
    inquiry: Inquiry,
    first: str,
    second: str,
    *,
    n_first: int | None = None,
    n_second: int | None = None,
) -> Row:
    """Difference of two printed shares of different people, Newcombe's interval.

    A size that is neither printed nor given is `ASSUMED_N`.
    """
    figures = [find_figure(inquiry, key) for key in (first, second)]
    given = [n_first, n_second]
    sizes = [g or f.sample_size or ASSUMED_N for g, f in zip(given, figures, strict=True)]
    shares = [value_of(inquiry, key) for key in (first, second)]
    (p, other), (n, n_other) = shares, sizes
    low, high = newcombe(p * n, n, other * n_other, n_other, conf_level=inquiry.conf_level)
    unknown = [
        f.figure_id for g, f in zip(given, figures, strict=True) if not f.sample_size and g is None
    ]
    note = f" n of {', '.join(unknown)} is assumed to be {ASSUMED_N:,}." if unknown else ""
    return {
        "estimate": shares[0] - shares[1],
        "ci_low": float(low),
        "ci_high": float(high),
        "p_value": math.nan,
        "n": sum(sizes),
        "note": note,
    }


def percent(share: float) -> str:
    """A share in words, with as many places as a reader needs.

    >>> percent(0.13), percent(0.007), percent(0.5522)
    ('13 %', '0.7 %', '55.2 %')
    """
    return f"{100 * share:.3g} %"
