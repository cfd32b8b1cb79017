"""Google Play: the answer of the store's own pages → reviews, with the developer's answers.

The store writes a review as a list in which everything has its place, and no names; what the places
mean was found out by looking. A review whose answer cannot be read is rejected whole, because
without it an answered review would look unanswered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from carekit.sources.found import Draft, Found, Problem
from carekit.sources.mappers.values import ident, moment, number, words

NETWORK = "google_play"
MARK = "UsvDTd"  # the call that lists reviews
# The name that the store shows for everybody who hides theirs.
NOBODY = frozenset({"A Google user", "Un utilisateur de Google", "Ein Google-Nutzer"})


def answer_of(body: str) -> tuple[list[Any], str | None] | None:
    """The reviews in an answer and the token of the next page; None if it holds none of the kind.

    Examples
    --------
    >>> inside = json.dumps([[["r1"]], None, [None, "next"]])
    >>> answer_of(")]}'\\n\\n" + json.dumps([["wrb.fr", MARK, inside]]))
    ([['r1']], 'next')
    """
    start = body.find("[")
    if start < 0:
        return None
    try:
        # Several values may follow each other, each after a line with its length.
        outer, _ = json.JSONDecoder().raw_decode(body, start)
        inside = next(
            c[2] for c in outer if isinstance(c, list) and len(c) > 2 and c[:2] == ["wrb.fr", MARK]
        )
        value = json.loads(inside) if isinstance(inside, str) else []
    except (ValueError, TypeError, StopIteration, RecursionError):
        return None
    if not isinstance(value, list):
        return None
    reviews = value[0] if value and isinstance(value[0], list) else []
    token = _at(value, -2, -1)
    token = token if token is not None else _at(value, -1, -1)
    return reviews, token if isinstance(token, str) and token else None


def reviews(
    body: str, *, brand: str, lang: str | None = None, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The reviews of an answer, each followed by the developer's answer.

    Parameters
    ----------
    body : str
        As the store sent it.
    brand : str
        The firm whose app it is.
    lang : str, optional
        The language that was asked for; the store gives reviews in it.
    seen_at : datetime, optional
        When it was fetched.
    """
    found = answer_of(body)
    if found is None:
        yield Problem("the page holds no list of reviews")
        return
    for review in found[0]:
        yield from _review(review, brand, lang, seen_at)


def _review(review: Any, brand: str, lang: str | None, seen_at: datetime | None) -> Iterator[Found]:
    native, name = ident(_at(review, 0)), words(_at(review, 1, 0))
    stars = number(_at(review, 2))
    if not isinstance(review, list) or native is None:
        yield Problem("a review has no id")
        return
    if stars is None or not 1 <= stars <= 5:
        yield Problem("rating is no whole number from 1 to 5")
        return
    same: Draft = {
        "network": NETWORK,
        "surface": "review",
        "brand": brand,
        "thread": native,
        "observed_at": seen_at,
    }
    answer, answered_at = words(_at(review, 7, 1)), moment(_at(review, 7, 2, 0))
    if answer is not None and answered_at is None:
        yield Problem("the answer has no time that can be read")
        return
    yield same | {
        "native_id": native,
        "author": None if name in NOBODY else name,
        "author_role": "customer",
        "created_at": moment(_at(review, 5, 0)),
        "text": words(_at(review, 4)),
        "lang": lang,
        "rating": stars,
    }
    if answer is not None:
        yield same | {
            "nested": True,
            "native_id": f"{native}#reply",
            "author_role": "brand",
            "created_at": answered_at,
            "text": answer,
            "reply_to": native,
        }


def _at(value: Any, *places: int) -> Any:
    """What stands at a place of lists in lists; None if there is nothing."""
    for place in places:
        if not isinstance(value, list) or not -len(value) <= place < len(value):
            return None
        value = value[place]
    return value
