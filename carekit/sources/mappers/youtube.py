"""YouTube: comment threads and comments of the Data API v3 → drafts.

A thread shows up to five of its replies; `totalReplyCount` tells how many there are. The channel
under whose videos the comments stand is the brand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from carekit.sources.found import Draft, Found, LeftOut, Problem
from carekit.sources.mappers.values import (
    ident,
    inner,
    listed,
    mapping,
    moment,
    number,
    plain_text,
    why_unusable,
    words,
)

NETWORK = "youtube"
OTHER = "a video, a channel or another thing that is no comment"


def comments(
    value: Any, *, seen_at: datetime | None = None, channel: str | None = None
) -> Iterator[Found]:
    """The comments of a page of `commentThreads` or `comments`, or of single resources.

    Parameters
    ----------
    value : object
        A page, a resource, or lists of them.
    seen_at : datetime, optional
        When it was fetched.
    channel : str, optional
        Id of the channel under whose videos the comments stand, where they do not say.

    Yields
    ------
    Found
        A top comment and then its replies. `n_replies` of a top comment is what YouTube counts.
    """
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
            continue
        problem = why_unusable(each)
        if isinstance(inner(each, "items"), list):
            stack.append(each["items"])
        elif problem:
            yield Problem(problem)
        elif isinstance(inner(each, "snippet", "topLevelComment"), Mapping):
            yield from _thread(each, seen_at, channel)
        elif inner(each, "snippet", "textDisplay") is not None or "textOriginal" in mapping(
            each, "snippet"
        ):
            yield _draft(each, seen_at, channel)
        elif "kind" in each or "snippet" in each:
            yield LeftOut(OTHER)
        else:
            yield Problem("it is neither a comment nor a thread of comments")


def _thread(
    thread: Mapping[str, Any], seen_at: datetime | None, channel: str | None
) -> Iterator[Found]:
    snippet = mapping(thread, "snippet")
    owner = ident(snippet.get("channelId")) or channel
    top = _draft(mapping(snippet, "topLevelComment"), seen_at, owner)
    top["n_replies"] = number(snippet.get("totalReplyCount"))
    yield top
    for reply in listed(thread, "replies", "comments"):
        problem = why_unusable(reply)
        if problem:
            yield Problem(problem)
        else:
            yield _draft(reply, seen_at, owner, parent=top["native_id"])


def _draft(
    comment: Mapping[str, Any],
    seen_at: datetime | None,
    channel: str | None,
    parent: str | None = None,
) -> Draft:
    snippet = mapping(comment, "snippet")
    owner = ident(snippet.get("channelId")) or channel
    native = ident(comment.get("id"))
    author = ident(inner(snippet, "authorChannelId", "value"))
    original = words(snippet.get("textOriginal"))
    text = plain_text(snippet.get("textDisplay")) if original is None else original
    answered = ident(snippet.get("parentId")) or parent
    made: Draft = {
        "native_id": native,
        "network": NETWORK,
        "surface": "brand_page",
        "author": author,
        "author_handle": words(snippet.get("authorDisplayName")),
        "author_role": "brand" if author is not None and author == owner else None,
        "account": owner,
        "created_at": moment(snippet.get("publishedAt")),
        "text": text,
        "reply_to": answered,
        "thread": answered or native,
        "observed_at": seen_at,
    }
    return made
