"""The answer rate of a dataset: unit, groups, clusters, refusal."""

from __future__ import annotations

import pytest

import carekit
from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.errors import CannotAnswer, InputError, SelectionError
from carekit.inference.rates.intervals import wilson
from carekit.measures.answers import answer_rate
from carekit.measures.targets import COLUMNS


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
        *COLUMNS.split(),
        "conf_level",
        "method",
        "flags",
        "definition",
    ]
    row = rates.iloc[0]
    assert (row.n, row.n_answered, row.estimate) == (60, 19, 19 / 60)
    assert row.method == "korn-graubard within brands, by author_id, CR2"
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
        "Denominator: customer posts that reply to nothing. Left out: 2 repeated rows. These "
        "brands: which of their customers wrote is left to chance, the brands are not; "
        "target='like-these' speaks of others."
    )
    assert facts.left_out == {
        "repeated rows": 2,
        "customer posts that reply to a post outside the dataset": 0,
    }
    assert facts.target == "these brands"
    assert (facts.independent_unit, facts.definition, facts.unit) == (
        "author",
        "direct-opening",
        "share",
    )


BANKS = [240, 60, 180, 270, 30, 150, 210, 200]


def test_a_handful_of_brands_speaks_of_these_and_says_how_others_would_differ(make_dataset):
    rows = [r for i, yes in enumerate(BANKS) for r in posts(f"b{i}", f"a{i}-", 30, yes // 10)]
    dataset = make_dataset(rows)
    made = answer_rate(dataset, by="network").iloc[0]
    assert (made.target, made.other_target) == ("these brands", "brands like these")
    assert made.brands == 8
    assert made.brand_sd == pytest.approx(0.27, abs=0.03)
    assert made.estimate == made.n_answered / made.n
    these, others = made.ci_high - made.ci_low, made.other_high - made.other_low
    assert 3 * these < others < made.next_high - made.next_low
    like = answer_rate(dataset, by="network", target="like-these")
    row = like.iloc[0]
    assert (row.target, row.ci_low, row.ci_high) == (
        "brands like these", made.other_low, made.other_high,
    )  # fmt: skip
    assert like.facts.target == "brands like these"
    assert "each counting once" in like.facts.note
    both = answer_rate(carekit.requests(dataset, by="network", target="both"))
    assert both.target.tolist() == ["these brands", "brands like these"]
    assert both.ci_low.tolist() == [made.ci_low, row.ci_low]


def test_two_brands_that_say_nothing_of_others_say_so(make_dataset):
    rows = posts("acme", "u", 30, 1) + posts("brix", "v", 30, 29)
    made = answer_rate(make_dataset(rows), target="like-these")
    assert made.ci_high[0] - made.ci_low[0] > 0.7
    assert made.method[0].endswith("; 2 brands say little of how others differ")
    assert answer_rate(make_dataset(rows)).ci_low[0] > 0.4


def test_many_brands_speak_of_brands_like_these(make_dataset):
    rows = [r for i in range(30) for r in posts(f"b{i}", f"a{i}-", 2, i % 3)]
    made = answer_rate(make_dataset(rows))
    row = made.iloc[0]
    assert (row.target, row.other_target) == ("brands like these", "these brands")
    assert row.method.startswith("korn-graubard, clustered by brand")
    assert made.facts.independent_unit == "brand"
    # A condition does not make a handful of them.
    assert answer_rate(make_dataset(rows), where="brand in ('b1', 'b2')").target[0] == row.target


def test_a_group_of_one_brand_says_nothing_of_others(make_dataset):
    dataset = make_dataset(ROWS)
    made = answer_rate(dataset, by="brand")
    assert set(made.target) == {"these brands"}
    assert made.other_estimate.isna().all()
    with pytest.raises(CannotAnswer, match="says nothing of others"):
        answer_rate(dataset, by="brand", target="like-these")
    with pytest.raises(InputError, match="speaks of other brands"):
        answer_rate(dataset, target="these", cluster="brand")
    with pytest.raises(InputError, match="`target` is 'all'; expected one of"):
        answer_rate(dataset, target="all")
