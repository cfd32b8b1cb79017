"""carekit.inference.rates.comparisons: differences of clustered rates."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError, SchemaError
from carekit.inference.rates.comparisons import _intraclass, compare_rates
from carekit.inference.rates.multiplicity import adjust_p_values

COLUMNS = ["network", "brand", "n", "n_answered"]
NESTED = [
    ("x", "a", 10, 2),
    ("x", "b", 20, 9),
    ("x", "c", 30, 18),
    ("y", "d", 10, 9),
    ("y", "e", 30, 20),
]


def table(*rows, columns=COLUMNS):
    return pd.DataFrame(list(rows), columns=columns)


def compare(frame, **given):
    return compare_rates(frame, **{"by": "network", "cluster": "brand", **given})


def message(call, error=InputError):
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


def test_cr2_is_welch_when_every_brand_has_as_many_requests():
    rates = {"x": [2, 9, 5, 7], "y": [8, 9, 10, 6, 9]}
    rows = [(g, f"{g}{i}", 10, yes) for g, counts in rates.items() for i, yes in enumerate(counts)]
    out = compare(table(*rows)).iloc[0]
    variances = [np.var(np.array(v) / 10, ddof=1) / len(v) for v in rates.values()]
    assert out["std_error"] == pytest.approx(np.sqrt(sum(variances)))
    # Under equal variances: 3 and 4 degrees of freedom, weights 1/4 and 1/5.
    assert out["df"] == pytest.approx((1 / 4 + 1 / 5) ** 2 / (1 / 16 / 3 + 1 / 25 / 4))


def test_what_brands_have_in_common_cancels_in_the_difference():
    rng = np.random.default_rng(3)
    level = rng.integers(10, 80, 12)
    rows = [
        (network, f"b{i}", 100, int(base + shift + rng.integers(-2, 3)))
        for i, base in enumerate(level)
        for network, shift in (("x", 0), ("y", 10))
    ]
    shared = compare(table(*rows)).iloc[0]
    apart = table(*rows)
    apart["brand"] = apart["brand"] + apart["network"]
    assert shared["std_error"] < 0.2 * compare(apart).iloc[0]["std_error"]
    assert shared["clusters"] == 12


def test_all_pairs_are_compared_in_sorted_order_and_form_one_family():
    rows = table(*NESTED, ("z", "f", 20, 2), ("z", "g", 25, 5), ("z", "h", 9, 1))
    out = compare(rows)
    assert list(zip(out["group_a"], out["group_b"], strict=True)) == [
        ("x", "y"),
        ("x", "z"),
        ("y", "z"),
    ]
    assert out["family_size"].tolist() == [3, 3, 3]
    again = adjust_p_values(out.drop(columns=["p_adjusted", "adjustment", "family_size"]))
    pd.testing.assert_frame_equal(out, again)
    against = compare(rows, reference="y", adjustment="none")
    assert against["group_a"].tolist() == ["x", "z"]
    assert against["group_b"].tolist() == ["y", "y"]
    assert against["p_adjusted"].tolist() == against["p_value"].tolist()
    assert against["estimate"][1] == -out["estimate"][2]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40)), min_size=6, max_size=6))
def test_exchanging_the_groups_turns_the_sign_and_order_does_not_matter(counts):
    rows = [
        (network, f"b{i}", n, min(n, yes))
        for i, ((n, yes), network) in enumerate(zip(counts, "xxxyyy", strict=True))
    ]
    one = compare(table(*rows)).iloc[0]
    swapped = compare(table(*rows[::-1]).replace({"network": {"x": "y", "y": "x"}})).iloc[0]
    if np.isnan(one["std_error"]):
        assert np.isnan(swapped["std_error"])
        return
    assert one["ci_low"] == pytest.approx(-swapped["ci_high"], abs=1e-9)
    assert one["p_value"] == pytest.approx(swapped["p_value"], abs=1e-9)
    assert -1 <= one["ci_low"] <= one["estimate"] <= one["ci_high"] <= 1


def test_groups_that_show_no_variation_get_flags_instead_of_limits():
    alone = table(("x", "a", 50, 20), ("y", "b", 40, 30), ("y", "c", 40, 10))
    out = compare(alone).iloc[0]
    assert out["flags"] == "one_cluster, few_clusters"
    assert np.isnan([out["std_error"], out["ci_low"], out["ci_high"], out["p_value"]]).all()
    assert out["estimate"] == pytest.approx(0.4 - 0.5)
    flat = table(("x", "a", 50, 0), ("x", "b", 40, 0), ("y", "c", 40, 40), ("y", "d", 9, 9))
    out = compare(flat).iloc[0]
    assert out["flags"] == "zero_var, few_clusters"
    assert np.isnan(out["ci_low"])
    empty = compare(table(*NESTED, ("z", "a", 0, 0)), reference="z").iloc[0]
    assert np.isnan(empty["estimate"])
    assert empty["flags"] == "n0, few_clusters"
    same = [
        (g, f"b{i}", 10, yes + up)
        for i, yes in enumerate((2, 5, 7))
        for g, up in (("x", 0), ("y", 1))
    ]
    out = compare(table(*same)).iloc[0]
    assert out["estimate"] == pytest.approx(-0.1)
    assert np.isnan([out["std_error"], out["ci_low"], out["p_value"]]).all()
    assert out["flags"] == "zero_var, few_clusters"
    one_side = table(("x", "a", 50, 0), ("x", "b", 40, 0), ("y", "c", 40, 30), ("y", "d", 40, 9))
    out = compare(one_side).iloc[0]
    assert out["ci_low"] < out["estimate"] < out["ci_high"]
    assert "zero_var" in out["flags"]


def test_one_request_per_brand_compares_two_independent_proportions():
    rows = [("x", f"x{i}", 1, int(i < 12)) for i in range(40)]
    rows += [("y", f"y{i}", 1, int(i < 24)) for i in range(40)]
    out = compare(table(*rows)).iloc[0]
    expected = np.sqrt(0.3 * 0.7 / 39 + 0.6 * 0.4 / 39)
    assert out["std_error"] == pytest.approx(expected)


def test_rows_of_one_brand_add_up_and_the_table_stays_unchanged():
    rows = table(*NESTED)
    before = rows.copy()
    whole = compare(rows)
    pd.testing.assert_frame_equal(rows, before)
    halves = pd.concat(
        [
            rows.assign(n=1, n_answered=1),
            rows.assign(n=rows["n"] - 1, n_answered=rows["n_answered"] - 1),
        ]
    )
    pd.testing.assert_frame_equal(compare(halves), whole)


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    rows = table(*NESTED)
    assert message(lambda: compare(rows, by="country"), SchemaError) == (
        "`table` has no column 'country'; found: network, brand, n, n_answered. Name a column "
        "that exists, or add it to the table."
    )
    assert message(lambda: compare(rows, adjustment="fdr")) == (
        "`adjustment` is 'fdr'; expected one of: holm, bh, bonferroni, none. Choose one of these."
    )
    assert message(lambda: compare(rows, reference="w")) == (
        "`reference` is 'w'; expected one of: x, y. Choose one of these groups."
    )
    assert message(lambda: compare(rows[rows["network"] == "x"])) == (
        "`by` 'network' has 1 group; at least two are needed to compare. Name another column."
    )
    assert message(lambda: compare(rows, by="brand")) == (
        "`by` and `cluster` are both 'brand'; a group that is a single cluster shows no variation. "
        "Compare brands with carekit.inference.benchmark.ranks, or name another column."
    )
    assert message(lambda: compare(rows.assign(brand=["a", None, "c", None, "e"]))) == (
        "`cluster` 'brand' is missing in 2 rows (first: 1, 3); every count must belong to one "
        "group and one cluster. Name them, or leave the rows out and say so."
    )
    assert message(lambda: compare(rows, conf_level=95)) == (
        "`conf_level` is 95; it must lie between 0 and 1, both excluded. Write 0.95 for a 95 % "
        "interval."
    )


def test_brands_that_are_more_alike_than_chance_are_unlike_by_nothing():
    units, in_a = np.array([10.0, 20.0, 10.0, 20.0]), np.array([True, True, False, False])
    assert _intraclass(np.zeros(4), units, in_a, np.array([30.0, 30.0]), (0.4, 0.6)) == 0
