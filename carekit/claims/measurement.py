"""What a measurer finds, and the register of measurers by the measure of the ledger.

A measurer is a function that knows how to measure one `measure` of the ledger on a dataset. It is
registered under that name and gets the figure, so that it can follow its country, network, group
and base.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carekit.claims.figure import Figure
from carekit.claims.vocabulary import MEASURES
from carekit.errors import InputError

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset


@dataclass(frozen=True)
class Measurement:
    """What a measurer found, in the unit of the figure.

    Attributes
    ----------
    estimate, ci_low, ci_high : float or None
        Estimate and interval; a limit that was not reached is NaN. All None when untestable.
    n : int or None
        Cases behind the estimate.
    definition : str
        What was measured and how, in words or as the name of a definition.
    why : str
        What a reader must know beside the numbers.
    needs : str
        For an untestable figure: the data that is missing.
    conf_level : float
        Nominal coverage of the interval.
    """

    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    n: int | None
    definition: str
    why: str = ""
    needs: str = ""
    conf_level: float = 0.95

    @classmethod
    def untestable(cls, *, needs: str, why: str = "") -> Measurement:
        """The dataset cannot answer: say what is missing and, if it helps, why."""
        return cls(None, None, None, None, "", why=why, needs=needs)


Measurer = Callable[[Figure, "Dataset"], Measurement]

MEASURERS: dict[str, Measurer] = {}


def register_measure(measure: str, function: Measurer) -> None:
    """Say how a measure of the ledger is measured on a dataset.

    Parameters
    ----------
    measure : str
        A word of the vocabulary of measures. One registered before is replaced.
    function : callable
        Takes the figure and the dataset, returns a `Measurement`. It may raise `SelectionError`:
        the figure is then untestable, for the reason in the error.

    Raises
    ------
    InputError
        If the vocabulary has no such measure.
    """
    if measure not in MEASURES:
        raise InputError(
            f"`measure` is {measure!r}; expected one of: {', '.join(MEASURES)}. "
            "Register the function under one of these words."
        )
    MEASURERS[measure] = function
