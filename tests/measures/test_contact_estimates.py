"""Contacts until the answer, and what became of requests in public: counted by hand."""

from __future__ import annotations

import pytest

from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.errors import InputError, SelectionError
from carekit.measures.contacts import contacts, public_outcomes, repeats

BRAND = {"author_role": "brand", "account": "acme", "lang": "en"}
END = {"observed_at": 9000}


def thread(name: str, contacts: int, answer: str | None) -> list[dict]:
    """A customer writes `contacts` times, then the brand answers, or not."""
    made = []
    for k in range(contacts):
        above = name if k else None
        made.append({"id": f"{name}{k or ''}", "at": k, "author_id": name, "reply_to": above,
                     "account": "acme", **END})  # fmt: skip
    if answer is not None:
        made.append({"id": f"{name}-r", "at": 100, "reply_to": name, "text": answer, **BRAND,
                     **END})  # fmt: skip
    return made


ROWS = [
    *thread("a", 1, "It left this morning."),
    *thread("b", 1, "Please send us a DM with your number"),
    *thread("c", 2, "We are sorry, try again."),
    *thread("d", 5, "It works again."),
    *thread("e", 6, None),
    *thread("f", 1, None),
]


def test_contacts_of_answered_requests_are_counted_by_hand(make_dataset):
    made = contacts(make_dataset(ROWS), cluster="none")
    assert made["contacts"].tolist() == ["1", "2", "3", "4+"]
    assert made["n"].tolist() == [4] * 4
    assert made["n_yes"].tolist() == [2, 1, 0, 1]
    assert made.attrs["note"].startswith("Denominator: answered ones of customer posts that reply")


def test_two_or_more_is_what_repeats_says(make_dataset):
    dataset = make_dataset(ROWS)
    more = contacts(dataset, most=2, cluster="none").set_index("contacts").loc["2+"]
    known = repeats(dataset, cluster="none").set_index("repeat")
    same = known.loc["answered after two contacts or more"]
    kept = ["n", "n_yes", "estimate", "ci_low", "ci_high"]
    assert more[kept].tolist() == same[kept].tolist()


def test_groups_have_their_own_classes(make_dataset):
    made = contacts(make_dataset(ROWS), by="account", most=3, cluster="none")
    assert made["account"].tolist() == ["acme"] * 3
    assert made["contacts"].tolist() == ["1", "2", "3+"]


def test_outcomes_are_shares_of_all_requests(make_dataset):
    made = public_outcomes(make_dataset(ROWS), cluster="none").set_index("outcome")
    assert made["n"].tolist() == [6] * 5
    assert made["n_yes"].to_dict() == {
        "answered in public": 3,
        "answered, sent to a private message": 1,
        "answered, text not known": 0,
        "no answer": 2,
        "not settled in public": 3,
    }
    assert made["estimate"].iloc[:4].sum() == pytest.approx(1)


def test_answers_without_a_text_are_told_apart(make_dataset):
    rows = [{**r, "text": None} if r["id"] == "b-r" else r for r in ROWS]
    made = public_outcomes(make_dataset(rows), cluster="none").set_index("outcome")
    assert made["n_yes"].tolist() == [3, 0, 1, 2, 2]


def test_what_makes_no_sense_is_named(make_dataset):
    dataset = make_dataset(ROWS)
    with pytest.raises(InputError) as error:
        contacts(dataset, most=1)
    assert str(error.value) == (
        "`most` is 1; a whole number of 2 or more was expected. Write 4 to tell apart 1, 2, 3 and "
        "4 or more contacts."
    )
    with pytest.raises(InputError, match="'direct-message', by message; contacts are counted from"):
        contacts(dataset, definition="direct-message")


def test_answered_conversations_have_contacts_and_no_outcomes(make_dataset):
    dataset = make_dataset(ROWS[:3], selection=ANSWERED_ONLY)
    assert len(contacts(dataset, cluster="none")) == 4
    with pytest.raises(SelectionError, match="repeats is refused"):
        public_outcomes(dataset)
