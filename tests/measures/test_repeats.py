"""Who asks again, who is never answered: counted by hand on seven threads."""

from __future__ import annotations

import pytest

from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.errors import InputError, SelectionError
from carekit.measures.answers import answer_bounds
from carekit.measures.contacts import repeats

BRAND = {"author_role": "brand", "account": "acme"}
END = {"observed_at": 9000}


def post(name: str, at: int, author: str, reply_to: str | None = None, **more) -> dict:
    return {"id": name, "at": at, "author_id": author, "reply_to": reply_to, **END, **more}


ROWS = [
    # answered at once; what the customer writes afterwards is no second contact
    post("a", 0, "u1", account="acme"),
    {"id": "ra", "at": 5, "reply_to": "a", **BRAND, **END},
    post("a2", 9, "u1", "ra"),
    # asks twice more, and is answered under the second post
    post("b", 0, "u2", account="acme"),
    post("b2", 10, "u2", "b"),
    post("b3", 20, "u2", "b2"),
    {"id": "rb", "at": 30, "reply_to": "b3", **BRAND, **END},
    # another customer writes in the thread: no contact of this one
    post("c", 0, "u3", account="acme"),
    post("c2", 10, "u9", "c"),
    {"id": "rc", "at": 20, "reply_to": "c", **BRAND, **END},
    # never answered, asked again
    post("d", 0, "u4", account="acme"),
    post("d2", 60, "u4", "d"),
    # never answered; a post that is stored in its thread has lost its parent
    post("e", 0, "u5", account="acme"),
    post("e2", 50, "u5", "gone", thread_id="e"),
    # deleted without an answer
    post("f", 0, "u6", account="acme", deleted_at=500),
    # unknown author: nobody can say who wrote again
    post("g", 0, None, account="acme"),
    post("g2", 10, None, "g"),
]


def test_contacts_are_counted_by_hand(make_dataset):
    table = repeats(make_dataset(ROWS), cluster="none").set_index("repeat")
    again, two, never = table.itertuples()
    assert (again.n, again.n_yes, again.n_unknown) == (7, 2, 1)  # b and d; e may have
    assert (two.n, two.n_yes, two.mean_contacts) == (3, 1, 5 / 3)  # a, b, c wrote 1, 3, 1
    assert (never.n, never.n_yes, never.n_unknown) == (7, 4, 1)
    assert (again.lower_bound, again.upper_bound) == (2 / 7, 3 / 7)
    assert (never.lower_bound, never.upper_bound) == (3 / 7, 4 / 7)


def test_groups_have_three_rows_each(make_dataset):
    table = repeats(make_dataset(ROWS), by="account", cluster="none")
    assert table.account.tolist() == ["acme"] * 3
    assert table.repeat.tolist() == [
        "asked again",
        "answered after two contacts or more",
        "never answered",
    ]
    assert table.mean_contacts.notna().tolist() == [False, True, False]


def test_a_request_must_open_a_thread(make_dataset):
    with pytest.raises(InputError) as error:
        repeats(make_dataset(ROWS), definition="direct-message")
    assert str(error.value) == (
        "`definition` is 'direct-message', by message; who asks again is told from the post that "
        "opens a thread. Choose a definition by opening, question, page post, review, ticket."
    )


def test_answered_conversations_cannot_say_who_was_never_answered(make_dataset):
    with pytest.raises(SelectionError, match="repeats is refused"):
        repeats(make_dataset(ROWS, selection=ANSWERED_ONLY))


def test_missing_and_deleted_posts_leave_the_rate_between_bounds(make_dataset):
    row = answer_bounds(make_dataset(ROWS), cluster="none").iloc[0]
    assert (row.n, row.n_answered) == (7, 2)  # a and c directly; b under its second post
    assert (row.n_incomplete, row.n_deleted, row.n_unknown) == (1, 1, 2)
    assert (row.lower_bound, row.upper_bound) == (2 / 7, 4 / 7)
    assert row.isna().estimate
    assert row.ci_low < row.lower_bound < row.upper_bound < row.ci_high


def test_bounds_of_a_complete_dataset_meet(make_dataset):
    row = answer_bounds(make_dataset(ROWS[:3]), by="account", cluster="none").iloc[0]
    assert (row.account, row.n_unknown, row.estimate) == ("acme", 0, 1.0)
    assert row.lower_bound == row.upper_bound == 1


def test_gaps_that_the_source_states_widen_the_bounds(make_dataset):
    # By hand: 4 openings; p is answered, its stub takes nothing away; q and r are not, and the
    # source says of q that 7 replies are missing, of r that none is; s has lost nothing it knows of.
    rows = [
        post("p", 0, "u1", account="acme"),
        {"id": "rp", "at": 5, "reply_to": "p", **BRAND, **END},
        post("q", 0, "u2", account="acme"),
        post("q2", 5, "u3", "q"),
        post("r", 0, "u4", account="acme"),
        post("s", 0, "u5", account="acme"),
    ]
    threads = [
        {"thread_id": "p", "thread_complete": False, "n_missing": 2, "reason": "stub"},
        {"thread_id": "q2", "thread_complete": False, "n_missing": 7, "reason": "reply_count"},
        {"thread_id": "r", "thread_complete": True, "n_missing": 0, "reason": None},
    ]
    row = answer_bounds(make_dataset(rows, threads=threads), cluster="none").iloc[0]
    assert (row.n, row.n_answered, row.n_incomplete, row.n_deleted) == (4, 1, 1, 0)
    assert (row.lower_bound, row.upper_bound) == (1 / 4, 2 / 4)
    row = answer_bounds(make_dataset(rows), cluster="none").iloc[0]
    assert (row.lower_bound, row.upper_bound) == (1 / 4, 1 / 4)
