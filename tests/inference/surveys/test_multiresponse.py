"""carekit.inference.surveys.multiresponse: shares of respondents and of mentions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError
from carekit.inference.surveys.multiresponse import (
    mentions_per_respondent,
    share_of_mentions,
    share_of_respondents,
)
from carekit.inference.surveys.survey import share

GOLDEN = Path(__file__).parents[2] / "golden"
PLATFORMS = ["fb_page", "fb_wall", "twitter", "blog"]


def respondents():
    return pd.read_csv(GOLDEN / "in_multi.csv")


def test_every_frozen_percentage_is_reproduced(golden):
    reference, case = golden("multi_response"), "in_multi weighted percentages"
    options = {"base": "asked", "weight": "weight"}
    frame = respondents()
    people = share_of_respondents(frame, PLATFORMS, **options).set_index("item")
    mentions = share_of_mentions(frame, PLATFORMS, **options).set_index("item")
    mean = mentions_per_respondent(frame, PLATFORMS, **options)["estimate"][0]
    rows = [row for row in reference.rows if row["case"] == case]
    for row in rows:
        quantity = row["quantity"]
        if quantity == "mean_mentions_per_respondent":
            got = mean
        else:
            table = people if "respondents" in quantity else mentions
            item = next(name for name in PLATFORMS if quantity.endswith(name))
            got = table.loc[item, "std_error" if "_se_" in quantity else "estimate"]
        reference.check(case, quantity, got)
    assert len(rows) == 17


def test_shares_counted_by_hand():
    # Weights 1, 2, 1: page ticked by the first two, blog by the last two: 4 mentions of weight 6.
    frame = pd.DataFrame({"page": [1, 1, 0], "blog": [0, 1, 1], "w": [1, 2, 1]})
    people = share_of_respondents(frame, ["page", "blog"], base="asked", weight="w")
    assert people["estimate"].tolist() == [0.75, 0.75]
    mentions = share_of_mentions(frame, ["page", "blog"], base="asked", weight="w")
    assert mentions["estimate"].tolist() == [0.5, 0.5]
    # influence w (y - m/2)/6: 1/12, 0, -1/12
    assert mentions["std_error"].tolist() == pytest.approx([np.sqrt(3 / 2 * 2 / 144)] * 2)
    assert people["n_ticked"].tolist() == [2, 2]
    assert people["n_mentions"].tolist() == [4, 4]
    each = mentions_per_respondent(frame, ["page", "blog"], base="asked", weight="w").iloc[0]
    assert each["estimate"] == 1.5


def test_each_item_is_a_yes_no_question_of_its_own():
    frame = respondents()
    options = {"by": "group", "weight": "weight", "psu": "cluster"}
    out = share_of_respondents(frame, PLATFORMS, base="asked", **options)
    same = ["n", "estimate", "std_error", "ci_low", "ci_high", "df", "n_eff", "clusters", "deff"]
    for item in PLATFORMS:
        one = share(frame, item, **options).query("answer == 1")
        pd.testing.assert_frame_equal(
            out[out["item"] == item][same].reset_index(drop=True),
            one[same].reset_index(drop=True),
            rtol=1e-9,
        )
    assert out["measure"].unique().tolist() == ["share_of_respondents"]
    assert out["item"].tolist() == PLATFORMS * 3


def test_three_bases_give_three_denominators():
    frame = pd.DataFrame(
        {
            "page": [True, True, False, None, None],
            "blog": [False, True, True, None, None],
            "user": [1, 1, 1, 1, 0],
        }
    )
    asked, everyone, users = (
        share_of_respondents(frame, ["page", "blog"], base=base)
        for base in ("asked", "all", "user")
    )
    assert asked[["n", "n_missing", "estimate"]].iloc[0].tolist() == pytest.approx([3, 2, 2 / 3])
    assert everyone[["n", "n_missing", "estimate"]].iloc[0].tolist() == [5, 2, 0.4]
    assert users[["n", "n_missing", "estimate"]].iloc[0].tolist() == pytest.approx([3, 1, 2 / 3])
    assert [t["base"][0] for t in (asked, everyone, users)] == ["asked", "all", "user"]


def test_a_respondent_who_skipped_one_item_is_outside_the_base():
    frame = pd.DataFrame({"page": [1, 1, 0], "blog": [1, np.nan, 0]})
    out = share_of_respondents(frame, ["page", "blog"], base="asked")
    assert out["n"].tolist() == [2, 2]
    assert out["n_missing"].tolist() == [1, 1]


def test_mentions_are_never_treated_as_independent():
    frame = respondents()
    out = share_of_mentions(frame, PLATFORMS, base="asked")
    assert out["method"].unique().tolist() == ["korn-graubard"]
    assert out["df"].unique().tolist() == [299]
    doubled = frame.assign(**{f"{p}_again": frame[p] for p in PLATFORMS})
    twice = share_of_mentions(
        doubled, [*PLATFORMS, *(f"{p}_again" for p in PLATFORMS)], base="asked"
    )
    both = twice["estimate"].to_numpy().reshape(2, 4)
    assert np.allclose(both.sum(axis=0), out["estimate"])
    # Ticking everything twice adds mentions, not information.
    assert np.allclose(2 * twice["std_error"][:4], out["std_error"])


def test_an_item_nobody_ticked_and_a_group_that_ticked_nothing_are_defined():
    frame = pd.DataFrame(
        {"page": [1, 1, 0, 0, 0], "blog": [0] * 5, "group": list("aaabb"), "town": list("pqrss")}
    )
    people = share_of_respondents(frame, ["page", "blog"], base="asked", by="group", psu="town")
    blog = people[(people["item"] == "blog") & (people["group"] == "a")].iloc[0]
    assert (blog["estimate"], blog["flags"]) == (0, "zero_var, few_clusters, small_n")
    assert blog["ci_high"] == pytest.approx(1 - 0.025 ** (1 / 3))
    mentions = share_of_mentions(frame, ["page", "blog"], base="asked", by="group", psu="town")
    silent = mentions[mentions["group"] == "b"]
    assert silent["estimate"].isna().all()
    assert silent["flags"].tolist() == ["n0", "n0"]
    assert silent["n"].tolist() == [2, 2]
    each = mentions_per_respondent(frame, ["page", "blog"], base="asked", by="group", psu="town")
    assert each["flags"].tolist() == ["few_clusters, small_n", "one_cluster, few_clusters, small_n"]
    constant = mentions_per_respondent(frame[["blog"]], ["blog"], base="asked")
    assert constant["flags"].tolist() == ["zero_var, small_n"]


def test_nobody_in_the_base_gives_empty_estimates():
    frame = pd.DataFrame({"page": [None, None], "blog": [1, 0]})
    for function in (share_of_respondents, share_of_mentions, mentions_per_respondent):
        out = function(frame, ["page", "blog"], base="asked")
        assert out["estimate"].isna().all()
        assert (out["flags"] == "n0").all()
        assert (out["n_missing"] == 2).all()


ticked = st.lists(
    st.tuples(
        *[st.sampled_from([0, 1, 1, None])] * 3,
        st.sampled_from("ab"),
        st.sampled_from([0.0, 0.5, 2.0]),
        st.integers(0, 3),
    ),
    min_size=2,
    max_size=25,
).map(lambda rows: pd.DataFrame(rows, columns=["i", "j", "k", "group", "w", "town"]))


@settings(deadline=None, max_examples=20)
@given(ticked, st.randoms(), st.booleans())
def test_mentions_add_up_to_one_and_respondents_to_the_mean_number_of_ticks(frame, random, towns):
    frame.loc[0, "w"] = 1.0
    before = frame.copy(deep=True)
    options = {"base": "asked", "by": "group", "weight": "w", "psu": "town" if towns else None}
    people = share_of_respondents(frame, ["i", "j", "k"], **options)
    mentions = share_of_mentions(frame, ["i", "j", "k"], **options)
    mean = mentions_per_respondent(frame, ["i", "j", "k"], **options)
    sums = people.groupby("group")["estimate"].sum(min_count=3)
    assert np.allclose(sums, mean["estimate"], equal_nan=True)
    total = mentions.groupby("group")["estimate"].sum(min_count=3).dropna()
    assert np.allclose(total, 1)
    order = list(range(len(frame)))
    random.shuffle(order)
    again = share_of_mentions(frame.iloc[order], ["i", "j", "k"], **options)
    pd.testing.assert_frame_equal(mentions, again, rtol=1e-9, atol=1e-12)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"items": []},
            "`items` is []; each item column once was expected. List every item one time.",
        ),
        (
            {"items": ["page", "page"]},
            "`items` is ['page', 'page']; each item column once was expected. List every item one "
            "time.",
        ),
        (
            {"items": ["page", "text"]},
            "`frame` column 'text' holds 'yes', 'no' in 2 rows (first: r1, r2); true or false (1 "
            "or 0) was expected for an item that is ticked or not. Recode it.",
        ),
        (
            {"items": ["page"], "base": "everybody"},
            "`base` is 'everybody'; 'asked', 'all' or a true/false column was expected. The share "
            "of respondents depends on it: say who is counted.",
        ),
        (
            {"items": ["page"], "base": "user"},
            "`base` 'user' is missing in 1 row (first: r2); true or false was expected for each "
            "respondent. Fill the column first.",
        ),
        (
            {"items": ["page"], "by": "item"},
            "`by` names 'item', which is also a column of the result. Rename that column of your "
            "table before grouping by it.",
        ),
    ],
)
def test_wrong_input_is_refused(options, message):
    frame = pd.DataFrame(
        {
            "respondent_id": ["r1", "r2"],
            "page": [1, 0],
            "text": ["yes", "no"],
            "user": [True, None],
            "item": [1, 2],
        }
    )
    with pytest.raises(InputError) as error:
        share_of_respondents(frame, **{"base": "asked", **options})
    assert str(error.value) == message
