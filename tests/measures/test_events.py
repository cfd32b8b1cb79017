"""Dates on which brands did something, from whatever file they come."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.dataset.folder import open_dataset
from carekit.errors import InputError, SchemaError, SelectionError
from carekit.measures.events import load_events

FRAME = pd.DataFrame(
    {
        "brand": ["B", "A", "A"],
        "kind": ["scheme", "scheme", "burst"],
        "date": ["2014-06-03", "2014-05-01T10:00:00+02:00", "2014-01-01"],
        "network": ["", "x", "x"],
    }
)


def test_events_of_one_kind_come_in_order_of_time_in_utc():
    made = load_events(FRAME, event="scheme")
    assert made.brand.tolist() == ["A", "B"]
    assert made["at"].tolist() == [
        pd.Timestamp("2014-05-01 08:00", tz="UTC"),
        pd.Timestamp("2014-06-03", tz="UTC"),
    ]
    assert made.network.tolist()[0] == "x"
    assert made.network.isna().tolist() == [False, True]


def test_a_file_is_read_as_a_frame_is(tmp_path):
    path = tmp_path / "dates.csv"
    FRAME.rename(columns={"kind": "event", "date": "at"}).to_csv(path, index=False)
    pd.testing.assert_frame_equal(
        load_events(path, event="scheme"), load_events(FRAME, event="scheme")
    )


def test_the_events_of_the_sample_are_beside_its_tables():
    made = load_events(open_dataset(), event="response_scheme_adopted")
    assert len(made) == 12
    assert made.network.isna().all()


def test_a_dataset_without_events_says_what_to_pass(make_dataset):
    dataset = make_dataset([{"id": "a"}])
    with pytest.raises(SelectionError) as caught:
        load_events(dataset, event="scheme")
    assert str(caught.value) == (
        f"`dataset` {dataset.path} holds no events.csv; expected dates of what brands did. Pass "
        "`events`: a CSV file with brand, event and at."
    )


@pytest.mark.parametrize(
    ("source", "event", "error", "text"),
    [
        (
            FRAME,
            "fire",
            InputError,
            "`event` is 'fire', which does not occur in a frame; expected one of: burst, scheme. "
            "Name one of these.",
        ),
        (
            FRAME.drop(columns="date"),
            "scheme",
            SchemaError,
            "`events` (a frame) has the columns brand, kind, network; expected brand, event (or kind) "
            "and at (or date), and network if it matters. Rename them.",
        ),
        (
            FRAME.assign(date=["soon", "2014-05-01", "2014-01-01"]),
            "scheme",
            InputError,
            "`events` (a frame) has 1 events 'scheme' without a brand or a date like 2014-06-03 "
            "(first: row 1 of that kind). Complete them, or leave them out.",
        ),
        (
            "/nowhere/dates.csv",
            "scheme",
            InputError,
            "`events` is '/nowhere/dates.csv', where there is no file; expected a CSV file with "
            "brand, event and at. Check the path.",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(source, event, error, text):
    with pytest.raises(error) as caught:
        load_events(source, event=event)
    assert str(caught.value) == text


def test_a_file_that_is_no_csv_is_refused(tmp_path):
    path = tmp_path / "dates.csv"
    path.write_bytes(b"\xff\xfe\x00brand")
    with pytest.raises(InputError) as caught:
        load_events(path, event="scheme")
    assert str(caught.value) == (
        "`events` dates.csv cannot be read (UnicodeDecodeError); expected UTF-8 text, "
        "comma-separated, with a header. Save it again as CSV UTF-8."
    )


def test_the_frame_is_left_as_it_was():
    copy = FRAME.copy()
    load_events(FRAME, event="scheme")
    pd.testing.assert_frame_equal(FRAME, copy)
