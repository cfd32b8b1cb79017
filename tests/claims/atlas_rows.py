"""Tables of the atlas read row by row, for tests that recompute what carekit makes of them."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from carekit.dataset.resources import data_folder

FOLDER = Path(data_folder("measured")) / "atlas"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sums(stars: str, *keys: str, tables: tuple[str, ...] = ("a_app_reviews",)) -> dict:
    found: dict = defaultdict(lambda: [0, 0])
    for row in (row for name in tables for row in rows(name)):
        if row["rating"] in stars:
            cell = found[tuple(row[k] for k in keys)]
            cell[0] += int(row["n"])
            cell[1] += int(row["n_answered"])
    return dict(found)
