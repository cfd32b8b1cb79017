"""A table of counts that somebody wants to add to data/measured: is it whole, and does it add up?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from carekit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

LEAST = 5  # persons behind a cell; fewer may be told apart
CARD = "**What**,**How**,**Personal data**,**Licence**,**Corrections**,## Known bias".split(",")
# total → what adds up to it, where a table has all of these columns
SUMS = {
    "n_answered": ("n_negative", "wait_lt1h", "wait_h1_8", "wait_h8_24", "wait_d1_3", "wait_d3_7",
                   "wait_gt7d", "wait_unknown"),
    "n": ("n_closed", "n_negative", "still_open"),
    "n_closed": ("close_lt1h", "close_h1_8", "close_h8_24", "close_d1_3", "close_d3_7",
                 "close_d7_30", "close_d30_90", "close_gt90d"),
}  # fmt: skip
PERSONS = frozenset(
    "author author_id user user_id username user_name name handle email phone text content review "
    "body title post_id review_id reviewid tweet_id request_id thread_id url link".split()
)  # columns that a table of counts has no place for
PARTS = ("n_answered", "n_yes", "n_negative", "n_timely", "n_mature7d")


def check_contributed(path: str | Path) -> list[str]:
    """What is wrong with a table of counts and its card; an empty list if nothing is.

    Parameters
    ----------
    path : str or Path
        A CSV file: columns that say what a row counts, then counts (n, n_answered, …: whole numbers
        that are not negative). Its card stands beside it, NAME.md.

    Returns
    -------
    list of str
        A sentence for each fault: no rows, a count that is none or blank, columns of persons or
        texts, repeated rows, parts larger than their whole, sums that do not close, columns that
        the card does not explain, parts of the card that are missing or empty.
        A sentence that begins with "Note:" is no fault (cells under five).

    Raises
    ------
    InputError
        If the file is not there or is no table.

    Examples
    --------
    >>> from carekit.dataset.resources import data_folder
    >>> check_contributed(data_folder("measured") / "app_reviews_waits.csv")
    []
    """
    import pandas as pd

    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"`file` is {str(path)!r}, which is no file. Give a CSV with its card beside."
        )
    try:
        table = pd.read_csv(path)
    except (ValueError, pd.errors.ParserError) as error:
        raise InputError(
            f"{path} is no table in CSV: {error}. Correct it and check again."
        ) from None
    counts = [c for c in table.columns if c == "n" or c.startswith(("n_", "wait_", "close_"))]
    counts += [c for c in ("events", "censored", "still_open") if c in table.columns]
    numeric = [c for c in counts if pd.api.types.is_integer_dtype(table[c])]
    if table.empty:
        return ["The table has no rows."]
    found = [
        f"Column {c!r} is called a count but holds other than whole numbers."
        for c in counts
        if c not in numeric and not table[c].isna().any()
    ]
    added_up = {"n", *PARTS, *SUMS, *(part for parts in SUMS.values() for part in parts)}
    found += [
        f"Column {c!r} has {int(table[c].isna().sum())} blank cells: write 0, or leave the rows out."
        for c in counts
        if c in added_up and table[c].isna().any()
    ]
    found += [
        f"Column {c!r} would tell of persons or texts; a table here holds counts only."
        for c in table.columns
        if c.lower() in PERSONS
    ]
    found += [f"Column {c!r} holds negative counts." for c in numeric if (table[c] < 0).any()]
    if not counts:
        found.append("No column is a count: expected n, or events and censored.")
    found += _repeated(table, [c for c in table.columns if c not in counts])
    found += _sums(table, set(numeric))
    small = int((table[numeric] < LEAST).where(table[numeric] > 0, False).to_numpy().sum())
    card = path.with_suffix(".md")
    if not card.is_file():
        return [*found, f"{card.name} is missing: the card that says what is counted and how."]
    text = card.read_text(encoding="utf-8")
    if small and "Cells under five" not in text:
        found.append(
            f"Note: {small} cells are under five; say in the card why they may stand, or suppress them."
        )
    for part in CARD:
        said = re.search(rf"{re.escape(part)}:?([^\n]*(?:\n(?!- \*\*|#).*)*)", text)
        if said is None:
            found.append(f"The card lacks {part}.")
        elif not said[1].strip(" :\n|-"):
            found.append(f"The card says nothing under {part}.")
    explained = set(re.findall(r"^\| (\w+) \|", text, re.M))
    found += [
        f"The card does not explain column {c!r}." for c in table.columns if c not in explained
    ]
    return found


def _repeated(table: pd.DataFrame, keys: list[str]) -> list[str]:
    labels = table[keys].astype("string").apply(lambda c: c.str.strip().str.casefold())
    n = int(labels.duplicated().sum()) if keys else 0
    return [f"{n} rows repeat the labels of another row: {', '.join(keys)}."] if n else []


def _sums(table: pd.DataFrame, counts: set[str]) -> list[str]:
    found = [
        f"{part} exceeds n in {int((table[part] > table['n']).sum())} rows."
        for part in PARTS
        if {part, "n"} <= counts and (table[part] > table["n"]).any()
    ]
    for total, parts in SUMS.items():
        if {total, *parts} <= counts:
            n = int((table[list(parts)].sum(axis=1) != table[total]).sum())
            if n:
                found.append(f"{total} is not the sum of {' + '.join(parts)} in {n} rows.")
    return found
