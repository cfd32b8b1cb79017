"""Measures of the ledger that posts can answer: how each is measured on a dataset.

A figure is measured under its own definition, in its own country and on its own network; the
dataset's period is what it is, and the verdict says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from carekit.claims.figure import Figure
from carekit.claims.replay import Measurement, register_measure
from carekit.engine import connect
from carekit.inference.answered_waits import answered_waits
from carekit.inference.proportions import estimate_rate
from carekit.measures.answers import count_answers, count_waits
from carekit.measures.definitions import get_definition
from carekit.measures.requests import build_requests

if TYPE_CHECKING:
    from carekit.dataset import Dataset


MOST_KEPT = 8
_COUNTED: dict[tuple[object, ...], pd.DataFrame] = {}


def register_all() -> None:
    """Register every measurer of this file under its measure."""
    register_measure("question_response_rate", _question_response_rate)
    register_measure("post_response_rate", _post_response_rate)
    register_measure("first_response_time", _first_response_time)


def _rows(figure: Figure, counts: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The rows of a small table that are about the figure's network, country and sector."""
    keep = pd.Series(data=True, index=counts.index)
    words = []
    if figure.network:
        networks = ["x", "facebook"] if figure.network == "multiple" else [figure.network]
        keep &= counts["network"].isin(networks)
        words.append("network " + " or ".join(networks))
    if figure.country and figure.country != "world":
        keep &= counts["country"] == figure.country
        words.append(f"country {figure.country}")
    if figure.group_dim == "sector" and figure.group != "all":
        telecom = counts["sector"] == "telecom"
        keep &= ~telecom if figure.group == "all_but_telecom" else counts["sector"] == figure.group
        words.append(f"sector {figure.group.replace('_', ' ')}")
    return counts[keep], ", ".join(words) or "any network and country"


def _counted(dataset: Dataset, name: str, kind: str) -> pd.DataFrame:
    """Small table of a dataset under a definition; counted once for all figures of a replay."""
    key = (dataset.state, name, kind)
    if key not in _COUNTED:
        while len(_COUNTED) >= MOST_KEPT:
            _COUNTED.pop(next(iter(_COUNTED)))
        with connect() as engine:
            requests = build_requests(
                dataset, definition=name, engine=engine, with_threads=False
            ).table
            count = count_answers if kind == "answers" else count_waits
            _COUNTED[key] = count(requests, by=("network", "country", "sector"), cluster="brand")
    return _COUNTED[key]


def _rate(figure: Figure, dataset: Dataset, name: str) -> Measurement:
    dataset.refuse("answer-rate")
    definition = get_definition(name)
    counts, where = _rows(figure, _counted(dataset, name, "answers"))
    if not counts["n"].sum():
        return Measurement.untestable(
            needs=f"posts with their answers, {where}; unit: {definition.denominator}",
            why="The dataset holds no such request.",
        )
    row = estimate_rate(counts, cluster="cluster").iloc[0]
    return Measurement(
        estimate=float(row["estimate"]),
        ci_low=_limit(row["ci_low"]),
        ci_high=_limit(row["ci_high"]),
        n=int(row["n"]),
        definition=f"{definition.name}: of {definition.denominator}; {row['clusters']} brands",
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
    counts, where = _rows(figure, _counted(dataset, "direct-message", "waits"))
    n = int(counts["events"].sum())
    if not n:
        return Measurement.untestable(
            needs=f"answered posts, {where}",
            why="The dataset holds no answered request of this kind.",
        )
    row = answered_waits(counts).iloc[0]
    return Measurement(
        estimate=float(row[f"answered_{figure.group}_minutes"]),
        ci_low=None,
        ci_high=None,
        n=n,
        definition=f"direct-message: {figure.group} wait over answered customer posts",
        why="The statistic counts answered requests only, as published; it has no interval here. "
        + _period(dataset),
    )


def _limit(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _period(dataset: Dataset) -> str:
    until = dataset.manifest.observed_until
    return f"Measured on posts until {until[:10]}, whatever the figure's period." if until else ""
