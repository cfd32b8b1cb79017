"""Mastodon statuses and contexts, in every wrapping."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.sources.files import import_files
from carekit.sources.networks.mastodon.files import BOOST, OTHER, PRIVATE

KEY = bytes.fromhex("00" * 32)
BIG = 109_294_719_267_373_593


def _home(acct: str) -> str:
    name, _, server = acct.partition("@")
    return f"https://{server or 'social.test'}/@{name}"


def status(
    n: int, parent: int | None = None, *, acct: str = "ann_o", **changes: Any
) -> dict[str, Any]:
    return {
        "id": str(BIG + n),
        "created_at": "2022-11-06T03:36:44.808Z",
        "in_reply_to_id": None if parent is None else str(BIG + parent),
        "visibility": "public",
        "language": "en",
        "spoiler_text": "",
        "content": f"<p>status {n}<br>line two &amp; more</p>",
        "replies_count": 0,
        "reblog": None,
        "account": {"id": "1", "acct": acct, "url": _home(acct), "note": ""},
        "mentions": [],
    } | changes


def native(n: int) -> str:
    return f"mastodon:social.test:{BIG + n}"


CONTEXT = {
    "ancestors": [status(0, replies_count=2)],
    "descendants": [status(2, 1, acct="acme@brand.test"), status(3, 0)],
}
# The page begins with an author of another server: the server asked is that of the next one.
STATUSES = [
    status(0, acct="bob@far.test", replies_count=2),
    status(1, 0),
    status(2, 1, acct="acme@brand.test"),
]


def decoded(value: dict[str, Any]) -> dict[str, Any]:
    """As Mastodon.py gives it and json.dumps(default=str) writes it."""
    made = dict(value, created_at="2022-11-06 03:36:44.808000+00:00", id=int(value["id"]))
    if made["in_reply_to_id"]:
        made["in_reply_to_id"] = int(made["in_reply_to_id"])
    return made


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(STATUSES),
        json.dumps({"statuses": STATUSES, "accounts": [], "hashtags": []}, indent=1),
        "\n".join(map(json.dumps, STATUSES)),
        json.dumps([decoded(s) for s in STATUSES]),
        "\n".join(json.dumps(decoded(s)) for s in STATUSES),
        json.dumps([{"_mastopy_version": "2.1", "_mastopy_data": s} for s in STATUSES]),
    ],
)
def test_statuses_in_any_wrapping(content: str, imported: Callable) -> None:
    made = imported("auto", content, accounts="acme@brand.test,mastodon,Acme")
    assert made.report.format == "mastodon"
    assert sorted(made.posts.index) == [native(0), native(1), native(2)]
    assert made.posts.reply_to[native(1)] == native(0)
    assert made.posts.text[native(1)] == "status 1\nline two & more"
    assert list(made.posts.author_role) == ["customer", "customer", "brand"]
    assert str(made.posts.created_at.iloc[0]) == "2022-11-06 03:36:44.808000+00:00"
    assert made.threads[native(0)] == (False, 1, "reply_count")
    assert made.holds("ann_o", "bob@far") == []


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_context_keeps_that_the_post_asked_about_is_missing(
    wrapped: bool, imported: Callable
) -> None:
    address = f"https://social.test/api/v1/statuses/{BIG + 1}/context"
    content = [{"uri": address, "json": CONTEXT}] if wrapped else CONTEXT
    made = imported("auto", content, accounts="acme@brand.test,mastodon,Acme")
    assert sorted(made.posts.index) == [native(0), native(2), native(3)]
    assert made.column("reply_to") == {native(2): native(1), native(3): native(0)}
    assert made.threads[native(0)][0] is False


def test_boosts_private_messages_and_refusals_are_left_out_and_counted(imported: Callable) -> None:
    made = imported(
        "auto",
        [
            status(0),
            status(1, reblog=status(9)),
            status(2, visibility="direct"),
            status(3, visibility="private"),
            status(4, account={"acct": "eve", "url": "https://social.test/@eve", "note": "#nobot"}),
            {"id": "7"},
            7,
            status(5, spoiler_text="angry", visibility="unlisted"),
        ],
    )
    assert sorted(made.posts.index) == [native(0), native(5)]
    assert made.posts.text[native(5)].startswith("angry\nstatus 5")
    assert dict(made.report.left_out) == {
        BOOST: 1,
        PRIVATE: 2,
        "its author asks not to be collected (noindex or #nobot)": 1,
    }
    assert [line for line, _ in made.rejected] == ["1, item 6", "1, item 7"]


def test_the_real_context_gives_every_descendant(
    tmp_path: Path, shared_file: Callable[[str], Path]
) -> None:
    report = import_files("auto", shared_file("mastodon/context.json"), out=tmp_path / "d", key=KEY)
    assert (report.format, report.n_posts, report.n_read) == ("mastodon", 59, 59)
    dataset = open_dataset(tmp_path / "d")
    posts = dataset.read("posts")
    assert posts.reply_to.notna().all()
    root = "mastodon:mastodon.social:109294719267373593"
    assert (posts.reply_to == root).any()
    assert not posts.text.str.contains("<p>|<br|&amp;").any()
    assert root not in set(posts.post_id)


def test_a_file_that_hides_its_server_says_so(imported: Callable) -> None:
    made = imported("auto", [status(0, acct="bob@far.test"), status(1, 0, acct="eve@far.test")])
    assert sorted(made.posts.index) == [f"mastodon:unknown:{BIG}", f"mastodon:unknown:{BIG + 1}"]
    assert made.report.warnings[0] == (
        "file-0.json does not tell which server it was asked from; its ids are kept under "
        "'unknown', and do not fit those of other files."
    )


def note(n: int, answers: str | None = None, **more: Any) -> dict[str, Any]:
    made = {"id": f"https://s.test/users/acme/statuses/{n}", "type": "Note", "inReplyTo": answers,
            "published": "2024-03-01T09:00:00Z", "attributedTo": "https://s.test/users/acme",
            "content": '<p>Hello <a href="https://o.test/@ann">@<span>ann</span></a></p>',
            "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [], "tag": [
            {"type": "Mention", "href": "https://o.test/@ann", "name": "@ann@o.test"}]}  # fmt: skip
    return {"type": "Create", "actor": "https://s.test/users/acme", "object": made | more}


def test_an_outbox_is_what_one_account_wrote(imported: Callable) -> None:
    boost = {"type": "Announce", "object": "https://o.test/users/bob/statuses/4"}
    activities = [
        note(1),
        note(2, "https://o.test/users/ann/statuses/12"),
        note(3, "https://o.test/@ann/notes/x9", to=[], cc=["as:Public"], contentMap={"fr": "x"}),
        note(4, to=["https://s.test/users/acme/followers"]),
        boost,
        {"type": "Like", "object": "https://o.test/users/bob/statuses/4"},
        7,
    ]
    content = {"type": "OrderedCollection", "orderedItems": activities}
    made = imported("auto", content, accounts="acme@s.test,mastodon,Acme")
    assert made.report.format == "mastodon-outbox"
    posts = made.posts
    assert list(posts.index) == [f"mastodon:s.test:{n}" for n in (1, 2, 3)]
    assert posts.reply_to["mastodon:s.test:2"] == "mastodon:o.test:12"
    assert posts.reply_to["mastodon:s.test:3"].startswith("mastodon:p_")
    assert posts.lang["mastodon:s.test:3"] == "fr"
    assert set(posts.author_role) == {"brand"}
    assert dict(made.report.left_out) == {PRIVATE: 1, BOOST: 1, OTHER: 1}
    assert len(made.rejected) == 1
    assert made.holds("ann@o.test") == []
    assert open_dataset(made.path).selection.kind == "own_posts_only"


@pytest.mark.parametrize("odd", [{"mentions": 5}, {"content": "<![x[ a <b>c</b>"}, {"account": {
    "acct": "eve", "url": "https://["}}, {"language": 7}, {"replies_count": "x"}])  # fmt: skip
def test_an_odd_status_costs_at_most_itself(odd: dict[str, Any], imported: Callable) -> None:
    made = imported("mastodon", [status(0), status(1, **odd), status(2)])
    assert {native(0), native(2)} <= set(made.posts.index)
    assert made.report.n_posts + made.report.n_rejected == 3
