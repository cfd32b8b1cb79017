"""Ages of respondents: numbers, codes that are none, and the classes into which they go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from carekit.errors import InputError
from carekit.sources.surveys.codebook import Codebook
from carekit.sources.surveys.questions import read_numbers
from carekit.sources.surveys.survey_file import SurveyFile

if TYPE_CHECKING:
    import pandas as pd

# The bands of the Pew Research Center, whose microdata are the ones most easily had.
AGE_GROUPS = "18-29,30-49,50-64,65+"
OLDEST = 120


def missing_codes(read: SurveyFile, column: str, book: Codebook) -> dict[str, str]:
    """Codes that the file or the codebook declares missing for this very column."""
    asked = book.for_column(column)
    return {**read.declared.get(column, {}), **(asked.missing if asked else {})}


def read_ages(
    read: SurveyFile, column: str, book: Codebook, ids: pd.Series, notes: list[str]
) -> pd.Series:
    cells = read.cells[column]
    labels = read.labels.get(column, {})
    # A labelled age is a reason (refused) unless its label starts with the number (97 or older).
    reasons = {c: text for c, text in labels.items() if not text.startswith(c)}
    reasons |= {**book.missing, **missing_codes(read, column, book)}
    gone = cells.isin(list(reasons))
    numbers = read_numbers(cells.where(~gone, None))
    wrong = cells.notna() & ~gone & ~(numbers.between(0, OLDEST) & (numbers % 1 == 0))
    if wrong.any():
        raise InputError(
            f"`age`: column {column!r} of {read.name} is no whole number from 0 to {OLDEST} in "
            f"{first_of(ids, wrong)} ({', '.join(map(repr, cells[wrong].unique()[:3]))}). Name "
            "missing codes in the codebook, or map a column of classes to age_group."
        )
    for code, why in reasons.items():
        if count := int((cells == code).sum()):
            notes.append(f"Age: {count:,} × {why} ({code}), now empty.")
    kept = set(asked.answers or ()) if (asked := book.for_column(column)) else set()
    coded = numbers.isin([98, 99]) & ~cells.isin(list(kept))
    very_old = int(numbers.between(90, 97).sum())
    if (count := int(coded.sum())) > max(very_old / 4, 1):
        # People grow fewer with age: two years cannot hold more than two of the eight before.
        numbers = numbers.mask(coded)
        notes.append(
            f"Age: {count:,} × 98 or 99, too many beside {very_old:,} from 90 to 97: read as codes "
            "for don't know and refused, now empty. If they are ages, list 98 and 99 under "
            "`answers` of that column in a codebook."
        )
    elif count:
        notes.append(
            f"Age: {count:,} × 98 or 99, codes that many surveys use for don't know and refused; "
            "they count as ages here. Name such codes in a codebook to leave them out: "
            '{"age": {"missing": {"99": "refused"}}}.'
        )
    return numbers.astype("Int64")


def group_ages(
    frame: pd.DataFrame, fixed: Mapping[str, str], age_groups: str | None, notes: list[str]
) -> None:
    if "age_group" in fixed or "age" not in fixed:
        if age_groups is not None:
            why = "is mapped already" if "age_group" in fixed else "needs a column mapped to age"
            raise InputError(
                f"`--age-groups` is {age_groups!r}, and age_group {why}; expected an age in years "
                "to be put into groups. Correct --map, or leave --age-groups out."
            )
        return
    bands = read_bands(age_groups or AGE_GROUPS)
    groups = frame["age"].map(
        lambda age: next((n for n, low, high in bands if low <= age <= high), None),
        na_action="ignore",
    )
    frame["age_group"] = groups.astype("object").where(groups.notna(), None)
    outside = int((frame["age"].notna() & frame["age_group"].isna()).sum())
    unknown = int(frame["age"].isna().sum())
    names = ", ".join(name for name, _, _ in bands)
    notes.append(
        f"age_group: {names}; {outside:,} ages outside of these, {unknown:,} without an age."
    )


def read_bands(text: str) -> list[tuple[str, int, float]]:
    """`"18-29,30-49,50+"` → name, lowest and highest age of each band."""
    bands: list[tuple[str, int, float]] = []
    for part in text.split(","):
        name = part.strip().replace("–", "-")
        found = re.fullmatch(r"(\d+)(?:-(\d+)|\+)", name)
        if found is None or (found[2] and int(found[2]) < int(found[1])):
            raise InputError(
                f"`--age-groups` holds {name!r}; expected bands such as 18-29,30-49,50-64,65+. "
                "Separate them by commas."
            )
        low, high = int(found[1]), float(found[2]) if found[2] else float("inf")
        for other, start, end in bands:
            if low <= end and start <= high:
                raise InputError(
                    f"`--age-groups`: {other} and {name} overlap; expected each age in one band at "
                    "most. Correct one of them."
                )
        bands.append((name, low, high))
    return bands


def first_of(ids: pd.Series, wrong: pd.Series) -> str:
    """`2 rows (first: r1, r7)`."""
    count = int(wrong.sum())
    shown = ", ".join(map(str, ids[wrong][:3]))
    return f"{count} row{'s' if count > 1 else ''} (first: {shown})"
