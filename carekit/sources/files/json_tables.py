"""JSON that is a table: a list, or lines, of flat objects → CSV, as `csv` and `tickets` read it.

Objects inside objects become columns (author.name), lists of words one cell. A list of objects
inside a record is none of a table: replies in it would be lost.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from carekit.dataset import atomic
from carekit.errors import InputError
from carekit.sources.files.json_documents import JsonFile, peek
from carekit.sources.files.opening import Opened
from carekit.sources.json_text import TORN
from carekit.sources.report import counted

_DEEP = 3


def is_json(path: Path) -> bool:
    """True for a file that begins as JSON does."""
    return peek(path) is not None


def json_table(opened: Opened, folder: Path) -> Opened:
    """The records of a JSON file as a table; a record that is no object is a row that is too short."""
    file = JsonFile(opened.path, name=opened.name)
    columns: dict[str, None] = {}
    n = 0
    for record in _records(file):
        for name in _flat(record, opened.name) if _is_whole(record) else ():
            columns.setdefault(name)
        n += 1
    target = folder / f"{opened.path.name}.table.csv"
    with target.open("w", encoding="utf-8", errors="replace", newline="") as made:
        writer = csv.writer(made, lineterminator="\n")
        writer.writerow(columns)
        for record in _records(file):
            if _is_whole(record):
                cells = _flat(record, opened.name)
                writer.writerow([cells.get(name, "") for name in columns])
            else:
                writer.writerow(["no object"])
    told = (
        f"{opened.name} was read as a table of {counted(n, 'record')}; lines of it count records, "
        "those after the header, which is line 1."
    )
    sha256 = opened.sha256 or atomic.checksum(opened.path)
    warnings = (*opened.warnings, told, *file.warnings)
    return replace(opened, path=target, sha256=sha256, by_rows=True, warnings=warnings)


def _records(file: JsonFile) -> Iterator[Any]:
    for document in file:
        if document.problem is not None:
            yield from [None] * document.n
            continue
        value = document.value
        if isinstance(value, Mapping):
            lists = [v for v in value.values() if _is_objects(v)]
            others = [v for v in value.values() if not isinstance(v, Mapping | list)]
            value = (
                lists[0] if len(lists) == 1 and len(others) < 4 and "id" not in value else [value]
            )
        yield from value if isinstance(value, list) else [value]


def _is_whole(record: Any) -> bool:
    return isinstance(record, Mapping) and TORN not in record


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(v, Mapping) for v in value)


def _flat(
    record: Mapping[str, Any], file: str, *, above: str = "", deep: int = 0
) -> dict[str, str]:
    """Column → cell of one record."""
    made: dict[str, str] = {}
    for key, value in record.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping) and deep < _DEEP:
            made |= _flat(value, file, above=f"{name}.", deep=deep + 1)
        elif _is_objects(value) or isinstance(value, Mapping):
            raise InputError(
                f"{file} holds objects inside its records ({name!r}); expected flat records, a post "
                "each. Write every post with its id, and what it answers, as a record of its own."
            )
        else:
            made[name] = _cell(value)
    return made


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(_cell(v) for v in value)
    return str(value).replace("\0", "")
