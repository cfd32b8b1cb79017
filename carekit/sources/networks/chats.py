"""Rooms of Slack and Discord, and the conversations of ConvoKit → drafts.

Who is the brand, the list of accounts says: ids of its people, or its bots. A room of Slack is
private, a channel of a Discord server is read as public, its direct messages are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Draft, Found, LeftOut, Problem, Remark, guarded
from carekit.sources.networks.values import (
    ident,
    inner,
    listed,
    moment,
    number,
    somebody,
    unescaped,
    why_unusable,
    words,
)

SERVICE = "a service message, no post"
NO_NETWORK = "nothing tells of which network it is, and it was put under 'other' (give --network)"
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_BOTS = ("bot_message", "thread_broadcast", "me_message", "file_share")


def read_slack(
    value: Any, options: Options | None = None, *, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The messages of a room: a list of them, or of pages of the interface."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
        elif isinstance(inner(each, "messages"), list):
            stack.append(each["messages"])
        else:
            yield from guarded(_slack, each, seen_at)


def _slack(message: Any, seen_at: datetime | None) -> Iterator[Found]:
    problem = why_unusable(message)
    kind, native = inner(message, "subtype"), ident(inner(message, "ts"))
    if problem or native is None:
        yield Problem(problem or "a message has no time")
        return
    if message.get("type") != "message" or (kind is not None and kind not in _BOTS):
        yield LeftOut(SERVICE)
        return
    root = ident(message.get("thread_ts")) or native
    text = words(message.get("text"))
    made: Draft = {
        "native_id": native,
        "network": "slack",
        "author": ident(message.get("user")) or ident(message.get("bot_id")),
        "author_role": "other" if kind == "bot_message" else None,
        "created_at": moment(float(native)) if native.replace(".", "").isdecimal() else None,
        "text": None if text is None else unescaped(_MENTION.sub(r"@\1", text)),
        "reply_to": None if root == native else root,
        "thread": root,
        "visibility": "private",
        "observed_at": seen_at,
        "n_replies": number(message.get("reply_count")),
    }
    yield made


def read_discord(
    value: Any, options: Options | None = None, *, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The messages of a channel, as DiscordChatExporter writes them."""
    for export in value if isinstance(value, list) else [value]:
        if not isinstance(inner(export, "messages"), list):
            yield Problem(why_unusable(export) or "it is no export of a channel")
            continue
        kind = str(inner(export, "channel", "type") or "")
        seen = moment(export.get("exportedAt")) or seen_at
        for message in export["messages"]:
            yield from guarded(_discord, message, "Direct" not in kind, seen)


def _discord(message: Any, public: bool, seen_at: datetime | None) -> Iterator[Found]:
    problem = why_unusable(message)
    if problem:
        yield Problem(problem)
        return
    if str(message.get("type", "Default")) not in ("Default", "Reply", "0", "19"):
        yield LeftOut(SERVICE)
        return
    text = words(message.get("content"))
    for mention in listed(message, "mentions"):
        for name in (words(inner(mention, "nickname")), words(inner(mention, "name"))):
            if name and text and ident(mention.get("id")):
                text = text.replace(f"@{name}", f"@{ident(mention['id'])}")
    made: Draft = {
        "native_id": ident(message.get("id")),
        "network": "discord",
        "author": ident(inner(message, "author", "id")),
        "author_role": None,
        "created_at": moment(message.get("timestamp")),
        "text": text,
        "reply_to": ident(inner(message, "reference", "messageId")),
        "visibility": "public" if public else "private",
        "observed_at": seen_at,
    }
    yield made


def read_convokit(
    value: Any, options: Options | None = None, *, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The utterances of a corpus."""
    for each in value if isinstance(value, list) else [value]:
        yield from guarded(_utterance, each, options.network if options else None, seen_at)


def _utterance(item: Any, network: str | None, seen_at: datetime | None) -> Iterator[Found]:
    problem = why_unusable(item)
    if problem:
        yield Problem(problem)
        return
    if network is None:
        yield Remark(NO_NETWORK)
    speaker = item.get("speaker", item.get("user"))
    name = ident(inner(speaker, "id")) if isinstance(speaker, Mapping) else ident(speaker)
    made: Draft = {
        "native_id": ident(item.get("id")),
        "network": network or "other",
        "author": somebody(name),
        "author_handle": somebody(name),
        "created_at": moment(item.get("timestamp")),
        "text": words(item.get("text")),
        "reply_to": ident(item.get("reply-to", item.get("reply_to"))),
        "thread": ident(item.get("conversation_id", item.get("root"))),
        "observed_at": seen_at,
    }
    yield made


def _first(sample: Sample) -> Any:
    first = sample.json
    return first[0] if isinstance(first, list) and first else first


def is_slack(sample: Sample) -> bool:
    """True for a message of a room."""
    first = _first(sample)
    first = (listed(first, "messages") or [first])[0]
    return isinstance(first, Mapping) and first.get("type") == "message" and "ts" in first


def is_discord(sample: Sample) -> bool:
    """True for an export of a channel."""
    first = _first(sample)
    return isinstance(inner(first, "guild"), Mapping) and isinstance(inner(first, "messages"), list)


def is_convokit(sample: Sample) -> bool:
    """True for an utterance."""
    first = _first(sample)
    if not isinstance(first, Mapping) or not {"id", "text"} <= set(first):
        return False
    return bool({"speaker", "user"} & set(first)) and bool({"reply-to", "reply_to"} & set(first))


SLACK = Format(
    name="slack",
    what="messages of an export of Slack (JSON)",
    recognises=is_slack,
    items=json_items(read_slack),
    title="Messages of Slack",
    network="slack",
    place=place,
)
DISCORD = Format(
    name="discord",
    what="messages of a channel, from DiscordChatExporter (JSON)",
    recognises=is_discord,
    items=json_items(read_discord),
    title="Messages of Discord",
    network="discord",
    place=place,
)
CONVOKIT = Format(
    name="convokit",
    what="utterances.jsonl of a corpus of ConvoKit (--network)",
    recognises=is_convokit,
    items=json_items(read_convokit),
    title="A corpus of ConvoKit",
    place=place,
)

FORMATS = (CONVOKIT, SLACK, DISCORD)
