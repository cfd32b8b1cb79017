"""Open minutes of requests: the brand's own zone, daylight saving, brands without hours."""

from __future__ import annotations

import pytest

from carekit.dataset.engine import connect
from carekit.measures.waits import first_response
from carekit.requests.build import build_requests
from carekit.requests.business_hours import BusinessHours
from carekit.requests.business_waits import brand_hours, count_business_waits
from carekit.requests.value import Requests

DAY = 1440
REPLY = {"author_role": "brand"}
# Friday 1 March 2024, noon UTC: 13:00 in Paris, 07:00 in Toronto.
ROWS = [
    {"id": "p1", "at": 0, "account": "par"},
    {"id": "rp1", "at": 3 * DAY, "reply_to": "p1", "account": "par", **REPLY},
    {"id": "t1", "at": 0, "account": "tor"},
    {"id": "rt1", "at": 180, "reply_to": "t1", "account": "tor", **REPLY},
    {"id": "t2", "at": 60, "account": "tor", "observed_at": 600},
    {"id": "t3", "at": 200, "account": "tor"},
    {"id": "rt3", "at": 190, "reply_to": "t3", "account": "tor", **REPLY},
    {"id": "n1", "at": 0, "account": "nowhere", "observed_at": 600},
]
ACCOUNTS = [
    {"account": a, "network": "x", "brand": b}
    for a, b in (("par", "Par"), ("tor", "Tor"), ("nowhere", "Nowhere"))
]
BRANDS = [
    {"brand": "Par", "timezone": "Europe/Paris"},
    {"brand": "Tor", "timezone": "America/Toronto"},
    {"brand": "Nowhere", "timezone": None},
]


@pytest.fixture
def dataset(make_dataset):
    return make_dataset(ROWS, accounts=ACCOUNTS, brands=BRANDS)


def test_each_brand_has_its_own_clock(dataset):
    clocks = brand_hours(dataset)
    assert {b: c.timezone for b, c in clocks.items()} == {
        "Par": "Europe/Paris",
        "Tor": "America/Toronto",
    }
    with connect() as engine:
        table = build_requests(dataset, engine=engine, with_threads=False).table
        waits, n_without = count_business_waits(table, hours=clocks, by=("brand",))
    assert n_without == 1
    minutes = waits.assign(minutes=waits.seconds / 60).drop(columns="seconds")
    assert minutes.to_dict("records") == [
        # Friday 13:00 to 18:00, then Monday 9:00 to 13:00
        {"brand": "Par", "events": 1, "censored": 0, "backwards": 0, "minutes": 540.0},
        {"brand": "Tor", "events": 0, "censored": 0, "backwards": 1, "minutes": 0.0},
        # opened at 9:00, answered at 10:00
        {"brand": "Tor", "events": 1, "censored": 0, "backwards": 0, "minutes": 60.0},
        # from 8:00 to 17:00, unanswered
        {"brand": "Tor", "events": 0, "censored": 1, "backwards": 0, "minutes": 480.0},
    ]


def test_hours_of_a_brand_can_be_given(dataset):
    always = {"Nowhere": BusinessHours("1-7 00:00-24:00", timezone="UTC")}
    with connect() as engine:
        table = Requests(dataset, cluster="author_id", engine=engine).rows()
        waits, n_without = count_business_waits(table, hours=always)
    assert n_without == 4
    assert waits[["seconds", "censored"]].to_numpy().tolist() == [[36000, 1]]
    assert list(waits.columns) == ["unit", "seconds", "events", "censored", "backwards"]


def test_first_response_follows_the_clock_of_its_definition(dataset):
    row = first_response(dataset, definition="zendesk-business-hours").iloc[0]
    assert row.answered_median_minutes == pytest.approx((540 + 60) / 2)
    assert row.n_negative == 1
    facts = first_response(dataset, definition="zendesk-business-hours").facts
    assert facts.left_out["requests to brands without opening hours"] == 1
    elapsed = first_response(dataset, definition="zendesk").iloc[0]
    assert elapsed.answered_median_minutes == pytest.approx((3 * DAY + 180) / 2)


def test_a_dataset_without_brands_has_no_clock(make_dataset):
    assert brand_hours(make_dataset(ROWS)) == {}
