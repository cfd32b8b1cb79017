"""CSAT, net promoter score and means of ratings, against cases counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

import carekit
from carekit.errors import InputError

pytestmark = pytest.mark.filterwarnings("ignore:No post of the frame is by a brand")


def asked(column, values, **more):
    n = len(values)
    frame = pd.DataFrame(
        {
            "post_id": [f"p{i}" for i in range(n)],
            "created_at": "2026-03-01T10:00:00Z",
            "author_role": "customer",
            "author_id": [f"u{i}" for i in range(n)],
            column: values,
            **more,
        }
    )
    return carekit.from_frame(frame, network="email", keep=[column, *(c for c in more)])


def test_who_gave_no_rating_is_left_out_and_counted():
    made = carekit.csat(asked("csat", ["good", "Bad", "offered", "", "Très satisfait"]))
    assert made.loc[0, ["n", "n_satisfied", "n_missing"]].tolist() == [3, 2, 2]
    assert made.estimate[0] == pytest.approx(2 / 3)
    assert "requests without a rating" in made.facts.left_out
    assert 0 < made.ci_low[0] < 2 / 3 < made.ci_high[0] < 1


def test_four_and_five_of_five_are_satisfied():
    made = carekit.csat(asked("csat", ["5", "4", "3", "2", "1", "5"]))
    assert made.loc[0, ["n", "n_satisfied"]].tolist() == [6, 3]


def test_a_word_that_is_no_rating_is_refused_by_name():
    with pytest.raises(carekit.CarekitError, match="banana"):
        carekit.csat(asked("csat", ["good", "banana"]))


def test_promoters_less_detractors():
    made = carekit.nps(asked("nps", ["10", "9", "8", "7", "6", "0", "10", None]))
    assert made.loc[0, ["n", "n_promoters", "n_detractors", "n_missing"]].tolist() == [7, 3, 2, 1]
    assert made.estimate[0] == pytest.approx((3 - 2) / 7)


@pytest.mark.parametrize("value", ["11", "-1", "8.5"])
def test_a_point_that_no_promoter_score_has_is_refused(value):
    with pytest.raises(carekit.CarekitError, match="0 to 10"):
        carekit.nps(asked("nps", ["10", value]))


def test_means_by_a_kept_column_with_student_limits():
    """One rating an author: the interval is that of Student's t on the ratings alone."""
    points = [1, 2, 5, 4, 3, 5]
    data = asked("points", points, topic=["a"] * 3 + ["b"] * 3)
    made = carekit.mean_rating(data, by="topic", column="points", cluster="author_id")
    assert made.estimate.tolist() == pytest.approx([8 / 3, 4.0])
    assert made.n.tolist() == [3, 3]
    from scipy import stats

    for row, given in zip(made.itertuples(), ([1, 2, 5], [4, 3, 5]), strict=True):
        low, high = stats.t.interval(0.95, 2, *(sum(given) / 3, stats.sem(given)))
        assert (row.ci_low, row.ci_high) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(
    ("given", "share", "words"),
    [
        (["1", "2", "3", "3"], 0, "No rating is above 3"),
        (["1", "2", "4", "4"], 0.5, "No rating is above 4"),
        (["1", "6", "2", "3"], 0.25, "1 is its best"),
        (["5 - Sehr zufrieden", "4 - Zufrieden", "1 - Unzufrieden", "3"], 0.5, None),
        (["5/5", "4/5", "1/5", "2/5"], 0.5, None),
        (["1", "0", "1", "0"], 0.5, None),
    ],
)
def test_a_scale_whose_end_nobody_reached_is_said(
    given: list[str], share: float, words: str | None
) -> None:
    made = carekit.csat(asked("csat", given))
    assert made.estimate[0] == share
    assert (words or "No rating is above") in str(made) if words else "is above" not in str(made)
    told = carekit.csat(asked("csat", given), satisfied="1")
    assert "is above" not in str(told)


def test_nothing_but_ones_may_be_the_best_or_the_worst() -> None:
    with pytest.raises(InputError, match="points from 1 to 1"):
        carekit.csat(asked("csat", ["1", "1"]))


@pytest.mark.parametrize(
    ("given", "score", "low"),
    [
        (["10 - Extremely likely", "9", "0 - Not at all likely"], 1 / 3, False),
        (["5", "4", "3"], -1, True),
        (["10 (sehr wahrscheinlich)", "7", "8", "8"], 0.25, False),
    ],
)
def test_points_of_a_net_promoter_score_may_bear_words(
    given: list[str], score: float, low: bool
) -> None:
    made = carekit.nps(asked("nps", given))
    assert made.estimate[0] == pytest.approx(score)
    assert ("everybody counts as a detractor" in str(made)) == low
