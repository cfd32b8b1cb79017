"""Zendesk tickets, with comments, with audits, with nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import carekit
from carekit.dataset.engine import connect
from carekit.dataset.folder import open_dataset
from carekit.errors import CannotAnswer
from carekit.requests.build import build_requests
from carekit.sources.networks.zendesk import LOST, OTHER


def ticket(n: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": n,
        "created_at": f"2024-05-01T12:00:0{n}Z",
        "subject": "Broken",
        "description": f"my first message in {n}",
        "requester_id": 900 + n,
        "submitter_id": 900 + n,
        "status": "solved",
        "via": {"channel": "web"},
    } | changes


def comment(
    n: int, author: int, minute: int, *, public: bool = True, **changes: Any
) -> dict[str, Any]:
    return {
        "id": 5000 + n,
        "author_id": author,
        "created_at": f"2024-05-01T12:{minute:02d}:00Z",
        "body": f"comment {n}",
        "public": public,
    } | changes


COMMENTS = [
    comment(1, 901, 0, body="my first message in 1"),
    comment(2, 77, 5, public=False),
    comment(3, 77, 30),
    comment(4, 901, 40),
    comment(5, 902, 50),
]
USERS = [{"id": 77, "role": "agent", "email": "agent_x@acme.test"}, {"id": 902, "role": "end-user"}]


def audit(n: int, author: int, minute: int, *events: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": 8000 + n,
        "ticket_id": 1,
        "author_id": author,
        "created_at": f"2024-05-01T12:{minute:02d}:00Z",
        "events": list(events),
    }


AUDITS = [
    audit(
        1, 901, 0, {"type": "Create", "field_name": "status"}, {"type": "Comment", **COMMENTS[0]}
    ),
    audit(2, 77, 5, {"type": "Comment", **COMMENTS[1]}, {"type": "Change", "value": "open"}),
    audit(3, 77, 30, {"type": "Comment", "id": 5003, "body": "comment 3", "public": True}),
    audit(4, 901, 40, {"type": "Comment", **COMMENTS[3]}),
    audit(5, 902, 50, {"type": "Comment", **COMMENTS[4]}),
]


@pytest.mark.parametrize(
    "content",
    [
        {"tickets": [ticket(1, comments=COMMENTS)], "users": USERS},
        {"tickets": [ticket(1, audits=AUDITS)], "users": USERS},
        {"ticket": ticket(1), "comments": COMMENTS, "users": USERS},
        {"tickets": [ticket(1)], "audits": AUDITS, "users": USERS, "next_page": None},
        [{"users": USERS}, {"tickets": [ticket(1, comments={"comments": COMMENTS})]}],
    ],
)
def test_the_messages_of_a_ticket_in_any_wrapping(content: Any, imported: Callable) -> None:
    made = imported("zendesk", content, brand="Acme")
    posts = made.posts
    assert list(posts.index) == ["zendesk:1", *(f"zendesk:1-500{n}" for n in range(2, 6))]
    assert list(posts.author_role) == ["customer", "other", "brand", "customer", "customer"]
    assert list(posts.visibility) == ["public", "private", "public", "public", "public"]
    assert set(posts.reply_to.dropna()) == {"zendesk:1"}
    assert posts.text["zendesk:1"] == "my first message in 1"
    assert made.threads == {}
    assert made.holds("agent_x", "zendesk:77") == []
    assert len(open_dataset(made.path).read("accounts")) == 0


def test_a_note_among_agents_is_no_answer(imported: Callable) -> None:
    made = imported("auto", {"tickets": [ticket(1, comments=COMMENTS), ticket(2)], "users": USERS})
    with connect() as engine:
        requests = build_requests(open_dataset(made.path), engine=engine).table.execute()
    requests = requests.set_index("request_id")
    # The note came after 5 minutes, the public answer after 30; of the second ticket nobody knows.
    assert requests.first_response_minutes["zendesk:1"] == 30
    assert requests.thread_complete.to_dict() == {"zendesk:1": True, "zendesk:2": False}


def test_tickets_without_comments_say_nothing_about_answers(imported: Callable) -> None:
    made = imported(
        "auto", {"tickets": [ticket(1), ticket(2, comment_count=4), ticket(3, comment_count=1)]}
    )
    assert made.report.format == "zendesk"
    assert made.threads == {
        "zendesk:1": (False, None, "export"),
        "zendesk:2": (False, 3, "export"),
    }
    assert list(made.posts.author_role) == ["customer"] * 3


def test_a_definition_by_accounts_says_that_tickets_name_none(imported: Callable) -> None:
    made = imported("zendesk", {"tickets": [ticket(1, comments=COMMENTS)], "users": USERS})
    with pytest.raises(CannotAnswer, match="no post here names one: tickets and reviews never do"):
        carekit.answer_rate(open_dataset(made.path), definition="sprout-72h")
    assert carekit.answer_rate(open_dataset(made.path)).n[0] == 1


def test_the_channel_is_the_network(imported: Callable) -> None:
    rows = [
        ticket(1, via={"channel": "twitter"}),
        ticket(2, via={"channel": "facebook"}),
        ticket(3),
    ]
    made = imported("auto", "\n".join(map(json.dumps, rows)))
    assert list(made.posts.index) == ["x:1", "facebook:2", "zendesk:3"]


def test_loose_comments_users_and_nonsense_are_counted(imported: Callable) -> None:
    content = {
        "tickets": [ticket(1, comments=COMMENTS[:1]), {"id": 9, "requester_id": 1}, 4],
        "audits": [audit(1, 3, 1) | {"ticket_id": 44}],
        "comments": [COMMENTS[2] | {"ticket_id": 55}],
    }
    made = imported("zendesk", [content, {"role": "agent", "id": 3}, {"what": 1}])
    assert dict(made.report.left_out) == {OTHER: 1}
    reasons = [why for _, why in made.rejected]
    assert reasons.count(LOST) == 2
    assert "it is neither a ticket nor a comment" in reasons
    assert "created_at is no time that can be read" in reasons
    assert len(reasons) == 5


def test_an_export_that_begins_after_the_description_keeps_it(imported: Callable) -> None:
    made = imported("auto", {"tickets": [ticket(1, comments=COMMENTS[2:3])], "users": USERS})
    assert list(made.posts.index) == ["zendesk:1", "zendesk:1-5003"]
    assert list(made.posts.author_role) == ["customer", "brand"]
    assert list(made.posts.text) == ["my first message in 1", "comment 3"]


def test_who_is_in_copy_is_a_customer_or_is_said_to_be_unknown(imported: Callable) -> None:
    comments = [COMMENTS[0], comment(2, 55, 10), comment(3, 77, 30)]
    unknown = imported("auto", {"tickets": [ticket(1, comments=comments)]}, brand="Acme")
    assert any("taken for an agent" in w for w in unknown.report.warnings)
    copied = ticket(1, comments=comments, collaborator_ids=[55], assignee_id=77)
    made = imported("auto", {"tickets": [copied]}, brand="Acme", out="copied")
    assert list(made.posts.author_role) == ["customer", "customer", "brand"]
    assert not any("taken for an agent" in w for w in made.report.warnings)
    other = ticket(2, requester_id=55, comments=[COMMENTS[1] | {"author_id": 77}])
    made = imported("auto", [ticket(1, comments=comments), other], brand="Acme", out="others")
    assert list(made.posts.author_role[:3]) == ["customer", "customer", "brand"]


def test_one_odd_ticket_costs_one_ticket(imported: Callable) -> None:
    odd = ticket(2, comments=7, via=[], created_at={}, description=["x"])
    made = imported("zendesk", {"tickets": [ticket(1, comments=COMMENTS[:1]), odd, ticket(3)]})
    assert set(made.posts.index) == {"zendesk:1", "zendesk:3"}
    assert len(made.rejected) == 1
