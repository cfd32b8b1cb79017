"""Times as files write them, read by DuckDB."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.sources.times import Clock, readable_time

TIME = "2017-10-31 22:10:47"


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as made:
        made.execute("SET TimeZone = 'UTC'")
        yield made


def read(con: duckdb.DuckDBPyConnection, value: str | None, clock: Clock) -> str | None:
    sql = f"SELECT ({clock.utc('v')})::VARCHAR FROM (SELECT ?::VARCHAR AS v)"
    return con.execute(sql, [value]).fetchall()[0][0]


@pytest.mark.parametrize(
    "value",
    [
        "Tue Oct 31 22:10:47 +0000 2017",
        "Tue Oct 31 23:10:47 +0100 2017",
        "2017-10-31T22:10:47Z",
        "2017-10-31T22:10:47.000Z",
        "2017-10-31 22:10:47 UTC",
        "2017-10-31 22:10:47",
        " 2017-10-31 22:10:47 ",
        "2017-10-31T23:10:47+01:00",
        "2017-10-31 23:10:47 +0100",
        "2017-10-31T23:10:47+01",
        "1509487847",
        "1509487847.0",
        "1509487847000",
        "1509487847000000",
        "10/31/2017 22:10:47",
        "10/31/2017 10:10:47 PM",
        "10/31/17 22:10:47",
        "10-31-2017 22:10:47",
        "31.10.2017 22:10:47",
        "31 Oct 2017 22:10:47",
        "31 October 2017 22:10:47",
        "Oct 31, 2017 10:10:47 PM",
        "Tue, 31 Oct 2017 22:10:47 +0000",
    ],
)
def test_one_moment_in_many_notations(con: duckdb.DuckDBPyConnection, value: str) -> None:
    assert read(con, value, Clock()) == TIME + "+00"


@pytest.mark.parametrize(
    "value",
    [None, "", "x", "infinity", "epoch", "-infinity", "2017-02-30", "2017-10-31 25:00",
     "31/10/2017", "1.5094E9", "12", "99999999999999999999", "2017-10-31 22:10:47 Europe/Paris",
     "today", "NaN"],
)  # fmt: skip
def test_no_time_is_guessed(con: duckdb.DuckDBPyConnection, value: str | None) -> None:
    assert read(con, value, Clock()) is None


def test_dayfirst_turns_day_and_month(con: duckdb.DuckDBPyConnection) -> None:
    assert read(con, "3/4/2021 10:00", Clock()) == "2021-03-04 10:00:00+00"
    assert read(con, "3/4/2021 10:00", Clock(dayfirst=True)) == "2021-04-03 10:00:00+00"
    assert read(con, "3.4.2021 10:00", Clock()) == "2021-04-03 10:00:00+00"


MOMENTS = st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)), max_size=60)


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Asia/Kolkata"])
@settings(max_examples=10, deadline=None)
@given(moments=MOMENTS)
def test_local_times_agree_with_zoneinfo(
    con: duckdb.DuckDBPyConnection, zone: str, moments: list[datetime]
) -> None:
    written, expected = [], []
    for moment in moments:
        local = moment.replace(microsecond=0)
        aware = local.replace(tzinfo=ZoneInfo(zone), fold=1)
        if aware.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local:
            written.append(local.strftime("%Y-%m-%d %H:%M:%S"))
            expected.append(aware.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") + "+00")
    sql = f"SELECT ({Clock(zone).utc('v')})::VARCHAR FROM (SELECT unnest(?::VARCHAR[]) AS v)"
    assert [made for (made,) in con.execute(sql, [written]).fetchall()] == expected


def test_an_unknown_zone_is_explained() -> None:
    with pytest.raises(InputError) as caught:
        Clock("Paris")
    assert str(caught.value) == (
        "`tz` is 'Paris', which is no time zone. Expected an IANA name, such as Europe/Paris, "
        "America/New_York or UTC. Correct --tz."
    )


def test_times_that_no_program_can_hold_are_not_readable(con: duckdb.DuckDBPyConnection) -> None:
    sql = f"SELECT {readable_time('t')} FROM (SELECT ?::TIMESTAMPTZ AS t)"
    for value, readable in ((TIME, True), ("0001-01-01", False), ("12000-01-01", False)):
        assert con.execute(sql, [value]).fetchall() == [(readable,)]
