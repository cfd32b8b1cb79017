"""What a replay finds, and the register of replays by the measure of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from carekit.claims.inquiry import Inquiry
from carekit.claims.ledger import Figure
from carekit.claims.ledger.columns import measures
from carekit.errors import InputError


@dataclass(frozen=True)
class Measurement:
    """What was measured, in the unit of the figure.

    Attributes
    ----------
    estimate, ci_low, ci_high : float or None
        Estimate and interval; a limit that was not reached is None.
    n : int or None
        Cases behind the estimate.
    definition : str
        What was measured and how, in words or as the name of a definition.
    why : str
        What a reader must know beside the numbers.
    conf_level : float
        Nominal coverage of the interval.
    """

    estimate: float
    ci_low: float | None
    ci_high: float | None
    n: int | None
    definition: str
    why: str = ""
    conf_level: float = 0.95

    @classmethod
    def of(cls, row: Any, definition: str, why: str = "", n: int | None = None) -> Measurement:
        """From a row of a result: estimate, ci_low, ci_high and, unless given, n."""
        low, high = (None if pd.isna(v) else float(v) for v in (row["ci_low"], row["ci_high"]))
        cases = int(row["n"]) if n is None else n
        return cls(float(row["estimate"]), low, high, cases, definition, why)


Replay = Callable[[Figure, Inquiry], Measurement]

REPLAYS: dict[str, Replay] = {}


def replays(*names: str) -> Callable[[Replay], Replay]:
    """Register the function below as the replay of these measures of the ledger.

    Parameters
    ----------
    *names : str
        Words of the vocabulary of measures. A replay registered before is replaced.

    Returns
    -------
    callable
        A decorator for a function that takes the figure and the `Inquiry` and returns a
        `Measurement`. It raises `CannotAnswer` where the dataset cannot answer: the figure is then
        untestable, for the reason in the error.

    Raises
    ------
    InputError
        If the vocabulary has no such measure.

    Examples
    --------
    >>> from carekit.claims.replays.registry import REPLAYS, Measurement, replays
    >>> @replays("people_told")
    ... def told(figure, inquiry):
    ...     return Measurement(28.0, 25.0, 31.0, 400, "mean number of people told")
    >>> _ = REPLAYS.pop("people_told")
    """
    for name in names:
        if name not in measures():
            raise InputError(
                f"`measure` is {name!r}; expected one of: {', '.join(measures())}. "
                "Register the function under one of these words."
            )

    def register(function: Replay) -> Replay:
        REPLAYS.update(dict.fromkeys(names, function))
        return function

    return register
