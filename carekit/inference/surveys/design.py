"""How a sample was drawn: weights, strata and clusters, named once, read and checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import group_sums, require_columns

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

_LONELY = ("error", "center")


class Design(TypedDict, total=False):
    """A sampling design in names: what every function of this room takes behind its question.

    Attributes
    ----------
    weight, stratum, psu : str
        Columns of the sampling weight, the stratum and the primary sampling unit. A cluster name
        that occurs in two strata names two clusters. Rows of weight 0 stay in the design and are
        not counted as respondents.
    lonely : {"error", "center"}
        For a stratum that holds a single cluster: refuse, or take its deviation from the mean over
        all clusters, which errs on the large side.
    """

    weight: str | None
    stratum: str | None
    psu: str | None
    lonely: str


@dataclass(frozen=True, eq=False)
class Sample:
    """A design as arrays with one value per respondent.

    Attributes
    ----------
    weight : array
        Sampling weight; 1 without weights.
    stratum, psu : array of int
        Codes from 0 on; `psu` numbers clusters over all strata.
    psu_stratum, psus : array of int
        Stratum of each cluster; number of clusters in each stratum.
    clustered : bool
        Whether some cluster holds more than one respondent. If not, every row is its own cluster.
    independent : bool
        Equal weights, one stratum, no clusters: plain binomial methods apply.
    unit : str
        What is drawn: the name of the clusters, "respondent" without them.
    """

    weight: Floats
    stratum: Codes
    psu: Codes
    psu_stratum: Codes
    psus: Codes
    clustered: bool
    independent: bool
    unit: str

    @property
    def n_strata(self) -> int:
        """Number of strata."""
        return len(self.psus)

    def n_in(self, group: Codes, size: int) -> Codes:
        """Respondents of positive weight in each group; code -1 belongs to no group."""
        inside = (group >= 0) & (self.weight > 0)
        return np.bincount(group[inside], minlength=size).astype(np.int64)

    def clusters_in(self, group: Codes, size: int) -> tuple[Codes, Codes]:
        """Clusters and strata that hold a respondent of positive weight of each group."""
        inside = (group >= 0) & (self.weight > 0)
        of = group[inside]
        if self.clustered:
            clusters = _distinct(of, self.psu[inside], len(self.psu_stratum), size)
        else:
            clusters = np.bincount(of, minlength=size).astype(np.int64)
        if self.n_strata == 1:
            return clusters, (clusters > 0).astype(np.int64)
        return clusters, _distinct(of, self.stratum[inside], self.n_strata, size)

    def free_in(self, inside: npt.NDArray[np.bool_]) -> tuple[int, int]:
        """Clusters of the respondents inside, and clusters minus strata: degrees of freedom."""
        clusters, strata = self.clusters_in(np.where(inside, 0, -1), 1)
        return int(clusters[0]), int(clusters[0] - strata[0])

    def kish(self, group: Codes, size: int) -> Floats:
        """Kish's effective number (Σw)²/Σw² of each group; NaN without a positive weight."""
        inside = group >= 0
        of, w = group[inside], self.weight[inside]
        total, squares = group_sums(of, w, size), group_sums(of, w**2, size)
        return np.divide(total**2, squares, out=np.full(size, np.nan), where=squares > 0)


def read_sample(
    frame: pd.DataFrame,
    *,
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    lonely: str = "error",
) -> Sample:
    """The design of a frame of respondents, one row each; the arguments are those of `Design`.

    InputError if weights are negative, missing, infinite or all zero, a stratum or a cluster is
    missing, or a stratum holds one cluster (unless it is the only one, or `lonely="center"`).

    >>> frame = pd.DataFrame({"weight": [1.0, 2.0, 1.5], "town": ["a", "a", "b"]})
    >>> sample = read_sample(frame, weight="weight", psu="town")
    >>> sample.clustered, sample.psus.tolist()
    (True, [2])
    """
    if lonely not in _LONELY:
        raise InputError(
            f"`lonely` is {lonely!r}; one of {', '.join(map(repr, _LONELY))} was expected. "
            "Use 'error' to refuse strata of one cluster."
        )
    require_columns(frame, [c for c in (weight, stratum, psu) if c is not None], argument="frame")
    size = len(frame)
    values = np.ones(size) if weight is None else _weights(frame, weight)
    strata = _codes(frame, stratum, "stratum")
    n_strata = int(strata.max(initial=0)) + 1
    units, clustered = np.arange(size, dtype=np.int64), False
    if psu is not None:
        inner = _codes(frame, psu, "psu")
        found, _ = compact(strata * (int(inner.max(initial=0)) + 1) + inner)
        clustered = bool(size and np.bincount(found).max() > 1)
        units = found if clustered else units
    unit_stratum = np.zeros(int(units.max(initial=-1)) + 1, dtype=np.int64)
    unit_stratum[units] = strata
    psus = np.bincount(unit_stratum, minlength=n_strata)
    if lonely == "error" and n_strata > 1 and (psus == 1).any():
        _refuse_lonely(frame, stratum, strata, psus)
    return Sample(
        weight=values,
        stratum=strata,
        psu=units,
        psu_stratum=unit_stratum,
        psus=psus,
        clustered=clustered,
        independent=not clustered
        and n_strata == 1
        and bool((values > 0).all() and (values == values[:1]).all()),
        unit=psu if psu is not None and clustered else "respondent",
    )


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


def _weights(frame: pd.DataFrame, weight: str) -> Floats:
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
