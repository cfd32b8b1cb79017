"""Two surveys of the sample: social media users in the US (2,000), all adults in France (1,000).

Every answer is a threshold on a normal variable that shares a small part with the other people
of its sampling unit and, within a question, with the other answers of the respondent. So each
share is exactly the planted one, while answers are correlated as in real surveys.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from carekit.sample import survey_plan as plan

PANEL_CORRELATION = 0.02  # between two people of one sampling unit
ITEM_CORRELATION = 0.20  # between two answers of one person to one question
NO_ANSWER = 0.015  # of those asked


class Panel:
    """Respondents of one country, and the answers drawn for them so far."""

    def __init__(self, rng: np.random.Generator, country: str) -> None:
        self.rng, self.country, self.design = rng, country, plan.DESIGNS[country]
        n = self.n = self.design.n
        ages, genders, regions = self.design.margins()
        cells = pd.MultiIndex.from_product([ages, genders, regions])
        share = np.array([ages[a] * genders[g] * regions[r] for a, g, r in cells])
        reached = share * np.array(
            [self.design.reach_age[a] * self.design.reach_gender[g] for a, g, _ in cells]
        )
        pick = rng.choice(len(cells), n, p=reached / reached.sum())
        self.frame = pd.DataFrame(
            {
                "respondent_id": [f"{country}{i:04d}" for i in range(1, n + 1)],
                "country": country,
                "age_group": cells.get_level_values(0)[pick],
                "gender": cells.get_level_values(1)[pick],
                "stratum": cells.get_level_values(2)[pick],
            }
        )
        unit = rng.integers(1, self.design.units + 1, n)
        self.frame["psu"] = [
            f"{s}-{u:02d}" for s, u in zip(self.frame["stratum"], unit, strict=True)
        ]
        low_high = self.frame["age_group"].map(plan.AGE_LIMITS)
        low, high = (np.array([pair[i] for pair in low_high]) for i in (0, 1))
        self.frame["age"] = rng.integers(low, high + 1)
        self.frame["weight"] = rake(
            self.frame, {"age_group": ages, "gender": genders, "stratum": regions}
        )

    def _latent(self, shared: np.ndarray | None = None) -> np.ndarray:
        """Standard normal, a small part of it common to the sampling unit."""
        units, index = np.unique(self.frame["psu"].to_numpy(), return_inverse=True)
        common = self.rng.standard_normal(len(units))[index]
        own = self.rng.standard_normal(self.n)
        if shared is not None:
            own = np.sqrt(1 - ITEM_CORRELATION) * own + np.sqrt(ITEM_CORRELATION) * shared
        return np.sqrt(1 - PANEL_CORRELATION) * own + np.sqrt(PANEL_CORRELATION) * common

    def chance(self, share: Any) -> np.ndarray:
        """The planted share for each respondent: a number, or one by age (and gender)."""
        if not isinstance(share, dict):
            return np.full(self.n, float(share))
        if "woman" in share:
            pairs = zip(self.frame["gender"], self.frame["age_group"], strict=True)
            return np.array([share[gender][age] for gender, age in pairs])
        if next(iter(share)) in plan.AGE_LIMITS:
            return np.array([share[a] for a in self.frame["age_group"]])
        (name, by_answer), *_ = share.items()
        given = self.frame[name].to_numpy()
        return np.array([by_answer.get(g, 0.0) for g in given], dtype=float)

    def asked(self, condition: dict[str, Any]) -> np.ndarray:
        """Who is asked a question: those who gave one of the answers named."""
        chosen = np.ones(self.n, dtype=bool)
        for name, answers in condition.items():
            chosen &= self.frame[name].isin(answers).to_numpy()
        return chosen

    def answer(self, name: str, question: dict[str, Any]) -> None:
        """Draws the answers to one question; null where it was not asked, or not answered."""
        asked = self.asked(question["asked_if"])
        says_nothing = self.rng.random(self.n) < NO_ANSWER
        if name != "contacted_any_service":  # it decides on the next question
            asked &= ~says_nothing
        if question["kind"] == "multiple":
            shared = self.rng.standard_normal(self.n)
            contacted_share = plan.QUESTIONS["contacted_any_service"]["plant"]["yes"]
            for item, share in question["plant"].items():
                chance = self.chance(share)
                if name == "used_channel":
                    contacted = self.frame["contacted_any_service"] == "yes"
                    chance = np.where(contacted, chance / contacted_share, 0.0)
                ticked = self._latent(shared) < ndtri(chance)
                values = pd.array(ticked, dtype="boolean")
                values[~asked] = pd.NA
                self.frame[f"{name}__{item}"] = values
            return
        if "yes" in question["plant"]:
            given = np.where(
                self._latent() < ndtri(self.chance(question["plant"]["yes"])), "yes", "no"
            ).astype(object)
        else:
            given = self._classes(question["plant"])
        given[~asked] = None
        self.frame[name] = given

    def _classes(self, shares: dict[str, float]) -> np.ndarray:
        edges = np.cumsum(list(shares.values()))
        edges[-1] = 1.0
        names = np.array(list(shares), dtype=object)
        return names[np.searchsorted(ndtri(edges), self._latent(), side="left")]


def rake(frame: pd.DataFrame, margins: dict[str, dict[str, float]]) -> np.ndarray:
    """Weights of mean 1 that give the known margins, by iterative proportional fitting."""
    weight = np.ones(len(frame))
    known = [
        (frame[name].map({k: i for i, k in enumerate(shares)}).to_numpy(), [*shares.values()])
        for name, shares in margins.items()
    ]
    for _ in range(100):
        for codes, wanted in known:
            now = np.bincount(codes, weight, len(wanted)) / weight.sum()
            weight *= (np.array(wanted) / now)[codes]
    return np.round(weight / weight.mean(), 4)


def draw_survey(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The survey table, one row per respondent of either country, and what questions.json says of it.

    Null where a question was not asked, or was asked and not answered (`asked_if` tells them
    apart).
    """
    frames = []
    for country in plan.DESIGNS:
        panel = Panel(rng, country)
        for name, question in plan.QUESTIONS.items():
            if question["country"] == country and name != "gender":
                panel.answer(name, question)
        frames.append(panel.frame)
    made = pd.concat(frames, ignore_index=True)
    _pair_delays(rng, made)
    first = ["respondent_id", "weight", "stratum", "psu", "country", "age", "age_group"]
    return made[[*first, *[c for c in made.columns if c not in first]]], describe()


def _pair_delays(rng: np.random.Generator, frame: pd.DataFrame) -> None:
    """The expectation for a complaint moves together with that for any message.

    Who wants an answer within the hour in general wants it for a complaint too, but for a few.
    """
    usual, complaint = "expects_within_60_minutes", "expects_within_60_minutes_complaint"
    any_share = plan.QUESTIONS[usual]["plant"]["yes"]
    all_share = plan.QUESTIONS[complaint]["plant"]["yes"]
    both = plan.WITHIN_60_BOTH
    chance = np.where(frame[usual] == "yes", both / any_share, (all_share - both) / (1 - any_share))
    drawn = np.where(rng.random(len(frame)) < chance, "yes", "no").astype(object)
    known = frame[usual].notna() & frame[complaint].notna()
    frame.loc[known, complaint] = drawn[known]


def describe() -> dict[str, Any]:
    """questions.json: every question without what is planted."""
    made = {}
    for name, question in plan.QUESTIONS.items():
        known = {k: v for k, v in question.items() if k != "plant"}
        known["answers"] = list(question.get("answers") or _answers(question["plant"]))
        multiple = question["kind"] == "multiple"
        known["columns"] = [f"{name}__{a}" for a in known["answers"]] if multiple else [name]
        made[name] = known
    return made


def _answers(shares: dict[str, Any]) -> list[str]:
    return ["yes", "no"] if "yes" in shares else list(shares)
