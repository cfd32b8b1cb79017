"""A column that says yes or no to being answered is read where its heading asks for that."""

from __future__ import annotations

from typing import Any

import pytest

ROWS = [
    ("1", "2026-03-01 10:00", "5", "Merci"),
    ("2", "2026-03-02 10:00", "1", "Encore en panne"),
    ("3", "2026-03-03 10:00", "2", "Rien ne va"),
]


def table(heading: str, words: list[str]) -> str:
    lines = [f"id,date,rating,text,{heading}"]
    lines += [",".join([*row, word]) for row, word in zip(ROWS, words, strict=True)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("answered", ["yes", "no", "yes"]),
        ("Répondu", ["oui", "non", "oui"]),
        ("Beantwortet", ["true", "false", "1"]),
        ("Answered", ["1.0", "0.0", "1.0"]),
        ("Statut", ["répondu", "à traiter", "répondu"]),
    ],
)
def test_a_stated_answer_counts_and_its_wait_is_unknown(
    load: Any, heading: str, words: list[str]
) -> None:
    made = load(table(heading, words), network="trustpilot", brand="Zelt")
    assert made.rate() == (2, 3)
    assert made.said("2 answers of file-0.csv have no time that can be read")


def test_yes_under_another_heading_is_no_answer(load: Any) -> None:
    made = load(table("Statut", ["oui", "non", "oui"]), network="trustpilot", brand="Zelt")
    assert made.rate() == (0, 3)
