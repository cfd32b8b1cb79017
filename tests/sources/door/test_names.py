"""Names of accounts, members and agents in a file of their own, beside the posts.

Ten requests each, the first four answered by the brand; who the brand is, only that file tells.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from carekit.errors import InputError
from carekit.sources.networks.bluesky.posts import USER as PROFILE
from carekit.sources.networks.chats import MEMBER
from carekit.sources.networks.x.posts import USER
from carekit.sources.networks.zendesk import OTHER

from .conftest import Load, lines

N, K = 10, 4
RIGHT = (K, N)
PEOPLE = {"77": "ZeltHelp"} | {str(50 + i): f"ann{i}" for i in range(N)}


def at(i: int, minute: int = 0) -> str:
    return f"2025-04-{1 + i:02d}T10:{minute:02d}:00Z"


def talk(asked: Callable[[int], Any], answer: Callable[[int], Any]) -> list[Any]:
    return [made(i) for i in range(N) for made in (asked, answer) if made is asked or i < K]


TWEETS = talk(
    lambda i: {"id": f"9{i}", "author_id": str(50 + i), "created_at": at(i), "text": "it is torn"},
    lambda i: {"id": f"8{i}", "author_id": "77", "created_at": at(i, 30), "text": "sorry",
               "referenced_tweets": [{"type": "replied_to", "id": f"9{i}"}]},
)  # fmt: skip
USERS = [{"id": native, "username": name} for native, name in PEOPLE.items()]
ON_X = "account,network,brand\nZeltHelp,x,Zelt\n"


@pytest.mark.parametrize(
    "users",
    [
        USERS,
        {"includes": {"users": USERS}},
        {"data": USERS, "meta": {"result_count": len(USERS)}},
        "\n".join(map(json.dumps, USERS)),
    ],
    ids=["a list", "the includes of a page", "looked up", "lines"],
)
@pytest.mark.parametrize("order", [1, -1])
def test_users_of_x(load: Load, users: Any, order: int) -> None:
    made = load(*[TWEETS, users][::order], format="x", accounts=ON_X)
    assert made.rate() == RIGHT
    assert made.report.left_out == {USER: len(USERS)}


def test_a_file_of_users_does_not_silence_that_no_brand_is_there(load: Load) -> None:
    made = load(TWEETS, USERS, format="x")
    assert made.rate() == (0, N)
    assert any("No post here is by a brand" in c for c in made.dataset.manifest.cautions)


def test_members_of_slack(load: Load) -> None:
    room = talk(
        lambda i: {"type": "message", "user": f"U{50 + i}", "text": "torn", "ts": f"17434000{i:02d}.1"},
        lambda i: {"type": "message", "user": "U77", "text": "sorry", "ts": f"17434001{i:02d}.1",
                   "thread_ts": f"17434000{i:02d}.1"},
    )  # fmt: skip
    members = [{"id": f"U{k}", "name": v, "profile": {"real_name": "?"}} for k, v in PEOPLE.items()]
    for wrapped in (members, {"ok": True, "members": members}):
        made = load(room, wrapped, format="slack", out=f"d{len(wrapped)}",
                    accounts="account,network,brand\nZeltHelp,slack,Zelt\n")  # fmt: skip
        assert made.rate(definition="zendesk") == RIGHT
        assert made.report.left_out == {MEMBER: len(members)}


@pytest.mark.parametrize(
    ("name", "number", "listed", "right"),
    [
        ("zelt.help", "0000", "zelt.help", RIGHT),
        ("zelt.help", None, "zelt.help", RIGHT),
        ("Zelt Bot", "4242", "Zelt Bot#4242", RIGHT),
        ("Zelt Bot", "4242", "Zelt Bot", (0, N)),  # anybody may bear such a name
        ("77", "0000", "77", RIGHT),
        ("50", "0000", "77", RIGHT),
    ],
)
def test_names_on_discord(load: Load, name: str, number: str, listed: str, right: Any) -> None:
    def said(n: str, i: int, who: str, called: str, minute: int, **more: Any) -> dict[str, Any]:
        author = {"id": who, "name": called, "discriminator": number}
        return {"id": n, "type": "Default", "timestamp": at(i, minute), "content": "?",
                "author": author} | more  # fmt: skip

    messages = talk(
        lambda i: said(f"1{i}", i, str(50 + i), "77" if name == "50" else f"ann{i}", 0),
        lambda i: said(f"2{i}", i, "77", name, 30, type="Reply", reference={"messageId": f"1{i}"}),
    )
    export = {"guild": {"id": "1"}, "channel": {"id": "2"}, "messages": messages}
    made = load(
        export, format="discord", accounts=f"account,network,brand\n{listed},discord,Zelt\n"
    )
    assert made.rate() == right


def test_profiles_of_bluesky(load: Load) -> None:
    def record(who: str, key: str, i: int, minute: int, **more: Any) -> dict[str, Any]:
        value = {"$type": "app.bsky.feed.post", "text": "?", "createdAt": at(i, minute)} | more
        return {"uri": f"at://did:plc:{who}/app.bsky.feed.post/{key}", "cid": "c", "value": value}

    def below(i: int) -> dict[str, Any]:
        asked = {"uri": f"at://did:plc:{50 + i}/app.bsky.feed.post/a"}
        return {"reply": {"root": asked, "parent": asked}}

    records = talk(
        lambda i: record(str(50 + i), "a", i, 0),
        lambda i: record("77", f"r{i}", i, 30, **below(i)),
    )
    profiles = {
        "profiles": [{"did": f"did:plc:{k}", "handle": f"{v}.test"} for k, v in PEOPLE.items()]
    }
    listed = "account,network,brand\nzelthelp.test,bluesky,Zelt\n"
    made = load({"records": records}, profiles, format="bluesky", accounts=listed)
    assert made.rate() == RIGHT
    assert made.report.left_out == {PROFILE: len(PEOPLE)}


def ticket(i: int) -> dict[str, Any]:
    """The first four are answered by an agent, the others by somebody in copy."""
    said = {"id": 900 + i, "author_id": 77 if i < K else 60, "body": "?", "created_at": at(i, 30)}
    return {"id": i + 1, "description": "it is torn", "requester_id": 50 + i, "created_at": at(i),
            "comments": [said]}  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("users", ["under users", "a list", "lines"])
def test_users_of_zendesk(load: Load, users: str, order: int) -> None:
    people = [{"id": 77, "role": "agent"}, *({"id": n, "role": "end-user"} for n in range(50, 61))]
    beside = {"under users": {"users": people}, "a list": people,
              "lines": "\n".join(map(json.dumps, people))}[users]  # fmt: skip
    tickets = {"tickets": [ticket(i) for i in range(N)]}
    made = load(*[tickets, beside][::order], format="zendesk", brand="Zelt")
    assert made.rate() == RIGHT
    assert not made.dataset.manifest.cautions
    assert set(made.report.left_out) == {OTHER}


def test_tickets_and_users_on_lines_of_one_file(load: Load) -> None:
    people = [{"id": 77, "role": "agent"}, {"id": 60, "role": "end-user"}]
    made = load(
        "\n".join(json.dumps(x) for x in [*map(ticket, range(N)), *people]), format="zendesk"
    )
    assert made.rate() == RIGHT


POSTS = lines(
    "tweet_id,user_id,created_at,text,in_reply_to_status_id",
    *talk(
        lambda i: [f"9{i}", 50 + i, at(i), "it is torn", ""],
        lambda i: [f"8{i}", 77, at(i, 30), "sorry", f"9{i}"],
    ),
)


@pytest.mark.parametrize(
    "accounts",
    [
        "user_id,screen_name,network,brand\n77,ZeltHelp,x,Zelt\n",
        "Page ID,Page Name,Network,Brand\n77,Zelt Help,X (Twitter),Zelt\n",
        "Id du compte;Compte;Réseau;Marque\n77;ZeltHelp;Twitter;Zelt\n",
        "account,brand,account_id\nZeltHelp,Zelt,77\nZeltNews,Zelt,\n",
    ],
)
def test_a_list_of_accounts_may_tell_their_ids(load: Load, accounts: str) -> None:
    made = load(POSTS, accounts=accounts, network="x")
    assert made.rate() == RIGHT
    assert "77" not in set(made.dataset.read("accounts").account)


def test_a_running_number_of_a_list_is_nobodys_id(load: Load) -> None:
    made = load(POSTS, accounts="id,account,network,brand\n50,ZeltHelp,x,Zelt\n")
    assert set(made.posts.author_role) == {"customer"}
    assert made.said("No post of")


def test_one_id_of_two_accounts_is_refused(load: Load) -> None:
    twice = "user_id,account,network,brand\n77,ZeltHelp,x,Zelt\n77,ZeltNews,x,Zelt\n"
    with pytest.raises(InputError, match="its id is that of another account"):
        load(POSTS, accounts=twice)
