"""How a sample was drawn: weights, strata and clusters, read once and checked."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import group_sums, require_columns

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

_LONELY = ("error", "center")


@dataclass(frozen=True, eq=False)
class Design:
    """Weights, strata and clusters of one sample, as arrays with one value per respondent.

    Attributes
    ----------
    weight : array
        Sampling weight; 1 without weights.
    copies : array
        How many respondents a row stands for; 1 unless the weights are frequencies.
    stratum, psu : array of int
        Codes from 0 on; `psu` numbers clusters over all strata.
    psu_stratum, psus : array of int
        Stratum of each cluster; number of clusters in each stratum (copies included).
    clustered : bool
        Whether some cluster holds more than one respondent. If not, every row is its own cluster.
    independent : bool
        Equal weights, one stratum, no clusters: plain binomial methods apply.
    lonely : str
        What a stratum of one cluster does: "error" (refused when the design is made), "center".
    start, margins : array, tuple of arrays
        For calibrated weights: the weights before, and the codes of each margin.
    """

    weight: Floats
    copies: Floats
    stratum: Codes
    psu: Codes
    psu_stratum: Codes
    psus: Codes
    clustered: bool
    independent: bool
    lonely: str
    start: Floats | None = None
    margins: tuple[Codes, ...] = ()
    _inverse: dict[str, Floats] = field(default_factory=dict)

    @property
    def n_strata(self) -> int:
        """Number of strata."""
        return len(self.psus)

    def n_in(self, group: Codes, size: int) -> Codes:
        """Respondents of positive weight in each group; code -1 belongs to no group."""
        inside = (group >= 0) & (self.weight > 0)
        return group_sums(group[inside], self.copies[inside], size).astype(np.int64)

    def clusters_in(self, group: Codes, size: int) -> tuple[Codes, Codes]:
        """Clusters and strata that hold a respondent of positive weight of each group."""
        inside = (group >= 0) & (self.weight > 0)
        of = group[inside]
        if self.clustered:
            clusters = _distinct(of, self.psu[inside], len(self.psu_stratum), size)
        else:
            clusters = group_sums(of, self.copies[inside], size).astype(np.int64)
        if self.n_strata == 1:
            return clusters, (clusters > 0).astype(np.int64)
        return clusters, _distinct(of, self.stratum[inside], self.n_strata, size)

    def kish(self, group: Codes, size: int) -> Floats:
        """Kish's effective number (Σw)²/Σw² of each group; NaN without a positive weight."""
        inside = group >= 0
        of, w, copies = group[inside], self.weight[inside], self.copies[inside]
        total = group_sums(of, copies * w, size)
        squares = group_sums(of, copies * w**2, size)
        return np.divide(total**2, squares, out=np.full(size, np.nan), where=squares > 0)

    def residual(self, values: Floats) -> Floats:
        """`values` less their regression on the margins, for calibrated weights; else as given.

        The regression uses the weights before calibration (Deville and Särndal 1992), as R's
        `calibrate` does; the margin totals are known, so only the residual varies.
        """
        if self.start is None:
            return values
        sizes = [int(codes.max()) + 1 for codes in self.margins]
        ends = np.cumsum([0, *sizes])
        if "gram" not in self._inverse:
            gram = np.zeros((ends[-1], ends[-1]))
            for i, one in enumerate(self.margins):
                for j, other in enumerate(self.margins):
                    cell = group_sums(one * sizes[j] + other, self.start, sizes[i] * sizes[j])
                    gram[ends[i] : ends[i + 1], ends[j] : ends[j + 1]] = cell.reshape(
                        sizes[i], sizes[j]
                    )
            self._inverse["gram"] = np.linalg.pinv(gram, hermitian=True)
        weighted = self.start * values
        sums = [group_sums(c, weighted, s) for c, s in zip(self.margins, sizes, strict=True)]
        slopes = self._inverse["gram"] @ np.concatenate(sums)
        left = values.copy()
        for i, codes in enumerate(self.margins):
            left -= slopes[ends[i] : ends[i + 1]][codes]
        return left


def survey_design(
    frame: pd.DataFrame,
    *,
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    lonely: str = "error",
    freq: bool = False,
) -> Design:
    """Read weights, strata and clusters from a frame of respondents, one row each.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent; with `freq`, one per distinct answer sheet.
    weight, stratum, psu : str, optional
        Columns of the sampling weight, the stratum and the primary sampling unit. A cluster name
        that occurs in two strata names two clusters. Rows of weight 0 stay in the design and are
        not counted as respondents.
    lonely : {"error", "center"}
        For a stratum that holds a single cluster: refuse, or take its deviation from the mean over
        all clusters, which errs on the large side.
    freq : bool
        The weights are whole numbers of identical respondents, not sampling weights.

    Returns
    -------
    Design

    Raises
    ------
    SchemaError
        If a named column is missing.
    InputError
        If weights are negative, missing, infinite or all zero, if a stratum or a cluster is
        missing, if a stratum holds one cluster (unless it is the only one, or `lonely="center"`),
        or if `freq` weights are not whole numbers.

    Examples
    --------
    >>> frame = pd.DataFrame({"weight": [1.0, 2.0, 1.5], "town": ["a", "a", "b"]})
    >>> design = survey_design(frame, weight="weight", psu="town")
    >>> design.clustered, design.psus.tolist()
    (True, [2])
    """
    if lonely not in _LONELY:
        raise InputError(
            f"`lonely` is {lonely!r}; one of {', '.join(map(repr, _LONELY))} was expected. "
            "Use 'error' to refuse strata of one cluster."
        )
    require_columns(frame, [c for c in (weight, stratum, psu) if c is not None], argument="frame")
    size = len(frame)
    values = np.ones(size) if weight is None else check_weights(frame, weight)
    copies = np.ones(size)
    if freq:
        if weight is None:
            raise InputError(
                "`freq` is True without `weight`; a column of whole numbers was expected. "
                "Name it in `weight`, or leave `freq` out."
            )
        if (odd := values != np.floor(values)).any():
            raise InputError(
                f"`weight` {weight!r} is not a whole number in {first_ids(frame, odd)}; `freq` "
                "weights count identical respondents. Leave `freq` out for sampling weights."
            )
        copies, values = values, (values > 0).astype(float)
    strata = _codes(frame, stratum, "stratum")
    n_strata = int(strata.max(initial=0)) + 1
    units, clustered = np.arange(size, dtype=np.int64), False
    if psu is not None:
        inner = _codes(frame, psu, "psu")
        units, _ = compact(strata * (int(inner.max(initial=0)) + 1) + inner)
        largest = group_sums(units, copies, 1).max() if size else 0
        clustered = bool(largest > 1)
        if not clustered:
            units = np.arange(size, dtype=np.int64)
    unit_stratum = np.zeros(int(units.max(initial=-1)) + 1, dtype=np.int64)
    unit_stratum[units] = strata
    if clustered:
        psus = np.bincount(unit_stratum, minlength=n_strata)
    else:
        psus = group_sums(strata, copies, n_strata).astype(np.int64)
    if lonely == "error" and n_strata > 1 and (psus == 1).any():
        _refuse_lonely(frame, stratum, strata, psus)
    positive = values[values > 0]
    return Design(
        weight=values,
        copies=copies,
        stratum=strata,
        psu=units,
        psu_stratum=unit_stratum,
        psus=psus,
        clustered=clustered,
        independent=not clustered
        and n_strata == 1
        and bool((positive == positive[:1]).all() and (len(positive) == size or freq)),
        lonely=lonely,
    )


def check_weights(frame: pd.DataFrame, weight: str) -> Floats:
    """The weights as float64, or InputError: finite, not negative, some above 0."""
    values = pd.to_numeric(frame[weight], errors="coerce").to_numpy(float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        raise InputError(
            f"`weight` {weight!r} is negative or missing in {first_ids(frame, wrong)}; numbers "
            "from 0 on were expected. Give these respondents a weight, or leave them out and say "
            "so."
        )
    if len(values) and not (values > 0).any():
        raise InputError(
            f"`weight` {weight!r} is 0 in all {len(values)} rows; some weight above 0 was "
            "expected. Check that this is the right column."
        )
    return values


def first_ids(frame: pd.DataFrame, wrong: npt.ArrayLike) -> str:
    """'2 rows (first: r1, r7)': by `respondent_id` where the frame has it, else by index label."""
    chosen = np.asarray(wrong, dtype=bool)
    labels = frame["respondent_id"] if "respondent_id" in frame.columns else frame.index
    shown = ", ".join(str(label) for label in np.asarray(labels)[chosen][:3])
    count = int(chosen.sum())
    return f"{count} row{'s' if count > 1 else ''} (first: {shown})"


def compact(keys: Codes) -> tuple[Codes, Codes]:
    """Whole numbers from 0 on as codes without gaps, and the number behind each code.

    As `pandas.factorize`, but several times faster where the numbers are not spread out.
    """
    top = int(keys.max(initial=-1)) + 1
    if top > max(4 * len(keys), 1000):
        codes, found = pd.factorize(keys)
        return codes.astype(np.int64), found
    seen = np.zeros(top, dtype=bool)
    seen[keys] = True
    return (np.cumsum(seen) - 1)[keys], np.flatnonzero(seen)


def _codes(frame: pd.DataFrame, column: str | None, argument: str) -> Codes:
    """Codes from 0 on for a design column; all 0 without one; a missing value is an error."""
    if column is None:
        return np.zeros(len(frame), dtype=np.int64)
    values = frame[column]
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu" and len(values):
        numbers = values.to_numpy()
        if numbers.min() >= 0 and numbers.max() < np.iinfo(np.int64).max:
            return compact(numbers.astype(np.int64, copy=False))[0]
    codes = pd.factorize(values, use_na_sentinel=True)[0].astype(np.int64)
    if (codes < 0).any():
        raise InputError(
            f"`{argument}` {column!r} is missing in {first_ids(frame, codes < 0)}; every "
            "respondent must belong to one. Fill the column, or leave these rows out and say so."
        )
    return codes


def _distinct(group: Codes, code: Codes, n_codes: int, size: int) -> Codes:
    """Number of distinct codes that occur in each group."""
    _, pairs = compact(group * max(n_codes, 1) + code)
    return np.bincount(pairs // max(n_codes, 1), minlength=size).astype(np.int64)


def _refuse_lonely(frame: pd.DataFrame, stratum: str | None, strata: Codes, psus: Codes) -> None:
    names = np.asarray(frame[stratum])
    single = [str(names[strata == h][0]) for h in np.flatnonzero(psus == 1)[:3]]
    count = int((psus == 1).sum())
    raise InputError(
        f"`stratum` {stratum!r} holds {count} stratum/strata with one cluster (first: "
        f"{', '.join(single)}); two or more were expected, one alone shows no variation. Merge "
        "it with a stratum like it, or pass lonely='center'."
    )
