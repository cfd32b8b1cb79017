"""What a mapper may find in a raw item: drafts of posts, and things that are none.

A mapper is a pure function that yields these in the order of the source. Importers and collectors
take them apart: drafts go through the door, gaps into the table of threads, problems into
rejected.csv, remarks are counted into warnings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from carekit.sources.drafts import TYPES
from carekit.sources.gaps import Gap

_BROKEN = re.compile("[\ud800-\udfff\0]")
_LARGEST = 2**63


class Gone(NamedTuple):
    """The source says that a post is no longer there."""

    network: str
    native_id: str


class Problem(NamedTuple):
    """An item that cannot be read, and why; the reason never holds words of a post."""

    reason: str


class Remark(NamedTuple):
    """Something doubtful about a post that is kept, or why one is left out: to be counted.

    One that `biases` answer rates says in which direction, and stands beside every number.
    """

    what: str
    biases: bool = False


class LeftOut(NamedTuple):
    """An item that is no post by its nature (a service message, a stub), and which; counted."""

    reason: str


STRANGE = "an item built in a way that the format does not know"
# What a reader may stumble over in a file or an answer that holds anything at any place.
ODD = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class Person(NamedTuple):
    """The word of a source that an id and a handle are one account's; no post."""

    network: str
    native_id: str
    handle: str


class NoPost(ValueError):
    """A row that is no post by its nature (a retweet, a seed): to be left out, and counted."""


# A draft holds fields of carekit.sources.drafts.TYPES.
Draft = dict[str, Any]
Found = Draft | Gap | Gone | LeftOut | Person | Problem | Remark


def guarded(read: Callable[..., Iterator[Found]], *args: Any, **options: Any) -> list[Found]:
    """What a reader finds in one item; an item that it cannot take is a problem, and no more."""
    try:
        return list(read(*args, **options))
    except ODD:
        return [Problem(STRANGE)]


def attempted(look: Callable[..., Any], *args: Any) -> Any:
    """What a look at an item beforehand tells; None if it cannot be taken: `guarded` counts it."""
    try:
        return look(*args)
    except ODD:
        return None


def sound(draft: Draft) -> Draft:
    """The same draft with nothing in it that a table cannot hold.

    A file may hold anything at any place: a list where a name should stand is no name.
    """
    return {name: _sound(value, TYPES.get(name)) for name, value in draft.items()}


def _sound(value: Any, kind: str | None) -> Any:
    if kind == "VARCHAR":
        if not isinstance(value, str):
            return None
        return mended(value)
    if kind == "BIGINT":
        whole = isinstance(value, int) and not isinstance(value, bool)
        return value if whole and -_LARGEST <= value < _LARGEST else None
    if kind == "BOOLEAN":
        return value is True
    if kind == "TIMESTAMPTZ":
        return value if isinstance(value, datetime) else None
    return value


def mended(text: str) -> str:
    """A text that can be stored: a half of a character becomes U+FFFD, NUL goes.

    Two halves that stand together make one character.
    """
    if not _BROKEN.search(text):
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "")
