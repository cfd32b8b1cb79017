"""Does a written response scheme shorten waits?

Brands that adopted one (or did anything else on a known date) are compared with brands that have
not, or not yet: their waits after the date less before it, less the same for the others over the
same months.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import check_conf_level
from carekit.measures.brand_months import ANALYSES, before_and_after, with_start
from carekit.measures.events import load_events
from carekit.measures.registry import Told, measure
from carekit.measures.waits import CLOSED, count_waits
from carekit.requests.value import Requests

ADOPTED = "response_scheme_adopted"
LOG, RESTRICTED = "log wait of the answered", "wait of all, cut"
OUTCOMES = {LOG: ("log_minutes", "n_answered"), RESTRICTED: ("cut_minutes", "n_requests")}
RATIO = ["ratio", "ratio_low", "ratio_high"]


@measure(
    "response-schemes",
    "does a written response scheme shorten waits",
    " ".join(["outcome", *ANALYSES[:6], *RATIO, *ANALYSES[6:], "definition"]),
    unit="number",
    units={"ratio": "ratio"},
    independent="brand",
    without="by cluster",
)
def response_schemes(
    requests: Requests,
    *,
    events: str | os.PathLike[str] | pd.DataFrame | None = None,
    event: str = ADOPTED,
    until: int = 480,
    seed: int = 1,
) -> Told:
    """Change of waits after brands adopted a response scheme, against brands that did not.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options but `by` and `cluster`. Requests that were not
        followed for `until` minutes are set apart, answered or not. `allow_selected` computes the
        waits over all requests on a dataset that holds answered ones only.
    events : path or DataFrame, optional
        Dates by brand, as `carekit.measures.events.load_events` reads them; by default the
        events.csv beside the tables. Brands without such an event are the controls.
    event : str
        Kind of event.
    until : int
        Minutes at which waits over all requests are cut: an unanswered request counts with so
        many, as does one that was answered later.
    seed : int
        Of the permutation.

    Returns
    -------
    pandas.DataFrame
        Four rows for each of two outcomes, by brand and month:

        - "log wait of the answered": mean log of minutes; `estimate` is a change of the log, and
          `ratio`, `ratio_low`, `ratio_high` say by what factor waits changed. It misses a scheme
          that only raises the number of answers
        - "wait of all, cut": mean of minutes up to `until`, unanswered requests included, so that
          nothing is lost to censoring; `estimate` in minutes

        analysis ("each brand-month alike", "permutation", "each request alike", "pre-trend": see
        `carekit.care_accounts`), std_error, ci_low, ci_high,
        conf_level, p_value, treated, controls (brands), n (brand-months), n_requests (behind the
        outcome), method, flags, definition.

    Raises
    ------
    InputError
        If no brand has such an event within the dataset, none is left to compare with, an event
        is about one network only and `where` does not name it, or `until` is not positive.
    SelectionError
        If there are neither `events` nor an events.csv.

    Notes
    -----
    The month of the event is left out for its brand. A mean of logs, not of minutes, since a few
    very long waits would else decide; brands that adopt a scheme when waits are at their worst
    would improve in any case, which the pre-trend can show and no analysis here can correct.

    Examples
    --------
    >>> import carekit
    >>> effects = carekit.response_schemes(carekit.open_dataset(), where="network = 'x'")
    >>> effects.outcome.unique().tolist()
    ['log wait of the answered', 'wait of all, cut']
    """
    check_conf_level(requests.conf_level)
    if until < 1:
        raise InputError(
            f"`until` is {until!r}; expected minutes, 1 or more, such as 480. Name the wait at "
            "which requests are cut."
        )
    dates = load_events(requests.dataset if events is None else events, event=event)
    _check_networks(dates, requests.where, event)
    used = requests.definition
    followed = replace(used, follow_up_minutes=max(used.follow_up_minutes, until))
    asked = requests.but(definition=followed, by=("brand", "month"), cluster=None)
    waits = count_waits(asked)
    waits = waits[waits["brand"].notna() & waits["month"].notna()]
    months = _months(waits, until).rename(columns={"month": "period"})
    first = dates.groupby("brand")["at"].min()
    unseen = sorted(set(first.index) - set(months["brand"]))
    panel = with_start(months, first)
    lost = months["brand"].nunique() - panel["brand"].nunique()
    told, closed = list(OUTCOMES), ""
    if CLOSED in requests.dataset.selection.cannot_answer and not requests.allow_selected:
        told.remove(RESTRICTED)
        closed = "Waits over all requests are left out: the dataset holds answered ones only."
    parts = []
    for outcome in told:
        value, size = OUTCOMES[outcome]
        known = _comparable(panel[panel[size] > 0], event)
        made = before_and_after(
            known, outcome=value, size=size, conf_level=requests.conf_level, seed=seed
        )
        parts.append(made.assign(outcome=outcome))
    result = pd.concat(parts, ignore_index=True)
    log = result["outcome"] == LOG
    for name, column in zip(RATIO, ("estimate", "ci_low", "ci_high"), strict=True):
        result[name] = np.exp(result[column].astype(float).where(log))
    return Told(
        result.assign(definition=used.name),
        f"{used.denominator}, by brand and month (UTC)",
        {
            "brands whose event came before their first request": lost,
            "brands with an event and without a request": len(unseen),
        },
        notes=("The month of the event is left out for its brand.", closed),
        requests=asked,
    )


def _check_networks(dates: pd.DataFrame, where: str | None, event: str) -> None:
    named = sorted(dates["network"].dropna().unique())
    lost = [network for network in named if f"'{network}'" not in (where or "")]
    if lost:
        raise InputError(
            f"`events` has events {event!r} on one network only ({', '.join(lost)}), and `where` is "
            f"{where!r}; requests of other networks would count as changed. Pass for example "
            f"`where=\"network = '{lost[0]}'\"` with the events of that network."
        )


def _months(waits: pd.DataFrame, until: int) -> pd.DataFrame:
    """Waits in seconds by brand and month → means; answers dated before their request are left
    out of every time, and out of the denominator."""
    minutes = waits["seconds"] / 60
    answered, waiting = waits["events"], waits["censored"]
    made: Any = (
        waits.assign(
            n_answered=answered,
            n_requests=answered + waiting,
            log_sum=np.log(np.maximum(waits["seconds"], 1) / 60) * answered,
            cut_sum=np.minimum(minutes, until) * answered + float(until) * waiting,
        )
        .groupby(["brand", "month"], as_index=False)[
            ["n_answered", "n_requests", "log_sum", "cut_sum"]
        ]
        .sum()
    )
    return made.assign(
        log_minutes=made["log_sum"] / made["n_answered"].where(made["n_answered"] > 0),
        cut_minutes=made["cut_sum"] / made["n_requests"].where(made["n_requests"] > 0),
    ).drop(columns=["log_sum", "cut_sum"])


def _comparable(panel: pd.DataFrame, event: str) -> pd.DataFrame:
    """The panel, once more without brands that have no month before their start."""
    first = panel.groupby("brand")["period"].transform("min")
    kept = panel[panel["start"].isna() | (first < panel["start"].fillna(""))]
    last = panel["period"].max() if len(panel) else ""
    begun = kept["start"].notna() & (kept["start"].fillna("") <= last)
    if not begun.any() or kept["start"].notna().all():
        raise InputError(
            f"`event` is {event!r}: within the dataset no brand has one with months before and "
            "after it, or no brand is left to compare with. Check the dates, or collect longer."
        )
    return kept.reset_index(drop=True)
