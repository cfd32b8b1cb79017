"""Every measure of the command line runs on one small dataset, by name."""

from __future__ import annotations

import pytest

from carekit.dataset.folder import Dataset
from carekit.measures.registry import MEASURES
from carekit.show.text import format_frame

ROWS = [
    {"id": "a", "at": 0, "account": "acme", "brand": "Acme", "author_id": "u1",
     "surface": "mention", "text": "Where is it?"},
    {"id": "ra", "at": 9, "reply_to": "a", "account": "acme", "brand": "Acme",
     "author_role": "brand", "text": "Please DM us", "lang": "en"},
    {"id": "b", "at": 20000, "account": "acme", "brand": "Acme", "author_id": "u2",
     "surface": "mention", "text": "Late"},
]  # fmt: skip
OPTIONS = {
    "definition": "direct-opening",
    "cluster": "auto",
    "conf_level": 0.9,
    "where": None,
    "allow_selected": False,
}


@pytest.fixture
def dataset(make_dataset) -> Dataset:
    return make_dataset(ROWS)


@pytest.mark.parametrize("name", list(MEASURES))
@pytest.mark.parametrize("by", ["", "network"])
def test_a_measure_takes_the_options_of_the_command_line(dataset, name, by):
    frame, note = MEASURES[name].run(dataset, by=by, **OPTIONS)
    assert note
    assert len(frame) >= 1
    assert "method" in frame
    assert "definition" in frame
    assert not by or frame.columns[0] == "network"
    for kind in ("table", "csv", "json"):
        assert format_frame(frame, format=kind)


def test_the_measures_are_those_of_the_manual():
    assert list(MEASURES) == [
        "answer-rate",
        "first-response",
        "repeats",
        "handoffs",
        "surfaces",
        "reply-length",
        "bypass",
        "near-duplicates",
        "growth",
        "categories",
        "definitions",
    ]
