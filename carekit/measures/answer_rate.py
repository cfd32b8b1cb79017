"""Which share of requests did the brand answer?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from carekit.dataset.engine import Engine, using
from carekit.inference.rates.proportions import estimate_rate
from carekit.measures.answers import count_answers
from carekit.requests.definitions import DEFAULT, Definition
from carekit.requests.setting import AUTO, prepare

if TYPE_CHECKING:
    import pandas as pd

    from carekit.dataset.folder import Dataset

NAME = "answer-rate"
COLUMNS = "n n_answered estimate ci_low ci_high conf_level method definition".split()


def measure_answer_rate(
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
    """Share of requests that the brand answered, with its interval.

    Parameters
    ----------
    dataset : Dataset
    by : str or sequence of str
        Columns of the requests, or parts of the time (year, quarter, month, week, day, weekday,
        hour; UTC).
    definition : str or Definition
        What a request and an answer are.
    cluster : str or None
        The independent unit: a column, ``"none"``, or ``"auto"`` (the author where each group is
        one brand, else the brand). Requests of one unit are not independent, and an interval that
        ignores it is too narrow.
    conf_level : float
        Nominal coverage of the interval.
    where : str, optional
        Condition on the requests, such as ``"network = 'x'"``.
    allow_selected : bool
        Compute it on a dataset whose selection makes it meaningless.
    engine : Engine, optional

    Returns
    -------
    pandas.DataFrame
        One row a group: the `by` columns; n (requests, the denominator), n_answered; estimate
        (n_answered / n, 0 to 1), ci_low, ci_high, conf_level; method; definition.

    Raises
    ------
    SelectionError
        If the dataset holds only answered conversations, unless `allow_selected`.
    InputError
        If a column, a definition or the condition is not known.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> rates = measure_answer_rate(open_dataset(), by="network")
    >>> bool(rates.estimate.between(rates.ci_low, rates.ci_high).all())
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
        )
        counts = count_answers(setting.table, by=setting.by, cluster=setting.cluster)
    rates = estimate_rate(
        counts,
        by=setting.by,
        cluster="cluster" if setting.cluster else None,
        conf_level=conf_level,
    )
    rates = rates.assign(method=setting.name_methods(rates), definition=setting.definition.name)
    rates = rates[[*setting.by, *COLUMNS]]
    rates.attrs["note"] = setting.note
    return rates
