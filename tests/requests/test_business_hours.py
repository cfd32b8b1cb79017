"""carekit.requests.business_hours: open minutes between two instants."""

import csv
import warnings
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.requests.business_hours import (
    GRAMMAR,
    BusinessHours,
    open_minutes,
    parse_schedule,
)

GOLDEN = Path(__file__).parents[1] / "golden"
OFFICE = BusinessHours("1-5 09:00-18:00", timezone="Europe/Paris")


def cases():
    with (GOLDEN / "business_minutes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def minutes(hours, start, end):
    return float(open_minutes([pd.Timestamp(start)], [pd.Timestamp(end)], hours=hours)[0])


def clock(case):
    special = dict([case["special_hours"].split(" ")]) if case["special_hours"] else {}
    return BusinessHours(
        case["schedule"],
        timezone=case["timezone"],
        closed_dates=[case["closed_dates"]] if case["closed_dates"] else [],
        special_hours=special,
    )


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_every_case_counted_by_hand(case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the backwards case warns, tested below
        got = minutes(clock(case), case["start"], case["end"])
    np.testing.assert_equal(got, float(case["expected_minutes"]))


def test_there_are_twenty_two_cases_counted_by_hand():
    assert len(cases()) == 22


def test_replies_before_their_request_are_missing_and_counted_once():
    start = pd.Series(pd.to_datetime(["2024-03-05T10:00Z"] * 3, utc=True))
    end = start + pd.to_timedelta([30, -1, -60], unit="min")
    with pytest.warns(UserWarning, match="replies") as caught:
        got = OFFICE.open_minutes(start, end)
    np.testing.assert_array_equal(got, [30, np.nan, np.nan])
    assert [str(w.message) for w in caught] == [
        "2 of 3 replies come before their request; their open minutes are missing, not 0."
    ]


def test_an_unanswered_request_has_no_open_minutes_and_no_warning():
    start = pd.Series(pd.to_datetime(["2024-03-05T10:00Z", "2024-03-05T10:00Z"], utc=True))
    end = pd.Series([pd.NaT, start[1] + pd.Timedelta("1h")], dtype=start.dtype)
    np.testing.assert_array_equal(OFFICE.open_minutes(start, end), [np.nan, 60])
    assert len(OFFICE.open_minutes(start[:0], end[:0])) == 0


def by_the_minute(hours, zone, start, end):
    """Open minutes counted one at a time from the wall clock; whole minutes, no overnight hours."""
    week = parse_schedule(hours)
    at, total = start, 0
    while at < end:
        local = at.astimezone(zone)
        now = 60 * local.hour + local.minute
        total += any(a <= now < b for a, b in week[local.isoweekday()])
        at += timedelta(minutes=1)
    return total


@settings(max_examples=25, deadline=None)
@given(
    schedule=st.sampled_from(
        ["1-5 09:00-18:00", "1-7 00:00-24:00", "1-6 08:00-12:30,13:15-19:00; 7 10:00-11:00"]
    ),
    zone=st.sampled_from(["Europe/Paris", "America/Toronto", "Asia/Kolkata", "Pacific/Apia"]),
    first=st.integers(0, 366 * 24 * 60),
    length=st.integers(0, 2 * 24 * 60),
)
def test_open_minutes_equal_a_count_of_minutes_on_the_wall_clock(schedule, zone, first, length):
    start = datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(minutes=first)
    end = start + timedelta(minutes=length)
    expected = by_the_minute(schedule, ZoneInfo(zone), start, end)
    assert minutes(BusinessHours(schedule, timezone=zone), start, end) == expected


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 10_000_000), min_size=3, max_size=3))
def test_open_minutes_add_up_when_a_wait_is_cut_in_two(cuts):
    a, b, c = (pd.Timestamp("2024-03-25T00:00Z") + pd.Timedelta(seconds=s) for s in sorted(cuts))
    desk = BusinessHours("1-7 22:00-06:00,09:00-12:00", timezone="Europe/Paris")
    whole = minutes(desk, a, c)
    assert minutes(desk, a, b) + minutes(desk, b, c) == pytest.approx(whole, abs=1e-9)
    assert 0 <= whole <= (c - a) / pd.Timedelta("1min")


def test_night_hours_belong_to_the_date_on_which_they_begin():
    desk = BusinessHours("1-7 22:00-06:00", timezone="Europe/Paris", closed_dates=["2024-03-06"])
    # The night of the 5th runs into the closed 6th; the night of the 6th does not open.
    assert minutes(desk, "2024-03-06T00:00+01:00", "2024-03-07T12:00+01:00") == 360


def test_special_hours_open_a_day_that_the_week_keeps_closed():
    desk = BusinessHours(
        "1-5 09:00-18:00", timezone="Europe/Paris", special_hours={date(2024, 3, 9): "10:00-12:00"}
    )
    assert minutes(desk, "2024-03-09T00:00+01:00", "2024-03-10T00:00+01:00") == 120


def test_hours_inside_the_skipped_hour_move_by_it_and_repeated_ones_mean_the_first():
    # RFC 5545: 02:15 on 31 March 2024 does not exist in Paris, and is read as 03:15.
    desk = BusinessHours("7 02:15-02:45", timezone="Europe/Paris")
    assert minutes(desk, "2024-03-31T00:00Z", "2024-03-31T12:00Z") == 30
    assert minutes(desk, "2024-03-31T01:15Z", "2024-03-31T01:45Z") == 30
    # 27 October: 02:15 and 02:45 are shown twice; the desk opens once, the first time.
    assert minutes(desk, "2024-10-27T00:15Z", "2024-10-27T00:45Z") == 30
    assert minutes(desk, "2024-10-27T01:00Z", "2024-10-27T12:00Z") == 0
    # From 02:30, which is skipped, to 03:00, which is earlier than what 02:30 is read as: closed.
    empty = BusinessHours("7 02:30-03:00", timezone="Europe/Paris")
    assert minutes(empty, "2024-03-31T00:00Z", "2024-03-31T12:00Z") == 0


def test_desks_in_two_zones_count_once_where_they_overlap():
    montreal = BusinessHours("1-5 09:00-18:00", timezone="America/Toronto")
    span = ("2024-07-02T00:00Z", "2024-07-03T00:00Z")
    # Paris 07:00-16:00 UTC, Montreal 13:00-22:00 UTC.
    assert minutes([OFFICE, montreal], *span) == 15 * 60
    assert minutes([OFFICE, OFFICE], *span) == minutes(OFFICE, *span) == 540


def test_a_brand_that_never_opens_has_zero_open_minutes():
    desk = BusinessHours("1 09:00-18:00", timezone="UTC", closed_dates=["2024-03-04"])
    assert minutes(desk, "2024-03-02T00:00Z", "2024-03-08T00:00Z") == 0


def test_the_unit_of_the_timestamps_does_not_matter():
    start = pd.Series(pd.to_datetime(["2024-03-05T10:00:30.5Z"], utc=True))
    end = start + pd.Timedelta("90s")
    for unit in ("ms", "us", "ns"):
        got = OFFICE.open_minutes(start.dt.as_unit(unit), end.dt.as_unit(unit))
        assert got.tolist() == [1.5]
    local = start.dt.tz_convert("Asia/Tokyo"), end.dt.tz_convert("America/Lima")
    assert OFFICE.open_minutes(*local).tolist() == [1.5]


def test_schedules_name_days_singly_and_in_ranges():
    week = parse_schedule("1,3-4 09:00-10:00; 7 22:00-22:00")
    assert [len(week[day]) for day in range(1, 8)] == [1, 0, 1, 1, 0, 0, 1]
    assert week[7] == ((1320, 1320 + 1440),)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "days ''"),
        ("09:00-18:00", "days '09:00-18:00'"),
        ("8 09:00-18:00", "days '8'"),
        ("5-1 09:00-18:00", "days '5-1'"),
        ("1-5", "hours ''"),
        ("1-5 9-18", "hours '9-18'"),
        ("1-5 09:00-18:60", "hours '09:00-18:60'"),
        ("1-5 24:00-24:00", "hours '24:00-24:00'"),
        ("1-5 09:00-24:01", "hours '09:00-24:01'"),
        ("1-5 09:00-18:00; 5 10:00-11:00", "day 5 more than once"),
        ("1,1 09:00-18:00", "day 1 more than once"),
    ],
)
def test_a_schedule_that_cannot_be_read_says_where(text, what):
    with pytest.raises(InputError) as error:
        BusinessHours(text, timezone="Europe/Paris")
    assert str(error.value) == (
        f"`schedule` is {text!r}, with {what}; {GRAMMAR} was expected. Write it in that form."
    )


def test_other_errors_say_what_came_what_was_expected_and_what_to_do():
    def message(call):
        with pytest.raises(InputError) as caught:
            call()
        return str(caught.value)

    assert message(lambda: BusinessHours("1 09:00-10:00", timezone="Europe/Atlantis")) == (
        "`timezone` is 'Europe/Atlantis', which is no known zone; a name such as 'Europe/Paris' or "
        "'America/Toronto' was expected. Look it up in the IANA list."
    )
    assert message(
        lambda: BusinessHours("1 09:00-10:00", timezone="UTC", closed_dates=["1/5/2024"])
    ) == (
        "`closed_dates` holds '1/5/2024'; a date such as '2024-05-01' was expected. Write it as "
        "year-month-day."
    )
    assert message(
        lambda: BusinessHours(
            "1 09:00-10:00",
            timezone="UTC",
            closed_dates=["2024-05-01"],
            special_hours={"2024-05-01": "09:00-12:00"},
        )
    ) == (
        "`closed_dates` and `special_hours` both hold 2024-05-01; a date is one or the other. "
        "Leave it out of one of them."
    )
    assert message(
        lambda: BusinessHours("1 09:00-10:00", timezone="UTC", special_hours={"2024-05-01": "am"})
    ) == (
        "`special_hours` is 'am', with hours 'am'; hours such as '09:00-12:00,14:00-18:00' was "
        "expected. Write it in that form."
    )
    at = pd.Timestamp("2024-03-05T10:00")
    assert message(lambda: OFFICE.open_minutes([at], [at])) == (
        "`start` holds 1 instants without a zone (first: 2024-03-05 10:00:00); instants with a "
        "zone, such as 2024-03-05T10:00+01:00, were expected. Convert them with "
        "pandas.to_datetime(..., utc=True) if they are UTC."
    )
    at = at.tz_localize("UTC")
    assert message(lambda: OFFICE.open_minutes([at, at], [at])) == (
        "`start` has 2 instants and `end` 1; the same number was expected. Pass one reply, or a "
        "missing value, per request."
    )
