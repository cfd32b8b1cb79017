"""Bursts of near-duplicate questions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carekit.sample import incidents, plan
from carekit.sample.requests import NEVER, draw_answers, draw_brands, draw_openings


@pytest.fixture(scope="module")
def openings() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    firms = draw_brands(rng)
    return draw_answers(rng, draw_openings(rng, 17_000), firms)


def test_staging_moves_times_and_nothing_else(openings):
    before = openings.copy()
    made = incidents.stage_incidents(np.random.default_rng(1), openings)
    pd.testing.assert_frame_equal(openings, before)
    kept = [c for c in openings if c not in ("at", "answer_at", "in_hours")]
    order = ["author", "network", "firm", "category", "tone"]
    left = openings[kept].value_counts(order).sort_index()
    right = made[kept].value_counts(order).sort_index()
    pd.testing.assert_series_equal(left, right)
    assert (made["answer_at"] < NEVER).sum() == (openings["answer_at"] < NEVER).sum()


def test_half_of_the_bursts_get_a_public_answer_after_four_hours(openings):
    made = incidents.stage_incidents(np.random.default_rng(1), openings)
    table = incidents.incidents_table(made)
    assert len(table) == plan.INCIDENTS
    answered = table["answer_at"].notna()
    assert answered.sum() == plan.INCIDENTS / 2
    wait = table.loc[answered, "answer_at"] - table.loc[answered, "start"]
    assert (wait == incidents.HALF).all()


def test_questions_fall_off_after_a_public_answer(openings):
    """Over many bursts the ratio of late to early questions is the planted one."""
    late = {True: 0, False: 0}
    early = {True: 0, False: 0}
    for seed in range(15):
        table = incidents.incidents_table(
            incidents.stage_incidents(np.random.default_rng(seed), openings)
        )
        for row in table.itertuples():
            answered = not pd.isna(row.answer_at)
            early[answered] += row.first_half - answered
            late[answered] += row.second_half
    silent = plan.BURST_DECAY
    assert late[False] / early[False] == pytest.approx(silent, rel=0.15)
    assert late[True] / early[True] == pytest.approx(silent * plan.PUBLIC_ANSWER_FACTOR, rel=0.2)


def test_posts_of_a_burst_share_their_question(latest, labels):
    both = latest.merge(labels, on="post_id")
    bursts = both[both["incident"].notna() & both["text"].notna()]
    assert bursts["incident"].nunique() == plan.INCIDENTS
    for _, texts in bursts.groupby("incident")["text"]:
        shared = set.intersection(*(set(t.lower().split()) for t in texts))
        assert len(shared) >= 4
