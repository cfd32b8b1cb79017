"""Every frozen value on proportions and surveys is tested somewhere, or left out for a reason."""

import csv
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
GOLDEN = TESTS.parent / "golden"

# file → tests that go through every row of it, and assert how many rows there were
WHOLE = {
    "wilson": ["test_intervals.py::test_every_frozen_wilson_and_clopper_pearson_limit"],
    "newcombe": ["test_intervals.py::test_every_frozen_newcombe_limit"],
    "survey_proportion": ["test_survey.py::test_every_frozen_share_error_and_limit_of_a_survey"],
    "rao_scott": ["test_crosstabs.py::test_every_frozen_rao_scott_value"],
    "bounds": ["test_bounds.py::test_every_frozen_bound_and_limit"],
    "paired": ["test_paired.py::test_every_frozen_paired_value"],
    "multi_response": [
        "test_multiresponse.py::test_every_frozen_percentage",
        "test_tick_tests.py::test_every_frozen_test_value",
    ],
    "trend": [
        "test_trends.py::test_every_frozen_trend_value_from_counts",
        "test_trends.py::test_every_frozen_trend_value_of_a_survey",
    ],
}
BRANDS = "in_messages cluster=brand"
POOLED = "test_proportions.py::test_pooled_rate_over_brands_equals"
LIMITS = "test_survey.py::test_requests_clustered_by_brand_equal"
BOOTSTRAP = "test_resampling.py::test_bootstrap_agrees_with_two_independent_simulations"
DIFFERENCE = "test_differences.py::test_difference_over_brands_equals"
MEAN = "test_proportions.py::test_mean_of_brand_rates_equals"
# file → (case, quantities, test)
PARTS = {
    "weights": [
        ("in_survey", "n kish_deff kish_n_eff", "test_design.py::test_kish_equals"),
    ],
    "pooled_rate": [
        (BRANDS, "pooled se_linearised deff_replace df beta_low beta_high", POOLED),
        (BRANDS, "xlogit_low xlogit_high mean_low mean_high", LIMITS),
        (BRANDS, "se_jackknife", "test_resampling.py::test_jackknife_equals"),
        (BRANDS, "bootstrap_percentile_low bootstrap_percentile_high bootstrap_se", BOOTSTRAP),
        (
            "in_messages cluster=author",
            "se_linearised df",
            "test_proportions.py::test_authors_as_clusters_equal",
        ),
        (
            "in_messages cluster=none",
            "se_linearised",
            "test_proportions.py::test_no_cluster_equals",
        ),
        ("in_brands mean of brand rates", "mean se t_low t_high median", MEAN),
        ("in_messages fb minus tw, cluster=brand", "difference se", DIFFERENCE),
    ],
}
# Values of estimators that carekit no longer has; the references stay. Also: SPMI, Cochran's Q, the
# smallest total n, and all of competing.csv.
GONE = ("poststrat", "rake", "calibrate_raking")
# What no test may check: tests/golden/README.md, "Where witnesses disagreed".
LEFT_OUT = {("weights", "rake", "prefers_se"): "witnesses differ"}


def rows(name):
    with (GOLDEN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def source_of(file):
    (found,) = TESTS.rglob(file)
    return found.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(PARTS))
def test_each_row_is_listed_once(name):
    listed = [(case, q) for case, quantities, _ in PARTS[name] for q in quantities.split()]
    held = [(row["case"], row["quantity"]) for row in rows(name) if row["case"] not in GONE]
    assert sorted(listed) == sorted(held)


def test_only_rows_on_which_the_witnesses_differ_are_left_out():
    differ = {
        (name, row["case"], row["quantity"]): row["status"]
        for name in (*WHOLE, *PARTS)
        for row in rows(name)
        if row["status"] == "witnesses differ"
    }
    assert differ == LEFT_OUT


def test_every_test_named_here_exists():
    named = [test for tests in WHOLE.values() for test in tests]
    named += [test for parts in PARTS.values() for _, _, test in parts]
    for entry in named:
        file, test = entry.split("::")
        assert f"def {test}" in source_of(file), entry


def test_tests_of_whole_files_assert_the_number_of_their_rows():
    # Together the asserted numbers are the rows of the file; see each test's last lines.
    asserted = {"trend": 20 + 6 + 1, "multi_response": 17 + 31}  # 1 and 4 of them: GONE
    for name in WHOLE:
        count = len(rows(name))
        if name in asserted:
            assert count == asserted[name]
        elif name != "paired":  # compares with its own list of quantities
            file = WHOLE[name][0].split("::")[0]
            assert f"== {count}\n" in source_of(file)
