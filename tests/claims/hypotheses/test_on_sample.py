"""All hypotheses on the sample: what was planted is recovered, and said to be planted."""

from __future__ import annotations

import json
import math

import pytest

from carekit.claims.hypotheses.judge import judge_hypotheses
from carekit.dataset.folder import open_dataset
from carekit.dataset.resources import data_folder

# The verdict of the rows on posts and survey; where there are several rows, in their order.
ON_SAMPLE = {
    "H05": ["undecided"],
    "H07": ["undecided"],
    "H08": ["holds"],
    "H09": ["holds", "holds"],
    "H10": ["untestable", "hint"],
    "H11": ["holds"],
    "H14": ["untestable", "contradicted"],
    "H15": ["undecided"],
    "H16": ["untestable", "hint"],
    "H17": ["undecided"],
    "H19": ["undecided"],
    "H20": ["contradicted"],
    "H21": ["holds", "contradicted"],
    "H22": ["holds"],
    "H23": ["holds", "untestable"],
    "H27": ["holds"],
    "H28": ["holds", "holds"],
    "H29": ["undecided"],
    "H30": ["holds", "holds"],
}


@pytest.fixture(scope="module")
def table(ledger):
    return judge_hypotheses(open_dataset(data_folder("sample")), ledger=ledger)


@pytest.fixture(scope="module")
def truth():
    text = (data_folder("sample") / "truth.json").read_text(encoding="utf-8")
    return json.loads(text)["quantities"]


def planted(truth, name, **by):
    found = [q["value"] for q in truth if q["name"] == name and q["by"] == by]
    assert len(found) == 1, (name, by)
    return found[0]


def rows_of(table, key):
    mine = table[(table["hypothesis_id"] == key) & table["evidence"].isin(["posts", "survey"])]
    return mine.reset_index(drop=True)


def test_rows_on_the_sample_are_as_expected(table):
    for key in table["hypothesis_id"].unique():
        verdicts = rows_of(table, key)["verdict"].tolist()
        assert verdicts == ON_SAMPLE.get(key, ["untestable"] * len(verdicts)), key


def test_every_tested_row_says_that_it_was_planted(table):
    mine = table[table["evidence"].isin(["posts", "survey"]) & (table["verdict"] != "untestable")]
    assert mine["synthetic"].all()
    others = table[table["evidence"].isin(["figures", "measured"])]
    assert not others["synthetic"].any()
    assert not others["why"].str.contains("synthetic").any()


def test_nothing_planted_decides_where_real_evidence_was_tested(table):
    for _, rows in table.groupby("hypothesis_id"):
        tested = rows[~rows["verdict"].isin(["untestable", "hint"])]
        planted = bool(len(tested)) and bool(tested["synthetic"].all())
        assert rows["decided_by"].iloc[0].endswith("(synthetic)") == planted


def test_no_hypothesis_holds_by_generated_data_alone(table):
    """It is recovered, and says that it is synthetic."""
    overall = table.drop_duplicates("hypothesis_id").set_index("hypothesis_id")
    planted = overall[overall["decided_by"].str.endswith("(synthetic)")]["overall"]
    assert planted.to_dict() == {
        "H09": "recovered (synthetic)",
        "H14": "contradicted (synthetic)",
        "H17": "undecided",
        "H23": "undecided",
        "H27": "recovered (synthetic)",
        "H28": "recovered (synthetic)",
        "H29": "undecided",
    }
    holding = overall[overall["overall"] == "holds"]
    assert set(holding["decided_by"]) == {"figures"}


def test_a_brand_is_one_unit_and_its_controls_never_had_a_care_account(table):
    """H27: 16 brands opened one on Facebook or X; 22 had one before, on either, and are no control."""
    row = rows_of(table, "H27").loc[0]
    accounts = open_dataset(data_folder("sample")).read("accounts")
    with_care = set(accounts.loc[accounts["account_kind"] == "care", "brand"])
    never = set(accounts["brand"]) - with_care
    assert (
        f"16 brands that opened one, each on the network where it did, against {len(never)} "
        in row["why"]
    )
    assert row["ci_high"] < 0


def test_planted_values_lie_in_the_intervals(table, truth):
    us = {"country": "US", "answer": "yes"}
    general = planted(truth, "expects_within_60_minutes", **us)
    complaint = planted(truth, "expects_within_60_minutes_complaint", **us)
    values = {
        ("H09", 1): complaint - general,
        ("H28", 0): math.log(planted(truth, "anger_odds_ratio")),
        ("H29", 0): math.log(planted(truth, "response_scheme_factor")),
        ("H17", 0): math.log(
            planted(truth, "burst_ratio", public_answer="true")
            / planted(truth, "burst_ratio", public_answer="false")
        ),
    }
    for (key, place), value in values.items():
        row = rows_of(table, key).loc[place]
        assert row["ci_low"] <= value <= row["ci_high"], key


def test_intervals_hold_their_estimates(table):
    known = table.dropna(subset=["estimate", "ci_low", "ci_high"])
    assert (known["ci_low"] <= known["estimate"]).all()
    assert (known["estimate"] <= known["ci_high"]).all()
    assert len(known) > 35
