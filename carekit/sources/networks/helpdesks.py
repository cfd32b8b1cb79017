"""Conversations of Chatwoot and Intercom → drafts: every message answers the first one.

Notes among agents are private, and never an answer; what a program writes is nobody's answer.
Zendesk has a module of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carekit.sources.files.formats import Options, Sample
from carekit.sources.files.json_items import json_format
from carekit.sources.found import Draft, Found, LeftOut, Problem, Remark, attempted
from carekit.sources.gaps import Gap
from carekit.sources.networks.values import (
    first_ident,
    first_item,
    ident,
    inner,
    listed,
    mapping,
    moment,
    number,
    plain_text,
    read_item,
    records,
    why_unusable,
    words,
)

SERVICE = "a note of the helpdesk on what happened, no message"
NO_MESSAGES = "a conversation without its messages"
PROGRAM = "written by a program, and so nobody's answer"
CHANNELS = {
    "facebookpage": "facebook", "facebook": "facebook", "instagram": "instagram",
    "twitterprofile": "x", "twitter": "x", "telegram": "telegram",
}  # fmt: skip
_CUSTOMERS = ("contact", "user", "lead", "visitor", "customer")


def _message(
    network: str,
    thread: str,
    first: str,
    native: str | None,
    *,
    role: str,
    author: Any,
    at: Any,
    text: str | None,
    public: bool,
) -> Iterator[Found]:
    if role == "other":
        yield Remark(PROGRAM)
    made: Draft = {
        "native_id": native,
        "network": network,
        "author": None if role == "other" else ident(author),
        # A note among agents is never an answer, whichever posts a definition counts.
        "author_role": role if public or role != "brand" else "other",
        "created_at": moment(at),
        "text": text,
        "reply_to": None if native == first else first,
        "thread": first,
        "visibility": "public" if public else "private",
    }
    yield made


# Chatwoot


def read_chatwoot(value: Any, options: Options) -> Iterator[Found]:
    """The messages of conversations: pages of messages, lists of conversations, single messages."""
    conversations: dict[str, list[tuple[Any, str]]] = {}
    stack: list[tuple[Any, str]] = [(value, "")]
    while stack:
        each, channel = stack.pop()
        if isinstance(each, list):
            stack += [(item, channel) for item in reversed(each)]
            continue
        problem = why_unusable(each)
        if problem and not isinstance(each, Mapping):
            yield Problem(problem)
            continue
        told = str(inner(each, "meta", "channel") or each.get("channel") or channel)
        inside = [
            k for k in ("data", "payload", "messages") if isinstance(each.get(k), list | Mapping)
        ]
        if "message_type" in each:
            whose = attempted(first_ident, each, "conversation_id")
            whose = whose or attempted(ident, inner(each, "conversation", "id"))
            conversations.setdefault(whose or "", []).append((each, told))
        elif inside:
            stack += [(each[k], told) for k in reversed(inside)]
        else:
            yield LeftOut(NO_MESSAGES) if "id" in each else Problem("it is no message")
    for messages in conversations.values():
        messages.sort(key=lambda m: str(attempted(moment, m[0].get("created_at"))))
        kinds = [m for m in messages if _chatwoot_role(m[0]) is not None]
        ids = (attempted(ident, message.get("id")) for message, _ in kinds)
        first = next((i for i in ids if i), "")
        for message, channel in messages:
            yield from read_item(_chatwoot, message, channel, first)


def _chatwoot_role(message: Mapping[str, Any]) -> str | None:
    """Who writes; None for what is no message."""
    kind = str(message.get("message_type"))
    sender = str(inner(message, "sender", "type") or message.get("sender_type") or "").lower()
    if kind in ("2", "activity"):
        return None
    if kind in ("3", "template") or "bot" in sender:
        return "other"
    return "customer" if kind in ("0", "incoming") or sender == "contact" else "brand"


def _chatwoot(message: Mapping[str, Any], channel: str, first: str) -> Iterator[Found]:
    role = _chatwoot_role(message)
    if role is None:
        yield LeftOut(SERVICE)
    else:
        yield from _message(
            CHANNELS.get(channel.rsplit("::", 1)[-1].lower(), "chatwoot"),
            ident(message.get("conversation_id")) or first,
            first,
            ident(message.get("id")),
            role=role,
            author=inner(message, "sender", "id") or message.get("sender_id"),
            at=message.get("created_at"),
            text=words(message.get("content")),
            public=message.get("private") is not True,
        )


# Intercom


def read_intercom(value: Any, options: Options) -> Iterator[Found]:
    """The messages of conversations, whole or as a list gives them: without their parts."""
    for talk in records(value, "conversations", "data"):
        yield from read_item(_conversation, talk)


def _conversation(talk: Any) -> Iterator[Found]:
    native, source = ident(talk.get("id")), mapping(talk, "source")
    if native is None or not source:
        yield Problem("it is no conversation")
        return
    network = CHANNELS.get(str(source.get("type")).lower(), "intercom")
    messages: list[tuple[str, Mapping[str, Any], Any]] = [
        (native, source, source.get("created_at") or talk.get("created_at"))
    ]
    parts = listed(talk, "conversation_parts", "conversation_parts")
    for part in parts:
        why = why_unusable(part)
        if why:
            yield Problem(why)
        elif not part.get("body") or "assign" in str(part.get("part_type")):
            yield LeftOut(SERVICE)
        else:
            messages.append((f"{native}-{ident(part.get('id'))}", part, part.get("created_at")))
    replied = inner(talk, "statistics", "first_admin_reply_at")
    if not parts and replied:
        messages.append((f"{native}-reply", {"author": {"type": "admin"}}, replied))
    for number_of, message, at in messages:
        kind = str(inner(message, "author", "type") or "user").lower()
        role = "customer" if kind in _CUSTOMERS else "other" if "bot" in kind else "brand"
        yield from _message(
            network,
            native,
            native,
            number_of,
            role=role,
            author=inner(message, "author", "id"),
            at=at,
            text=plain_text(message.get("body")),
            public="note" not in str(message.get("part_type")),
        )
    counted = number(inner(talk, "conversation_parts", "total_count"))
    if counted is not None and counted > len(parts):
        yield Gap(network, native, "export", counted - len(parts))
    elif counted is None and not parts:
        yield Gap(network, native, "export")


def is_chatwoot(sample: Sample) -> bool:
    """True for a message of a conversation of Chatwoot."""
    return {"message_type", "content"} <= set(
        first_item(sample.json, "data", "payload", "messages")
    )


def is_intercom(sample: Sample) -> bool:
    """True for a conversation of Intercom."""
    first = first_item(sample.json, "conversations", "data")
    told = isinstance(first.get("source"), Mapping) and "conversation_parts" in first
    return told or first.get("type") == "conversation"


FORMATS = (
    json_format(
        "chatwoot",
        "messages of Chatwoot (JSON)",
        is_chatwoot,
        read_chatwoot,
        title="Conversations of Chatwoot",
        network="chatwoot",
        authors_are_accounts=False,
    ),
    json_format(
        "intercom",
        "conversations of Intercom (JSON)",
        is_intercom,
        read_intercom,
        title="Conversations of Intercom",
        network="intercom",
        authors_are_accounts=False,
    ),
)
