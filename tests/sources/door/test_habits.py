"""Habits of spreadsheets, tools and people: each file is read as its owner means it, or refused.

Twelve requests each, the first five answered after an hour and a half, unless a test says otherwise.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

import carekit

from .conftest import Load, lines

N, K = 12, 5
Row = Callable[[int], list[object]]


def day(i: int) -> str:
    return f"2025-03-{1 + i:02d}"


def french(i: int) -> str:
    return f"{1 + i:02d}/03/2025"


def talk(header: str, asked: Row, answer: Row, delimiter: str = ",") -> str:
    rows = [row(i) for i in range(N) for row in (asked, answer) if row is asked or i < K]
    return lines(header, *rows, delimiter=delimiter)


def each(header: str, row: Row, delimiter: str = ",") -> str:
    return lines(header, *map(row, range(N)), delimiter=delimiter)


def if_answered(i: int, value: object) -> object:
    return value if i < K else ""


HEADER = "Message ID,Created Time,Sender Type,Message,Parent Message Id"
X: dict[str, Any] = {"brand": "Zelt", "network": "x"}
FB: dict[str, Any] = {"brand": "Zelt", "network": "facebook"}
ROLE = {"author_role": "Role"}
WRITTEN: dict[str, Any] = {**X, "mapping": ROLE}  # by customers alone
TICKET: dict[str, Any] = {"format": "tickets", "brand": "Zelt"}


def ask(i: int) -> list[object]:
    return [f"q{i}", f"{day(i)} 10:00", "Customer", "?", ""]


def reply(i: int) -> list[object]:
    return [f"a{i}", f"{day(i)} 11:30", "Brand", "!", f"q{i}"]


def part(low: int, high: int) -> str:
    rows = [row(i) for i in range(low, high) for row in (ask, reply) if row is ask or i < K]
    return lines(HEADER, *rows)


def wide(*names: str, when: Row, delimiter: str = ";") -> str:
    def row(i: int) -> list[object]:
        asked, answered = when(i)
        return [f"k{i}", f"p{i}", "?", asked, if_answered(i, "ok"), if_answered(i, answered)]

    return each(delimiter.join(names), row, delimiter)


READ: dict[str, tuple[Any, dict[str, Any]]] = {
    "ids as formulas of text": (talk(
        "Post ID,Date,Role,Text,In reply to",
        lambda i: [f'="{900 + i}"', f"{day(i)} 10:00", "customer", "?", ""],
        lambda i: [f'="{800 + i}"', f"{day(i)} 11:30", "brand", "!", f"{900 + i}"]), X),
    "ids as links, answers by their label": (talk(
        "Post ID,Date,Role,Text,In reply to",
        lambda i: [f'=HYPERLINK("https://site.example/{i}","m{i}")', f"{day(i)} 10:00", "customer", "?", ""],
        lambda i: [f'=LIEN_HYPERTEXTE("https://site.example/r{i}";"r{i}")', f"{day(i)} 11:30", "brand", "!",
                   f"m{i}"]), X),
    "two exports joined, a BOM before the second": (
        "\ufeff" + part(0, 6) + "\ufeff" + part(6, N), X),
    "a zone in each row": (talk(
        "ID,Date,Fuseau horaire,Role,Message,In reply to",
        lambda i: [f"q{i}", f"{day(i)} 11:00", "Europe/Paris", "customer", "?", ""],
        lambda i: [f"a{i}", f"{day(i)} 06:30", "EST", "brand", "!", f"q{i}"]),
        {**X, "mapping": {"created_at": "Date+Fuseau horaire"}}),
    "offsets in a column": (talk(
        "ID,Date,UTC offset,Role,Message,In reply to",
        lambda i: [f"q{i}", f"{day(i)} 12:00", "+02:00", "customer", "?", ""],
        lambda i: [f"a{i}", f"{day(i)} 11:30", "+00:00", "brand", "!", f"q{i}"]),
        {**X, "mapping": {"created_at": "Date+UTC offset"}}),
    "zones in the headings": (each(
        "Ticket ID,Created at (PST),First reply at (UTC),Status,Agent",
        lambda i: [i, f"{day(i)} 10:00", if_answered(i, f"{day(i)} 19:30"), "closed", "Ana"]), TICKET),
    "serial numbers with twelve decimals, a comma": (talk(
        "ID;Date;Rôle;Message;Réponse à",
        lambda i: [f"q{i}", f"{45717 + i},416666666667", "Client", "?", ""],
        lambda i: [f"a{i}", f"{45717 + i},479166666667", "Marque", "!", f"q{i}"], ";"), X),
    "wide, English": (wide(
        "Case", "Customer", "Customer message", "Customer message date", "Agent reply", "Reply date",
        when=lambda i: [f"{day(i)} 10:00", f"{day(i)} 11:30"]), FB),
    "wide, French": (wide(
        "Dossier", "Client", "Message du client", "Date du message", "Réponse du conseiller",
        "Date de la réponse", when=lambda i: [f"{french(i)} 10:00", f"{french(i)} 11:30"]),
        {**FB, "dayfirst": True}),
    "wide, German": (wide(
        "Vorgang", "Kunde", "Kundennachricht", "Datum der Nachricht", "Antwort des Teams",
        "Datum der Antwort", when=lambda i: [f"{1 + i}.03.2025 10:00", f"{1 + i}.03.2025 11:30"]), FB),
    "wide, Spanish": (wide(
        "Caso", "Cliente", "Mensaje del cliente", "Fecha del mensaje", "Respuesta del agente",
        "Fecha de la respuesta", when=lambda i: [f"{french(i)} 10:00", f"{french(i)} 11:30"]),
        {**FB, "dayfirst": True}),
    "wide, days and clocks apart": (each(
        "N° dossier;Date;Heure;Message du client;Réponse du conseiller;Date de réponse;Heure de réponse",
        lambda i: [f"k{i}", french(i), "10h00", "?", if_answered(i, "ok"), if_answered(i, french(i)),
                   if_answered(i, "11h30")], ";"), {**FB, "dayfirst": True}),
    "Agorapulse, French": (talk(
        "Date de création;Réseau;Profil;Auteur;Contenu;ID élément;ID parent;Sens",
        lambda i: [f"{french(i)} 10:00", "Facebook", "Zelt", f"c{i}", "?", f"q{i}", "", "Entrant"],
        lambda i: [f"{french(i)} 11:30", "Facebook", "Zelt", "Zelt", "!", f"a{i}", f"q{i}", "Sortant"], ";"),
        {"brand": "Zelt", "dayfirst": True}),
    "French words of insurance": (talk(
        "ID;Date;Type d'auteur;Message;Réponse à",
        lambda i: [f"q{i}", f"{day(i)} 10:00", "Adhérent" if i % 2 else "Assuré", "?", ""],
        lambda i: [f"a{i}", f"{day(i)} 11:30", "Chargée de relation client", "!", f"q{i}"], ";"), X),
    "Intercom, conversations": (each(
        "Conversation ID,Conversation started at (UTC),Conversation first replied at (UTC),Channel,"
        "Teammate assigned",
        lambda i: [i, f"{day(i)}T10:00:00Z", if_answered(i, f"{day(i)}T11:30:00Z"), "Chat", "Ana"]), TICKET),
    "Front, seconds": (each(
        "Conversation ID,Inbox,Status,Assignee,First inbound date,First response time (seconds)",
        lambda i: [f"c{i}", "Support", "Archived", "Ana", f"{day(i)} 10:00", if_answered(i, 5400)]), TICKET),
    "HubSpot, milliseconds": (each(
        "Ticket ID,Create date,Ticket owner,Time to First Response (ms)",
        lambda i: [i, f"{day(i)} 10:00", "Ana", if_answered(i, 5_400_000)]), TICKET),
    "Help Scout, 0 minutes and no reply sent": (each(
        "Number,Created At,Status,Assignee,First Response Time (Mins),Replies Sent",
        lambda i: [i, f"{day(i)} 10:00", "Closed", "Ana", 90 if i < K else 0, int(i < K)]), TICKET),
    "Freshdesk, 00:00:00 and no interaction": (each(
        "Ticket ID,Created time,Agent,First response time (in hrs),Agent interactions",
        lambda i: [i, f"{day(i)} 10:00", "Ana", "01:30:00" if i < K else "00:00:00", int(i < K)]), TICKET),
    "German hours with a comma": (each(
        "Ticketnummer;Erstellt am;Erste Antwort (Std);Bearbeiter",
        lambda i: [i, f"{1 + i:02d}.03.25 10:00", if_answered(i, "1,5"), "Ana"], ";"), TICKET),
    "Italian tickets": (each(
        "ID ticket;Data di apertura;Data prima risposta;Stato",
        lambda i: [i, f"{french(i)} 10:00", if_answered(i, f"{french(i)} 11:30"), "chiuso"], ";"),
        {**TICKET, "dayfirst": True}),
    "placeholders in the cells of answers": (each(
        "ID,Date,Author,Message,Reply,Reply date",
        lambda i: [f"m{i}", f"{day(i)} 10:00", f"c{i}", "?", "ok" if i < K else "N.A.",
                   f"{day(i)} 11:30" if i < K else "#N/A"]), FB),
    "a text that says that nobody answers": (each(
        "ID;Date;Auteur;Message;Réponse du conseiller;Date de réponse",
        lambda i: [f"m{i}", f"{day(i)} 10:00", f"c{i}", "?", "ok" if i < K else "Sans suite",
                   if_answered(i, f"{day(i)} 11:30")], ";"), FB),
    "a report of Salesforce, words below it": (each(
        '"Case Number","Case Owner","Date/Time Opened","First Response At"',
        lambda i: [f"{i:08d}", "Ana", f"3/{1 + i}/2025 2:00 PM", if_answered(i, f"3/{1 + i}/2025 3:30 PM")])
        + '\n\n"Cases of March"\n"Confidential"\n"Generated 3/31/2025"\n', TICKET),
    "a row of totals": (each(
        "Ticket ID,Created at,First reply at,Agent",
        lambda i: [i, f"{day(i)} 10:00", if_answered(i, f"{day(i)} 11:30"), "Ana"]) + "Total,,,12\n", TICKET),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_habits_are_read_as_they_are_meant(load: Load, name: str) -> None:
    content, options = READ[name]
    made = load(content, **options)
    assert made.rate() == (K, N)
    assert carekit.first_response(made.dataset).iloc[0].answered_median_minutes == 90


POSTS = [
    dict(zip(("id", "when", "role", "text", "reply_to"), ask(i), strict=True)) for i in range(N)
]
POSTS += [
    dict(zip(("id", "when", "role", "text", "reply_to"), reply(i), strict=True)) for i in range(K)
]
NESTED = [
    {"id": 2**60 + i, "author": {"name": f"p{i}"}, "date": f"{day(i)} 10:00", "text": "?"}
    for i in range(N)
]
NESTED += [{"id": 2**61 + i, "author": {"name": "zelt"}, "date": f"{day(i)} 11:30", "reply_to": 2**60 + i}
           for i in range(K)]  # fmt: skip
MAPPED = {**X, "mapping": {"created_at": "when"}}
LISTED = {"network": "x", "accounts": "account,network,brand\nzelt,x,Zelt\n", "format": "auto"}


@pytest.mark.parametrize(
    ("content", "options"),
    [
        pytest.param(json.dumps(POSTS), MAPPED, id="a list"),
        pytest.param("\n".join(map(json.dumps, POSTS)), MAPPED, id="lines"),
        pytest.param(json.dumps({"total": 17, "posts": POSTS}), MAPPED, id="wrapped"),
        pytest.param(json.dumps(NESTED), LISTED, id="objects inside, long numbers"),
        pytest.param("\n".join(map(json.dumps, NESTED)), LISTED, id="lines, by auto"),
    ],
)
def test_flat_json_is_the_table_it_is(load: Load, content: str, options: dict[str, Any]) -> None:
    made = load(content, name=".json", **options)
    assert made.rate() == (K, N)
    assert made.said("was read as a table of 17 records")


def test_a_broken_record_of_json_costs_one_row(load: Load) -> None:
    records = [
        json.dumps({"id": f"m{i}", "date": day(i % 27), "Role": "customer"}) for i in range(200)
    ]
    made = load("\n".join([*records, '{"id": "x", "da']), name=".json", **WRITTEN)
    assert made.report.n_posts == 200
    assert made.report.n_rejected == 1


def test_json_with_replies_inside_its_records_is_refused(refusal: Callable[..., str]) -> None:
    inside = [{"id": 1, "date": "2025-03-01", "comments": [{"id": 2, "text": "!"}]}]
    message = refusal(json.dumps(inside), name=".json", **X)
    assert "'comments'" in message
    assert "a post each" in message


def waits(*cells: str) -> str:
    return lines(
        "Ticket ID;Created at;First response time (min);Agent",
        *([i, f"{day(i)} 10:00", cell, "Ana"] for i, cell in enumerate(cells)),
        delimiter=";",
    )


@pytest.mark.parametrize(
    ("cells", "median"),
    [
        (("90", "1,440", "2,880"), 1440),
        (("90", "1.440,5", "2.880"), 1440.5),
        (("90", "1\u202f440", "2 880"), 1440),
        (("90,5", "1,250", "0,500"), 1.25),
        (("90", "1'440", "10'000"), 1440),
        (("1500", "1.440", "2.880"), 2.88),
    ],
)
def test_signs_between_thousands_are_told_by_the_column(
    load: Load, cells: tuple[str, ...], median: float
) -> None:
    made = load(waits(*cells), **TICKET)
    wait = carekit.first_response(made.dataset).iloc[0].answered_median_minutes
    assert wait == pytest.approx(median, abs=0.01)
    assert not made.said("factor of 1,000")


def test_thousands_or_decimals_that_nothing_tells_are_said_beside_every_number(load: Load) -> None:
    made = load(waits("1,440", "2,880"), **TICKET)
    assert made.said("factor of 1,000")
    assert "factor of 1,000" in str(carekit.first_response(made.dataset))


def test_waits_in_words_alone_are_answers(load: Load) -> None:
    told = ["2 hours", "about 3 hours", "a few minutes", "less than an hour", "Never", ""]
    rows = [[i, f"{day(i)} 10:00", t, "Ana"] for i, t in enumerate(told)]
    made = load(lines("Ticket ID,Created at,First response time,Agent", *rows), **TICKET)
    assert made.rate() == (4, 6)


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "exports joined whose columns differ": (
        part(0, 6) + "Created Time,Message ID,Sender Type,Message,Parent Message Id\n", X, "another order"),
    "a column of zones that nobody explains": (
        each("ID,Date,Timezone,Role,Message", lambda i: [i, f"{day(i)} 10:00", "EST", "customer", "?"]), X,
        "created_at=Date+Timezone"),
    "a zone of several meanings": (
        each("ID,Created at (CST),Role", lambda i: [i, f"{day(i)} 10:00", "customer"]), X, "--tz"),
    "a clock that may be a wait": (
        each("Case,Created at,Customer message,Agent reply,Reply date,Response time",
             lambda i: [i, f"{day(i)} 10:00", "?", "ok", day(i), "01:30"]), FB, "first_response_hours"),
    "words for writers that nobody knows": (
        talk("ID,Date,Author type,Message,In reply to",
             lambda i: [f"q{i}", f"{day(i)} 10:00", "Quidam", "?", ""],
             lambda i: [f"a{i}", f"{day(i)} 11:30", "Scribe", "!", f"q{i}"]), X, "'Quidam' (12)"),
    "two columns of one name": (
        each("ID,Date,Note,Avis,Réponse,Date", lambda i: [i, day(i), 1, "?", "!", day(i)]), FB, "'Date (2)'"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_mean_two_things_is_asked_for(refusal: Callable[..., str], name: str) -> None:
    content, options, words = REFUSED[name]
    assert words in refusal(content, **options)


def test_the_second_column_of_a_name_can_be_mapped(load: Load) -> None:
    content, options, _ = REFUSED["two columns of one name"]
    mapping = {"created_at": "Date", "reply_created_at": "Date (2)"}
    assert load(content, **options, mapping=mapping).rate() == (N, N)


def test_a_clock_of_twelve_hours_without_am_and_pm_is_said(load: Load) -> None:
    clocks = [f"{1 + i % 12}:05" for i in range(24)]
    rows = [[i, f"{day(i)} {clock}", "customer", "?"] for i, clock in enumerate(clocks)]
    made = load(lines("ID,Date,Role,Message", *rows), **WRITTEN)
    assert made.said("clock of twelve hours")
    afternoon = [*rows, [99, f"{day(0)} 14:00", "customer", "?"]]
    later = load(lines("ID,Date,Role,Message", *afternoon), out="e", **WRITTEN)
    assert not later.said("twelve hours")


def test_answers_before_what_they_answer_are_said_beside_every_number(load: Load) -> None:
    early = talk(HEADER, ask, lambda i: [f"a{i}", f"{day(i)} 01:00", "Brand", "!", f"q{i}"])
    made = load(early, **X)
    assert made.rate() == (K, N)
    assert "5 of 5 answers are dated before what they answer" in str(
        carekit.answer_rate(made.dataset)
    )


def test_tickets_that_the_brand_opened_are_no_requests(load: Load) -> None:
    ways = ["inbound"] * 10 + ["outbound"] * 2
    rows = [[i, f"{day(i)} 10:00", "", way, "Ana"] for i, way in enumerate(ways)]
    made = load(lines("Ticket ID,Created at,First reply at,Direction,Agent", *rows), **TICKET)
    assert made.rate() == (0, 10)
    assert made.report.left_out == {"a ticket that the brand opened": 2}


def test_a_few_words_without_a_time_are_said_beside_every_number(load: Load) -> None:
    rows = [[i, day(i), "?", "transmis", ""] for i in range(4)]
    made = load(lines("ID,Date,Message,Agent reply,Reply date", *rows), **FB)
    assert "the answer rate is too high" in str(carekit.answer_rate(made.dataset))


def test_rows_that_leave_out_the_network_or_the_brand_are_counted(load: Load) -> None:
    rows = [[i, day(i), "customer", "x" if i else "", "Zelt" if i else ""] for i in range(5)]
    made = load(lines("ID,Date,Role,Network,Brand", *rows), mapping=ROLE)
    assert made.said("1 row of file-0.csv names no network")
    assert made.said("1 row of file-0.csv names no brand")


def workbook(*sheets: list[list[object]], merged: tuple[str, ...] = ()) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"S{number}")
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_merged_cells_hold_for_every_row_below(load: Load) -> None:
    rows: list[list[object]] = [["Brand", "ID", "Date", "Role", "Text"]]
    rows += [
        ["Zelt" if i == 0 else None, f"q{i}", f"{day(i)} 10:00", "customer", "?"] for i in range(4)
    ]
    made = load(workbook(rows, merged=("A2:A5",)), name=".xlsx", network="x", mapping=ROLE)
    assert set(made.posts["brand"]) == {"Zelt"}
    assert made.said("1 merged cell is read")


def test_a_cover_sheet_is_no_table(load: Load) -> None:
    cover: list[list[object]] = [["Export of messages"], ["by marketing"]]
    table: list[list[object]] = [HEADER.split(","), *map(ask, range(3)), reply(0)]
    made = load(workbook(cover, table), name=".xlsx", **X)
    assert made.report.n_posts == 4
    assert made.said("the first that holds a table, 'S2'")


def test_a_row_of_totals_is_counted_under_its_own_name(load: Load) -> None:
    content, options = READ["a row of totals"]
    made = load(content, **options)
    assert made.report.left_out == {"a row of totals": 1}
    assert made.report.n_rejected == 0


@pytest.mark.parametrize(("tz", "hour"), [("Europe/Paris", "11"), ("UTC", "10")])
def test_hours_are_those_of_the_zone_of_the_import(load: Load, tz: str, hour: str) -> None:
    utc = talk("ID,Created (UTC),Role,Message,In reply to", ask, reply)
    made = load(utc, tz=tz, **X)
    rates = carekit.answer_rate(made.dataset, by="hour")
    assert rates["hour"].tolist() == [hour]
    assert f"Hours and days are those of {tz}." in str(rates)


def test_hours_are_those_of_the_zone_of_the_brand(load: Load) -> None:
    listed = "account,network,brand,timezone\nzelt,x,Zelt,America/Toronto\n"
    made = load(part(0, N), accounts=listed, tz="Europe/Paris", **X)
    rates = carekit.answer_rate(made.dataset, by="hour,day")
    winter = rates[rates["day"] < "2025-03-09"]
    assert set(winter["hour"]) == {"04"}  # ten in Paris
    assert set(rates["hour"]) == {"04", "05"}
    assert "Hours and days are those of the brands (Europe/Paris, America/Toronto)." in str(rates)
