"""Verdict rows that a person can read."""

from __future__ import annotations

import pytest

import carekit
from carekit.claims.shown import READ, judged, verdicts


@pytest.fixture(scope="module")
def sample():
    return carekit.open_dataset()


def test_a_row_says_claim_place_values_verdict_why_and_id_last(sample):
    made = verdicts(sample, measure="uses_platform_for_care")
    assert list(made.columns) == [name for name in READ if name != "real counts"]
    row = made[made["id"].str.endswith("C009a")].iloc[0]
    assert row["claim"] == "Place used for social care (Facebook: the company's page)"
    assert row["where"] == "United States, Facebook"
    assert row["when"] == "2012"
    assert row["published"] == "29.0\u00a0%"
    assert row["verdict"] == "equivalent (synthetic)"
    assert (row["who"], row["id"]) == ("Seraiocco 2013", "C009a")
    assert (made["why"].str.len() > 20).all(), "why is never empty"
    assert any("chance alone" in note for note in made.facts.notes)
    assert "1st" in made["published"].tolist(), "a rank is a rank"
    assert sum(made.facts.left_out.values()) + len(made) == 20


def test_real_counts_stand_beside_the_figures_that_they_touch(sample):
    made = verdicts(sample, only=["C035", "L007b", "C009a"])
    assert list(made.columns) == READ
    beside = made.set_index("id")["real counts"]
    assert beside["C035"] == "52.8\u00a0% (42.3 to 63.4\u00a0%): not comparable"
    assert beside["L007b"] == "3.3\u00a0h (35.3\u00a0min to 6.0\u00a0h): undecided"
    assert beside["C009a"] == "–"
    assert any("touch 2 of 3: 1 not comparable, 1 undecided" in note for note in made.facts.notes)


def test_hypotheses_say_what_is_synthetic(sample):
    made = judged(sample, ["H09"])
    generated = made["evidence"].str.contains("synthetic")
    assert generated.any()
    assert made.loc[generated, "verdict"].str.contains("synthetic").all()
    assert made.facts.synthetic
    assert made.columns[-1] == "id"


def test_real_data_are_not_called_synthetic(make_dataset):
    rows = [{"id": f"q{i}", "brand": "acme", "account": "acme", "text": "why?"} for i in range(40)]
    made = verdicts(make_dataset(rows), only=["C034", "P061", "C009a"])
    assert not made["verdict"].str.contains("synthetic").any()
    assert not made.facts.synthetic
    assert any(why.startswith("cannot be tested: ") for why in made.facts.left_out)
