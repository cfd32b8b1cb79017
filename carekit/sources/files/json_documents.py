"""A JSON file as it really is: one value, one a line, several in a row; cut off, or very deep.

Every line ends up in a value or in a problem, and only a line end of the file ends a line. Of a
value that is cut off or broken, what is whole before the break is kept; objects that were still
open there carry the key TORN, and nothing else is made up. Reading goes on after it: at the next
line, or, inside a value over many lines, at the next line that begins as the broken item did.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from carekit.sources.files.records import EMPTY
from carekit.sources.files.text import decode, encoding, repairs
from carekit.sources.json_text import Deep, decode_deep, decoder
from carekit.sources.report import counted

NO_JSON = "no JSON"
PEEK = 1 << 18  # bytes that tell the format
_AHEAD = 40  # lines that tell a broken line from the first of a value over many lines
_BETWEEN = re.compile(r"[ \t\n\r,]*")  # some programs put commas between values
# An archive of X is a script that begins so.
_SCRIPT = re.compile(r"^\s*window\.YTD\.(tweets?|note_?tweets?)\.[\w.]+\s*=\s*")
_RETURN = re.compile(r"\r(?=\s*[{\[])")


class Document(NamedTuple):
    """One value of a JSON file, or why a line has none.

    `line` is where it starts, `last` where a run of `n` equal problems ends.
    """

    line: int
    value: Any
    problem: str | None = None
    n: int = 1
    last: int = 0


class JsonFile:
    """The values of a JSON file; afterwards, `warnings` tells what had to be repaired."""

    def __init__(self, path: Path, *, name: str) -> None:
        self.path, self.name = path, name
        self.n_cp1252 = self.n_replaced = self.n_repeated = self.n_broken = 0
        self._decoder = decoder(self._object)

    def __iter__(self) -> Iterator[Document]:
        """Neighbouring lines with the same problem come as one."""
        self.n_repeated = self.n_broken = 0
        run: Document | None = None
        for each in self._documents():
            if run is not None and each.problem == run.problem and each.line == run.last + 1:
                run = run._replace(n=run.n + each.n, last=each.last)
                continue
            if run is not None:
                yield run
            run = each if each.problem is not None else None
            if run is None:
                yield each
        if run is not None:
            yield run

    @property
    def warnings(self) -> list[str]:
        """What was repaired, in sentences."""
        told = repairs(self.name, n_cp1252=self.n_cp1252, n_replaced=self.n_replaced)
        if n := self.n_repeated:
            objects = counted(n, f"object of {self.name} names", f"objects of {self.name} name")
            told.append(f"{objects} a key twice; its last value counts.")
        if n := self.n_broken:
            values = counted(n, f"value of {self.name} breaks", f"values of {self.name} break")
            told.append(
                f"{values} off; only what is whole in {'it' if n == 1 else 'them'} was kept."
            )
        return told

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        self.n_repeated += len(made) != len(pairs)
        return made

    def _documents(self) -> Iterator[Document]:
        """The values of each line; from a value over many lines on, of all that is left."""
        lines = self._lines()
        ahead: deque[tuple[int, str]] = deque()
        while line := ahead.popleft() if ahead else next(lines, None):
            number, text = line
            if not text.strip():
                yield _problem(number, EMPTY)
                continue
            values, rest = self._row(text)
            for value in values:
                yield Document(number, value)
            if not rest:
                continue
            pieces = _RETURN.split(rest)
            if len(pieces) > 1:  # line ends of an old kind, after a broken line
                ahead.extendleft((number, piece) for piece in reversed(pieces[1:]))
                yield from self._over_lines(pieces[0], number)
            elif rest[0] not in "{[":
                yield _problem(number, NO_JSON)
            else:
                ahead.extend(islice(lines, max(_AHEAD - len(ahead), 0)))
                following = [t for _, t in ahead if t.strip()]
                if following and not self._are_values(rest, following):
                    rest += "".join(t for _, t in (*ahead, *lines))
                    ahead.clear()
                yield from self._over_lines(rest, number)

    def _row(self, text: str) -> tuple[list[Any], str]:
        """The values that stand in a row in a text, and what is left after them."""
        values: list[Any] = []
        at = _past(_BETWEEN, text, 0)
        while at < len(text):
            try:
                value, end = self._decoder.raw_decode(text, at)
            except RecursionError:
                value, end, broken, _ = decode_deep(text, at)
                if broken:
                    break
            except ValueError:
                break
            if not isinstance(value, dict | list) and (at or text[end:].strip()):
                break
            values.append(value)
            at = _past(_BETWEEN, text, end)
        return values, text[at:]

    def _are_values(self, broken: str, lines: list[str]) -> bool:
        """True if lines hold a value each: they do not repair a broken one, and some are whole."""
        repeated = self.n_repeated
        try:
            if self._row(broken + "".join(lines))[0]:
                return False
            for line, after in zip(lines, [*lines[1:], ""], strict=True):
                if line.rstrip()[-1] not in "}]" or after.lstrip()[:1] in ("]", "}"):
                    continue
                values, rest = self._row(line)
                if values and not rest and isinstance(values[0], dict | list):
                    return True
            return False
        finally:
            self.n_repeated = repeated

    def _over_lines(self, text: str, first: int) -> Iterator[Document]:
        """Values that may be broken, or go over many lines, with other lines between them."""
        at, number, counted = 0, first, 0
        left = 4 * len(text)  # characters that may be read again
        was_broken = False
        while (at := _past(_BETWEEN, text, at)) < len(text):
            number, counted = number + text.count("\n", counted, at), at
            if text[at] not in "{[":
                end = text.find("\n", at) + 1 or len(text)
                if not (was_broken and text[at] in "}]"):  # the end of what was broken
                    yield _problem(number, NO_JSON)
                at = end
                continue
            try:
                value, at = self._decoder.raw_decode(text, at)
            except (RecursionError, ValueError):
                begun, deep = at, decode_deep(text, at)
                value, at = deep.value, deep.end
                if deep.broken:
                    was_broken = True
                    self.n_broken += bool(value)
                    at = _resumed(text, deep, again=left > 0)
                    left -= max(deep.end - at, 0)
                    if at < deep.end:  # what is read a second time is not kept twice
                        value = decode_deep(text[:at], begun).value
                    if not value:
                        yield _problem(number, NO_JSON)
                        continue
            yield Document(number, value)

    def _lines(self) -> Iterator[tuple[int, str]]:
        self.n_cp1252 = self.n_replaced = 0
        with self.path.open("rb") as file:
            name = encoding(file.read(4096))
        if name != "utf-8":
            with self.path.open(encoding=name, errors="replace", newline="\n") as decoded:
                for number, line in enumerate(decoded, start=1):
                    self.n_replaced += "\ufffd" in line
                    yield number, _begun(line.removeprefix("\ufeff")) if number == 1 else line
            return
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                line, repair = decode(raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw)
                self.n_cp1252 += repair == "cp1252"
                self.n_replaced += repair == "replaced"
                yield number, _begun(line) if number == 1 else line


def _problem(line: int, why: str) -> Document:
    return Document(line, None, why, 1, line)


def _begun(line: str) -> str:
    """The first line of a file without what makes it a script."""
    return _SCRIPT.sub("", line, count=1)


def _resumed(text: str, deep: Deep, *, again: bool) -> int:
    """Where to go on after a broken item: at the next line that begins as it did.

    `again` allows to read a second time what the break has swallowed, as an open string does.
    """
    if deep.item is None:
        at = text.find("\n", deep.end) + 1 or len(text)
        return deep.end if text[deep.end : deep.end + 1] in ("{", "[") else at
    before = text[text.rfind("\n", 0, deep.item) + 1 : deep.item]
    alike = re.compile("\n" + ("" if before.strip() else before) + r"[{\[]")
    found = alike.search(text, deep.item + 1 if again else deep.end)
    return found.end() - 1 if found else len(text)


def _past(what: re.Pattern[str], text: str, at: int) -> int:
    found = what.match(text, at)
    return found.end() if found else at


def peek(path: Path) -> Any:
    """The beginning of the first value of a JSON file; None if it does not begin as JSON.

    A first line that is none, such as one of a log, is passed over if the next one is a value.
    """
    with path.open("rb") as file:
        head = file.read(PEEK)
    text = _begun(head.decode(encoding(head), "replace").lstrip("\ufeff \t\r\n"))
    if text[:1] not in ("{", "["):
        text = text.partition("\n")[2].lstrip()
        if text[:1] != "{" or decode_deep(text.partition("\n")[0], 0).broken:
            return None
    value = decode_deep(text, 0).value
    return value if isinstance(value, dict | list) and value else None
