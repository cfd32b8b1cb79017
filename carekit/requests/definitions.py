"""What "answered" means: every definition is a frozen value with a name, a source and a year."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

from carekit.errors import InputError, did_you_mean

Unit = Literal[
    "opening",
    "message",
    "question",
    "complaint",
    "mention",
    "mention with a question mark",
    "message that needs an answer",
    "page post",
    "review",
    "conversation start",
    "ticket",
    "customer",
]
AnsweredBy = Literal["direct reply", "anywhere in the thread"]
Visibility = Literal["public", "private", "any"]
Pooling = Literal["all requests", "mean of brands"]
TimeStatistic = Literal["median", "mean", "mean of the fastest 90 %"]
Clock = Literal["elapsed", "business hours"]
Sureness = Literal["high", "medium", "low"]

HOUR, DAY = 60, 24 * 60


@dataclass(frozen=True)
class Definition:
    """One way to count requests and their answers.

    Parameters
    ----------
    name, source, year : str
        What it is called, who defined it, when (`year` as text: some definitions span years).
    unit : str
        What is counted as a request; the words are in `DENOMINATORS`.
    answered_by : {"direct reply", "anywhere in the thread"}
        Which brand post counts as the answer.
    window_minutes : int or None
        An answer later than this does not count; None: no limit.
    follow_up_minutes : int
        A request followed for less than this cannot be judged under the definition: it is set
        apart and counted, whether it was answered or not (keeping only the answered ones would
        raise the rate).
    pooling : {"all requests", "mean of brands"}
        How the rate is formed from the brands.
    time_statistic : {"median", "mean", "mean of the fastest 90 %"}
        What the definition reports as its response time, over answered requests.
    clock : {"elapsed", "business hours"}
        Which minutes count; business hours are those of the brand, in its timezone.
    minimum_n : int
        Below this number of requests the definition gives no rate: of a brand where brands are
        averaged, else of the whole.
    visibility : {"public", "private", "any"}
        Which posts count, of customers and of brands.
    names_several : bool
        Whether an answer that names several people counts.
    sure : {"high", "medium", "low"}
        How sure we are that the source means this.
    period : str
        The period that the source uses; empty if it states none. The period of a dataset is what
        it is: this is said beside the numbers, never applied.
    note : str
        What the source leaves open, and what we chose.
    """

    name: str
    source: str
    year: str
    unit: Unit
    answered_by: AnsweredBy = "direct reply"
    window_minutes: int | None = None
    follow_up_minutes: int = 0
    pooling: Pooling = "all requests"
    time_statistic: TimeStatistic = "median"
    clock: Clock = "elapsed"
    minimum_n: int = 0
    visibility: Visibility = "public"
    names_several: bool = True
    sure: Sureness = "medium"
    period: str = ""
    note: str = ""

    @property
    def denominator(self) -> str:
        """The denominator in words, for the line above a table.

        Examples
        --------
        >>> DEFINITIONS["direct-opening"].denominator
        'customer posts that reply to nothing'
        """
        return DENOMINATORS[self.unit]

    @property
    def rows(self) -> tuple[object, ...]:
        """What decides which requests there are, and which of them are answered."""
        return (
            self.unit,
            self.answered_by,
            self.window_minutes,
            self.follow_up_minutes,
            self.visibility,
            self.names_several,
        )


DENOMINATORS: dict[str, str] = {
    "opening": "customer posts that reply to nothing",
    "message": "customer posts, opening or not",
    "question": "customer posts that reply to nothing, name an account of the brand and hold a "
    "question mark",
    "complaint": "customer posts that complain",
    "mention": "customer posts that name an account of the brand, opening or not",
    "mention with a question mark": "customer posts that name an account of the brand and hold a "
    "question mark, opening or not",
    "message that needs an answer": "customer posts that name an account of the brand and ask, by "
    "a question mark or by their wording",
    "page post": "customer posts on a page of the brand that reply to nothing",
    "review": "reviews",
    "conversation start": "customer posts to the brand that are their author's first, or come "
    "after 24 hours of silence",
    "ticket": "customer posts that open a thread, public or private",
    "customer": "customers",
}

# Units whose requests open a thread: only for these can an answer stand anywhere in it.
OPENING_UNITS = ("opening", "question", "page post", "review", "ticket")
# Units of which a post has to name an account of the brand.
NAMING_UNITS = (
    "question", "mention", "mention with a question mark", "message that needs an answer",
    "conversation start",
)  # fmt: skip
# Units that posts alone cannot tell: a complaint needs triage, a customer is no post.
NOT_BUILT = ("complaint", "customer")

_OURS = "carekit"
_ANYWHERE: AnsweredBy = "anywhere in the thread"
_QUESTION_NOTE = (
    "The question mark as rule is second-hand; totals of 2012 imply that questions are pooled."
)

DEFINITIONS: dict[str, Definition] = {
    d.name: d
    for d in (
        Definition("direct-opening", _OURS, "2026", "opening", sure="high"),
        Definition("direct-message", _OURS, "2026", "message", sure="high"),
        Definition(
            "socialbakers-2015",
            "Socialbakers, question response rate",
            "2012-2015",
            "question",
            answered_by=_ANYWHERE,
            time_statistic="mean",
            note=f"No window is stated. {_QUESTION_NOTE} Countries needed 10,000 questions.",
        ),
        Definition(
            "socially-devoted",
            "Socialbakers, Socially Devoted",
            "2012-2013",
            "question",
            answered_by=_ANYWHERE,
            pooling="mean of brands",
            time_statistic="mean",
            minimum_n=50,
            period="a quarter",
            note="A brand needs 50 questions, an open wall and 65 % answered (75 % in one text of "
            f"2012); it answers quickly, without a figure. {_QUESTION_NOTE}",
        ),
        Definition(
            "quintly-7d",
            "quintly, response rate",
            "about 2015",
            "mention with a question mark",
            window_minutes=7 * DAY,
            follow_up_minutes=7 * DAY,
            names_several=False,
            note="Times are reported in classes (2, 8, 24 hours); the median is ours.",
        ),
        Definition(
            "sprout-72h",
            "Sprout Social index",
            "2012-2016",
            "message that needs an answer",
            window_minutes=72 * HOUR,
            follow_up_minutes=72 * HOUR,
            time_statistic="mean",
            visibility="any",
            note="How a message is judged to need an answer was never published: a question by its "
            "mark or wording stands for it. The window is that of 2015.",
        ),
        Definition(
            "facebook-page",
            "Facebook, response rate and time of a page",
            "since 2015",
            "conversation start",
            time_statistic="mean of the fastest 90 %",
            visibility="private",
            period="the last 30 days, or the last 10 messages",
            note="Automatic replies do not count, but posts do not tell them apart. That 90 % is "
            "rounded down is ours.",
        ),
        Definition(
            "simply-measured",
            "Simply Measured, care accounts",
            "2012-2015",
            "mention",
            time_statistic="mean",
            note="Pooling is not stated.",
        ),
        Definition(
            "fanpage-karma",
            "Fanpage Karma",
            "2013",
            "page post",
            answered_by=_ANYWHERE,
            sure="low",
            note="A reaction of the page is any reply here: likes are no posts.",
        ),
        Definition(
            "zendesk",
            "Zendesk, first reply time",
            "current",
            "ticket",
            answered_by=_ANYWHERE,
            visibility="any",
            sure="high",
            note="Its rate is ours: Zendesk reports times only, of tickets that have a reply.",
        ),
        Definition(
            "zendesk-business-hours",
            "Zendesk, first reply time in business hours",
            "current",
            "ticket",
            answered_by=_ANYWHERE,
            clock="business hours",
            visibility="any",
            sure="high",
            note="Its rate is ours. Opening hours are not in a dataset: Monday to Friday, 9 to 18, "
            "in the brand's timezone, unless hours are given.",
        ),
        Definition(
            "chatwoot",
            "Chatwoot, first response time",
            "code read in 2026",
            "ticket",
            answered_by=_ANYWHERE,
            time_statistic="mean",
            visibility="any",
            note="Its rate is ours: Chatwoot reports times only, of conversations with a reply.",
        ),
    )
}

DEFAULT = "direct-opening"


_SHIPPED = frozenset(DEFINITIONS)


def register_definition(name: str, **given: Any) -> Definition:
    """Add a definition of your own: it then has a name in every measure.

    Parameters
    ----------
    name : str
        Registered again, your own definition is replaced.
    **given
        source, year, unit and whatever else `Definition` has. follow_up_minutes is by default the
        window: a request that was not followed for all of it cannot be judged.

    Returns
    -------
    Definition

    Raises
    ------
    InputError
        If the name is that of another definition of carekit, a field is missing or unknown, or a
        request of that kind cannot be built from posts.

    Examples
    --------
    >>> mine = register_definition(name="two-hours", source="our contract", year="2026",
    ...     unit="mention", window_minutes=120)
    >>> mine.follow_up_minutes
    120
    >>> _ = DEFINITIONS.pop("two-hours")
    """
    known = {"follow_up_minutes": given.get("window_minutes") or 0, "sure": "high", **given}
    try:
        made = Definition(name, **known)
    except TypeError as error:
        raise InputError(
            f"`{name}` was given {', '.join(given) or 'nothing'}; expected source, year and unit, and "
            f"of the others {', '.join(f.name for f in fields(Definition)[4:])}. Correct the names."
        ) from error
    check_built(made)
    if name in _SHIPPED and DEFINITIONS[name] != made:
        raise InputError(
            f"`name` is {name!r}, which is the name of another definition: "
            f"{DEFINITIONS[name].source}, {DEFINITIONS[name].year}. Choose a name of your own."
        )
    DEFINITIONS[name] = made
    return made


def check_built(definition: Definition) -> None:
    """Raise unless requests of this definition can be found in posts."""
    known = [unit for unit in DENOMINATORS if unit not in NOT_BUILT]
    if definition.unit not in known:
        raise InputError(
            f"`definition` is {definition.name!r}, by {definition.unit}; requests can be built by: "
            f"{', '.join(known)}. Choose one of these."
        )
    if definition.answered_by == _ANYWHERE and definition.unit not in OPENING_UNITS:
        raise InputError(
            f"`definition` is {definition.name!r}, by {definition.unit} and answered anywhere in "
            "the thread; only a post that opens a thread can be answered so "
            f"({', '.join(OPENING_UNITS)}). Use answered_by='direct reply'."
        )


def get_definition(definition: str | Definition) -> Definition:
    """The definition of that name; a `Definition` comes back as it is.

    >>> get_definition("direct-message").unit
    'message'
    """
    if isinstance(definition, Definition):
        return definition
    if definition not in DEFINITIONS:
        raise InputError(
            f"`definition` is {definition!r}; expected one of: {', '.join(DEFINITIONS)}."
            f"{did_you_mean(definition, DEFINITIONS) or ' Choose one of these.'} Or pass a "
            "carekit.Definition of your own."
        )
    return DEFINITIONS[definition]
