"""CFPB: complaints of consumers to the American regulator → drafts.

A complaint names the company and how it responded, in one word of a list: that is no reply, and
makes no post. The consumer's own words are there only if he agreed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from carekit.sources.found import Draft, Found, Problem
from carekit.sources.mappers.values import (
    first_ident,
    inner,
    listed,
    mapping,
    moment,
    why_unusable,
    words,
)

NETWORK = "cfpb"


def complaints(value: Any, *, seen_at: datetime | None = None) -> Iterator[Found]:
    """The complaints of an answer of the search API.

    Parameters
    ----------
    value : object
        `{"hits": {"hits": [{"_source": …}]}}`, or a list of complaints.
    seen_at : datetime, optional
        When it was fetched.
    """
    hits = value if isinstance(value, list) else listed(value, "hits", "hits")
    if not isinstance(value, list) and not isinstance(inner(value, "hits", "hits"), list):
        yield Problem("the page holds no complaints")
        return
    for hit in hits:
        problem = why_unusable(hit)
        if problem:
            yield Problem(problem)
        else:
            source = hit.get("_source")
            yield _draft(source if isinstance(source, Mapping) else hit, mapping(hit), seen_at)


def _draft(source: Mapping[str, Any], hit: Mapping[str, Any], seen_at: datetime | None) -> Draft:
    native = first_ident(source, "complaint_id") or first_ident(hit, "_id")
    return {
        "native_id": native,
        "network": NETWORK,
        "surface": "regulator",
        "author_role": "customer",
        "brand": words(source.get("company")),
        "created_at": moment(source.get("date_received")),
        "text": words(source.get("complaint_what_happened")) or None,
        "lang": "en" if source.get("complaint_what_happened") else None,
        "thread": native,
        "observed_at": seen_at,
    }
