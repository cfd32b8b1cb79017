"""Does the answer depend on the group? Rao and Scott's test for weighted or clustered tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc

from carekit.errors import InputError
from carekit.inference.surveys.design import Design, Floats, read_sample
from carekit.inference.surveys.linearisation import cell_covariance
from carekit.inference.surveys.respondents import read_answers, read_groups

_NO_VARIANCE = 1e-10  # a mean design effect below this is rounding


@dataclass(frozen=True)
class IndependenceTest:
    """Test that the answers have the same distribution in every group.

    `statistic`, `df`, `df_denominator`, `p_value`: second-order F, the one to report; `chi2`: Pearson's
    on weighted shares, before correction; first_order_…: after division by `mean_deff`, the mean
    generalised design effect of the interaction contrasts. `rows`, `columns`: groups and answers in the
    table; those that nobody belongs to are left out.
    """

    statistic: float
    df: float
    df_denominator: float
    p_value: float
    chi2: float
    first_order_statistic: float
    first_order_df: float
    first_order_p_value: float
    mean_deff: float
    n: int
    n_missing: int
    rows: tuple[Any, ...]
    columns: tuple[Any, ...]
    method: str

    def __str__(self) -> str:
        return (
            f"{len(self.columns)} answers in {len(self.rows)} groups, n = {self.n}: "
            f"F({self.df:.2f}, {self.df_denominator:.1f}) = {self.statistic:.3f}, "
            f"p = {self.p_value:.3g} ({self.method}; mean design effect {self.mean_deff:.2f})."
        )


def rao_scott(
    frame: pd.DataFrame,
    question: str,
    *,
    by: str,
    answers: Sequence[Any] | None = None,
    missing: Sequence[Any] = (),
    **design: Unpack[Design],
) -> IndependenceTest:
    """Rao-Scott test of independence of the answers to a question and a grouping column.

    One row per respondent; those without answer or group are outside the table and counted. `answers`,
    `missing`, `**design` as in `carekit.inference.surveys.survey.share`. NaN throughout for a table of
    one row or column; an empty cell of a row and a column in use is an InputError, since design effects
    are not defined then.

    Rao and Scott 1984, Ann. Statist. 12, 46-60; Thomas and Rao 1987, J. Am. Stat. Assoc. 82, 630-636.
    Design effects are taken at the observed cell shares, as R's `svychisq` does.

    >>> frame = pd.DataFrame({"age": ["young"] * 50 + ["old"] * 50,
    ...                       "prefers": ["yes"] * 20 + ["no"] * 30 + ["yes"] * 10 + ["no"] * 40})
    >>> print(rao_scott(frame, "prefers", by="age"))
    2 answers in 2 groups, n = 100: F(1.00, 99.0) = 4.714, p = 0.0323 (rao-scott second order F; \
mean design effect 1.01).
    """
    sample = read_sample(frame, **design)
    said = read_answers(frame, question, answers=answers, missing=missing)
    groups, group = read_groups(frame, [by])
    known = np.append(groups[by].notna().to_numpy(), False)
    base = known[group] & (said.codes >= 0) & (sample.weight > 0)
    n_missing = int(((sample.weight > 0) & ~base).sum())

    table = np.zeros((len(groups), len(said.labels)))
    np.add.at(table, (group[base], said.codes[base]), sample.weight[base])
    rows, columns = np.flatnonzero(table.sum(axis=1)), np.flatnonzero(table.sum(axis=0))
    table = table[np.ix_(rows, columns)]
    row_labels = [groups[by].iloc[i] for i in rows]
    column_labels = [said.labels[j] for j in columns]
    n = int(base.sum())
    shape = table.shape
    sizes = (n, n_missing, tuple(row_labels), tuple(column_labels))
    if min(shape, default=0) < 2:
        return _test(np.nan, np.nan, np.nan, np.nan, 0, *sizes)
    _refuse_empty_cells(table, row_labels, column_labels, question, by)

    place_row, place_column = np.full(len(groups) + 1, -1), np.full(len(said.labels) + 1, -1)
    place_row[rows], place_column[columns] = np.arange(shape[0]), np.arange(shape[1])
    cell = np.where(base, place_row[group] * shape[1] + place_column[said.codes], -1)
    total = table.sum()
    share = (table / total).ravel()
    # Linear map from cell totals to cell shares.
    slope = (np.eye(share.size) - share[:, None]) / total
    covariance = slope @ cell_covariance(sample, cell, share.size) @ slope.T
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total**2
    chi2 = float(n * ((table / total - expected) ** 2 / expected).sum())

    effects = _design_effects(share, covariance, shape, n)
    trace, trace_of_square = float(np.trace(effects)), float(np.trace(effects @ effects))
    nu = (shape[0] - 1) * (shape[1] - 1)
    return _test(chi2, trace, trace_of_square, nu, sample.free_in(base)[1], *sizes)


def _test(
    chi2: float,
    trace: float,
    trace_of_square: float,
    nu: float,
    df: int,
    n: int,
    n_missing: int,
    rows: tuple[Any, ...],
    columns: tuple[Any, ...],
) -> IndependenceTest:
    mean = trace / nu
    varies = mean > _NO_VARIANCE
    known = varies and df >= 1
    numerator = trace**2 / trace_of_square if known else float("nan")
    statistic = chi2 / trace if known else float("nan")
    first = chi2 / mean if varies else float("nan")
    reason = "none: no contrast" if np.isnan(chi2) else "none: clusters do not vary"
    return IndependenceTest(
        statistic=statistic,
        df=numerator,
        df_denominator=numerator * df,
        p_value=float(fdtrc(numerator, numerator * df, statistic)),
        chi2=chi2,
        first_order_statistic=first,
        first_order_df=float(nu),
        first_order_p_value=float(chdtrc(nu, first)),
        mean_deff=mean,
        n=n,
        n_missing=n_missing,
        rows=rows,
        columns=columns,
        method="rao-scott second order F" if known else reason,
    )


def _design_effects(share: Floats, covariance: Floats, shape: tuple[int, int], n: int) -> Floats:
    """Generalised design effects of the interaction contrasts, at the observed cell shares."""
    rows = np.repeat(np.eye(shape[0]), shape[1], axis=0)
    columns = np.tile(np.eye(shape[1]), (shape[0], 1))
    main = np.hstack([np.ones((share.size, 1)), rows[:, 1:], columns[:, 1:]])
    both = (rows[:, 1:, None] * columns[:, None, 1:]).reshape(share.size, -1)
    contrast = both - main @ np.linalg.lstsq(main, both, rcond=None)[0]
    scaled = contrast / share[:, None]
    binomial = contrast.T @ scaled / n
    return np.linalg.solve(binomial, scaled.T @ covariance @ scaled)


def _refuse_empty_cells(
    table: Floats, rows: list[Any], columns: list[Any], question: str, by: str
) -> None:
    empty = np.argwhere(table == 0)
    if len(empty):
        names = ", ".join(f"{rows[i]} × {columns[j]}" for i, j in empty[:3])
        raise InputError(
            f"`frame` has no respondent in {len(empty)} cell(s) of {by!r} × {question!r}: {names}; "
            "every cell of a row and a column in use must hold one. Merge groups or answers, or "
            "compare shares with `compare`."
        )
