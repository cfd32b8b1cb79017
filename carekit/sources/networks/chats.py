"""Rooms of Slack and Discord, and the conversations of ConvoKit → drafts.

Who is the brand, the list of accounts says: ids of its people, or its bots. A room of Slack is
private, a channel of a Discord server is read as public, its direct messages are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from carekit.sources.files.formats import Options, Sample
from carekit.sources.files.json_items import json_format
from carekit.sources.found import Draft, Found, LeftOut, Person, Problem, Remark
from carekit.sources.networks.values import (
    first_item,
    ident,
    inner,
    listed,
    mapping,
    moment,
    number,
    read_item,
    records,
    somebody,
    unescaped,
    why_unusable,
    words,
)

SERVICE = "a service message, no post"
MEMBER = "a member, no post"
NO_NETWORK = "nothing tells of which network it is, and it was put under 'other' (give --network)"
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_BOTS = ("bot_message", "thread_broadcast", "me_message", "file_share")


def read_slack(value: Any, options: Options) -> Iterator[Found]:
    """The messages of a room: a list of them, or of pages; the members of users.json tell names."""
    for message in records(value, "messages", "members"):
        yield from read_item(_slack, message)


def _slack(message: Any) -> Iterator[Found]:
    kind, native = message.get("subtype"), ident(message.get("ts"))
    member, name = ident(message.get("id")), words(message.get("name"))
    if native is None and "profile" in message and member and name:
        yield Person("slack", member, name)
        yield LeftOut(MEMBER)
        return
    if native is None:
        yield Problem("a message has no time")
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
        "n_replies": number(message.get("reply_count")),
    }
    yield made


def read_discord(value: Any, options: Options) -> Iterator[Found]:
    """The messages of a channel, as DiscordChatExporter writes them."""
    for export in records(value):
        if not isinstance(inner(export, "messages"), list):
            yield Problem(why_unusable(export) or "it is no export of a channel")
            continue
        kind = str(inner(export, "channel", "type") or "")
        seen = moment(export.get("exportedAt"))
        for message in export["messages"]:
            yield from read_item(_discord, message, "Direct" not in kind, seen)


def _discord(message: Any, public: bool, seen_at: datetime | None) -> Iterator[Found]:
    if str(message.get("type", "Default")) not in ("Default", "Reply", "0", "19"):
        yield LeftOut(SERVICE)
        return
    text, author = words(message.get("content")), mapping(message, "author")
    member, name = ident(author.get("id")), words(author.get("name"))
    if member and name and not name.isdecimal():  # a name that could be a listed id is no proof
        # Since 2023 names are unique, but those of programs: their number belongs to the name.
        apart = str(author.get("discriminator") or "").strip("0")
        yield Person("discord", member, f"{name}#{author['discriminator']}" if apart else name)
    for mention in listed(message, "mentions"):
        for name in (words(inner(mention, "nickname")), words(inner(mention, "name"))):
            if name and text and ident(mention.get("id")):
                text = text.replace(f"@{name}", f"@{ident(mention['id'])}")
    made: Draft = {
        "native_id": ident(message.get("id")),
        "network": "discord",
        "author": member,
        "author_role": None,
        "created_at": moment(message.get("timestamp")),
        "text": text,
        "reply_to": ident(inner(message, "reference", "messageId")),
        "visibility": "public" if public else "private",
        "observed_at": seen_at,
    }
    yield made


def read_convokit(value: Any, options: Options) -> Iterator[Found]:
    """The utterances of a corpus."""
    for each in records(value):
        yield from read_item(_utterance, each, options.network)


def _utterance(item: Any, network: str | None) -> Iterator[Found]:
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
    }
    yield made


def is_slack(sample: Sample) -> bool:
    """True for a message of a room."""
    first = first_item(sample.json, "messages")
    return first.get("type") == "message" and "ts" in first


def is_discord(sample: Sample) -> bool:
    """True for an export of a channel."""
    first = first_item(sample.json)
    return isinstance(first.get("guild"), Mapping) and isinstance(first.get("messages"), list)


def is_convokit(sample: Sample) -> bool:
    """True for an utterance."""
    names = set(first_item(sample.json))
    said = {"id", "text"} <= names
    return said and bool({"speaker", "user"} & names) and bool({"reply-to", "reply_to"} & names)


FORMATS = (
    json_format(
        "convokit",
        "utterances.jsonl of a corpus of ConvoKit (--network)",
        is_convokit,
        read_convokit,
        title="A corpus of ConvoKit",
    ),
    json_format(
        "slack",
        "messages of an export of Slack (JSON)",
        is_slack,
        read_slack,
        title="Messages of Slack",
        network="slack",
    ),
    json_format(
        "discord",
        "messages of a channel, from DiscordChatExporter (JSON)",
        is_discord,
        read_discord,
        title="Messages of Discord",
        network="discord",
    ),
)
