"""Requests as one value: said once, built once, and back to the posts behind a row."""

from __future__ import annotations

import inspect

import pandas as pd
import pytest

import carekit
from carekit.errors import InputError
from carekit.measures.answers import answer_rate
from carekit.requests.definitions import DEFINITIONS
from carekit.requests.value import Requests

ROWS = [
    {"id": "a", "at": 0, "account": "acme", "brand": "Acme", "author_id": "u1", "text": "One"},
    {"id": "ra", "at": 9, "reply_to": "a", "account": "acme", "brand": "Acme",
     "author_role": "brand", "text": "Sorry"},
    {"id": "b", "at": 20, "account": "acme", "brand": "Acme", "author_id": "u1", "text": "Two"},
    {"id": "c", "at": 5, "network": "facebook", "brand": "Bolt", "author_id": None},
    {"id": "d", "at": 6, "network": "facebook", "author_id": "u2"},
    {"id": "lost", "at": 7, "reply_to": "gone", "author_id": "u3"},
]  # fmt: skip


@pytest.fixture
def dataset(make_dataset):
    return make_dataset(ROWS, copies=ROWS[:1])


@pytest.fixture
def requests(dataset):
    return carekit.requests(dataset, by="network")


def test_the_room_is_called_by_its_name(requests):
    assert isinstance(requests, carekit.requests.Requests)
    known = list(inspect.signature(carekit.requests).parameters)
    assert known == ["dataset", "by", "where", "definition", "cluster", "conf_level",
                     "allow_selected", "engine", "target"]  # fmt: skip
    with pytest.raises(AttributeError, match=r"'carekit\.requests' has no attribute 'answers'"):
        carekit.requests.answers  # noqa: B018


def test_the_posts_behind_a_row_are_as_many_as_it_counts(requests):
    rates = answer_rate(requests)
    for row in rates.itertuples():
        assert len(requests.posts(network=row.network)) == row.n
        assert len(requests.posts(network=row.network, answered=True)) == row.n_answered
    found = requests.posts(network="x")
    assert found.columns.tolist() == [
        "post_id", "created_at", "network", "brand", "account", "surface", "answered",
        "first_response_minutes", "text",
    ]  # fmt: skip
    assert found.post_id.tolist() == ["a", "b"]
    assert found.text.tolist() == ["One", "Two"]
    assert found.created_at[0] == pd.Timestamp("2024-03-01 12:00", tz="UTC")
    assert found.first_response_minutes[0] == 9


def test_posts_are_found_by_missing_values_and_parts_of_the_time(requests):
    assert requests.posts(brand=None).post_id.tolist() == ["d"]
    assert requests.posts(brand=float("nan"), network="x").empty
    assert requests.grouped("month").posts(month="2024-03").post_id.tolist() == ["a", "c", "d", "b"]
    assert requests.posts(thread_complete=True).post_id.tolist() == ["a", "c", "d", "b"]
    assert requests.but(where="network = 'x'").posts(answered=False).post_id.tolist() == ["b"]
    with pytest.raises(InputError, match=r"Did you mean 'network'\?"):
        requests.posts(netwrok="x")


def test_printed_it_says_the_denominator_and_what_was_left_out(requests):
    assert str(requests.but(where="network = 'x'")) == (
        "Requests of Test where network = 'x', by network. Denominator: customer posts that reply to "
        "nothing. Left out: 1 repeated rows; 1 customer posts that reply to a post outside the "
        "dataset."
    )


def test_the_unit_is_the_author_within_a_brand_and_never_missing(requests):
    assert requests.unit == "author_id", "a handful of brands: these are spoken of"
    requests = requests.but(target="like-these")
    assert requests.unit == "brand"
    assert requests.grouped("brand").unit == "author_id"
    assert requests.but(where="brand = 'Acme'").unit == "author_id"
    assert requests.but(cluster="none").unit is None
    units = requests.but(cluster="author_id").rows().select("request_id", "unit").execute()
    assert units.set_index("request_id")["unit"].to_dict() == {
        "a": "u1", "b": "u1", "c": "c", "d": "u2"
    }  # fmt: skip
    brands = requests.rows().select("request_id", "unit").execute().set_index("request_id")["unit"]
    assert brands["d"] == "unknown"


def test_an_unknown_name_says_what_is_there_and_what_is_near(dataset):
    with pytest.raises(InputError) as error:
        answer_rate(dataset, by="contry")
    assert "; columns: request_id, " in str(error.value)
    assert str(error.value).endswith(" Did you mean 'country'?")
    with pytest.raises(InputError, match=r"Did you mean 'brand'\?"):
        answer_rate(dataset, cluster="bran")
    with pytest.raises(InputError, match=r"Did you mean 'network'\? Text goes in single quotes"):
        answer_rate(dataset, where="netwerk = 'x'")
    with pytest.raises(InputError, match=r"Did you mean 'zendesk'\? Or pass a carekit.Definition"):
        carekit.requests(dataset, definition="zendsk")


def test_what_is_built_is_built_once_for_all_measures(dataset, monkeypatch):
    with carekit.connect() as engine:
        kept, keep = [], engine.keep
        monkeypatch.setattr(engine, "keep", lambda table: kept.append(table) or keep(table))
        requests = carekit.requests(dataset, engine=engine)
        for made in (requests, requests.grouped("network"), requests.but(where="network = 'x'")):
            answer_rate(made)
            carekit.first_response(made)
        answer_rate(dataset, engine=engine)
        # Definitions that count the same posts share them, whatever they report.
        devoted = DEFINITIONS["socially-devoted"].rows
        assert devoted == DEFINITIONS["socialbakers-2015"].rows
        # The repeats, which of them stays, posts without them, and the requests.
        assert len(kept) == 4


def test_without_an_engine_it_has_one_of_its_own(requests):
    assert requests.on is requests.grouped("brand").on
    assert answer_rate(requests).n.sum() == 4
    assert requests.on.con.con.execute("SELECT 1").fetchone() == (1,)


def test_only_some_posts(requests):
    some = requests.only(["a", "c", "nowhere"])
    assert answer_rate(some).n.tolist() == [1, 1]
    assert some.grouped().posts().post_id.tolist() == ["a", "c"]


def test_text_and_names_become_columns_and_definitions(dataset):
    made = Requests.of(dataset, by=" network, brand", definition="zendesk")
    assert made.by == ("network", "brand")
    assert made.definition is DEFINITIONS["zendesk"]
