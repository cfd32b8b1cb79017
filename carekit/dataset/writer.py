"""The writer of a dataset: every version of a table is a new file; the manifest is the only switch.

New files are written and synced under names that no manifest knows yet; then the manifest takes
their place in one step; then the files of the state before are deleted. A kill or a full disk at
any moment leaves the old state or the new one, and perhaps files that nobody names
(`carekit.dataset.leftovers`).
"""

from __future__ import annotations

import csv
import io
import itertools
import logging
import os
import re
from collections.abc import Collection, Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset import atomic as files
from carekit.dataset.card import card_text
from carekit.dataset.csv_files import rows_text
from carekit.dataset.locking import staging, staging_path
from carekit.dataset.manifest import CARD, FILE, REJECTED, Manifest, Part, inside, read_manifest
from carekit.dataset.schema import STORED, TABLES, to_arrow
from carekit.errors import DatasetError, InputError

if TYPE_CHECKING:
    import pandas as pd

REJECTED_COLUMNS = ("line", "reason", "n", "file")
_LOG = logging.getLogger("carekit")


class Rejected(NamedTuple):
    """Rows of a source that could not be read: where, why, how many, of which file.

    `value` is what stood there, if it cannot be about a person; rejected.csv shows it with the
    reason.
    """

    line: str
    reason: str
    n: int
    file: str
    value: str = ""

    @property
    def row(self) -> tuple[str, str, int, str]:
        """As rejected.csv holds it."""
        reason = f"{self.reason}: {self.value!r}" if self.value else self.reason
        return self.line, reason, self.n, self.file


class DatasetWriter:
    """Writes a new dataset, or appends to one; nothing shows before the block ends well.

    Use `create_dataset` or `append_dataset` to get one, in a `with` block: inside it, nobody else
    writes there, and `manifest` is that of the dataset as it is now.
    """

    def __init__(
        self, path: Path, manifest: Manifest | None, *, beside: Collection[str] = ()
    ) -> None:
        self.path, self._new, self._beside = path, manifest, frozenset(beside)
        self.staging = staging_path(path)
        self._pending: dict[str, Path] = {}  # name in the dataset → staged file
        self._rejected: list[Rejected] = []
        self._forgotten: set[str] = set()
        self._open = ExitStack()

    def __enter__(self) -> DatasetWriter:
        with ExitStack() as opened:
            opened.enter_context(staging(self.path))
            # Under the lock: what was true when this writer was made may have changed since.
            self._old = read_manifest(self.path) if self._new is None else None
            self._exists = self._old is not None or is_begun(self.path, self._beside)
            known = self._old or self._new
            assert known is not None
            self.manifest = replace(known, replaced=())
            numbers = re.findall(
                r"part-(\d+)\.", " ".join([*known.files("posts"), *known.replaced])
            )
            self._number = 1 + max(map(int, numbers), default=0)
            self._open = opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._open:
            if kind is None:
                self._commit()

    def stage_posts(self) -> Path:
        """A path to write a Parquet file of posts to (for an engine); then `add_staged`."""
        return self.staging / f"part-{self._number:05d}.parquet"

    def add_staged(self, staged: Path, **origin: Any) -> None:
        """Take over a Parquet file of posts written to `stage_posts()`.

        `origin` holds the fields of `carekit.dataset.manifest.Part` that tell where it came from
        (source, query, input_sha256, n_read, n_rejected, started_at, finished_at, versions).
        """
        schema, contract = pq.read_schema(staged), TABLES["posts"].arrow_schema()
        if schema.names[: len(contract)] != contract.names or any(
            schema.field(f.name).type != f.type for f in contract
        ):
            raise DatasetError(
                f"{staged.name} does not have the columns of carekit.dataset.schema.POSTS."
            )
        self._number += 1
        self._add(staged, f"posts/{staged.name}", "posts", **origin)

    def add_posts(self, posts: pd.DataFrame | pa.Table, **origin: Any) -> None:
        """Append posts: a pandas frame (checked against the contract) or an Arrow table."""
        made = posts if isinstance(posts, pa.Table) else to_arrow(posts, TABLES["posts"])
        staged = self.stage_posts()
        pq.write_table(made.cast(_schema_of(made)), staged, compression="zstd")
        self.add_staged(staged, **origin)

    def set_table(self, name: str, frame: pd.DataFrame, **origin: Any) -> None:
        """Write accounts, brands, threads or survey whole; replaces what was there."""
        if name not in STORED or name == "posts":
            allowed = ", ".join(t for t in STORED if t != "posts")
            raise InputError(
                f"`name` is {name!r}; expected one of: {allowed}. Posts go in with `add_posts`."
            )
        staged = self.staging / f"{name}.parquet"
        pq.write_table(to_arrow(frame, TABLES[name]), staged, compression="zstd")
        held = self._old.files(name) if self._old else []
        others = tuple(p for p in self.manifest.parts if p.table != name)
        self.manifest = replace(self.manifest, parts=others)
        self._add(staged, _following(held[-1]) if held else staged.name, name, **origin)

    def set_json(self, name: str, value: Any) -> None:
        """Write a JSON file beside the tables, such as questions.json or truth.json."""
        files.write_json(self.stage_file(name), value)

    def stage_file(self, name: str) -> Path:
        """A path to write any other file to, that goes beside the tables under that name."""
        staged = self.staging / "beside" / name
        staged.parent.mkdir(parents=True, exist_ok=True)
        held = self._old.name_of(name) if self._old else name
        new = _following(held) if self._old and self._holds(held) else name
        if new != name:
            self.manifest = replace(self.manifest, beside={**self.manifest.beside, name: new})
        self._pending[new] = staged
        return staged

    def _holds(self, name: str) -> bool:
        assert self._old is not None
        return name in self._old.beside.values() or inside(self.path, name).exists()

    def reject(self, rows: Iterable[Rejected], *, instead_of: str | None = None) -> None:
        """Record rows of the source that could not be read, perhaps instead of those of a file."""
        self._rejected.extend(rows)
        if instead_of is not None:
            self._forgotten.add(instead_of)

    def drop_part(self, file: str) -> None:
        """Take a file out of the dataset, because a better one comes; deleted after the commit."""
        kept = tuple(p for p in self.manifest.parts if p.file != file)
        self.manifest = replace(self.manifest, parts=kept)

    def describe(self, **changes: Any) -> None:
        """Change fields of the manifest: observed_until, pseudonym_key_id, notes, …"""
        self.manifest = replace(self.manifest, **changes)

    def _add(self, staged: Path, name: str, table: str, *, source: str, **origin: Any) -> None:
        rows = pq.read_metadata(staged).num_rows
        part = Part(table, name, rows, files.checksum(staged), source, **origin)
        self.manifest = self.manifest.with_part(part)
        self._pending[name] = staged

    def _commit(self) -> None:
        self._stage_text(REJECTED, self._rejected_text())
        self._stage_text(CARD, card_text(self.manifest))
        gone = self._gone()
        manifest = replace(self.manifest, replaced=tuple(gone))
        target = self.path if self._exists else self.staging / "dataset"
        places = {inside(target, name): staged for name, staged in self._pending.items()}
        for place, staged in places.items():
            files.sync(staged)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged, place)
        for folder in {p.parent for p in places} | {target}:
            files.sync(folder)
        files.write_json(self.staging / FILE, manifest.as_json())
        os.replace(self.staging / FILE, inside(target, FILE))
        files.sync(target)
        if not self._exists:
            files.move_folder(target, self.path)
        for name in gone:
            try:
                inside(self.path, name).unlink(missing_ok=True)
            except OSError as error:  # the new state stands; the next writer tries again
                _LOG.warning("%s could not be deleted (%s).", self.path / name, error.strerror)

    def _stage_text(self, name: str, text: str) -> None:
        """Text beside the tables, if it is not what stands there already."""
        if self._old and text == _read(inside(self.path, self._old.name_of(name))):
            return
        files.write_text(self.stage_file(name), text)

    def _gone(self) -> list[str]:
        """Files that the new state does not name: those it replaces, and older ones still there."""
        old, new = self._old, self.manifest
        if old is None:
            return []
        before = [*old.replaced, *(p.file for p in old.parts), *map(old.name_of, new.beside)]
        kept = {*(p.file for p in new.parts), *new.beside.values(), *self._pending}
        return [n for n in before if n not in kept and inside(self.path, n).exists()]

    def _rejected_text(self) -> str:
        old = _read(inside(self.path, self._old.name_of(REJECTED))) if self._old else ""
        rows = [r for r in csv.reader(io.StringIO(old)) if r and r[-1] not in self._forgotten]
        return rows_text(
            itertools.chain(rows or [REJECTED_COLUMNS], (r.row for r in self._rejected))
        )


def _schema_of(posts: pa.Table) -> pa.Schema:
    """The contract of posts, then the further columns of a table as they are."""
    contract = TABLES["posts"].arrow_schema()
    return pa.schema([*contract, *(f for f in posts.schema if f.name not in contract.names)])


def is_begun(folder: Path, beside: Collection[str]) -> bool:
    """True if a new dataset joins what is in the folder already; raises if it may not."""
    found = {p.name for p in folder.iterdir()} if folder.is_dir() else set()
    begun = bool(found & set(beside))
    # A killed first commit leaves tables without a manifest: they are no dataset, and go.
    rest = found - set(beside)
    if begun:
        rest -= {"posts", REJECTED, CARD, *(f"{t}.parquet" for t in STORED)}
        rest = {name for name in rest if not re.fullmatch(r"\.manifest\.json\.\d+\.tmp", name)}
    if (folder.exists() and not folder.is_dir()) or rest:
        raise DatasetError(
            f"{folder} already exists and is not an empty folder; a new dataset needs a path of "
            "its own. Choose another --out, or delete it first."
        )
    return begun


def _following(name: str) -> str:
    """The name of the next version of a file: accounts.parquet, accounts.v2.parquet, …"""
    found = re.fullmatch(r"(.*?)(?:\.v(\d+))?(\.\w+)", name)
    stem, number, ending = found.groups() if found else (name, None, "")
    return f"{stem}.v{int(number or 1) + 1}{ending}"


def _read(path: Path) -> str:
    """The text of a file as it is; empty if it is missing."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise DatasetError(
            f"{path} is no text in UTF-8; expected the file that carekit wrote. Restore it, or "
            "delete it."
        ) from None
