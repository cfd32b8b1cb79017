"""Questions with several answers: the share of respondents and the share of mentions.

They answer different questions and never share a name: 29 % of respondents can be 22 % of
mentions. Shares of respondents add up to more than 1, so they are never drawn as a pie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.inference.rates.counts import (
    FEW_CLUSTERS,
    SMALL_N,
    check_conf_level,
    column_names,
    group_sums,
    join_flags,
    refuse_names,
)
from carekit.inference.rates.intervals import wald_interval
from carekit.inference.surveys.design import Codes, Design, Floats, Sample, read_sample
from carekit.inference.surveys.items import Ticks, read_items
from carekit.inference.surveys.linearisation import block_covariance, weighted_shares
from carekit.inference.surveys.respondents import read_groups
from carekit.inference.surveys.survey import check_interval, proportion_limits

_RESULT = [
    *("measure", "item", "base", "n", "n_missing", "n_ticked", "n_mentions", "estimate"),
    *("std_error", "ci_low", "ci_high", "conf_level", "df", "n_eff", "clusters", "deff"),
    *("method", "flags"),
]
_MEAN_RESULT = [
    *("measure", "base", "n", "n_missing", "n_mentions", "estimate", "std_error", "ci_low"),
    *("ci_high", "conf_level", "df", "method", "flags"),
]


@dataclass(frozen=True, eq=False)
class _Ticked:
    """Ticks by group: the sample, the groups, each respondent's group (-1 outside the base)."""

    sample: Sample
    ticks: Ticks
    groups: pd.DataFrame
    group: Codes
    within: Codes

    @property
    def size(self) -> int:
        return len(self.groups)

    @property
    def rows(self) -> npt.NDArray[np.uint8]:
        """Ticks of the respondents of the base."""
        return self.ticks.values[self.ticks.inside]

    @property
    def of(self) -> Codes:
        """Their groups."""
        return self.within[self.ticks.inside]

    @property
    def mass(self) -> Floats:
        """Their weights."""
        return self.sample.weight[self.ticks.inside]

    def counts(self) -> dict[str, Any]:
        """Unweighted numbers of each group: respondents, without an answer, ticks by item, ticks."""
        ticked = _item_sums(self.of, self.rows, np.ones(len(self.of)), self.size)
        return {
            "n": self.sample.n_in(self.within, self.size),
            "n_missing": self.sample.n_in(np.where(self.ticks.missing, self.group, -1), self.size),
            "n_ticked": ticked.astype(np.int64),
            "n_mentions": ticked.sum(axis=1).astype(np.int64),
        }

    def result(
        self, measure: str, by: list[str], conf_level: float, part: dict[str, Any]
    ) -> pd.DataFrame:
        """One row per group and item."""
        k, counts = len(self.ticks.names), self.counts()
        groups = self.groups
        result = groups.loc[groups.index.repeat(k)].reset_index(drop=True).assign(**part)
        result = result.assign(
            measure=measure,
            item=pd.Series(self.ticks.names * self.size, dtype="str"),
            base=self.ticks.base,
            n=np.repeat(counts["n"], k),
            n_missing=np.repeat(counts["n_missing"], k),
            n_ticked=counts["n_ticked"].ravel(),
            n_mentions=np.repeat(counts["n_mentions"], k),
            conf_level=conf_level,
        )
        return result[[*by, *_RESULT]]


def share_of_respondents(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    base: str,
    by: str | Sequence[str] = (),
    interval: str = "auto",
    conf_level: float = 0.95,
    **design: Unpack[Design],
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
    by, interval, conf_level, **design
        As in `carekit.inference.surveys.survey.share`.

    Returns
    -------
    DataFrame
        One row per group and item: the `by` columns, measure, item, base; n (respondents in the
        base, unweighted), n_missing (respondents of the base without an answer to some item,
        outside n; inside n, as not ticking, with base "all"), n_ticked (this item), n_mentions
        (ticks of all items); estimate (Σw of those who ticked / Σw of the base), std_error … flags
        as in `share`.

    Examples
    --------
    >>> frame = pd.DataFrame({"page": [1, 1, 0, 1], "blog": [0, 1, 1, 0]})
    >>> share_of_respondents(frame, ["page", "blog"], base="asked")[["item", "n", "estimate"]]
       item  n  estimate
    0  page  4      0.75
    1  blog  4      0.50
    """
    check_interval(interval)
    read = _read(frame, items, base, by, _RESULT, conf_level, design)
    shape = read.size, len(read.ticks.names)
    estimate, variance = np.empty(shape), np.empty(shape)
    for j in range(shape[1]):
        said = read.ticks.values[:, j]
        share, spread = weighted_shares(read.sample, read.within, said, (read.size, 2))
        estimate[:, j], variance[:, j] = share[:, 1], spread[:, 1]
    part = proportion_limits(
        read.sample, read.within, estimate, variance, interval=interval, conf_level=conf_level
    )
    return read.result("share_of_respondents", column_names(by), conf_level, part)


def share_of_mentions(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    base: str,
    by: str | Sequence[str] = (),
    interval: str = "auto",
    conf_level: float = 0.95,
    **design: Unpack[Design],
) -> pd.DataFrame:
    """Share of each item in all ticks; shares add up to 1.

    As `share_of_respondents`, with `estimate` the weighted ticks of the item over those of all
    items (a ratio, linearised by respondent), `n_eff` and `deff` in mentions, and the flag `n0` for
    a group that ticked nothing. "auto" is "beta": ticks of one person are not independent.

    >>> frame = pd.DataFrame({"page": [1, 1, 0, 1], "blog": [0, 1, 1, 0]})
    >>> share_of_mentions(frame, ["page", "blog"], base="asked")["estimate"].tolist()
    [0.6, 0.4]
    """
    check_interval(interval)
    read = _read(frame, items, base, by, _RESULT, conf_level, design)
    rows, of, size, k = read.rows, read.of, read.size, len(read.ticks.names)
    mentioned = rows.sum(axis=1, dtype=np.int64)
    sums = _item_sums(of, rows, read.mass, size)
    total = sums.sum(axis=1)
    positive = total > 0
    safe = np.where(positive, total, 1.0)
    share = sums / safe[:, None]
    block = np.zeros((len(frame), k))
    scaled = read.mass / safe[of]
    for j in range(k):
        block[read.ticks.inside, j] = scaled * (rows[:, j] - share[of, j] * mentioned)
    variance = np.diag(block_covariance(read.sample, read.within, size, block)).reshape(size, k)
    part = proportion_limits(
        read.sample,
        np.where(read.ticks.inside & positive[read.group], read.group, -1),
        np.where(positive[:, None], share, np.nan),
        np.where(positive[:, None], variance, np.nan),
        interval=interval,
        conf_level=conf_level,
        counted=read.counts()["n_mentions"].astype(float),
    )
    return read.result("share_of_mentions", column_names(by), conf_level, part)


def mentions_per_respondent(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    base: str,
    by: str | Sequence[str] = (),
    conf_level: float = 0.95,
    **design: Unpack[Design],
) -> pd.DataFrame:
    """Mean number of items that a respondent of the base ticked, with Student's t from 0 on.

    One row per group: the `by` columns, measure, base, n, n_missing, n_mentions, estimate (ticks
    per respondent), std_error, ci_low, ci_high, conf_level, df, method, flags.

    >>> frame = pd.DataFrame({"page": [1, 1, 0, 1], "blog": [0, 1, 1, 0]})
    >>> mentions_per_respondent(frame, ["page", "blog"], base="asked")["estimate"].tolist()
    [1.25]
    """
    read = _read(frame, items, base, by, _MEAN_RESULT, conf_level, design)
    of, mass, size = read.of, read.mass, read.size
    mentioned = read.rows.sum(axis=1, dtype=np.int64).astype(float)
    total = group_sums(of, mass, size)
    mean = np.divide(
        group_sums(of, mass * mentioned, size), total, out=np.full(size, np.nan), where=total > 0
    )
    block = np.zeros((len(frame), 1))
    block[read.ticks.inside, 0] = mass * (mentioned - mean[of]) / total[of]
    variance = np.diag(block_covariance(read.sample, read.within, size, block))
    counts = read.counts()
    clusters, strata = read.sample.clusters_in(read.within, size)
    df, n = clusters - strata, counts["n"]
    empty = n == 0
    one = ~empty & ((clusters == 1) | (df < 1))
    # Below this, in ticks², the mean is the same in all clusters but for rounding.
    flat = ~empty & ~one & (variance < 1e-18)
    error = np.where(empty | one, np.nan, np.where(flat, 0.0, np.sqrt(np.maximum(variance, 0.0))))
    low, high = wald_interval(mean, np.where(flat, np.nan, error), df=df, conf_level=conf_level)
    flags = {
        "n0": empty,
        "one_cluster": one,
        "zero_var": flat,
        "few_clusters": ~empty & (clusters < FEW_CLUSTERS) & read.sample.clustered,
        "small_n": ~empty & (n < SMALL_N),
    }
    result = read.groups.assign(
        measure="mentions_per_respondent",
        base=read.ticks.base,
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
    return result[[*column_names(by), *_MEAN_RESULT]]


def _read(
    frame: pd.DataFrame,
    items: Sequence[str],
    base: str,
    by: str | Sequence[str],
    columns: list[str],
    conf_level: float,
    design: Design,
) -> _Ticked:
    check_conf_level(conf_level)
    refuse_names(column_names(by), columns)
    sample = read_sample(frame, **design)
    ticks = read_items(frame, items, base=base, sample=sample)
    groups, group = read_groups(frame, column_names(by))
    return _Ticked(sample, ticks, groups, group, np.where(ticks.inside, group, -1))


def _item_sums(of: Codes, rows: npt.NDArray[np.uint8], mass: Floats, size: int) -> Floats:
    """Weight of the ticks of each item in each group."""
    return np.column_stack([group_sums(of, mass * row, size) for row in rows.T])
