"""Tables of a help desk, one row a ticket: Zendesk, Freshdesk, Intercom, HubSpot, Front, Help Scout,
Salesforce, and tables of one's own with such columns, in English, French or German.

A ticket is a request; its first reply, told by its time or by how long it took, is the answer.
Channel, agent, tags, satisfaction, status and reopenings are kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from carekit.sources.files.any_csv import plan
from carekit.sources.files.columns import Preset
from carekit.sources.files.formats import Drafts, Format, Options, Sample
from carekit.sources.files.headings import folded
from carekit.sources.files.table import TableFile
from carekit.sources.files.waiting import find_wait, wait_columns

IDS = (
    "ticket id", "ticket", "ticket number", "ticket no", "ticket #", "n° ticket", "numéro de ticket",
    "id ticket", "id du ticket", "identifiant du ticket", "réf ticket", "référence", "case number",
    "case id", "conversation id", "conversation", "ticket-id", "ticketnummer", "vorgangsnummer", "number",
    "numéro", "id",
)  # fmt: skip
CREATED = (
    "created time", "created at", "ticket created", "ticket created - timestamp", "create date",
    "created date", "date/time opened", "opened date", "conversation created at",
    "conversation started at", "started at", "créé le", "date de création", "date d'ouverture",
    "ouvert le", "erstellt am", "erstellt", "created", "ticket created - date", "date created",
    "created datetime", "creation datetime", "created on", "opened at", "received at", "reçu le",
    "date de réception",
)  # fmt: skip
REPLIED = (
    "initial response time", "first response date", "first response time", "first reply at",
    "first replied at", "first reply date", "first response at", "first agent email response date",
    "first agent reply date", "first admin reply at", "date of first agent reply",
    "première réponse le", "date de première réponse", "date première réponse", "1ère réponse le",
    "erste antwort am", "first_admin_reply_at", "first responded at", "first public reply",
    "first agent message datetime", "first staff reply", "first agent response",
)  # fmt: skip
CHANNEL = (
    "source", "channel", "ticket channel", "via", "via channel", "case origin", "origin", "canal",
    "channel type", "conversation channel", "inbox", "kanal", "source type", "ticket source",
)  # fmt: skip
KEPT: dict[str, tuple[str, ...]] = {
    "channel": CHANNEL,
    "agent": (
        "agent", "assignee", "assignee name", "ticket owner", "case owner", "assigned to",
        "teammate assigned", "first teammate name", "assigned agent", "conseiller", "attribué à",
        "propriétaire", "bearbeiter", "owner", "teammate",
    ),
    "team": ("group", "group name", "team", "team assigned", "équipe", "groupe", "mailbox", "queue"),
    "tags": ("tags", "ticket tags", "étiquettes", "labels", "mots-clés", "conversation tags"),
    "csat": (
        "csat", "satisfaction score", "satisfaction rating", "ticket satisfaction rating",
        "survey results", "conversation rating", "csat rating", "rating", "happiness",
        "last customer survey rating", "note de satisfaction", "satisfaction", "zufriedenheit",
        "csat score", "note csat", "satisfaction survey score", "survey score",
    ),
    "nps": ("nps", "nps score", "note nps", "recommandation", "likelihood to recommend"),
    "status": ("status", "ticket status", "state", "statut", "état", "case status"),
    "reopenings": ("reopens", "reopenings", "count reopens", "réouvertures", "nb réouvertures",
                   "number of reopens", "reopened"),
    "priority": ("priority", "priorité", "ticket priority", "priorität"),
    "category": ("type", "ticket type", "category", "catégorie", "motif", "case reason", "case type"),
    "resolved_at": (
        "resolved time", "resolved at", "solved at", "ticket solved", "close date", "closed date",
        "date/time closed", "résolu le", "date de résolution", "clos le", "gelöst am",
    ),
}  # fmt: skip
GONE = "a ticket that was merged, deleted or spam"
_GONE = ("deleted", "spam", "merged", "trash", "junk", "supprimé", "fusionné", "indésirable")


def drafts(table: TableFile, options: Options) -> Drafts:
    """The tickets as requests, their first replies as answers."""
    wait = find_wait(table)
    replied = wait.time or wait.only_that
    no_times = set(wait_columns(table.header)) - {replied}
    columns = {
        "post_id": IDS,
        "created_at": CREATED,
        "reply_created_at": (replied,)
        if replied
        else tuple(n for n in REPLIED if folded(n) not in {folded(d) for d in no_times}),
        "network": CHANNEL,
        "author_id": (
            "contact id", "requester", "requester id", "requester email", "customer", "customer email",
            "contact", "demandeur", "client", "full name", "contact name", "user id", "kunde",
            "associated contact", "customer id", "requester name", "customer name",
        ),
        "text": ("subject", "ticket subject", "objet", "sujet", "title", "titre", "betreff", "description"),
        "brand": ("brand", "marque", "ticket brand", "product", "produit", "marke"),
        "lang": ("language", "langue", "sprache"),
    }  # fmt: skip
    mapping = dict(options.mapping)
    said = any(n.startswith(("reply_created_at", "first_response")) for n in mapping)
    if wait.duration is not None and not said:
        name, unit = wait.duration
        mapping[f"first_response_{unit}"] = name
    options = replace(options, mapping=mapping)
    preset = Preset(columns=columns, role="customer", kept=KEPT, loose=True)
    made = plan(table, options, preset, format="tickets")
    status = table.header.find(*KEPT["status"])
    main, nested = dict(made.main), None if made.nested is None else dict(made.nested)
    if status is not None:
        words = ", ".join(f"'{w}'" for w in _GONE)
        gone = f"CASE WHEN lower(trim(c{status})) IN ({words}) THEN '{GONE}' END"
        for part in (main, nested):
            if part is not None:
                part["left_out"] = f"coalesce({gone}, {main['left_out']})" if part is main else gone
    warn = made.warn

    def warned(counts: Mapping[str, int]) -> list[str]:
        return [*warn(counts), *([] if said else wait.told)]

    # Whoever replies is a person of the house.
    return replace(made, main=main, nested=nested, warn=warned, authors_are_accounts=False)


def recognises(sample: Sample) -> bool:
    """True for an id and a beginning of tickets, with a first reply or what only tickets have."""
    header = sample.header
    if header is None:
        return False
    names = {folded(n) for n in header.names}

    def has(wanted: Iterable[str]) -> bool:
        return bool(names & {folded(n) for n in wanted})

    if not (has(IDS) and has(CREATED)):
        return False
    replies = has(REPLIED) or bool(wait_columns(header))
    beside = sum(has(KEPT[name]) for name in ("agent", "csat", "status", "reopenings", "priority"))
    named = has(IDS[:16])
    return (replies and (named or beside >= 1)) or (named and beside >= 2)


FORMAT = Format(
    name="tickets",
    what="tickets of a help desk, one row each (CSV, XLSX)",
    recognises=recognises,
    drafts=drafts,
    title="Tickets of a help desk",
)
