"""Questions with several answers: the share of respondents and the share of mentions.

They answer different questions and never share a name: 29 % of respondents can be 22 % of
mentions. Shares of respondents add up to more than 1, so they are never drawn as a pie.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from carekit.inference.rates.counts import (
    check_conf_level,
    column_names,
    group_sums,
    join_flags,
    refuse_names,
)
from carekit.inference.rates.intervals import wald_interval
from carekit.inference.rates.proportions import FEW_CLUSTERS, SMALL_N
from carekit.inference.surveys.design import Codes, Design, Floats
from carekit.inference.surveys.items import Ticks, read_items
from carekit.inference.surveys.linearisation import block_covariance, weighted_shares
from carekit.inference.surveys.respondents import read_design, read_groups
from carekit.inference.surveys.survey import check_interval, proportion_limits
from carekit.inference.weights import AdjustedWeights

_RESULT = [
    *("measure", "item", "base", "n", "n_missing", "n_ticked", "n_mentions", "estimate"),
    *("std_error", "ci_low", "ci_high", "conf_level", "df", "n_eff", "clusters", "deff"),
    *("method", "flags"),
]


def share_of_respondents(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    base: str,
    by: str | Sequence[str] = (),
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    calibration: AdjustedWeights | None = None,
    interval: str = "auto",
    lonely: str = "error",
    freq: bool = False,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Share of the base that ticked each item; shares add up to the mean number of ticks.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent.
    items : sequence of str
        Columns of the items: true or false, 1 or 0, missing where there is no answer.
    base : str
        Who is counted. "asked": respondents who answered every item. "all": every respondent;
        one who was not asked counts as not ticking. Else a true/false column: respondents for
        whom it is true and who answered.
    by, weight, stratum, psu, calibration, interval, lonely, freq, conf_level
        As in `carekit.inference.surveys.survey.share`.

    Returns
    -------
    DataFrame
        One row per group and item: the `by` columns, then

        - `measure`: "share_of_respondents"
        - `item`, `base`
        - `n`: respondents in the base, unweighted
        - `n_missing`: respondents of the base without an answer to some item, outside n; with
          base "all" they are inside n, as not ticking
        - `n_ticked`, `n_mentions`: respondents who ticked this item; ticks of all items
        - `estimate`: Σw of those who ticked / Σw of the base, 0 to 1
        - `std_error` … `flags`: as in `carekit.inference.surveys.survey.share`

    Raises
    ------
    SchemaError
        If a named column is missing.
    InputError
        If an item or the base holds something else than true and false, an item is named twice,
        or for a design that `share` would refuse.

    Examples
    --------
    >>> frame = pd.DataFrame({"page": [1, 1, 0, 1], "blog": [0, 1, 1, 0]})
    >>> out = share_of_respondents(frame, ["page", "blog"], base="asked")
    >>> out[["measure", "item", "base", "n", "n_ticked", "estimate"]]
                    measure  item   base  n  n_ticked  estimate
    0  share_of_respondents  page  asked  4         3      0.75
    1  share_of_respondents  blog  asked  4         2      0.50
    """
    check_conf_level(conf_level)
    check_interval(interval)
    groups_by = column_names(by)
    refuse_names(groups_by, _RESULT)
    options: dict[str, Any] = {"weight": weight, "stratum": stratum, "psu": psu, "freq": freq}
    design = read_design(frame, calibration=calibration, lonely=lonely, **options)
    ticks = read_items(frame, items, base=base, design=design)
    groups, group = read_groups(frame, groups_by)
    size, k = len(groups), len(ticks.names)
    within = np.where(ticks.inside, group, -1)
    estimate, variance = np.empty((size, k)), np.empty((size, k))
    for j in range(k):
        share, spread = weighted_shares(design, within, ticks.values[:, j], (size, 2))
        estimate[:, j], variance[:, j] = share[:, 1], spread[:, 1]
    part = proportion_limits(
        design, within, estimate, variance, interval=interval, conf_level=conf_level, unit=psu
    )
    counts = _counts(design, ticks, group, within, size)
    return _result("share_of_respondents", groups, ticks, groups_by, counts, conf_level, part)


def share_of_mentions(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    base: str,
    by: str | Sequence[str] = (),
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    calibration: AdjustedWeights | None = None,
    interval: str = "auto",
    lonely: str = "error",
    freq: bool = False,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Share of each item in all ticks; shares add up to 1.

    Parameters
    ----------
    frame, items, base, by, weight, stratum, psu, calibration, interval, lonely, freq, conf_level
        As in `share_of_respondents`. "auto" is the "beta" interval: ticks of one person are not
        independent.

    Returns
    -------
    DataFrame
        As `share_of_respondents`, with `measure` "share_of_mentions", `estimate` the weighted
        ticks of the item over those of all items (a ratio, linearised by respondent), `n_eff`
        and `deff` in mentions, and flag `n0` for a group that ticked nothing.

    Raises
    ------
    SchemaError, InputError
        As in `share_of_respondents`.

    Examples
    --------
    >>> frame = pd.DataFrame({"page": [1, 1, 0, 1], "blog": [0, 1, 1, 0]})
    >>> share_of_mentions(frame, ["page", "blog"], base="asked")["estimate"].tolist()
    [0.6, 0.4]
    """
    check_conf_level(conf_level)
    check_interval(interval)
    groups_by = column_names(by)
    refuse_names(groups_by, _RESULT)
    options: dict[str, Any] = {"weight": weight, "stratum": stratum, "psu": psu, "freq": freq}
    design = read_design(frame, calibration=calibration, lonely=lonely, **options)
    ticks = read_items(frame, items, base=base, design=design)
    groups, group = read_groups(frame, groups_by)
    size, k = len(groups), len(ticks.names)
    within = np.where(ticks.inside, group, -1)
    rows, of = ticks.values[ticks.inside], within[ticks.inside]
    mass = (design.weight * design.copies)[ticks.inside]
    mentioned = rows.sum(axis=1, dtype=np.int64)
    sums = np.column_stack([group_sums(of, mass * rows[:, j], size) for j in range(k)])
    total = sums.sum(axis=1)
    positive = total > 0
    safe = np.where(positive, total, 1.0)
    share = sums / safe[:, None]
    block = np.zeros((len(frame), k))
    scaled = design.weight[ticks.inside] / safe[of]
    for j in range(k):
        block[ticks.inside, j] = scaled * (rows[:, j] - share[of, j] * mentioned)
    variance = np.diag(block_covariance(design, within, size, block)).reshape(size, k)
    counts = _counts(design, ticks, group, within, size)
    part = proportion_limits(
        design,
        np.where(ticks.inside & positive[group], group, -1),
        np.where(positive[:, None], share, np.nan),
        np.where(positive[:, None], variance, np.nan),
        interval=interval,
        conf_level=conf_level,
        unit=psu,
        counted=counts["n_mentions"].astype(float),
    )
    return _result("share_of_mentions", groups, ticks, groups_by, counts, conf_level, part)


def mentions_per_respondent(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    base: str,
    by: str | Sequence[str] = (),
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    calibration: AdjustedWeights | None = None,
    lonely: str = "error",
    freq: bool = False,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Mean number of items that a respondent of the base ticked.

    Parameters
    ----------
    frame, items, base, by, weight, stratum, psu, calibration, lonely, freq, conf_level
        As in `share_of_respondents`.

    Returns
    -------
    DataFrame
        One row per group: the `by` columns, `measure` "mentions_per_respondent", `base`, `n`,
        `n_missing`, `n_mentions`, `estimate` (ticks per respondent), `std_error`, `ci_low`,
        `ci_high` (Student's t, from 0 on), `conf_level`, `df`, `method`, `flags` (`n0`,
        `one_cluster`, `zero_var`, `few_clusters`, `small_n`).

    Raises
    ------
    SchemaError, InputError
        As in `share_of_respondents`.

    Examples
    --------
    >>> frame = pd.DataFrame({"page": [1, 1, 0, 1], "blog": [0, 1, 1, 0]})
    >>> mentions_per_respondent(frame, ["page", "blog"], base="asked")["estimate"].tolist()
    [1.25]
    """
    check_conf_level(conf_level)
    groups_by = column_names(by)
    columns = [
        *("measure", "base", "n", "n_missing", "n_mentions", "estimate", "std_error", "ci_low"),
        *("ci_high", "conf_level", "df", "method", "flags"),
    ]
    refuse_names(groups_by, columns)
    options: dict[str, Any] = {"weight": weight, "stratum": stratum, "psu": psu, "freq": freq}
    design = read_design(frame, calibration=calibration, lonely=lonely, **options)
    ticks = read_items(frame, items, base=base, design=design)
    groups, group = read_groups(frame, groups_by)
    size = len(groups)
    within = np.where(ticks.inside, group, -1)
    of, mass = within[ticks.inside], (design.weight * design.copies)[ticks.inside]
    mentioned = ticks.values[ticks.inside].sum(axis=1, dtype=np.int64).astype(float)
    total = group_sums(of, mass, size)
    mean = np.divide(
        group_sums(of, mass * mentioned, size), total, out=np.full(size, np.nan), where=total > 0
    )
    block = np.zeros((len(frame), 1))
    block[ticks.inside, 0] = design.weight[ticks.inside] * (mentioned - mean[of]) / total[of]
    variance = np.maximum(np.diag(block_covariance(design, within, size, block)), 0.0)
    counts = _counts(design, ticks, group, within, size)
    clusters, strata = design.clusters_in(within, size)
    df = clusters - strata
    empty, n = counts["n"] == 0, counts["n"]
    one = ~empty & ((clusters == 1) | (df < 1))
    # Below this, in ticks², the mean is the same in all clusters but for rounding.
    flat = ~empty & ~one & (variance < 1e-18)
    error = np.where(empty | one, np.nan, np.where(flat, 0.0, np.sqrt(variance)))
    shown = np.where(flat, np.nan, error)
    low, high = wald_interval(mean, shown, df=df, conf_level=conf_level)
    flags = {
        "n0": empty,
        "one_cluster": one,
        "zero_var": flat,
        "few_clusters": ~empty & (clusters < FEW_CLUSTERS) & design.clustered,
        "small_n": ~empty & (n < SMALL_N),
    }
    result = groups.assign(
        measure="mentions_per_respondent",
        base=ticks.base,
        n=n,
        n_missing=counts["n_missing"],
        n_mentions=counts["n_mentions"],
        estimate=mean,
        std_error=error,
        ci_low=np.maximum(low, 0.0),
        ci_high=high,
        conf_level=conf_level,
        df=np.where(empty | one, np.nan, df),
        method=np.where(np.isnan(low), "none", "linearised, t"),
        flags=join_flags(size, flags),
    )
    return result[[*groups_by, *columns]]


def _counts(design: Design, ticks: Ticks, group: Codes, within: Codes, size: int) -> dict[str, Any]:
    """Unweighted numbers of each group: respondents, without an answer, ticks by item, ticks."""
    copies = design.copies[ticks.inside]
    of, rows = within[ticks.inside], ticks.values[ticks.inside]
    k = len(ticks.names)
    ticked = np.column_stack([group_sums(of, copies * rows[:, j], size) for j in range(k)])
    return {
        "n": design.n_in(within, size),
        "n_missing": design.n_in(np.where(ticks.missing, group, -1), size),
        "n_ticked": ticked.astype(np.int64),
        "n_mentions": ticked.sum(axis=1).astype(np.int64),
    }


def _result(
    measure: str,
    groups: pd.DataFrame,
    ticks: Ticks,
    groups_by: list[str],
    counts: dict[str, Any],
    conf_level: float,
    part: dict[str, Floats],
) -> pd.DataFrame:
    size, k = len(groups), len(ticks.names)
    result = groups.loc[groups.index.repeat(k)].reset_index(drop=True).assign(**part)
    result = result.assign(
        measure=measure,
        item=pd.Series(ticks.names * size, dtype="str"),
        base=ticks.base,
        n=np.repeat(counts["n"], k),
        n_missing=np.repeat(counts["n_missing"], k),
        n_ticked=counts["n_ticked"].ravel(),
        n_mentions=np.repeat(counts["n_mentions"], k),
        conf_level=conf_level,
    )
    return result[[*groups_by, *_RESULT]]
