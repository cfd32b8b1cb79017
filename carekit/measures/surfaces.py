"""Where do customers write, and is it addressed to the brand?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.measures.shares import category_shares
from carekit.requests.definitions import DEFAULT, Definition
from carekit.requests.places import ADDRESSED, NOT_ADDRESSED, count_surfaces, keep_posts
from carekit.requests.setting import AUTO, prepare

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

COLUMNS = "surface n n_yes estimate ci_low ci_high conf_level n_missing method definition".split()
ALL_OF_THE_BRAND, ALL_OTHERS = "addressed to the brand", "not addressed to the brand"


def measure_surfaces(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    posts: Collection[str] | None = None,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Share of requests on each surface, and of those addressed to the brand or not.

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, engine
        As in `carekit.measure_answer_rate`.
    allow_selected : bool
        Has no effect on the result; a dataset of answered conversations says little about places
        where brands do not answer, and the note repeats its selection.
    posts : collection of str, optional
        Only these post_ids, such as the complaints that triage found
        (`carekit.text.rules.RuleTriage`).

    Returns
    -------
    pandas.DataFrame
        For each group one row for each surface that occurs, then "addressed to the brand" and "not
        addressed to the brand": the `by` columns; surface; n (requests whose surface is known, the
        denominator), n_yes, estimate, ci_low, ci_high, conf_level; n_missing (surface unknown);
        method, definition.

    Notes
    -----
    These are shares of *requests*: they add up to 1 over surfaces. Published lists of places are
    often shares of *people*, who tick several.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> table = measure_surfaces(open_dataset())
    >>> table.surface.tolist()[-2:]
    ['addressed to the brand', 'not addressed to the brand']
    """
    with using(engine) as opened:
        setting = prepare(
            dataset,
            by=by,
            definition=definition,
            cluster=cluster,
            where=where,
            engine=opened,
            keep=("surface",),
        )
        table = setting.table if posts is None else keep_posts(setting.table, posts)
        counts = count_surfaces(table, by=setting.by, cluster=setting.cluster)
    unit = "cluster" if setting.cluster else None
    groups = [c for c in setting.by if c != "surface"]
    known = counts[counts["surface"].notna()]
    rows: dict[str, Collection[str]] = {
        str(name): (str(name),) for name in sorted(known["surface"].unique())
    }
    rows |= {ALL_OF_THE_BRAND: ADDRESSED, ALL_OTHERS: NOT_ADDRESSED}
    result = category_shares(
        known, category="surface", rows=rows, by=groups, cluster=unit, conf_level=conf_level
    )
    missing = counts[counts["surface"].isna()]
    if groups:
        sums = missing.groupby(groups, dropna=False, as_index=False)["n"].sum()
        joined = result[groups].merge(sums, on=groups, how="left")["n"]
        result["n_missing"] = joined.fillna(0).astype(int)
    else:
        result["n_missing"] = int(missing["n"].sum())
    result["method"] = setting.name_methods(result)
    result["definition"] = setting.definition.name
    result = result[[*groups, *COLUMNS]]
    selection = dataset.selection
    closed = f" Selection of the dataset: {selection.kind}." if selection.kind != "none" else ""
    result.attrs["note"] = f"{setting.note} Shares of requests, not of people.{closed}"
    return result
