"""carekit.inference.surveys.design and linearisation: the design read, and its covariances."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.inference.surveys.design import compact, read_sample
from carekit.inference.surveys.linearisation import (
    block_covariance,
    cell_covariance,
    totals_covariance,
    weighted_shares,
)

GOLDEN = Path(__file__).parents[2] / "golden"
SETTINGS = [
    {},
    {"weight": "weight"},
    {"weight": "weight", "stratum": "stratum"},
    {"weight": "weight", "psu": "psu"},
    {"weight": "weight", "stratum": "stratum", "psu": "psu"},
    {"weight": "weight", "stratum": "psu", "psu": "lonely", "lonely": "center"},
]


def respondents():
    frame = pd.read_csv(GOLDEN / "in_survey.csv")
    # One cluster in the stratum A1, two in each other one.
    return frame.assign(lonely=np.where(frame["psu"] == "A1", 0, frame["id"] % 2))


@settings(max_examples=40)
@given(st.lists(st.integers(0, 10**6), max_size=30), st.booleans())
def test_compact_codes_stand_for_the_same_numbers_without_gaps(numbers, dense):
    keys = np.array(numbers, dtype=np.int64)
    keys = keys % 50 if dense else keys
    codes, values = compact(keys)
    assert (values[codes] == keys).all()
    assert set(codes) == set(range(len(values)))
    assert len(set(values)) == len(values)


def test_numbers_and_names_of_clusters_give_the_same_design():
    frame = respondents()
    number = frame["psu"].rank(method="dense").astype(int)
    names, numbers = (
        read_sample(f, stratum="stratum", psu="psu") for f in (frame, frame.assign(psu=number))
    )
    assert names.psus.tolist() == numbers.psus.tolist()
    assert names.clustered
    for codes in (names.psu, numbers.psu):
        assert pd.Series(codes).groupby(frame["psu"]).nunique().eq(1).all()


def test_a_cluster_name_in_two_strata_names_two_clusters():
    frame = pd.DataFrame({"s": list("aabbaabb"), "c": [1, 2, 1, 2, 1, 2, 1, 2]})
    assert read_sample(frame, stratum="s", psu="c").psus.tolist() == [2, 2]


@pytest.mark.parametrize("options", SETTINGS, ids=str)
def test_four_ways_to_the_same_covariance_agree(options):
    frame = respondents()
    design = read_sample(frame, **options)
    group = frame["age_score"].to_numpy() - 1
    group = np.where(frame["id"] % 11 == 0, -1, group)
    answer = frame["prefers"].to_numpy()
    share, variance = weighted_shares(design, group, answer, (6, 2))

    mass = design.weight
    total = np.array([mass[group == g].sum() for g in range(6)])
    block = np.zeros((len(frame), 2))
    inside = group >= 0
    for k in range(2):
        off = (answer == k) - share[np.where(inside, group, 0), k]
        block[:, k] = np.where(inside, design.weight * off / total[group], 0.0)
    blocks = block_covariance(design, group, 6, block)
    spread = np.zeros((len(frame), 12))
    for g in range(6):
        spread[:, 2 * g : 2 * g + 2] = block * (group == g)[:, None]
    assert np.allclose(blocks, totals_covariance(design, spread), atol=1e-14)
    assert np.allclose(np.diag(blocks), variance.ravel(), rtol=1e-8)

    cells = cell_covariance(design, np.where(inside, 2 * group + answer, -1), 12)
    slopes = np.zeros((12, 12))
    for g in range(6):
        for k in range(2):
            slopes[2 * g + k, 2 * g : 2 * g + 2] = -share[g, k] / total[g]
            slopes[2 * g + k, 2 * g + k] += 1 / total[g]
    assert np.allclose(slopes @ cells @ slopes.T, blocks, atol=1e-13)


def test_kish_equals_the_frozen_reference(golden):
    frame = respondents()
    n_eff = read_sample(frame, weight="weight").kish(np.zeros(len(frame), dtype=int), 1)[0]
    reference = golden("weights")
    reference.check("in_survey", "kish_n_eff", n_eff)
    reference.check("in_survey", "kish_deff", len(frame) / n_eff)
    reference.check("in_survey", "n", len(frame))
