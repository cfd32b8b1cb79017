"""YouTube: comment threads of the Data API v3, and the table of YouTube Data Tools → drafts.

A thread shows up to five of its replies; `totalReplyCount` tells how many there are. The channel
under whose videos the comments stand is the brand. Handles (@name) and ids name one channel, other
names may be anybody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place, table_items
from carekit.sources.found import Draft, Found, LeftOut, Problem, attempted, guarded
from carekit.sources.networks.values import (
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


def read(
    value: Any,
    options: Options | None = None,
    *,
    seen_at: datetime | None = None,
    plain: bool = False,
) -> Iterator[Found]:
    """The comments of a page of `commentThreads` or `comments`, or of single resources.

    A top comment and then its replies; `n_replies` of a top comment is what YouTube counts. Only if
    `plain` texts were asked for is nothing in them HTML.
    """
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
            continue
        problem = why_unusable(each)
        snippet = mapping(each, "snippet")
        if isinstance(inner(each, "items"), list):
            stack.append(each["items"])
        elif isinstance(snippet.get("topLevelComment"), Mapping):
            top = snippet["topLevelComment"]
            owner = attempted(ident, snippet.get("channelId"))
            count, above = number(snippet.get("totalReplyCount")), attempted(ident, top.get("id"))
            yield from guarded(_comment, top, seen_at, owner, plain, count=count)
            for reply in listed(each, "replies", "comments"):
                yield from guarded(_comment, reply, seen_at, owner, plain, above=above)
        elif problem:
            yield Problem(problem)
        elif "textDisplay" in snippet or "textOriginal" in snippet:
            yield from guarded(_comment, each, seen_at, None, plain)
        elif "kind" in each or "snippet" in each:
            yield LeftOut(OTHER)
        else:
            yield Problem("it is neither a comment nor a thread of comments")


def _comment(
    comment: Any,
    seen_at: datetime | None,
    channel: str | None,
    plain: bool,
    *,
    above: str | None = None,
    count: int | None = None,
) -> Iterator[Found]:
    problem = why_unusable(comment) or why_unusable(comment.get("snippet", {}))
    if problem:
        yield Problem(problem)
        return
    snippet = mapping(comment, "snippet")
    owner = ident(snippet.get("channelId")) or channel
    native = ident(comment.get("id"))
    author = ident(inner(snippet, "authorChannelId", "value"))
    name = words(snippet.get("authorDisplayName")) or ""
    text = words(snippet.get("textOriginal"))
    if text is None:
        shown = snippet.get("textDisplay")
        text = words(shown) if plain else plain_text(shown)
    answered = ident(snippet.get("parentId")) or above
    made: Draft = {
        "native_id": native,
        "network": NETWORK,
        "surface": "brand_page",
        "author": author,
        "author_handle": name[1:] if name.startswith("@") else None,
        "author_role": "brand" if author is not None and author == owner else None,
        "account": owner,
        "created_at": moment(snippet.get("publishedAt")),
        "text": text,
        "reply_to": answered,
        "thread": answered or native,
        "observed_at": seen_at,
        "n_replies": count,
    }
    yield made


def read_row(row: Mapping[str, str], options: Options | None = None) -> Iterator[Found]:
    """A row of the comments of YouTube Data Tools; the channel of the video is not in it."""
    name = row.get("authorname", "")
    snippet = {
        "textOriginal": row.get("text"),
        "publishedAt": row.get("publishedat"),
        "authorDisplayName": name,
        "authorChannelId": {"value": row.get("authorchannelid")},
        "parentId": row.get("isreplyto"),
    }
    is_reply = row.get("isreply", "").strip() in ("1", "true", "True")
    count = None if is_reply else number(row.get("replycount"))
    yield from _comment({"id": row.get("id"), "snippet": snippet}, None, None, True, count=count)


def recognises(sample: Sample) -> bool:
    """True for a page or a resource of comments."""
    first = sample.json
    for _ in range(4):
        if isinstance(first, list) and first:
            first = first[0]
        elif isinstance(inner(first, "items"), list) and first["items"]:
            first = first["items"][0]
    kind = str(inner(first, "kind") or "")
    return kind.startswith(("youtube#comment", "youtube#commentThread")) or (
        isinstance(inner(first, "snippet", "topLevelComment"), Mapping)
        or inner(first, "snippet", "textDisplay") is not None
    )


def is_table(sample: Sample) -> bool:
    """True for the columns that YouTube Data Tools writes of comments."""
    names = ("id", "replyCount", "publishedAt", "authorChannelId", "isReplyTo", "text")
    return sample.header is not None and all(sample.header.find(n) is not None for n in names)


FORMAT = Format(
    name="youtube",
    what="YouTube comment threads (JSON)",
    recognises=recognises,
    items=json_items(read),
    title="YouTube comments",
    network=NETWORK,
    place=place,
)
TABLE = Format(
    name="youtube-data-tools",
    what="YouTube comments as YouTube Data Tools writes them (CSV, TAB)",
    recognises=is_table,
    items=table_items(read_row),
    title="YouTube comments",
    network=NETWORK,
    place=place,
)
