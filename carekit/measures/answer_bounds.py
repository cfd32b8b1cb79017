"""Between which limits does the answer rate lie, when threads are torn and posts were deleted?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.inference.rates.bounds import rate_bounds
from carekit.measures.contacts import count_unknown
from carekit.requests.definitions import DEFAULT, Definition
from carekit.requests.setting import AUTO, prepare

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

NAME = "answer-rate"
NEEDED = ("thread_id", "thread_complete")


def measure_answer_bounds(
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
    """Answer rate with the bounds that missing and deleted posts leave open.

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.

    Returns
    -------
    pandas.DataFrame
        One row a group: the `by` columns; n, n_answered; n_incomplete (unanswered requests in a
        thread of which a post is missing) and n_deleted (unanswered requests that were deleted);
        n_unknown, their sum; estimate (the rate among the others, NaN where more than 2 % are
        unknown); lower_bound and upper_bound (if none or all unknown ones were answered); ci_low,
        ci_high (which cover both bounds), conf_level; method, definition.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> row = measure_answer_bounds(open_dataset()).iloc[0]
    >>> bool(row.lower_bound <= row.n_answered / row.n <= row.upper_bound)
    True
    """
    dataset.refuse(NAME, allow_selected=allow_selected)
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
        counts = count_unknown(
            setting.requests, setting.table, by=setting.by, cluster=setting.cluster
        )
    groups = list(setting.by)
    limits = rate_bounds(
        counts,
        by=groups,
        cluster="cluster" if setting.cluster else None,
        conf_level=conf_level,
    )
    kinds = ["n_incomplete", "n_deleted"]
    if groups:
        sums = counts.groupby(groups, dropna=False, as_index=False)[kinds].sum()
        limits = limits.merge(sums, on=groups, how="left", validate="1:1")
    else:
        limits = limits.assign(**{kind: int(counts[kind].sum()) for kind in kinds})
    limits["method"] = setting.name_methods(limits)
    limits["definition"] = setting.definition.name
    columns = (
        "n n_answered n_incomplete n_deleted n_unknown estimate lower_bound upper_bound ci_low "
        "ci_high conf_level method definition"
    ).split()
    limits = limits[[*groups, *columns]]
    limits.attrs["note"] = setting.note
    return limits
