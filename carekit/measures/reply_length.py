"""How long are the brands' answers?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.inference.rates.means import estimate_mean
from carekit.measures.first_answers import NEEDED, count_lengths, first_answers
from carekit.measures.handoffs import _missing
from carekit.requests.definitions import DEFAULT, Definition
from carekit.requests.setting import AUTO, prepare

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

COLUMNS = (
    "n n_missing mean_characters ci_low ci_high conf_level median_characters median_ci_low "
    "median_ci_high method definition"
).split()


def measure_reply_length(
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
    """Length of first answers in characters, as posted (names and links included).

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, engine
        As in `carekit.measure_answer_rate`.
    allow_selected : bool
        Has no effect: lengths are those of answers, which such datasets hold.

    Returns
    -------
    pandas.DataFrame
        One row a group: the `by` columns; n (first answers with a text), n_missing (those without);
        mean_characters with ci_low and ci_high; conf_level; median_characters with median_ci_low
        and median_ci_high; method, definition.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> lengths = measure_reply_length(open_dataset(), by="network")
    >>> bool((lengths.mean_characters > 20).all())
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
        counts = count_lengths(answers, by=setting.by, cluster=setting.cluster)
    unit = "cluster" if setting.cluster else None
    known = counts[counts["characters"].notna()]
    mean, median = (
        estimate_mean(
            known,
            value="characters",
            by=setting.by,
            cluster=unit,
            statistic=statistic,
            conf_level=conf_level,
        )
        for statistic in ("mean", "median")
    )
    result = mean.rename(columns={"estimate": "mean_characters"}).assign(
        median_characters=median["estimate"],
        median_ci_low=median["ci_low"],
        median_ci_high=median["ci_high"],
        method=setting.name_methods(mean) + "; median, woodruff",
        definition=setting.definition.name,
    )
    result["n_missing"] = _missing(result, counts[counts["characters"].isna()], setting.by)
    result = result[[*setting.by, *COLUMNS]]
    result.attrs["note"] = f"{setting.note} Of their first answers that hold a text."
    return result
