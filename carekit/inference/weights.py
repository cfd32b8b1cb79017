"""Survey weights: what they cost, and how to adjust them to known population totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import group_sums, require_columns
from carekit.inference.surveys.design import Codes, Floats, check_weights, first_ids

_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Kish:
    """What unequal weights cost: `n` respondents are worth `n_eff`; `deff` is n / n_eff."""

    n: int
    deff: float
    n_eff: float

    def __str__(self) -> str:
        return f"{self.n} respondents are worth {self.n_eff:.0f}: design effect {self.deff:.2f}."


@dataclass(frozen=True, eq=False)
class AdjustedWeights:
    """Weights after adjustment, with what they were before and how well they fit.

    Attributes
    ----------
    weight : Series
        New weight of each respondent, on the frame's index.
    start : Series
        Weight before.
    margins : tuple of str
        Columns whose totals were met; empty after trimming.
    cells : DataFrame
        One row per value of each margin: `margin`, `value`, `n` (respondents of positive weight),
        `target`, `before` and `after` (sums of weights).
    cycles : int
        Rounds needed.
    largest_error : float
        Largest relative distance from a target that is left.
    before, after : Kish
        Effective number of respondents.
    weight_min, weight_max, weight_min_before, weight_max_before : float
        Smallest and largest positive weight.
    n_trimmed : int
        Weights that were cut.
    method : str
    """

    weight: pd.Series
    start: pd.Series
    margins: tuple[str, ...]
    cells: pd.DataFrame
    cycles: int
    largest_error: float
    before: Kish
    after: Kish
    weight_min: float
    weight_max: float
    weight_min_before: float
    weight_max_before: float
    n_trimmed: int
    method: str
    codes: tuple[Codes, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return (
            f"{self.method}: {self.cycles} cycle(s), largest error {self.largest_error:.1g}; "
            f"weights {self.weight_min_before:.3g} to {self.weight_max_before:.3g} became "
            f"{self.weight_min:.3g} to {self.weight_max:.3g}, effective n "
            f"{self.before.n_eff:.1f} became {self.after.n_eff:.1f} (n = {self.after.n})."
        )


def kish(weight: npt.ArrayLike) -> Kish:
    """Kish's design effect of unequal weights: n Σw² / (Σw)².

    It ignores clusters and the gain from calibration: for planning, and for shares of 0 or 1.

    Parameters
    ----------
    weight : array-like
        Sampling weights; those equal to 0 are not counted.

    Returns
    -------
    Kish
        NaN where no weight is above 0.

    Raises
    ------
    InputError
        If a weight is negative or missing.

    References
    ----------
    Kish 1965, Survey Sampling, section 11.7.

    Examples
    --------
    >>> print(kish([1, 1, 1, 3]))
    4 respondents are worth 3: design effect 1.33.
    """
    values = check_weights(pd.DataFrame({"weight": np.asarray(weight)}), "weight")
    return _kish(values)


def poststratify(
    frame: pd.DataFrame, population: pd.DataFrame, *, count: str = "n", weight: str | None = None
) -> AdjustedWeights:
    """Weights whose sums meet the population of each cell: w' = w · N_cell / Σ_cell w.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent.
    population : DataFrame
        One row per cell: the columns that define it (those of `frame`), and `count`.
    count : str
        Column of the population of a cell.
    weight : str, optional
        Column of the starting weights; 1 without it.

    Returns
    -------
    AdjustedWeights
        For several cell columns `margins` holds them all and `cells` their combinations.

    Raises
    ------
    SchemaError
        If a column is missing.
    InputError
        If a cell of the population has no respondent, a respondent lies in no cell, a population
        is negative, missing or all zero, a cell is listed twice, or weights are not valid. Cells
        are never merged on their own.

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": ["f", "f", "f", "m"]})
    >>> population = pd.DataFrame({"sex": ["f", "m"], "n": [50, 50]})
    >>> poststratify(frame, population).weight.round(2).tolist()
    [16.67, 16.67, 16.67, 50.0]
    """
    require_columns(population, [count], argument="population")
    columns = [c for c in population.columns if c != count]
    if not columns:
        raise InputError(
            f"`population` has only the column {count!r}; the columns that define its cells were "
            "expected beside it. Add them."
        )
    require_columns(frame, columns, argument="frame")
    start = _starting(frame, weight)
    missing = frame[columns].isna().any(axis=1).to_numpy()
    _refuse_missing(frame, ", ".join(columns), missing)
    if population.duplicated(columns).any():
        twice = population.loc[population.duplicated(columns), columns].iloc[0]
        raise InputError(
            f"`population` lists the cell {_cell_name(twice)} twice; one row per cell was "
            "expected. Add up its rows."
        )
    index = pd.MultiIndex.from_frame(population[columns])
    codes = index.get_indexer(pd.MultiIndex.from_frame(frame[columns])).astype(np.int64)
    labels = [_cell_name(row) for _, row in population[columns].iterrows()]
    target = _targets(", ".join(columns), labels, population[count])
    _refuse_unknown(frame, ", ".join(columns), codes < 0, labels)
    sums = _check_cells(", ".join(columns), labels, codes, start, target)
    new = start * np.divide(target, sums, out=np.zeros(len(sums)), where=sums > 0)[codes]
    cells = _cells_frame("×".join(columns), labels, codes, start, new, target)
    return _adjusted(frame, start, new, tuple(columns), cells, 1, "post-stratification", (codes,))


def rake(
    frame: pd.DataFrame,
    margins: Mapping[str, Mapping[Any, float] | pd.Series],
    *,
    weight: str | None = None,
    max_cycles: int = 500,
) -> AdjustedWeights:
    """Weights whose sums meet several margins, by iterative proportional fitting.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent.
    margins : mapping of column to mapping of value to total
        Known totals of each margin; all margins must add up to the same number.
    weight : str, optional
        Column of the starting weights; 1 without it.
    max_cycles : int
        Rounds over all margins before giving up.

    Returns
    -------
    AdjustedWeights
        Converged: every total is met to a relative 1e-10.

    Raises
    ------
    SchemaError
        If a margin is not a column.
    InputError
        If a value of a margin has no respondent or no total, margins do not add up to the same
        number, totals or weights are not valid, or the totals cannot be met together within
        `max_cycles` rounds.

    References
    ----------
    Deming and Stephan 1940, Ann. Math. Stat. 11, 427-444.

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": list("ffmm"), "age": ["old", "young"] * 2})
    >>> done = rake(frame, {"sex": {"f": 52, "m": 48}, "age": {"young": 30, "old": 70}})
    >>> done.weight.round(6).tolist(), done.cycles
    ([36.4, 15.6, 33.6, 14.4], 1)
    """
    if not margins:
        raise InputError(
            "`margins` is empty; at least one column with its totals was expected. "
            "Write for example {'sex': {'f': 520, 'm': 480}}."
        )
    require_columns(frame, list(margins), argument="frame")
    start = _starting(frame, weight)
    parts: list[tuple[str, list[str], Codes, Floats]] = []
    for column, totals in margins.items():
        series = pd.Series(totals)
        _refuse_missing(frame, column, frame[column].isna().to_numpy())
        codes = series.index.get_indexer(pd.Index(frame[column])).astype(np.int64)
        labels = [str(value) for value in series.index]
        target = _targets(column, labels, series)
        _refuse_unknown(frame, column, codes < 0, labels)
        _check_cells(column, labels, codes, start, target)
        parts.append((column, labels, codes, target))
    sums = {column: target.sum() for column, _, _, target in parts}
    if max(sums.values()) - min(sums.values()) > 1e-9 * max(sums.values()):
        listed = ", ".join(f"{column} {total:.10g}" for column, total in sums.items())
        raise InputError(
            f"`margins` add up to different totals: {listed}; one common total was expected. "
            "Rescale them to the same population."
        )
    new, cycles, error = start.copy(), 0, np.inf
    while error >= _TOLERANCE:
        if cycles == max_cycles:
            raise InputError(
                f"`margins` are not met after {max_cycles} cycles: the largest relative error is "
                f"{error:.2g}, below {_TOLERANCE:g} was expected. The totals contradict each other "
                "in this sample; merge small values, or drop a margin."
            )
        cycles += 1
        for _, _, codes, target in parts:
            now = group_sums(codes, new, len(target))
            new *= np.divide(target, now, out=np.zeros(len(now)), where=now > 0)[codes]
        error = max(_relative_error(codes, new, target) for _, _, codes, target in parts)
    cells = pd.concat(
        [_cells_frame(c, labels, codes, start, new, target) for c, labels, codes, target in parts],
        ignore_index=True,
    )
    codes_of = tuple(codes for _, _, codes, _ in parts)
    return _adjusted(frame, start, new, tuple(margins), cells, cycles, "raking", codes_of)


def trim_weights(
    frame: pd.DataFrame, *, weight: str, lower: float = 0.0, upper: float
) -> AdjustedWeights:
    """Cut weights to a range and share the difference out, so that their sum stays the same.

    Trimming trades bias for variance. carekit never does it unasked.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent.
    weight : str
        Column of the weights. Those equal to 0 stay 0.
    lower, upper : float
        Smallest and largest weight allowed, in multiples of the mean positive weight.

    Returns
    -------
    AdjustedWeights
        `n_trimmed` counts the weights that ended at a limit; margins met before are no longer met
        exactly.

    Raises
    ------
    SchemaError
        If the column is missing.
    InputError
        Unless 0 <= lower < 1 < upper, or if weights are not valid.

    References
    ----------
    Potter 1990, Proceedings of the ASA Section on Survey Research Methods, 225-230.

    Examples
    --------
    >>> frame = pd.DataFrame({"weight": [1.0, 1.0, 1.0, 5.0]})
    >>> trim_weights(frame, weight="weight", upper=2).weight.round(3).tolist()
    [1.333, 1.333, 1.333, 4.0]
    """
    if not 0 <= lower < 1 < upper:
        raise InputError(
            f"`lower` and `upper` are {lower!r} and {upper!r}; 0 <= lower < 1 < upper was "
            "expected, in multiples of the mean weight. Write for example upper=5."
        )
    require_columns(frame, [weight], argument="frame")
    start = check_weights(frame, weight)
    used = start > 0
    mean = start[used].mean() if used.any() else 1.0
    low, high = lower * mean, upper * mean

    def scaled(factor: float) -> Floats:
        return np.where(used, np.clip(start * factor, low, high), 0.0)

    # The sum grows with the factor, from below to above the total: halve until it fits.
    small, large, cycles = 0.0, 1.0, 0
    while scaled(large).sum() < start.sum() * (1 - 1e-15) and cycles < 200:
        large, cycles = large * 2, cycles + 1
    for _ in range(200):
        middle = (small + large) / 2
        if scaled(middle).sum() < start.sum():
            small = middle
        else:
            large = middle
    new = scaled((small + large) / 2)
    trimmed = used & ((new <= low) | (new >= high)) & (new != start)
    empty = pd.DataFrame(columns=["margin", "value", "n", "target", "before", "after"])
    return _adjusted(frame, start, new, (), empty, 1, "trimming", (), trimmed=int(trimmed.sum()))


def _kish(values: Floats) -> Kish:
    used = values[values > 0]
    if not len(used):
        return Kish(0, float("nan"), float("nan"))
    n_eff = float(used.sum() ** 2 / (used**2).sum())
    return Kish(len(used), len(used) / n_eff, n_eff)


def _starting(frame: pd.DataFrame, weight: str | None) -> Floats:
    if weight is None:
        return np.ones(len(frame))
    require_columns(frame, [weight], argument="frame")
    return check_weights(frame, weight).copy()


def _targets(column: str, labels: list[str], totals: pd.Series) -> Floats:
    values = pd.to_numeric(totals, errors="coerce").to_numpy(float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        names = ", ".join(labels[i] for i in np.flatnonzero(wrong)[:3])
        raise InputError(
            f"the population of {column!r} is negative or missing for {names}; a total from 0 on "
            "was expected. Correct the totals."
        )
    if not values.sum() > 0:
        raise InputError(
            f"the population of {column!r} is 0 for every value; some total above 0 was expected. "
            "Correct the totals."
        )
    return values


def _refuse_missing(frame: pd.DataFrame, column: str, missing: npt.NDArray[np.bool_]) -> None:
    if missing.any():
        raise InputError(
            f"`frame` column {column!r} is missing in {first_ids(frame, missing)}; weights are "
            "adjusted by a value that everybody has. Fill it, or leave these respondents out and "
            "say so."
        )


def _refuse_unknown(
    frame: pd.DataFrame, column: str, unknown: npt.NDArray[np.bool_], labels: list[str]
) -> None:
    if unknown.any():
        raise InputError(
            f"`frame` column {column!r} has values without a population total in "
            f"{first_ids(frame, unknown)}; totals are given for: {', '.join(labels)}. Add the "
            "total, or recode these values."
        )


def _check_cells(
    column: str, labels: list[str], codes: Codes, start: Floats, target: Floats
) -> Floats:
    sums = group_sums(codes, start, len(target))
    empty = np.flatnonzero((sums == 0) & (target > 0))
    if len(empty):
        names = ", ".join(labels[i] for i in empty[:3])
        raise InputError(
            f"`frame` has no respondent of positive weight in {len(empty)} cell(s) of {column!r}: "
            f"{names}; no weight can stand for them. Merge the cell with a neighbour in the "
            "frame and in the totals."
        )
    return sums


def _relative_error(codes: Codes, new: Floats, target: Floats) -> float:
    now = group_sums(codes, new, len(target))
    return float(np.max(np.abs(now - target) / np.where(target > 0, target, 1.0)))


def _largest_error(cells: pd.DataFrame) -> float:
    if cells.empty:
        return 0.0
    gap = (cells["after"] - cells["target"]).abs()
    return float((gap / cells["target"].where(cells["target"] > 0, 1.0)).max())


def _cell_name(row: pd.Series) -> str:
    return " × ".join(str(value) for value in row)


def _cells_frame(
    margin: str, labels: list[str], codes: Codes, start: Floats, new: Floats, target: Floats
) -> pd.DataFrame:
    size = len(labels)
    return pd.DataFrame(
        {
            "margin": margin,
            "value": labels,
            "n": np.bincount(codes[start > 0], minlength=size),
            "target": target,
            "before": group_sums(codes, start, size),
            "after": group_sums(codes, new, size),
        }
    )


def _adjusted(
    frame: pd.DataFrame,
    start: Floats,
    new: Floats,
    margins: tuple[str, ...],
    cells: pd.DataFrame,
    cycles: int,
    method: str,
    codes: tuple[Codes, ...],
    *,
    trimmed: int = 0,
) -> AdjustedWeights:
    before, after = start[start > 0], new[new > 0]
    return AdjustedWeights(
        weight=pd.Series(new, index=frame.index, name="weight"),
        start=pd.Series(start, index=frame.index, name="weight"),
        margins=margins,
        cells=cells,
        cycles=cycles,
        largest_error=_largest_error(cells),
        before=_kish(start),
        after=_kish(new),
        weight_min=float(after.min()) if len(after) else float("nan"),
        weight_max=float(after.max()) if len(after) else float("nan"),
        weight_min_before=float(before.min()) if len(before) else float("nan"),
        weight_max_before=float(before.max()) if len(before) else float("nan"),
        n_trimmed=trimmed,
        method=method,
        codes=codes,
    )
