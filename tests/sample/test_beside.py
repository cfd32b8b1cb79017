"""What was planted stands beside what was found, and only on generated data."""

from __future__ import annotations

import pandas as pd
import pytest

import carekit
from carekit import sample


@pytest.fixture(scope="module")
def data():
    return carekit.open_dataset()


def test_values_are_matched_by_the_columns_that_both_have(data):
    frame = pd.DataFrame({"network": ["x", "nowhere"], "n": [1, 2]})
    made = sample.with_planted(frame, data, "median_wait")
    assert made["planted"].notna().tolist() == [True, False]
    assert list(frame.columns) == ["network", "n"], "the input is unchanged"
    one = sample.with_planted(frame, data, "personal_data_share")
    assert len(set(one["planted"])) == 1
    brands = pd.DataFrame({"brand": [sample.planted_brand_rates(data)["brand"].iloc[0]]})
    made = sample.with_planted(brands, data, "brand_answer_rate", where={"network": "facebook"})
    assert made["planted"].between(0, 1).all()


def test_a_column_whose_values_never_meet_matches_nothing(data):
    frame = pd.DataFrame({"network": ["facebook, x"] * 2, "effect": ["displaced", "none"]})
    made = sample.with_planted(frame, data, "displacement_effect")
    assert made["planted"].iloc[0] < -0.1
    assert made["planted"].iloc[1] == 0


def test_true_shares_of_a_label(data):
    posts = data.read("posts").query("author_role == 'customer'").drop_duplicates("post_id")
    posts = posts.rename(columns={"post_id": "request_id"})[["request_id", "brand"]].dropna()
    tones = pd.DataFrame({"category": ["negative", "positive", "neutral"]})
    made = sample.with_planted_share(tones, data, posts, "tone")
    assert made["planted"].sum() == pytest.approx(1)
    brands = pd.DataFrame({"brand": posts["brand"].unique()[:3]})
    made = sample.with_planted_share(brands, data, posts, "is_complaint", on="brand")
    assert made["planted"].between(0, 1).all()


def test_other_data_come_back_as_they_went_in(make_dataset):
    own = make_dataset([{"id": "q", "brand": "acme"}])
    frame = pd.DataFrame({"network": ["x"], "category": ["a"], "request_id": ["q"]})
    for made in (
        sample.with_planted(frame, own, "median_wait"),
        sample.with_planted_share(frame, own, frame, "tone"),
        sample.with_planted_distance(frame, own),
        sample.true_subjects(frame, own),
    ):
        pd.testing.assert_frame_equal(made, frame)
    assert sample.care_kinds(own) == {}
