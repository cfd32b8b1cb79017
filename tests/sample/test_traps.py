"""Each trap is there as often as truth.json says, counted again in the finished tables."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.sample import plan


@pytest.fixture(scope="module")
def parents(latest: pd.DataFrame) -> dict[str, str]:
    known = latest.dropna(subset=["reply_to"])
    return dict(zip(known["post_id"], known["reply_to"], strict=True))


@pytest.fixture(scope="module")
def tagged(latest: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    return latest.merge(labels, on="post_id", validate="one_to_one")


def rings(parents: dict[str, str]) -> list[set[str]]:
    """Every circle in a graph in which each post answers at most one other."""
    found: list[set[str]] = []
    done: set[str] = set()
    for start in parents:
        path: list[str] = []
        here: str | None = start
        while here is not None and here not in done and here not in path:
            path.append(here)
            here = parents.get(here)
        if here in path:
            found.append(set(path[path.index(here) :]))
        done.update(path)
    return found


def test_reply_cycles_are_pairs_one_triangle_and_one_post_that_answers_itself(parents, truth):
    found = rings(parents)
    assert len(found) == truth["traps"]["reply_cycle"] == plan.CYCLES
    assert sum(map(len, found)) == truth["traps"]["posts_in_cycles"]
    assert sorted(map(len, found)) == [1, 2, 2, 2, 2, 3]


def test_duplicates_are_second_looks_at_the_same_post(posts, truth):
    twice = posts[posts.duplicated("post_id", keep=False)]
    assert posts["post_id"].duplicated().sum() == truth["traps"]["duplicate_post"]
    assert (twice.groupby("post_id").size() == 2).all()
    assert (twice.groupby("post_id")["observed_at"].nunique() == 2).all()
    times = twice.groupby("post_id")["created_at"]
    assert (times.min() == times.max()).all()


def test_some_posts_were_deleted_between_the_two_looks(posts, truth):
    first, second = (
        posts.drop_duplicates("post_id", keep=keep).set_index("post_id")
        for keep in ("first", "last")
    )
    newly = second["deleted_at"].notna() & first["deleted_at"].isna()
    assert newly.sum() == truth["traps"]["deleted_since_first_look"] > 0


def test_lost_posts_leave_replies_to_ids_that_are_not_there(latest, truth):
    known, replies = set(latest["post_id"]), latest["reply_to"].dropna()
    gone = replies[~replies.isin(known)]
    traps = truth["traps"]
    assert len(gone) == traps["reply_to_lost_post"] + traps["reply_to_outside_post"]
    assert gone.nunique() == (
        traps["lost_opening"] + traps["lost_first_answer"] + traps["reply_to_outside_post"]
    )


def test_a_lost_first_answer_shows_in_a_reply_of_the_customer(tagged, truth):
    known = set(tagged["post_id"])
    orphan = tagged[tagged["reply_to"].notna() & ~tagged["reply_to"].isin(known)]
    # the opening is there (it names the thread), the answer between the two is not
    middle = orphan[orphan["thread_id"] != orphan["post_id"]]
    opening = set(tagged.loc[tagged["kind"] == "opening", "post_id"])
    middle = middle[middle["thread_id"].isin(opening)]
    assert middle["reply_to"].nunique() == truth["traps"]["lost_first_answer"] > 50


def test_backdated_answers_come_before_their_request(tagged, truth):
    asked = tagged.set_index("post_id")["created_at"]
    answers = tagged[tagged["author_role"].eq("brand") & tagged["reply_to"].isin(asked.index)]
    wait = answers["created_at"].to_numpy() - asked.loc[answers["reply_to"]].to_numpy()
    early = answers[wait < pd.Timedelta(0)]
    # an answer whose opening was lost cannot be seen to be early
    assert (
        truth["traps"]["backdated_answer"] - 3 <= len(early) <= truth["traps"]["backdated_answer"]
    )
    assert set(early["trap"]) == {"backdated"}


def test_bots_are_neither_customers_nor_brands_and_never_sleep(tagged, truth):
    bots = tagged[tagged["author_role"] == "other"]
    assert len(bots) == truth["traps"]["bot_post"]
    assert bots["author_id"].nunique() == truth["traps"]["bot_account"]
    assert set(bots["trap"]) == {"bot"}
    assert bots["created_at"].dt.hour.nunique() == 24


def test_one_customer_writes_more_openings_than_anybody(tagged, truth):
    opening = tagged[tagged["kind"] == "opening"]
    counts = opening["author_id"].value_counts()
    wanted = truth["traps"]["hyperactive_customer"]
    assert wanted - 3 <= counts.iloc[0] <= wanted  # a few may be among the lost openings
    assert counts.iloc[1] < 10


def test_second_brands_are_named_and_some_answer(tagged, truth, committed):
    traps = truth["traps"]
    named = tagged[tagged["trap"] == "second_brand"]
    assert traps["second_brand_named"] - 6 <= len(named) <= traps["second_brand_named"]
    written = named["text"].dropna().str.count("@")
    assert (written == 2).mean() > 0.8  # where 140 characters had room for it
    for kind, count in (
        ("other_brand_too", traps["second_brand_answers_too"]),
        ("other_brand_only", traps["only_second_brand_answers"]),
    ):
        replies = tagged[tagged["trap"] == kind]
        assert len(replies) == count > 0
        asked = tagged.set_index("post_id").reindex(replies["reply_to"])
        there = asked["brand"].notna().to_numpy()
        assert (replies["brand"].to_numpy()[there] != asked["brand"].to_numpy()[there]).all()


def test_texts_are_missing_and_posts_deleted_as_often_as_said(posts, truth):
    first = posts.drop_duplicates("post_id", keep="first")
    traps = truth["traps"]
    assert first["text"].isna().sum() == traps["null_text"]
    gone = first["deleted_at"].notna()
    assert gone.sum() == traps["deleted_post"]
    assert (gone & first["text"].isna()).sum() == traps["deleted_post_without_text"]


def test_the_language_of_some_short_posts_is_unknown(posts, truth):
    first = posts.drop_duplicates("post_id", keep="first")
    untold = first[first["lang"].isna()]
    assert len(untold) == truth["traps"]["lang_missing"] > 100
    assert untold["reply_to"].notna().all()


def test_waits_run_across_clock_changes_and_beyond_a_week(truth):
    tables = truth["tables"]
    assert tables["openings_answered_across_a_clock_change"] >= 5
    assert tables["openings_answered_after_7_days"] >= 20


def test_brands_answer_themselves_and_customers_answer_each_other(tagged):
    role = tagged.set_index("post_id")["author_role"]
    author = tagged.set_index("post_id")["author_id"]
    replies = tagged[tagged["reply_to"].isin(role.index)]
    to_role = role.loc[replies["reply_to"]].to_numpy()
    to_author = author.loc[replies["reply_to"]].to_numpy()
    own = replies["author_id"].to_numpy() == to_author
    by_brand = replies["author_role"].eq("brand").to_numpy()
    assert (own & by_brand).sum() > 150
    assert (~own & ~by_brand & (to_role == "customer")).sum() > 1500


def test_threads_were_last_looked_at_at_different_times(posts, latest):
    looks = posts.groupby("thread_id")["observed_at"].min()
    assert 0.02 < (looks < pd.Timestamp(plan.END)).mean() < 0.15
    assert (latest["created_at"] <= latest["observed_at"]).all()
