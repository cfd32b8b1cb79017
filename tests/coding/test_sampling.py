"""Drawing posts to code: random, reproducible, with weights that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.coding.sampling import sample_for_coding
from carekit.errors import InputError


def _posts(sizes: dict[str, int]) -> pd.DataFrame:
    brands = [b for b, n in sizes.items() for _ in range(n)]
    return pd.DataFrame(
        {"post_id": [f"p{i}" for i in range(len(brands))], "text": "a post", "brand": brands}
    )


def test_weights_add_up_to_the_posts_of_each_stratum():
    drawn = sample_for_coding(_posts({"a": 90, "b": 10}), n=20, by="brand", allocation="equal")
    assert drawn.groupby("brand")["weight"].sum().to_dict() == {"a": 90, "b": 10}
    assert drawn.groupby("brand").size().to_dict() == {"a": 10, "b": 10}
    assert set(drawn["seed"]) == {0}


def test_proportional_allocation_follows_sizes_and_gives_two_each():
    drawn = sample_for_coding(_posts({"a": 950, "b": 40, "c": 10}), n=100, by="brand")
    assert drawn.groupby("brand").size().to_dict() == {"a": 94, "b": 4, "c": 2}


def test_a_small_stratum_gives_all_it_has():
    drawn = sample_for_coding(_posts({"a": 50, "b": 3}), n=20, by="brand", allocation="equal")
    assert drawn.groupby("brand").size().to_dict() == {"a": 17, "b": 3}


def test_same_seed_same_sample_whatever_the_order_of_rows():
    posts = _posts({"a": 60, "b": 60})
    first = sample_for_coding(posts, n=20, by="brand", seed=7)
    again = sample_for_coding(posts.iloc[::-1], n=20, by="brand", seed=7)
    other = sample_for_coding(posts, n=20, by="brand", seed=8)
    assert first["post_id"].to_list() == again["post_id"].to_list()
    assert first["post_id"].to_list() != other["post_id"].to_list()


def test_every_post_has_the_same_chance():
    posts = _posts({"a": 20})
    counts = np.zeros(20)
    for seed in range(100):
        drawn = sample_for_coding(posts, n=5, seed=seed)["post_id"].str[1:].astype(int)
        counts[drawn] += 1
    # Expected 25 each, standard deviation 4.3.
    assert counts.min() > 8
    assert counts.max() < 42


def test_posts_without_text_are_not_drawn():
    posts = _posts({"a": 5})
    posts.loc[:2, "text"] = [None, "", "  "]
    drawn = sample_for_coding(posts, n=9)
    assert sorted(drawn["post_id"]) == ["p3", "p4"]
    assert drawn["weight"].to_list() == [1.0, 1.0]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=6),
    st.integers(1, 60),
    st.sampled_from(["proportional", "equal"]),
)
def test_the_sample_has_the_size_asked_for(sizes, n, allocation):
    posts = _posts({f"b{i}": s for i, s in enumerate(sizes)})
    drawn = sample_for_coding(posts, n=n, by="brand", allocation=allocation)
    assert len(drawn) == min(n, len(posts))
    assert drawn["post_id"].is_unique


def test_input_is_unchanged():
    posts = _posts({"a": 5})
    before = posts.copy(deep=True)
    sample_for_coding(posts, n=2, by="brand")
    pd.testing.assert_frame_equal(posts, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 0}, "`n` is 0; expected 1 or more. Ask for at least one post."),
        (
            {"by": "firm"},
            "`posts` has no column 'firm'; found: post_id, text, brand. Name the columns of your "
            "frame.",
        ),
        (
            {"allocation": "half"},
            "`allocation` is 'half'; expected one of proportional, equal. Use 'equal' to compare "
            "groups.",
        ),
    ],
)
def test_errors_name_what_came_what_was_expected_and_what_to_do(change, message):
    with pytest.raises(InputError) as error:
        sample_for_coding(_posts({"a": 3}), **{"n": 2, **change})
    assert str(error.value) == message


def test_repeated_ids_are_an_error():
    posts = _posts({"a": 3})
    posts["post_id"] = ["x", "x", "y"]
    with pytest.raises(InputError) as error:
        sample_for_coding(posts, n=2)
    assert str(error.value) == (
        "`post_id` repeats in 1 rows, first ['x']; expected one row per post. Remove the duplicates."
    )
