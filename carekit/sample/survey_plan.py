"""What is planted in the two surveys (survey_plan.json): designs, questions, shares, sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from carekit.sample.plan import read_plan


@dataclass(frozen=True)
class Design:
    """Population margins of a survey, and who is easier to reach."""

    n: int
    units: int  # sampling units in each stratum
    age: dict[str, float]
    women: float
    regions: dict[str, float]
    reach_age: dict[str, float]
    reach_gender: dict[str, float]

    def margins(self) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
        """Population shares of ages, genders and regions; each adds up to 1."""
        total = sum(self.age.values())
        ages = {a: s / total for a, s in self.age.items()}
        return ages, {"woman": self.women, "man": 1 - self.women}, self.regions


_PLAN = read_plan("survey_plan.json")
AGE_LIMITS: dict[str, list[int]] = _PLAN["ages"]
DESIGNS = {country: Design(**design) for country, design in _PLAN["designs"].items()}
WITHIN_60_BOTH: float = _PLAN["within_60_both"]["value"]
QUESTIONS: dict[str, dict[str, Any]] = _PLAN["questions"]
