"""Published figures as rows that a claim can be decided on."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.decide import ASSUMED_N
from carekit.claims.inquiry import Inquiry
from carekit.claims.ledger import Figure
from carekit.errors import CannotAnswer, InputError
from carekit.inference.rates.intervals import newcombe
from carekit.inference.surveys.printed_lists import printed_shares


def find_figure(inquiry: Inquiry, figure_id: str) -> Figure:
    """A figure of the ledger; a ledger without it lacks what the test needs."""
    try:
        return inquiry.ledger.figure(figure_id)
    except InputError as unknown:
        raise CannotAnswer(f"The ledger has no figure {figure_id}.") from unknown


def selected(inquiry: Inquiry, **chosen: str) -> pd.DataFrame:
    """The figures that stand and satisfy every condition; a ledger without any lacks them."""
    try:
        return inquiry.ledger.select(corrected=False, **chosen)
    except InputError as unknown:
        raise CannotAnswer(f"The ledger has no figure of {chosen.get('measure')}.") from unknown


def value_of(inquiry: Inquiry, figure_id: str) -> float:
    """The printed value of a figure."""
    value = find_figure(inquiry, figure_id).value
    if value is None:
        raise CannotAnswer(f"The figure {figure_id} of the ledger has no single value.")
    return value


def told(inquiry: Inquiry, figure_id: str) -> str:
    """The printed value of a share, in words."""
    return percent(value_of(inquiry, figure_id))


def size_of(inquiry: Inquiry, figure_id: str) -> int:
    """The size of a figure's base: published, else assumed."""
    figure = find_figure(inquiry, figure_id)
    return figure.sample_size or figure.assumed_n or ASSUMED_N


def assumption(inquiry: Inquiry, *figure_ids: str) -> str:
    """Which sizes were not published, and what is assumed; empty where all were."""
    unknown = [key for key in figure_ids if not find_figure(inquiry, key).sample_size]
    if not unknown:
        return ""
    sizes = " and ".join(f"{size_of(inquiry, key):,}" for key in unknown)
    return f" Not published, and assumed: n of {' and '.join(unknown)} ({sizes})."


def share_row(inquiry: Inquiry, figure_id: str) -> dict[str, Any]:
    """A printed share with its Wilson interval, widened by its rounding."""
    figure = find_figure(inquiry, figure_id)
    table = pd.DataFrame({"item": [figure_id], "share": [value_of(inquiry, figure_id)]})
    made = printed_shares(
        table,
        item="item",
        share="share",
        bases={figure.base: size_of(inquiry, figure_id)},
        rounding=figure.rounding,
        conf_level=inquiry.conf_level,
    )
    return dict(made.iloc[0])


def difference_row(inquiry: Inquiry, first: str, second: str) -> dict[str, Any]:
    """Difference of two printed shares of different people, Newcombe's interval."""
    p, other = value_of(inquiry, first), value_of(inquiry, second)
    n, n_other = size_of(inquiry, first), size_of(inquiry, second)
    low, high = newcombe(p * n, n, other * n_other, n_other, conf_level=inquiry.conf_level)
    ends = {"ci_low": float(low), "ci_high": float(high)}
    return {"estimate": p - other, **ends, "n": n + n_other}


def percent(share: float) -> str:
    """A share in words, with as many places as a reader needs.

    >>> percent(0.13), percent(0.007), percent(0.5522)
    ('13 %', '0.7 %', '55.2 %')
    """
    return f"{100 * share:.3g} %"
