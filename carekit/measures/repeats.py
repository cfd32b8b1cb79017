"""How often must customers ask again, and how many are never answered?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.errors import InputError
from carekit.inference.rates.bounds import rate_bounds
from carekit.inference.rates.proportions import estimate_rate
from carekit.measures.contacts import count_contacts
from carekit.requests.definitions import DEFAULT, OPENING_UNITS, Definition, get_definition
from carekit.requests.setting import AUTO, prepare

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

NAME = "repeats"
NEEDED = ("thread_id", "author_id", "created_at", "thread_complete")
COLUMNS = (
    "repeat n n_yes estimate ci_low ci_high conf_level n_unknown lower_bound upper_bound "
    "mean_contacts method definition"
).split()
ASKED_AGAIN, TWO_OR_MORE, NEVER = (
    "asked again",
    "answered after two contacts or more",
    ("never answered"),
)


def measure_repeats(
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
    """Shares of requests whose author wrote again, and of those never answered.

    Parameters
    ----------
    dataset, by, cluster, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.
    definition : str or Definition
        What a request is; it must open a thread. An answer anywhere in the thread counts, whatever
        the definition says: a customer who is answered under a second post has been answered.

    Returns
    -------
    pandas.DataFrame
        Three rows a group: the `by` columns, then

        - repeat: "asked again" (wrote again in the thread before the first answer, or before the
          last look if there was none; of all requests), "answered after two contacts or more" (of
          answered requests), "never answered" (by the last look; of all requests)
        - n (the denominator), n_yes, estimate, ci_low, ci_high, conf_level
        - n_unknown: requests in threads of which a post is missing, where it could change the
          outcome; lower_bound, upper_bound: the share if none or all of them would
        - mean_contacts: posts of the customer until the answer, the request included; in the
          second row only
        - method, definition

    Notes
    -----
    Requests are followed for different times: "asked again" and "never answered" describe what was
    seen until the last look. An answer may have come later.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> measure_repeats(open_dataset()).repeat.tolist()
    ['asked again', 'answered after two contacts or more', 'never answered']
    """
    dataset.refuse(NAME, allow_selected=allow_selected)
    used = get_definition(definition)
    if used.unit not in OPENING_UNITS:
        raise InputError(
            f"`definition` is {used.name!r}, by {used.unit}; who asks again is told from the post "
            f"that opens a thread. Choose a definition by {', '.join(OPENING_UNITS)}."
        )
    used = replace(used, answered_by="anywhere in the thread")
    with using(engine) as opened:
        setting = prepare(
            dataset,
            by=by,
            definition=used,
            cluster=cluster,
            where=where,
            engine=opened,
            keep=NEEDED,
        )
        contacts = count_contacts(
            setting.requests, setting.table, by=setting.by, cluster=setting.cluster
        )
    unit = "cluster" if setting.cluster else None
    result = summarise_contacts(contacts, by=setting.by, cluster=unit, conf_level=conf_level)
    result["method"] = setting.name_methods(result)
    result["definition"] = used.name
    result = result[[*setting.by, *COLUMNS]]
    result.attrs["note"] = (
        f"{setting.note} An answer anywhere in the thread counts; contacts are posts of the "
        "request's author in its thread."
    )
    return result


def summarise_contacts(
    contacts: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """The three shares from the table of contacts that `count_contacts` gives.

    Returns
    -------
    pandas.DataFrame
        As `measure_repeats`, with flags.
    """
    groups = list(by)
    n, answered = contacts["n"], contacts["answered"].astype(bool)
    again, complete = contacts["contacts"] >= 2, contacts["complete"].astype(bool)
    parts = {
        ASKED_AGAIN: (n, n.where(again, 0), n.where(~again & ~complete, 0)),
        TWO_OR_MORE: (
            n.where(answered, 0),
            n.where(answered & again, 0),
            n.where(answered & ~again & ~complete, 0),
        ),
        NEVER: (n, n.where(~answered, 0), n.where(~answered & ~complete, 0)),
    }
    made: list[pd.DataFrame] = []
    for name, (base, yes, unknown) in parts.items():
        keys = [*groups, *([cluster] if cluster else [])]
        table = contacts[keys].assign(n=base, n_yes=yes, n_unknown=unknown)
        options: dict[str, Any] = {
            "by": groups,
            "cluster": cluster,
            "n_yes": "n_yes",
            "conf_level": conf_level,
        }
        rates = estimate_rate(table, **options)
        # An unanswered request in a torn thread may have been answered: it is no certain "never".
        certain = table.assign(n_yes=yes - unknown) if name == NEVER else table
        limits = rate_bounds(certain, n_unknown="n_unknown", **options)
        made.append(
            rates.assign(
                repeat=name,
                n_unknown=limits["n_unknown"],
                lower_bound=limits["lower_bound"],
                upper_bound=limits["upper_bound"],
                mean_contacts=_mean_contacts(contacts[answered], rates, groups)
                if name == TWO_OR_MORE
                else np.nan,
                place=len(made),
            )
        )
    result = pd.concat(made, ignore_index=True)
    order = [*groups, "place"]
    return result.sort_values(order, kind="stable", ignore_index=True).drop(columns="place")


def _mean_contacts(answered: pd.DataFrame, rates: pd.DataFrame, groups: list[str]) -> np.ndarray:
    weighted = answered.assign(written=answered["contacts"] * answered["n"])
    if not groups:
        total = weighted["n"].sum()
        return np.array([weighted["written"].sum() / total if total else np.nan])
    sums = weighted.groupby(groups, dropna=False, as_index=False)[["written", "n"]].sum()
    sums["mean"] = sums["written"] / sums["n"]
    return rates[groups].merge(sums, on=groups, how="left")["mean"].to_numpy()
