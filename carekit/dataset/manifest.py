"""The manifest of a dataset: how each part came, and what the data cannot answer."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from carekit.dataset.schema import STORED
from carekit.errors import DatasetError

FORMATS = (1, 2)  # 2 names files that lie beside the tables, and files to delete
FILE, CARD, REJECTED = "manifest.json", "CARD.md", "rejected.csv"
_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*", re.ASCII)
MOST_REJECTED = 0.01  # of the rows of a file; beyond it, what is left may lean to one side


@dataclass(frozen=True)
class Selection:
    """How the posts came to be in the dataset, and which questions that closes.

    Parameters
    ----------
    kind : str
        `none` (nothing known to be left out), `answered_only` (only conversations that hold a
        reply of the brand), or a name of your own.
    why : str
        One sentence for a reader.
    cannot_answer : tuple of str
        Measures that are refused unless the user insists, such as `answer-rate`.
    detected : bool
        True if nobody declared it and the posts themselves show it.
    """

    kind: str = "none"
    why: str = ""
    cannot_answer: tuple[str, ...] = ()
    detected: bool = False


NOTHING_LEFT_OUT = Selection()
ANSWERED_ONLY = Selection(
    kind="answered_only",
    why="Every conversation in it holds at least one reply of the brand.",
    cannot_answer=("answer-rate", "repeats", "definitions"),
)


@dataclass(frozen=True)
class Part:
    """One file of a table, and where it came from.

    `left_out` counts what the source holds and is no post (reason → items): no fault of anybody.
    `rejected` says of whom the rejected rows are ("role=brand", "brand=Acme", "answers" → rows).
    `kept` names the columns beyond the contract of the table that the import was told to keep.
    """

    table: str
    file: str
    rows: int
    sha256: str
    source: str
    query: Mapping[str, Any] = field(default_factory=dict)
    input_sha256: str | None = None
    n_read: int | None = None
    n_rejected: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    started_at: str | None = None
    finished_at: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def rejected_share(self) -> float:
        """Rejected rows among those that could have become posts."""
        n = (self.n_read or 0) - sum(self.left_out.values())
        return self.n_rejected / n if n > 0 else 0.0

    @property
    def is_one_sided(self) -> bool:
        """True if so many rows were rejected that what is left may lean to one side."""
        return self.rejected_share > MOST_REJECTED


@dataclass(frozen=True)
class Manifest:
    """What manifest.json holds. Values never change in place: `with_part` returns a new one.

    `timezone` is the zone in which hours and days of the posts are told, where their brand has
    none; `cautions` are sentences that belong beside every number from the posts; `definition` is
    the one to use where a caller names none.
    `beside` gives the file of what lies beside the tables (CARD.md, rejected.csv, questions.json)
    where that is not its first version; `replaced` names files of the state before, which may go.
    """

    title: str
    licence: str
    created_at: str
    selection: Selection = NOTHING_LEFT_OUT
    synthetic: bool = False
    observed_until: str | None = None
    pseudonym_key_id: str | None = None
    notes: tuple[str, ...] = ()
    timezone: str | None = None
    cautions: tuple[str, ...] = ()
    definition: str | None = None
    parts: tuple[Part, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()
    format: int = FORMATS[0]

    def with_part(self, part: Part) -> Manifest:
        kept = tuple(p for p in self.parts if p.file != part.file)
        return replace(self, parts=(*kept, part))

    def files(self, table: str) -> list[str]:
        return [p.file for p in self.parts if p.table == table]

    def rows(self, table: str) -> int:
        return sum(p.rows for p in self.parts if p.table == table)

    def name_of(self, beside: str) -> str:
        """The file of what lies beside the tables under that name."""
        return self.beside.get(beside, beside)

    def as_json(self) -> dict[str, Any]:
        """What manifest.json holds; a first state is of format 1, as carekit 0.1 reads it."""
        made = asdict(self)
        # What carekit 0.1 did not know is left out where it says nothing.
        later: list[tuple[dict[str, Any], tuple[str, ...]]]
        later = [(made, ("beside", "replaced", "timezone", "cautions", "definition"))]
        later += [(made["selection"], ("detected",))]
        later += [(part, ("rejected", "kept")) for part in made["parts"]]
        for held, names in later:
            for name in names:
                if not held[name]:
                    del held[name]
        made["format"] = FORMATS["beside" in made or "replaced" in made]
        return made


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a dataset folder.

    Raises
    ------
    DatasetError
        If the folder, the file or one of its fields is not what it should be.
    """
    path = folder / FILE
    if not folder.is_dir():
        raise DatasetError(
            f"There is no dataset folder at {folder}. Give the path of a folder that holds "
            f"{FILE}, or make one with `carekit import` or `carekit sample`."
        )
    if not path.is_file():
        raise DatasetError(
            f"{folder} holds no {FILE}, so it is not a carekit dataset. Make one with "
            "`carekit import FORMAT FILE --out DIR`."
        )
    inside(folder, FILE)
    try:
        made = _manifest(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, _Wrong) else f"no JSON in UTF-8: {_kind(error)}"
        raise DatasetError(
            f"{path} cannot be read ({why}). Expected the manifest that carekit writes. Restore "
            "the file, or import the source again."
        ) from None  # the parser's own words quote the file
    for name in (*(p.file for p in made.parts), *made.beside.values(), *made.replaced):
        inside(folder, name)
    return made


def inside(folder: Path, name: str) -> Path:
    """The file of a dataset that its manifest calls `name`.

    A dataset may come from anybody: a name that leads out of the folder, by `..`, an absolute path
    or a symbolic link, would let its author read and delete the files of whoever opens it.

    Raises
    ------
    DatasetError
        If the file lies, or would lie, outside the folder.
    """
    top = os.path.realpath(folder)
    if not _NAME.fullmatch(name) or not _lies_in(top, os.path.realpath(os.path.join(top, name))):
        raise DatasetError(
            f"The manifest of {folder} names {name!r}; expected a file inside that folder, written "
            "with letters, digits and . _ - only, and no link out of it. Do not trust this dataset."
        )
    return folder / name


def _lies_in(top: str, path: str) -> bool:
    return path.startswith(os.path.join(top, ""))


class _Wrong(ValueError):
    """A field of a manifest is not what it should be."""


def _manifest(raw: Any) -> Manifest:
    """A manifest of what JSON held, every field of the right type."""
    if isinstance(raw, dict) and raw.get("format") not in FORMATS:
        raise _Wrong(
            f"it has format {str(raw.get('format'))[:20]}; this version of carekit reads format 1 "
            "and 2: update carekit"
        )
    values = _typed(Manifest, raw, "the manifest")
    values["selection"] = Selection(**_typed(Selection, values.get("selection"), "selection"))
    values["parts"] = tuple(
        Part(**_typed(Part, part, f"part {n}")) for n, part in enumerate(values.get("parts", ()), 1)
    )
    for part in values["parts"]:
        if part.table not in STORED:
            raise _Wrong("a part belongs to a table that does not exist")
    if FILE in (*values.get("beside", {}).values(), *values.get("replaced", ())):
        raise _Wrong(f"it names {FILE} as another file")
    return Manifest(**values)


def _typed(made: type, raw: Any, what: str) -> dict[str, Any]:
    """The fields of a dataclass from a JSON object; lists become tuples."""
    known = {f.name: f for f in fields(made)}
    if not isinstance(raw, dict):
        raise _Wrong(f"{what} is {_kind(raw)}, not an object")
    for name in raw:
        if name not in known:
            raise _Wrong(f"{what} has a field {name[:40]!r} that is not known")
    for name, each in known.items():
        if name not in raw:
            # What carekit always wrote is never absent from a sound file.
            if each.default is MISSING and each.default_factory is MISSING:
                raise _Wrong(f"{what} lacks the field {name!r}")
        elif not _IS[each.type](raw[name]):
            raise _Wrong(f"{name!r} of {what} is {_kind(raw[name])}; expected {each.type}")
    return {n: tuple(v) if isinstance(v, list) else v for n, v in raw.items()}


def _kind(value: Any) -> str:
    return type(value).__name__


def _is_text(value: Any) -> bool:
    # JSON can hold half a surrogate pair, which no file can.
    return isinstance(value, str) and not re.search(r"[\ud800-\udfff]", value)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _is_all(is_one: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, dict) and all(map(_is_text, v)) and all(map(is_one, v.values()))


_IS: dict[Any, Callable[[Any], bool]] = {
    "str": _is_text,
    "str | None": lambda v: v is None or _is_text(v),
    "int": _is_count,
    "int | None": lambda v: v is None or _is_count(v),
    "bool": lambda v: isinstance(v, bool),
    "tuple[str, ...]": lambda v: isinstance(v, list) and all(map(_is_text, v)),
    "tuple[Part, ...]": lambda v: isinstance(v, list),
    "Selection": lambda v: isinstance(v, dict),
    "Mapping[str, Any]": _is_all(lambda v: True),
    "Mapping[str, int]": _is_all(_is_count),
    "Mapping[str, str]": _is_all(_is_text),
}
