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


def months(rates, signal="", centre=0.5):
    names = [f"{2024 + i // 12}-{i % 12 + 1:02d}" for i in range(len(rates))]
    return pd.DataFrame(
        {"period": names, "estimate": rates, "ci_low": 0.0, "ci_high": 1.0, "centre": centre,
         "limit_low": 0.1, "limit_high": 0.9, "signal": signal}
    )  # fmt: skip


def test_two_runs_on_two_sides_are_two_sentences():
    about = {"trend": {"kind": "limits", "unit": "month", "n": 16, "p_value": None}}
    table = months([0.6] * 8 + [0.4] * 8, signal="run")
    said = around.trend(book({"trend": table}, facts=about))
    ends = [(f.values["start"].value, f.values["end"].value) for f in said]
    assert ends == [("2024-01", "2024-08"), ("2024-09", "2025-04")]


def test_a_run_is_told_from_its_first_period_though_that_lies_outside_the_limits():
    about = {"trend": {"kind": "limits", "unit": "month", "n": 12, "p_value": None}}
    table = months(
        [0.95] + [0.6] * 7 + [0.4, 0.6, 0.4, 0.6], signal=["outside"] + ["run"] * 7 + [""] * 4
    )
    run = around.trend(book({"trend": table}, facts=about))[-1]
    assert (run.values["start"].value, run.values["end"].value) == ("2024-01", "2024-08")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_periods_that_no_test_can_compare_are_not_called_alike(lang):
    about = {"trend": {"kind": "equal", "unit": "month", "n": 6, "p_value": None}}
    said = around.trend(book({"trend": months([1.0] * 5 + [0.4])}, facts=about))
    assert [f.key for f in said] == ["trend.untested"]
    assert "test" in say(said[0], lang)


def test_where_exactly_half_were_answered_no_sentence_says_fewer():
    row = {"brand": "A", "n": 100, "n_answered": 50, "median_minutes": None, "within_1440": 0.4,
           "within_1440_low": 0.3, "within_1440_high": 0.5}  # fmt: skip
    assert [f.key for f in findings.wait(book({"waits": pd.DataFrame([row])}))] == ["wait.unknown"]
    few = pd.DataFrame([{**row, "n_answered": 49}])
    assert [f.key for f in findings.wait(book({"waits": few}))] == ["wait.notreached"]


@pytest.mark.parametrize(("least", "said"), [(0.2, "from 20% to 88%"), (0.878, "88% under each")])
def test_rates_that_read_the_same_are_no_range(least, said):
    rows = pd.DataFrame({"definition": ["direct-opening", "direct-message"], "n": 50,
                         "n_answered": 44, "estimate": [least, 0.88], "ci_low": 0.1,
                         "ci_high": 0.9})  # fmt: skip
    (found,) = around.definitions(book({"definitions": rows}))
    assert said in say(found, "en")
