"""Measures of the ledger that posts can answer: how each is measured on a dataset.

A figure is measured under its own definition, in its own country and on its own network; the
dataset's period is what it is, and the verdict says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from carekit.claims import care_measurers
from carekit.claims.figure import Figure
from carekit.claims.measurement import Measurement, register_measure
from carekit.dataset.engine import using
from carekit.inference.rates.means import estimate_mean
from carekit.inference.rates.proportions import estimate_rate, mean_of_rates
from carekit.measures.answers import count_answers
from carekit.measures.waits import count_waits
from carekit.requests.definitions import get_definition
from carekit.requests.value import Requests

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset


MOST_KEPT = 8
GROUPS = ("network", "country", "sector", "account_kind")
CARE = (
    "has_care_account",
    "average_response_under_8h",
    "redirects_reply",
    "mentions_growth",
    "care_account_growth",
)
LABELS = "labels.parquet"
# Beginning of the study → the definition of its times, and the accounts they are of.
TIMED_AS = {
    "simply-measured": ("simply-measured", "care"),
    "socialbakers": ("socialbakers-2015", None),
    "sprout": ("sprout-72h", None),
    "einwiller": ("direct-opening", None),
}
COMPLAINTS_NEEDED = (
    f"posts that people have coded as complaints, in {LABELS} beside the tables (columns post_id and "
    "is_complaint)"
)
COMPLAINTS_WHY = "Rules alone do not tell complaints well enough to count them."
_COUNTED: dict[tuple[object, ...], pd.DataFrame] = {}


def register_all() -> None:
    """Register every measurer of this file under its measure."""
    register_measure("question_response_rate", _question_response_rate)
    register_measure("post_response_rate", _post_response_rate)
    register_measure("first_response_time", _first_response_time)
    register_measure("mention_response_rate", _mention_response_rate)
    register_measure("message_response_rate", _message_response_rate)
    register_measure("complaint_response_rate", _complaint_response_rate)
    register_measure("sector_share", _sector_share)
    for name in CARE:
        register_measure(name, getattr(care_measurers, name))


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
        sector = {"airlines": "airline"}.get(figure.group, figure.group)
        keep &= ~telecom if figure.group == "all_but_telecom" else counts["sector"] == sector
        words.append(f"sector {figure.group.replace('_', ' ')}")
    return counts[keep], ", ".join(words) or "any network and country"


def _counted(dataset: Dataset, name: str, kind: str) -> pd.DataFrame:
    """Small table of a dataset under a definition; counted once for all figures of a replay."""
    key = (dataset.state, name, kind)
    if key not in _COUNTED:
        while len(_COUNTED) >= MOST_KEPT:
            _COUNTED.pop(next(iter(_COUNTED)))
        with using() as engine:
            count = count_answers if kind == "answers" else count_waits
            asked = Requests.of(dataset, definition=name, by=GROUPS, cluster="brand", engine=engine)
            _COUNTED[key] = count(asked).rename(columns={"unit": "cluster"})
    return _COUNTED[key]


def _rate(
    figure: Figure, dataset: Dataset, name: str, *, account_kind: str | None = None
) -> Measurement:
    dataset.refuse("answer-rate")
    definition = get_definition(name)
    counts, where = _rows(figure, _counted(dataset, name, "answers"))
    if account_kind is not None:
        counts = counts[counts["account_kind"] == account_kind]
        where += f", {account_kind} accounts"
    if not counts["n"].sum():
        return Measurement.untestable(
            needs=f"posts with their answers, {where}; unit: {definition.denominator}",
            why="The dataset holds no such request.",
        )
    row = estimate_rate(counts, cluster="cluster").iloc[0]
    return _measured(
        row, f"{definition.name}: of {definition.denominator}; {row['clusters']} brands", dataset
    )


def _measured(row: pd.Series, definition: str, dataset: Dataset) -> Measurement:
    return Measurement(
        estimate=float(row["estimate"]),
        ci_low=_limit(row["ci_low"]),
        ci_high=_limit(row["ci_high"]),
        n=int(row["n"]),
        definition=definition,
        why=_period(dataset),
    )


def _question_response_rate(figure: Figure, dataset: Dataset) -> Measurement:
    if figure.unit != "proportion":
        return Measurement.untestable(
            needs="answer rates of all the countries that were ranked, on the same network",
            why="The figure is a rank among countries of which most are not in the dataset.",
        )
    if figure.group_dim == "weighting":
        dataset.refuse("answer-rate")
        counts, where = _rows(figure, _counted(dataset, "socialbakers-2015", "answers"))
        if not counts["n"].sum():
            return Measurement.untestable(needs=f"questions with their answers, {where}")
        row = mean_of_rates(counts, cluster="cluster").iloc[0]
        brands = f"socialbakers-2015: mean of {row['clusters']} brands, not of questions"
        return _measured(row, brands, dataset)
    return _rate(figure, dataset, "socialbakers-2015")


def _post_response_rate(figure: Figure, dataset: Dataset) -> Measurement:
    return _rate(figure, dataset, "fanpage-karma")


def _mention_response_rate(figure: Figure, dataset: Dataset) -> Measurement:
    return _rate(figure, dataset, "simply-measured", account_kind="care")


def _message_response_rate(figure: Figure, dataset: Dataset) -> Measurement:
    return _rate(figure, dataset, "sprout-72h")


def _complaint_response_rate(figure: Figure, dataset: Dataset) -> Measurement:
    """Answered share of complaints, where somebody has said which posts are complaints."""
    dataset.refuse("answer-rate")
    counts = _complaints(dataset, count_answers)
    if counts is None:
        return Measurement.untestable(needs=COMPLAINTS_NEEDED, why=COMPLAINTS_WHY)
    counts, where = _rows(figure, counts)
    if not counts["n"].sum():
        return Measurement.untestable(needs=f"complaints with their answers, {where}")
    row = estimate_rate(counts, cluster="cluster").iloc[0]
    what = f"direct-opening, complaints by {LABELS}; {row['clusters']} brands"
    return _measured(row, what, dataset)


def _complaints(dataset: Dataset, count: Callable[..., pd.DataFrame]) -> pd.DataFrame | None:
    """Small table of the complaints; None where nobody has said which posts are complaints."""
    path = dataset.path / LABELS
    if not path.is_file():
        return None
    labels = pd.read_parquet(path)
    if not {"post_id", "is_complaint"} <= set(labels.columns):
        return None
    complaints = labels.loc[labels["is_complaint"].fillna(False).astype(bool), "post_id"]
    with using() as engine:
        asked = Requests.of(dataset, by=GROUPS, cluster="brand", engine=engine)
        return count(asked.only(complaints)).rename(columns={"unit": "cluster"})


def _sector_share(figure: Figure, dataset: Dataset) -> Measurement:
    """Share of a sector in brands, questions or answers (group such as `telecom:questions`)."""
    sector, _, what = (figure.group or "").partition(":")
    if what not in {"brands", "questions", "answers"}:
        return Measurement.untestable(needs="posts of brands whose sector is known")
    if what == "brands":
        brands = dataset.read("brands") if dataset.has("brands") else pd.DataFrame()
        if brands.empty or brands["sector"].isna().all():
            return Measurement.untestable(needs="a table of brands with their sector")
        known = brands["sector"].dropna()
        table = pd.DataFrame({"n": [len(known)], "n_yes": [int((known == sector).sum())]})
        row = estimate_rate(table, n_yes="n_yes").iloc[0]
        return _measured(row, f"brands of the sector {sector} / brands", dataset)
    dataset.refuse("answer-rate")
    every = _counted(dataset, "socialbakers-2015", "answers")
    counts = every[every["network"] == figure.network] if figure.network else every
    counts = counts[counts["sector"].notna()]
    n = counts["n"] if what == "questions" else counts["n_answered"]
    if not n.sum():
        return Measurement.untestable(needs="questions to brands whose sector is known")
    table = pd.DataFrame(
        {"cluster": counts["cluster"], "n": n, "n_yes": n.where(counts["sector"] == sector, 0)}
    )
    row = estimate_rate(table, cluster="cluster", n_yes="n_yes").iloc[0]
    return _measured(row, f"socialbakers-2015: {what} of the sector {sector} / {what}", dataset)


def _first_response_time(figure: Figure, dataset: Dataset) -> Measurement:
    """Mean or median over answered requests, under the study's definition; brands as clusters."""
    if figure.group_dim != "statistic" or figure.group not in {"mean", "median"}:
        return Measurement.untestable(needs="posts and the statistic that the figure reports")
    if figure.network is None:
        return Measurement.untestable(
            needs="requests by e-mail or another channel with the time of their first answer",
            why="The figure is not about a social network.",
        )
    study = next((s for s in TIMED_AS if figure.study_id.startswith(s)), None)
    name, account_kind = TIMED_AS[study] if study else ("direct-message", None)
    complaints = "complaints" in figure.base
    every = _complaints(dataset, count_waits) if complaints else _counted(dataset, name, "waits")
    if every is None:
        return Measurement.untestable(needs=COMPLAINTS_NEEDED, why=COMPLAINTS_WHY)
    counts, where = _rows(figure, every)
    if account_kind is not None:
        counts = counts[counts["account_kind"] == account_kind]
        where += f", {account_kind} accounts"
    if not int(counts["events"].sum()):
        return Measurement.untestable(
            needs=f"answered posts, {where}",
            why="The dataset holds no answered request of this kind.",
        )
    row = estimate_mean(
        counts.assign(minutes=counts["seconds"] / 60),
        value="minutes",
        n="events",
        cluster="cluster",
        statistic=figure.group,
    ).iloc[0]
    return Measurement(
        estimate=float(row["estimate"]),
        ci_low=_limit(row["ci_low"]),
        ci_high=_limit(row["ci_high"]),
        n=int(row["n"]),
        definition=f"{name}: {figure.group} wait over answered "
        f"{f'complaints by {LABELS}' if complaints else get_definition(name).denominator}; "
        f"{row['clusters']} brands",
        why="The statistic counts answered requests only, as published. " + _period(dataset),
    )


def _limit(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _period(dataset: Dataset) -> str:
    until = dataset.manifest.observed_until
    return f"Measured on posts until {until[:10]}, whatever the figure's period." if until else ""
