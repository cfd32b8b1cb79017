"""What a ledger must satisfy before anything is computed from it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from carekit.claims.columns import KEYS, count_rows, some_ids
from carekit.claims.vocabulary import (
    DENOMINATOR_TYPES,
    GROUP_DIMS,
    MEASURES,
    NEEDS,
    NETWORKS,
    STATUSES,
    UNITS,
    VERIFIED,
    VIEWS,
)

_ID = {
    "published_figures": re.compile(r"[CPLD]\d{3}[a-z]?"),
    "hypotheses": re.compile(r"H\d{2,3}"),
}
_COUNTRY = re.compile(r"[A-Z]{2}|world")

# column → words allowed in it; an empty cell is a matter of `_REQUIRED`
_WORDS: dict[str, tuple[str, ...]] = {
    "measure": tuple(MEASURES),
    "group_dim": GROUP_DIMS,
    "unit": UNITS,
    "status": tuple(STATUSES),
    "verified": VERIFIED,
    "denominator_type": DENOMINATOR_TYPES,
    "network": NETWORKS,
}
_REQUIRED = {
    "published_figures": (
        "figure_id",
        "study_id",
        "measure",
        "group_dim",
        "group",
        "unit",
        "base",
        "status",
        "verified",
        "source",
    ),
    "studies": ("study_id",),
    "articles": ("article_id",),
    "hypotheses": ("hypothesis_id", "article_id", "statement", "test", "needs", "current_view"),
}
# unit → lowest and highest value allowed
_RANGES = {
    "proportion": (0.0, 1.0),
    "proportion_change": (-1.0, float("inf")),
    "score_20": (0.0, 20.0),
    "minutes": (0.0, float("inf")),
    "count": (0.0, float("inf")),
    "rank": (1.0, float("inf")),
}


def find_faults(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Every rule that the ledger breaks: one sentence a rule, with the count and three ids.

    Parameters
    ----------
    tables : dict of DataFrame
        The four typed frames of a ledger by file name.

    Returns
    -------
    list of str
        Empty when the ledger is sound.
    """
    faults: list[str] = []

    def note(name: str, wrong: pd.Series, what: str) -> None:
        ids = tables[name].loc[wrong.fillna(False).astype(bool), KEYS[name]]
        if len(ids):
            found = ids.fillna("(no id)").tolist()
            faults.append(f"{name}.csv: {count_rows(len(found))} {what}: {some_ids(found)}")

    for name, frame in tables.items():
        for column in _REQUIRED[name]:
            note(name, frame[column].isna(), f"without `{column}`")
        key = frame[KEYS[name]]
        note(name, key.notna() & key.duplicated(), f"with a repeated `{KEYS[name]}`")
        if name in _ID:
            note(name, _misfits(key, _ID[name]), f"whose `{KEYS[name]}` has another form")
    _check_figures(tables, note)
    _check_hypotheses(tables, note)
    return faults


_Note = Callable[[str, pd.Series, str], None]


def _misfits(cells: pd.Series, pattern: re.Pattern[str]) -> pd.Series:
    """Cells that hold something of another form."""
    wrong = [cell is not pd.NA and not pattern.fullmatch(cell) for cell in cells]
    return pd.Series(wrong, index=cells.index, dtype=bool)


def _check_figures(tables: dict[str, pd.DataFrame], note: _Note) -> None:
    name = "published_figures"
    frame = tables[name]
    for column, words in _WORDS.items():
        cells = frame[column]
        note(name, cells.notna() & ~cells.isin(words), f"whose `{column}` is not in the vocabulary")
    strange = _misfits(frame["country"], _COUNTRY)
    note(name, strange, "whose `country` is neither a two-letter code nor `world`")
    for column, table in (("study_id", "studies"), ("article_id", "articles")):
        cells = frame[column]
        known = tables[table][column]
        note(name, cells.notna() & ~cells.isin(known), f"whose `{column}` is not in {table}.csv")

    corrected = frame["corrected_by"]
    unknown = corrected.notna() & ~corrected.isin(frame["figure_id"])
    note(name, unknown, "whose `corrected_by` is not a figure")
    note(name, _in_a_circle(frame), "whose corrections run in a circle")

    values = frame[["value", "value_low", "value_high"]]
    note(name, values.isna().all(axis=1), "without any value")
    lowest = frame["unit"].map({u: ends[0] for u, ends in _RANGES.items()}).astype("float64")
    highest = frame["unit"].map({u: ends[1] for u, ends in _RANGES.items()}).astype("float64")
    outside = values.lt(lowest, axis=0).any(axis=1) | values.gt(highest, axis=0).any(axis=1)
    note(name, outside, "with a value that its unit does not allow")
    crossed = (
        (frame["value_low"] > frame["value_high"])
        | (frame["value"] < frame["value_low"])
        | (frame["value"] > frame["value_high"])
    )
    note(name, crossed, "whose value and bracket contradict each other")
    note(name, (frame["unit"] == "rank") & (values % 1 > 0).any(axis=1), "with a rank in fractions")
    shares = frame["unit"] == "proportion"
    note(
        name,
        frame["unit"].isin(UNITS) & (frame["denominator_type"].notna() != shares),
        "where `denominator_type` is missing from a proportion, or stands without one",
    )
    note(name, frame["sample_size"] < 1, "whose `sample_size` is below one")
    note(name, frame["period_end"] < frame["period_start"], "whose period ends before it starts")


def _in_a_circle(frame: pd.DataFrame) -> pd.Series:
    following = dict(zip(frame["figure_id"], frame["corrected_by"], strict=True))

    def circles(start: str) -> bool:
        seen = set()
        at = start
        while at in following and at is not pd.NA:
            if at in seen:
                return True
            seen.add(at)
            at = following[at]
        return False

    return pd.Series([circles(key) for key in frame["figure_id"]], index=frame.index, dtype=bool)


def _check_hypotheses(tables: dict[str, pd.DataFrame], note: _Note) -> None:
    name = "hypotheses"
    frame = tables[name]
    cells = frame["article_id"]
    known = tables["articles"]["article_id"]
    note(name, cells.notna() & ~cells.isin(known), "whose `article_id` is not in articles.csv")
    strange = [
        cell is not pd.NA and not set(split_needs(cell)) <= set(NEEDS) for cell in frame["needs"]
    ]
    note(
        name,
        pd.Series(strange, index=frame.index, dtype=bool),
        "whose `needs` is not in the vocabulary",
    )
    views = frame["current_view"]
    note(name, views.notna() & ~views.isin(VIEWS), "whose `current_view` is not in the vocabulary")


def split_needs(cell: str) -> list[str]:
    """The kinds of data named in a `needs` cell.

    >>> split_needs("posts;survey")
    ['posts', 'survey']
    """
    return [word.strip() for word in cell.split(";")]
