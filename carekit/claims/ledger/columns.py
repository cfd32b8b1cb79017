"""The files of a ledger: their columns and words, and how text becomes typed frames."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pandas as pd

from carekit.dataset.resources import data_folder
from carekit.errors import InputError, SchemaError

UNITS: Final = ("proportion", "proportion_change", "score_20", "minutes", "count", "rank")
STATUSES: Final[dict[str, str]] = {
    "as_printed": "printed in an article",
    "primary": "reported for the study behind an article",
    "later": "other study, used for comparison",
    "inferred": "deduced without a published number",
    "derived": "arithmetic on other rows",
}
GROUP_DIMS: Final = tuple(
    "total accounts activity age age_x_channel age_x_gender channel channels company contacts "
    "country delay destination firm_size frequency generation generation_x_channel "
    "message_type_x_delay motive outcome platform population purpose reaction reading rule "
    "satisfaction sector sector_x_share statistic volume weighting".split()
)
MODES: Final = (
    "announcement",
    "census",
    "content analysis",
    "list, method unknown",
    "mystery tests",
    "official statistics",
    "online survey",
    "post tracking",
    "post tracking and survey",
    "survey of contact centres",
    "survey of managers",
    "survey, mode not seen",
    "telephone survey",
    "test questions",
)
NEEDS: Final = ("posts", "survey", "figures", "calls")


class Measure(NamedTuple):
    """A word for what is measured: `label` for tables, `meaning`, and what a test of it needs."""

    section: str
    label: str
    meaning: str
    data: str
    needs: str


@cache
def measures() -> dict[str, Measure]:
    """The vocabulary of measures (data/claims/measures.csv) by word."""
    path = data_folder("claims") / "measures.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {name: Measure(*rest) for name, *rest in list(csv.reader(file))[1:]}


# file → columns. `!`: every row needs a cell; a kind other than text follows a colon.
_WRITTEN: Final = {
    "published_figures": """
        figure_id! article_id study_id! measure! group_dim! group! country network
        period_start:date period_end:date value:number value_low:number value_high:number unit!
        base! sample_size:integer assumed_n:integer out_of:integer denominator_type asked_if
        counted_answer status! verified! source! note corrected_by""",
    "studies": """
        study_id! publisher title year:integer country mode sample_size:integer population
        definition account_kind how_known""",
    "articles": "article_id! name! author title outlet_or_site published:date language studies note",
    "hypotheses": """
        hypothesis_id! article_id! statement! test! needs! known_evidence figures
        current_view!""",
}
COLUMNS: Final[dict[str, dict[str, str]]] = {
    file: {
        name.rstrip("!"): kind or "text"
        for name, _, kind in (word.partition(":") for word in text.split())
    }
    for file, text in _WRITTEN.items()
}
KEYS: Final = {file: next(iter(columns)) for file, columns in COLUMNS.items()}
REQUIRED: Final = {
    file: [word.rstrip("!") for word in text.split() if word.endswith("!")]
    for file, text in _WRITTEN.items()
}

_DTYPES: Final = {
    "text": "string",
    "number": "float64",
    "integer": "Int64",
    "date": "datetime64[s]",
}
_EXPECTED: Final = {
    "text": "text",
    "number": "a number",
    "integer": "a whole number",
    "date": "a date like 2015-01-31",
}


def count_rows(n: int) -> str:
    """A number of rows, in words that agree with it.

    >>> count_rows(1), count_rows(3)
    ('1 row', '3 rows')
    """
    return f"{n} row" if n == 1 else f"{n} rows"


def some_ids(ids: list[str]) -> str:
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


def _converted(cells: pd.Series, kind: str) -> pd.Series:
    if kind == "text" or pd.api.types.is_datetime64_any_dtype(cells):
        return cells
    if kind == "date":
        return pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce")
    values = pd.to_numeric(cells, errors="coerce").astype("float64")
    values = values.mask(values.abs() == float("inf"))
    return values.mask(values.notna() & (values % 1 != 0)) if kind == "integer" else values


def split_words(cell: str | None) -> list[str]:
    """The words of a cell such as "posts;survey"; none of an empty one."""
    return [] if pd.isna(cell) else [word.strip() for word in cell.split(";")]
