"""Files of respondents as they came: every cell a code in text, with the labels the file holds."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.dataset.folder import Rejected
from carekit.errors import InputError, MissingExtraError
from carekit.sources.files.cells import TOTALS
from carekit.sources.files.opening import Reading
from carekit.sources.files.records import EMPTY
from carekit.sources.report import counted
from carekit.sources.surveys.sets import multiple_sets
from carekit.sources.surveys.ticks import NO, YES

if TYPE_CHECKING:
    import pandas as pd

STATISTICS = {".sav": "SPSS", ".zsav": "SPSS", ".por": "SPSS", ".dta": "Stata"}
DECLARED = "declared missing in the file"


@dataclass(frozen=True)
class SurveyFile:
    """One file of respondents."""

    name: str
    # One row per respondent, one column per column of the file; text without outer blanks, None
    # where the cell is empty. Whole numbers have no decimal point.
    cells: pd.DataFrame
    wordings: Mapping[str, str]  # labels of columns, where the file has them (SPSS, Stata)
    labels: Mapping[str, Mapping[str, str]]  # labels of codes, where the file has them
    declared: Mapping[str, Mapping[str, str]]  # codes that the file itself declares missing (SPSS)
    n_read: int  # rows of the file, those that cannot be read included
    sha256: str
    rejected: tuple[Rejected, ...] = ()  # rows of a text file that cannot be read
    warnings: tuple[str, ...] = ()  # what was repaired
    # Columns that the file says to be options of one question.
    blocks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tool: str = ""  # whose export it is, if that is known


def read_survey_file(path: Path, reading: Reading | None = None) -> SurveyFile:
    """Read a file of respondents: SPSS (.sav, .zsav, .por), Stata (.dta), else a table.

    A table is delimited text in any encoding, or a workbook.
    """
    if not path.is_file():
        raise InputError(
            f"`file`: there is no file {path}. Expected a survey as CSV, SPSS (.sav) or Stata "
            "(.dta). Check the spelling."
        )
    if path.suffix.lower() in STATISTICS:
        return _statistics(path)
    return _table(path, reading or Reading())


def _table(path: Path, reading: Reading) -> SurveyFile:
    import pyarrow.parquet as pq

    from carekit.sources.files.opening import open_file
    from carekit.sources.files.table import open_table
    from carekit.sources.surveys.exports import structure

    with tempfile.TemporaryDirectory() as folder:
        opened = open_file(path, Path(folder), reading)
        table = open_table(opened, name=path.name, header=reading.header)
        known = structure(table.header)
        names = [n for n in table.header.names if n]
        doubled = sorted({n for n in names if names.count(n) > 1})
        if doubled and not known.tool:
            raise InputError(
                f"`file`: {path.name} has several columns named "
                f"{', '.join(map(repr, doubled[:3]))}; expected each name once. Rename them in the "
                "file."
            )
        table.stage(Path(folder))
        staged = next(Path(folder).glob("*.rows.parquet"))
        cells = pq.read_table(staged, columns=table.columns).to_pandas()
    cells.columns = list(known.names)
    for name in cells.columns:
        text = cells[name].astype("object").str.strip()
        cells[name] = text.where(text.notna() & (text != ""), None)
    totals = cells.iloc[:, 0].astype("string").str.fullmatch(TOTALS, case=False).fillna(False)
    last = totals & (cells.index >= len(cells) - 3)
    cells = cells[~last].reset_index(drop=True)
    rejected = tuple(r for r in table.rejected if r.reason != EMPTY)
    n_read = len(cells) + sum(r.n for r in rejected)
    n_read += int(last.sum())
    told = [w for w in table.warnings if "takes" not in w or not known.tool]
    if known.tool:
        rows = f", with a header of {len(table.header.rows)} rows" if table.header.rows else ""
        told.append(f"{path.name} was read as an export of {known.tool}{rows}.")
    if last.any():
        told.append(
            f"{counted(int(last.sum()), 'row')} of totals at the end of {path.name} left out."
        )
    return SurveyFile(
        path.name,
        cells,
        known.wordings,
        {},
        {},
        n_read,
        table.facts.sha256,
        rejected,
        tuple(told),
        known.blocks,
        known.tool,
    )


def _statistics(path: Path) -> SurveyFile:
    kind = STATISTICS[path.suffix.lower()]
    try:
        import pyreadstat
    except ImportError as error:
        raise MissingExtraError("pyreadstat", "survey", f"Reading a {kind} file") from error
    from carekit.dataset import atomic as files

    readers: dict[str, Callable[..., Any]] = {
        ".dta": pyreadstat.read_dta,
        ".por": pyreadstat.read_por,
    }
    reader: Callable[..., Any] = readers.get(path.suffix.lower(), pyreadstat.read_sav)
    options: dict[str, Any] = {} if path.suffix.lower() == ".por" else {"user_missing": True}
    try:
        frame, meta = reader(str(path), **options)
    # pyreadstat has its own error without a public name, and lets decoding errors through.
    except Exception as error:
        raise InputError(
            f"`file`: {path.name} cannot be read as a {kind} file "
            f"({str(error).splitlines()[0] if str(error) else type(error).__name__}). Export it "
            "again, or as CSV."
        ) from error
    cells = frame.apply(lambda column: column.map(_code)).astype("object")
    cells = cells.where(cells.notna(), None)
    labels = {
        column: {_code(code) or "": str(label).strip() for code, label in found.items()}
        for column, found in meta.variable_value_labels.items()
    }
    wordings = {c: str(text).strip() for c, text in meta.column_names_to_labels.items() if text}
    declared = _declared(cells, meta, labels)
    blocks = multiple_sets(cells, meta, labels, wordings)
    for column in (c for block in blocks.values() for c in block):
        # 1 and 2 tick as their labels say.
        said = {v: t for v, t in labels.get(column, {}).items() if t.casefold() in YES | NO}
        cells[column] = cells[column].map(lambda v, said=said: said.get(v, v))
    return SurveyFile(
        path.name,
        cells,
        wordings,
        labels,
        declared,
        len(cells),
        files.checksum(path),
        blocks=blocks,
    )


def _code(value: Any) -> str | None:
    """A cell of a statistics file as text: 1.0 is '1', a blank is None."""
    if value is None or value != value:
        return None
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)
    return str(value).strip() or None


def _declared(
    cells: pd.DataFrame, meta: Any, labels: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Codes inside the missing ranges of SPSS, or named as missing values of Stata."""
    found: dict[str, dict[str, str]] = {}
    for column, ranges in meta.missing_ranges.items():
        codes = [c for c in cells[column].dropna().unique() if _within(c, ranges)]
        found[column] = {c: labels.get(column, {}).get(c, DECLARED) for c in codes}
    for column, values in meta.missing_user_values.items():
        codes = [c for c in map(_code, values) if c is not None]
        found.setdefault(column, {}).update(
            {c: labels.get(column, {}).get(c, DECLARED) for c in codes}
        )
    return {column: codes for column, codes in found.items() if codes}


def _within(code: str, ranges: list[dict[str, Any]]) -> bool:
    for part in ranges:
        low, high = part["lo"], part["hi"]
        if isinstance(low, str) or isinstance(high, str):
            if code in (str(low).strip(), str(high).strip()):
                return True
            continue
        try:
            number = float(code)
        except ValueError:
            continue
        if low <= number <= high:
            return True
    return False
