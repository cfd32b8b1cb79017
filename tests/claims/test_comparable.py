"""Figures of another period, country or sector than the data get no verdict."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit import load_ledger, open_dataset, replay, replay_all
from carekit.claims.comparable import years_of
from carekit.dataset.folder import create_dataset
from carekit.errors import InputError

DAY = 1440
YEAR = 525_600


def bank(i, n=40):
    """Questions to one bank on Facebook, half of them answered."""
    rows = []
    for k in range(n):
        name = f"b{i}-{k}"
        rows.append({"id": name, "at": k * DAY, "network": "facebook", "account": f"bank{i}",
                     "brand": f"Bank {i}", "author_id": name, "text": "why?",
                     "observed_at": 300 * DAY})  # fmt: skip
        if k % 2:
            rows.append({"id": f"{name}r", "at": k * DAY + 30, "network": "facebook", "reply_to": name,
                         "account": f"bank{i}", "brand": f"Bank {i}", "author_role": "brand"})  # fmt: skip
    return rows


def brands(country="FR", sector="bank"):
    return [{"brand": f"Bank {i}", "country": country, "sector": sector} for i in range(6)]


@pytest.fixture
def posts():
    return [row for i in range(6) for row in bank(i)]


def test_french_banks_of_2024_decide_nothing_on_the_world_of_2015(make_dataset, posts):
    verdict = replay("C035", make_dataset(posts, brands=brands()))
    assert verdict.verdict == "not_comparable"
    assert verdict.why.startswith(
        "Other period: the figure is of 2015, the posts are of 2024. Other country: the figure is of "
        "several, the brands are all of France. Other sector: the figure is of all, the brands are "
        "all of one (bank). Measured less published: "
    )
    assert "margin" not in verdict.why  # what was measured is shown, and no verdict on it
    assert verdict.estimate == 0.5
    assert verdict.difference is not None


def test_each_difference_can_be_accepted(make_dataset, posts):
    dataset = make_dataset(posts, brands=brands())
    why = replay("C035", dataset, across=["period", "country"]).why
    assert why.startswith("Other sector")
    accepted = replay("C035", dataset, across=["period", "country", "sector"])
    assert accepted.verdict in {"differs", "undecided"}
    frame = replay_all(dataset, only=["C035"], across=["period", "country", "sector"])
    assert frame["verdict"].tolist() == [accepted.verdict]
    with pytest.raises(InputError, match="`across` names 'planet'; expected some of: period"):
        replay("C035", dataset, across=["planet"])


def test_a_mix_of_countries_and_sectors_of_the_same_year_is_compared(make_dataset, posts):
    rows = [{**row, "at": row["at"] - 9 * YEAR} for row in posts]  # 2015
    known = brands()
    known[0] |= {"country": "US", "sector": "telecom"}
    for row in rows:
        row.pop("observed_at", None)
    verdict = replay("C035", make_dataset(rows, brands=known))
    assert verdict.verdict in {"differs", "undecided"}


def test_what_nobody_says_is_no_difference(make_dataset, posts):
    rows = [{**row, "at": row["at"] - 9 * YEAR} for row in posts]
    for row in rows:
        row.pop("observed_at", None)
    assert replay("C035", make_dataset(rows)).verdict != "not_comparable"


def test_a_few_posts_of_another_year_do_not_make_a_year(make_dataset, posts):
    late = {"id": "late", "at": -9 * YEAR, "network": "facebook", "account": "bank1",
            "brand": "Bank 1", "author_id": "late", "text": "why?"}  # fmt: skip
    why = replay("C035", make_dataset([*posts, late])).why
    assert "the posts are of 2024." in why


def test_the_sample_is_held_only_against_its_own_years():
    sample = open_dataset()
    words = {
        key: replay(key, sample).verdict
        for key in ("P060", "P068a", "P116", "C046", "P128")  # 2011, 2015, 2020, 2014, 2013
    }
    assert words["P060"] == words["P116"] == words["P128"] == "not_comparable"
    assert "not_comparable" not in {words["P068a"], words["C046"]}


def test_a_survey_of_ones_own_may_say_its_year(tmp_path):
    frame = pd.DataFrame(
        {
            "respondent_id": [f"r{i}" for i in range(80)],
            "weight": 1.0,
            "happy": (["yes"] * 3 + ["no"]) * 20,
        }
    )
    question = {"kind": "single", "answers": ["yes", "no"], "country": "FR",
                "measure": "satisfied_with_channel", "group": "social_media"}  # fmt: skip
    for year, comparable in ((None, True), (2014, True), ("2026", False)):
        path = tmp_path / str(year)
        with create_dataset(path, title="Own", licence="CC0-1.0") as out:
            out.set_table("survey", frame, source="test")
            told = {} if year is None else {"year": year}
            out.set_json("questions.json", {"happy": {**question, **told}})
        verdict = replay("C045", open_dataset(path))
        assert (verdict.verdict != "not_comparable") == comparable
    assert verdict.why.startswith("Other period: the figure is of 2014, the answers are of 2026.")


def test_years_of_a_figure():
    ledger = load_ledger()
    assert years_of(ledger.figure("P019")) == {2014, 2015}
    assert years_of(ledger.figure("C061")) == set()
