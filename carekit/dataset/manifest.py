"""The manifest of a dataset: how each part came, and what the data cannot answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from carekit.errors import DatasetError

FORMAT = 1
FILE = "manifest.json"
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
    format: int = FORMAT

    def with_part(self, part: Part) -> Manifest:
        kept = tuple(p for p in self.parts if p.file != part.file)
        return replace(self, parts=(*kept, part))

    def files(self, table: str) -> list[str]:
        return [p.file for p in self.parts if p.table == table]

    def rows(self, table: str) -> int:
        return sum(p.rows for p in self.parts if p.table == table)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


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
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] != FORMAT:
            raise DatasetError(
                f"{path} has format {raw['format']!r}; this version of carekit reads format "
                f"{FORMAT}. Update carekit, or import the source again."
            )
        raw["selection"] = Selection(
            **{**raw["selection"], "cannot_answer": tuple(raw["selection"]["cannot_answer"])}
        )
        raw["parts"] = tuple(Part(**{**p, "kept": tuple(p.get("kept", ()))}) for p in raw["parts"])
        raw["notes"] = tuple(raw["notes"])
        raw["cautions"] = tuple(raw.get("cautions", ()))
        return Manifest(**raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(
            f"{path} cannot be read ({type(error).__name__}: {error}). Expected the manifest that "
            "carekit writes. Restore the file, or import the source again."
        ) from error
