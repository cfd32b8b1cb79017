"""One corpus under every published definition of an answer rate, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.inference.rates.proportions import estimate_rate, mean_of_rates
from carekit.inference.waits.answered_waits import answered_waits
from carekit.inference.waits.fastest_waits import fastest_mean
from carekit.measures.answers import count_answers, count_waits
from carekit.requests.build import THREAD_COLUMNS, build_requests, with_groups
from carekit.requests.business_waits import Hours, brand_hours, count_business_waits
from carekit.requests.definitions import DEFAULT, DEFINITIONS, Definition, get_definition
from carekit.requests.setting import AUTO, column_tuple, independent_unit
from carekit.requests.threads import dataset_threads

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

NAME = "definitions"
COLUMNS = (
    "definition n n_answered n_set_apart estimate ci_low ci_high conf_level time_statistic "
    "median_minutes mean_minutes method comparable"
).split()


def measure_definitions(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    definitions: Sequence[str | Definition] | None = None,
    hours: Hours | None = None,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Answer rate and response time of the same posts under each definition.

    Parameters
    ----------
    dataset, by, cluster, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.
    definition : str or Definition
        The definition that the others are compared with.
    definitions : sequence of str or Definition, optional
        Which to measure; by default all that are registered.
    hours : mapping of brand to BusinessHours, optional
        Opening hours, for definitions on the business clock; by default Monday to Friday, 9 to 18,
        in the timezone of the brand.

    Returns
    -------
    pandas.DataFrame
        One row a group and definition, in the order of the registry: the `by` columns, then

        - definition; n, n_answered: requests as it counts them, and those it calls answered
        - n_set_apart: requests not followed for as long as it needs; they are not in n
        - estimate, ci_low, ci_high, conf_level: pooled rate or mean of brands, as it pools
        - time_statistic; median_minutes or mean_minutes, whichever it reports (the mean of the
          fastest 90 % is a mean), over answered requests; the other is NaN
        - method
        - comparable: "yes", or "no: " and every way in which it differs from `definition`

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> table = measure_definitions(open_dataset(), definitions=["direct-opening", "zendesk"])
    >>> table[["definition", "comparable"]].to_numpy().tolist()
    [['direct-opening', 'yes'], ['zendesk', 'no: counts customer posts that open a thread, public \
or private; an answer anywhere in the thread counts; posts of any visibility']]
    """
    dataset.refuse(NAME, allow_selected=allow_selected)
    chosen = [get_definition(d) for d in (DEFINITIONS if definitions is None else definitions)]
    reference = get_definition(definition)
    columns = column_tuple(by)
    asked_for = f"{','.join(columns)} {cluster} {where or ''}"
    with_threads = any(name in asked_for for name in THREAD_COLUMNS)
    parts = []
    with using(engine) as opened:
        threads = dataset_threads(dataset, engine=opened)
        private = int((threads.posts.visibility == "private").sum().execute() or 0)
        kept = None
        for one in chosen:
            used, reasons = _applied(one, holds_private=private > 0)
            # Definitions that differ only in how they sum up stand together: the same requests.
            if kept is None or _requests_of(kept[0]) != _requests_of(used):
                if kept is not None:
                    opened.drop(kept[2])
                fresh = build_requests(
                    dataset, definition=used, engine=opened, with_threads=with_threads
                )
                grouped = with_groups(fresh.table, columns, where=where)
                kept = (used, fresh, opened.keep(grouped))
            _, requests, table = kept
            unit = independent_unit(table, columns, cluster)
            if used.pooling == "mean of brands":
                unit = "brand"
            counts = count_answers(table, by=columns, cluster=unit)
            n_without = 0
            if used.clock == "business hours":
                clocks = brand_hours(dataset) if hours is None else hours
                waits, n_without = count_business_waits(table, hours=clocks, by=columns)
            else:
                waits = count_waits(table, by=columns)
            rows = summarise_definition(
                counts,
                waits,
                definition=used,
                by=columns,
                cluster="cluster" if unit else None,
                conf_level=conf_level,
            )
            if unit:
                rows["method"] = rows["method"].str.replace("cluster", unit)
                rows["method"] = rows["method"].str.replace(f"{unit}ed by", "clustered by")
            rows["n_set_apart"] = 0
            if requests.apart is not None:
                apart = with_groups(requests.apart, columns, where=where)
                rows["n_set_apart"] = _set_apart(rows, count_answers(apart, by=columns), columns)
            reasons = [*differences(used, reference), *reasons]
            if n_without:
                reasons.append(f"{n_without} requests to brands without opening hours have no time")
            rows["comparable"] = np.where(
                rows["n"] > 0,
                "no: " + "; ".join(reasons) if reasons else "yes",
                "no: the dataset holds no such request",
            )
            parts.append(rows)
        if kept is not None:
            opened.drop(kept[2])
    result = pd.concat(parts, ignore_index=True)
    if columns:
        result = result.sort_values(list(columns), kind="stable", ignore_index=True)
    result = result[[*columns, *COLUMNS]]
    result.attrs["note"] = (
        "Each definition has its own denominator: never rank brands, or draw a trend, across "
        f"definitions. {threads}"
    )
    return result


def summarise_definition(
    counts: pd.DataFrame,
    waits: pd.DataFrame,
    *,
    definition: Definition,
    by: Sequence[str] = (),
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """The rate and the time of a definition, from its small tables.

    Parameters
    ----------
    counts : DataFrame
        One row a group (and cluster): n, n_answered; clusters are brands if the definition takes
        the mean of brands.
    waits : DataFrame
        One row a group and second: seconds, events.
    definition : Definition
        How rates are pooled, which time is reported, the smallest n.
    by : sequence of str
        Columns that define the groups.
    cluster : str, optional
        Column of the independent units.
    conf_level : float
        Nominal coverage.

    Returns
    -------
    DataFrame
        One row a group: the `by` columns, definition, n, n_answered, estimate, ci_low, ci_high,
        conf_level, time_statistic, median_minutes, mean_minutes, method.

    Examples
    --------
    >>> counts = pd.DataFrame({"brand": ["a", "b"], "n": [10, 90], "n_answered": [9, 9]})
    >>> waits = pd.DataFrame({"seconds": [60, 600], "events": [9, 9]})
    >>> devoted = get_definition("socially-devoted")
    >>> row = summarise_definition(counts, waits, definition=devoted, cluster="brand").iloc[0]
    >>> row.n, row.estimate, row.mean_minutes  # brand a has fewer than 50 requests
    (np.int64(90), np.float64(0.1), np.float64(5.5))
    """
    groups = list(by)
    if definition.pooling == "mean of brands":
        rates = _mean_of_brands(counts, definition, groups, str(cluster), conf_level)
    else:
        rates = estimate_rate(counts, by=groups, cluster=cluster, conf_level=conf_level)
        low = (rates["n"] < definition.minimum_n).to_numpy()
        rates.loc[low, ["estimate", "ci_low", "ci_high"]] = np.nan
        rates.loc[low, "method"] = f"none: fewer than {definition.minimum_n} requests"
    rates["method"] += rates["flags"].map(lambda flags: f" [{flags}]" if flags else "")
    forward = waits[waits["events"] > 0]
    if definition.time_statistic == "mean of the fastest 90 %":
        times = fastest_mean(forward, by=groups).rename(
            columns={"fastest_mean_minutes": "mean_minutes"}
        )
        times["median_minutes"] = np.nan
    else:
        times = answered_waits(forward, by=groups).rename(
            columns=lambda name: str(name).removeprefix("answered_")
        )
        unused = "mean" if definition.time_statistic == "median" else "median"
        times[f"{unused}_minutes"] = np.nan
    minutes = times[[*groups, "median_minutes", "mean_minutes"]]
    if groups:
        rates = rates.merge(minutes, on=groups, how="left", validate="1:1")
    else:
        rates = rates.join(minutes)
    return rates.assign(definition=definition.name, time_statistic=definition.time_statistic)


def _mean_of_brands(
    counts: pd.DataFrame, definition: Definition, groups: list[str], brand: str, conf_level: float
) -> pd.DataFrame:
    """Mean over the brands that reach the smallest n; the others are named in `method`."""
    summed = counts.groupby([*groups, brand], dropna=False, as_index=False)[
        ["n", "n_answered"]
    ].sum()
    enough = summed["n"] >= max(definition.minimum_n, 1)
    # A brand below the smallest n stays as an empty one, so that its group keeps its row.
    kept = summed.assign(
        n=summed["n"].where(enough, 0), n_answered=summed["n_answered"].where(enough, 0)
    )
    rates = mean_of_rates(kept, by=groups, cluster=brand, conf_level=conf_level)
    few = rates["clusters_empty"].map(
        lambda k: f", {k} with fewer than {definition.minimum_n} requests left out" if k else ""
    )
    rates["method"] = rates["method"] + few
    return rates


def rank_devoted(
    counts: pd.DataFrame, *, brand: str = "brand", minimum_n: int = 50, threshold: float = 0.65
) -> pd.DataFrame:
    """Brands by Socially Devoted's own rule: enough questions, enough answered, ranked by surplus.

    Parameters
    ----------
    counts : DataFrame
        One row a brand: n questions, n_answered.
    brand : str
        Column of the brands.
    minimum_n : int
        Questions that a brand needs.
    threshold : float
        Share answered that makes a brand "devoted" (0.75 in one text of 2012).

    Returns
    -------
    DataFrame
        One row a brand with at least `minimum_n` questions, best first: n, n_answered, estimate,
        surplus (answered minus ignored questions), devoted.

    Notes
    -----
    The surplus grows with the number of questions: a large brand outranks a small one that answers
    a greater share. We print it because it was published, and rank brands by
    `carekit.inference.benchmark.ranks`.

    Examples
    --------
    >>> counts = pd.DataFrame({"brand": ["a", "b"], "n": [60, 400], "n_answered": [60, 270]})
    >>> rank_devoted(counts)[["brand", "estimate", "surplus"]].to_numpy().tolist()
    [['b', 0.675, 140], ['a', 1.0, 60]]
    """
    summed = counts.groupby(brand, as_index=False)[["n", "n_answered"]].sum()
    summed = summed[summed["n"] >= minimum_n]
    rate = summed["n_answered"] / summed["n"]
    return summed.assign(
        estimate=rate,
        surplus=2 * summed["n_answered"] - summed["n"],
        devoted=rate >= threshold,
    ).sort_values("surplus", ascending=False, kind="stable", ignore_index=True)


def differences(definition: Definition, reference: Definition) -> list[str]:
    """Every way in which a rate under `definition` is not one under `reference`.

    Examples
    --------
    >>> differences(get_definition("direct-message"), get_definition("direct-opening"))
    ['counts customer posts, opening or not']
    """
    found = []
    if definition.unit != reference.unit:
        found.append(f"counts {definition.denominator}")
    if definition.answered_by != reference.answered_by:
        where = definition.answered_by
        found.append(f"{'an answer' if where.startswith('any') else 'only a'} {where} counts")
    if definition.window_minutes != reference.window_minutes:
        limit = definition.window_minutes
        found.append("no time limit" if limit is None else f"within {limit // 60} hours")
    if definition.pooling != reference.pooling:
        found.append(
            "pools all requests"
            if definition.pooling == "all requests"
            else "averages brands"
            + (
                f", each with {definition.minimum_n} requests or more"
                if definition.minimum_n
                else ""
            )
        )
    if definition.clock != reference.clock:
        found.append(f"clock: {definition.clock}")
    if definition.visibility != reference.visibility:
        found.append(f"posts of {definition.visibility} visibility")
    if definition.names_several != reference.names_several:
        found.append("answers that name several people do not count")
    return found


def _applied(definition: Definition, *, holds_private: bool) -> tuple[Definition, list[str]]:
    """The definition as it can be applied here, and what was changed for it."""
    reasons = []
    if definition.visibility == "private" and not holds_private:
        definition = replace(definition, visibility="public")
        reasons.append(
            "made for private messages, of which the dataset holds none: public posts to the "
            "brand stand for them"
        )
    if definition.period:
        reasons.append(f"its period is {definition.period}, here it is that of the dataset")
    return definition, reasons


def _requests_of(definition: Definition) -> tuple[object, ...]:
    """What of a definition decides which requests there are, and which of them are answered."""
    return (
        definition.unit,
        definition.answered_by,
        definition.window_minutes,
        definition.follow_up_minutes,
        definition.visibility,
        definition.names_several,
    )


def _set_apart(rows: pd.DataFrame, apart: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    if not columns:
        return np.array([int(apart["n"].sum())])
    joined = rows[list(columns)].merge(apart, on=list(columns), how="left")
    return joined["n"].fillna(0).astype(int).to_numpy()
