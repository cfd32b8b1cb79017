"""Questions of nearly the same wording, and how many fall before and after an answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.measures import question_groups
from carekit.measures.question_groups import (
    comparable_text,
    count_around_answers,
    group_near_duplicates,
)

HOUR = 3600


def asked(rows):
    """Questions from (id, hour, text[, brand])."""
    return pd.DataFrame(
        [
            {"question_id": r[0], "at": int(r[1] * HOUR), "text": r[2],
             "brand": r[3] if len(r) > 3 else "Acme"}
            for r in rows
        ]
    )  # fmt: skip


DOWN = "@acme Is the app down in Paris?"
PARCEL = "Where is my parcel no. 12?"


def test_wording_is_compared_without_handles_links_accents_case_and_numbers():
    assert (
        comparable_text("@acme Où est MON colis n° 42 ? https://t.co/x") == "ou est mon colis n 0"
    )
    assert comparable_text("???") == ""


def test_near_duplicates_of_one_brand_form_a_group():
    frame = asked([
        ("a", 0, DOWN),
        ("b", 1, "is the APP down in paris ??"),
        ("c", 2, "Hello, is the app down in Paris? Thx"),
        ("d", 3, PARCEL),
        ("e", 4, "where is my parcel no. 977?"),
        ("f", 5, DOWN, "Other"),
    ])  # fmt: skip
    made = group_near_duplicates(frame, horizon_hours=24)
    assert dict(zip(made.question_id, made.group, strict=True)) == {
        "a": "a", "b": "a", "c": "a", "d": "d", "e": "d", "f": "f",
    }  # fmt: skip
    assert made.attrs["n_cut"] == 0


def test_groups_of_a_second_brand_are_its_own():
    frame = asked([("a", 0, DOWN), ("b", 0, DOWN, "Bolt"), ("c", 1, PARCEL, "Bolt")])
    made = group_near_duplicates(frame, horizon_hours=24)
    assert made.set_index("question_id")["group"].to_dict() == {"a": "a", "b": "b", "c": "c"}


def test_questions_far_apart_in_time_are_no_duplicates():
    frame = asked([("a", 0, DOWN), ("b", 30, DOWN), ("c", 50, DOWN)])
    assert group_near_duplicates(frame, horizon_hours=24).group.tolist() == ["a", "b", "b"]
    assert group_near_duplicates(frame, horizon_hours=48).group.tolist() == ["a", "a", "a"]


def test_a_question_without_text_or_brand_belongs_to_no_group():
    frame = asked([("a", 0, DOWN), ("b", 1, None), ("c", 2, DOWN, None), ("d", 3, DOWN)])
    made = group_near_duplicates(frame, horizon_hours=24)
    assert made.question_id.tolist() == ["a", "d"]
    assert group_near_duplicates(asked([("b", 1, None)]), horizon_hours=24).empty


def test_texts_too_short_to_compare_match_nothing():
    made = group_near_duplicates(asked([("a", 0, "?"), ("b", 1, "?")]), horizon_hours=24)
    assert made.group.tolist() == ["a", "b"]


def test_the_threshold_is_the_cosine_of_character_4_grams():
    """Witness: the cosine computed from plain dictionaries of 4-grams."""
    one, other = "is the app down", "is the web down"

    def grams(text):
        found: dict[str, int] = {}
        for word in text.split():
            padded = f" {word} "
            for i in range(max(len(padded) - 3, 1)):
                gram = padded[i : i + 4]
                found[gram] = found.get(gram, 0) + 1
        return found

    first, second = grams(one), grams(other)
    dot = sum(n * second.get(g, 0) for g, n in first.items())
    cosine = dot / np.sqrt(sum(n * n for n in first.values()) * sum(n * n for n in second.values()))
    frame = asked([("a", 0, one), ("b", 1, other)])
    for threshold, groups in ((cosine - 0.01, ["a", "a"]), (cosine + 0.01, ["a", "b"])):
        made = group_near_duplicates(frame, horizon_hours=9, similarity=threshold)
        assert made.group.tolist() == groups


WORDS = st.lists(
    st.sampled_from(["app", "down", "parcel", "where", "bill", "twice", "paris", "open"]),
    min_size=2,
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=12), st.randoms())
def test_groups_are_disjoint_begin_with_their_first_question_and_ignore_the_order_of_rows(
    texts, random
):
    frame = asked([(f"q{i:02d}", i, " ".join(words)) for i, words in enumerate(texts)])
    made = group_near_duplicates(frame, horizon_hours=100)
    assert len(made) == len(frame)
    firsts = made.groupby("group")["at"].min()
    assert firsts.to_dict() == made.set_index("question_id")["at"].reindex(firsts.index).to_dict()
    order = list(range(len(frame)))
    random.shuffle(order)
    again = group_near_duplicates(frame.iloc[order], horizon_hours=100)
    pd.testing.assert_frame_equal(made, again)


def test_blocks_do_not_change_the_groups(monkeypatch):
    rng = np.random.default_rng(1)
    words = ["app", "down", "parcel", "where", "bill", "twice", "paris", "open", "late", "again"]
    rows = [(f"q{i:03d}", i / 10, " ".join(rng.choice(words, 4))) for i in range(120)]
    whole = group_near_duplicates(asked(rows), horizon_hours=5)
    monkeypatch.setattr(question_groups, "BLOCK", 7)
    pd.testing.assert_frame_equal(group_near_duplicates(asked(rows), horizon_hours=5), whole)


def test_questions_that_were_not_compared_with_all_are_counted(monkeypatch):
    monkeypatch.setattr(question_groups, "REACH", 2)
    rows = [("a", 0, DOWN), ("b", 1, PARCEL), ("c", 2, PARCEL), ("d", 3, DOWN)]
    made = group_near_duplicates(asked(rows), horizon_hours=24)
    assert made.group.tolist() == ["a", "b", "b", "d"]  # d reaches back to b only
    assert made.attrs["n_cut"] == 1


@pytest.mark.parametrize(("similarity", "hours"), [(0, 24), (1.5, 24), (0.6, 0)])
def test_what_is_out_of_range_is_refused(similarity, hours):
    with pytest.raises(InputError) as caught:
        group_near_duplicates(asked([]), horizon_hours=hours, similarity=similarity)
    assert str(caught.value) == (
        f"`similarity` is {similarity!r} and `horizon_hours` {hours!r}; expected a cosine above 0 "
        "and at most 1, and hours above 0. Leave both out for the usual."
    )


def grouped(rows):
    """Questions in groups from (id, group, hour, hour answered or None)."""
    made = pd.DataFrame(rows, columns=["question_id", "group", "at", "answered_at"])
    made["at"] = (made["at"] * HOUR).astype(int)
    made["answered_at"] = made["answered_at"].astype("float64") * HOUR
    return made.assign(brand="Acme")


BURSTS = [
    # answered after 2 hours: the first question is not counted, one before, two after
    ("a", "a", 0, 2), ("a1", "a", 1, None), ("a2", "a", 2, None), ("a3", "a", 5, None),
    ("a4", "a", 9, None),  # after the window
    # never answered
    ("s", "s", 10, None), ("s1", "s", 11, None), ("s2", "s", 13, None),
    # alone: tells nothing
    ("z", "z", 3, 4),
    # the answer is dated before the question
    ("y", "y", 6, 5), ("y1", "y", 7, None),
]  # fmt: skip


def test_near_duplicates_are_counted_before_and_after_the_answer():
    made = count_around_answers(grouped(BURSTS), window_hours=4, end=100 * HOUR)
    answered = made[made.arm == "answered"]
    row = answered.iloc[0]
    assert answered.group.tolist() == ["a"]
    assert (row.n_before, row.n_after) == (1, 2)
    # before its first question a group has no near-duplicates by definition
    assert (row.seconds_before, row.seconds_after) == (2 * HOUR, 4 * HOUR)


def test_a_silent_group_is_read_at_the_delays_of_answered_ones():
    made = count_around_answers(grouped(BURSTS), window_hours=4, end=100 * HOUR)
    silent = made[made.arm == "unanswered"]
    assert silent.group.unique().tolist() == ["s"]
    assert len(silent) == 9
    assert silent.weight.sum() == pytest.approx(1)
    # one answered group with a delay of two hours: all deciles are two hours
    assert set(silent.n_before) == {1}
    assert set(silent.n_after) == {1}
    assert set(silent.seconds_before) == {2 * HOUR}


def test_the_end_of_the_collection_cuts_the_window():
    made = count_around_answers(grouped(BURSTS), window_hours=4, end=4 * HOUR)
    row = made[made.group == "a"].iloc[0]
    assert (row.n_after, row.seconds_after) == (1, 2 * HOUR)
    assert "s" not in set(made.group)  # it began after the end


def test_with_a_known_beginning_the_first_question_counts_unless_it_was_answered():
    made = count_around_answers(
        grouped(BURSTS), window_hours=4, end=100 * HOUR, starts={"a": -HOUR, "s": 9 * HOUR}
    )
    answered = made[made.arm == "answered"].iloc[0]
    assert (answered.n_before, answered.seconds_before) == (1, 3 * HOUR)
    silent = made[made.arm == "unanswered"].iloc[0]
    # read three hours after 9: questions at 10 and 11 before, one at 13 after
    assert (silent.n_before, silent.n_after, silent.seconds_before) == (2, 1, 3 * HOUR)


def test_without_answers_nothing_can_be_aligned():
    made = count_around_answers(grouped(BURSTS[5:8]), window_hours=4, end=100 * HOUR)
    assert made.empty
    assert made.columns.tolist() == [
        "brand", "group", "arm", "n_before", "n_after", "seconds_before", "seconds_after", "weight",
    ]  # fmt: skip


def test_a_window_has_a_length():
    with pytest.raises(InputError) as caught:
        count_around_answers(grouped(BURSTS), window_hours=0, end=0)
    assert str(caught.value) == (
        "`window_hours` is 0; expected hours above 0. Leave it out for the usual."
    )


def test_the_input_is_left_as_it_was():
    frame, bursts = asked([("b", 1, DOWN), ("a", 0, DOWN)]), grouped(BURSTS)
    copies = frame.copy(), bursts.copy()
    group_near_duplicates(frame, horizon_hours=4)
    count_around_answers(bursts, window_hours=4, end=10)
    pd.testing.assert_frame_equal(frame, copies[0])
    pd.testing.assert_frame_equal(bursts, copies[1])
