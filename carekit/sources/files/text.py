"""A text file as it really is: its checksum, its encoding, its physical lines.

Real exports come with byte order marks, in UTF-16, in cp1252, with a broken byte in the middle,
with NUL characters after a crash, with line ends of three kinds. Everything here streams.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from carekit.sources.report import counted

CHUNK = 1 << 22
LONGEST_LINE = 1 << 20  # characters; a longer one is no line of posts
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_RETURN = re.compile(r"(?<=\r)(?!\n)")
_ALONE = re.compile(r"\r(?!\n)")


@dataclass(frozen=True)
class Facts:
    """What one pass over the bytes tells."""

    sha256: str  # of the file as it is on the disk
    n_lines: int  # physical lines, ended by `\n`; the last one may lack its end
    # True if there is no NUL and no `\r` that stands alone: a fast reader cannot go astray over the
    # line ends.
    plain: bool


def repairs(name: str, *, n_cp1252: int, n_replaced: int, n_nul: int = 0) -> list[str]:
    """What had to be repaired in the lines of a file, in sentences."""
    told = (
        (n_cp1252, "is no valid UTF-8 and was read as Windows-1252",
         "are no valid UTF-8 and were read as Windows-1252"),
        (n_replaced, "holds bytes that are no valid text; these became U+FFFD",
         "hold bytes that are no valid text; these became U+FFFD"),
        (n_nul, "held NUL characters, which were removed", "held NUL characters, which were removed"),
    )  # fmt: skip
    return [
        f"{counted(n, 'line')} of {name} {one if n == 1 else many}." for n, one, many in told if n
    ]


def facts(path: Path) -> Facts:
    """Read a file once: checksum, number of physical lines, odd characters."""
    digest = hashlib.sha256()
    newlines = nuls = returns = pairs = 0
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            newlines += chunk.count(b"\n")
            if b"\r" in chunk:
                returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n")
            pairs += last == b"\r" and chunk[:1] == b"\n"
            nuls += b"\0" in chunk
            last = chunk[-1:]
    n_lines = newlines + (last not in (b"", b"\n"))
    return Facts(digest.hexdigest(), n_lines, plain=not nuls and returns == pairs)


def returns_are_inside(path: Path, name: str) -> bool:
    """True if a `\\r` that stands alone is a line break inside a cell, not the end of a line.

    The ends of a file's lines are of one kind: the one that its first megabyte holds more often.
    """
    with path.open("rb") as file:
        head = file.read(1 << 20)
    if b"\r" not in head:
        return True
    text = head.decode(name, "replace")
    alone = len(_ALONE.findall(text))
    return alone <= text.count("\n")


def encoding(head: bytes) -> str:
    """The encoding that the first bytes of a file show; `utf-8` if they show none."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    # Without a mark, Latin text in UTF-16 has a NUL in every second place.
    even, odd = head[0:4096:2], head[1:4096:2]
    if len(odd) > 2 and odd.count(0) > len(odd) * 0.4 and even.count(0) < len(even) * 0.1:
        return "utf-16-le"
    if len(even) > 2 and even.count(0) > len(even) * 0.4 and odd.count(0) < len(odd) * 0.1:
        return "utf-16-be"
    return "utf-8"


def decode(line: bytes) -> tuple[str, str | None]:
    """A line of bytes as text, and how it was repaired: None, `cp1252` or `replaced`.

    A line that holds no valid UTF-8 sequence beyond ASCII is read as cp1252; in a line that holds
    some, the broken bytes become U+FFFD.
    """
    try:
        return line.decode("utf-8"), None
    except UnicodeDecodeError:
        text = line.decode("utf-8", "replace")
        if any(c > "\x7f" and c != "\ufffd" for c in text):
            return text, "replaced"
        return line.decode("cp1252", "replace"), "cp1252"


class Lines:
    """The physical lines of a text file, with their ends; counts what had to be repaired.

    A line longer than `LONGEST_LINE` comes as None. After the last line, `n_cp1252`,
    `n_replaced` and `n_nul` tell how many lines were read as cp1252, hold a replaced byte, or held
    NUL.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.n_cp1252 = self.n_replaced = self.n_nul = 0

    def __iter__(self) -> Iterator[str | None]:
        with self.path.open("rb") as file:
            name = encoding(file.read(4096))
        lines = self._bytes() if name == "utf-8" else self._text(name)
        inside = returns_are_inside(self.path, name)
        first = True
        for line in lines:
            if line is None:
                yield None
                continue
            if first:
                line, first = line.removeprefix("\ufeff"), False
            if "\0" in line:
                self.n_nul += 1
                line = line.replace("\0", "")
            if "\r" in line:
                if inside:
                    yield _ALONE.sub(" ", line)
                else:
                    yield from filter(None, _RETURN.split(line))
            else:
                yield line

    def _bytes(self) -> Iterator[str | None]:
        with self.path.open("rb") as file:
            while line := file.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                    while (line := file.readline(LONGEST_LINE)) and not line.endswith(b"\n"):
                        pass
                    yield None
                    continue
                text, repair = decode(line)
                self.n_cp1252 += repair == "cp1252"
                self.n_replaced += repair == "replaced"
                yield text

    def _text(self, name: str) -> Iterator[str | None]:
        with self.path.open(encoding=name, errors="replace", newline="\n") as file:
            while line := file.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE and not line.endswith("\n"):
                    while (line := file.readline(LONGEST_LINE)) and not line.endswith("\n"):
                        pass
                    yield None
                    continue
                self.n_replaced += "\ufffd" in line
                yield line
