"""Waits are whole seconds, whatever the fractions of the times they come from."""

from __future__ import annotations

import pandas as pd

from carekit.dataset.engine import connect
from carekit.measures.waits import count_waits
from carekit.requests.clock import whole_seconds
from carekit.requests.value import Requests


def test_fractions_of_a_second_are_cut_off_not_rounded():
    times = pd.to_datetime(["2024-03-01 12:00:00.000", "2024-03-01 12:00:00.999999"], utc=True)
    with connect() as engine:
        table = engine.con.create_table("t", pd.DataFrame({"time": times}))
        found = table.select(s=whole_seconds(table.time)).execute()["s"].tolist()
    assert found == [1709294400, 1709294400]


def test_a_missing_time_has_no_seconds():
    times = pd.to_datetime(["2024-03-01", None], utc=True)
    with connect() as engine:
        table = engine.con.create_table("t", pd.DataFrame({"time": times}))
        assert int(table.select(s=whole_seconds(table.time)).s.count().execute()) == 1


def test_waits_between_times_with_fractions_are_integers(make_dataset):
    # A 64th of a minute is 0.9375 s, which floating point holds exactly.
    dataset = make_dataset(
        [
            {"id": "q1", "at": 1 / 64},
            {"id": "r1", "at": 11 / 64, "reply_to": "q1", "author_role": "brand"},
            {"id": "q2", "at": 1 / 64, "observed_at": 8 / 64},
        ]
    )
    with connect() as engine:
        waits = count_waits(Requests(dataset, cluster=None, engine=engine))
    assert waits.to_numpy().tolist() == [[7, 0, 1, 0], [10, 1, 0, 0]]
    assert all(kind == "int64" for kind in waits.dtypes.astype(str))
