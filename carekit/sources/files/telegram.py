"""Telegram Desktop: result.json of a chat, or of a whole export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Found
from carekit.sources.mappers.telegram_export import messages
from carekit.sources.mappers.values import inner


def found(value: Any, options: Options) -> Iterator[Found]:
    """What one value of the file holds."""
    yield from messages(value)


def recognises(sample: Sample) -> bool:
    """True for a chat with its messages, or an export that lists chats."""
    first = sample.json
    if isinstance(first, list) and first:
        first = first[0]
    if not isinstance(first, Mapping):
        return False
    chats = inner(first, "chats", "list") or inner(first, "left_chats", "list")
    return isinstance(chats, list) or (
        isinstance(first.get("messages"), list) and "type" in first and "id" in first
    )


FORMAT = Format(
    name="telegram",
    what="Telegram Desktop export (result.json)",
    recognises=recognises,
    items=json_items(found),
    title="Telegram messages",
    network="telegram",
    place=place,
)
