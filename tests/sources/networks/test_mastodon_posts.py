"""Mastodon's statuses → drafts: servers that differ, people who opt out, threads seen in part."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from carekit.sources.found import LeftOut, Problem
from carekit.sources.gaps import Gap
from carekit.sources.networks.mastodon.posts import BOOST, OPTED_OUT, PRIVATE, context, statuses

SEEN = datetime(2024, 6, 1, tzinfo=UTC)
HERE = "social.example"


def status(n: Any, *, acct: str = "ann", to: Any = None, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(n),
        "account": {"acct": acct, "display_name": "Ann A.", "note": "<p>hi</p>"},
        "created_at": "2024-05-01T08:00:00.000Z",
        "content": f"<p>post {n}</p>",
        "spoiler_text": "",
        "language": "fr",
        "visibility": "public",
        "in_reply_to_id": None if to is None else str(to),
        "replies_count": 0,
        "mentions": [],
        **fields,
    }


def read(*items: Any, **options: Any) -> list[Any]:
    return list(statuses(list(items), instance=HERE, seen_at=SEEN, **options))


def test_a_status_fills_the_fields_by_hand() -> None:
    assert read(status(7)) == [
        {
            "native_id": "social.example:7",
            "network": "mastodon",
            "author": "ann@social.example",
            "author_handle": "ann",
            "created_at": datetime(2024, 5, 1, 8, tzinfo=UTC),
            "text": "post 7",
            "lang": "fr",
            "reply_to": None,
            "thread": "social.example:7",
            "observed_at": SEEN,
            "n_replies": 0,
            "problem": None,
        }
    ]


def test_a_warning_stands_before_its_text_and_lines_stay_lines() -> None:
    content = "<p>one<br />two &lt;3</p><p>three</p>"
    (draft,) = read(status(1, spoiler_text="parcels", content=content))
    assert draft["text"] == "parcels\none\ntwo <3\nthree"


def test_mentions_become_whole_handles_with_and_without_links() -> None:
    mentions = [
        {"acct": "bob", "username": "bob", "url": "https://social.example/@bob"},
        {"acct": "cleo@far.example", "username": "cleo", "url": "https://far.example/@cleo"},
    ]
    content = (
        '<p><a class="u-url mention" href="https://social.example/@bob">@<span>bob</span></a> '
        "and @cleo, not cleo@mail.example</p>"
    )
    (draft,) = read(status(1, content=content, mentions=mentions))
    assert draft["text"] == "@bob@social.example and @cleo@far.example, not cleo@mail.example"


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_what_is_not_public_is_never_read(visibility: str) -> None:
    assert read(status(1, visibility=visibility)) == [LeftOut(PRIVATE)]
    assert len(read(status(1, visibility="unlisted"))) == 1


def test_boosts_are_no_posts() -> None:
    assert read(status(1, reblog=status(2))) == [LeftOut(BOOST)]


@pytest.mark.parametrize(
    "account", [{"noindex": True}, {"note": "<p>no robots #NoBot</p>"}, {"note": "#<span>nobot"}]
)
def test_people_who_opt_out_are_left_out_and_the_gap_is_kept(account: dict[str, Any]) -> None:
    one = status(2, to=1)
    one["account"] |= account
    assert read(one) == [
        LeftOut(OPTED_OUT),
        Gap("mastodon", "social.example:2", "withheld", 1),
    ]
    assert len(read(one, brands={"ann@social.example"})) == 1


def test_ids_may_be_hexadecimal_and_counts_absent() -> None:
    odd = status("f3a90bc", to="f3a90bb")
    del odd["replies_count"]
    (draft,) = read(odd)
    assert draft["reply_to"] == "social.example:f3a90bb"
    assert draft["n_replies"] is None
    assert draft["observed_at"] == draft["created_at"]


def around(above: list[Any], below: list[Any], own: Any = None, **options: Any) -> list[Any]:
    body = {"ancestors": above, "descendants": below} | ({"status": own} if own else {})
    options = {"status_id": "5", "instance": HERE, "seen_at": SEEN, **options}
    return list(context(body, **options))


def test_a_context_gives_the_thread_of_its_first_post() -> None:
    found = around([status(1), status(2, to=1)], [status(6, to=5)])
    assert [f["thread"] for f in found] == ["social.example:1"] * 3
    assert [f["observed_at"] for f in found] == [SEEN] * 3


def test_a_context_cut_short_for_strangers_is_a_gap() -> None:
    many = [status(10 + n, to=5) for n in range(60)]
    assert Gap("mastodon", "social.example:5", "paging") in around([], many)
    assert Gap("mastodon", "social.example:5", "paging") not in around([], many, logged_in=True)
    deep = [status(100 + n, to=99 + n if n else None) for n in range(40)]
    assert around(deep, [])[-1] == Gap("mastodon", "social.example:100", "paging")


def test_a_thread_that_began_elsewhere_may_have_replies_that_never_came_here() -> None:
    found = around([status(1, acct="dan@far.example")], [])
    assert found[-1] == Gap("mastodon", "social.example:1", "federation")


def test_a_server_that_shows_no_replies_is_caught_by_its_own_count() -> None:
    found = around([], [], status(5, replies_count=2))
    assert [f["n_replies"] for f in found] == [2]


def test_a_reply_that_asks_not_to_be_collected_is_missing_from_its_thread() -> None:
    shy = status(6, to=5)
    shy["account"]["noindex"] = True
    assert Gap("mastodon", "social.example:1", "withheld", 1) in around([status(1)], [shy])


@pytest.mark.parametrize("body", [None, [], {}, {"descendants": 3}])
def test_what_is_no_context_is_a_problem(body: Any) -> None:
    assert [type(f) for f in context(body, status_id="5", instance=HERE, seen_at=SEEN)] == [Problem]


def test_a_status_without_id_or_time_is_a_problem() -> None:
    assert read({"content": "x"}) == [Problem("a status has no id")]
    (draft,) = read(status(1, created_at="soon"))
    assert draft["problem"] == "created_at is no time that can be read"
