"""Files packed as gzip or as a zip archive of one file: unpacked into a folder first."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from pathlib import Path

from carekit.errors import InputError

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


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
