"""What is declared of a measure is what it does: every measure, by its word on the command line."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pandas as pd
import pytest

import carekit
from carekit.dataset.folder import Dataset
from carekit.errors import InputError
from carekit.measures.registry import REQUIRED, measures
from carekit.show.text import format_frame

ROWS = [
    {"id": "a", "at": 0, "account": "acme", "brand": "Acme", "author_id": "u1",
     "surface": "mention", "text": "Where is it?"},
    {"id": "ra", "at": 9, "reply_to": "a", "account": "acme", "brand": "Acme",
     "author_role": "brand", "text": "Please DM us", "lang": "en"},
    {"id": "b", "at": 20000, "account": "acme", "brand": "Acme", "author_id": "u2",
     "surface": "mention", "text": "Late"},
    {"id": "c", "at": 20009, "network": "facebook", "account": "bolt", "brand": "Bolt",
     "author_id": "u3", "surface": "brand_page", "text": "Late as well"},
]  # fmt: skip
# Measures that so few posts cannot answer, and what they say of it. No post above carries an
# answer to a survey of satisfaction; what csat and nps count is in test_satisfaction.py.
NOT_HELD = {
    "csat": "Import the ratings with --keep",
    "nps": "Import the ratings with --keep",
    "shrunk-rates": "needs at least 5",
    "care-accounts": "no brand opened a care account",
    "response-schemes": "holds no events.csv",
    "corrected-shares": "has no coded sheet",
    "compare-corrected-shares": "has no coded sheet",
}
MEASURES = measures()


@pytest.fixture(scope="module")
def dataset(make_shared) -> Dataset:
    return make_shared(ROWS)


def given(name: str) -> dict:
    """What a measure must be told."""
    must = {k: "network" for k, v in MEASURES[name].options.items() if v is REQUIRED}
    return must | {k: "x" for k, p in MEASURES[name].own.items() if p.default is REQUIRED}


@pytest.mark.parametrize("name", [name for name in MEASURES if name not in NOT_HELD])
def test_a_measure_gives_the_columns_that_it_declares(dataset, name):
    measure = MEASURES[name]
    made = measure.function(dataset, **given(name))
    if not isinstance(made, pd.DataFrame):
        return
    groups = [c for c in ("network", "owner") if c in made and c not in measure.columns]
    assert list(made.columns) == [*groups, *measure.columns]
    assert made.facts.denominator
    assert made.facts.question == measure.question
    assert all(isinstance(n, int) for n in made.facts.left_out.values())
    assert made.facts.unit == measure.unit
    for kind in ("table", "csv", "json"):
        assert format_frame(made, format=kind)


@pytest.mark.parametrize("name", [name for name in MEASURES if name not in NOT_HELD])
def test_a_measure_of_requests_is_that_of_a_dataset_with_the_same_options(dataset, name):
    measure, told = MEASURES[name], given(name)
    common = {"by": "network", "conf_level": 0.9, "where": "brand <> 'Nobody'"}
    common = {k: v for k, v in common.items() if k in {*measure.options} - {*told}}
    if name == "workload":
        common["by"] = "action"
    made = measure.function(dataset, **told, **common)
    again = measure.function(carekit.requests(dataset, **common), **told)
    if isinstance(made, pd.DataFrame):
        pd.testing.assert_frame_equal(made, again)
        assert made.facts == again.facts
    else:
        assert str(made) == str(again)


@pytest.mark.parametrize("name", NOT_HELD)
def test_what_a_dataset_does_not_hold_is_said(dataset, name):
    with pytest.raises(carekit.CarekitError, match=NOT_HELD[name]):
        MEASURES[name].function(dataset, **given(name))


def test_every_measure_stands_in_the_face_where_it_is_declared():
    named = {n: module for module, names in carekit.MEASURES.items() for n in names.split()}
    assert [name.replace("-", "_") for name in MEASURES] == list(named)
    for name, measure in MEASURES.items():
        assert getattr(carekit, name.replace("-", "_")) is measure.function
        assert named[name.replace("-", "_")] == measure.function.__module__
        assert name.replace("-", "_") in carekit.__all__


RECIPE = """
from carekit.measures.registry import measure
from carekit.requests.value import Requests


@measure(
    "late-answers",
    "what share of answers came after a day",
    "n n_yes estimate ci_low ci_high conf_level method flags definition",
)
def late_answers(requests: Requests, *, days: int = 1):
    \"\"\"Share of answers that took longer.

    Parameters
    ----------
    days : int
        How long.
    \"\"\"
    from ibis import _

    answered = requests.rows().filter(_.answered)
    counts = requests.count(answered, n_yes=_.first_response_seconds > 86400 * days)
    return requests.rates(counts, n_yes="n_yes")


import carekit
from carekit.cli import main

table = late_answers(carekit.open_dataset(), by="network", days=2)
print(table.facts.heading, len(table))
main(["measure", "late-answers", str(carekit.open_dataset().path), "--days", "3", "--format", "csv"])
"""


def test_a_new_measure_is_one_function():
    done = subprocess.run(
        [sys.executable, "-c", RECIPE], capture_output=True, text=True, check=True
    )
    first, header, row = done.stdout.splitlines()
    assert first.startswith(
        "Late answers (synthetic data): what share of answers came after a day?"
    )
    assert header == "n,n_yes,estimate,ci_low,ci_high,conf_level,method,flags,definition"
    assert row.endswith("direct-opening")


def test_the_signature_names_every_option(dataset):
    known = inspect.signature(carekit.care_accounts).parameters
    assert list(known) == [
        "dataset",
        "network",
        "negative",
        "brands",
        "seed",
        "conf_level",
        "engine",
    ]
    with pytest.raises(TypeError, match="answer_rate\\(\\) takes no 'town'; its options are: by, "):
        carekit.answer_rate(dataset, town="Paris")


def test_an_option_that_a_measure_does_not_take_is_not_ignored(dataset):
    with pytest.raises(InputError) as error:
        carekit.care_accounts(carekit.requests(dataset, where="network = 'x'"), network="x")
    assert str(error.value) == (
        "`where` of the requests is \"network = 'x'\", and care-accounts does not take it. Ask for "
        "requests without it."
    )
    with pytest.raises(InputError, match="`by` names no column; compare-answer-rates compares"):
        carekit.compare_answer_rates(dataset)


def test_a_unit_that_is_not_named_is_the_one_of_the_measure(dataset):
    asked = carekit.requests(dataset)
    rates = carekit.compare_answer_rates(asked, by="network")
    assert rates.equals(carekit.compare_answer_rates(dataset, by="network", cluster="brand"))
    assert rates.equals(carekit.compare_answer_rates(dataset, by="network", cluster="auto"))
    assert carekit.shrunk_rates.__signature__.parameters["by"].default == ("brand",)


def test_units_of_columns_are_told():
    rate, waits = MEASURES["answer-rate"], MEASURES["first-response"]
    assert [rate.unit_of(c) for c in ("n", "estimate", "ci_low", "method")] == [
        "count", "share", "share", "number"
    ]  # fmt: skip
    assert [waits.unit_of(c) for c in ("median_minutes", "ci_low", "within_60_minutes")] == [
        "minutes", "minutes", "share"
    ]  # fmt: skip
