"""Telegram Desktop: the chats of an exported `result.json` → drafts.

A text may be a list of fragments. In a channel the channel itself writes: the brand. Messages about
the chat (somebody joined, a title changed) are no posts. `date` is local time of the machine that
exported; `date_unixtime`, where it is there, is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from carekit.sources.found import Draft, Found, LeftOut, Problem
from carekit.sources.mappers.values import (
    TORN,
    first_ident,
    ident,
    inner,
    listed,
    moment,
    why_unusable,
    words,
)

NETWORK = "telegram"
SERVICE = "a service message, no post"
OTHER = "a part of the export that is no chat"
_CHANNEL = "channel"


def messages(value: Any, *, seen_at: datetime | None = None) -> Iterator[Found]:
    """The messages of an exported chat, or of all chats of an export.

    Parameters
    ----------
    value : object
        The content of result.json; a chat, or a list of them.
    seen_at : datetime, optional
        When it was exported.
    """
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
        elif isinstance(inner(each, "messages"), list):
            for message in each["messages"]:
                yield from _message(message, each, seen_at)
        elif isinstance(inner(each, "chats"), Mapping) or isinstance(
            inner(each, "left_chats"), Mapping
        ):
            chats = (listed(each, name, "list") for name in ("left_chats", "chats"))
            stack += [chat for some in chats for chat in reversed(some)]
        elif isinstance(each, Mapping) and each.get("type") in ("message", "service"):
            yield from _message(each, {}, seen_at)
        else:
            problem = None if isinstance(each, Mapping) and TORN in each else why_unusable(each)
            yield Problem(problem) if problem else LeftOut(OTHER)


def _message(message: Any, chat: Mapping[str, Any], seen_at: datetime | None) -> Iterator[Found]:
    problem = why_unusable(message)
    if problem:
        yield Problem(problem)
        return
    if message.get("type", "message") != "message":
        yield LeftOut(SERVICE)
        return
    number, chat_id = ident(message.get("id")), ident(chat.get("id"))
    kind = str(chat.get("type") or "")
    author, name = first_ident(message, "from_id", "actor_id"), words(message.get("from"))
    is_chat_itself = author is not None and chat_id is not None and author == _CHANNEL + chat_id
    is_chat_itself = is_chat_itself or (_CHANNEL in kind and author is None)
    account = words(chat.get("name"))
    answered = ident(message.get("reply_to_message_id"))
    elsewhere = ident(message.get("reply_to_peer_id"))
    peer = elsewhere.removeprefix(_CHANNEL) if elsewhere else chat_id
    made: Draft = {
        "native_id": _native(chat_id, number),
        "network": NETWORK,
        "surface": "brand_page" if kind.startswith("public_") else None,
        "author": author or (account if is_chat_itself else name),
        "author_handle": account if is_chat_itself else name,
        "author_role": "brand" if is_chat_itself else None,
        "account": account if is_chat_itself else None,
        "created_at": moment(message.get("date_unixtime")) or moment(message.get("date")),
        "text": text_of(message.get("text")) or text_of(message.get("caption")),
        "reply_to": _native(peer, answered),
        "visibility": "public" if kind.startswith("public_") else "private",
        "observed_at": seen_at,
    }
    yield made


def _native(chat: str | None, number: str | None) -> str | None:
    return number if number is None or chat is None else f"{chat}/{number}"


def text_of(value: Any) -> str | None:
    """A text or a list of fragments as one text; people named without a handle get their id.

    Examples
    --------
    >>> text_of(["Hello ", {"type": "mention_name", "text": "Ann", "user_id": 7}, " !"])
    'Hello @user7 !'
    """
    if not isinstance(value, list):
        return words(value)
    parts = []
    for fragment in value:
        who = ident(inner(fragment, "user_id"))
        if inner(fragment, "type") == "mention_name" and who is not None:
            parts.append(f"@user{who}")
        else:
            plain = inner(fragment, "text") if isinstance(fragment, Mapping) else fragment
            parts.append(words(plain) or "")
    return "".join(parts)
