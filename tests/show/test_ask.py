"""A refusal is a sentence, and the notebook goes on."""

from __future__ import annotations

import copy
import pickle

import pandas as pd
import pytest

from carekit import measure_answer_rate
from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.errors import CannotAnswer, InputError
from carekit.show.ask import ask, stack
from carekit.show.refused import Refused
from carekit.show.result import Result

ROWS = [
    {"id": "q", "brand": "acme"},
    {"id": "r", "reply_to": "q", "author_role": "brand", "brand": "acme"},
]


def test_an_answer_knows_its_source(make_dataset):
    answer = ask(measure_answer_rate, make_dataset(ROWS), by="brand")
    assert isinstance(answer, Result)
    assert answer.facts.source == "Test"
    assert answer.facts.synthetic is False
    assert "Source: Test" in answer._repr_html_()


def test_a_refusal_shows_why_whatever_is_done_with_it(make_dataset):
    refused = ask(measure_answer_rate, make_dataset(ROWS, selection=ANSWERED_ONLY))
    assert isinstance(refused, Refused)
    for step in (
        refused.plot("name", series="network"),
        refused.table("Rates."),
        refused[refused["n"] >= 30].sort_values("n").pipe(pd.DataFrame.head, 3),
        refused.assign(x=1 - refused["estimate"] * 2),
        copy.copy(refused).frame,
        pickle.loads(pickle.dumps(refused)),
    ):
        assert repr(step).startswith("These data cannot answer this: ")
        assert "answer-rate" in repr(step)
    assert not len(refused)
    assert list(refused) == []


def test_a_reason_is_inert():
    assert "<script>" not in Refused("<script>")._repr_html_()


def test_nothing_of_the_kind_is_a_reason(make_dataset):
    empty = ask(lambda data: pd.DataFrame(), make_dataset(ROWS))
    assert repr(empty) == "These data cannot answer this: it holds nothing of this kind."


def test_only_refusals_are_caught(make_dataset):
    def cannot(data):
        raise CannotAnswer("No survey.", "Import one.")

    assert "No survey. Import one." in repr(ask(cannot, make_dataset(ROWS)))
    with pytest.raises(InputError):
        ask(measure_answer_rate, make_dataset(ROWS), by="no such column")


def test_results_are_stacked_and_refusals_left_out(make_dataset):
    data = make_dataset(ROWS)
    one = ask(measure_answer_rate, data)
    both = stack({"a": one, "b": Refused("no."), "c": one}, "kind")
    assert both["kind"].tolist() == ["a", "c"]
    assert both.columns[0] == "kind"
    assert both.facts.source == "Test"
    assert both.facts.by[0] == "kind"
    assert repr(stack({"b": Refused("no.")}, "kind")) == "These data cannot answer this: no."
