"""The invented firms of the sample: brands.csv, each with its share of all openings."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from carekit.sample.plan import COUNTRY_SHARE, TELECOM_QUESTION_SHARE


@dataclass(frozen=True)
class Brand:
    """One row of brands.csv."""

    brand: str
    handle: str
    care_handle: str
    country: str
    sector: str
    timezone: str
    french_share: float
    weight: float
    care_network: str
    care_opened_at: str
    care_effect: str
    care_x_since: str
    scheme_at: str
    share: float = 0.0  # of all openings

    @property
    def telecom(self) -> bool:
        return self.sector == "telecom"


@cache
def brands() -> tuple[Brand, ...]:
    """The invented firms, each with its share of all openings."""
    with (Path(__file__).parent / "brands.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    total: dict[tuple[str, bool], float] = {}
    for row in rows:
        group = (row["country"], row["sector"] == "telecom")
        total[group] = total.get(group, 0.0) + float(row["weight"])
    made = []
    for row in rows:
        country, telecom = row["country"], row["sector"] == "telecom"
        of_country = TELECOM_QUESTION_SHARE if telecom else 1 - TELECOM_QUESTION_SHARE
        share = COUNTRY_SHARE[country] * of_country * float(row["weight"])
        share /= total[country, telecom]
        text = {k: v for k, v in row.items() if k not in ("french_share", "weight")}
        made.append(
            Brand(
                **text,
                french_share=float(row["french_share"]),
                weight=float(row["weight"]),
                share=share,
            )
        )
    return tuple(made)
