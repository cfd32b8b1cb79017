"""A dataset is a folder of Parquet tables and a manifest: open it, create it, append to it.

Only files that the manifest lists belong to the dataset, and the manifest is written last: a kill
at any moment leaves the last good state.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset.manifest import NOTHING_LEFT_OUT, Manifest, Selection, inside, read_manifest
from carekit.dataset.schema import TABLES
from carekit.dataset.writer import DatasetWriter, Rejected, is_begun
from carekit.errors import DatasetError, InputError, SelectionError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Dataset", "DatasetWriter", "Rejected", "append_dataset", "create_dataset", "now"]
__all__ += ["open_dataset", "versions"]
DATASET_VARIABLE = "CAREKIT_DATASET"


@dataclass(frozen=True)
class Dataset:
    """An open dataset: its folder and its manifest. Holds no connection.

    One made `from_frame` has no folder: its `tables` are in memory, and `report` is what an import
    would have said, with the rows that were rejected.
    """

    path: Path
    manifest: Manifest
    tables: Mapping[str, pa.Table] | None = field(default=None, repr=False, compare=False)
    report: Any = field(default=None, repr=False, compare=False)
    _small: dict[str, pd.DataFrame] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

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
        """Parquet files of a table, in the order in which they came; none of one in memory."""
        if self.tables is not None:
            return []
        return [self.path / name for name in self.manifest.files(table)]

    def read(self, table: str) -> pd.DataFrame:
        """A whole table as a pandas frame; without rows if the dataset does not hold it.

        Meant for the small tables, which are read once: for posts, prefer `carekit.dataset.engine`.
        """
        if table == "posts":
            return self._read(table)
        if table not in self._small:
            self._small[table] = self._read(table)
        return self._small[table].copy(deep=False)

    def _read(self, table: str) -> pd.DataFrame:
        if self.tables is not None and table in self.tables:
            return self.tables[table].to_pandas()
        paths = self.files(table)
        if not paths:
            return TABLES[table].arrow_schema().empty_table().to_pandas()
        try:
            tables = [pq.read_table(p) for p in paths]
        except (OSError, pa.ArrowException) as error:
            raise self.unreadable(table) from error
        return pa.concat_tables(tables, promote_options="default").to_pandas()

    def file(self, name: str) -> Path:
        """Where something lies beside the tables: CARD.md, rejected.csv, questions.json, …"""
        return inside(self.path, self.manifest.name_of(name))

    def questions(self) -> dict[str, Any]:
        """questions.json: wording, base, kind and answers of every survey question."""
        path = self.file("questions.json")
        try:
            made = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (ValueError, RecursionError):
            made = None
        if not isinstance(made, dict):
            raise DatasetError(
                f"{path} is no JSON object; expected the questions of the survey, as carekit wrote "
                "them. Restore the file, or import the survey again."
            )
        return made

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

    def unreadable(self, table: str) -> DatasetError:
        """Why a table that was there when the dataset was opened cannot be read now."""
        if read_manifest(self.path) != self.manifest:
            return DatasetError(
                f"The {table} of {self.path} were replaced by another process since the dataset "
                "was opened; a state is read as a whole or not at all. Open it again."
            )
        return DatasetError(
            f"The {table} of {self.path} cannot be read: a file is missing or damaged. Run "
            f"`carekit check {self.path}` to see which, and restore it or import the source again."
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


def given_dataset(value: object) -> Dataset:
    """The dataset that a function was called with; anything else is named, with the way to one."""
    if isinstance(value, Dataset):
        return value
    if isinstance(value, str | os.PathLike):
        came, remedy = repr(os.fspath(value)), f"carekit.open_dataset({os.fspath(value)!r})"
    elif hasattr(value, "columns"):
        came, remedy = "a table of columns", "carekit.from_frame(table)"
    else:
        came, remedy = f"of type {type(value).__name__}", "carekit.open_dataset(DIR)"
    raise InputError(f"`dataset` is {came}; expected an opened dataset. Write {remedy}.")


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
    is_begun(folder, beside)
    manifest = Manifest(
        title, licence, created_at or now(), selection, synthetic, notes=tuple(notes)
    )
    return DatasetWriter(folder, manifest, beside=beside)


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
