"""The recipes of docs/hypotheses.md, as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import carekit
from carekit.claims.hypotheses import registry
from carekit.claims.replays import REPLAYS

PAGE = Path(__file__).parents[2] / "docs" / "hypotheses.md"


@pytest.fixture
def recipes():
    return re.findall(r"```python\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.S)


def test_a_test_of_ones_own_becomes_a_row(recipes, monkeypatch, make_dataset):
    monkeypatch.setitem(registry.TESTS, "H06", [])
    exec(next(text for text in recipes if "@tests" in text), {})
    table = carekit.judge_hypotheses(make_dataset([{"id": "p"}]), only=["H06"])
    row = table.iloc[0]
    assert (row["verdict"], row["overall"], row["n"]) == ("holds", "holds", 400)
    assert row["test"] == (
        "Answer rate of large firms less that of others, difference of shares; weaker outside large "
        "firms means above 0."
    )


def test_a_replay_of_ones_own_becomes_a_verdict(recipes, monkeypatch, make_dataset):
    monkeypatch.setitem(REPLAYS, "people_told", None)
    exec(next(text for text in recipes if "@replays" in text), {})
    verdict = carekit.replay("L048b", make_dataset([{"id": "p"}]))
    assert (verdict.estimate, verdict.verdict) == (28.0, "equivalent")
