"""Conversations of helpdesks: notes are no answers, programs are nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from carekit.sources.networks.helpdesks import NO_MESSAGES, PROGRAM, SERVICE


def message(n: int, kind: int, minute: int, **more: Any) -> dict[str, Any]:
    sender = {0: {"id": 1, "type": "contact"}, 1: {"id": 9, "type": "user"}}.get(kind)
    made = {"id": n, "content": f"message {n}", "message_type": kind, "private": False}
    return made | {"created_at": 1_709_276_400 + 60 * minute, "sender": sender,
                   "conversation_id": 5} | more  # fmt: skip


MESSAGES = [
    message(4, 1, 30),
    message(1, 0, 0),
    message(2, 3, 1, content="We are on it"),
    message(3, 1, 5, private=True),
    message(5, 2, 40, content="closed"),
]


@pytest.mark.parametrize(
    ("content", "network"),
    [
        ({"meta": {"contact": {}}, "payload": MESSAGES}, "chatwoot"),
        ("\n".join(map(json.dumps, MESSAGES)), "chatwoot"),
        ({"data": {"meta": {}, "payload": [{"id": 5, "messages": MESSAGES, "meta": {
            "channel": "Channel::FacebookPage"}}]}}, "facebook"),
        ([{"id": 5, "messages": MESSAGES, "meta": {"channel": "Channel::Telegram"}}], "telegram"),
    ],
)  # fmt: skip
def test_messages_of_chatwoot(content: Any, network: str, imported: Callable) -> None:
    made = imported("auto", content, brand="Acme")
    assert made.report.format == "chatwoot"
    posts = made.posts.set_axis(made.posts.index.str.removeprefix(f"{network}:"))
    assert posts.author_role.to_dict() == {
        "1": "customer",
        "2": "other",
        "3": "other",  # a note among colleagues
        "4": "brand",
    }
    assert posts.visibility.to_dict() == {
        "1": "public",
        "2": "public",
        "3": "private",
        "4": "public",
    }
    if not isinstance(content, str):  # lines know nothing of each other
        assert set(posts.reply_to.dropna()) == {f"{network}:1"}
    assert dict(made.report.left_out) == {SERVICE: 1}
    assert any(PROGRAM in w for w in made.report.warnings)
    assert made.posts.isna().author_id.sum() == 1


def test_conversations_of_chatwoot_without_messages_are_counted(imported: Callable) -> None:
    made = imported("chatwoot", [{"id": 7, "meta": {}}, *MESSAGES[:2], {"x": 1}, 3])
    assert dict(made.report.left_out) == {NO_MESSAGES: 1}
    assert len(made.rejected) == 2


def talk(n: str, *parts: Any, **more: Any) -> dict[str, Any]:
    source = {"type": "facebook", "author": {"type": "user", "id": "a"}, "body": "<p>Bonjour</p>"}
    listed = {"conversation_parts": list(parts), "total_count": len(parts)}
    return {"type": "conversation", "id": n, "created_at": 1_709_276_400, "source": source,
            "conversation_parts": listed} | more  # fmt: skip


def part(n: int, kind: str, who: str, **more: Any) -> dict[str, Any]:
    return {"id": n, "part_type": kind, "body": f"<p>part {n}</p>", "created_at": 1_709_277_000 + n,
            "author": {"type": who, "id": "9"}} | more  # fmt: skip


def test_conversations_of_intercom(imported: Callable) -> None:
    parts = [part(2, "note", "admin"), part(3, "comment", "admin"), part(4, "comment", "user"),
             part(5, "comment", "bot"), part(6, "close", "admin", body=None)]  # fmt: skip
    made = imported("auto", {"type": "conversation.list", "conversations": [talk("1", *parts)]})
    assert made.report.format == "intercom"
    assert made.posts.author_role.to_dict() == {
        "facebook:1": "customer", "facebook:1-2": "other", "facebook:1-3": "brand",
        "facebook:1-4": "customer", "facebook:1-5": "other",
    }  # fmt: skip
    assert made.posts.visibility["facebook:1-2"] == "private"
    assert made.posts.text["facebook:1"] == "Bonjour"
    assert dict(made.report.left_out) == {SERVICE: 1}
    assert made.threads == {}


def test_a_list_of_intercom_tells_the_first_answer_and_that_the_rest_is_missing(
    imported: Callable,
) -> None:
    bare = {k: v for k, v in talk("2").items() if k != "conversation_parts"}
    answered = bare | {"statistics": {"first_admin_reply_at": 1_709_277_000}}
    made = imported("auto", [answered, bare | {"id": "3"}, talk("4", total=1)], brand="Acme")
    assert made.posts.author_role["facebook:2-reply"] == "brand"
    assert made.threads == {
        "facebook:2": (False, None, "export"),
        "facebook:3": (False, None, "export"),
    }


def test_an_export_that_holds_some_parts_says_how_many_are_missing(imported: Callable) -> None:
    short = talk("1", part(2, "comment", "admin"))
    short["conversation_parts"]["total_count"] = 5
    made = imported("intercom", [short, 7, {"id": "x"}])
    assert made.threads == {"facebook:1": (False, 4, "export")}
    assert len(made.rejected) == 2
