"""Dates on which brands did something: what an analyst knows beside the posts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from carekit.errors import InputError, SchemaError, SelectionError

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

FILE = "events.csv"
# our column → what users call it
NAMES = {"event": ("event", "kind"), "at": ("at", "date")}


def load_events(
    source: Dataset | str | os.PathLike[str] | pd.DataFrame, *, event: str
) -> pd.DataFrame:
    """Events of one kind: which brand, when.

    Parameters
    ----------
    source : Dataset, path or DataFrame
        A dataset with an events.csv beside its tables, a CSV file, or a frame. Columns: brand;
        `event` or `kind`; `at` or `date` (ISO 8601; a time without a zone is UTC); network, if an
        event is about one network only.
    event : str
        The kind wanted.

    Returns
    -------
    DataFrame
        One row per event, by time: brand, network (missing: all of the brand), at (UTC).

    Raises
    ------
    SelectionError
        If a dataset holds no events.csv.
    SchemaError
        If a column is missing.
    InputError
        If a file is missing, a date cannot be read, a brand is missing, or no event is of that
        kind.

    Examples
    --------
    >>> dates = pd.DataFrame({"brand": ["Acme"], "kind": ["new_tool"], "date": ["2014-06-03"]})
    >>> load_events(dates, event="new_tool")
      brand network                        at
    0  Acme     NaN 2014-06-03 00:00:00+00:00
    """
    frame, name = _read(source)
    found = {}
    for ours, theirs in NAMES.items():
        known = [c for c in theirs if c in frame.columns]
        if not known or "brand" not in frame.columns:
            raise SchemaError(
                f"`events` ({name}) has the columns {', '.join(map(str, frame.columns))}; expected "
                "brand, event (or kind) and at (or date), and network if it matters. Rename them."
            )
        found[ours] = known[0]
    mine = frame[frame[found["event"]].eq(event)].reset_index(drop=True)
    if mine.empty:
        kinds = sorted(frame[found["event"]].dropna().astype(str).unique())
        raise InputError(
            f"`event` is {event!r}, which does not occur in {name}; expected one of: "
            f"{', '.join(kinds) or 'none'}. Name one of these."
        )
    at = pd.to_datetime(mine[found["at"]], utc=True, errors="coerce", format="ISO8601")
    if (wrong := at.isna() | mine["brand"].isna()).any():
        rows = ", ".join(f"row {i + 1}" for i in mine.index[wrong][:3])
        raise InputError(
            f"`events` ({name}) has {int(wrong.sum())} events {event!r} without a brand or a date "
            f"like 2014-06-03 (first: {rows} of that kind). Complete them, or leave them out."
        )
    network = mine["network"] if "network" in mine.columns else pd.Series(None, mine.index)
    made = pd.DataFrame(
        {
            "brand": mine["brand"].astype("str"),
            "network": network.astype("str").replace("", None).astype("str"),
            "at": at.dt.as_unit("us"),
        }
    )
    return made.sort_values(["at", "brand"], kind="stable", ignore_index=True)


def _read(source: Dataset | str | os.PathLike[str] | pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The events as they are, and what a message calls them."""
    if isinstance(source, pd.DataFrame):
        return source, "a frame"
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        if not path.is_file():
            raise InputError(
                f"`events` is {str(path)!r}, where there is no file; expected a CSV file with brand, "
                "event and at. Check the path."
            )
    else:
        path = source.path / FILE
        if not path.is_file():
            raise SelectionError(
                f"`dataset` {source.path} holds no {FILE}; expected dates of what brands did. Pass "
                "`events`: a CSV file with brand, event and at."
            )
    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""]), path.name
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        raise InputError(
            f"`events` {path.name} cannot be read ({type(problem).__name__}); expected UTF-8 text, "
            "comma-separated, with a header. Save it again as CSV UTF-8."
        ) from problem
