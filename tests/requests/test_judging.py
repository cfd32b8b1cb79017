"""The arithmetic of definitions on forty requests, against values counted in R and in pandas."""

from __future__ import annotations

from pathlib import Path

import ibis
import pandas as pd
import pytest

from carekit.inference.waits.survival import estimate_waits
from carekit.measures.definitions import summarise_definition
from carekit.measures.waits import timed
from carekit.requests.definitions import Definition, get_definition
from carekit.requests.judging import choose_requests, judge_answers
from carekit.requests.value import count_rows

FORTY = pd.read_csv(Path(__file__).parents[1] / "golden" / "in_requests.csv")


def candidates(frame: pd.DataFrame = FORTY) -> ibis.Table:
    seconds = {
        f"{name}_seconds": (3600 * frame[f"{hours}_hours"]).round().astype("Int64")
        for name, hours in (("wait", "reply"), ("followed", "followed"), ("silence", "silence"))
    }
    return ibis.memtable(
        frame[["id", "brand"]].assign(
            visibility=frame.kind.map({"private": "private"}).fillna("public"),
            is_opening=True,
            is_addressed=True,
            on_page=frame.kind == "post",
            is_review=False,
            is_question=frame.question == 1,
            needs_answer=frame.needs_answer == 1,
            request_id=frame.id.astype(str),
            **seconds,
        )
    )


def small_tables(definition: Definition, cluster: str | None = None, follow_up: bool = False):
    asked = choose_requests(candidates(), definition=definition)
    judged = judge_answers(asked, definition=definition, enforce_follow_up=follow_up)
    judged = judged.filter(~judged.set_apart)
    waits, sums = timed(judged)
    return (
        count_rows(judged, [cluster] if cluster else [], n_answered=judged.answered),
        count_rows(waits, ["seconds"], **sums),
    )


CASES = {
    "socialbakers questions": "socialbakers-2015",
    "quintly questions 7 days": "quintly-7d",
    "sprout needing an answer 72 h": "sprout-72h",
    "all public mentions, mean": "simply-measured",
    "all wall posts, median": "fanpage-karma",
    "page messages, fastest 90 percent mean": "facebook-page",
    "ticket first reply, median": "zendesk",
    "ticket first reply, mean": "chatwoot",
}


@pytest.mark.parametrize("case", CASES)
def test_published_definitions_equal_the_frozen_values(golden, case):
    g = golden("definitions")
    definition = get_definition(CASES[case])
    counts, waits = small_tables(definition)
    row = summarise_definition(counts, waits, definition=definition).iloc[0]
    g.check(case, "asked", row.n)
    g.check(case, "answered", row.n_answered)
    g.check(case, "pooled_rate", row.estimate)
    if definition.name != "quintly-7d":  # it reports classes; its median is ours
        minutes = row.median_minutes if row.isna().mean_minutes else row.mean_minutes
        g.check(case, "time_hours", minutes / 60)
    by_brand, _ = small_tables(definition, cluster="brand")
    averaged = Definition("own", "us", "1", "ticket", pooling="mean of brands")
    brands = summarise_definition(by_brand, waits, definition=averaged, cluster="brand").iloc[0]
    g.check(case, "mean_of_brands", brands.estimate)


def test_the_rank_score_of_socially_devoted_is_answered_minus_ignored(golden):
    counts, _ = small_tables(get_definition("socialbakers-2015"), cluster="brand")
    score = (2 * counts.n_answered - counts.n).sum()
    golden("definitions").check(
        "socialbakers questions", "rank_score_answered_minus_ignored", score
    )


def test_all_requests_with_the_unanswered_censored_equal_the_frozen_values(golden):
    g, case = golden("definitions"), "carekit all requests, censored"
    _, waits = small_tables(get_definition("zendesk"))
    row = estimate_waits(waits, within=(60, 1440, 4320)).iloc[0]
    for hours in (1, 24, 72):
        g.check(case, f"answered_within_{hours}h", row[f"within_{60 * hours}_minutes"])
    g.check(case, "median_hours", row.median_minutes / 60)


def test_a_request_that_is_too_young_is_set_apart_whether_answered_or_not():
    sprout = get_definition("sprout-72h")
    judged = judge_answers(candidates(), definition=sprout).execute()
    assert judged.set_apart.sum() == (FORTY.followed_hours < 72).sum()
    assert judged[judged.set_apart].answered.any()
    assert (~judged[judged.set_apart].answered).any()
    counts, _ = small_tables(sprout, follow_up=True)
    assert counts.iloc[0].tolist() == [24, 13]


def test_an_answer_after_the_window_is_none_and_the_request_waited_for_all_of_it():
    short = Definition("short", "us", "1", "ticket", window_minutes=60)
    judged = judge_answers(candidates(), definition=short).execute().set_index("id")
    assert judged.answered.to_dict()[5] is False  # answered after 90.5 hours
    assert judged.observed_seconds[5] == 3600
    assert pd.isna(judged.first_response_seconds[5])
    assert judged.observed_seconds[2] == 120 * 3600  # never answered: followed for 120 hours
    assert judged.first_response_seconds[4] == 216
