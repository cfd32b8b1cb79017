"""A JSON file as it really is: one value, one a line, several in a row; cut off, or very deep.

Every line ends up in a value or in a problem. Of a file that is cut off, everything before the cut
is kept; objects that were still open there carry the key TORN, and nothing else is made up.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any, NamedTuple

from carekit.sources.files.records import EMPTY
from carekit.sources.files.text import decode, encoding
from carekit.sources.networks.values import TORN

NO_JSON = "no JSON"
PEEK = 1 << 18  # bytes that tell the format
_LONGEST_NUMBER = 18  # digits; a longer one is an id, and stays text
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_CONSTANTS = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": None,
    "Infinity": None,
    "-Infinity": None,
}


class Document(NamedTuple):
    """One value of a JSON file, or why a line has none.

    `line` is where it starts, `last` where a run of `n` equal problems ends.
    """

    line: int
    value: Any
    problem: str | None = None
    n: int = 1
    last: int = 0


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits.lstrip("-")) <= _LONGEST_NUMBER else digits


class JsonFile:
    """The values of a JSON file; afterwards, `warnings` tells what had to be mended.

    Parameters
    ----------
    path : path
    name : str
        What the warnings call the file.
    """

    def __init__(self, path: Path, *, name: str) -> None:
        self.path, self.name = path, name
        self.n_cp1252 = self.n_replaced = self.n_repeated = 0
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=_integer,
            parse_constant=lambda name: None,
            strict=False,
        )

    def __iter__(self) -> Iterator[Document]:
        lines = self._lines()
        first_line, first = next(((n, t) for n, t in lines if t.strip()), (1, ""))
        if first and not isinstance(self._line(first).value, dict | list):
            # No line of its own: one value over many lines, or a broken first line.
            yield from self._whole(first_line)
            return
        if first_line > 1:
            yield Document(1, None, EMPTY, first_line - 1, first_line - 1)
        if first:
            yield self._line(first)._replace(line=first_line)
        yield from self._each(lines)

    @property
    def warnings(self) -> list[str]:
        """What was mended, in sentences."""
        counts = (
            (self.n_cp1252, "lines", "are no valid UTF-8 and were read as Windows-1252"),
            (self.n_replaced, "lines", "hold bytes that are no valid text; these became U+FFFD"),
            (self.n_repeated, "objects", "name a key twice; its last value counts"),
        )
        return [f"{n:,} {what} of {self.name} {why}." for n, what, why in counts if n]

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        self.n_repeated += len(made) != len(pairs)
        return made

    def _each(self, lines: Iterator[tuple[int, str]]) -> Iterator[Document]:
        """One value a line; neighbouring empty lines as one problem."""
        empty_from = n_empty = 0
        for number, text in lines:
            if not text.strip():
                empty_from = empty_from or number
                n_empty += 1
                continue
            if n_empty:
                yield Document(empty_from, None, EMPTY, n_empty, number - 1)
                empty_from = n_empty = 0
            yield self._line(text)._replace(line=number)
        if n_empty:
            yield Document(empty_from, None, EMPTY, n_empty, empty_from + n_empty - 1)

    def _line(self, text: str) -> Document:
        try:
            return Document(1, self._decoder.decode(text))
        except RecursionError:
            value, end = decode_deep(text, 0)
            torn = isinstance(value, dict) and TORN in value
            return Document(1, None, NO_JSON) if torn or text[end:].strip() else Document(1, value)
        except ValueError:
            return Document(1, None, NO_JSON)

    def _whole(self, first_line: int) -> Iterator[Document]:
        """One value over many lines, several in a row, or lines of which the first is broken."""
        text = "".join(t for _, t in self._lines())
        at, made = 0, 0
        while (at := _past_space(text, at)) < len(text):
            line = text.count("\n", 0, at) + 1
            try:
                value, end = self._decoder.raw_decode(text, at)
            except RecursionError:
                value, end = decode_deep(text, at)
            except ValueError:
                break
            if not isinstance(value, dict | list):
                break
            yield Document(line, value)
            # Some programs put commas between the values.
            at, made = end + (text[end : end + 1] == ","), made + 1
        if at >= len(text):
            return
        line = text.count("\n", 0, at) + 1
        rest = text[at:]
        lines = list(enumerate(rest.splitlines(), start=line))
        whole = sum(isinstance(self._line(t).value, dict) for _, t in lines[:40] if t.strip())
        if made or whole > 1 or (whole and rest[:1] not in "[{"):
            yield from self._each(iter(lines))
            return
        value, _ = decode_deep(rest, 0)
        if isinstance(value, dict | list):
            yield Document(line, value)
        else:
            yield Document(line, None, NO_JSON, 1, line)

    def _lines(self) -> Iterator[tuple[int, str]]:
        self.n_cp1252 = self.n_replaced = 0
        with self.path.open("rb") as file:
            name = encoding(file.read(4096))
        if name != "utf-8":
            with self.path.open(encoding=name, errors="replace", newline="\n") as decoded:
                for number, line in enumerate(decoded, start=1):
                    self.n_replaced += "\ufffd" in line
                    yield number, line.removeprefix("\ufeff") if number == 1 else line
            return
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                line, mended = decode(raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw)
                self.n_cp1252 += mended == "cp1252"
                self.n_replaced += mended == "replaced"
                yield number, line


_NOTHING = object()


class _Broken(Exception):
    """The text ends or breaks inside a value."""


def decode_deep(text: str, at: int) -> tuple[Any, int]:
    """One JSON value of any depth, or what there is of it up to the place where it breaks.

    Parameters
    ----------
    text : str
    at : int
        Where the value starts.

    Returns
    -------
    value, end
        Objects that were open where the text breaks have the key TORN.

    Notes
    -----
    The parser of Python calls itself for every level, so that a long chain of replies exceeds its
    limit; and it keeps nothing of a text that is cut off.

    Examples
    --------
    >>> decode_deep('[{"a": 1}, {"b": 2, "c', 0)[0]
    [{'a': 1}, {'b': 2, '\\x00torn': True}]
    """
    root: list[Any] = []
    open_: list[Any] = [root]
    keys = [""]  # of each open object, the key that waits for its value
    wanted = "value"
    try:
        while wanted == "value" or len(open_) > 1:
            at = _skip(text, at)
            if wanted in ("first", "next") and text[at] in "}]":
                if (text[at] == "}") != isinstance(open_[-1], dict):
                    raise _Broken
                open_.pop()
                keys.pop()
                at, wanted = at + 1, "next"
                continue
            if wanted == "next":
                if text[at] != ",":
                    raise _Broken
                at = _skip(text, at + 1)
            if isinstance(open_[-1], dict):
                keys[-1], at = _string(text, at)
                at = _skip(text, at)
                if text[at] != ":":
                    raise _Broken
                at = _skip(text, at + 1)
            if text[at] in "{[":
                made: Any = {} if text[at] == "{" else []
                _attach(made, open_[-1], keys[-1])
                open_.append(made)
                keys.append("")
                at, wanted = at + 1, "first"
                continue
            made, at = _scalar(text, at)
            _attach(made, open_[-1], keys[-1])
            wanted = "next"
    except _Broken:
        for container in open_[1:]:
            if isinstance(container, dict):
                container[TORN] = True
        at = len(text)
    return (root[0] if root else _NOTHING), at


def _attach(made: Any, container: Any, key: str) -> None:
    if isinstance(container, dict):
        container[key] = made
    else:
        container.append(made)


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _skip(text: str, at: int) -> int:
    end = _past_space(text, at)
    if end >= len(text):
        raise _Broken
    return end


def _string(text: str, at: int) -> tuple[str, int]:
    if text[at] != '"':
        raise _Broken
    try:
        return scanstring(text, at + 1, False)
    except ValueError:
        raise _Broken from None


def _scalar(text: str, at: int) -> tuple[Any, int]:
    if text[at] == '"':
        return _string(text, at)
    found = _NUMBER.match(text, at)
    if found and found.end() < len(text):  # at the end, more digits may have followed
        whole = not (found[1] or found[2])
        return (_integer(found[0]) if whole else float(found[0])), found.end()
    for word, value in _CONSTANTS.items():
        if text.startswith(word, at):
            return value, at + len(word)
    raise _Broken


def peek(path: Path) -> Any:
    """The beginning of the first value of a JSON file; None if it does not begin as JSON."""
    with path.open("rb") as file:
        head = file.read(PEEK)
    name = encoding(head)
    text = head.decode(name, "replace").lstrip("\ufeff \t\r\n")
    if text[:1] not in ("{", "["):
        return None
    value, _ = decode_deep(text, 0)
    return value if isinstance(value, dict | list) and value else None
