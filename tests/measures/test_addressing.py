"""Openings by mood and by the account that they name."""

from __future__ import annotations

import pandas as pd

from carekit.measures.bypass import MAIN, UNNAMED, count_addressing
from carekit.requests.value import Requests

ACCOUNTS = [
    {"account": "acme", "network": "x", "brand": "Acme", "account_kind": "main", "opened_at": None},
    {"account": "help", "network": "x", "brand": "Acme", "account_kind": "care",
     "opened_at": pd.Timestamp("2024-03-01 12:10", tz="UTC")},
]  # fmt: skip
ROWS = [
    {"id": "a", "at": 5, "account": "acme", "brand": "Acme", "author_id": "u1"},  # not open yet
    {"id": "b", "at": 15, "account": "acme", "brand": "Acme", "author_id": "u1"},
    {"id": "c", "at": 16, "account": "help", "brand": "Acme", "author_id": "u2"},
    {"id": "d", "at": 17, "brand": "Acme", "author_id": "u3"},
    {"id": "rd", "at": 18, "reply_to": "d", "account": "help", "brand": "Acme",
     "author_role": "brand"},
    {"id": "e", "at": 19, "account": "help", "brand": "Acme", "author_id": None},
]  # fmt: skip
MOODS = pd.DataFrame(
    {"request_id": ["a", "b", "c", "d"], "mood": ["calm", "angry", "calm", "angry"]}
)


def counted(make_dataset, accounts=ACCOUNTS):
    dataset = make_dataset(ROWS, accounts=accounts)
    return count_addressing(Requests(dataset, cluster="author_id"), MOODS)


def test_an_opening_names_an_account_only_if_its_own_post_does(make_dataset):
    made = counted(make_dataset)
    unnamed = made[made.outcome == UNNAMED].groupby("mood", dropna=False)[["n", "n_yes"]].sum()
    assert unnamed.loc["angry"].tolist() == [2, 1]  # d, though the care account answered it
    assert unnamed.loc["calm"].tolist() == [2, 0]
    assert unnamed[unnamed.index.isna()].to_numpy().tolist() == [[1, 0]]  # e has no mood


def test_the_choice_of_account_exists_from_the_opening_of_the_care_account_on(make_dataset):
    made = counted(make_dataset)
    main = made[made.outcome == MAIN].groupby("mood", dropna=False)[["n", "n_yes"]].sum()
    assert main.loc["angry"].tolist() == [1, 1]  # b
    assert main.loc["calm"].tolist() == [1, 0]  # c; a came before
    assert made["n"].sum() == 5 + 3


def test_an_unknown_author_is_a_cluster_of_its_own(make_dataset):
    made = counted(make_dataset)
    assert "e" in set(made["unit"])


def test_without_a_care_account_there_is_no_choice(make_dataset):
    made = counted(make_dataset, accounts=ACCOUNTS[:1])
    assert set(made["outcome"]) == {UNNAMED}
