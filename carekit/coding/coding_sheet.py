"""Coding sheets: written as CSV or XLSX with their codebook, read back with faults explained."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from carekit.dataset.atomic import replacing
from carekit.dataset.csv_files import FORMULA_STARTS, rows_text
from carekit.errors import InputError, MissingExtraError
from carekit.text.checks import need_columns, one_of
from carekit.text.lexicon import strip_accents
from carekit.text.prepare import clean

CODEBOOK_LANGS = ("fr", "en")
CODE_COLUMNS = ("tone", "is_question", "is_complaint", "is_abuse")

# A cell that starts so is run as a formula by spreadsheet programs.
_FORMULA = (*FORMULA_STARTS, "|", "%")
MAX_CELL = 32_000
"""A spreadsheet cell holds 32,767 characters."""

_WORDS = {
    "negative": "negative neg n negatif negative -1 -",
    "neutral": "neutral neu neutre 0 =",
    "positive": "positive pos p positif 1 +",
    "yes": "yes y oui o true vrai 1 x",
    "no": "no n non false faux 0",
}


@dataclass(frozen=True)
class CodedSheet:
    """One coder's codes, one row per post: post_id, then `CODE_COLUMNS` that the sheet had, as codes
    of the codebook or missing, then `comment` where present; and how many posts have no code.
    """

    codes: pd.DataFrame
    n_empty: int

    def __str__(self) -> str:
        coded = len(self.codes) - self.n_empty
        return f"{coded} of {len(self.codes)} posts coded, {self.n_empty} without a code."


def load_codebook(*, lang: str = "fr") -> pd.DataFrame:
    """The codebook: columns column, code, label, definition, example.

    >>> load_codebook(lang="en").column.unique().tolist()
    ['tone', 'is_question', 'is_complaint', 'is_abuse']
    """
    one_of(lang, CODEBOOK_LANGS, argument="lang", hint="Use 'fr' or 'en'.")
    file = resources.files("carekit.coding").joinpath("codebooks", f"codebook_{lang}.csv")
    return pd.read_csv(io.StringIO(file.read_text("utf-8")), dtype=str)


def write_coding_sheet(
    sample: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    lang: str = "fr",
    columns: Sequence[str] = CODE_COLUMNS,
    coder: str = "",
) -> Path:
    """Write a sample, as `sample_for_coding` returns it, as a sheet to be coded by one person.

    .xlsx has lists to choose from and the codebook on a second sheet; .csv has it beside it, in
    `<name>.codebook.csv`. Cells that a spreadsheet would run as a formula start with an apostrophe;
    very long texts are cut at `MAX_CELL`.
    """
    unknown = [c for c in columns if c not in CODE_COLUMNS]
    if unknown or not columns:
        raise InputError(
            f"`columns` is {list(columns)}; expected some of {', '.join(CODE_COLUMNS)}. "
            "Name what is to be coded."
        )
    hint = "Draw it with sample_for_coding."
    need_columns(sample, ("text", "post_id"), argument="sample", hint=hint)
    codebook = load_codebook(lang=lang)
    codebook = codebook[codebook["column"].isin(columns)]
    head = ["post_id", "text", *columns, "comment"]
    rows = [
        [safe_cell(str(i)), safe_cell("" if pd.isna(t) else str(t)), *[""] * (len(columns) + 1)]
        for i, t in zip(sample["post_id"], sample["text"], strict=True)
    ]
    target = Path(path)
    if target.suffix.lower() == ".csv":
        _write_csv(target, [head, *rows])
        book = target.with_name(target.stem + ".codebook.csv")
        _write_csv(book, [list(codebook.columns), *codebook.to_numpy().tolist()])
    elif target.suffix.lower() == ".xlsx":
        _write_xlsx(target, head, rows, codebook, list(columns), coder)
    else:
        raise InputError(
            f"`path` is {os.fspath(path)!r}; expected a name ending in .xlsx or .csv. Rename it."
        )
    return target


def safe_cell(text: str) -> str:
    """The text as a spreadsheet shows it and does not run it.

    >>> safe_cell("=1+1"), safe_cell("@acme hello"), safe_cell("hello")
    ("'=1+1", "'@acme hello", 'hello')
    """
    plain = clean(text, max_chars=MAX_CELL)
    return "'" + plain if plain.lstrip(" ").startswith(_FORMULA) else plain


def unsafe_cell(text: str) -> str:
    """What `safe_cell` was given, as far as it can be told.

    >>> unsafe_cell(safe_cell("=1+1"))
    '=1+1'
    """
    return text[1:] if text[:1] == "'" and text[1:].lstrip(" ").startswith(_FORMULA) else text


def _write_csv(path: Path, rows: list[list[str]]) -> None:
    # The byte order mark lets spreadsheet programs read the accents.
    with replacing(path) as temporary:
        temporary.write_text(rows_text(rows), encoding="utf-8-sig", newline="")


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise MissingExtraError("openpyxl", "triage", "Reading and writing .xlsx sheets") from None
    return openpyxl


def _write_xlsx(
    path: Path,
    head: list[str],
    rows: list[list[str]],
    codebook: pd.DataFrame,
    columns: list[str],
    coder: str,
) -> None:
    openpyxl = _openpyxl()
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "coding"
    for row in [head, *rows]:
        sheet.append(row)
    for line in sheet.iter_rows():
        for cell in line:
            cell.data_type = "s"
            cell.alignment = Alignment(vertical="top", wrap_text=cell.column == 2)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for i, name in enumerate(head, start=1):
        sheet.column_dimensions[get_column_letter(i)].width = {1: 16, 2: 80}.get(i, 14)
        if name in columns and rows:
            codes = codebook["code"][codebook["column"] == name]
            choice = DataValidation(
                type="list", formula1='"' + ",".join(codes) + '"', allow_blank=True
            )
            sheet.add_data_validation(choice)
            letter = get_column_letter(i)
            choice.add(f"{letter}2:{letter}{len(rows) + 1}")
    sheet.freeze_panes = "C2"
    second = book.create_sheet("codebook")
    for row in [list(codebook.columns), *codebook.to_numpy().tolist()]:
        second.append([safe_cell(v) for v in row])
    for letter, width in zip("ABCDE", (14, 10, 18, 80, 50), strict=True):
        second.column_dimensions[letter].width = width
    book.properties.title = f"coding sheet {coder}".strip()
    book.properties.creator = "carekit"
    with replacing(path) as temporary:
        book.save(temporary)


def read_coding_sheet(path: str | os.PathLike[str]) -> CodedSheet:
    """Read a coded sheet back: .csv (comma, semicolon or tab; UTF-8 or Windows-1252) or .xlsx.

    Codes may be written in French or English, in full or short; empty cells are missing codes.
    InputError names cells with unknown codes, and ids that repeat or are empty.
    """
    target = Path(path)
    frame = _read_rows(target)
    if "post_id" not in frame.columns:
        raise InputError(
            f"`path` {os.fspath(path)!r} has no column 'post_id'; found: "
            f"{', '.join(map(str, frame.columns)) or 'nothing'}. Keep the first row of "
            "the sheet as it was written."
        )
    columns = [c for c in CODE_COLUMNS if c in frame.columns]
    if not columns:
        raise InputError(
            f"`path` {os.fspath(path)!r} has none of the columns {', '.join(CODE_COLUMNS)}; found: "
            f"{', '.join(map(str, frame.columns))}. Keep the first row of the sheet as it "
            "was written."
        )
    frame = frame.map(lambda v: unsafe_cell(v) if isinstance(v, str) else v)
    # Row numbers as the spreadsheet shows them: 1 is the head.
    frame.index = frame.index + 2
    frame = frame[(frame.map(lambda v: str(v).strip()) != "").any(axis=1)]
    _check_ids(frame["post_id"].astype(str))
    out = pd.DataFrame({"post_id": frame["post_id"].astype(str).to_numpy()})
    faults: list[str] = []
    for column in columns:
        allowed = load_codebook(lang="en").query("column == @column")["code"].tolist()
        values = frame[column].map(lambda v: _code(v, allowed))  # noqa: B023 - used at once
        wrong = frame.index[values == "?"]
        if len(wrong):
            shown = ", ".join(f"row {i}: {str(frame[column][i])[:20]!r}" for i in wrong[:3])
            faults.append(f"{column} ({len(wrong)} cells; {shown}; expected {', '.join(allowed)})")
        out[column] = pd.array(values.where(values != "", None).to_numpy(), dtype="string")
    if faults:
        raise InputError(
            f"`path` {os.fspath(path)!r} holds codes that are not in the codebook: "
            f"{'; '.join(faults)}. Mend these cells and save the sheet."
        )
    if "comment" in frame.columns:
        out["comment"] = frame["comment"].astype(str).to_numpy()
    return CodedSheet(out, int(out[columns].isna().all(axis=1).sum()))


def read_design(path: str | os.PathLike[str]) -> pd.DataFrame | None:
    """How the posts of a sheet were drawn: from the sheet itself, else from `<name>.design.csv`
    beside it (for a coder's sheet that of the name without the coder).

    Columns post_id, stratum, weight and perhaps strata (the columns that define them), all text;
    None where nothing tells.
    """
    sheet = Path(path)
    stems = [sheet.stem, sheet.stem.rpartition(".")[0]]
    beside = [sheet.with_name(f"{stem}.design.csv") for stem in stems if stem]
    for file in [sheet, *beside]:
        if not file.is_file():
            continue
        frame = _read_rows(file)
        if {"post_id", "stratum", "weight"} <= set(frame.columns):
            kept = [c for c in ("stratum", "weight", "strata") if c in frame.columns]
            frame = frame.map(lambda v: unsafe_cell(v) if isinstance(v, str) else v)
            return frame[["post_id", *kept]].astype(str)
    return None


def _code(value: Any, allowed: list[str]) -> str:
    """The codebook's code for a cell, "" when empty, "?" when unknown."""
    if isinstance(value, bool):
        value = "true" if value else "false"
    word = strip_accents(str(value)).strip().lower()
    if word in ("", "nan", "none"):
        return ""
    if word.endswith(".0"):
        word = word[:-2]
    for code in allowed:
        if word == code or word in _WORDS[code].split():
            return code
    return "?"


def _check_ids(ids: pd.Series) -> None:
    empty = ids.index[ids.str.strip().isin(["", "nan"])]
    repeated = ids[ids.duplicated()]
    if len(empty) or len(repeated):
        what = [f"row {i}" for i in empty[:3]] + [f"{v!r} again" for v in repeated[:3]]
        raise InputError(
            f"`post_id` is empty in {len(empty)} rows and repeats in {len(repeated)} "
            f"({', '.join(what)}); expected each post once. Restore the column from the sheet that "
            "was handed out."
        )


def _read_rows(path: Path) -> pd.DataFrame:
    """All cells as text; missing as the empty text."""
    if not path.is_file():
        raise InputError(
            f"`path` {os.fspath(path)!r} is no file; expected a coded sheet (.csv or .xlsx). "
            "Check the name."
        )
    if path.suffix.lower() == ".xlsx":
        return _read_xlsx(path)
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = raw.decode("latin-1")
    if "\x00" in text or not text.strip():
        raise InputError(
            f"`path` {os.fspath(path)!r} is empty or no text file; expected a coded sheet saved as "
            ".csv or .xlsx. Save it again from the spreadsheet program."
        )
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    head, body = rows[0], rows[1:]
    width = len(head)
    body = [(r + [""] * width)[:width] for r in body]
    return pd.DataFrame(body, columns=[h.strip() for h in head], dtype=object)


def _read_xlsx(path: Path) -> pd.DataFrame:
    openpyxl = _openpyxl()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, SyntaxError) as error:
        raise InputError(
            f"`path` {os.fspath(path)!r} could not be opened as a spreadsheet ({error}); expected "
            "an .xlsx file. Save it again from the spreadsheet program."
        ) from None
    sheet = book["coding"] if "coding" in book.sheetnames else book[book.sheetnames[0]]
    rows = [["" if v is None else v for v in row] for row in sheet.iter_rows(values_only=True)]
    book.close()
    if not rows:
        return pd.DataFrame()
    cells = [[v if isinstance(v, str | bool) else str(v) for v in row] for row in rows]
    return pd.DataFrame(cells[1:], columns=[str(h).strip() for h in cells[0]], dtype=object)
