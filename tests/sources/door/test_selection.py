"""Files that hold the answered requests only; and groups by what an import keeps."""

from __future__ import annotations

import json
from typing import Any

import pytest

import carekit
from carekit.errors import InputError, SelectionError

from .conftest import Load, lines

FB: dict[str, Any] = {"brand": "Zelt", "network": "facebook"}


def talk(n: int, answered: int) -> str:
    rows: list[list[object]] = []
    for i in range(n):
        rows.append([f"q{i}", f"2025-03-{1 + i % 28:02d} 10:00", "customer", "?", ""])
        if i < answered:
            rows.append([f"a{i}", f"2025-03-{1 + i % 28:02d} 11:00", "brand", f"! {i}", f"q{i}"])
    return lines("post_id,created_at,author_role,text,reply_to", *rows)


def tickets(n: int, answered: int) -> str:
    rows = [
        [i, "2025-03-01 10:00", "2025-03-01 11:00" if i < answered else "", "Ana"] for i in range(n)
    ]
    return lines("Ticket ID,Created at,First reply at,Agent", *rows)


def reviews(n: int, answered: int) -> str:
    rows = [
        [f"r{i}", "2025-03-01", 1 + i % 5, f"bof {i}", f"merci {i}" if i < answered else ""]
        for i in range(n)
    ]
    return lines("Review ID,Date,Rating,Review,Owner response", *rows)


KINDS = {
    "posts": (talk, FB),
    "tickets": (tickets, {"format": "tickets", "brand": "Zelt"}),
    "reviews": (reviews, {"brand": "Zelt", "network": "trustpilot"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_in_which_everybody_is_answered_is_an_extract(load: Load, kind: str) -> None:
    make, options = KINDS[kind]
    made = load(make(30, 30), **options)
    with pytest.raises(SelectionError, match="Every one of its 30 requests is answered"):
        made.rate()
    assert load(make(30, 29), out="one", **options).rate() == (29, 30)
    assert load(make(30, 30), out="said", selection="none", **options).rate() == (30, 30)


@pytest.mark.parametrize("kind", KINDS)
def test_a_selection_that_is_said_refuses_the_rate(load: Load, kind: str) -> None:
    make, options = KINDS[kind]
    made = load(make(12, 5), selection="answered_only", **options)
    with pytest.raises(SelectionError):
        made.rate()


def test_an_extract_in_json_is_one_too(load: Load) -> None:
    rows = [dict(zip(("post_id", "created_at", "author_role", "text", "reply_to"), row, strict=True))
            for i in range(30)
            for row in ((f"q{i}", "2025-03-01 10:00", "customer", "?", None),
                        (f"a{i}", "2025-03-01 11:00", "brand", f"! {i}", f"q{i}"))]  # fmt: skip
    made = load(json.dumps(rows), name=".json", **FB)
    with pytest.raises(SelectionError, match="Every one of its 30 requests"):
        made.rate()


def test_a_name_of_a_selection_that_is_none_is_asked_for(load: Load) -> None:
    with pytest.raises(InputError, match="answered_only"):
        load(talk(12, 5), selection="answered-only-posts", **FB)


def test_stars_and_languages_make_groups_and_conditions(load: Load) -> None:
    rows = [[i, "2025-03-01", 1 + i % 5, f"bof {i}", "fr" if i % 2 else "de", "ok" if i < 10 else ""]
            for i in range(20)]  # fmt: skip
    made = load(
        lines("Review ID,Date,Rating,Review,Language,Owner response", *rows), **KINDS["reviews"][1]
    )
    stars = carekit.answer_rate(made.dataset, by="rating")
    assert stars["n"].tolist() == [4] * 5
    assert stars["n_answered"].tolist() == [2] * 5
    assert carekit.answer_rate(made.dataset, by="lang")["n"].tolist() == [10, 10]
    assert made.rate(where="rating <= 2") == (4, 8)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("network = 'facebok'", "No request has the network 'facebok'; there is: facebook."),
        ("network = 'facebok'", "Did you mean 'facebook'?"),
        ("network in ('facebook') and brand = 'zelt'", "there is: Zelt."),
        ("lang = 'fr'", "No request has the lang 'fr'; there is: none at all."),
    ],
)
def test_what_no_request_has_is_said_with_what_there_is(load: Load, where: str, words: str) -> None:
    rates = carekit.answer_rate(load(talk(12, 5), **FB).dataset, where=where)
    assert rates["n"].tolist() == [0]
    assert words in str(rates)


@pytest.mark.parametrize(("option", "words"), [("by", "network"), ("definition", "zendesk")])
def test_names_are_asked_for_with_the_nearest(load: Load, option: str, words: str) -> None:
    with pytest.raises(InputError, match=f"Did you mean '{words}'"):
        load(talk(12, 5), **FB).rate(**{option: words[:-1]})
