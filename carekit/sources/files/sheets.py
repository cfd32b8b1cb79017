"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS) → the rows of one sheet as text."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from carekit.errors import InputError, MissingExtraError, did_you_mean

_OLD = b"\xd0\xcf\x11\xe0"
_LARGEST_EXACT = 1e15  # a cell keeps 15 digits; those of a longer number are lost
_MOST_BLANK = 1_000  # blank rows in a row: the rest of a sheet that was formatted to its end


def is_workbook(path: Path) -> bool:
    """True for a file that holds sheets, whatever its name says."""
    with path.open("rb") as file:
        head = file.read(4)
    if head == _OLD:
        return True
    if head != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                return b"spreadsheet" in archive.read("mimetype")[:100]
    except (OSError, zipfile.BadZipFile, RuntimeError):
        return False
    return any(n.startswith("xl/workbook") for n in names)


def write_sheet(path: Path, target: Path, *, sheet: str | None, name: str) -> str:
    """Write one sheet as CSV, one record a row; returns the sentence that says which.

    Numbers lose a `.0`; beyond 15 digits they are written so that their lost digits show; times are
    written as ISO 8601.
    """
    try:
        import python_calamine as calamine
    except ImportError as error:
        raise MissingExtraError(
            "python-calamine", "sheets", f"Reading the workbook {name}"
        ) from error
    try:
        with calamine.load_workbook(str(path)) as book:
            chosen, told = _chosen(book, sheet, name)
            sheet_ = book.get_sheet_by_name(chosen)
            rows = sheet_.to_python(skip_empty_area=False)
            told += _filled_down(rows, getattr(sheet_, "merged_cell_ranges", None) or (), name)
    except (calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        why = (
            "it is protected by a password"
            if isinstance(error, calamine.PasswordError)
            else type(error).__name__
        )
        raise InputError(
            f"`files`: the workbook {name} cannot be read ({why}). Expected XLSX, XLS or ODS "
            "without a password. Save the sheet as CSV and import that."
        ) from error
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        n_blank = 0
        clocked = _clocked(rows)
        for row in rows:
            cells = [_text(v, at in clocked) for at, v in enumerate(row)]
            if not any(cells):
                n_blank += 1
                if n_blank > _MOST_BLANK:
                    break
                file.write("\n")
                continue
            n_blank = 0
            writer.writerow(cells)
    return told.strip()


def _filled_down(rows: list[list[Any]], merged: Sequence[Any], name: str) -> str:
    """Write the value of cells merged over several rows into each; a sentence if there are any."""
    data = next((i for i, r in enumerate(rows) if any(not isinstance(v, str) for v in r)), 0)
    first = data or next((i for i, r in enumerate(rows) if any(r)), 0) + 1
    n = 0
    for (top, left), (bottom, right) in merged:
        if left != right or top == bottom or top < first or bottom >= len(rows):
            continue
        for row in rows[top + 1 : bottom + 1]:
            row[left] = rows[top][left]
        n += 1
    many = "cell is" if n == 1 else "cells are"
    return f" {n:,} merged {many} read as if each row below held the same." if n else ""


def _chosen(book: Any, sheet: str | None, name: str) -> tuple[str, str]:
    """The name of the sheet to read, and a sentence on the others."""
    names = list(book.sheet_names)
    if sheet is not None:
        wanted = sheet.strip()
        if wanted in names:
            return wanted, ""
        if wanted.isdigit() and 1 <= int(wanted) <= len(names):
            return names[int(wanted) - 1], ""
        folded = {n.casefold(): n for n in names}
        if wanted.casefold() in folded:
            return folded[wanted.casefold()], ""
        hint = did_you_mean(wanted, names)
        raise InputError(
            f"`sheet` is {sheet!r}, and {name} has no such sheet; it holds: "
            f"{', '.join(map(repr, names))}.{hint} Correct --sheet (a name, or its number)."
        )
    filled = [n for n in names if _height(book, n) > 1] or names
    if not filled:
        raise InputError(f"`files`: the workbook {name} holds no sheet. Get the file again.")
    if len(filled) == 1:
        return filled[0], ""
    wide = [n for n in filled if book.get_sheet_by_name(n).width >= 3] or filled
    taken = wide[0]
    others = ", ".join(repr(n) for n in [n for n in filled if n != taken][:4])
    first = "the first" if taken == filled[0] else "the first that holds a table"
    return taken, (
        f"{name} holds {len(filled)} sheets; {first}, {taken!r}, was read. The others are not "
        f"in the dataset: {others}. Name another with --sheet."
    )


def _height(book: Any, name: str) -> int:
    try:
        return int(book.get_sheet_by_name(name).height)
    except Exception:  # a chart, or a sheet of another kind
        return 0


def _clocked(rows: Sequence[Sequence[Any]]) -> set[int]:
    """Columns that hold times of day: a date in them is midnight, not a whole day."""
    return {
        at
        for row in rows
        for at, value in enumerate(row)
        if isinstance(value, datetime) and value.time() != time(0)
    }


def _text(value: Any, clocked: bool) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if abs(value) >= _LARGEST_EXACT:
            return f"{value:.14E}"
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime):
        if value.time() == time(0) and not clocked:
            return value.date().isoformat()
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return f"{value.isoformat()} 00:00:00" if clocked else value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)
