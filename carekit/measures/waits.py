"""How long do customers wait for the first answer? Unanswered requests still wait (censored)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.waits.answered_waits import answered_waits
from carekit.inference.waits.horizons import within_columns
from carekit.inference.waits.restricted_mean import restricted_mean
from carekit.inference.waits.survival import estimate_waits, survival_curve
from carekit.inference.waits.wait_quantiles import wait_quantiles as quantiles_of
from carekit.measures.registry import Told, measure
from carekit.requests.business_waits import Hours, brand_hours, count_business_waits
from carekit.requests.coarse import only_exact
from carekit.requests.value import Requests

if TYPE_CHECKING:
    import ibis

WITHIN = (60, 480, 1440)
NO_LIMIT_MINUTES = 50 * 365 * 1440  # longer than any wait: the limit is not known
CENSORED = ["median_minutes", "ci_low", "ci_high", *(f"within_{m}_minutes" for m in WITHIN)]
ANSWERED = "answered_median_minutes answered_p90_minutes answered_mean_minutes".split()
# Waits over all requests need the unanswered ones: what closes the rate closes them.
CLOSED = "answer-rate"
_KEPT = "n n_answered estimate ci_low ci_high conf_level method flags definition".split()


def timed(table: ibis.Table) -> tuple[ibis.Table, dict[str, ibis.Value]]:
    """Requests with their `seconds`, and what is to be summed: events, censored, backwards."""
    import ibis
    from ibis import _

    backwards = _.answered & (_.first_response_seconds < 0)
    seconds = ibis.ifelse(_.answered, _.first_response_seconds, _.observed_seconds)
    made = table.mutate(seconds=ibis.greatest(seconds, 0), backwards=backwards)
    sums = {
        "events": _.answered & ~_.backwards,
        "censored": ~_.answered,
        "backwards": _.backwards,
    }
    return made, sums


def count_waits(
    requests: Requests, *, hours: Hours | None = None, coarse: str = "refused"
) -> pd.DataFrame:
    """Waits in whole seconds of the definition's clock.

    One row per group, unit and second: seconds, events (answered then), censored (unanswered when
    last looked at), backwards (answered, but dated before the request: seconds is then 0 and means
    nothing). `attrs["n_without"]`: requests left out because no opening hours are known;
    `attrs["n_coarse"]`: answered ones whose wait has limits only. These are `refused` (1 in 100 may
    be left out), left out (`apart`), or take the shortest or the longest wait that their times allow
    (`at_least`, `at_most`).
    """
    table = requests.rows()
    n_coarse = 0
    if requests.built().is_coarse:
        table, n_coarse = only_exact(table, coarse)
    if requests.definition.clock == "business hours":
        clocks = brand_hours(requests.dataset) if hours is None else hours
        counts, n_without = count_business_waits(table, hours=clocks, by=requests.by)
    else:
        made, sums = timed(table)
        counts, n_without = requests.count(made, "seconds", **sums).drop(columns="n"), 0
    counts.attrs.update(n_without=n_without, n_coarse=n_coarse)
    return counts


def bounded(
    requests: Requests, make: Callable[[pd.DataFrame], pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """What `make` gives of the waits, the waits, and a sentence on what their times leave open.

    Where times name a day only, everything is made twice, of the shortest and of the longest waits;
    a number on which the two disagree is left empty, and its limits are said.
    """
    if not requests.built().is_coarse:
        counts = requests.once(count_waits)
        return make(counts), counts, ""
    short = count_waits(requests, coarse="at_least")
    low, high = make(short), make(count_waits(requests, coarse="at_most"))
    said, open_ = [], np.zeros(len(low), dtype=bool)
    for column in low.columns:
        if column in requests.by or not pd.api.types.is_float_dtype(low[column]):
            continue
        same = np.isclose(low[column], high[column], rtol=1e-9, equal_nan=True)
        if same.all():
            continue
        open_ |= ~same
        first = int(np.argmin(same))
        ends = sorted(pair for pair in (low[column][first], high[column][first]) if pair == pair)
        if len(ends) == 2 and not column.startswith(("ci_", "std_")):
            known = ends[1] < NO_LIMIT_MINUTES
            most = f"between {ends[0]:.4g} and {ends[1]:.4g}" if known else f"from {ends[0]:.4g} on"
            said.append(f"{column} {most}")
        low[column] = low[column].where(same)
    if not open_.any():
        return low, short, ""
    if "flags" in low:
        more = np.where(low["flags"].fillna("") == "", "incomplete", low["flags"] + ", incomplete")
        low["flags"] = np.where(open_, more, low["flags"])
    n = short.attrs["n_coarse"]
    return (
        low,
        short,
        (
            f"The waits of {n:,} answered requests are known within limits only (times of a day, or none); "
            f"what depends on them is left empty. In the first row that it concerns: {'; '.join(said)}."
        ),
    )


def forward(counts: pd.DataFrame) -> pd.DataFrame:
    """The rows with a usable time: without answers dated before their request."""
    usable = counts["events"] + counts["censored"] > 0
    return counts if usable.all() else counts[usable]  # of a million waits a copy is 50 MB


def _with_left_out(
    frame: pd.DataFrame, requests: Requests, counts: pd.DataFrame, note: str = ""
) -> Told:
    """A result on waits, with what no time could be given to."""
    left_out = {"answers dated before their request": int(counts["backwards"].sum())}
    clock = ""
    if requests.definition.clock == "business hours":
        left_out["requests to brands without opening hours"] = counts.attrs["n_without"]
        clock = "Waits in business hours of the brand."
    return Told(frame, left_out=left_out, notes=(note, clock))


@measure(
    "first-response",
    "how long did the first answer take",
    " ".join(
        ["n n_answered n_censored n_negative", *CENSORED, *ANSWERED, "method flags definition"]
    ),
    unit="minutes",
)
def first_response(requests: Requests) -> Told:
    """Wait for the first answer, over all requests and given an answer.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options.

    Returns
    -------
    pandas.DataFrame
        One row per group: the `by` columns, then

        - n, n_answered, n_censored, n_negative: requests; answered ones; ones still waiting when
          last looked at; answered ones whose answer is dated before the request (they are part of
          n_answered and left out of every time statistic)
        - over all requests, unanswered ones censored (Kaplan-Meier): median_minutes with ci_low
          and ci_high, NaN where not reached; within_60_minutes, within_480_minutes and
          within_1440_minutes, the share answered by then (NaN beyond the last follow-up)
        - given an answer, as the trade reports it: answered_median_minutes,
          answered_p90_minutes, answered_mean_minutes
        - method, flags, definition

        On a dataset that holds answered conversations only, the columns of the second group are
        NaN, and `method` says why, unless `allow_selected`.

    Examples
    --------
    >>> import carekit
    >>> waits = carekit.first_response(carekit.open_dataset())
    >>> bool((waits.answered_mean_minutes > waits.answered_median_minutes).all())
    True
    """
    made, counts, limits = bounded(requests, lambda counts: _first_response(requests, counts))
    said = "Answers dated before their request count as answers, and are left out of every time."
    note = said if counts["backwards"].any() else ""
    return _with_left_out(made, requests, counts, f"{note} {limits}".strip())


def _first_response(requests: Requests, counts: pd.DataFrame) -> pd.DataFrame:
    groups, known = list(requests.by), forward(counts)
    sums = ["events", "censored", "backwards"]
    if groups:
        totals = counts.groupby(groups, dropna=False, as_index=False)[sums].sum()
    else:
        totals = counts[sums].sum().to_frame().T
    answered = totals["events"] + totals["backwards"]
    result = totals[groups].assign(
        n=answered + totals["censored"],
        n_answered=answered,
        n_censored=totals["censored"],
        n_negative=totals["backwards"],
    )
    result = _beside(result, answered_waits(known, by=groups)[[*groups, *ANSWERED]], groups)
    selection = requests.dataset.selection
    if CLOSED in selection.cannot_answer and not requests.allow_selected:
        result[CENSORED] = np.nan
        result["method"] = (
            "answered requests only: the dataset holds no unanswered conversation "
            f"(selection {selection.kind}), so waits over all requests cannot be estimated"
        )
        result["flags"] = "answered_only"
    else:
        every = _estimated(requests, counts, WITHIN)
        result = _beside(result, every[[*groups, *CENSORED, "method", "flags"]], groups)
        result["method"] = result["method"].fillna("no request with a usable time")
    result["definition"] = requests.definition.name
    return result


def _estimated(requests: Requests, counts: pd.DataFrame, within: Sequence[float]) -> Any:
    """Median wait and shares within times; at the usual times once for whoever asks."""
    exact = not requests.built().is_coarse
    if exact and tuple(within) == WITHIN and counts is requests.once(count_waits):
        return requests.once(_usual)
    return requests.estimate(estimate_waits, forward(counts), within=list(within))


def _usual(requests: Requests) -> Any:
    counts = forward(requests.once(count_waits))
    return requests.estimate(estimate_waits, counts, within=WITHIN)


def _beside(left: pd.DataFrame, right: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    if groups:
        return left.merge(right, on=groups, how="left", validate="1:1")
    return left.join(right) if len(right) else left.reindex([*left, *right], axis=1)


@measure(
    "waits-within",
    "what share of all requests was answered within given times",
    "limit_minutes n n_answered estimate ci_low ci_high conf_level method flags definition",
    refused_as=CLOSED,
)
def waits_within(requests: Requests, *, within: Sequence[float] = (60, 120, 480, 1440)) -> Told:
    """Share of all requests answered within given times, with intervals.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options.
    within : sequence of float
        Times in minutes.

    Returns
    -------
    pandas.DataFrame
        One row per group and time: the `by` columns; limit_minutes; n (requests with a usable
        time), n_answered; estimate (1 minus Kaplan-Meier at that time; NaN beyond the last
        follow-up), ci_low, ci_high, conf_level; method, flags, definition.

    Examples
    --------
    >>> import carekit
    >>> shares = carekit.waits_within(carekit.open_dataset(), within=[60, 480])
    >>> bool(shares.estimate[0] < shares.estimate[1])
    True
    """
    names = within_columns(within)
    made, counts, limits = bounded(requests, lambda counts: _within(requests, counts, names))
    return _with_left_out(made, requests, counts, limits)


def _within(requests: Requests, counts: pd.DataFrame, names: Mapping[str, float]) -> pd.DataFrame:
    wide = _estimated(requests, counts, tuple(names.values()))
    parts = [
        wide.assign(place=range(len(wide)), limit_minutes=minutes, estimate=wide[name],
                    ci_low=wide[f"{name}_low"], ci_high=wide[f"{name}_high"])
        for name, minutes in names.items()
    ]  # fmt: skip
    kept = [*requests.by, *(c for c in parts[0] if c not in wide or c in _KEPT)]
    long = pd.concat(parts)[list(dict.fromkeys(kept))]
    return long.sort_values("place", kind="stable", ignore_index=True)


@measure(
    "wait-curve",
    "what share still waits at each time",
    "minutes at_risk events censored survival std_error ci_low ci_high conf_level definition",
    refused_as=CLOSED,
)
def wait_curve(requests: Requests) -> Told:
    """Share of requests still waiting at every observed time, unanswered ones censored.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options.

    Returns
    -------
    pandas.DataFrame
        As `carekit.inference.waits.survival.survival_curve` (one row per group and time), with
        definition; `.draw("curves", series=…)` draws it.

    Examples
    --------
    >>> import carekit
    >>> curve = carekit.wait_curve(carekit.open_dataset(), where="network = 'x'")
    >>> bool(curve.survival.is_monotonic_decreasing)
    True
    """
    counts = requests.once(count_waits)
    made = requests.estimate(survival_curve, forward(counts))
    return _with_left_out(made, requests, counts)


@measure(
    "wait-quantiles",
    "by when was a given share of requests answered",
    "share wait_minutes ci_low ci_high conf_level definition",
    unit="minutes",
    refused_as=CLOSED,
)
def wait_quantiles(requests: Requests, *, shares: Sequence[float] = (0.1, 0.25, 0.5)) -> Told:
    """By when was a given share of all requests answered?

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options.
    shares : sequence of float
        Shares of requests, above 0 and below 1; 0.5 is the median.

    Returns
    -------
    pandas.DataFrame
        One row per group and share, as `carekit.inference.waits.wait_quantiles.wait_quantiles`, with
        definition: wait_minutes with ci_low and ci_high, NaN where not reached.

    Examples
    --------
    >>> import carekit
    >>> times = carekit.wait_quantiles(carekit.open_dataset(), shares=[0.1, 0.2])
    >>> bool(times.wait_minutes[0] < times.wait_minutes[1])
    True
    """

    def make(counts: pd.DataFrame) -> pd.DataFrame:
        curve = requests.estimate(survival_curve, forward(counts))
        made = quantiles_of(curve, by=list(requests.by), shares=shares)
        return made.assign(conf_level=requests.conf_level, definition=requests.definition.name)

    made, counts, limits = bounded(requests, make)
    return _with_left_out(made, requests, counts, limits)


@measure(
    "restricted-wait",
    "how long did all requests wait on average, up to a limit",
    "n n_answered n_censored restricted_mean_minutes std_error ci_low ci_high conf_level df until_minutes "
    "clusters method flags definition",
    unit="minutes",
    refused_as=CLOSED,
)
def restricted_wait(requests: Requests, *, until: float | None = None) -> Told:
    """Mean wait over all requests, each counted up to `until` minutes.

    Unlike a mean over answered requests it knows the unanswered ones, and unlike a median it exists
    where fewer than half were answered.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options.
    until : float, optional
        Minutes, no longer than every group was followed; by default as long as that.

    Returns
    -------
    pandas.DataFrame
        One row per group, as `carekit.inference.waits.restricted_mean.restricted_mean`, with
        definition.

    Examples
    --------
    >>> import carekit
    >>> len(carekit.restricted_wait(carekit.open_dataset(), until=1440, by="network"))
    7
    """
    need_several_units(requests)
    counts = requests.once(count_waits)
    made = requests.estimate(restricted_mean, forward(counts), until=until)
    return _with_left_out(made, requests, counts)


def need_several_units(requests: Requests) -> None:
    """Raise where each group would be a single unit."""
    if requests.cluster in requests.by:
        raise InputError(
            f"`by` and `cluster` are both {requests.cluster!r}; a group that is a single cluster "
            "shows no variation. Group by another column, or use shrunk_rates."
        )
