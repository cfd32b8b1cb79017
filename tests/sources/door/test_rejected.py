"""Rows lost because of their answer: counted as answered, or the import stops and says whom it lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import carekit
from carekit.dataset.check import check_dataset
from carekit.dataset.schema import NEVER_SAID
from carekit.requests.definitions import Definition
from carekit.sources.files.rejecting import shown

from .conftest import Load, lines

REVIEW = (
    "post_id=Ref,created_at=Le,text=Avis,rating=Note,reply_text=Retour,reply_created_at=Retour le"
)


def mapping(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split(","))


def reviews(n: int, when: Callable[[int], str]) -> str:
    """`n` reviews, every other one answered at `when`."""
    rows = [
        [f"r{i}", f"2025-05-{1 + i % 28:02d} 08:00", f"avis {i}", 1 + i % 5,
         "Merci" if i % 2 else "", when(i) if i % 2 else ""]
        for i in range(n)
    ]  # fmt: skip
    return lines("Ref,Le,Avis,Note,Retour,Retour le", *rows)


@pytest.mark.parametrize(
    "when",
    [
        pytest.param(lambda i: "", id="no date at all"),
        pytest.param(lambda i: f"sous {i} jours", id="words"),
        pytest.param(lambda i: f"{i % 24:02d}:30:00", id="a duration in place of a time"),
        pytest.param(lambda i: "2025-02-31", id="a day that is none"),
    ],
)
def test_an_answer_without_a_time_is_an_answer(load: Load, when: Callable[[int], str]) -> None:
    made = load(reviews(40, when), mapping=mapping(REVIEW), network="trustpilot", brand="Zelt")
    assert made.rate() == (20, 40)
    assert made.report.n_rejected == 0
    assert made.said("20 answers of file-0.csv have no time that can be read")
    waits = carekit.first_response(made.dataset)
    assert waits.n_answered[0] == 20
    assert waits[["within_60_minutes", "answered_median_minutes"]].isna().all(axis=None)
    assert waits["flags"][0] == "incomplete"
    assert "20 answered requests are known within limits only" in waits.facts.notes[0]


def test_an_answer_in_a_row_of_its_own_without_a_time(load: Load) -> None:
    header = "id,when,who,re,text"
    rows = [[f"q{i}", f"2025-05-{1 + i:02d} 10:00", "client", "", "?"] for i in range(10)]
    rows += [[f"a{i}", "bientôt", "marque", f"q{i}", "oui"] for i in range(6)]
    named = "post_id=id,created_at=when,author_role=who,reply_to=re"
    made = load(lines(header, *rows), mapping=mapping(named), network="facebook")
    assert made.rate() == (6, 10)
    late = made.posts.loc["facebook:a3"]
    assert late.created_at == made.posts.created_at["facebook:q3"]
    assert f"{late.created_until:%Y-%m-%d}" == NEVER_SAID  # not before the import: any time
    waits = carekit.first_response(made.dataset)
    assert waits["within_60_minutes"].isna().all()
    assert "answered_median_minutes from 0 on" in waits.facts.notes[0]


def test_the_last_look_limits_what_is_not_known(load: Load) -> None:
    content = reviews(40, lambda i: "")
    options = {"mapping": mapping(REVIEW), "network": "trustpilot", "brand": "Zelt"}
    made = load(content, **options, observed_at="2025-06-30")
    late = made.posts.created_until.dropna()
    assert set(late.dt.strftime("%Y-%m-%d")) == {"2025-06-30"}


def test_a_definition_with_a_window_says_which_answers_may_be_too_late(load: Load) -> None:
    made = load(
        reviews(40, lambda i: ""), mapping=mapping(REVIEW), network="trustpilot", brand="Zelt"
    )
    ours = Definition("ours", "a contract", "2026", unit="opening", window_minutes=120)
    rates = carekit.answer_rate(made.dataset, definition=ours)
    late = "answers that may have come too late for the definition, and count"
    assert rates.facts.left_out[late] == 20


@pytest.mark.parametrize(
    ("header", "row", "why"),
    [
        ("id,when,who,re", lambda i: [f"q{i}", "2025-05-01 10:00", "client", ""], None),
        (
            "id,when,who,re",
            lambda i: [f"10{i}", "2025-05-01 10:00", "marque", f"1.0{i}E+17"],
            "reply_to in scientific notation: its last digits are lost ('1.00E+17'",
        ),
        (
            "id,when,who,re",
            lambda i: [f"1,2345{i}E+18", "2025-05-01 10:00", "marque", ""],
            "post_id in scientific notation: its last digits are lost ('1,23450E+18'",
        ),
        (
            "id,when,who,re",
            lambda i: [f"q{i}", "demain", "client", ""],
            "created_at is no time that can be read ('demain' × 9)",
        ),
    ],
)
def test_more_than_one_in_a_hundred_stops(
    refusal: Callable[..., str], load: Load, header: str, row: Callable[[int], list[str]], why: str
) -> None:
    good = [[f"k{i}", "2025-05-01 10:00", "client", ""] for i in range(60)]
    content = lines(header, *good, *(row(i) for i in range(9)))
    options = {"mapping": mapping("post_id=id,created_at=when,author_role=who,reply_to=re"),
               "network": "x"}  # fmt: skip
    if why is None:
        assert load(content, **options).report.n_rejected == 0
        return
    message = refusal(content, **options)
    assert message.startswith("9 of 69 rows of file-0.csv (13.0%) cannot be read: 9 × ")
    assert why in message
    assert "--accept-rejected" in message


def test_what_was_accepted_is_said_beside_every_number(load: Load) -> None:
    good = [[f"q{i}", "2025-05-01 10:00", "client", "", "Zelt"] for i in range(30)]
    bad = [[f"a{i}", "2025-05-01 12:00", "marque", f"1.{i}E+17", "Zelt"] for i in range(10)]
    made = load(
        lines("id,when,who,re,brand", *good, *bad),
        mapping=mapping("post_id=id,created_at=when,author_role=who,reply_to=re"),
        network="x",
        accept_rejected=True,
    )
    part = made.dataset.manifest.parts[0]
    assert part.rejected == {"role=brand": 10, "holds an answer": 10, "brand=Zelt": 10}
    rates = carekit.answer_rate(made.dataset)
    assert rates.estimate[0] == 0
    assert "between 0.0% and 33.3%" in rates.facts.notes[-1]
    found = check_dataset(made.dataset.path)
    assert "more than 1 % of a file" in found.what[found.level == "error"].iloc[0]
    assert made.rejected[0].endswith("lost: '1.0E+17'")


def test_empty_rows_and_rows_that_are_no_posts_are_no_rejections(load: Load) -> None:
    rows = [["1", "2025-05-01 10:00", "client", "a", "no"], ["", "", "", "", ""], [],
            ["2", "2025-05-02 10:00", "client", "RT @acme: b", "no"],
            ["3", "", "client", "c", "yes"]]  # fmt: skip
    made = load(lines("post_id,created_at,author_role,text,is_retweet", *rows), network="x")
    assert made.report.left_out == {"empty row": 2, "a retweet, no post of its own": 2}
    assert (made.report.n_rejected, made.report.n_posts) == (0, 1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("31 février 2024", "31 février 2024"),
        ("3 days ago", "3 days ago"),
        ("", ""),
        ("Jean Dupont, 12 rue des Lilas", ""),
        ("jeanne@example.org 2024", ""),
        ("x" * 70, ""),
    ],
)
def test_a_value_is_shown_only_if_it_cannot_be_about_a_person(value: str, expected: str) -> None:
    assert shown("created_at is no time that can be read", value) == expected


@pytest.mark.parametrize("said", ["", "bald"])
def test_answers_of_reviews_in_json_count_without_a_time(load: Load, said: str) -> None:
    reviews = [
        {"reviewId": f"r{i}", "reviewer": {"displayName": "Ann"}, "starRating": "TWO", "comment": "?",
         "createTime": f"2025-05-{1 + i:02d}T10:00:00Z"}
        | ({"reviewReply": {"comment": "Danke", "updateTime": said}} if i < 4 else {})
        for i in range(10)
    ]  # fmt: skip
    made = load({"reviews": reviews}, format="reviews-json", name=".json", brand="Zelt")
    assert made.rate() == (4, 10)
    assert made.said("4 posts of file-0.json: its answer has no time that can be read")
    assert carekit.first_response(made.dataset).within_60_minutes.isna().all()


@pytest.mark.parametrize(
    ("format", "header", "row"),
    [
        ("google-play", "reviewId,userName,userImage,content,score,at,replyContent,repliedAt,app",
         lambda i, text: [f"r{i}", "Ann", "", text, 2, f"2025-05-{1 + i:02d} 10:00:00", "", "", "Zelt"]),
        ("reviews", "Review Id,Reviewer,Rating,Review,Date,Owner response,Response date,Company",
         lambda i, text: [f"r{i}", "Ann", 2, text, f"2025-05-{1 + i:02d} 10:00:00", "", "", "Zelt"]),
    ],
)  # fmt: skip
def test_bare_ratings_are_counted_apart(
    load: Load, format: str, header: str, row: Callable[[int, str], list[object]]
) -> None:
    content = lines(header, *(row(i, "bof" if i < 3 else "") for i in range(9)))
    made = load(content, format=format, network="app_store" if format == "reviews" else None)
    assert (made.report.n_posts, made.report.n_rejected) == (3, 0)
    assert sum(made.report.left_out.values()) == 6
    assert "rating without a text" in next(iter(made.report.left_out))
