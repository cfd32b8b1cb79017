"""The same answer rates with the lowest versions that pyproject.toml allows and with the newest.

`python run.py quick --lowest`, and each Python of `python run.py quick`, compare with one file:
tests/golden/answer_rates.csv, which `carekit measure answer-rate --by network --format csv` wrote.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import carekit

KEPT = Path(__file__).resolve().parents[1] / "golden" / "answer_rates.csv"


def test_rates_are_the_same_to_the_last_bit_and_limits_to_a_millionth_of_a_millionth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CAREKIT_DATASET", raising=False)
    found = carekit.answer_rate(carekit.open_dataset(), by="network").frame
    with KEPT.open(encoding="utf-8", newline="") as file:
        kept = list(csv.DictReader(file))
    for name in ("network", "n", "n_answered", "estimate"):
        assert [row[name] for row in kept] == [str(value) for value in found[name].tolist()], name
    for name in ("ci_low", "ci_high"):  # of Student's t, which scipy mends now and then
        limits = [float(row[name]) for row in kept]
        assert found[name].tolist() == pytest.approx(limits, rel=1e-12, abs=0), name
