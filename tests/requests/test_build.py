"""Requests under a definition, counted by hand on a handful of posts."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest

from carekit.dataset.engine import connect
from carekit.dataset.schema import REQUESTS
from carekit.errors import InputError
from carekit.requests.build import build_requests
from carekit.requests.definitions import Definition, get_definition
from carekit.requests.groups import with_groups

BRAND = {"author_role": "brand"}
ROWS = [
    {"id": "q1", "at": 0, "account": "acme", "text": "Where is my parcel?", "author_id": "a_1"},
    {"id": "r1", "at": 30, "reply_to": "q1", "account": "acme", **BRAND},
    {"id": "r1b", "at": 45, "reply_to": "q1", "account": "acme", **BRAND},
    {"id": "q2", "at": 10, "text": "Broken again", "observed_at": 500, "author_id": "a_2"},
    {"id": "q3", "at": 20, "text": "late?", "observed_at": 900, "deleted_at": 120},
    {"id": "q4", "at": 100, "text": None},
    {"id": "r4", "at": 40, "reply_to": "q4", "account": "Acme2", "brand": "Acme", **BRAND},
    {"id": "m1", "at": 50, "reply_to": "r1", "text": "thanks"},
    {"id": "lost", "at": 60, "reply_to": "gone", "text": "any news?"},
    {"id": "r5", "at": 61, "reply_to": "lost", "account": "acme", "visibility": "private", **BRAND},
    {"id": "bot", "at": 5, "author_role": "other", "text": "ad"},
]
ACCOUNTS = [{"account": "acme", "network": "x", "brand": "Acme", "account_kind": "care"}]
BRANDS = [{"brand": "Acme", "country": "FR", "sector": "retail"}]


@pytest.fixture
def engine():
    with connect() as opened:
        yield opened


@pytest.fixture
def requests(make_dataset, engine):
    dataset = make_dataset(ROWS, accounts=ACCOUNTS, brands=BRANDS)

    def build(definition="direct-opening", **options):
        built = build_requests(dataset, definition=definition, engine=engine, **options)
        return built, built.table.execute().set_index("request_id", drop=False).sort_index()

    return build


def test_openings_are_customer_posts_that_reply_to_nothing(requests):
    built, table = requests()
    assert list(table.index) == ["q1", "q2", "q3", "q4"]
    assert built.n_orphans == 1
    assert list(table.columns) == REQUESTS.names


def test_messages_are_all_customer_posts(requests):
    _, table = requests("direct-message")
    assert list(table.index) == ["lost", "m1", "q1", "q2", "q3", "q4"]


def test_questions_are_openings_put_to_an_account_that_hold_a_question_mark(requests):
    _, table = requests("socialbakers-2015")
    assert list(table.index) == ["q1"]


def test_an_answer_anywhere_in_the_thread_counts_if_the_definition_says_so(make_dataset, engine):
    rows = [
        {"id": "q", "account": "acme", "text": "why?"},
        {"id": "other", "at": 5, "reply_to": "q", "text": "same here"},
        {"id": "late", "at": 50, "reply_to": "other", "account": "acme", **BRAND},
    ]
    dataset = make_dataset(rows)
    for name, answered in (("direct-opening", False), ("socialbakers-2015", True)):
        table = build_requests(dataset, definition=name, engine=engine).table.execute()
        assert list(table.request_id) == ["q"]
        assert table.answered[0] == answered
    assert table.first_response_minutes[0] == 50


def test_the_first_direct_reply_of_a_brand_is_the_answer(requests):
    _, table = requests()
    assert table.answered.to_dict() == {"q1": True, "q2": False, "q3": False, "q4": True}
    assert table.first_response_minutes["q1"] == 30


def test_a_private_reply_is_not_an_answer(requests):
    _, table = requests("direct-message")
    assert not table.answered["lost"]


def test_a_backdated_answer_counts_as_answered_with_a_negative_wait(requests):
    _, table = requests()
    assert table.first_response_seconds["q4"] == -60 * 60


def test_an_unanswered_request_is_followed_until_looked_at_or_deleted(requests):
    _, table = requests()
    assert table.observed_minutes["q2"] == 490
    assert table.observed_minutes["q3"] == 100
    assert table.observed_minutes.isna()["q1"]


def test_the_brand_is_that_of_the_account_named_else_of_the_first_replier(requests):
    _, table = requests()
    assert table.brand["q1"] == "Acme"
    assert table.country["q1"] == "FR"
    assert table.account_kind["q1"] == "care"
    assert (table.brand["q4"], table.account["q4"]) == ("Acme", "Acme2")
    assert table.brand.isna()["q2"]


def test_threads_tell_what_is_missing(requests):
    _, table = requests("direct-message")
    assert table.thread_id["m1"] == "q1"
    assert table.n_customer_posts["q1"] == 2
    assert table.thread_complete.to_dict()["lost"] is False


def test_without_threads_the_thread_columns_are_empty_and_the_rest_is_the_same(requests):
    _, with_threads = requests()
    built, without = requests(with_threads=False)
    assert built.threads is None
    assert without.thread_complete.isna().all()
    thread_columns = ["thread_id", "thread_complete", "n_customer_posts"]
    assert without.drop(columns=thread_columns).equals(with_threads.drop(columns=thread_columns))


def test_repeated_posts_are_left_out_and_counted(make_dataset, engine):
    dataset = make_dataset(ROWS, copies=ROWS[:3])
    built = build_requests(dataset, engine=engine)
    assert built.table.count().execute() == 4
    assert built.left_out == {
        "repeated rows": 3,
        "customer posts that reply to a post outside the dataset": 1,
    }


def test_of_several_brands_the_own_answer_counts_where_times_name_a_day_only(make_dataset, engine):
    asked = {"account": "acme", "brand": "Acme"}
    rows = [
        {"id": "q", **asked},
        {"id": "first", "at": 5, "reply_to": "q", "account": "o", **BRAND | {"brand": "Other"}},
        {"id": "own", "at": 30, "reply_to": "q", **BRAND | asked},
    ]
    dataset = make_dataset(rows)
    posts = dataset.read("posts")
    posts["created_until"] = posts["created_at"] + pd.Timedelta(days=1)
    table = pa.Table.from_pandas(posts, preserve_index=False)
    row = (
        build_requests(replace(dataset, tables={"posts": table}), engine=engine)
        .table.execute()
        .iloc[0]
    )
    at = posts.set_index("post_id")["created_at"]
    own = int((at.iloc[2] - at.iloc[0]).total_seconds())
    assert own > 0
    assert row["first_response_seconds"] == own
    assert (row["wait_at_least_seconds"], row["wait_at_most_seconds"]) == (0, own + 86_400)


def test_parts_of_the_time_are_columns(requests):
    built, _ = requests()
    by = ("year", "quarter", "month", "week", "day", "weekday", "hour")
    row = with_groups(built.table, by).filter(built.table.request_id == "q1").execute().iloc[0]
    assert [row[c] for c in by] == [
        "2024",
        "2024-Q1",
        "2024-03",
        "2024-W09",
        "2024-03-01",
        "5",
        "12",
    ]


def test_parts_of_the_time_are_there_only_where_they_are_named(requests):
    built, _ = requests()
    own = set(built.table.columns)
    assert set(with_groups(built.table, ("brand",)).columns) == own
    asked = with_groups(built.table, ("brand",), where="hour = '12'", cluster="month")
    assert set(asked.columns) - own == {"hour", "month"}
    with pytest.raises(InputError, match="Did you mean 'month'") as error:
        with_groups(built.table, (), where="mont = '2024-03'")
    assert "weekday" in str(error.value)


def test_an_unknown_group_is_refused_with_all_columns(requests):
    built, _ = requests()
    with pytest.raises(
        InputError, match=r"`by` names a column 'town' that does not exist; columns"
    ):
        with_groups(built.table, ("town",))
    with pytest.raises(InputError) as error:
        with_groups(built.table, ("brand", "brand"))
    assert str(error.value) == "`by` names a column twice: brand, brand. Name each once."


def test_an_unknown_definition_is_refused_with_all_names():
    with pytest.raises(InputError) as error:
        get_definition("facebok")
    assert str(error.value).startswith(
        "`definition` is 'facebok'; expected one of: direct-opening, direct-message, "
    )


def test_a_definition_that_cannot_be_built_says_so(make_dataset, engine):
    own = Definition("own", "us", "2026", "customer")
    with pytest.raises(InputError, match="requests can be built by: opening, message, "):
        build_requests(make_dataset(ROWS), definition=own, engine=engine)


def test_a_thread_that_its_source_calls_incomplete_is_incomplete(make_dataset, engine):
    threads = [
        {"thread_id": "q2", "thread_complete": False, "n_missing": 3, "reason": "stub"},
        {"thread_id": "r1", "thread_complete": False, "n_missing": None, "reason": "paging"},
        {"thread_id": "q3", "thread_complete": True, "n_missing": 0, "reason": None},
    ]
    dataset = make_dataset(ROWS, accounts=ACCOUNTS, brands=BRANDS, threads=threads)
    table = build_requests(dataset, engine=engine).table.execute().set_index("request_id")
    assert table.thread_complete.to_dict() == {"q1": False, "q2": False, "q3": True, "q4": True}


def test_weeks_are_those_of_iso_8601_at_every_turn_of_the_year(make_dataset, engine):
    turns = [
        d for y in range(2000, 2029) for d in pd.date_range(f"{y}-12-25", periods=14, tz="UTC")
    ]
    noon = pd.Timestamp("2024-03-01 12:00", tz="UTC")
    rows = [{"id": f"{d:%F}", "at": (d - noon) // pd.Timedelta(minutes=1)} for d in turns]
    table = with_groups(build_requests(make_dataset(rows), engine=engine).table, ("week",))
    found = table.select("request_id", "week").execute().set_index("request_id")["week"]
    assert found.to_dict() == {f"{d:%F}": "{}-W{:02}".format(*d.isocalendar()[:2]) for d in turns}


def test_requests_are_built_once_an_engine(make_dataset, monkeypatch):
    dataset = make_dataset(ROWS)
    with connect() as engine:
        kept, keep = [], engine.keep
        monkeypatch.setattr(engine, "keep", lambda table: kept.append(table) or keep(table))
        for _ in range(2):
            build_requests(dataset, engine=engine, with_threads=False)
        assert len(kept) == 1
        build_requests(dataset, definition="direct-message", engine=engine, with_threads=False)
        assert len(kept) == 2


@pytest.mark.parametrize("definition", ["direct-opening", "quintly-7d", "zendesk"])
def test_requests_of_a_large_dataset_are_the_same_though_not_kept(
    make_dataset, monkeypatch, definition
):
    dataset, found = make_dataset(ROWS, copies=ROWS[:2]), []
    for limit in (0, 5_000_000):
        monkeypatch.setattr("carekit.requests.build.KEPT_UP_TO", limit)
        with connect() as engine:
            table = build_requests(dataset, definition=definition, engine=engine).table
            found.append(table.order_by("request_id").execute())
    pd.testing.assert_frame_equal(*found)


def test_requests_of_a_dataset_are_described_once_an_engine(make_dataset, engine):
    dataset = make_dataset(ROWS)
    first = build_requests(dataset, engine=engine, with_threads=False)
    again = build_requests(dataset, engine=engine, with_threads=False)
    assert again.table is first.table
    assert build_requests(dataset, engine=engine).table is not first.table


def test_requests_are_built_again_when_the_posts_were_looked_at_later(make_dataset, engine):
    dataset, waited = make_dataset([{"id": "a", "at": 0}]), []
    for until in ("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z"):
        later = replace(dataset, manifest=replace(dataset.manifest, observed_until=until))
        table = build_requests(later, engine=engine, with_threads=False).table
        waited.append(table.observed_seconds.execute().item())
    assert waited[1] - waited[0] == 30 * 24 * 3600
