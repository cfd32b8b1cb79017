"""The same posts looked at again: the latest look wins, whatever comes first."""

from __future__ import annotations

import itertools

import pytest

import carekit

from .conftest import Load, lines

PLAY = "reviewId,userName,userImage,content,score,at,replyContent,repliedAt,brand"


def play(n: int, answered: int, reply_month: int, text: str = "x") -> list[list[object]]:
    """`n` reviews of May; the first `answered` have an answer."""
    return [
        [f"r{i}", f"Nadja {i}", "", f"{text} {i}", 2, f"2025-05-{1 + i:02d} 08:00:00",
         *(["Danke", f"2025-{reply_month:02d}-02 10:00:00"] if i < answered else ["", ""]), "Zelt"]
        for i in range(n)
    ]  # fmt: skip


MAY, JUNE, JULY = play(12, 0, 6), play(12, 5, 6), play(12, 9, 7)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_files_in_any_order(load: Load, order: tuple[int, ...]) -> None:
    looks = [lines(PLAY, *rows) for rows in (MAY, JUNE, JULY)]
    made = load(*(looks[i] for i in order), format="google-play")
    assert made.rate() == (9, 12)
    assert made.report.n_seen_again == 17  # with the five answers of June
    assert set(made.posts.observed_at.dt.month) == {7}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_imports_in_any_order(load: Load, order: tuple[int, ...]) -> None:
    looks = [lines(PLAY, *rows) for rows in (MAY, JUNE, JULY)]
    for i in order:
        made = load(looks[i], format="google-play")
    assert made.rate() == (9, 12)
    assert made.dataset.manifest.observed_until == "2025-07-02T10:00:00Z"
    # Unanswered reviews are followed to the last look.
    followed = carekit.requests(made.dataset).posts(answered=False)
    assert len(followed) == 3


@pytest.mark.parametrize("rows", [[*MAY, *JULY], [*JULY, *MAY], [*JULY, *JULY]])
def test_rows_of_one_file(load: Load, rows: list[list[object]]) -> None:
    made = load(lines(PLAY, *rows), format="google-play")
    assert made.rate() == (9, 12)
    assert made.report.n_posts == 21


def test_an_edited_review_is_read_as_it_is_now(load: Load) -> None:
    load(lines(PLAY, *MAY), format="google-play")
    edited = [[*row[:3], f"edited {row[3]}", 5, *row[5:]] for row in JULY]
    made = load(lines(PLAY, *edited), format="google-play")
    assert set(made.posts.rating.dropna()) == {5}
    assert made.posts.text["google_play:r0"] == "edited x 0"


def test_an_answer_that_is_withdrawn_is_gone(load: Load) -> None:
    load(lines(PLAY, *JUNE), format="google-play")
    later = [[*row[:6], "", "", "Zelt"] for row in JUNE]
    made = load(lines(PLAY, *later), format="google-play", observed_at="2025-08-01")
    assert made.rate() == (0, 12)
    assert "5 answers no longer there" not in made.report.summary  # they were of the dataset
    assert len(made.posts) == 12


def test_rows_without_an_id_count_once(load: Load) -> None:
    header = "date,rating,title,review,userName,developerResponse,brand"
    row = ["2025-05-01 08:00:00", 1, "Bad", "It crashes", "Ida", "", "Zelt"]
    made = load(lines(header, row, row, [*row[:4], "Bo", "", "Zelt"]), format="app-store")
    assert (made.report.n_posts, made.report.n_again) == (2, 1)


def test_later_answers_and_deletions_update(load: Load) -> None:
    header = "post_id,author_role,author_id,created_at,text,reply_to,observed_at,deleted_at"
    first = [
        ["q1", "customer", "ida", "2025-05-01 10:00", "help", "", "2025-05-02", ""],
        ["q2", "customer", "bo", "2025-05-01 11:00", "hello", "", "2025-05-02", ""],
    ]
    second = [
        ["q1", "customer", "ida", "2025-05-01 10:00", "", "", "2025-05-09", "2025-05-08"],
        ["q2", "customer", "bo", "2025-05-01 11:00", "hello", "", "2025-05-09", ""],
        ["a2", "brand", "zelt", "2025-05-05 11:00", "here", "q2", "2025-05-09", ""],
    ]
    load(lines(header, *first), network="facebook")
    made = load(lines(header, *second), network="facebook")
    assert made.rate() == (1, 2)
    assert made.posts.text.isna()["facebook:q1"]
    assert str(made.posts.deleted_at["facebook:q1"])[:10] == "2025-05-08"


@pytest.mark.parametrize(
    ("other", "clash"),
    [
        (["1", "customer", "bo", "2025-05-01 10:00", "help"], True),
        (["1", "customer", "ida", "2025-05-03 10:00", "another thing"], True),
        (["1", "customer", "ida", "2025-05-01 10:00", "help, please"], False),
    ],
)
def test_an_id_that_names_two_posts_stops(
    load: Load, refusal, other: list[str], clash: bool
) -> None:
    header = "post_id,author_role,author_id,created_at,text"
    one = ["1", "customer", "ida", "2025-05-01 10:00", "help"]
    content = lines(header, one, other)
    if clash:
        assert "its id is that of another post" in refusal(content, network="x")
    else:
        assert load(content, network="x").report.n_seen_again == 1


@pytest.mark.parametrize("spoilt", [False, True])
@pytest.mark.parametrize(
    ("before", "after"),
    [("help", "@zelt help"), ("@zelt help", "help"), ("@zelt help", "help @bo @zelt"),
     ("@nobody help", "@zelt help"), ("@zelt, @bo: help", "@bo help")],
)  # fmt: skip
def test_of_two_looks_in_one_file_the_later_row_holds(
    load: Load, before: str, after: str, spoilt: bool
) -> None:
    header = "post_id,author_role,author_id,created_at,text"
    look = ["1", "customer", "ida", "2025-05-01 10:00"]
    others = [["2", "brand", "zelt", "2025-05-01 11:00", "@ida here"],
              ["3", "customer", "bo", "2025-05-01 12:00", "@zelt hello"]]  # fmt: skip
    rows = [[*look, before], *others, *([["", "", "", "", ""]] if spoilt else []), [*look, after]]
    made = load(lines(header, *rows), network="x")
    assert made.report.n_seen_again == 1
    assert made.posts.account.notna()["x:1"] == ("@zelt" in after)
    assert len(made.posts.text["x:1"].split("@")) == len(after.split("@"))


def test_a_later_look_holds_however_far_below_it_stands(load: Load) -> None:
    n = 140_000  # more than the engine puts into one group of rows
    rows = [[str(i), "customer", f"u{i % 97}", "2025-05-01 10:00", f"@zelt {i}"] for i in range(n)]
    for place in (5, 70_000):
        rows.append([*rows[place][:4], "edited"])
    rows.append([str(n), "brand", "zelt", "2025-05-01 11:00", "@u1 here"])
    made = load(lines("post_id,author_role,author_id,created_at,text", *rows), network="x")
    texts = made.posts.text
    assert (texts["x:5"], texts["x:70000"]) == ("edited", "edited")
    assert list(made.posts.index[:3]) == ["x:0", "x:1", "x:2"]


def test_posts_of_a_minute_stand_in_their_conversation_as_in_the_file(load: Load) -> None:
    header = "post_id,author_role,author_id,created_at,text,thread_id"
    rows = [
        [f"{i}{who}", role, who, "2025-05-01 10:00", said, f"t{i}"]
        for i in range(20)
        for who, role, said in (
            (f"u{i}", "customer", "help"),
            ("zelt", "brand", f"@u{i} here"),
        )
    ]
    made = load(lines(header, *rows), network="x")
    assert made.rate() == (20, 20)


@pytest.mark.parametrize("spoilt", [False, True])
def test_columns_that_are_called_line_and_nested_are_kept(load: Load, spoilt: bool) -> None:
    header = "post_id,author_role,author_id,created_at,text,line,nested"
    rows = [
        ["1", "customer", "ida", "2025-05-01 10:00", "help", "tram 9", "a"],
        ["2", "brand", "zelt", "2025-05-01 11:00", "@ida here", "tram 1", "b"],
        *([[""] * 7] if spoilt else []),
        ["1", "customer", "ida", "2025-05-01 10:00", "@zelt help", "bus 4", "c"],
    ]
    made = load(lines(header, *rows), network="x", keep=["line", "nested"])
    assert made.posts.line.to_dict() == {"x:1": "bus 4", "x:2": "tram 1"}
    assert made.posts.nested.to_dict() == {"x:1": "c", "x:2": "b"}


@pytest.mark.parametrize("most", [0, 10])
@pytest.mark.parametrize("again", [False, True])
def test_repeats_are_found_by_a_sort_and_by_the_engine(
    load: Load, most: int, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carekit.sources.looks.SORTED_UP_TO", most)
    rows = [[i, "customer", f"u{i}", "2025-05-01 10:00", "@zelt help"] for i in range(3)]
    rows += [[9, "brand", "zelt", "2025-05-01 11:00", "@u1 here"], *([rows[1]] if again else [])]
    made = load(lines("post_id,author_role,author_id,created_at,text", *rows), network="x")
    assert (len(made.posts), made.report.n_seen_again) == (4, int(again))
