"""Zendesk: tickets with comments or audits, or without, as JSON or JSONL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Found
from carekit.sources.mappers.values import inner
from carekit.sources.mappers.zendesk import tickets


def found(value: Any, options: Options) -> Iterator[Found]:
    """What one value of the file holds."""
    yield from tickets(value)


def recognises(sample: Sample) -> bool:
    """True for tickets, or for lists of them under any of the keys that Zendesk uses."""
    first = sample.json
    for _ in range(4):
        if isinstance(first, list) and first:
            first = first[0]
        elif isinstance(first, Mapping) and "requester_id" not in first:
            inside = [k for k in ("tickets", "ticket", "results", "data") if first.get(k)]
            first = first[inside[0]] if inside else first
    if not isinstance(first, Mapping):
        return False
    ticket = "requester_id" in first and ("subject" in first or "description" in first)
    audit = "ticket_id" in first and isinstance(inner(first, "events"), list)
    return ticket or audit


FORMAT = Format(
    name="zendesk",
    what="Zendesk tickets (JSON)",
    recognises=recognises,
    items=json_items(found),
    title="Zendesk tickets",
    network="zendesk",
    # Agents are people: their numbers become pseudonyms.
    authors_are_accounts=False,
    place=place,
)
