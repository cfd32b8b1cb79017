"""Tables of real counts as results: each says where it comes from, and that it is evidence."""

from __future__ import annotations

import re

from carekit.dataset import measured
from carekit.show.facts import Facts
from carekit.show.result import Result

REAL = "Real counts."


def load_measured(name: str) -> Result:
    """A measured table: counts of real requests, cases or answers, without any person.

    Parameters
    ----------
    name : str
        One of `carekit.list_measured()`; what its rows count and what it cannot say is in its card
        (`carekit.measured_card`).

    Raises
    ------
    InputError
        If no table has that name.

    Examples
    --------
    >>> reviews = load_measured("app_reviews_answers")
    >>> int(reviews.n.sum()), int(reviews.n_answered.sum()), reviews.facts.synthetic
    (1963, 1095, False)
    >>> reviews.facts.denominator
    'reviews'
    """
    frame, card = measured.load_measured(name), measured.measured_card(name)
    what = re.search(r"^- \*\*What\*\*: (.+)$", card, re.M)
    counted = re.search(r"^\| n \| (.+?) \|$", card, re.M)
    facts = Facts(
        card.partition("\n")[0].removeprefix("# "),
        denominator=counted[1] if counted else "",
        source=what[1].rstrip(".") if what else name,
        notes=(REAL,),
    )
    return Result(frame, facts=facts)
