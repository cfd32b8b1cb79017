"""Tickets, inboxes and messages as further tools and languages export them.

Twelve requests each, the first five answered after an hour and a half, unless a test says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import carekit

from .conftest import Load, lines

N, K = 12, 5
Row = Callable[[int], list[object]]
TICKET: dict[str, Any] = {"format": "tickets", "brand": "Zelt"}
FB: dict[str, Any] = {"brand": "Zelt", "network": "facebook"}
DAY = {"dayfirst": True}


def day(i: int) -> str:
    return f"2025-03-{1 + i:02d}"


def slashed(i: int) -> str:
    return f"{1 + i:02d}/03/2025"


def dotted(i: int) -> str:
    return f"{1 + i:02d}.03.2025"


def so(i: int, value: object) -> object:
    """The cell of an answer: empty where there is none."""
    return value if i < K else ""


def each(header: str, row: Row, delimiter: str = ",") -> str:
    return lines(header, *map(row, range(N)), delimiter=delimiter)


def talk(header: str, asked: Row, answer: Row, delimiter: str = ",") -> str:
    rows = [row(i) for i in range(N) for row in (asked, answer) if row is asked or i < K]
    return lines(header, *rows, delimiter=delimiter)


TICKETS: dict[str, tuple[str, dict[str, Any]]] = {
    "Zoho Desk": (each(
        "Ticket Id,Created Time (Ticket),First Response Time (Ticket),Channel,Status (Ticket),Ticket Owner",
        lambda i: [i, f"{day(i)} 10:00:00", so(i, f"{day(i)} 11:30:00"), "Twitter", "Closed", "Ana"]), {}),
    "Gorgias": (each(
        "Ticket id,Ticket created date,First response time (seconds),Channel,Assignee name,Survey score",
        lambda i: [i, f"{day(i)}T10:00:00Z", so(i, 5400), "facebook", "Ana", so(i, 5)]), {}),
    "Gorgias, dates": (each(
        "Ticket id,Created date,First agent response date,Channel,Agent",
        lambda i: [i, f"{day(i)}T10:00:00Z", so(i, f"{day(i)}T11:30:00Z"), "facebook", "Ana"]), {}),
    "Jira Service Management": (each(
        "Issue key,Issue id,Created,Custom field (Time to first response),Status,Assignee,Reporter",
        lambda i: [f"S-{i}", 900 + i, f"{1 + i:02d}/Mar/25 10:00 AM", so(i, "1h 30m"), "Done", "ana",
                   "bo"]), {}),
    "ServiceNow": (each(
        "number,opened_at,u_first_response,contact_type,assigned_to,state",
        lambda i: [f"CS{i:07d}", f"{1 + i:02d}-03-2025 10:00:00", so(i, f"{1 + i:02d}-03-2025 11:30:00"),
                   "Chat", "Ana", "Closed"]), DAY),
    "Dixa": (each(
        "csid,created_at,first_response_at,initial_channel,assignee_name,rating_score,direction",
        lambda i: [i, f"{day(i)} 10:00:00", so(i, f"{day(i)} 11:30:00"), "email", "Ana", "", "Inbound"]), {}),
    "Crisp": (each(
        "Session ID,Created at,First response delay (minutes),State,Assigned operator",
        lambda i: [f"s{i}", f"{day(i)} 10:00:00", so(i, 90), "resolved", "Ana"]), {}),
    "LiveAgent": (each(
        "Ticket code,Date created,First answer time,Department,Status",
        lambda i: [f"ABC-{i}", f"{day(i)} 10:00:00", so(i, "1h 30m"), "Social", "Resolved"]), {}),
    "German": (each(
        "Ticket-Nr.;Erstellt;Erste Reaktion;Kanal;Bearbeiter;Zufriedenheit",
        lambda i: [i, f"{dotted(i)} 10:00", so(i, f"{dotted(i)} 11:30"), "Facebook", "Ana", ""], ";"), {}),
    "Polish": (each(
        "Numer zgłoszenia;Data utworzenia;Data pierwszej odpowiedzi;Kanał;Status",
        lambda i: [i, f"{dotted(i)} 10:00", so(i, f"{dotted(i)} 11:30"), "Facebook", "Zamknięte"], ";"), {}),
    "Portuguese": (each(
        "ID do ticket;Data de criação;Data da primeira resposta;Canal;Agente;Status",
        lambda i: [i, f"{slashed(i)} 10:00", so(i, f"{slashed(i)} 11:30"), "Facebook", "Ana", "Fechado"],
        ";"), DAY),
    "Dutch": (each(
        "Ticketnummer;Aangemaakt op;Eerste reactie op;Kanaal;Medewerker",
        lambda i: [i, f"{1 + i:02d}-03-2025 10:00", so(i, f"{1 + i:02d}-03-2025 11:30"), "Facebook", "Ana"],
        ";"), DAY),
    "Spanish": (each(
        "N.º de ticket;Fecha de apertura;Primera respuesta;Canal;Agente asignado",
        lambda i: [i, f"{slashed(i)} 10:00", so(i, f"{slashed(i)} 11:30"), "Facebook", "Ana"], ";"), DAY),
    "Japanese": (each(
        "チケットID,作成日時,初回返信日時,チャネル,担当者",
        lambda i: [i, f"2025年3月{1 + i}日 10時00分", so(i, f"2025年3月{1 + i}日 11時30分"), "Twitter",
                   "Ana"]), {}),
    "French, minutes": (each(
        "ID du ticket;Ticket créé - Horodatage;Canal du ticket;Délai de première réponse (min);Assigné",
        lambda i: [i, f"{day(i)} 10:00", "Facebook", so(i, 90), "Ana"], ";"), {}),
    "Italian, hours": (each(
        "Numero ticket;Data creazione;Tempo di prima risposta (ore);Stato",
        lambda i: [i, f"{slashed(i)} 10:00", so(i, "1,5"), "chiuso"], ";"), DAY),
    "Sprinklr, cases, told": (each(
        "Case Number,Case Creation Date,Channel,First Brand Response SLA",
        lambda i: [i, f"{day(i)} 10:00", "Facebook", "1h 30m" if i < K else "-"]),
        {"mapping": {"first_response_minutes": "First Brand Response SLA"}}),
    "Kustomer, told": (each(
        "Conversation ID,Conversation Created At,First Response Time,Channels",
        lambda i: [f"c{i}", f"{day(i)}T10:00:00.000Z", so(i, 5400), "facebook"]),
        {"mapping": {"first_response_seconds": "First Response Time"}}),
    "Persian digits": (each(
        "Ticket ID,Created at,First response time (min),Agent",
        lambda i: [i, f"{day(i)} 10:00", so(i, "۹۰"), "Ana"]), {}),
    "a row an event": (lines(
        "Ticket ID,Created at,First reply at,Event,Agent",
        *([i, f"{day(i)} 10:00", so(i, f"{day(i)} 11:30"), event, "Ana"]
          for i in range(N) for event in ("created", "closed"))), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", TICKETS)
def test_tickets_of_further_tools(load: Load, name: str) -> None:
    content, options = TICKETS[name]
    made = load(content, **TICKET, **options)
    assert made.rate() == (K, N)
    assert carekit.first_response(made.dataset).answered_median_minutes[0] == 90


ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
HEADER = "Message ID,Created Time,Sender Type,Message,Parent Message Id"


def ask(i: int) -> list[object]:
    return [f"q{i}", f"{day(i)} 10:00", "Customer", "?", ""]


def reply(i: int) -> list[object]:
    return [f"a{i}", f"{day(i)} 11:30", "Brand", "!", f"q{i}"]


MESSAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "Portuguese": (talk(
        "ID da mensagem;Data;Autor;Tipo de autor;Mensagem;Em resposta a;Rede social",
        lambda i: [f"q{i}", f"{slashed(i)} 10:00", f"k{i}", "Cliente", "?", "", "Facebook"],
        lambda i: [f"a{i}", f"{slashed(i)} 11:30", "Zelt", "Atendente", "!", f"q{i}", "Facebook"], ";"),
        {"brand": "Zelt", **DAY}),
    "Polish": (talk(
        "ID wiadomości;Data;Autor;Rola;Treść;W odpowiedzi na;Kanał",
        lambda i: [f"q{i}", f"{dotted(i)} 10:00", f"k{i}", "Klient", "?", "", "Facebook"],
        lambda i: [f"a{i}", f"{dotted(i)} 11:30", "Zelt", "Pracownik", "!", f"q{i}", "Facebook"], ";"),
        {"brand": "Zelt"}),
    "Japanese": (talk(
        "メッセージID,日時,送信者,種別,本文,返信先",
        lambda i: [f"q{i}", f"2025年3月{1 + i}日 10:00", f"k{i}", "顧客", "?", ""],
        lambda i: [f"a{i}", f"2025年3月{1 + i}日 11時30分", "Zelt", "オペレーター", "!", f"q{i}"]), FB),
    "German, spelled times": (talk(
        "Beitrags-ID;Zeitpunkt;Absendertyp;Text;Antwort auf",
        lambda i: [f"q{i}", f"{1 + i}. März 2025, 10:00 Uhr", "Verbraucher", "?", ""],
        lambda i: [f"a{i}", f"{1 + i}. März 2025, 11:30 Uhr", "Kundenservice", "!", f"q{i}"], ";"), FB),
    "Sprout Social": (talk(
        "Timestamp (EST),Network,Message ID,Message,From,Sent By,Reply to Message ID,Direction",
        lambda i: [f"{day(i)} 10:00:00", "Twitter", f"q{i}", "?", f"@k{i}", "", "", "Received"],
        lambda i: [f"{day(i)} 11:30:00", "Twitter", f"a{i}", "!", "@zelt", "Ana", f"q{i}", "Sent"]),
        {"brand": "Zelt"}),
    "Front": (talk(
        "Message ID,Conversation ID,Direction,Date,Author,Body,Inbox",
        lambda i: [f"m{i}", f"c{i}", "Inbound", f"{day(i)} 10:00", f"k{i}", "?", "FB"],
        lambda i: [f"r{i}", f"c{i}", "Outbound", f"{day(i)} 11:30", "Ana", "!", "FB"]), FB),
    "Agorapulse, answers in the row": (each(
        "Date,Type,Profile,Author,Content,Status,Reviewed by,Reply date",
        lambda i: [f"{day(i)} 10:00", "Comment", "Zelt", f"k{i}", f"? {i}", "Reviewed", "Ana",
                   so(i, f"{day(i)} 11:30")]), FB),
    "Meltwater": (talk(
        "Date,URL,Hit Sentence,Source,Influencer,Document ID,Parent URL",
        lambda i: [f"{1 + i:02d}-Mar-2025 10:00AM", f"https://x.com/k{i}/status/{100 + i}", "@zelt ?",
                   "Twitter", f"@k{i}", f"d{i}", ""],
        lambda i: [f"{1 + i:02d}-Mar-2025 11:30AM", f"https://x.com/zelt/status/{200 + i}", "!", "Twitter",
                   "@zelt", f"e{i}", f"https://x.com/k{i}/status/{100 + i}"]),
        {"accounts": "account,network,brand\nzelt,x,Zelt\n",
         "mapping": {"post_id": "URL", "author_id": "Influencer"}}),
    "tickets, a row a message": (lines(
        "Ticket ID,Message date,From,Body",
        *(row for i in range(N) for row in ([i, f"{day(i)} 10:00", "customer", "?"],
                                            [i, f"{day(i)} 11:30", "agent", "!"])[: 1 + (i < K)])), FB),
    "alike in two threads": (lines(
        "Conversation ID,Date,Sender type,Message",
        *(row for i in range(N) for row in ([f"c{i}", "2025-03-01 10:00", "customer", "?"],
                                            [f"c{i}", "2025-03-01 11:30", "agent", "!"])[: 1 + (i < K)])),
        FB),
    "digits of Arabic": (talk(
        HEADER,
        lambda i: [f"q{i}", f"{day(i)} 10:00".translate(ARABIC), "Customer", "?", ""],
        lambda i: [f"a{i}", f"{day(i)} 11:30".translate(ARABIC), "Brand", "!", f"q{i}"]), FB),
    "signs that nobody sees": (talk(
        HEADER,
        lambda i: [f"\u200fq{i}", f"\u200e{day(i)} 10:00\u200f", "Customer", "?", ""], reply), FB),
    "midnight as 24:00": (talk(
        HEADER, lambda i: [f"q{i}", f"{day(i)} 22:30", "Customer", "?", ""],
        lambda i: [f"a{i}", f"{day(i)} 24:00", "Brand", "!", f"q{i}"]), FB),
    "serial numbers and texts": (talk(
        HEADER, lambda i: [f"q{i}", f"{45717 + i}.416666667" if i % 2 else f"{day(i)} 10:00", "Customer",
                           "?", ""], reply), FB),
    "seconds and milliseconds": (talk(
        HEADER, lambda i: [f"q{i}", 1740823200 + 86400 * i, "Customer", "?", ""],
        lambda i: [f"a{i}", (1740828600 + 86400 * i) * 1000, "Brand", "!", f"q{i}"]), FB),
    "the hour that spring skips": (talk(
        HEADER, lambda i: [f"q{i}", "2025-03-30 01:30", "Customer", "?", ""],
        lambda i: [f"a{i}", "2025-03-30 04:00", "Brand", "!", f"q{i}"]), {**FB, "tz": "Europe/Paris"}),
}  # fmt: skip


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_of_further_tools(load: Load, name: str) -> None:
    content, options = MESSAGES[name]
    made = load(content, **options)
    assert made.rate() == (K, N)
    assert carekit.first_response(made.dataset).answered_median_minutes[0] == 90


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(each("Call SID,Call Date,Call Time,Direction,Answered,Agent", lambda i: [
            f"s{i}", day(i), "10:00", "Inbound", "Yes" if i < K else "No", "Ana"]), id="JustCall"),
        pytest.param(each("Chat ID,Chat start time,Agent replies,Operator", lambda i: [
            i, f"{day(i)} 10:00", 2 if i < K else 0, "Ana"]), id="replies counted"),
        pytest.param(each("Vorgangsnummer;Erstellt am;Beantwortet;Bearbeiter", lambda i: [
            i, f"{dotted(i)} 10:00", "ja" if i < K else "nein", "Ana"], ";"), id="German"),
    ],
)  # fmt: skip
def test_a_ticket_that_only_says_whether_it_was_answered(load: Load, content: str) -> None:
    made = load(content, **TICKET)
    assert made.rate() == (K, N)
    assert made.said("5 answers of file-0.csv have no time that can be read")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(each("Ticket Id,Created Time,First Response Time in Business Hours,Status", lambda i: [
            i, f"{day(i)} 10:00", so(i, "01:30 hrs"), "Closed"]), "business hours only", id="Zoho Desk"),
        pytest.param(each("ID del ticket;Creado el;Primera respuesta (horas laborales);Estado", lambda i: [
            i, f"{day(i)} 10:00", so(i, "1,5"), "cerrado"], ";"), "business hours only", id="Spanish"),
        pytest.param(each("Conversation ID,Conversation Created At,First Response Time,Channels", lambda i: [
            f"c{i}", f"{day(i)}T10:00:00.000Z", so(i, 5400000), "facebook"]),
            "does not say what its numbers count", id="Kustomer"),
    ],
)  # fmt: skip
def test_waits_that_are_no_elapsed_time_are_unknown(load: Load, content: str, words: str) -> None:
    made = load(content, **TICKET)
    assert made.rate() == (K, N)
    assert made.said(words)
    assert carekit.first_response(made.dataset).within_60_minutes.isna().all()


@pytest.mark.parametrize("key", ["Issue key", "Ticket ID"])
def test_what_is_left_of_an_agreed_time_is_no_wait(refusal: Callable[..., str], key: str) -> None:
    content = each(f"{key},Created,Time to first response,Status", lambda i: [
        f"S-{i}", f"{day(i)} 10:00", f"-{1 + i}h" if i > 7 else "2h 30m", "Done"])  # fmt: skip
    assert "what is left of the time that is allowed" in refusal(content, **TICKET)
