"""The importers for app store reviews with answers."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from carekit.dataset.folder import open_dataset
from carekit.dataset.privacy import pseudonym
from carekit.errors import InputError
from carekit.sources.files import ImportReport, import_files
from carekit.sources.files.formats import MODULES
from carekit.sources.networks.app_store import answer_of

KEY = bytes.fromhex("00" * 32)
PLAY = (
    "reviewId,userName,userImage,content,score,thumbsUpCount,reviewCreatedVersion,at,replyContent,"
    "repliedAt,appVersion,brand"
).split(",")
APPLE = "date,developerResponse,review,rating,isEdited,title,userName,brand".split(",")


def imported(
    folder: Path, format: str, header: list[str], *rows: tuple[object, ...], **options: object
) -> tuple[ImportReport, pd.DataFrame]:
    path = folder / "reviews.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    options.setdefault("accept_rejected", True)
    report = import_files(format, path, out=folder / "d", key=KEY, **options)  # type: ignore[arg-type]
    return report, open_dataset(folder / "d").read("posts").set_index("post_id")


def play(n: int, **changes: object) -> tuple[object, ...]:
    row = dict.fromkeys(PLAY, "") | {
        "reviewId": f"gp:{n}",
        "userName": f"Ann {n}",
        "userImage": "https://example.org/ann.png",
        "content": 'crashes\nall the time, "really"',
        "score": 1,
        "at": "2021-03-04 10:00:00",
        "brand": "Acme",
    }
    return tuple((row | changes).values())


def apple(n: int, **changes: object) -> tuple[object, ...]:
    row = {
        "date": f"2021-03-04 10:00:{n:02d}",
        "developerResponse": "",
        "review": "It logs me out",
        "rating": 2,
        "isEdited": False,
        "title": "Why ?",
        "userName": f"ann{n}",
        "brand": "Acme",
    }
    return tuple((row | changes).values())


def test_google_play_keeps_unanswered_reviews_and_splits_answers(tmp_path: Path) -> None:
    report, posts = imported(
        tmp_path,
        "google-play",
        PLAY,
        play(1, replyContent="Sorry", repliedAt="2021-03-05 10:00:00"),
        play(2, score=5),
        play(3, replyContent="Thanks", repliedAt="2021-03-01 10:00:00"),
    )
    assert (report.n_read, report.n_posts, report.n_nested, report.n_rejected) == (3, 5, 2, 0)
    customers = posts[posts.author_role == "customer"]
    answers = posts[posts.author_role == "brand"]
    assert list(customers.index) == ["google_play:gp:1", "google_play:gp:2", "google_play:gp:3"]
    assert list(answers.index) == ["google_play:gp:1#reply", "google_play:gp:3#reply"]
    assert list(answers.reply_to) == ["google_play:gp:1", "google_play:gp:3"]
    assert set(posts.network) == {"google_play"}
    assert set(posts.surface) == {"review"}
    assert set(posts.brand) == {"Acme"}
    assert list(customers.rating) == [1, 5, 1]
    assert answers.created_at.iloc[1] < customers.created_at.iloc[2]
    assert posts.author_id["google_play:gp:1"] == pseudonym(KEY, "google_play", "Ann 1")
    assert posts.text["google_play:gp:1"] == 'crashes\nall the time, "really"'


def test_google_play_writes_no_name_and_no_image(tmp_path: Path) -> None:
    imported(tmp_path, "google-play", PLAY, play(1, replyContent="ok", repliedAt="2021-03-05"))
    for file in (tmp_path / "d").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"Ann 1" not in content
            assert b"example.org" not in content


def test_google_play_gives_no_pseudonym_to_hidden_names(tmp_path: Path) -> None:
    _, posts = imported(tmp_path, "google-play", PLAY, play(1, userName="A Google user"), play(2))
    assert posts.author_id.isna().to_dict() == {"google_play:gp:1": True, "google_play:gp:2": False}


def test_a_review_that_comes_twice_counts_once_as_it_was_last(tmp_path: Path) -> None:
    report, posts = imported(tmp_path, "google-play", PLAY, play(1), play(1, score=3))
    assert list(posts.rating) == [3]
    assert (report.rejected, report.n_again, report.n_seen_again) == ({}, 1, 1)


@pytest.mark.parametrize("column", ["brand", "appId", "app_name"])
def test_the_brand_is_found_under_several_names(column: str, tmp_path: Path) -> None:
    header = [*PLAY[:-1], column]
    report, posts = imported(tmp_path, "google-play", header, play(1))
    assert set(posts.brand) == {"Acme"}
    assert report.warnings == ()


def test_reviews_without_a_brand_say_so_and_take_it_from_the_option(tmp_path: Path) -> None:
    report, posts = imported(tmp_path, "google-play", PLAY[:-1], play(1)[:-1])
    assert posts.brand.isna().all()
    assert report.warnings == (
        "reviews.csv does not say which brand it is about: no column brand or company or firm. "
        "Give --brand NAME, or --map brand=COLUMN.",
    )
    (tmp_path / "b").mkdir()
    report, posts = imported(tmp_path / "b", "google-play", PLAY[:-1], play(1)[:-1], brand="Zeta")
    assert set(posts.brand) == {"Zeta"}


def test_app_store_reads_the_answer_inside_its_cell(tmp_path: Path) -> None:
    answer = {"id": 7, "body": 'It\'s "fixed"\nthanks', "modified": "2021-03-06T09:00:00Z"}
    report, posts = imported(
        tmp_path,
        "app-store",
        APPLE,
        apple(1, developerResponse=repr(answer)),
        apple(2),
        apple(3, developerResponse="{'id': 7, 'body': 'cut off"),
        apple(4, developerResponse="__import__('os').system('true')"),
        apple(2),
        apple(5, developerResponse='{"id": 1, "body": "as JSON", "modified": "2021-01-01"}'),
    )
    assert (report.n_read, report.n_posts, report.n_nested, report.n_again) == (6, 5, 2, 1)
    assert report.rejected == {"developerResponse is no dictionary with a body and a time": 2}
    customers = posts[posts.author_role == "customer"]
    answers = posts[posts.author_role == "brand"]
    assert list(customers.text) == ["Why ?\nIt logs me out"] * 3
    assert list(answers.text) == ['It\'s "fixed"\nthanks', "as JSON"]
    assert list(answers.reply_to) == [customers.index[0], customers.index[2]]
    assert answers.created_at.iloc[0] == pd.Timestamp("2021-03-06 09:00", tz="UTC")
    assert customers.index.str.fullmatch(r"app_store:r_[0-9a-f]{16}").all()


def test_app_store_ids_need_the_key(tmp_path: Path) -> None:
    _, posts = imported(tmp_path, "app-store", APPLE, apple(1))
    other = import_files("app-store", tmp_path / "reviews.csv", out=tmp_path / "e", key=b"1" * 32)
    again = open_dataset(other.out).read("posts")
    assert posts.index[0] != again.post_id[0]


def test_auto_recognises_each_format(tmp_path: Path) -> None:
    report, _ = imported(tmp_path, "auto", PLAY, play(1))
    assert report.format == "google-play"
    (tmp_path / "b").mkdir()
    report, _ = imported(tmp_path / "b", "auto", APPLE, apple(1))
    assert report.format == "app-store"
    with pytest.raises(InputError) as caught:
        imported(tmp_path / "b", "auto", ["a", "b"], (1, 2))
    assert str(caught.value) == (
        f"The format of reviews.csv is not recognised; columns found: a, b. Known formats: "
        f"{', '.join(MODULES)}. Name the format, or use `csv` with --map OURS=THEIRS,… to "
        "say which column is which."
    )


@pytest.mark.parametrize("cell", ["", "nan", "None"])
def test_an_empty_answer_is_none(cell: str) -> None:
    assert answer_of(cell) == {}


@pytest.mark.parametrize(
    "cell",
    ["{", "[1]", "{'body': 'x'}", "(" * 30_000, "1" * 60_000, "{'modified': ''}", "{1: {}, [}"],
)
def test_a_broken_answer_is_an_error_and_never_code(cell: str) -> None:
    with pytest.raises(ValueError, match="no dictionary"):
        answer_of(cell)


@pytest.mark.parametrize(
    ("format", "header", "row", "answer", "without"),
    [
        ("google-play", PLAY, play, {"replyContent": "Hi", "repliedAt": "2021-03-05 10:00:00"}, ""),
        (
            "google-play",
            PLAY,
            play,
            {"replyContent": "Hi", "repliedAt": "2021-03-05 10:00:00"},
            "reviewId",
        ),
        (
            "app-store",
            APPLE,
            apple,
            {"developerResponse": "{'body': 'Hi', 'modified': '2021-03-05T10:00:00Z'}"},
            "",
        ),
    ],
    ids=["play", "play without ids", "app store"],
)
def test_pages_that_a_scraper_wrote_several_times_count_once(
    tmp_path: Path, format: str, header: list[str], row: object, answer: dict, without: str
) -> None:
    cells = [row(n, **(answer if n % 3 == 0 else {})) for n in range(60)]
    pages = [cells[at : at + 20] for at in (0, 0, 0, 20, 40, 20, 0)]
    kept = [i for i, name in enumerate(header) if name != without]
    written = [tuple(one[i] for i in kept) for page in pages for one in page]
    report, posts = imported(tmp_path, format, [header[i] for i in kept], *written)
    assert len(posts[posts.author_role == "customer"]) == 60
    assert len(posts[posts.author_role == "brand"]) == 20
    assert report.n_rejected == 0
    assert "posts seen again" in str(report)
