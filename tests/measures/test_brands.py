"""Typical brand, small groups, comparisons: one corpus of eight brands on two networks."""

from __future__ import annotations

import pytest

from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.errors import CannotAnswer, InputError, SelectionError
from carekit.inference.rates.comparisons import compare_rates
from carekit.measures.answers import count_answers
from carekit.measures.brands import (
    compare_answer_rates,
    compare_first_response,
    shrunk_rates,
    typical_brand,
)
from carekit.measures.waits import restricted_wait
from carekit.requests.value import Requests

SIZES = {"x": [(30, 6), (10, 4), (12, 3), (8, 2), (9, 3)], "facebook": [(20, 14), (9, 8), (11, 7)]}


def rows() -> list[dict]:
    made = []
    for network, sizes in SIZES.items():
        for b, (n, answered) in enumerate(sizes):
            brand = f"b{b}" if network == "x" else f"f{b}"
            for i in range(n):
                name = f"{network}-{b}-{i}"
                made.append({"id": name, "at": i, "network": network, "account": brand,
                             "brand": brand, "observed_at": 3000, "author_id": name})  # fmt: skip
                if i < answered:
                    wait = (10 if network == "x" else 100) + i
                    made.append({"id": f"{name}-r", "at": i + wait, "reply_to": name,
                                 "network": network, "account": brand, "brand": brand,
                                 "author_role": "brand", "observed_at": 3000})  # fmt: skip
    return made


@pytest.fixture
def dataset(make_dataset):
    return make_dataset(rows())


def test_the_pooled_rate_stands_beside_the_mean_of_brands(dataset):
    table = typical_brand(dataset, by="network").set_index("network")
    x = table.loc["x"]
    assert (x.n, x.n_answered, x.brands) == (69, 18, 5)
    assert x.estimate == pytest.approx(18 / 69)
    assert x.brand_mean == pytest.approx((6 / 30 + 4 / 10 + 3 / 12 + 2 / 8 + 3 / 9) / 5)
    assert x.brand_median == 3 / 12
    assert x.brand_mean_low < x.brand_mean < x.brand_mean_high


def test_small_brands_are_pulled_towards_the_others(dataset):
    table = shrunk_rates(dataset).set_index("brand")
    assert len(table) == 8
    assert table.raw["f1"] == 8 / 9
    assert table.shrunk["f1"] < 8 / 9
    assert table.shrunk["b0"] > 6 / 30


def test_groups_are_compared_with_holms_adjustment(dataset):
    table = compare_answer_rates(dataset, by="network", reference="x")
    assert table.estimate[0] == pytest.approx(29 / 40 - 18 / 69)
    assert table.adjustment[0] == "holm"
    assert table.clusters[0] == 8
    assert table.facts.left_out["requests without network"] == 0


def test_the_comparison_is_that_of_the_small_table(dataset):
    counts = count_answers(Requests(dataset, by="network", cluster="brand"))
    want = compare_rates(counts, by="network", cluster="unit")
    got = compare_answer_rates(dataset, by="network")
    assert got.p_adjusted.tolist() == want.p_adjusted.tolist()


def test_waits_are_compared_over_all_requests(dataset):
    result = compare_first_response(dataset, by="network", cluster=None)
    assert result.groups == ("facebook", "x")
    assert result.observed == (29, 18)
    assert 0 <= result.p_value <= 1
    clustered = compare_first_response(dataset, by="network")
    assert clustered.method.startswith("log-rank, clustered by brand")


def test_the_restricted_wait_counts_the_unanswered_up_to_its_end(dataset):
    table = restricted_wait(dataset, until=60, by="network", cluster="none")
    got = table.set_index("network")
    waits = [10 + i for n, answered in SIZES["x"] for i in range(answered)]
    expected = (sum(waits) + 60 * (69 - 18)) / 69
    assert got.restricted_mean_minutes["x"] == pytest.approx(expected)
    assert got.restricted_mean_minutes["facebook"] == 60  # nobody within the hour


def test_rates_are_not_compared_without_an_independent_unit(dataset):
    with pytest.raises(InputError, match="`cluster` is 'none'; differences of rates need"):
        compare_answer_rates(dataset, by="network", cluster="none")


def test_a_group_that_is_its_own_cluster_is_refused(dataset):
    with pytest.raises(InputError) as error:
        compare_answer_rates(dataset, by="brand")
    assert str(error.value) == (
        "`by` and `cluster` are both 'brand'; a group that is a single cluster shows no variation. "
        "Group by another column, or use shrunk_rates."
    )


def test_answered_conversations_have_no_rate_to_compare(make_dataset):
    dataset = make_dataset(rows(), selection=ANSWERED_ONLY)
    for measure in (typical_brand, shrunk_rates):
        with pytest.raises(SelectionError):
            measure(dataset)


def test_too_few_groups_are_something_that_the_dataset_does_not_hold(make_dataset):
    rows = [
        {"id": "q", "brand": "acme"},
        {"id": "r", "at": 5, "reply_to": "q", "author_role": "brand", "brand": "acme"},
    ]
    dataset = make_dataset(rows)
    with pytest.raises(CannotAnswer) as error:
        compare_answer_rates(dataset, by="network")
    assert str(error.value) == (
        "`by` 'network' has 1 group(s) in this dataset; at least two are needed to compare. Name "
        "another column."
    )
    with pytest.raises(CannotAnswer) as error:
        shrunk_rates(dataset)
    assert str(error.value) == (
        "`by` 'brand' has 1 group(s) with requests in this dataset; what groups have in common needs "
        "at least 5. Use answer_rate, which gives each group its own interval."
    )
