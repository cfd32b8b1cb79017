"""Brands like these are worked out for so many groups and no more, and that is said."""

import pytest

from carekit.errors import CannotAnswer
from carekit.measures import targets
from carekit.measures.answers import answer_rate

ROWS = [
    {"id": f"{network}{n}", "network": network, "brand": "ab"[n % 2], "author_id": f"p{n}"}
    for network in ("x", "facebook", "reddit")
    for n in range(8)
]


def test_what_takes_too_long_is_refused_and_the_rest_given(make_dataset, monkeypatch):
    monkeypatch.setattr(targets, "MOST_GROUPS", 2)
    dataset = make_dataset(ROWS)
    with pytest.raises(CannotAnswer, match="ask for fewer"):
        answer_rate(dataset, by="network", target="both")
    assert answer_rate(dataset, by="network")["next_high"].isna().all()
    monkeypatch.setattr(targets, "MOST_GROUPS", 3)
    assert len(answer_rate(dataset, by="network", target="both")) == 6
