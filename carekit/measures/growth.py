"""How much did requests grow, and was it demand or only more accounts?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.errors import InputError, NotHeldError
from carekit.inference.rates.growth import split_growth
from carekit.measures.volumes import Period, comparable_periods, count_volumes, span
from carekit.requests.definitions import DEFAULT, Definition
from carekit.requests.setting import prepare

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

CLUSTERS = ("auto", "account")
COLUMNS = (
    "component before after estimate ci_low ci_high conf_level log_share method definition"
).split()


def measure_growth(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    before: tuple[str, str] | None = None,
    after: tuple[str, str] | None = None,
    cluster: str | None = "auto",
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Growth of requests between two periods, split into accounts and like-for-like demand.

    Parameters
    ----------
    dataset, by, where, conf_level, engine
        As in `carekit.measure_answer_rate`.
    definition : str or Definition
        What a request is. Requests that belong to no account are left out.
    before, after : (str, str), optional
        The two periods as first day and the day after the last (``("2014-01-01", "2014-02-15")``),
        UTC. By default the same part of the year twice, as long as the data allow, or the two
        halves of a dataset that spans less than a year and a week.
    cluster : {"auto", "account"}
        Accounts are the independent unit.
    allow_selected : bool
        Has no effect: growth is that of the posts that the dataset holds.

    Returns
    -------
    pandas.DataFrame
        Four rows a group: the `by` columns; component ("total", "accounts", "per account", "like
        for like": accounts open throughout both periods); before, after; estimate (after / before
        - 1), ci_low, ci_high, conf_level; log_share (part of the growth of the total, on the log
        scale); method, definition.

    Raises
    ------
    InputError
        If one period comes without the other, ends before it starts, or another cluster is asked.
    NotHeldError
        If there is no request and no period is given.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> table = measure_growth(open_dataset(), where="network = 'x' and account_kind = 'care'")
    >>> table.component.tolist()
    ['total', 'accounts', 'per account', 'like for like']
    """
    if cluster not in CLUSTERS:
        raise InputError(
            f"`cluster` is {cluster!r}; growth is clustered by account: expected one of "
            f"{', '.join(CLUSTERS)}. Leave it out."
        )
    if (before is None) != (after is None):
        raise InputError(
            "`before` and `after` belong together; only one was given. Give both, or none."
        )
    with using(engine) as opened:
        setting = prepare(
            dataset,
            by=by,
            definition=definition,
            cluster=None,
            where=where,
            engine=opened,
            keep=("network", "account", "created_at"),
        )
        if before is not None and after is not None:
            periods = _period(before, "before"), _period(after, "after")
        else:
            ends = span(setting.table)
            if ends is None:
                raise NotHeldError(
                    f"{dataset.path} holds no {setting.definition.denominator}"
                    f"{f' where {where}' if where else ''}: there are no periods to compare. "
                    "Choose other requests, or give `before` and `after`."
                )
            periods = comparable_periods(*ends)
        counts = count_volumes(
            dataset,
            setting.table,
            before=periods[0],
            after=periods[1],
            by=setting.by,
            engine=opened,
        )
    result = split_growth(counts, by=setting.by, conf_level=conf_level)
    result["method"] += result["flags"].map(lambda flags: f" [{flags}]" if flags else "")
    result["definition"] = setting.definition.name
    result = result[[*setting.by, *COLUMNS]]
    result.attrs["note"] = f"{setting.note} Before: {periods[0]}; after: {periods[1]} (UTC)."
    return result


def _period(ends: tuple[str, str], argument: str) -> Period:
    try:
        start, end = (pd.Timestamp(t, tz="UTC") for t in ends)
        if not start < end:
            raise ValueError(argument)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"`{argument}` is {ends!r}; expected its first day and the day after its last, such as "
            "('2014-01-01', '2014-02-15'). Give two dates, the earlier first."
        ) from error
    return Period(start, end)
