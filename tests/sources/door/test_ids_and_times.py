"""Times in many spellings, ids that lost digits, questions and answers in files of their own, copies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import carekit

from .conftest import Load, lines
from .test_tools import FB, HEADER, K, N, ask, day, reply

QUESTIONS = lines(HEADER, *map(ask, range(N)))
ANSWERS = lines(HEADER, *map(reply, range(K)))


@pytest.mark.parametrize(
    "told",
    [
        "12 mars 2024 à 14h05", "mar. 12 mars 2024 14:05", "12/03/2024 14h05", "12.03.2024, 14:05 Uhr",
        "12. März 2024 14:05", "12 de marzo de 2024, 14:05", "12 mar 2024 14:05", "12 marzo 2024 ore 14:05",
        "12 maart 2024 om 14:05", "12 de março de 2024 às 14:05", "Mar 12, 2024, 2:05 PM",
        "Mar 12, 2024, 2:05\u202fPM", "12-Mar-2024 02:05PM", "Tuesday, March 12th 2024 2:05 p.m.",
        "2024/03/12 14:05", "20240312140500", "2024年3月12日 14時05分", "2024年3月12日 14:05",
        "45363,586805556", "1710252300", "1710252300000", "2024-03-12T15:05:00+01:00", "2024-03-12 09:05 EST",
    ],
)  # fmt: skip
def test_one_time_in_the_spellings_of_exports(load: Load, told: str) -> None:
    content = lines("id;date;role;text", ["1", told, "client", "?"], delimiter=";")
    made = load(content, **FB, mapping={"author_role": "role"}, dayfirst=True)
    assert [t.strftime("%Y-%m-%d %H:%M") for t in made.posts.created_at] == ["2024-03-12 14:05"]


@pytest.mark.parametrize(
    "told", ["vor 3 Tagen", "il y a 2 h", "ayer", "3 days ago", "Woche 12", "31 février 2024"]
)
def test_times_that_name_no_moment_are_refused(refusal: Callable[..., str], told: str) -> None:
    rows = [["0", "2024-03-12 10:00", "client", "?"], ["1", told, "client", "?"]]
    mapping = {"author_role": "role", "created_at": "date"}
    message = refusal(lines("id,date,role,text", *rows), **FB, mapping=mapping)
    assert "1 of 2 rows of file-0.csv (50.0%) cannot be read: 1 × created_at is no time" in message


@pytest.mark.parametrize("place", [0, 4])
@pytest.mark.parametrize("lost", ["1,23457E+17", "1.23457E+17", "1,7650000000000123e+18", "1E+17"])
@pytest.mark.parametrize("header", [HEADER, "Nachrichten-ID,Datum,Rolle,Nachricht,Antwort auf"])
def test_ids_that_lost_their_digits_stop_the_import(
    refusal: Callable[..., str], place: int, lost: str, header: str
) -> None:
    rows = [list(map(str, row(i))) for i in range(N) for row in (ask, reply)[: 1 + (i < K)]]
    for row in rows:
        row[place] = lost if row[place] else ""
    assert "its last digits are lost" in refusal(lines(header, *rows), **FB)


@pytest.mark.parametrize("turn", [lambda n: f"{float(n):.1f}", lambda n: f"{int(float(n))}"])
def test_ids_that_pandas_rounded_without_a_sign_of_it_are_said(
    load: Load, turn: Callable[[int], str]
) -> None:
    rows = [[f"{2**60 + 321 * i}", *ask(i)[1:]] for i in range(N)]
    rows += [[f"{2**61 + i}", *reply(i)[1:4], turn(2**60 + 321 * i)] for i in range(1, K + 1)]
    made = load(lines(HEADER, *rows), **FB)
    assert "answer posts that are not here" in str(carekit.answer_rate(made.dataset))


def as_json(content: str) -> str:
    head, *rows = [line.split(",") for line in content.splitlines()]
    return "\n".join(json.dumps(dict(zip(head, row, strict=True))) for row in rows)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("form", [str, as_json])
@pytest.mark.parametrize("looks", [1, 2])
def test_questions_and_answers_in_files_of_their_own(
    load: Load, order: int, form: Callable[[str], str], looks: int
) -> None:
    files = [form(QUESTIONS), form(ANSWERS)][::order]
    options: dict[str, Any] = {**FB, "mapping": {"author_role": "Sender Type"}}
    options["name"] = ".csv" if form is str else ".json"
    for part in [files] if looks == 1 else [[f] for f in files]:
        made = load(*part, **options)
    assert made.rate() == (K, N)
    assert "No post here is by a brand" not in str(carekit.answer_rate(made.dataset))


@pytest.mark.parametrize(
    ("word", "role"),
    [("CC", "customer"), ("in Kopie", "customer"), ("Copie", "other"), ("Follower CC", "other")],
)  # fmt: skip
def test_who_is_in_copy_is_asked_for_and_never_the_brand(
    load: Load, refusal: Callable[..., str], word: str, role: str
) -> None:
    rows = [row(i) for i in range(N) for row in (ask, reply)[: 1 + (i < K)]]
    rows += [[f"c{i}", f"{day(i)} 10:30", word, "ich auch", f"q{i}"] for i in range(N)]
    content = lines(HEADER, *rows)
    assert repr(word) in refusal(content, **FB, mapping={"author_role": "Sender Type"})
    made = load(content, **FB, mapping={"author_role": "Sender Type"}, roles={word: role})
    assert made.rate() == (K, N)
    assert carekit.first_response(made.dataset).answered_median_minutes[0] == 90


@pytest.mark.parametrize(
    "zone", ["UTC+2", "GMT+0200 (CEST)", "+02", "(UTC+02:00)", "(GMT+2)", "CEST", "MESZ"]
)
def test_zones_behind_a_time_hold(load: Load, zone: str) -> None:
    rows = [[*ask(i)[:1], f"{day(i)} 12:00 {zone}", *ask(i)[2:]] for i in range(N)]
    rows += [[*reply(i)[:1], f"{day(i)} 11:30 UTC", *reply(i)[2:]] for i in range(K)]
    made = load(lines(HEADER, *rows), **FB)
    assert made.rate() == (K, N)
    assert carekit.first_response(made.dataset).answered_median_minutes[0] == 90


@pytest.mark.parametrize(
    ("heading", "cell", "minutes", "doubtful"),
    [("First response time (mm:ss)", "90:00", 90, False), ("First response time", "90:00", 5400, True),
     ("First response time (hh:mm)", "01:30", 90, False), ("First response time", "01:30:00", 90, False),
     ("First response time (hh:mm:ss)", "01:30:00", 90, False),
     ("初回応答日時", "2025年3月{} 11:30", 90, False)],
)  # fmt: skip
def test_of_what_the_parts_of_a_duration_are(
    load: Load, heading: str, cell: str, minutes: float, doubtful: bool
) -> None:
    rows = [
        [i, f"{day(i)} 10:00", cell.format(f"{int(day(i)[-2:])}日") if i < K else ""]
        for i in range(N)
    ]
    made = load(lines(f"Ticket ID,Created at,{heading}", *rows), format="tickets", brand="Zelt")
    assert made.rate(definition="zendesk") == (K, N)
    waits = carekit.first_response(made.dataset, definition="zendesk")
    assert waits.answered_median_minutes[0] == minutes
    told = [c for c in made.dataset.manifest.cautions if "60 times too long" in c]
    assert bool(told) == doubtful


@pytest.mark.parametrize(
    "told",
    ["1h30", "01h30", "1 hora 30 minutos", "1 ora e 30 minuti", "1 uur 30 minuten", "1 godz. 30 min",
     "1 h. 30 min.", "PT1H30M", "5400s", "0d 1h 30m", "1,5 Std."],
)  # fmt: skip
def test_waits_in_further_spellings(load: Load, told: str) -> None:
    rows = [[i, f"{day(i)} 10:00", told if i < K else "", "Ana"] for i in range(N)]
    header = "Ticket ID,Created at,First response time,Agent"
    made = load(lines(header, *rows), format="tickets", brand="Zelt")
    assert made.rate() == (K, N)
    assert carekit.first_response(made.dataset).answered_median_minutes[0] == 90


@pytest.mark.parametrize("told", ["~90 min", "> 1 h", "1½ h", "90 λεπτά"])
def test_waits_that_cannot_be_read_are_said(load: Load, told: str) -> None:
    rows = [[i, f"{day(i)} 10:00", told if i < K else "", "Ana"] for i in range(N)]
    header = "Ticket ID,Created at,First response time (min),Agent"
    made = load(lines(header, *rows), format="tickets", brand="Zelt")
    assert made.rate() == (K, N)
    assert made.said("have no time that can be read")


def test_answers_in_rows_of_their_own_without_a_time_are_said(load: Load) -> None:
    rows = [ask(i) for i in range(N)] + [[*reply(i)[:1], "bald", *reply(i)[2:]] for i in range(K)]
    made = load(lines(HEADER, *rows), **FB, mapping={"created_at": "Created Time"})
    assert made.rate() == (K, N)
    assert made.said("5 answers in rows of their own have no time that can be read")
    assert carekit.first_response(made.dataset).within_60_minutes.isna().all()


@pytest.mark.parametrize(
    ("heading", "of_brand"),
    [
        ("from_page", True), ("is_owner", True), ("est_conseiller", True), ("Marque ?", True),
        ("ist_mitarbeiter", True), ("es_agente", True), ("fromMe", True), ("outgoing", True),
        ("de_empresa", True), ("von_uns", True), ("is_customer", False), ("est_client", False),
        ("ist_kunde", False), ("inbound", False), ("es_del_usuario", False),
    ],
)  # fmt: skip
def test_yes_and_no_are_of_the_side_that_the_heading_names(
    load: Load, heading: str, of_brand: bool
) -> None:
    rows = [[*row(i)[:2], str((row is reply) == of_brand).lower(), *row(i)[3:]]
            for i in range(N) for row in (ask, reply)[: 1 + (i < K)]]  # fmt: skip
    header = HEADER.replace("Sender Type", heading)
    made = load(lines(header, *rows), **FB, mapping={"author_role": heading})
    assert made.rate() == (K, N)


@pytest.mark.parametrize("heading", ["flag", "Typ", "x1", "Spalte"])
def test_yes_and_no_of_nobody_are_asked_for(
    load: Load, refusal: Callable[..., str], heading: str
) -> None:
    rows = [[*row(i)[:2], str(row is reply).lower(), *row(i)[3:]]
            for i in range(N) for row in (ask, reply)[: 1 + (i < K)]]  # fmt: skip
    content = lines(HEADER.replace("Sender Type", heading), *rows)
    mapping = {"author_role": heading}
    assert "its name does not tell of whom" in refusal(content, **FB, mapping=mapping)
    roles = {"true": "brand", "false": "customer"}
    assert load(content, **FB, mapping=mapping, roles=roles).rate() == (K, N)
