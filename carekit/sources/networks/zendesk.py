"""Zendesk: tickets with their comments or audits → drafts.

The description of a ticket is the first message of its requester. Comments that are not public are
notes among agents: private, and never an answer. A ticket without comments says nothing about
answers: that is a gap, not a silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
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
    moment,
    number,
    plain_text,
    read_item,
    records,
    why_unusable,
    words,
)

NETWORK = "zendesk"
# How the customer came, where that is a network of ours.
CHANNELS = {
    "twitter": "x", "twitter_dm": "x", "x": "x", "twitter_like": "x",
    "facebook": "facebook", "facebook_post": "facebook", "facebook_message": "facebook",
    "any_channel_facebook": "facebook", "instagram_dm": "instagram", "instagram": "instagram",
    "telegram": "telegram", "google_play": "google_play", "youtube": "youtube",
}  # fmt: skip
LISTS = ("tickets", "results", "data", "comments", "audits", "ticket_audits", "ticket_events")
OTHER = "a user, a group or another thing that is no ticket"
LOST = "a comment of a ticket that the file does not hold"
UNKNOWN = (
    "nothing tells who writes beside the requester, so he was taken for an agent; if he is in copy, "
    "too many requests count as answered (export the users beside the tickets)"
)
_KINDS = ("users", "groups", "organizations", "metric_sets", "sharing_agreements", "brands")


def read(value: Any, options: Options) -> Iterator[Found]:
    """The messages of tickets: of each its first message, then its comments, replies to the first.

    Comments or audits may stand inside a ticket or beside it, and so may users.
    """
    known: list[Mapping[str, Any]] = []
    loose: dict[str, list[Mapping[str, Any]]] = {}  # ticket → comments and audits beside it
    roles: dict[str, str] = {}
    stack: list[tuple[Any, str | None]] = [(value, None)]
    while stack:
        each, ticket = stack.pop()
        if isinstance(each, list):
            stack += [(item, ticket) for item in reversed(each)]
            continue
        problem = why_unusable(each)
        if problem and not any(isinstance(inner(each, k), list | Mapping) for k in LISTS):
            yield Problem(problem)
            continue
        for user in listed(each, "users"):
            roles[attempted(ident, inner(user, "id")) or ""] = str(inner(user, "role") or "")
        if _is_ticket(each):
            known.append(each)
            continue
        if _is_message(each):
            whose = attempted(first_ident, each, "ticket_id") or ticket
            loose.setdefault(whose or "", []).append(each)
            continue
        one = each.get("ticket")
        if isinstance(one, Mapping):
            known.append(one)
            ticket = attempted(ident, one.get("id"))
        inside = [k for k in LISTS if isinstance(each.get(k), list | Mapping)]
        stack += [
            (each[k], ticket or attempted(ident, each.get("ticket_id"))) for k in reversed(inside)
        ]
        if not inside and not isinstance(one, Mapping):
            strange = not any(k in each for k in (*_KINDS, "role", "email", "count", "next_page"))
            yield Problem("it is neither a ticket nor a comment") if strange else LeftOut(OTHER)
    roles = _guessed(known) | dict(options.staff) | roles
    for ticket_object in known:
        beside = loose.pop(attempted(ident, ticket_object.get("id")) or "", [])
        yield from read_item(_ticket, ticket_object, beside, roles)
    for messages in loose.values():
        for _ in messages:
            yield Problem(LOST)


def staff(value: Any) -> dict[str, str]:
    """What users that stand beside tickets, or alone, are: user → role."""
    return {
        attempted(ident, user.get("id")) or "": user["role"]
        for user in records(value, "users", "results", "data")
        if isinstance(inner(user, "role"), str) and not _is_ticket(user)
    }


def _guessed(tickets: list[Mapping[str, Any]]) -> dict[str, str]:
    """Who is what, as far as tickets tell without a list of users: who asks or is in copy is a
    customer; who is assigned a ticket or writes notes is an agent.
    """
    roles: dict[str, str] = {}
    for ticket in tickets:
        asking = [ticket.get("requester_id"), *listed(ticket, "collaborator_ids")]
        for user in (*asking, *listed(ticket, "email_cc_ids")):
            roles[attempted(ident, user) or ""] = "end-user"
    for ticket in tickets:
        notes = [c for c in listed(ticket, "comments") if inner(c, "public") is False]
        for user in (ticket.get("assignee_id"), *(inner(c, "author_id") for c in notes)):
            roles[attempted(ident, user) or ""] = "agent"
    return roles


def _is_ticket(value: Mapping[str, Any]) -> bool:
    return (
        "id" in value
        and "ticket_id" not in value
        and ("requester_id" in value or "description" in value or "ticket_form_id" in value)
    )


def _is_message(value: Mapping[str, Any]) -> bool:
    is_comment = "body" in value or "html_body" in value or "plain_body" in value
    return "created_at" in value and (is_comment or isinstance(value.get("events"), list))


def _ticket(
    ticket: Mapping[str, Any],
    beside: list[Mapping[str, Any]],
    roles: Mapping[str, str],
) -> Iterator[Found]:
    native = ident(ticket.get("id"))
    requester = ident(ticket.get("requester_id")) or ident(inner(ticket, "requester", "id"))
    channel = str(inner(ticket, "via", "channel") or "").lower()
    network = CHANNELS.get(channel, NETWORK)
    messages = [
        *listed(ticket, "comments"), *listed(ticket, "audits"), *beside,
        *listed(ticket, "comments", "comments"), *listed(ticket, "audits", "audits"),
    ]  # fmt: skip
    comments = list(_comments(messages))
    good = [c for c in comments if isinstance(c, dict)]
    same: Draft = {
        "network": network,
        "thread": native,
        "observed_at": moment(inner(ticket, "exported_at")),
    }
    text = words(ticket.get("description"))
    described = {
        "author": requester or ident(ticket.get("submitter_id")),
        "at": moment(ticket.get("created_at")),
        "text": text if text is not None else words(ticket.get("subject")),
        "public": ticket.get("is_public") is not False,
    }
    earliest = min(good, key=lambda c: (c["at"] is None, str(c["at"])), default=described)
    first = earliest if _is_description(earliest, described, text) else described
    requester = requester or ident(first["author"])  # old exports leave out who asked
    yield from _draft(first, same, native, requester, roles)
    for comment in comments:
        if not isinstance(comment, dict):
            yield comment
        elif comment is not first:
            number_of = None if comment["id"] is None else f"{native}-{comment['id']}"
            for found in _draft(comment, same, number_of, requester, roles):
                yield found | {"reply_to": native} if isinstance(found, dict) else found
    counted = number(ticket.get("comment_count"))
    missing = None if counted is None else max(counted - max(len(good), 1), 0)
    if native is not None and (missing or (missing is None and not messages)):
        yield Gap(network, native, "export", missing)


def _is_description(first: Draft, described: Draft, text: str | None) -> bool:
    """True if a ticket's earliest comment is its description; some exports begin after it."""
    if (
        text is None
        or not text.strip()
        or "".join(text.split()) == "".join((first["text"] or "").split())
    ):
        return True
    together = first["at"] and described["at"] and first["at"].tzinfo and described["at"].tzinfo
    near = bool(together) and abs(first["at"] - described["at"]) < timedelta(minutes=1)
    return near and first["author"] in (None, described["author"])


def _comments(messages: list[Any]) -> Iterator[Draft | Problem]:
    """Comments, also those that are events of an audit; events of other kinds are no messages."""
    for message in messages:
        problem = why_unusable(message)
        if problem:
            yield Problem(problem)
            continue
        events = message.get("events")
        if not isinstance(events, list):
            yield _comment(message, message)
            continue
        for event in events:
            if isinstance(event, Mapping) and event.get("type") in ("Comment", "FacebookComment"):
                yield _comment(event, message)


def _comment(comment: Mapping[str, Any], around: Mapping[str, Any]) -> Draft:
    text = words(comment.get("plain_body")) or words(comment.get("body"))
    return {
        "id": ident(comment.get("id")) or ident(around.get("id")),
        "author": ident(comment.get("author_id")) or ident(around.get("author_id")),
        "at": moment(comment.get("created_at") or around.get("created_at")),
        "text": text if text is not None else plain_text(comment.get("html_body")),
        "public": comment.get("public") is not False,
    }


def _draft(
    message: Mapping[str, Any],
    same: Draft,
    native: str | None,
    requester: str | None,
    roles: Mapping[str, str],
) -> Iterator[Found]:
    author = message["author"]
    known = roles.get(author or "")
    if author is None or author == "-1":
        role = "other"  # Zendesk itself writes under -1
    elif author == requester or known == "end-user":
        role = "customer"
    else:
        role = "brand"
        if known is None:
            yield Remark(UNKNOWN, biases=True)
    yield same | {
        "native_id": native,
        "author": None if role == "other" else author,
        # A note among agents is never an answer, whichever posts a definition counts.
        "author_role": role if message["public"] or role != "brand" else "other",
        "created_at": message["at"],
        "text": message["text"],
        "visibility": "public" if message["public"] else "private",
    }


def recognises(sample: Sample) -> bool:
    """True for tickets, or for lists of them under any of the keys that Zendesk uses."""
    first = first_item(sample.json, "tickets", "ticket", "results", "data")
    ticket = "requester_id" in first and ("subject" in first or "description" in first)
    audit = "ticket_id" in first and isinstance(first.get("events"), list)
    return ticket or audit


FORMATS = (
    json_format(
        "zendesk",
        "Zendesk tickets (JSON)",
        recognises,
        read,
        title="Zendesk tickets",
        network="zendesk",
        # Agents are people: their numbers become pseudonyms.
        authors_are_accounts=False,
        staff=staff,
    ),
)
