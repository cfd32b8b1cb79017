"""Near-duplicate questions around public answers, on datasets made by hand and on the sample."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from carekit.dataset.folder import open_dataset
from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.dataset.resources import data_folder
from carekit.errors import InputError, SelectionError
from carekit.measures.near_duplicates import near_duplicates

BRANDS = [f"b{i}" for i in range(6)]
OUTAGE, BILL = "Is the app down in Paris?", "Why was I charged twice this month?"


def corpus(after_answered: int, after_silent: int) -> list[dict]:
    """For each brand an answered burst and, ten days later, a silent one: three near-duplicates in
    the two hours after the first question, then so many in the next two."""
    rows = []
    for b, brand in enumerate(BRANDS):
        for kind, day, text, after in (
            ("a", 0, OUTAGE, after_answered),
            ("s", 10, BILL, after_silent),
        ):
            start = 1440 * (day + b)
            times = [0, 20, 60, 100 + b, *(130 + 20 * i for i in range(after))]
            for i, minute in enumerate(times):
                rows.append(
                    {"id": f"{brand}{kind}{i}", "at": start + minute, "account": brand,
                     "brand": brand, "author_id": f"{brand}{kind}{i}", "lang": "en",
                     "text": f"@{brand} {text}" + " Thanks" * (i % 2)}
                )  # fmt: skip
            if kind == "a":
                rows.append(
                    {"id": f"{brand}r", "at": start + 120, "reply_to": f"{brand}a0", "text": "Yes",
                     "account": brand, "brand": brand, "author_role": "brand"}
                )  # fmt: skip
    # neither a question nor a text
    rows.append({"id": "n", "at": 5, "account": "b0", "brand": "b0", "text": None})
    rows.append({"id": "p", "at": 5, "account": "b0", "brand": "b0", "text": "Great shop."})
    # the collection goes on
    rows.append({"id": "z", "at": 40 * 1440, "account": "b0", "brand": "b0", "text": "Fine."})
    return rows


@pytest.fixture
def burst(make_dataset):
    return lambda *counts: make_dataset(corpus(*counts))


def test_rates_are_counted_by_hand(burst):
    made = near_duplicates(burst(1, 3), window_hours=2).set_index("arm")
    assert made.n_groups.tolist() == [6, 6, 12]
    # six bursts: 18 before and 6 after an answer; 18 and 18 in silence, two hours each
    assert made.loc["answered", "ratio"] == pytest.approx(6 / 18)
    assert made.loc["unanswered", "ratio"] == pytest.approx(1)
    assert made.loc["answered / unanswered", "ratio"] == pytest.approx(1 / 3)
    assert made.loc["answered", "rate_before"] == pytest.approx(3 * 12)
    assert made.n.tolist() == [24, 36, 60]
    assert made.clusters.tolist() == [6, 6, 6]


def test_a_burst_that_fades_by_itself_is_no_effect(burst):
    made = near_duplicates(burst(1, 1), window_hours=2).set_index("arm")
    assert made.loc["answered", "ratio"] == pytest.approx(1 / 3)
    assert made.loc["answered / unanswered", "ratio"] == pytest.approx(1)


def test_what_is_left_out_is_counted(burst):
    facts = near_duplicates(burst(1, 3), window_hours=2).facts
    assert facts.denominator == "72 questions among 75 openings, in 12 groups of near-duplicates"
    assert facts.left_out["openings without a text"] == 1


def test_groups_of_results_are_those_of_their_first_question(burst):
    made = near_duplicates(burst(1, 3), window_hours=2, by="brand")
    assert made.columns[0] == "brand"
    assert len(made) == 3 * len(BRANDS)
    assert made.groupby("brand")["n"].first().tolist() == [4] * 6


def test_known_incidents_anchor_both_arms(burst):
    dates = pd.DataFrame(
        {
            "brand": [*BRANDS, *BRANDS, "elsewhere"],
            "event": "question_burst",
            "at": [
                pd.Timestamp("2024-03-01 11:30", tz="UTC") + pd.Timedelta(days=day + b)
                for day in (0, 10)
                for b in range(6)
            ]
            + [pd.Timestamp("2024-03-01", tz="UTC")],
        }
    )
    made = near_duplicates(burst(1, 3), window_hours=3, events=dates)
    note = made.attrs["note"]
    assert note.endswith("12 of 13 incidents hold a group of near-duplicates.")
    table = made.set_index("arm")
    # silent bursts count their first question now, answered ones not the question answered
    assert table.loc["unanswered", "n"] == 6 * 7
    assert table.loc["answered", "n"] == 6 * 4


def test_a_dataset_of_answered_conversations_is_refused(make_dataset):
    dataset = make_dataset(corpus(1, 3), selection=ANSWERED_ONLY)
    with pytest.raises(SelectionError):
        near_duplicates(dataset)
    made = near_duplicates(dataset, window_hours=2, allow_selected=True)
    assert made.set_index("arm").loc["answered", "n"] == 24


def test_a_dataset_without_a_repeated_question_has_no_ratio(make_dataset):
    made = near_duplicates(make_dataset(corpus(1, 3)[:1]))
    assert made["ratio"].isna().all()
    assert made["n"].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"cluster": "author_id"},
            "`cluster` is 'author_id'; near-duplicates are clustered by brand: expected one of auto, "
            "brand. Leave it out.",
        ),
        (
            {"definition": "direct-message"},
            "`definition` is 'direct-message', by message; a reply in a thread is no new "
            "question. Choose a definition by opening, question, page post, review, ticket.",
        ),
    ],
)
def test_options_that_make_no_sense_are_refused(burst, options, text):
    with pytest.raises(InputError) as caught:
        near_duplicates(burst(1, 3), **options)
    assert str(caught.value) == text


def test_the_ratios_planted_in_the_sample_lie_in_their_intervals():
    folder = data_folder("sample")
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    planted = {
        q["by"]["public_answer"]: q["value"]
        for q in truth["quantities"]
        if q["name"] == "burst_ratio"
    }
    made = near_duplicates(open_dataset(folder), events=folder / "events.csv")
    table = made.set_index("arm")
    for arm, value in (
        ("answered", planted["true"]),
        ("unanswered", planted["false"]),
        ("answered / unanswered", planted["true"] / planted["false"]),
    ):
        row = table.loc[arm]
        assert row["ratio_low"] <= value <= row["ratio_high"], arm
    assert table.loc["answered", "ratio_high"] < 1
    assert np.isfinite(table["ratio"]).all()
