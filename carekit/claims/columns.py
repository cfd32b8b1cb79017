"""The four files of a ledger: their columns and types, and how text becomes typed frames."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import pandas as pd

from carekit.errors import InputError, SchemaError

# file → column → kind: text, number, integer or date
COLUMNS: Final[dict[str, dict[str, str]]] = {
    "published_figures": {
        "figure_id": "text",
        "article_id": "text",
        "study_id": "text",
        "measure": "text",
        "group_dim": "text",
        "group": "text",
        "country": "text",
        "network": "text",
        "period_start": "date",
        "period_end": "date",
        "value": "number",
        "value_low": "number",
        "value_high": "number",
        "unit": "text",
        "base": "text",
        "sample_size": "integer",
        "denominator_type": "text",
        "status": "text",
        "verified": "text",
        "source": "text",
        "note": "text",
        "corrected_by": "text",
    },
    "studies": {
        "study_id": "text",
        "publisher": "text",
        "title": "text",
        "year": "integer",
        "country": "text",
        "mode": "text",
        "sample_size": "integer",
        "population": "text",
        "how_known": "text",
    },
    "articles": {
        "article_id": "text",
        "author": "text",
        "title": "text",
        "outlet_or_site": "text",
        "published": "date",
        "language": "text",
        "note": "text",
    },
    "hypotheses": {
        "hypothesis_id": "text",
        "article_id": "text",
        "statement": "text",
        "test": "text",
        "needs": "text",
        "known_evidence": "text",
        "current_view": "text",
    },
}

KEYS: Final = {
    "published_figures": "figure_id",
    "studies": "study_id",
    "articles": "article_id",
    "hypotheses": "hypothesis_id",
}

_DTYPES: Final = {
    "text": "string",
    "number": "float64",
    "integer": "Int64",
    "date": "datetime64[s]",
}


def count_rows(n: int) -> str:
    """A number of rows, in words that agree with it.

    >>> count_rows(1), count_rows(3)
    ('1 row', '3 rows')
    """
    return f"{n} row" if n == 1 else f"{n} rows"


def some_ids(ids: list[str]) -> str:
    """The first three ids of a list, and a mark when there are more."""
    return ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")


def read_file(path: Path) -> pd.DataFrame:
    """One file of the ledger as a frame of text, an empty cell as missing.

    Raises
    ------
    InputError
        If the file is missing, is not UTF-8, or has lines with more or fewer cells than its header.
    SchemaError
        If a column is missing, unknown or there twice.
    """
    name = path.stem
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for line in csv.reader(file, strict=True) if line]
    except FileNotFoundError:
        wanted = ", ".join(f"{stem}.csv" for stem in COLUMNS)
        raise InputError(
            f"the ledger folder {str(path.parent)!r} has no file {path.name!r}; expected the files "
            f"{wanted}. Name the folder that holds them, or leave `folder` out for the ledger "
            "that comes with carekit."
        ) from None
    except (UnicodeDecodeError, csv.Error) as problem:
        raise InputError(
            f"{path.name} cannot be read ({problem}); expected UTF-8 text, comma-separated. "
            "Save it again as CSV UTF-8."
        ) from None
    header = lines[0] if lines else []
    _check_header(path.name, header, list(COLUMNS[name]))
    ragged = [line[0] or "(no id)" for line in lines[1:] if len(line) != len(header)]
    if ragged:
        raise InputError(
            f"{path.name} has {count_rows(len(ragged))} with another number of cells than its "
            f"header: {some_ids(ragged)}; expected {len(header)} cells a row. Quote the cells that "
            "hold commas."
        )
    cells = [[cell or None for cell in line] for line in lines[1:]]
    return pd.DataFrame(cells, columns=header, dtype="string")[list(COLUMNS[name])]


def _check_header(file: str, header: list[str], wanted: list[str]) -> None:
    missing = [column for column in wanted if column not in header]
    extra = [column for column in dict.fromkeys(header) if column not in wanted]
    twice = [column for column in wanted if header.count(column) > 1]
    if missing or extra or twice:
        parts = [
            f"{what} {', '.join(map(repr, columns))}"
            for what, columns in (("lacks", missing), ("repeats", twice), ("does not know", extra))
            if columns
        ]
        raise SchemaError(
            f"{file} {' and '.join(parts)}; expected the columns: {', '.join(wanted)}. "
            "Rename or remove columns to match."
        )


def typed(frame: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """The frame with the types of its file, and one fault for each column with unreadable cells.

    A cell that cannot be read becomes missing; the fault counts them and names three.
    """
    faults = []
    ready = {}
    keys = frame[KEYS[name]]
    for column, kind in COLUMNS[name].items():
        cells = frame[column]
        values = _converted(cells, kind)
        bad = keys[cells.notna() & values.isna()].fillna("(no id)").tolist()
        if bad:
            faults.append(
                f"{name}.csv: {count_rows(len(bad))} whose `{column}` is not {_EXPECTED[kind]}: "
                f"{some_ids(bad)}"
            )
        ready[column] = values.astype(_DTYPES[kind])  # type: ignore[call-overload]
    return pd.DataFrame(ready), faults


_EXPECTED: Final = {
    "text": "text",
    "number": "a number",
    "integer": "a whole number",
    "date": "a date like 2015-01-31",
}


def _converted(cells: pd.Series, kind: str) -> pd.Series:
    if kind == "text" or pd.api.types.is_datetime64_any_dtype(cells):
        return cells
    if kind == "date":
        return pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce")
    values = pd.to_numeric(cells, errors="coerce").astype("float64")
    values = values.mask(values.abs() == float("inf"))
    if kind == "integer":
        return values.mask(values.notna() & (values % 1 != 0))
    return values
