"""Exports as tools of several languages write them: what is answered, after how long, or why not.

Twelve requests each, the first five answered after an hour and a half.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import carekit

from .conftest import Load, lines

N, K = 12, 5
OURS = "account,network,brand\nzelt,x,Zelt\nyurt,x,Yurt\n"
Row = Callable[[int], list[object]]


def talk(header: str, asked: Row, answer: Row, delimiter: str = ",") -> str:
    rows = [row(i) for i in range(N) for row in (asked, answer) if row is asked or i < K]
    return lines(header, *rows, delimiter=delimiter)


def tickets(header: str, row: Row, delimiter: str = ",") -> str:
    return lines(header, *map(row, range(N)), delimiter=delimiter)


EXPORTS: dict[str, tuple[str, dict[str, Any]]] = {
    "German": (talk(
        "Nachrichten-ID;Datum;Uhrzeit;Absender;Rolle;Nachricht;Antwort auf;Netzwerk",
        lambda i: [f"q{i}", f"{1 + i:02d}.05.2025", "10:00", f"k{i}", "Kunde", "?", "", "Facebook-Seite"],
        lambda i: [f"a{i}", f"{1 + i:02d}.05.2025", "11:30", "Zelt", "Mitarbeiter", "ja", f"q{i}",
                   "Facebook-Seite"], ";"), {"brand": "Zelt", "tz": "Europe/Berlin"}),
    "Spanish": (talk(
        "ID del mensaje,Fecha,Autor,Rol,Mensaje,En respuesta a,Red social",
        lambda i: [f"q{i}", f"{13 + i}/05/2025 10:00", f"c{i}", "Cliente", "?", "", "X (Twitter)"],
        lambda i: [f"a{i}", f"{13 + i}/05/2025 11:30", "Zelt", "Agente", "sí", f"q{i}", "X (Twitter)"],
    ), {"dayfirst": True, "brand": "Zelt"}),
    "Italian": (talk(
        "ID;Data;Autore;Ruolo;Testo;In risposta a;Canale",
        lambda i: [f"q{i}", f"{13 + i}/05/2025 10:00", f"c{i}", "Cliente", "?", "", "Instagram"],
        lambda i: [f"a{i}", f"{13 + i}/05/2025 11:30", "zelt", "Azienda", "sì", f"q{i}", "Instagram"],
        ";"), {"dayfirst": True, "brand": "Zelt"}),
    "Dutch": (talk(
        "Bericht-ID;Datum;Auteur;Rol;Bericht;Antwoord op;Kanaal",
        lambda i: [f"q{i}", f"{13 + i}-05-2025 10:00", f"c{i}", "Klant", "?", "", "Facebook"],
        lambda i: [f"a{i}", f"{13 + i}-05-2025 11:30", "zelt", "Medewerker", "ja", f"q{i}", "Facebook"],
        ";"), {"dayfirst": True, "brand": "Zelt"}),
    "Sprinklr": (talk(
        "Universal Message Id,Created Time,Message Type,Social Network,Sender Screen Name,Sender Type,"
        "Message,Parent Message Id",
        lambda i: [f"TW_{i}_1", f"05/{13 + i}/2025 11:15:00 AM", "Mention", "TWITTER", f"c{i}",
                   "Customer", "?", ""],
        lambda i: [f"TW_{i}_2", f"05/{13 + i}/2025 12:45:00 PM", "Reply", "TWITTER", "Zelt", "Brand",
                   "x", f"TW_{i}_1"]), {"brand": "Zelt"}),
    "Hootsuite": (talk(
        "Date,Social network,Social profile,Message,Author,Type,Message ID,In reply to message ID",
        lambda i: [f"2025-05-{1 + i:02d} 10:00", "Twitter", "@zelt", "?", f"c{i}", "Inbound", f"q{i}", ""],
        lambda i: [f"2025-05-{1 + i:02d} 11:30", "Twitter", "@zelt", "x", "Zelt", "Outbound", f"a{i}",
                   f"q{i}"]), {"brand": "Zelt"}),
    "Khoros, by conversation": (talk(
        "Conversation ID,Post ID,Post Date,Author,Author Type,Post Text,Network",
        lambda i: [f"C{i}", f"q{i}", f"May {1 + i}, 2025 10:00 AM", f"c{i}", "Customer", "?", "Facebook"],
        lambda i: [f"C{i}", f"a{i}", f"May {1 + i}, 2025 11:30 AM", "Ines", "Agent", "x", "Facebook"],
    ), {"brand": "Zelt"}),
    "Emplifi": (talk(
        "content id,created time (UTC),platform,profile name,author name,author type,message,"
        "parent content id",
        lambda i: [f"q{i}", f"2025-05-{1 + i:02d}T10:00:00Z", "instagram", "zelt", f"c{i}", "user", "?",
                   ""],
        lambda i: [f"a{i}", f"2025-05-{1 + i:02d}T11:30:00Z", "instagram", "zelt", "zelt", "page", "x",
                   f"q{i}"]), {"brand": "Zelt"}),
    "Brandwatch, under a preamble": ("Report:,Mentions\nBrand:,Zelt\nFrom:,2025-05-01\n\n" + talk(
        "Query Name,Date,Snippet,Url,Page Type,Language,Author,Full Text,Resource Id,Reply to,Thread Id",
        lambda i: ["Zelt", f"2025-05-{1 + i:02d} 10:00:00.0", "?", "", "twitter", "fr", f"c{i}",
                   "@zelt ?", f"{100 + i}", "", ""],
        lambda i: ["Zelt", f"2025-05-{1 + i:02d} 11:30:00.0", "x", "", "twitter", "fr", "zelt", "x",
                   f"{200 + i}", f"https://twitter.com/c{i}/status/{100 + i}", ""]), {"accounts": OURS}),
    "Talkwalker, by addresses": (talk(
        "url,published,source_type,extra_author_attributes.name,content,parent_url,lang",
        lambda i: [f"https://x.com/c{i}/status/{100 + i}", f"2025-05-{1 + i:02d} 10:00:00",
                   "SOCIALMEDIA_TWITTER", f"c{i}", "@zelt ?", "", "de"],
        lambda i: [f"https://x.com/zelt/status/{200 + i}", f"2025-05-{1 + i:02d} 11:30:00",
                   "SOCIALMEDIA_TWITTER", "zelt", "x", f"https://x.com/c{i}/status/{100 + i}", "de"]),
        {"accounts": OURS, "mapping": {"post_id": "url"}}),
    "American clock over midnight": (talk(
        "id,time,role,text,parent",
        lambda i: [f"q{i}", f"5/{13 + i}/2025 11:50:00 PM", "customer", "?", ""],
        lambda i: [f"a{i}", f"5/{14 + i}/2025 1:20:00 AM", "agent", "x", f"q{i}"]),
        {"brand": "Zelt", "network": "facebook"}),
    "Latin letters of Windows": (talk(
        "Identifiant;Date et heure;Émetteur;Contenu;Réponse à",
        lambda i: [f"q{i}", f"{13 + i}/05/25 10:00", "Internaute", "déçu", ""],
        lambda i: [f"a{i}", f"{13 + i}/05/25 11:30", "Chargé de clientèle", "désolé", f"q{i}"], ";"),
        {"dayfirst": True, "brand": "Zelt", "network": "facebook", "encoding": "cp1252"}),
    "ids as pandas writes them": (talk(
        "id,created_at,author_role,text,reply_to",
        lambda i: [f"{1000 + i}", f"2025-05-{1 + i:02d} 10:00", "customer", "?", ""],
        lambda i: [f"{2000 + i}", f"2025-05-{1 + i:02d} 11:30", "brand", "x", f"{1000 + i}.0"]),
        {"brand": "Zelt", "network": "facebook"}),
    "durations of Sprinklr": (tickets(
        "Case Number,Case Creation Date,Channel,Customer,First Brand Response SLA,Subject",
        lambda i: [i, f"05/{13 + i}/2025 01:00 PM", "Facebook", f"c{i}", "1h 30m" if i < K else "-", "x"]),
        {"brand": "Zelt", "mapping": {"post_id": "Case Number", "created_at": "Case Creation Date",
                                      "first_response_minutes": "First Brand Response SLA"}}),
    "durations in French": (tickets(
        "Ticket;Créé le;Client;Délai de première réponse;Objet",
        lambda i: [f"t{i}", f"{13 + i}/05/2025 10:00", f"c{i}", "1 h 30 min" if i < K else "n/a", "x"],
        ";"), {"dayfirst": True, "brand": "Zelt", "network": "facebook", "mapping": {
            "post_id": "Ticket", "first_response_hours": "Délai de première réponse"}}),
    "Zendesk Explore": (tickets(
        "Ticket ID,Ticket created - Timestamp,Ticket channel,First reply time (min),Requester ID",
        lambda i: [i, f"2025-05-{1 + i:02d} 10:00", "Twitter", "90" if i < K else "", f"c{i}"]),
        {"brand": "Zelt", "format": "auto"}),
    "HubSpot": (tickets(
        "Ticket ID,Create date,Time to first agent email reply (HH:mm:ss),Ticket owner,Source",
        lambda i: [i, f"2025-05-{1 + i:02d} 10:00", "01:30:00" if i < K else "", "Ines", "Email"]),
        {"brand": "Zelt", "format": "auto"}),
    "Salesforce": (tickets(
        "Case Number,Date/Time Opened,First Response Time (Hours),Case Origin,Case Owner,Status",
        lambda i: [f"{i:08d}", f"5/{13 + i}/2025, 10:00 AM", "1.5" if i < K else "", "Web", "Ines",
                   "Closed"]), {"brand": "Zelt", "format": "auto"}),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_are_read_as_they_are_meant(load: Load, name: str) -> None:
    content, options = EXPORTS[name]
    given = content.encode(options["encoding"]) if "encoding" in options else content
    made = load(given, **{k: v for k, v in options.items() if k != "encoding"})
    assert made.rate() == (K, N)
    assert carekit.first_response(made.dataset).answered_median_minutes[0] == 90


@pytest.mark.parametrize(
    ("header", "states"),
    [
        ("ID,Date,Auteur,Réseau,Message,Statut", ("répondu", "à traiter")),
        ("ID,Datum,Autor,Netzwerk,Nachricht,Status", ("Beantwortet", "offen")),
        ("ID,Fecha,Autor,Red,Mensaje,Estado", ("Respondido", "abierto")),
        ("ID,Date,Author,Network,Message,Replied", ("replied", "no")),
    ],
)
def test_a_state_says_that_a_request_was_answered_and_not_when(
    load: Load, header: str, states: tuple[str, str]
) -> None:
    content = tickets(header, lambda i: [i, f"{13 + i}/05/2025 10:00", f"c{i}", "Facebook", "?",
                                         states[i >= K]])  # fmt: skip
    made = load(content, brand="Zelt", dayfirst=True)
    assert made.rate() == (K, N)
    assert made.said("5 answers of file-0.csv have no time that can be read")
    assert carekit.first_response(made.dataset).within_60_minutes.isna().all()


def test_a_state_that_may_mean_either_stops(refusal: Callable[..., str]) -> None:
    content = tickets("ID,Date,Auteur,Message,Etape", lambda i: [
        i, f"2025-05-{1 + i:02d} 10:00", f"c{i}", "?", "clos" if i < K else "en cours"])  # fmt: skip
    message = refusal(content, brand="Zelt", network="x", mapping={"answered": "Etape"})
    assert "`answered` says neither yes nor no ('clos' × 5)" in message


@pytest.mark.parametrize(
    ("name", "shown", "hidden"),
    [
        ("is_internal", "0", "1"), ("message_type", "public", "internal_note"), ("Privé", "non", "oui"),
        ("kind", "Public", "Note interne"), ("is_public", "true", "false"),
        ("Notatka wewnętrzna", "Nie", "Tak"), ("社内メモ", "いいえ", "はい"), ("Interne Notiz", "Nein", "Ja"),
        ("Dahili not", "Hayır", "Evet"), ("Tipo de mensagem", "Pública", "Nota interna"),
        ("kind", "reply", "note"), ("action", "forward", "Interne Notiz"),
    ],
)  # fmt: skip
def test_notes_are_found_wherever_they_are_named(
    load: Load, name: str, shown: str, hidden: str
) -> None:
    content = talk(
        f"id,created_at,author_role,author_id,text,reply_to,network,{name}",
        lambda i: [f"q{i}", f"2025-05-{1 + i:02d} 10:00", "customer", f"c{i}", "?", "", "x", shown],
        lambda i: [
            f"a{i}",
            f"2025-05-{1 + i:02d} 11:30",
            "agent",
            "Ines",
            "x",
            f"q{i}",
            "x",
            hidden,
        ],
    )
    made = load(content, brand="Zelt")
    assert made.rate() == (0, N)
    assert set(made.posts.author_role) == {"customer", "other"}


def test_a_kind_of_post_that_customers_write_is_no_note_of_colleagues(load: Load) -> None:
    content = talk(
        "id,created_at,author_role,text,reply_to,object",
        lambda i: [f"q{i}", f"2025-05-{1 + i:02d} 10:00", "customer", "?", "", "Note"],
        lambda i: [
            f"a{i}",
            f"2025-05-{1 + i:02d} 11:30",
            "agent",
            "x",
            f"q{i}",
            "Note" if i else "Poll",
        ],
    )
    assert load(content, brand="Zelt", network="mastodon").rate() == (K, N)


@pytest.mark.parametrize(
    ("column", "answers", "words"),
    [
        ("Ref2", lambda i: f"q{i}", "None of the 5 posts by a brand says what it answers"),
        (
            "reply_to",
            lambda i: f"POST-{i}",
            "5 of 5 answers of brands answer posts that are not here",
        ),
    ],
)
def test_answers_that_fit_no_request_are_told_beside_every_rate(
    load: Load, column: str, answers: Callable[[int], str], words: str
) -> None:
    content = talk(
        f"post_id,created_at,author_role,text,{column}",
        lambda i: [f"q{i}", f"2025-05-{1 + i:02d} 10:00", "customer", "?", ""],
        lambda i: [f"a{i}", f"2025-05-{1 + i:02d} 11:30", "brand", "x", answers(i)],
    )
    made = load(content, brand="Zelt", network="facebook")
    assert made.said(words)
    assert words in " ".join(carekit.answer_rate(made.dataset).facts.notes)
