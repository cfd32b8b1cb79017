"""Any file that a user names → plain text that the readers take.

Archives are unpacked, one sheet of a workbook is written as CSV, a text in another encoding than
UTF-8 or UTF-16 is written anew in UTF-8. What was done is said.
"""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from carekit.dataset import atomic
from carekit.errors import InputError
from carekit.sources.files.encodings import NAMES, checked_encoding, file_encoding
from carekit.sources.files.sheets import is_workbook, write_sheet
from carekit.sources.files.text import CHUNK
from carekit.sources.report import counted

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


@dataclass(frozen=True)
class Reading:
    """What the user says about how a file is to be opened."""

    encoding: str | None = None  # of a text file; told from the file without it
    # Name or number of the sheet of a workbook; the first that is filled without it.
    sheet: str | None = None
    header: int | None = None  # the line (row) in which the header stands; found without it
    # What to do where accents look wrong: not every command has the option.
    remedy: str = "name its encoding with --encoding"


@dataclass(frozen=True)
class Opened:
    """A file as the readers get it.

    `path` is plain text; `sha256` that of the file as it came, or None if it is the same. A table
    whose lines are the rows of a sheet is `by_rows`.
    """

    path: Path
    name: str
    sha256: str | None = None
    by_rows: bool = False
    warnings: tuple[str, ...] = ()


def open_file(path: Path, folder: Path, reading: Reading, *, name: str | None = None) -> Opened:
    """Unpack, take the sheet, decode: into `folder`, which must exist."""
    shown = name or path.name
    if reading.encoding is not None:
        checked_encoding(reading.encoding)
    if is_workbook(path):
        if reading.encoding is not None:
            raise InputError(
                f"`encoding` is {reading.encoding!r}, and {shown} is a workbook, which has none; "
                "expected a text file. Leave --encoding out."
            )
        target = folder / f"{path.name}.csv"
        told = write_sheet(path, target, sheet=reading.sheet, name=shown)
        return Opened(target, shown, atomic.checksum(path), True, (told,) if told else ())
    plain = unpacked(path, folder)
    if plain != path and is_workbook(plain):
        return open_file(plain, folder, reading, name=shown)
    if reading.sheet is not None:
        raise InputError(
            f"`sheet` is {reading.sheet!r}, and {shown} is no workbook; expected XLSX, XLS or ODS. "
            "Leave --sheet out."
        )
    return _decoded(plain, folder, reading, shown)


def _decoded(path: Path, folder: Path, reading: Reading, shown: str) -> Opened:
    given = checked_encoding(reading.encoding) if reading.encoding else None
    used = given or file_encoding(path)
    if used.replace("_", "-") in ("utf-8", "utf-8-sig", "ascii") or (
        given is None and used.startswith("utf-")
    ):
        return Opened(path, shown)
    target = folder / f"{path.name}.utf8"
    n_lost = 0
    with (
        path.open(encoding=used, errors="replace", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as made,
    ):
        while chunk := source.read(CHUNK):
            n_lost += chunk.count("\ufffd")
            made.write(chunk)
    said = []
    if given is None:
        said.append(
            f"{shown} is no valid UTF-8; it was read as {NAMES.get(used, used)}. If accents look "
            f"wrong, {reading.remedy}."
        )
    if n_lost:
        said.append(
            f"{counted(n_lost, 'byte of ' + shown + ' means', 'bytes of ' + shown + ' mean')} nothing in "
            f"{NAMES.get(used, used)} and became U+FFFD."
        )
    return Opened(target, shown, atomic.checksum(path), False, tuple(said))


def unpacked(path: Path, folder: Path) -> Path:
    """The file itself, or what it holds if it is packed."""
    with path.open("rb") as file:
        head = file.read(4)
    target = folder / f"{path.name}.unpacked"
    try:
        if head.startswith(_GZIP):
            with gzip.open(path) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            return target
        if head == _ZIP:
            with zipfile.ZipFile(path) as archive:
                names = [i.filename for i in archive.infolist() if not i.is_dir()]
                # What macOS and Windows put beside the files.
                names = [
                    n for n in names if not re.search(r"(^|/)(__MACOSX/|\._|\.DS_Store|Thumbs)", n)
                ]
                if len(names) != 1:
                    raise InputError(
                        f"`files`: {path.name} holds {len(names)} files "
                        f"({', '.join(names[:5])}); expected one. Unpack it and name the file to "
                        "import."
                    )
                with archive.open(names[0]) as packed, target.open("wb") as plain:
                    shutil.copyfileobj(packed, plain)
            return target
    except (OSError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise InputError(
            f"`files`: {path.name} cannot be unpacked ({type(error).__name__}). Expected a whole "
            "gzip or zip file without a password. Get the file again, or unpack it yourself."
        ) from error
    return path
