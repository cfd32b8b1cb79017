"""How long do customers wait for the first answer?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.inference.waits.answered_waits import answered_waits
from carekit.inference.waits.survival import estimate_waits
from carekit.measures.wait_counts import prepare_waits
from carekit.requests.definitions import DEFAULT, Definition
from carekit.requests.setting import AUTO

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

NAME = "first-response"
WITHIN = (60, 480, 1440)
CENSORED = "median_minutes ci_low ci_high".split() + [f"within_{m}_minutes" for m in WITHIN]
ANSWERED = "answered_median_minutes answered_p90_minutes answered_mean_minutes".split()
COUNTS = "n n_answered n_censored n_negative".split()


def measure_first_response(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Wait for the first answer, over all requests and given an answer.

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.

    Returns
    -------
    pandas.DataFrame
        One row a group: the `by` columns;

        - n, n_answered, n_censored, n_negative: requests; answered ones; ones still waiting when
          last looked at; answered ones whose answer is dated before the request (they are part of
          n_answered and left out of every time statistic);
        - over all requests, unanswered ones censored (Kaplan-Meier): median_minutes with ci_low
          and ci_high, NaN where not reached; within_60_minutes, within_480_minutes and
          within_1440_minutes, the share answered by then (NaN beyond the last follow-up);
        - given an answer, as the trade reports it: answered_median_minutes,
          answered_p90_minutes, answered_mean_minutes;
        - method, definition.

        On a dataset that holds answered conversations only, the columns of the second group are
        NaN, and `method` says why, unless `allow_selected`.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> waits = measure_first_response(open_dataset())
    >>> bool((waits.answered_mean_minutes > waits.answered_median_minutes).all())
    True
    """
    with using(engine) as opened:
        waits = prepare_waits(
            dataset, by=by, definition=definition, cluster=cluster, where=where, engine=opened
        )
    setting, counts, forward = waits.setting, waits.counts, waits.forward
    groups = list(setting.by)
    result = _totals(counts, groups)
    answered = answered_waits(forward, by=groups)
    result = _joined(result, answered[[*groups, *ANSWERED]], groups)
    if NAME in _censoring_closed(dataset) and not allow_selected:
        result[CENSORED] = np.nan
        result["method"] = (
            "answered requests only: the dataset holds no unanswered conversation "
            f"(selection {dataset.selection.kind}), so waits over all requests cannot be estimated"
        )
    else:
        over_all = estimate_waits(
            forward,
            by=groups,
            cluster=waits.unit,
            conf_level=conf_level,
            within=WITHIN,
        )
        over_all["method"] = setting.name_methods(over_all)
        result = _joined(result, over_all[[*groups, *CENSORED, "method"]], groups)
        result["method"] = result["method"].fillna("no request with a usable time")
    result["definition"] = setting.definition.name
    result = result[[*groups, *COUNTS, *CENSORED, *ANSWERED, "method", "definition"]]
    n_negative = int(result["n_negative"].sum())
    result.attrs["note"] = (
        f"{setting.note} {n_negative} answers are dated before their request: counted as answers, "
        f"left out of every time.{waits.clock}"
    )
    return result


def _censoring_closed(dataset: Dataset) -> tuple[str, ...]:
    """Measures whose censored half is closed by the selection of the posts."""
    return (NAME,) if dataset.selection.kind == "answered_only" else ()


def _totals(counts: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    sums = ["events", "censored", "backwards"]
    if groups:
        totals = counts.groupby(groups, dropna=False, as_index=False)[sums].sum()
    else:
        totals = counts[sums].sum().to_frame().T
    n_answered = totals["events"] + totals["backwards"]
    return totals.assign(
        n=n_answered + totals["censored"],
        n_answered=n_answered,
        n_censored=totals["censored"],
        n_negative=totals["backwards"],
    ).drop(columns=sums)


def _joined(left: pd.DataFrame, right: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    if groups:
        return left.merge(right, on=groups, how="left", validate="1:1")
    return left.join(right) if len(right) else left.reindex([*left, *right], axis=1)
