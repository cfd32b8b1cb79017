"""Telegram Desktop exports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from carekit.dataset.privacy import pseudonym
from carekit.sources.networks.telegram import OTHER, SERVICE

KEY = bytes.fromhex("00" * 32)


def message(n: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": n,
        "type": "message",
        "date": f"2024-07-01T14:00:{n:02d}",
        "from": "Ann Onymous",
        "from_id": "user7",
        "text": f"message {n}",
    } | changes


GROUP = {
    "name": "Acme Help",
    "type": "public_supergroup",
    "id": 44,
    "messages": [
        {"id": 1, "type": "service", "date": "2024-07-01T14:00:00", "action": "create_group"},
        message(2, text=["Hi ", {"type": "mention", "text": "@acme_help"}, ", and ",
                         {"type": "mention_name", "text": "Bob Smith", "user_id": 8}, " !"]),
        message(3, **{"from": "Acme Help", "from_id": "channel44", "reply_to_message_id": 2}),
        message(4, date_unixtime="1719835204", reply_to_message_id=1),
        message(5, **{"from": None, "from_id": "user9"}),
        "nonsense",
    ],
}  # fmt: skip


def test_a_group_with_the_brand_in_it(imported: Callable) -> None:
    made = imported("auto", GROUP, tz="Europe/Paris")
    assert made.report.format == "telegram"
    posts = made.posts
    assert sorted(posts.index) == [f"telegram:44/{n}" for n in (2, 3, 4, 5)]
    assert made.column("reply_to") == {
        "telegram:44/3": "telegram:44/2",
        "telegram:44/4": "telegram:44/1",
    }
    assert posts.author_role["telegram:44/3"] == "brand"
    assert posts.account["telegram:44/3"] == "Acme Help"
    # Local time of the machine that exported, unless the exact time is there.
    assert str(posts.created_at["telegram:44/2"]) == "2024-07-01 12:00:02+00:00"
    assert str(posts.created_at["telegram:44/4"]) == "2024-07-01 12:00:04+00:00"
    assert dict(made.report.left_out) == {SERVICE: 1}
    assert made.rejected == [("1, item 6", "it is no object")]
    acme, bob = pseudonym(KEY, "telegram", "acme_help"), pseudonym(KEY, "telegram", "user8")
    assert posts.text["telegram:44/2"] == f"Hi @{acme}, and @{bob} !"
    assert made.holds("Ann Onymous", "Bob Smith", "user7") == []


def test_a_whole_export_and_its_private_chats(imported: Callable) -> None:
    private = {"name": "Eve", "type": "personal_chat", "id": 5, "messages": [message(1)]}
    channel = {"name": "News", "type": "public_channel", "id": 6, "messages": [
        message(1, **{"from": "News", "from_id": "channel6"})
    ]}  # fmt: skip
    export = {"about": "…", "chats": {"about": "…", "list": [private, channel]}, "left_chats": {
        "list": [GROUP]}, "contacts": {"list": []}}  # fmt: skip
    made = imported("auto", export)
    assert made.posts.visibility["telegram:5/1"] == "private"
    assert made.posts.visibility["telegram:6/1"] == "public"
    assert made.posts.author_role["telegram:6/1"] == "brand"
    assert len(made.posts) == 6


def test_what_is_no_chat_is_counted(imported: Callable) -> None:
    made = imported("telegram", [{"frequent_contacts": []}, GROUP, 4])
    assert dict(made.report.left_out) == {SERVICE: 1, OTHER: 1}
    assert len(made.rejected) == 2


def test_a_name_proves_nothing(imported: Callable) -> None:
    impostor = message(6, **{"from": "Acme Help", "from_id": "user666", "reply_to_message_id": 2})
    made = imported(
        "auto",
        GROUP | {"messages": [*GROUP["messages"], impostor]},
        accounts="Acme Help,telegram,Acme",
    )
    assert made.posts.author_role["telegram:44/6"] == "customer"
    listed = imported(
        "auto",
        GROUP | {"messages": [message(2), impostor]},
        accounts="user666,telegram,Acme",
        out="l",
    )
    assert listed.posts.author_role["telegram:44/6"] == "brand"


CHANNEL = {"name": "Acme News", "type": "public_channel", "id": 6, "messages": [
    message(1, **{"from": "Acme News", "from_id": "channel6"})
]}  # fmt: skip
DISCUSSION = GROUP | {"messages": [
    message(1, **{"from": "Acme News", "from_id": "channel6", "forwarded_from": "Acme News"}),
    message(2, reply_to_message_id=1),
    message(3, **{"from_id": "user8", "reply_to_message_id": 2}),
    message(4, **{"from": "Acme News", "from_id": "channel6", "reply_to_message_id": 2}),
    message(5, **{"from": "Other", "from_id": "channel77", "reply_to_message_id": 1}),
]}  # fmt: skip


def test_comments_in_the_group_of_a_channel_open_a_thread_each(imported: Callable) -> None:
    accounts = "channel6,telegram,Acme"
    export = {"chats": {"list": [CHANNEL, DISCUSSION]}}
    for number, (content, options) in enumerate(
        ((DISCUSSION, {"accounts": accounts}), (export, {}), (export, {"accounts": accounts}))
    ):
        made = imported("auto", content, out=f"d{number}", **options)
        group = made.posts[made.posts.index.str.startswith("telegram:44/")]
        assert list(group.author_role) == ["brand", "customer", "customer", "brand", "customer"]
        assert group.reply_to.dropna().to_dict() == {
            "telegram:44/3": "telegram:44/2",
            "telegram:44/4": "telegram:44/2",
        }
        assert set(made.posts.brand.dropna()) == {"Acme" if options else "Acme News"}
    unknown = imported("auto", DISCUSSION, out="unknown")
    assert "brand" not in set(unknown.posts.author_role)


def test_one_odd_message_costs_one_message(imported: Callable) -> None:
    odd = message(3, text={"a": 1}, reply_to_message_id=[1])
    made = imported("auto", GROUP | {"messages": [message(2), odd, 7, {"id": 9}, message(5)]})
    assert sorted(made.posts.index) == [f"telegram:44/{n}" for n in (2, 3, 5)]
    assert len(made.rejected) == 2
