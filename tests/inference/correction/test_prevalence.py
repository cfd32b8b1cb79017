"""Corrected shares: equal to frozen references, honest when the sample is too small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.inference.correction.prevalence import compare_groups, corrected_prevalence

GOLDEN = Path(__file__).parents[2] / "golden"


def _reference(machine: str = "machine") -> pd.DataFrame:
    """The frozen inputs: coded posts, and uncoded ones counted or scored."""
    coded = pd.read_csv(GOLDEN / "in_ppi_coded.csv")
    if machine == "score":
        rest = pd.read_csv(GOLDEN / "in_ppi_scores.csv").assign(count=1)
    else:
        rest = pd.read_csv(GOLDEN / "in_ppi_uncoded.csv")
    return pd.concat([coded.assign(count=1), rest], ignore_index=True)


@pytest.mark.parametrize("which", ["north", "south", "all"])
def test_ppi_equals_the_frozen_values_of_ppi_python_and_r(golden, which):
    g = golden("prevalence")
    frame = _reference()
    if which != "all":
        frame = frame[frame["group"] == which]
    found = corrected_prevalence(
        frame, code="human", machine="machine", count="count", interval="normal"
    ).iloc[0]
    case = f"group={which}, machine label"
    for quantity, column in {
        "ppi_lambda": "ppi_lambda",
        "ppi_estimate": "estimate",
        "ppi_se": "std_error",
        "ppi_low": "ci_low",
        "ppi_high": "ci_high",
        "human_only": "human_estimate",
        "human_only_wilson_low": "human_ci_low",
        "human_only_wilson_high": "human_ci_high",
        "naive_machine": "naive",
        "sensitivity": "sensitivity",
        "specificity": "specificity",
        "rogan_gladen": "rogan_gladen",
        "rogan_gladen_se": "rogan_gladen_se",
    }.items():
        g.check(case, quantity, found[column])


def test_ppi_with_scores_equals_the_frozen_values(golden):
    g = golden("prevalence")
    found = corrected_prevalence(
        _reference("score"), code="human", machine="score", interval="normal"
    ).iloc[0]
    for quantity, column in {
        "ppi_lambda": "ppi_lambda",
        "ppi_estimate": "estimate",
        "ppi_se": "std_error",
        "ppi_low": "ci_low",
        "ppi_high": "ci_high",
        "human_only": "human_estimate",
    }.items():
        g.check("all groups, machine score", quantity, found[column])
    assert np.isnan(found["rogan_gladen"])


def test_difference_of_groups_equals_the_frozen_values(golden):
    g = golden("prevalence")
    found = compare_groups(
        _reference(),
        code="human",
        machine="machine",
        group="group",
        count="count",
        interval="normal",
    )
    assert len(found) == 1
    g.check("north minus south, machine label", "difference", found["estimate"][0])
    g.check("north minus south, machine label", "se", found["std_error"][0])


def _simulated(n: int, rest: int, share: float, right: float, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    truth = rng.random(n + rest) < share
    machine = np.where(rng.random(n + rest) < right, truth, ~truth).astype(int)
    code = pd.Series(truth.astype(float)).where(np.arange(n + rest) < n)
    return pd.DataFrame({"code": code, "machine": machine, "thread": np.arange(n + rest) // 3})


@pytest.mark.parametrize(
    ("frame", "flag"),
    [
        (_simulated(40, 500, 0.5, 0.8), "small_n"),
        (_simulated(200, 500, 0.03, 0.8), "rare"),
        (_simulated(200, 500, 0.5, 1.0), "few_errors"),
        (_simulated(200, 0, 0.5, 0.8), "no_rest"),
    ],
)
def test_too_little_evidence_falls_back_to_the_coded_sample_and_says_so(frame, flag):
    found = corrected_prevalence(frame, code="code", machine="machine").iloc[0]
    assert flag in found["flags"].split(", ")
    assert found["method"] == "coded sample only, Wilson"
    assert found["estimate"] == pytest.approx(frame["code"].mean())
    assert (found["ci_low"], found["ci_high"]) == (found["human_ci_low"], found["human_ci_high"])


def test_correction_is_narrower_than_coding_alone_and_nearer_than_counting():
    frame = _simulated(200, 5000, 0.2, 0.85, seed=3)
    found = corrected_prevalence(frame, code="code", machine="machine").iloc[0]
    assert found["ci_high"] - found["ci_low"] < found["human_ci_high"] - found["human_ci_low"]
    assert abs(found["estimate"] - 0.2) < abs(found["naive"] - 0.2)
    assert found["n_eff"] > found["n_coded"] == 200


def test_named_categories_give_one_row_each():
    frame = pd.DataFrame(
        {
            "code": [*["neg", "pos", "neu"] * 40, *[None] * 30],
            "machine": [*["neg", "pos", "neu"] * 40, *["neg"] * 30],
        }
    )
    found = corrected_prevalence(frame, code="code", machine="machine")
    assert found["category"].to_list() == ["neg", "neu", "pos"]
    assert found["human_estimate"].to_list() == pytest.approx([1 / 3] * 3)
    assert found["naive"].to_list() == [1.0, 0.0, 0.0]


def test_strata_are_weighted_by_their_posts():
    # Stratum a: 900 posts, 60 coded, half positive; b: 100 posts, 60 coded, all positive but 10.
    a = pd.DataFrame({"s": "a", "code": [*[1.0, 0.0] * 30, *[np.nan] * 840]})
    b = pd.DataFrame({"s": "b", "code": [*[1.0] * 50, *[0.0] * 10, *[np.nan] * 40]})
    frame = pd.concat([a, b], ignore_index=True)
    frame["machine"] = np.arange(len(frame)) % 2
    found = corrected_prevalence(frame, code="code", machine="machine", stratum="s").iloc[0]
    assert found["human_estimate"] == pytest.approx(0.9 * 0.5 + 0.1 * 50 / 60)
    assert "strata" in found["method"]


def test_clusters_of_one_post_change_the_error_by_the_small_sample_factor_only():
    frame = _simulated(150, 600, 0.4, 0.8)
    frame["alone"] = np.arange(len(frame))
    plain = corrected_prevalence(frame, code="code", machine="machine").iloc[0]
    found = corrected_prevalence(frame, code="code", machine="machine", cluster="alone").iloc[0]
    assert found["std_error"] == pytest.approx(plain["std_error"], rel=2e-3)
    assert found["clusters"] == 150


def test_repeated_posts_in_a_cluster_widen_the_interval():
    frame = _simulated(150, 600, 0.4, 0.8)
    copies = pd.concat([frame.assign(id=np.arange(len(frame)))] * 3, ignore_index=True)
    ignoring = corrected_prevalence(copies, code="code", machine="machine").iloc[0]
    found = corrected_prevalence(copies, code="code", machine="machine", cluster="id").iloc[0]
    assert found["std_error"] > 1.6 * ignoring["std_error"]


@settings(max_examples=25, deadline=None)
@given(st.integers(60, 200), st.floats(0.2, 0.8), st.floats(0.55, 0.97), st.integers(0, 99))
def test_limits_hold_the_estimate_and_lie_between_0_and_1(n, share, right, seed):
    frame = _simulated(n, 300, share, right, seed)
    found = corrected_prevalence(frame, code="code", machine="machine").iloc[0]
    assert 0 <= found["ci_low"] <= np.clip(found["estimate"], 0, 1) <= found["ci_high"] <= 1
    turned = frame.assign(code=1 - frame["code"], machine=1 - frame["machine"])
    other = corrected_prevalence(turned, code="code", machine="machine").iloc[0]
    assert other["estimate"] == pytest.approx(1 - found["estimate"])
    assert other["ci_low"] == pytest.approx(1 - found["ci_high"])


def test_coverage_is_near_95_per_cent():
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(300):
        truth = rng.random(1100) < 0.3
        machine = np.where(rng.random(1100) < 0.85, truth, ~truth).astype(int)
        code = pd.Series(truth.astype(float)).where(np.arange(1100) < 100)
        found = corrected_prevalence(
            pd.DataFrame({"code": code, "machine": machine}), code="code", machine="machine"
        ).iloc[0]
        hits += found["ci_low"] <= 0.3 <= found["ci_high"]
    # 300 draws at 95 %: the 99.9 % range of hits.
    assert 270 <= hits <= 297


def test_holm_grows_with_the_family_and_intervals_do_not():
    frames = [_simulated(100, 300, s, 0.8, i).assign(brand=b) for i, (b, s) in enumerate(
        [("a", 0.3), ("b", 0.5), ("c", 0.6)]
    )]  # fmt: skip
    frame = pd.concat(frames, ignore_index=True)
    all_pairs = compare_groups(frame, code="code", machine="machine", group="brand")
    against = compare_groups(frame, code="code", machine="machine", group="brand", reference="a")
    assert len(all_pairs) == 3
    assert (all_pairs["n_family"] == 3).all()
    assert (all_pairs["p_adjusted"] >= all_pairs["p_value"]).all()
    assert against["group_1"].to_list() == ["b", "c"]
    assert against["estimate"][0] == pytest.approx(-all_pairs["estimate"][0])
    assert against["ci_low"][0] == pytest.approx(-all_pairs["ci_high"][0])


def test_nothing_coded_gives_missing_numbers_and_a_flag():
    frame = pd.DataFrame({"code": [np.nan] * 5, "machine": [0, 1, 1, 0, 1]})
    found = corrected_prevalence(frame, code="code", machine="machine").iloc[0]
    assert np.isnan(found["estimate"])
    assert found["flags"] == "n0"
    assert found["naive"] == pytest.approx(0.6)


def test_input_is_unchanged():
    frame = _simulated(100, 100, 0.4, 0.8)
    before = frame.copy(deep=True)
    corrected_prevalence(frame, code="code", machine="machine", cluster="thread")
    pd.testing.assert_frame_equal(frame, before)


def test_errors_name_what_came_what_was_expected_and_what_to_do():
    frame = _simulated(100, 100, 0.4, 0.8)
    with pytest.raises(InputError) as error:
        corrected_prevalence(frame, code="human", machine="machine")
    assert str(error.value) == (
        "`frame` has no column 'human'; found: code, machine, thread. Name one of these."
    )
    with pytest.raises(InputError) as error:
        corrected_prevalence(frame.assign(code=frame["code"] * 2), code="code", machine="machine")
    assert str(error.value) == (
        "`code` column 'code' holds [2.0]; expected 0, 1 or missing, or names of categories. "
        "Recode it."
    )
    with pytest.raises(InputError) as error:
        corrected_prevalence(frame.assign(m=[None, *[1.0] * 199]), code="code", machine="m")
    assert str(error.value) == (
        "`machine` column 'm' lacks 1 values; expected one for every post. Classify all posts, or "
        "leave these out."
    )
    with pytest.raises(InputError) as error:
        corrected_prevalence(frame.assign(m=3.0), code="code", machine="m")
    assert str(error.value) == (
        "`machine` column 'm' runs from 3 to 3; expected labels, or probabilities from 0 to 1. "
        "Rescale it."
    )
    with pytest.raises(InputError) as error:
        corrected_prevalence(frame, code="code", machine="machine", interval="wald")
    assert str(error.value) == (
        "`interval` is 'wald'; expected one of wilson, normal. Use 'wilson', the default."
    )
    with pytest.raises(InputError) as error:
        compare_groups(frame.assign(g="x"), code="code", machine="machine", group="g")
    assert str(error.value) == (
        "`group` 'g' holds ['x']; expected two groups or more. Choose another column."
    )


def test_rogan_gladen_corrects_stratum_by_stratum():
    rng = np.random.default_rng(5)
    parts = []
    for name, n, rest, share in (("a", 100, 900, 0.5), ("b", 100, 2900, 0.2)):
        truth = rng.random(n + rest) < share
        machine = np.where(truth, rng.random(n + rest) < 0.9, rng.random(n + rest) >= 0.8)
        code = pd.Series(truth.astype(float)).where(np.arange(n + rest) < n)
        parts.append(pd.DataFrame({"s": name, "code": code, "machine": machine.astype(int)}))
    options = {"code": "code", "machine": "machine"}
    both = corrected_prevalence(pd.concat(parts), stratum="s", **options).iloc[0]
    alone = [corrected_prevalence(part, **options).iloc[0] for part in parts]
    shares = [one["rogan_gladen"] for one in alone]
    errors = [one["rogan_gladen_se"] for one in alone]
    assert both["rogan_gladen"] == pytest.approx(0.25 * shares[0] + 0.75 * shares[1])
    assert both["rogan_gladen_se"] == pytest.approx(np.hypot(0.25 * errors[0], 0.75 * errors[1]))
    assert abs(both["rogan_gladen"] - 0.275) < 0.08
