"""The answer rate of a dataset: unit, groups, clusters, refusal."""

from __future__ import annotations

import pytest

from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.errors import InputError, SelectionError
from carekit.inference.rates.intervals import wilson
from carekit.measures.answers import answer_rate


def posts(brand: str, author: str, n: int, answered: int) -> list[dict]:
    rows: list[dict] = []
    for i in range(n):
        name = f"{brand}-{author}-{i}"
        rows.append({"id": name, "account": brand, "brand": brand, "author_id": f"{author}{i}"})
        if i < answered:
            rows.append(
                {
                    "id": f"{name}-r",
                    "at": 5 + i,
                    "reply_to": name,
                    "author_role": "brand",
                    "brand": brand,
                    "account": brand,
                }
            )
    return rows


ROWS = posts("acme", "u", 10, 6) + posts("brix", "v", 30, 3) + posts("cobo", "w", 20, 10)


def test_the_rate_is_answered_over_all_requests(make_dataset):
    rates = answer_rate(make_dataset(ROWS))
    assert list(rates.columns) == [
        "n",
        "n_answered",
        "estimate",
        "ci_low",
        "ci_high",
        "conf_level",
        "method",
        "flags",
        "definition",
    ]
    row = rates.iloc[0]
    assert (row.n, row.n_answered, row.estimate) == (60, 19, 19 / 60)
    assert row.method.startswith("korn-graubard, clustered by brand")
    assert row.definition == "direct-opening"


def test_within_a_brand_authors_are_the_independent_unit(make_dataset):
    rates = answer_rate(make_dataset(ROWS), by="brand")
    assert list(rates.brand) == ["acme", "brix", "cobo"]
    low, high = wilson(6, 10)
    assert rates.ci_low[0] == pytest.approx(low)
    assert rates.ci_high[0] == pytest.approx(high)
    assert rates.method[0] == "wilson: every author_id holds one unit"
    assert rates["flags"][0] == "small_n"


def test_repeating_authors_widen_the_interval(make_dataset):
    alike = [{**row, "author_id": f"a{i % 4}"} for i, row in enumerate(posts("acme", "u", 40, 20))]
    dataset = make_dataset(alike)
    clustered = answer_rate(dataset, by="brand").iloc[0]
    independent = answer_rate(dataset, by="brand", cluster="none").iloc[0]
    assert independent.method == "wilson, requests independent"
    assert clustered.estimate == independent.estimate
    assert clustered.method != independent.method


def test_where_keeps_the_rows_for_which_it_holds(make_dataset):
    rates = answer_rate(make_dataset(ROWS), where="brand <> 'brix'", cluster="none")
    assert (rates.n[0], rates.n_answered[0]) == (30, 16)


def test_no_request_is_no_group(make_dataset):
    assert answer_rate(make_dataset(ROWS), by="brand", where="brand = 'zero'").empty
    row = answer_rate(make_dataset(ROWS), where="brand = 'zero'", cluster="none").iloc[0]
    assert (row.n, row.n_answered) == (0, 0)
    assert row.isna().estimate


def test_answered_conversations_only_are_refused_with_the_reason(make_dataset):
    dataset = make_dataset(ROWS, selection=ANSWERED_ONLY)
    with pytest.raises(SelectionError) as error:
        answer_rate(dataset)
    assert str(error.value) == (
        f"answer-rate is refused on {dataset.path}: its selection is 'answered_only'. Every "
        "conversation in it holds at least one reply of the brand. The result would say nothing "
        "about requests that were left out. To compute it all the same, add --allow-selected "
        "(allow_selected=True)."
    )
    assert answer_rate(dataset, allow_selected=True).n[0] == 60


def test_an_unknown_cluster_is_refused(make_dataset):
    with pytest.raises(InputError, match=r"`cluster` is 'town'; expected a column"):
        answer_rate(make_dataset(ROWS), cluster="town")


def test_the_order_of_the_posts_changes_nothing(make_dataset):
    forward = answer_rate(make_dataset(ROWS), by="brand")
    backward = answer_rate(make_dataset(ROWS[::-1]), by="brand")
    assert forward.equals(backward)


def test_the_note_says_the_denominator_and_what_was_left_out(make_dataset):
    facts = answer_rate(make_dataset(ROWS, copies=ROWS[:2])).facts
    assert facts.note == (
        "Denominator: customer posts that reply to nothing. Left out: 2 repeated rows."
    )
    assert facts.left_out == {
        "repeated rows": 2,
        "customer posts that reply to a post outside the dataset": 0,
    }
    assert (facts.independent_unit, facts.definition, facts.unit) == (
        "brand",
        "direct-opening",
        "share",
    )
