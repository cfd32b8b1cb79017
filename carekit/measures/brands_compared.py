"""Answer rates of many groups: typical brand beside typical request, small groups, comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.errors import InputError, NotHeldError
from carekit.inference.benchmark.pooling import shrink_rates
from carekit.inference.rates.comparisons import compare_rates
from carekit.inference.rates.proportions import estimate_rate, mean_of_rates
from carekit.inference.waits.logrank import WaitComparison, compare_waits
from carekit.inference.waits.restricted_mean import restricted_mean
from carekit.measures.answers import count_answers
from carekit.measures.wait_counts import Waits, prepare_waits
from carekit.requests.definitions import DEFAULT, Definition
from carekit.requests.setting import AUTO, Setting, prepare

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

NAME = "answer-rate"
FEWEST_GROUPS = 5


def measure_typical_brand(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """The pooled answer rate beside the mean of the brands' own rates.

    Parameters
    ----------
    dataset, by, definition, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`; brands are the independent unit.

    Returns
    -------
    pandas.DataFrame
        One row a group: the `by` columns; n, n_answered; estimate, ci_low, ci_high (pooled: of all
        requests together); brand_mean, brand_mean_low, brand_mean_high (mean over brands with a
        request); brand_median; brands, conf_level, definition.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> table = measure_typical_brand(open_dataset(), by="network")
    >>> bool(table.brand_mean.between(0, 1).all())
    True
    """
    dataset.refuse(NAME, allow_selected=allow_selected)
    with using(engine) as opened:
        setting = _setting(dataset, by, definition, "brand", where, opened)
        counts = count_answers(setting.table, by=setting.by, cluster="brand")
    pooled = estimate_rate(counts, by=setting.by, cluster="cluster", conf_level=conf_level)
    brands = mean_of_rates(counts, by=setting.by, cluster="cluster", conf_level=conf_level)
    result = pooled.assign(
        brand_mean=brands["estimate"],
        brand_mean_low=brands["ci_low"],
        brand_mean_high=brands["ci_high"],
        brand_median=brands["median_rate"],
        brands=brands["clusters"],
        definition=setting.definition.name,
    )
    columns = (
        "n n_answered estimate ci_low ci_high brand_mean brand_mean_low brand_mean_high "
        "brand_median brands conf_level definition"
    ).split()
    result = result[[*setting.by, *columns]]
    result.attrs["note"] = setting.note
    return result


def measure_shrunk_rates(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = "brand",
    definition: str | Definition = DEFAULT,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Answer rates of small groups, pulled towards what groups have in common (beta-binomial).

    Parameters
    ----------
    dataset, definition, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.
    by : str or sequence of str
        Columns that define the groups; five groups or more.

    Returns
    -------
    pandas.DataFrame
        One row a group, as `carekit.inference.benchmark.pooling.shrink_rates`, with definition. Requests of a
        group count as independent: take groups that are the independent unit, such as brands.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> table = measure_shrunk_rates(open_dataset(), where="network = 'forum'")
    >>> bool((table.shrunk.max() - table.shrunk.min()) < (table.raw.max() - table.raw.min()))
    True
    """
    dataset.refuse(NAME, allow_selected=allow_selected)
    with using(engine) as opened:
        setting = _setting(dataset, by, definition, None, where, opened)
        counts = count_answers(setting.table, by=setting.by)
    if (groups := len(counts[list(setting.by)].dropna())) < FEWEST_GROUPS:
        raise NotHeldError(
            f"`by` {', '.join(setting.by)!r} has {groups} group(s) with requests in this dataset; "
            f"what groups have in common needs at least {FEWEST_GROUPS}. Use measure_answer_rate, which "
            "gives each group its own interval."
        )
    result = shrink_rates(counts, by=setting.by, conf_level=conf_level)
    result["definition"] = setting.definition.name
    result.attrs["note"] = setting.note
    return result


def compare_answer_rates(
    dataset: Dataset,
    *,
    by: str,
    reference: Any = None,
    definition: str | Definition = DEFAULT,
    cluster: str = "brand",
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Differences of answer rates between groups, p-values adjusted by Holm's method.

    Parameters
    ----------
    dataset, definition, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.
    by : str
        One column that defines the groups. Requests without a value are left out and counted in the
        note.
    reference : optional
        Group that all others are compared with; without it all pairs.
    cluster : str
        The independent unit; a brand that is in several groups is compared with itself.

    Returns
    -------
    pandas.DataFrame
        One row a pair, as `carekit.inference.rates.comparisons.compare_rates`, with definition.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> table = compare_answer_rates(open_dataset(), by="network", reference="x")
    >>> bool((table.p_adjusted >= table.p_value).all())
    True
    """
    dataset.refuse(NAME, allow_selected=allow_selected)
    with using(engine) as opened:
        setting = _setting(dataset, by, definition, cluster, where, opened)
        counts = count_answers(setting.table, by=setting.by, cluster=cluster)
    known = counts[counts[by].notna()]
    lost = int(counts.loc[counts[by].isna(), "n"].sum())
    if (groups := known[by].nunique()) < 2:
        raise NotHeldError(
            f"`by` {by!r} has {groups} group(s) in this dataset; at least two are needed to compare. "
            "Name another column."
        )
    result = compare_rates(
        known, by=by, cluster="cluster", reference=reference, conf_level=conf_level
    )
    result["definition"] = setting.definition.name
    result.attrs["note"] = f"{setting.note} {lost} requests without {by} left out."
    return result


def compare_first_response(
    dataset: Dataset,
    *,
    by: str,
    definition: str | Definition = DEFAULT,
    cluster: str | None = "brand",
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> WaitComparison:
    """Do groups wait differently? Log-rank test over all requests, unanswered ones censored.

    Parameters
    ----------
    dataset, definition, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.
    by : str
        One column that defines the groups; a missing value is a group.
    cluster : str or None
        The independent unit.

    Returns
    -------
    WaitComparison
        See `carekit.inference.waits.logrank.compare_waits`.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> result = compare_first_response(open_dataset(), by="network")
    >>> result.p_value < 0.001
    True
    """
    dataset.refuse(NAME, allow_selected=allow_selected)
    waits = _waits(dataset, by, definition, cluster, where, engine)
    made = compare_waits(waits.forward, group=by, cluster=waits.unit)
    # The small table calls the independent unit `cluster`; a reader wants its name.
    return replace(made, method=made.method.replace("by cluster", f"by {waits.setting.cluster}"))


def measure_restricted_wait(
    dataset: Dataset,
    *,
    until: float | None = None,
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Mean wait over all requests, each counted up to `until` minutes.

    Unlike a mean over answered requests it knows the unanswered ones, and unlike a median it exists
    where fewer than half were answered.

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.
    until : float, optional
        Minutes, no longer than every group was followed; by default as long as that.

    Returns
    -------
    pandas.DataFrame
        One row a group, as `carekit.inference.waits.restricted_mean.restricted_mean`, with definition.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> table = measure_restricted_wait(open_dataset(), until=1440, by="network")
    >>> len(table)
    7
    """
    dataset.refuse(NAME, allow_selected=allow_selected)
    waits = _waits(dataset, by, definition, cluster, where, engine)
    result = restricted_mean(
        waits.forward,
        by=list(waits.setting.by),
        until=until,
        cluster=waits.unit,
        conf_level=conf_level,
    )
    unit = f"by {waits.setting.cluster}"
    result["method"] = result["method"].str.replace("by cluster", unit, regex=False)
    result["definition"] = waits.setting.definition.name
    result.attrs["note"] = waits.setting.note
    return result


def _waits(
    dataset: Dataset,
    by: str | Sequence[str],
    definition: str | Definition,
    cluster: str | None,
    where: str | None,
    engine: Engine | None,
) -> Waits:
    with using(engine) as opened:
        waits = prepare_waits(
            dataset, by=by, definition=definition, cluster=cluster, where=where, engine=opened
        )
    _refuse_own_cluster(cluster, waits.setting)
    return waits


def _setting(
    dataset: Dataset,
    by: str | Sequence[str],
    definition: str | Definition,
    cluster: str | None,
    where: str | None,
    engine: Engine,
) -> Setting:
    setting = prepare(
        dataset,
        by=by,
        definition=definition,
        cluster=cluster,
        where=where,
        engine=engine,
    )
    _refuse_own_cluster(cluster, setting)
    return setting


def _refuse_own_cluster(cluster: str | None, setting: Setting) -> None:
    if cluster is not None and cluster in setting.by:
        raise InputError(
            f"`by` and `cluster` are both {cluster!r}; a group that is a single cluster shows no "
            "variation. Group by another column, or use measure_shrunk_rates."
        )
