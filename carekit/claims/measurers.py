"""Measures of the ledger that posts can answer: how each is measured on a dataset.

A figure is measured under its own definition, in its own country and on its own network; the
dataset's period is what it is, and the verdict says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from carekit.claims.figure import Figure
from carekit.claims.replay import Measurement, register_measure
from carekit.estimates.answer_rate import measure_answer_rate
from carekit.estimates.first_response import measure_first_response
from carekit.measures.definitions import get_definition

if TYPE_CHECKING:
    from carekit.dataset import Dataset


def register_all() -> None:
    """Register every measurer of this file under its measure."""
    register_measure("question_response_rate", _question_response_rate)
    register_measure("post_response_rate", _post_response_rate)
    register_measure("first_response_time", _first_response_time)


def _where(figure: Figure, dataset: Dataset) -> str | None:
    """The condition that keeps the figure's country and network."""
    parts = []
    if figure.network and figure.network != "multiple":
        parts.append(f"network = '{figure.network}'")
    elif figure.network == "multiple":
        parts.append("network in ('x', 'facebook')")
    if figure.country and figure.country != "world":
        parts.append(f"country = '{figure.country}'")
    if figure.group_dim == "sector" and figure.group not in {"all", "all_but_telecom"}:
        parts.append(f"sector = '{figure.group}'")
    if figure.group == "all_but_telecom":
        parts.append("sector <> 'telecom'")
    return " and ".join(parts) or None


def _rate(figure: Figure, dataset: Dataset, name: str) -> Measurement:
    definition = get_definition(name)
    where = _where(figure, dataset)
    row = measure_answer_rate(dataset, definition=definition, where=where).iloc[0]
    words = f"{definition.name}: {definition.denominator}"
    if row["n"] == 0:
        return Measurement.untestable(
            needs=f"posts with answers, {where or 'any country and network'}: {words}",
            why="The dataset holds no such request.",
        )
    return Measurement(
        estimate=float(row["estimate"]),
        ci_low=_limit(row["ci_low"]),
        ci_high=_limit(row["ci_high"]),
        n=int(row["n"]),
        definition=words,
        why=_period(dataset),
    )


def _question_response_rate(figure: Figure, dataset: Dataset) -> Measurement:
    if figure.unit != "proportion":
        return Measurement.untestable(
            needs="answer rates of all the countries that were ranked, on the same network",
            why="The figure is a rank among countries of which most are not in the dataset.",
        )
    if figure.group_dim == "weighting":
        return Measurement.untestable(
            needs="posts of all tracked brands, to form the mean of brands",
            why="The figure is a mean over brands, derived from shares.",
        )
    return _rate(figure, dataset, "socialbakers-2015")


def _post_response_rate(figure: Figure, dataset: Dataset) -> Measurement:
    return _rate(figure, dataset, "direct-message")


def _first_response_time(figure: Figure, dataset: Dataset) -> Measurement:
    """Mean or median over answered requests, as the trade reports it; no interval is claimed."""
    if figure.group_dim != "statistic" or figure.group not in {"mean", "median"}:
        return Measurement.untestable(needs="posts and the statistic that the figure reports")
    if figure.network is None:
        return Measurement.untestable(
            needs="requests by e-mail or another channel with the time of their first answer",
            why="The figure is not about a social network.",
        )
    where = _where(figure, dataset)
    row = measure_first_response(
        dataset, definition="direct-message", where=where, cluster="none"
    ).iloc[0]
    n = int(row["n_answered"] - row["n_negative"])
    if n == 0:
        return Measurement.untestable(
            needs=f"answered posts, {where or 'any network'}",
            why="The dataset holds no answered request of this kind.",
        )
    return Measurement(
        estimate=float(row[f"answered_{figure.group}_minutes"]),
        ci_low=None,
        ci_high=None,
        n=n,
        definition=f"{figure.group} wait over answered requests, direct-message",
        why="The statistic counts answered requests only, as published; no interval is given. "
        + _period(dataset),
    )


def _limit(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _period(dataset: Dataset) -> str:
    until = dataset.manifest.observed_until
    return f"Measured on posts until {until[:10]}, whatever the figure's period." if until else ""
