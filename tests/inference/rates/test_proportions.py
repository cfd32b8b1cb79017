"""carekit.inference.rates.proportions: pooled rates, with and without clusters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError, SchemaError
from carekit.inference.rates.intervals import clopper_pearson
from carekit.inference.rates.proportions import estimate_rate, mean_of_rates

GOLDEN = Path(__file__).parents[2] / "golden"


def messages():
    return pd.read_csv(GOLDEN / "in_messages.csv")


def count(frame, *keys):
    grouped = frame.groupby(list(keys))["answered"]
    return grouped.agg(n="size", n_answered="sum").reset_index()


def table(*rows, columns=("group", "brand", "n", "n_answered")):
    return pd.DataFrame(list(rows), columns=list(columns))


def test_pooled_rate_over_brands_equals_the_frozen_reference(golden):
    reference, case = golden("pooled_rate"), "in_messages cluster=brand"
    row = estimate_rate(count(messages(), "brand"), cluster="brand", interval="beta").iloc[0]
    for quantity, column in {
        "pooled": "estimate",
        "se_linearised": "std_error",
        "deff_replace": "deff",
        "df": "df",
        "beta_low": "ci_low",
        "beta_high": "ci_high",
    }.items():
        reference.check(case, quantity, row[column])
    assert (row["n"], row["n_answered"], row["clusters"]) == (618, 352, 20)
    assert row["method"] == "korn-graubard, clustered by brand"
    assert row["flags"] == "few_clusters"


def test_authors_as_clusters_equal_the_frozen_reference(golden):
    reference, case = golden("pooled_rate"), "in_messages cluster=author"
    row = estimate_rate(count(messages(), "author"), cluster="author").iloc[0]
    reference.check(case, "se_linearised", row["std_error"])
    reference.check(case, "df", row["df"])
    assert row["flags"] == ""


def test_no_cluster_equals_the_frozen_standard_error_and_wilson(golden):
    row = estimate_rate(count(messages(), "platform")).iloc[0]
    golden("pooled_rate").check("in_messages cluster=none", "se_linearised", row["std_error"])
    assert (row["deff"], row["n_eff"], row["method"]) == (1, 618, "wilson")
    assert pd.isna(row["clusters"])
    assert np.isnan(row["df"])


def test_two_brands_counted_by_hand():
    # 1 of 2 and 3 of 8: r = 0.4; residuals 0.2 and -0.2; v = 2/1 · 0.08 / 100 = 0.0016.
    row = estimate_rate(table(("a", "p", 2, 1), ("a", "q", 8, 3)), cluster="brand").iloc[0]
    assert row["estimate"] == pytest.approx(0.4)
    assert row["std_error"] == pytest.approx(0.04)
    assert row["n_eff"] == pytest.approx(150)
    assert row["deff"] == pytest.approx(0.0016 * 9 / 0.24)
    assert (row["clusters"], row["df"]) == (2, 1)
    assert row["flags"] == "few_clusters, small_n"


def test_groups_are_sorted_and_each_is_computed_alone():
    both = table(("b", "p", 20, 5), ("a", "p", 30, 9), ("b", "q", 40, 30), ("a", "q", 10, 1))
    out = estimate_rate(both, by="group", cluster="brand")
    assert out["group"].tolist() == ["a", "b"]
    assert list(out.index) == [0, 1]
    alone = estimate_rate(both[both["group"] == "a"], by="group", cluster="brand")
    pd.testing.assert_frame_equal(out.head(1), alone)


def test_columns_of_the_result_keep_the_names_that_came():
    out = estimate_rate(
        table(("a", 10, 2), columns=("network", "asked", "replied")),
        by=["network"],
        n="asked",
        n_yes="replied",
    )
    assert " ".join(out.columns) == (
        "network asked replied estimate std_error ci_low ci_high conf_level df n_eff clusters "
        "deff method flags"
    )
    assert out["asked"].dtype == out["replied"].dtype == np.int64


def test_rows_that_share_a_group_and_a_cluster_are_added():
    split = table(("a", "p", 10, 2), ("a", "p", 5, 3), ("a", "q", 9, 1))
    whole = table(("a", "p", 15, 5), ("a", "q", 9, 1))
    pd.testing.assert_frame_equal(
        estimate_rate(split, by="group", cluster="brand"),
        estimate_rate(whole, by="group", cluster="brand"),
    )


def test_a_missing_group_value_is_a_group_of_its_own():
    out = estimate_rate(table((None, "p", 10, 2), ("a", "p", 5, 3)), by="group")
    assert out["group"].isna().tolist() == [False, True]
    assert out["n"].tolist() == [5, 10]


def test_brands_without_requests_are_not_clusters():
    with_empty = table(("a", "p", 15, 5), ("a", "q", 9, 1), ("a", "z", 0, 0))
    row = estimate_rate(with_empty, cluster="brand").iloc[0]
    assert row["clusters"] == 2


def test_one_cluster_has_an_estimate_and_no_limits():
    row = estimate_rate(table(("a", "p", 15, 5)), cluster="brand").iloc[0]
    assert row["estimate"] == pytest.approx(1 / 3)
    assert row[["std_error", "ci_low", "ci_high", "df", "n_eff", "deff"]].isna().all()
    assert row["method"] == "none: one brand"
    assert row["flags"] == "one_cluster, few_clusters, small_n"


def test_no_variance_between_clusters_falls_back_to_exact_limits_and_says_so():
    rows = table(
        ("none", "p", 50, 0), ("none", "q", 50, 0), ("half", "p", 2, 1), ("half", "q", 6, 3)
    )
    out = estimate_rate(rows, by="group", cluster="brand").set_index("group")
    assert out.loc["none", "ci_low"] == 0
    # Two brands of one size: two units. Of 2 and 6 requests: Kish's number is 64 / 40.
    assert out.loc["none", "ci_high"] == pytest.approx(1 - 0.025 ** (1 / 2))
    low, _ = clopper_pearson(0.8, 1.6)
    assert out.loc["half", "ci_low"] == pytest.approx(float(low))
    assert (out["std_error"] == 0).all()
    assert out["deff"].isna().all()
    method = "clopper-pearson on kish's number, clustered by brand: no variance"
    assert (out["method"] == method).all()
    assert out.loc["none", "flags"] == "zero_var, few_clusters"


def test_clusters_of_one_unit_are_independent_units():
    rows = table(*((("a"), f"u{i}", 1, int(i < 12)) for i in range(40)))
    single = estimate_rate(rows, by="group", cluster="brand").iloc[0]
    plain = estimate_rate(rows, by="group").iloc[0]
    same = ["n", "estimate", "std_error", "ci_low", "ci_high", "n_eff", "deff"]
    assert single[same].tolist() == plain[same].tolist()
    assert single["method"] == "wilson: every brand holds one unit"
    assert (single["clusters"], single["flags"]) == (40, "")


def test_a_group_without_requests_is_a_row_of_nan():
    for cluster in (None, "brand"):
        row = estimate_rate(table(("a", "p", 0, 0)), by="group", cluster=cluster).iloc[0]
        assert row[["estimate", "std_error", "ci_low", "ci_high", "n_eff"]].isna().all()
        assert (row["n"], row["method"], row["flags"]) == (0, "none: n = 0", "n0")


def test_an_empty_table_has_no_group_but_one_total():
    empty = table(("a", "p", 1, 1)).iloc[:0]
    assert len(estimate_rate(empty, by="group", cluster="brand")) == 0
    assert estimate_rate(empty)["flags"].tolist() == ["n0"]
    assert estimate_rate(empty, cluster="brand")["n"].tolist() == [0]


tables = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from("pqrst"),
        st.integers(0, 30),
        st.floats(0, 1),
    ),
    min_size=1,
    max_size=14,
).map(lambda rows: table(*((g, b, n, round(n * f)) for g, b, n, f in rows)))


@settings(deadline=None, max_examples=20)
@given(tables, st.randoms())
def test_row_order_is_irrelevant_limits_hold_the_estimate_and_input_is_unchanged(rows, random):
    before = rows.copy(deep=True)
    order = list(range(len(rows)))
    random.shuffle(order)
    for cluster in (None, "brand"):
        out = estimate_rate(rows, by="group", cluster=cluster)
        pd.testing.assert_frame_equal(
            out, estimate_rate(rows.iloc[order], by="group", cluster=cluster)
        )
        shown = out.dropna(subset=["ci_low"])
        inside = (shown["ci_low"] <= shown["estimate"]) & (shown["estimate"] <= shown["ci_high"])
        assert inside.all()
        assert shown["ci_low"].ge(0).all()
        assert shown["ci_high"].le(1).all()
    pd.testing.assert_frame_equal(rows, before)


def test_a_missing_column_is_named():
    with pytest.raises(SchemaError) as error:
        estimate_rate(table(("a", "p", 1, 1)), cluster="author")
    assert str(error.value) == (
        "`table` has no column 'author'; found: group, brand, n, n_answered. "
        "Name a column that exists, or add it to the table."
    )


@pytest.mark.parametrize("bad", [-1, 2.5, None, "many", np.inf])
def test_counts_that_are_not_counts_are_refused(bad):
    rows = pd.DataFrame({"n": [4, 4, 4], "n_answered": [1, bad, 1]}, index=["x", "y", "z"])
    with pytest.raises(InputError) as error:
        estimate_rate(rows)
    assert str(error.value) == (
        "`table` column 'n_answered' is not a count in 1 row (first: y); whole numbers from 0 "
        "on were expected, none missing. Count again, or leave these rows out and say so."
    )


def test_more_answered_than_asked_is_refused():
    with pytest.raises(InputError) as error:
        estimate_rate(table(*[("a", "p", 1, 2)] * 5))
    assert str(error.value) == (
        "`table` has 'n_answered' above 'n' in 5 rows (first: 0, 1, 2); a part cannot exceed its "
        "whole. Check which column is the total."
    )


def test_a_missing_cluster_is_refused():
    with pytest.raises(InputError) as error:
        estimate_rate(table(("a", "p", 3, 2), ("a", None, 3, 2)), cluster="brand")
    assert str(error.value) == (
        "`cluster` 'brand' is missing in 1 row (first: 1); every count must belong to one "
        "cluster. Name these clusters, or leave the rows out and say so."
    )


def test_a_group_column_named_like_a_result_is_refused():
    with pytest.raises(InputError) as error:
        estimate_rate(table(("a", "p", 3, 2)).rename(columns={"group": "method"}), by="method")
    assert str(error.value) == (
        "`by` names 'method', which is also a column of the result. "
        "Rename that column of your table before grouping by it."
    )


def test_a_list_instead_of_a_frame_is_refused():
    with pytest.raises(InputError) as error:
        estimate_rate([1, 2])
    assert str(error.value) == (
        "`table` is a list; a pandas DataFrame was expected. Build one with pandas.DataFrame(...)."
    )


def test_mean_of_brand_rates_equals_the_frozen_reference(golden):
    reference, case = golden("pooled_rate"), "in_brands mean of brand rates"
    brands = pd.read_csv(GOLDEN / "in_brands.csv")
    row = mean_of_rates(brands, cluster="brand", n="asked", n_yes="answered").iloc[0]
    for quantity, column in {
        "mean": "estimate",
        "se": "std_error",
        "t_low": "ci_low",
        "t_high": "ci_high",
        "median": "median_rate",
    }.items():
        reference.check(case, quantity, row[column])
    assert (row["clusters"], row["clusters_empty"], row["df"]) == (20, 0, 19)


def test_mean_of_rates_leaves_out_brands_without_requests_and_counts_them():
    rows = table(("a", "p", 10, 2), ("a", "q", 10, 4), ("a", "r", 1000, 900), ("a", "z", 0, 0))
    row = mean_of_rates(rows, by="group", cluster="brand").iloc[0]
    assert row["estimate"] == pytest.approx((0.2 + 0.4 + 0.9) / 3)
    assert row["median_rate"] == pytest.approx(0.4)
    assert (row["n"], row["clusters"], row["clusters_empty"]) == (1020, 3, 1)
    assert row["flags"] == "few_clusters, boundary"
    assert (row["ci_low"], row["ci_high"]) == (0, 1)


def test_mean_of_rates_without_variation_has_exact_limits_on_kishs_number():
    rows = table(
        ("none", "p", 0, 0), ("one", "p", 5, 2), ("same", "p", 10, 1), ("same", "q", 30, 3)
    )
    out = mean_of_rates(rows, by="group", cluster="brand")
    assert out["flags"].tolist() == ["n0", "one_cluster, few_clusters", "zero_var, few_clusters"]
    assert out["method"].tolist() == [
        "none: n = 0",
        "none: one brand",
        "clopper-pearson on kish's number of brand: every rate is the same",
    ]
    assert out[["ci_low", "ci_high"]].isna().all(axis=1).tolist() == [True, True, False]
    assert out["median_rate"].fillna(-1).tolist() == [-1, 0.4, 0.1]


@settings(deadline=None, max_examples=20)
@given(tables)
def test_mean_and_median_of_rates_agree_with_pandas(rows):
    out = mean_of_rates(rows, by="group", cluster="brand").set_index("group")
    sums = rows.groupby(["group", "brand"])[["n", "n_answered"]].sum().query("n > 0")
    rates = (sums["n_answered"] / sums["n"]).groupby("group")
    for column, expected in (("estimate", rates.mean()), ("median_rate", rates.median())):
        shown = out[column].dropna()
        assert np.allclose(shown, expected.reindex(shown.index))
    assert (out["clusters"] > 0).sum() == len(rates)


def test_an_unknown_interval_is_refused():
    with pytest.raises(InputError) as error:
        estimate_rate(table(("a", "p", 3, 2)), interval="wald")
    assert str(error.value) == (
        "`interval` is 'wald'; one of 'auto', 'beta', 'cr2' was expected. "
        "Use 'auto' unless you reproduce a published interval."
    )
