"""Small integer tables counted from real data, which come with carekit: evidence, not a sample."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from carekit.dataset.resources import data_folder
from carekit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def list_measured() -> list[str]:
    """Names of the measured tables.

    Examples
    --------
    >>> {"app_reviews_answers", "atlas/a_app_reviews"} <= set(list_measured())
    True
    """
    folder = data_folder("measured")
    return sorted(
        path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.csv")
    )


def load_measured(name: str) -> pd.DataFrame:
    """A measured table: counts of real requests, cases or answers, without any person.

    Parameters
    ----------
    name : str
        One of `list_measured()`; what its rows count and what it cannot say is in its card
        (`measured_card`).

    Raises
    ------
    InputError
        If no table has that name.

    Examples
    --------
    >>> reviews = load_measured("app_reviews_answers")
    >>> int(reviews.n.sum()), int(reviews.n_answered.sum())
    (1963, 1095)
    """
    import pandas as pd

    return pd.read_csv(_path(name, ".csv"))


def measured_card(name: str) -> str:
    """The card of a measured table, Markdown: origin, how it was counted, columns, known bias."""
    return _path(name, ".md").read_text(encoding="utf-8")


def _path(name: str, ending: str) -> Path:
    if name not in list_measured():
        near = difflib.get_close_matches(str(name), list_measured(), 1, 0.5)
        meant = f"Did you mean {near[0]!r}?" if near else "Choose one of these."
        raise InputError(
            f"`name` is {name!r}; expected one of: {', '.join(list_measured())}. {meant}"
        )
    return data_folder("measured") / f"{name}{ending}"
