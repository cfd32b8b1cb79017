"""What may be said of tables whose truth is known: one sentence at a time, without a dataset."""

import pandas as pd
import pytest

from carekit.report import around, findings
from carekit.report.asked import Asked
from carekit.report.frames import Frames
from carekit.report.peers import Compared
from carekit.report.tables import Book
from carekit.report.words import say


def book(tables, peers=(), facts=None, **asked):
    names = {name: name for name in ("A", *peers)}
    return Book(
        Frames(tables=tables, facts=facts or {}),
        Asked(brand="A", **asked),
        Compared("A", tuple(peers), "all", names),
    )


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_published_rate_stands_with_the_definition_that_it_is_compared_under(lang):
    row = {
        "source": "Sprout", "year": "2013", "network": "facebook", "published": 0.4, "n": 100,
        "definition": "sprout-72h", "value": 0.5, "ci_low": 0.4, "ci_high": 0.6,
        "comparability": "near", "differs": "period brands",
    }  # fmt: skip
    made = book({"published": pd.DataFrame([row])})
    said = around.published(made)[1]
    assert "72\u00a0h" in say(said, lang) or "72 h" in say(said, lang)
    assert "definition" in [column.name for column in made.tables["published"].columns]
