"""Answers that never went out are none: drafts, those turned down, those that failed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import carekit
from carekit.sources.files.unsent import REASON

from .conftest import Load, lines

N, K, SENT = 12, 5, 3  # requests, of them with an answer, of these sent


def day(i: int, minute: int = 0) -> str:
    return f"2025-03-{1 + i:02d} 10:{minute:02d}"


def reviews(heading: str, sent: str, not_sent: str) -> str:
    def row(i: int) -> list[object]:
        answer = ["sorry", day(i, 30), sent if i < SENT else not_sent] if i < K else ["", "", ""]
        return [f"r{i}", 2, day(i), "torn", *answer]

    return lines(f"Review ID,Rating,Date,Review,Reply,Reply date,{heading}", *map(row, range(N)))


@pytest.mark.parametrize(
    ("heading", "sent", "not_sent"),
    [
        ("Reply status", "Published", "Draft"),
        ("developerResponseState", "PUBLISHED", "PENDING_PUBLISH"),
        ("Réponse validée ?", "Approuvée", "Rejetée"),
        ("Antwortstatus", "Freigegeben", "Entwurf"),
        ("Reply state", "APPROVED", "REJECTED"),
    ],
)
def test_an_answer_in_the_row_that_was_not_sent(
    load: Load, heading: str, sent: str, not_sent: str
) -> None:
    made = load(reviews(heading, sent, not_sent), network="google_maps", brand="Zelt")
    assert made.rate() == (SENT, N)
    assert made.said(f"2 answers of file-0.csv were not sent ({heading!r}): they count as none")


@pytest.mark.parametrize(
    ("heading", "kept", "missed"),
    [("Response SLA", "Met", "Failed"), ("Survey response", "Completed", "Declined"),
     ("Review status", "Published", "Rejected")],
)  # fmt: skip
def test_what_fails_otherwise_is_an_answer(
    load: Load, heading: str, kept: str, missed: str
) -> None:
    made = load(reviews(heading, kept, missed), network="google_maps", brand="Zelt")
    assert made.rate() == (K, N)


@pytest.mark.parametrize(
    ("heading", "sent", "not_sent"),
    [("delivery_status", "delivered", "failed"), ("status", "published", "draft"),
     ("Statut d'envoi", "Envoyé", "Échec"), ("Zustellung", "gelesen", "nicht zugestellt")],
)  # fmt: skip
@pytest.mark.parametrize("link", ["reply_to", "conversation_id"])
def test_a_message_that_was_not_sent(
    load: Load, link: str, heading: str, sent: str, not_sent: str
) -> None:
    def row(i: int, answer: bool) -> list[object]:
        told = (
            [f"a{i}", "agent", sent if i < SENT else not_sent]
            if answer
            else [f"q{i}", "customer", ""]
        )
        thread = f"q{i}" if answer or link == "conversation_id" else ""
        return [told[0], day(i, 30 if answer else 0), told[1], "?", thread, told[2]]

    rows = [row(i, answer) for i in range(N) for answer in (False, True)[: 1 + (i < K)]]
    made = load(
        lines(f"id,created_at,role,text,{link},{heading}", *rows), network="x", brand="Zelt"
    )
    assert made.rate() == (SENT, N)
    assert made.report.left_out == {REASON: K - SENT}


@pytest.mark.parametrize(
    ("waits", "said"),
    [(lambda i: 2 if i % 5 else 5400, True), (lambda i: 90 if i % 5 else 5400, False),
     (lambda i: 2 if i < 4 else 5400, False)],
)  # fmt: skip
def test_answers_within_seconds_whose_texts_are_not_here_are_said(
    load: Load, waits: Callable[[int], int], said: bool
) -> None:
    rows = [[i, day(i), "" if i % 4 == 0 else waits(i), "chat"] for i in range(28)]
    content = lines("Ticket ID,Created at,First response time (seconds),Channel", *rows)
    made = load(content, format="tickets", brand="Zelt")
    assert made.rate() == (21, 28)
    told = [c for c in made.dataset.manifest.cautions if "came within 10 seconds" in c]
    assert bool(told) == said
    assert "came within" in str(carekit.answer_rate(made.dataset).attrs) or not said
