"""JSON of any depth and with any numbers, whole or broken: text → values, and back.

The parser of Python calls itself for every level and refuses long numbers; what networks and files
hold must not depend on either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NamedTuple

# The key of an object in whose middle a text ends: what it holds is not all of it.
TORN = "\0torn"
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


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits.lstrip("-")) <= _LONGEST_NUMBER else digits


def decoder(
    object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None,
) -> json.JSONDecoder:
    """Python's parser, with long numbers as text and nothing for what is no number."""
    return json.JSONDecoder(
        object_pairs_hook=object_pairs_hook,
        parse_int=_integer,
        parse_constant=lambda name: None,
        strict=False,
    )


_PLAIN = decoder()


def loads(text: str) -> Any:
    """The value of a text."""
    try:
        return _PLAIN.decode(text)
    except RecursionError:
        value, end, broken, _ = decode_deep(text, 0)
        if broken or text[end:].strip():
            raise ValueError("no JSON") from None
        return value


class _Written(str):
    """A piece of the text that is made."""


def dumps(value: Any) -> str:
    """The text of a value."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        pass
    out: list[str] = []
    stack: list[Any] = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, _Written):
            out.append(each)
        elif isinstance(each, dict | list):
            is_object = isinstance(each, dict)
            pieces: list[Any] = [_Written("{" if is_object else "[")]
            for nth, key in enumerate(each):
                name = f"{json.dumps(key, ensure_ascii=False)}: " if is_object else ""
                pieces += [_Written((", " if nth else "") + name), each[key] if is_object else key]
            stack += reversed([*pieces, _Written("}" if is_object else "]")])
        else:
            out.append(json.dumps(each, ensure_ascii=False))
    return "".join(out)


_NOTHING = object()


class _Broken(Exception):
    """The text ends or breaks inside a value, at a place."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class Deep(NamedTuple):
    """A value, where it ends or breaks, and, if it breaks, where the item inside it began.

    `item` is the outermost open thing of a list, else the value; None between two things of a list.
    """

    value: Any
    end: int
    broken: bool = False
    item: int | None = None


def decode_deep(text: str, at: int) -> Deep:
    """One JSON value of any depth, or what there is of it up to the place where it breaks.

    Objects that were open where the text breaks have the key TORN.
    """
    root: list[Any] = []
    open_: list[Any] = [root]
    starts = [at]  # of each open value
    keys = [""]  # of each open object, the key that waits for its value
    wanted = "value"
    try:
        while wanted == "value" or len(open_) > 1:
            at = _skip(text, at)
            if wanted in ("first", "next") and text[at] in "}]":
                if (text[at] == "}") != isinstance(open_[-1], dict):
                    raise _Broken(at)
                open_.pop()
                keys.pop()
                starts.pop()
                at, wanted = at + 1, "next"
                continue
            if wanted == "next":
                if text[at] != ",":
                    raise _Broken(at)
                at = _skip(text, at + 1)
            if isinstance(open_[-1], dict):
                keys[-1], at = _string(text, at)
                at = _skip(text, at)
                if text[at] != ":":
                    raise _Broken(at)
                at = _skip(text, at + 1)
            if text[at] in "{[":
                made: Any = {} if text[at] == "{" else []
                _attach(made, open_[-1], keys[-1])
                open_.append(made)
                starts.append(at)
                keys.append("")
                at, wanted = at + 1, "first"
                continue
            made, at = _scalar(text, at)
            _attach(made, open_[-1], keys[-1])
            wanted = "next"
    except _Broken as broken:
        for container in open_[1:]:
            if isinstance(container, dict):
                container[TORN] = True
        inside = [s for s, around in zip(starts[2:], open_[1:], strict=False) if _is_list(around)]
        between = _is_list(open_[-1])
        item = inside[0] if inside else None if between or len(starts) < 2 else starts[1]
        return Deep(root[0] if root else _NOTHING, broken.at, True, item)
    return Deep(root[0], at)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _attach(made: Any, container: Any, key: str) -> None:
    if isinstance(container, dict):
        container[key] = made
    else:
        container.append(made)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    end = found.end() if found else at
    if end >= len(text):
        raise _Broken(end)
    return end


def _string(text: str, at: int) -> tuple[str, int]:
    if text[at] != '"':
        raise _Broken(at)
    try:
        return scanstring(text, at + 1, False)
    except ValueError:
        raise _Broken(len(text)) from None


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
    raise _Broken(at)
