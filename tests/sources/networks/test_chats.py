"""Rooms of Slack and Discord, corpora of ConvoKit."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from carekit.dataset.privacy import pseudonym
from carekit.sources.networks.chats import SERVICE

KEY = bytes.fromhex("00" * 32)


def slack(n: int, user: str, text: str = "hi", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": user, "text": text, "ts": f"170927640{n}.000100"} | more


ROOT = "1709276401.000100"
ROOM = [
    slack(1, "U1", "hello <@U9|Eve> &amp; co", thread_ts=ROOT, reply_count=3),
    slack(2, "UACME", thread_ts=ROOT),
    slack(3, "U2", thread_ts=ROOT),
    slack(4, "U3", subtype="channel_join"),
    slack(5, "", subtype="bot_message", bot_id="B1"),
]


@pytest.mark.parametrize("wrap", [lambda m: m, lambda m: {"ok": True, "messages": m}])
def test_a_room_of_slack(wrap: Any, imported: Callable) -> None:
    made = imported("auto", wrap(ROOM), accounts="UACME,slack,Acme")
    assert made.report.format == "slack"
    assert list(made.posts.author_role) == ["customer", "brand", "customer", "other"]
    assert set(made.posts.visibility) == {"private"}
    assert set(made.posts.reply_to.dropna()) == {f"slack:{ROOT}"}
    assert made.posts.text[f"slack:{ROOT}"] == f"hello @{pseudonym(KEY, 'slack', 'U9')} & co"
    assert str(made.posts.created_at[f"slack:{ROOT}"]) == "2024-03-01 07:00:01.000100+00:00"
    assert dict(made.report.left_out) == {SERVICE: 1}
    assert made.threads == {f"slack:{ROOT}": (False, 1, "reply_count")}


def test_a_channel_of_discord(imported: Callable) -> None:
    def said(n: int, who: str, **more: Any) -> dict[str, Any]:
        return {"id": str(n), "type": "Default", "timestamp": f"2024-03-01T10:0{n}:00+00:00",
                "content": "hi @Ann Onymous", "author": {"id": who, "name": "x"},
                "mentions": [{"id": "5", "name": "ann", "nickname": "Ann Onymous"}]} | more  # fmt: skip

    export = {"guild": {"id": "1"}, "channel": {"id": "2", "type": "GuildTextChat"}, "messages": [
        said(1, "7"), said(2, "8", type="Reply", reference={"messageId": "1"}),
        said(3, "9", type="GuildMemberJoin"), 4]}  # fmt: skip
    made = imported("auto", export, accounts="8,discord,Acme")
    assert made.report.format == "discord"
    assert list(made.posts.author_role) == ["customer", "brand"]
    assert made.column("reply_to") == {"discord:2": "discord:1"}
    assert made.posts.text["discord:1"] == f"hi @{pseudonym(KEY, 'discord', '5')}"
    assert set(made.posts.visibility) == {"public"}
    assert (dict(made.report.left_out), len(made.rejected)) == ({SERVICE: 1}, 1)
    direct = export | {"channel": {"type": "DirectTextChat"}}
    assert set(imported("auto", direct, out="direct").posts.visibility) == {"private"}


def utterance(n: int, speaker: Any, to: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": f"u{n}", "conversation_id": "u0", "text": "hello", "speaker": speaker,
            "reply-to": to, "timestamp": 1_709_276_400 + n, "meta": {}} | more  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda u: u,
        lambda u: {"user" if k == "speaker" else k: v for k, v in u.items()},
        lambda u: u | {"speaker": {"id": u["speaker"], "meta": {}}},
        lambda u: {
            "root" if k == "conversation_id" else k.replace("-", "_"): v for k, v in u.items()
        },
    ],
)
def test_a_corpus_is_read_as_what_it_is(change: Any, imported: Callable) -> None:
    lines = [utterance(0, "ann"), utterance(1, "AcmeHelp", "u0"), utterance(2, "[deleted]", "u1")]
    content = "\n".join(json.dumps(change(line)) for line in lines)
    made = imported("auto", content, network="reddit", accounts="AcmeHelp,reddit,Acme")
    assert made.report.format == "convokit"
    assert list(made.posts.author_role) == ["customer", "brand", "customer"]
    assert made.column("reply_to") == {"reddit:u1": "reddit:u0", "reddit:u2": "reddit:u1"}
    assert made.posts.isna().author_id["reddit:u2"]


def test_a_corpus_without_a_network_or_times_says_so(imported: Callable) -> None:
    made = imported("auto", [utterance(0, "ann"), utterance(1, "bob", timestamp=None)])
    assert list(made.posts.network) == ["other"]
    assert made.rejected == [("1, item 2", "created_at is no time that can be read")]
    assert any("give --network" in w for w in made.report.warnings)
