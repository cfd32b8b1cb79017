"""carekit.inference.surveys.paired: items answered by the same people."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.inference.surveys.paired import compare_items, mcnemar

GOLDEN = Path(__file__).parents[2] / "golden"
PLATFORMS = ["fb_page", "fb_wall", "twitter", "blog"]


def respondents():
    return pd.read_csv(GOLDEN / "in_multi.csv")


def pairs(both, first, second, neither):
    rows = [(1, 1)] * both + [(1, 0)] * first + [(0, 1)] * second + [(0, 0)] * neither
    return pd.DataFrame(rows, columns=["a", "b"])


def test_every_frozen_paired_value_is_reproduced(golden):
    reference, frame = golden("paired"), respondents()
    options = {"base": "asked"}
    plain = mcnemar(frame, "fb_page", "twitter", **options)
    corrected = mcnemar(frame, "fb_page", "twitter", correction=True, **options)
    exact = mcnemar(frame, "fb_page", "twitter", exact=True, **options)
    got = {
        "only_fb_page": plain.n_only_first,
        "only_twitter": plain.n_only_second,
        "mcnemar_chi2": plain.statistic,
        "mcnemar_p": plain.p_value,
        "mcnemar_chi2_corrected": corrected.statistic,
        "mcnemar_exact_p": exact.p_value,
        "difference": plain.estimate,
        "difference_se_wald": plain.std_error,
    }
    rows = [row for row in reference.rows if not row["quantity"].startswith("cochran_q")]
    for row in rows:
        value = got[row["quantity"]]
        assert value == pytest.approx(float(row["value"]), rel=1e-6), row["quantity"]
    assert len(rows) == len(got)
    assert plain.method == "mcnemar, chi-squared"
    assert corrected.method == "mcnemar, chi-squared with continuity correction"
    assert exact.method == "mcnemar, exact"


def test_few_discordant_pairs_are_tested_exactly_by_default():
    found = mcnemar(pairs(3, 1, 5, 2), "a", "b", base="asked")
    assert found.method == "mcnemar, exact"
    assert found.p_value == pytest.approx(2 * (1 + 6) / 2**6)  # 1 or fewer of 6
    assert found.estimate == pytest.approx(-4 / 11)
    assert np.isnan(found.statistic)
    assert mcnemar(pairs(0, 12, 13, 0), "a", "b", base="asked").method == "mcnemar, chi-squared"


def test_no_discordant_pair_gives_p_one_and_nobody_gives_nan():
    for exact in (True, False):
        found = mcnemar(pairs(4, 0, 0, 6), "a", "b", base="asked", exact=exact)
        assert (found.p_value, found.estimate, found.std_error) == (1, 0, 0)
    empty = mcnemar(pairs(0, 0, 0, 0), "a", "b", base="asked")
    assert np.isnan(empty.p_value)
    assert empty.method == "none: n = 0"


def test_differences_of_items_without_weights_are_mcnemars_but_for_n_minus_one():
    frame = respondents()
    out = compare_items(frame, PLATFORMS, base="asked").set_index(["item", "other_item"])
    found = mcnemar(frame, "fb_page", "twitter", base="asked")
    row = out.loc[("fb_page", "twitter")]
    assert row["estimate"] == pytest.approx(found.estimate)
    assert row["std_error"] == pytest.approx(found.std_error * np.sqrt(300 / 299))
    assert len(out) == 6
    assert row["family_size"] == 6
    assert (out["p_adjusted"] >= out["p_value"]).all()


def test_weighted_clustered_difference_agrees_with_a_direct_computation():
    frame = respondents()
    out = compare_items(frame, ["fb_page", "blog"], base="asked", weight="weight", psu="cluster")
    w, d = frame["weight"], frame["fb_page"] - frame["blog"]
    mean = np.average(d, weights=w)
    totals = (w * (d - mean) / w.sum()).groupby(frame["cluster"]).sum()
    assert out["estimate"][0] == pytest.approx(mean)
    assert out["std_error"][0] == pytest.approx(np.sqrt(50 / 49 * (totals**2).sum()))
    assert out["df"][0] == 49


def test_differences_without_variation_or_clusters_are_marked():
    same = pairs(5, 0, 0, 5)
    assert compare_items(same, ["a", "b"], base="asked")["flags"][0] == "zero_var, small_n"
    one = compare_items(pairs(2, 3, 1, 5).assign(t=1), ["a", "b"], base="asked", psu="t")
    assert one["flags"][0] == "one_cluster, few_clusters, small_n"
    assert np.isnan(one["ci_low"][0])
    nobody = compare_items(pairs(0, 0, 0, 0), ["a", "b"], base="asked")
    assert nobody["flags"][0] == "n0"


def test_missing_ticks_are_counted_and_input_is_unchanged():
    frame = respondents()
    frame["blog"] = frame["blog"].where(frame["id"] > 10)
    before = frame.copy(deep=True)
    assert mcnemar(frame, "blog", "twitter", base="asked").n == 290
    assert compare_items(frame, PLATFORMS, base="asked")["n_missing"][0] == 10
    pd.testing.assert_frame_equal(frame, before)


def test_result_reads_as_a_sentence():
    frame = respondents()
    assert str(mcnemar(frame, "fb_page", "twitter", base="asked")) == (
        "fb_page minus twitter: +0.137 (95 % interval +0.068 to +0.205), n = 300, p = 0.000132 "
        "(mcnemar, chi-squared)."
    )
