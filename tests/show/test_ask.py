"""A question that a dataset cannot answer gives a reason, not an error."""

from __future__ import annotations

import pandas as pd

from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.measures.answers import answer_rate
from carekit.show.ask import Reason, ask, describe_rates
from carekit.show.plots import plot_rates

ROWS = [
    {"id": "q", "brand": "acme"},
    {"id": "r", "at": 5, "reply_to": "q", "author_role": "brand", "brand": "acme"},
    {"id": "p", "brand": "acme"},
]


def test_an_answer_has_a_table_whose_caption_names_the_denominator(make_dataset):
    answer = ask(answer_rate, make_dataset(ROWS), by="network")
    assert "Denominator: customer posts that reply to nothing." in repr(answer.table("All."))


def test_a_refusal_is_a_reason_in_table_and_figure(make_dataset):
    answer = ask(answer_rate, make_dataset(ROWS, selection=ANSWERED_ONLY))
    table = answer.table("All.")
    assert isinstance(table, Reason)
    assert repr(table).startswith("No answer from this dataset: answer-rate is refused on ")
    figure = answer.figure(plot_rates, "rates", alt="a", caption="c", label="network")
    assert figure == table


def test_no_request_of_a_kind_is_a_reason(make_dataset):
    answer = ask(answer_rate, make_dataset(ROWS), by="brand", where="brand = 'zero'")
    assert answer.reason == "it holds no request of this kind."


def test_many_rates_are_cut_in_words():
    frame = pd.DataFrame({"brand": list("abc"), "estimate": [0.1, 0.2, 0.3]})
    assert describe_rates(frame, label="brand", limit=1) == "a 10.0\u00a0%, and 2 more"


def test_a_further_step_is_taken_on_an_answer_and_not_on_a_reason(make_dataset):
    answer = ask(answer_rate, make_dataset(ROWS), by="network")
    doubled = answer.then(lambda frame, times: frame.assign(n=times * frame["n"]), times=2)
    assert doubled.frame["n"].tolist() == (2 * answer.frame["n"]).tolist()
    assert doubled.note == answer.note
    refused = ask(answer_rate, make_dataset(ROWS, selection=ANSWERED_ONLY))
    assert refused.then(lambda frame: frame["missing"]) is refused
