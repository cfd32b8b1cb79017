"""The engine reads datasets, keeps steps and closes what it opened."""

from __future__ import annotations

import duckdb
import ibis
import numpy as np
import pyarrow.parquet as pq
import pytest

from carekit.dataset.engine import connect, sharing, using
from carekit.dataset.folder import append_dataset, open_dataset
from carekit.dataset.schema import ACCOUNTS
from carekit.errors import DatasetError, InputError


def test_a_table_that_is_not_held_has_its_columns_and_no_rows(make_dataset):
    with connect() as engine:
        table = engine.table(make_dataset([{"id": "a"}]), "accounts")
        assert list(table.columns) == ACCOUNTS.names
        assert table.count().execute() == 0


def test_a_kept_step_is_a_table_until_it_is_dropped():
    with connect() as engine:
        kept = engine.keep(ibis.memtable({"n": [1, 2]}))
        assert kept.count().execute() == 2
        engine.drop(kept)
        with pytest.raises(duckdb.CatalogException, match="does not exist"):
            kept.count().execute()


def test_two_engines_never_give_a_step_the_same_name():
    with connect() as one, connect() as other:
        names = {engine.keep(ibis.memtable({"n": [1]})).get_name() for engine in (one, other)}
    assert len(names) == 2


def test_what_is_needed_once_is_computed_once():
    calls = []
    with connect() as engine:
        for _ in range(2):
            assert engine.once("answer", lambda: calls.append(1) or 42) == 42
        assert (engine.known("answer"), engine.known("question")) == (42, None)
    assert calls == [1]


def test_a_view_is_worked_out_anew_in_each_query_on_it():
    with connect() as engine:
        kept = engine.keep(ibis.memtable({"n": [1]}))
        view = engine.view(kept.select(m=kept.n + 1))
        engine.con.raw_sql(f"INSERT INTO {kept.get_name()} VALUES (4)")
        assert sorted(view.m.execute()) == [2, 5]


def test_arrays_become_a_table():
    with connect() as engine:
        table = engine.keep_arrays(n=np.arange(2), yes=np.array([True, False]))
        assert table.filter(table.yes).n.execute().tolist() == [0]


def test_times_are_utc_whatever_the_machine():
    with connect() as engine:
        assert engine.con.raw_sql("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def test_a_damaged_file_is_one_clear_message(make_dataset):
    dataset = make_dataset([{"id": "a"}])
    dataset.files("posts")[0].write_bytes(b"not parquet")
    with connect() as engine, pytest.raises(DatasetError, match=r"Run `carekit check"):
        engine.table(dataset, "posts")


@pytest.mark.parametrize("moods", [["glad", "sad"], ["glad", 3]], ids=["one type", "two types"])
def test_many_small_files_are_read_once_and_alike(make_dataset, monkeypatch, moods):
    dataset = make_dataset([{"id": "a", "lang": "fr"}])
    held = pq.read_table(dataset.files("posts")[0])
    with append_dataset(dataset.path) as out:
        for mood in moods:  # what an import was told to keep
            out.add_posts(held.append_column("mood", [[mood]]), source="test")
    dataset = open_dataset(dataset.path)
    with connect() as apart, connect() as once:
        parts = apart.table(dataset, "posts")
        monkeypatch.setattr("carekit.dataset.engine.MANY_PARTS", 3)
        whole = once.table(dataset, "posts")
        assert whole.schema() == parts.schema()
        rows = whole.to_pyarrow().to_pylist()
        assert rows == parts.to_pyarrow().to_pylist()
        assert [row["mood"] for row in rows] == [None, "glad", str(moods[1])]
        assert "read_parquet" in parts.get_name()
        assert ("read_parquet" in whole.get_name()) == (moods[1] == 3)


def test_a_limit_of_memory_is_obeyed_by_the_engine():
    with connect(memory_limit="100MB", threads=1) as engine:
        assert engine.con.raw_sql("SELECT current_setting('threads')").fetchone() == (1,)


def test_options_of_duckdb_do_not_go_with_spark():
    with pytest.raises(InputError, match="they are options of DuckDB"):
        connect(spark=object(), threads=1)


def test_an_engine_that_was_given_stays_open():
    with connect() as engine:
        with using(engine) as same:
            assert same is engine
        assert engine.con.raw_sql("SELECT 1").fetchone() == (1,)


def test_an_engine_that_is_shared_by_its_owner_stays_open():
    with connect() as own:
        with sharing(own) as shared, using() as found:
            assert found is shared is own
        assert own.con.raw_sql("SELECT 1").fetchone() == (1,)
        with using() as other:
            assert other is not own


def test_processes_that_share_a_folder_compute_a_step_once(tmp_path):
    def never():
        raise AssertionError("the step was there already")

    rows = ibis.memtable({"n": [1, None], "at": ["a", "b"]})
    folder = tmp_path / "O'Hara"
    with connect() as one:
        one.steps = str(folder)
        first = one.keep_once(("step", 1), lambda: rows).execute()
        assert one.keep_once(("step", 1), never).execute().equals(first)
    with connect() as other:
        other.steps = str(folder)
        assert other.keep_once(("step", 1), never).execute().equals(first)
        with pytest.raises(AssertionError):
            other.keep_once(("step", 2), never)
    assert len(list(folder.iterdir())) == 1


def test_without_such_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with connect() as engine:
        assert engine.keep_once("step", lambda: ibis.memtable({"n": [1]})).count().execute() == 1
    assert list(tmp_path.iterdir()) == []
