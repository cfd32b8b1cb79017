"""When does talk turn private, and where else are customers sent?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.inference.rates.proportions import estimate_rate
from carekit.measures.first_answers import (
    NEEDED,
    NO_TEXT,
    count_elsewhere,
    count_handoffs,
    count_redirects,
    first_answers,
)
from carekit.measures.shares import category_shares
from carekit.requests.definitions import DEFAULT, Definition
from carekit.requests.setting import AUTO, prepare

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

ROWS = {
    "requested": ("requested",),
    "announced": ("announced",),
    "requested or announced": ("requested", "announced"),
}
DESTINATIONS = ("website", "email", "phone")
SHARE = "n n_yes estimate ci_low ci_high conf_level n_missing method definition".split()


def measure_handoffs(
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
    """Share of first answers that ask for a private message, or say that one was sent.

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, engine
        As in `carekit.measure_answer_rate`.
    allow_selected : bool
        Has no effect: the share is one of answers, which such datasets hold.

    Returns
    -------
    pandas.DataFrame
        Three rows a group: the `by` columns; handoff ("requested", "announced", "requested or
        announced"; an answer that does both is "announced"); n (first answers with a text, the
        denominator), n_yes, estimate, ci_low, ci_high, conf_level; n_missing (first answers without
        a text); method, definition.

    Notes
    -----
    Told by the patterns of `carekit.text.handoffs`, French and English: precision 0.94 and recall
    0.99 on 200 English answers, unknown on others. For a share that corrects their errors, code a
    sample (`carekit triage sample`).

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> measure_handoffs(open_dataset()).handoff.tolist()
    ['requested', 'announced', 'requested or announced']
    """
    with using(engine) as opened:
        setting = prepare(
            dataset,
            by=by,
            definition=definition,
            cluster=cluster,
            where=where,
            engine=opened,
            keep=NEEDED,
        )
        answers = first_answers(setting.requests, setting.table)
        counts = count_handoffs(answers, by=setting.by, cluster=setting.cluster)
    unit = "cluster" if setting.cluster else None
    told = counts[counts["handoff"] != NO_TEXT]
    result = category_shares(
        told, category="handoff", rows=ROWS, by=setting.by, cluster=unit, conf_level=conf_level
    )
    missing = counts[counts["handoff"] == NO_TEXT]
    result["n_missing"] = _missing(result, missing, setting.by)
    result["method"] = setting.name_methods(result)
    result["definition"] = setting.definition.name
    result = result[[*setting.by, "handoff", *SHARE]]
    result.attrs["note"] = f"{setting.note} Of their first answers that hold a text."
    return result


def measure_redirects(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Share of first answers that give a web address, an e-mail address or a phone number.

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, engine
        As in `measure_handoffs`.

    Returns
    -------
    pandas.DataFrame
        Three rows a group, as in `measure_handoffs`, with destination ("website", "email", "phone")
        in place of handoff. An answer may give several.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> measure_redirects(open_dataset()).destination.tolist()
    ['website', 'email', 'phone']
    """
    with using(engine) as opened:
        setting = prepare(
            dataset,
            by=by,
            definition=definition,
            cluster=cluster,
            where=where,
            engine=opened,
            keep=NEEDED,
        )
        answers = first_answers(setting.requests, setting.table)
        counts = count_redirects(answers, by=setting.by, cluster=setting.cluster)
    told = counts[counts["website"].notna()]
    parts = []
    for place, name in enumerate(DESTINATIONS):
        yes = told["n"].where(told[name].astype(bool), 0)
        rates = estimate_rate(
            told.drop(columns=list(DESTINATIONS)).assign(n_yes=yes),
            by=setting.by,
            cluster="cluster" if setting.cluster else None,
            n_yes="n_yes",
            conf_level=conf_level,
        )
        parts.append(rates.assign(destination=name, place=place))
    result = pd.concat(parts, ignore_index=True)
    result = result.sort_values([*setting.by, "place"], kind="stable", ignore_index=True)
    result["n_missing"] = _missing(result, counts[counts["website"].isna()], setting.by)
    result["method"] = setting.name_methods(result)
    result["definition"] = setting.definition.name
    result = result[[*setting.by, "destination", *SHARE]]
    result.attrs["note"] = f"{setting.note} Of their first answers that hold a text."
    return result


def measure_elsewhere(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Share of first answers that send the customer elsewhere, in any of the ways told apart above.

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, engine
        As in `measure_handoffs`.

    Returns
    -------
    pandas.DataFrame
        One row a group: the `by` columns, n (first answers with a text, the denominator), n_yes
        (those that give a web, mail or phone address, or ask for or announce a private message),
        estimate, ci_low, ci_high, conf_level, n_missing, method, definition.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> any_way = measure_elsewhere(open_dataset()).estimate[0]
    >>> by_web = measure_redirects(open_dataset()).estimate[0]
    >>> bool(any_way >= by_web)
    True
    """
    with using(engine) as opened:
        setting = prepare(
            dataset,
            by=by,
            definition=definition,
            cluster=cluster,
            where=where,
            engine=opened,
            keep=NEEDED,
        )
        answers = first_answers(setting.requests, setting.table)
        counts = count_elsewhere(answers, by=setting.by, cluster=setting.cluster)
    told = counts[counts["elsewhere"].notna()]
    yes = told["n"].where(told["elsewhere"].astype(bool), 0)
    result = estimate_rate(
        told.drop(columns="elsewhere").assign(n_yes=yes),
        by=setting.by,
        cluster="cluster" if setting.cluster else None,
        n_yes="n_yes",
        conf_level=conf_level,
    )
    result["n_missing"] = _missing(result, counts[counts["elsewhere"].isna()], setting.by)
    result["method"] = setting.name_methods(result)
    result["definition"] = setting.definition.name
    result = result[[*setting.by, *SHARE]]
    result.attrs["note"] = f"{setting.note} Of their first answers that hold a text."
    return result


def _missing(result: pd.DataFrame, missing: pd.DataFrame, by: tuple[str, ...]) -> pd.Series | int:
    if not by:
        return int(missing["n"].sum())
    sums = missing.groupby(list(by), dropna=False, as_index=False)["n"].sum()
    joined = result[list(by)].merge(sums, on=list(by), how="left")
    return joined["n"].fillna(0).astype(int)
