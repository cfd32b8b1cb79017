"""When a first look says that answers do not fit the requests that came."""

from __future__ import annotations

import pytest

from carekit.sources.glance import Glance


@pytest.mark.parametrize(
    ("n_lost", "n_replies", "said"),
    [
        (0, 1, False),
        (1, 1, True),  # all of them, however few
        (1, 2, False),
        (4, 5, False),  # most, but under five
        (4, 4, True),
        (5, 24, True),
        (5, 25, False),  # a fifth is not more than a fifth
        (6, 25, True),
        (200, 1_000, False),
        (201, 1_000, True),
    ],
)
def test_lost_answers_are_said_from_five_and_a_fifth_or_if_all_are(
    n_lost: int, n_replies: int, said: bool
) -> None:
    glance = Glance(n=50, n_brand=n_replies, n_replies=n_replies, n_lost=n_lost)
    assert ("not here" in glance.silence) is said
    assert said or glance.silence == ""


def test_what_is_said_of_lost_answers() -> None:
    rest = (
        " not here: requests are missing, or ids are written in two ways, and then the answer rate is "
        "too low."
    )
    many = Glance(n=50, n_brand=1_200, n_replies=1_200, n_lost=1_000).silence
    assert many == "1,000 of 1,200 answers of brands answer posts that are" + rest
    one = Glance(n=50, n_brand=2, n_replies=1, n_lost=1).silence
    assert one == "1 of 1 answer of brands answers a post that is" + rest
