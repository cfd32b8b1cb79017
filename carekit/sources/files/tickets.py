"""Tables of a help desk, one row per ticket: Zendesk, Freshdesk, Intercom, HubSpot, Front, Help Scout,
Salesforce, and tables of one's own with such columns, in English, French or German.

A ticket is a request; its first reply, told by its time or by how long it took, is the answer.
Channel, agent, tags, satisfaction, status and reopenings are kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from carekit.sources.drafts import text
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
    "numéro", "id", "conversation number", "request id", "n° de ticket", "id de ticket", "id del ticket",
    "dossier", "n° dossier", "case", "vorgang", "ticket code", "ticket-nr.", "ticket-nr", "ticket no.",
    "ticket ref", "ticket reference", "issue key", "incident number", "incident", "csid", "session id",
    "call id", "call sid", "chat id", "n.º de ticket", "número de ticket", "número de caso", "id do ticket",
    "número do ticket", "n.º do ticket", "protocolo", "chamado", "id do chamado", "numero ticket",
    "numer zgłoszenia", "id zgłoszenia", "nr zgłoszenia", "zaaknummer", "ticketnr",
    "meldingsnummer", "チケットid", "チケット番号", "問い合わせ番号",
)  # fmt: skip
CREATED = (
    "created time", "created at", "ticket created", "ticket created - timestamp", "create date",
    "created date", "date/time opened", "opened date", "conversation created at",
    "conversation started at", "started at", "créé le", "date de création", "date d'ouverture",
    "ouvert le", "erstellt am", "erstellt", "created", "ticket created - date", "date created",
    "created datetime", "creation datetime", "created on", "opened at", "received at", "reçu le",
    "date de réception", "conversation started at (utc)", "first inbound date", "first message at",
    "first inbound message date", "conversation start date", "requested", "request date", "submitted at",
    "date de la demande", "eingangsdatum", "eröffnet am", "fecha de creación", "fecha de apertura",
    "data di apertura", "aangemaakt op", "date opened", "opened", "opened on", "created (utc)",
    "created time (ticket)", "ticket created date", "ticket créé - horodatage", "ticket créé le",
    "ticket erstellt - zeitstempel", "ticket created time", "creado el", "fecha creación", "creado",
    "data de criação", "data de abertura", "criado em", "aberto em", "data creazione", "creato il",
    "data di creazione", "aperto il", "data utworzenia", "utworzono", "data zgłoszenia", "aanmaakdatum",
    "datum aangemaakt", "geopend op", "created by date", "作成日時", "作成日", "受付日時", "call date",
    "case creation date", "session started at", "chat started at", "chat start time", "start time",
)  # fmt: skip
REPLIED = (
    "initial response time", "first response date", "first response time", "first reply at",
    "first replied at", "first reply date", "first response at", "first agent email response date",
    "first agent reply date", "first admin reply at", "date of first agent reply",
    "première réponse le", "date de première réponse", "date première réponse", "1ère réponse le",
    "erste antwort am", "first_admin_reply_at", "first responded at", "first public reply",
    "first agent message datetime", "first staff reply", "first agent response",
    "conversation first replied at", "first outbound date", "first response", "first reply",
    "fecha de primera respuesta", "primera respuesta el", "data prima risposta", "eerste antwoord op",
    "erstantwort am", "erste reaktion am", "date de la première réponse", "première réponse",
)  # fmt: skip
CHANNEL = (
    "source", "channel", "ticket channel", "via", "via channel", "case origin", "origin", "canal",
    "channel type", "conversation channel", "inbox", "kanal", "source type", "ticket source",
    "canal du ticket", "ticketkanal", "canal del ticket", "canal do ticket", "canale", "kanaal", "kanał",
    "contact type", "contact method", "initial channel", "channels", "チャネル", "チャンネル",
)  # fmt: skip
KEPT: dict[str, tuple[str, ...]] = {
    "channel": CHANNEL,
    "agent": (
        "agent", "assignee", "assignee name", "ticket owner", "case owner", "assigned to",
        "teammate assigned", "first teammate name", "assigned agent", "conseiller", "attribué à",
        "propriétaire", "bearbeiter", "owner", "teammate", "assigné", "assigned operator", "assigned users",
        "zuständig", "agente", "agente asignado", "asignado a", "atendente", "responsável", "assegnatario",
        "operatore", "medewerker", "behandelaar", "przypisany", "konsultant", "担当者",
    ),
    "team": ("group", "group name", "team", "team assigned", "équipe", "groupe", "mailbox", "queue"),
    "tags": ("tags", "ticket tags", "étiquettes", "labels", "mots-clés", "conversation tags"),
    "csat": (
        "csat", "satisfaction score", "satisfaction rating", "ticket satisfaction rating",
        "survey results", "conversation rating", "csat rating", "rating", "happiness",
        "last customer survey rating", "note de satisfaction", "satisfaction", "zufriedenheit",
        "csat score", "note csat", "satisfaction survey score", "survey score", "satisfacción",
        "satisfação", "soddisfazione", "tevredenheid", "zadowolenie", "ocena", "rating score", "満足度",
    ),
    "nps": ("nps", "nps score", "note nps", "recommandation", "likelihood to recommend"),
    "status": ("status", "ticket status", "state", "statut", "état", "case status", "status (ticket)",
               "estado", "stato", "ステータス"),
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
OPENED = "a ticket that the brand opened"
_OPENERS = (
    "direction", "ticket direction", "sens", "richtung", "dirección", "initiated by", "started by",
    "conversation initiated by", "initiated by type", "opened by", "initiateur", "initié par",
    "conversation type", "first message direction", "initial direction",
)  # fmt: skip
_BY_BRAND = (
    "outbound", "outgoing", "sortant", "sortante", "ausgehend", "saliente", "agent", "admin", "teammate",
    "operator", "proactive", "campaign", "campagne", "conseiller", "marque", "brand", "user_initiated",
)  # fmt: skip
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
        "network": tuple(n for n in CHANNEL if n != "inbox"),  # often the name of a team
        "author_id": (
            "contact id", "requester", "requester id", "requester email", "customer", "customer email",
            "contact", "demandeur", "client", "full name", "contact name", "user id", "kunde",
            "associated contact", "customer id", "requester name", "customer name", "reporter", "caller",
            "cliente", "solicitante", "klant", "klient", "zgłaszający", "richiedente",
        ),
        "text": ("subject", "ticket subject", "objet", "sujet", "title", "titre", "betreff", "description"),
        "brand": ("brand", "marque", "ticket brand", "product", "produit", "marke"),
        "lang": ("language", "langue", "sprache"),
    }  # fmt: skip
    mapping, guessed = dict(options.mapping), frozenset[str]()
    said = any(n.startswith(("reply_created_at", "first_response")) for n in mapping)
    if wait.duration is not None and not said:
        name, unit = wait.duration
        mapping[ours := f"first_response_{unit}"] = name
        guessed = frozenset({ours})
    options = replace(options, mapping=mapping, guessed=guessed)
    preset = Preset(columns=columns, role="customer", kept=KEPT, loose=True)
    made = plan(table, options, preset, format="tickets")
    status = table.header.find(*KEPT["status"])
    main, nested = dict(made.main), None if made.nested is None else dict(made.nested)
    opener = preset.place(table.header, _OPENERS)
    for place, words, why in ((status, _GONE, GONE), (opener, _BY_BRAND, OPENED)):
        if place is None:
            continue
        gone = (
            f"CASE WHEN lower(trim(c{place})) IN ({', '.join(map(text, words))}) THEN '{why}' END"
        )
        for part in (main, nested):
            if part is not None:
                part["left_out"] = f"coalesce({gone}, {part['left_out']})"
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
