"""Written by `python docs/face.py` from the registries: do not edit."""

import os
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from carekit import claims as claims
from carekit import coding as coding
from carekit import dataset as dataset
from carekit import measures as measures
from carekit import sample as sample
from carekit import sources as sources
from carekit import survey as survey
from carekit.claims.audit import audit as audit
from carekit.claims.plates import plate as plate
from carekit.claims.published import published as published
from carekit.claims.replays import replay as replay
from carekit.claims.replays import replay_all as replay_all
from carekit.dataset.folder import Dataset as Dataset
from carekit.dataset.folder import open_dataset as open_dataset
from carekit.errors import CannotAnswer as CannotAnswer
from carekit.errors import CarekitError as CarekitError
from carekit.report.command import benchmark as benchmark
from carekit.report.counts_sections import benchmark_counts as benchmark_counts
from carekit.requests.definitions import Definition as Definition
from carekit.requests.definitions import register_definition as register_definition
from carekit.show.ask import ask as ask
from carekit.show.ask import stack as stack
from carekit.show.measured import load_measured as load_measured
from carekit.show.result import Result as Result
from carekit.sources.files import import_files as import_files
from carekit.sources.frames import from_frame as from_frame
from carekit.sources.surveys.survey import import_survey as import_survey
from carekit.claims.hypotheses.judge import judge_hypotheses as judge_hypotheses
from carekit.claims.hypotheses.judge import judge_hypothesis as judge_hypothesis
from carekit.claims.shown import judged as judged
from carekit.claims.ledger.ledger import load_ledger as load_ledger
from carekit.claims.shown import verdicts as verdicts
from carekit.dataset.folder import append_dataset as append_dataset
from carekit.dataset.check import check_dataset as check_dataset
from carekit.dataset.engine import connect as connect
from carekit.dataset.folder import create_dataset as create_dataset
from carekit.dataset.measured import list_measured as list_measured
from carekit.measures.care_accounts import care_event_study as care_event_study
from carekit.measures.care_accounts import care_series as care_series
from carekit.measures.events import load_events as load_events
from carekit.measures.sharing import open_shared as open_shared
from carekit.measures.sharing import share_counts as share_counts
from carekit.requests.value import Requests

__version__: str
MEASURES: dict[str, str]

def room(name: str, modules: dict[str, str]) -> tuple[Any, list[str]]: ...
def requests(
    dataset: Dataset, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Requests: ...
def answer_rate(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def answer_bounds(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def first_response(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def waits_within(
    dataset: Dataset | Requests, *, within: Sequence[float] = ..., by: str | Sequence[str] = ...,
    where: str | None = ..., definition: str | Definition = ..., cluster: str | None = ...,
    conf_level: float = ..., allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def wait_curve(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def wait_quantiles(
    dataset: Dataset | Requests, *, shares: Sequence[float] = ..., by: str | Sequence[str] = ...,
    where: str | None = ..., definition: str | Definition = ..., cluster: str | None = ...,
    conf_level: float = ..., allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def restricted_wait(
    dataset: Dataset | Requests, *, until: float | None = ..., by: str | Sequence[str] = ...,
    where: str | None = ..., definition: str | Definition = ..., cluster: str | None = ...,
    conf_level: float = ..., allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def repeats(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def contacts(
    dataset: Dataset | Requests, *, most: int = ..., by: str | Sequence[str] = ...,
    where: str | None = ..., definition: str | Definition = ..., cluster: str | None = ...,
    conf_level: float = ..., allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def public_outcomes(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def handoffs(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def redirects(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def elsewhere(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def reply_length(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def surfaces(
    dataset: Dataset | Requests, *, posts: Collection[str] | None = ...,
    by: str | Sequence[str] = ..., where: str | None = ..., definition: str | Definition = ...,
    cluster: str | None = ..., conf_level: float = ..., allow_selected: bool = ...,
    engine: Any = ..., target: str = ...,
) -> Result: ...
def typical_brand(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., conf_level: float = ..., allow_selected: bool = ...,
    engine: Any = ...,
) -> Result: ...
def shrunk_rates(
    dataset: Dataset | Requests, *, by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., conf_level: float = ..., allow_selected: bool = ...,
    engine: Any = ...,
) -> Result: ...
def compare_answer_rates(
    dataset: Dataset | Requests, *, reference: Any = ..., by: str | Sequence[str],
    where: str | None = ..., definition: str | Definition = ..., cluster: str | None = ...,
    conf_level: float = ..., allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def compare_first_response(
    dataset: Dataset | Requests, *, by: str | Sequence[str], where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., allow_selected: bool = ...,
    engine: Any = ..., target: str = ...,
) -> Any: ...
def definitions(
    dataset: Dataset | Requests, *, definitions: Sequence[str | Definition] | None = ...,
    hours: Any = ..., by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def growth(
    dataset: Dataset | Requests, *, before: tuple[str, str] | None = ...,
    after: tuple[str, str] | None = ..., by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ...,
) -> Result: ...
def bypass(
    dataset: Dataset | Requests, *, angry: Collection[str] | None = ...,
    negative: Collection[str] | None = ..., angry_at: float = ..., by: str | Sequence[str] = ...,
    where: str | None = ..., definition: str | Definition = ..., cluster: str | None = ...,
    conf_level: float = ..., allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def near_duplicates(
    dataset: Dataset | Requests, *, events: str | os.PathLike[str] | pd.DataFrame | None = ...,
    event: str = ..., window_hours: float = ..., similarity: float = ...,
    by: str | Sequence[str] = ..., where: str | None = ..., definition: str | Definition = ...,
    cluster: str | None = ..., conf_level: float = ..., allow_selected: bool = ...,
    engine: Any = ..., target: str = ...,
) -> Result: ...
def care_accounts(
    dataset: Dataset | Requests, *, network: str | Sequence[str],
    negative: Collection[str] | None = ..., brands: Collection[str] | None = ..., seed: int = ...,
    conf_level: float = ..., engine: Any = ...,
) -> Result: ...
def response_schemes(
    dataset: Dataset | Requests, *, events: str | os.PathLike[str] | pd.DataFrame | None = ...,
    event: str = ..., until: int = ..., seed: int = ..., where: str | None = ...,
    definition: str | Definition = ..., conf_level: float = ..., allow_selected: bool = ...,
    engine: Any = ...,
) -> Result: ...
def csat(
    dataset: Dataset | Requests, *, column: str = ..., satisfied: str = ...,
    by: str | Sequence[str] = ..., where: str | None = ..., definition: str | Definition = ...,
    cluster: str | None = ..., conf_level: float = ..., allow_selected: bool = ...,
    engine: Any = ..., target: str = ...,
) -> Result: ...
def nps(
    dataset: Dataset | Requests, *, column: str = ..., by: str | Sequence[str] = ...,
    where: str | None = ..., definition: str | Definition = ..., cluster: str | None = ...,
    conf_level: float = ..., allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def mean_rating(
    dataset: Dataset | Requests, *, column: str = ..., by: str | Sequence[str] = ...,
    where: str | None = ..., definition: str | Definition = ..., cluster: str | None = ...,
    conf_level: float = ..., allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def categories(
    dataset: Dataset | Requests, *, coded: str | os.PathLike[str] | pd.DataFrame | None = ...,
    flagged: Any = ..., by: str | Sequence[str] = ..., where: str | None = ...,
    definition: str | Definition = ..., cluster: str | None = ..., conf_level: float = ...,
    allow_selected: bool = ..., engine: Any = ..., target: str = ...,
) -> Result: ...
def corrected_shares(
    dataset: Dataset | Requests, *, coded: str | os.PathLike[str] | pd.DataFrame | None = ...,
    column: str = ..., stratum: str | None = ..., flagged: Any = ..., by: str | Sequence[str] = ...,
    where: str | None = ..., conf_level: float = ..., engine: Any = ...,
) -> Result: ...
def compare_corrected_shares(
    dataset: Dataset | Requests, *, coded: str | os.PathLike[str] | pd.DataFrame | None = ...,
    column: str = ..., reference: str | None = ..., stratum: str | None = ..., flagged: Any = ...,
    by: str | Sequence[str], where: str | None = ..., conf_level: float = ..., engine: Any = ...,
) -> Result: ...
def workload(
    dataset: Dataset | Requests, *, policy: pd.DataFrame | None = ..., flagged: Any = ...,
    by: str | Sequence[str] = ..., where: str | None = ..., definition: str | Definition = ...,
    cluster: str | None = ..., conf_level: float = ..., allow_selected: bool = ...,
    engine: Any = ..., target: str = ...,
) -> Result: ...
