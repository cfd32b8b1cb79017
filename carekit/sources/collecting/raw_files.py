"""The files of raw pages: one gzip member a page, appended; read back by place and checksum."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from carekit.dataset import atomic as files
from carekit.errors import DatasetError

_NAME = re.compile(r"pages-\d{5,}\.jsonl\.gz")
LARGEST_FILE = 64_000_000  # bytes, compressed


class Place(NamedTuple):
    """Where a page lies, and the checksum of its line."""

    file: str
    start: int
    length: int
    sha256: str


class RawFiles:
    """The raw pages of one source, in a folder that is for its owner only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mend(self, ends: Mapping[str, int]) -> None:
        """Cut what was written after the last commit, and drop what nobody points to.

        `ends` says of each file where its last committed page ends; DatasetError: a file is shorter than
        that, or has a name that a collection does not give.
        """
        for name in ends:
            if not _NAME.fullmatch(name):
                raise DatasetError(
                    f"The state of the collection names a raw file {name!r}, which is none of its "
                    "own. Restore collection.sqlite, or collect into another --out."
                )
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name not in ends:
                path.unlink()
            elif path.stat().st_size > ends[path.name]:
                os.truncate(path, ends[path.name])
        for name, end in ends.items():
            path = self.folder / name
            if not path.is_file() or path.stat().st_size < end:
                raise DatasetError(
                    f"{path} is shorter than the pages that were kept in it: a raw file was "
                    "changed or removed. Restore it, or collect into another --out."
                )

    def append(self, line: Mapping[str, Any]) -> Place:
        """Write a page and wait until it is on the disk."""
        names = self._names()
        name = names[-1] if names else file_name(1)
        if (self.folder / name).is_file() and (self.folder / name).stat().st_size > LARGEST_FILE:
            name = self.next_name()
        path = self.folder / name
        is_new = not path.exists()
        with path.open("ab") as file:
            place = _write(file, name, encoded(line))
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            files.sync(self.folder)
        return place

    def write_file(self, name: str, lines: Iterable[bytes]) -> list[Place]:
        """Write a whole new file of pages."""
        with (self.folder / name).open("wb") as file:
            places = [_write(file, name, data) for data in lines]
            file.flush()
            os.fsync(file.fileno())
        files.sync(self.folder)
        return places

    def read(self, place: Place) -> bytes:
        """The line of a page."""
        path = self.folder / place.file
        with path.open("rb") as file:
            file.seek(place.start)
            packed = file.read(place.length)
        try:
            data = gzip.decompress(packed)
        except (OSError, EOFError, ValueError, zlib.error):
            data = b""
        if hashlib.sha256(data).hexdigest() != place.sha256:
            raise DatasetError(
                f"{path} holds a page (byte {place.start}) that differs from its checksum: the "
                "file was changed or damaged. Restore it, or collect into another --out."
            )
        return data

    def next_name(self) -> str:
        """The name of a file after the last one."""
        return file_name(1 + max((int(name[6:11]) for name in self._names()), default=0))

    def _names(self) -> list[str]:
        return sorted(p.name for p in self.folder.glob("pages-*"))


def file_name(number: int) -> str:
    """Name of a raw file."""
    return f"pages-{number:05d}.jsonl.gz"


def encoded(line: Mapping[str, Any]) -> bytes:
    """A page as it is written, before it is packed."""
    return (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


def _write(file: BinaryIO, name: str, data: bytes) -> Place:
    packed = gzip.compress(data, compresslevel=6, mtime=0)
    file.seek(0, os.SEEK_END)
    start = file.tell()
    file.write(packed)
    return Place(name, start, len(packed), hashlib.sha256(data).hexdigest())


def make_own(path: Path, *, file: bool) -> None:
    """Make a file or folder that its owner alone can read; one that leads elsewhere is refused."""
    if path.is_symlink():
        raise DatasetError(
            f"{path} is a link to another place; a collection keeps everything in its own folder. "
            "Remove the link, or choose another --out."
        )
    if file:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    else:
        path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o600 if file else 0o700)
