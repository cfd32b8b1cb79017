"""A dataset is a folder of Parquet tables and a manifest: open it, create it, append to it.

Only files that the manifest lists belong to the dataset, and the manifest is written last: a kill
at any moment leaves the last good state.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset import atomic as files
from carekit.dataset.locking import staging, staging_path
from carekit.dataset.manifest import (
    FILE,
    NOTHING_LEFT_OUT,
    Manifest,
    Part,
    Selection,
    inside,
    read_manifest,
)
from carekit.dataset.schema import STORED, TABLES, to_arrow
from carekit.errors import DatasetError, InputError, SelectionError

if TYPE_CHECKING:
    import pandas as pd

DATASET_VARIABLE = "CAREKIT_DATASET"
REJECTED_COLUMNS = ("line", "reason", "n", "file")


_TABLES_OF_A_DATASET = {"posts", "rejected.csv", "CARD.md", *(f"{t}.parquet" for t in STORED)}


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


@dataclass(frozen=True)
class Dataset:
    """An open dataset: its folder and its manifest. Holds no connection."""

    path: Path
    manifest: Manifest

    @property
    def state(self) -> tuple[str, ...]:
        """What identifies the rows: the folder and the checksum of every part."""
        return (str(self.path), *(part.sha256 for part in self.manifest.parts))

    @property
    def selection(self) -> Selection:
        return self.manifest.selection

    @property
    def is_sample(self) -> bool:
        """True if the posts were generated: results are recoveries of a planted truth."""
        return self.manifest.synthetic

    def has(self, table: str) -> bool:
        """True if the dataset holds rows of that table."""
        return bool(self.manifest.files(table))

    def files(self, table: str) -> list[Path]:
        """Parquet files of a table, in the order in which they came."""
        return [self.path / name for name in self.manifest.files(table)]

    def read(self, table: str) -> pd.DataFrame:
        """A whole table as a pandas frame; without rows if the dataset does not hold it.

        Meant for the small tables: for posts, prefer `carekit.dataset.engine`.
        """
        paths = self.files(table)
        if not paths:
            return TABLES[table].arrow_schema().empty_table().to_pandas()
        try:
            tables = [pq.read_table(p) for p in paths]
        except (OSError, pa.ArrowInvalid) as error:
            raise _unreadable(self.path, table) from error
        return pa.concat_tables(tables, promote_options="default").to_pandas()

    def questions(self) -> dict[str, Any]:
        """questions.json: wording, base, kind and answers of every survey question."""
        path = inside(self.path, "questions.json")
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def refuse(self, measure: str, *, allow_selected: bool = False) -> None:
        """Raise if the selection of the posts makes a measure meaningless.

        Raises
        ------
        SelectionError
            With the reason, unless `allow_selected`.
        """
        if measure in self.selection.cannot_answer and not allow_selected:
            raise SelectionError(
                f"{measure} is refused on {self.path}: its selection is {self.selection.kind!r}. "
                f"{self.selection.why} The result would say nothing about requests that were left "
                "out. To compute it all the same, add --allow-selected (allow_selected=True)."
            )

    def _repr_html_(self) -> str:
        m = self.manifest
        rows = [("posts", f"{m.rows('posts'):,}"), ("accounts", f"{m.rows('accounts'):,}")]
        rows += [("respondents", f"{m.rows('survey'):,}")] if self.has("survey") else []
        rows += [("selection", m.selection.kind), ("licence", m.licence)]
        rows += [("observed until", m.observed_until or "not stated")]
        body = "".join(f"<tr><th>{escape(k)}</th><td>{escape(str(v))}</td></tr>" for k, v in rows)
        kind = " (synthetic: planted truth, no evidence)" if m.synthetic else ""
        return f"<table><caption>{escape(m.title + kind)}</caption>{body}</table>"

    def __repr__(self) -> str:
        m = self.manifest
        return f"Dataset({m.title!r}, {m.rows('posts')} posts, selection={m.selection.kind!r})"


def _unreadable(path: Path, table: str) -> DatasetError:
    return DatasetError(
        f"The {table} of {path} cannot be read: a file is missing or damaged. Run "
        f"`carekit check {path}` to see which, and restore it or import the source again."
    )


def open_dataset(path: str | os.PathLike[str] | None = None) -> Dataset:
    """Open a dataset folder.

    Parameters
    ----------
    path : path, optional
        The folder. Without it: the environment variable CAREKIT_DATASET, else the sample that
        comes with carekit.

    Raises
    ------
    DatasetError
        If there is no dataset, or its manifest cannot be read.
    """
    if path is None:
        from carekit.dataset.resources import data_folder

        path = os.environ.get(DATASET_VARIABLE) or data_folder("sample")
    folder = Path(path)
    return Dataset(folder, read_manifest(folder))


def now() -> str:
    """The time as manifests write it: UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
        self._pending: list[tuple[Path, str]] = []  # staged file → its name in the dataset
        self._rejected: list[Rejected] = []
        self._forgotten: set[str] = set()
        self._dropped: list[str] = []
        self._open = ExitStack()

    def __enter__(self) -> DatasetWriter:
        with ExitStack() as opened:
            opened.enter_context(staging(self.path))
            # Under the lock: what was true when this writer was made may have changed since.
            if self._new is None:
                self.manifest, self._exists = read_manifest(self.path), True
            else:
                self.manifest, self._exists = self._new, _is_begun(self.path, self._beside)
            numbers = (f[11:16] for f in self.manifest.files("posts"))
            self._number = 1 + max((int(n) for n in numbers if n.isdigit()), default=0)
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
        self._add(staged, staged.name, name, **origin)

    def set_json(self, name: str, value: Any) -> None:
        """Write a JSON file beside the tables, such as questions.json or truth.json."""
        staged = self.staging / name
        files.write_json(staged, value)
        self._pending.append((staged, name))

    def stage_file(self, name: str) -> Path:
        """A path to write any other file to, that goes beside the tables under that name."""
        staged = self.staging / "beside" / name
        staged.parent.mkdir(parents=True, exist_ok=True)
        self._pending.append((staged, name))
        return staged

    def reject(self, rows: Iterable[Rejected], *, instead_of: str | None = None) -> None:
        """Record rows of the source that could not be read, perhaps instead of those of a file."""
        self._rejected.extend(rows)
        if instead_of is not None:
            self._forgotten.add(instead_of)

    def drop_part(self, file: str) -> None:
        """Take a file out of the dataset, because a better one comes; deleted after the commit."""
        kept = tuple(p for p in self.manifest.parts if p.file != file)
        self.manifest = replace(self.manifest, parts=kept)
        self._dropped.append(file)

    def describe(self, **changes: Any) -> None:
        """Change fields of the manifest: observed_until, pseudonym_key_id, notes, …"""
        self.manifest = replace(self.manifest, **changes)

    def _add(self, staged: Path, name: str, table: str, *, source: str, **origin: Any) -> None:
        rows = pq.read_metadata(staged).num_rows
        part = Part(table, name, rows, files.checksum(staged), source, **origin)
        self.manifest = self.manifest.with_part(part)
        self._pending.append((staged, name))

    def _commit(self) -> None:
        from carekit.dataset.card import write_card

        target = self.path if self._exists else self.staging / "dataset"
        for staged, name in self._pending:
            files.sync(staged)
            place = inside(target, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged, place)
        self._write_rejected(target)
        write_card(target, self.manifest)
        files.write_json(target / FILE, self.manifest.as_json())
        for name in self._dropped:
            inside(target, name).unlink(missing_ok=True)
        if not self._exists:
            if self.path.is_dir():  # an empty folder, as create_dataset made sure
                self.path.rmdir()
            os.replace(target, self.path)
            files.sync(self.path.parent)

    def _write_rejected(self, target: Path) -> None:
        path = inside(target, "rejected.csv")
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        if self._forgotten:
            old = _without(old, self._forgotten)
        with files.replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
            file.write(old)
            rows = csv.writer(file, lineterminator="\n")
            if not old:
                rows.writerow(REJECTED_COLUMNS)
            rows.writerows(r.row for r in self._rejected)


def _schema_of(posts: pa.Table) -> pa.Schema:
    """The contract of posts, then the further columns of a table as they are."""
    contract = TABLES["posts"].arrow_schema()
    return pa.schema([*contract, *(f for f in posts.schema if f.name not in contract.names)])


def _without(rejected: str, forgotten: Collection[str]) -> str:
    """The text of rejected.csv without the rows of some files."""
    kept = [r for r in csv.reader(rejected.splitlines()) if r[-1] not in forgotten]
    made = io.StringIO(newline="")
    csv.writer(made, lineterminator="\n").writerows(kept)
    return made.getvalue()


def create_dataset(
    path: str | os.PathLike[str],
    *,
    title: str,
    licence: str,
    selection: Selection = NOTHING_LEFT_OUT,
    synthetic: bool = False,
    created_at: str | None = None,
    notes: Iterable[str] = (),
    beside: Collection[str] = (),
) -> DatasetWriter:
    """A writer for a new dataset at `path`, which must not exist or be an empty folder.

    `beside` names files and folders that may be there and stay, such as the state of a collection.

    Raises
    ------
    DatasetError
        If the folder holds anything already.
    """
    folder = Path(os.path.realpath(path))
    _is_begun(folder, beside)
    manifest = Manifest(
        title, licence, created_at or now(), selection, synthetic, notes=tuple(notes)
    )
    return DatasetWriter(folder, manifest, beside=beside)


def _is_begun(folder: Path, beside: Collection[str]) -> bool:
    """True if a new dataset joins what is in the folder already; raises if it may not."""
    found = {p.name for p in folder.iterdir()} if folder.is_dir() else set()
    begun = bool(found & set(beside))
    # A killed first commit leaves tables without a manifest: they are no dataset, and go.
    rest = found - set(beside) - (_TABLES_OF_A_DATASET if begun else set())
    if (folder.exists() and not folder.is_dir()) or rest:
        raise DatasetError(
            f"{folder} already exists and is not an empty folder; a new dataset needs a path of "
            "its own. Choose another --out, or delete it first."
        )
    return begun


def append_dataset(path: str | os.PathLike[str]) -> DatasetWriter:
    """A writer that adds parts to an existing dataset.

    Raises
    ------
    DatasetError
        If there is no dataset at `path`.
    """
    folder = Path(os.path.realpath(path))
    read_manifest(folder)
    return DatasetWriter(folder, None)


def versions(*packages: str) -> Mapping[str, str]:
    """Versions of carekit and of the packages that took part, for the manifest."""
    from importlib.metadata import version

    import carekit

    return {"carekit": carekit.__version__, **{p: version(p) for p in packages}}
