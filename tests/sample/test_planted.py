"""What was planted is read from beside the tables; a real dataset has none of it."""

from __future__ import annotations

import json

import pytest

from carekit.dataset.folder import open_dataset
from carekit.sample.planted import (
    planted_brand_rates,
    planted_brands,
    planted_labels,
    planted_values,
)


@pytest.fixture(scope="module")
def sample():
    return open_dataset()


def test_planted_values_are_those_of_the_file(sample):
    truth = json.loads((sample.path / "truth.json").read_text(encoding="utf-8"))
    asked = [q for q in truth["quantities"] if q["name"] == "displacement_effect"]
    found = planted_values(sample, "displacement_effect")
    assert found[["network", "effect"]].to_dict("records") == [q["by"] for q in asked]
    assert found["value"].tolist() == [q["value"] for q in asked]
    assert found["realised"].isna().all()  # an effect is not a count


def test_a_quantity_without_groups_has_no_group_columns(sample):
    assert planted_values(sample, "anger_odds_ratio").columns.tolist() == ["value", "realised"]


def test_brands_have_times_and_a_kind_of_effect(sample):
    brands = planted_brands(sample)
    assert len(brands) == len(sample.read("brands"))
    opened = brands["care_opened_at"].notna()
    assert opened.equals(brands["care_effect"].notna())
    assert str(brands["care_opened_at"].dt.tz) == "UTC"


def test_each_post_of_the_sample_has_one_label(sample):
    labels = planted_labels(sample, columns=["category"])
    assert labels["post_id"].is_unique
    assert set(sample.read("posts")["post_id"]) == set(labels["post_id"])


def test_a_dataset_that_was_not_generated_has_nothing_planted(make_dataset):
    dataset = make_dataset([{"id": "a", "at": 0}])
    assert planted_values(dataset, "displacement_effect").empty
    assert planted_brands(dataset).columns.tolist()[-2:] == ["care_effect", "scheme_at"]
    assert planted_brands(dataset).empty
    assert planted_labels(dataset, columns=["tone"]).columns.tolist() == ["post_id", "kind", "tone"]
    assert planted_labels(dataset).empty
    assert planted_brand_rates(dataset).empty


def test_each_brand_has_a_rate_on_each_network(sample):
    rates = planted_brand_rates(sample)
    assert not rates.duplicated(["brand", "network"]).any()
    assert set(rates["brand"]) == set(sample.read("brands")["brand"])
    # drawn around the published rates: Facebook above X
    means = rates.groupby("network")["value"].mean()
    assert means["facebook"] > 0.6 > means["x"]
