"""One corpus under every published definition of an answer rate, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carekit.inference.rates.proportions import estimate_rate, mean_of_rates
from carekit.inference.waits.answered_waits import answered_waits
from carekit.inference.waits.fastest_waits import fastest_mean
from carekit.measures.answers import count_answers
from carekit.measures.registry import Told, measure
from carekit.measures.waits import count_waits
from carekit.requests.definitions import DEFINITIONS, Definition, get_definition
from carekit.requests.threads import dataset_threads
from carekit.requests.value import Requests, count_rows
from carekit.show.progress import steps

if TYPE_CHECKING:
    from carekit.requests.business_waits import Hours


@measure(
    "definitions",
    "what is the answer rate under each published definition",
    "definition n n_answered n_set_apart estimate ci_low ci_high conf_level time_statistic "
    "median_minutes mean_minutes method flags comparable",
    refused_as="definitions",
)
def definitions(
    requests: Requests,
    *,
    definitions: Sequence[str | Definition] | None = None,
    hours: Hours | None = None,
) -> Told:
    """Answer rate and response time of the same posts under each definition.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options; the others are compared with its
        `definition`.
    definitions : sequence of str or Definition, optional
        Which to measure; by default all that are registered.
    hours : mapping of brand to BusinessHours, optional
        Opening hours, for definitions on the business clock; by default Monday to Friday, 9 to 18,
        in the timezone of the brand.

    Returns
    -------
    pandas.DataFrame
        One row per group and definition, in the order of the registry: the `by` columns, then

        - definition; n, n_answered: requests as it counts them, and those it calls answered
        - n_set_apart: requests not followed for as long as it needs; they are not in n
        - estimate, ci_low, ci_high, conf_level: pooled rate or mean of brands, as it pools
        - time_statistic; median_minutes or mean_minutes, whichever it reports (the mean of the
          fastest 90 % is a mean), over answered requests; the other is NaN
        - method, flags
        - comparable: "yes", or "no: " and every way in which it differs from `definition`

    Examples
    --------
    >>> import carekit
    >>> table = carekit.definitions(
    ...     carekit.open_dataset(), definitions=["direct-opening", "zendesk"])
    >>> table[["definition", "comparable"]].to_numpy().tolist()
    [['direct-opening', 'yes'], ['zendesk', 'no: counts customer posts that open a thread, public \
or private; an answer anywhere in the thread counts; posts of any visibility']]
    """
    chosen = [get_definition(d) for d in (DEFINITIONS if definitions is None else definitions)]
    threads = dataset_threads(requests.dataset, engine=requests.on)
    posts = threads.posts
    private = int(posts.filter(posts.visibility == "private").count().execute())
    parts = []
    for one in steps(chosen, "definitions"):
        used, reasons = _applied(one, holds_private=private > 0)
        asked = requests.but(definition=used)
        if used.pooling == "mean of brands":
            asked = asked.but(cluster="brand")
        counts, unit = asked.with_unit(count_answers(asked))
        waits = count_waits(asked.but(cluster=None), hours=hours, coarse="apart")
        rows = summarise_definition(
            counts,
            waits,
            definition=used,
            by=asked.by,
            cluster=unit,
            conf_level=asked.conf_level,
        )
        rows["n_set_apart"] = 0
        if (apart := asked.built().apart) is not None:
            few = count_rows(asked.in_groups(apart), asked.by)
            rows["n_set_apart"] = asked.sums(few, rows, "n")
        reasons = [*differences(used, requests.definition), *reasons]
        if n_without := waits.attrs["n_without"]:
            reasons.append(f"{n_without} requests to brands without opening hours have no time")
        if n_coarse := waits.attrs["n_coarse"]:
            reasons.append(f"{n_coarse} answers have no time of day, or none")
        rows["comparable"] = np.where(
            rows["n"] > 0,
            "no: " + "; ".join(reasons) if reasons else "yes",
            "no: the dataset holds no such request",
        )
        parts.append(rows)
    made = pd.concat(parts, ignore_index=True)
    if requests.by:
        made = made.sort_values(list(requests.by), kind="stable", ignore_index=True)
    return Told(
        made,
        "requests as each definition counts them",
        notes=(
            "Each definition has its own denominator: never rank brands, or draw a trend, across "
            f"definitions. {threads}",
        ),
    )


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

    One row per group: estimate with its limits as the definition pools, method, flags; and
    median_minutes or mean_minutes, whichever it reports. `counts` has n and n_answered by group
    and `cluster` (brands, where the definition takes the mean of brands); `waits` has seconds and
    events by group.

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
