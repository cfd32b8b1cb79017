"""X in files: JSON of all its interfaces, an account's archive, tables of twarc and academictwitteR.

A row of a table is made a post of API v2 and read as such: what is a post must not depend on the
format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from carekit.errors import InputError
from carekit.sources.files.formats import Item, Options, Sample
from carekit.sources.files.json_items import json_format, json_items, row_format
from carekit.sources.found import Found, LeftOut, Problem, Remark
from carekit.sources.networks.selections import OWN_POSTS
from carekit.sources.networks.values import (
    first_item,
    inner,
    listed,
    mapping,
    read_item,
    records,
    why_unusable,
    words,
)
from carekit.sources.networks.x.posts import NETWORK, RETWEET, newer, older, read

ROUNDED = "its id is a decimal number that has lost its last digits"
_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
UNDER_FIRST = (
    "it does not say which post it answers, and was put under the first one of its conversation"
)
_KINDS = ("replied_to", "retweeted", "quoted")


def recognises(sample: Sample) -> bool:
    """True for a post or a page of any version of the API."""
    value = sample.json
    for _ in range(4):
        value = value[0] if isinstance(value, list) and value else value
        if inner(value, "__twarc") or (listed(value, "users") and listed(value, "tweets")):
            return True
        value = next(
            (found for k in ("statuses", "tweets", "data") if (found := listed(value, k))), value
        )
    first = mapping(value)
    if "legacy" in first or inner(first, "data", "legacy") is not None:
        return True
    has_text = "text" in first or "full_text" in first
    is_older = ("id_str" in first or "user" in first) and "created_at" in first and has_text
    newer_keys = {"conversation_id", "edit_history_tweet_ids", "edit_history_post_ids"}
    is_newer = bool(newer_keys & set(first)) or ("author_id" in first and "text" in first)
    return is_older or is_newer or inner(first, "delete", "status") is not None


def is_archive(sample: Sample) -> bool:
    """True for the list of posts in an archive."""
    return isinstance(first_item(sample.json).get("tweet"), Mapping)


def read_archive(value: Any, options: Options) -> Iterator[Found]:
    """The posts of tweets.js, all of them by the account that `--brand` names."""
    for item in records(value):
        yield from read_item(_archived, item, options.brand)


def _archived(item: Any, owner: str | None) -> Iterator[Found]:
    post = mapping(item, "tweet") or item
    problem = why_unusable(post)
    if problem:
        yield Problem(problem)
    elif (words(post.get("full_text")) or words(post.get("text")) or "").startswith("RT @"):
        yield LeftOut(RETWEET)
    else:
        for found in older({**post, "user": {"screen_name": owner}}, None):
            by_owner = {"author_role": "brand", "account": owner}
            yield found | by_owner if isinstance(found, dict) else found


def archive(path: Path, name: str, options: Options) -> Iterator[Item]:
    """The items of an archive."""
    if options.brand is None:
        raise InputError(
            f"{name} is the archive of an account of X and does not name it. Expected the account. "
            "Add --brand NAME."
        )
    yield from json_items(read_archive)(path, name, options)


def _cell(row: Mapping[str, str], *names: str) -> str | None:
    return next((v for n in names if (v := row.get(n, "").strip()) not in ("", "NA", "nan")), None)


def _id(row: Mapping[str, str], *names: str) -> str | None:
    value = _cell(row, *names)
    return re.sub(r"\.0+$", "", value) if value else None


def read_twarc_row(row: Mapping[str, str], options: Options) -> Iterator[Found]:
    """A row of twarc-csv: a flat post, its names joined by dots."""
    references = {kind: _id(row, f"referenced_tweets.{kind}.id") for kind in _KINDS}
    yield from _post(
        row,
        references,
        handle=_cell(row, "author.username"),
        text=_cell(row, "note_tweet.text", "text"),
        count=_cell(row, "public_metrics.reply_count"),
        seen=_cell(row, "__twarc.retrieved_at"),
    )


def read_academic_row(row: Mapping[str, str], options: Options) -> Iterator[Found]:
    """A row of academictwitteR in its tidy form: one reference a post, of one type."""
    kind = (_cell(row, "sourcetweet_type") or "").lower()
    references = {kind: _id(row, "sourcetweet_id")}
    native, thread = _id(row, "tweet_id"), _id(row, "conversation_id")
    if _cell(row, "in_reply_to_user_id") and "replied_to" not in references and thread != native:
        references["replied_to"] = thread
        yield Remark(UNDER_FIRST)
    yield from _post(
        row,
        references,
        handle=_cell(row, "user_username"),
        text=_cell(row, "text"),
        count=_cell(row, "reply_count"),
    )


def _post(
    row: Mapping[str, str],
    references: Mapping[str, str | None],
    *,
    handle: str | None,
    text: str | None,
    count: str | None,
    seen: str | None = None,
) -> Iterator[Found]:
    native, thread = _id(row, "id", "tweet_id"), _id(row, "conversation_id")
    if any(i and _ROUNDED.fullmatch(i) for i in (native, thread, *references.values())):
        yield Problem(ROUNDED)
        return
    post = {
        "id": native,
        "author_id": _id(row, "author_id", "author.id"),
        "author": {"username": handle},
        "created_at": _cell(row, "created_at"),
        "text": text,
        "lang": _cell(row, "lang"),
        "conversation_id": thread,
        "referenced_tweets": [{"type": k, "id": i} for k, i in references.items() if i],
        "public_metrics": {"reply_count": count},
        "__twarc": {"retrieved_at": seen},
    }
    yield from newer(post, None, {})


_COMMON: dict[str, Any] = {"title": "Posts of X", "network": NETWORK}
_POSTS = json_format(
    "x", "posts of X as JSON: API v2, v1.1, twarc, academictwitteR", recognises, read, **_COMMON
)
FORMATS = (
    _POSTS,
    # The same posts under the name of the program that wrote them; `auto` calls the format x.
    replace(_POSTS, name="twarc", what="twarc 1 or 2 (JSONL)", recognises=lambda sample: False),
    replace(
        _POSTS,
        name="x-archive",
        what="tweets.js of an archive of X: what one account wrote (--brand)",
        recognises=is_archive,
        items=archive,
        selection=OWN_POSTS,
    ),
    row_format(
        "twarc-csv",
        "posts of X as twarc-csv writes them (CSV)",
        ("id", "conversation_id", "author_id", "author.username"),
        read_twarc_row,
        **_COMMON,
    ),
    row_format(
        "academictwitter",
        "posts of X as academictwitteR writes them (CSV)",
        ("tweet_id", "user_username", "conversation_id", "text"),
        read_academic_row,
        **_COMMON,
    ),
)
