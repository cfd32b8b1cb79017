"""What "answered" means: every definition is a frozen value with a name, a source and a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from carekit.errors import InputError

Unit = Literal["opening", "message", "question", "complaint", "mention", "review", "customer"]


@dataclass(frozen=True)
class Definition:
    """One way to count requests and their answers.

    Parameters
    ----------
    name, source, year : str
        What it is called, who defined it, when (`year` as text: some definitions span years).
    unit : str
        What is counted as a request: `opening` (customer post that replies to nothing), `message`
        (every customer post), `question` (an opening that names an account of the brand and holds
        a question mark), `complaint`, `mention`, `review` or `customer`.
    answered_by : {"direct reply", "anywhere in the thread"}
        Which brand post counts as the answer.
    window_minutes : int or None
        An answer later than this does not count; None: no limit.
    follow_up_minutes : int
        A request followed for less than this cannot be judged under the definition.
    pooling : {"all requests", "mean of brands"}
        How the rate is formed from the brands.
    time_statistic : {"median", "mean", "mean of the fastest 90 %"}
        What the definition reports as its response time.
    clock : {"elapsed", "business hours"}
        Which minutes count.
    minimum_n : int
        Below this number of requests the definition gives no rate.
    """

    name: str
    source: str
    year: str
    unit: Unit
    answered_by: Literal["direct reply", "anywhere in the thread"] = "direct reply"
    window_minutes: int | None = None
    follow_up_minutes: int = 0
    pooling: Literal["all requests", "mean of brands"] = "all requests"
    time_statistic: Literal["median", "mean", "mean of the fastest 90 %"] = "median"
    clock: Literal["elapsed", "business hours"] = "elapsed"
    minimum_n: int = 0

    @property
    def denominator(self) -> str:
        """The denominator in words, for the line above a table.

        Examples
        --------
        >>> DEFINITIONS["direct-opening"].denominator
        'customer posts that reply to nothing'
        """
        return DENOMINATORS[self.unit]


DENOMINATORS: dict[str, str] = {
    "opening": "customer posts that reply to nothing",
    "message": "customer posts, opening or not",
    "question": "customer posts that reply to nothing, name an account of the brand and hold a "
    "question mark",
    "complaint": "customer posts that complain",
    "mention": "customer posts that name an account of the brand",
    "review": "reviews",
    "customer": "customers",
}

_OURS = "carekit"

DEFINITIONS: dict[str, Definition] = {
    d.name: d
    for d in (
        Definition("direct-opening", _OURS, "2026", "opening"),
        Definition("direct-message", _OURS, "2026", "message"),
        # How a post is recognised as a question was not published; the question mark is
        # second-hand. Nor was it stated whether rates are pooled: totals of 2012 imply it.
        Definition(
            "socialbakers-2015",
            "Socialbakers, Socially Devoted",
            "2012-2015",
            "question",
            answered_by="anywhere in the thread",
            time_statistic="mean",
        ),
    )
}

DEFAULT = "direct-opening"


def get_definition(definition: str | Definition) -> Definition:
    """The definition of that name; a `Definition` comes back as it is.

    Raises
    ------
    InputError
        If no definition has that name; the message lists all of them.

    Examples
    --------
    >>> get_definition("direct-message").unit
    'message'
    """
    if isinstance(definition, Definition):
        return definition
    if definition not in DEFINITIONS:
        raise InputError(
            f"`definition` is {definition!r}; expected one of: {', '.join(DEFINITIONS)}. "
            "Choose one of these, or pass a carekit.Definition of your own."
        )
    return DEFINITIONS[definition]
