"""Tables of agencies with the answer in the row: what stands for no answer, and rows without ids."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import carekit

from .conftest import Load, lines

HEAD = "Ticket ID,Channel,Created"


def table(extra: str, *cells: tuple[object, ...]) -> str:
    """Requests on Facebook, one an hour, with further columns."""
    rows = [(i, "Facebook", f"2025-05-13 {10 + i}:00", *c) for i, c in enumerate(cells)]
    return lines(f"{HEAD},{extra}", *rows)


@pytest.mark.parametrize(
    ("extra", "cells"),
    [
        ("Answered,First response (hh:mm)", [("Yes", "01:30"), ("No", "00:00"), ("No", "0:00:00")]),
        ("Replied,FRT (min)", [("oui", "90"), ("non", "0"), ("non", "")]),
        ("First response time (minutes),Status", [("90", "Closed"), ("0", "Open"), ("-1", "New")]),
        ("First reply time (hours),Statut", [("1,5", "clos"), ("0,0", "à traiter"), ("-", "nouveau")]),
        ("First reply at", [("2025-05-13 11:30",), ("0000-00-00 00:00:00",), ("1970-01-01 00:00:00",)]),
        ("First reply at", [("2025-05-13 11:30",), ("01/01/1900",), ("n/a",)]),
        ("First response time", [("1h 30m",), ("Not yet",), ("No reply in 30 days",)]),
        ("First response time", [("0 days 01:30:00",), ("NaT",), ("",)]),
        ("First response time", [("1 hr 30 min",), ("",), ("-",)]),
        ("First reply at,Answered", [("2025-05-13 11:30", "1"), ("", "0"), ("null", "0")]),
    ],
)  # fmt: skip
def test_what_stands_for_no_answer_is_none(
    load: Load, extra: str, cells: list[tuple[object, ...]]
) -> None:
    made = load(table(extra, *cells), format="tickets", brand="Zelt")
    assert made.rate() == (1, 3)
    assert carekit.first_response(made.dataset).answered_median_minutes[0] == 90


def test_an_answer_that_is_said_counts_without_its_time(load: Load) -> None:
    made = load(
        table("Answered,FRT (min)", ("yes", "90"), ("yes", ""), ("no", "")), format="tickets"
    )
    assert made.rate() == (2, 3)
    assert made.said("1 answer of file-0.csv has no time that can be read")


def test_zeros_that_may_stand_for_no_answer_are_told_beside_every_number(load: Load) -> None:
    made = load(
        table("FRT (min),Agent", ("90", "Ines"), ("0", ""), ("0", "Ines")), format="tickets"
    )
    told = "2 answers of file-0.csv came after 0 minutes"
    assert made.rate() == (3, 3)
    assert told in " ".join(carekit.answer_rate(made.dataset).facts.notes)


@pytest.mark.parametrize(
    ("extra", "cells"),
    [
        ("First response by,First response time (min)", [("Ines", "90"), ("", ""), ("", "")]),
        ("First response within 24 hours,FRT (min)", [("Yes", "90"), ("No", ""), ("No", "")]),
    ],
)  # fmt: skip
def test_columns_about_the_first_answer_that_hold_no_wait_are_not_read_as_one(
    load: Load, extra: str, cells: list[tuple[object, ...]]
) -> None:
    made = load(table(extra, *cells), format="tickets", brand="Zelt")
    assert made.rate() == (1, 3)


def test_the_text_of_a_first_answer_is_no_time_of_it(load: Load) -> None:
    made = load(
        table("First agent message,Agent", ("Good morning", "Ines"), ("", "")), format="tickets"
    )
    assert made.said("No post of file-0.csv is by a brand")


def test_what_a_duration_of_zero_says_beside_the_rest_of_its_row(load: Load) -> None:
    rows = [("90", "Danke"), ("0", "Danke"), ("0", ""), ("No reply in 0 days", "")]
    written = [(i, "2025-05-13 10:00", f"c{i}", "?", *r) for i, r in enumerate(rows)]
    header = "id,date,author,text,first_response_minutes,reply_text"
    made = load(lines(header, *written), network="facebook", brand="Zelt")
    assert made.rate() == (3, 4)
    assert made.said("1 answer of file-0.csv came after 0 minutes, and nothing in its row")


def test_what_a_row_says_against_itself_is_told(load: Load) -> None:
    made = load(
        table(
            "Answered,FRT (min)", ("no", "90"), ("yes", "30"), ("yes", "-5"), ("", "-1"), ("no", "")
        ),
        format="tickets",
    )
    assert made.rate() == (3, 5)
    assert made.said("1 row of file-0.csv says that there was no answer ('Answered') and holds one")
    assert made.said("2 rows of file-0.csv hold a wait below 0")


INBOX = (
    "Date;Type;Profile;Author;Content;First reply at\n"
    "13/05/2025 10:00;Comment;Zelt (page);Ana;Wo ist meine Karte?;13/05/2025 11:30\n"
    "13/05/2025 11:00;Private message;Zelt (page);Bo;Ich komme nicht rein;13/05/2025 11:10\n"
    "13/05/2025 12:00;Mention;Zelt (page);Cy;immer noch kaputt;\n"
    "13/05/2025 12:00;Mention;Zelt (page);Cy;immer noch kaputt;\n"
    "13/05/2025 13:00;Comment;Zelt (page);Zelt (page);Neues vom Zelt;\n"
)


def test_an_inbox_without_ids_is_read_and_alike_rows_count_once(load: Load) -> None:
    made = load(INBOX, format="auto", dayfirst=True, network="facebook", brand="Zelt")
    assert made.rate() == (2, 3)
    assert made.said("no column of ids: rows that are alike in Profile, Author, Date, Content")
    assert made.said("1 row of file-0.csv is written by the account named there ('Profile')")
    private = made.posts.visibility[made.posts.text == "Ich komme nicht rein"]
    assert list(private) == ["private"]


def test_rows_that_nothing_tells_apart_are_refused(load: Load, refusal: Callable[..., str]) -> None:
    days = [("2025-05-13", "Ana"), ("2025-05-13", "Ana")]
    for header, rows in (
        ("Date,First reply at", [("2025-05-13 10:00", ""), ("2025-05-13 10:00", "")]),
        ("Date,Author,First reply at", [(*day, "2025-05-14") for day in days]),
    ):
        assert "has no column 'post_id'" in refusal(lines(header, *rows), network="x")
    bare = lines(
        "Date,Author,Message,First reply at",
        ("2025-05-13 10:00", "", "", "2025-05-13 11:00"),
        ("2025-05-13 10:00", "", "", ""),
        ("2025-05-13 10:00", "Ana", "", ""),
    )
    made = load(bare, network="x", accept_rejected=True)
    assert made.report.rejected == {
        "no id, and neither a text nor an author to tell it from others": 2
    }


def test_durations_and_stars_of_other_tables(load: Load) -> None:
    asked = lines(
        "Message Type,Social Network,From User,Message,Created Time,Brand Response Time (mins),"
        "Brand Responded,Permalink",
        *[("Mention", "TWITTER", f"c{i}", "?", f"2025-05-13 1{i}:00", 90 if i < 2 else "",
           "Yes" if i < 2 else "No", f"https://x.com/c{i}/status/{10 + i}") for i in range(5)],
    )  # fmt: skip
    made = load(asked, format="auto", brand="Zelt")
    assert made.rate() == (2, 5)
    stars = lines(
        "Review ID,App,Rating,Review,Date,Developer reply,Reply date",
        (1, "Zelt", "4,0", "gut", "2025-05-13 10:00", "n/a", "n/a"),
        (2, "Zelt", "1,0", "schlecht", "2025-05-13 10:00", "Danke", "2025-05-13 11:30"),
        (3, "Zelt", "2.0", "lahm", "2025-05-13 10:00", "-", "None"),
    )
    made = load(stars, format="auto", network="google_play", out="stars")
    assert made.rate() == (1, 3)
    assert sorted(made.posts.rating.dropna()) == [1, 2, 4]


@pytest.mark.parametrize("nothing", ["0", "-1", "0.0", "own"])
def test_what_answers_nothing_opens_a_thread(load: Load, nothing: str) -> None:
    rows = [
        (i, who, f"2025-05-13 1{i}:00", "?", to or (i if nothing == "own" else nothing))
        for i, who, to in [(1, "customer", ""), (2, "brand", 1), (3, "customer", "")]
    ]
    made = load(lines("id,author_role,created_at,text,parent id", *rows), network="x", brand="Zelt")
    assert made.rate() == (1, 2)


def test_an_answer_text_that_says_there_is_none(load: Load) -> None:
    texts = [
        "No response",
        "Keine Antwort",
        "pas encore répondu",
        "non répondu",
        "Nothing we can do",
    ]
    content = lines(
        "Review ID,Rating,Review,Date,Owner response",
        *[(i, 1, "bad", "2025-05-13 10:00", t) for i, t in enumerate(texts)],
    )
    made = load(content, network="google_my_business", brand="Zelt")
    assert made.rate() == (1, 5)


REVIEWS = "ID,Date,Author,Review,Answer of the owner"


@pytest.mark.parametrize(
    "none",
    ["Brak odpowiedzi", "Bez odpowiedzi.", "Yanıt yok", "Henüz yanıtlanmadı", "返信なし", "未返信"],
)
def test_that_there_is_no_answer_in_further_languages(load: Load, none: str) -> None:
    texts = ["Sorry, call us", "On its way", none, none, none]
    rows = [(i, f"2025-05-{13 + i} 10:00", f"ann{i}", "bad", t) for i, t in enumerate(texts)]
    made = load(lines(REVIEWS, *rows), network="google_maps", brand="Zelt",
                mapping={"reply_text": "Answer of the owner"})  # fmt: skip
    assert made.rate() == (2, 5)
    assert not made.dataset.manifest.cautions


@pytest.mark.parametrize("often", [3, 2])
def test_one_text_of_many_answers_without_a_time_is_said(load: Load, often: int) -> None:
    texts = ["Sorry, call us", "On its way", "We look into it", *["Nikt nie zareagowal"] * often]
    rows = [(i, f"2025-05-{13 + i} 10:00", f"ann{i}", "bad", t) for i, t in enumerate(texts)]
    made = load(lines(REVIEWS, *rows), network="google_maps", brand="Zelt",
                mapping={"reply_text": "Answer of the owner"})  # fmt: skip
    said = [c for c in made.dataset.manifest.cautions if "are the same few words" in c]
    assert [c[:9] for c in said] == ["3 answers"] * (often == 3)


def test_dates_that_fit_both_orders_are_said_beside_every_number(load: Load) -> None:
    rows = [(i, f"0{1 + i}/02/2025 10:00", "?", "x", f"0{2 + i}/02/2025 10:00") for i in range(4)]
    content = lines("id,created_at,text,reply_text,reply_created_at", *rows)
    made = load(content, network="x", brand="Zelt")
    assert any(
        "8 dates of file-0.csv" in c and "--dayfirst" in c for c in made.dataset.manifest.cautions
    )
    told = load(content, network="x", brand="Zelt", dayfirst=True, out="told")
    assert not told.dataset.manifest.cautions
    assert carekit.first_response(told.dataset).answered_median_minutes[0] == 24 * 60


def test_times_as_a_spreadsheet_counts_them_are_no_days(load: Load) -> None:
    rows = [(1, "customer", 45790.4166666667, "?", ""), (2, "brand", 45790.4791666667, "x", 1)]
    made = load(lines("id,author_role,created_at,text,parent id", *rows), network="x", brand="Zelt")
    assert not made.said("holds days")
    assert carekit.first_response(made.dataset).answered_median_minutes[0] == 90
