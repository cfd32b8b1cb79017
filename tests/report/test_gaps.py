"""Rates of a report from requests with their authors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carekit.report.gaps import rates_of

# Neighbours that are one number among decimals, and values next to the ends of their type.
HASHES = {
    "int64": [-(2**63), -1, 0, 2**62, 2**62 + 1, 2**63 - 1],
    "uint64": [0, 1, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1],
    "object": ["a", "b", "c", "d", "e", "f"],
}


@pytest.mark.parametrize("kind", HASHES)
def test_whatever_stands_for_an_author_the_rates_are_the_same(kind: str) -> None:
    random = np.random.default_rng(3)
    table = pd.DataFrame(
        {
            "brand": random.choice(["Acme", "Brio", "Zelt"], 300),
            "unit": random.integers(0, 6, 300),
            "answered": random.random(300) < 0.6,
        }
    )
    hashed = table.assign(unit=np.array(HASHES[kind], dtype=kind)[table["unit"]])
    got, want = rates_of(hashed, ["brand"]), rates_of(table, ["brand"])
    pd.testing.assert_frame_equal(got, want, check_exact=False, rtol=1e-12)
    by_hand = table.groupby("brand").agg(n=("answered", "size"), n_answered=("answered", "sum"))
    assert got[["n", "n_answered"]].to_numpy().tolist() == by_hand.to_numpy().tolist()
